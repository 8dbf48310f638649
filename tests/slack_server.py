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

from adapters.slack.manifest import BOT_SCOPES

Json = dict[str, Any]

TEAM, BOT, SECRET, TOKEN, APP_TOKEN = "T1", "UBOT", "s3cret", "xoxb-1", "xapp-1"
TRIGGER_GOOD_FOR_S = 3.0
RESPONSE_URL_USES = 5
RETRIES = 3
_INPUT_VALUES = {"plain_text_input": "value", "datepicker": "selected_date"}
_NOT_IN_VIEWS = ("context_actions",)
_HISTORY = {"D": "im:history", "G": "groups:history", "C": "channels:history"}
_OF_THE_APP = ("apps.connections.open",)  # these take the app's own token, and nothing else does
_LINK = re.compile(r"<https?://[^<>|\s]+\|[^<>|]+>")
_SHARED_BY = re.compile(r"<@[UW][A-Z0-9]+> shares this answer\.")  # the one mention an app of this kind makes


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
            if not _SHARED_BY.fullmatch(element["text"]):
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
    """Everything Slack would refuse a modal or a Home tab for, or that it would turn into a ping or a link."""
    blocks = view["blocks"]
    faults = [fault for one in blocks for fault in _model_faults(one)]
    faults += _repeated("block_id", [block["block_id"] for block in blocks if "block_id" in block])
    faults += _repeated("action_id", [e["action_id"] for e in _within(blocks) if "action_id" in e])
    faults += [f"invalid_blocks: {one['type']} in a view" for one in blocks if one["type"] in _NOT_IN_VIEWS]
    if not 1 <= len(blocks) <= 100:
        faults.append(f"invalid_arguments: {len(blocks)} blocks")
    if len(json.dumps(view)) > 250_000:
        faults.append("view_too_large")
    if sum(bool(element.get("focus_on_load")) for element in _within(blocks)) > 1:
        faults.append("invalid_arguments: two fields want the focus")
    inputs = [block for block in blocks if block["type"] == "input"]
    if inputs and view["type"] == "modal" and "submit" not in view:
        faults.append("invalid_arguments: a field and no submit")
    for element in _within(blocks):
        if element.get("type") in ("mrkdwn", "plain_text"):
            faults += _text_faults(str(element["type"]), element["text"])
            if not element["text"].strip():
                faults.append("invalid_blocks: empty text")
        if element.get("type") == "mrkdwn" and not element.get("verbatim"):
            faults.append("mrkdwn that makes links of what looks like one")
        if element.get("type") in ("link", "user", "usergroup", "channel", "broadcast"):
            faults.append(f"rich text {element['type']}")
        if element.get("type") == "static_select":
            faults += _select_faults(element)
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


def _select_faults(select: Json) -> list[str]:
    options = select["options"]
    faults = [] if 1 <= len(options) <= 100 else [f"invalid_blocks: {len(options)} options"]
    faults += _repeated("option", [option["value"] for option in options])
    if any(not option["value"] or len(option["value"]) > 150 for option in options):
        faults.append("invalid_blocks: option value")
    if select.get("initial_option") not in (None, *options):
        faults.append("invalid_blocks: initial_option is none of the options")
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


def _button_called(blocks: list[Json], label: str, nth: int = 1) -> Json:
    """The nth button of that label, among them the two of a feedback element, as its press is told."""
    buttons = []
    for element in _within(blocks):
        if element.get("type") == "button":
            buttons.append(element)
        if element.get("type") == "feedback_buttons":
            told = {"type": "feedback_buttons", "action_id": element["action_id"]}
            buttons += [{**told, **element[name]} for name in ("positive_button", "negative_button")]
    return [button for button in buttons if button["text"]["text"] == label][nth - 1]


def _filled(element: Json, value: str | None) -> Json:
    """The state of a field: what somebody put in, else what it showed."""
    if element["type"] == "static_select":
        options = {option["value"]: option for option in element["options"]}
        chosen = options[value] if value is not None else element.get("initial_option")
        return {"type": "static_select", "selected_option": chosen}
    return {"type": element["type"], _INPUT_VALUES[element["type"]]: value}


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
    scopes: frozenset[str] = frozenset(BOT_SCOPES)
    users: set[str] = field(default_factory=lambda: {"U1", "U2", "UADV"})
    channels: set[str] = field(default_factory=lambda: {"C1", "D1"})
    throttled: bool = False
    messages: list[Json] = field(default_factory=list)
    updates: list[Json] = field(default_factory=list)
    ephemeral: list[Json] = field(default_factory=list)
    views: list[Json] = field(default_factory=list)
    homes: dict[str, Json] = field(default_factory=dict)
    statuses: dict[tuple[str, str], str] = field(default_factory=dict)
    status_log: list[str] = field(default_factory=list)
    suggested: list[Json] = field(default_factory=list)
    titles: dict[tuple[str, str], str] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    faults: dict[str, list[Fault]] = field(default_factory=dict)
    socket_acks: list[Json] = field(default_factory=list)
    socket_envelopes: "asyncio.Queue[Json]" = field(default_factory=asyncio.Queue)

    def __post_init__(self) -> None:
        self._count = itertools.count(1)
        self._direct: dict[str, str] = {}
        self._triggers: dict[str, float] = {}
        self._used_triggers: set[str] = set()
        self._open_views: dict[str, Json] = {}
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

    async def until(self, condition: Callable[[], object], *, patience_s: int = 5) -> None:
        """Wait for something to happen."""
        for _ in range(patience_s * 100):
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
        button = _button_called(message["blocks"], label)
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

    def submitted(self, view: Mapping[str, Any], text: str | None, user: str = "U1", **filled: str) -> Json:
        """The payload of a form the app opened (an element of views), filled in and sent.

        `text` goes into its first text field; other fields by their names, with "." written "__", else as they stand.
        """
        inputs = [block for block in view["blocks"] if block["type"] == "input"]
        writing = next((one["block_id"] for one in inputs if one["element"]["type"] == "plain_text_input"), "")
        values = {name.replace("__", "."): value for name, value in filled.items()}
        state = {
            block["block_id"]: {
                block["element"]["action_id"]: _filled(
                    block["element"], text if block["block_id"] == writing else values.pop(block["block_id"], None)
                )
            }
            for block in inputs
        }
        assert not values, f"there is no field {', '.join(values)}"
        return {
            "type": "view_submission",
            "team": {"id": TEAM},
            "user": {"id": user, "team_id": TEAM},
            "view": {
                **view,
                "id": view.get("id", f"V{next(self._count)}"),
                "hash": view.get("hash", "156772938.1827394"),
                "state": {"values": state},
            },
            "trigger_id": self.new_trigger(),
        }

    # Home tabs, modals and the assistant's pane

    def home_opened(self, user: str = "U1", *, tab: str = "home", **more: object) -> Json:
        """Somebody opens the app's Home tab; the view is told once one was published."""
        event: Json = {
            "type": "app_home_opened",
            "user": user,
            "channel": f"D{user}",
            "event_ts": "1700000010.000100",
            "tab": tab,
        }
        if tab == "home" and user in self.homes:
            event["view"] = self.homes[user]
        return event_payload(event, f"Ev{next(self._count)}", **more)

    def pane_opened(self, user: str = "U1", channel: str = "D1", thread_ts: str = "1700000011.000100") -> Json:
        """Somebody opens the assistant's pane, which starts a thread."""
        thread = {"user_id": user, "channel_id": channel, "thread_ts": thread_ts, "context": {"team_id": TEAM}}
        event = {"type": "assistant_thread_started", "assistant_thread": thread, "event_ts": "1700000011.000200"}
        return event_payload(event, f"Ev{next(self._count)}")

    def pressed_at_home(self, label: str, user: str = "U1", *, nth: int = 1) -> Json:
        """The payload of a button pressed in somebody's Home tab, the nth of that label."""
        return self._at_home({**_button_called(self.homes[user]["blocks"], label, nth), "type": "button"}, user)

    def picked_at_home(self, label: str, user: str = "U1") -> Json:
        """The payload of an option picked in somebody's Home tab."""
        selects = [one for one in _within(self.homes[user]["blocks"]) if one.get("type") == "static_select"]
        options = [(one, option) for one in selects for option in one["options"]]
        select, option = next((one, option) for one, option in options if option["text"]["text"] == label)
        action = {"type": "static_select", "action_id": select["action_id"], "selected_option": option}
        return self._at_home(action, user)

    def _at_home(self, action: Json, user: str) -> Json:
        view = self.homes[user]
        return {
            "type": "block_actions",
            "team": {"id": TEAM},
            "user": {"id": user, "username": "ada", "name": "ada", "team_id": TEAM},
            "container": {"type": "view", "view_id": view["id"]},
            "view": view,
            "trigger_id": self.new_trigger(),
            "actions": [{**action, "action_ts": f"{next(self._count)}.000100"}],
        }

    def global_shortcut(self, user: str = "U1", callback_id: str = "ask_question") -> Json:
        return {
            "type": "shortcut",
            "callback_id": callback_id,
            "trigger_id": self.new_trigger(),
            "team": {"id": TEAM, "domain": "gov"},
            "user": {"id": user, "username": "ada", "team_id": TEAM},
        }

    def _views_open(self, arguments: Json) -> Json:
        self._take_trigger(arguments)
        view = self._accepted(arguments, "modal")
        self.views.append(view)
        self._open_views[view["id"]] = view
        return {"view": dict(view)}

    def _views_update(self, arguments: Json) -> Json:
        known = self._open_views.get(arguments.get("view_id", ""))
        if known is None:
            raise Refused("not_found")
        if arguments.get("hash", known["hash"]) != known["hash"]:
            raise Refused("hash_conflict")
        view = {**self._accepted(arguments, "modal"), "id": known["id"]}
        known.clear()
        known.update(view)
        return {"view": dict(view)}

    def _views_publish(self, arguments: Json) -> Json:
        user = arguments["user_id"]
        if user not in self.users:
            raise Refused("invalid_arguments", "user_id")
        known = self.homes.get(user)
        if "hash" in arguments and (known is None or arguments["hash"] != known["hash"]):
            raise Refused("hash_conflict")
        view = self._accepted(arguments, "home")
        self.homes[user] = {**view, "id": known["id"]} if known else view
        return {"view": dict(self.homes[user])}

    def close_views(self) -> None:
        """Everybody closes what is open."""
        self._open_views.clear()

    def _accepted(self, arguments: Json, kind: str) -> Json:
        view = arguments["view"]
        view = json.loads(view) if isinstance(view, str) else view
        faults = faults_of_view(view) if view.get("type") == kind else [f"invalid_arguments: {view.get('type')}"]
        if faults:
            raise Refused(faults[0].partition(":")[0], "; ".join(faults))
        number = next(self._count)
        return {**view, "id": f"V{number}", "hash": f"156772938.{number}"}

    def _take_trigger(self, arguments: Json) -> None:
        trigger = arguments.get("trigger_id", "")
        if trigger in self._used_triggers:
            raise Refused("exchanged_trigger_id")
        made_at = self._triggers.pop(trigger, None)
        if made_at is None:
            raise Refused("invalid_trigger_id")
        self._used_triggers.add(trigger)
        if time.monotonic() - made_at > TRIGGER_GOOD_FOR_S:
            raise Refused("expired_trigger_id")

    def expire_triggers(self) -> None:
        self._triggers = dict.fromkeys(self._triggers, time.monotonic() - TRIGGER_GOOD_FOR_S - 1)

    def _assistant_threads_setstatus(self, arguments: Json) -> Json:
        where = self._thread(arguments, "chat:write")
        self.statuses[where] = arguments["status"]
        self.status_log.append(arguments["status"])
        return {}

    def _assistant_threads_settitle(self, arguments: Json) -> Json:
        if not arguments["title"].strip():
            raise Refused("invalid_arguments", "title")
        self.titles[self._thread(arguments, "assistant:write")] = arguments["title"]
        return {}

    def _assistant_threads_setsuggestedprompts(self, arguments: Json) -> Json:
        self._thread(arguments, "assistant:write")
        prompts = arguments["prompts"]
        if not 1 <= len(prompts) <= 4 or any(not one["title"] or not one["message"] for one in prompts):
            raise Refused("invalid_arguments", "prompts")
        self.suggested.append(arguments)
        return {}

    def _thread(self, arguments: Json, scope: str) -> tuple[str, str]:
        self._need(scope)
        if arguments["channel_id"] not in self.channels:
            raise Refused("channel_not_found")
        if not re.fullmatch(r"\d{10}\.\d{6}", arguments["thread_ts"]):
            raise Refused("invalid_thread_ts")
        return arguments["channel_id"], arguments["thread_ts"]

    # who people are, what they write in channels, and signs on it

    guests: set[str] = field(default_factory=set)
    strangers: set[str] = field(default_factory=set)
    addresses: dict[str, str] = field(default_factory=dict)
    reactions: list[tuple[str, str, str]] = field(default_factory=list)

    def _users_info(self, arguments: Json) -> Json:
        self._need("users:read")
        user = arguments.get("user", "")
        if user not in self.users | self.guests | self.strangers:
            raise Refused("user_not_found")
        away = user in self.strangers
        guest = {"is_restricted": user in self.guests, "is_ultra_restricted": False}
        return {"user": {"id": user, "team_id": "T9" if away else TEAM, "is_stranger": away, **guest}}

    def _users_lookupbyemail(self, arguments: Json) -> Json:
        self._need("users:read.email")
        if arguments.get("email") not in self.addresses:
            raise Refused("users_not_found")
        return {"user": {"id": self.addresses[arguments["email"]]}}

    def _reactions_add(self, arguments: Json) -> Json:
        self._need("reactions:write")
        if arguments["channel"] not in self.channels:
            raise Refused("channel_not_found")
        if not re.fullmatch(r"[a-z0-9_+'-]+", arguments.get("name", "")):
            raise Refused("invalid_name")
        if not re.fullmatch(r"\d{10}\.\d{6}", arguments.get("timestamp", "")):
            raise Refused("bad_timestamp")
        reaction = (arguments["channel"], arguments["timestamp"], arguments["name"])
        if reaction in self.reactions:
            raise Refused("already_reacted")
        self.reactions.append(reaction)
        return {}

    # what an app calls

    async def call(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        self.calls.append(method)
        if refused := self.refusal_of_caller(method, request.headers.get("Authorization", "")):
            return web.json_response({"ok": False, "error": refused})
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
        return web.json_response(answer, headers={"x-oauth-scopes": ",".join(sorted(self.scopes))})

    def refusal_of_caller(self, method: str, authorization: str) -> str:
        """The error for a caller without the right kind of token; "" for one that may call."""
        if authorization not in (f"Bearer {TOKEN}", f"Bearer {APP_TOKEN}"):
            return "invalid_auth"
        return "" if (authorization == f"Bearer {APP_TOKEN}") == (method in _OF_THE_APP) else "not_allowed_token_type"

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
        except Refused as refused:
            return {"ok": False, "error": refused.error, "detail": refused.detail}

    def _need(self, scope: str) -> None:
        if scope not in self.scopes:
            raise Refused("missing_scope", scope)

    def _auth_test(self, _: Json) -> Json:
        return {"user_id": BOT, "team_id": TEAM, "bot_id": "B1"}

    def _chat_postmessage(self, arguments: Json) -> Json:
        self._need("chat:write")
        channel = arguments["channel"]
        if channel not in self.channels:
            raise Refused("channel_not_found")
        if self.throttled and time.monotonic() - self._last_sent.get(channel, 0.0) < 1.0:
            raise Refused("ratelimited")
        self._check(arguments)
        self._last_sent[channel] = time.monotonic()
        self.statuses.pop((channel, arguments.get("thread_ts", "")), None)  # an answer takes the status away
        message = {**arguments, "ts": f"1700000000.{next(self._count):06}", "user": BOT, "bot_id": "B1"}
        self.messages.append(message)
        return {"channel": channel, "ts": message["ts"], "message": message}

    def _chat_postephemeral(self, arguments: Json) -> Json:
        self._need("chat:write")
        if arguments["channel"] not in self.channels:
            raise Refused("channel_not_found")
        if arguments["user"] not in self.users:
            raise Refused("user_not_in_channel")
        self._check(arguments)
        self.ephemeral.append(arguments)
        return {"message_ts": f"1700000000.{next(self._count):06}"}

    def _chat_update(self, arguments: Json) -> Json:
        self._need("chat:write")
        if len(arguments["text"]) > 4_000:
            raise Refused("msg_too_long")
        self._check(arguments)
        for message in self.messages:
            if (message["channel"], message["ts"]) == (arguments["channel"], arguments["ts"]):
                message.update(text=arguments["text"], blocks=arguments["blocks"])
                self.updates.append(arguments)
                return {"channel": message["channel"], "ts": message["ts"]}
        raise Refused("message_not_found")

    def _check(self, arguments: Json) -> None:
        if faults := faults_of_message(arguments.get("text", ""), arguments.get("blocks", [])):
            raise Refused(faults[0].partition(":")[0], "; ".join(faults))

    def _conversations_open(self, arguments: Json) -> Json:
        self._need("im:write")
        user = arguments["users"]
        if user not in self.users:
            raise Refused("user_not_found")
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
        self._need(_HISTORY[channel[0]])
        if channel not in self.channels:
            raise Refused("channel_not_found")
        found = [message for message in self.messages if message["channel"] == channel]
        if arguments.get("include_all_metadata") in (True, "1", "true", "True"):
            return found
        return [{name: value for name, value in one.items() if name != "metadata"} for one in found]

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


class Refused(Exception):
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


def in_thread(text: str, **more: object) -> Json:
    """A message in the thread of a channel, under the one that `mention` makes."""
    return {
        "type": "message",
        "channel_type": "channel",
        "channel": "C1",
        "user": "U1",
        "team": TEAM,
        "ts": "1700000012.000100",
        "thread_ts": "1700000002.000100",
        "text": text,
        **more,
    }


def from_another_organisation(payload: Mapping[str, Any]) -> Json:
    """The same event or interaction as somebody causes it through Slack Connect."""
    if "event" in payload:
        return {**payload, "event": {**payload["event"], "user_team": "T9"}, "is_ext_shared_channel": True}
    return {**payload, "user": {**payload["user"], "team_id": "T9"}}


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
