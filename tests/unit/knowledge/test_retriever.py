import numpy as np
import pytest

from knowledge.retriever import Hit, LexicalRetriever, search
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


def test_search_gives_hits_best_first():
    retriever = a_retriever("a long text about the draft of a report", "draft", "holiday")

    hits = search(retriever, "Draft?")

    assert [hit.position for hit in hits] == [1, 0]
    assert hits[0].score == 1


def test_search_keeps_the_order_of_equal_texts():
    retriever = a_retriever(*["blog", "blog about a holiday"] * 50)

    hits = search(retriever, "blog", limit=100)

    assert hits[:50] == [Hit(position, 1.0) for position in range(0, 100, 2)]
    assert [hit.position for hit in hits[50:]] == list(range(1, 100, 2))


def test_search_gives_no_more_than_the_limit():
    assert len(search(a_retriever("blog", "blog", "blog"), "blog", limit=1)) == 1


def test_search_of_unknown_words_is_empty():
    assert search(a_retriever("blog"), "zebra crossing") == []


@pytest.mark.parametrize("limit", [0, -1])
def test_search_refuses_a_limit_below_one(limit: int):
    with pytest.raises(ValueError, match="limit"):
        search(a_retriever("blog"), "blog", limit=limit)
