"""Plays the Bot Connector over real HTTP on loopback: keys, signed activities, and what bots send back."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import jwt
from aiohttp import ClientSession, web
from botframework.connector.auth import AppCredentials
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

APP_ID = "app-1"
BOT = f"28:{APP_ID}"
TENANT = "tenant-1"
ISSUER = "https://api.botframework.com"
LARGEST_MESSAGE = 28 * 1024  # bytes; refused above with 413, as Teams does somewhere above that
SERVICE_URL = "https://smba.trafficmanager.net/emea/"

_OURS = rsa.generate_private_key(public_exponent=65537, key_size=2048)
_FORGERS = rsa.generate_private_key(public_exponent=65537, key_size=2048)


class GivenCredentials(AppCredentials):  # type: ignore[misc]
    """A token without Entra ID."""

    def __init__(self) -> None:
        super().__init__(app_id=APP_ID)
        self.asked = 0

    def get_access_token(self, force_refresh: bool = False) -> str:
        self.asked += 1
        return "bot-token"


@dataclass
class Refusal:
    """What the next call is answered with."""

    status: int
    code: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str | None = None


@dataclass
class Connector:
    """`sent`, `updated` and `opened` are the bodies that arrived; `refusals` are used up first."""

    url: str = ""
    sent: list[dict[str, Any]] = field(default_factory=list)
    updated: list[dict[str, Any]] = field(default_factory=list)
    opened: list[dict[str, Any]] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    delay_s: float = 0.0
    keys_delay_s: float = 0.0
    keys_status: int = 200
    keys_fetched: int = 0

    @property
    def metadata_url(self) -> str:
        return f"{self.url}/v1/.well-known/openidconfiguration"

    @property
    def service_url(self) -> str:
        return f"{self.url}/emea/"

    def card(self, number: int = -1) -> dict[str, Any]:
        """The card of the message sent last, or of another one."""
        content: dict[str, Any] = self.sent[number]["attachments"][0]["content"]
        return content

    # what bots call

    async def metadata(self, request: web.Request) -> web.Response:
        self.keys_fetched += 1
        await asyncio.sleep(self.keys_delay_s)
        return web.json_response({"jwks_uri": f"{self.url}/v1/keys"}, status=self.keys_status)

    async def keys(self, request: web.Request) -> web.Response:
        public = json.loads(RSAAlgorithm.to_jwk(_OURS.public_key()))
        return web.json_response(
            {
                "keys": [
                    {**public, "kid": "teams", "endorsements": ["msteams"]},
                    {**public, "kid": "webchat", "endorsements": ["webchat"]},
                    {**public, "kid": "bare"},
                    {"kid": "strange", "kty": "EC", "crv": "P-999"},
                ]
            }
        )

    async def post_activity(self, request: web.Request) -> web.Response:
        return await self._take(request, self.sent, {"id": f"sent-{len(self.sent) + 1}"})

    async def put_activity(self, request: web.Request) -> web.Response:
        return await self._take(request, self.updated, {"id": request.match_info["activity"]})

    async def post_conversation(self, request: web.Request) -> web.Response:
        return await self._take(request, self.opened, {"id": "a:opened", "serviceUrl": self.service_url})

    async def _take(self, request: web.Request, kept: list[dict[str, Any]], answer: dict[str, str]) -> web.Response:
        self.tokens.append(request.headers.get("Authorization", ""))
        await asyncio.sleep(self.delay_s)
        if self.refusals:
            refusal = self.refusals.pop(0)
            body = refusal.body or json.dumps({"error": {"code": refusal.code, "message": "no"}})
            return web.Response(
                status=refusal.status, headers=refusal.headers, text=body, content_type="application/json"
            )
        raw = await request.read()
        if len(raw) > LARGEST_MESSAGE:
            return web.json_response({"error": {"code": "MessageSizeTooBig", "message": "no"}}, status=413)
        kept.append({**json.loads(raw), **request.match_info})
        return web.json_response(answer, status=201)


@asynccontextmanager
async def a_connector(connector: Connector | None = None) -> AsyncIterator[Connector]:
    connector = connector or Connector()
    app = web.Application()
    app.router.add_get("/v1/.well-known/openidconfiguration", connector.metadata)
    app.router.add_get("/v1/keys", connector.keys)
    app.router.add_post("/emea/v3/conversations", connector.post_conversation)
    app.router.add_post("/emea/v3/conversations/{conversation}/activities", connector.post_activity)
    app.router.add_put("/emea/v3/conversations/{conversation}/activities/{activity}", connector.put_activity)
    async with a_server(app) as url:
        connector.url = url
        yield connector


@asynccontextmanager
async def a_server(app: web.Application) -> AsyncIterator[str]:
    """Serve an app on a free loopback port; gives its address."""
    runner = web.AppRunner(app, shutdown_timeout=1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@dataclass
class Teams:
    """Posts activities to a bot, as Teams does."""

    session: ClientSession
    bot_url: str
    service_url: str

    async def post(
        self, activity: Mapping[str, Any] | str | bytes, *, authorization: str | None = None, **claims: Any
    ) -> tuple[int, Any]:
        """Sign and post an activity to this connector; gives status and JSON body, None without one.

        Args:
            authorization: the header to send instead; "" for none.
            claims: of the token, in place of the right ones; None takes one away.
        """
        if isinstance(activity, Mapping):
            activity = json.dumps({"serviceUrl": self.service_url, **activity})
        signed = f"Bearer {a_token(self.service_url, **claims)}"
        headers = {"Content-Type": "application/json; charset=utf-8", "Authorization": signed}
        if authorization is not None:
            headers["Authorization"] = authorization
        if not headers["Authorization"]:
            del headers["Authorization"]
        async with self.session.post(f"{self.bot_url}/api/messages", data=activity, headers=headers) as response:
            text = await response.text()
            return response.status, json.loads(text) if text else None


def a_token(
    service_url: str,
    *,
    kid: str | None = "teams",
    forged: bool = False,
    algorithm: str = "RS256",
    **claims: Any,
) -> str:
    """A token as the Bot Connector signs it; `claims` replace the right ones, None takes one away."""
    now = int(time.time())
    right = {"iss": ISSUER, "aud": APP_ID, "serviceurl": service_url, "nbf": now - 10, "exp": now + 3600}
    payload = {name: value for name, value in {**right, **claims}.items() if value is not None}
    key = "a secret that is long enough to be one" if algorithm == "HS256" else _FORGERS if forged else _OURS
    return jwt.encode(payload, key, algorithm=algorithm, headers={"kid": kid} if kid else {})


# activities, as recorded; those for unit tests name Microsoft's own service URL


def an_activity(text: str, **changes: Any) -> dict[str, Any]:
    """A message in a personal chat."""
    return {
        "type": "message",
        "id": "activity-1",
        "timestamp": "2026-11-23T09:30:00.000Z",
        "serviceUrl": SERVICE_URL,
        "channelId": "msteams",
        "from": {"id": "29:asker", "name": "Ada King", "aadObjectId": "entra-asker"},
        "conversation": {"conversationType": "personal", "tenantId": TENANT, "id": "a:chat-1"},
        "recipient": {"id": BOT, "name": "smpolicy"},
        "channelData": {"tenant": {"id": TENANT}},
        "locale": "en-GB",
        "textFormat": "plain",
        "text": text,
        **changes,
    }


def in_channel(
    text: str,
    *,
    mentions: tuple[str, ...] = ("smpolicy",),
    conversation_id: str = "19:team@thread.tacv2;messageid=1700",
    **changes: Any,
) -> dict[str, Any]:
    """A message in a team's channel that mentions the bot."""
    conversation = {"conversationType": "channel", "tenantId": TENANT, "isGroup": True, "id": conversation_id}
    ours = [
        {"type": "mention", "mentioned": {"id": BOT, "name": name}, "text": f"<at>{name}</at>"} for name in mentions
    ]
    others = {
        "type": "mention",
        "mentioned": {"id": "29:ada", "name": "Ada King"},
        "text": "<at>Ada King</at>",
    }
    return an_activity(text, **{"conversation": conversation, "entities": [*ours, others], **changes})


def pressed(verb: str, value: dict[str, str], **typed: str) -> dict[str, Any]:
    """A pressed Action.Execute."""
    data = {"smpolicy": {"verb": verb, "value": value}, **typed}
    action = {"type": "Action.Execute", "verb": verb, "data": data}
    activity = an_activity("", type="invoke", name="adaptiveCard/action")
    return {**activity, "value": {"action": action, "trigger": "manual"}, "replyToId": "sent-1"}


def submitted(verb: str, value: dict[str, str], **typed: str) -> dict[str, Any]:
    """A pressed Action.Submit, from clients that know no Execute: a message without text."""
    activity = an_activity("", value={"smpolicy": {"verb": verb, "value": value}, **typed}, replyToId="sent-1")
    del activity["text"]
    return activity


def chosen_on(content: str, command: str = "checkDraft", name: str = "fetchTask") -> dict[str, Any]:
    """The message extension chosen on a message."""
    activity = an_activity("", type="invoke", name=f"composeExtension/{name}")
    payload = {"id": "1700000009", "body": {"contentType": "html", "content": content}}
    value = {"commandId": command, "commandContext": "message", "data": {}, "messagePayload": payload}
    return {**activity, "value": value}


def an_installation(action: str = "add") -> dict[str, Any]:
    activity = an_activity("", type="installationUpdate", action=action, id="installed-1")
    del activity["text"]
    return activity


def added(member: str) -> dict[str, Any]:
    activity = an_activity("", type="conversationUpdate", membersAdded=[{"id": member}], id="f:added-1")
    del activity["text"]
    return activity
