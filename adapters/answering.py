"""Answering questions that were saved before: in the process that took them, or in whichever lives on."""

import logging
from collections.abc import Sequence

from bot.deliveries import Delivery
from bot.errors import StorageUnavailable
from bot.messages import AskQuestion
from bot.service import Service

log = logging.getLogger(__name__)


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
