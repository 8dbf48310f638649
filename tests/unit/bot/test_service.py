from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import pytest

from bot import wording, wording_advisor, wording_asker, wording_desk
from bot.advice import Advice, Signpost
from bot.advisors import Rota
from bot.case import Case, Move, State
from bot.conversation import REMEMBERED
from bot.deliveries import ToAdvisor
from bot.errors import ChangedMeanwhile
from bot.messages import (
    AddNote,
    AskAdvisor,
    AskBack,
    AskQuestion,
    AskWithFacts,
    CheckDraft,
    ChooseFact,
    ClaimCase,
    CloseCase,
    GiveAdvice,
    GoOn,
    PassOn,
    Person,
    Place,
    RateAdvice,
    RateAnswer,
    ReopenCase,
    ReplyToAdvisor,
    ShareAnswer,
    ShareName,
    ShowCase,
    ShowCases,
    ShowHelp,
    ShowTips,
    WithdrawCase,
)
from bot.replies import Cited, Heading, Note, Reply, SaidBySomeone
from knowledge.entry import Corpus, Facts, Verdict
from knowledge.tokens import clean
from tests.builders import NOON, a_case, a_place, an_advisor
from tests.builders_guidance import a_draft_rule, an_engine, the_small_corpus
from tests.desk import (
    ASKER,
    BEN,
    BEN_HIMSELF,
    CASE,
    DESK,
    DILEMMA,
    HERE,
    MAYA,
    MAYA_HERSELF,
    SETTLED,
    STRANGER,
    UNCLEAR,
    Desk,
    a_desk_with_an_open_case,
    a_desk_with_case,
    verbs,
)
from tests.fakes import MemoryUnitOfWork

PERSONAL = ("account", "personal")


@dataclass
class StubEngine:
    """Answers everything alike and keeps what it was asked."""

    advice: Advice
    corpus: Corpus = field(default_factory=the_small_corpus)
    asked: list[tuple[str, Facts, tuple[str, ...], date | None]] = field(default_factory=list)

    def advise(self, question: str, *, facts: Facts, history: Sequence[str] = (), as_of: date | None = None) -> Advice:
        self.asked.append((question, facts, tuple(history), as_of))
        return replace(self.advice, facts=facts)

    def resolve(self, entry_id: str, facts: Facts, *, as_of: date | None = None) -> Advice | None:
        return replace(self.advice, entry=entry_id, facts=facts)

    def change_of_facts(self, text: str, entry_id: str) -> Facts:
        return {}


# once only


def test_the_same_event_twice_is_answered_once():
    desk = Desk()
    message = AskQuestion(desk.envelope(), SETTLED)

    first, second = desk.service.handle(message), desk.service.handle(message)

    assert len(first) == 1
    assert second == ()
    assert list(desk.store.deliveries.values()) == list(first)


def test_the_same_event_twice_opens_one_case():
    desk = Desk()
    message = AskQuestion(desk.envelope(), DILEMMA)

    desk.service.handle(message)
    desk.service.handle(message)

    assert list(desk.store.cases) == [CASE]


def test_what_is_returned_was_saved():
    desk = Desk()

    sent = desk.ask(DILEMMA)

    assert tuple(desk.store.deliveries.values()) == sent


def test_each_delivery_has_a_key_of_its_own_made_from_the_event():
    desk = Desk()

    sent = desk.ask(DILEMMA)

    assert [delivery.key for delivery in sent] == ["event-1#1", "event-1#2"]


def test_a_failure_saves_nothing_so_that_the_event_may_come_again():
    class BrokenEngine(StubEngine):
        def advise(self, question: str, **known: object) -> Advice:
            raise RuntimeError("broken")

    desk = Desk(BrokenEngine(an_engine().advise(SETTLED, facts={})))

    with pytest.raises(RuntimeError):
        desk.ask(SETTLED)

    assert desk.store.events_seen == {}


# asking


def test_a_settled_question_is_answered_where_it_was_asked():
    sent = Desk().ask(SETTLED)

    assert sent.to(HERE) == list(sent)
    assert sent.only.text.startswith("Yes, if…")


def test_an_answered_question_is_remembered():
    desk = Desk()

    desk.ask(SETTLED)

    (turn,) = desk.store.turns.values()
    assert (turn.question, turn.verdict, turn.entry) == (SETTLED, Verdict.YES_IF, "blog-about-work")
    assert (turn.person_key, turn.place_key, turn.asked_at) == (ASKER.key, HERE.key, NOON)


def test_a_question_is_asked_with_the_day_it_came():
    engine = StubEngine(an_engine().advise(SETTLED, facts={}))

    Desk(engine).ask(SETTLED)

    assert engine.asked == [(SETTLED, {}, (), date(2026, 11, 24))]


def test_the_profile_is_known_to_the_engine():
    assert Desk().ask(UNCLEAR, profile={"account": "official"}).only.text.startswith("Yes.")


@pytest.mark.parametrize("text", ["", "   ", "👍👍", "…", "<@U1>", "\u202e"])
def test_a_question_without_words_is_answered_with_what_to_do(text: str):
    desk = Desk()

    assert desk.ask(text).only == wording.empty_question()
    assert desk.store.turns == {}


def test_forty_thousand_characters_are_too_long():
    desk = Desk()

    assert desk.ask("blog " * 8_000).only == wording.too_long()
    assert desk.store.turns == {}


@pytest.mark.parametrize(("length", "is_read"), [(20_000, True), (20_001, False)])
def test_the_longest_question_is_still_read(length: int, is_read: bool):
    reply = Desk().ask(f"blog {'a' * (length - 5)}").only

    assert (reply != wording.too_long()) is is_read


def test_nothing_found_is_said_and_offers_an_advisor():
    reply = Desk().ask("zebra crossing").only

    assert reply.text.startswith("Not covered by this guidance.")
    assert verbs(reply) == ["advisor"]


def test_tips_are_shown():
    assert Desk().send(ShowTips).only == wording.tips(the_small_corpus(), None)


@pytest.mark.parametrize("number", [0, 11, -1])
def test_a_tip_that_does_not_exist_is_answered_with_what_to_type(number: int):
    assert "tip 1 to tip 10" in Desk().send(ShowTips, number).only.text


def test_help_names_the_nearest_command():
    assert "Did you mean tips?" in Desk().send(ShowHelp, "tipps", "tips").only.text


# clarify


def test_a_clarify_question_waits_for_its_fact():
    desk = Desk()

    reply = desk.ask(UNCLEAR).only

    assert verbs(reply) == ["choose", "choose", "advisor"]
    assert desk.store.turns[desk.last_turn()].awaiting == "account"


def test_a_pressed_choice_answers_the_earlier_question():
    desk = Desk()
    desk.ask(UNCLEAR)

    reply = desk.send(ChooseFact, desk.last_turn(), "account", "personal").only

    assert reply.text == "No. It looks partisan."


def test_a_typed_choice_answers_the_earlier_question():
    desk = Desk()
    desk.ask(UNCLEAR)

    assert desk.ask("my own account").only.text == "No. It looks partisan."


def test_a_new_question_instead_of_a_choice_is_answered():
    desk = Desk()
    desk.ask(UNCLEAR)

    assert desk.ask(SETTLED).only.text.startswith("Yes, if…")


def test_what_was_chosen_holds_for_a_follow_up():
    desk = Desk()
    desk.ask(UNCLEAR)
    desk.ask("my own account")

    assert desk.ask("and if she retweets it?").only.text.startswith("No.")


@pytest.mark.parametrize(
    ("fact", "value"), [("mood", "good"), ("account", "shared"), ("", "")], ids=["fact", "value", "nothing"]
)
def test_a_choice_the_guidance_does_not_know_any_more_is_refused(fact: str, value: str):
    desk = Desk()
    desk.ask(UNCLEAR)

    assert desk.send(ChooseFact, desk.last_turn(), fact, value).only == wording.expired_question()


def test_a_question_is_answered_though_the_guidance_dropped_the_fact_that_is_waited_for():
    desk = Desk()
    desk.ask(UNCLEAR)
    turn = desk.store.turns[desk.last_turn()]
    desk.store.turns[turn.id] = replace(turn, awaiting="dropped")

    assert desk.ask(SETTLED).only.text.startswith("Yes, if…")


def test_a_follow_up_is_asked_with_the_questions_before_it():
    engine = StubEngine(an_engine().advise(SETTLED, facts={}))
    desk = Desk(engine)

    desk.ask("Can I blog?")
    desk.ask("and on sundays?")

    assert engine.asked[-1][2] == ("Can I blog?",)


def test_what_was_asked_long_ago_is_forgotten():
    engine = StubEngine(an_engine().advise(SETTLED, facts={}))
    desk = Desk(engine)
    desk.ask("Can I blog?", profile={"account": "personal"})

    desk.clock.moment += REMEMBERED + timedelta(seconds=1)
    desk.ask("and on sundays?")

    assert engine.asked[-1][1:3] == ({}, ())


@pytest.mark.parametrize(
    ("person", "place"), [(STRANGER, HERE), (ASKER, a_place("C-OTHER:2"))], ids=["person", "place"]
)
def test_a_conversation_belongs_to_one_person_in_one_place(person: Person, place: Place):
    engine = StubEngine(an_engine().advise(SETTLED, facts={}))
    desk = Desk(engine)
    desk.ask("Can I blog?")

    desk.ask("and on sundays?", by=person, at=place)

    assert engine.asked[-1][2] == ()


def test_what_the_conversation_told_wins_over_the_profile():
    engine = StubEngine(an_engine().advise(SETTLED, facts={}))
    desk = Desk(engine)
    desk.ask(UNCLEAR)
    desk.send(ChooseFact, desk.last_turn(), "account", "personal")

    desk.ask("and on sundays?", profile={"account": "official"})

    assert engine.asked[-1][1] == {"account": "personal"}


@pytest.mark.parametrize("typed", [True, False], ids=["typed", "pressed"])
def test_a_choice_about_a_follow_up_keeps_what_the_follow_up_leaned_on(typed: bool):
    desk = Desk()
    desk.ask(UNCLEAR)
    desk.ask("and on facebook?")

    reply = (desk.ask("my own account") if typed else desk.send(ChooseFact, desk.last_turn(), *PERSONAL)).only

    assert reply.text == "No. It looks partisan."


def test_a_choice_that_is_not_understood_is_answered_both_ways_instead_of_asked_again():
    desk = Desk()
    desk.ask(UNCLEAR)

    reply = desk.ask("well, that depends").only

    assert reply.text.startswith("It depends.")
    assert desk.store.turns[desk.last_turn()].awaiting == "account"


def test_a_choice_is_answered_anew_where_its_entry_is_gone():
    desk = Desk()
    desk.ask(UNCLEAR)
    turn = desk.store.turns[desk.last_turn()]
    desk.store.turns[turn.id] = replace(turn, entry="gone")

    assert desk.send(ChooseFact, turn.id, *PERSONAL).only.text == "No. It looks partisan."


def test_a_case_about_a_follow_up_tells_the_advisor_what_it_leans_on():
    desk = Desk()
    desk.ask(SETTLED)
    desk.ask("and on sundays?")

    desk.send(AskAdvisor, question_id=desk.last_turn())

    assert SETTLED in desk.case.question


# follow-ups on the last answer


def test_who_asks_why_is_shown_what_the_last_answer_rests_on():
    desk = Desk()
    desk.ask(SETTLED)

    reply = desk.ask("says who?").only

    assert reply.text.startswith("Because: You may blog")
    assert "Social media guidance, section 3 (2014)" in reply.text
    assert verbs(reply) == ["advisor"]


def test_what_follows_a_why_leans_on_the_answer_before_it():
    desk = Desk()
    desk.ask(UNCLEAR)
    desk.ask("why?")

    assert desk.ask("my own account").only.text == "No. It looks partisan."


def test_why_after_a_hand_over_opens_no_second_case():
    desk = Desk()
    desk.ask(DILEMMA)

    reply = desk.ask("why?").only

    assert reply.text.startswith("Because: It turns on your post")
    assert list(desk.store.cases) == [CASE]


def test_why_after_nothing_was_found_is_answered_honestly():
    desk = Desk()
    desk.ask("zebra crossing")

    assert desk.ask("where does it say that?").only == wording.nothing_to_show()


def test_why_is_answered_anew_where_the_entry_is_gone():
    desk = Desk()
    desk.ask(SETTLED)
    turn = desk.store.turns[desk.last_turn()]
    desk.store.turns[turn.id] = replace(turn, entry="gone")

    assert desk.ask("why?").only.text.startswith("Yes, if…")


def test_why_with_nothing_before_it_is_a_question_of_its_own():
    assert not Desk().ask("why?").only.text.startswith("Because")


def test_a_changed_fact_asks_the_last_entry_again():
    desk = Desk()
    desk.ask(UNCLEAR, profile={"account": "official"})

    reply = desk.ask("what if it's my own account?").only

    assert reply.text == "No. It looks partisan."
    assert desk.store.turns[desk.last_turn()].facts == {"account": "personal"}


def test_a_changed_fact_with_nothing_before_it_is_a_question_of_its_own():
    engine = StubEngine(an_engine().advise(SETTLED, facts={}))

    Desk(engine).ask("what if it's my own account?")

    assert [question for question, *_ in engine.asked] == ["what if it's my own account?"]


# buttons under an answer


@pytest.mark.parametrize("helpful", [True, False])
def test_an_answer_is_rated(helpful: bool):
    desk = Desk()
    desk.ask(SETTLED)

    reply = desk.send(RateAnswer, desk.last_turn(), helpful=helpful).only

    (asked,) = desk.store.questions.values()
    assert asked.helpful is helpful
    assert reply == wording.thanks(helpful=helpful)


BUTTONS = [
    pytest.param(lambda question: (ChooseFact, question, "account", "personal"), id="choose"),
    pytest.param(lambda question: (RateAnswer, question, True), id="rate"),
    pytest.param(lambda question: (AskAdvisor, question), id="advisor"),
]


@pytest.mark.parametrize("button", BUTTONS)
def test_a_button_of_a_question_long_gone_says_so(button):
    desk = Desk()

    assert desk.send(*button("gone")).only == wording.expired_question()


@pytest.mark.parametrize("button", BUTTONS)
def test_a_button_of_somebody_elses_question_changes_nothing(button):
    desk = Desk()
    desk.ask(UNCLEAR)
    before = dict(desk.store.turns)

    reply = desk.send(*button(desk.last_turn()), by=STRANGER).only

    assert reply == wording.somebody_elses()
    assert desk.store.turns == before
    assert desk.store.cases == {}


# a case is opened


def test_a_dilemma_goes_to_the_advisor_of_its_topic():
    desk = Desk()

    sent = desk.ask(DILEMMA)

    assert [delivery.case_id for delivery in sent] == [CASE, CASE]
    assert len(sent.to(HERE)) == len(sent.to("maya")) == 1
    assert desk.case.advisor_id == "maya"


def test_the_asker_is_told_who_has_it_by_when_and_what_to_do_until_then():
    reply = Desk().ask(DILEMMA)[0].reply

    assert "Maya Okafor" in reply.text
    assert CASE in reply.text
    assert "Thu 26 November, 12:00" in reply.text
    assert wording.SAFE_DEFAULT in reply.text


def test_a_case_holds_what_the_engine_found():
    desk = Desk()

    desk.ask(DILEMMA)

    case = desk.case
    assert (case.question, case.state, case.topics) == (DILEMMA, State.OPEN, ("political-activity",))
    assert case.advisor_needs == ("Your grade", "What the post says")
    assert case.passages[0] == "uk/political-activity.1"
    assert case.guidance_version == "uk@0123456789ab"


def test_a_case_is_due_in_working_time():
    desk = Desk()

    desk.ask(DILEMMA)

    assert desk.case.acknowledge_by == NOON + timedelta(hours=4)
    assert desk.case.answer_by == NOON + timedelta(days=2)


def test_the_log_of_a_case_begins_with_its_opening():
    desk = Desk()

    desk.ask(DILEMMA)

    assert [event.move for event in desk.store.log[CASE]] == [Move.OPEN]


def test_an_advisors_own_dilemma_goes_to_another():
    desk = Desk()

    desk.ask(DILEMMA, by=MAYA_HERSELF)

    assert desk.case.advisor_id == "ben"


def test_the_asker_may_go_straight_to_an_advisor():
    desk = Desk()

    sent = desk.send(AskAdvisor, text=SETTLED)

    assert len(sent.to("ben")) == 1
    assert wording.LABELS[Verdict.YES_IF] not in sent.to(HERE)[0].reply.text
    assert "advisor" not in verbs(sent.to(HERE)[0].reply)


def test_after_an_answer_an_advisor_may_still_be_asked():
    desk = Desk()
    desk.ask(SETTLED)

    sent = desk.send(AskAdvisor, question_id=desk.last_turn())

    assert desk.case.question == SETTLED
    assert sent.to(HERE)[0].reply == wording_asker.taken(desk.case, BEN, NOON)


def test_a_clarify_question_may_go_to_an_advisor_instead():
    desk = Desk()
    desk.ask(UNCLEAR)

    desk.send(AskAdvisor, question_id=desk.last_turn())

    assert desk.case.question == UNCLEAR
    assert desk.store.turns[desk.last_turn()].awaiting == ""


@pytest.mark.parametrize(
    ("text", "reply"),
    [("", wording.advisor_about_what()), ("👍", wording.advisor_about_what()), ("a" * 40_000, wording.too_long())],
)
def test_an_advisor_is_asked_in_words(text: str, reply: Reply):
    desk = Desk()

    assert desk.send(AskAdvisor, text=text).only == reply
    assert desk.store.cases == {}


def test_asking_an_advisor_twice_opens_one_case():
    desk = Desk()
    desk.ask(SETTLED)
    desk.send(AskAdvisor, question_id=desk.last_turn())

    reply = desk.send(AskAdvisor, question_id=next(iter(desk.store.turns))).only

    assert list(desk.store.cases) == [CASE]
    assert reply == wording_asker.asked_already(desk.case, BEN)


def test_an_answered_question_may_go_to_an_advisor_again():
    desk = Desk()
    desk.ask(DILEMMA)
    desk.act(GiveAdvice, "Yes.")

    desk.ask(DILEMMA)

    assert len(desk.store.cases) == 2


def test_an_empty_rota_is_said_truly():
    desk = Desk(rota=Rota())

    sent = desk.ask(DILEMMA)

    assert desk.store.cases == {}
    assert "No advisor is on the rota" in sent.only.text


def test_an_empty_rota_is_said_after_an_answer_too():
    desk = Desk(rota=Rota())
    desk.ask(SETTLED)

    assert desk.send(AskAdvisor, question_id=desk.last_turn()).only == wording_asker.nobody_to_ask(
        None, "", the_small_corpus(), alone=False
    )


def test_the_only_advisor_on_the_rota_is_told_so():
    desk = Desk(rota=Rota((MAYA,)))

    assert "You are the only advisor on the rota" in desk.ask(DILEMMA, by=MAYA_HERSELF).only.text


def test_the_reason_on_an_advisors_card_speaks_to_the_advisor():
    desk = Desk()

    desk.send(AskAdvisor, text=SETTLED)

    assert "You asked" not in desk.case.why


# the advisor acts


def test_claiming_tells_the_asker_and_brings_the_card_up_to_date():
    desk = a_desk_with_case()

    sent = desk.act(ClaimCase)

    assert desk.case.state is State.CLAIMED
    assert sent.to(HERE)[0].reply == wording_asker.claimed(desk.case, MAYA)
    assert [delivery.replaces for delivery in sent.to("maya")] == [True]


def test_claiming_twice_says_that_it_is_claimed_and_changes_nothing():
    desk = a_desk_with_case()
    desk.act(ClaimCase)
    before = desk.case

    sent = desk.act(ClaimCase)

    assert sent.to(DESK)[0].reply == wording_desk.moved_on(CASE, "claimed")
    assert len(sent) == 1
    assert desk.case == before


def test_an_answer_reaches_the_asker_with_the_advisors_name():
    desk = a_desk_with_case()

    sent = desk.act(GiveAdvice, "Yes, go on.")

    (to_asker,) = sent.to(HERE)
    assert SaidBySomeone("Maya Okafor (Propriety adviser) says", "Yes, go on.") in to_asker.reply.parts
    assert (desk.case.state, desk.case.advice) == (State.ANSWERED, "Yes, go on.")


def test_an_answer_is_confirmed_to_the_advisor():
    desk = a_desk_with_case()

    sent = desk.act(GiveAdvice, "Yes, go on.")

    assert len(sent.to(DESK)) == 1
    assert verbs(sent.to("maya")[0].reply) == []


def test_asking_back_puts_the_question_to_the_asker():
    desk = a_desk_with_case()

    sent = desk.act(AskBack, "Which post?")

    (to_asker,) = sent.to(HERE)
    assert SaidBySomeone("Maya Okafor (Propriety adviser) asks", "Which post?") in to_asker.reply.parts
    assert verbs(to_asker.reply) == ["reply", "withdraw"]
    assert desk.case.state is State.WAITING_FOR_ASKER


def test_passing_on_puts_the_case_before_another_advisor():
    desk = a_desk_with_case()

    sent = desk.act(PassOn, "I know the asker.")

    assert desk.case.advisor_id == "ben"
    assert [delivery.replaces for delivery in sent.to("ben")] == [False]
    assert SaidBySomeone("An advisor passed it on", "I know the asker.") in sent.to("ben")[0].reply.parts
    assert sent.to(HERE)[0].reply == wording_asker.passed_on(a_case(), desk.case, MAYA, BEN, NOON)


def test_who_passed_a_case_on_cannot_act_on_it_any_more():
    desk = a_desk_with_case()
    sent = desk.act(PassOn, "I know the asker.")

    assert verbs(sent.to("maya")[0].reply) == []
    assert desk.act(GiveAdvice, "Yes.").only == wording_desk.given_back(wording_desk.not_yours(), "Yes.")


@pytest.mark.parametrize(("threaded", "comes_back"), [(False, True), (True, False)])
def test_words_for_a_case_that_moved_on_come_back_only_where_nobody_else_reads_them(threaded: bool, comes_back: bool):
    desk = a_desk_with_case()
    desk.send(WithdrawCase, CASE)
    place = replace(HERE, threaded=threaded)

    parts = desk.send(ReplyToAdvisor, CASE, "It is sam@example.org's.", at=place).only.parts

    assert (SaidBySomeone("You wrote", "It is [e-mail]'s.") in parts) is comes_back


def test_a_deputy_is_tried_first_when_a_case_is_passed_on():
    zoe = an_advisor("zoe", topics=frozenset({"tips"}), addresses=())
    desk = a_desk_with_case(rota=Rota((replace(MAYA, deputy="zoe"), BEN, zoe)))

    desk.act(PassOn, "On leave.")

    assert (desk.case.advisor_id, desk.case.chosen_because) == ("zoe", "stands in for the advisor before")


@pytest.mark.parametrize("named", ["", "ben"], ids=["by the rota", "by name"])
def test_a_case_is_never_passed_on_to_its_asker(named: str):
    desk = a_desk_with_case(asker=BEN_HIMSELF)

    assert desk.act(PassOn, "On leave.", named).only == wording_advisor.nobody_else(desk.case)


def test_a_case_may_be_passed_to_a_named_advisor():
    zoe = an_advisor("zoe", topics=frozenset(), addresses=())
    desk = a_desk_with_case(rota=Rota((replace(MAYA, deputy="ben"), BEN, zoe)))

    desk.act(PassOn, "She knows.", "zoe")

    assert desk.case.advisor_id == "zoe"


def test_a_case_stays_where_nobody_else_may_have_it():
    desk = a_desk_with_case(rota=Rota((MAYA,)))

    sent = desk.act(PassOn, "On leave.")

    assert sent.only == wording_advisor.nobody_else(desk.case)
    assert (desk.case.advisor_id, desk.case.version) == ("maya", 1)


ADVISORS_ACTS = [
    pytest.param(ClaimCase, (), id="claim"),
    pytest.param(GiveAdvice, ("Yes.",), id="answer"),
    pytest.param(AskBack, ("Which?",), id="ask back"),
    pytest.param(PassOn, ("On leave.",), id="pass on"),
]


@pytest.mark.parametrize(("kind", "args"), ADVISORS_ACTS)
@pytest.mark.parametrize("person", [ASKER, STRANGER, BEN_HIMSELF], ids=["asker", "stranger", "another advisor"])
def test_only_its_advisor_may_act_on_a_case(person: Person, kind: type, args: tuple[str, ...]):
    desk = a_desk_with_case()
    before = desk.case

    assert desk.act(kind, *args, by=person).only == wording_desk.given_back(wording_desk.not_yours(), "".join(args))
    assert desk.case == before


@pytest.mark.parametrize(("kind", "args"), ADVISORS_ACTS)
def test_a_withdrawn_case_is_not_acted_on(kind: type, args: tuple[str, ...]):
    desk = a_desk_with_case(State.WITHDRAWN)

    sent = desk.act(kind, *args)

    assert sent.only == wording_desk.given_back(wording_desk.moved_on(CASE, "withdrawn"), "".join(args))
    assert desk.case.state is State.WITHDRAWN


@pytest.mark.parametrize(("kind", "args"), ADVISORS_ACTS)
def test_an_unknown_case_is_not_acted_on(kind: type, args: tuple[str, ...]):
    assert Desk().act(kind, *args).only == wording_desk.given_back(wording_desk.unknown_case(), "".join(args))


WRITTEN = [
    pytest.param(State.OPEN, GiveAdvice, MAYA_HERSELF, id="answer"),
    pytest.param(State.OPEN, AskBack, MAYA_HERSELF, id="ask back"),
    pytest.param(State.OPEN, PassOn, MAYA_HERSELF, id="pass on"),
    pytest.param(State.WAITING_FOR_ASKER, ReplyToAdvisor, ASKER, id="reply"),
    pytest.param(State.ANSWERED, ReopenCase, ASKER, id="reopen"),
]


@pytest.mark.parametrize(
    "text", ["", "  ", "👍", "a" * (wording.LONGEST_REPLY + 1)], ids=["", "blank", "emoji", "long"]
)
@pytest.mark.parametrize(("state", "kind", "person"), WRITTEN)
def test_a_form_without_words_or_with_too_many_sends_nothing(state: State, kind: type, person: Person, text: str):
    desk = a_desk_with_case(state)
    before = desk.case

    assert desk.send(kind, CASE, text, by=person).only == wording.needs_words()
    assert desk.case == before


@pytest.mark.parametrize(("state", "kind", "person"), WRITTEN)
def test_a_form_takes_the_longest_reply(state: State, kind: type, person: Person):
    desk = a_desk_with_case(state)

    desk.send(kind, CASE, "a" * wording.LONGEST_REPLY, by=person)

    assert desk.case.version == 2


def test_two_who_act_at_once_are_told_apart():
    desk = a_desk_with_case()

    class Overtaken(MemoryUnitOfWork):
        def __enter__(self) -> "Overtaken":
            super().__enter__()
            self.cases.save = self.refuse  # type: ignore[method-assign]
            return self

        def refuse(self, case: Case, event: object) -> None:
            raise ChangedMeanwhile(case.id)

    desk.service = replace(desk.service, open_unit=lambda *, reads=False: Overtaken(desk.store))

    assert desk.act(ClaimCase).only == wording_desk.changed_meanwhile(CASE)
    assert desk.case.state is State.OPEN


# the asker acts


def test_a_reply_goes_to_the_advisor_as_a_new_message():
    desk = a_desk_with_case(State.WAITING_FOR_ASKER)

    sent = desk.send(ReplyToAdvisor, CASE, "The second one.")

    (card,) = sent.to("maya")
    assert not card.replaces
    assert SaidBySomeone("The asker replied", "The second one.") in card.reply.parts
    assert sent.to(HERE)[0].reply == wording_asker.reply_taken(desk.case, MAYA, NOON)
    assert desk.case.state is State.CLAIMED


def test_what_is_typed_in_the_thread_of_a_waiting_case_goes_to_the_advisor():
    desk = a_desk_with_case(State.WAITING_FOR_ASKER)

    sent = desk.ask("The second one.")

    assert len(sent.to("maya")) == 1
    assert desk.case.state is State.CLAIMED


@pytest.mark.parametrize(
    ("state", "person", "place"),
    [
        (State.WAITING_FOR_ASKER, ASKER, replace(HERE, threaded=False)),
        (State.WAITING_FOR_ASKER, ASKER, a_place("C-OTHER:2", threaded=True)),
        (State.WAITING_FOR_ASKER, STRANGER, HERE),
        (State.CLAIMED, ASKER, HERE),
    ],
    ids=["unthreaded", "another thread", "another person", "nobody waits"],
)
def test_what_is_typed_elsewhere_is_a_question(state: State, person: Person, place: Place):
    desk = a_desk_with_case(state)

    sent = desk.ask(SETTLED, by=person, at=place)

    assert sent.only.text.startswith("Yes, if…")
    assert desk.case.state is state


OWN_CHAT = a_place("D-ASKER")


def a_desk_that_asked_back_in_their_own_chat() -> Desk:
    desk = Desk(rota=Rota((MAYA, BEN)))
    desk.ask(DILEMMA, at=OWN_CHAT)
    desk.clock.advance(minutes=5)
    desk.act(AskBack, "Which account?")
    desk.clock.advance(minutes=5)
    return desk


def test_what_is_typed_in_their_own_chat_after_the_advisors_question_is_neither_sent_nor_answered_unasked():
    desk = a_desk_that_asked_back_in_their_own_chat()

    sent = desk.ask("My own, at the weekend.", at=OWN_CHAT)

    assert sent.only == wording_asker.is_it_a_reply(desk.case, MAYA, "My own, at the weekend.")
    assert [action.prompt.draft for action in sent.only.actions if action.prompt] == ["My own, at the weekend."] * 2
    assert desk.case.state is State.WAITING_FOR_ASKER
    assert list(desk.store.cases) == [CASE]


def test_a_question_typed_while_an_advisor_waits_is_answered_and_so_are_the_next_ones():
    desk = a_desk_that_asked_back_in_their_own_chat()

    first = desk.send(AskWithFacts, SETTLED, {}, at=OWN_CHAT)
    desk.clock.advance(minutes=1)
    second = desk.ask(SETTLED, at=OWN_CHAT)

    assert [sent.only.text[:8] for sent in (first, second)] == ["Yes, if…"] * 2
    assert desk.case.state is State.WAITING_FOR_ASKER


@pytest.mark.parametrize(("length", "is_carried"), [(1_000, True), (1_001, False)])
def test_a_text_too_long_for_a_button_is_left_to_be_put_in_again(length: int, is_carried: bool):
    desk = a_desk_that_asked_back_in_their_own_chat()

    sent = desk.ask("x" * length, at=OWN_CHAT)

    assert all(bool(action.prompt and action.prompt.draft) is is_carried for action in sent.only.actions)


def test_a_typed_reply_without_words_is_not_passed_on():
    desk = a_desk_with_case(State.WAITING_FOR_ASKER)

    assert desk.ask("👍").only == wording.empty_question()
    assert desk.case.state is State.WAITING_FOR_ASKER


def test_a_typed_reply_that_is_too_long_is_not_passed_on_cut():
    desk = a_desk_with_case(State.WAITING_FOR_ASKER)

    sent = desk.ask("blog " * 700)

    assert sent.to("maya") == []
    assert desk.case.state is State.WAITING_FOR_ASKER


def test_a_typed_reply_that_is_too_long_is_told_so():
    desk = a_desk_with_case(State.WAITING_FOR_ASKER)

    assert desk.ask("blog " * 700).only in (wording.needs_words(), wording.too_long())


def test_withdrawing_tells_the_advisor_on_their_card():
    desk = a_desk_with_case()

    sent = desk.send(WithdrawCase, CASE)

    (card,) = sent.to("maya")
    assert card.replaces
    assert verbs(card.reply) == []
    assert sent.to(HERE)[0].reply == wording_asker.withdrawn(desk.case)


def test_closing_ends_an_answered_case():
    desk = a_desk_with_case(State.ANSWERED, ended_at=NOON)

    sent = desk.send(CloseCase, CASE)

    assert desk.case.state is State.CLOSED
    assert sent.to(HERE)[0].reply == wording_asker.closed(desk.case, asks=True)


@pytest.mark.parametrize("helped", [True, False])
def test_whether_advice_helped_is_kept_and_thanked_for(helped: bool):
    desk = a_desk_with_case(State.CLOSED, ended_at=NOON)

    reply = desk.send(RateAdvice, CASE, helped).only

    assert desk.case.helped is helped
    assert reply == wording_asker.advice_rated(desk.case, helped=helped)


def test_who_changes_their_mind_about_advice_is_believed():
    desk = a_desk_with_case(State.CLOSED, ended_at=NOON)

    desk.send(RateAdvice, CASE, True)
    desk.send(RateAdvice, CASE, False)

    assert desk.case.helped is False
    assert desk.store.log[CASE] == ()  # it is no move, so no advisor reads it


def test_whether_advice_helped_is_asked_once_also_after_a_reopen():
    desk = a_desk_with_case(State.ANSWERED, ended_at=NOON)

    first = desk.send(CloseCase, CASE).to(HERE)[0].reply
    desk.send(ReopenCase, CASE, "And on Sundays?")
    desk.act(GiveAdvice, "Not on Sundays.")
    second = desk.send(CloseCase, CASE).to(HERE)[0].reply

    assert verbs(first) == ["helped", "not_helped"]
    assert verbs(second) == []


@pytest.mark.parametrize(("days", "state"), [(30, State.REOPENED), (31, State.ANSWERED)])
def test_an_answered_case_may_be_reopened_for_thirty_days(days: int, state: State):
    desk = a_desk_with_case(State.ANSWERED, ended_at=NOON)
    desk.clock.advance(days=days)

    desk.send(ReopenCase, CASE, "And on Sundays?")

    assert desk.case.state is state


def test_reopening_puts_the_case_before_its_advisor_again():
    desk = a_desk_with_case(State.ANSWERED, ended_at=NOON)

    sent = desk.send(ReopenCase, CASE, "And on Sundays?")

    (card,) = sent.to("maya")
    assert SaidBySomeone("The asker reopened it", "And on Sundays?") in card.reply.parts
    assert sent.to(HERE)[0].reply == wording_asker.reopened(desk.case, MAYA, NOON)


def test_a_reopened_case_is_due_anew():
    desk = a_desk_with_case(State.ANSWERED, ended_at=NOON)
    desk.clock.advance(days=20)

    desk.send(ReopenCase, CASE, "And on Sundays?")

    assert desk.case.answer_by > desk.clock.now()


@pytest.mark.parametrize(
    ("state", "kind", "args"),
    [
        (State.WAITING_FOR_ASKER, ReplyToAdvisor, ("Me!",)),
        (State.OPEN, WithdrawCase, ()),
        (State.ANSWERED, CloseCase, ()),
        (State.CLOSED, RateAdvice, (True,)),
        (State.ANSWERED, ReopenCase, ("Me!",)),
    ],
)
@pytest.mark.parametrize("person", [STRANGER, MAYA_HERSELF], ids=["stranger", "advisor"])
def test_only_the_asker_may_do_what_is_the_askers(person: Person, state: State, kind: type, args: tuple[str, ...]):
    desk = a_desk_with_case(state)
    before = desk.case

    assert desk.send(kind, CASE, *args, by=person).only == wording_desk.not_yours()
    assert desk.case == before


def test_a_reply_nobody_waits_for_says_where_the_case_stands():
    desk = a_desk_with_case(State.ANSWERED, ended_at=NOON)

    assert desk.send(ReplyToAdvisor, CASE, "But…  well").only == wording_desk.moved_on(CASE, "answered")


def test_a_case_whose_advisor_left_still_moves():
    desk = a_desk_with_case(rota=Rota((BEN,)))

    sent = desk.send(WithdrawCase, CASE)

    assert desk.case.state is State.WITHDRAWN
    assert len(sent.to("maya")) == 1


# looking


def test_the_asker_sees_their_cases():
    desk = a_desk_with_case()

    assert desk.send(ShowCases).only == wording_desk.case_list([desk.case], queue=False)
    assert desk.send(ShowCases, by=STRANGER).only == wording_desk.case_list([], queue=False)


def test_an_advisor_sees_the_cases_in_their_hands():
    desk = a_desk_with_case()

    assert desk.send(ShowCases, queue=True, by=MAYA_HERSELF).only == wording_desk.case_list([desk.case], queue=True)
    assert desk.send(ShowCases, queue=True, by=BEN_HIMSELF).only == wording_desk.case_list([], queue=True)


def test_who_is_no_advisor_has_no_queue():
    assert a_desk_with_case().send(ShowCases, queue=True).only == wording_advisor.no_advisor()


def test_the_asker_sees_their_case_with_its_advisors_name():
    desk = a_desk_with_case()

    assert desk.send(ShowCase, CASE).only == wording_asker.case_view(desk.case, MAYA, ())


def test_its_advisor_sees_a_case_as_the_card():
    desk = a_desk_with_case()

    assert desk.act(ShowCase).only == wording_advisor.notice(desk.case, MAYA, the_small_corpus(), ())


@pytest.mark.parametrize("person", [STRANGER, BEN_HIMSELF], ids=["stranger", "another advisor"])
def test_a_case_is_not_even_known_to_others(person: Person):
    assert a_desk_with_case().send(ShowCase, CASE, by=person).only == wording_desk.unknown_case()


@pytest.mark.parametrize("case_id", ["SM-2026-9999", "STUDY"])
def test_an_unknown_case_is_said_to_be(case_id: str):
    assert a_desk_with_case().send(ShowCase, case_id).only == wording_desk.unknown_case()


# a whole case


def test_a_case_is_answered_from_end_to_end():
    desk = Desk()
    desk.ask(DILEMMA)
    desk.act(ClaimCase)
    desk.act(AskBack, "Which post?")
    desk.ask("The one with the leaflet.")
    desk.act(GiveAdvice, "Better not.")
    desk.send(CloseCase, CASE)

    assert [event.move for event in desk.store.log[CASE]] == [
        Move.OPEN,
        Move.CLAIM,
        Move.ASK_BACK,
        Move.REPLY,
        Move.ANSWER,
        Move.CLOSE,
    ]


def test_no_message_to_the_advisor_holds_the_askers_ids():
    desk = Desk()
    desk.ask(DILEMMA)
    desk.act(AskBack, "Which post?")
    desk.ask("The one with the leaflet.")
    desk.act(PassOn, "On leave.")

    to_advisors = [d.reply for d in desk.store.deliveries.values() if isinstance(d.recipient, ToAdvisor)]

    assert len(to_advisors) >= 4
    assert not any(secret in repr(to_advisors) for secret in ("U-ASKER", ASKER.key, HERE.key))


# checking a draft

SWEARING = a_draft_rule("swearing", r"\bdarn\b", passages=("uk/tip-2.1",))


def a_desk_that_checks() -> Desk:
    corpus = replace(the_small_corpus(), draft_rules=(SWEARING,))
    return Desk(StubEngine(an_engine().advise(SETTLED, facts={}), corpus))


def test_a_draft_is_checked_where_it_was_written():
    sent = a_desk_that_checks().send(CheckDraft, "Darn this.")

    assert sent.to(HERE) == list(sent)
    assert SaidBySomeone("Your draft says", "“Darn”") in sent.only.parts


def test_nothing_of_a_draft_is_kept():
    desk = a_desk_that_checks()

    desk.send(CheckDraft, "Darn this.")

    assert (desk.store.turns, desk.store.cases) == ({}, {})
    assert list(desk.store.events_seen) == ["event-1"]


def test_a_draft_is_no_reply_to_the_advisor_who_waits():
    desk = a_desk_with_case(State.WAITING_FOR_ASKER)

    desk.send(CheckDraft, "Come and see us.")

    assert desk.case.state is State.WAITING_FOR_ASKER


@pytest.mark.parametrize("text", ["", "🎉🎉🎉"])
def test_a_draft_without_words_is_answered_with_what_to_do(text: str):
    assert Desk().send(CheckDraft, text).only == wording.empty_question()


@pytest.mark.parametrize(("length", "is_read"), [(20_000, True), (20_001, False)])
def test_the_longest_draft_is_still_read(length: int, is_read: bool):
    reply = Desk().send(CheckDraft, "a" * length).only

    assert (reply != wording.too_long()) is is_read


# personal data

MASKED = Note("I masked an e-mail address before keeping your question.")


def test_personal_data_in_a_question_is_masked_before_it_is_kept():
    desk = Desk()

    reply = desk.ask("Can I blog about my work with jane@example.org?").only

    assert next(iter(desk.store.turns.values())).question == "Can I blog about my work with [e-mail]?"
    assert reply.parts[-1] == MASKED


def test_the_engine_does_not_see_personal_data_either():
    engine = StubEngine(an_engine().advise(SETTLED, facts={}))

    Desk(engine).ask("May I name Mr Smith?")

    assert engine.asked[0][0] == "May I name [name]?"


def test_who_wrote_nothing_personal_is_told_nothing_of_masking():
    assert not any(isinstance(part, Note) and "masked" in part.text for part in Desk().ask(SETTLED).only.parts)


def test_a_case_is_opened_without_personal_data():
    desk = Desk()

    sent = desk.ask(f"{DILEMMA} Her number is 07700 900123.")

    assert desk.case.question == f"{DILEMMA} Her number is [phone]."
    assert "07700" not in repr(sent)
    assert [delivery.reply.parts[-1].text for delivery in sent.to(HERE)] == [
        "I masked a phone number before keeping your question."
    ]


def test_a_question_for_an_advisor_is_masked():
    desk = Desk()

    reply = desk.send(AskAdvisor, text="May I reply to jane@example.org?").to(HERE)[0].reply

    assert desk.case.question == "May I reply to [e-mail]?"
    assert reply.parts[-1] == MASKED


def test_a_reply_to_an_advisor_is_masked():
    desk = a_desk_with_case(State.WAITING_FOR_ASKER)

    sent = desk.send(ReplyToAdvisor, CASE, "It is jane@example.org")

    assert desk.store.log[CASE][-1].note == "It is [e-mail]"
    assert sent.to(HERE)[-1].reply.parts[-1] == Note("I masked an e-mail address before keeping your reply.")


def test_a_reply_typed_in_the_thread_is_masked():
    desk = a_desk_with_case(State.WAITING_FOR_ASKER)

    desk.ask("It is jane@example.org")

    assert desk.store.log[CASE][-1].note == "It is [e-mail]"


def test_what_reopens_a_case_is_masked():
    desk = a_desk_with_case(State.ANSWERED)

    desk.send(ReopenCase, CASE, "And jane@example.org?")

    assert desk.store.log[CASE][-1].note == "And [e-mail]?"


def test_a_reply_that_is_refused_tells_of_no_masking():
    desk = a_desk_with_case(State.WITHDRAWN)

    assert desk.send(ReplyToAdvisor, CASE, "It is jane@example.org").only == wording_desk.moved_on(CASE, "withdrawn")


def test_an_advisors_answer_is_not_masked():
    desk = a_desk_with_case(State.CLAIMED)

    desk.act(GiveAdvice, "Write to press@example.gov.uk")

    assert desk.case.advice == "Write to press@example.gov.uk"


# safety first

HELP = Signpost("Call 999 first", "If you are in danger, call 999.", "Tell security.", "answering-trolls")
CONCERN = replace(HELP, forwards=False)


@pytest.mark.parametrize("question", [SETTLED, UNCLEAR, DILEMMA, "zebra crossing"])
def test_a_signpost_comes_before_any_answer(question: str):
    desk = Desk(StubEngine(replace(an_engine().advise(question, facts={}), signpost=HELP)))

    reply = desk.ask(question).to(HERE)[0].reply

    assert reply.parts[0] == Heading("Call 999 first")
    assert reply.text.startswith("Call 999 first.")


@pytest.mark.parametrize(
    "known",
    [{"topics": ("raising-concerns", "blogs")}, {"signpost": CONCERN}],
    ids=["by topic", "by its words"],
)
def test_a_question_about_wrongdoing_is_never_forwarded_by_itself(known: dict[str, object]):
    desk = Desk(StubEngine(replace(an_engine().advise(DILEMMA, facts={}), **known)))

    reply = desk.ask(DILEMMA).only

    assert desk.store.cases == {}
    assert "I have not passed this on" in reply.text
    assert "advisor" in verbs(reply)


def test_a_question_about_wrongdoing_is_forwarded_when_its_asker_says_so():
    desk = Desk(StubEngine(replace(an_engine().advise(DILEMMA, facts={}), topics=("raising-concerns",))))
    desk.ask(DILEMMA)

    desk.send(AskAdvisor, question_id=desk.last_turn())

    assert list(desk.store.cases) == [CASE]


@pytest.mark.parametrize("known", [{"topics": ("blogs", "raising-concerns")}, {"signpost": HELP}])
def test_any_other_dilemma_still_goes_to_an_advisor(known: dict[str, object]):
    desk = Desk(StubEngine(replace(an_engine().advise(DILEMMA, facts={}), **known)))

    desk.ask(DILEMMA)

    assert list(desk.store.cases) == [CASE]


def test_a_button_of_last_week_is_declined():
    desk = Desk()
    desk.ask(SETTLED)
    turn = desk.last_turn()

    desk.clock.advance(hours=24 * 7)

    assert desk.send(AskAdvisor, question_id=turn).only == wording.expired_question()
    assert desk.store.cases == {}


def test_a_button_of_yesterday_works():
    desk = Desk()
    desk.ask(SETTLED)
    turn = desk.last_turn()

    desk.clock.advance(hours=24)

    desk.send(AskAdvisor, question_id=turn)

    assert len(desk.store.cases) == 1


# names, notes, drafts


def test_the_askers_name_reaches_the_advisor_only_when_they_share_it():
    desk = a_desk_with_an_open_case()
    before = "".join(str(part) for part in desk.act(ClaimCase).to("maya")[0].reply.parts)

    sent = desk.send(ShareName, CASE, "  Sam\nTaylor ")

    after = "".join(str(part) for part in sent.to("maya")[0].reply.parts)
    assert "name is withheld" in before
    assert "The asker is Sam Taylor." in after
    assert "Maya Okafor" in sent.to(HERE)[0].reply.text


@pytest.mark.parametrize("name", ["", "🙂", "x" * 81])
def test_a_name_that_is_none_is_not_shared(name: str):
    desk = a_desk_with_an_open_case()

    assert desk.send(ShareName, CASE, name).only == wording_asker.needs_a_name()
    assert desk.case.asker_name == ""


def test_nobody_else_shares_the_askers_name():
    desk = a_desk_with_an_open_case()

    assert desk.send(ShareName, CASE, "Sam Taylor", by=STRANGER).only == wording_desk.not_yours()


def test_a_note_is_read_by_advisors_and_never_by_the_asker():
    desk = a_desk_with_an_open_case()

    sent = desk.act(AddNote, "Legal says hold.")

    assert "Legal says hold." in str(sent.to("maya")[0].reply.parts)
    assert "Legal says hold." not in str(desk.send(ShowCase, CASE).only.parts)


def test_the_answer_form_opens_with_what_the_guidance_says():
    desk = a_desk_with_an_open_case()

    card = desk.act(ClaimCase).to("maya")[0].reply

    (answer,) = [action for action in card.actions if action.verb == "answer"]
    assert answer.prompt
    assert answer.prompt.draft.startswith("[Draft: write your advice in place of this line")
    assert desk.service.engine.corpus.passages[desk.case.passages[0]].text in answer.prompt.draft


def the_draft(desk: Desk) -> str:
    (prompt,) = [action.prompt for action in desk.act(ClaimCase).to("maya")[0].reply.actions if action.verb == "answer"]
    assert prompt
    return prompt.draft


def test_a_draft_that_nobody_touched_is_not_sent_before_it_is_asked_about():
    desk = a_desk_with_an_open_case()
    placeholder, _, guidance = the_draft(desk).partition("\n\n")

    asked = desk.act(GiveAdvice, f" {placeholder}\n\n{guidance}\n")

    assert asked.only == wording_advisor.draft_untouched(desk.case)
    assert desk.case.state is State.CLAIMED
    sent = desk.act(GiveAdvice, "", as_prepared=True)
    assert desk.case.advice == clean(guidance)
    assert sent.to(HERE)[0].reply == wording_asker.advised(desk.case, MAYA)


def test_a_draft_of_which_only_the_placeholder_is_left_is_asked_about():
    desk = a_desk_with_an_open_case()
    placeholder = the_draft(desk).partition("\n")[0]

    assert desk.act(GiveAdvice, placeholder).only == wording_advisor.draft_untouched(desk.case)


def test_advice_beside_the_placeholder_is_sent_without_it():
    desk = a_desk_with_an_open_case()

    desk.act(GiveAdvice, f"{the_draft(desk)}\n\nGo on.")

    assert desk.case.state is State.ANSWERED
    assert desk.case.advice.startswith("What the guidance says:")
    assert desk.case.advice.endswith("Go on.")


def test_guidance_alone_is_sent_where_the_placeholder_was_taken_out():
    desk = a_desk_with_an_open_case()
    guidance = the_draft(desk).partition("\n\n")[2]

    desk.act(GiveAdvice, guidance)

    assert desk.case.advice == clean(guidance)


def test_there_is_nothing_to_send_as_prepared_where_nothing_was_found():
    desk = a_desk_with_case(State.CLAIMED, passages=())

    assert desk.act(GiveAdvice, "", as_prepared=True).only == wording.needs_words()
    assert desk.case.state is State.CLAIMED


# going on in a thread without naming us


def goes_on(desk: Desk, text: str, by: Person = ASKER, at: Place = HERE) -> tuple[object, ...]:
    envelope = desk.envelope(by, at)
    return desk.service.handle(GoOn(envelope, AskQuestion(envelope, text)))


def test_whoever_is_in_conversation_need_not_name_us():
    desk = Desk()
    desk.ask(SETTLED)

    assert len(goes_on(desk, "and what about my own account?")) == 1


def test_where_no_conversation_is_on_nothing_is_said_or_kept():
    desk = Desk()

    assert goes_on(desk, SETTLED) == ()
    assert desk.store.events_seen == {}
    assert desk.store.turns == {}


@pytest.mark.parametrize(("by", "at"), [(STRANGER, HERE), (ASKER, a_place("C-ROOM:2", threaded=True))])
def test_a_conversation_is_one_persons_in_one_place(by: Person, at: Place):
    desk = Desk()
    desk.ask(SETTLED)

    assert goes_on(desk, "and my own account?", by, at) == ()


def test_a_conversation_ends_when_it_is_no_longer_remembered():
    desk = Desk()
    desk.ask(SETTLED)
    desk.clock.moment += REMEMBERED
    assert goes_on(desk, "and my own account?")

    desk.clock.moment += REMEMBERED + timedelta(seconds=1)
    assert goes_on(desk, "and my own account?") == ()


def test_an_advisor_gets_the_reply_they_wait_for_though_it_names_nobody():
    desk = a_desk_with_case(State.WAITING_FOR_ASKER)

    goes_on(desk, "It is my own account.")

    assert desk.case.state is State.CLAIMED


def test_what_an_advisor_waits_for_is_known_before_it_is_kept():
    waiting, open_case = a_desk_with_case(State.WAITING_FOR_ASKER), a_desk_with_case(State.CLAIMED)

    assert waiting.service.is_reply_to_advisor(AskQuestion(waiting.envelope(), "It is mine."))
    assert not waiting.service.is_reply_to_advisor(ShowTips(waiting.envelope()))
    assert not waiting.service.is_reply_to_advisor(AskQuestion(waiting.envelope(STRANGER), "It is mine."))
    assert not open_case.service.is_reply_to_advisor(AskQuestion(open_case.envelope(), "It is mine."))


# sharing

ROOM = a_place("C-ROOM", threaded=False)


def share(desk: Desk, question_id: str, by: Person = ASKER) -> Reply:
    sent = desk.send(ShareAnswer, question_id, ROOM, by=by)
    return sent.only


def test_an_answer_may_be_shared_and_says_of_which_question_it_is():
    desk = Desk()

    assert desk.ask(SETTLED).only.shareable == desk.last_turn()


def test_a_shared_answer_shows_the_question_and_has_no_buttons():
    desk = Desk()
    answered = desk.ask(SETTLED).only

    sent = desk.send(ShareAnswer, desk.last_turn(), ROOM)

    assert [delivery.recipient for delivery in sent] == [ROOM]
    question, *answer = sent.only.parts
    assert question == SaidBySomeone("The question", SETTLED)
    assert answer == list(answered.parts[: len(answer)])
    assert any(isinstance(part, Cited) for part in answer)
    assert (sent.only.actions, sent.only.shareable) == ((), "")


@pytest.mark.parametrize("question", ["Mail ann@example.org: can I blog about my work?", DILEMMA, UNCLEAR])
def test_what_is_masked_unsettled_or_with_an_advisor_is_not_shared(question: str):
    desk = Desk()
    sent = desk.ask(question)

    assert {delivery.reply.shareable for delivery in sent} == {""}
    assert share(desk, desk.last_turn()) == wording.not_for_sharing()


@pytest.mark.parametrize("signpost", [HELP, CONCERN])
def test_what_speaks_of_danger_or_wrongdoing_is_not_shared(signpost: Signpost):
    desk = Desk(StubEngine(replace(an_engine().advise(SETTLED, facts={}), signpost=signpost)))

    assert desk.ask(SETTLED).only.shareable == ""
    assert share(desk, desk.last_turn()) == wording.not_for_sharing()


def test_a_question_that_was_taken_to_an_advisor_is_not_shared():
    desk = Desk()
    desk.ask(SETTLED)
    desk.send(AskAdvisor, question_id=desk.last_turn())

    assert share(desk, desk.last_turn()) == wording.not_for_sharing()


def test_only_whoever_asked_can_share():
    desk = Desk()
    desk.ask(SETTLED)

    sent = desk.send(ShareAnswer, desk.last_turn(), ROOM, by=STRANGER)

    assert [(delivery.recipient, delivery.reply) for delivery in sent] == [(HERE, wording.somebody_elses())]
