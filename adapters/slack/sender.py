"""Sends replies to Slack: into a channel or thread, to a person, or by a command's response address."""

import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from adapters.delivery import Sent
from adapters.slack.blocks import Json, to_blocks
from bot.errors import DeliveryFailed
from bot.replies import Reply
from bot.settings import Settings

TIMEOUT_S = 10
# Ephemeral messages vanish when Slack is reloaded and cannot be found again, so only the first reply is one.
# A response address itself would take five messages in thirty minutes.
EPHEMERAL_WITHIN_S = 120.0
METADATA = "smpolicy_delivery"
# When a delivery may have arrived before: messages looked through at a time, and how often. Direct messages come
# newest first, a thread's oldest first.
PAGE, MOST_PAGES = 200, 5

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
    }
)
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

# Slack's libraries log payloads at DEBUG, and payloads are what people wrote. What they warn of is the app's
# own business (a token in the environment beside the one handed in, a payload without a listener).
sdk_log = logging.getLogger("smpolicy.slack")
sdk_log.setLevel(logging.ERROR)


def web_client(settings: Settings) -> AsyncWebClient:
    """A client of Slack's Web API. It never repeats a call: a message might arrive twice."""
    token = settings.slack_bot_token
    return AsyncWebClient(
        token=token.get_secret_value() if token else None,
        base_url=settings.slack_api_url,
        timeout=TIMEOUT_S,
        retry_handlers=[],
        logger=sdk_log,
    )


class SlackSender:
    """A Sender for Slack. Keeps only which direct message belongs to whom, which Slack would tell again."""

    def __init__(self, client: AsyncWebClient, *, clock: Callable[[], float] = time.time) -> None:
        """clock: seconds since 1970."""
        self._client, self._clock = client, clock
        self._direct: dict[str, str] = {}

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
            reference: a Place's: `channel` and perhaps `thread_ts`. With `user` and `received_at` the reply
                is ephemeral while that is fresh, by `response_url` where there is one; later it goes to the
                person directly.

        Raises:
            DeliveryFailed
        """
        user = _text(reference, "user")
        if not user:
            thread = _text(reference, "thread_ts")
            return await self._send(_text(reference, "channel"), thread, reply, key, replaces, ambiguous)
        received_at = reference.get("received_at")
        fresh = isinstance(received_at, int | float) and self._clock() - received_at <= EPHEMERAL_WITHIN_S
        if fresh and await self._show(reference, reply):
            return Sent({"ephemeral": True})
        return await self.send_to_person(user, reply, key=key, replaces=replaces, ambiguous=ambiguous)

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
            person_id: a member id, such as U012ABCDEF.

        Raises:
            DeliveryFailed
        """
        channel = self._direct.get(person_id)
        if channel is None:
            opened = await _call(self._client.conversations_open(users=person_id))
            channel = self._direct[person_id] = _text(opened.get("channel"), "id")
        return await self._send(channel, "", reply, key, replaces, ambiguous)

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
                    wait_s = _after_s(answer) if answer.status == 429 else 0.0
                    raise DeliveryFailed(f"response_url_{answer.status}", retryable=True, after_s=wait_s)
                return answer.status == 200 and '"ok":false' not in (await answer.text()).replace(" ", "")
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise DeliveryFailed(type(error).__name__, retryable=True) from error

    async def _show(self, reference: Mapping[str, object], reply: Reply) -> bool:
        """Show a reply to one person; False where that is not possible any more."""
        if response_url := _text(reference, "response_url"):
            return await self.respond(response_url, reply)
        try:
            await _call(
                self._client.chat_postEphemeral(
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

    async def _send(
        self,
        channel: str,
        thread: str,
        reply: Reply,
        key: str,
        replaces: Mapping[str, object] | None,
        ambiguous: bool,
    ) -> Sent:
        content = to_blocks(reply)
        if replaces and _text(replaces, "ts"):
            changed = await self._update(replaces, content)
            if changed:
                return changed
        if ambiguous and (found := await self._find(channel, thread, key)):
            return found
        answer = await _call(
            self._client.chat_postMessage(
                channel=channel,
                thread_ts=thread or None,
                link_names=False,
                unfurl_links=False,
                unfurl_media=False,
                metadata={"event_type": METADATA, "event_payload": {"key": key}},
                **content,
            )
        )
        return _sent(answer, channel)

    async def _update(self, replaces: Mapping[str, object], content: Json) -> Sent | None:
        """Change a message where it stands; None when it cannot be changed any more."""
        channel, sent_at = _text(replaces, "channel"), _text(replaces, "ts")
        try:
            await _call(self._client.chat_update(channel=channel, ts=sent_at, link_names=False, **content))
        except DeliveryFailed as error:
            if error.reason in _NOT_EDITABLE:
                return None
            raise
        return Sent({"channel": channel, "ts": sent_at})

    async def _find(self, channel: str, thread: str, key: str) -> Sent | None:
        """The message that bears a delivery's key. None too where we may not look, as in a channel without
        the right to read its history: twice is better there than never."""
        cursor = ""
        for _ in range(MOST_PAGES):
            try:
                found = await self._read(channel, thread, cursor)
            except DeliveryFailed as error:
                if error.reason in _CANNOT_LOOK:
                    return None
                raise
            for message in found.get("messages") or ():
                metadata = message.get("metadata") or {}
                if metadata.get("event_type") == METADATA and metadata.get("event_payload", {}).get("key") == key:
                    return _sent(message, channel)
            cursor = _text(found.get("response_metadata"), "next_cursor")
            if not cursor:
                break
        return None

    async def _read(self, channel: str, thread: str, cursor: str) -> Mapping[str, Any]:
        """One page of a conversation, or of a thread in it."""
        page: Json = {"limit": PAGE, "include_all_metadata": True, "cursor": cursor or None}
        if thread:
            return await _call(self._client.conversations_replies(channel=channel, ts=thread, **page))
        return await _call(self._client.conversations_history(channel=channel, **page))


async def _call(calling: Awaitable[Any]) -> Mapping[str, Any]:
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
        return DeliveryFailed(reason, retryable=True, after_s=_after_s(response))
    return DeliveryFailed(reason, retryable=status >= 500 or reason in _PASSING)


def _after_s(response: Any) -> float:
    """How long Slack asks us to wait, at least a second."""
    headers = {name.lower(): value for name, value in (getattr(response, "headers", None) or {}).items()}
    try:
        return max(1.0, float(headers.get("retry-after", 1)))
    except ValueError:
        return 1.0


def _sent(message: Mapping[str, Any], channel: str) -> Sent:
    return Sent({"channel": _text(message, "channel") or channel, "ts": _text(message, "ts")})


def _text(data: object, key: str) -> str:
    value = data.get(key) if isinstance(data, Mapping) else None
    return value if isinstance(value, str) else ""
