from dataclasses import replace
from datetime import date

import pytest

from bot import wording, wording_desk, wording_home
from bot.calendar import Calendar
from bot.case import State
from bot.filled_in import faults
from bot.forms import Form
from bot.home import Shown, first_to_see, of_advisor, shown_named
from bot.messages import (
    AskQuestion,
    AskWithFacts,
    ComeBack,
    Envelope,
    GoAway,
    ShowHelp,
    from_button,
)
from bot.replies import SaidBySomeone
from bot.typical import typical_questions
from knowledge.entry import Corpus, Verdict
from tests.builders import NOON, a_case, a_person, a_place, a_turn
from tests.builders_views import ASKER, ELECTION, MAYA, NOBODY, OWNER, a_rota, a_store, some_views
from tests.desk import Desk

ENVELOPE = Envelope("event-1", ASKER, a_place(reference={"channel": "D1", "thread_ts": "1.1"}))


def headings(home) -> list[str]:
    return [part.text for group in home.groups for section in group for part in section.parts if part.kind == "heading"]


def verbs(home, case_id: str) -> list[str]:
    """What can be done about a case of a home."""
    return next(
        [action.verb for action in section.actions]
        for group in home.groups
        for section in group
        for part in section.parts
        if isinstance(part, SaidBySomeone) and part.who == case_id
    )


# homes


@pytest.mark.parametrize(
    ("person", "has_desk", "has_health"), [(NOBODY, False, False), (MAYA, True, False), (OWNER, True, True)]
)
def test_a_home_holds_what_its_person_is_for(person, has_desk: bool, has_health: bool):
    shown = headings(some_views(a_store()).home(person))

    assert ("Your desk" in shown, "How the service is" in shown) == (has_desk, has_health)
    assert {"Can I post this?", "Your cases"} <= set(shown)


def test_what_an_asker_can_do_depends_on_how_their_case_stands():
    home = some_views(a_store()).home(ASKER)

    assert verbs(home, "SM-2026-0003") == ["reply", "share_name", "withdraw", "show_case"]  # waits for them
    assert verbs(home, "SM-2026-0002") == ["share_name", "withdraw", "show_case"]  # claimed
    assert verbs(home, "SM-2026-0004") == ["close", "reopen", "show_case"]  # answered
    assert verbs(home, "SM-2026-0006") == ["show_case"]  # withdrawn


def test_what_an_advisor_can_do_depends_on_how_the_case_stands():
    home = some_views(a_store()).home(MAYA)

    assert verbs(home, "SM-2026-0001") == ["claim", "answer", "ask_back", "pass_on", "show_case"]
    assert verbs(home, "SM-2026-0002") == ["answer", "ask_back", "pass_on", "show_case"]
    assert verbs(home, "SM-2026-0003") == ["answer", "pass_on", "show_case"]


@pytest.mark.parametrize(
    ("shown", "listed"),
    [
        (Shown.MINE, ["open", "claimed", "waiting"]),
        (Shown.UNCLAIMED, ["open", "theirs"]),
        (Shown.WAITING, ["waiting"]),
        (Shown.ENDED, ["closed"]),
        (Shown.ALL, ["open", "claimed", "waiting", "theirs"]),
    ],
)
def test_each_list_of_an_advisor_holds_its_cases(shown: Shown, listed: list[str]):
    mine = {
        "open": a_case("open"),
        "claimed": a_case("claimed", state=State.CLAIMED),
        "waiting": a_case("waiting", state=State.WAITING_FOR_ASKER),
        "closed": a_case("closed", state=State.CLOSED),
    }
    theirs = a_case("theirs", advisor_id="tom-reid")
    in_work = [case for case in (*mine.values(), theirs) if case.state.needs_work]

    found = of_advisor(shown, list(mine.values()), in_work, "maya-okafor")

    assert [case.id for case in found] == listed


def test_what_waits_for_the_asker_comes_first():
    cases = [a_case(state.value, state=state) for state in (State.CLOSED, State.OPEN, State.WAITING_FOR_ASKER)]

    assert [case.id for case in first_to_see(cases)] == ["waiting_for_asker", "open", "closed"]


@pytest.mark.parametrize("name", ["", "everything", "MINE"])
def test_a_list_nobody_knows_is_that_of_ones_own(name: str):
    assert shown_named(name) is Shown.MINE


def test_nobody_reads_others_questions_in_their_home():
    home = some_views(a_store()).home(MAYA, Shown.ALL)

    assert "A secret question" not in str(home)


# forms


def test_a_case_is_passed_on_to_those_who_are_there_and_may_have_it():
    views = some_views(a_store())

    form = views.form("pass_on", {"case": "SM-2026-0001"}, MAYA)

    assert isinstance(form, Form)
    assert [value for value, _ in form.fields[0].options] == ["", "tom-reid"]  # the owner is away


@pytest.mark.parametrize("named", [{"question": "May I post what Tom Reid said?"}, {"asker": a_person("U-TOM")}])
def test_nobody_gets_a_case_that_names_them_or_is_their_own(named: dict[str, object]):
    rota = a_rota()
    tom = replace(rota.advisors[1], addresses=((a_person().platform, "U-TOM"),))
    store = a_store(replace(rota, advisors=(rota.advisors[0], tom)))
    store.cases["SM-2026-0001"] = a_case("SM-2026-0001", **named)

    form = some_views(store).form("pass_on", {"case": "SM-2026-0001"}, MAYA)

    assert isinstance(form, Form)
    assert [value for value, _ in form.fields[0].options] == [""]


@pytest.mark.parametrize(
    ("verb", "case_id", "person", "said"),
    [
        ("answer", "SM-2026-0042", MAYA, wording_desk.not_yours()),
        ("pass_on", "SM-2026-0001", ASKER, wording_desk.not_yours()),
        ("answer", "SM-2026-9999", MAYA, wording_desk.unknown_case()),
        ("answer", "SM-2026-0005", MAYA, wording_desk.moved_on("SM-2026-0005", "closed")),
        ("ask_back", "SM-2026-0003", MAYA, wording_desk.moved_on("SM-2026-0003", "waiting for asker")),
    ],
)
def test_a_form_that_could_not_be_sent_does_not_open(verb: str, case_id: str, person, said):
    assert some_views(a_store()).form(verb, {"case": case_id}, person) == said


def test_what_opens_no_form_is_none():
    assert some_views(a_store()).form("dance", {}, MAYA) is None


@pytest.mark.parametrize(("person", "reads"), [(ASKER, True), (MAYA, True), (NOBODY, False)])
def test_a_case_is_read_by_its_two_people_only(person, reads: bool):
    shown = some_views(a_store()).case("SM-2026-0001", person)

    assert (shown == wording_desk.unknown_case()) is not reads
    assert shown.actions == ()


@pytest.mark.parametrize(
    ("verb", "filled", "wrong"),
    [
        ("answer", {"text": "Yes."}, []),
        ("answer", {"text": "…"}, ["text"]),
        ("answer", {}, ["text"]),
        ("ask", {"text": "x" * wording.LONGEST_REPLY}, []),
        ("ask", {"text": "x" * (wording.LONGEST_REPLY + 1)}, ["text"]),
        ("away", {"until": ""}, []),
        ("away", {"until": "2026-11-24"}, []),
        ("away", {"until": "2026-11-23"}, ["until"]),
        ("away", {"until": "soon"}, ["until"]),
    ],
)
def test_what_is_wrong_is_said_at_its_field(verb: str, filled: dict[str, str], wrong: list[str]):
    assert list(faults(verb, filled, date(2026, 11, 24))) == wrong


def test_the_form_to_ask_brings_only_facts_that_were_said():
    message = from_button("ask", {"fact.account": "personal", "fact.period": "", "text": "x"}, "May I?", ENVELOPE)

    assert message == AskWithFacts(ENVELOPE, "May I?", {"account": "personal"})


def test_going_away_and_coming_back_are_buttons_too():
    assert from_button("away", {"until": "2026-12-04"}, "", ENVELOPE) == GoAway(ENVELOPE, "2026-12-04")
    assert from_button("back", {}, "", ENVELOPE) == ComeBack(ENVELOPE)


# asking with facts


def test_facts_that_nobody_knows_are_left_out_of_a_question():
    desk = Desk()

    desk.send(AskWithFacts, "Can I blog?", {"account": "personal", "moon": "full", "period": "sometimes"})

    assert "moon" not in desk.store.turns[desk.last_turn()].facts


@pytest.mark.parametrize(("text", "said"), [("  …", wording.empty_question()), ("x" * 20_001, wording.too_long())])
def test_a_question_that_cannot_be_read_is_refused(text: str, said):
    assert Desk().send(AskWithFacts, text, {}).only == said


# the pane


def test_a_thread_is_called_after_the_question_that_opened_it():
    assert some_views(a_store()).title(AskQuestion(ENVELOPE, "May I  post this?")) == "May I post this?"


def test_a_title_holds_no_personal_data_and_is_short():
    title = some_views(a_store()).title(AskQuestion(ENVELOPE, "May I mail sam@example.org? " + "word " * 50))

    assert "[e-mail]" in title
    assert len(title) == 60
    assert title.endswith("…")


def test_a_thread_keeps_its_first_title():
    store = a_store()
    asked = {"place_key": ENVELOPE.place.key, "person_key": ASKER.key, "asked_at": NOON}
    store.turns["earlier"] = a_turn("earlier", place=ENVELOPE.place, **asked)

    assert some_views(store).title(AskQuestion(ENVELOPE, "And on my own account?")) == ""


def test_a_question_in_another_thread_takes_no_title_away():
    store = a_store()
    elsewhere = replace(ENVELOPE.place, reference={"channel": "D1", "thread_ts": "2.2"})
    asked = {"place_key": ENVELOPE.place.key, "person_key": ASKER.key, "asked_at": NOON}
    store.turns["earlier"] = a_turn("earlier", place=elsewhere, **asked)

    assert some_views(store).title(AskQuestion(ENVELOPE, "May I post this?")) == "May I post this?"


def test_what_is_no_question_gives_no_title():
    assert some_views(a_store()).title(ShowHelp(ENVELOPE)) == ""


def test_an_advisor_is_offered_their_work_and_in_an_election_period_a_question_about_it():
    views = some_views(a_store(), calendar=Calendar((ELECTION,)))

    assert views.suggestions(MAYA) == (
        wording_home.suggestion_in(ELECTION),
        *wording_home.suggestions_for_advisor(),
    )
    assert views.suggestions(NOBODY) == (wording_home.suggestion_in(ELECTION),)  # this pack has no examples


def test_outside_of_a_period_nothing_is_said_of_elections():
    over = replace(ELECTION, starts=date(2026, 1, 1), ends=date(2026, 11, 23))

    assert some_views(a_store(), calendar=Calendar((over,))).suggestions(NOBODY) == ()


def test_suggested_questions_are_settled_ones_of_different_topics(uk_corpus: Corpus):
    suggested = typical_questions(uk_corpus, 3)

    examples = {example.question: uk_corpus.entries[example.entry] for example in uk_corpus.examples}
    entries = [examples[question] for question in suggested]
    assert len({entry.topics[0] for entry in entries}) == 3
    assert {entry.outcome.verdict for entry in entries} <= {Verdict.YES, Verdict.YES_IF, Verdict.NO}
    assert all(len(question) <= 70 and question.endswith("?") for question in suggested)
