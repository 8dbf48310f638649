"""Figures over labelled questions; each is defined for no questions too."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

BINS = 10


def share(hits: Sequence[bool]) -> float:
    """The part that is true, 0 to 1; 0 for none at all."""
    return sum(hits) / len(hits) if hits else 0.0


def hit_at(ranked: Sequence[Sequence[str]], wanted: Sequence[str], k: int) -> bool:
    """Whether one of the first k results bears a wanted label."""
    return any(label in wanted for labels in ranked[:k] for label in labels)


@dataclass(frozen=True, slots=True)
class Bin:
    """Answers of like confidence: how many, how sure on average, and the part of them that was right."""

    count: int
    confidence: float
    right: float


def reliability(confidences: Sequence[float], right: Sequence[bool], *, bins: int = BINS) -> list[Bin]:
    """Answers sorted into bins of equal width, least sure first; bins without answers are left out.

    Args:
        confidences: 0 to 1; one that stands on an edge falls into the bin above.
        right: whether each was right, in the same order.
    """
    filled: dict[int, list[tuple[float, bool]]] = {}
    for confidence, was_right in zip(confidences, right, strict=True):
        filled.setdefault(min(int(confidence * bins), bins - 1), []).append((confidence, was_right))
    return [
        Bin(len(held), sum(confidence for confidence, _ in held) / len(held), share([ok for _, ok in held]))
        for _, held in sorted(filled.items())
    ]


def ece(confidences: Sequence[float], right: Sequence[bool], *, bins: int = BINS) -> float:
    """Expected calibration error, 0 to 1: how far confidence and the part that was right lie apart, on average."""
    held = reliability(confidences, right, bins=bins)
    return sum(one.count * abs(one.confidence - one.right) for one in held) / max(len(confidences), 1)


def accuracy_at_coverage(confidences: Sequence[float], right: Sequence[bool], coverage: float) -> float:
    """The part that was right among the surest answers, as many as make up a share of all, rounded up.

    Answers as sure as the last one that counts are counted too, so that their order decides nothing.
    """
    if not 0 < coverage <= 1:
        raise ValueError("coverage must be above 0 and at most 1")
    if not confidences:
        return 0.0
    least = sorted(confidences, reverse=True)[math.ceil(coverage * len(confidences)) - 1]
    return share([ok for confidence, ok in zip(confidences, right, strict=True) if confidence >= least])
