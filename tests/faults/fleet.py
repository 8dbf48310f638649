"""The processes of one deployment: started, killed without a word, and started again."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from aiohttp import ClientError, ClientSession, ClientTimeout

SMPOLICY = Path(sys.executable).with_name("smpolicy")


@dataclass
class Member:
    """One process of a kind, as it lives now."""

    kind: str
    name: str
    environment: Mapping[str, str]
    log: Path
    port: int = 0
    process: subprocess.Popen[bytes] | None = None
    is_up: bool = False
    log_before: int = 0  # bytes, of its lives before

    def start(self) -> None:
        self.is_up = False
        with self.log.open("ab") as log:
            self.log_before = log.tell()
            self.process = subprocess.Popen(
                [str(SMPOLICY), self.kind], env=self.environment, stdout=log, stderr=log, start_new_session=True
            )

    def says(self, what: str) -> bool:
        """Whether its log tells something since it was started last."""
        with self.log.open("rb") as log:
            log.seek(self.log_before)
            return what.encode() in log.read()

    def signal(self, number: int) -> None:
        assert self.process is not None
        self.process.send_signal(number)

    async def ended(self, within_s: float) -> int:
        """Its exit code; raises subprocess.TimeoutExpired."""
        assert self.process is not None
        code: int = await asyncio.to_thread(self.process.wait, within_s)
        return code


@dataclass
class Fleet:
    """`deaths` are the moments at which processes were killed, by pid; `troubles` what they did of their own accord."""

    members: Sequence[Member]
    session: ClientSession
    deaths: dict[int, float] = field(default_factory=dict)
    troubles: list[str] = field(default_factory=list)

    @property
    def open_ports(self) -> list[int]:
        return [member.port for member in self.members if member.port and member.is_up]

    def start(self) -> None:
        for member in self.members:
            member.start()

    async def watch(self) -> None:
        """Keep an eye on who is up; a process that ends unasked is a trouble, and started again."""
        while True:
            for member in self.members:
                await self._look_at(member)
            await asyncio.sleep(0.1)

    async def _look_at(self, member: Member) -> None:
        assert member.process is not None
        if (code := member.process.poll()) is not None:
            self.troubles.append(f"{member.name} ended by itself with {code}; see {member.log}")
            member.start()
        elif not member.is_up:
            member.is_up = await self._answers(member) if member.port else member.says("worker.started")

    async def _answers(self, member: Member) -> bool:
        address = f"http://127.0.0.1:{member.port}/healthz"
        try:
            async with self.session.get(address, timeout=ClientTimeout(total=1)) as answer:
                return answer.status == 200
        except (ClientError, TimeoutError, OSError):
            return False

    async def all_up(self, within_s: float) -> None:
        until = time.monotonic() + within_s
        while not all(member.is_up for member in self.members):
            if time.monotonic() > until:
                raise RuntimeError("the processes did not start: " + ", ".join(str(m.log) for m in self.members))
            await asyncio.sleep(0.1)

    async def kill_for_ever(self, random: Random, every_s: float) -> None:
        """kill -9 one of those that are up, about every so often, once there is one of each kind again: who never gets
        to work has nothing to lose."""
        while True:
            await asyncio.sleep(every_s * random.uniform(0.5, 1.5))
            if {member.kind for member in self.members if member.is_up} != {member.kind for member in self.members}:
                continue
            victim = random.choice([member for member in self.members if member.is_up])
            assert victim.process is not None
            victim.process.kill()
            victim.process.wait(5)  # at once: watch() must not see it dead
            self.deaths[victim.process.pid] = time.monotonic()
            victim.start()

    async def stop(self) -> None:
        """Ask all to end; one that does not, or not well, is a trouble."""
        for member in self.members:
            member.signal(signal.SIGTERM)
        for member in self.members:
            try:
                if code := await member.ended(30):
                    self.troubles.append(f"{member.name} answered SIGTERM with exit code {code}; see {member.log}")
            except subprocess.TimeoutExpired:
                self.troubles.append(f"{member.name} did not end on SIGTERM; see {member.log}")

    def pid_at(self, port: int) -> int:
        """Whose end of a connection on loopback a port is; 0 where that cannot be told, as of who is dead already."""
        try:
            connections = [line.split() for line in Path("/proc/net/tcp").read_text("ascii").splitlines()[1:]]
            sockets = {f"socket:[{words[9]}]" for words in connections if words[1].endswith(f":{port:04X}")}
            for member in self.members:
                assert member.process is not None
                handles = Path(f"/proc/{member.process.pid}/fd")
                if any(str(os.readlink(handle)) in sockets for handle in handles.iterdir()):
                    return member.process.pid
        except OSError:  # no Linux, or the process is gone
            pass
        return 0

    def kill_all(self) -> None:
        for member in self.members:
            if member.process is not None and member.process.poll() is None:
                member.process.kill()
                member.process.wait()


def members(count: int, environment: Mapping[str, str], folder: Path) -> list[Member]:
    """So many web processes, and as many workers."""
    found = []
    for number in range(1, count + 1):
        port = _free_port()
        found.append(
            Member("web", f"web-{number}", {**environment, "PORT": str(port)}, folder / f"web-{number}.log", port)
        )
        found.append(Member("worker", f"worker-{number}", environment, folder / f"worker-{number}.log"))
    return found


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def environment(**settings: str) -> dict[str, str]:
    """What a process of ours needs and nothing of this machine's own settings."""
    kept = ("PATH", "HOME", "LANG", "TMPDIR", "XDG_CACHE_HOME")
    return {**{name: value for name, value in os.environ.items() if name in kept}, **settings}
