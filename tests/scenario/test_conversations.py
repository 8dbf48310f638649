"""Whole conversations, over every platform and across platforms."""

from dataclasses import replace

import pytest

from bot.engine import GuidanceEngine
from bot.messages import Platform
from bot.recall import recall
from knowledge.snapshot import Snapshot, snapshot_of
from tests.scenario.world import Seat, SlackSeat, World
from tests.slack_server import direct_message, event_payload
from tests.teams_connector import an_activity

SETTLED = "can i reshare a post from the labour party on our dept account"
UNCLEAR = "Minister wants us to have a go at the opposition in the launch thread, what do i do"
PAIRS = [
    (Platform.SLACK, Platform.SLACK),
    (Platform.TEAMS, Platform.TEAMS),
    (Platform.SLACK, Platform.TEAMS),
    (Platform.TEAMS, Platform.SLACK),
    (Platform.TERMINAL, Platform.TERMINAL),
]


@pytest.fixture(params=PAIRS, ids=lambda pair: f"{pair[0]}-to-{pair[1]}")
def pair(request: pytest.FixtureRequest) -> tuple[Platform, Platform]:
    pair: tuple[Platform, Platform] = request.param
    return pair


@pytest.fixture
def clarifying(uk_engine: GuidanceEngine) -> str:
    """A question that lacks one fact, which is the account."""
    asking = {
        entry.id for entry in uk_engine.corpus.entries.values() if entry.asks == "account" and len(entry.by_facts) == 2
    }
    questions = (
        example.question for example in uk_engine.corpus.examples if example.entry in asking and not example.facts
    )
    return next(question for question in questions if uk_engine.advise(question, facts={}).clarify)


async def test_a_settled_question_is_answered_with_its_passage(asker: Seat):
    await asker.say(SETTLED)

    [answer] = asker.seen()
    assert "Party content is never passed on" in answer
    assert "Civil Service propriety guidance for social media" in answer


async def test_an_unclear_question_comes_back_answered_by_a_named_advisor(world: World, asker: Seat, advisor: Seat):
    await asker.say(UNCLEAR)
    assert "Maya Okafor" in asker.seen()[-1]
    assert UNCLEAR in advisor.seen()[-1]

    await advisor.press("Claim")
    assert "has taken up your case" in asker.seen()[-1]

    await advisor.press("Answer", "Do not post it. Ring the director of communication.")
    assert "Do not post it. Ring the director of communication." in asker.seen()[-1]
    assert world.state() == "answered"

    await asker.press("That settles it")
    assert world.state() == "closed"

    await asker.press("Yes, it helped")
    assert "Thank you" in asker.seen()[-1]
    assert not any("helped" in seen for seen in advisor.seen())


async def test_nothing_tells_the_advisor_who_asks(asker: Seat, advisor: Seat):
    await asker.say(UNCLEAR)

    assert not any(name in " ".join(advisor.seen()) for name in ("U1 ", "entra-asker", "Ada King"))


async def test_a_clarify_question_is_answered_by_its_button(asker: Seat, clarifying: str):
    await asker.say(clarifying)
    assert "one question first" in asker.seen()[-1].lower()

    await asker.press("An official account")

    assert len(asker.seen()) == 2
    assert "question first" not in asker.seen()[-1].lower()


async def test_a_clarify_question_is_answered_in_words(asker: Seat, clarifying: str):
    await asker.say(clarifying)

    await asker.say("my own one")

    assert len(asker.seen()) == 2
    assert "question first" not in asker.seen()[-1].lower()


async def test_who_asks_why_is_shown_the_reason_and_its_sources(asker: Seat):
    await asker.say(SETTLED)

    await asker.say("who says?")

    assert "Because: " in asker.seen()[-1]
    assert "Civil Service propriety guidance for social media" in asker.seen()[-1]


async def test_a_fact_that_changes_is_said_in_a_few_words(asker: Seat, clarifying: str):
    await asker.say(clarifying)
    await asker.press("An official account")

    await asker.say("and what if it's my own account?")

    assert "question first" not in asker.seen()[-1].lower()
    assert asker.seen()[-1] != asker.seen()[-2]


async def test_an_advisor_asks_back_and_the_reply_reaches_them(world: World, asker: Seat, advisor: Seat):
    await asker.say(UNCLEAR)
    await advisor.press("Ask back", "Who asked for it, and in what words?")
    assert "Who asked for it, and in what words?" in asker.seen()[-1]
    assert world.state() == "waiting_for_asker"

    await asker.press("Reply", "Private office, by telephone.")

    assert "Private office, by telephone." in advisor.seen()[-1]
    assert world.state() == "claimed"


async def test_a_question_can_be_withdrawn(world: World, asker: Seat):
    await asker.say(UNCLEAR)
    await asker.press("Withdraw my question")

    assert world.state() == "withdrawn"
    assert "withdrawn" in asker.seen()[-1]


@pytest.mark.parametrize("pair", PAIRS[:1], indirect=True)
async def test_a_button_pressed_twice_does_its_work_once(world: World, asker: Seat):
    await asker.say(UNCLEAR)
    advisor = SlackSeat(world, "UADV", "")
    card = dict(advisor.messages()[-1])

    await advisor.press_on(card, "Claim")
    await advisor.press_on(card, "Claim")

    assert [text for text in asker.seen() if "has taken up your case" in text] == asker.seen()[1:]
    assert "is claimed already" in advisor.seen()[-1]


@pytest.mark.parametrize("pair", PAIRS[:1], indirect=True)
async def test_a_button_works_for_its_advisor_only(world: World, asker: Seat):
    await asker.say(UNCLEAR)
    card = dict(SlackSeat(world, "UADV", "").messages()[-1])

    await SlackSeat(world, "U2", "D2").press_on(card, "Claim")

    assert world.state() == "open"


async def test_ask_an_advisor_opens_a_case_about_the_answer_given(world: World, asker: Seat, advisor: Seat):
    await asker.say(SETTLED)
    await asker.press("Ask an advisor")

    assert SETTLED in advisor.seen()[-1]
    assert len(world.cases()) == 1


async def test_asking_for_an_advisor_twice_opens_one_case(world: World, asker: Seat):
    await asker.say(SETTLED)
    await asker.press("Ask an advisor")
    await asker.say(f"advisor {SETTLED}")

    assert len(world.cases()) == 1
    assert "has this question already" in asker.seen()[-1]


async def test_my_cases_are_listed(asker: Seat, world: World):
    await asker.say(UNCLEAR)

    await asker.say("cases")

    assert world.cases()[0] in asker.seen()[-1]


async def test_tips_are_quoted_to_the_letter(asker: Seat):
    await asker.say("tip 6")

    assert (
        "Build relationships with your stakeholders on and offline – social media is just one of many "
        "communication channels" in asker.seen()[-1].replace("\n", " ")
    )


@pytest.mark.parametrize("pair", PAIRS[:2], indirect=True)
async def test_an_event_delivered_three_times_gives_one_answer_and_one_case(world: World, asker: Seat):
    for _ in range(3):
        await asker.say(UNCLEAR, event="again-and-again")

    assert len(world.cases()) == 1
    assert len(asker.seen()) == 1


@pytest.mark.parametrize("pair", PAIRS[:2], indirect=True)
async def test_somebody_else_cannot_act_on_a_case(
    world: World, asker: Seat, advisor: Seat, pair: tuple[Platform, Platform]
):
    await asker.say(UNCLEAR)
    case_id = world.cases()[0]
    stranger = world.stranger(pair[0])

    await stranger.say(f"case {case_id}")

    assert UNCLEAR not in " ".join(stranger.seen())
    assert "don't know that case" in stranger.seen()[-1]


@pytest.mark.parametrize("pair", PAIRS[:1], indirect=True)
async def test_a_bad_slack_signature_is_refused_and_nothing_is_stored(world: World):
    status, _ = await world.slack.post_json(event_payload(direct_message(UNCLEAR)), secret="not-the-secret")

    assert status == 401
    assert world.cases() == []


@pytest.mark.parametrize("pair", PAIRS[1:2], indirect=True)
async def test_a_forged_teams_token_is_refused_and_nothing_is_stored(world: World):
    status, _ = await world.teams.post(an_activity(UNCLEAR), forged=True)

    assert status == 401
    assert world.cases() == []


async def test_hostile_text_pings_nobody(asker: Seat, advisor: Seat):
    hostile = (
        "<!channel> <at>everyone</at> <b>Minister</b> wants us to have a go at the opposition in the launch thread"
    )

    await asker.say(hostile)

    assert asker.seen()  # the strict platforms fail any message that would ping


async def test_an_asker_gets_a_receipt_of_an_answer_and_of_a_case(asker: Seat, advisor: Seat):
    await asker.say(SETTLED)
    await asker.say("receipt")
    assert "receipt for an answer" in asker.seen()[-1].lower()
    assert SETTLED in asker.seen()[-1]

    await asker.say(UNCLEAR)
    await advisor.press("Answer", "Do not post it. Ring the director of communication.")
    await asker.say("receipt SM-2026-0001")

    assert "Maya Okafor (Propriety advisor) advised" in asker.seen()[-1]
    assert "Ring the director of communication." in asker.seen()[-1]


async def test_asker_and_advisor_hear_once_that_the_guidance_has_changed(world: World, asker: Seat, advisor: Seat):
    await asker.say(SETTLED)
    await asker.say(UNCLEAR)
    await advisor.press("Answer", "Do not post it.")
    before = len(asker.seen()), len(advisor.seen())

    for _ in range(2):
        recall_everything(world)
        await world.settle()

    answer, case = asker.seen()[before[0] :]
    (review,) = advisor.seen()[before[1] :]
    assert "your answer of" in answer
    assert "It says the opposite now." in answer
    assert "your case SM-2026-0001" in case
    assert "case SM-2026-0001 of yours has changed" in review


def recall_everything(world: World) -> None:
    """Every passage says something else from now on."""
    old = snapshot_of(world.application.corpus)
    changed = {name: replace(one, text="It says the opposite now.") for name, one in old.passages.items()}
    with world.application.open_unit() as unit:
        unit.guidance.keep(old, world.application.clock.now())
        recall(unit, Snapshot("uk@new", changed, old.entries), world.application.clock.now())
        unit.commit()
