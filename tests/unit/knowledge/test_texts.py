from collections.abc import Sequence

import numpy as np
import pytest

from knowledge.encoder import Vectors
from knowledge.retriever import Hit
from knowledge.texts import TextSearch

POSTING, LEAVE, PHOTOS, PHOTOS_OF_CHILDREN = TEXTS = [
    "Ask your press office before you post about a minister.",
    "Annual leave is booked online, and your manager approves it.",
    "Photographs of staff need their consent.",
    "Photographs of children need the consent of a parent, in writing.",
]


class MeaningByTopic:
    """An encoder that knows two meanings, being away and all else, and the English word "bonus"."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        away = [any(word in text.lower() for word in ("leave", "holiday")) for text in texts]
        return np.array([[1, 0] if is_away else [0, 1] for is_away in away], dtype=np.float32)

    def is_word(self, word: str) -> bool:
        return word == "bonus"


def best(question: str, texts: Sequence[str] = TEXTS) -> str:
    return texts[TextSearch(texts).search(question)[0].position]


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("do I have to ask before I post something?", POSTING),
        ("who approves my leave", LEAVE),
        ("photos: a photograph of a child's parent", PHOTOS_OF_CHILDREN),
    ],
)
def test_the_text_that_shares_most_words_comes_first(question: str, found: str):
    assert best(question) == found


def test_slips_are_corrected_to_words_of_the_texts():
    assert best("anual laeve") == LEAVE


def test_function_words_decide_nothing_against_a_word_that_says_something():
    assert best("is it on leave", ["It is on.", LEAVE]) == LEAVE


def test_function_words_still_tell_equals_apart():
    assert best("without consent", ["with consent", "without consent"]) == "without consent"


def test_words_in_a_row_count_more_than_words_apart():
    assert best("press office", ["The office has a press", "A press office is here"]) == "A press office is here"


def test_a_text_itself_scores_highest_of_all():
    hits = TextSearch(TEXTS).search(LEAVE)

    assert hits[0].position == TEXTS.index(LEAVE)
    assert hits[0].score > 0.9


def test_scores_lie_between_0_and_1_best_first():
    scores = [hit.score for hit in TextSearch(TEXTS, MeaningByTopic()).search("consent for photographs of a holiday")]

    assert scores == sorted(scores, reverse=True)
    assert 0 < min(scores) <= max(scores) <= 1


def test_texts_that_share_nothing_are_no_hits():
    assert [hit.position for hit in TextSearch(TEXTS).search("minister")] == [0]


def test_equal_texts_keep_their_order():
    assert [hit.position for hit in TextSearch(["same text"] * 3).search("text", k=2)] == [0, 1]


def test_no_more_than_k_hits_are_given():
    assert len(TextSearch(TEXTS).search("consent photographs", k=1)) == 1


def test_k_below_one_is_refused():
    with pytest.raises(ValueError, match="1 or more"):
        TextSearch(TEXTS).search("leave", k=0)


@pytest.mark.parametrize("encoder", [None, MeaningByTopic()], ids=["words", "meaning"])
@pytest.mark.parametrize("question", ["", "?!", "👍"])
def test_a_question_without_words_finds_nothing(question: str, encoder: MeaningByTopic | None):
    assert TextSearch(TEXTS, encoder).search(question) == []


@pytest.mark.parametrize("encoder", [None, MeaningByTopic()], ids=["words", "meaning"])
@pytest.mark.parametrize("texts", [[], [""]], ids=["none", "empty"])
def test_there_may_be_nothing_to_search(texts: list[str], encoder: MeaningByTopic | None):
    assert TextSearch(texts, encoder).search("leave for staff", k=3)[1:] == []


def test_with_an_encoder_other_words_for_the_same_are_found():
    assert TextSearch(TEXTS, MeaningByTopic()).search("holiday")[0] == Hit(1, pytest.approx(0.35))


def test_an_english_word_is_not_taken_for_a_slip():
    by_meaning_alone = pytest.approx(0.35)

    assert TextSearch(["A bonds desk"]).search("bonus")[0].score == 1
    assert TextSearch(["A bonds desk"], MeaningByTopic()).search("bonus")[0].score == by_meaning_alone
