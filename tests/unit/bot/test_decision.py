import pytest

from bot.advice import Reason
from bot.decision import COSTS, Abstention, Decided, NothingFound, calibrated, decide
from bot.evidence import Candidate, Evidence
from knowledge.entry import Verdict
from tests.builders_guidance import an_entry

YES, YES_IF, NO, ASK = Verdict.YES, Verdict.YES_IF, Verdict.NO, Verdict.ASK_ADVISOR


def some_evidence(*shares: tuple[Verdict, float]) -> Evidence:
    """Evidence of one candidate for each verdict and share, in that order."""
    candidates = tuple(
        Candidate(entry, entry.outcome, share)
        for entry, share in ((an_entry(f"entry-{n}", verdict), share) for n, (verdict, share) in enumerate(shares))
    )
    verdicts = dict.fromkeys(Verdict, 0.0)
    for verdict, share in shares:
        verdicts[verdict] += share
    return Evidence(candidates, verdicts)


def decided_verdict(evidence: Evidence, threshold: float = 0.0) -> Verdict:
    outcome = decide(evidence, threshold=threshold)
    assert isinstance(outcome, Decided)
    return outcome.candidate.outcome.verdict


def test_nothing_found_is_told_apart_from_doubt():
    assert decide(Evidence((), {}), threshold=0.0) == NothingFound()


@pytest.mark.parametrize("verdict", list(Verdict))
def test_a_verdict_without_a_rival_is_given(verdict: Verdict):
    assert decided_verdict(some_evidence((verdict, 1.0))) is verdict


@pytest.mark.parametrize("permission", [YES, YES_IF])
def test_a_permission_is_not_given_though_it_leads_a_refusal(permission: Verdict):
    assert decided_verdict(some_evidence((permission, 0.6), (NO, 0.4))) is NO


@pytest.mark.parametrize(("permission", "share"), [(YES, 0.9), (YES_IF, 0.8)])
def test_a_permission_is_given_on_strong_evidence(permission: Verdict, share: float):
    assert decided_verdict(some_evidence((permission, share), (NO, 1 - share))) is permission


@pytest.mark.parametrize(("share_of_no", "expected"), [(0.28, YES), (0.29, NO)])
def test_a_yes_gives_way_to_a_no_where_it_would_cost_more(share_of_no: float, expected: Verdict):
    """A wrong yes costs 10 and a wrong no 4: the edge is 0.286."""
    assert decided_verdict(some_evidence((YES, 1 - share_of_no), (NO, share_of_no))) is expected


@pytest.mark.parametrize(("share_of_no", "expected"), [(0.19, YES_IF), (0.21, NO)])
def test_a_conditional_yes_gives_way_later_than_a_bare_one(share_of_no: float, expected: Verdict):
    """A wrong yes_if costs 6 and a wrong no 1.5: the edge is 0.2."""
    assert decided_verdict(some_evidence((YES_IF, 1 - share_of_no), (NO, share_of_no))) is expected


def test_a_bare_yes_gives_way_to_a_conditional_one():
    assert decided_verdict(some_evidence((YES, 0.7), (YES_IF, 0.3))) is YES_IF


def test_what_an_advisor_should_decide_is_not_permitted():
    assert decided_verdict(some_evidence((YES, 0.8), (ASK, 0.2))) is ASK


def test_a_verdict_nobody_stands_for_is_not_given():
    """ask_advisor would be the cheapest reply here, but no entry found bears it."""
    assert decided_verdict(some_evidence((YES, 0.5), (NO, 0.5))) is NO


@pytest.mark.parametrize("right", list(Verdict))
def test_the_right_verdict_costs_nothing_and_any_other_something(right: Verdict):
    assert {reply for reply in Verdict if COSTS[reply][right] == 0} == {right}


@pytest.mark.parametrize("right", [NO, ASK])
def test_a_bare_permission_costs_most_where_none_should_be_given(right: Verdict):
    costs = sorted(((COSTS[reply][right], reply) for reply in Verdict), reverse=True)

    assert [reply for _, reply in costs[:2]] == [YES, YES_IF]


@pytest.mark.parametrize(("share", "kind"), [(0.61, Decided), (0.60, Decided), (0.59, Abstention)])
def test_a_permission_needs_the_threshold_of_the_entries(share: float, kind: type):
    rest = (1 - share) / 2
    evidence = some_evidence((YES_IF, share), (Verdict.INFO, rest), (Verdict.CLARIFY, rest))

    assert isinstance(decide(evidence, threshold=0.60), kind)


def test_low_confidence_goes_to_an_advisor_with_what_was_found():
    evidence = some_evidence((YES_IF, 0.5), (Verdict.INFO, 0.5))

    outcome = decide(evidence, threshold=0.60)

    assert outcome == Abstention(Reason.LOW_CONFIDENCE, evidence.candidates, 0.5)


def test_a_refusal_needs_no_threshold():
    assert decided_verdict(some_evidence((NO, 0.4), (Verdict.INFO, 0.6)), threshold=0.9) is Verdict.INFO


def test_what_goes_to_an_advisor_anyway_needs_no_threshold():
    assert decided_verdict(some_evidence((ASK, 0.4), (NO, 0.3), (Verdict.INFO, 0.3)), threshold=0.9) is ASK


def test_the_best_candidate_of_the_verdict_answers():
    evidence = some_evidence((Verdict.INFO, 0.1), (NO, 0.5), (NO, 0.4))

    assert decide(evidence, threshold=0.3) == Decided(evidence.candidates[1], calibrated(0.9))


def test_confidence_grows_with_the_share():
    shares = [0.0, 0.05, 0.3, 0.6, 0.9, 1.0]

    confidences = [calibrated(share) for share in shares]

    assert confidences == sorted(confidences)
    assert all(0 < confidence < 1 for confidence in confidences)
