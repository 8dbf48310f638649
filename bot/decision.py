"""Deciding: evidence and threshold → a candidate that answers, or an abstention with its reason."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from bot.advice import Reason
from bot.evidence import Candidate, Evidence
from knowledge.entry import Verdict

_YES, _IF, _NO, _INFO = Verdict.YES, Verdict.YES_IF, Verdict.NO, Verdict.INFO
_CLARIFY, _ASK, _NOT = Verdict.CLARIFY, Verdict.ASK_ADVISOR, Verdict.NOT_COVERED

# What it costs to reply with the first verdict where the second is right, in needless escalations. A permission that
# should not have been given is what ends careers: it costs most, the bare one more than the conditional one.
COSTS: Mapping[Verdict, Mapping[Verdict, float]] = {
    _YES: {_YES: 0, _IF: 1.5, _NO: 10, _INFO: 1, _CLARIFY: 2, _ASK: 6, _NOT: 1},
    _IF: {_YES: 0.3, _IF: 0, _NO: 6, _INFO: 0.8, _CLARIFY: 0.8, _ASK: 4, _NOT: 1},
    _NO: {_YES: 4, _IF: 1.5, _NO: 0, _INFO: 1, _CLARIFY: 1.2, _ASK: 2, _NOT: 1.2},
    _INFO: {_YES: 0.8, _IF: 0.8, _NO: 1.2, _INFO: 0, _CLARIFY: 1, _ASK: 1.5, _NOT: 0.8},
    _CLARIFY: {_YES: 0.8, _IF: 0.5, _NO: 1, _INFO: 1, _CLARIFY: 0, _ASK: 1, _NOT: 1.2},
    _ASK: {_YES: 1, _IF: 1, _NO: 1, _INFO: 1, _CLARIFY: 1, _ASK: 0, _NOT: 1.2},
    _NOT: {_YES: 1.2, _IF: 1.2, _NO: 2, _INFO: 1.2, _CLARIFY: 1.2, _ASK: 2, _NOT: 0},
}
_SLOPE, _OFFSET = 0.48, 0.63


@dataclass(frozen=True, slots=True)
class Decided:
    """The candidate that answers, and how often such a verdict is acceptable, 0 to 1."""

    candidate: Candidate
    confidence: float


@dataclass(frozen=True, slots=True)
class Abstention:
    """Held back; `nearest` are the candidates an advisor will want to see, best first."""

    reason: Reason
    nearest: tuple[Candidate, ...]
    confidence: float


@dataclass(frozen=True, slots=True)
class NothingFound:
    """No word of the question occurs in the guidance."""


@dataclass(frozen=True, slots=True)
class NotEnglish:
    """The question is in another language, so that what was found by its words means nothing."""


Decision = Decided | Abstention | NothingFound | NotEnglish


def decide(evidence: Evidence, *, threshold: float) -> Decided | Abstention | NothingFound:
    """Pick the verdict whose expected cost is least, and its best candidate.

    Args:
        threshold: least share of the entries found that must themselves permit before a permission is given,
            0 to 1; below it the question goes to an advisor, whatever the leaning made of the share.
    """
    if not evidence.candidates:
        return NothingFound()
    costs = expected_costs(evidence)
    verdict = min(costs, key=lambda reply: costs[reply])
    share = evidence.verdicts[verdict]
    if verdict.permits and (permitted := _by_entries(evidence)) < threshold:
        return Abstention(Reason.LOW_CONFIDENCE, evidence.candidates, permitted)
    candidate = evidence.best(verdict)
    if candidate is None:
        raise AssertionError("a verdict with a share has a candidate")
    return Decided(candidate, calibrated(share))


def calibrated(share: float) -> float:
    """How often a verdict with this share of the evidence is acceptable, 0 to 1.

    Platt scaling, fitted on the three labelled sets: calibration error 0.087 -> 0.048 there, 0.052 to 0.076 on a set
    left out.
    """
    held = min(max(share, 0.01), 0.99)
    return 1 / (1 + math.exp(-(_SLOPE * math.log(held / (1 - held)) + _OFFSET)))


def expected_costs(evidence: Evidence) -> dict[Verdict, float]:
    """For each verdict that some candidate has: what replying with it is expected to cost."""
    return {
        reply: sum(share * COSTS[reply][right] for right, share in evidence.verdicts.items())
        for reply in Verdict
        if evidence.verdicts.get(reply, 0.0) > 0
    }


def _by_entries(evidence: Evidence) -> float:
    """The share of the entries found that permit, on conditions or without."""
    return sum(candidate.share for candidate in evidence.candidates if candidate.outcome.verdict.permits)
