"""What the service needs from the world. Adapters implement these; tests/contract holds them to it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from types import TracebackType
from typing import Protocol, Self

from bot.advisors import Rota
from bot.case import Case, CaseEvent
from bot.conversation import Turn
from bot.deadlines import Timer
from bot.deliveries import Delivery
from bot.messages import AskQuestion, Person, Place
from bot.precedent import Precedent, PrecedentEvent
from bot.questions import AskedQuestion
from knowledge.snapshot import Snapshot


class Clock(Protocol):
    def now(self) -> datetime:
        """This moment, aware and UTC."""
        ...


class Inbox(Protocol):
    def first_time(self, event_id: str, at: datetime) -> bool:
        """Remember an event; False when it was seen before, by whichever process."""
        ...

    def keep(self, question: AskQuestion, at: datetime, until: datetime) -> bool:
        """Remember a question to be answered after this unit; False when its event was seen before.

        Args:
            until: when anybody may take it up, if whoever keeps it has not answered it by then.
        """
        ...

    def take(self, event_id: str) -> bool:
        """Forget a kept question, which is answered in this unit; False where it was answered before."""
        ...


class CaseStore(Protocol):
    def next_id(self, year: int) -> str:
        """The next free case id of a year; never given twice, gaps are possible."""
        ...

    def add(self, case: Case, event: CaseEvent) -> None: ...

    def get(self, case_id: str) -> Case:
        """Raises UnknownCase."""
        ...

    def save(self, case: Case, event: CaseEvent) -> None:
        """Store a case that was moved once since it was read. Raises ChangedMeanwhile when another was first."""
        ...

    def rate(self, case_id: str, helped: bool) -> None:
        """Keep what the asker says of the advice. It is no move, and no move takes it away."""
        ...

    def of_asker(self, person: Person) -> Sequence[Case]:
        """Somebody's own cases, newest first."""
        ...

    def of_advisor(self, advisor_id: str) -> Sequence[Case]:
        """The cases in an advisor's hands that need work, the soonest due first."""
        ...

    def held_by(self, advisor_id: str) -> Sequence[Case]:
        """Every case an advisor holds or held last, open or ended, newest first."""
        ...

    def in_work(self) -> Sequence[Case]:
        """Every case that needs work, whoever holds it, the soonest due first."""
        ...

    def answered(self, topics: Collection[str], *, limit: int) -> Sequence[Case]:
        """Answered and closed cases on any of these topics, the last answered first, at most `limit`.

        Only the 2,000 that were answered last are looked through.
        """
        ...

    def waiting_in(self, place_key: str, person: Person) -> Case | None:
        """The case of that person and conversation that waits for the asker's reply, if any."""
        ...

    def all(self) -> Sequence[Case]:
        """Every case, newest first."""
        ...

    def events(self, case_id: str) -> Sequence[CaseEvent]:
        """The log of a case in order."""
        ...

    def load(self) -> Mapping[str, int]:
        """Cases that need work by advisor id."""
        ...


class PrecedentStore(Protocol):
    def next_id(self, year: int) -> str:
        """The next free id of a year; never given twice, gaps are possible."""
        ...

    def add(self, precedent: Precedent, event: PrecedentEvent) -> None: ...

    def get(self, precedent_id: str) -> Precedent:
        """Raises UnknownPrecedent."""
        ...

    def take(self, precedent_id: str) -> Precedent:
        """As get, for whoever will move it: nobody else does before this unit ends."""
        ...

    def save(self, precedent: Precedent, event: PrecedentEvent) -> None:
        """Store a precedent that was moved once since it was read. Raises ChangedMeanwhile when another was first."""
        ...

    def of_case(self, case_id: str) -> Sequence[Precedent]:
        """All that were made from a case, newest first."""
        ...

    def all(self) -> Sequence[Precedent]:
        """Every precedent, newest first."""
        ...

    def events(self, precedent_id: str) -> Sequence[PrecedentEvent]:
        """The log of a precedent in order."""
        ...

    def moves(self) -> int:
        """How many events all precedents have: it grows with whatever happens to one, in any process."""
        ...


class TurnStore(Protocol):
    def add(self, turn: Turn) -> None: ...

    def get(self, turn_id: str) -> Turn | None: ...

    def recent(self, place_key: str, person: Person, since: datetime) -> Sequence[Turn]:
        """That person's turns in a conversation, oldest first."""
        ...

    def with_passages(self) -> Iterable[Turn]:
        """Every turn that rests on passages of a known version, oldest first."""
        ...


class QuestionStore(Protocol):
    def get(self, question_id: str) -> AskedQuestion | None: ...

    def put(self, question: AskedQuestion) -> None:
        """Keep a question, in place of what was kept of it before."""
        ...


class Outbox(Protocol):
    def add(self, delivery: Delivery, at: datetime) -> None:
        """Queue a delivery; one whose key is known already is left as it is."""
        ...


class TimerStore(Protocol):
    def set(self, timers: Sequence[Timer], at: datetime) -> None:
        """Keep timers until they fall due; one whose key is known already is left as it is."""
        ...


class RotaStore(Protocol):
    def current(self) -> Rota: ...

    def for_change(self) -> Rota:
        """The rota, which nobody else changes until this unit is done: whoever replaces it has read it here first."""
        ...

    def replace(self, rota: Rota) -> None:
        """Make this the rota. Advisors who are no longer in it keep the cases they hold."""
        ...


class PlaceStore(Protocol):
    def remember(self, person: Person, place: Place) -> None:
        """Keep the newest place where somebody can be written to directly, under each of their ids."""
        ...


class GuidanceStore(Protocol):
    """The versions of the guidance that answers were given under."""

    def keep(self, snapshot: Snapshot, at: datetime) -> bool:
        """Keep a version; False when it is kept already."""
        ...

    def get(self, version: str) -> Snapshot | None: ...

    def versions(self) -> Mapping[str, datetime]:
        """When each version was first kept, newest first."""
        ...


class RecallStore(Protocol):
    def first_time(self, subject: str, change: str, at: datetime) -> bool:
        """Remember that those concerned by a turn or case were told of a change; False when they were before."""
        ...


class UnitOfWork(Protocol):
    """One transaction: all of it is saved by commit(), or none of it. Raises StorageUnavailable."""

    @property
    def inbox(self) -> Inbox: ...
    @property
    def cases(self) -> CaseStore: ...
    @property
    def precedents(self) -> PrecedentStore: ...
    @property
    def turns(self) -> TurnStore: ...
    @property
    def questions(self) -> QuestionStore: ...
    @property
    def outbox(self) -> Outbox: ...
    @property
    def timers(self) -> TimerStore: ...
    @property
    def rota(self) -> RotaStore: ...
    @property
    def places(self) -> PlaceStore: ...
    @property
    def guidance(self) -> GuidanceStore: ...
    @property
    def recalls(self) -> RecallStore: ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def commit(self) -> None: ...


class OpenUnit(Protocol):
    def __call__(self, *, reads: bool = False) -> UnitOfWork:
        """A new unit; one that only `reads` waits for nobody, and is never committed."""
        ...
