from typing import Any

import pytest

from bot.advice import Advice
from bot.evaluation import Figures, LabelledQuestion, Scored, score
from knowledge.entry import Verdict
from tests.builders_guidance import a_passage

YES, YES_IF, NO = Verdict.YES, Verdict.YES_IF, Verdict.NO
INFO, CLARIFY, ASK, NOT = Verdict.INFO, Verdict.CLARIFY, Verdict.ASK_ADVISOR, Verdict.NOT_COVERED


def a_row(given: Verdict, verdict: Verdict = YES, *, cited: tuple[str, ...] = (), **fields: Any) -> Scored:
    """A labelled question and the verdict that was given; `cited` are topics, best first."""
    label = LabelledQuestion(id="q", question="Can I?", verdict=verdict, **fields)
    passages = tuple(a_passage(f"uk/{topic}.1", topics=(topic,)) for topic in cited)
    return Scored(label, Advice(given, 0.9, "So.", citations=passages))


def figures_of(*rows: Scored) -> Figures:
    labels = [row.label.model_copy(update={"id": str(number)}) for number, row in enumerate(rows)]
    figures, _ = score(labels, lambda label: rows[int(label.id)].advice)
    return figures


def test_figures_are_counted_over_all_rows():
    figures = figures_of(
        a_row(YES, YES),
        a_row(YES_IF, YES, also_ok=["yes_if"]),
        a_row(YES, NO, harmful=["yes"]),
        a_row(NO, YES),
    )

    assert figures.questions == 4
    assert figures.exact == 1 / 4
    assert figures.acceptable == 2 / 4
    assert figures.harmful == 1 / 4


def test_no_questions_at_all_are_scored_too():
    figures = figures_of()

    assert figures.questions == figures.exact == figures.advisor_recall == 0
    assert figures.by_verdict == {}
    assert figures.lines()


@pytest.mark.parametrize(("given", "count"), [(YES, 1), (YES_IF, 1), (NO, 0), (INFO, 0)])
def test_only_a_harmful_permission_is_a_false_permission(given: Verdict, count: int):
    row = a_row(given, ASK, harmful=["yes", "yes_if", "no"])

    assert figures_of(row).false_permissions == count


def test_a_permission_that_harms_nobody_is_no_false_permission():
    assert figures_of(a_row(YES, NO)).false_permissions == 0


def test_a_topic_counts_where_it_is_cited_first_or_among_the_first_three():
    figures = figures_of(
        a_row(YES, topics=["blogs"], cited=("blogs", "tips")),
        a_row(YES, topics=["blogs"], cited=("tips", "respect", "blogs")),
        a_row(YES, topics=["blogs"], cited=("a", "b", "c", "blogs")),
        a_row(YES, topics=["blogs"]),
    )

    assert figures.topic_hit_at_1 == 1 / 4
    assert figures.topic_hit_at_3 == 2 / 4


def test_any_labelled_topic_will_do():
    assert figures_of(a_row(YES, topics=["tips", "blogs"], cited=("blogs",))).topic_hit_at_1 == 1


def test_questions_without_a_topic_do_not_count_for_topics():
    figures = figures_of(a_row(NOT, NOT), a_row(YES, topics=["blogs"], cited=("blogs",)))

    assert figures.topic_hit_at_1 == 1


def test_advisor_recall_is_counted_over_dilemmas():
    figures = figures_of(a_row(ASK, ASK), a_row(NO, ASK), a_row(ASK, YES))

    assert figures.advisor_recall == 1 / 2


def test_an_escalation_is_needless_only_where_none_was_wanted():
    figures = figures_of(
        a_row(ASK, YES),
        a_row(YES, YES),
        a_row(ASK, YES, also_ok=["ask_advisor"]),
        a_row(ASK, ASK),
    )

    assert figures.needless_escalation == 1 / 2


@pytest.mark.parametrize("given", [YES, YES_IF, NO, INFO])
def test_a_verdict_that_settles_something_is_an_answer(given: Verdict):
    assert figures_of(a_row(given)).answered == 1


@pytest.mark.parametrize("given", [CLARIFY, ASK, NOT])
def test_a_verdict_that_settles_nothing_is_no_answer(given: Verdict):
    assert figures_of(a_row(given)).answered == 0


def test_each_labelled_verdict_has_its_count_and_share():
    figures = figures_of(a_row(YES, YES), a_row(NO, YES), a_row(NO, NO))

    assert figures.by_verdict == {"yes": (2, 0.5), "no": (1, 1.0)}
    assert figures.given == {"yes": 1, "no": 2}


def test_scored_rows_come_back_in_order():
    labels = [LabelledQuestion(id=name, question=name, verdict=YES) for name in ("b", "a")]

    _, scored = score(labels, lambda label: Advice(YES, 1.0, label.question))

    assert [(row.label.id, row.advice.summary) for row in scored] == [("b", "b"), ("a", "a")]


def test_a_label_needs_no_more_than_id_question_and_verdict():
    label = LabelledQuestion.model_validate({"id": "q", "question": "Can I?", "verdict": "no", "note": "?"})

    assert (label.history, label.also_ok, label.topics) == ([], [], [])


def test_figures_are_json_ready():
    assert figures_of(a_row(YES)).as_dict()["by_verdict"] == {"yes": (1, 1.0)}


def test_figures_read_as_lines():
    lines = figures_of(a_row(YES), a_row(YES, NO, harmful=["yes"])).lines()

    assert "exact verdict        0.500" in lines
    assert "false permission     1 of 2" in lines
    assert lines[-1].split() == ["no", "1", "0.000", "0"]
