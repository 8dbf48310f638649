"""Weighing what was found: matches and facts → Evidence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from knowledge.entry import Entry, Facts, Outcome, Verdict
from knowledge.index import Match

SPREAD = 0.32  # of the softmax over match scores: how much worse a match must be to count clearly less

# How much more often a verdict is right than its share says. Prohibitions are many in a pack and match easily;
# conditions and dilemmas hide among them. Found with the ranker's weights on three labelled sets, each left out once.
LEANING = {
    Verdict.YES: 0.4,
    Verdict.YES_IF: 10.8,
    Verdict.NO: 0.25,
    Verdict.INFO: 2.0,
    Verdict.CLARIFY: 0.6,
    Verdict.ASK_ADVISOR: 13.0,
    Verdict.NOT_COVERED: 1.1,
}


@dataclass(frozen=True, slots=True)
class Candidate:
    """An entry with the outcome it has under the known facts, and its share of the evidence, 0 to 1."""

    entry: Entry
    outcome: Outcome
    share: float


@dataclass(frozen=True, slots=True)
class Evidence:
    """Candidates, best first, with shares that add up to 1; and the share of each verdict."""

    candidates: tuple[Candidate, ...]
    verdicts: Mapping[Verdict, float]

    def best(self, verdict: Verdict) -> Candidate | None:
        """The best candidate that has a verdict."""
        return next((one for one in self.candidates if one.outcome.verdict is verdict), None)


def weigh(matches: Sequence[Match], facts: Facts) -> Evidence:
    """Turn match scores into shares: a softmax, summed by the verdict each entry has under the facts."""
    if not matches:
        return Evidence((), {})
    scores = np.array([match.score for match in matches])
    shares = np.exp((scores - scores.max()) / SPREAD)
    shares /= shares.sum()
    candidates = tuple(
        Candidate(match.entry, match.entry.outcome_for(facts), float(share))
        for match, share in zip(matches, shares, strict=True)
    )
    verdicts = dict.fromkeys(Verdict, 0.0)
    for candidate in candidates:
        verdicts[candidate.outcome.verdict] += candidate.share * LEANING[candidate.outcome.verdict]
    total = sum(verdicts.values())
    verdicts = {verdict: weight / total for verdict, weight in verdicts.items()}
    return Evidence(candidates, verdicts)
