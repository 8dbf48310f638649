import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from adapters import bootstrap
from adapters.bootstrap import Application
from adapters.cli import app
from adapters.release import prepare_embedded
from bot.case import Move, make_move, opened
from bot.engine import GuidanceEngine
from bot.settings import from_env
from tests.builders import NOON, a_case

CASE, ONE, TWO = "SM-2026-0001", "PR-2026-0001", "PR-2026-0002"
QUESTION = "May Priya Patel blog about our work?"


@pytest.fixture
def settings(tmp_path: Path, uk_engine: GuidanceEngine, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """An embedded database with two answered cases; the index is read once for all commands."""
    monkeypatch.setattr(bootstrap, "index_of", lambda pack: uk_engine.index)
    settings = {"SMPOLICY_DATABASE_URL": f"sqlite:///{tmp_path}/smpolicy.sqlite3", "COLUMNS": "200"}
    application = Application(from_env(settings))
    prepare_embedded(application)
    with application.open_unit() as unit:
        for number in (1, 2):
            case = a_case(
                f"SM-2026-000{number}", question=QUESTION, topics=("personal-accounts",), passages=("uk/tip-4.1",)
            )
            unit.cases.add(case, opened(case))
            unit.cases.save(*make_move(case, Move.ANSWER, actor="maya-okafor", at=NOON, note="Yes. Ask first."))
        unit.commit()
    return settings


def run(settings: dict[str, str], *arguments: str, given: str | None = None) -> Result:
    return CliRunner().invoke(app, list(arguments), env=settings, input=given)


def proposed(settings: dict[str, str], case_id: str = CASE, **changes: str) -> Result:
    draft = run(settings, "cases", "precedent", case_id).stdout.replace("{Priya Patel}", "a colleague")
    for before, after in changes.items():
        draft = draft.replace(f"{before}: none", f"{before}: {after}")
    return run(settings, "cases", "precedent", case_id, "--confirm", "-", "--as", "maya-okafor", given=draft)


def test_the_draft_goes_to_standard_output_alone_and_stores_nothing(settings: dict[str, str]):
    result = run(settings, "cases", "precedent", CASE.lower())

    assert result.exit_code == 0
    assert result.stdout.startswith("Question: May {Priya Patel} blog about our work?\nAdvice: Yes. Ask first.\n")
    assert "Priya Patel: a name" in result.stderr
    assert run(settings, "precedents", "list").stdout.startswith("No precedents.")


def test_a_draft_is_confirmed_from_a_file(settings: dict[str, str], tmp_path: Path):
    file = tmp_path / "draft.txt"
    file.write_text(run(settings, "cases", "precedent", CASE).stdout.replace("{Priya Patel}", "a colleague"))

    result = run(settings, "cases", "precedent", CASE, "--confirm", str(file), "--as", "maya-okafor")

    assert result.exit_code == 0
    assert f"{ONE} is kept" in result.stdout
    assert "I have asked Tom Reid" in result.stdout


def test_a_draft_that_is_not_stripped_is_refused(settings: dict[str, str]):
    draft = run(settings, "cases", "precedent", CASE).stdout

    result = run(settings, "cases", "precedent", CASE, "--confirm", "-", "--as", "maya-okafor", given=draft)

    assert result.exit_code == 1
    assert "{Priya Patel} is still marked" in result.stderr
    assert run(settings, "precedents", "list").stdout.startswith("No precedents.")


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("cases", "precedent", CASE, "--confirm", "-"), 2, "Say who proposes it"),
        (("cases", "precedent", CASE, "--confirm", "nowhere.txt", "--as", "maya-okafor"), 2, "cannot read nowhere.txt"),
        (("cases", "precedent", CASE, "--confirm", "-", "--as", "ghost"), 1, "there is no advisor ghost"),
        (("cases", "precedent", "SM-2026-0404"), 1, "There is no case SM-2026-0404"),
        (("precedents", "show", "PR-2026-0404"), 1, "There is no precedent PR-2026-0404"),
        (("precedents", "sign", "PR-2026-0404", "--as", "tom-reid"), 1, "There is no precedent PR-2026-0404"),
        (("precedents", "replace", ONE, TWO, "--as", "tom-reid"), 1, "There is no precedent PR-2026-0001"),
        (("precedents", "withdraw", ONE, "--as", "tom-reid"), 2, "--why"),
        (("precedents", "sign", ONE), 2, "--as"),
    ],
)
def test_what_cannot_be_done_is_told_in_plain_words(
    settings: dict[str, str], arguments: tuple[str, ...], code: int, told: str
):
    result = run(settings, *arguments, given="Question: x")

    assert result.exit_code == code
    assert told in result.stderr
    assert "Traceback" not in result.output


def test_it_is_countersigned_by_somebody_else(settings: dict[str, str]):
    proposed(settings)

    by_herself = run(settings, "precedents", "sign", ONE, "--as", "maya-okafor")
    by_tom = run(settings, "precedents", "sign", ONE.lower(), "--as", "tom-reid")

    assert (by_herself.exit_code, by_tom.exit_code) == (1, 0)
    assert "needs a second advisor" in by_herself.stderr
    assert f"{ONE}  in force" in run(settings, "precedents", "list").stdout


def test_one_is_shown_with_its_log(settings: dict[str, str]):
    proposed(settings)
    run(settings, "precedents", "sign", ONE, "--as", "tom-reid", "--why", "agreed")
    run(settings, "precedents", "review", ONE, "--as", "tom-reid", "--until", "2027-05-01")

    shown = run(settings, "precedents", "show", ONE).stdout
    record = json.loads(run(settings, "precedents", "show", ONE, "--json").stdout)

    assert "May a colleague blog about our work?" in shown
    assert "agreed (at the command line)" in shown
    assert [event["move"] for event in record["log"]] == ["propose", "countersign", "review"]
    assert (record["state"], record["review_by"], record["signed_by"]) == ("signed", "2027-05-01", "tom-reid")


def test_one_takes_the_place_of_another(settings: dict[str, str]):
    proposed(settings)
    run(settings, "precedents", "sign", ONE, "--as", "tom-reid")
    proposed(settings, "SM-2026-0002")

    replaced = run(settings, "precedents", "replace", ONE, TWO, "--as", "tom-reid")
    back = run(settings, "precedents", "replace", TWO, ONE, "--as", "tom-reid")
    run(settings, "precedents", "sign", TWO, "--as", "tom-reid")

    assert "once it is countersigned" in replaced.stdout
    assert back.exit_code == 1
    listed = run(settings, "precedents", "list", "--all", "--json").stdout
    assert [(one["id"], one["state"], one["replaces"]) for one in json.loads(listed)] == [
        (TWO, "signed", ONE),
        (ONE, "replaced", ""),
    ]


def test_one_is_withdrawn_with_a_reason(settings: dict[str, str]):
    proposed(settings)

    result = run(settings, "precedents", "withdraw", ONE, "--as", "tom-reid", "--why", "too near to a person")

    assert "is withdrawn" in result.stdout
    assert "too near to a person" in run(settings, "precedents", "show", ONE).stdout


def test_a_review_date_that_has_passed_is_refused(settings: dict[str, str]):
    proposed(settings)

    result = run(settings, "precedents", "review", ONE, "--as", "tom-reid", "--until", "2020-01-01")

    assert result.exit_code == 1
    assert "name a day to come" in result.stderr


def test_what_ask_prints_does_not_grow(settings: dict[str, str]):
    question = ("ask", "--json", "May a colleague blog about our work?")
    before = json.loads(run(settings, *question).stdout)
    proposed(settings)
    run(settings, "precedents", "sign", ONE, "--as", "tom-reid")

    after = json.loads(run(settings, *question).stdout)

    assert {**before, "took_ms": 0} == {**after, "took_ms": 0}
