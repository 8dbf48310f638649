"""Plays Slack: its Web API, response addresses and Socket Mode on loopback, and what it sends to an app.

Strict where the real one is: what it would refuse is refused here, with the error it would give.
"""

import asyncio
import hashlib
import hmac
import io
import itertools
import json
import re
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer
from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

Json = dict[str, Any]

TEAM, BOT, SECRET, TOKEN, APP_TOKEN = "T1", "UBOT", "s3cret", "xoxb-1", "xapp-1"
TRIGGER_GOOD_FOR_S = 3.0
RESPONSE_URL_USES = 5
RETRIES = 3
_SCOPES = frozenset({"app_mentions:read", "chat:write", "commands", "im:history", "im:read", "im:write"})
_LINK = re.compile(r"<https?://[^<>|\s]+\|[^<>|]+>")


def faults_of_message(text: str, blocks: list[Json]) -> list[str]:
    """Everything Slack would refuse a message for, or that it would turn into a ping, a mention or a link."""
    faults = [] if text.strip() else ["no_text: screen readers and notifications have nothing"]
    if len(text) > 40_000:
        faults.append("msg_too_long")
    if len(blocks) > 50:
        faults.append(f"invalid_blocks: {len(blocks)} blocks")
    if len(json.dumps(blocks, ensure_ascii=False)) > 13_200:
        faults.append("msg_blocks_too_long")
    faults += _repeated("block_id", [block["block_id"] for block in blocks if "block_id" in block])
    faults += _repeated("action_id", [e["action_id"] for e in _within(blocks) if "action_id" in e])
    faults += [fault for one in blocks for fault in _model_faults(one)]
    faults += _text_faults("text", text)
    for element in _within(blocks):
        if element.get("type") in ("mrkdwn", "plain_text"):
            faults += _text_faults(str(element["type"]), element["text"])
            if not element["text"].strip():
                faults.append("invalid_blocks: empty text")
        if element.get("type") == "mrkdwn" and not element.get("verbatim"):
            faults.append("mrkdwn that makes links of what looks like one")
        if element.get("type") == "text" and not element["text"]:
            faults.append("invalid_blocks: empty rich text")
        if element.get("type") in ("link", "user", "usergroup", "channel", "broadcast"):
            faults.append(f"rich text {element['type']}")
        if element.get("type") == "button" and len(element.get("value", "")) > 2_000:
            faults.append("invalid_blocks: button value")
    return faults


def faults_of_view(view: Json) -> list[str]:
    faults = [fault for one in view["blocks"] for fault in _model_faults(one)]
    try:
        View(**view).to_dict()
    except SlackObjectFormationError as error:
        faults.append(f"invalid_arguments: {error}")
    for name in ("title", "submit", "close"):
        if name in view and not 1 <= len(view[name]["text"]) <= 24:
            faults.append(f"invalid_arguments: {name}")
    if len(view.get("private_metadata", "")) > 3_000:
        faults.append("invalid_arguments: private_metadata")
    return faults


def _model_faults(block: Json) -> list[str]:
    """What Slack's own Python models find wrong with a block."""
    try:
        parsed = Block.parse(json.loads(json.dumps(block)))
        assert parsed is not None
        again = parsed.to_dict()
    except SlackObjectFormationError as error:
        return [f"invalid_blocks: {error}"]
    return [] if set(again) == set(block) else [f"invalid_blocks: {set(block) ^ set(again)}"]


def _text_faults(where: str, text: str) -> list[str]:
    """Control characters that are neither escaped nor part of a link of ours."""
    rest = _LINK.sub("", text)
    rest = re.sub(r"^>", "", rest, flags=re.MULTILINE) if where == "mrkdwn" else rest
    if re.search(r"[<>]|&(?!amp;|lt;|gt;)", rest):
        return [f"{where}: unescaped control character"]
    return []


def _within(data: object) -> list[Json]:
    """Every object at any depth."""
    if isinstance(data, list):
        return [found for one in data for found in _within(one)]
    if isinstance(data, dict):
        return [data, *(found for one in data.values() for found in _within(one))]
    return []


def _repeated(name: str, ids: list[str]) -> list[str]:
    return [] if len(set(ids)) == len(ids) else [f"invalid_blocks: {name} twice"]


@dataclass
class Fault:
    """What happens to the next call of a method. With `accepted` it is carried out all the same."""

    status: int = 200
    error: str = ""
    retry_after: int = 0
    accepted: bool = False
    hang_s: float = 0.0
    drop: bool = False


@dataclass
class _ResponseUrl:
    user: str
    channel: str
    uses: int = 0
    expired: bool = False


@dataclass
class StrictSlack:
    """One workspace. `messages`, `ephemeral` and `views` keep what an app sent, in order."""

    url: str = ""
    app_url: str = ""
    scopes: frozenset[str] = _SCOPES
    users: set[str] = field(default_factory=lambda: {"U1", "U2", "UADV"})
    channels: set[str] = field(default_factory=lambda: {"C1", "D1"})
    throttled: bool = False
    messages: list[Json] = field(default_factory=list)
    updates: list[Json] = field(default_factory=list)
    ephemeral: list[Json] = field(default_factory=list)
    views: list[Json] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    faults: dict[str, list[Fault]] = field(default_factory=dict)
    socket_acks: list[Json] = field(default_factory=list)
    socket_envelopes: "asyncio.Queue[Json]" = field(default_factory=asyncio.Queue)

    def __post_init__(self) -> None:
        self._count = itertools.count(1)
        self._direct: dict[str, str] = {}
        self._triggers: dict[str, float] = {}
        self._response_urls: dict[str, _ResponseUrl] = {}
        self._last_sent: dict[str, float] = {}

    # what a test arranges

    def fail_next(self, method: str, fault: Fault) -> None:
        self.faults.setdefault(method, []).append(fault)

    def new_response_url(self, user: str = "U1", channel: str = "C1") -> str:
        name = f"r{next(self._count)}"
        self._response_urls[name] = _ResponseUrl(user, channel)
        return f"{self.url}respond/{name}"

    def expire_response_urls(self) -> None:
        for known in self._response_urls.values():
            known.expired = True

    def new_trigger(self) -> str:
        trigger = f"13345224609.738474920.{next(self._count)}"
        self._triggers[trigger] = time.monotonic()
        return trigger

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait for something to happen, five seconds at most."""
        for _ in range(500):
            if condition():
                return
            await asyncio.sleep(0.01)
        raise AssertionError("it did not happen")

    # what Slack sends

    async def post(self, body: str, content_type: str, **headers: str) -> tuple[int, str]:
        """POST a signed body to the app, as Slack does; gives status and body of its answer."""
        signed = signed_headers(body, content_type, **headers)
        timeout = aiohttp.ClientTimeout(total=10)
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.post(self.app_url, data=io.BytesIO(body.encode()), headers=signed) as answer,
        ):
            return answer.status, await answer.text()

    async def post_json(self, payload: Mapping[str, Any], **headers: str) -> tuple[int, str]:
        return await self.post(json.dumps(payload), "application/json", **headers)

    async def post_interaction(self, payload: Mapping[str, Any], **headers: str) -> tuple[int, str]:
        body = urlencode({"payload": json.dumps(payload)})
        return await self.post(body, "application/x-www-form-urlencoded", **headers)

    async def post_command(self, text: str, user: str = "U1", channel: str = "C1") -> tuple[int, str]:
        body = urlencode(self.command(text, user, channel))
        return await self.post(body, "application/x-www-form-urlencoded")

    def chosen_on(self, text: str, user: str = "U1", channel: str = "C1", callback_id: str = "check_draft") -> Json:
        """The payload of a message shortcut chosen on a message of a channel."""
        return {
            "type": "message_action",
            "callback_id": callback_id,
            "trigger_id": self.new_trigger(),
            "response_url": self.new_response_url(user, channel),
            "team": {"id": TEAM, "domain": "gov"},
            "user": {"id": user, "name": "someone", "team_id": TEAM},
            "channel": {"id": channel, "name": "general"},
            "message_ts": "1700000009.000100",
            "message": {"type": "message", "user": "U9", "ts": "1700000009.000100", "text": text},
        }

    async def deliver(self, payload: Mapping[str, Any]) -> list[int]:
        """Bring an event until it is taken, with the real one's number of redeliveries and no waiting."""
        statuses = [(await self.post_json(payload))[0]]
        for number in range(1, RETRIES + 1):
            if statuses[-1] == 200:
                break
            retry = {"X_Slack_Retry_Num": str(number), "X_Slack_Retry_Reason": "http_error"}
            statuses.append((await self.post_json(payload, **retry))[0])
        return statuses

    def command(self, text: str, user: str = "U1", channel: str = "C1") -> Json:
        return {
            "command": "/smpolicy",
            "text": text,
            "user_id": user,
            "channel_id": channel,
            "team_id": TEAM,
            "trigger_id": self.new_trigger(),
            "response_url": self.new_response_url(user, channel),
        }

    def pressed(self, message: Mapping[str, Any], label: str, user: str = "U1") -> Json:
        """The payload of a button pressed on a message the app sent (an element of messages or ephemeral)."""
        buttons = [element for element in _within(message["blocks"]) if element.get("type") == "button"]
        button = next(element for element in buttons if element["text"]["text"] == label)
        action = {**button, "action_ts": f"{next(self._count)}.000100"}
        return pressed_payload(
            action,
            user=user,
            channel=message["channel"],
            message_ts=message.get("ts", "1700000000.000001"),
            thread_ts=message.get("thread_ts", ""),
            is_ephemeral="ts" not in message,
            trigger_id=self.new_trigger(),
            response_url=self.new_response_url(user, message["channel"]),
        )

    def submitted(self, view: Mapping[str, Any], text: str | None, user: str = "U1") -> Json:
        """The payload of a form the app opened (an element of views), filled in and sent."""
        field_block = view["blocks"][0]
        typed = {field_block["element"]["action_id"]: {"type": "plain_text_input", "value": text}}
        return {
            "type": "view_submission",
            "team": {"id": TEAM},
            "user": {"id": user, "team_id": TEAM},
            "view": {
                **view,
                "id": f"V{next(self._count)}",
                "hash": "156772938.1827394",
                "state": {"values": {field_block["block_id"]: typed}},
            },
        }

    # what an app calls

    async def call(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        self.calls.append(method)
        if request.headers.get("Authorization") not in (f"Bearer {TOKEN}", f"Bearer {APP_TOKEN}"):
            return web.json_response({"ok": False, "error": "invalid_auth"})
        arguments: Json = dict(request.query)
        if request.content_type == "application/json":
            arguments |= await request.json()
        else:
            arguments |= dict(await request.post())
        fault = self.faults[method].pop(0) if self.faults.get(method) else None
        if fault and not fault.accepted:
            return await self._failed(request, fault)
        answer = self._answer(method, arguments)
        if fault and answer["ok"]:
            return await self._failed(request, fault)
        if answer.get("error") == "ratelimited":
            return web.json_response(answer, status=429, headers={"Retry-After": "1"})
        return web.json_response(answer)

    async def _failed(self, request: web.Request, fault: Fault) -> web.Response:
        await asyncio.sleep(fault.hang_s)
        if fault.drop and request.transport is not None:
            request.transport.close()
        headers = {"Retry-After": str(fault.retry_after)} if fault.retry_after else {}
        answer = {"ok": False, "error": fault.error or "internal_error"}
        return web.json_response(answer, status=fault.status, headers=headers)

    def _answer(self, method: str, arguments: Json) -> Json:
        answer = getattr(self, f"_{method.replace('.', '_').lower()}", None)
        if answer is None:
            return {"ok": False, "error": "unknown_method"}
        try:
            return {"ok": True, **answer(arguments)}
        except _Refused as refused:
            return {"ok": False, "error": refused.error, "detail": refused.detail}

    def _need(self, scope: str) -> None:
        if scope not in self.scopes:
            raise _Refused("missing_scope", scope)

    def _auth_test(self, _: Json) -> Json:
        return {"user_id": BOT, "team_id": TEAM, "bot_id": "B1"}

    def _chat_postmessage(self, arguments: Json) -> Json:
        self._need("chat:write")
        channel = arguments["channel"]
        if channel not in self.channels:
            raise _Refused("channel_not_found")
        if self.throttled and time.monotonic() - self._last_sent.get(channel, 0.0) < 1.0:
            raise _Refused("ratelimited")
        self._check(arguments)
        self._last_sent[channel] = time.monotonic()
        message = {**arguments, "ts": f"1700000000.{next(self._count):06}", "user": BOT, "bot_id": "B1"}
        self.messages.append(message)
        return {"channel": channel, "ts": message["ts"], "message": message}

    def _chat_postephemeral(self, arguments: Json) -> Json:
        self._need("chat:write")
        if arguments["channel"] not in self.channels:
            raise _Refused("channel_not_found")
        if arguments["user"] not in self.users:
            raise _Refused("user_not_in_channel")
        self._check(arguments)
        self.ephemeral.append(arguments)
        return {"message_ts": f"1700000000.{next(self._count):06}"}

    def _chat_update(self, arguments: Json) -> Json:
        self._need("chat:write")
        if len(arguments["text"]) > 4_000:
            raise _Refused("msg_too_long")
        self._check(arguments)
        for message in self.messages:
            if (message["channel"], message["ts"]) == (arguments["channel"], arguments["ts"]):
                message.update(text=arguments["text"], blocks=arguments["blocks"])
                self.updates.append(arguments)
                return {"channel": message["channel"], "ts": message["ts"]}
        raise _Refused("message_not_found")

    def _check(self, arguments: Json) -> None:
        if faults := faults_of_message(arguments.get("text", ""), arguments.get("blocks", [])):
            raise _Refused(faults[0].partition(":")[0], "; ".join(faults))

    def _conversations_open(self, arguments: Json) -> Json:
        self._need("im:write")
        user = arguments["users"]
        if user not in self.users:
            raise _Refused("user_not_found")
        channel = self._direct.setdefault(user, f"D{user}")
        self.channels.add(channel)
        return {"channel": {"id": channel}}

    def _conversations_history(self, arguments: Json) -> Json:
        return _page([m for m in reversed(self._read(arguments)) if not m.get("thread_ts")], arguments)

    def _conversations_replies(self, arguments: Json) -> Json:
        thread = arguments["ts"]
        return _page([m for m in self._read(arguments) if thread in (m["ts"], m.get("thread_ts"))], arguments)

    def _read(self, arguments: Json) -> list[Json]:
        channel = arguments["channel"]
        self._need("im:history" if channel.startswith("D") else "channels:history")
        if channel not in self.channels:
            raise _Refused("channel_not_found")
        found = [message for message in self.messages if message["channel"] == channel]
        if arguments.get("include_all_metadata") in (True, "1", "true", "True"):
            return found
        return [{name: value for name, value in one.items() if name != "metadata"} for one in found]

    def _views_open(self, arguments: Json) -> Json:
        opened_at = self._triggers.pop(arguments.get("trigger_id", ""), None)
        if opened_at is None:
            raise _Refused("invalid_trigger_id")
        if time.monotonic() - opened_at > TRIGGER_GOOD_FOR_S:
            raise _Refused("expired_trigger_id")
        if faults := faults_of_view(arguments["view"]):
            raise _Refused("invalid_arguments", "; ".join(faults))
        self.views.append(arguments["view"])
        return {"view": {"id": "V1"}}

    def _apps_connections_open(self, _: Json) -> Json:
        return {"url": self.url.replace("http", "ws", 1) + "socket"}

    async def respond(self, request: web.Request) -> web.Response:
        known = self._response_urls.get(request.match_info["name"])
        if known is None or known.expired:
            return web.Response(status=404, text="expired_url")
        known.uses += 1
        if known.uses > RESPONSE_URL_USES:
            return web.Response(status=404, text="used_url")
        body = await request.json()
        if faults := faults_of_message(body.get("text", ""), body.get("blocks", [])):
            return web.Response(status=400, text="; ".join(faults))
        self.ephemeral.append({**body, "user": known.user, "channel": known.channel})
        return web.Response(text="ok")

    async def socket(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json({"type": "hello", "num_connections": 1})

        async def send() -> None:
            while True:
                await socket.send_json(await self.socket_envelopes.get())

        sending = asyncio.ensure_future(send())
        try:
            async for message in socket:
                if message.type is aiohttp.WSMsgType.TEXT and message.data.startswith("{"):
                    self.socket_acks.append(json.loads(message.data))
        finally:
            sending.cancel()
        return socket


def _page(found: list[Json], arguments: Json) -> Json:
    """`limit` messages from where the cursor points, and the cursor of the next ones."""
    start, limit = int(arguments.get("cursor") or 0), int(arguments.get("limit") or 100)
    following = str(start + limit) if start + limit < len(found) else ""
    return {"messages": found[start : start + limit], "response_metadata": {"next_cursor": following}}


class _Refused(Exception):
    def __init__(self, error: str, detail: str = "") -> None:
        super().__init__(error)
        self.error, self.detail = error, detail


@asynccontextmanager
async def strict_slack(slack: StrictSlack | None = None) -> AsyncIterator[StrictSlack]:
    """A workspace on loopback; its Web API is at `url`api/."""
    slack = slack or StrictSlack()
    site = web.Application()
    site.router.add_route("*", "/api/{method}", slack.call)
    site.router.add_post("/respond/{name}", slack.respond)
    site.router.add_get("/socket", slack.socket)
    async with TestServer(site, host="127.0.0.1") as server:
        slack.url = str(server.make_url("/"))
        yield slack


def signed_headers(body: str, content_type: str, **headers: str) -> dict[str, str]:
    """The headers Slack sends with a body; `timestamp` and `secret` may be told, others are added."""
    stamp = headers.pop("timestamp", str(int(time.time())))
    secret = headers.pop("secret", SECRET)
    digest = hmac.new(secret.encode(), f"v0:{stamp}:{body}".encode(), hashlib.sha256).hexdigest()
    return {
        "Content-Type": content_type,
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": f"v0={digest}",
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }


def event_payload(event: Mapping[str, Any], event_id: str = "Ev1", **more: object) -> Json:
    """An event_callback around an event."""
    authorization = {"team_id": TEAM, "enterprise_id": None, "user_id": BOT, "is_bot": True}
    return {
        "type": "event_callback",
        "team_id": TEAM,
        "api_app_id": "A1",
        "event_id": event_id,
        "event": dict(event),
        "authorizations": [authorization],
        **more,
    }


def direct_message(text: str, **more: object) -> Json:
    """A direct message to the bot."""
    return {
        "type": "message",
        "channel_type": "im",
        "channel": "D1",
        "user": "U1",
        "team": TEAM,
        "ts": "1700000001.000100",
        "text": text,
        **more,
    }


def mention(text: str, **more: object) -> Json:
    """A mention in a channel; `text` holds it, as <@UBOT>."""
    return {
        "type": "app_mention",
        "channel": "C1",
        "user": "U1",
        "team": TEAM,
        "ts": "1700000002.000100",
        "text": text,
        **more,
    }


def pressed_payload(
    action: Mapping[str, Any],
    *,
    user: str = "U1",
    channel: str = "D1",
    message_ts: str = "1700000003.000100",
    thread_ts: str = "",
    is_ephemeral: bool = False,
    trigger_id: str = "1.2.3",
    response_url: str = "https://hooks.slack.com/actions/1",
) -> Json:
    """A block_actions payload."""
    container = {
        "type": "message",
        "message_ts": message_ts,
        "channel_id": channel,
        "is_ephemeral": is_ephemeral,
    }
    message = {"ts": message_ts, "thread_ts": thread_ts} if thread_ts else {"ts": message_ts}
    return {
        "type": "block_actions",
        "team": {"id": TEAM},
        "enterprise": None,
        "user": {"id": user, "username": "ada", "name": "ada", "team_id": TEAM},
        "container": container,
        "channel": {"id": channel},
        **({} if is_ephemeral else {"message": message}),
        "trigger_id": trigger_id,
        "response_url": response_url,
        "actions": [{"type": "button", "action_ts": "1700000004.000100", **action}],
    }
