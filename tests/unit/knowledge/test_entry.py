from dataclasses import replace

import pytest

from knowledge.entry import FactCase, Verdict
from tests.builders_guidance import ACCOUNT, a_corpus, a_document, a_passage, an_entry, an_outcome


@pytest.mark.parametrize("verdict", list(Verdict))
def test_only_yes_and_yes_if_permit(verdict: Verdict):
    assert verdict.permits is (verdict in (Verdict.YES, Verdict.YES_IF))


def test_without_facts_an_entry_has_its_own_outcome():
    entry = an_entry(by_facts=(FactCase({"account": "official"}, an_outcome(Verdict.NO)),))

    assert entry.outcome_for({}) is entry.outcome


def test_a_fact_case_with_two_facts_needs_both():
    both = an_entry(
        "both",
        Verdict.NO,
        by_facts=(FactCase({"account": "official", "published": "yes"}, an_outcome(Verdict.YES)),),
    )

    assert both.outcome_for({"account": "official"}).verdict is Verdict.NO
    assert both.outcome_for({"account": "official", "published": "yes"}).verdict is Verdict.YES


def test_the_first_fact_case_that_holds_wins():
    entry = an_entry(
        by_facts=(
            FactCase({"period": "pre-election"}, an_outcome(Verdict.NO)),
            FactCase({"account": "official"}, an_outcome(Verdict.INFO)),
        ),
    )

    assert entry.outcome_for({"account": "official", "period": "pre-election"}).verdict is Verdict.NO


def test_a_value_is_labelled_for_people():
    assert ACCOUNT.label("personal") == "My own account"


def test_an_unknown_value_is_its_own_label():
    assert ACCOUNT.label("shared") == "shared"


def test_the_tips_come_in_their_order():
    assert [tip.id for tip in a_corpus().tips] == [f"uk/tip-{n}.1" for n in range(1, 11)]


@pytest.mark.parametrize(("year", "said"), [(2014, "2014"), (None, "undated")])
def test_the_source_of_a_passage_reads_on_one_line(year: int | None, said: str):
    passage = a_passage(document=a_document(title="Guide", year=year), section="section 3")

    assert passage.source == f"Guide, section 3 ({said})"


def test_a_pack_without_tips_has_none():
    corpus = a_corpus()

    assert replace(corpus, passages={}).tips == ()
