from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.sla import WorkingHours, add_working_time

LONDON = ZoneInfo("Europe/London")
OFFICE = WorkingHours()


def at(text: str, zone: ZoneInfo = LONDON) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def hours(number: float) -> timedelta:
    return timedelta(hours=number)


@pytest.mark.parametrize(
    ("since", "amount", "due"),
    [
        ("2026-11-24T10:00", 4, "2026-11-24T14:00"),
        ("2026-11-24T15:00", 4, "2026-11-25T11:00"),
        ("2026-11-24T09:00", 8, "2026-11-24T17:00"),
        ("2026-11-24T09:00", 16, "2026-11-25T17:00"),
        ("2026-11-24T06:30", 1, "2026-11-24T10:00"),
        ("2026-11-24T22:00", 1, "2026-11-25T10:00"),
        ("2026-11-24T17:00", 1, "2026-11-25T10:00"),
        ("2026-11-27T16:00", 4, "2026-11-30T12:00"),
        ("2026-11-28T12:00", 4, "2026-11-30T13:00"),
        ("2026-11-29T23:59", 4, "2026-11-30T13:00"),
        ("2026-11-24T10:00", 0, "2026-11-24T10:00"),
        ("2026-11-28T12:00", 0, "2026-11-30T09:00"),
        ("2026-11-24T17:00", 0, "2026-11-25T09:00"),
        ("2026-11-24T10:00", 40, "2026-12-01T10:00"),
    ],
    ids=[
        "within a day",
        "into the next day",
        "to the very end of a day",
        "two whole days",
        "before work begins",
        "after work has ended",
        "at the moment work ends",
        "a Friday afternoon",
        "a Saturday",
        "a Sunday night",
        "nothing to wait for",
        "nothing to wait for, on a weekend",
        "nothing to wait for, at the moment work ends",
        "a whole week",
    ],
)
def test_a_case_is_due_after_working_time(since: str, amount: int, due: str):
    assert add_working_time(at(since), hours(amount), OFFICE) == at(due)


def test_a_day_off_is_skipped():
    christmas = WorkingHours(closed=frozenset({date(2026, 12, 25), date(2026, 12, 28)}))

    assert add_working_time(at("2026-12-24T16:00"), hours(2), christmas) == at("2026-12-29T10:00")


def test_other_days_and_hours_may_be_worked():
    weekend = WorkingHours(days=frozenset({5, 6}), start=time(20), end=time(22))

    assert add_working_time(at("2026-11-24T12:00"), hours(3), weekend) == at("2026-11-29T21:00")


@pytest.mark.parametrize(
    ("since", "due"),
    [("2026-03-27T16:00", "2026-03-30T10:00"), ("2026-10-23T16:00", "2026-10-26T10:00")],
    ids=["clocks go forward", "clocks go back"],
)
def test_hours_of_work_follow_the_clock_over_a_change(since: str, due: str):
    assert add_working_time(at(since), hours(2), OFFICE) == at(due)


@pytest.mark.parametrize(
    ("day", "due"),
    [("2026-03-29", "2026-03-29T05:00"), ("2026-10-25", "2026-10-25T03:00")],
    ids=["clocks go forward", "clocks go back"],
)
def test_a_change_amid_working_hours_counts_the_time_that_really_passed(day: str, due: str):
    nights = WorkingHours(days=frozenset(range(7)), start=time(0), end=time(8))

    assert add_working_time(at(f"{day}T00:00"), hours(4), nights) == at(due)


def test_the_answer_comes_in_the_zone_of_the_question():
    due = add_working_time(datetime(2026, 7, 1, 8, tzinfo=UTC), hours(1), OFFICE)

    assert due == datetime(2026, 7, 1, 9, tzinfo=UTC)
    assert due.tzinfo is UTC


def test_working_hours_are_those_of_the_advisors_zone():
    tokyo = datetime(2026, 11, 24, 12, tzinfo=ZoneInfo("Asia/Tokyo"))  # 03:00 in London

    assert add_working_time(tokyo, hours(1), OFFICE) == at("2026-11-24T10:00")


def test_a_naive_time_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        add_working_time(datetime(2026, 11, 24, 12), hours(1), OFFICE)  # noqa: DTZ001


def test_a_negative_amount_is_refused():
    with pytest.raises(ValueError, match="negative"):
        add_working_time(at("2026-11-24T12:00"), timedelta(microseconds=-1), OFFICE)


def test_a_calendar_without_working_days_is_refused():
    with pytest.raises(ValueError, match="no working day"):
        add_working_time(at("2026-11-24T12:00"), hours(1), WorkingHours(days=frozenset()))


moments = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
amounts = st.timedeltas(timedelta(0), timedelta(hours=60))


@given(moments, moments, amounts)
def test_who_asks_earlier_is_not_answered_later(one: datetime, other: datetime, amount: timedelta):
    first, second = sorted((one, other))

    assert add_working_time(first, amount, OFFICE) <= add_working_time(second, amount, OFFICE)


@given(moments, amounts, amounts)
def test_more_time_is_never_due_earlier(since: datetime, one: timedelta, other: timedelta):
    less, more = sorted((one, other))

    assert add_working_time(since, less, OFFICE) <= add_working_time(since, more, OFFICE)


@given(moments, amounts)
def test_nothing_is_due_outside_working_time(since: datetime, amount: timedelta):
    due = add_working_time(since, amount, OFFICE).astimezone(LONDON)

    assert due.weekday() < 5
    assert time(9) <= due.time() <= time(17)


@given(moments, amounts)
def test_nothing_is_due_before_its_amount_has_passed(since: datetime, amount: timedelta):
    assert add_working_time(since, amount, OFFICE) - since >= amount


@given(moments, amounts, amounts)
def test_two_waits_in_turn_are_one_long_wait(since: datetime, one: timedelta, other: timedelta):
    assume(other > timedelta(0))
    in_turn = add_working_time(add_working_time(since, one, OFFICE), other, OFFICE)

    assert in_turn == add_working_time(since, one + other, OFFICE)
