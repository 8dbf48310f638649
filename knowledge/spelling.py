"""Spelling correction against the guidance's own vocabulary."""

import math
from collections import Counter
from collections.abc import Iterable

from rapidfuzz import process
from rapidfuzz.distance import OSA

SHORTEST = 4
LONG = 8  # two slips are forgiven from this many letters on, one below
GLUED = 20  # letters from which on an unknown word is taken for several without spaces
LONGEST_PIECE = 18
PIECE = 2.5  # letters a piece must have on average, else these were no words
LONGEST_GLUED = 400  # letters that are taken apart, so that a wall of them costs no time


class Spelling:
    """Maps a word nobody used in the guidance or its examples to the nearest one that somebody did.

    Only words of four letters or more are looked up, and only unknown ones, so clean questions cost nothing.
    """

    def __init__(self, tokens: Iterable[str], *, seen_at_least: int = 2) -> None:
        counts = Counter(tokens)
        self._known = frozenset(counts)
        total = sum(counts.values()) or 1
        self._costs = {word: -math.log(count / total) for word, count in counts.items()}
        self._stranger = -math.log(0.1 / total)  # of a letter that begins no known word
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

    def pieces(self, word: str) -> list[str]:
        """The words of a text written without spaces, by how common they are; the word alone where it is one."""
        if word in self._known or len(word) < GLUED:
            return [word]
        glued = word[:LONGEST_GLUED]
        best: list[tuple[float, int]] = [(0.0, 0)]
        for end in range(1, len(glued) + 1):
            starts = range(max(0, end - LONGEST_PIECE), end)
            best.append(min((best[start][0] + self._cost(glued[start:end]), start) for start in starts))
        found, end = [], len(glued)
        while end:
            start = best[end][1]
            found.append(glued[start:end])
            end = start
        return found[::-1] if len(glued) >= PIECE * len(found) else [word]

    def _cost(self, piece: str) -> float:
        return self._costs.get(piece, self._stranger * len(piece))
