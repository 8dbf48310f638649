import json

import pytest
from typer.testing import CliRunner, Result

from adapters.cli import app
from bot import wording


def check(*arguments: str, typed: str = "") -> Result:
    return CliRunner().invoke(app, ["check", *arguments], input=typed, env={"COLUMNS": "200"})


def test_a_draft_is_checked_at_the_command_line():
    result = check("You absolute moron, vote Labour")

    assert result.exit_code == 0
    assert result.stdout.startswith("NO\n")
    assert "“moron”" in result.stdout


def test_a_draft_is_read_from_standard_input():
    assert "“moron”" in check("-", typed="You absolute\nmoron").stdout


def test_a_check_is_printed_as_json():
    record = json.loads(check("You absolute moron", "--json").stdout)

    assert record["verdict"] == "no"
    assert [record["draft"][mark["start"] : mark["end"]] for mark in record["marks"]] == ["moron"]


@pytest.mark.parametrize(("draft", "told"), [("", wording.empty_question()), ("a" * 20_001, wording.too_long())])
def test_a_draft_that_cannot_be_read_is_wrong_usage(draft: str, told: wording.Reply):
    result = check(draft)

    assert result.exit_code == 2
    assert result.stderr.strip() == told.text
