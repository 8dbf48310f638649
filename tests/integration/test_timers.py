"""Timers as the worker rings them, on both databases."""

from collections.abc import Sequence
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
from bot.deliveries import Delivery
from bot.errors import ChangedMeanwhile, StorageUnavailable
from tests.builders import NOON, a_case, a_delivery
from tests.fakes import FixedClock
from tests.integration.storage_helpers import store

TIMER = Timer("SM-2026-0001", Step.ANSWER_DUE, 1, NOON + timedelta(hours=1))


class Bell:
    """Keeps what rang; fails first with what it is given. The steps in `void` have nothing to do any more."""

    def __init__(self, *failures: Exception, void: Sequence[Step] = ()) -> None:
        self.rang: list[Timer] = []
        self.failures, self.void = list(failures), void

    def __call__(self, timer: Timer) -> Sequence[Delivery]:
        self.rang.append(timer)
        if self.failures:
            raise self.failures.pop(0)
        return () if timer.step in self.void else (a_delivery(f"{timer.key}#1"),)


def set_timers(engine: Engine, *timers: Timer) -> None:
    store(engine, case=a_case(timers[0].case_id))
    with SqlUnitOfWork(engine) as unit:
        unit.timers.set(timers, NOON)
        unit.commit()


def set_timer(engine: Engine) -> None:
    set_timers(engine, TIMER)


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


WORKED_ON = [step for step in Step if not step.awaits_asker]


def after_an_outage(case_id: str = "SM-2026-0001") -> list[Timer]:
    """Everything that was to happen to a case in an advisor's hands, long due."""
    return [Timer(case_id, step, 1, NOON + timedelta(minutes=number)) for number, step in enumerate(WORKED_ON)]


def steps(bell: Bell) -> list[Step]:
    return [timer.step for timer in bell.rang]


async def test_of_all_that_fell_due_in_an_outage_one_step_acts_and_the_others_are_void(either_engine: Engine):
    set_timers(either_engine, *after_an_outage())
    bell, clock = Bell(), FixedClock(NOON + timedelta(hours=1))
    worker = a_worker(either_engine, bell, clock)

    assert await worker.run_once() == len(WORKED_ON)
    clock.moment += LEASE
    assert await worker.run_once() == 0

    assert steps(bell) == [Step.ANSWER_LATE]


async def test_a_step_that_has_nothing_to_do_voids_nothing(either_engine: Engine):
    *due, _late = after_an_outage()
    set_timers(either_engine, *due)
    bell = Bell(void=[Step.ACKNOWLEDGE_HALF, Step.ACKNOWLEDGE_DUE, Step.ACKNOWLEDGE_LATE])  # it was claimed

    await a_worker(either_engine, bell, FixedClock(NOON + timedelta(hours=1))).run_once()

    assert steps(bell) == [Step.ACKNOWLEDGE_LATE, Step.ANSWER_DUE]


async def test_what_could_not_ring_rings_again_with_all_that_fell_due_with_it(either_engine: Engine):
    set_timers(either_engine, *after_an_outage())
    bell, clock = Bell(ChangedMeanwhile("SM-2026-0001")), FixedClock(NOON + timedelta(hours=1))
    worker = a_worker(either_engine, bell, clock)

    await worker.run_once()
    clock.moment += LEASE
    await worker.run_once()

    assert steps(bell) == [Step.ANSWER_LATE, Step.ANSWER_LATE]


def test_the_timers_of_one_case_are_rung_by_one_worker(either_engine: Engine):
    set_timers(either_engine, *after_an_outage())
    set_timers(either_engine, *after_an_outage("SM-2026-0002"))
    first, second = SqlOutbox(either_engine), SqlOutbox(either_engine)

    theirs = first.claim_timers(NOON + timedelta(hours=1), limit=1)
    others = second.claim_timers(NOON + timedelta(hours=1))

    assert {timer.case_id for timer in theirs} == {"SM-2026-0001"}
    assert {timer.case_id for timer in others} == {"SM-2026-0002"}
    assert len(theirs) == len(others) == len(WORKED_ON)


@pytest.mark.parametrize(("rings", "is_stuck"), [(MOST_RINGS - 1, False), (MOST_RINGS, True)])
async def test_a_timer_that_never_succeeds_is_stuck_in_the_end(either_engine: Engine, rings: int, is_stuck: bool):
    set_timer(either_engine)
    with writing(either_engine) as connection:
        connection.execute(update(deliveries).values(attempts=rings))

    assert bool(stuck_messages(either_engine, NOON)) is is_stuck
    assert SqlOutbox(either_engine).claim_timers(TIMER.due_at) == [TIMER]
