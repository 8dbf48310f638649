import pytest

from knowledge.metrics import Bin, accuracy_at_coverage, ece, hit_at, reliability, share


@pytest.mark.parametrize(("hits", "expected"), [([True, False, False, True], 0.5), ([True], 1), ([False], 0), ([], 0)])
def test_share_is_the_part_that_is_true(hits: list[bool], expected: float):
    assert share(hits) == expected


@pytest.mark.parametrize(("k", "expected"), [(1, False), (2, True), (9, True), (0, False)])
def test_a_hit_counts_within_the_first_k_only(k: int, expected: bool):
    assert hit_at([["blogs"], ["tips", "respect"]], ["respect"], k) is expected


@pytest.mark.parametrize(("ranked", "wanted"), [([], ["blogs"]), ([["blogs"]], []), ([[]], ["blogs"])])
def test_nothing_found_or_wanted_is_no_hit(ranked: list[list[str]], wanted: list[str]):
    assert hit_at(ranked, wanted, 1) is False


def test_answers_of_like_confidence_share_a_bin():
    assert reliability([0.62, 0.68, 0.91], [True, False, True]) == [
        Bin(2, pytest.approx(0.65), 0.5),
        Bin(1, pytest.approx(0.91), 1.0),
    ]


@pytest.mark.parametrize(("sure", "bins"), [((0.69, 0.7), 2), ((0.7, 0.79), 1), ((0.95, 1.0), 1), ((0.0, 0.05), 1)])
def test_an_edge_belongs_to_the_bin_above_and_the_top_to_the_last(sure: tuple[float, float], bins: int):
    assert len(reliability(sure, [True, True])) == bins


@pytest.mark.parametrize(
    ("confidences", "right", "expected"),
    [
        ([1.0, 1.0], [True, True], 0.0),
        ([1.0, 1.0], [False, False], 1.0),
        ([0.75, 0.75, 0.75, 0.75], [True, True, True, False], 0.0),
        ([0.9, 0.9, 0.5, 0.5], [True, True, False, False], 0.3),
        ([], [], 0.0),
    ],
)
def test_calibration_error_is_the_mean_gap_between_sure_and_right(
    confidences: list[float], right: list[bool], expected: float
):
    assert ece(confidences, right) == pytest.approx(expected)


@pytest.mark.parametrize(("coverage", "expected"), [(0.25, 1.0), (0.5, 1.0), (0.51, 2 / 3), (0.75, 2 / 3), (1.0, 0.5)])
def test_accuracy_counts_the_surest_answers_only(coverage: float, expected: float):
    assert accuracy_at_coverage([0.2, 0.9, 0.8, 0.5], [False, True, True, False], coverage) == expected


def test_answers_as_sure_as_the_last_one_count_too():
    assert accuracy_at_coverage([0.5, 0.5, 0.5], [True, False, False], 0.1) == pytest.approx(1 / 3)


def test_accuracy_over_no_answers_is_nothing():
    assert accuracy_at_coverage([], [], 0.5) == 0


@pytest.mark.parametrize("coverage", [0, -0.1, 1.1])
def test_a_coverage_is_a_share(coverage: float):
    with pytest.raises(ValueError, match="coverage"):
        accuracy_at_coverage([0.5], [True], coverage)
