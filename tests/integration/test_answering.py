"""Questions outlive the process that took them, and a fault of ours is owned up to."""

import asyncio
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from adapters.answering import Receiving, answer
from adapters.bootstrap import Application
from adapters.delivery import Dispatcher
from adapters.release import prepare_embedded
from adapters.senders import Senders
from adapters.storage.outbox import SqlOutbox
from adapters.storage.unit_of_work import SqlUnitOfWork
from adapters.web import Site
from bot import wording
from bot.advisors import Rota
from bot.errors import StorageUnavailable
from bot.messages import AskQuestion, Envelope, Platform
from bot.service import ANSWERED_WITHIN, Service
from bot.settings import from_env
from tests.builders import a_person, a_place
from tests.builders_guidance import an_engine
from tests.desk import KEEPING
from tests.fakes import FixedClock, nothing_to_ring
from tests.integration.storage_helpers import RecordingSender

QUESTION = AskQuestion(Envelope("event-1", a_person(), a_place()), "Can I blog about my work?")


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


def a_service(engine: Engine, clock: FixedClock) -> Service:
    return Service(an_engine(), lambda *, reads=False: SqlUnitOfWork(engine, reads=reads), clock, KEEPING)


def a_worker(engine: Engine, service: Service, sender: RecordingSender, clock: FixedClock) -> Dispatcher:
    return Dispatcher(
        {Platform.SLACK: sender},
        SqlOutbox(engine),
        Rota,
        clock,
        nothing_to_ring,
        on_kept=lambda question: answer(service, question),
    )


async def test_a_question_whose_process_died_is_answered_by_another_once(either_engine: Engine, clock: FixedClock):
    service, sender = a_service(either_engine, clock), RecordingSender()
    first, second = (a_worker(either_engine, service, sender, clock) for _ in range(2))
    service.receive([QUESTION])

    await first.run_once()
    too_early = len(sender.attempts)
    clock.advance(seconds=ANSWERED_WITHIN / timedelta(seconds=1))
    for worker in (first, second, first):
        await worker.run_once()

    assert too_early == 0
    assert [one.key for one in sender.attempts] == ["event-1#1"]


def test_a_fault_of_ours_is_told_to_who_asked(either_engine: Engine, clock: FixedClock):
    class Broken(type(an_engine())):  # type: ignore[misc]
        def advise(self, *args: object, **kwargs: object) -> None:
            raise RuntimeError

    known = an_engine()
    service = replace(a_service(either_engine, clock), engine=Broken(known.index, known.threshold, known.calendar))
    service.receive([QUESTION])

    (told,) = answer(service, QUESTION)

    assert told.reply == wording.out_of_order()
    assert answer(service, QUESTION) == ()


@pytest.fixture
def site(tmp_path: Path) -> tuple[Site, Application, RecordingSender]:
    application = Application(from_env({"SMPOLICY_DATABASE_URL": f"sqlite:///{tmp_path}/smpolicy.sqlite3"}))
    prepare_embedded(application)
    sender = RecordingSender()
    clock = application.clock
    dispatcher = Dispatcher({Platform.SLACK: sender}, application.outbox, Rota, clock, nothing_to_ring)
    return Site(application, Senders({Platform.SLACK: sender}, None), dispatcher), application, sender


async def test_a_question_is_answered_after_it_was_taken(site):
    taking, _, sender = site

    taken = await taking.handle(QUESTION)
    await taking.finish()

    assert taken == ()
    assert [one.key for one in sender.attempts] == ["event-1#1"]


async def test_a_question_is_left_to_a_worker_when_the_database_goes_before_it_is_answered(site, caplog):
    taking, application, sender = site

    class Gone(type(application.service)):  # type: ignore[misc]
        def answer(self, question: AskQuestion) -> tuple[()]:
            raise StorageUnavailable("gone")

    known = application.service
    application.__dict__["service"] = Gone(**{name: getattr(known, name) for name in known.__dataclass_fields__})

    await taking.handle(QUESTION)
    await taking.finish()

    assert sender.attempts == []
    later = application.clock.now() + ANSWERED_WITHIN
    assert await asyncio.to_thread(application.outbox.claim_kept, later) == [QUESTION]


async def test_questions_of_one_moment_are_saved_together_and_each_is_told_its_own():
    batches: list[int] = []

    class Slow:
        def receive(self, questions: list[AskQuestion]) -> list[AskQuestion | None]:
            batches.append(len(questions))
            time.sleep(0.05)
            return [None if question.text == "again" else question for question in questions]

    receiving = Receiving(Slow)  # type: ignore[arg-type]
    questions = [replace(QUESTION, text=text) for text in ("first", "second", "again", "fourth")]

    kept = await asyncio.gather(*(receiving.receive(question) for question in questions))

    assert [question and question.text for question in kept] == ["first", "second", None, "fourth"]
    assert sum(batches) == 4
    assert len(batches) <= 2


async def test_what_keeps_questions_from_being_saved_is_told_to_each():
    class Gone:
        def receive(self, questions: list[AskQuestion]) -> None:
            raise StorageUnavailable("gone")

    receiving = Receiving(Gone)  # type: ignore[arg-type]

    met = await asyncio.gather(*(receiving.receive(QUESTION) for _ in range(3)), return_exceptions=True)

    assert [type(error) for error in met] == [StorageUnavailable] * 3
