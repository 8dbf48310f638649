import pytest

from knowledge.metrics import hit_at, share


@pytest.mark.parametrize(("hits", "expected"), [([True, False, False, True], 0.5), ([True], 1), ([False], 0), ([], 0)])
def test_share_is_the_part_that_is_true(hits: list[bool], expected: float):
    assert share(hits) == expected


@pytest.mark.parametrize(("k", "expected"), [(1, False), (2, True), (9, True), (0, False)])
def test_a_hit_counts_within_the_first_k_only(k: int, expected: bool):
    assert hit_at([["blogs"], ["tips", "respect"]], ["respect"], k) is expected


@pytest.mark.parametrize(("ranked", "wanted"), [([], ["blogs"]), ([["blogs"]], []), ([[]], ["blogs"])])
def test_nothing_found_or_wanted_is_no_hit(ranked: list[list[str]], wanted: list[str]):
    assert hit_at(ranked, wanted, 1) is False
