"""Messages on their way: what must reach whom, saved before anything is sent."""

from dataclasses import dataclass

from bot.messages import Place
from bot.replies import Reply


@dataclass(frozen=True, slots=True)
class ToAdvisor:
    """An advisor, wherever the rota says they can be reached; the route is chosen when it is sent."""

    advisor_id: str


Recipient = Place | ToAdvisor


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message to one recipient.

    `key` is unique for ever, so the same delivery is never queued twice. `case_id` is the case it belongs to,
    "" for none. With `replaces` it takes the place of the newest message of that case to that recipient; where
    there is none, or the platform cannot edit, it is a new message.
    """

    key: str
    recipient: Recipient
    reply: Reply
    case_id: str = ""
    replaces: bool = False
