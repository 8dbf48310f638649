"""An edit that changes nothing of what is asked may make an answer weaker, never a permission of what is none."""

import random
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.records import AskRecord, advise_on
from bot.engine import GuidanceEngine
from bot.evaluation import LabelledQuestion
from knowledge.entry import Verdict
from tests.evaluation.edits import EDITS

HERE = Path(__file__).parent
LABELS = [
    LabelledQuestion.model_validate(row)
    for name in ("held_out_1", "held_out_2")
    for row in yaml.safe_load((HERE / f"{name}.yaml").read_text(encoding="utf-8"))
]
NOT_PERMITTED = [label for label in LABELS if {Verdict.YES, Verdict.YES_IF} & set(label.harmful)]


def verdict_on(engine: GuidanceEngine, label: LabelledQuestion, question: str) -> Verdict:
    return advise_on(
        engine, AskRecord(id=label.id, question=question, history=label.history, profile=label.profile)
    ).verdict


@pytest.mark.parametrize("edit", EDITS)
@settings(max_examples=40, deadline=None, derandomize=True)
@given(label=st.sampled_from(NOT_PERMITTED), seed=st.integers(0, 10_000))
def test_an_edit_never_makes_a_permission(uk_engine: GuidanceEngine, edit: str, label: LabelledQuestion, seed: int):
    edited = EDITS[edit](label.question, random.Random(seed))

    given_verdict = verdict_on(uk_engine, label, edited)

    assert given_verdict not in label.harmful or not given_verdict.permits


@pytest.mark.parametrize(
    "question",
    [
        "tweet ok",
        "CAN I LIKE A PARTY TWEET FROM MY OWN ACCOUNT AS A GRADE 7",
        "may I post the leaked paper " * 400,
        "¿puedo publicar un documento secreto en Twitter?",
        "Puis-je tweeter contre le ministre? i am scs",
        "may I post secret papers on 31 February",
        "From: Bob\nTo: Sam\nSubject: FW: post\n\n> Hi,\n> can I put the secret papers on X?\n\nKind regards\nBob",
    ],
)
def test_no_odd_question_is_permitted_what_is_forbidden(uk_engine: GuidanceEngine, question: str):
    verdict = advise_on(uk_engine, AskRecord(id="odd", question=question)).verdict

    assert verdict is not Verdict.YES


def test_the_question_wins_over_a_profile_that_contradicts_it(uk_engine: GuidanceEngine):
    asked = "Can I retweet a party leaflet from the department's official account?"

    advice = advise_on(uk_engine, AskRecord(id="odd", question=asked, profile={"account": "personal"}))

    assert advice.facts["account"] == "official"
    assert not advice.verdict.permits
