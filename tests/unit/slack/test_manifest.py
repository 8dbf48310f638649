import json
import re
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft7Validator
from typer.testing import CliRunner

from adapters.cli import app
from adapters.slack.manifest import BOT_EVENTS, BOT_SCOPES, to_manifest
from bot.errors import BadSettings
from bot.settings import Settings
from tests.slack_manifest import MANIFEST

HTTP = Settings(public_url="https://smpolicy.example.gov.uk/")
SOCKET = Settings(slack_bot_token="xoxb-1", slack_app_token="xapp-1")
MANY = Settings(public_url="https://smpolicy.example.gov.uk", slack_client_id="1.2")


@pytest.mark.parametrize("settings", [HTTP, SOCKET, MANY], ids=["http", "socket", "many"])
def test_slack_takes_the_manifest(settings: Settings):
    faults = Draft7Validator(MANIFEST).iter_errors(to_manifest(settings))

    assert [f"{fault.json_path}: {fault.message}" for fault in faults] == []


def test_a_manifest_that_slack_would_refuse_is_found_out():
    manifest = to_manifest(HTTP)
    manifest["features"]["shortcuts"][0]["name"] = "Check this against the guidance"

    assert not Draft7Validator(MANIFEST).is_valid(manifest)


def test_over_http_everything_comes_to_one_address():
    manifest = to_manifest(HTTP)

    settings, (command,) = manifest["settings"], manifest["features"]["slash_commands"]
    addresses = {
        command["url"],
        settings["event_subscriptions"]["request_url"],
        settings["interactivity"]["request_url"],
    }
    assert addresses == {"https://smpolicy.example.gov.uk/slack/events"}
    assert settings["socket_mode_enabled"] is False


@pytest.mark.parametrize(("settings", "more"), [(SOCKET, {}), (Settings(), {"socket_mode": True})])
def test_socket_mode_needs_no_address(settings: Settings, more: dict[str, bool]):
    manifest = to_manifest(settings, **more)

    assert manifest["settings"]["socket_mode_enabled"] is True
    assert "url" not in json.dumps(manifest)


@pytest.mark.parametrize(("settings", "more"), [(MANY, {}), (HTTP, {"many_workspaces": True})])
def test_for_many_workspaces_tokens_are_rotated_and_whole_organisations_may_install(
    settings: Settings, more: dict[str, bool]
):
    manifest = to_manifest(settings, **more)

    assert manifest["oauth_config"]["redirect_urls"] == ["https://smpolicy.example.gov.uk/slack/oauth_redirect"]
    assert manifest["settings"]["org_deploy_enabled"] is True
    assert manifest["settings"]["token_rotation_enabled"] is True


def test_for_one_workspace_there_is_nothing_to_rotate():
    manifest = to_manifest(HTTP)

    assert "redirect_urls" not in manifest["oauth_config"]
    assert manifest["settings"]["token_rotation_enabled"] is False


def test_the_page_tells_every_right_and_its_reason():
    page = (Path(__file__).parents[3] / "docs" / "slack.md").read_text(encoding="utf-8")

    told = dict(re.findall(r"^ *\| `([a-z_:.]+)` \| (.+) \|$", page, re.MULTILINE))

    assert told == BOT_SCOPES


def test_every_right_has_a_reason_and_every_event_its_right():
    assert all(BOT_SCOPES.values())
    assert set(BOT_EVENTS.values()) - {""} <= set(BOT_SCOPES)


@pytest.mark.parametrize("url", ["", "http://127.0.0.1:3978"])
@pytest.mark.parametrize("more", [{}, {"socket_mode": True, "many_workspaces": True}], ids=["http", "oauth"])
def test_an_address_that_slack_cannot_come_to_is_named(url: str, more: dict[str, bool]):
    with pytest.raises(BadSettings, match="SMPOLICY_PUBLIC_URL"):
        to_manifest(Settings(public_url=url), **more)


def test_the_command_prints_yaml_or_json():
    environment = {"SMPOLICY_PUBLIC_URL": "https://smpolicy.example.gov.uk"}

    in_yaml = CliRunner().invoke(app, ["manifest", "slack"], env=environment)
    in_json = CliRunner().invoke(app, ["manifest", "slack", "--json"], env=environment)

    assert yaml.safe_load(in_yaml.stdout) == json.loads(in_json.stdout) == to_manifest(HTTP)


def test_the_command_says_what_is_missing():
    result = CliRunner().invoke(app, ["manifest", "slack"], env={"SMPOLICY_PUBLIC_URL": ""})

    assert result.exit_code == 2
    assert "smpolicy manifest slack --socket-mode" in result.stderr
