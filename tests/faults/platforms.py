"""The strict doubles of Slack and Teams, and a mail server, each with a plan of what goes wrong."""

import asyncio
import json
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from typing import Any

from aiohttp import web
from aiosmtpd.smtp import SMTP

from bot.messages import Platform
from tests.faults.plan import Deck, Fate, Plan
from tests.slack_server import Fault, StrictSlack, strict_slack
from tests.teams_connector import Connector, Refusal, a_connector

PATIENCE_S = 12.0  # longer than any sender waits
RETRY_AFTER_S = 1
MOST_FAULTS = 2  # planned for one message: after more of them it would wait for minutes, as it should


@dataclass(frozen=True)
class Arrival:
    """A message that a platform took. `sender` is a process's id, 0 where that is not known."""

    at: float  # of time.monotonic
    platform: Platform
    where: str  # channel, conversation or address
    thread: str
    identity: str  # the delivery's key at Slack, the Message-ID, the activity's id at Teams
    content: Mapping[str, Any]
    fate: Fate
    sender: int = 0

    @property
    def text(self) -> str:
        return json.dumps(self.content, ensure_ascii=False)


@dataclass
class Records:
    """What all platforms took and refused, in order.

    `on_arrival` hears of each message as it is taken; `pid_at` tells whose a port is.
    """

    arrivals: list[Arrival] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    on_arrival: Callable[[Arrival], None] = lambda arrival: None
    pid_at: Callable[[int], int] = lambda port: 0

    def count(self, what: str) -> None:
        self.counts[what] = self.counts.get(what, 0) + 1

    def sender(self, request: web.Request) -> int:
        there = request.transport.get_extra_info("peername") if request.transport else None
        return self.pid_at(there[1]) if there else 0

    def took(self, arrival: Arrival) -> None:
        self.arrivals.append(arrival)
        if arrival.fate.hidden:
            self.count("hidden")
        self.on_arrival(arrival)


_SLACK_FAULTS = {
    Fate.THROTTLED: Fault(status=429, error="ratelimited", retry_after=RETRY_AFTER_S),
    Fate.BROKEN: Fault(status=500, error="internal_error"),
    Fate.CUT_OFF: Fault(status=500, accepted=True, drop=True),
    Fate.HANGING: Fault(status=500, accepted=True, hang_s=PATIENCE_S),
}


@dataclass
class FaultySlack(StrictSlack):
    records: Records = field(default_factory=Records)
    direct: Deck | None = None
    elsewhere: Deck | None = None
    reads: Deck | None = None
    throttled: bool = True
    hit: Counter[str] = field(default_factory=Counter)  # planned faults by the message they fell on

    async def call(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        if method == "chat.postMessage":
            message = await request.json()
            key = _key(message)
            spared = self.hit[key] >= MOST_FAULTS
            deck = self.direct if message["channel"].startswith("D") else self.elsewhere
            self._fate = Fate.TAKEN if spared else self._deal(deck)
            self.hit[key] += self._fate is not Fate.TAKEN
            self._sender = self.records.sender(request)
        elif method in ("conversations.history", "conversations.open", "chat.update"):
            self._fate = self._deal(self.reads)
        else:
            self._fate = Fate.TAKEN
        if fault := _SLACK_FAULTS.get(self._fate):
            self.faults[method] = [fault]
        if self._fate is Fate.THROTTLED:
            self.records.count("429")
        elif self._fate is Fate.BROKEN:
            self.records.count("500")
        return await super().call(request)

    @staticmethod
    def _deal(deck: Deck | None) -> Fate:
        return deck.deal() if deck else Fate.TAKEN

    def _answer(self, method: str, arguments: dict[str, Any]) -> dict[str, Any]:
        answer = super()._answer(method, arguments)
        if answer.get("error") == "ratelimited":
            self.records.count("429")
        elif not answer["ok"]:
            self.records.count("refused")
        elif method == "chat.postMessage":
            message = self.messages[-1]
            thread = message.get("thread_ts") or ""
            took = Arrival(
                time.monotonic(),
                Platform.SLACK,
                message["channel"],
                thread,
                _key(message),
                dict(message),
                self._fate,
                self._sender,
            )
            self.records.took(took)
        return answer


def _key(message: Mapping[str, Any]) -> str:
    """The delivery's."""
    key: str = message.get("metadata", {}).get("event_payload", {}).get("key", "")
    return key


@dataclass
class FaultyConnector(Connector):
    records: Records = field(default_factory=Records)
    deck: Deck | None = None
    blocked: set[str] = field(default_factory=set)  # conversations and people who refuse the app
    numbers: int = 0

    async def post_activity(self, request: web.Request) -> web.StreamResponse:
        conversation = request.match_info["conversation"]
        if conversation in self.blocked:
            return self._blocked()
        fate = self.deck.deal() if self.deck else Fate.TAKEN
        if fate is Fate.THROTTLED:
            self.records.count("429")
            return _refused(Refusal(429, "Throttled", {"Retry-After": str(RETRY_AFTER_S)}))
        if fate is Fate.BROKEN:
            self.records.count("500")
            return _refused(Refusal(500, "ServiceError"))
        sender = self.records.sender(request)
        self.numbers += 1
        activity_id = f"sent-{self.numbers}"
        answer = await self._take(request, self.sent, {"id": activity_id})
        if answer.status == 201:
            content = {**self.sent[-1], "id": activity_id}
            self.records.took(
                Arrival(time.monotonic(), Platform.TEAMS, conversation, "", activity_id, content, fate, sender)
            )
        if fate is Fate.CUT_OFF and request.transport is not None:
            request.transport.close()
        if fate is Fate.HANGING:
            await asyncio.sleep(PATIENCE_S)
        return answer

    async def post_conversation(self, request: web.Request) -> web.StreamResponse:
        (member,) = (await request.json())["members"]
        if member["id"] in self.blocked:
            return self._blocked()
        return await self._take(request, self.opened, {"id": f"a:{member['id']}", "serviceUrl": self.service_url})

    def _blocked(self) -> web.Response:
        self.records.count("refused")
        return _refused(Refusal(403, "MessageWritesBlocked"))


def _refused(refusal: Refusal) -> web.Response:
    body = {"error": {"code": refusal.code, "message": "no"}}
    return web.json_response(body, status=refusal.status, headers=refusal.headers)


@dataclass
class FaultyMail:
    """A handler of aiosmtpd."""

    records: Records
    deck: Deck
    hit: Counter[str] = field(default_factory=Counter)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        letter = message_from_bytes(envelope.content, policy=policy.default)
        identity = str(letter["Message-ID"])
        fate = Fate.TAKEN if self.hit[identity] >= MOST_FAULTS else self.deck.deal()
        self.hit[identity] += fate is not Fate.TAKEN
        if fate is Fate.THROTTLED:
            self.records.count("429")
            return "451 4.7.1 Greylisted, try again later"
        if fate is Fate.BROKEN:
            self.records.count("500")
            return "421 4.3.0 Trouble here"
        content = {"subject": letter["Subject"], "text": letter.get_content()}  # type: ignore[attr-defined]
        (to,) = envelope.rcpt_tos
        self.records.took(Arrival(time.monotonic(), Platform.EMAIL, to, "", identity, content, fate))
        if fate.hidden:
            server.transport.close()
        return "250 OK"


@dataclass
class Platforms:
    slack: FaultySlack
    connector: FaultyConnector
    mail_port: int
    records: Records


@asynccontextmanager
async def faulty_platforms(plan: Plan) -> AsyncIterator[Platforms]:
    """All three on loopback, knowing the plan's people and refusing those whom it has refused."""
    records = Records()
    slack = FaultySlack(
        records=records,
        direct=plan.slack_direct,
        elsewhere=plan.elsewhere,
        reads=plan.reads,
        users={
            *(seat.slack_user for seat in plan.seats if seat.is_in_slack),
            *(question.slack_user for question in plan.questions if not question.is_refused),
        },
        channels={question.slack_channel for question in plan.questions if not question.is_refused},
    )
    connector = FaultyConnector(records=records, deck=plan.elsewhere)
    connector.blocked |= {question.conversation for question in plan.questions if question.is_refused}
    for seat in plan.seats:
        if seat.teams_refused:
            connector.blocked |= {seat.entra_id, f"a:{seat.entra_id}"}
    mail = FaultyMail(records, plan.mail)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(strict_slack(slack))
        await stack.enter_async_context(a_connector(connector))
        listening = await asyncio.get_running_loop().create_server(lambda: SMTP(mail), "127.0.0.1", 0)
        stack.callback(listening.close)
        yield Platforms(slack, connector, listening.sockets[0].getsockname()[1], records)
