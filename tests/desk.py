"""A desk in memory: a service, the people around it, and hands to send it messages."""

from dataclasses import replace

from bot.advice import Engine
from bot.advisors import Rota
from bot.case import Case, State
from bot.deadlines import Step
from bot.deliveries import Delivery, ToAdvisor
from bot.messages import (
    AskQuestion,
    Envelope,
    Message,
    Person,
    Place,
    Platform,
)
from bot.questions import Keeping
from bot.replies import Reply
from bot.service import Service
from tests.builders import KEEPING, a_case, a_person, a_place, an_advisor
from tests.builders_guidance import an_engine
from tests.fakes import FixedClock, MemoryStore

ASKER = a_person("U-ASKER")
STRANGER = a_person("U-STRANGER")
MAYA = an_advisor("maya", name="Maya Okafor", topics=frozenset({"political-activity"}))
BEN = an_advisor("ben", name="Ben Li", topics=frozenset(), addresses=((Platform.SLACK, "U-BEN"),))
MAYA_HERSELF, BEN_HIMSELF = a_person("U-MAYA"), a_person("U-BEN")
HERE = a_place("C-ROOM:1", threaded=True)
DESK = a_place("D-ADVISOR")
SETTLED = "Can I blog about my work?"
UNCLEAR = "Can I retweet the minister?"
DILEMMA = "My friend stands as a candidate, may I like her leaflet?"
CASE = "SM-2026-0001"
CLEO = an_advisor("cleo", name="Cleo Hart", topics=frozenset({"blogs"}), addresses=((Platform.SLACK, "U-CLEO"),))
CHASED = Rota((replace(MAYA, deputy="ben"), BEN, CLEO), owner="cleo")


class Sent(tuple[Delivery, ...]):
    """What one message led to."""

    def to(self, recipient: Place | str) -> list[Delivery]:
        wanted = ToAdvisor(recipient) if isinstance(recipient, str) else recipient
        return [delivery for delivery in self if delivery.recipient == wanted]

    @property
    def only(self) -> Reply:
        (delivery,) = self
        return delivery.reply


class Desk:
    """A service over a memory store, and hands to send it messages; each message is an event of its own."""

    def __init__(self, engine: Engine | None = None, rota: Rota | None = None, keeping: Keeping = KEEPING) -> None:
        self.store, self.clock = MemoryStore(), FixedClock()
        self.store.rota["current"] = Rota((MAYA, BEN)) if rota is None else rota
        self.service = Service(engine or an_engine(), self.store.open_unit, self.clock, keeping)
        self.events = 0

    def envelope(self, person: Person = ASKER, place: Place = HERE) -> Envelope:
        self.events += 1
        return Envelope(f"event-{self.events}", person, place)

    def send(self, kind: type, *args: object, by: Person = ASKER, at: Place = HERE, **fields: object) -> Sent:
        message: Message = kind(self.envelope(by, at), *args, **fields)
        return Sent(self.service.handle(message))

    def ask(self, text: str, **fields: object) -> Sent:
        return self.send(AskQuestion, text, **fields)

    def act(self, kind: type, *args: object, by: Person = MAYA_HERSELF, **fields: object) -> Sent:
        """As an advisor, about the first case."""
        return self.send(kind, CASE, *args, by=by, at=DESK, **fields)

    def last_turn(self) -> str:
        return list(self.store.turns)[-1]

    @property
    def case(self) -> Case:
        return self.store.cases[CASE]


def a_desk_with_case(state: State = State.OPEN, rota: Rota | None = None, **fields: object) -> Desk:
    """A desk where Maya holds a case of the asker's."""
    desk = Desk(rota=rota)
    case = a_case(
        **{"state": state, "advisor_id": "maya", "asker": ASKER, "place": HERE, "topics": ("blogs",), **fields}
    )
    desk.store.cases[case.id] = case
    desk.store.log[case.id] = ()
    desk.store.numbers[2026] = 1
    return desk


def verbs(reply: Reply) -> list[str]:
    return [action.verb for action in reply.actions]


def a_desk_with_an_open_case(rota: Rota = CHASED) -> Desk:
    """A desk whose asker has just been told that Maya has the case."""
    desk = Desk(rota=rota)
    desk.ask(DILEMMA)
    return desk


def ring(desk: Desk, step: Step) -> Sent:
    """The timer of the case for a step falls due."""
    timers = [timer for timer in desk.store.timers.values() if timer.step is step]
    timer = max(timers, key=lambda one: one.round)
    desk.clock.moment = max(desk.clock.moment, timer.due_at)
    return Sent(desk.service.on_timer(timer))
