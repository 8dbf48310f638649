import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.spelling import GLUED, Spelling


def a_spelling(*known: str) -> Spelling:
    """Knows each word as one seen twice."""
    return Spelling([*known, *known])


@pytest.mark.parametrize("word", ["mnister", "miniser", "minitser", "ministerr"])
def test_one_slip_is_mended_in_a_word_of_four_to_seven_letters_or_more(word: str):
    assert a_spelling("minister").correct(word) == "minister"


def test_a_word_of_four_letters_is_mended():
    assert a_spelling("post").correct("psot") == "post"


def test_a_word_of_three_letters_is_left():
    assert a_spelling("post").correct("pst") == "pst"


def test_a_short_word_is_never_what_was_meant():
    assert a_spelling("the").correct("them") == "them"


def test_two_slips_are_left_in_seven_letters():
    assert a_spelling("retweet").correct("retwtee") == "retwtee"  # a swap and a missing letter apart


def test_two_slips_are_mended_in_eight_letters():
    assert a_spelling("election").correct("elecsoin") == "election"


def test_three_slips_are_left_in_eight_letters():
    assert a_spelling("election").correct("elacsoin") == "elacsoin"


def test_a_swap_of_neighbours_is_one_slip():
    assert a_spelling("tweet").correct("twete") == "tweet"


def test_a_known_word_is_left_though_a_commoner_one_is_near():
    spelling = Spelling(["post", "post", "post", "posh"])

    assert spelling.correct("posh") == "posh"


def test_a_word_seen_once_is_known_but_never_suggested():
    assert Spelling(["purdah"]).correct("purdha") == "purdha"


def test_of_two_near_words_the_commoner_one_is_meant():
    spelling = Spelling(["cost"] * 2 + ["post"] * 3)

    assert spelling.correct("xost") == "post"


def test_the_nearer_word_is_meant_though_another_is_commoner():
    spelling = Spelling(["elections"] * 9 + ["election"] * 2)

    assert spelling.correct("electoin") == "election"


@pytest.mark.parametrize("word", ["pos7", "it's", "£", "", "東京"])
def test_what_is_not_a_plain_word_of_letters_is_left(word: str):
    assert a_spelling("post", "this").correct(word) == word


def test_nothing_known_corrects_nothing():
    assert Spelling([]).correct("minister") == "minister"


def test_words_without_spaces_are_taken_apart():
    spelling = Spelling(["can", "i", "post", "this", "on", "my", "own", "account", "can", "i", "post"])

    assert spelling.pieces("canipostthisonmyownaccount") == ["can", "i", "post", "this", "on", "my", "own", "account"]


@pytest.mark.parametrize("length", [GLUED - 1, GLUED])
def test_only_long_unknown_words_are_taken_apart(length: int):
    spelling = Spelling(["abc"])

    assert (len(spelling.pieces(("abc" * length)[:length])) > 1) is (length >= GLUED)


def test_what_comes_apart_into_single_letters_only_is_left():
    assert Spelling(["a"]).pieces("a" * 30) == ["a" * 30]


def test_a_long_word_that_is_known_stays_one():
    known = "antidisestablishmentarianism"

    assert Spelling([known, "anti", "dis"]).pieces(known) == [known]


@given(st.text(alphabet="abc", min_size=1, max_size=300))
def test_the_pieces_of_a_word_make_it_again(word: str):
    assert "".join(Spelling(["ab", "cab", "abc"]).pieces(word)) == word
