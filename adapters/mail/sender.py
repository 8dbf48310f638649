"""Sends replies by SMTP; see adapters.delivery.Sender."""

import time
from collections.abc import Mapping
from dataclasses import dataclass

import aiosmtplib

from adapters.delivery import Sent
from adapters.mail.letters import to_letter
from adapters.mail.links import CaseLinks
from bot.errors import DeliveryFailed
from bot.replies import Reply
from bot.settings import MailServer

TIMEOUT_S = 10.0


@dataclass(frozen=True)
class MailSender:
    """Writes to people by e-mail; a letter once sent cannot be changed, so an update is a new one."""

    server: MailServer
    links: CaseLinks | None = None

    async def send_to_person(
        self, person_id: str, reply: Reply, *, key: str, replaces: Mapping[str, object] | None, ambiguous: bool
    ) -> Sent:
        server = self.server
        letter = to_letter(reply, sender=server.sender, to=person_id, key=key, at=time.time(), links=self.links)
        try:
            await aiosmtplib.send(
                letter,
                hostname=server.host,
                port=server.port,
                username=server.user or None,
                password=server.password.get_secret_value() if server.password else None,
                use_tls=server.tls,
                start_tls=None if server.tls else server.starttls,
                timeout=TIMEOUT_S,
            )
        except aiosmtplib.SMTPRecipientsRefused as error:
            passing = any(400 <= refused.code < 500 for refused in error.recipients)
            raise DeliveryFailed("the mail server refused the address", retryable=passing) from error
        except aiosmtplib.SMTPResponseException as error:
            raise DeliveryFailed(f"the mail server answered {error.code}", retryable=error.code < 500) from error
        except (aiosmtplib.SMTPException, OSError) as error:
            raise DeliveryFailed(f"the mail server: {type(error).__name__}", retryable=True) from error
        return Sent({"message_id": str(letter["Message-ID"])})

    async def send_to_place(
        self,
        reference: Mapping[str, object],
        reply: Reply,
        *,
        key: str,
        replaces: Mapping[str, object] | None,
        ambiguous: bool,
    ) -> Sent:
        """Write to the address of a place."""
        address = str(reference["address"])
        return await self.send_to_person(address, reply, key=key, replaces=replaces, ambiguous=ambiguous)
