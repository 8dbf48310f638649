"""smpolicy doctor slack against a Slack that is strict about tokens and rights."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from typer.testing import CliRunner

from adapters.bootstrap import Application
from adapters.cli import app
from adapters.doctor import Health
from adapters.slack.doctor import examine_slack
from adapters.storage.installations import Installation
from adapters.storage.token_keys import new_key
from bot.advisors import Advisor, Rota
from bot.messages import Platform
from bot.settings import from_env
from tests.slack_oauth import CLIENT_ID, CLIENT_SECRET, SlackOfMany, slack_of_many
from tests.slack_oauth import Team as Where
from tests.slack_server import APP_TOKEN, TOKEN, Fault, StrictSlack, strict_slack

SIGNING_SECRET = "0123456789abcdef" * 2
PUBLIC = "https://smpolicy.example.gov.uk"


@pytest.fixture
async def slack() -> AsyncIterator[StrictSlack]:
    async with strict_slack() as workspace:
        yield workspace


@pytest.fixture
async def many() -> AsyncIterator[SlackOfMany]:
    async with slack_of_many() as workspaces:
        yield workspaces


async def told(settings: dict[str, str]) -> dict[str, list[tuple[str, str]]]:
    """What is said of each part. The command itself runs a loop of its own, so this asks beneath it."""
    found = [finding async for finding in examine_slack(Application(from_env(settings)))]
    return {one.part: [(f.health.value, f.said) for f in found if f.part == one.part] for one in found}


def one_workspace(slack: StrictSlack, **changes: str) -> dict[str, str]:
    return {
        "SLACK_BOT_TOKEN": TOKEN,
        "SLACK_SIGNING_SECRET": SIGNING_SECRET,
        "SMPOLICY_PUBLIC_URL": PUBLIC,
        "SLACK_API_URL": f"{slack.url}api/",
        **changes,
    }


async def test_a_workspace_that_is_set_up_is_well(slack: StrictSlack):
    found = await told(one_workspace(slack, SLACK_APP_TOKEN=APP_TOKEN))

    assert {health for said in found.values() for health, _ in said} == {Health.WELL}
    assert set(found) == {"signing secret", "address", "app token", "token"}


async def test_missing_rights_are_named_with_what_they_are_for(slack: StrictSlack):
    slack.scopes -= {"users:read.email"}

    _, (health, said) = (await told(one_workspace(slack)))["token"]

    assert health == Health.ILL
    assert "users:read.email (find an advisor by the e-mail address" in said
    assert "smpolicy manifest slack" in said


async def test_rights_that_nobody_needs_are_named(slack: StrictSlack):
    slack.scopes |= {"files:read"}

    assert (await told(one_workspace(slack)))["token"][-1] == (
        Health.ADVICE,
        "it may do more than smpolicy needs: files:read",
    )


@pytest.mark.parametrize(
    ("fault", "what_to_do"),
    [
        (Fault(error="invalid_auth"), "copy the Bot User OAuth Token anew"),
        (Fault(error="account_inactive"), "install the app again"),
        (Fault(error="token_revoked"), "install the app again"),
        (Fault(error="token_expired"), "SLACK_CLIENT_ID"),
        (Fault(error="something_new"), "says something_new"),
        (Fault(drop=True), "may this machine go out to it?"),
    ],
)
async def test_a_token_that_slack_does_not_take_says_what_to_do(slack: StrictSlack, fault: Fault, what_to_do: str):
    slack.fail_next("auth.test", fault)

    ((health, said),) = (await told(one_workspace(slack)))["token"]

    assert health == Health.ILL
    assert what_to_do in said
    assert TOKEN not in said


@pytest.mark.parametrize(
    ("token", "fault", "what_to_do"),
    [
        ("xapp-other", None, "generate one anew"),
        (APP_TOKEN, Fault(error="missing_scope"), "connections:write"),
        (APP_TOKEN, Fault(drop=True), "may this machine go out to it?"),
    ],
)
async def test_an_app_token_that_slack_does_not_take_says_what_to_do(
    slack: StrictSlack, token: str, fault: Fault | None, what_to_do: str
):
    if fault:
        slack.fail_next("apps.connections.open", fault)

    ((health, said),) = (await told(one_workspace(slack, SLACK_APP_TOKEN=token)))["app token"]

    assert health == Health.ILL
    assert what_to_do in said


@pytest.mark.parametrize("secret", [SIGNING_SECRET[:-1], SIGNING_SECRET.upper(), "xoxb-1"])
async def test_a_secret_of_another_shape_is_told_and_not_shown(slack: StrictSlack, secret: str):
    ((health, said),) = (await told(one_workspace(slack, SLACK_SIGNING_SECRET=secret)))["signing secret"]

    assert health == Health.ILL
    assert f"this has {len(secret)} characters" in said
    assert secret not in said


@pytest.mark.parametrize(
    ("changes", "health"),
    [
        ({"SMPOLICY_PUBLIC_URL": ""}, Health.ADVICE),
        ({"SMPOLICY_PUBLIC_URL": "http://127.0.0.1:3978"}, Health.ILL),
        ({"SMPOLICY_PUBLIC_URL": "", "SLACK_APP_TOKEN": APP_TOKEN}, Health.WELL),
    ],
)
async def test_an_address_that_slack_cannot_come_to_is_told(
    slack: StrictSlack, changes: dict[str, str], health: Health
):
    assert (await told(one_workspace(slack, **changes)))["address"][0][0] == health


def test_the_command_ends_with_1_where_something_must_be_mended():
    settings = {"SLACK_BOT_TOKEN": TOKEN, "SLACK_SIGNING_SECRET": "short", "SLACK_API_URL": "http://127.0.0.1:9/api/"}

    result = CliRunner().invoke(app, ["doctor", "slack", "--json"], env=settings)

    assert result.exit_code == 1
    assert {row["part"]: row["health"] for row in json.loads(result.stdout)} == {
        "signing secret": "mend this",
        "address": "look at this",
        "token": "mend this",
    }


def test_without_slack_the_command_says_how_to_begin():
    result = CliRunner().invoke(app, ["doctor", "slack"], env={"SLACK_BOT_TOKEN": ""})

    assert result.exit_code == 1
    assert "smpolicy manifest slack" in result.stdout


# workspaces that installed it themselves


@pytest.fixture
def installed(service: Application, settings: dict[str, str], many: SlackOfMany) -> Application:
    """An application with a database, and nothing installed yet."""
    more = {
        "SMPOLICY_TOKEN_KEYS": new_key(),
        "SLACK_CLIENT_ID": CLIENT_ID,
        "SLACK_CLIENT_SECRET": CLIENT_SECRET,
        "SLACK_SIGNING_SECRET": SIGNING_SECRET,
        "SMPOLICY_PUBLIC_URL": PUBLIC,
        "SLACK_API_URL": f"{many.url}api/",
    }
    settings.update(more)
    return Application(from_env(settings))


def install(application: Application, many: SlackOfMany, workspace: str, **changes: object) -> None:
    issued, now = many.issue(Where(workspace)), application.clock.now()
    tokens = {"token": issued["access_token"], "refresh_token": issued["refresh_token"]}
    ends = now + timedelta(hours=12)
    application.installations.save(
        Installation(
            **{
                "workspace": workspace,
                "organisation": "",
                "name": "",
                "scopes": (),
                "installed_at": now,
                "expires_at": ends,
                **tokens,
                **changes,
            }
        )
    )


async def test_before_anybody_installs_it_the_page_is_named(installed: Application, settings: dict[str, str]):
    said = [said for _, said in (await told(settings))["workspaces"]]

    assert said == [
        f"none has installed smpolicy yet: open {PUBLIC}/slack/install",
        "any may install smpolicy: name those it serves in SMPOLICY_SLACK_WORKSPACES",
    ]


async def test_each_workspace_is_looked_at_by_itself(
    installed: Application, settings: dict[str, str], many: SlackOfMany
):
    for workspace in ("T1", "T2", "T3"):
        install(installed, many, workspace)
    many.revoke(Where("T2"))

    found = await told({**settings, "SMPOLICY_SLACK_WORKSPACES": "T1,T2"})

    health = {workspace: found[f"workspace {workspace}"][0][0] for workspace in ("T1", "T2", "T3")}
    assert health == {"T1": Health.WELL, "T2": Health.ILL, "T3": Health.ADVICE}


async def test_a_workspace_whose_tokens_no_key_opens_is_named(
    installed: Application, settings: dict[str, str], many: SlackOfMany
):
    install(installed, many, "T1")

    ((health, said),) = (await told({**settings, "SMPOLICY_TOKEN_KEYS": new_key()}))["workspace T1"]

    assert health == Health.ILL
    assert "put back the key" in said


async def test_a_workspace_whose_token_cannot_be_refreshed_is_named(
    installed: Application, settings: dict[str, str], many: SlackOfMany
):
    install(installed, many, "T1", refresh_token="spent", expires_at=installed.clock.now())

    ((health, said),) = (await told(settings))["workspace T1"]

    assert health == Health.ILL
    assert "invalid_refresh_token" in said


@pytest.mark.parametrize(("address", "told_of"), [("UADV", True), ("T1/UADV", False)])
async def test_advisors_whose_workspace_is_not_told_are_named(
    installed: Application, settings: dict[str, str], many: SlackOfMany, address: str, told_of: bool
):
    installed.store_rota(Rota((Advisor("maya", "Maya", "Adviser", frozenset(), ((Platform.SLACK, address),)),)))
    for workspace in ("T1", "T2"):
        install(installed, many, workspace)

    assert ("advisors" in await told(settings)) is told_of
