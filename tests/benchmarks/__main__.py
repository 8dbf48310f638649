"""Slash commands under load: python -m tests.benchmarks --database sqlite --seconds 60.

First as many commands a second as asked for, whatever becomes of them: how long the acknowledgement takes, and whether
every command is answered in the end. Then as fast as it goes, turn by turn against a bare Bolt app that replies a
constant: how many answers a second reach the response address.
"""

import argparse
import asyncio
import itertools
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

from aiohttp import ClientSession, ClientTimeout, TCPConnector, web

from tests.postgres import NoPostgres, a_postgres
from tests.slack_server import SECRET, TOKEN, signed_headers

SMPOLICY = Path(sys.executable).with_name("smpolicy")
PORT, BARE_PORT = 39780, 39781
FORM = "application/x-www-form-urlencoded"
ANSWERED_WITHIN_S = 600.0
IN_FLIGHT = 24  # at once, when it goes as fast as it goes
QUESTIONS = (
    "Can I retweet my minister?",
    "may i post photos of our office party",
    "can my team answer angry comments on facebook",
    "is it ok to say where i work on linkedin",
    "Can I like a post by a campaign group about my policy area?",
    "who do i ask before i set up an account for our office",
    "can i use whatsapp with my team",
    "we got a media question in our DMs, what now",
)


@dataclass
class Slack:
    """Takes what an app says; `answers` are set as each command's comes."""

    url: str = ""
    answers: dict[str, asyncio.Event] = field(default_factory=dict)

    async def respond(self, request: web.Request) -> web.Response:
        await request.read()
        self.answers[request.match_info["name"]].set()
        return web.Response(text="ok")

    async def call(self, request: web.Request) -> web.Response:
        await request.read()
        return web.json_response({"ok": True, "user_id": "UBOT", "user": {"id": "U1"}, "ts": "1.0", "channel": "C1"})


@asynccontextmanager
async def a_slack() -> AsyncIterator[Slack]:
    slack, site = Slack(), web.Application()
    site.router.add_post("/respond/{name}", slack.respond)
    site.router.add_route("*", "/api/{method}", slack.call)
    runner = web.AppRunner(site, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    slack.url = f"http://127.0.0.1:{runner.addresses[0][1]}/"
    yield slack
    await runner.cleanup()


@dataclass
class Driver:
    slack: Slack
    session: ClientSession
    numbers: Iterator[int] = field(default_factory=itertools.count)

    async def command(self, port: int) -> tuple[str, float, int]:
        """Send one command; gives its name, the seconds to its acknowledgement and the status."""
        number = next(self.numbers)
        name = f"r{number}"
        self.slack.answers[name] = asyncio.Event()
        body = urlencode(
            {
                "command": "/smpolicy",
                "text": QUESTIONS[number % len(QUESTIONS)],
                "user_id": f"U{number % 4000}",
                "user_name": "asker",
                "channel_id": "C1",
                "team_id": "T1",
                "trigger_id": f"{number}.1",
                "response_url": f"{self.slack.url}respond/{name}",
            }
        )
        begun = time.perf_counter()
        url = f"http://127.0.0.1:{port}/slack/events"
        async with self.session.post(url, data=body, headers=signed_headers(body, FORM)) as answer:
            await answer.read()
            return name, time.perf_counter() - begun, answer.status

    async def at_a_rate(self, port: int, per_s: float, seconds: float) -> list[tuple[str, float, int]]:
        """Commands at fixed moments, whether or not the ones before were acknowledged."""
        begun, sent = time.perf_counter(), []
        for number in range(int(per_s * seconds)):
            await asyncio.sleep(max(0.0, begun + number / per_s - time.perf_counter()))
            sent.append(asyncio.create_task(self.command(port)))
        return await asyncio.gather(*sent)

    async def flat_out(self, port: int, seconds: float) -> float:
        """Answers a second, with IN_FLIGHT commands at once, each new one when an answer came."""
        begun, counted = time.perf_counter(), 0

        async def one_after_another() -> None:
            nonlocal counted
            while time.perf_counter() - begun < seconds:
                name, _, _ = await self.command(port)
                await self.slack.answers[name].wait()
                counted += 1

        await asyncio.gather(*(one_after_another() for _ in range(IN_FLIGHT)))
        return counted / (time.perf_counter() - begun)

    async def answered(self, names: list[str]) -> int:
        """How many are, in the end."""
        waiting = asyncio.gather(*(self.slack.answers[name].wait() for name in names))
        with suppress(TimeoutError):
            await asyncio.wait_for(waiting, ANSWERED_WITHIN_S)
        return sum(self.slack.answers[name].is_set() for name in names)

    async def up(self, port: int) -> None:
        for _ in range(600):
            try:
                async with self.session.get(f"http://127.0.0.1:{port}/healthz") as answer:
                    if answer.status == 200:
                        return
            except OSError:
                pass
            await asyncio.sleep(0.1)
        raise TimeoutError(f"nothing listens on port {port}")


@contextmanager
def running(*words: str, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    with open(os.devnull, "wb") as nowhere:
        process = subprocess.Popen(words, env={**os.environ, **environment}, stdout=nowhere, stderr=nowhere)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(30)


def memory_mb(pid: int) -> float:
    """Resident, of a process."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


async def measure(url: str, rate: float, seconds: float) -> Mapping[str, str]:
    async with a_slack() as slack, ClientSession(connector=TCPConnector(limit=0), timeout=ClientTimeout(60)) as session:
        settings = {
            "SMPOLICY_DATABASE_URL": url,
            "SMPOLICY_BIND": "127.0.0.1",
            "SLACK_BOT_TOKEN": TOKEN,
            "SLACK_SIGNING_SECRET": SECRET,
            "SLACK_API_URL": f"{slack.url}api/",
            "PORT": str(PORT),
        }
        await (await asyncio.create_subprocess_exec(SMPOLICY, "release", env={**os.environ, **settings})).wait()
        driver = Driver(slack, session)
        bare = (sys.executable, "-m", "tests.benchmarks.bare_bolt", f"{slack.url}api/", str(BARE_PORT))
        with running(str(SMPOLICY), "web", **settings) as ours:
            await driver.up(PORT)
            await driver.flat_out(PORT, 2)
            memory_before = memory_mb(ours.pid)
            acknowledged = await driver.at_a_rate(PORT, rate, seconds)
            answered = await driver.answered([name for name, _, _ in acknowledged])
            latencies = sorted(latency for _, latency, _ in acknowledged)
            with running(*bare):
                await driver.up(BARE_PORT)
                pairs = [(await driver.flat_out(PORT, 5), await driver.flat_out(BARE_PORT, 5)) for _ in range(3)]
            memory_after = memory_mb(ours.pid)
    ratios = sorted(our_rate / bare_rate for our_rate, bare_rate in pairs)
    return {
        "commands": f"{len(acknowledged)} at {rate:.0f} a second",
        "acknowledged within, p50": f"{latencies[len(latencies) // 2] * 1000:.0f} ms",
        "acknowledged within, p99": f"{latencies[int(len(latencies) * 0.99)] * 1000:.0f} ms",
        "acknowledged within, all": f"{latencies[-1] * 1000:.0f} ms",
        "refused or failed": str(sum(status != 200 for _, _, status in acknowledged)),
        "never answered": str(len(acknowledged) - answered),
        "answers a second, of ours": ", ".join(f"{our_rate:.0f}" for our_rate, _ in pairs),
        "answers a second, bare Bolt": ", ".join(f"{bare_rate:.0f}" for _, bare_rate in pairs),
        "ratio, middle of three": f"{ratios[1]:.2f}",
        "memory of the web process": f"{memory_before:.0f} MB before, {memory_after:.0f} MB after",
    }


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description="Slash commands under load.")
    parser.add_argument("--database", choices=("postgresql", "sqlite"), default="sqlite")
    parser.add_argument("--rate", type=float, default=200.0, help="commands a second")
    parser.add_argument("--seconds", type=float, default=60.0)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="smpolicy-bench-") as folder:
        if given.database == "sqlite":
            figures = asyncio.run(measure(f"sqlite:///{folder}/smpolicy.sqlite3", given.rate, given.seconds))
        else:
            try:
                with a_postgres(durable=True) as server:
                    server.run("CREATE DATABASE bench")
                    figures = asyncio.run(measure(server.url("bench"), given.rate, given.seconds))
            except NoPostgres as none:
                sys.stderr.write(f"{none}. Try --database sqlite.\n")
                return 1
    width = max(map(len, figures))
    sys.stdout.write("\n".join(f"{name:<{width}}  {value}" for name, value in figures.items()) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
