"""A worker to be killed: python -m tests.integration.worker_that_records DATABASE_URL FILE.

Its sender writes each key into FILE, as if the platform had taken the message, and is then slow to return.
"""

import asyncio
import sys
from datetime import UTC, datetime
from typing import Any

from adapters.delivery import Dispatcher, Sent
from adapters.storage.engine import open_engine
from adapters.storage.outbox import SqlOutbox
from bot.advisors import Rota
from bot.messages import Platform
from tests.fakes import nothing_to_ring


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


class SlowSender:
    def __init__(self, file: str) -> None:
        self._file = file

    async def send_to_person(self, person_id: str, reply: Any, *, key: str, **_: Any) -> Sent:
        raise NotImplementedError

    async def send_to_place(self, reference: Any, reply: Any, *, key: str, **_: Any) -> Sent:
        with open(self._file, "a", encoding="utf-8") as file:  # noqa: ASYNC230
            file.write(f"{key}\n")
        await asyncio.sleep(0.05 * int(key.split("#")[1]))
        return Sent({"ts": key})


if __name__ == "__main__":
    url, file = sys.argv[1:]
    outbox = SqlOutbox(open_engine(url))
    dispatcher = Dispatcher({Platform.SLACK: SlowSender(file)}, outbox, Rota, SystemClock(), nothing_to_ring)
    asyncio.run(dispatcher.run_forever(asyncio.Event()))
