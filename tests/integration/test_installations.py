"""Where smpolicy is installed, as rows: sealed, found, refreshed once, forgotten."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine, select, update
from typer.testing import CliRunner

from adapters.bootstrap import Application
from adapters.cli import app
from adapters.storage.engine import reading, writing
from adapters.storage.installations import REFRESH_TAKES, Installation, SqlInstallations
from adapters.storage.tables import slack_installations
from adapters.storage.token_keys import TokenKeys, UnreadableTokens, new_key
from tests.builders import NOON

OLD, NEW = new_key(), new_key()
ONE = Installation("T1", "", "One", ("chat:write",), NOON, "xoxe.xoxb-1", "xoxe-1", NOON + timedelta(hours=12))
GOOD_FOR = timedelta(minutes=10)


@pytest.fixture
def installations(either_engine: Engine) -> SqlInstallations:
    return under(either_engine, OLD)


def under(engine: Engine, *keys: str) -> SqlInstallations:
    return SqlInstallations(engine, TokenKeys(keys))


def sealed(engine: Engine) -> dict[str, str]:
    with reading(engine) as connection:
        return {row.workspace: row.tokens for row in connection.execute(select(slack_installations))}


def test_what_was_kept_is_found(installations: SqlInstallations):
    installations.save(ONE)

    assert installations.find("T1") == ONE
    assert installations.find("T2") is None


def test_who_installs_again_has_one_installation(installations: SqlInstallations):
    again = replace(ONE, name="New name", token="xoxb-again", refresh_token="", expires_at=None)
    installations.save(ONE)
    installations.save(again)

    assert installations.all() == [again]


def test_tokens_lie_sealed(installations: SqlInstallations, either_engine: Engine):
    installations.save(ONE)

    (row,) = sealed(either_engine).values()
    assert ONE.token not in row
    assert ONE.refresh_token not in row


def test_a_token_is_not_shown_by_accident():
    assert "xoxe" not in repr(ONE)


def test_tokens_open_under_older_keys_and_under_no_others(installations: SqlInstallations, either_engine: Engine):
    installations.save(ONE)

    assert under(either_engine, NEW, OLD).find("T1") == ONE
    with pytest.raises(UnreadableTokens, match="T1"):
        under(either_engine, NEW).find("T1")


def test_tokens_open_for_no_other_workspace(installations: SqlInstallations, either_engine: Engine):
    installations.save(ONE)
    installations.save(replace(ONE, workspace="T2", token="xoxb-2"))
    with writing(either_engine) as connection:
        connection.execute(update(slack_installations).values(tokens=sealed(either_engine)["T2"]))

    with pytest.raises(UnreadableTokens):
        installations.find("T1")


def test_an_organisation_is_reached_by_its_own_installation_before_a_workspace(installations: SqlInstallations):
    whole = replace(ONE, workspace="E1", organisation="E1")
    workspaces = [replace(ONE, workspace=name, organisation="E1") for name in ("T2", "T3")]
    for workspace in workspaces:
        installations.save(workspace)
    before = installations.find("E1")
    installations.save(whole)

    assert (before, installations.find("E1"), installations.find("T3")) == (workspaces[0], whole, workspaces[1])


def test_a_message_that_names_no_workspace_goes_to_the_only_one(installations: SqlInstallations):
    nowhere = installations.find("")
    installations.save(ONE)
    only = installations.find("")
    installations.save(replace(ONE, workspace="T2"))

    assert (nowhere, only, installations.find("")) == (None, ONE, None)


def test_a_removal_that_is_told_late_does_not_forget_who_installed_again(installations: SqlInstallations):
    installations.save(ONE)

    assert not installations.delete("T1", NOON - timedelta(seconds=1))
    assert installations.delete("T1", NOON)
    assert installations.find("T1") is None


def test_one_process_at_a_time_refreshes_a_token(installations: SqlInstallations):
    installations.save(ONE)

    begun = [installations.begin_refresh(ONE, NOON) for _ in range(2)]
    died = installations.begin_refresh(ONE, NOON + REFRESH_TAKES)

    assert (begun, died) == ([True, False], True)


def test_a_token_that_was_refreshed_since_is_not_refreshed_again(installations: SqlInstallations):
    fresh = replace(ONE, token="xoxb-fresh", expires_at=NOON + timedelta(hours=24))
    installations.save(ONE)
    installations.begin_refresh(ONE, NOON)
    installations.save_refreshed(ONE, fresh)

    assert not installations.begin_refresh(ONE, NOON + timedelta(hours=1))
    assert installations.begin_refresh(fresh, NOON + timedelta(hours=1))
    assert installations.find("T1") == fresh


def test_a_refresh_does_not_overwrite_who_installed_again(installations: SqlInstallations):
    again = replace(ONE, installed_at=NOON + timedelta(seconds=1), token="xoxb-again")
    installations.save(ONE)
    installations.save(again)
    installations.save_refreshed(ONE, replace(ONE, token="xoxb-late"))

    assert installations.find("T1") == again


def test_after_sealing_anew_the_older_key_is_needed_no_more(installations: SqlInstallations, either_engine: Engine):
    installations.save(ONE)

    assert under(either_engine, NEW, OLD).seal_anew() == (1, [])
    assert under(either_engine, NEW).find("T1") == ONE


def test_what_no_key_opens_stays_as_it_is(installations: SqlInstallations, either_engine: Engine):
    installations.save(ONE)
    before = sealed(either_engine)

    assert under(either_engine, NEW).seal_anew() == (0, ["T1"])
    assert sealed(either_engine) == before


def test_a_state_is_used_once(installations: SqlInstallations):
    assert [installations.use_state("state", NOON) for _ in range(2)] == [True, False]
    assert installations.use_state("another", NOON)


@pytest.mark.parametrize(("age_s", "good"), [(0, True), (600, True), (601, False)])
def test_a_stamp_is_good_for_ten_minutes(age_s: int, good: bool):
    keys = TokenKeys([OLD])

    stamped = keys.stamp("install", NOON)

    assert keys.is_stamp(stamped, "install", NOON + timedelta(seconds=age_s), GOOD_FOR) is good


@pytest.mark.parametrize("forged", ["", "x", "gAAAA", "é" * 20])
def test_a_stamp_that_somebody_else_made_is_none(forged: str):
    assert not TokenKeys([OLD]).is_stamp(forged, "install", NOON, GOOD_FOR)
    assert not TokenKeys([OLD]).is_stamp(TokenKeys([NEW]).stamp("install", NOON), "install", NOON, GOOD_FOR)
    assert not TokenKeys([OLD]).is_stamp(TokenKeys([OLD]).stamp("other", NOON), "install", NOON, GOOD_FOR)


# smpolicy tokens


def test_a_key_is_made_without_any_settings():
    result = CliRunner().invoke(app, ["tokens", "key"], env={"SLACK_CLIENT_ID": "1.2"})

    assert result.exit_code == 0
    TokenKeys([result.stdout.strip()])


def test_the_command_seals_anew_and_names_what_no_key_opens(service: Application, settings: dict[str, str]):
    under(service.database, OLD).save(ONE)
    lost = {**settings, "SMPOLICY_TOKEN_KEYS": NEW}
    both = {**settings, "SMPOLICY_TOKEN_KEYS": f"{NEW},{OLD}"}

    unreadable = CliRunner().invoke(app, ["tokens", "rotate"], env=lost)
    result = CliRunner().invoke(app, ["tokens", "rotate"], env=both)

    assert unreadable.exit_code == 1
    assert "opens those of T1" in unreadable.stderr
    assert result.exit_code == 0
    assert under(service.database, NEW).find("T1") == ONE


def test_without_keys_the_command_says_how_one_is_made(settings: dict[str, str]):
    result = CliRunner().invoke(app, ["tokens", "rotate"], env={**settings, "SMPOLICY_TOKEN_KEYS": ""})

    assert result.exit_code == 2
    assert "smpolicy tokens key" in result.stderr
