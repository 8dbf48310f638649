"""The gate: what the engine reaches on questions it was not made from. Floors, a little below what was measured.

dev.yaml was looked at while building; the held-out sets were written by others and only ever measured on.
"""

from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

from adapters.records import AskRecord, advise_on
from bot.engine import GuidanceEngine
from bot.evaluation import Figures, LabelledQuestion, score

HERE = Path(__file__).parent
SETS = ("dev", "held_out_1", "held_out_2", "held_out_3", "held_out_4")


def figures_on(engine: GuidanceEngine, name: str) -> Figures:
    rows = yaml.safe_load((HERE / f"{name}.yaml").read_text(encoding="utf-8"))
    figures, _ = score(
        [LabelledQuestion.model_validate(row) for row in rows],
        lambda label: advise_on(
            engine, AskRecord(id=label.id, question=label.question, history=label.history, profile=label.profile)
        ),
    )
    return figures


@pytest.fixture(scope="module")
def by_set(uk_engine: GuidanceEngine) -> Mapping[str, Figures]:
    return {name: figures_on(uk_engine, name) for name in SETS}


@pytest.fixture(params=SETS)
def figures(request: pytest.FixtureRequest, by_set: Mapping[str, Figures]) -> Figures:
    return by_set[request.param]


def test_verdicts_are_acceptable(figures: Figures):
    assert figures.acceptable >= 0.81


def test_verdicts_are_not_harmful(by_set: Mapping[str, Figures]):
    """Over all sets: in one of 150 questions, four or none is chance."""
    harmful = sum(figures.harmful * figures.questions for figures in by_set.values())
    assert harmful / sum(figures.questions for figures in by_set.values()) <= 0.015


def test_permissions_are_not_given_falsely(by_set: Mapping[str, Figures]):
    """Over all sets, for the same reason: two in 260."""
    given = sum(figures.false_permissions for figures in by_set.values())
    assert given / sum(figures.questions for figures in by_set.values()) <= 2 / 260


def test_the_passage_is_of_the_right_topic(figures: Figures):
    assert figures.topic_hit_at_1 >= 0.76
    assert figures.topic_hit_at_3 >= 0.90


def test_dilemmas_reach_an_advisor(figures: Figures):
    assert figures.advisor_recall >= 0.75


def test_advisors_are_not_asked_needlessly(figures: Figures):
    assert figures.needless_escalation <= 0.15


def test_no_example_of_the_pack_is_a_question_measured_on(uk_engine: GuidanceEngine):
    examples = {_plain(example.question) for example in uk_engine.corpus.examples}
    for name in SETS:
        rows = yaml.safe_load((HERE / f"{name}.yaml").read_text(encoding="utf-8"))
        assert not [row["id"] for row in rows if _plain(row["question"]) in examples]


def _plain(text: str) -> str:
    return " ".join(text.lower().strip("?!. ").split())
