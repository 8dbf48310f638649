"""bot.ports.UnitOfWork over SQL: one transaction, and the stores inside it."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

from sqlalchemy import Connection, Engine, Select, delete, func, insert, null, select, text, update

from adapters.storage.engine import connected, insert_or, next_number, only_reading, reading
from adapters.storage.outbox import add_delivery
from adapters.storage.precedents import SqlPrecedentStore
from adapters.storage.rows import (
    advisor_values,
    case_values,
    colleague_values,
    event_values,
    kept_json,
    place_json,
    question_values,
    snapshot_values,
    timer_values,
    to_advisor,
    to_case,
    to_colleague,
    to_event,
    to_question,
    to_snapshot,
    to_turn,
    turn_values,
)
from adapters.storage.tables import (
    advisors,
    case_events,
    case_numbers,
    cases,
    colleagues,
    deliveries,
    duty,
    guidance_versions,
    inbox,
    places,
    questions,
    recalls,
    turns,
)
from bot.advisors import Rota
from bot.case import Case, CaseEvent, State, case_id
from bot.conversation import Turn
from bot.deadlines import Timer
from bot.deliveries import Delivery
from bot.errors import ChangedMeanwhile, UnknownCase
from bot.messages import AskQuestion, Person, Place
from bot.questions import AskedQuestion
from knowledge.snapshot import Snapshot

_IN_WORK = [state.value for state in State if state.needs_work]
_DECIDED = [State.ANSWERED.value, State.CLOSED.value]
_LOOKED_THROUGH = 2_000  # cases


class SqlUnitOfWork:
    """See bot.ports.UnitOfWork. For one thread, used once; the engine comes from open_engine."""

    inbox: "SqlInbox"
    cases: "SqlCaseStore"
    precedents: SqlPrecedentStore
    turns: "SqlTurnStore"
    questions: "SqlQuestionStore"
    outbox: "SqlDeliveries"
    rota: "SqlRotaStore"
    places: "SqlPlaceStore"
    timers: "SqlTimers"
    guidance: "SqlGuidanceStore"
    recalls: "SqlRecallStore"

    def __init__(self, engine: Engine, *, reads: bool = False) -> None:
        self._engine = only_reading(engine) if reads else engine

    def __enter__(self) -> Self:
        with ExitStack() as opening:
            self._connection = opening.enter_context(connected(self._engine))
            self._connection.begin()
            self._open = opening.pop_all()
        self.inbox = SqlInbox(self._connection)
        self.cases = SqlCaseStore(self._connection)
        self.precedents = SqlPrecedentStore(self._connection)
        self.turns = SqlTurnStore(self._connection)
        self.questions = SqlQuestionStore(self._connection)
        self.outbox = SqlDeliveries(self._connection)
        self.rota = SqlRotaStore(self._connection)
        self.places = SqlPlaceStore(self._connection)
        self.timers = SqlTimers(self._connection)
        self.guidance = SqlGuidanceStore(self._connection)
        self.recalls = SqlRecallStore(self._connection)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    def commit(self) -> None:
        self._connection.commit()


@dataclass(frozen=True, slots=True)
class SqlInbox:
    connection: Connection

    def first_time(self, event_id: str, at: datetime) -> bool:
        """Of two at once, the second waits here until the first has committed or given up."""
        remember = insert_or(self.connection, inbox).values(event_id=event_id, seen_at=at)
        new = self.connection.execute(remember.on_conflict_do_nothing().returning(inbox.c.event_id))
        return new.first() is not None

    def keep(self, question: AskQuestion, at: datetime, until: datetime) -> bool:
        row = insert_or(self.connection, inbox).values(
            event_id=question.envelope.event_id, seen_at=at, question=kept_json(question), lease_until=until
        )
        return self.connection.execute(row.on_conflict_do_nothing().returning(inbox.c.event_id)).first() is not None

    def take(self, event_id: str) -> bool:
        """Of two at once, the second waits here until the first has committed or given up."""
        kept = (inbox.c.event_id == event_id) & inbox.c.lease_until.is_not(None)
        return (
            self.connection.execute(update(inbox).where(kept).values(question=null(), lease_until=None)).rowcount == 1
        )


@dataclass(frozen=True, slots=True)
class SqlCaseStore:
    connection: Connection

    def next_id(self, year: int) -> str:
        return case_id(year, next_number(self.connection, case_numbers, year))

    def add(self, case: Case, event: CaseEvent) -> None:
        self.connection.execute(insert(cases).values(case_values(case)))
        add_event(self.connection, event)

    def get(self, case_id: str) -> Case:
        row = self.connection.execute(select(cases).where(cases.c.id == case_id)).first()
        if row is None:
            raise UnknownCase(case_id)
        return to_case(row)

    def save(self, case: Case, event: CaseEvent) -> None:
        unmoved = (cases.c.id == case.id) & (cases.c.version == case.version - 1)
        if self.connection.execute(update(cases).where(unmoved).values(case_values(case))).rowcount != 1:
            raise ChangedMeanwhile(case.id)
        add_event(self.connection, event)

    def rate(self, case_id: str, helped: bool) -> None:
        self.connection.execute(update(cases).where(cases.c.id == case_id).values(helped=helped))

    def of_asker(self, person: Person) -> Sequence[Case]:
        return self._read(_newest_first().where(cases.c.asker_key == person.key))

    def of_advisor(self, advisor_id: str) -> Sequence[Case]:
        return self._read(_soonest_due().where(cases.c.advisor_id == advisor_id))

    def held_by(self, advisor_id: str) -> Sequence[Case]:
        return self._read(_newest_first().where(cases.c.advisor_id == advisor_id))

    def in_work(self) -> Sequence[Case]:
        return self._read(_soonest_due())

    def answered(self, topics: Collection[str], *, limit: int) -> Sequence[Case]:
        """The topics are looked at here: each database has its own way into JSON."""
        row = cases.c
        newest = select(row.id, row.topics).where(row.state.in_(_DECIDED)).order_by(row.ended_at.desc(), row.id.desc())
        looked_at = self.connection.execute(newest.limit(_LOOKED_THROUGH))
        found = [one.id for one in looked_at if not set(one.topics).isdisjoint(topics)][:limit]
        by_id = {case.id: case for case in self._read(select(cases).where(row.id.in_(found)))}
        return [by_id[case_id] for case_id in found]

    def waiting_in(self, place_key: str, person: Person) -> Case | None:
        waiting = (cases.c.place_key == place_key) & (cases.c.state == State.WAITING_FOR_ASKER.value)
        found = self._read(_newest_first().where(waiting, cases.c.asker_key == person.key).limit(1))
        return found[0] if found else None

    def all(self) -> Sequence[Case]:
        return self._read(_newest_first())

    def events(self, case_id: str) -> Sequence[CaseEvent]:
        log = select(case_events).where(case_events.c.case_id == case_id).order_by(case_events.c.number)
        return [to_event(row) for row in self.connection.execute(log)]

    def load(self) -> Mapping[str, int]:
        held = (
            select(cases.c.advisor_id, func.count().label("held"))
            .where(cases.c.state.in_(_IN_WORK))
            .group_by(cases.c.advisor_id)
        )
        return {row.advisor_id: row.held for row in self.connection.execute(held)}

    def _read(self, wanted: Select[tuple[object, ...]]) -> list[Case]:
        return [to_case(row) for row in self.connection.execute(wanted)]


def _soonest_due() -> Select[tuple[object, ...]]:
    in_work = select(cases).where(cases.c.state.in_(_IN_WORK))
    return in_work.order_by(cases.c.answer_by, cases.c.opened_at, cases.c.id)


def add_event(connection: Connection, event: CaseEvent) -> None:
    """Add to the log of a case, chained to what stands before it."""
    before = select(case_events.c.digest).where(
        case_events.c.case_id == event.case_id, case_events.c.number == event.number - 1
    )
    previous = connection.execute(before).scalar() or ""
    connection.execute(insert(case_events).values(event_values(event, previous)))


def _newest_first() -> Select[tuple[object, ...]]:
    return select(cases).order_by(cases.c.opened_at.desc(), cases.c.id.desc())


@dataclass(frozen=True, slots=True)
class SqlTurnStore:
    connection: Connection

    def add(self, turn: Turn) -> None:
        self.connection.execute(insert(turns).values(turn_values(turn)))

    def get(self, turn_id: str) -> Turn | None:
        row = self.connection.execute(select(turns).where(turns.c.id == turn_id)).first()
        return to_turn(row) if row else None

    def recent(self, place_key: str, person: Person, since: datetime) -> Sequence[Turn]:
        theirs = (turns.c.place_key == place_key) & (turns.c.person_key == person.key)
        wanted = select(turns).where(theirs, turns.c.asked_at >= since).order_by(turns.c.asked_at, turns.c.number)
        return [to_turn(row) for row in self.connection.execute(wanted)]

    def with_passages(self) -> Iterator[Turn]:
        wanted = select(turns).where(turns.c.guidance_version != "").order_by(turns.c.asked_at, turns.c.number)
        for row in self.connection.execute(wanted.execution_options(yield_per=1000)):
            if row.passages:
                yield to_turn(row)


@dataclass(frozen=True, slots=True)
class SqlQuestionStore:
    connection: Connection

    def get(self, question_id: str) -> AskedQuestion | None:
        row = self.connection.execute(select(questions).where(questions.c.id == question_id)).first()
        return to_question(row) if row else None

    def put(self, question: AskedQuestion) -> None:
        values = question_values(question)
        row = insert_or(self.connection, questions).values(values)
        self.connection.execute(row.on_conflict_do_update(index_elements=["id"], set_=values))


@dataclass(frozen=True, slots=True)
class SqlDeliveries:
    """The service's side of the outbox; the worker's is in outbox.py."""

    connection: Connection

    def add(self, delivery: Delivery, at: datetime) -> None:
        add_delivery(self.connection, delivery, at)


@dataclass(frozen=True, slots=True)
class SqlTimers:
    """The service's side of timers; the worker's is in outbox.py."""

    connection: Connection

    def set(self, timers: Sequence[Timer], at: datetime) -> None:
        for timer in timers:
            row = insert_or(self.connection, deliveries).values(timer_values(timer, at))
            self.connection.execute(row.on_conflict_do_nothing(index_elements=["key"]))


@dataclass(frozen=True, slots=True)
class SqlRotaStore:
    connection: Connection

    def current(self) -> Rota:
        listed = self.connection.execute(select(advisors).order_by(advisors.c.position)).all()
        on_duty = self.connection.execute(select(duty.c.advisor_id).order_by(duty.c.position))
        owner = next((row.id for row in listed if row.is_owner), "")
        people = self.connection.execute(select(colleagues).order_by(colleagues.c.position))
        return Rota(
            tuple(to_advisor(row) for row in listed), tuple(on_duty.scalars()), owner, tuple(map(to_colleague, people))
        )

    def for_change(self) -> Rota:
        self._lock()
        return self.current()

    def _lock(self) -> None:
        if self.connection.dialect.name == "postgresql":  # readers go on; a second writer waits
            self.connection.execute(text("LOCK TABLE advisors IN EXCLUSIVE MODE"))

    def replace(self, rota: Rota) -> None:
        self._lock()
        self.connection.execute(delete(duty))
        self.connection.execute(delete(advisors))
        self.connection.execute(delete(colleagues))
        if rota.advisors:
            rows = [
                advisor_values(advisor, position, is_owner=advisor.id == rota.owner)
                for position, advisor in enumerate(rota.advisors)
            ]
            self.connection.execute(insert(advisors), rows)
        if rota.duty:
            order = [{"position": position, "advisor_id": name} for position, name in enumerate(rota.duty)]
            self.connection.execute(insert(duty), order)
        if rota.people:
            people = [colleague_values(one, position) for position, one in enumerate(rota.people)]
            self.connection.execute(insert(colleagues), people)


@dataclass(frozen=True, slots=True)
class SqlPlaceStore:
    connection: Connection

    def remember(self, person: Person, place: Place) -> None:
        for person_id in sorted(set(person.ids)):  # one order for all, so that two cannot deadlock
            newest = {"place": place_json(place), "updated_at": datetime.now(UTC)}
            row = insert_or(self.connection, places).values(
                platform=person.platform.value, person_id=person_id, **newest
            )
            self.connection.execute(row.on_conflict_do_update(index_elements=["platform", "person_id"], set_=newest))


@dataclass(frozen=True, slots=True)
class SqlGuidanceStore:
    connection: Connection

    def keep(self, snapshot: Snapshot, at: datetime) -> bool:
        row = insert_or(self.connection, guidance_versions).values(snapshot_values(snapshot, at))
        kept = row.on_conflict_do_nothing().returning(guidance_versions.c.version)
        return self.connection.execute(kept).first() is not None

    def get(self, version: str) -> Snapshot | None:
        wanted = select(guidance_versions.c.content).where(guidance_versions.c.version == version)
        content = self.connection.execute(wanted).scalar()
        return to_snapshot(content) if content else None

    def versions(self) -> Mapping[str, datetime]:
        row = guidance_versions.c
        kept = select(row.version, row.kept_at).order_by(row.kept_at.desc(), row.version)
        return {one.version: one.kept_at for one in self.connection.execute(kept)}


@dataclass(frozen=True, slots=True)
class SqlRecallStore:
    connection: Connection

    def first_time(self, subject: str, change: str, at: datetime) -> bool:
        row = insert_or(self.connection, recalls).values(subject=subject, change=change, told_at=at)
        new = self.connection.execute(row.on_conflict_do_nothing().returning(recalls.c.subject))
        return new.first() is not None


def current_rota(engine: Engine) -> Rota:
    """The rota as it stands, without waiting for writers."""
    with reading(engine) as connection:
        return SqlRotaStore(connection).current()
