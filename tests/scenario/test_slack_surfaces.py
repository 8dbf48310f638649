"""Whole conversations through Slack's Home tab, its forms and the assistant's pane."""

import json
from typing import Any

import pytest

from bot import wording_home
from bot.messages import Platform
from tests.scenario.world import Seat, SlackSeat, World
from tests.slack_server import direct_message, event_payload

SETTLED = "can i reshare a post from the labour party on our dept account"
UNCLEAR = "Minister wants us to have a go at the opposition in the launch thread, what do i do"
THREAD = "1700000099.000100"


@pytest.fixture
def pair() -> tuple[Platform, Platform]:
    return Platform.SLACK, Platform.SLACK


async def test_a_question_in_the_pane_is_answered_in_its_thread_and_the_status_is_gone(world: World):
    slack = world.slack
    await slack.post_json(slack.pane_opened("U1", "D1", THREAD))
    await slack.until(lambda: slack.suggested)
    assert len(slack.suggested[0]["prompts"]) == 3

    await in_pane(world, SETTLED)

    [answer] = slack.messages
    assert answer["thread_ts"] == THREAD
    assert "Party content is never passed on" in json.dumps(answer["blocks"])
    assert slack.status_log == [wording_home.LOOKING]
    assert slack.statuses == {}
    await slack.until(lambda: slack.titles)
    assert slack.titles == {("D1", THREAD): SETTLED[:59].rstrip() + "…"}


async def test_a_suggestion_of_the_pane_is_a_question_that_is_settled(world: World):
    await world.slack.post_json(world.slack.pane_opened("U1", "D1", THREAD))
    await world.slack.until(lambda: world.slack.suggested)

    for number, suggested in enumerate(world.slack.suggested[0]["prompts"]):
        await in_pane(world, suggested["message"], f"Ev-{number}")

    assert world.cases() == []


async def test_a_case_goes_from_the_home_of_one_advisor_to_the_next_and_back_to_its_asker(world: World, asker: Seat):
    await asker.say(UNCLEAR)
    await press_at_home(world, "UADV", "Pass on", "It names somebody I manage.", advisor="tom-reid")

    tom = SlackSeat(world, "UTOM", "")
    assert UNCLEAR in tom.seen()[-1]
    assert "Tom Reid" in asker.seen()[-1]

    await press_at_home(world, "UTOM", "Ask back", "Which thread is it?")
    assert "Which thread is it?" in asker.seen()[-1]
    assert "asks you something" in await home_of(world, "U1")

    await press_at_home(world, "U1", "Reply", "The one of the launch.")
    await press_at_home(world, "UTOM", "Answer", "Leave the opposition out of it.")

    assert "Leave the opposition out of it." in asker.seen()[-1]
    assert "has answered" in await home_of(world, "U1")
    assert world.state() == "answered"


async def test_what_was_written_for_a_case_that_moved_on_is_not_lost(world: World, asker: Seat, advisor: Seat):
    await asker.say(UNCLEAR)
    view = await form_at_home(world, "UADV", "Answer")
    await asker.press("Withdraw my question")

    await world.slack.post_interaction(world.slack.submitted(view, "My long and careful advice.", "UADV"))
    await world.settle()

    assert "withdrawn already" in advisor.seen()[-1]
    assert "My long and careful advice." in advisor.seen()[-1]


async def test_a_question_with_facts_is_answered_directly(world: World):
    slack = world.slack
    await slack.post_interaction(slack.global_shortcut("U1"))

    await slack.post_interaction(
        slack.submitted(slack.views[-1], "Can I reshare a post from the labour party?", "U1", fact__account="official")
    )
    await world.settle()

    [answer] = slack.messages
    assert answer["channel"] == "DU1"
    assert '"No"' in json.dumps(answer["blocks"])


async def test_an_advisor_who_goes_away_at_home_gets_no_case(world: World, asker: Seat):
    view = await form_at_home(world, "UADV", "Away until…")
    await world.slack.post_interaction(world.slack.submitted(view, None, "UADV", until="2999-01-01"))
    await world.settle()
    await world.slack.until(lambda: "I am back" in json.dumps(world.slack.homes["UADV"]))

    await asker.say(UNCLEAR)

    assert "Tom Reid" in asker.seen()[-1]


async def in_pane(world: World, text: str, event: str = "Ev-pane") -> None:
    message = direct_message(text, thread_ts=THREAD, ts=f"17000{abs(hash(event)) % 90_000 + 10_000}.000100")
    status, _ = await world.slack.post_json(event_payload(message, event))
    assert status == 200
    await world.settle()


async def home_of(world: World, user: str) -> str:
    """Somebody's home, opened anew."""
    slack = world.slack
    before = slack.homes.get(user, {}).get("hash")
    await slack.post_json(slack.home_opened(user))
    await slack.until(lambda: slack.homes.get(user, {}).get("hash") != before)
    return json.dumps(slack.homes[user]["blocks"], ensure_ascii=False)


async def form_at_home(world: World, user: str, label: str) -> dict[str, Any]:
    """The form behind a button of somebody's home."""
    slack = world.slack
    await home_of(world, user)
    await slack.post_interaction(slack.pressed_at_home(label, user))
    await slack.until(lambda: "submit" in slack.views[-1])
    return slack.views[-1]


async def press_at_home(world: World, user: str, label: str, text: str, **filled: str) -> None:
    view = await form_at_home(world, user, label)
    status, body = await world.slack.post_interaction(world.slack.submitted(view, text, user, **filled))
    assert (status, body) == (200, "")
    await world.settle()
