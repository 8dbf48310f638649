"""Rows of questions and cases → figures."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.advisors import Rota
from bot.insight import DIFFER_BY, Act, Asked, Handled, Insight, gather
from bot.overrides import DraftUse
from bot.sla import WorkingHours
from bot.suppression import LEAST, Held
from tests.builders import NOON, an_advisor

MONDAY, NEXT_MONDAY = date(2026, 11, 23), date(2026, 11, 30)
MAYA, SAM = "maya-okafor", "sam"
MORNING = NOON - timedelta(hours=3)  # Tuesday, when office hours begin
ROTA = Rota((an_advisor(MAYA), an_advisor(SAM)))


def some(count: int, topic: str = "blogs", week: date = MONDAY, **fields: bool | None) -> Asked:
    return Asked(week, topic, **{"unanswered": False, "escalated": False, "helpful": None, **fields}, count=count)


def a_handled(hours: float | None = 2, advisor_id: str = MAYA, **fields: object) -> Handled:
    """A case opened as office hours began and taken up and answered after some of them."""
    act = None if hours is None else Act(MORNING + timedelta(hours=hours), advisor_id)
    defaults = {"topic": "blogs", "opened_at": MORNING, "taken_up": act, "answered": act}
    return Handled(**{**defaults, "draft_use": DraftUse.NONE, "helped": None, **fields})


def seen(*asked: Asked, people: int = 50, handled: list[Handled] | None = None, rota: Rota = ROTA) -> Insight:
    return gather(asked, people, handled or [], rota)


# questions


def test_questions_are_counted_by_topic_and_week_and_both():
    found = seen(some(7), some(8, week=NEXT_MONDAY), some(9, "tip-1"), some(6, "tip-1", NEXT_MONDAY))

    assert found.questions.asked == 30
    assert {topic: figures.asked for topic, figures in found.topics.items()} == {"blogs": 15, "tip-1": 15}
    assert {week: figures.asked for week, figures in found.weeks.items()} == {MONDAY: 16, NEXT_MONDAY: 14}
    assert found.topic_weeks["tip-1", MONDAY] == 9


def test_shares_are_parts_of_what_was_asked():
    found = seen(some(10), some(5, unanswered=True), some(5, escalated=True))

    assert (found.questions.unanswered, found.questions.unanswered_share) == (5, 0.25)
    assert (found.questions.escalated, found.questions.escalated_share) == (5, 0.25)


def test_a_share_whose_count_is_held_back_is_not_told_either():
    figures = seen(some(10), some(4, unanswered=True)).questions

    assert (figures.unanswered, figures.unanswered_share) == (Held.FEW, None)


def test_answers_are_counted_by_what_people_said_of_them():
    found = seen(some(6, helpful=True), some(7, helpful=False), some(8))

    assert (found.helpful, found.questions.unhelpful) == (6, 7)


@pytest.mark.parametrize(("people", "shown"), [(4, Held.FEW), (5, 5)])
def test_people_are_counted_like_everything_else(people: int, shown: int | Held):
    assert seen(some(30), people=people).people == shown


def test_a_week_without_questions_is_listed_between_others():
    found = seen(some(7), some(8, week=MONDAY + timedelta(weeks=3)))

    assert list(found.weeks) == [MONDAY + timedelta(weeks=number) for number in range(4)]
    assert found.weeks[NEXT_MONDAY].asked is Held.FEW


def test_topics_come_most_asked_first_and_those_held_back_last_by_name():
    found = seen(some(6, "few"), some(30, "many"), some(1, "zebras"), some(4, "aardvarks"))

    assert list(found.topics) == ["many", "few", "aardvarks", "zebras"]


def test_gaps_are_topics_with_unanswered_questions_the_most_first():
    found = seen(some(6, "few", unanswered=True), some(9, "many", unanswered=True), some(2, "rare", unanswered=True))

    assert [topic for topic in found.gaps if topic != "rare"] == found.gaps
    assert found.gaps[:1] == ["many"]


def test_nothing_asked_is_no_topic_and_no_week():
    found = seen(people=0)

    assert (found.topics, found.weeks, found.case_topics, found.differing) == ({}, {}, {}, {})
    assert found.questions.asked is Held.FEW


ROWS = st.builds(
    Asked,
    st.sampled_from([MONDAY, NEXT_MONDAY, NEXT_MONDAY + timedelta(weeks=2)]),
    st.sampled_from(["", "blogs", "tip-1", "leaving"]),
    st.booleans(),
    st.booleans(),
    st.sampled_from([None, True, False]),
    st.integers(1, 9),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(ROWS, max_size=12), st.integers(0, 9))
def test_no_figure_below_five_is_ever_shown(rows: list[Asked], people: int):
    found = seen(*rows, people=people)

    figures = [found.people, found.helpful, *found.topic_weeks.values()]
    for one in (found.questions, *found.topics.values(), *found.weeks.values()):
        figures += [one.asked, one.unanswered, one.escalated, one.unhelpful]
    assert all(isinstance(figure, Held) or figure >= LEAST for figure in figures)


# cases


def test_times_are_hours_of_work_of_whoever_acted():
    over_night = a_handled(26)  # Wednesday 11:00: eight hours of Tuesday and two of Wednesday

    assert seen(handled=[over_night] * 5).cases.answer.median_h == 10


def test_the_hours_are_the_advisors_own():
    round_the_clock = WorkingHours(week=((),) * 7)
    rota = Rota((an_advisor(MAYA, hours=round_the_clock),))

    assert seen(handled=[a_handled()] * 5, rota=rota).cases.answer.median_h == 0
    assert seen(handled=[a_handled(advisor_id="gone")] * 5, rota=rota).cases.answer.median_h == 2


def test_half_of_the_cases_and_nine_in_ten():
    times = seen(handled=[a_handled(hours / 2) for hours in range(1, 11)]).cases.acknowledge

    assert (times.median_h, times.p90_h) == (2.8, 4.5)


@pytest.mark.parametrize(("count", "median_h"), [(4, Held.FEW), (5, 2.0)])
def test_times_of_fewer_than_five_cases_are_held_back(count: int, median_h: float | Held):
    waiting = [a_handled(None)] * 5

    assert seen(handled=[a_handled()] * count + waiting).cases.answer.median_h == median_h


def test_cases_are_counted_and_timed_by_topic():
    found = seen(handled=[a_handled()] * 6 + [a_handled(3, topic="tip-1")] * 5)

    assert {topic: figures.opened for topic, figures in found.case_topics.items()} == {"blogs": 6, "tip-1": 5}
    assert found.case_topics["tip-1"].answer.median_h == 3


def test_drafts_are_counted_by_what_became_of_them():
    uses = [DraftUse.UNCHANGED] * 5 + [DraftUse.EDITED] * 6 + [DraftUse.REPLACED] * 9 + [DraftUse.NONE] * 4

    found = seen(handled=[a_handled(draft_use=use) for use in uses])

    assert found.drafts == {DraftUse.UNCHANGED: 5, DraftUse.EDITED: 6, DraftUse.REPLACED: 9}
    assert (found.cases.drafted, found.cases.overridden, found.cases.overridden_share) == (20, 9, 0.45)


def test_whether_advice_helped_is_counted():
    said = [True] * 5 + [False] * 6 + [None] * 7

    found = seen(handled=[a_handled(helped=one) for one in said])

    assert (found.helped, found.not_helped) == (5, 6)


# where advisors differ


def drafts_of(advisor_id: str, *, replaced: int, of: int) -> list[Handled]:
    uses = [DraftUse.REPLACED] * replaced + [DraftUse.UNCHANGED] * (of - replaced)
    return [a_handled(advisor_id=advisor_id, draft_use=use) for use in uses]


@pytest.mark.parametrize(("replaced", "differ"), [(5, True), (4, False)])
def test_advisors_differ_where_their_shares_of_replaced_drafts_lie_half_apart(replaced: int, differ: bool):
    found = seen(handled=drafts_of(MAYA, replaced=0, of=10) + drafts_of(SAM, replaced=replaced, of=10))

    assert (replaced / 10 >= DIFFER_BY) is differ
    assert found.differing == ({"blogs": ["replacing the prepared draft"]} if differ else {})


@pytest.mark.parametrize(("cases", "differ"), [(5, True), (4, False)])
def test_advisors_with_fewer_than_five_cases_are_not_compared(cases: int, differ: bool):
    found = seen(handled=drafts_of(MAYA, replaced=0, of=10) + drafts_of(SAM, replaced=cases, of=cases))

    assert bool(found.differing) is differ


def test_advisors_of_different_topics_are_not_compared():
    other = [a_handled(advisor_id=SAM, topic="tip-1", draft_use=DraftUse.REPLACED)] * 9

    assert seen(handled=drafts_of(MAYA, replaced=0, of=9) + other).differing == {}


def test_advisors_differ_in_passing_cases_on():
    passed = [a_handled(advisor_id=MAYA, passed_on_by=frozenset({SAM}))] * 5

    assert seen(handled=[*passed, *[a_handled()] * 5]).differing == {"blogs": ["passing cases on"]}
