import pytest

from bot.engine import GuidanceEngine
from knowledge.entry import Example, FactDefinition, FactValue, Term
from knowledge.index import LONGEST, RARE, Index, Reading
from tests.builders_guidance import (
    BLOG,
    FACEBOOK,
    LEAK,
    MINISTER,
    a_corpus,
    an_entry,
    questions_for,
    the_small_corpus,
    the_small_index,
)


@pytest.mark.parametrize("example", the_small_corpus().examples, ids=lambda example: example.question)
def test_an_example_finds_its_own_entry_first(example: Example):
    assert the_small_index().matches(example.question)[0].entry.id == example.entry


@pytest.mark.parametrize(
    ("typed", "found"),
    [("retwete the minsiter", MINISTER), ("RETWEET MINISTER!!", MINISTER), ("blogging on my job", BLOG)],
)
def test_slips_case_and_other_forms_of_a_word_still_find_the_entry(typed: str, found: object):
    assert the_small_index().matches(typed)[0].entry == found


def test_matches_come_best_first():
    scores = [match.score for match in the_small_index().matches("may I blog about the draft report")]

    assert scores == sorted(scores, reverse=True)


@pytest.mark.parametrize("text", ["", "👍", "zzz qqq", "<@U1>", "\ud83d"])
def test_no_known_word_matches_nothing(text: str):
    assert the_small_index().matches(text) == []


def test_matches_are_no_more_than_the_limit():
    assert len(the_small_index().matches("can I blog", limit=2)) == 2


def test_two_indexes_of_one_corpus_agree():
    text = "share a blog about the minister"

    assert Index(the_small_corpus()).matches(text) == the_small_index().matches(text)


def test_the_words_of_an_entry_find_it_without_its_examples():
    plain = an_entry("flags", title="Waving flags at parades")
    corpus = a_corpus(
        [plain, BLOG],
        examples=[
            *(Example("something else", plain.id) for _ in range(3)),
            *(Example(question, BLOG.id) for question in questions_for(BLOG.id)),
        ],
    )

    assert Index(corpus).matches("waving flags")[0].entry == plain


def read_words(index: Index, text: str) -> list[str]:
    return list(index.read(text).words)


def test_a_rare_name_becomes_its_term():
    assert read_words(the_small_index(), "post on fb or face book") == ["post", "on", "facebook", "or", "facebook"]


@pytest.mark.parametrize(("uses", "read"), [(RARE - 1, ["facebook"]), (RARE, ["fb"])])
def test_a_name_that_examples_use_is_left_to_them(uses: int, read: list[str]):
    examples = [Example(f"fb question {n}", BLOG.id) for n in range(uses)] + [Example("a", LEAK.id)] * 3
    corpus = a_corpus([BLOG, LEAK], examples=examples, glossary=[FACEBOOK])

    assert read_words(Index(corpus), "fb") == read


def test_a_long_term_is_read_as_several_words():
    spad = Term("special adviser", ("spad",), "A minister's political adviser.")
    corpus = a_corpus([BLOG], examples=[Example("blog", BLOG.id)] * 3, glossary=[spad])

    assert read_words(Index(corpus), "my spad") == ["my", "special", "adviser"]


@pytest.mark.parametrize(("count", "is_whole"), [(LONGEST, True), (LONGEST + 1, False)])
def test_a_text_is_read_whole_up_to_the_longest(count: int, is_whole: bool):
    typed = [f"{number}" for number in range(count)]

    assert (read_words(the_small_index(), " ".join(typed)) == typed) is is_whole


def test_a_longer_text_loses_its_middle():
    typed = [f"{number}" for number in range(10_000)]

    assert read_words(the_small_index(), " ".join(typed)) == typed[: LONGEST // 2] + typed[-LONGEST // 2 :]


def test_facts_are_read_by_the_patterns_of_the_corpus():
    fact = FactDefinition("mood", "How are you?", (FactValue("good", "Good", ("fine",)),))
    corpus = a_corpus([BLOG], examples=[Example("blog", BLOG.id)] * 3, facts=[fact])

    assert Index(corpus).facts.read("I am FINE") == {"mood": "good"}


def test_an_entry_is_indexed_though_all_its_examples_state_the_fact_it_asks_for():
    asked = [Example(f"retweet {n}", MINISTER.id, {"account": "personal"}) for n in range(6)]

    assert Index(a_corpus([MINISTER], examples=asked)).matches("retweet")


def test_reading_a_text_tells_what_was_corrected_and_unified():
    reading = the_small_index().read("retwete on fb")

    assert reading == Reading(("retweet", "on", "facebook"), (("retwete", "retweet"),), (("fb", "facebook"),))


def test_a_match_tells_what_each_signal_added():
    best = the_small_index().matches("can I blog about my work")[0]

    assert sum(best.parts.values()) == pytest.approx(best.score, abs=1e-5)


def test_a_question_without_spaces_is_made_legible(uk_engine: GuidanceEngine):
    assert uk_engine.index.legible("Canipostthisfrommyownaccount?") == "can i post this from my own account?"
