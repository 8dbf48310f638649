import numpy as np
import pytest

from knowledge.ranker import TOPIC_WEIGHT, VERDICT_WEIGHT, Signals, rank

SIGNALS = ["by_words", "by_example", "by_topic", "by_verdict"]


def some_signals(**scores: list[float]) -> Signals:
    """Signals over two entries; those not given say nothing."""
    given = {name: scores.get(name, [0.0, 0.0]) for name in SIGNALS}
    return Signals(**{name: np.array(values, dtype=np.float32) for name, values in given.items()})


@pytest.mark.parametrize("signal", SIGNALS)
def test_each_signal_lifts_the_entry_it_speaks_for(signal: str):
    first, second = rank(some_signals(**{signal: [0.2, 0.8]}))

    assert second > first


@pytest.mark.parametrize(
    ("signal", "weight"),
    [("by_words", 1), ("by_example", 1), ("by_topic", TOPIC_WEIGHT), ("by_verdict", VERDICT_WEIGHT)],
)
def test_each_signal_counts_by_its_weight(signal: str, weight: float):
    assert rank(some_signals(**{signal: [0.5, 0.0]})).tolist() == [0.5 * weight, 0.0]


def test_signals_add_up():
    scores = rank(some_signals(by_words=[1.0, 0.0], by_example=[0.5, 0.0]))

    assert scores.tolist() == [1.5, 0.0]
