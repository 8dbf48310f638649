from dataclasses import replace

import pytest

from bot.decision import Decided, expected_costs
from bot.evidence import Evidence
from bot.explanation import FactRead, Source, explain, facts_read
from knowledge.entry import Facts, Verdict
from tests.builders_guidance import BLOG, LEAK, MINISTER, an_engine, an_outcome


def explained(question: str, *history: str, threshold: float = 0.30, facts: Facts | None = None):
    engine = an_engine(threshold)
    considered = engine.consider(question, facts=facts or {}, history=history)
    return explain(considered, engine.index.read(considered.text), threshold=threshold)


def test_the_entry_that_answers_comes_first():
    assert explained("Can I blog about my work?").entries[0].entry == BLOG.id


def test_what_the_signals_add_makes_the_score():
    best = explained("Can I blog about my work?").entries[0]

    assert sum(best.parts.values()) == pytest.approx(best.score, abs=1e-5)


def test_no_more_than_five_entries_are_shown():
    assert len(explained("may I share or tweet a blog, a bio or a report about my job?").entries) == 5


def test_a_corrected_word_is_told():
    assert explained("can I retwete the minister?").reading.corrected == (("retwete", "retweet"),)


def test_a_unified_name_is_told():
    assert explained("Can I share a draft report on fb?").reading.unified == (("fb", "facebook"),)


def test_a_follow_up_tells_what_it_leans_on():
    assert explained("and on facebook?", "Can I share a draft report?").leant_on == "Can I share a draft report?"


def test_a_question_of_its_own_leans_on_nothing():
    assert explained("Can I put my job title in my bio?", "Can I share a draft report?").leant_on == ""


def test_a_fact_comes_from_the_question():
    read = explained("Can I retweet the minister from my own account?").facts

    assert read == (FactRead("account", "personal", Source.QUESTION),)


def test_a_fact_of_the_question_before_is_carried():
    read = explained("and on facebook?", "Can I retweet the minister from my own account?").facts

    assert read == (FactRead("account", "personal", Source.CARRIED),)


def test_the_later_source_wins_and_the_other_is_told():
    read = facts_read({Source.PROFILE: {"account": "official"}, Source.QUESTION: {"account": "personal"}})

    assert read == (FactRead("account", "personal", Source.QUESTION, ((Source.PROFILE, "official"),)),)


def test_sources_that_agree_are_not_set_against_each_other():
    read = facts_read({Source.PROFILE: {"account": "personal"}, Source.QUESTION: {"account": "personal"}})

    assert read == (FactRead("account", "personal", Source.QUESTION),)


def test_verdicts_come_with_their_expected_costs_cheapest_first():
    engine = an_engine()
    considered = engine.consider("Can I share a draft report?", facts={})
    weights = explain(considered, engine.index.read(considered.text), threshold=0.3).verdicts

    assert {weight.verdict: weight.cost for weight in weights} == expected_costs(considered.evidence)
    assert [weight.cost for weight in weights] == sorted(weight.cost for weight in weights)


def test_shares_of_verdicts_add_up_to_one():
    assert sum(weight.share for weight in explained("Can I share a draft report?").verdicts) == pytest.approx(1)


def test_shares_of_verdicts_by_entries_are_those_of_the_entries():
    engine = an_engine()
    considered = engine.consider("Can I share a draft report?", facts={})
    weights = explain(considered, engine.index.read(considered.text), threshold=0.3).verdicts
    refusing = [one.share for one in considered.evidence.candidates if one.outcome.verdict is Verdict.NO]

    assert next(weight.by_entries for weight in weights if weight.verdict is Verdict.NO) == pytest.approx(sum(refusing))


def test_why_names_the_verdict_and_the_entry():
    assert explained("Can I share a draft report?").why.startswith(f"no, by the entry {LEAK.id}: ")


def test_why_names_the_facts_that_made_the_outcome():
    why = explained("Can I retweet the minister?", facts={"account": "official"}).why

    assert f"{MINISTER.id} (account is official)" in why


def test_why_tells_when_the_entries_were_outweighed():
    engine = an_engine()
    considered = engine.consider("Can I share a draft report?", facts={})
    shares = dict.fromkeys(Verdict, 0.0) | {Verdict.ASK_ADVISOR: 0.7, Verdict.NO: 0.3}
    asking = replace(considered.evidence.candidates[0], outcome=an_outcome(Verdict.ASK_ADVISOR), share=0.1)
    evidence = Evidence((*considered.evidence.candidates, asking), shares)
    considered = replace(considered, evidence=evidence, decided=Decided(asking, 0.7))

    why = explain(considered, engine.index.read(considered.text), threshold=0.3).why

    assert "the entries found say no" in why


def test_why_tells_when_the_threshold_held_the_answer_back():
    why = explained("Can I blog about my work?", threshold=1.0).why

    assert why.startswith("ask_advisor, since yes_if would cost least")
    assert "less than the threshold of 1.00" in why


def test_why_tells_that_nothing_was_found():
    nothing = explained("zebra crossing")

    assert (nothing.entries, nothing.verdicts) == ((), ())
    assert nothing.why == "not_covered, since no word of the question occurs in the guidance."


def test_the_explained_advice_is_the_advice_given():
    engine = an_engine()
    asked = {"question": "and on facebook?", "facts": {}, "history": ["Can I share a draft report?"]}

    assert engine.consider(**asked).advice == engine.advise(**asked)
