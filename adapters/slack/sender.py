"""Sends replies to Slack: into a channel or thread, to a person, or by a command's response address."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from adapters.delivery import Sent
from adapters.metrics import THROTTLED
from adapters.slack.blocks import Json, to_blocks
from adapters.slack.clients import TIMEOUT_S, SlackClients, after_s, call
from adapters.slack.pace import Pace
from bot import wording
from bot.errors import DeliveryFailed
from bot.replies import Action, Reply

# Ephemeral messages vanish when Slack is reloaded and cannot be found again, so only the first reply is one.
# A response address itself would take five messages in thirty minutes.
EPHEMERAL_WITHIN_S = 120.0
METADATA = "smpolicy_delivery"
# When a delivery may have arrived before: messages looked through at a time, and how often. Direct messages come
# newest first, a thread's oldest first.
PAGE, MOST_PAGES = 200, 5

_NOT_EDITABLE = frozenset(
    {
        "message_not_found",
        "cant_update_message",
        "edit_window_closed",
        "channel_not_found",
        "is_inactive",
        "block_mismatch",
    }
)
_CANNOT_LOOK = frozenset({"missing_scope", "thread_not_found", "not_in_channel", "channel_not_found"})


class SlackSender:
    """A Sender for Slack. Keeps only which direct message belongs to whom, which Slack would tell again."""

    def __init__(
        self, clients: SlackClients, *, clock: Callable[[], float] = time.time, pace: Pace | None = None
    ) -> None:
        """clock: seconds since 1970. pace: None for what Slack takes, a message a second and channel."""
        self._clients, self._clock, self._pace = clients, clock, pace or Pace()
        self._direct: dict[tuple[str, str], str] = {}  # by workspace and member

    async def send_to_place(
        self,
        reference: Mapping[str, object],
        reply: Reply,
        *,
        key: str,
        replaces: Mapping[str, object] | None,
        ambiguous: bool,
    ) -> Sent:
        """Write where a message came from; with a `user`, to that person alone.

        Args:
            reference: a Place's: `workspace`, `channel` and perhaps `thread_ts`. With `user` and `received_at` the
                reply is ephemeral while that is fresh, by `response_url` where there is one; later it goes to the
                person directly. With `shared_by` it says which member shares it; they are told directly where the
                channel does not take it.

        Raises:
            DeliveryFailed
        """
        workspace, user = _text(reference, "workspace"), _text(reference, "user")
        client = await self._clients.of(workspace)
        if member := _text(reference, "shared_by"):
            return await self._share(client, reference, member, reply, key, ambiguous)
        if not user:
            sending = _Sending(client, _text(reference, "channel"), _text(reference, "thread_ts"), key, self._pace)
            return await sending.send(reply, replaces, ambiguous)
        received_at = reference.get("received_at")
        fresh = isinstance(received_at, int | float) and self._clock() - received_at <= EPHEMERAL_WITHIN_S
        if fresh and await self._show(client, reference, reply):
            return Sent({"ephemeral": True})
        direct = await self._direct_channel(client, workspace, user)
        return await _Sending(client, direct, "", key, self._pace).send(reply, replaces, ambiguous)

    async def send_to_person(
        self,
        person_id: str,
        reply: Reply,
        *,
        key: str,
        replaces: Mapping[str, object] | None,
        ambiguous: bool,
    ) -> Sent:
        """Write to somebody directly.

        Args:
            person_id: a member id such as U012ABCDEF, with its workspace before it where there are several:
                T012ABCDEF/U012ABCDEF.

        Raises:
            DeliveryFailed
        """
        workspace, _, member = person_id.rpartition("/")
        client = await self._clients.of(workspace)
        direct = await self._direct_channel(client, workspace, member)
        return await _Sending(client, direct, "", key, self._pace).send(reply, replaces, ambiguous)

    async def respond(self, response_url: str, reply: Reply) -> bool:
        """Answer by a response address, to be seen by one person.

        Returns:
            False when the address is used up or too old, and nobody saw the reply.

        Raises:
            DeliveryFailed: it may work later.
        """
        body = {**to_blocks(reply), "response_type": "ephemeral", "replace_original": False}
        timeout = aiohttp.ClientTimeout(total=TIMEOUT_S)
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout) as session,
                session.post(response_url, json=body) as answer,
            ):
                if answer.status == 429 or answer.status >= 500:
                    wait_s = 0.0
                    if answer.status == 429:
                        THROTTLED.labels("slack", "response_url").inc()
                        wait_s = after_s(answer)
                    raise DeliveryFailed(f"response_url_{answer.status}", retryable=True, after_s=wait_s)
                return answer.status == 200 and '"ok":false' not in (await answer.text()).replace(" ", "")
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise DeliveryFailed(type(error).__name__, retryable=True) from error

    async def _direct_channel(self, client: AsyncWebClient, workspace: str, member: str) -> str:
        channel = self._direct.get((workspace, member))
        if channel is None:
            opened = await call(client.conversations_open(users=member))
            channel = self._direct[workspace, member] = _text(opened.get("channel"), "id")
        return channel

    async def _share(
        self,
        client: AsyncWebClient,
        reference: Mapping[str, object],
        member: str,
        reply: Reply,
        key: str,
        ambiguous: bool,
    ) -> Sent:
        channel, thread = _text(reference, "channel"), _text(reference, "thread_ts")
        sending = _Sending(client, channel, thread, key, self._pace, shared_by=member)
        try:
            return await sending.send(reply, None, ambiguous)
        except DeliveryFailed as error:
            if error.retryable:
                raise
        direct = await self._direct_channel(client, _text(reference, "workspace"), member)
        return await _Sending(client, direct, "", key, self._pace).send(wording.cannot_share(), None, ambiguous)

    async def _show(self, client: AsyncWebClient, reference: Mapping[str, object], reply: Reply) -> bool:
        """Show a reply to one person; False where that is not possible any more.

        Where others read along, an answer can be shared with them.
        """
        if reply.shareable and not _text(reference, "channel").startswith("D"):
            share = Action("share", wording.SHARE, {"question": reply.shareable})
            reply = replace(reply, actions=(*reply.actions, share))
        if response_url := _text(reference, "response_url"):
            return await self.respond(response_url, reply)
        try:
            await call(
                client.chat_postEphemeral(
                    channel=_text(reference, "channel"),
                    user=_text(reference, "user"),
                    thread_ts=_text(reference, "thread_ts") or None,
                    link_names=False,
                    **to_blocks(reply),
                )
            )
        except DeliveryFailed as error:
            if error.retryable:
                raise
            return False
        return True


@dataclass(frozen=True, slots=True)
class _Sending:
    """One delivery into one conversation; `thread` is "" for its top."""

    client: AsyncWebClient
    channel: str
    thread: str
    key: str
    pace: Pace
    shared_by: str = ""

    async def send(self, reply: Reply, replaces: Mapping[str, object] | None, ambiguous: bool) -> Sent:
        content = to_blocks(reply, shared_by=self.shared_by)
        if replaces and _text(replaces, "ts"):
            changed = await self._update(replaces, content)
            if changed:
                return changed
        if ambiguous and (found := await self._find()):
            return found
        await self.pace.wait(self.channel, self.key)
        answer = await call(
            self.client.chat_postMessage(
                channel=self.channel,
                thread_ts=self.thread or None,
                link_names=False,
                unfurl_links=False,
                unfurl_media=False,
                metadata={"event_type": METADATA, "event_payload": {"key": self.key}},
                **content,
            )
        )
        return _sent(answer, self.channel)

    async def _update(self, replaces: Mapping[str, object], content: Json) -> Sent | None:
        """Change a message where it stands; None when it cannot be changed any more."""
        channel, sent_at = _text(replaces, "channel"), _text(replaces, "ts")
        try:
            await call(self.client.chat_update(channel=channel, ts=sent_at, link_names=False, **content))
        except DeliveryFailed as error:
            if error.reason in _NOT_EDITABLE:
                return None
            raise
        return Sent({"channel": channel, "ts": sent_at})

    async def _find(self) -> Sent | None:
        """The message that bears the delivery's key. None too where we may not look, as in a workspace that did not
        grant the right to read channels: twice is better there than never."""
        cursor = ""
        for _ in range(MOST_PAGES):
            try:
                found = await self._read(cursor)
            except DeliveryFailed as error:
                if error.reason in _CANNOT_LOOK:
                    return None
                raise
            for message in found.get("messages") or ():
                metadata = message.get("metadata") or {}
                if metadata.get("event_type") == METADATA and metadata.get("event_payload", {}).get("key") == self.key:
                    return _sent(message, self.channel)
            cursor = _text(found.get("response_metadata"), "next_cursor")
            if not cursor:
                break
        return None

    async def _read(self, cursor: str) -> Mapping[str, Any]:
        """One page of a conversation, or of a thread in it."""
        page: Json = {"limit": PAGE, "include_all_metadata": True, "cursor": cursor or None}
        if self.thread:
            return await call(self.client.conversations_replies(channel=self.channel, ts=self.thread, **page))
        return await call(self.client.conversations_history(channel=self.channel, **page))


def _sent(message: Mapping[str, Any], channel: str) -> Sent:
    return Sent({"channel": _text(message, "channel") or channel, "ts": _text(message, "ts")})


def _text(data: object, key: str) -> str:
    value = data.get(key) if isinstance(data, Mapping) else None
    return value if isinstance(value, str) else ""
