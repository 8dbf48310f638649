"""An edit that changes nothing of what is asked may weaken an answer, but must not turn it into a permission."""

import random
from pathlib import Path

import pytest
import yaml

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
def test_an_edit_hardly_ever_makes_a_permission(uk_engine: GuidanceEngine, edit: str):
    """Of some hundred questions that must not be permitted and are not, at most one may turn by a random edit."""
    rng = random.Random(edit)
    asked = [
        label for label in rng.sample(NOT_PERMITTED, 110) if not verdict_on(uk_engine, label, label.question).permits
    ]
    edited = [(label, verdict_on(uk_engine, label, EDITS[edit](label.question, rng))) for label in asked]

    turned = [label.id for label, verdict in edited if verdict.permits and verdict in label.harmful]

    assert len(asked) >= 90
    assert len(turned) <= 1, turned


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
