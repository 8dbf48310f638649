from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import holidays
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.typing import NDArray

from bot.sla import (
    NATIONS,
    WorkingHours,
    add_working_days,
    add_working_time,
    end_of_work_before,
    working_time_between,
)

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
    evening = ((time(20), time(22)),)
    weekend = WorkingHours(week=((),) * 5 + (evening,) * 2)

    assert add_working_time(at("2026-11-24T12:00"), hours(3), weekend) == at("2026-11-29T21:00")


def test_a_day_may_have_several_spans():
    split = WorkingHours(week=(((time(8), time(11)), (time(15), time(18))),) * 7, nation="")

    assert add_working_time(at("2026-11-24T10:00"), hours(2), split) == at("2026-11-24T16:00")
    assert split.next_in(at("2026-11-24T12:00")) == at("2026-11-24T15:00")


@pytest.mark.parametrize(
    ("nation", "day", "works"),
    [
        ("england", "2026-11-30", True),
        ("scotland", "2026-11-30", False),  # St Andrew's Day
        ("northern-ireland", "2026-03-17", False),  # St Patrick's Day
        ("wales", "2026-03-17", True),
        ("england", "2026-08-31", False),  # the summer bank holiday
        ("scotland", "2026-08-31", True),
        ("england", "2026-12-28", False),  # in place of Boxing Day, a Saturday
        ("au-vic", "2026-11-03", False),  # Melbourne Cup
        ("au-nsw", "2026-11-03", True),
        ("", "2026-12-25", True),
    ],
)
def test_bank_holidays_are_those_of_the_nation(nation: str, day: str, works: bool):
    assert WorkingHours(nation=nation).works_on(date.fromisoformat(day)) is works


@pytest.mark.parametrize(
    ("since", "next_in"),
    [
        ("2026-11-24T08:59", "2026-11-24T09:00"),
        ("2026-11-24T09:00", "2026-11-24T09:00"),
        ("2026-11-24T16:59", "2026-11-24T16:59"),
        ("2026-11-24T17:00", "2026-11-25T09:00"),
    ],
)
def test_somebody_is_next_in_when_work_goes_on(since: str, next_in: str):
    assert WorkingHours().next_in(at(since)) == at(next_in)


def test_who_never_works_is_never_in():
    assert WorkingHours(week=((),) * 7).next_in(at("2026-11-24T12:00")) is None


@pytest.mark.parametrize(
    ("since", "until", "passed"),
    [
        ("2026-11-24T16:00", "2026-11-25T10:00", 2),
        ("2026-11-24T10:00", "2026-11-24T12:00", 2),
        ("2026-11-27T17:00", "2026-11-30T09:00", 0),
        ("2026-11-24T12:00", "2026-11-24T10:00", 0),
    ],
)
def test_working_time_between_two_moments(since: str, until: str, passed: int):
    assert working_time_between(at(since), at(until), WorkingHours()) == hours(passed)


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
    nights = WorkingHours(week=(((time(0), time(8)),),) * 7)

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
        add_working_time(at("2026-11-24T12:00"), hours(1), WorkingHours(week=((),) * 7))


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


@given(moments, amounts)
def test_what_was_added_lies_between(since: datetime, amount: timedelta):
    assert working_time_between(since, add_working_time(since, amount, OFFICE), OFFICE) == amount


# an oracle that knows nothing of spans: every minute of five years, worked or not

ORACLE_FROM, ORACLE_DAYS = datetime(2024, 1, 1, tzinfo=UTC), 5 * 366
SPLIT = ((time(7, 30), time(12)), (time(13, 15), time(16, 45)))


@cache
def worked_minutes(hours_of: WorkingHours) -> NDArray[np.int64]:
    """For each minute since ORACLE_FROM, how many minutes before it were worked."""
    free = set(hours_of.closed)
    if hours_of.nation:
        country, part = NATIONS[hours_of.nation]
        free |= set(holidays.country_holidays(country, subdiv=part, years=range(2024, 2030)))
    worked = np.zeros(ORACLE_DAYS * 24 * 60 + 1, dtype=np.int64)
    for hour in range(ORACLE_DAYS * 24):
        local = (ORACLE_FROM + timedelta(hours=hour)).astimezone(hours_of.zone)  # clocks change at whole hours
        for minute in range(60):
            clock = time(local.hour, minute)
            day = hours_of.week[local.weekday()]
            if local.date() not in free and any(start <= clock < stop for start, stop in day):
                worked[hour * 60 + minute + 1] = 1
    return worked.cumsum()


@pytest.mark.parametrize(
    "hours_of",
    [
        WorkingHours(),
        WorkingHours(nation="scotland", week=(SPLIT,) * 3 + ((),) + (SPLIT,) + ((),) * 2),
        WorkingHours(nation="", week=(((time(0), time(6)),),) * 7),
        WorkingHours(zone=ZoneInfo("Australia/Sydney"), nation="au-nsw"),
    ],
    ids=["office", "split days in Scotland", "nights over every change of clocks", "Sydney"],
)
@given(minute=st.integers(0, (ORACLE_DAYS - 60) * 24 * 60), amount=st.integers(1, 60 * 60))
def test_it_agrees_with_counting_every_minute(hours_of: WorkingHours, minute: int, amount: int):
    worked = worked_minutes(hours_of)
    since = ORACLE_FROM + timedelta(minutes=minute)

    due = add_working_time(since, timedelta(minutes=amount), hours_of)

    counted = int(np.searchsorted(worked, worked[minute] + amount))
    assert due == ORACLE_FROM + timedelta(minutes=counted)


@pytest.mark.parametrize(
    ("since", "days", "then"),
    [
        ("2026-11-24T10:00", 2, "2026-11-26T10:00"),
        ("2026-11-24T10:00", 5, "2026-12-01T10:00"),
        ("2026-11-28T12:00", 1, "2026-11-30T12:00"),
        ("2026-11-24T20:00", 1, "2026-11-26T09:00"),
        ("2026-11-24T06:00", 1, "2026-11-25T09:00"),
        ("2026-12-24T10:00", 1, "2026-12-29T10:00"),
        ("2026-11-24T10:00", 0, "2026-11-24T10:00"),
    ],
    ids=["two days", "over a weekend", "from a weekend", "after work", "before work", "over bank holidays", "none"],
)
def test_working_days_keep_the_time_of_day_where_it_is_working_time(since: str, days: int, then: str):
    assert add_working_days(at(since), days, OFFICE) == at(then)


def test_working_days_are_those_of_whoever_works():
    mondays = WorkingHours(week=(((time(9), time(17)),), (), (), (), (), (), ()))

    assert add_working_days(at("2026-11-24T10:00"), 2, mondays) == at("2026-12-07T10:00")


def test_hours_without_a_working_day_have_no_working_days_ahead():
    with pytest.raises(ValueError, match="no working day"):
        add_working_days(at("2026-11-24T10:00"), 1, WorkingHours(week=((),) * 7))


@pytest.mark.parametrize(
    ("until", "last"),
    [
        ("2026-11-24T15:00", "2026-11-24T15:00"),
        ("2026-11-24T17:00", "2026-11-24T17:00"),
        ("2026-11-24T20:00", "2026-11-24T17:00"),
        ("2026-11-25T08:00", "2026-11-24T17:00"),
        ("2026-11-25T09:00", "2026-11-24T17:00"),
        ("2026-11-25T09:01", "2026-11-25T09:01"),
    ],
)
def test_the_end_of_work_before_a_moment_is_working_time(until: str, last: str):
    assert end_of_work_before(at("2026-11-24T12:00"), at(until), OFFICE) == at(last)


def test_between_evening_and_morning_there_is_no_end_of_work():
    assert end_of_work_before(at("2026-11-24T17:00"), at("2026-11-25T09:00"), OFFICE) is None
