"""A mail server on loopback that keeps what it takes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, cast

from aiosmtpd.smtp import SMTP

from bot.settings import MailServer


@dataclass
class Mailbox:
    """What the server took, and what it answers."""

    letters: list[EmailMessage] = field(default_factory=list)
    answer: str = "250 OK"
    to_address: str = "250 OK"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if self.to_address.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.to_address

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.answer.startswith("250"):
            self.letters.append(cast(EmailMessage, message_from_bytes(envelope.content, policy=policy.default)))
        return self.answer


@asynccontextmanager
async def a_mail_server() -> AsyncIterator[tuple[Mailbox, MailServer]]:
    """The mailbox, and where letters to it are sent."""
    mailbox = Mailbox()
    listening = await asyncio.get_running_loop().create_server(lambda: SMTP(mailbox), "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    yield mailbox, MailServer(host="127.0.0.1", port=port, sender="smpolicy@example.org", starttls=False)
    listening.close()
