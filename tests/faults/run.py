"""One fault run from beginning to end."""

import asyncio
import gc
import json
import logging
import time
import warnings
from collections.abc import AsyncIterator, Coroutine, Mapping, Set
from contextlib import ExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import yaml
from aiohttp import ClientSession, TCPConnector
from sqlalchemy import Engine
from typer.testing import CliRunner, Result

from adapters.cli import app
from adapters.storage.engine import open_engine
from bot.errors import StorageUnavailable
from bot.messages import Platform
from tests.faults.client import Client
from tests.faults.fleet import Fleet, environment, members
from tests.faults.plan import Plan, Seat
from tests.faults.platforms import Arrival, Platforms, faulty_platforms
from tests.faults.reckoning import Figures, all_cases, claimed_cases, dead_letters, reckon, undelivered
from tests.postgres import PostgresServer, a_postgres
from tests.slack_server import SECRET, TOKEN

START_WITHIN_S, DRAIN_WITHIN_S = 180.0, 420.0
DATABASE_AWAY_S = 1.5


async def run(plan: Plan, database: str, folder: Path) -> Figures:
    """Ask all questions while everything fails, let things settle, and reckon.

    Args:
        database: sqlite, with one process of each kind, or postgresql, with two.
        folder: for the logs of the processes, and SQLite's file.

    Raises:
        NoPostgres
    """
    logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)  # whoever is killed says nothing to the end
    with ExitStack() as stack:
        server = None
        if database == "postgresql":
            server = stack.enter_context(a_postgres(durable=True))
            server.run("CREATE DATABASE faults")
        url = server.url("faults") if server else f"sqlite:///{folder}/faults.sqlite3"
        engine = open_engine(url)
        stack.callback(engine.dispose)
        async with faulty_platforms(plan) as platforms:
            settings = _settings(plan, platforms, url, folder)
            async with ClientSession(connector=TCPConnector(force_close=True)) as session:
                fleet = Fleet(members(2 if server else 1, settings, folder), session)
                stack.callback(fleet.kill_all)
                platforms.records.pid_at = fleet.pid_at
                story = _Story(plan, platforms, fleet, engine, server, settings, session)
                return await story.tell()


def _settings(plan: Plan, platforms: Platforms, url: str, folder: Path) -> dict[str, str]:
    rota = folder / "advisors.yaml"
    rota.write_text(yaml.safe_dump({"advisors": [seat.row() for seat in plan.seats]}))
    return environment(
        SMPOLICY_DATABASE_URL=url,
        SMPOLICY_ADVISORS=str(rota),
        SMPOLICY_BIND="127.0.0.1",
        SLACK_BOT_TOKEN=TOKEN,
        SLACK_SIGNING_SECRET=SECRET,
        SLACK_API_URL=f"{platforms.slack.url}api/",
        SMPOLICY_TEAMS_UNAUTHENTICATED="true",
        SMPOLICY_SMTP_URL=f"smtp://127.0.0.1:{platforms.mail_port}",
        SMPOLICY_MAIL_FROM="smpolicy@example.org",
    )


@dataclass
class _Story:
    plan: Plan
    platforms: Platforms
    fleet: Fleet
    engine: Engine
    server: PostgresServer | None
    settings: dict[str, str]
    session: ClientSession
    figures: Figures = field(default_factory=Figures)
    restarts: int = 0
    claims: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    claimed: Set[str] = frozenset()

    async def tell(self) -> Figures:
        begun, plan, figures = time.monotonic(), self.plan, self.figures
        client = Client(self.session, self.fleet, self.platforms, plan.clients)
        await self._smpolicy("release")
        self.fleet.start()
        async with _meanwhile(self.fleet.watch()), _meanwhile(self._look_who_claimed()):
            await self.fleet.all_up(START_WITHIN_S)
            await asyncio.gather(
                *(client.install(seat) for seat in plan.seats if seat.teams and not seat.teams_refused)
            )
            self.platforms.records.on_arrival = partial(self._claim_what_arrives, client)
            async with _meanwhile(self.fleet.kill_for_ever(plan.kills, plan.kill_every_s)):
                await self._ask_all(client)
                await self._go_on_killing()
            await self._drain()
            await asyncio.gather(*self.claims.values())
            await self._drain()
            await self._mend_dead_letters()
        await self.fleet.stop()
        verified = await self._smpolicy("cases", "verify")
        figures.check(verified.exit_code == 0, f"smpolicy cases verify: {verified.output}")
        figures.reasons += self.fleet.troubles
        counts = self.platforms.records.counts
        figures.counts |= {
            "cases": str(len(all_cases(self.engine))),
            "kills": str(len(self.fleet.deaths)),
            "database restarts": str(self.restarts),
            "redelivered events": str(client.redelivered),
            "429": str(counts.get("429", 0)),
            "500": str(counts.get("500", 0)),
            "refused": str(counts.get("refused", 0)),
        }
        reckon(
            figures,
            plan,
            self.engine,
            self.platforms.records.arrivals,
            asked_at=client.first_brought,
            deaths=self.fleet.deaths,
            claimed=self.claims,
        )
        figures.counts["seconds in all"] = f"{time.monotonic() - begun:.0f}"
        return figures

    async def _ask_all(self, client: Client) -> None:
        asking = []
        for question in self.plan.questions:
            await asyncio.sleep(question.after_s)
            asking.append(asyncio.create_task(client.ask(question)))
            if self.server and question.number in self.plan.database_restarts_at:
                await asyncio.to_thread(self._restart_database, self.server)
        await asyncio.gather(*asking)

    async def _go_on_killing(self) -> None:
        """Leave the killer at work while messages are on their way, up to a kill for each fourth case."""
        until = time.monotonic() + DRAIN_WITHIN_S
        while time.monotonic() < until and len(self.fleet.deaths) < len(self.plan.questions) / 4:
            if not self._on_its_way(await asyncio.to_thread(undelivered, self.engine)):
                return
            await asyncio.sleep(0.5)

    @staticmethod
    def _on_its_way(left: Mapping[str, int]) -> bool:
        return bool(left.keys() & {"pending", "sending"})

    def _restart_database(self, server: PostgresServer) -> None:
        server.stop(at_once=True)
        time.sleep(DATABASE_AWAY_S)
        server.start()
        self.restarts += 1

    def _claim_what_arrives(self, client: Client, arrival: Arrival) -> None:
        """Let the advisor press "Claim" on the first card of a case, where the plan says so."""
        seat = self._seat_at(arrival)
        if seat is None or '"Claim"' not in arrival.text:
            return
        case_id = next((word for word in _words(arrival) if word.startswith("SM-")), "")
        number = next((q.number for q in self.plan.questions if q.mark in arrival.text), 0)
        if case_id in self.claims or not number or not self.plan.questions[number - 1].is_claimed:
            return
        self.claims[case_id] = asyncio.create_task(client.claim(seat, arrival, lambda: case_id in self.claimed))

    def _seat_at(self, arrival: Arrival) -> Seat | None:
        for seat in self.plan.seats:
            if arrival.platform is Platform.SLACK and arrival.where == f"D{seat.slack_user}":
                return seat
            if arrival.platform is Platform.TEAMS and arrival.where == f"a:{seat.entra_id}":
                return seat
        return None

    async def _look_who_claimed(self) -> None:
        while True:
            with suppress(StorageUnavailable):
                self.claimed = await asyncio.to_thread(claimed_cases, self.engine)
            await asyncio.sleep(0.5)

    async def _drain(self) -> None:
        """Wait until nothing is on its way any more."""
        until = time.monotonic() + DRAIN_WITHIN_S
        while time.monotonic() < until:
            if not self._on_its_way(await asyncio.to_thread(undelivered, self.engine)):
                return
            await asyncio.sleep(0.5)

    async def _mend_dead_letters(self) -> None:
        """Every message given up is named as stuck; when the platform is mended a retry by hand makes it good."""
        given_up = await asyncio.to_thread(dead_letters, self.engine)
        listed = await self._smpolicy("cases", "stuck", "--json")
        named = {one["key"] for one in json.loads(listed.stdout)}
        unseen = [row.key for row in given_up if row.key not in named]
        self.figures.counts["dead letters"] = str(len(given_up))
        self.figures.check(not unseen, f"given up and not shown by cases stuck: {', '.join(unseen)}")
        self.figures.check(listed.exit_code == (1 if given_up else 0), "cases stuck: wrong exit code")
        for question in self.plan.questions:
            self.platforms.slack.channels.add(question.slack_channel)
            self.platforms.slack.users.add(question.slack_user)
            self.platforms.connector.blocked.discard(question.conversation)
        for case_id in sorted({row.case_id for row in given_up if row.case_id}):
            await self._smpolicy("cases", "retry", case_id)
        await self._drain()
        left = await self._smpolicy("cases", "stuck")
        self.figures.check(left.exit_code == 0, f"still stuck after a retry by hand: {left.stdout}")

    async def _smpolicy(self, *words: str) -> Result:
        """A command of ours; in this process, since starting another one takes seconds."""

        def invoke() -> Result:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", ResourceWarning)  # a process that ends need not close its connections
                done = CliRunner().invoke(app, words, env=self.settings)
                gc.collect()
            return done

        return await asyncio.to_thread(invoke)


def _words(arrival: Arrival) -> list[str]:
    return arrival.text.replace('"', " ").replace(":", " ").split()


@asynccontextmanager
async def _meanwhile(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Do something for as long as the block lasts; its own failure is raised at the end."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
