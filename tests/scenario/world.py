"""A whole smpolicy on loopback: real service, real database, real SDKs, and a strict platform on the other side.

A Seat is one person on one platform. Every scenario runs over each pair of seats, so what holds in Slack holds in
Teams and at the terminal.
"""

import asyncio
import itertools
import json
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

import pytest
from aiohttp import ClientSession
from aiohttp.test_utils import TestServer
from botframework.connector.auth import ChannelValidation
from rich.console import Console

from adapters import terminal
from adapters.bootstrap import Application
from adapters.delivery import Dispatcher
from adapters.senders import Senders
from adapters.slack.app import EVENTS_PATH
from adapters.slack.clients import OneWorkspace, web_client
from adapters.slack.pace import Pace
from adapters.slack.sender import SlackSender
from adapters.storage.migrations import migrate
from adapters.teams.port import TeamsPort
from adapters.teams.sender import TeamsSender
from adapters.terminal import Chat, TerminalSender, render
from adapters.web import Site
from bot.advisors import Advisor, Rota
from bot.engine import GuidanceEngine
from bot.messages import Platform
from bot.replies import Reply
from bot.settings import Settings
from tests.slack_server import SECRET, TOKEN, StrictSlack, direct_message, event_payload, strict_slack
from tests.teams_connector import APP_ID, TENANT, Connector, GivenCredentials, Teams, a_connector, an_activity, pressed

ENTRA_ADVISOR = "entra-maya"
_numbers = itertools.count(1)


class Seat(Protocol):
    """One person at one platform."""

    async def say(self, text: str, *, event: str = "") -> None:
        """Type something; the same `event` again is the platform's retry."""
        ...

    async def press(self, label: str, text: str = "") -> None:
        """Press the newest button of that name, filling in its form with `text` where it has one."""
        ...

    def seen(self) -> list[str]:
        """All messages to this person so far, each as one plain string, edited ones in their newest form."""
        ...


@dataclass
class World:
    application: Application
    dispatcher: Dispatcher
    site: Site
    slack: StrictSlack
    connector: Connector
    teams: Teams
    chat: Chat
    printed: list[tuple[terminal.Seat, Reply]] = field(default_factory=list)

    def seat(self, platform: Platform, *, advisor: bool = False) -> Seat:
        """The asker's seat at a platform, or the advisor's."""
        if platform is Platform.SLACK:
            return SlackSeat(self, "UADV" if advisor else "U1", "D1" if not advisor else "")
        if platform is Platform.TEAMS:
            return TeamsSeat(self, ENTRA_ADVISOR if advisor else "entra-asker")
        return TerminalSeat(self, terminal.Seat.ADVISOR if advisor else terminal.Seat.ASKER)

    async def second_advisor(self, platform: Platform) -> Seat:
        """Tom, who has opened the app once where that is needed to reach him."""
        if platform is Platform.SLACK:
            return SlackSeat(self, "UTOM", "")
        seat = TeamsSeat(self, "UTOM")
        await seat.say("help")
        return seat

    def stranger(self, platform: Platform) -> Seat:
        """Somebody else at a platform."""
        if platform is Platform.SLACK:
            return SlackSeat(self, "U2", "D2")
        return TeamsSeat(self, "entra-stranger")

    async def settle(self) -> None:
        """Wait until everything that is queued has been delivered."""
        await self.site.finish()
        while await self.dispatcher.run_once():
            pass

    def cases(self) -> list[str]:
        with self.application.open_unit() as unit:
            return [case.id for case in unit.cases.all()]

    def state(self) -> str:
        """The state of the newest case."""
        with self.application.open_unit() as unit:
            return unit.cases.all()[0].state.value


@dataclass
class SlackSeat:
    world: World
    user: str
    channel: str

    async def say(self, text: str, *, event: str = "") -> None:
        number = next(_numbers)
        message = direct_message(text, user=self.user, channel=self.where, ts=f"17000{number:05}.000100")
        status, _ = await self.world.slack.post_json(event_payload(message, event or f"Ev{number}"))
        assert status == 200
        await self.world.settle()

    async def press(self, label: str, text: str = "") -> None:
        messages = reversed(self.messages())
        message = next(m for m in messages if f'"{label}"' in json.dumps(m["blocks"], ensure_ascii=False))
        await self.press_on(message, label, text)

    async def press_on(self, message: Mapping[str, Any], label: str, text: str = "") -> None:
        slack, opened = self.world.slack, len(self.world.slack.views)
        status, _ = await slack.post_interaction(slack.pressed(message, label, self.user))
        assert status == 200
        if len(slack.views) > opened:
            await slack.until(lambda: "submit" in slack.views[-1])  # what is looked up stands there
            status, body = await slack.post_interaction(slack.submitted(slack.views[-1], text, self.user))
            assert (status, body) == (200, "")
        await self.world.settle()

    def seen(self) -> list[str]:
        return [_flat(message["blocks"]) for message in self.messages()]

    def messages(self) -> list[dict[str, Any]]:
        return [message for message in self.world.slack.messages if message["channel"] == self.where]

    @property
    def where(self) -> str:
        """Their direct message; of an advisor the one that we have opened."""
        return self.channel or self.world.slack._direct.get(self.user, "none yet")


@dataclass
class TeamsSeat:
    world: World
    entra_id: str

    @property
    def chat(self) -> str:
        return f"a:{self.entra_id}"

    def _activity(self, activity: dict[str, Any], event: str) -> dict[str, Any]:
        return {
            **activity,
            "id": event or f"activity-{next(_numbers)}",
            "from": {"id": f"29:{self.entra_id}", "aadObjectId": self.entra_id},
            "conversation": {"conversationType": "personal", "tenantId": TENANT, "id": self.chat},
            "serviceUrl": self.world.connector.service_url,
        }

    async def say(self, text: str, *, event: str = "") -> None:
        status, _ = await self.world.teams.post(self._activity(an_activity(text), event))
        assert status == 200
        await self.world.settle()

    async def press(self, label: str, text: str = "") -> None:
        card = next(card for card in reversed(self._cards()) if f'"{label}"' in json.dumps(card, ensure_ascii=False))
        data = _data_of(card, label)
        activity = self._activity(pressed(data["verb"], data["value"], **({"text": text} if text else {})), "")
        status, _ = await self.world.teams.post(activity)
        assert status == 200
        await self.world.settle()

    def seen(self) -> list[str]:
        return [_flat(card) for card in self._cards()]

    def _cards(self) -> list[dict[str, Any]]:
        """Cards in this chat, each in its newest form."""
        connector = self.world.connector
        newest = {update["activity"]: update for update in connector.updated}
        cards = []
        for number, sent in enumerate(connector.sent, 1):
            if sent["conversation"] == self.chat:
                message = newest.get(f"sent-{number}", sent)
                cards.append(message["attachments"][0]["content"])
        return cards


@dataclass
class TerminalSeat:
    world: World
    place: terminal.Seat

    async def say(self, text: str, *, event: str = "") -> None:
        self.world.chat.seat = self.place
        await self.world.chat.take(text, self.world.dispatcher)

    async def press(self, label: str, text: str = "") -> None:
        buttons = [action.label for action in self.world.chat.buttons[self.place]]
        await self.say(str(buttons.index(label) + 1))
        if text:
            await self.say(text)

    def seen(self) -> list[str]:
        return [render(reply) for seat, reply in self.world.printed if seat is self.place]


def _data_of(card: Mapping[str, Any], label: str) -> dict[str, Any]:
    """What the action called `label` sends back, also from inside its form."""

    def within(node: Any) -> Iterator[dict[str, Any]]:
        if isinstance(node, dict):
            yield node
            for child in node.values():
                yield from within(child)
        elif isinstance(node, list):
            for child in node:
                yield from within(child)

    named = next(node for node in within(card) if node.get("title") == label and "type" in node)
    data: dict[str, Any] = next(
        node["data"]["smpolicy"] for node in within(named) if isinstance(node.get("data"), dict)
    )
    return data


def _flat(node: Any) -> str:
    """Every text of a message, joined."""
    if isinstance(node, dict):
        return " ".join(_flat(child) for child in node.values())
    if isinstance(node, list):
        return " ".join(map(_flat, node))
    return str(node)


def _rota(platform: Platform) -> Rota:
    addresses = {
        Platform.SLACK: "UADV",
        Platform.TEAMS: ENTRA_ADVISOR,
        Platform.TERMINAL: terminal.Seat.ADVISOR.value,
    }
    maya = Advisor(
        "maya-okafor",
        "Maya Okafor",
        "Propriety advisor",
        frozenset(),
        ((platform, addresses[platform]),),
        deputy="tom-reid",
    )
    tom = Advisor("tom-reid", "Tom Reid", "Head of digital", frozenset({"tip-1"}), ((platform, "UTOM"),))
    return Rota((maya, tom), ("maya-okafor",))


@asynccontextmanager
async def a_world(
    database_url: str, engine: GuidanceEngine, advisors_on: Platform, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[World]:
    """Build it all, with advisors on one platform."""
    async with AsyncExitStack() as stack:
        slack = await stack.enter_async_context(strict_slack())
        slack.users |= {"UTOM"}
        slack.channels |= {"D2"}
        connector = await stack.enter_async_context(a_connector())
        monkeypatch.setattr(ChannelValidation, "open_id_metadata_endpoint", connector.metadata_url)
        settings = Settings(
            database_url=database_url,
            slack_bot_token=TOKEN,
            slack_signing_secret=SECRET,
            slack_api_url=f"{slack.url}api/",
        )
        migrate(database_url)
        application = Application(settings)
        vars(application)["engine"] = engine  # built once for all scenarios
        application.store_rota(_rota(advisors_on))
        port = TeamsPort(
            app_id=APP_ID, tenants=frozenset({TENANT}), credentials=GivenCredentials(), loopback=True, timeout_s=2.0
        )
        stack.callback(port.close)

        async def place_of(person_id: str) -> Mapping[str, object] | None:
            place = application.outbox.place_of(Platform.TEAMS, person_id)
            return place.reference if place else None

        printed: list[tuple[terminal.Seat, Reply]] = []
        chat = Chat(application.service.handle, Console(quiet=True))

        def show(seat: terminal.Seat, reply: Reply) -> None:
            printed.append((seat, reply))
            chat.show(seat, reply)

        slack_clients = OneWorkspace(web_client(settings))
        senders = {
            Platform.SLACK: SlackSender(slack_clients, pace=Pace(0.0)),
            Platform.TEAMS: TeamsSender(port, place_of),
            Platform.TERMINAL: TerminalSender(show),
        }
        dispatcher = Dispatcher(
            senders, application.outbox, application.rota, application.clock, application.service.on_timer
        )
        site = Site(application, Senders(senders, port, slack_clients), dispatcher)
        server = await stack.enter_async_context(TestServer(site.build(asyncio.Event()), host="127.0.0.1"))
        slack.app_url = str(server.make_url(EVENTS_PATH))
        session = await stack.enter_async_context(ClientSession())
        teams = Teams(session, str(server.make_url("")).rstrip("/"), connector.service_url)
        world = World(application, dispatcher, site, slack, connector, teams, chat, printed)
        if advisors_on is Platform.TEAMS:  # whoever advises in Teams has opened the app there once
            await world.seat(Platform.TEAMS, advisor=True).say("help")
        yield world
        await world.settle()
        application.database.dispose()
