"""A precedent: what an advisor decided on one case, without the people, and the moves between its states."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from bot.errors import PrecedentRefused
from knowledge.entry import Facts


class PrecedentState(StrEnum):
    PROPOSED = "proposed"
    SIGNED = "signed"
    STALE = "stale"
    REPLACED = "replaced"
    WITHDRAWN = "withdrawn"

    @property
    def in_words(self) -> str:
        return _IN_WORDS[self]

    @property
    def is_over(self) -> bool:
        """Whether nothing can happen to it any more."""
        return self in (PrecedentState.REPLACED, PrecedentState.WITHDRAWN)


_IN_WORDS = {
    PrecedentState.PROPOSED: "waiting for a countersignature",
    PrecedentState.SIGNED: "in force",
    PrecedentState.STALE: "stale",
    PrecedentState.REPLACED: "replaced",
    PrecedentState.WITHDRAWN: "withdrawn",
}


class PrecedentMove(StrEnum):
    PROPOSE = "propose"
    SIGN = "countersign"
    REVIEW = "review"
    SUCCEED = "take the place of another"
    BE_SUCCEEDED = "have a successor named"
    REPLACE = "replace"
    WITHDRAW = "withdraw"
    GO_STALE = "go stale"


_OPEN = (PrecedentState.PROPOSED, PrecedentState.SIGNED, PrecedentState.STALE)
_MOVES: Mapping[PrecedentMove, Mapping[PrecedentState, PrecedentState]] = {
    PrecedentMove.SIGN: {PrecedentState.PROPOSED: PrecedentState.SIGNED},
    # what was signed stays so on a new date; what the guidance moved away from needs a second pair of eyes again
    PrecedentMove.REVIEW: {
        PrecedentState.SIGNED: PrecedentState.SIGNED,
        PrecedentState.STALE: PrecedentState.PROPOSED,
        PrecedentState.PROPOSED: PrecedentState.PROPOSED,
    },
    PrecedentMove.SUCCEED: {
        PrecedentState.PROPOSED: PrecedentState.PROPOSED,
        PrecedentState.SIGNED: PrecedentState.SIGNED,
    },
    PrecedentMove.BE_SUCCEEDED: {state: state for state in _OPEN},
    PrecedentMove.REPLACE: dict.fromkeys(_OPEN, PrecedentState.REPLACED),
    PrecedentMove.WITHDRAW: dict.fromkeys(_OPEN, PrecedentState.WITHDRAWN),
    PrecedentMove.GO_STALE: dict.fromkeys(_OPEN, PrecedentState.STALE),
}


@dataclass(frozen=True, slots=True)
class Precedent:
    """An advisor's decision in words without persons, as somebody confirmed them.

    `facts` are those that decided; it is not shown where another value of one of them is known. `decided_by`,
    `proposed_by` and `signed_by` are advisor ids, the last "" until somebody else than the other two has signed.
    `review_by` is the last day it is shown unless it is reviewed. `replaces` is the id of the one whose place it takes
    once it is signed, "" for none. `stale` is why it must be looked at again, "" unless it is stale.
    `version` counts the moves, so that two at once cannot both win.
    """

    id: str
    state: PrecedentState
    case_id: str
    question: str
    advice: str
    facts: Facts
    topics: tuple[str, ...]
    passages: tuple[str, ...]
    guidance_version: str
    decided_by: str
    decided_on: date
    proposed_by: str
    review_by: date
    signed_by: str = ""
    replaces: str = ""
    stale: str = ""
    version: int = 1

    def is_shown(self, day: date) -> bool:
        """Whether askers may see it on a day: countersigned, neither replaced, withdrawn nor stale, in date."""
        return self.state is PrecedentState.SIGNED and day <= self.review_by

    def holds_for(self, facts: Facts) -> bool:
        """Whether no fact that decided is known to be otherwise."""
        return all(facts.get(fact, value) == value for fact, value in self.facts.items())


@dataclass(frozen=True, slots=True)
class PrecedentEvent:
    """One line of a precedent's log, only ever added to. `actor` is an advisor's id or "smpolicy"; `note` says why."""

    precedent_id: str
    number: int
    at: datetime
    actor: str
    move: PrecedentMove
    state: PrecedentState
    note: str


def precedent_id(year: int, number: int) -> str:
    """Short and speakable: PR-2026-0007."""
    return f"PR-{year}-{number:04d}"


def proposed(precedent: Precedent, at: datetime, note: str) -> PrecedentEvent:
    """The first event of a precedent."""
    return PrecedentEvent(
        precedent.id, 1, at, precedent.proposed_by, PrecedentMove.PROPOSE, PrecedentState.PROPOSED, note
    )


def make_move(
    precedent: Precedent, move: PrecedentMove, *, actor: str, at: datetime, note: str = ""
) -> tuple[Precedent, PrecedentEvent]:
    """Move a precedent on. What else changes with a move is set by whoever makes it.

    Raises:
        PrecedentRefused: its state does not allow the move.
    """
    to = _MOVES[move].get(precedent.state)
    if to is None:
        raise PrecedentRefused(precedent.id, f"is {precedent.state.in_words}, so that is not possible")
    reason = note if move is PrecedentMove.GO_STALE else precedent.stale
    signed_by = actor if move is PrecedentMove.SIGN else precedent.signed_by
    moved = replace(
        precedent,
        state=to,
        version=precedent.version + 1,
        signed_by="" if to is PrecedentState.PROPOSED else signed_by,
        stale=reason if to is PrecedentState.STALE else "",
    )
    return moved, PrecedentEvent(precedent.id, moved.version, at, actor, move, to, note)


def a_year_on(day: date) -> date:
    """The same day next year; of a leap day the last of February."""
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return day.replace(year=day.year + 1, day=28)
