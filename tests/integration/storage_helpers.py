"""What the storage tests share: queueing, looking at rows, and a sender that records."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, Row, select

from adapters.delivery import Sent
from adapters.storage.engine import reading
from adapters.storage.tables import deliveries
from adapters.storage.unit_of_work import SqlUnitOfWork
from bot.advisors import Rota
from bot.case import Case, opened
from bot.deliveries import Delivery
from bot.replies import Reply
from tests.builders import NOON


def queue(engine: Engine, *queued: Delivery, at: datetime = NOON) -> None:
    with SqlUnitOfWork(engine) as unit:
        for delivery in queued:
            unit.outbox.add(delivery, at)
        unit.commit()


def store(engine: Engine, *, case: Case | None = None, rota: Rota | None = None) -> None:
    with SqlUnitOfWork(engine) as unit:
        if case:
            unit.cases.add(case, opened(case))
        if rota:
            unit.rota.replace(rota)
        unit.commit()


def row_of(engine: Engine, key: str) -> Row[Any]:
    with reading(engine) as connection:
        return connection.execute(select(deliveries).where(deliveries.c.key == key)).one()


@dataclass(frozen=True)
class Attempt:
    to: str
    reply: Reply
    key: str
    replaces: Mapping[str, object] | None
    ambiguous: bool


@dataclass
class RecordingSender:
    """Records every attempt; `answer` may raise, or wait, before it counts as sent."""

    answer: Callable[[Attempt], None] = lambda attempt: None
    attempts: list[Attempt] = field(default_factory=list)

    async def send_to_person(self, person_id: str, reply: Reply, **keywords: Any) -> Sent:
        return await self._send(person_id, reply, keywords)

    async def send_to_place(self, reference: Mapping[str, object], reply: Reply, **keywords: Any) -> Sent:
        return await self._send(str(reference["channel"]), reply, keywords)

    async def _send(self, to: str, reply: Reply, keywords: dict[str, Any]) -> Sent:
        attempt = Attempt(to, reply, **keywords)
        self.attempts.append(attempt)
        await asyncio.sleep(0)
        self.answer(attempt)
        return Sent({"ts": f"{len(self.attempts)}.0"})
