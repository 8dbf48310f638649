"""Timers as the worker rings them, on both databases."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, update

from adapters.delivery import Dispatcher
from adapters.storage.audit import stuck_messages
from adapters.storage.engine import writing
from adapters.storage.outbox import LEASE, MOST_RINGS, SqlOutbox
from adapters.storage.tables import deliveries
from adapters.storage.unit_of_work import SqlUnitOfWork
from bot.advisors import Rota
from bot.deadlines import Step, Timer
from bot.errors import ChangedMeanwhile, StorageUnavailable
from tests.builders import NOON, a_case
from tests.fakes import FixedClock
from tests.integration.storage_helpers import store

TIMER = Timer("SM-2026-0001", Step.ANSWER_DUE, 1, NOON + timedelta(hours=1))


class Bell:
    """Keeps what rang; fails first with what it is given."""

    def __init__(self, *failures: Exception) -> None:
        self.rang: list[Timer] = []
        self.failures = list(failures)

    def __call__(self, timer: Timer) -> None:
        self.rang.append(timer)
        if self.failures:
            raise self.failures.pop(0)


def set_timer(engine: Engine) -> None:
    store(engine, case=a_case())
    with SqlUnitOfWork(engine) as unit:
        unit.timers.set([TIMER], NOON)
        unit.commit()


def a_worker(engine: Engine, bell: Bell, clock: FixedClock) -> Dispatcher:
    return Dispatcher({}, SqlOutbox(engine), Rota, clock, bell)


async def test_a_timer_rings_when_it_falls_due_and_once(either_engine: Engine):
    set_timer(either_engine)
    bell, clock = Bell(), FixedClock()
    worker = a_worker(either_engine, bell, clock)

    for _ in range(3):
        await worker.run_once()
        clock.advance(minutes=59)

    assert bell.rang == [TIMER]


@pytest.mark.parametrize("failure", [ChangedMeanwhile("SM-2026-0001"), RuntimeError()])
async def test_a_timer_that_failed_rings_again_when_its_lease_ends(either_engine: Engine, failure: Exception):
    set_timer(either_engine)
    bell, clock = Bell(failure), FixedClock(NOON + timedelta(hours=1))
    worker = a_worker(either_engine, bell, clock)

    await worker.run_once()
    await worker.run_once()
    clock.moment += LEASE
    await worker.run_once()

    assert len(bell.rang) == 2


async def test_a_database_that_goes_away_is_told_to_the_worker(sqlite_engine: Engine):
    set_timer(sqlite_engine)

    with pytest.raises(StorageUnavailable):
        await a_worker(sqlite_engine, Bell(StorageUnavailable()), FixedClock(NOON + timedelta(hours=1))).run_once()


async def test_two_workers_do_not_ring_one_timer(either_engine: Engine):
    set_timer(either_engine)
    first, second = SqlOutbox(either_engine), SqlOutbox(either_engine)

    assert first.claim_timers(TIMER.due_at) == [TIMER]
    assert second.claim_timers(TIMER.due_at) == []


@pytest.mark.parametrize(("rings", "is_stuck"), [(MOST_RINGS - 1, False), (MOST_RINGS, True)])
async def test_a_timer_that_never_succeeds_is_stuck_in_the_end(either_engine: Engine, rings: int, is_stuck: bool):
    set_timer(either_engine)
    with writing(either_engine) as connection:
        connection.execute(update(deliveries).values(attempts=rings))

    assert bool(stuck_messages(either_engine, NOON)) is is_stuck
    assert SqlOutbox(either_engine).claim_timers(TIMER.due_at) == [TIMER]
