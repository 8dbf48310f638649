"""The election calendar: which period runs on a day, and which days a question names."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from bot.errors import BadCalendar
from knowledge.entry import Facts
from knowledge.tokens import normalise

Kind = Literal["general", "devolved", "local", "by-election", "referendum"]
Nation = Literal["england", "scotland", "wales", "northern-ireland"]
NATIONS: frozenset[str] = frozenset(get_args(Nation))
PERIOD = "period"
PERIOD_ON = "period_on"  # beside a period that the calendar gave: the day it is true of, as YYYY-MM-DD
BINDING: frozenset[Kind] = frozenset({"general", "devolved"})  # the others ask for special care while business goes on

# periods


@dataclass(frozen=True, slots=True)
class ElectionPeriod:
    """The days before one vote, first and last included. No nations means all; `name` as in "before {name}"."""

    name: str
    kind: Kind
    nations: frozenset[str]
    starts: date
    ends: date

    @property
    def is_binding(self) -> bool:
        """Whether it makes a time a pre-election period, rather than one of special care."""
        return self.kind in BINDING

    def runs_on(self, day: date) -> bool:
        return self.starts <= day <= self.ends

    def concerns(self, nation: str) -> bool:
        """Whether people of a nation are bound; one for some nations binds nobody whose nation is unknown ("")."""
        return not self.nations or nation in self.nations


@dataclass(frozen=True, slots=True)
class Calendar:
    """The periods that are known. A day without one is unknown, unless it lies before `complete_until`."""

    periods: tuple[ElectionPeriod, ...] = ()
    complete_until: date | None = None

    def period_on(self, day: date, nation: str = "") -> ElectionPeriod | None:
        """The period that runs on a day, a binding one first; None where none is known."""
        running = [period for period in self.periods if period.runs_on(day) and period.concerns(nation)]
        return min(running, key=lambda period: not period.is_binding, default=None)

    def next_after(self, day: date, nation: str = "", *, within: timedelta) -> ElectionPeriod | None:
        """The first binding period that starts after a day, at most `within` later."""
        ahead = (
            period
            for period in self.periods
            if period.is_binding and period.concerns(nation) and day < period.starts <= day + within
        )
        return min(ahead, key=lambda period: period.starts, default=None)

    def is_normal(self, day: date) -> bool:
        """Whether the day is known to be in no period of any nation."""
        known = self.complete_until is not None and day < self.complete_until
        return known and not any(period.runs_on(day) for period in self.periods)

    def facts_on(self, days: Sequence[date], nation: str = "") -> Facts:
        """The period that days are in, with the day it is true of; empty where it is unknown.

        Of several days one in a period is enough; normal times must be known of all of them.
        """
        for day in days:
            period = self.period_on(day, nation)
            if period and period.is_binding:
                return {PERIOD: "pre-election", PERIOD_ON: day.isoformat()}
        if days and all(map(self.is_normal, days)):
            return {PERIOD: "normal", PERIOD_ON: days[0].isoformat()}
        return {}


def without_calendar(facts: Facts) -> Facts:
    """The facts that somebody told: without a period that the calendar gave."""
    if PERIOD_ON not in facts:
        return facts
    return {fact: value for fact, value in facts.items() if fact not in (PERIOD, PERIOD_ON)}


# the file

_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class _PeriodRow(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: _Text
    kind: Kind
    nations: list[Nation] = []
    starts: date
    ends: date


class _CalendarFile(BaseModel):
    model_config = ConfigDict(extra="forbid")
    periods: list[_PeriodRow]
    complete_until: date | None = None


def read_calendar(data: Any) -> Calendar:
    """A calendar file's content → Calendar.

    Raises:
        BadCalendar: with every fault in it.
    """
    try:
        file = _CalendarFile.model_validate(data)
    except ValidationError as error:
        raise BadCalendar([_in_words(item, data) for item in error.errors()] + _ends_before_start(data)) from error
    if problems := _ends_before_start(data):
        raise BadCalendar(problems)
    rows = (ElectionPeriod(row.name, row.kind, frozenset(row.nations), row.starts, row.ends) for row in file.periods)
    return Calendar(tuple(rows), file.complete_until)


def _ends_before_start(data: Any) -> list[str]:
    """The rows that end before they start, also where other fields or rows are at fault."""
    rows = data.get("periods") if isinstance(data, Mapping) else None
    problems = []
    for number, row in enumerate(rows if isinstance(rows, list) else []):
        try:
            period = _PeriodRow.model_validate({**row, "name": "x", "kind": "general", "nations": []})
        except (TypeError, ValidationError):
            continue
        if period.ends < period.starts:
            problems.append(f"{_row_name(data, number)}: ends on {period.ends}, before it starts on {period.starts}")
    return problems


def _row_name(data: Any, number: int) -> str:
    row = data["periods"][number]
    name = row.get("name") if isinstance(row, Mapping) else None
    return f"period {name or f'number {number + 1}'}"


def _in_words(item: Any, data: Any) -> str:
    """One validation error as 'period the 2024 general election: starts: Input should be a valid date'."""
    loc = list(item["loc"])
    where = ""
    if len(loc) >= 2 and loc[0] == "periods":
        where, loc = _row_name(data, loc[1]), loc[2:]
    return ": ".join([part for part in (where, ".".join(map(str, loc))) if part] + [item["msg"]])


# dates in words. dateparser and parsedatetime read "may", "second", "we" or "march" as dates and take 2 to 20 ms.

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            *("jan january", "feb february", "mar march", "apr april", "may", "jun june", "jul july", "aug august"),
            *("sep sept september", "oct october", "nov november", "dec december"),
        ),
        start=1,
    )
    for name in names.split()
}
_DAYS = {
    name: number
    for number, names in enumerate(
        (
            "mon monday",
            "tue tues tuesday",
            "wed wednesday",
            "thu thur thurs thursday",
            "fri friday",
            "saturday",
            "sunday",
        )
    )
    for name in names.split()
}
_SPELT = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_NUMBERS = {"a": 1, "an": 1, "a couple of": 2, "a few": 3, **{word: n for n, word in enumerate(_SPELT, start=1)}}
_UNITS = {"day": 1, "week": 7, "fortnight": 14}


def _any(names: Mapping[str, int]) -> str:
    return "|".join(sorted(names, key=len, reverse=True))


_MONTH, _NTH = f"(?:{_any(_MONTHS)})", "(?:st|nd|rd|th)"
_FULL_DAY = "(?:mon|tues|wednes|thurs|fri|satur|sun)day"
_LEAD = r"\b(?:on|by|until|till|from|since|before|after|is|for|the|dated) (?:the )?$"
_DATE = re.compile(
    rf"""
      \b(?P<iso>[0-9]{{4}}-[0-9]{{1,2}}-[0-9]{{1,2}})\b
    | (?<![0-9/.])(?P<numeric>[0-9]{{1,2}}(?:/[0-9]{{1,2}}/(?:[0-9]{{2}})?[0-9]{{2}}|\.[0-9]{{1,2}}\.[0-9]{{4}}))
      (?![0-9/])
    | \b(?P<day>[0-9]{{1,2}})(?P<nth>{_NTH})?[ ](?P<of>of[ ])?(?P<month>{_MONTH})\b(?:,?[ ](?P<year>[0-9]{{4}})\b)?
    | \b(?P<month2>{_MONTH})[ ](?:the[ ])?(?P<day2>[0-9]{{1,2}})(?P<nth2>{_NTH})?\b(?:,?[ ](?P<year2>[0-9]{{4}})\b)?
    | \b(?:(?P<when>next|this|coming|last|every|each|black|on|by|until|till|from|before|after)[ ])?
      (?P<weekday>{_FULL_DAY}|tues|thurs?|(?(when)(?:mon|tue|wed|thu|fri)|(?!)))\b
    | \b(?P<near>the[ ]day[ ]after[ ]tomorrow|today|tonight|tomorrow|tmrw|yesterday)\b
    | \bin[ ](?P<count>[0-9]{{1,3}}|{_any(_NUMBERS)})[ ](?P<unit>day|week|fortnight|month)s?\b
    | \b(?P<count2>[0-9]{{1,3}}|{_any(_NUMBERS)})[ ](?P<unit2>day|week|fortnight|month)s?[ ]
      (?P<direction>ago|from[ ](?:now|today))\b
    """,
    re.VERBOSE,
)
_NEAR = {"today": 0, "tonight": 0, "tomorrow": 1, "tmrw": 1, "the day after tomorrow": 2, "yesterday": -1}
# What is told as done lies behind us: "what the minister posted on Friday", but not "is to be posted on Friday".
_DONE = re.compile(
    r"(?<!\bbe )(?<!\bis )(?<!\bare )(?<!\bgets )\b(posted|published|announced|released|tweeted|shared|sent|wrote|said|"
    r"spoke|gave|made|did|(was|were) (on|in|at)|went|came|happened|since|dated)\b[^.?!]{0,25}$"
)
_JUST_PAST = timedelta(days=90)  # a date without a year that has only just gone by is that one, not next year's


@dataclass(frozen=True, slots=True)
class _Named:
    day: date
    is_done: bool


def dates_in(text: str, today: date) -> list[date]:
    """The dates that a text names, in its order, none twice; what can be read two ways gives both.

    Days come before months, as in Britain. A date that does not exist is left out.
    """
    return list(dict.fromkeys(named.day for named in _named(text, today)))


def days_meant(text: str, today: date) -> tuple[date, ...]:
    """The days a question is about: those it names, and today unless they lie further ahead than a week.

    "Friday" may be the last one too, and who acts tomorrow acts under today's rules as well. A day on which something
    was done already, as in "published on 4 May", says nothing about when to act.
    """
    named = tuple(dict.fromkeys(one.day for one in _named(text, today) if not one.is_done))
    ahead = tuple(day for day in named if day >= today)
    if ahead and min(ahead) > today + timedelta(days=7):
        return ahead
    return tuple(dict.fromkeys((*ahead, today, *named)))


def day_named(text: str, today: date) -> date | None:
    """The first day to come, or today, that a text names; None where it names none."""
    return next((one.day for one in _named(text, today) if one.day >= today and not one.is_done), None)


def _named(text: str, today: date) -> Iterator[_Named]:
    said = normalise(text)
    for found in _DATE.finditer(said):
        before = said[max(0, found.start() - 60) : found.start()]
        is_done = bool(_DONE.search(before)) or found["when"] == "last" or found["direction"] == "ago"
        try:
            days = _read(found, before, today, is_done=is_done)
        except (ValueError, OverflowError):  # 31 February; the year 0
            continue
        yield from (_Named(day, is_done) for day in days)


def _read(found: re.Match[str], before: str, today: date, *, is_done: bool) -> list[date]:
    if found["iso"]:
        year, month, day = map(int, found["iso"].split("-"))
        return [date(year, month, day)]
    if found["numeric"]:
        day, month, year = map(int, re.split(r"[/.]", found["numeric"]))
        return [date(year if year > 99 else 2000 + year, month, day)]
    if found["near"]:
        return [today + timedelta(days=_NEAR[found["near"]])]
    if found["weekday"]:
        return _weekday(found["weekday"], found["when"] or "", today, is_done=is_done)
    if name := found["month"] or found["month2"]:
        is_plain = bool(found["nth"] or found["of"] or found["year"] or found["nth2"] or found["year2"])
        ends = found["day"] and re.match(r"\W*$", found.string[found.end() :])
        if name in ("may", "march", "mar") and not (is_plain or ends or re.search(_LEAD, before)):
            return []  # "the other 4 may post"
        day, year_said = int(found["day"] or found["day2"]), found["year"] or found["year2"]
        if year_said:
            return [date(int(year_said), _MONTHS[name], day)]
        return _without_year(day, _MONTHS[name], today, is_done=is_done)
    count = found["count"] or found["count2"]
    amount = _NUMBERS.get(count) or int(count)
    return [_later(today, -amount if found["direction"] == "ago" else amount, found["unit"] or found["unit2"])]


def _weekday(name: str, when: str, today: date, *, is_done: bool) -> list[date]:
    if when in ("every", "each", "black"):
        return []
    ahead = (_DAYS[name] - today.weekday()) % 7
    if is_done:
        return [today - timedelta(days=7 - ahead)]
    coming = today + timedelta(days=ahead or (0 if when == "this" else 7))
    # Said on a Tuesday, "next Thursday" is in two days to some and in nine to others.
    is_this_week = coming - today < timedelta(days=7 - today.weekday())
    return [coming, coming + timedelta(days=7)] if when == "next" and is_this_week else [coming]


def _without_year(day: int, month: int, today: date, *, is_done: bool) -> list[date]:
    years = [date(year, month, day) for year in range(today.year - 1, today.year + 2) if _exists(year, month, day)]
    if is_done:
        return [one for one in years if one <= today][-1:]
    return [one for one in years if one >= today - _JUST_PAST][:1]


def _exists(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def _later(today: date, amount: int, unit: str) -> date:
    if unit != "month":
        return today + timedelta(days=amount * _UNITS[unit])
    years, month = divmod(today.month - 1 + amount, 12)
    first_after = date(today.year + years + (month + 1) // 12, (month + 1) % 12 + 1, 1)
    return min(date(today.year + years, month + 1, 1) + timedelta(days=today.day - 1), first_after - timedelta(days=1))
