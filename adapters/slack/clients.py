"""Clients of Slack's Web API: for each workspace one with its own token, read when it is needed."""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Protocol

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from adapters.metrics import THROTTLED
from adapters.storage.installations import Installation, SqlInstallations
from adapters.storage.token_keys import UnreadableTokens
from bot.errors import DeliveryFailed, StorageUnavailable
from bot.ports import Clock
from bot.settings import Settings

log = logging.getLogger(__name__)

TIMEOUT_S = 10
REFRESH_BEFORE_END = timedelta(hours=2)  # of the twelve that a token is good for
SAVE_FOR_S, SAVE_PAUSE_S = 300.0, 0.2  # how long new tokens are held for a database that is away

_PASSING = frozenset(
    {
        "ratelimited",
        "rate_limited",
        "message_limit_exceeded",
        "internal_error",
        "fatal_error",
        "service_unavailable",
        "request_timeout",
        "team_added_to_org",
        "token_expired",
    }
)

# Slack's libraries log payloads at DEBUG, and payloads are what people wrote. What they warn of is the app's
# own business (a token in the environment beside the one handed in, a payload without a listener).
sdk_log = logging.getLogger("smpolicy.slack")
sdk_log.setLevel(logging.ERROR)


def web_client(settings: Settings, token: str = "") -> AsyncWebClient:
    """A client of Slack's Web API. It never repeats a call: a message might arrive twice.

    Args:
        token: "" takes the one of the settings, where there is one.
    """
    given = settings.slack_bot_token
    return AsyncWebClient(
        token=token or (given.get_secret_value() if given else None),
        base_url=settings.slack_api_url,
        timeout=TIMEOUT_S,
        retry_handlers=[],
        logger=sdk_log,
    )


class SlackClients(Protocol):
    """Where a client for a workspace comes from."""

    async def of(self, workspace: str) -> AsyncWebClient:
        """A client with the token of a workspace, good for the next call; do not keep it.

        Args:
            workspace: as `inbound.workspace` tells it; "" where a message does not say.

        Raises:
            DeliveryFailed: smpolicy is not installed there (final), or its token cannot be had just now.
        """
        ...

    async def forget(self, workspace: str, until: datetime) -> None:
        """Drop the tokens of a workspace that removed smpolicy, unless it was installed again after `until`.

        Raises:
            StorageUnavailable
        """
        ...


class OneWorkspace:
    """The one whose token stands in the settings."""

    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client

    async def of(self, workspace: str) -> AsyncWebClient:
        return self._client

    async def forget(self, workspace: str, until: datetime) -> None:
        log.error("slack.removed", extra={"workspace": workspace})  # somebody must take the token out of the settings


class InstalledWorkspaces:
    """Those that installed smpolicy themselves. Tokens near their end are refreshed, by one process at a time."""

    def __init__(self, settings: Settings, installations: SqlInstallations, clock: Clock) -> None:
        self._settings, self._installations, self._clock = settings, installations, clock
        self._refreshing: dict[str, asyncio.Task[Installation]] = {}

    async def of(self, workspace: str) -> AsyncWebClient:
        try:
            found = await asyncio.to_thread(self._installations.find, workspace)
        except (StorageUnavailable, UnreadableTokens) as error:
            raise DeliveryFailed(type(error).__name__, retryable=True) from error
        if found is None or not is_allowed(self._settings, found.workspace, found.organisation):
            raise DeliveryFailed("smpolicy is not installed in this workspace", retryable=False)
        if self._ends_before(found, self._clock.now() + REFRESH_BEFORE_END):
            found = await self._refreshed(found)
        return web_client(self._settings, found.token)

    async def forget(self, workspace: str, until: datetime) -> None:
        if await asyncio.to_thread(self._installations.delete, workspace, until):
            log.info("slack.removed", extra={"workspace": workspace})

    async def _refreshed(self, found: Installation) -> Installation:
        """The installation with a token that is good; once begun, a refresh is not broken off with whoever waits:
        the old refresh token is spent then."""
        task = self._refreshing.get(found.workspace)
        if task is None:
            task = self._refreshing[found.workspace] = asyncio.create_task(self._refresh(found))
            task.add_done_callback(lambda done: self._ended(found.workspace, done))
        return await asyncio.shield(task)

    def _ended(self, workspace: str, task: "asyncio.Task[Installation]") -> None:
        del self._refreshing[workspace]
        if not task.cancelled():
            task.exception()  # nobody may be waiting for it any more

    async def _refresh(self, found: Installation) -> Installation:
        """Raises DeliveryFailed when the token has ended and there is no new one."""
        try:
            if not await asyncio.to_thread(self._installations.begin_refresh, found, self._clock.now()):
                return await self._refreshed_elsewhere(found)
            fresh = await self._ask_for_tokens(found)
        except (StorageUnavailable, UnreadableTokens) as error:
            return self._as_it_is(found, DeliveryFailed(type(error).__name__, retryable=True))
        except DeliveryFailed as failure:
            log.error("slack.token_not_refreshed", extra={"workspace": found.workspace, "error": failure.reason})
            return self._as_it_is(found, failure)
        await self._save(found, fresh)
        log.info("slack.token_refreshed", extra={"workspace": found.workspace})
        return fresh

    async def _refreshed_elsewhere(self, found: Installation) -> Installation:
        again = await asyncio.to_thread(self._installations.find, found.workspace)
        if again is None:
            raise DeliveryFailed("smpolicy is not installed in this workspace", retryable=False)
        return self._as_it_is(again, DeliveryFailed("its token is being refreshed", retryable=True, after_s=2.0))

    async def _ask_for_tokens(self, found: Installation) -> Installation:
        secret = self._settings.slack_client_secret
        answer = await call(
            web_client(self._settings).oauth_v2_access(
                client_id=self._settings.slack_client_id,
                client_secret=secret.get_secret_value() if secret else "",
                grant_type="refresh_token",
                refresh_token=found.refresh_token,
            )
        )
        return replace(
            found,
            token=str(answer["access_token"]),
            refresh_token=str(answer["refresh_token"]),
            expires_at=self._clock.now() + timedelta(seconds=int(answer["expires_in"])),
        )

    async def _save(self, found: Installation, fresh: Installation) -> None:
        """Through an outage too: the old tokens are spent. Raises DeliveryFailed when it is too long."""
        for _ in range(int(SAVE_FOR_S / SAVE_PAUSE_S)):
            try:
                return await asyncio.to_thread(self._installations.save_refreshed, found, fresh)
            except StorageUnavailable:
                await asyncio.sleep(SAVE_PAUSE_S)
        log.error("slack.token_lost", extra={"workspace": found.workspace})  # it must be installed again
        raise DeliveryFailed("its new token could not be kept", retryable=True)

    def _as_it_is(self, found: Installation, otherwise: DeliveryFailed) -> Installation:
        """The installation while its token is good; raises what stands in the way of a new one when it is not."""
        if self._ends_before(found, self._clock.now()):
            raise otherwise
        return found

    @staticmethod
    def _ends_before(found: Installation, moment: datetime) -> bool:
        return found.expires_at is not None and found.expires_at <= moment


def is_allowed(settings: Settings, workspace: str, organisation: str) -> bool:
    """Whether the settings let a workspace, or the organisation it belongs to, install smpolicy."""
    allowed = settings.allowed_workspaces
    return not allowed or workspace in allowed or organisation in allowed


async def call(calling: Any) -> Mapping[str, Any]:
    """Call the Web API; turns Slack's refusals and the network's into DeliveryFailed."""
    try:
        answer = await calling
    except SlackApiError as error:
        raise _failure(error) from error
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise DeliveryFailed(type(error).__name__, retryable=True) from error
    data: Mapping[str, Any] = answer.data
    return data


def _failure(error: SlackApiError) -> DeliveryFailed:
    """What Slack refused, by its own error code; passing only where trying again can help."""
    response = error.response
    data = getattr(response, "data", None)
    status = getattr(response, "status_code", None) or getattr(response, "status", None) or 0
    reason = (data.get("error") if isinstance(data, Mapping) else None) or f"http_{status}"
    if status == 429 or reason in ("ratelimited", "rate_limited"):
        THROTTLED.labels("slack", str(getattr(response, "api_url", "")).rpartition("/")[2]).inc()
        return DeliveryFailed(reason, retryable=True, after_s=after_s(response))
    return DeliveryFailed(reason, retryable=status >= 500 or reason in _PASSING)


def after_s(response: Any) -> float:
    """How long Slack asks us to wait, at least a second."""
    headers = {name.lower(): value for name, value in (getattr(response, "headers", None) or {}).items()}
    try:
        return max(1.0, float(headers.get("retry-after", 1)))
    except ValueError:
        return 1.0
