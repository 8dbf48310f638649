import pytest

from bot.evidence import LEANING, SPREAD, Evidence, weigh
from knowledge.entry import Verdict
from knowledge.index import Match
from tests.builders_guidance import BLOG, LEAK, MINISTER, an_entry


def test_no_matches_are_no_evidence():
    assert weigh([], {}) == Evidence((), {})


def test_shares_add_up_to_one():
    evidence = weigh([Match(BLOG, 3.0), Match(LEAK, 2.9), Match(MINISTER, 1.0)], {})

    assert sum(candidate.share for candidate in evidence.candidates) == pytest.approx(1)
    assert sum(evidence.verdicts.values()) == pytest.approx(1)


def test_candidates_keep_the_order_of_the_matches():
    evidence = weigh([Match(BLOG, 3.0), Match(LEAK, 2.9)], {})

    assert [candidate.entry for candidate in evidence.candidates] == [BLOG, LEAK]


def test_equal_scores_have_equal_shares():
    evidence = weigh([Match(BLOG, 2.0), Match(LEAK, 2.0)], {})

    assert [candidate.share for candidate in evidence.candidates] == pytest.approx([0.5, 0.5])


def test_a_score_worse_by_the_spread_counts_e_times_less():
    better, worse = weigh([Match(BLOG, 2.0), Match(LEAK, 2.0 - SPREAD)], {}).candidates

    assert better.share / worse.share == pytest.approx(2.71828, rel=1e-4)


def test_shares_depend_on_differences_only():
    low = weigh([Match(BLOG, 1.0), Match(LEAK, 0.9)], {})
    high = weigh([Match(BLOG, 101.0), Match(LEAK, 100.9)], {})

    assert low.verdicts == pytest.approx(high.verdicts)


def test_entries_of_one_verdict_are_summed():
    other = an_entry("other", Verdict.NO)

    evidence = weigh([Match(LEAK, 2.0), Match(other, 2.0), Match(BLOG, 2.0)], {})

    no, other_verdict = LEANING[Verdict.NO], LEANING[BLOG.outcome.verdict]
    assert evidence.verdicts[Verdict.NO] == pytest.approx(2 * no / (2 * no + other_verdict))


def test_facts_change_the_verdict_an_entry_stands_for():
    evidence = weigh([Match(MINISTER, 2.0)], {"account": "personal"})

    assert evidence.verdicts[Verdict.NO] == pytest.approx(1)
    assert evidence.candidates[0].outcome.reason == "It looks partisan."


def test_without_the_fact_an_entry_stands_for_its_own_verdict():
    assert weigh([Match(MINISTER, 2.0)], {"period": "normal"}).verdicts[Verdict.CLARIFY] == pytest.approx(1)


def test_best_is_the_first_candidate_of_a_verdict():
    evidence = weigh([Match(BLOG, 3.0), Match(LEAK, 2.0), Match(an_entry("other", Verdict.NO), 1.0)], {})

    best = evidence.best(Verdict.NO)

    assert best is not None
    assert best.entry == LEAK


def test_best_of_a_verdict_nobody_stands_for_is_none():
    assert weigh([Match(BLOG, 3.0)], {}).best(Verdict.INFO) is None
