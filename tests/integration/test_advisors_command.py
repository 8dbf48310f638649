from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from adapters.bootstrap import Application
from adapters.cli import app
from adapters.release import prepare_embedded
from bot.settings import from_env


@pytest.fixture
def settings(tmp_path: Path) -> dict[str, str]:
    settings = {"SMPOLICY_DATABASE_URL": f"sqlite:///{tmp_path}/smpolicy.sqlite3", "COLUMNS": "200"}
    prepare_embedded(Application(from_env(settings)))
    return settings


def advisors(settings: dict[str, str], *arguments: str) -> Result:
    return CliRunner().invoke(app, ["advisors", *arguments], env=settings)


def test_somebody_is_added_and_listed(settings: dict[str, str]):
    added = advisors(settings, "add", "zoe", "--name", "Zoe Lin", "--email", "zoe@example.org", "--topics", "copyright")

    assert added.exit_code == 0
    assert "Zoe Lin (Advisor): 0 cases, email, copyright" in advisors(settings, "list").stdout


def test_somebody_added_again_is_changed(settings: dict[str, str]):
    for name in ("Zoe Lin", "Zoe Lee"):
        advisors(settings, "add", "zoe", "--name", name, "--slack", "U1", "--deputy", "maya-okafor")

    listed = advisors(settings, "list").stdout
    assert "Zoe Lee" in listed
    assert "Zoe Lin" not in listed


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--slack", "U1", "--topics", "zebras"), "unknown topic zebras"),
        ((), "no address"),
        (("--slack", "U1", "--deputy", "ghost"), "the deputy ghost is not on the rota"),
    ],
)
def test_somebody_who_cannot_be_added_is_told_why(settings: dict[str, str], arguments: tuple[str, ...], told: str):
    result = advisors(settings, "add", "zoe", "--name", "Zoe", *arguments)

    assert result.exit_code == 1
    assert told in result.stderr


def test_somebody_goes_away_and_comes_back(settings: dict[str, str]):
    advisors(settings, "away", "tom-reid", "--until", "2100-01-01")
    away = advisors(settings, "list").stdout
    advisors(settings, "back", "tom-reid")

    assert ", away" in away
    assert ", away" not in advisors(settings, "list").stdout


def test_an_unknown_advisor_cannot_go_away(settings: dict[str, str]):
    result = advisors(settings, "away", "ghost")

    assert result.exit_code == 1
    assert "there is no advisor ghost; on the rota: maya-okafor" in result.stderr


def test_a_file_is_checked_without_being_loaded(settings: dict[str, str], tmp_path: Path):
    file = tmp_path / "rota.yaml"
    file.write_text("advisors: [{id: zoe, name: Zoe, slack: U1, topics: [copyright]}]")

    result = advisors(settings, "check", str(file))

    assert result.exit_code == 0
    assert "Nobody takes tip-1" in result.stdout
    assert "Zoe" not in advisors(settings, "list").stdout
