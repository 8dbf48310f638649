"""Searching any list of texts: a department's own document, a page of notes. One call to build, one to search.

    search = TextSearch(["Ask before you post.", "Leave is booked online."], load_encoder())
    search.search("may I post this?", k=3)  # → [Hit(position=0, score=0.61), …]

Nothing is learned and nothing is stored: the same texts always give the same hits.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from knowledge.encoder import Vectors
from knowledge.retriever import Hit, Scores
from knowledge.spelling import Spelling
from knowledge.tokens import stems, words

# Measured on OR-ShARC's dev questions (tests/evaluation/orsharc.py); the figures are flat around these values.
MEANING = 0.35  # of the score; the rest is for words
DAMPED = 0.25  # what a function word counts beside another
PAIRED = 0.3  # what two words in a row count beside the words themselves
K1, B = 1.2, 0.5
_FUNCTION_WORDS = """
a about after again all also am an and any are as at be been before being both but by can can't cannot could did didn't
do does doesn't doing don't done down during each every for from get got had has have having he her here hers him his
how i i'd i'll i'm i've if in into is isn't it its just may me might mine must my need no nor not of off on once only or
ought our ours out over shall she should so some than that the their theirs them then there these they this those
through to too under up us very was wasn't we were what when where which who whom whose why will with without won't
would you your yours
"""
FUNCTION_WORDS = frozenset(stems(words(_FUNCTION_WORDS)))


class SentenceEncoder(Protocol):
    """What is needed of knowledge.encoder.Encoder."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One unit vector a text."""
        ...

    def is_word(self, word: str) -> bool:
        """Whether a word is a common English one, so that it is not taken for a slip."""
        ...


class TextSearch:
    """Finds the texts nearest to a question by their words and, with an encoder, by their meaning.

    Built once, never changed, safe to share between threads. With an encoder, building takes about 10 ms a text and
    a search a few milliseconds; without one, both take far less.
    """

    def __init__(self, texts: Sequence[str], encoder: SentenceEncoder | None = None) -> None:
        said = [words(text) for text in texts]
        self._encoder = encoder
        self._spelling = Spelling((word for text in said for word in text), seen_at_least=1)
        self._by_words = _SharesOfWords([_terms(stems(text)) for text in said])
        self._vectors = encoder.encode(texts) if encoder and texts else None

    def search(self, question: str, k: int = 10) -> list[Hit]:
        """The k best texts, best first.

        Args:
            question: as typed; slips are corrected to words of the texts.
            k: most hits wanted, 1 or more.

        Returns:
            Hits with the position of the text and a score, 0 to 1: how much of the question's words a text has, by
            their rarity, and how near it is in meaning. Empty when nothing fits.

        Raises:
            ValueError: k is below 1.
        """
        if k < 1:
            raise ValueError("k must be 1 or more")
        scores = self._scores([self._read(word) for word in words(question)])
        best = np.argpartition(-scores, k - 1)[:k] if k < len(scores) else np.arange(len(scores))
        ordered = best[np.lexsort((best, -scores[best]))]
        return [Hit(int(position), float(scores[position])) for position in ordered if scores[position] > 0]

    def _read(self, word: str) -> str:
        """A word as it is searched for: corrected only where neither the texts nor English know it."""
        known = self._by_words.knows(stems([word])[0]) or (self._encoder and self._encoder.is_word(word))
        return word if known else self._spelling.correct(word)

    def _scores(self, said: Sequence[str]) -> Scores:
        by_words = self._by_words.scores(_terms(stems(said)))
        if self._encoder is None or self._vectors is None or not said:
            return by_words
        cosines = np.vecdot(self._vectors, self._encoder.encode([" ".join(said)])[0])  # in one thread, as the encoder
        return np.asarray((1 - MEANING) * by_words + MEANING * np.clip(cosines, 0, 1), dtype=np.float32)


class _SharesOfWords:
    """BM25, as a share of the best that a text could reach: comparable between questions."""

    def __init__(self, texts: Sequence[Mapping[str, float]]) -> None:
        """texts: for each its terms and how often it has them."""
        self._size = len(texts)
        lengths = np.array([sum(terms.values()) for terms in texts], dtype=np.float32)
        norms = K1 * (1 - B + B * lengths / max(float(lengths.mean()) if texts else 0.0, 1.0))
        places: dict[str, list[int]] = {}
        counts: dict[str, list[float]] = {}
        for number, terms in enumerate(texts):
            for term, count in terms.items():
                places.setdefault(term, []).append(number)
                counts.setdefault(term, []).append(count)
        self._postings: dict[str, tuple[NDArray[np.int32], Scores]] = {}
        for term, held_by in places.items():
            where = np.array(held_by, dtype=np.int32)
            often = np.array(counts.pop(term), dtype=np.float32)
            rarity = np.log1p((self._size - len(where) + 0.5) / (len(where) + 0.5))
            self._postings[term] = where, (rarity * often / (often + norms[where])).astype(np.float32)

    def knows(self, term: str) -> bool:
        return term in self._postings

    def scores(self, terms: Mapping[str, float]) -> Scores:
        """One score a text, 0 to 1; all zero when no term is known."""
        found = np.zeros(self._size, dtype=np.float32)
        reachable = 0.0
        for term, count in terms.items():
            if term in self._postings:
                where, added = self._postings[term]
                weight = count * _weight(term)
                found[where] += weight * added
                reachable += weight * float(added.max())
        return np.asarray(np.minimum(found / max(reachable, 1e-9), 1), dtype=np.float32)


def _terms(stemmed: Sequence[str]) -> Counter[str]:
    """Words and pairs of words in a row, those of two function words left out, with how often they occur."""
    pairs = (f"{left} {right}" for left, right in pairwise(stemmed) if not {left, right} <= FUNCTION_WORDS)
    return Counter([*stemmed, *pairs])


def _weight(term: str) -> float:
    if " " in term:
        return PAIRED
    return DAMPED if term in FUNCTION_WORDS else 1.0
