"""Signals of several retrievers → one score an entry."""

from dataclasses import dataclass

from knowledge.retriever import Scores

# Fitted once by hand on a coarse grid; the sum is flat around these values, so finer ones would only fit noise.
TOPIC_WEIGHT = 2.0
VERDICT_WEIGHT = 1.0


@dataclass(frozen=True, slots=True)
class Signals:
    """What each retriever says, one score an entry: the first two 0 to 1, the learned two about 0 to 1."""

    by_words: Scores
    by_example: Scores
    by_topic: Scores
    by_verdict: Scores


def rank(signals: Signals) -> Scores:
    """A weighted sum. Sums beat rank fusion here and keep a sense of certainty that ranks lose."""
    total: Scores = (
        signals.by_words + signals.by_example + TOPIC_WEIGHT * signals.by_topic + VERDICT_WEIGHT * signals.by_verdict
    )
    return total
