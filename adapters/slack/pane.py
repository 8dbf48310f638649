"""The assistant's pane: what is suggested when it opens, a status while an answer is looked for, and a title."""

import asyncio
import logging
from collections.abc import Mapping
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack import inbound
from adapters.slack.surfaces import TELLING, Start
from bot import wording_home
from bot.errors import StorageUnavailable
from bot.messages import Message, Person
from bot.views import Views

log = logging.getLogger(__name__)

STATUS_WITHIN_S = 1.0  # it is a courtesy, and what was written is not yet saved


class Pane:
    """The pane of one workspace. Every thread of a direct message counts as one of its threads."""

    def __init__(self, views: Views, client: AsyncWebClient, start: Start) -> None:
        """start: runs work whose end nobody waits for."""
        self._views, self._client, self._start = views, client, start

    def on_started(self, body: Mapping[str, Any]) -> None:
        """Suggest what to ask, where the event tells of an opened pane."""
        if started := inbound.started_thread(body):
            self._start(self._suggest(*started))

    async def _suggest(self, person: Person, channel: str, thread: str) -> None:
        try:
            suggested = await asyncio.to_thread(self._views.suggestions, person)
        except StorageUnavailable:
            suggested = self._views.suggestions_for_all()
        if suggested:
            await self._client.assistant_threads_setSuggestedPrompts(
                channel_id=channel,
                thread_ts=thread,
                title=wording_home.PROMPT_TITLE,
                prompts=[{"title": label, "message": sent} for label, sent in suggested],
            )

    async def looking(self, message: Message) -> None:
        """Show that a message in the pane is being looked into. Slack takes it away when the answer is written.

        It is waited for, so that it cannot come after the answer; one that does not come through in time is taken back.
        """
        if not (where := inbound.pane_thread(message)):
            return
        channel, thread = where
        try:
            showing = self._client.assistant_threads_setStatus(
                channel_id=channel, thread_ts=thread, status=wording_home.LOOKING
            )
            await asyncio.wait_for(showing, STATUS_WITHIN_S)
        except TimeoutError:
            self._start(self._take_back(channel, thread))
        except TELLING as error:
            log.info("slack.no_status", extra={"error": type(error).__name__})

    async def _take_back(self, channel: str, thread: str) -> None:
        await asyncio.sleep(STATUS_WITHIN_S)
        await self._client.assistant_threads_setStatus(channel_id=channel, thread_ts=thread, status="")

    def saved(self, message: Message) -> None:
        """Call a thread after the question that opened it."""
        if where := inbound.pane_thread(message):
            self._start(self._call_it(message, *where))

    async def _call_it(self, message: Message, channel: str, thread: str) -> None:
        if title := await asyncio.to_thread(self._views.title, message):
            await self._client.assistant_threads_setTitle(channel_id=channel, thread_ts=thread, title=title)
