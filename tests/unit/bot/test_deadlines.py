from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.case import Move, State, make_move
from bot.deadlines import Deadlines, Step, Timer, deadlines, timers, wanted_by, weightiest_first
from bot.sla import WorkingHours
from tests.builders import NOON, a_case

LONDON = ZoneInfo("Europe/London")
OFFICE = WorkingHours()


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LONDON)


def test_a_case_is_acknowledged_within_four_and_answered_within_sixteen_working_hours():
    due = deadlines(at("2026-11-24T12:00"), OFFICE)

    assert due == Deadlines(at("2026-11-24T16:00"), at("2026-11-26T12:00"))


def test_the_askers_earlier_deadline_counts():
    due = deadlines(at("2026-11-24T12:00"), OFFICE, at("2026-11-24T15:00"))

    assert due == Deadlines(at("2026-11-24T13:30"), at("2026-11-24T15:00"))


@pytest.mark.parametrize("wanted", ["2026-11-24T11:00", "2026-11-30T12:00"])
def test_a_deadline_that_has_passed_or_lies_later_changes_nothing(wanted: str):
    now = at("2026-11-24T12:00")

    assert deadlines(now, OFFICE, at(wanted)) == deadlines(now, OFFICE)


@pytest.mark.parametrize(
    ("now", "wanted", "due"),
    [
        ("2026-11-24T12:00", "2026-11-24T20:00", Deadlines(at("2026-11-24T14:30"), at("2026-11-24T17:00"))),
        ("2026-11-24T18:00", "2026-11-25T10:00", Deadlines(at("2026-11-25T09:30"), at("2026-11-25T10:00"))),
    ],
    ids=["wanted after work", "asked after work"],
)
def test_what_is_promised_lies_in_working_hours(now: str, wanted: str, due: Deadlines):
    assert deadlines(at(now), OFFICE, at(wanted)) == due


def test_a_deadline_before_which_nobody_works_changes_nothing():
    now = at("2026-11-24T18:00")

    assert deadlines(now, OFFICE, at("2026-11-24T21:00")) == deadlines(now, OFFICE)


def test_an_open_case_is_reminded_of_at_half_time_and_when_due_and_handed_over_an_hour_later():
    now = at("2026-11-24T12:00")
    due = deadlines(now, OFFICE)
    case = a_case(acknowledge_by=due.acknowledge_by, answer_by=due.answer_by)

    assert [(one.step, one.due_at) for one in timers(case, now, OFFICE)] == [
        (Step.ACKNOWLEDGE_HALF, at("2026-11-24T14:00")),
        (Step.ACKNOWLEDGE_DUE, at("2026-11-24T16:00")),
        (Step.ACKNOWLEDGE_LATE, at("2026-11-24T17:00")),
        (Step.ANSWER_HALF, at("2026-11-25T12:00")),
        (Step.ANSWER_DUE, at("2026-11-26T12:00")),
        (Step.ANSWER_LATE, at("2026-11-26T13:00")),
    ]


def test_who_has_claimed_a_case_need_not_acknowledge_it():
    case = a_case(state=State.CLAIMED)

    assert not any(one.step.awaits_claim for one in timers(case, NOON, OFFICE))


@pytest.mark.parametrize(
    ("state", "step", "concerns"),
    [
        (State.OPEN, Step.ACKNOWLEDGE_DUE, True),
        (State.REOPENED, Step.ACKNOWLEDGE_DUE, True),
        (State.CLAIMED, Step.ACKNOWLEDGE_DUE, False),
        (State.CLAIMED, Step.ANSWER_DUE, True),
        (State.WAITING_FOR_ASKER, Step.ANSWER_DUE, False),
        (State.ANSWERED, Step.ANSWER_DUE, False),
        (State.WITHDRAWN, Step.ANSWER_LATE, False),
        (State.WAITING_FOR_ASKER, Step.ASKER_LAPSES, True),
        (State.CLAIMED, Step.ASKER_LAPSES, False),
        (State.CLOSED, Step.ASKER_REMINDED, False),
    ],
)
def test_a_timer_has_something_to_do_while_what_it_waits_for_has_not_happened(state: State, step: Step, concerns: bool):
    assert Timer("SM-2026-0001", step, 1, NOON).concerns(a_case(state=state)) is concerns


def test_a_timer_of_an_earlier_holder_is_void():
    passed_on, _ = make_move(a_case(), Move.PASS_ON, actor="maya-okafor", at=NOON, advisor_id="ben")

    assert not Timer("SM-2026-0001", Step.ACKNOWLEDGE_DUE, 1, NOON).concerns(passed_on)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("I speak at 17:00, may I tweet it?", "2026-11-24T17:00"),
        ("needed by 5pm please", "2026-11-24T17:00"),
        ("by 2.30 pm", "2026-11-24T14:30"),
        ("can we post before noon?", None),  # it is noon
        ("it goes live at 12:01", "2026-11-24T12:01"),
        ("by close of play", "2026-11-24T17:00"),
        ("for eod", "2026-11-24T17:00"),
        ("by 12am", None),
        ("at 10:00 it was live", None),  # past
        ("at 17 of our sites", None),
        ("by 25:00", None),
        ("at 13pm", None),
        ("the event was at 19:00 yesterday, may I tweet?", None),
        ("at 15:00 last Monday he rang", None),
        ("may I tweet?", None),
    ],
)
def test_the_askers_own_deadline_is_read(text: str, wanted: str | None):
    now = at("2026-11-24T12:00")

    assert wanted_by(text, now, LONDON) == (at(wanted) if wanted else None)


def test_a_time_belongs_to_the_day_that_is_told():
    now = at("2026-11-24T12:00")

    assert wanted_by("tomorrow at 9:30", now, LONDON, now.date() + timedelta(days=1)) == at("2026-11-25T09:30")


def test_of_timers_due_together_a_hand_over_comes_first_and_then_the_latest():
    steps = [step for step in Step if not step.awaits_asker]
    due = [Timer("SM-2026-0001", step, 1, NOON + timedelta(hours=hour)) for hour, step in enumerate(steps)]
    of_the_next_round = Timer("SM-2026-0001", Step.ACKNOWLEDGE_HALF, 2, NOON)

    ordered = weightiest_first([of_the_next_round, *due])

    assert [(timer.round, timer.step) for timer in ordered] == [
        (2, Step.ACKNOWLEDGE_HALF),
        (1, Step.ANSWER_LATE),
        (1, Step.ACKNOWLEDGE_LATE),
        (1, Step.ANSWER_DUE),
        (1, Step.ANSWER_HALF),
        (1, Step.ACKNOWLEDGE_DUE),
        (1, Step.ACKNOWLEDGE_HALF),
    ]
