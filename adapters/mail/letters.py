"""Reply → e-mail. Pure."""

import hashlib
import re
from email.message import EmailMessage
from email.utils import formatdate

from adapters.mail.links import CaseLinks
from adapters.plain import to_text
from bot import wording_advisor
from bot.replies import Reply

LONGEST_SUBJECT = 120  # characters


def to_letter(
    reply: Reply, *, sender: str, to: str, key: str, at: float, links: CaseLinks | None = None
) -> EmailMessage:
    """One letter. Its Message-ID is made from the delivery's key, so a repeated one is the same letter.

    Args:
        sender, to: bare addresses.
        at: seconds since 1970.
        links: without them a letter says how to act in chat.
    """
    letter = EmailMessage()
    letter["From"] = f"smpolicy <{sender}>"
    letter["To"] = to
    letter["Subject"] = _subject(reply)
    letter["Date"] = formatdate(at)
    letter["Message-ID"] = f"<{hashlib.sha256(key.encode()).hexdigest()[:32]}@{sender.partition('@')[2]}>"
    letter["Auto-Submitted"] = "auto-generated"  # so that nobody's out-of-office answers it
    letter.set_content(f"{to_text(reply)}{_how_to_act(reply, to, links)}\n")
    return letter


def _how_to_act(reply: Reply, to: str, links: CaseLinks | None) -> str:
    case_id = next((action.value["case"] for action in reply.actions if "case" in action.value), "")
    if not case_id:
        return ""
    if links is None:
        return f"\n\n{wording_advisor.act_in_chat(case_id)}"
    return f"\n\n{wording_advisor.act_on_page(case_id, links.link(case_id, to), links.lasts.days)}"


def _subject(reply: Reply) -> str:
    line = re.sub(r"[\x00-\x1f\x7f]+", " ", reply.text)  # a line break would begin a header of its own
    return line if len(line) <= LONGEST_SUBJECT else f"{line[: LONGEST_SUBJECT - 1]}…"
