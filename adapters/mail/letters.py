"""Reply → e-mail. Pure."""

import hashlib
import re
from email.message import EmailMessage
from email.utils import formatdate

from adapters.plain import to_text
from bot import wording_desk
from bot.replies import Reply

LONGEST_SUBJECT = 120  # characters


def to_letter(reply: Reply, *, sender: str, to: str, key: str, at: float) -> EmailMessage:
    """One letter. Its Message-ID is made from the delivery's key, so a repeated one is the same letter.

    Args:
        sender, to: bare addresses.
        at: seconds since 1970.
    """
    letter = EmailMessage()
    letter["From"] = f"smpolicy <{sender}>"
    letter["To"] = to
    letter["Subject"] = _subject(reply)
    letter["Date"] = formatdate(at)
    letter["Message-ID"] = f"<{hashlib.sha256(key.encode()).hexdigest()[:32]}@{sender.partition('@')[2]}>"
    letter["Auto-Submitted"] = "auto-generated"  # so that nobody's out-of-office answers it
    act = f"\n\n{wording_desk.ACT_IN_CHAT}" if reply.actions else ""
    letter.set_content(f"{to_text(reply)}{act}\n")
    return letter


def _subject(reply: Reply) -> str:
    line = re.sub(r"[\x00-\x1f\x7f]+", " ", reply.text)  # a line break would begin a header of its own
    return line if len(line) <= LONGEST_SUBJECT else f"{line[: LONGEST_SUBJECT - 1]}…"
