"""Who somebody is to the workspace: a member, a guest, or a stranger from another organisation."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from enum import StrEnum
from typing import Any

import aiohttp
from cachetools import TTLCache
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import DeliveryFailed
from bot.settings import Outsiders

log = logging.getLogger(__name__)

KNOWN_FOR_S = 3600.0
MOST_KNOWN = 50_000  # people
ASK_WITHIN_S = 1.0  # what is asked is saved afterwards, and Slack waits three seconds for that
PAUSE_S = 30.0  # after Slack did not tell: asking about everybody in vain would delay every acknowledgement

_NOT_TOLD = ("user_not_found", "user_not_visible")  # of this one person, and asking again does not help


class Standing(StrEnum):
    MEMBER = "member"
    GUEST = "guest"
    STRANGER = "stranger"

    def may_ask(self, outsiders: Outsiders) -> bool:
        """Whether the setting lets somebody of this standing ask."""
        return self is Standing.MEMBER or outsiders == "all" or (self is Standing.GUEST and outsiders == "guests")


def standing_in(user: Mapping[str, Any]) -> Standing:
    """What users.info tells of somebody."""
    if user.get("is_stranger"):
        return Standing.STRANGER
    is_guest = user.get("is_restricted") or user.get("is_ultra_restricted")
    return Standing.GUEST if is_guest else Standing.MEMBER


class Who:
    """Asks Slack who somebody is, once an hour a person. Whoever Slack does not tell of counts as a member."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._known: TTLCache[tuple[str, str], Standing] = TTLCache(MOST_KNOWN, KNOWN_FOR_S, timer=clock)
        self._asking: dict[tuple[str, str], asyncio.Task[Standing]] = {}  # once for all who wait
        self._clock, self._resume_at = clock, float("-inf")

    async def standing(self, tenant: str, user: str, client: Callable[[], Awaitable[AsyncWebClient]]) -> Standing:
        """The standing of a member id in a workspace; `client` may act there."""
        known = self._known.get((tenant, user))
        if known is not None:
            return known
        if self._clock() < self._resume_at:
            return Standing.MEMBER
        asking = self._asking.get((tenant, user))
        if asking is None:
            asking = self._asking[tenant, user] = asyncio.create_task(self._ask(tenant, user, client))
            asking.add_done_callback(lambda _: self._asking.pop((tenant, user), None))
        return await asyncio.shield(asking)

    async def _ask(self, tenant: str, user: str, client: Callable[[], Awaitable[AsyncWebClient]]) -> Standing:
        try:
            async with asyncio.timeout(ASK_WITHIN_S):
                answer = await (await client()).users_info(user=user)
            found = standing_in(answer["user"])
        except SlackApiError as error:
            log.warning("slack.standing_unknown", extra={"error": error.response.get("error", "")})
            if error.response.get("error") not in _NOT_TOLD:
                self._resume_at = self._clock() + PAUSE_S
                return Standing.MEMBER
            found = Standing.MEMBER
        except (DeliveryFailed, aiohttp.ClientError, TimeoutError, OSError, KeyError) as error:
            self._resume_at = self._clock() + PAUSE_S
            log.warning("slack.standing_unknown", extra={"error": type(error).__name__})
            return Standing.MEMBER
        self._known[tenant, user] = found
        return found
