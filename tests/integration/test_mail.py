"""E-mail over a real SMTP server on loopback."""

from collections.abc import AsyncIterator
from email.message import EmailMessage

import pytest
from sqlalchemy import Engine

from adapters.delivery import Dispatcher
from adapters.mail.letters import LONGEST_SUBJECT, to_letter
from adapters.mail.links import CaseLinks
from adapters.mail.sender import MailSender
from adapters.storage.outbox import SqlOutbox
from bot.advisors import Rota
from bot.deliveries import ToAdvisor
from bot.errors import DeliveryFailed
from bot.messages import Platform
from bot.replies import Action, Paragraph, Reply
from bot.settings import MailServer, from_env
from tests.builders import NOON, a_delivery, a_full_reply, a_reply, an_advisor
from tests.fakes import FixedClock, nothing_to_ring
from tests.integration.storage_helpers import RecordingSender, queue, row_of, store
from tests.mail_server import Mailbox, a_mail_server

MAYA = "maya@example.org"
KEY = {"key": "event-1#1", "replaces": None, "ambiguous": False}


@pytest.fixture
async def mailbox(socket_enabled: None) -> AsyncIterator[tuple[Mailbox, MailServer]]:
    async with a_mail_server() as server:
        yield server


async def test_a_reply_arrives_as_plain_text_with_all_it_says(mailbox: tuple[Mailbox, MailServer]):
    box, server = mailbox

    await MailSender(server).send_to_person(MAYA, a_full_reply(), **KEY)

    (letter,) = box.letters
    text = letter.get_content()
    assert letter["To"] == MAYA
    assert "YES, IF…" in text
    assert "Can I? <!channel> ümläut 🙂" in text
    assert "https://example.org/tips" in text


async def test_a_letter_sent_twice_bears_the_same_id(mailbox: tuple[Mailbox, MailServer]):
    box, server = mailbox

    for _ in range(2):
        await MailSender(server).send_to_person(MAYA, a_reply(), **KEY)

    assert len({letter["Message-ID"] for letter in box.letters}) == 1


@pytest.mark.parametrize(
    ("answer", "to_address", "retryable"),
    [
        ("451 try later", "250 OK", True),
        ("554 no", "250 OK", False),
        ("250 OK", "450 mailbox busy", True),
        ("250 OK", "550 no such mailbox", False),
    ],
)
async def test_a_refusal_says_whether_trying_again_can_help(
    mailbox: tuple[Mailbox, MailServer], answer: str, to_address: str, retryable: bool
):
    box, server = mailbox
    box.answer, box.to_address = answer, to_address

    with pytest.raises(DeliveryFailed) as failed:
        await MailSender(server).send_to_person(MAYA, a_reply(), **KEY)

    assert failed.value.retryable is retryable


async def test_a_server_that_is_not_there_is_tried_again(socket_enabled: None):
    server = MailServer(host="127.0.0.1", port=1, sender="smpolicy@example.org", starttls=False)

    with pytest.raises(DeliveryFailed) as failed:
        await MailSender(server).send_to_person(MAYA, a_reply(), **KEY)

    assert failed.value.retryable


async def test_an_advisor_whom_chat_refuses_gets_an_email(mailbox: tuple[Mailbox, MailServer], sqlite_engine: Engine):
    box, server = mailbox
    blocked = DeliveryFailed("has blocked the app", retryable=False)

    def refuse(attempt: object) -> None:
        raise blocked

    advisor = an_advisor(addresses=((Platform.SLACK, "U-MAYA"), (Platform.EMAIL, MAYA)))
    store(sqlite_engine, rota=Rota((advisor,)))
    queue(sqlite_engine, a_delivery("event-1#1", recipient=ToAdvisor(advisor.id)))
    senders = {Platform.SLACK: RecordingSender(refuse), Platform.EMAIL: MailSender(server)}
    rota = Rota((advisor,))
    dispatcher = Dispatcher(senders, SqlOutbox(sqlite_engine), lambda: rota, FixedClock(), nothing_to_ring)

    await dispatcher.run_once()

    assert len(box.letters) == 1
    assert row_of(sqlite_engine, "event-1#1").platform == "email"


def a_letter(reply: Reply) -> EmailMessage:
    return to_letter(reply, sender="smpolicy@example.org", to=MAYA, key="k", at=NOON.timestamp())


def test_a_subject_is_one_short_line():
    letter = a_letter(Reply("Case\r\nBcc: all@example.org" + "x" * 300, (Paragraph("x"),)))

    assert len(letter["Subject"]) <= LONGEST_SUBJECT
    assert letter["Bcc"] is None


ACTING = Reply("Case.", (Paragraph("Case."),), (Action("claim", "Claim", {"case": "SM-2026-0001"}),))


def test_a_letter_with_buttons_says_where_to_act():
    assert "type case SM-2026-0001" in a_letter(ACTING).get_content()
    assert "To act on this" not in a_letter(a_reply()).get_content()


def test_a_letter_with_buttons_links_to_the_page_where_there_is_one():
    links = CaseLinks("https://smpolicy.example.org", "k" * 32)

    letter = to_letter(ACTING, sender="smpolicy@example.org", to=MAYA, key="k", at=0.0, links=links)

    (url,) = [line for line in letter.get_content().splitlines() if line.startswith("https://")]
    assert links.read(url.removeprefix("https://smpolicy.example.org/case/")) == ("SM-2026-0001", MAYA)


@pytest.mark.parametrize(
    ("url", "host", "port", "tls", "starttls"),
    [
        ("smtp://mail.example.org", "mail.example.org", 587, False, True),
        ("smtps://mail.example.org", "mail.example.org", 465, True, False),
        ("smtp://127.0.0.1:2525", "127.0.0.1", 2525, False, False),
    ],
)
def test_the_mail_server_is_read_from_its_address(url: str, host: str, port: int, tls: bool, starttls: bool):
    server = from_env({"SMPOLICY_SMTP_URL": url, "SMPOLICY_MAIL_FROM": "a@example.org"}).mail_server

    assert server
    assert (server.host, server.port, server.tls, server.starttls) == (host, port, tls, starttls)


def test_name_and_password_of_the_mail_server_are_unquoted():
    url = "smtp://maya%40gov:p%3Aq@mail.example.org"
    server = from_env({"SMPOLICY_SMTP_URL": url, "SMPOLICY_MAIL_FROM": "a@example.org"}).mail_server

    assert server
    assert server.password
    assert (server.user, server.password.get_secret_value()) == ("maya@gov", "p:q")
