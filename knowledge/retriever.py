"""Finding texts by their words."""

from collections.abc import Sequence
from dataclasses import dataclass

import bm25s
import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Hit:
    """A text found: its position in what was indexed, and a score from 0 to 1."""

    position: int
    score: float


class LexicalRetriever:
    """BM25 (Lucene's variant) over texts that are already split into tokens; built once, never changed.

    Scores are shares of the best score of the query, so that they add up with other signals.
    """

    def __init__(self, texts: Sequence[Sequence[str]], *, b: float = 0.5) -> None:
        self._size = len(texts)
        self._bm25 = bm25s.BM25(method="lucene", k1=1.2, b=b)
        self._known = frozenset(token for text in texts for token in text)
        if self._known:
            self._bm25.index([list(text) for text in texts], show_progress=False)

    def scores(self, tokens: Sequence[str]) -> Scores:
        """One score a text, 0 to 1, the best text at 1; all zero when no token is known."""
        known = [token for token in tokens if token in self._known]
        if not known:
            return np.zeros(self._size, dtype=np.float32)
        found = self._summed([self._bm25.vocab_dict[token] for token in known])
        return found / max(float(found.max()), 1e-9)

    def _summed(self, known: Sequence[int]) -> Scores:
        """What the library's own get_scores gives, in a fifth of the time: it adds number by number."""
        begins, texts, weights = (self._bm25.scores[name] for name in ("indptr", "indices", "data"))
        spans = [slice(begins[number], begins[number + 1]) for number in known]
        found = np.concatenate([texts[span] for span in spans])
        return np.bincount(
            found, weights=np.concatenate([weights[span] for span in spans]), minlength=self._size
        ).astype(np.float32)
