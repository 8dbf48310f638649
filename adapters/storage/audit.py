"""Looking back: is the log of every case whole, and what became of messages that did not arrive."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from sqlalchemy import Engine, exists, or_, select

from adapters.storage.engine import reading
from adapters.storage.outbox import MOST_RINGS
from adapters.storage.rows import to_event
from adapters.storage.tables import case_events, cases, deliveries
from bot.case import CaseEvent, chain, note_digest

ERASED = "(erased)"  # in place of a note whose words were taken out on request or by age
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
    with reading(engine) as connection:
        versions = {row.id: row.version for row in connection.execute(select(cases.c.id, cases.c.version))}
        rows = connection.execute(select(case_events).order_by(case_events.c.case_id, case_events.c.number)).all()
    logs = {case_id: list(log) for case_id, log in groupby(rows, key=lambda row: row.case_id)}
    for case_id, version in sorted(versions.items()):
        log = logs.get(case_id, [])
        previous = ""
        for number, row in enumerate(log, 1):
            event = to_event(row)
            if event.number != number:
                yield Broken(case_id, number, "is missing")
                break
            if row.digest is not None:
                yield from _faults(event, row.note_digest, row.digest, previous)
            previous = row.digest or ""
        else:
            if len(log) != version:
                yield Broken(case_id, version, f"is the case's version, but its log has {len(log)} events")


def _faults(event: CaseEvent, said: str, digest: str, previous: str) -> Iterator[Broken]:
    if event.note != ERASED and note_digest(event) != said:
        yield Broken(event.case_id, event.number, "does not say what was written")
    elif chain(previous, event, said) != digest:
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
