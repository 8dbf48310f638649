"""Spelling correction against the guidance's own vocabulary."""

from collections import Counter
from collections.abc import Iterable

from rapidfuzz import process
from rapidfuzz.distance import OSA

SHORTEST = 4
LONG = 8  # two slips are forgiven from this many letters on, one below


class Spelling:
    """Maps a word nobody used in the guidance or its examples to the nearest one that somebody did.

    Only words of four letters or more are looked up, and only unknown ones, so clean questions cost nothing.
    """

    def __init__(self, tokens: Iterable[str], *, seen_at_least: int = 2) -> None:
        counts = Counter(tokens)
        self._known = frozenset(counts)
        # Frequent words first: among equally near candidates rapidfuzz keeps the first.
        self._candidates = [
            word
            for word, count in counts.most_common()
            if count >= seen_at_least and len(word) >= SHORTEST and word.isalpha()
        ]

    def correct(self, word: str) -> str:
        """The word itself when known, short or unlike any other; else the nearest known word."""
        if word in self._known or len(word) < SHORTEST or not word.isalpha():
            return word
        allowed = 2 if len(word) >= LONG else 1
        found = process.extractOne(word, self._candidates, scorer=OSA.distance, score_cutoff=allowed)
        return found[0] if found else word
