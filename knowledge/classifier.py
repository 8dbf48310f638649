"""Least-squares classification of short texts over their stems and pairs of stems."""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve
from scipy.sparse import csr_array

FEATURES = 5_000
SEEN_AT_LEAST = 3
RIDGE = 3.0

Matrix = NDArray[np.float32]


class Classifier:
    """Tells which labels of several kinds a text is likely to bear, learned from labelled texts in closed form.

    Ridge regression of one-hot labels on tf-idf features: (AᵀA + λI) W = Aᵀ(Y - mean). No sampling and no
    iteration, so the same texts always give the same weights.
    """

    def __init__(self, texts: Sequence[Sequence[str]], labels: Mapping[str, Sequence[str]]) -> None:
        """labels: for each kind one label a text."""
        features = [_features(text) for text in texts]
        seen = Counter(name for counted in features for name in counted)
        kept = [name for name, count in seen.most_common(FEATURES) if count >= SEEN_AT_LEAST]
        self._columns = {name: column for column, name in enumerate(kept)}
        self._idf = np.array([1 + np.log((1 + len(texts)) / (1 + seen[name])) for name in kept], dtype=np.float32)
        self.labels = {kind: tuple(sorted(set(given))) for kind, given in labels.items()}
        wanted = np.hstack([_one_hot(given, self.labels[kind]) for kind, given in labels.items()])
        self._mean: Matrix = wanted.mean(axis=0)
        matrix = self._matrix(features)
        gram = (matrix.T @ matrix).toarray() + RIDGE * np.eye(len(kept), dtype=np.float32)
        self._weights: Matrix = solve(gram, matrix.T @ (wanted - self._mean), assume_a="pos", overwrite_a=True)

    def scores(self, tokens: Sequence[str]) -> dict[str, Matrix]:
        """For each kind one score a label, in the order of `labels`: near 1 where it surely fits, near 0 where not."""
        row = self._matrix([_features(tokens)])
        found = np.asarray(row @ self._weights, dtype=np.float32)[0] + self._mean
        ends = np.cumsum([len(known) for known in self.labels.values()])[:-1]
        return dict(zip(self.labels, np.split(found, ends), strict=True))

    def _matrix(self, features: Sequence[Counter[str]]) -> csr_array:
        indices: list[int] = []
        values: list[float] = []
        ends = [0]
        for counted in features:
            known = [(self._columns[name], count) for name, count in counted.items() if name in self._columns]
            weights = np.array([(1 + np.log(count)) * self._idf[column] for column, count in known])
            indices.extend(column for column, _ in known)
            values.extend(weights / max(float(np.linalg.norm(weights)), 1e-9))
            ends.append(len(indices))
        shape = (len(features), len(self._columns))
        return csr_array((np.array(values, dtype=np.float32), np.array(indices), np.array(ends)), shape=shape)


def _features(tokens: Sequence[str]) -> Counter[str]:
    return Counter([*tokens, *(f"{left} {right}" for left, right in pairwise(tokens))])


def _one_hot(given: Sequence[str], known: Sequence[str]) -> Matrix:
    places = {label: place for place, label in enumerate(known)}
    wanted = np.zeros((len(given), len(known)), dtype=np.float32)
    wanted[np.arange(len(given)), [places[label] for label in given]] = 1
    return wanted
