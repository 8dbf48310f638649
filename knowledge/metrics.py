"""Figures over labelled questions; each is defined for no questions too."""

from collections.abc import Sequence


def share(hits: Sequence[bool]) -> float:
    """The part that is true, 0 to 1; 0 for none at all."""
    return sum(hits) / len(hits) if hits else 0.0


def hit_at(ranked: Sequence[Sequence[str]], wanted: Sequence[str], k: int) -> bool:
    """Whether one of the first k results bears a wanted label."""
    return any(label in wanted for labels in ranked[:k] for label in labels)
