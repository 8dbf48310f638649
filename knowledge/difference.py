"""What changed between two versions of the guidance, down to the word."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from knowledge.entry import Entry, Outcome
from knowledge.passage import Passage
from knowledge.snapshot import Snapshot, passages_under


class Fate(StrEnum):
    """What became of some words."""

    KEPT = "kept"
    REMOVED = "removed"
    ADDED = "added"


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One thing that is said otherwise now; "" where it was or is not said at all."""

    field: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Changed:
    """A passage or entry that is in both versions and differs."""

    id: str
    title: str
    fields: tuple[FieldChange, ...]


@dataclass(frozen=True, slots=True)
class Changes:
    """`added` and `withdrawn` are titles by id."""

    added: Mapping[str, str]
    changed: tuple[Changed, ...]
    withdrawn: Mapping[str, str]

    @property
    def any(self) -> bool:
        return bool(self.added or self.changed or self.withdrawn)


@dataclass(frozen=True, slots=True)
class Difference:
    """Everything that differs between `old` and `new`, two versions.

    `resting` are ids of entries by the changed or withdrawn passage that they rest on now, or rested on before.
    """

    old: str
    new: str
    passages: Changes
    entries: Changes
    resting: Mapping[str, tuple[str, ...]]

    @property
    def any(self) -> bool:
        return self.passages.any or self.entries.any


def difference(old: Snapshot, new: Snapshot) -> Difference:
    passages = _changes(
        {name: _told_by_passage(passage) for name, passage in old.passages.items()},
        {name: _told_by_passage(passage) for name, passage in new.passages.items()},
    )
    entries = _changes(
        {name: dict(_told_by_entry(entry)) for name, entry in old.entries.items()},
        {name: dict(_told_by_entry(entry)) for name, entry in new.entries.items()},
    )
    under: dict[str, dict[str, None]] = {}
    for entry in (*new.entries.values(), *old.entries.values()):
        for passage in passages_under(entry):
            under.setdefault(passage, {})[entry.id] = None
    touched = [*(one.id for one in passages.changed), *passages.withdrawn]
    resting = {name: tuple(under[name]) for name in touched if name in under}
    return Difference(old.version, new.version, passages, entries, resting)


def word_changes(old: str, new: str) -> list[tuple[Fate, str]]:
    """Two wordings as one text in pieces, each kept, removed or added; joined by spaces, the kept and the removed
    pieces give the old words and the kept and the added ones the new."""
    before, after = old.split(), new.split()
    pieces: list[tuple[Fate, str]] = []
    for operation, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if operation == "equal":
            pieces.append((Fate.KEPT, " ".join(before[a:b])))
            continue
        if b > a:
            pieces.append((Fate.REMOVED, " ".join(before[a:b])))
        if d > c:
            pieces.append((Fate.ADDED, " ".join(after[c:d])))
    return pieces


_Told = Mapping[str, str]


def _changes(old: Mapping[str, _Told], new: Mapping[str, _Told]) -> Changes:
    return Changes(
        added={name: told["title"] for name, told in new.items() if name not in old},
        changed=tuple(
            Changed(name, told["title"], tuple(_field_changes(old[name], told)))
            for name, told in new.items()
            if name in old and old[name] != told
        ),
        withdrawn={name: told["title"] for name, told in old.items() if name not in new},
    )


def _field_changes(old: _Told, new: _Told) -> Iterator[FieldChange]:
    for field in dict.fromkeys((*old, *new)):
        if old.get(field, "") != new.get(field, ""):
            yield FieldChange(field, old.get(field, ""), new.get(field, ""))


def _told_by_passage(passage: Passage) -> _Told:
    return {
        "title": passage.title,
        "wording": passage.text,
        "source": passage.source,
        "address": passage.document.url,
        "status": passage.status.value,
        "quoted": "to the letter" if passage.verbatim else "in short",
    }


def _told_by_entry(entry: Entry) -> Iterator[tuple[str, str]]:
    yield "title", entry.title
    yield from _told_by_outcome(entry.outcome, "")
    for case in entry.by_facts:
        when = " and ".join(f"{fact} is {value}" for fact, value in case.when.items())
        yield from _told_by_outcome(case.outcome, f" when {when}")
    yield "asks for", entry.asks
    yield "status", entry.status.value


def _told_by_outcome(outcome: Outcome, when: str) -> Iterator[tuple[str, str]]:
    yield f"verdict{when}", outcome.verdict.value
    yield f"reason{when}", outcome.reason
    yield f"conditions{when}", " / ".join(f"{one.text} ({one.passage})" for one in outcome.conditions)
    yield f"instead{when}", outcome.instead
    yield f"passages{when}", ", ".join(outcome.passages)
