"""Questions that are saved first and answered afterwards."""

from dataclasses import replace

import pytest

from bot import wording
from bot.engine import GuidanceEngine
from bot.messages import AskQuestion
from bot.ports import UnitOfWork
from bot.privacy import Kind
from tests.builders_guidance import an_engine
from tests.desk import Desk

QUESTION = "Can I blog about my work?"


def received(desk: Desk, text: str = QUESTION) -> AskQuestion:
    (kept,) = desk.service.receive([AskQuestion(desk.envelope(), text)])
    assert kept is not None
    return kept


def test_a_question_is_answered_as_if_it_had_been_handled_at_once():
    at_once, later = Desk(), Desk()

    question = received(later)
    answered = later.service.answer(question)

    assert [one.reply for one in answered] == [one.reply for one in at_once.ask(QUESTION)]
    assert later.store.turns.keys() == at_once.store.turns.keys()


def test_nothing_is_sent_while_a_question_is_only_kept():
    desk = Desk()

    received(desk)

    assert not desk.store.deliveries
    assert list(desk.store.kept) == ["event-1"]


def test_a_question_that_comes_again_is_kept_once():
    desk = Desk()
    question = AskQuestion(desk.envelope(), QUESTION)

    assert desk.service.receive([question, question]) == [question, None]
    assert desk.service.receive([question]) == [None]


def test_a_question_is_answered_once_and_its_words_are_gone_from_where_they_were_kept():
    desk = Desk()
    question = received(desk)

    desk.service.answer(question)

    assert desk.service.answer(question) == ()
    assert desk.service.receive([question]) == [None]
    assert not desk.store.kept


def test_what_is_kept_has_no_personal_data_and_the_asker_is_told_so():
    desk = Desk()

    question = received(desk, "Can I blog about my work as jo@example.org?")
    (answered,) = desk.service.answer(question)

    assert "jo@example.org" not in question.text
    assert wording.masked((Kind.EMAIL,), "question") in answered.reply.parts


def test_who_asked_is_told_when_there_can_be_no_answer():
    desk = Desk()
    question = received(desk)

    (told,) = desk.service.apologise(question)

    assert told.reply == wording.out_of_order()
    assert desk.service.answer(question) == ()


@pytest.mark.parametrize("asks", ["answer", "handle"])
def test_the_engine_is_asked_before_the_transaction_begins(asks: str):
    desk, open_now = Desk(), []

    class Watched(GuidanceEngine):
        def advise(self, *args, **kwargs):
            assert not open_now, "asked while others wait for the database"
            return super().advise(*args, **kwargs)

    def open_unit(*, reads: bool = False) -> UnitOfWork:
        unit = desk.store.open_unit()
        if not reads:
            open_now.append(unit)
        return unit

    known = an_engine()
    engine = Watched(known.index, known.threshold, known.calendar)
    desk.service = replace(desk.service, engine=engine, open_unit=open_unit)
    question = AskQuestion(desk.envelope(), QUESTION)
    if asks == "answer":
        (question,) = desk.service.receive([question])
        open_now.clear()

    (answered,) = getattr(desk.service, asks)(question)

    assert answered.reply.text
    assert len(open_now) == 1
