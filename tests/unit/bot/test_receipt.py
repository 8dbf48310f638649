"""Receipts of answers and cases, asked for in chat."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot import wording, wording_desk, wording_receipt
from bot.case import State
from bot.conversation import BUTTONS_LAST
from bot.engine import GuidanceEngine
from bot.messages import AskAdvisor, GiveAdvice, ShowReceipt
from bot.replies import Cited, Heading, Items, Note, Reply, SaidBySomeone
from knowledge.entry import Verdict
from knowledge.index import Index
from knowledge.snapshot import snapshot_of
from tests.builders import NOON
from tests.builders_guidance import BLOG, an_engine, the_small_corpus
from tests.unit.bot.test_service import (
    BEN_HIMSELF,
    CASE,
    DILEMMA,
    HERE,
    MAYA_HERSELF,
    SETTLED,
    STRANGER,
    Desk,
    a_desk_with_case,
)


def receipt(desk: Desk, case_id: str = "", **fields: object) -> Reply:
    return desk.send(ShowReceipt, HERE.key, case_id, **fields).only


def headings(reply: Reply) -> list[str]:
    return [part.text for part in reply.parts if isinstance(part, Heading)]


def notes(reply: Reply) -> str:
    return " ".join(part.text for part in reply.parts if isinstance(part, Note))


def cited(reply: Reply) -> list[str]:
    return [part.text for part in reply.parts if isinstance(part, Cited)]


def said(reply: Reply) -> dict[str, str]:
    return {part.who: part.text for part in reply.parts if isinstance(part, SaidBySomeone)}


def test_the_last_answer_is_given_with_its_question_verdict_guidance_and_time():
    desk = Desk()
    desk.ask(SETTLED)

    shown = receipt(desk)

    assert said(shown) == {"You asked": SETTLED}
    assert "The answer: Yes, if…" in headings(shown)
    assert len(cited(shown)) == 2  # the passage it quotes, and that of its condition
    assert "Guidance uk@0123456789ab. Passages: uk/personal-accounts.1, uk/confidentiality.1." in notes(shown)
    (when,) = (part for part in shown.parts if isinstance(part, Items) and part.title == "When")
    assert when.items[0].text == "Asked and answered: Tue 24 November 2026, 12:00 GMT"


@pytest.mark.parametrize("later", [timedelta(0), timedelta(seconds=1)])
def test_an_answer_has_a_receipt_as_long_as_its_words_are_kept(later: timedelta):
    desk = Desk()
    desk.ask(SETTLED)
    desk.clock.advance(seconds=(BUTTONS_LAST + later).total_seconds())

    assert (receipt(desk) == wording_receipt.nothing_to_certify()) is bool(later)


def test_nobody_gets_the_receipt_of_somebody_elses_answer():
    desk = Desk()
    desk.ask(SETTLED)

    assert receipt(desk, by=STRANGER) == wording_receipt.nothing_to_certify()


def with_newer_guidance(desk: Desk, *, kept: bool) -> None:
    """The answer so far was given under a version that is gone; what it said may be kept."""
    newer = an_engine()
    passage = replace(newer.corpus.passages["uk/personal-accounts.1"], text="It no longer applies.")
    outcome = replace(BLOG.outcome, reason="Other words.", verdict=Verdict.NO, conditions=())
    entries = {**newer.corpus.entries, BLOG.id: replace(BLOG, outcome=outcome)}
    corpus = replace(
        newer.corpus, version="uk@new", passages={**newer.corpus.passages, passage.id: passage}, entries=entries
    )
    if kept:
        desk.store.versions["uk@0123456789ab"] = (snapshot_of(the_small_corpus()), NOON)
    desk.service = replace(desk.service, engine=GuidanceEngine(Index(corpus), newer.threshold))


def test_a_receipt_shows_the_wording_of_its_time_and_tells_that_it_has_changed():
    desk = Desk()
    desk.ask(SETTLED)
    with_newer_guidance(desk, kept=True)

    shown = receipt(desk)

    assert "The Civil Service Code applies to what you post." in cited(shown)
    assert "Guidance uk@0123456789ab." in notes(shown)
    assert "The guidance has changed since: Personal accounts (uk/personal-accounts.1)." in notes(shown)
    assert BLOG.outcome.reason in str(shown.parts)


def test_where_the_version_is_not_kept_the_receipt_says_so_and_puts_no_words_in_its_mouth():
    desk = Desk()
    desk.ask(SETTLED)
    with_newer_guidance(desk, kept=False)

    shown = receipt(desk)

    assert "The answer: Yes, if…" in headings(shown)
    assert "What version uk@0123456789ab said is not kept" in notes(shown)
    assert "Other words." not in str(shown.parts)


def test_a_question_that_went_to_an_advisor_has_the_receipt_of_its_case():
    desk = Desk()
    desk.ask(DILEMMA)
    desk.act(GiveAdvice, "Like it from home.")

    shown = receipt(desk)

    assert headings(shown)[0] == f"Receipt for case {CASE}: answered"
    assert "Maya Okafor (Propriety adviser) advised, Tue 24 November 2026, 12:00 GMT" in said(shown)


def test_an_answer_after_a_case_in_the_same_words_has_its_own_receipt():
    desk = Desk()
    desk.send(AskAdvisor, text=SETTLED)
    desk.ask(SETTLED)

    assert headings(receipt(desk))[0] == "Receipt for an answer"


def test_a_case_without_an_answer_says_what_holds_until_then():
    shown = receipt(a_desk_with_case(), CASE)

    assert wording.SAFE_DEFAULT in str(shown.parts)
    assert "one advisor's decision" not in notes(shown)


def test_the_receipt_of_a_case_is_for_its_asker_and_its_advisor():
    desk = a_desk_with_case(State.CLAIMED)

    assert "You asked" in said(receipt(desk, CASE))
    assert "The asker asked" in said(receipt(desk, CASE, by=MAYA_HERSELF))
    for person in (STRANGER, BEN_HIMSELF):
        assert receipt(desk, CASE, by=person) == wording_desk.unknown_case()


def test_an_unknown_case_has_no_receipt():
    assert receipt(Desk(), "SM-2026-0404") == wording_desk.unknown_case()
