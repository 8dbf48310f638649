"""The platforms' event side: brings each question to one of the web processes until it is taken."""

import asyncio
import io
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any
from urllib.parse import urlencode

from aiohttp import ClientError, ClientSession, ClientTimeout

from bot.messages import Platform
from tests.faults.fleet import Fleet
from tests.faults.plan import Question, Room, Seat
from tests.faults.platforms import Arrival, Platforms
from tests.slack_server import direct_message, event_payload, mention, signed_headers
from tests.teams_connector import TENANT, an_activity, an_installation, in_channel, pressed

SLACK_WAITS_S, TEAMS_WAITS_S = 3.0, 15.0
# Slack brings an event again at once, after a minute and after five. Here time is shorter and there is no last
# attempt: what is proved is that nothing is lost which was taken, and nothing done twice which was brought again.
PAUSES_S = (0.5, 2.0, 5.0, 10.0)
ROUTER_WAITS_S = 10.0  # for a process that takes connections
PRESSED_AGAIN_AFTER_S = 10.0
MOST_PRESSES = 60

Carry = tuple[str, str, Mapping[str, str]]  # path, body, headers


@dataclass
class Client:
    """`first_brought` tells when a question was asked, `taken` which were acknowledged."""

    session: ClientSession
    fleet: Fleet
    platforms: Platforms
    random: Random
    first_brought: dict[int, float] = field(default_factory=dict)
    taken: set[int] = field(default_factory=set)
    redelivered: int = 0

    async def ask(self, question: Question) -> None:
        self.first_brought[question.number] = time.monotonic()
        carry = self._slack_event if question.room.is_slack else self._teams_activity
        await self._bring(lambda attempt: carry(question, attempt), SLACK_WAITS_S if question.room.is_slack else 15.0)
        self.taken.add(question.number)

    async def install(self, seat: Seat) -> None:
        """An advisor opens the app in Teams."""
        activity = {**an_installation(), **self._from(seat.entra_id, f"a:{seat.entra_id}"), "id": f"add-{seat.id}"}
        await self._bring(lambda _: self._activity(activity), TEAMS_WAITS_S)

    async def claim(self, seat: Seat, arrival: Arrival, is_claimed: Callable[[], bool]) -> None:
        """Press "Claim" on an advisor's card, again where nothing happens, as a person would."""
        for _ in range(MOST_PRESSES):
            if arrival.platform is Platform.SLACK:
                payload = self.platforms.slack.pressed(arrival.content, "Claim", seat.slack_user)
                await self._once(_signed(urlencode({"payload": json.dumps(payload)}), form=True), SLACK_WAITS_S)
            else:
                await self._once(self._press(seat, arrival), TEAMS_WAITS_S)
            until = time.monotonic() + PRESSED_AGAIN_AFTER_S
            while time.monotonic() < until:
                if is_claimed():
                    return
                await asyncio.sleep(0.5)

    async def _bring(self, carry: Callable[[int], Carry], waits_s: float) -> None:
        attempt = 0
        while not await self._once(carry(attempt), waits_s):
            await asyncio.sleep(PAUSES_S[min(attempt, len(PAUSES_S) - 1)])
            attempt += 1
            self.redelivered += 1

    async def _once(self, carry: Carry, waits_s: float) -> bool:
        """Hand a request to a process that takes connections, as a router before them does; True for a 2xx."""
        path, body, headers = carry
        until = time.monotonic() + ROUTER_WAITS_S
        while not (ports := self.fleet.open_ports):
            if time.monotonic() > until:
                return False
            await asyncio.sleep(0.1)
        address = f"http://127.0.0.1:{self.random.choice(ports)}{path}"
        timeout = ClientTimeout(total=waits_s)
        try:
            async with self.session.post(
                address, data=io.BytesIO(body.encode()), headers=headers, timeout=timeout
            ) as answer:
                return 200 <= answer.status < 300
        except (ClientError, TimeoutError, OSError):
            return False

    def _slack_event(self, question: Question, attempt: int) -> Carry:
        where = {"channel": question.slack_channel, "user": question.slack_user, "ts": question.slack_sent_at}
        if question.room is Room.SLACK_CHANNEL:
            event = mention(f"<@UBOT> {question.text}", **where)
        else:
            event = direct_message(question.text, **where)
        again = {"X-Slack-Retry-Num": str(attempt), "X-Slack-Retry-Reason": "http_timeout"} if attempt else {}
        return _signed(json.dumps(event_payload(event, f"Ev{question.number:04}")), **again)

    def _teams_activity(self, question: Question, attempt: int) -> Carry:
        if question.room is Room.TEAMS_CHANNEL:
            activity = in_channel(f"<at>smpolicy</at> {question.text}", conversation_id=question.conversation)
            del activity["entities"][1]
        else:
            activity = {**an_activity(question.text), **self._from("", question.conversation)}
        sender = {"id": f"29:{question.entra_id}", "aadObjectId": question.entra_id}
        return self._activity({**activity, "from": sender, "id": f"asked-{question.number}"})

    def _press(self, seat: Seat, arrival: Arrival) -> Carry:
        data = next(
            found["data"]["smpolicy"]
            for found in _within(arrival.content["attachments"])
            if found.get("title") == "Claim" and isinstance(found.get("data"), dict)
        )
        activity = {**pressed(data["verb"], data["value"]), **self._from(seat.entra_id, f"a:{seat.entra_id}")}
        number = f"{time.monotonic_ns()}"  # a press is an activity of its own
        return self._activity({**activity, "id": f"pressed-{number}", "replyToId": arrival.content["id"]})

    def _from(self, entra_id: str, conversation: str) -> dict[str, Any]:
        return {
            "from": {"id": f"29:{entra_id}", "aadObjectId": entra_id},
            "conversation": {"conversationType": "personal", "tenantId": TENANT, "id": conversation},
        }

    def _activity(self, activity: Mapping[str, Any]) -> Carry:
        body = json.dumps({**activity, "serviceUrl": self.platforms.connector.service_url})
        return "/api/messages", body, {"Content-Type": "application/json; charset=utf-8"}


def _signed(body: str, *, form: bool = False, **headers: str) -> Carry:
    kind = "application/x-www-form-urlencoded" if form else "application/json"
    return "/slack/events", body, signed_headers(body, kind, **headers)


def _within(data: object) -> list[dict[str, Any]]:
    if isinstance(data, list):
        return [found for one in data for found in _within(one)]
    if isinstance(data, dict):
        return [data, *(found for one in data.values() for found in _within(one))]
    return []
