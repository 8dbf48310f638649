"""What is kept of people, for how long, and how one person is shown or taken out.

Words go, counts stay: a case keeps its id, state, topics, times, advisor and guidance version when its asker is
erased or its time has come, and its log still verifies.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, RowMapping, and_, delete, or_, select, update

from adapters.storage.engine import insert_or, reading, writing
from adapters.storage.rows import place_json
from adapters.storage.tables import case_events, cases, deliveries, inbox, places, turns
from bot.case import Move, State
from bot.conversation import BUTTONS_LAST
from bot.messages import Place, Platform
from bot.privacy import ERASED
from knowledge.entry import Verdict

UNANSWERED_KEPT = timedelta(days=90)  # the words of questions without an answer, from which the guidance learns
MESSAGES_KEPT = timedelta(days=90)
EVENTS_KEPT = timedelta(days=30)  # platforms bring an event again for a few hours at most
NOBODY = "erased"
_BETWEEN_ADVISORS = (Move.NOTE.value, Move.PASS_ON.value)  # theirs, not the asker's: to be asked of them
_UNANSWERED = (Verdict.NOT_COVERED.value, Verdict.ASK_ADVISOR.value)
_ENDED = (State.ANSWERED.value, State.CLOSED.value, State.WITHDRAWN.value)


@dataclass(frozen=True, slots=True)
class Swept:
    """How much one sweep took out."""

    questions: int
    cases: int
    messages: int
    events: int


def sweep_once_a_day(engine: Engine, now: datetime, *, cases_kept: timedelta) -> Swept | None:
    """Sweep unless any process has done so today; None then. Raises StorageUnavailable.

    Args:
        cases_kept: how long the words of an ended case stay, and where an answer was given, for a recall to reach.
    """
    with writing(engine) as connection:
        today = insert_or(connection, inbox).values(event_id=f"sweep:{now.date()}", seen_at=now)
        if connection.execute(today.on_conflict_do_nothing().returning(inbox.c.event_id)).first() is None:
            return None
        return _sweep(connection, now, cases_kept)


def _sweep(connection: Connection, now: datetime, cases_kept: timedelta) -> Swept:
    said = turns.c.question != ""
    answered = said & turns.c.verdict.not_in(_UNANSWERED) & (turns.c.asked_at < now - BUTTONS_LAST)
    unanswered = said & turns.c.verdict.in_(_UNANSWERED) & (turns.c.asked_at < now - UNANSWERED_KEPT)
    questions = connection.execute(
        update(turns).where(or_(answered, unanswered)).values(question="", facts={}, place_key="", awaiting="")
    )
    unrecalled = turns.c.place.is_not(None) & (turns.c.asked_at < now - cases_kept)
    connection.execute(update(turns).where(unrecalled).values(place=None))
    ended = and_(cases.c.state.in_(_ENDED), cases.c.ended_at < now - cases_kept, ~cases.c.on_hold)
    old = connection.execute(select(cases.c.id).where(ended, cases.c.question != ERASED)).scalars().all()
    _erase_cases(connection, old)
    done = deliveries.c.state.in_(("sent", "failed")) & (deliveries.c.created_at < now - MESSAGES_KEPT)
    messages = connection.execute(delete(deliveries).where(done))
    events = connection.execute(delete(inbox).where(inbox.c.seen_at < now - EVENTS_KEPT))
    return Swept(questions.rowcount, len(old), messages.rowcount, events.rowcount)


def _erase_cases(connection: Connection, ids: Sequence[str]) -> None:
    nowhere = Place(Platform.TERMINAL, NOBODY, {})
    connection.execute(
        update(cases)
        .where(cases.c.id.in_(ids))
        .values(
            question=ERASED,
            advice=ERASED,
            asker_name="",
            facts={},
            asker={"platform": Platform.TERMINAL.value, "ids": [NOBODY], "tenant": ""},
            asker_key=NOBODY,
            place=place_json(nowhere),
            place_key=NOBODY,
        )
    )
    said = case_events.c.case_id.in_(ids) & (case_events.c.note != "")
    connection.execute(update(case_events).where(said).values(note=ERASED))


def export_person(engine: Engine, person_key: str) -> dict[str, list[dict[str, Any]]]:
    """All that is kept of a person, by table, JSON-ready. Raises StorageUnavailable.

    Args:
        person_key: platform:tenant:id, as `cases export` shows it.
    """
    person_id = person_key.rpartition(":")[2]
    with reading(engine) as connection:
        held = connection.execute(select(cases).where(cases.c.asker_key == person_key)).mappings().all()
        ids = [row["id"] for row in held]
        found = {
            "cases": held,
            "case_events": connection.execute(
                select(case_events).where(case_events.c.case_id.in_(ids), case_events.c.move.not_in(_BETWEEN_ADVISORS))
            )
            .mappings()
            .all(),
            "turns": connection.execute(select(turns).where(turns.c.person_key == person_key)).mappings().all(),
            "places": connection.execute(select(places).where(places.c.person_id == person_id)).mappings().all(),
        }
    return {name: [_plain(row) for row in rows] for name, rows in found.items()}


def erase_person(engine: Engine, person_key: str) -> Mapping[str, int]:
    """Take a person out: their questions, where they are reached, and their words in cases. The cases stay.

    Cases under legal hold are left as they are, and so are those still in work: withdraw or answer them first.

    Returns:
        How many of each were taken out, and how many cases were left.

    Raises:
        StorageUnavailable: nothing was changed.
    """
    person_id = person_key.rpartition(":")[2]
    with writing(engine) as connection:
        theirs = select(cases.c.id, cases.c.state, cases.c.on_hold).where(cases.c.asker_key == person_key)
        held = connection.execute(theirs).all()
        free = [row.id for row in held if row.state in _ENDED and not row.on_hold]
        _erase_cases(connection, free)
        connection.execute(delete(deliveries).where(deliveries.c.case_id.in_(free), deliveries.c.state != "sending"))
        asked = connection.execute(delete(turns).where(turns.c.person_key == person_key))
        reached = connection.execute(delete(places).where(places.c.person_id == person_id))
    return {
        "cases": len(free),
        "questions": asked.rowcount,
        "places": reached.rowcount,
        "cases_left": len(held) - len(free),
    }


def set_hold(engine: Engine, case_id: str, *, on_hold: bool) -> bool:
    """Put a case under legal hold or lift it; False where there is no such case. Raises StorageUnavailable."""
    with writing(engine) as connection:
        changed = connection.execute(update(cases).where(cases.c.id == case_id).values(on_hold=on_hold))
        return changed.rowcount == 1


def _plain(row: RowMapping) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in row.items()}
