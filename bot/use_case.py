"""What every use case needs at hand, and the deliveries it leads to."""

from dataclasses import replace
from datetime import datetime

from bot import wording
from bot.advice import Engine
from bot.deliveries import Delivery, Recipient
from bot.messages import Envelope
from bot.ports import UnitOfWork
from bot.privacy import Kind, mask
from bot.questions import Keeping
from bot.replies import Note, Reply
from knowledge.tokens import clean


class UseCase:
    """One message or timer being handled inside one unit of work."""

    def __init__(self, engine: Engine, unit: UnitOfWork, now: datetime, envelope: Envelope, keeping: Keeping) -> None:
        self.engine, self.unit, self.now, self.envelope, self.keeping = engine, unit, now, envelope, keeping
        self.corpus = engine.corpus
        self.deliveries: list[Delivery] = []
        self.note: Note | None = None  # under the next reply to whoever wrote

    def send(self, recipient: Recipient, reply: Reply, case_id: str = "", *, replaces: bool = False) -> None:
        key = f"{self.envelope.event_id}#{len(self.deliveries) + 1}"
        self.deliveries.append(Delivery(key, recipient, reply, case_id, replaces))

    def reply(self, reply: Reply, case_id: str = "") -> None:
        if self.note:
            reply, self.note = replace(reply, parts=(*reply.parts, self.note)), None
        self.send(self.envelope.place, reply, case_id)

    def refuse(self, reply: Reply) -> None:
        """Reply where nothing was kept, so that there is nothing to tell of its masking either."""
        self.note = None
        self.reply(reply)

    def masked(self, text: str, what: str, before: tuple[Kind, ...] = ()) -> str:
        """A text of the asker's without personal data, which they are told of in the next reply.

        Args:
            before: what was masked in it already.
        """
        found = mask(text)
        kinds = tuple(dict.fromkeys((*before, *found.kinds)))
        self.note = wording.masked(kinds, what) if kinds else None
        return found.text

    def written(self, text: str) -> str:
        """What was typed in a form, or "" after telling the person that it cannot be sent."""
        text = clean(text)
        if refused := wording.unsendable(text):
            self.reply(refused)
            return ""
        return text

    def saved(self) -> tuple[Delivery, ...]:
        """Queue what is to leave, and save it with all that was changed."""
        for delivery in self.deliveries:
            self.unit.outbox.add(delivery, self.now)
        self.unit.commit()
        return tuple(self.deliveries)
