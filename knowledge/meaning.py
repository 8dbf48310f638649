"""Finding entries by meaning: the vector of a question against the vectors of examples."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from knowledge.classifier import Labels, LinearClassifier, Matrix
from knowledge.encoder import Encoder, Vectors
from knowledge.retriever import Scores


@dataclass(frozen=True, slots=True)
class MeaningScores:
    """Per entry, the cosine to its nearest example and to the centre of all it has; per kind, scores of labels."""

    nearest: Scores
    centre: Scores
    learned: Mapping[str, Matrix]


LOOKED_AT = 300  # entries whose examples are compared one by one: those with the nearest centres


class MeaningRetriever:
    """Compares questions with examples of entries, and with what was learned from all of them."""

    def __init__(
        self,
        encoder: Encoder,
        questions: Sequence[str],
        titles: Sequence[str],
        owners: NDArray[np.int64],
        labels: Labels,
    ) -> None:
        """owners: for each question the position of its entry's title, in rising order."""
        self._encoder = encoder
        begins = np.searchsorted(owners, np.arange(len(titles) + 1))
        self._spans = [slice(begin, end) for begin, end in pairwise(begins.tolist())]
        self._examples = encoder.encode_known(questions)
        centres = encoder.encode_known(titles)
        np.add.at(centres, owners, self._examples)
        self._centres = centres / np.maximum(np.linalg.norm(centres, axis=1, keepdims=True), 1e-9)
        self._learned = LinearClassifier(_with_one(self._examples), labels)

    def scores(self, text: str) -> MeaningScores:
        """An entry that is far off is not compared example by example: its centre's cosine stands for the nearest."""
        vector = self._encoder.encode([text])
        centre = np.vecdot(self._centres, vector[0])  # unlike @, in this thread alone: no waiting for busy cores
        nearest = centre.copy()
        for entry in np.argsort(-centre, kind="stable")[:LOOKED_AT]:
            if len(examples := self._examples[self._spans[entry]]):
                nearest[entry] = np.vecdot(examples, vector[0]).max()
        return MeaningScores(nearest, centre, self._learned.scores(_with_one(vector)))


def _with_one(vectors: Vectors) -> Matrix:
    """A constant beside each vector, so that a regression on them has an offset."""
    return np.hstack([vectors, np.ones((len(vectors), 1), dtype=np.float32)])
