import numpy as np
import pytest

from knowledge.retriever import LexicalRetriever
from knowledge.tokens import stems, words


def a_retriever(*texts: str) -> LexicalRetriever:
    return LexicalRetriever([stems(words(text)) for text in texts])


def test_the_best_text_scores_one():
    scores = a_retriever("retweet a minister", "blog about work").scores(["blog"])

    assert scores.tolist() == [0.0, 1.0]


def test_other_texts_score_their_share_of_the_best():
    scores = a_retriever("draft report", "draft", "holiday").scores(["draft", "report"])

    assert scores[0] == 1
    assert 0 < scores[1] < 1
    assert scores[2] == 0


def test_unknown_words_do_not_change_the_scores():
    retriever = a_retriever("retweet a minister", "blog about work")

    assert np.array_equal(retriever.scores(["blog", "zebra"]), retriever.scores(["blog"]))


@pytest.mark.parametrize("tokens", [[], ["zebra"]])
def test_no_known_word_scores_nothing(tokens: list[str]):
    assert a_retriever("retweet a minister", "blog").scores(tokens).tolist() == [0.0, 0.0]


@pytest.mark.parametrize("texts", [(), ("", "")], ids=["no texts", "empty texts"])
def test_texts_without_words_find_nothing(texts: tuple[str, ...]):
    assert a_retriever(*texts).scores(["blog"]).tolist() == [0.0] * len(texts)
