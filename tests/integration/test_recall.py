"""Recall over real databases and at the command line."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select
from typer.testing import CliRunner, Result

from adapters.bootstrap import Application
from adapters.cli import app
from adapters.release import prepare_embedded
from adapters.storage.engine import reading
from adapters.storage.privacy import Kept, sweep_once_a_day
from adapters.storage.tables import deliveries
from adapters.storage.unit_of_work import SqlUnitOfWork
from bot.case import State, opened
from bot.conversation import BUTTONS_LAST
from bot.recall import recall
from bot.settings import from_env
from knowledge.entry import Corpus, Verdict
from knowledge.snapshot import Snapshot, snapshot_of
from tests.builders import NOON, a_case, a_place, a_turn
from tests.unit.bot.test_recall import ANSWER, CASE, NEW, OLD

RULE = "uk/tip-4.1"


def queued(engine: Engine) -> int:
    with reading(engine) as connection:
        messages = select(func.count()).select_from(deliveries).where(deliveries.c.kind == "message")
        return connection.execute(messages).scalar_one()


def with_advice(engine: Engine, old: Snapshot, *, answers: int = 1) -> None:
    with SqlUnitOfWork(engine) as unit:
        unit.guidance.keep(old, NOON)
        for number in range(answers):
            place = a_place(f"D-{number}")
            unit.turns.add(replace(ANSWER, id=f"turn-{number}", place=place, person_key=f"slack:T:U{number}"))
        unit.cases.add(CASE, opened(CASE))
        unit.commit()


def test_a_recall_sent_from_two_places_at_once_reaches_everybody_once(either_engine: Engine):
    with_advice(either_engine, OLD, answers=5)

    def send(_: int) -> int:
        with SqlUnitOfWork(either_engine) as unit:
            found = recall(unit, NEW, NOON)
            unit.commit()
            return len(found.messages)

    with ThreadPoolExecutor(2) as pool:
        sent = sorted(pool.map(send, range(2)))

    assert sent == [0, 7]  # five askers; the case's asker and its advisor
    assert queued(either_engine) == 7


def test_an_answer_can_be_recalled_after_its_words_are_gone(either_engine: Engine):
    with_advice(either_engine, OLD)
    sweep_once_a_day(either_engine, NOON + BUTTONS_LAST * 2, Kept(BUTTONS_LAST * 100, BUTTONS_LAST))

    with SqlUnitOfWork(either_engine) as unit:
        (answer,) = recall(unit, NEW, NOON).answers

    assert (answer.thing.question, answer.thing.facts) == ("", {})
    assert answer.thing.place == a_place("D-0")


def test_where_an_answer_was_given_is_forgotten_in_the_end(either_engine: Engine):
    with_advice(either_engine, OLD)
    sweep_once_a_day(either_engine, NOON + BUTTONS_LAST * 2, Kept(BUTTONS_LAST, BUTTONS_LAST))

    with SqlUnitOfWork(either_engine) as unit:
        found = recall(unit, NEW, NOON)

    assert [len(found.answers), len(found.unreachable)] == [0, 0]


# the command


@pytest.fixture
def settings(tmp_path: Path) -> dict[str, str]:
    return {"SMPOLICY_DATABASE_URL": f"sqlite:///{tmp_path}/smpolicy.sqlite3", "COLUMNS": "200"}


@pytest.fixture
def service(settings: dict[str, str], uk_corpus: Corpus) -> Application:
    """One answer and one case that rest on a tip in an older wording."""
    application = Application(from_env(settings))
    prepare_embedded(application)
    tip = replace(uk_corpus.passages[RULE], text="An official account is yours.")
    old = replace(snapshot_of(uk_corpus), version="uk@old", passages={**uk_corpus.passages, RULE: tip})
    advised = {"passages": (RULE,), "guidance_version": "uk@old"}
    with application.open_unit() as unit:
        unit.guidance.keep(old, NOON)
        unit.turns.add(a_turn(verdict=Verdict.INFO, place=a_place(), **advised))
        case = a_case(state=State.CLAIMED, **advised)
        unit.cases.add(case, opened(case))
        unit.commit()
    return application


def run(settings: dict[str, str], *arguments: str) -> Result:
    return CliRunner().invoke(app, ["guidance", "recall", *arguments], env=settings)


def test_without_send_a_recall_says_whom_it_would_tell(service: Application, settings: dict[str, str]):
    result = run(settings)

    assert result.exit_code == 0
    assert "answer of 24 November 2026 to slack:T-DEPT:U-ASKER: uk/tip-4.1 Tip 4" in result.stdout
    assert "case SM-2026-0001, claimed, with maya-okafor: uk/tip-4.1 Tip 4" in result.stdout
    assert result.stdout.endswith("Nobody was told. With --send, messages: 2.\n")
    assert queued(service.database) == 0


def test_with_send_a_recall_is_queued_once(service: Application, settings: dict[str, str]):
    assert run(settings, "--send").stdout.endswith("Messages queued: 2; the worker delivers them.\n")
    assert run(settings, "--send").stdout == "Nobody is left to tell.\n"
    assert queued(service.database) == 2


def test_a_recall_is_printed_as_json(service: Application, settings: dict[str, str]):
    found = json.loads(run(settings, "--json", "--passage", RULE).stdout)

    assert [answer["id"] for answer in found["answers"]] == ["turn-1"]
    assert found["answers"][0]["changes"] == [RULE]
    assert (found["sent"], found["messages"], found["unknown_versions"]) == (False, 2, {})


@pytest.mark.parametrize(
    ("option", "value", "told"),
    [
        ("--since", "uk@gone", "There is no one version 'uk@gone'. Kept are:"),
        ("--passage", "uk/gone.1", "The guidance has no passage uk/gone.1"),
    ],
)
def test_what_is_unknown_is_told_plainly(
    service: Application, settings: dict[str, str], option: str, value: str, told: str
):
    result = run(settings, option, value)

    assert result.exit_code == 1
    assert told in result.stderr
    assert queued(service.database) == 0
