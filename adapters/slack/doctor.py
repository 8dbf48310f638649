"""What `smpolicy doctor slack` looks at: secrets by their shape, tokens and rights by asking Slack."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from adapters.bootstrap import Application
from adapters.doctor import Finding, Health
from adapters.slack.clients import InstalledWorkspaces, is_allowed, web_client
from adapters.slack.manifest import BOT_SCOPES, EVENTS_PATH, INSTALL_PATH
from adapters.storage.token_keys import UnreadableTokens
from bot.errors import DeliveryFailed, SmpolicyError
from bot.messages import Platform
from bot.settings import Settings

_SECRET = re.compile(r"[0-9a-f]{32}")
_AGAIN = (
    "paste what smpolicy manifest slack prints under App Manifest at api.slack.com/apps, then install the app again"
)
# Slack's own words → what to do
_OF_A_TOKEN = {
    "invalid_auth": "Slack does not know it: copy the Bot User OAuth Token anew, from OAuth & Permissions",
    "account_inactive": "it is dead, the app was removed there: install the app again and set the new token",
    "token_revoked": "it is dead, somebody revoked it: install the app again and set the new token",
    "token_expired": "it has ended, so the app rotates its tokens: set SLACK_CLIENT_ID instead of SLACK_BOT_TOKEN",
    "not_allowed_token_type": "it is no bot's token: copy the Bot User OAuth Token, which starts with xoxb-",
    "team_access_not_granted": "the organisation has not let the app into this workspace: ask its administrators",
}
_OF_THE_APP_TOKEN = {
    "invalid_auth": "Slack does not know it: generate one anew, under Basic Information, App-Level Tokens",
    "not_allowed_token_type": "it is no app-level token: generate one under Basic Information, App-Level Tokens",
    "missing_scope": "it lacks connections:write: generate another with it, under Basic Information, App-Level Tokens",
}


async def examine_slack(application: Application) -> AsyncIterator[Finding]:
    """Look at everything about Slack, one finding or more each."""
    settings = application.settings
    if not settings.slack_configured:
        yield Finding("slack", Health.ILL, "not set up: smpolicy manifest slack prints the app, docs/slack.md goes on")
        return
    for finding in (*_signing_secret(settings), *_address(settings)):
        yield finding
    if settings.slack_app_token:
        yield await _app_token(settings, settings.slack_app_token.get_secret_value())
    if not settings.slack_many_workspaces:
        async for finding in _token("token", web_client(settings)):
            yield finding
        return
    try:
        async for finding in _installations(application):
            yield finding
    except SmpolicyError as error:
        yield Finding("workspaces", Health.ILL, str(error) or type(error).__name__)


def _signing_secret(settings: Settings) -> Iterator[Finding]:
    if settings.slack_signing_secret is None:
        yield Finding("signing secret", Health.WELL, "not needed with Socket Mode")
        return
    secret, client = settings.slack_signing_secret.get_secret_value(), settings.slack_client_secret
    where = "copy it anew, from Basic Information, App Credentials, Signing Secret"
    if client and client.get_secret_value() == secret:
        yield Finding("signing secret", Health.ILL, f"it is the client secret: {where}")
    elif not _SECRET.fullmatch(secret):
        said = f"it should be 32 of the characters 0-9 and a-f, and this has {len(secret)} characters: {where}"
        yield Finding("signing secret", Health.ILL, said)
    else:
        said = "of the right shape; a wrong one shows as 401 in the log when Slack sends something"
        yield Finding("signing secret", Health.WELL, said)


def _address(settings: Settings) -> Iterator[Finding]:
    address = settings.public_url.rstrip("/")
    if settings.slack_app_token and not settings.slack_many_workspaces:
        yield Finding("address", Health.WELL, "none is needed with Socket Mode")
    elif not address:
        said = "SMPOLICY_PUBLIC_URL is not set, so smpolicy manifest slack cannot print where Slack should come to"
        yield Finding("address", Health.ADVICE, said)
    elif not address.startswith("https://"):
        said = f"Slack comes to no address but https: set SMPOLICY_PUBLIC_URL to one, not {address}"
        yield Finding("address", Health.ILL, said)
    else:
        yield Finding("address", Health.WELL, f"Slack should come to {address}{EVENTS_PATH}, and be let in there")


async def _app_token(settings: Settings, token: str) -> Finding:
    try:
        await web_client(settings).apps_connections_open(app_token=token)
    except SlackApiError as error:
        return Finding("app token", Health.ILL, _in_words(error, _OF_THE_APP_TOKEN))
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        return _unreachable("app token", settings.slack_api_url, error)
    return Finding("app token", Health.WELL, "Slack takes it for Socket Mode")


async def _installations(application: Application) -> AsyncIterator[Finding]:
    settings = application.settings
    clients = InstalledWorkspaces(settings, application.installations, application.clock)
    found = await asyncio.to_thread(application.installations.all)
    if not found:
        said = f"none has installed smpolicy yet: open {settings.public_url.rstrip('/')}{INSTALL_PATH}"
        yield Finding("workspaces", Health.ADVICE, said)
    if not settings.allowed_workspaces:
        said = "any may install smpolicy: name those it serves in SMPOLICY_SLACK_WORKSPACES"
        yield Finding("workspaces", Health.ADVICE, said)
    for one in found:
        part = f"workspace {one.workspace}"
        if isinstance(one, UnreadableTokens):
            yield Finding(part, Health.ILL, str(one))
        elif not is_allowed(settings, one.workspace, one.organisation):
            said = "it has installed smpolicy, but SMPOLICY_SLACK_WORKSPACES does not name it: nobody there is answered"
            yield Finding(part, Health.ADVICE, said)
        else:
            async for finding in _workspace(part, one.workspace, clients):
                yield finding
    if len(found) > 1:
        for finding in _advisors(application):
            yield finding


async def _workspace(part: str, workspace: str, clients: InstalledWorkspaces) -> AsyncIterator[Finding]:
    try:
        client = await clients.of(workspace)
    except DeliveryFailed as failure:
        said = f"it has no good token ({failure.reason}): try again in a minute, then install smpolicy there again"
        yield Finding(part, Health.ILL, said)
        return
    async for finding in _token(part, client):
        yield finding


def _advisors(application: Application) -> Iterator[Finding]:
    """Advisors whose member id could be of any workspace."""
    of_slack = [
        (advisor.id, who)
        for advisor in application.rota().advisors
        for platform, who in advisor.addresses
        if platform is Platform.SLACK
    ]
    if vague := [f"{name} ({who})" for name, who in of_slack if "/" not in who]:
        said = f"the advisor file does not say in which workspace {', '.join(vague)} is: write T012ABC/U345DEF"
        yield Finding("advisors", Health.ILL, said)


async def _token(part: str, client: AsyncWebClient) -> AsyncIterator[Finding]:
    """Whether a token lives, and what it may do."""
    try:
        answer = await client.auth_test()
    except SlackApiError as error:
        yield Finding(part, Health.ILL, _in_words(error, _OF_A_TOKEN))
        return
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        yield _unreachable(part, client.base_url, error)
        return
    yield Finding(part, Health.WELL, f"Slack takes it, in {answer.get('team') or answer.get('team_id')}")
    held = _scopes(answer)
    if missing := [f"{scope} ({why})" for scope, why in BOT_SCOPES.items() if scope not in held]:
        yield Finding(part, Health.ILL, f"it lacks {', '.join(missing)}: {_AGAIN}")
    if beyond := sorted(held - set(BOT_SCOPES)):
        yield Finding(part, Health.ADVICE, f"it may do more than smpolicy needs: {', '.join(beyond)}")


def _scopes(answer: Any) -> set[str]:
    headers = {name.lower(): value for name, value in answer.headers.items()}
    return {scope.strip() for scope in headers.get("x-oauth-scopes", "").split(",")} - {""}


def _in_words(error: SlackApiError, known: dict[str, str]) -> str:
    """What Slack refused, and what to do about it."""
    reason = str(error.response.get("error") or "nothing more")
    if reason in known:
        return known[reason]
    return f"Slack refuses it and says {reason}: docs.slack.dev/reference/methods/auth.test tells what that means"


def _unreachable(part: str, address: str, error: Exception) -> Finding:
    said = f"Slack cannot be asked at {address} ({type(error).__name__}): may this machine go out to it?"
    return Finding(part, Health.ILL, said)
