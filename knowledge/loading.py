"""Guidance files → Corpus. The only file reading in this room.

A pack is a folder: pack.yaml, documents.yaml, glossary.yaml, one file a topic, examples/ beside them with one
file a topic. knowledge.shapes says what may stand in each.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from knowledge.entry import (
    Condition,
    Corpus,
    DraftRule,
    Entry,
    Example,
    FactCase,
    FactDefinition,
    Facts,
    FactValue,
    Outcome,
    SafetyRule,
    Term,
    Verdict,
)
from knowledge.passage import Document, Passage, Status
from knowledge.shapes import (
    ConditionRow,
    DocumentFile,
    DraftRuleRow,
    EntryRow,
    ExampleFile,
    FactCaseRow,
    GlossaryFile,
    PackFile,
    SafetyRow,
    TopicFile,
    TopicList,
)
from knowledge.twins import twins

GUIDANCE = Path(__file__).parent / "guidance"
EXAMPLES_NEEDED = 6


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong in a guidance file, said so that its author can mend it."""

    file: str
    where: str
    problem: str

    def __str__(self) -> str:
        return f"{self.file}: {self.where}: {self.problem}" if self.where else f"{self.file}: {self.problem}"


class GuidanceFaults(Exception):
    """The pack cannot be used; `faults` names every fault found, in the order of the files."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = faults


_Model = TypeVar("_Model", bound=BaseModel)


class _Loader(yaml.CSafeLoader):
    """Refuses a key given twice: YAML would keep the last one and drop the first in silence."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for key, count in Counter(map(str, keys)).items():
            if count > 1:
                raise yaml.constructor.ConstructorError(None, None, f"{key} is given more than once", node.start_mark)
        return super().construct_mapping(node, deep)


class _Reader:
    """Reads files of one pack, keeping every fault instead of stopping at the first."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.faults: list[Fault] = []
        self.digest = hashlib.sha256()

    def add(self, file: str, where: str, problem: str) -> None:
        self.faults.append(Fault(file, where, problem))

    def read(self, path: Path, model: type[_Model]) -> _Model | None:
        name = self.name(path)
        try:
            content = path.read_bytes()
            data = yaml.load(content, Loader=_Loader)
        except FileNotFoundError:
            self.add(name, "", "the file is missing")
            return None
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            self.add(name, "", f"not readable as YAML: {' '.join(str(error).split())}")
            return None
        self.digest.update(name.encode() + b"\0" + content)
        try:
            return model.model_validate(data)
        except ValidationError as error:
            for item in error.errors():
                self.add(name, _place(item["loc"], data), item["msg"].removeprefix("Value error, "))
            return None

    def read_all(self, paths: list[Path], model: type[_Model]) -> list[tuple[str, _Model]]:
        read = [(self.name(path), self.read(path, model)) for path in paths]
        return [(name, file) for name, file in read if file is not None]

    def name(self, path: Path) -> str:
        return str(path.relative_to(self.folder.parent))


def _place(loc: tuple[int | str, ...], data: object) -> str:
    """Where a fault is, with list positions replaced by the id found there: 'entries own-bio, verdict'."""
    words: list[str] = []
    for step in loc:
        if isinstance(step, int) and isinstance(data, list) and step < len(data):
            data = data[step]
            mark = data.get("id", step + 1) if isinstance(data, dict) else step + 1
            words[-1:] = [f"{words[-1] if words else 'item'} {mark}"]
        else:
            data = data.get(step) if isinstance(data, dict) else None
            words.append(str(step))
    return ", ".join(words)


def load_corpus(pack: str, *, folder: Path = GUIDANCE) -> Corpus:
    """Read a pack.

    Args:
        pack: name of the pack's folder ("uk").
        folder: where the packs lie; topics.yaml lies beside them.

    Raises:
        GuidanceFaults: with every fault of every file.
    """
    known = sorted(path.parent.name for path in folder.glob("*/pack.yaml"))
    if pack not in known:
        raise GuidanceFaults([Fault(pack, "", f"there is no pack of this name; known: {', '.join(known) or 'none'}")])
    reader = _Reader(folder / pack)
    topics = reader.read(folder / "topics.yaml", TopicList)
    head = reader.read(reader.folder / "pack.yaml", PackFile)
    documents = reader.read(reader.folder / "documents.yaml", DocumentFile)
    glossary = reader.read(reader.folder / "glossary.yaml", GlossaryFile)
    special = {"pack.yaml", "documents.yaml", "glossary.yaml"}
    topic_paths = [path for path in sorted(reader.folder.glob("*.yaml")) if path.name not in special]
    files = reader.read_all(topic_paths, TopicFile)
    examples = reader.read_all(sorted((reader.folder / "examples").glob("*.yaml")), ExampleFile)
    if not (topics and head and documents and glossary):
        raise GuidanceFaults(reader.faults)
    known_documents = {key: Document(key, **row.model_dump()) for key, row in sorted(documents.documents.items())}
    known_facts = {
        row.id: FactDefinition(
            row.id,
            row.question,
            tuple(FactValue(value.value, value.label, tuple(value.patterns)) for value in row.values),
        )
        for row in head.facts
    }
    known_topics = {row.id: row.title for row in topics.topics}
    check = _CrossCheck(reader, known_topics, known_facts, set(known_documents), complete=not reader.faults)
    head_name = reader.name(reader.folder / "pack.yaml")
    check.patterns(head_name, head)
    check.watched(head_name, head, files)
    check.topic_files(files)
    check.example_files(examples, files)
    if reader.faults:
        raise GuidanceFaults(reader.faults)
    return Corpus(
        pack=head.id,
        version=f"{head.id}@{reader.digest.hexdigest()[:12]}",
        topics=known_topics,
        documents=known_documents,
        passages=dict(_passages(head.id, files, known_documents)),
        entries={row.id: _entry(head.id, row) for _, file in files for row in file.entries},
        examples=tuple(example for _, file in examples for example in _examples_of(file)),
        facts=known_facts,
        glossary=tuple(Term(row.term, tuple(row.also), row.means) for row in glossary.terms),
        draft_rules=tuple(
            DraftRule(
                row.id,
                row.label,
                tuple(row.patterns),
                tuple(f"{head.id}/{name}" for name in row.passages),
                Verdict(row.weight),
            )
            for row in head.draft_rules
        ),
        safety=tuple(
            SafetyRule(row.id, row.title, tuple(row.patterns), row.entry, frozenset(row.nearest), row.forwards)
            for row in head.safety
        ),
    )


def overdue(corpus: Corpus, today: date) -> list[Fault]:
    """Entries whose review date has passed: usable, but an owner must look at them."""
    return [
        Fault(corpus.pack, f"entry {entry.id}", f"its review date, {entry.review_by:%-d %B %Y}, has passed")
        for entry in corpus.entries.values()
        if entry.review_by and entry.review_by < today
    ]


def contradictions(corpus: Corpus) -> list[Fault]:
    """Examples in nearly the same words under entries with different verdicts: one of each pair is misplaced."""
    return [
        Fault(
            corpus.pack,
            f"examples of {one.entry}",
            f"{one.question!r} is nearly {other.question!r} under {other.entry}, which has another verdict",
        )
        for one, other in twins(corpus)
    ]


@dataclass
class _CrossCheck:
    """What no single row can show: references, duplicates, and rules that hold between fields."""

    reader: _Reader
    topics: Mapping[str, str]
    facts: Mapping[str, FactDefinition]
    documents: set[str]
    complete: bool  # False when a file could not be read: what seems missing then may stand in it

    def patterns(self, name: str, head: PackFile) -> None:
        for fact in head.facts:
            self._patterns(name, f"fact {fact.id}", [pattern for value in fact.values for pattern in value.patterns])

    def _patterns(self, name: str, where: str, patterns: list[str]) -> None:
        for pattern in patterns:
            try:
                if re.search(f"(?:{pattern})", ""):
                    self.reader.add(name, where, f"{pattern} fits a text without words")
            except re.error as error:
                self.reader.add(name, where, f"{pattern} is no regular expression: {error}")

    def watched(self, name: str, head: PackFile, files: list[tuple[str, TopicFile]]) -> None:
        """The rules for drafts and for safety: their patterns, and what they point to."""
        passages = {row.id for _, file in files for row in file.passages}
        entries = {row.id for _, file in files for row in file.entries}
        rows: list[DraftRuleRow | SafetyRow] = [*head.draft_rules, *head.safety]
        counts = Counter((type(row), row.id) for row in rows)
        for row in rows:
            where = f"{'draft rule' if isinstance(row, DraftRuleRow) else 'safety rule'} {row.id}"
            self._patterns(name, where, row.patterns)
            if counts[type(row), row.id] > 1:
                self.reader.add(name, where, "this id is used more than once")
            if isinstance(row, DraftRuleRow) and self.complete:
                self._unknown(name, where, "passage", row.passages, passages)
            if isinstance(row, SafetyRow) and self.complete:
                self._unknown(name, where, "entry", [row.entry, *row.nearest], entries)

    def topic_files(self, files: list[tuple[str, TopicFile]]) -> None:
        passages = Counter(row.id for _, file in files for row in file.passages)
        entries = Counter(row.id for _, file in files for row in file.entries)
        quoted = {name for _, file in files for row in file.entries for name in _quoted_by(row)}
        for name, file in files:
            if file.topic is not None and file.topic not in self.topics:
                self.reader.add(name, "topic", f"unknown topic {file.topic}")
            for passage in file.passages:
                where = f"passage {passage.id}"
                self._unknown(name, where, "topic", passage.topics, self.topics)
                self._unknown(name, where, "document", [passage.document], self.documents)
                if passages[passage.id] > 1:
                    self.reader.add(name, where, "this id is used more than once")
                if self.complete and passage.id not in quoted:
                    self.reader.add(name, where, "no entry quotes this passage")
            for entry in file.entries:
                where = f"entry {entry.id}"
                if entries[entry.id] > 1:
                    self.reader.add(name, where, "this id is used more than once")
                self._entry(name, where, entry, set(passages))

    def _entry(self, name: str, where: str, row: EntryRow, passages: set[str]) -> None:
        self._unknown(name, where, "topic", row.topics, self.topics)
        if self.complete:
            self._unknown(name, where, "passage", _quoted_by(row), passages)
        if row.verdict is Verdict.NOT_COVERED:
            return
        for needed in ("topics", "passages", "status"):
            if not getattr(row, needed):
                self.reader.add(name, where, f"{needed} missing: an answer needs its citation and its status")
        if any(case.verdict is Verdict.CLARIFY for case in row.by_facts) and not row.asks:
            self.reader.add(name, where, "by_facts leads to clarify, but asks: names no fact")
        for place, verdict, conditions in [
            (where, row.verdict, row.conditions),
            *((f"{where}, by_facts {case.when}", case.verdict, case.conditions) for case in row.by_facts),
        ]:
            if verdict is Verdict.YES_IF and not conditions:
                self.reader.add(name, place, "yes_if without a condition")
            if row.status is Status.UNVERIFIED and verdict in (Verdict.YES, Verdict.NO):
                self.reader.add(name, place, f'an unverified entry may not answer "{verdict}"')
        for case in row.by_facts:
            self._fact_words(name, where, case.when)
        if row.verdict is Verdict.CLARIFY:
            cases = [case for case in row.by_facts if set(case.when) == {row.asks}]
            answers = {(case.verdict, *(condition.text for condition in case.conditions)) for case in cases}
            if row.asks not in self.facts or len(answers) < 2:
                self.reader.add(name, where, "clarify needs asks: a fact, and by_facts whose answers differ by it")

    def example_files(self, examples: list[tuple[str, ExampleFile]], files: list[tuple[str, TopicFile]]) -> None:
        entries = {row.id for _, file in files for row in file.entries}
        counts: Counter[str] = Counter()
        owners: dict[str, str] = {}
        for name, file in examples:
            for entry, misses in file.near_misses.items():
                where = f"near misses of {entry}"
                if self.complete:
                    self._unknown(name, where, "entry", [entry, *(row.belongs for row in misses)], entries)
                if any(row.belongs == entry for row in misses):
                    self.reader.add(name, where, "a near miss belongs to another entry than the one it misses")
            for example in _examples_of(file):
                where = f"examples of {example.entry}"
                if self.complete and example.entry not in entries and not example.near:
                    self.reader.add(name, where, "there is no such entry")
                counts[example.entry] += 1
                self._fact_words(name, where, example.facts)
                key = f"{' '.join(example.question.lower().split())} {sorted(example.facts.items())}"
                if owner := owners.get(key):
                    self.reader.add(name, where, f"also under {owner}: {example.question!r}")
                owners[key] = example.entry
        for name, topic_file in files:
            for answer in topic_file.entries:
                if self.complete and (found := counts[answer.id]) < EXAMPLES_NEEDED:
                    problem = f"{found} example questions, {EXAMPLES_NEEDED} needed"
                    self.reader.add(name, f"entry {answer.id}", problem)

    def _fact_words(self, name: str, where: str, facts: Facts) -> None:
        for fact, value in facts.items():
            known = self.facts.get(fact)
            if not known:
                self.reader.add(name, where, f"unknown fact {fact}")
            elif value not in {choice.value for choice in known.values}:
                self.reader.add(name, where, f"unknown value {value!r} of the fact {fact}")

    def _unknown(self, name: str, where: str, kind: str, named: list[str], known: Mapping[str, Any] | set[str]) -> None:
        for item in named:
            if item not in known:
                self.reader.add(name, where, f"unknown {kind} {item}")


def _quoted_by(row: EntryRow) -> list[str]:
    """Ids of all passages an entry cites, in its own outcome and in those by facts."""
    parts: list[EntryRow | FactCaseRow] = [row, *row.by_facts]
    return [name for part in parts for name in [*part.passages, *(condition.passage for condition in part.conditions)]]


def _passages(
    pack: str, files: list[tuple[str, TopicFile]], documents: Mapping[str, Document]
) -> Iterator[tuple[str, Passage]]:
    for _, file in files:
        for row in file.passages:
            own = [file.topic] if file.topic else []
            yield (
                f"{pack}/{row.id}",
                Passage(
                    id=f"{pack}/{row.id}",
                    title=row.title,
                    text=row.text,
                    verbatim=row.verbatim,
                    topics=tuple(dict.fromkeys(own + row.topics)),
                    document=documents[row.document],
                    section=row.section,
                    status=row.status,
                ),
            )


def _entry(pack: str, row: EntryRow) -> Entry:
    own = Outcome(
        verdict=row.verdict,
        reason=row.reason,
        conditions=_conditions(pack, row.conditions),
        instead=row.instead,
        passages=tuple(f"{pack}/{name}" for name in row.passages),
    )
    return Entry(
        id=row.id,
        title=row.title,
        topics=tuple(row.topics),
        outcome=own,
        by_facts=tuple(
            FactCase(
                case.when,
                Outcome(
                    verdict=case.verdict,
                    reason=case.reason,
                    conditions=_conditions(pack, case.conditions),
                    instead=case.instead or own.instead,
                    passages=tuple(f"{pack}/{name}" for name in case.passages) or own.passages,
                ),
            )
            for case in row.by_facts
        ),
        asks=row.asks or "",
        advisor_needs=tuple(row.advisor_needs),
        ask_role=row.ask_role or "",
        status=row.status or Status.INFERRED,
        review_by=row.review_by,
    )


def _conditions(pack: str, rows: list[ConditionRow]) -> tuple[Condition, ...]:
    return tuple(Condition(row.text, f"{pack}/{row.passage}") for row in rows)


def _examples_of(file: ExampleFile) -> Iterator[Example]:
    """The examples of a file and, under the entries they belong to, its near misses."""
    for entry, rows in file.examples.items():
        for row in rows:
            yield Example(row, entry) if isinstance(row, str) else Example(row.q, entry, row.facts)
    for missed, misses in file.near_misses.items():
        for miss in misses:
            yield Example(miss.q, miss.belongs, miss.facts, near=missed)
