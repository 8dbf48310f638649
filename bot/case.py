"""A case: a question in an advisor's hands, its states and the moves between them."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from bot.errors import IllegalMove
from bot.messages import Person, Place
from bot.overrides import DraftUse
from knowledge.entry import Facts

SMPOLICY = "smpolicy"  # the actor of what nobody did by hand
REOPEN_WITHIN = timedelta(days=30)


class State(StrEnum):
    OPEN = "open"
    CLAIMED = "claimed"
    WAITING_FOR_ASKER = "waiting_for_asker"
    ANSWERED = "answered"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    REOPENED = "reopened"

    @property
    def in_words(self) -> str:
        return self.replace("_", " ")

    @property
    def needs_work(self) -> bool:
        return self in (State.OPEN, State.CLAIMED, State.WAITING_FOR_ASKER, State.REOPENED)


class Move(StrEnum):
    OPEN = "open"
    CLAIM = "claim"
    ANSWER = "answer"
    ASK_BACK = "ask back"
    REPLY = "reply"
    PASS_ON = "pass on"
    WITHDRAW = "withdraw"
    CLOSE = "close"
    REOPEN = "reopen"
    SHARE_NAME = "share name"
    NOTE = "note"
    REMIND = "remind"
    HAND_OVER = "hand over"
    LAPSE = "lapse"
    ERASE = "erase"  # its asker and all words are taken out; no move of the desk's, so make_move refuses it


_ANY = tuple(State)
_WORKING = (State.OPEN, State.REOPENED, State.CLAIMED)
_MOVES: Mapping[Move, tuple[tuple[State, ...], State]] = {
    Move.CLAIM: ((State.OPEN, State.REOPENED), State.CLAIMED),
    Move.ANSWER: ((*_WORKING, State.WAITING_FOR_ASKER), State.ANSWERED),
    Move.ASK_BACK: (_WORKING, State.WAITING_FOR_ASKER),
    Move.REPLY: ((State.WAITING_FOR_ASKER,), State.CLAIMED),
    Move.PASS_ON: ((*_WORKING, State.WAITING_FOR_ASKER), State.OPEN),
    Move.WITHDRAW: ((*_WORKING, State.WAITING_FOR_ASKER), State.WITHDRAWN),
    Move.CLOSE: ((State.ANSWERED,), State.CLOSED),
    Move.REOPEN: ((State.ANSWERED, State.CLOSED), State.REOPENED),
    Move.HAND_OVER: (_WORKING, State.OPEN),
    Move.LAPSE: ((State.WAITING_FOR_ASKER,), State.CLOSED),
}
_STAYS: Mapping[Move, tuple[State, ...]] = {  # moves that leave the state as it is
    Move.REMIND: (*_WORKING, State.WAITING_FOR_ASKER),
    Move.SHARE_NAME: (*_WORKING, State.WAITING_FOR_ASKER, State.ANSWERED),
    Move.NOTE: _ANY,
}
BETWEEN_ADVISORS = (Move.NOTE, Move.PASS_ON)  # what is said with them is not the asker's to read
_TAKEN = (Move.CLAIM, Move.ANSWER, Move.ASK_BACK, Move.PASS_ON)
_ASSIGNS = (Move.PASS_ON, Move.HAND_OVER, Move.REPLY, Move.REOPEN)  # moves from which the time runs anew


@dataclass(frozen=True, slots=True)
class Case:
    """One question handed to a named advisor.

    Times are aware and UTC. `why` is the reason the advisor reads; `passages` are ids of what the engine found, best
    first; `version` counts the moves, so that two at once cannot both win. `round` is the version from which the
    present holder's time runs; `untaken` counts the hand-overs since somebody last claimed it; `asker_name` is what
    the asker shared with the present holder, "" while it is withheld. `wanted_by` is the asker's own deadline, which
    stays theirs whoever holds the case; `answer_by` is what was promised. `display_name` is what the platform calls the
    asker, kept only where the settings show it to whoever holds the case. `draft_use` is what the last answer made of
    the prepared draft; `helped` is what the asker said of it when the case was closed, None until they do.
    `department` is the asker's, "" where none is known.
    """

    id: str
    state: State
    question: str
    facts: Facts
    topics: tuple[str, ...]
    why: str
    advisor_needs: tuple[str, ...]
    passages: tuple[str, ...]
    guidance_version: str
    asker: Person
    place: Place
    advisor_id: str
    chosen_because: str
    opened_at: datetime
    acknowledge_by: datetime
    answer_by: datetime
    advice: str = ""
    asker_name: str = ""
    ended_at: datetime | None = None
    version: int = 1
    round: int = 1
    untaken: int = 0
    wanted_by: datetime | None = None
    display_name: str = ""
    draft_use: DraftUse = DraftUse.NONE
    helped: bool | None = None
    department: str = ""


@dataclass(frozen=True, slots=True)
class CaseEvent:
    """One line of a case's log, which is only ever added to. `actor` is "asker", "smpolicy" or an advisor's id."""

    case_id: str
    number: int
    at: datetime
    actor: str
    move: Move
    state: State
    note: str


def note_digest(event: CaseEvent, salt: str) -> str:
    """What stands for a note in the chain, so that its words can be erased and the log still be verified.

    Args:
        salt: random, and erased with the note, so that nobody finds out a short note by trying; "" in older logs.
    """
    salted = (salt,) if salt else ()
    return hashlib.sha256("\0".join((*salted, event.case_id, str(event.number), event.note)).encode()).hexdigest()


def chain(previous: str, event: CaseEvent, said: str) -> str:
    """The digest of a log up to an event: of the digest before it ("" for the first), the event, and its note's digest.

    Whoever changes, removes or inserts an event must change every digest after it.
    """
    at = event.at.astimezone(UTC).isoformat(timespec="microseconds")
    parts = (previous, event.case_id, str(event.number), at, event.actor, event.move.value, event.state.value, said)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def case_id(year: int, number: int) -> str:
    """Short and speakable: SM-2026-0042."""
    return f"SM-{year}-{number:04d}"


def opened(case: Case) -> CaseEvent:
    """The first event of a case."""
    return CaseEvent(case.id, 1, case.opened_at, SMPOLICY, Move.OPEN, case.state, case.chosen_because)


def make_move(
    case: Case,
    move: Move,
    *,
    actor: str,
    at: datetime,
    note: str = "",
    advisor_id: str = "",
    because: str = "",
) -> tuple[Case, CaseEvent]:
    """Move a case on.

    Args:
        note: what was said with it: the advice, the question back, the reason for passing on.
        advisor_id: who holds it from now on; "" leaves it where it is.
        because: why the rota chose that advisor.

    Raises:
        IllegalMove: the state does not allow the move, or the time for reopening has passed.
    """
    allowed_from, state = (_STAYS[move], case.state) if move in _STAYS else _MOVES.get(move, ((), case.state))
    holder = advisor_id or case.advisor_id
    late = move is Move.REOPEN and case.ended_at is not None and at - case.ended_at > REOPEN_WITHIN
    if case.state not in allowed_from or late:
        raise IllegalMove(case.id, case.state.in_words, move.value)
    moved = replace(
        case,
        state=state,
        version=case.version + 1,
        advisor_id=holder,
        chosen_because=because or case.chosen_because,
        advice=note if move is Move.ANSWER else case.advice,
        asker_name=_name_shown(case, move, note, holder),
        ended_at=case.ended_at if move in _STAYS else None if state.needs_work else at,
        round=case.version + 1 if move in _ASSIGNS else case.round,
        untaken=case.untaken + 1 if move is Move.HAND_OVER else 0 if move in _TAKEN else case.untaken,
    )
    return moved, CaseEvent(case.id, moved.version, at, actor, move, state, note)


def _name_shown(case: Case, move: Move, note: str, holder: str) -> str:
    """The asker shares their name with one advisor; the next sees what the settings show to all, if anything."""
    if move is Move.SHARE_NAME:
        return note
    return case.asker_name if holder == case.advisor_id else case.display_name
