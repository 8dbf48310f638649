"""Saving questions, and answering them afterwards: in the process that took them, or in whichever lives on."""

import asyncio
import logging
from collections.abc import Callable, Sequence

from bot.deliveries import Delivery
from bot.errors import StorageUnavailable
from bot.messages import AskQuestion
from bot.service import Service

log = logging.getLogger(__name__)

AT_ONCE = 100  # questions saved in one transaction


def answer(service: Service, question: AskQuestion) -> Sequence[Delivery]:
    """Answer a question that was received; where that fails for a fault of ours, its asker is told so.

    Raises:
        StorageUnavailable: it stays kept, and is taken up when the database is back.
    """
    try:
        return service.answer(question)
    except StorageUnavailable:
        raise
    except Exception as error:  # whatever it was: who got a sign that we took it must not be left in silence
        log.error("question.failed", extra={"event_id": question.envelope.event_id, "error": type(error).__name__})
        return service.apologise(question)


class Receiving:
    """Saves questions that come at the same time in one transaction: many a second cost little more than one."""

    def __init__(self, service: Callable[[], Service]) -> None:
        self._service = service
        self._waiting: list[tuple[AskQuestion, asyncio.Future[AskQuestion | None]]] = []
        self._saving: asyncio.Task[None] | None = None

    async def receive(self, question: AskQuestion) -> AskQuestion | None:
        """As Service.receive, of one question."""
        saved: asyncio.Future[AskQuestion | None] = asyncio.get_running_loop().create_future()
        self._waiting.append((question, saved))
        if self._saving is None or self._saving.done():
            self._saving = asyncio.create_task(self._save_all())
        return await saved

    def _receive(self, questions: Sequence[AskQuestion]) -> list[AskQuestion | None]:
        return self._service().receive(questions)

    async def _save_all(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:AT_ONCE], self._waiting[AT_ONCE:]
            try:
                kept = await asyncio.to_thread(self._receive, [question for question, _ in batch])
            except Exception as error:
                for _, saved in batch:
                    if not saved.done():
                        saved.set_exception(error)
            else:
                for (_, saved), question in zip(batch, kept, strict=True):
                    if not saved.done():
                        saved.set_result(question)
