"""Looking back: is the log of every case whole, and what became of messages that did not arrive."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import Engine, Row, exists, or_, select

from adapters.storage.engine import reading
from adapters.storage.outbox import MOST_RINGS
from adapters.storage.rows import to_event
from adapters.storage.tables import case_events, cases, deliveries
from bot.case import CaseEvent, Move, chain, note_digest
from bot.privacy import ERASED

RETRY = "retry:"  # what the keys of messages sent again by hand begin with
NOBODYS_SHOWN = timedelta(days=1)  # a lost message without a case cannot be sent again, only be known of
LATE = timedelta(minutes=15)  # after which a message that still waits is stuck


@dataclass(frozen=True, slots=True)
class Broken:
    """Something in a case's log that cannot have come about by moving the case."""

    case_id: str
    number: int
    problem: str


@dataclass(frozen=True, slots=True)
class StuckMessage:
    """A message that did not arrive: given up, or tried and still waiting."""

    key: str
    case_id: str
    recipient: str
    state: str
    attempts: int
    error: str
    due_at: datetime


def verify_log(engine: Engine) -> Iterator[Broken]:
    """Everything wrong in the logs of all cases. Events written before logs were chained are taken as they are.

    Raises:
        StorageUnavailable
    """
    row_now = (cases.c.id, cases.c.version, cases.c.state.label("state_now"), cases.c.advice)
    joined = select(*row_now, case_events).join_from(cases, case_events, isouter=True)
    with reading(engine) as connection:  # one statement, so that nobody's move comes between case and log
        rows = connection.execute(joined.order_by(cases.c.id, case_events.c.number)).all()
    for _, log in groupby(rows, key=lambda row: row.id):
        yield from _faults_of(list(log))


def _faults_of(log: Sequence[Row[Any]]) -> Iterator[Broken]:
    """What is wrong with one case: its events in order, each beside the case's row; one without any has None there."""
    case = log[0]
    events = [to_event(row) for row in log if row.number is not None]
    previous = ""
    for number, (row, event) in enumerate(zip(log, events, strict=False), 1):
        if event.number != number:
            yield Broken(case.id, number, "is missing")
            return
        if row.digest is not None:
            yield from _faults(event, row, previous)
        elif previous:
            yield Broken(case.id, number, "is not chained to what stands before it")
        previous = row.digest or ""
    if len(events) != case.version:
        yield Broken(case.id, case.version, f"is the case's version, but its log has {len(events)} events")
        return
    if case.state_now != events[-1].state:
        yield Broken(case.id, case.version, f"left the case {events[-1].state}, but its row says {case.state_now}")
    advice = next((event.note for event in reversed(events) if event.move is Move.ANSWER), "")
    if case.advice != advice and not (case.advice == ERASED and advice == ""):
        yield Broken(case.id, case.version, "is the last of a log whose answer is not the advice in the case's row")


def _faults(event: CaseEvent, row: Row[Any], previous: str) -> Iterator[Broken]:
    was_erased = event.note == ERASED and row.salt is None  # the salt goes with the words
    if not was_erased and note_digest(event, row.salt or "") != row.note_digest:
        yield Broken(event.case_id, event.number, "does not say what was written")
    elif chain(previous, event, row.note_digest) != row.digest:
        yield Broken(event.case_id, event.number, "was changed, or what stands before it was")


def stuck_messages(engine: Engine, now: datetime) -> list[StuckMessage]:
    """Messages that were given up or have waited too long, the oldest first. Raises StorageUnavailable.

    One that was given up is no longer stuck when its case was sent again by hand since, or when a later message
    of the same case reached the same recipient: those show the case as it stands. One that belongs to no case is
    named for a day.
    """
    row, later = deliveries.c, deliveries.alias("later").c
    made_good = exists().where(
        later.case_id.is_not_distinct_from(row.case_id),
        later.id > row.id,
        or_(
            later.key.startswith(RETRY, autoescape=True),
            (later.recipient_key == row.recipient_key) & (later.state == "sent"),
        ),
    )
    waiting = row.state.in_(("pending", "sending")) & (row.created_at < now - LATE)
    unrung = (row.kind == "timer") & (row.state == "pending") & (row.attempts >= MOST_RINGS)
    shown = or_(row.case_id.is_not(None), row.created_at > now - NOBODYS_SHOWN)
    unsent = (row.kind == "message") & or_((row.state == "failed") & shown & ~made_good, waiting)
    wanted = select(deliveries).where(or_(unsent, unrung)).order_by(row.id)
    with reading(engine) as connection:
        rows = connection.execute(wanted).all()
    return [
        StuckMessage(
            key=one.key,
            case_id=one.case_id or "",
            recipient=one.recipient_key or "timer",
            state=one.state,
            attempts=one.attempts,
            error=one.last_error or "",
            due_at=one.due_at,
        )
        for one in rows
    ]
