from typing import TypeVar

import numpy as np
import pytest

from knowledge.ranker import MEANING, WORDS, WORDS_ALONE, Meant, Signals, parts, rank

Kind = TypeVar("Kind", Signals, Meant)
SIGNALS = ["by_words", "by_example", "by_topic", "by_verdict"]
MEANT = ["by_example", "by_centre", "by_topic", "by_verdict"]


def some(kind: type[Kind], names: list[str], **scores: list[float]) -> Kind:
    """Scores of two entries; those not given say nothing."""
    given = {name: scores.get(name, [0.0, 0.0]) for name in names}
    return kind(**{name: np.array(values, dtype=np.float32) for name, values in given.items()})


def some_signals(**scores: list[float]) -> Signals:
    return some(Signals, SIGNALS, **scores)


def some_meant(**scores: list[float]) -> Meant:
    return some(Meant, MEANT, **scores)


@pytest.mark.parametrize(("name", "weight"), [*zip(SIGNALS, WORDS_ALONE, strict=True)])
def test_without_meaning_each_signal_of_words_counts_by_its_weight(name: str, weight: float):
    assert rank(some_signals(**{name: [0.5, 0.0]})).tolist() == pytest.approx([0.5 * weight, 0.0])


@pytest.mark.parametrize(("name", "weight"), [*zip(SIGNALS, WORDS, strict=True)])
def test_beside_meaning_each_signal_of_words_counts_by_another(name: str, weight: float):
    assert rank(some_signals(**{name: [0.5, 0.0]}), some_meant()).tolist() == pytest.approx([0.5 * weight, 0.0])


@pytest.mark.parametrize(("name", "weight"), [*zip(MEANT, MEANING, strict=True)])
def test_each_signal_of_meaning_counts_by_its_weight(name: str, weight: float):
    assert rank(some_signals(), some_meant(**{name: [0.5, 0.0]})).tolist() == pytest.approx([0.5 * weight, 0.0])


@pytest.mark.parametrize("weights", [WORDS_ALONE, WORDS, MEANING])
def test_every_signal_speaks_for_an_entry(weights: tuple[float, ...]):
    assert min(weights) > 0


def test_signals_add_up():
    scores = rank(some_signals(by_words=[1.0, 0.0], by_example=[0.5, 0.0]))

    assert scores.tolist() == pytest.approx([WORDS_ALONE[0] + 0.5 * WORDS_ALONE[1], 0.0])


def test_the_parts_of_a_score_are_named_after_their_signals():
    assert list(parts(some_signals(), some_meant())) == [*SIGNALS, *(f"meant_{name}" for name in MEANT)]


def test_the_parts_make_the_score():
    signals, meant = some_signals(by_words=[0.3, 0.7]), some_meant(by_topic=[0.2, 0.9])

    assert sum(parts(signals, meant).values()).tolist() == rank(signals, meant).tolist()
