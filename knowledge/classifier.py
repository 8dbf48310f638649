"""Least-squares classification: which labels a text is likely to bear, learned from labelled texts.

Ridge regression of one-hot labels on features, in closed form: (AᵀA + λI) W = Aᵀ(Y - mean). No sampling and no
iteration, so the same texts always give the same weights.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve
from scipy.sparse import csr_array, issparse

FEATURES = 5_000
SEEN_AT_LEAST = 3
RIDGE = 3.0

Matrix = NDArray[np.float32]
Labels = Mapping[str, Sequence[str]]  # for each kind of label, one label a text


class LinearClassifier:
    """Scores labels of several kinds from a row of features."""

    def __init__(self, matrix: Matrix | csr_array, labels: Labels) -> None:
        """matrix: one row a text."""
        self.names = {kind: tuple(sorted(set(given))) for kind, given in labels.items()}
        wanted = np.hstack([_one_hot(given, self.names[kind]) for kind, given in labels.items()])
        self._mean: Matrix = wanted.mean(axis=0)
        gram: Any = matrix.T @ matrix
        gram = np.asarray(gram.toarray() if issparse(gram) else gram, dtype=np.float32)
        gram[np.diag_indices_from(gram)] += RIDGE
        self._weights: Matrix = solve(gram, matrix.T @ (wanted - self._mean), assume_a="pos", overwrite_a=True)

    def scores(self, row: Matrix | csr_array) -> dict[str, Matrix]:
        """For each kind one score a label, in the order of `names`: near 1 where it surely fits, near 0 where not."""
        found = np.asarray(row @ self._weights, dtype=np.float32).reshape(-1) + self._mean
        ends = np.cumsum([len(known) for known in self.names.values()])[:-1]
        return dict(zip(self.names, np.split(found, ends), strict=True))


class WordFeatures:
    """Stems and pairs of stems as tf-idf rows of length 1, for the features that enough texts show."""

    def __init__(self, texts: Sequence[Sequence[str]]) -> None:
        features = [_features(text) for text in texts]
        seen = Counter(name for counted in features for name in counted)
        kept = [name for name, count in seen.most_common(FEATURES) if count >= SEEN_AT_LEAST]
        self._columns = {name: column for column, name in enumerate(kept)}
        self._idf = [1 + math.log((1 + len(texts)) / (1 + seen[name])) for name in kept]

    def rows(self, texts: Sequence[Sequence[str]]) -> csr_array:
        """One row a text; empty for a text without known features."""
        indices: list[int] = []
        values: list[float] = []
        ends = [0]
        for text in texts:
            counts = _features(text).items()
            known = [(self._columns[name], count) for name, count in counts if name in self._columns]
            weights = [(1 + math.log(count)) * self._idf[column] for column, count in known]
            length = max(math.hypot(*weights), 1e-9)
            indices.extend(column for column, _ in known)
            values.extend(weight / length for weight in weights)
            ends.append(len(indices))
        shape = (len(texts), len(self._columns))
        return csr_array((np.array(values, dtype=np.float32), np.array(indices), np.array(ends)), shape=shape)


def _features(tokens: Sequence[str]) -> Counter[str]:
    return Counter([*tokens, *(f"{left} {right}" for left, right in pairwise(tokens))])


def _one_hot(given: Sequence[str], known: Sequence[str]) -> Matrix:
    places = {label: place for place, label in enumerate(known)}
    wanted = np.zeros((len(given), len(known)), dtype=np.float32)
    wanted[np.arange(len(given)), [places[label] for label in given]] = 1
    return wanted
