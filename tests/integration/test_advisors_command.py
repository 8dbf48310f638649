from dataclasses import replace
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


def test_only_what_is_given_is_changed_and_that_is_said(settings: dict[str, str], tmp_path: Path):
    file = tmp_path / "rota.yaml"
    file.write_text(
        """
        advisors:
          - {id: ben, name: Ben Li, slack: U2}
          - id: zoe
            name: Zoe Lin
            slack: U1
            email: zoe@example.org
            prefers: email
            deputy: ben
            topics: [copyright]
            zone: Australia/Sydney
            nation: au-nsw
            hours: {mon: "09:00-12:30, 13:30-17:00"}
            away: [{from: 2100-01-01}]
            from: 2026-01-01
          - {id: cleo, name: Cleo Hart, slack: U3}
        """
    )
    advisors(settings, "load", str(file))
    advisors(settings, "away", "zoe", "--until", "2099-01-01")
    before = Application(from_env(settings)).rota()

    said = advisors(settings, "add", "zoe", "--role", "Head of advice", "--topics", "copyright")

    zoe = before.advisors[1]
    assert said.stdout == "Zoe Lin was on the rota: changed role; all else stays as it was.\n"
    changed = replace(before, advisors=(before.advisors[0], replace(zoe, role="Head of advice"), before.advisors[2]))
    assert Application(from_env(settings)).rota() == changed


def test_an_empty_value_takes_away_what_was_there(settings: dict[str, str]):
    advisors(settings, "add", "zoe", "--name", "Zoe", "--slack", "U1", "--email", "z@example.org", "--topics", "tip-1")

    advisors(settings, "add", "zoe", "--slack", "", "--topics", "")

    assert "Zoe (Advisor): 0 cases, email, any topic" in advisors(settings, "list").stdout


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--name", "Zoe", "--slack", "U1", "--topics", "zebras"), "unknown topic zebras"),
        (("--name", "Zoe"), "no address"),
        (("--name", "Zoe", "--slack", "U1", "--deputy", "ghost"), "the deputy ghost is not on the rota"),
        (("--slack", "U1"), "advisor zoe: name"),
    ],
)
def test_somebody_who_cannot_be_added_is_told_why(settings: dict[str, str], arguments: tuple[str, ...], told: str):
    result = advisors(settings, "add", "zoe", *arguments)

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


def test_a_check_names_advisors_who_could_not_act(settings: dict[str, str], tmp_path: Path):
    file = tmp_path / "rota.yaml"
    file.write_text("advisors: [{id: zoe, name: Zoe, email: zoe@example.org}, {id: ben, name: Ben, slack: U2}]")

    assert "E-mail alone reaches zoe, and" in advisors(settings, "check", str(file)).stdout


def test_an_e_mail_address_in_slack_cannot_be_looked_up_without_a_token(settings: dict[str, str]):
    said = advisors(settings, "add", "zoe", "--name", "Zoe Lin", "--slack", "zoe@example.org")

    assert said.exit_code == 1
    assert "zoe@example.org cannot be looked up without SLACK_BOT_TOKEN" in said.stderr
    assert "Zoe Lin" not in advisors(settings, "list").stdout
