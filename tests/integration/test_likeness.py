"""How well questions that ask the same are told from near misses, by the encoder as it ships."""

from bot.likeness import Likeness
from knowledge.encoder import load_encoder
from tests.likeness_pairs import PAIRS

STORED = [pair.stored for pair in PAIRS]


def found(question: str) -> list[int]:
    return LIKENESS.positions(question, STORED)


LIKENESS = Likeness(load_encoder())


def test_most_of_those_that_ask_the_same_are_found():
    same = [(place, question) for place, pair in enumerate(PAIRS) for question in pair.same]

    missed = [question for place, question in same if place not in found(question)]

    assert len(missed) <= 5, missed  # 2 of 24 when the least score was set


def test_few_near_misses_are_taken_for_the_same():
    near = [(place, question) for place, pair in enumerate(PAIRS) for question in pair.other]

    taken = [question for place, question in near if place in found(question)]

    assert len(taken) <= 7, taken  # 4 of 24 when the least score was set


def test_what_is_about_another_subject_is_never_taken_for_the_same():
    for place, pair in enumerate(PAIRS):
        for question in pair.same:
            assert set(found(question)) <= {place}
