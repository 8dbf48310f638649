"""The worker's side of the outbox: who sends what next, and what became of it.

A row is pending, then sending, then sent or failed. Whoever works on one holds it under a lease. Messages to
one recipient are handed out one at a time in the order they were queued; one that is being retried holds back
those of its own case behind it, and no others.
"""

import os
import secrets
import socket
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, Integer, Row, Select, bindparam, exists, or_, select, update

from adapters.storage.engine import insert_or, reading, writing
from adapters.storage.rows import (
    delivery_values,
    recipient_key,
    to_kept,
    to_person,
    to_place,
    to_recipient,
    to_reply,
    to_timer,
)
from adapters.storage.tables import cases, deliveries, heartbeats, inbox, places
from bot.deadlines import Timer
from bot.deliveries import Delivery, Recipient
from bot.messages import AskQuestion, Person, Place, Platform
from bot.replies import Reply

LEASE = timedelta(seconds=20)  # begun anew with every send, so a little more than delivery.SEND_TIMEOUT_S
MOST_RINGS = 20  # of one timer, after which it counts as stuck; it goes on ringing all the same
_OPEN = ("pending", "sending")
_LONGEST_ERROR = 200  # characters


@dataclass(frozen=True, slots=True)
class ClaimedDelivery:
    """A delivery under our lease.

    `attempts` are those begun before; with `ambiguous` one of them may have arrived although nothing
    confirmed it: whoever sent it died or lost the connection.
    """

    key: str
    recipient: Recipient
    case_id: str
    replaces: bool
    attempts: int
    ambiguous: bool
    stored_reply: object

    @property
    def reply(self) -> Reply:
        """Raises pydantic.ValidationError when a newer release wrote it in a way we cannot read."""
        return to_reply(self.stored_reply)


@dataclass(frozen=True, slots=True)
class SentMessage:
    """A message on a platform: to whom or where it went, and the platform's own reference to it."""

    platform: Platform
    address: str
    reference: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Parties:
    """Who a case is between: its asker, where they asked, and the id of the advisor who has it."""

    asker: Person
    place: Place
    advisor_id: str


def add_delivery(connection: Connection, delivery: Delivery, at: datetime) -> None:
    """Queue a delivery; one whose key is known already is left as it is."""
    row = insert_or(connection, deliveries).values(delivery_values(delivery, at))
    connection.execute(row.on_conflict_do_nothing(index_elements=["key"]))


def _due_messages() -> Select[Any]:
    """Messages that may go out: `now` and `platforms` decide, at most `most` of them."""
    row, other, before = deliveries.c, deliveries.alias("other").c, deliveries.alias("before").c
    now = bindparam("now", type_=deliveries.c.due_at.type)
    waits_for_its_case = exists().where(
        before.recipient_key == other.recipient_key,
        before.case_id.is_not_distinct_from(other.case_id),
        before.id < other.id,
        before.state.in_(_OPEN),
        before.attempts > 0,
        before.due_at > now,
    )
    earlier = other.id < row.id
    goes_first = earlier & (other.due_at <= now) & ~waits_for_its_case
    is_retried = earlier & (other.attempts > 0) & other.case_id.is_not_distinct_from(row.case_id)
    is_in_hand = (other.id != row.id) & (other.lease_until > now)
    holds_back = exists().where(
        other.recipient_key == row.recipient_key,
        other.state.in_(_OPEN),
        or_(goes_first, is_retried, is_in_hand),
    )
    return (
        select(deliveries)
        .where(
            row.kind == "message",
            row.state.in_(_OPEN),
            row.due_at <= now,
            or_(row.lease_until.is_(None), row.lease_until <= now),
            or_(row.platform.is_(None), row.platform.in_(bindparam("platforms", expanding=True))),
            ~holds_back,
        )
        .order_by(row.due_at, row.id)
        .limit(bindparam("most", type_=Integer))
        .with_for_update(skip_locked=True, of=deliveries)
    )


_DUE = _due_messages()  # built once: building takes longer than running
_DUE_OF_KEYS = _DUE.where(deliveries.c.key.in_(bindparam("keys", expanding=True)))


class SqlOutbox:
    """The deliveries of one database, as one process works on them. Every method raises StorageUnavailable.

    `owner` names this process in its leases and must be its own.
    """

    def __init__(self, engine: Engine, owner: str = "") -> None:
        self._engine = engine
        self.owner = owner or f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"

    def claim(
        self, now: datetime, *, platforms: Collection[Platform], limit: int = 20, lease: timedelta = LEASE
    ) -> list[ClaimedDelivery]:
        """Take what is due, the longest due first, at most one for each recipient.

        Args:
            platforms: those this process can send on; places elsewhere are left to others.
        """
        return self._claim(now, platforms, lease, limit)

    def claim_keys(
        self,
        keys: Sequence[str],
        now: datetime,
        *,
        platforms: Collection[Platform],
        lease: timedelta = LEASE,
    ) -> list[ClaimedDelivery]:
        """As claim, but only of these keys; what waits behind another comes with a later call."""
        return self._claim(now, platforms, lease, len(keys), keys) if keys else []

    def _claim(
        self,
        now: datetime,
        platforms: Collection[Platform],
        lease: timedelta,
        limit: int,
        keys: Sequence[str] = (),
    ) -> list[ClaimedDelivery]:
        given = {"now": now, "platforms": [platform.value for platform in platforms], "most": limit, "keys": list(keys)}
        due = _DUE_OF_KEYS if keys else _DUE
        with writing(self._engine) as connection:
            taken = connection.execute(due, given).all()
            if taken:
                ours = update(deliveries).where(deliveries.c.id.in_([found.id for found in taken]))
                connection.execute(ours.values(lease_owner=self.owner, lease_until=now + lease))
        return [_to_claimed(found) for found in taken]

    def claim_kept(self, now: datetime, *, limit: int = 20, lease: timedelta = LEASE) -> list[AskQuestion]:
        """Take up questions that were kept and not answered in time: whoever kept them died or cannot keep up."""
        overdue = select(inbox).where(inbox.c.lease_until <= now).order_by(inbox.c.lease_until).limit(limit)
        with reading(self._engine) as connection:
            if connection.execute(overdue.limit(1)).first() is None:
                return []
        with writing(self._engine) as connection:
            found = connection.execute(overdue.with_for_update(skip_locked=True)).all()
            ours = update(inbox).where(inbox.c.event_id.in_([one.event_id for one in found]))
            connection.execute(ours.values(lease_until=now + lease))
        return [to_kept(one.question) for one in found]

    def claim_timers(self, now: datetime, *, limit: int = 20, lease: timedelta = LEASE) -> list[Timer]:
        """Take timers that fell due, of the cases that wait longest: all due ones of a case, so that they can be
        weighed against each other, and those of one case never by two workers at once.

        Args:
            limit: most cases wanted.
        """
        row, other = deliveries.c, deliveries.alias("other").c
        is_due = (row.kind == "timer") & (row.state == "pending") & (row.due_at <= now)
        one_before = exists().where(
            other.kind == "timer",
            other.state == "pending",
            other.due_at <= now,
            other.case_id == row.case_id,
            other.id < row.id,
        )
        free = or_(row.lease_until.is_(None), row.lease_until <= now)
        firsts = select(deliveries).where(is_due, free, ~one_before).order_by(row.due_at, row.id).limit(limit)
        with writing(self._engine) as connection:
            found = connection.execute(firsts.with_for_update(skip_locked=True, of=deliveries)).all()
            if not found:
                return []
            of_these = is_due & row.case_id.in_([one.case_id for one in found])
            taken = connection.execute(select(deliveries).where(of_these).order_by(row.due_at, row.id)).all()
            ours = update(deliveries).where(row.id.in_([one.id for one in taken]))
            leased = {"lease_owner": self.owner, "lease_until": now + lease, "attempts": row.attempts + 1}
            connection.execute(ours.values(leased))
        return [to_timer(one) for one in taken]

    def mark_done(self, timers: Sequence[Timer], now: datetime) -> None:
        """Timers have done what they are for, or have nothing to do any more."""
        with writing(self._engine) as connection:
            for timer in timers:
                connection.execute(self._ended(timer.key).values(state="sent", sent_at=now))

    def mark_sending(self, key: str, now: datetime) -> bool:
        """Say that an attempt begins. False when the lease is no longer ours: then nothing may be sent."""
        return self._hold(key, now, state="sending", attempts=deliveries.c.attempts + 1)

    def renew(self, key: str, now: datetime) -> bool:
        """Begin the lease anew for a further route of the same attempt; False as for mark_sending."""
        return self._hold(key, now)

    def _hold(self, key: str, now: datetime, **changes: object) -> bool:
        row = deliveries.c
        held = (row.key == key) & (row.lease_owner == self.owner) & (row.lease_until > now) & row.state.in_(_OPEN)
        with writing(self._engine) as connection:
            ours = update(deliveries).where(held).values(lease_until=now + LEASE, **changes)
            return connection.execute(ours).rowcount == 1

    def mark_sent(self, key: str, sent: SentMessage, now: datetime) -> None:
        """Remember where it arrived, and forget what it said."""
        with writing(self._engine) as connection:
            connection.execute(
                update(deliveries)
                .where(deliveries.c.key == key)
                .values(
                    state="sent",
                    platform=sent.platform.value,
                    address=sent.address,
                    message=dict(sent.reference),
                    sent_at=now,
                    reply=None,
                    last_error=None,
                    doubtful=False,
                    lease_owner=None,
                    lease_until=None,
                )
            )

    def retry_later(self, key: str, due_at: datetime, error: str, *, doubtful: bool) -> None:
        """Give a delivery back until `due_at`; `doubtful` when it may have arrived all the same."""
        changes: dict[str, Any] = {"doubtful": True} if doubtful else {}
        with writing(self._engine) as connection:
            connection.execute(
                self._ended(key).values(state="pending", due_at=due_at, last_error=_short(error), **changes)
            )

    def give_up(self, key: str, error: str, now: datetime, *, then: Delivery | None = None) -> None:
        """Mark as failed, forget what it said, and queue what follows from it in the same transaction."""
        with writing(self._engine) as connection:
            failed = connection.execute(self._ended(key).values(state="failed", last_error=_short(error), reply=None))
            if failed.rowcount == 1 and then is not None:
                add_delivery(connection, then, now)

    def _ended(self, key: str) -> Any:
        ours = (deliveries.c.key == key) & (deliveries.c.lease_owner == self.owner)
        return update(deliveries).where(ours).values(lease_owner=None, lease_until=None)

    def release(self) -> None:
        """Give back what was claimed and not begun. What is being sent keeps its lease."""
        held = (deliveries.c.lease_owner == self.owner) & (deliveries.c.state == "pending")
        with writing(self._engine) as connection:
            connection.execute(update(deliveries).where(held).values(lease_owner=None, lease_until=None))

    def last_message(self, case_id: str, recipient: Recipient) -> SentMessage | None:
        """The newest message of a case that reached a recipient."""
        row = deliveries.c
        reached = (row.case_id == case_id) & (row.recipient_key == recipient_key(recipient)) & (row.state == "sent")
        newest = select(row.platform, row.address, row.message).where(reached).order_by(row.id.desc()).limit(1)
        with reading(self._engine) as connection:
            found = connection.execute(newest).first()
        return SentMessage(Platform(found.platform), found.address, found.message) if found else None

    def states_of(self, case_id: str) -> list[str]:
        """What became of each message of a case, oldest first: its key, its state and the last error."""
        row = deliveries.c
        queued = select(row.key, row.state, row.attempts, row.last_error).where(
            row.case_id == case_id, row.kind == "message"
        )
        with reading(self._engine) as connection:
            rows = connection.execute(queued.order_by(row.id)).all()
        return [f"{one.key}: {one.state}" + (f" ({one.last_error})" if one.last_error else "") for one in rows]

    def parties(self, case_id: str) -> Parties | None:
        """Both sides of a case as it stands; None where it is gone."""
        sides = select(cases.c.asker, cases.c.place, cases.c.advisor_id).where(cases.c.id == case_id)
        with reading(self._engine) as connection:
            found = connection.execute(sides).first()
        return Parties(to_person(found.asker), to_place(found.place), found.advisor_id) if found else None

    def place_of(self, platform: Platform, person_id: str) -> Place | None:
        """Where somebody was last seen that can be written to directly; None when they never wrote to us."""
        known = (places.c.platform == platform.value) & (places.c.person_id == person_id)
        with reading(self._engine) as connection:
            stored = connection.execute(select(places.c.place).where(known)).scalar()
        return to_place(stored) if stored else None

    def newest_place(self, platform: Platform) -> Place | None:
        """Where anybody was last seen on a platform."""
        newest = select(places.c.place).where(places.c.platform == platform.value)
        with reading(self._engine) as connection:
            stored = connection.execute(newest.order_by(places.c.updated_at.desc()).limit(1)).scalar()
        return to_place(stored) if stored else None

    def beat(self, now: datetime) -> None:
        """Leave a sign of life, which worker_age_s reads."""
        with writing(self._engine) as connection:
            row = insert_or(connection, heartbeats).values(name="worker", at=now)
            connection.execute(row.on_conflict_do_update(index_elements=["name"], set_={"at": now}))


def worker_age_s(engine: Engine, now: datetime) -> float | None:
    """Seconds since a worker last gave a sign of life, None when none ever did. Raises StorageUnavailable."""
    with reading(engine) as connection:
        at = connection.execute(select(heartbeats.c.at).where(heartbeats.c.name == "worker")).scalar()
    return (now - at).total_seconds() if at else None


def _to_claimed(row: Row[Any]) -> ClaimedDelivery:
    return ClaimedDelivery(
        key=row.key,
        recipient=to_recipient(row.recipient),
        case_id=row.case_id or "",
        replaces=row.replaces,
        attempts=row.attempts,
        ambiguous=row.doubtful or row.state == "sending",
        stored_reply=row.reply,
    )


def _short(error: str) -> str:
    return error[:_LONGEST_ERROR]
