"""An advisor's decision on its way to the next person who asks the like, over every platform."""

import pytest

from bot.messages import Platform
from bot.precedents import mark_stale
from tests.scenario.test_conversations import PAIRS, UNCLEAR
from tests.scenario.world import Seat, World

AGAIN = "the minister wants a go at the opposition in our launch thread, what should we do?"
DRAFT = """Question: The minister's office wants us to have a go at the opposition in the launch thread. What do we do?
Advice: Do not post it. Ring the director of communication first.
Facts: none
Topics: {topics}
Rests on: {passages}"""


@pytest.fixture(params=PAIRS[:4], ids=lambda pair: f"{pair[0]}-to-{pair[1]}")
def pair(request: pytest.FixtureRequest) -> tuple[Platform, Platform]:
    pair: tuple[Platform, Platform] = request.param
    return pair


@pytest.fixture
def maya(advisor: Seat) -> Seat:
    return advisor


@pytest.fixture
async def tom(world: World, pair: tuple[Platform, Platform]) -> Seat:
    return await world.second_advisor(pair[1])


async def test_a_decision_is_stripped_countersigned_and_shown_to_the_next_who_asks(
    world: World, pair: tuple[Platform, Platform], asker: Seat, maya: Seat, tom: Seat
):
    await asker.say(f"{UNCLEAR}, Priya Patel asked me")
    case_id = world.cases()[0]
    await maya.press("Answer", "Do not post it, Priya. Ring the director of communication first.")

    await maya.say(f"precedent {case_id}")
    assert "{Priya Patel}" in maya.seen()[-1]

    marked = DRAFT.format(topics="impartiality", passages="").replace("us to", "{Priya} to")
    await maya.press("Edit and propose", marked)
    assert "{Priya} is still marked" in maya.seen()[-1]

    await maya.press("Edit and propose", DRAFT.format(topics="impartiality", passages=""))
    assert "is kept" in maya.seen()[-1]
    assert "waits for a countersignature" in tom.seen()[-1]
    stranger = world.stranger(pair[0])
    await stranger.say(AGAIN)
    assert "An advisor decided" not in stranger.seen()[-1]

    await tom.press("Countersign PR-2026-0001")
    assert "is countersigned" in tom.seen()[-1]
    assert "Tom Reid has countersigned" in maya.seen()[-1]

    await stranger.say(f"{AGAIN} please")
    assert "An advisor decided on" in stranger.seen()[-1]
    assert "Ring the director of communication first." in stranger.seen()[-1]
    assert "Priya" not in stranger.seen()[-1]

    with world.application.open_unit() as unit:
        mark_stale(unit.precedents, "PR-2026-0001", "reworded", actor="smpolicy", at=world.application.clock.now())
        unit.commit()
    await stranger.say(f"{AGAIN} thanks")
    assert "An advisor decided on" not in stranger.seen()[-1]


async def test_the_next_advisor_sees_the_answered_case_and_finds_it_again(
    world: World, pair: tuple[Platform, Platform], asker: Seat, maya: Seat
):
    await asker.say(UNCLEAR)
    case_id = world.cases()[0]
    await maya.press("Answer", "Do not post it. Ring the director.")

    await world.stranger(pair[0]).say(f"advisor {AGAIN}")
    assert f"Similar case {case_id}, answered" in maya.seen()[-1]
    assert "→ Do not post it. Ring the director." in maya.seen()[-1]

    await maya.say("queue oposition answered")
    assert case_id in maya.seen()[-1]

    await maya.say("queue all")
    assert "Everything that is open: 1 case" in maya.seen()[-1]


async def test_a_precedent_is_for_advisors_to_make(world: World, asker: Seat):
    await asker.say("precedents")

    assert "not on the rota of advisors" in asker.seen()[-1]
