"""The replies that are held against golden files, and a few that are meant to do harm."""

from bot import wording, wording_advisor, wording_asker
from bot.replies import Item, Items, Paragraph, Reply
from tests.builders import NOON
from tests.builders_cards import a_case, a_corpus, an_advisor, replies

HOSTILE = "<!channel> <@U2> <#C1|general> <https://evil.example|gov.uk> *bold* & `code` @here https://evil.example"


def all_replies() -> dict[str, Reply]:
    """One reply of each kind, by a name that serves as a file name."""
    hostile = a_case(question=HOSTILE, why=HOSTILE, advisor_needs=(HOSTILE,), chosen_because=HOSTILE)
    long = a_case(question="Could I post this? " + "word " * 3_000 + "The end.")
    return {
        **replies(),
        "hostile": wording_advisor.notice(hostile, an_advisor(), a_corpus(), ()),
        "long": wording_advisor.notice(long, an_advisor(), a_corpus(), ()),
        "reopened": wording_asker.reopened(a_case(), an_advisor(), NOON),
        "unknown-button": wording.unknown_button(),
    }


def a_reply(text: str = "You may.") -> Reply:
    return Reply(text, (Paragraph(text),))


def a_list(count: int) -> Reply:
    """A reply of `count` lists between a first and a last paragraph."""
    lists = (Items(f"List {number}", (Item("a line"),)) for number in range(count))
    return Reply("Lists", (Paragraph("First"), *lists, Paragraph("Last")))
