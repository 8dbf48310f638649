"""The homes and forms that are held against golden files, over stores with cases of every kind."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from bot import wording_forms
from bot.advisors import Absence, Rota
from bot.calendar import Calendar, ElectionPeriod
from bot.case import State
from bot.forms import Form
from bot.home import Home, Shown
from bot.messages import Platform
from bot.replies import Reply
from bot.views import Views
from knowledge.entry import DraftRule, Verdict
from tests.builders import NOON, a_case, a_person, an_advisor
from tests.builders_cards import a_corpus
from tests.builders_replies import HOSTILE
from tests.fakes import FixedClock, MemoryStore

ASKER, MAYA = a_person(), a_person("U-MAYA")
OWNER, NOBODY = a_person("U-OWNER"), a_person("U-NOBODY")
SAID_OF_HEALTH = (
    "This service: ready to answer and deliver",
    "guidance (well): uk@0123456789ab, 812 entries on 240 passages",
    "elections (look at this): the calendar is complete until 1 February 2027: add coming elections to elections.yaml",
    "worker (mend this): none was seen in the last minutes, so nothing is delivered: start smpolicy worker",
)
ELECTION = ElectionPeriod("the 2026 general election", "general", frozenset(), date(2026, 11, 1), date(2026, 12, 10))


RULES = tuple(
    DraftRule(f"rule-{word}", f"The word {word} touches a rule.", (rf"\b{word}\w*",), ("uk/tip-1.1",), Verdict.NO)
    for word in ("vote", "tories", "secret", "labour", "party", "leak", "budget", "poll")
)


class OneCorpus:
    """An engine of which only the corpus is wanted."""

    corpus = replace(a_corpus(), draft_rules=RULES)


def some_views(store: MemoryStore, *, calendar: Calendar | None = None, clock: FixedClock | None = None) -> Views:
    return Views(OneCorpus(), store.open_unit, clock or FixedClock(), calendar or Calendar(), lambda: SAID_OF_HEALTH)


def a_rota() -> Rota:
    maya = an_advisor(deputy="tom-reid")
    tom = an_advisor("tom-reid", name="Tom Reid", role="Head of digital", topics=frozenset({"blogs"}), addresses=())
    ada = an_advisor(
        "ada-owen",
        name="Ada Owen",
        role="Owner of the service",
        topics=frozenset(),
        addresses=((Platform.SLACK, "U-OWNER"),),
        absences=(Absence(NOON.date(), NOON.date() + timedelta(days=9)),),
    )
    return Rota((maya, tom, ada), ("tom-reid",), owner="ada-owen")


def a_store(rota: Rota | None = None) -> MemoryStore:
    """Maya's cases of one asker in every state, and one of Tom's."""
    store = MemoryStore()
    store.rota["current"] = rota or a_rota()
    ended = {State.ANSWERED: "You may.", State.CLOSED: "You may not.", State.WITHDRAWN: ""}
    for number, state in enumerate(State, 1):
        at = NOON - timedelta(hours=number)
        more = {"ended_at": NOON, "advice": ended[state]} if state in ended else {}
        question = (
            HOSTILE if state is State.CLAIMED else f"May I post about {state.in_words} matters on my own account?"
        )
        case = a_case(f"SM-2026-{number:04d}", state=state, question=question, asker=ASKER, opened_at=at, **more)
        store.cases[case.id], store.log[case.id] = case, ()
    toms = a_case("SM-2026-0042", asker=a_person("U-OTHER"), advisor_id="tom-reid", question="A secret question")
    store.cases[toms.id], store.log[toms.id] = toms, ()
    return store


def homes() -> dict[str, Home]:
    """One home of each kind, by a name that serves as a file name."""
    views = some_views(a_store())
    many = a_store()
    for number in range(100, 140):
        case = a_case(f"SM-2026-{number:04d}", asker=ASKER, question="x " * 2_000)
        many.cases[case.id], many.log[case.id] = case, ()
    return {
        "home-new": views.home(NOBODY),
        "home-asker": views.home(ASKER),
        **{f"home-advisor-{shown.value}": views.home(MAYA, shown) for shown in Shown},
        "home-owner-away": views.home(OWNER),
        "home-many": some_views(many).home(MAYA, Shown.ALL),
        "home-without-cases": views.home_without_cases(),
    }


def forms() -> dict[str, Form | Reply | None]:
    """What each form asks for, or says instead."""
    views = some_views(a_store())
    due = datetime(2026, 11, 25, 16, 0, tzinfo=UTC)
    long = replace(a_case(question="word " * 5_000), answer_by=due)
    return {
        "form-ask": views.form("ask", {}, NOBODY),
        "form-check": views.form("check", {}, NOBODY),
        "form-away": views.form("away", {}, MAYA),
        "form-answer": views.form("answer", {"case": "SM-2026-0001"}, MAYA),
        "form-ask-back": views.form("ask_back", {"case": "SM-2026-0001"}, MAYA),
        "form-pass-on": views.form("pass_on", {"case": "SM-2026-0002"}, MAYA),
        "form-answer-long": wording_forms.answer(long, an_advisor(), a_corpus()),
        "form-moved-on": views.form("answer", {"case": "SM-2026-0005"}, MAYA),
        "form-not-yours": views.form("answer", {"case": "SM-2026-0001"}, OWNER),
    }


def to_be_read() -> dict[str, Reply]:
    """What is shown in a window to read."""
    views = some_views(a_store())
    return {
        "window-tips": views.tips(),
        "window-case": views.case("SM-2026-0002", MAYA),
        "window-own-case": views.case("SM-2026-0004", ASKER),
        "window-draft": views.look_over(
            "Vote! Votes! voting? voted, voters, votest: tories, a secret leak, labour party budget poll <!channel>"
        ),
        "window-asked": wording_forms.asked(),
    }
