from collections.abc import Sequence

import numpy as np
import pytest

from knowledge.classifier import SEEN_AT_LEAST, Labels, LinearClassifier, Matrix, WordFeatures

TEXTS = [["blog", "work"]] * 4 + [["retweet", "minister"]] * 2
LABELS = {"topic": ["blogs"] * 4 + ["ministers"] * 2, "verdict": ["yes"] * 4 + ["no", "clarify"]}


class Learned:
    """A classifier of texts by their words."""

    def __init__(self, texts: Sequence[Sequence[str]], labels: Labels) -> None:
        self.features = WordFeatures(texts)
        self.classifier = LinearClassifier(self.features.rows(texts), labels)

    def scores(self, *tokens: str) -> dict[str, Matrix]:
        return self.classifier.scores(self.features.rows([tokens]))


def test_the_same_texts_give_the_same_scores():
    first, second = Learned(TEXTS, LABELS), Learned(TEXTS, LABELS)

    for kind, scores in first.scores("blog", "minister").items():
        assert np.array_equal(scores, second.scores("blog", "minister")[kind])


def test_labels_are_told_by_kind_in_order():
    assert Learned(TEXTS, LABELS).classifier.names == {
        "topic": ("blogs", "ministers"),
        "verdict": ("clarify", "no", "yes"),
    }


@pytest.mark.parametrize("tokens", [(), ("zebra", "crossing")], ids=["no words", "unseen words"])
def test_unseen_words_give_the_mean(tokens: tuple[str, ...]):
    scores = Learned(TEXTS, LABELS).scores(*tokens)

    assert scores["topic"] == pytest.approx([4 / 6, 2 / 6])
    assert scores["verdict"] == pytest.approx([1 / 6, 1 / 6, 4 / 6])


def test_a_text_like_those_of_a_label_scores_it_highest():
    texts = [["blog", "work"]] * 20 + [["retweet", "minister"]] * 20
    learned = Learned(texts, {"topic": ["blogs"] * 20 + ["ministers"] * 20})

    blogs, ministers = learned.scores("retweet", "minister")["topic"]

    assert ministers > 0.8
    assert blogs < 0.2


@pytest.mark.parametrize(("times", "is_learned"), [(SEEN_AT_LEAST - 1, False), (SEEN_AT_LEAST, True)])
def test_a_word_is_learned_once_enough_texts_hold_it(times: int, is_learned: bool):
    texts = [["blog"]] * 9 + [["rare"]] * times
    learned = Learned(texts, {"topic": ["blogs"] * 9 + ["rarities"] * times})
    mean = times / len(texts)

    assert bool(learned.scores("rare")["topic"][1] > mean + 0.01) is is_learned


def test_a_pair_of_words_tells_more_than_the_words():
    texts = [["not", "public"], ["public", "not"]] * 10
    learned = Learned(texts, {"order": ["forth", "back"] * 10})

    back, forth = learned.scores("not", "public")["order"]

    assert forth > back


def test_plain_rows_of_numbers_are_learned_from_like_words():
    rows = np.array([[1, 0], [0, 1]] * 20, dtype=np.float32)
    classifier = LinearClassifier(rows, {"side": ["left", "right"] * 20})

    left, right = classifier.scores(np.array([[1, 0]], dtype=np.float32))["side"]

    assert left > 0.8
    assert right < 0.2


def test_each_row_of_known_words_has_length_one():
    rows = WordFeatures(TEXTS).rows([["blog", "work", "work"], ["work"]]).toarray()

    assert np.linalg.norm(rows, axis=1) == pytest.approx([1, 1])


@pytest.mark.parametrize("text", [[], ["zebra"]], ids=["no words", "unseen words"])
def test_a_text_without_known_words_has_an_empty_row(text: list[str]):
    assert not WordFeatures(TEXTS).rows([text]).toarray().any()
