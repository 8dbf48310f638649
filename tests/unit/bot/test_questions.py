"""What stays of a question."""

from dataclasses import replace

import pytest

from bot import wording, wording_advisor, wording_asker
from bot.advice import Reason
from bot.advisors import Rota
from bot.messages import (
    AskAdvisor,
    AskQuestion,
    CheckDraft,
    ChooseFact,
    Envelope,
    GiveAdvice,
    PassOn,
    RateAnswer,
)
from bot.overrides import DraftUse
from bot.questions import AskedQuestion, Keeping, person_hash
from knowledge.entry import Verdict
from tests.builders import KEY, a_question
from tests.builders_guidance import an_engine, the_small_corpus
from tests.desk import (
    ASKER,
    DILEMMA,
    HERE,
    SETTLED,
    STRANGER,
    UNCLEAR,
    Desk,
    a_desk_with_case,
)
from tests.unit.bot.test_service import StubEngine

UNKNOWN = "zebra crossing"
NAMING = Keeping(KEY, names=True)


def an_unsure_engine() -> StubEngine:
    found = an_engine().advise(DILEMMA, facts={})
    return StubEngine(replace(found, reason=Reason.LOW_CONFIDENCE))


def kept(desk: Desk) -> AskedQuestion:
    (asked,) = desk.store.questions.values()
    return asked


# the words


def test_an_answered_question_stays_without_its_words():
    desk = Desk()

    desk.ask(SETTLED)

    asked = kept(desk)
    assert asked == a_question(asked.id, guidance_version=desk.service.engine.corpus.version, topics=asked.topics)
    assert (asked.text, asked.escalated, asked.helpful) == ("", False, None)


def test_the_words_of_a_question_that_is_not_covered_stay():
    desk = Desk()

    desk.ask(UNKNOWN)

    assert (kept(desk).verdict, kept(desk).text) == (Verdict.NOT_COVERED, UNKNOWN)


def test_what_is_kept_is_masked():
    desk = Desk()

    desk.ask(f"{UNKNOWN} jane@example.org")

    assert kept(desk).text == f"{UNKNOWN} [e-mail]"


def test_a_question_that_went_to_an_advisor_has_its_words_in_the_case_alone():
    desk = Desk(an_unsure_engine())

    desk.ask(DILEMMA)

    assert (kept(desk).reason, kept(desk).escalated, kept(desk).text) == (Reason.LOW_CONFIDENCE, True, "")
    assert desk.case.question == DILEMMA


def test_an_unsure_answer_that_nobody_can_take_keeps_its_words():
    desk = Desk(an_unsure_engine(), Rota())

    desk.ask(DILEMMA)

    assert (kept(desk).escalated, kept(desk).text) == (False, DILEMMA)


@pytest.mark.parametrize(("helpful", "text"), [(False, SETTLED), (True, "")])
def test_the_words_of_an_answer_that_did_not_help_are_kept(helpful: bool, text: str):
    desk = Desk()
    desk.ask(SETTLED)

    desk.send(RateAnswer, desk.last_turn(), helpful=helpful)

    assert (kept(desk).helpful, kept(desk).text) == (helpful, text)


def test_who_thinks_better_of_an_answer_takes_its_words_back():
    desk = Desk()
    desk.ask(SETTLED)

    desk.send(RateAnswer, desk.last_turn(), helpful=False)
    desk.send(RateAnswer, desk.last_turn(), helpful=True)

    assert kept(desk).text == ""


def test_no_words_are_kept_where_the_settings_say_so():
    desk = Desk(keeping=Keeping(KEY, texts=False))

    desk.ask(UNKNOWN)
    desk.ask(SETTLED)
    desk.send(RateAnswer, desk.last_turn(), helpful=False)

    assert [asked.text for asked in desk.store.questions.values()] == ["", ""]


@pytest.mark.parametrize("helpful", [True, False])
def test_the_words_of_a_question_about_wrongdoing_are_never_kept(helpful: bool):
    found = an_engine().advise(DILEMMA, facts={})
    desk = Desk(StubEngine(replace(found, reason=Reason.LOW_CONFIDENCE, topics=("raising-concerns",))))

    desk.ask(DILEMMA)
    desk.send(RateAnswer, desk.last_turn(), helpful=helpful)

    assert (kept(desk).unanswered, kept(desk).text) == (True, "")


# who and what


def test_a_person_stands_hashed_the_same_each_time_and_unlike_others():
    desk = Desk()

    desk.ask(SETTLED)
    desk.ask(SETTLED)
    desk.ask(SETTLED, by=STRANGER)

    one, again, other = (asked.asker for asked in desk.store.questions.values())
    assert one == again == person_hash(KEY, ASKER.key)
    assert other not in (one, "")


def test_a_hash_depends_on_the_key_and_tells_nothing_of_the_person():
    ours, theirs = (person_hash(key, ASKER.key) for key in (b"one" * 11, b"two" * 11))

    assert ours != theirs
    assert len(ours) == 64
    assert not any(part in ours for part in ASKER.key.split(":"))


def test_a_question_that_lacked_a_fact_is_one_question():
    desk = Desk()
    desk.ask(UNCLEAR)
    assert kept(desk).verdict is Verdict.CLARIFY

    desk.send(ChooseFact, desk.last_turn(), "account", "personal")

    assert kept(desk).verdict is Verdict.NO


def test_a_fact_typed_in_words_is_the_same_question_too():
    desk = Desk()
    desk.ask(UNCLEAR)

    desk.ask("my own account")

    assert kept(desk).verdict is Verdict.NO


def test_an_answered_question_handed_over_is_one_question_and_what_was_said_of_it_stands():
    desk = Desk()
    desk.ask(SETTLED)
    desk.send(RateAnswer, desk.last_turn(), helpful=False)

    desk.send(AskAdvisor, desk.last_turn())

    asked = kept(desk)
    assert (asked.verdict, asked.helpful, asked.escalated, asked.text) == (Verdict.YES_IF, False, True, "")


def test_a_question_straight_to_an_advisor_is_kept_as_asked_for():
    desk = Desk()

    desk.send(AskAdvisor, "", DILEMMA)

    assert (kept(desk).reason, kept(desk).escalated) == (Reason.ASKED_FOR, True)


def test_a_draft_that_is_checked_leaves_nothing():
    desk = Desk()

    desk.send(CheckDraft, "We won!")

    assert desk.store.questions == {}


def test_a_turn_of_an_older_release_can_still_be_rated():
    desk = Desk()
    desk.ask(SETTLED)
    turn = desk.store.turns[desk.last_turn()]
    desk.store.turns[turn.id] = replace(turn, question_id="")
    desk.store.questions.clear()

    assert desk.send(RateAnswer, turn.id, helpful=True).only == wording.thanks(helpful=True)
    assert desk.store.questions == {}


@pytest.mark.parametrize(
    ("fields", "unanswered"),
    [
        ({"verdict": Verdict.NOT_COVERED}, True),
        ({"verdict": Verdict.ASK_ADVISOR, "reason": Reason.LOW_CONFIDENCE}, True),
        ({"verdict": Verdict.ASK_ADVISOR, "reason": Reason.UNSETTLED}, False),
        ({"verdict": Verdict.ASK_ADVISOR, "reason": Reason.ASKED_FOR}, False),
        ({"verdict": Verdict.CLARIFY}, False),
        ({"verdict": Verdict.NO}, False),
    ],
)
def test_unanswered_is_what_the_guidance_has_nothing_certain_for(fields: dict[str, object], unanswered: bool):
    assert a_question(**fields).unanswered is unanswered


# names


def asked_by(desk: Desk, name: str, text: str = DILEMMA) -> None:
    envelope = desk.envelope(ASKER, HERE)
    desk.service.handle(AskQuestion(Envelope(envelope.event_id, envelope.person, envelope.place, name), text))


@pytest.mark.parametrize(("shows", "told"), [(True, "Ada King"), (False, "")])
def test_a_display_name_goes_to_the_advisor_only_where_the_settings_say_so(shows: bool, told: str):
    desk = Desk(keeping=Keeping(KEY, names=shows))

    asked_by(desk, " Ada\n King ")

    assert desk.case.asker_name == told
    assert ("Ada" in repr(list(desk.store.deliveries.values()))) is shows


def test_the_asker_is_told_that_their_name_is_seen_and_need_not_share_it():
    desk = Desk(keeping=NAMING)

    asked_by(desk, "Ada King")

    told = next(d.reply for d in desk.store.deliveries.values() if d.recipient == HERE)
    assert "The advisor sees your name." in told.text
    assert "not passed on" not in told.text
    assert "share_name" not in [action.verb for action in told.actions]


def test_a_name_the_platform_does_not_tell_is_withheld_and_said_to_be():
    desk = Desk(keeping=NAMING)

    desk.ask(DILEMMA)

    assert desk.case.asker_name == ""
    assert "Your name is not passed on." in next(iter(desk.store.deliveries.values())).reply.text


def test_the_name_of_whoever_raises_a_concern_is_withheld_whatever_the_settings():
    found = replace(an_engine().advise(DILEMMA, facts={}), topics=("raising-concerns",))
    desk = Desk(StubEngine(found), keeping=NAMING)
    envelope = desk.envelope(ASKER, HERE)

    desk.service.handle(AskAdvisor(Envelope("event-x", envelope.person, HERE, "Ada King"), "", DILEMMA))

    assert desk.case.asker_name == ""


def test_a_name_that_the_settings_show_is_shown_to_the_next_advisor_too():
    desk = Desk(keeping=NAMING)
    asked_by(desk, "Ada King")

    desk.act(PassOn, "On leave.")

    assert (desk.case.advisor_id, desk.case.asker_name) == ("ben", "Ada King")


def test_a_very_long_name_is_cut():
    desk = Desk(keeping=NAMING)

    asked_by(desk, "A" * 500)

    assert len(desk.case.asker_name) == wording_asker.LONGEST_NAME


# drafts


@pytest.mark.parametrize(
    ("change", "use"),
    [
        (lambda draft: draft, DraftUse.UNCHANGED),
        (lambda draft: f"{draft} Ring me.", DraftUse.EDITED),
        (lambda draft: "Better not.", DraftUse.REPLACED),
    ],
)
def test_what_became_of_the_draft_is_kept_with_the_answer(change, use: DraftUse):
    desk = a_desk_with_case(passages=("uk/tip-2.1",))
    draft = wording_advisor.prepared(desk.case, the_small_corpus())

    desk.act(GiveAdvice, change(draft))

    assert desk.case.draft_use is use


def test_where_nothing_was_prepared_nothing_was_overridden():
    desk = a_desk_with_case(passages=())

    desk.act(GiveAdvice, "Better not.")

    assert desk.case.draft_use is DraftUse.NONE
