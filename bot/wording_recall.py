"""What people read when the guidance under their answers and cases has changed."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.case import Case
from bot.conversation import Turn
from bot.replies import Action, Heading, Item, Items, Paragraph, Part, Reply
from bot.wording import LABELS, cited
from knowledge.entry import Verdict
from knowledge.passage import Passage

SHOWN = 3  # changes with their wording; of the others the titles
_UK = ZoneInfo("Europe/London")


@dataclass(frozen=True, slots=True)
class PassageChange:
    """A passage that says something else now. `was` is None where its old wording is not kept, `now` where it was
    withdrawn; with the same wording in both its owner asks for a second look."""

    id: str
    was: Passage | None
    now: Passage | None

    @property
    def key(self) -> str:
        """Equal for changes to the same wording."""
        said = self.now.text if self.now else ""
        return f"{self.id}@{hashlib.sha256(said.encode()).hexdigest()[:16]}"

    @property
    def title(self) -> str:
        known = self.now or self.was
        return known.title if known else self.id

    @property
    def is_reworded(self) -> bool:
        return self.now is None or (self.was is not None and self.was.text != self.now.text)

    @property
    def in_words(self) -> str:
        if self.now is None:
            return f"{self.title} (withdrawn)"
        return f"{self.title} ({'changed' if self.is_reworded else 'to be looked at again'})"


@dataclass(frozen=True, slots=True)
class VerdictChange:
    """An entry that gives another verdict now, to the facts that an answer was given on."""

    id: str
    title: str
    was: Verdict
    now: Verdict

    @property
    def key(self) -> str:
        return f"entry {self.id}@{self.now.value}"

    @property
    def in_words(self) -> str:
        return f"{self.title}: the answer was “{_label(self.was)}” and is “{_label(self.now)}” now"


Change = PassageChange | VerdictChange


def answers_recalled(turns: Sequence[Turn], changes: Sequence[Change]) -> Reply:
    """What an asker reads, in the conversation where they asked."""
    days = list(dict.fromkeys(_day(turn.asked_at) for turn in turns))
    which = f"your answer{'s' if len(turns) > 1 else ''} of {_listed(days)}"
    text = f"The guidance that {which} rested on {_fate(changes)}."
    then = f"Ask your question{'s' if len(turns) > 1 else ''} again before you rely on what I said then."
    return Reply(f"{text} {then}", (*_opening(text), *_shown(changes), Paragraph(then)))


def case_recalled(case: Case, changes: Sequence[Change]) -> Reply:
    """What the asker of an answered case reads."""
    text = f"The guidance that was found for your case {case.id} of {_day(case.opened_at)} {_fate(changes)}."
    then = (
        f"Your advisor has been told. Before you rely on the advice, ask again; within 30 days of it you can also type "
        f"case {case.id} and reopen it."
    )
    return Reply(f"{text} {then}", (*_opening(text), *_shown(changes), Paragraph(then)))


def cases_to_review(cases: Sequence[Case], changes: Sequence[Change]) -> Reply:
    """What an advisor reads of all their cases that rest on what has changed."""
    text = f"The guidance under {_number(cases)} of yours {_fate(changes)}."
    then = "Please look whether your advice still holds. Askers who have been answered were told to ask again."
    lines = tuple(Item(f"{case.id}: {case.state.in_words}") for case in cases)
    buttons = tuple(Action("show_case", case.id, {"case": case.id}) for case in cases[:5])
    parts = (*_opening(text), *_shown(changes), Items("Your cases", lines), Paragraph(then))
    return Reply(f"{text} {then}", parts, buttons)


def why_stale(changes: Iterable[Change]) -> str:
    """The reason on a precedent that must be looked at again."""
    return f"The guidance under it moved on: {'; '.join(change.in_words for change in changes)}"


def _opening(text: str) -> tuple[Part, ...]:
    return Heading("The guidance has moved on"), Paragraph(text)


def _fate(changes: Sequence[Change]) -> str:
    reworded = any(isinstance(change, VerdictChange) or change.is_reworded for change in changes)
    return "has changed" if reworded else "is to be looked at again, its owners say"


def _shown(changes: Sequence[Change]) -> Iterator[Part]:
    for change in changes[:SHOWN]:
        yield Paragraph(change.in_words)
        if isinstance(change, PassageChange):
            if change.was and change.is_reworded:
                yield Paragraph("It was:")
                yield cited(change.was)
            if change.now:
                yield Paragraph("It is now:" if change.is_reworded else "It reads:")
                yield cited(change.now)
    if others := changes[SHOWN:]:
        yield Items("And", tuple(Item(change.in_words) for change in others))


def _label(verdict: Verdict) -> str:
    return LABELS[verdict] or "for your information"


def _day(moment: datetime) -> str:
    return f"{moment.astimezone(_UK):%-d %B %Y}"


def _listed(days: Sequence[str]) -> str:
    *others, last = days
    return f"{', '.join(others)} and {last}" if others else last


def _number(cases: Sequence[Case]) -> str:
    return f"case {cases[0].id}" if len(cases) == 1 else f"{len(cases)} cases"
