from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.calendar import Calendar, ElectionPeriod, dates_in, days_meant, read_calendar, without_calendar
from bot.errors import BadCalendar

STARTS, ENDS = date(2024, 5, 25), date(2024, 7, 4)
DAY = timedelta(days=1)
TUESDAY = date(2026, 11, 24)


def a_period(**fields: Any) -> ElectionPeriod:
    defaults = {
        "name": "the vote",
        "kind": "general",
        "nations": frozenset(),
        "starts": STARTS,
        "ends": ENDS,
    }
    return ElectionPeriod(**{**defaults, **fields})


def a_row(**changes: Any) -> dict[str, Any]:
    row = {"name": "the vote", "kind": "general", "starts": "2024-05-25", "ends": "2024-07-04", **changes}
    return {name: value for name, value in row.items() if value is not None}


def faults(*rows: Any, **fields: Any) -> list[str]:
    with pytest.raises(BadCalendar) as caught:
        read_calendar({"periods": list(rows), **fields})
    return caught.value.problems


# periods


@pytest.mark.parametrize(
    ("day", "runs"), [(STARTS - DAY, False), (STARTS, True), (ENDS, True), (ENDS + DAY, False)], ids=str
)
def test_a_period_runs_from_its_first_day_to_its_last(day: date, runs: bool):
    assert bool(Calendar((a_period(),)).period_on(day, "")) is runs


@pytest.mark.parametrize(("nation", "concerned"), [("scotland", True), ("wales", False), ("", False)])
def test_a_period_of_one_nation_concerns_that_nation(nation: str, concerned: bool):
    calendar = Calendar((a_period(nations=frozenset({"scotland"})),))

    assert bool(calendar.period_on(STARTS, nation)) is concerned


def test_of_two_periods_the_binding_one_counts():
    local, general = a_period(kind="local"), a_period()

    assert Calendar((local, general)).period_on(STARTS, "") == general


@pytest.mark.parametrize(("kind", "binds"), [("general", True), ("devolved", True), ("local", False)])
def test_special_care_before_a_local_vote_is_no_pre_election_period(kind: str, binds: bool):
    facts = Calendar((a_period(kind=kind),)).facts_on([STARTS])

    assert facts == ({"period": "pre-election", "period_on": "2024-05-25"} if binds else {})


def test_one_day_of_several_in_a_period_is_enough():
    assert Calendar((a_period(),)).facts_on([STARTS - DAY, STARTS]) == {
        "period": "pre-election",
        "period_on": "2024-05-25",
    }


def test_a_day_without_a_period_is_unknown():
    assert Calendar((a_period(),)).facts_on([ENDS + DAY]) == {}


@pytest.mark.parametrize(("day", "known"), [(date(2025, 12, 31), True), (date(2026, 1, 1), False)], ids=str)
def test_normal_times_are_known_before_the_day_the_calendar_is_complete_until(day: date, known: bool):
    calendar = Calendar((a_period(),), complete_until=date(2026, 1, 1))

    assert calendar.facts_on([day]).get("period") == ("normal" if known else None)


def test_times_are_not_normal_while_another_nation_votes():
    calendar = Calendar((a_period(nations=frozenset({"wales"})),), complete_until=date(2026, 1, 1))

    assert calendar.facts_on([STARTS], "scotland") == {}


@pytest.mark.parametrize(("ahead", "seen"), [(0, False), (1, True), (60, True), (61, False)])
def test_the_next_period_is_seen_so_many_days_ahead(ahead: int, seen: bool):
    found = Calendar((a_period(),)).next_after(STARTS - ahead * DAY, within=timedelta(days=60))

    assert bool(found) is seen


def test_the_nearest_of_the_coming_periods_is_next():
    later, sooner = a_period(starts=STARTS + DAY), a_period()

    assert Calendar((later, sooner)).next_after(STARTS - DAY, within=timedelta(days=60)) == sooner


def test_what_was_told_is_kept_apart_from_what_the_calendar_gave():
    assert without_calendar({"account": "official", "period": "normal"}) == {"account": "official", "period": "normal"}
    assert without_calendar({"account": "official", "period": "normal", "period_on": "2024-05-25"}) == {
        "account": "official"
    }


# the file


def test_a_calendar_is_read():
    calendar = read_calendar({"periods": [a_row(nations=["wales"])], "complete_until": "2026-01-01"})

    assert calendar == Calendar((a_period(nations=frozenset({"wales"})),), date(2026, 1, 1))


@pytest.mark.parametrize(
    ("row", "named"),
    [
        (a_row(ends="2024-05-24"), "period the vote: ends on 2024-05-24, before it starts on 2024-05-25"),
        (a_row(nations=["narnia"]), "period the vote: nations.0"),
        (a_row(kind="papal"), "period the vote: kind"),
        (a_row(starts="2024-02-31"), "period the vote: starts"),
        (a_row(ends=None), "period the vote: ends"),
        (a_row(name=None), "period number 1: name"),
        (a_row(name=" "), "name"),
        (a_row(colour="red"), "period the vote: colour"),
        ("tomorrow", "period number 1"),
    ],
)
def test_a_fault_is_named_with_its_period(row: Any, named: str):
    (fault,) = faults(row)

    assert named in fault


def test_a_period_may_last_one_day():
    assert read_calendar({"periods": [a_row(ends="2024-05-25")]}).periods[0].runs_on(STARTS)


def test_every_fault_is_named_at_once():
    found = faults(
        a_row(name="one", starts="soon"), a_row(name="two", ends="2024-01-01"), a_row(name="three", kind="x"),
        complete_until="never",
    )  # fmt: skip

    assert len(found) == 4


@pytest.mark.parametrize("data", [None, [], "", {"period": []}, {"periods": None}], ids=repr)
def test_what_is_no_calendar_is_refused(data: Any):
    with pytest.raises(BadCalendar):
        read_calendar(data)


# dates in words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("can we post this tomorrow?", ["2026-11-25"]),
        ("is tonight ok", ["2026-11-24"]),
        ("the day after tomorrow", ["2026-11-26"]),
        ("on Friday", ["2026-11-27"]),
        ("by thurs", ["2026-11-26"]),
        ("on Tuesday", ["2026-12-01"]),
        ("this Tuesday", ["2026-11-24"]),
        ("next Thursday", ["2026-11-26", "2026-12-03"]),
        ("next Monday", ["2026-11-30"]),
        ("last Monday", ["2026-11-23"]),
        ("in two weeks", ["2026-12-08"]),
        ("in a fortnight", ["2026-12-08"]),
        ("in 3 months", ["2027-02-24"]),
        ("ten days from now", ["2026-12-04"]),
        ("two weeks ago", ["2026-11-10"]),
        ("4 May", ["2027-05-04"]),
        ("on May 4th", ["2027-05-04"]),
        ("the 4th of May 2027", ["2027-05-04"]),
        ("3 Dec, 2025", ["2025-12-03"]),
        ("04/05/2027", ["2027-05-04"]),
        ("4/5/27", ["2027-05-04"]),
        ("4.5.2027", ["2027-05-04"]),
        ("2027-05-04", ["2027-05-04"]),
        ("ON  FRIDAY!", ["2026-11-27"]),
        ("between 4 June and 6 June", ["2027-06-04", "2027-06-06"]),
        ("on Friday, yes, Friday", ["2026-11-27"]),
        ("what the minister posted on Friday", ["2026-11-20"]),
        ("it is to be posted on Friday", ["2026-11-27"]),
    ],
)
def test_a_date_is_read(text: str, expected: list[str]):
    assert [day.isoformat() for day in dates_in(text, TUESDAY)] == expected


@pytest.mark.parametrize(
    "text",
    [
        "may I post this now",
        "the other 4 may post",
        "may 2 of us post",
        "my second account",
        "the march was fun, we sat in the sun and wed later",
        "every Friday",
        "a black friday deal",
        "two weeks off",
        "section 4.2.12 of the guidance",
        "a G7 with 3 posts and 24/7 cover",
        "31 February",
        "31/02/2027",
        "2027-13-01",
        "0000-01-01",
        "",
    ],
)
def test_ordinary_words_and_dates_that_do_not_exist_are_no_dates(text: str):
    assert dates_in(text, TUESDAY) == []


@pytest.mark.parametrize(
    ("said", "expected"), [("26 August", date(2026, 8, 26)), ("25 August", date(2027, 8, 25))], ids=str
)
def test_a_date_without_a_year_that_has_just_gone_by_is_that_one(said: str, expected: date):
    assert dates_in(said, TUESDAY) == [expected]


def test_a_month_ahead_of_a_long_month_ends_with_the_short_one():
    assert dates_in("in a month", date(2027, 1, 31)) == [date(2027, 2, 28)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("can we post", [TUESDAY]),
        ("can we post on Friday", [date(2026, 11, 27), TUESDAY]),
        ("can we post on 1 December", [date(2026, 12, 1), TUESDAY]),
        ("can we post on 2 December", [date(2026, 12, 2)]),
        ("can we post today", [TUESDAY]),
        ("was 10 June 2024 all right", [TUESDAY, date(2024, 6, 10)]),
        ("the figures were published on 10 June 2024, share them?", [TUESDAY]),
    ],
)
def test_a_question_is_about_the_days_it_names_and_about_today_unless_they_are_far_ahead(
    text: str, expected: list[date]
):
    assert list(days_meant(text, TUESDAY)) == expected


AWKWARD = (
    *("31", "30", "29", "0", "99", "999", "9999", "0000", "february", "feb", "may", "4th", "of", "next", "last"),
    *("friday", "in", "weeks", "months", "ago", "31/02/2027", "0/0/00", "2027-02-29", "9999-12-31", "posted", "on"),
    *("tomorrow", "yesterday", "two", "²", "٣"),
)


@given(st.text() | st.lists(st.sampled_from(AWKWARD)).map(" ".join), st.dates())
def test_any_text_on_any_day_is_read_without_a_fault(text: str, today: date):
    assert all(isinstance(day, date) for day in dates_in(text, today))
    assert days_meant(text, today)
