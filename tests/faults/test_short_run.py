"""The fault run in short, as CI runs it; `make faults` is the whole one."""

from pathlib import Path

import pytest

from tests.faults.plan import Deck, Fate, Plan
from tests.faults.run import run
from tests.postgres import NoPostgres


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
async def test_nothing_is_lost_and_nothing_done_twice_while_processes_are_killed(
    database: str, tmp_path: Path, socket_enabled: None
):
    plan = Plan(4, 12, per_s=4.0, kill_every_s=1.5)

    try:
        figures = await run(plan, database, tmp_path)
    except NoPostgres as none:
        pytest.skip(str(none))

    assert figures.reasons == []
    assert figures.counts["cases"] == "12"
    assert figures.counts["kills"] != "0"


def test_a_plan_follows_from_its_seed():
    plans = [Plan(seed, 20, per_s=4.0, kill_every_s=1.0) for seed in (7, 7, 8)]

    first, same, other = ((plan.questions, [plan.slack_direct.deal() for _ in range(80)]) for plan in plans)

    assert first == same != other


def test_a_deck_deals_the_shares_it_was_given():
    plan = Plan(1, 1, per_s=1.0, kill_every_s=1.0)
    deck = Deck(plan.stream("test"), {Fate.THROTTLED: 2, Fate.BROKEN: 1}, 10)

    dealt = [deck.deal() for _ in range(30)]

    assert {fate: dealt.count(fate) for fate in set(dealt)} == {Fate.THROTTLED: 6, Fate.BROKEN: 3, Fate.TAKEN: 21}
