from collections.abc import Sequence

import numpy as np
import pytest

from knowledge.encoder import Vectors
from knowledge.index import Index
from knowledge.meaning import MeaningRetriever, MeaningScores
from tests.builders_guidance import BLOG, LEAK, the_small_corpus

DIRECTIONS = {"blog": 0, "leak": 1, "tips": 2}


class StubEncoder:
    """Gives a text the direction of each word it knows; a text without any points elsewhere."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        vectors = np.zeros((len(texts), len(DIRECTIONS) + 1), dtype=np.float32)
        for vector, text in zip(vectors, texts, strict=True):
            known = [DIRECTIONS[word] for word in text.lower().split() if word in DIRECTIONS]
            vector[known or [-1]] = 1
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)

    encode_known = encode


def scores(text: str) -> MeaningScores:
    """Of two entries: one about blogs with two examples, one about leaks with one."""
    retriever = MeaningRetriever(
        StubEncoder(),
        ["blog", "blog tips", "leak"],
        ["Blog", "Leak"],
        np.array([0, 0, 1]),
        {"topic": ["blogs", "blogs", "leaks"]},
    )
    return retriever.scores(text)


def test_an_entry_is_as_near_as_its_nearest_example():
    assert scores("blog").nearest == pytest.approx([1, 0])


def test_the_centre_of_an_entry_lies_amid_its_title_and_examples():
    blogs, leaks = scores("blog").centre

    assert 0.8 < blogs < 1
    assert leaks == 0


def test_a_text_like_nothing_known_is_near_nothing():
    found = scores("zebra")

    assert found.nearest == pytest.approx([0, 0])
    assert found.centre == pytest.approx([0, 0])


def test_topics_are_learned_from_all_examples():
    blogs, leaks = scores("leak").learned["topic"]
    blogs_elsewhere, leaks_elsewhere = scores("blog").learned["topic"]

    assert leaks > leaks_elsewhere
    assert blogs < blogs_elsewhere


def test_meaning_moves_an_entry_up():
    """By words alone both match a little; the encoder knows only one of them."""
    text = "may I leak what my work is"
    by_words = {match.entry.id: match.score for match in Index(the_small_corpus()).matches(text)}
    by_both = {match.entry.id: match.score for match in Index(the_small_corpus(), Knows(LEAK.id)).matches(text)}

    gained = {entry: by_both[entry] - by_words[entry] for entry in (BLOG.id, LEAK.id)}

    assert gained[LEAK.id] > gained[BLOG.id]


class Knows:
    """Gives the examples and the title of one entry, and every question, the same direction."""

    def __init__(self, entry_id: str) -> None:
        corpus = the_small_corpus()
        self.like = {example.question for example in corpus.examples if example.entry == entry_id}
        self.like.add(corpus.entries[entry_id].title)

    def encode(self, texts: Sequence[str]) -> Vectors:
        return np.tile(np.array([1, 0], dtype=np.float32), (len(texts), 1))

    def encode_known(self, texts: Sequence[str]) -> Vectors:
        return np.array([[1, 0] if text in self.like else [0, 1] for text in texts], dtype=np.float32)
