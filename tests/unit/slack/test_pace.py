import asyncio
from contextlib import suppress

import pytest

from adapters.slack.pace import FORGOTTEN_AFTER_S, PATIENCE_S, Pace
from bot.errors import DeliveryFailed


class Time:
    """A clock that sleeping moves."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now, self.slept = 1000.0, []
        monkeypatch.setattr(asyncio, "sleep", self.sleep)

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    return Time(monkeypatch)


@pytest.fixture
def pace(time: Time) -> Pace:
    return Pace(clock=time)


async def test_the_first_goes_at_once_and_the_next_a_second_later(pace: Pace, time: Time):
    await pace.wait("C1", "a")
    await pace.wait("C1", "b")

    assert time.slept == [1.0]


async def test_a_channel_that_was_quiet_for_a_second_is_free(pace: Pace, time: Time):
    await pace.wait("C1", "a")
    time.now += 1.0
    await pace.wait("C1", "b")

    assert time.slept == []


async def test_channels_do_not_wait_for_each_other(pace: Pace, time: Time):
    await pace.wait("C1", "a")
    await pace.wait("C2", "b")

    assert time.slept == []


async def test_a_long_queue_is_put_off_and_each_has_a_turn_of_its_own(pace: Pace, time: Time):
    for key in "abcd":
        await pace.wait("C1", key)
    turns = []
    for key in "efg":
        with pytest.raises(DeliveryFailed) as failed:
            await pace.wait("C1", key)
        turns.append(failed.value.after_s)
        assert failed.value.retryable

    assert time.slept == [1.0, 2.0, PATIENCE_S]
    assert turns == [4.0, 5.0, 6.0]

    time.now += 4.0
    await pace.wait("C1", "e")
    time.now += 1.0
    await pace.wait("C1", "f")
    assert time.slept == [1.0, 2.0, PATIENCE_S]


async def test_what_is_past_is_forgotten(pace: Pace, time: Time):
    for key in "abcde":
        with suppress(DeliveryFailed):
            await pace.wait("C1", key)
    for number in range(2_000):
        await pace.wait(f"D{number}", "a")
    time.now += FORGOTTEN_AFTER_S + 10
    await pace.wait("C1", "z")

    assert (len(pace._free_at), len(pace._turns)) == (1, 0)
