"""`smpolicy insight` and the rows it rests on."""

import csv
import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine
from typer.testing import CliRunner, Result

from adapters.bootstrap import Application
from adapters.cli import app
from adapters.release import prepare_embedded
from adapters.storage.insight import Period, rows_of, unanswered_texts
from adapters.storage.unit_of_work import SqlUnitOfWork
from bot.advice import Reason
from bot.case import Case, Move, make_move, opened
from bot.insight import Act, Asked
from bot.overrides import DraftUse
from bot.questions import AskedQuestion
from bot.settings import from_env
from knowledge.entry import Verdict
from tests.builders import NOON, a_case, a_question

EVER = Period()
MONDAY = date(2026, 11, 23)


def with_questions(engine: Engine, *asked: AskedQuestion) -> None:
    with SqlUnitOfWork(engine) as unit:
        for question in asked:
            unit.questions.put(question)
        unit.commit()


def with_moves(engine: Engine, case: Case, *moves: tuple[Move, str, int]) -> None:
    """A case and its moves: each by whom and how many hours after it was opened."""
    with SqlUnitOfWork(engine) as unit:
        unit.cases.add(case, opened(case))
        for move, actor, hours in moves:
            case, event = make_move(case, move, actor=actor, at=NOON + timedelta(hours=hours), note="…")
            unit.cases.save(case, event)
        unit.commit()


def test_questions_are_counted_by_all_that_is_asked_of_them(either_engine: Engine):
    with_questions(
        either_engine,
        a_question("1", topics=("blogs", "tip-1")),
        a_question("2", topics=("blogs",), helpful=False),
        a_question("3", topics=("blogs", "tip-2"), verdict=Verdict.NO),
        a_question("4", topics=(), verdict=Verdict.NOT_COVERED),
        a_question("5", verdict=Verdict.ASK_ADVISOR, reason=Reason.LOW_CONFIDENCE, escalated=True),
        a_question("6", verdict=Verdict.ASK_ADVISOR, reason=Reason.UNSETTLED, escalated=True),
    )

    asked = rows_of(either_engine, EVER).asked

    assert sum(one.count for one in asked) == 6
    assert Asked(MONDAY, "blogs", False, False, False) in asked
    assert Asked(MONDAY, "", True, False, None) in asked
    assert Asked(MONDAY, "blogs", True, True, None) in asked
    assert Asked(MONDAY, "blogs", False, True, None) in asked
    assert sum(one.count for one in asked if one.topic == "blogs" and not (one.unanswered or one.escalated)) == 3


def test_people_are_counted_once_and_those_taken_out_not_at_all(either_engine: Engine):
    with_questions(
        either_engine, *(a_question(str(number), asker=who) for number, who in enumerate(["a", "a", "b", ""]))
    )

    assert rows_of(either_engine, EVER).people == 2


def test_a_week_begins_on_monday(either_engine: Engine):
    sunday = NOON.replace(day=29, hour=23, minute=59)
    with_questions(
        either_engine, a_question("1", asked_at=sunday), a_question("2", asked_at=sunday + timedelta(hours=1))
    )

    assert {one.week for one in rows_of(either_engine, EVER).asked} == {MONDAY, MONDAY + timedelta(weeks=1)}


@pytest.mark.parametrize(
    ("period", "counted"),
    [
        (Period(since=NOON.date()), 1),
        (Period(since=NOON.date() + timedelta(days=1)), 0),
        (Period(until=NOON.date()), 1),
        (Period(until=NOON.date() - timedelta(days=1)), 0),
        (Period(NOON.date(), NOON.date()), 1),
    ],
)
def test_a_period_counts_its_first_and_its_last_day(either_engine: Engine, period: Period, counted: int):
    with_questions(either_engine, a_question(verdict=Verdict.NOT_COVERED, text="May I?"))
    with_moves(either_engine, a_case())

    rows = rows_of(either_engine, period)

    assert (len(rows.asked), rows.people, len(rows.handled)) == (counted,) * 3
    assert len(unanswered_texts(either_engine, period)) == counted


def test_a_case_is_followed_from_opening_to_its_first_answer(either_engine: Engine):
    case = a_case(draft_use=DraftUse.EDITED)
    with_moves(
        either_engine,
        case,
        (Move.ASK_BACK, "maya-okafor", 1),
        (Move.REPLY, "asker", 2),
        (Move.PASS_ON, "maya-okafor", 3),
        (Move.CLAIM, "sam", 4),
        (Move.ANSWER, "sam", 5),
        (Move.REOPEN, "asker", 6),
        (Move.ANSWER, "sam", 7),
    )

    (handled,) = rows_of(either_engine, EVER).handled

    assert handled.taken_up == Act(NOON + timedelta(hours=1), "maya-okafor")
    assert handled.answered == Act(NOON + timedelta(hours=5), "sam")
    assert handled.passed_on_by == {"maya-okafor"}
    assert (handled.topic, handled.opened_at, handled.draft_use) == ("personal-accounts", NOON, DraftUse.EDITED)


def test_a_case_nobody_took_up_is_still_a_case(either_engine: Engine):
    with_moves(either_engine, a_case(topics=()))

    (handled,) = rows_of(either_engine, EVER).handled

    assert (handled.topic, handled.taken_up, handled.answered, handled.helped) == ("", None, None, None)


def test_kept_words_come_newest_first(either_engine: Engine):
    older = a_question("1", text="May I?", verdict=Verdict.NOT_COVERED)
    newer = replace(older, id="2", asked_at=NOON + timedelta(hours=1))
    with_questions(either_engine, older, newer, a_question("3"))

    assert unanswered_texts(either_engine, EVER) == [newer, older]


# the command


@pytest.fixture
def settings(tmp_path: Path) -> dict[str, str]:
    return {"SMPOLICY_DATABASE_URL": f"sqlite:///{tmp_path}/smpolicy.sqlite3", "COLUMNS": "200"}


@pytest.fixture
def database(settings: dict[str, str]) -> Engine:
    application = Application(from_env(settings))
    prepare_embedded(application)
    return application.database


def run(settings: dict[str, str], *arguments: str) -> Result:
    return CliRunner().invoke(app, ["insight", *arguments], env=settings)


def with_a_month(engine: Engine) -> None:
    with_questions(
        engine,
        *(a_question(f"blog-{n}", asker=f"p{n}", asked_at=NOON - timedelta(weeks=n % 4)) for n in range(32)),
        *(a_question(f"tip-{n}", topics=("tip-4",), verdict=Verdict.NOT_COVERED, text="May I?") for n in range(9)),
        *(a_question(f"rare-{n}", topics=("leaving",)) for n in range(3)),
    )
    for number in range(1, 8):
        case = a_case(f"SM-2026-{number:04d}", draft_use=DraftUse.REPLACED)
        with_moves(engine, case, (Move.CLAIM, "maya-okafor", 1), (Move.ANSWER, "maya-okafor", 2))


def test_nothing_asked_is_said_in_words(settings: dict[str, str], database: Engine):
    shown = run(settings)

    assert shown.exit_code == 0
    assert "Nothing was asked so far." in shown.stdout
    assert "No case was opened" in shown.stdout


def test_the_page_tells_figures_and_holds_small_ones_back(settings: dict[str, str], database: Engine):
    with_a_month(database)

    shown = run(settings).stdout
    rows = {line.split("  ")[0].strip(): line.split() for line in shown.splitlines() if line.strip()}

    assert rows["all"][1:3] == ["7", "1.0"]  # the last table's
    assert "9 (100%)" not in shown  # what was asked of tip 4 would give away what was asked of leaving
    assert "fewer than 5" in shown
    assert "not shown" in shown


def test_json_says_the_same(settings: dict[str, str], database: Engine):
    with_a_month(database)

    found = json.loads(run(settings, "--json").stdout)

    assert found["questions"]["asked"] == 44
    assert [(one["topic"], one["asked"]) for one in found["topics"]] == [
        ("blogs", 32),
        ("leaving", "fewer than 5"),
        ("tip-4", "not shown"),
    ]
    assert (found["cases"]["opened"], found["cases"]["answer_median_h"]) == (7, 2.0)
    assert found["drafts"]["replaced"] == "not shown"  # with all seven told, the others would be none


@pytest.mark.parametrize("output", ["--json", ""])
def test_no_figure_below_five_leaves_the_command(settings: dict[str, str], database: Engine, output: str):
    with_questions(database, *(a_question(str(n), topics=(f"tip-{n % 3 + 1}",)) for n in range(12)))

    shown = run(settings, *filter(None, [output])).stdout

    assert '"asked": 4' not in shown
    assert " 4 " not in shown.replace("tip 4", "")


def test_tables_are_written_as_csv(settings: dict[str, str], database: Engine, tmp_path: Path):
    with_a_month(database)

    run(settings, "--csv", str(tmp_path / "new" / "csv"))

    with (tmp_path / "new" / "csv" / "topics.csv").open(encoding="utf-8") as file:
        rows = {row["topic"]: row["asked"] for row in csv.DictReader(file)}
    assert rows == {"blogs": "32", "leaving": "fewer than 5", "tip-4": "not shown"}
    names = sorted(file.stem for file in (tmp_path / "new" / "csv").iterdir())
    assert names == ["advisors-differ", "case-topics", "topic-weeks", "topics", "totals", "weeks"]


def test_pictures_are_drawn(settings: dict[str, str], database: Engine, tmp_path: Path):
    with_a_month(database)

    shown = run(settings, "--png", str(tmp_path / "png"))

    pictures = sorted((tmp_path / "png").iterdir())
    assert [picture.stem.removeprefix("insight-") for picture in pictures] == [
        "drafts",
        "times",
        "topic-weeks",
        "topics",
        "weeks",
    ]
    assert all(picture.read_bytes().startswith(b"\x89PNG") for picture in pictures)
    assert "5 pictures written" in shown.stderr


def test_of_nothing_no_picture_is_drawn(settings: dict[str, str], database: Engine, tmp_path: Path):
    assert run(settings, "--png", str(tmp_path / "png")).exit_code == 0
    assert list((tmp_path / "png").iterdir()) == []


def test_a_folder_that_cannot_be_written_is_named(settings: dict[str, str], database: Engine, tmp_path: Path):
    (tmp_path / "file").touch()

    shown = run(settings, "--csv", str(tmp_path / "file"))

    assert shown.exit_code == 1
    assert "Choose another folder" in shown.stderr


def test_a_period_that_ends_before_it_begins_is_refused(settings: dict[str, str], database: Engine):
    shown = run(settings, "--since", "2026-11-25", "--until", "2026-11-24")

    assert shown.exit_code == 2
    assert "lies after" in shown.stderr


def test_the_words_that_had_no_answer_can_be_read(settings: dict[str, str], database: Engine):
    assert "No words are kept" in run(settings, "--unanswered").stdout
    with_questions(database, a_question(verdict=Verdict.NOT_COVERED, topics=(), text="May I [bold]?"))

    shown = run(settings, "--unanswered").stdout

    assert "24 November 2026  not_covered  no topic found" in shown
    assert "May I [bold]?" in shown
    assert json.loads(run(settings, "--unanswered", "--json").stdout)[0]["text"] == "May I [bold]?"
