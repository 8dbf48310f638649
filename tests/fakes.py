"""Fakes we own. tests/contract holds MemoryUnitOfWork to the same promises as the SQL store."""

from collections.abc import Collection, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime, timedelta
from threading import Lock
from types import TracebackType
from typing import Self
from zlib import crc32

import numpy as np

from bot.advisors import Rota
from bot.case import Case, CaseEvent, State, case_id
from bot.conversation import Turn
from bot.deadlines import Timer
from bot.deliveries import Delivery
from bot.errors import ChangedMeanwhile, StorageUnavailable, UnknownCase, UnknownPrecedent
from bot.messages import AskQuestion, Person, Place, Platform
from bot.precedent import Precedent, PrecedentEvent, precedent_id
from bot.questions import AskedQuestion
from knowledge.encoder import Vectors
from knowledge.snapshot import Snapshot
from knowledge.tokens import stems, words
from tests.builders import NOON


@dataclass
class FixedClock:
    """Stands still until it is moved."""

    moment: datetime = NOON

    def now(self) -> datetime:
        return self.moment.astimezone(UTC)

    def advance(self, **by: float) -> None:
        """By a timedelta's keywords: advance(hours=4)."""
        self.moment += timedelta(**by)


@dataclass
class MemoryStore:
    """What was committed. Tests may read it between units; `deliveries` are in the order they were queued."""

    events_seen: dict[str, datetime] = field(default_factory=dict)
    kept: dict[str, AskQuestion] = field(default_factory=dict)
    cases: dict[str, Case] = field(default_factory=dict)
    log: dict[str, tuple[CaseEvent, ...]] = field(default_factory=dict)
    numbers: dict[int, int] = field(default_factory=dict)
    precedents: dict[str, Precedent] = field(default_factory=dict)
    precedent_log: dict[str, tuple[PrecedentEvent, ...]] = field(default_factory=dict)
    precedent_numbers: dict[int, int] = field(default_factory=dict)
    turns: dict[str, Turn] = field(default_factory=dict)
    questions: dict[str, AskedQuestion] = field(default_factory=dict)
    deliveries: dict[str, Delivery] = field(default_factory=dict)
    places: dict[tuple[Platform, str], Place] = field(default_factory=dict)
    timers: dict[str, Timer] = field(default_factory=dict)
    rota: dict[str, Rota] = field(default_factory=dict)  # under "current"
    versions: dict[str, tuple[Snapshot, datetime]] = field(default_factory=dict)
    told: dict[tuple[str, str], datetime] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)

    def open_unit(self, *, reads: bool = False) -> "MemoryUnitOfWork":
        return MemoryUnitOfWork(self)

    def snapshot(self) -> "MemoryStore":
        held = {item.name: copy(getattr(self, item.name)) for item in fields(self) if item.name != "lock"}
        return MemoryStore(**held, lock=self.lock)

    def take_over(self, other: "MemoryStore") -> None:
        for item in fields(self):
            setattr(self, item.name, getattr(other, item.name))


class MemoryUnitOfWork:
    """Works on a snapshot that commit() makes the truth. One at a time: a second waits, then gives up."""

    def __init__(self, store: MemoryStore, wait_s: float = 5.0) -> None:
        self._store, self._wait_s = store, wait_s

    def __enter__(self) -> Self:
        if not self._store.lock.acquire(timeout=self._wait_s):
            raise StorageUnavailable("another unit of work is open")
        self._begin()
        return self

    def _begin(self) -> None:
        self._mine = self._store.snapshot()
        self.inbox = _Inbox(self._mine)
        self.cases = _Cases(self._mine)
        self.precedents = _Precedents(self._mine)
        self.turns = _Turns(self._mine)
        self.questions = _Questions(self._mine)
        self.outbox = _Outbox(self._mine)
        self.rota = _Rota(self._mine)
        self.places = _Places(self._mine)
        self.timers = _Timers(self._mine)
        self.guidance = _Guidance(self._mine)
        self.recalls = _Recalls(self._mine)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._store.lock.release()

    def commit(self) -> None:
        self._store.take_over(self._mine)
        self._begin()


@dataclass
class _Inbox:
    store: MemoryStore

    def first_time(self, event_id: str, at: datetime) -> bool:
        new = _aware(at) and event_id not in self.store.events_seen
        self.store.events_seen.setdefault(event_id, at)
        return new

    def keep(self, question: AskQuestion, at: datetime, until: datetime) -> bool:
        event_id = question.envelope.event_id
        new = _aware(at) and _aware(until) and self.first_time(event_id, at)
        if new:
            self.store.kept[event_id] = question
        return new

    def take(self, event_id: str) -> bool:
        return self.store.kept.pop(event_id, None) is not None


@dataclass
class _Cases:
    store: MemoryStore

    def next_id(self, year: int) -> str:
        self.store.numbers[year] = self.store.numbers.get(year, 0) + 1
        return case_id(year, self.store.numbers[year])

    def add(self, case: Case, event: CaseEvent) -> None:
        assert case.id not in self.store.cases
        assert _aware(case.opened_at)
        self.store.cases[case.id] = case
        self.store.log[case.id] = (event,)

    def get(self, case_id: str) -> Case:
        if case_id not in self.store.cases:
            raise UnknownCase(case_id)
        return self.store.cases[case_id]

    def save(self, case: Case, event: CaseEvent) -> None:
        if case.id not in self.store.cases or self.store.cases[case.id].version != case.version - 1:
            raise ChangedMeanwhile(case.id)
        self.store.cases[case.id] = replace(case, helped=self.store.cases[case.id].helped)
        self.store.log[case.id] += (event,)

    def rate(self, case_id: str, helped: bool) -> None:
        if case_id in self.store.cases:
            self.store.cases[case_id] = replace(self.store.cases[case_id], helped=helped)

    def of_asker(self, person: Person) -> Sequence[Case]:
        return [case for case in self.all() if case.asker.key == person.key]

    def of_advisor(self, advisor_id: str) -> Sequence[Case]:
        held = [case for case in self._in_work() if case.advisor_id == advisor_id]
        return sorted(held, key=_due)

    def held_by(self, advisor_id: str) -> Sequence[Case]:
        return [case for case in self.all() if case.advisor_id == advisor_id]

    def in_work(self) -> Sequence[Case]:
        return sorted(self._in_work(), key=_due)

    def answered(self, topics: Collection[str], *, limit: int) -> Sequence[Case]:
        ended = [case for case in self.store.cases.values() if case.state in (State.ANSWERED, State.CLOSED)]
        ended.sort(key=lambda case: (case.ended_at or case.opened_at, case.id), reverse=True)
        return [case for case in ended if set(case.topics) & set(topics)][:limit]

    def waiting_in(self, place_key: str, person: Person) -> Case | None:
        waiting = [case for case in self.of_asker(person) if case.state is State.WAITING_FOR_ASKER]
        return next((case for case in waiting if case.place.key == place_key), None)

    def all(self) -> Sequence[Case]:
        return sorted(self.store.cases.values(), key=lambda case: (case.opened_at, case.id), reverse=True)

    def events(self, case_id: str) -> Sequence[CaseEvent]:
        return list(self.store.log.get(case_id, ()))

    def load(self) -> Mapping[str, int]:
        holders = [case.advisor_id for case in self._in_work()]
        return {advisor_id: holders.count(advisor_id) for advisor_id in holders}

    def _in_work(self) -> list[Case]:
        return [case for case in self.store.cases.values() if case.state.needs_work]


@dataclass
class _Precedents:
    store: MemoryStore

    def next_id(self, year: int) -> str:
        self.store.precedent_numbers[year] = self.store.precedent_numbers.get(year, 0) + 1
        return precedent_id(year, self.store.precedent_numbers[year])

    def add(self, precedent: Precedent, event: PrecedentEvent) -> None:
        assert precedent.id not in self.store.precedents
        assert precedent.case_id in self.store.cases
        self._hold(precedent)
        self.store.precedent_log[precedent.id] = (event,)

    def get(self, precedent_id: str) -> Precedent:
        if precedent_id not in self.store.precedents:
            raise UnknownPrecedent(precedent_id)
        return self.store.precedents[precedent_id]

    def take(self, precedent_id: str) -> Precedent:
        return self.get(precedent_id)

    def save(self, precedent: Precedent, event: PrecedentEvent) -> None:
        before = self.store.precedents.get(precedent.id)
        if before is None or before.version != precedent.version - 1:
            raise ChangedMeanwhile(precedent.id)
        self._hold(precedent)
        self.store.precedent_log[precedent.id] += (event,)

    def of_case(self, case_id: str) -> Sequence[Precedent]:
        return [one for one in self.all() if one.case_id == case_id]

    def all(self) -> Sequence[Precedent]:
        return sorted(self.store.precedents.values(), key=lambda one: one.id, reverse=True)

    def events(self, precedent_id: str) -> Sequence[PrecedentEvent]:
        return list(self.store.precedent_log.get(precedent_id, ()))

    def moves(self) -> int:
        return sum(map(len, self.store.precedent_log.values()))

    def _hold(self, precedent: Precedent) -> None:
        """Keep it, within the limits that the schema sets too."""
        assert precedent.signed_by not in (precedent.decided_by, precedent.proposed_by)
        others = [one for one in self.store.precedents.values() if one.id != precedent.id]
        assert not precedent.replaces or precedent.replaces not in [precedent.id, *(one.replaces for one in others)]
        self.store.precedents[precedent.id] = precedent


@dataclass
class _Turns:
    store: MemoryStore

    def add(self, turn: Turn) -> None:
        assert turn.id not in self.store.turns
        assert _aware(turn.asked_at)
        self.store.turns[turn.id] = turn

    def get(self, turn_id: str) -> Turn | None:
        return self.store.turns.get(turn_id)

    def recent(self, place_key: str, person: Person, since: datetime) -> Sequence[Turn]:
        theirs = [t for t in self.store.turns.values() if (t.place_key, t.person_key) == (place_key, person.key)]
        return sorted((turn for turn in theirs if turn.asked_at >= since), key=lambda turn: turn.asked_at)

    def with_passages(self) -> Sequence[Turn]:
        known = [turn for turn in self.store.turns.values() if turn.guidance_version and turn.passages]
        return sorted(known, key=lambda turn: turn.asked_at)


@dataclass
class _Questions:
    store: MemoryStore

    def get(self, question_id: str) -> AskedQuestion | None:
        return self.store.questions.get(question_id)

    def put(self, question: AskedQuestion) -> None:
        assert _aware(question.asked_at)
        self.store.questions[question.id] = question


@dataclass
class _Outbox:
    store: MemoryStore

    def add(self, delivery: Delivery, at: datetime) -> None:
        assert _aware(at)
        self.store.deliveries.setdefault(delivery.key, delivery)


@dataclass
class _Timers:
    store: MemoryStore

    def set(self, timers: Sequence[Timer], at: datetime) -> None:
        assert _aware(at)
        for timer in timers:
            self.store.timers.setdefault(timer.key, timer)


@dataclass
class _Rota:
    store: MemoryStore

    def current(self) -> Rota:
        return self.store.rota.get("current", Rota())

    def for_change(self) -> Rota:
        return self.current()  # no other unit is open meanwhile

    def replace(self, rota: Rota) -> None:
        self.store.rota["current"] = rota


@dataclass
class _Places:
    store: MemoryStore

    def remember(self, person: Person, place: Place) -> None:
        for person_id in person.ids:
            self.store.places[person.platform, person_id] = place


@dataclass
class _Guidance:
    store: MemoryStore

    def keep(self, snapshot: Snapshot, at: datetime) -> bool:
        new = _aware(at) and snapshot.version not in self.store.versions
        self.store.versions.setdefault(snapshot.version, (snapshot, at))
        return new

    def get(self, version: str) -> Snapshot | None:
        return self.store.versions[version][0] if version in self.store.versions else None

    def versions(self) -> Mapping[str, datetime]:
        newest_first = sorted(self.store.versions.items(), key=lambda kept: kept[1][1], reverse=True)
        return {version: at for version, (_, at) in newest_first}


@dataclass
class _Recalls:
    store: MemoryStore

    def first_time(self, subject: str, change: str, at: datetime) -> bool:
        new = _aware(at) and (subject, change) not in self.store.told
        self.store.told.setdefault((subject, change), at)
        return new


def _due(case: Case) -> tuple[datetime, datetime, str]:
    return case.answer_by, case.opened_at, case.id


def _aware(moment: datetime) -> bool:
    if moment.utcoffset() is None:
        raise ValueError("a time without a zone cannot be stored")
    return True


class BagOfWords:
    """A SentenceEncoder to whom texts are alike as far as they share words."""

    def __init__(self) -> None:
        self.encoded: list[str] = []

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.encoded += texts
        vectors = np.zeros((len(texts), 512), dtype=np.float32)
        for row, text in zip(vectors, texts, strict=True):
            for stem in stems(words(text)):
                row[crc32(stem.encode()) % 512] += 1
            row /= max(float(np.linalg.norm(row)), 1e-9)
        return vectors

    def is_word(self, word: str) -> bool:
        return True


def nothing_to_ring(timer: Timer) -> Sequence[Delivery]:
    """For dispatchers whose tests are about deliveries."""
    return ()
