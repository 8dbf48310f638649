"""The assistant's pane: what is suggested when it opens, a status while an answer is looked for, and a title."""

import asyncio
import logging

from adapters.slack import inbound
from adapters.slack.surfaces import NOT_REACHED, Body, ClientOf, Start
from bot import wording_home
from bot.errors import StorageUnavailable
from bot.messages import Message, Person
from bot.views import Views

log = logging.getLogger(__name__)

STATUS_WITHIN_S = 1.0  # it is a courtesy, and what was written is not yet saved


class Pane:
    """The pane. Every thread of a direct message counts as one of its threads."""

    def __init__(self, views: Views, client_of: ClientOf, start: Start) -> None:
        """client_of: a client that may act where a payload comes from; start: runs what nobody waits for."""
        self._views, self._client_of, self._start = views, client_of, start

    def on_started(self, body: Body) -> None:
        """Suggest what to ask, where the event tells of an opened pane."""
        if started := inbound.started_thread(body):
            self._start(self._suggest(body, *started))

    async def _suggest(self, body: Body, person: Person, channel: str, thread: str) -> None:
        try:
            suggested = await asyncio.to_thread(self._views.suggestions, person)
        except StorageUnavailable:
            suggested = self._views.suggestions_for_all()
        if suggested:
            await (await self._client_of(body)).assistant_threads_setSuggestedPrompts(
                channel_id=channel,
                thread_ts=thread,
                title=wording_home.PROMPT_TITLE,
                prompts=[{"title": label, "message": sent} for label, sent in suggested],
            )

    async def looking(self, body: Body, message: Message) -> None:
        """Show that a message in the pane is being looked into. Slack takes it away when the answer is written.

        It is waited for, so that it cannot come after the answer; one that does not come through in time is taken back.
        """
        if not (where := inbound.pane_thread(message)):
            return
        channel, thread = where
        try:
            async with asyncio.timeout(STATUS_WITHIN_S):
                await self._set_status(body, channel, thread, wording_home.LOOKING)
        except TimeoutError:
            self._start(self._take_back(body, channel, thread))
        except NOT_REACHED as error:
            log.info("slack.no_status", extra={"error": type(error).__name__})

    async def _take_back(self, body: Body, channel: str, thread: str) -> None:
        await asyncio.sleep(STATUS_WITHIN_S)
        await self._set_status(body, channel, thread, "")

    async def _set_status(self, body: Body, channel: str, thread: str, status: str) -> None:
        client = await self._client_of(body)
        await client.assistant_threads_setStatus(channel_id=channel, thread_ts=thread, status=status)

    def saved(self, body: Body, message: Message) -> None:
        """Call a thread after the question that opened it."""
        if where := inbound.pane_thread(message):
            self._start(self._call_it(body, message, *where))

    async def _call_it(self, body: Body, message: Message, channel: str, thread: str) -> None:
        if title := await asyncio.to_thread(self._views.title, message):
            client = await self._client_of(body)
            await client.assistant_threads_setTitle(channel_id=channel, thread_ts=thread, title=title)
