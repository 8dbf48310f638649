"""Whole conversations in a Slack channel: going on without a mention, and showing an answer to others."""

import itertools
import json

import pytest

from bot.messages import Platform
from tests.scenario.test_conversations import SETTLED, UNCLEAR
from tests.scenario.world import Seat, World
from tests.slack_server import event_payload, in_thread, mention

THREAD = "1700000002.000100"
_numbers = itertools.count(1)


@pytest.fixture(params=[Platform.SLACK, Platform.TEAMS], ids=lambda advisors_on: f"advisors-in-{advisors_on}")
def pair(request: pytest.FixtureRequest) -> tuple[Platform, Platform]:
    return Platform.SLACK, request.param


async def say(world: World, text: str, *, user: str = "U1") -> None:
    """Somebody writes in the channel: at its top with a mention, else in the thread."""
    number = next(_numbers)
    write = mention if "<@UBOT>" in text else in_thread
    more = {} if "<@UBOT>" in text else {"ts": f"17001{number:05}.000100"}
    status, _ = await world.slack.post_json(event_payload(write(text, user=user, **more), f"EvC{number}"))
    assert status == 200
    await world.settle()


def in_channel(world: World) -> list[str]:
    return [json.dumps(m["blocks"], ensure_ascii=False) for m in world.slack.messages if m["channel"] == "C1"]


async def test_a_talk_goes_on_in_the_thread_while_others_talk_there_too(world: World):
    await say(world, f"<@UBOT> {SETTLED}")
    assert "Party content is never passed on" in in_channel(world)[-1]

    await say(world, "I would have said so", user="U2")
    await say(world, "<@U2> would you?")
    assert len(in_channel(world)) == 1

    await say(world, "who says?")
    assert "Because: " in in_channel(world)[-1]
    assert all(message["thread_ts"] == THREAD for message in world.slack.messages if message["channel"] == "C1")


async def test_a_case_is_opened_and_the_advisors_question_answered_in_the_thread_without_a_mention(
    world: World, advisor: Seat
):
    await say(world, f"<@UBOT> {SETTLED}")
    await say(world, UNCLEAR)
    assert "Maya Okafor" in in_channel(world)[-1]

    await advisor.press("Ask back", "Which launch is it?")
    assert "Which launch is it?" in in_channel(world)[-1]
    await say(world, "Not mine, the one of the rail plan", user="U2")
    assert world.state() == "waiting_for_asker"

    await say(world, "The one of the rail plan.")
    assert world.state() == "claimed"
    assert "The one of the rail plan." in advisor.seen()[-1]


async def test_an_answer_to_a_command_is_shown_to_the_channel_when_its_asker_likes(world: World):
    await world.slack.post_command(SETTLED)
    await world.settle()
    [shown] = world.slack.ephemeral
    assert in_channel(world) == []

    for _ in range(2):
        await world.slack.post_interaction(world.slack.pressed(shown, "Share here"))
        await world.settle()

    [shared] = in_channel(world)
    assert "<@U1> shares this answer." in shared
    assert SETTLED in shared
    assert "Party content is never passed on" in shared


async def test_a_question_handed_to_an_advisor_cannot_be_shown_to_the_channel(world: World):
    await world.slack.post_command(UNCLEAR)
    await world.settle()

    assert not any("Share here" in json.dumps(shown["blocks"]) for shown in world.slack.ephemeral)
