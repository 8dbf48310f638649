"""Recall of knowledge.texts.TextSearch on the rule texts and dev questions of OR-ShARC, question alone.

    python -m tests.evaluation.orsharc FOLDER [--lexical] [--passages 10000]

FOLDER holds id2snippet.json and open_retrieval_sharc_dev.json, which are not ours to ship. With --passages the texts
are filled up with made-up ones, for the time of a search only.
"""

import argparse
import json
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from knowledge.encoder import Encoder, Vectors, load_encoder
from knowledge.retriever import Hit
from knowledge.texts import TextSearch

KS = (1, 5, 20)


@dataclass(frozen=True)
class _QuicklyBuilt:
    """Encodes questions for real; texts, of which there are many, get vectors at random."""

    encoder: Encoder

    def encode(self, texts: Sequence[str]) -> Vectors:
        if len(texts) == 1:
            return self.encoder.encode(texts)
        vectors = np.random.default_rng(1).standard_normal((len(texts), 384), dtype=np.float32)
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)

    def is_word(self, word: str) -> bool:
        return self.encoder.is_word(word)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("folder", type=Path)
    options.add_argument("--lexical", action="store_true", help="without the encoder")
    options.add_argument("--passages", type=int, default=0, help="time searches among this many")
    given = options.parse_args()
    encoder = None if given.lexical else load_encoder()

    snippets = json.loads((given.folder / "id2snippet.json").read_text(encoding="utf-8"))
    place = {name: number for number, name in enumerate(snippets)}
    lines = (given.folder / "open_retrieval_sharc_dev.json").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    asked = sorted({(row["question"], place[row["gold_snippet_id"]]) for row in rows})

    search = TextSearch(list(snippets.values()), encoder)
    for name, change in (("as asked", lambda text: text), ("misspelt", _misspelt)):
        found = [search.search(change(question), k=max(KS)) for question, _ in asked]
        ranks = [_rank(hits, wanted) for hits, (_, wanted) in zip(found, asked, strict=True)]
        recall = "  ".join(f"R@{k} {np.mean([rank < k for rank in ranks]):.3f}" for k in KS)
        print(f"{len(asked)} questions {name}, {len(snippets)} texts: {recall}")  # noqa: T201

    if given.passages:
        texts = _filled_up(list(snippets.values()), given.passages)
        search = TextSearch(texts, encoder and _QuicklyBuilt(encoder))
    took = []
    for question, _ in asked:
        started = time.perf_counter()
        search.search(question)
        took.append((time.perf_counter() - started) * 1000)
    p50, p99 = np.percentile(took, [50, 99])
    print(f"one search among {given.passages or len(snippets)}: p50 {p50:.2f} ms, p99 {p99:.2f} ms")  # noqa: T201


def _rank(hits: Sequence[Hit], wanted: int) -> float:
    return next((rank for rank, hit in enumerate(hits) if hit.position == wanted), float("inf"))


def _misspelt(question: str) -> str:
    """Two neighbouring letters change places in one long word; the same one each time."""
    chance = random.Random(question)
    parts = question.split()
    long = [number for number, part in enumerate(parts) if len(part) >= 5 and part.isalpha()]
    if long:
        number = chance.choice(long)
        at = chance.randrange(1, len(parts[number]) - 2)
        word = parts[number]
        parts[number] = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    return " ".join(parts)


def _filled_up(texts: list[str], size: int) -> list[str]:
    chance = random.Random(1)
    known = [word for text in texts for word in text.split()]
    return texts + [" ".join(chance.choices(known, k=60)) for _ in range(size - len(texts))]


if __name__ == "__main__":
    main()
