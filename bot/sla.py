"""Working-time arithmetic: when somebody works, and when a case is due, reminded of and handed over."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import holidays

ACKNOWLEDGE_WITHIN = timedelta(hours=4)
ANSWER_WITHIN = timedelta(hours=16)
_SEARCHED_DAYS = 3660  # ten years: a calendar without a working day in them is a mistake

Spans = tuple[tuple[time, time], ...]
OFFICE: Spans = ((time(9), time(17)),)
MONDAY_TO_FRIDAY: tuple[Spans, ...] = (OFFICE,) * 5 + ((),) * 2

# Whose bank holidays count: the name used in rota files → country and subdivision of the holidays library.
NATIONS: Mapping[str, tuple[str, str]] = {
    "england": ("GB", "ENG"),
    "wales": ("GB", "WLS"),
    "scotland": ("GB", "SCT"),
    "northern-ireland": ("GB", "NIR"),
    **{f"au-{state}": ("AU", state.upper()) for state in ("act", "nsw", "nt", "qld", "sa", "tas", "vic", "wa")},
}


def is_zone(name: str) -> bool:
    """Whether there is a time zone of that name, such as Europe/London."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # a folder of zones, such as Europe, is none
        return False
    return True


@cache
def _bank_holidays(nation: str) -> holidays.HolidayBase:
    country, part = NATIONS[nation]
    return holidays.country_holidays(country, subdiv=part)


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """When somebody works.

    `week` holds, Monday first, the spans of each weekday in the zone's own clock time, in order and apart; a day may
    have several or none. Bank holidays of `nation` (a key of NATIONS, "" for none) and the days in `closed` are free.
    """

    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Europe/London"))
    week: tuple[Spans, ...] = MONDAY_TO_FRIDAY
    nation: str = "england"
    closed: frozenset[date] = frozenset()

    def works_on(self, day: date) -> bool:
        holiday = bool(self.nation) and day in _bank_holidays(self.nation)
        return bool(self.week[day.weekday()]) and day not in self.closed and not holiday

    def spans(self, since: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Working spans from a moment on, in UTC and in order; the first may be cut short.

        Made from clock times, so a change of the clocks inside a span lengthens or shortens it.
        """
        first = since.astimezone(self.zone).date()
        for offset in range(_SEARCHED_DAYS):
            day = first + timedelta(days=offset)
            for start, stop in self.week[day.weekday()] if self.works_on(day) else ():
                begin = datetime.combine(day, start, self.zone).astimezone(UTC)
                end = datetime.combine(day, stop, self.zone).astimezone(UTC)
                if end > since:
                    yield max(begin, since.astimezone(UTC)), end

    def next_in(self, since: datetime) -> datetime | None:
        """When work goes on: `since` itself where it is working time; None when it never does."""
        return next((begin for begin, _ in self.spans(since)), None)


def add_working_time(since: datetime, amount: timedelta, hours: WorkingHours) -> datetime:
    """The moment when `amount` of working time has passed, in the zone of `since`.

    Spans are measured in UTC, so a clock change inside one counts as the time that really passed.

    Raises:
        ValueError: `since` is naive, `amount` negative, or no working time lies ahead.
    """
    if since.tzinfo is None:
        raise ValueError("since must carry a time zone")
    if amount < timedelta(0):
        raise ValueError("amount must not be negative")
    left = amount
    for begin, end in hours.spans(since):
        if end - begin >= left:
            return (begin + left).astimezone(since.tzinfo)
        left -= end - begin
    raise ValueError("these working hours have no working day ahead")


def add_working_days(since: datetime, days: int, hours: WorkingHours) -> datetime:
    """The same time of day so many working days later, or when work goes on after it; in the zone of `since`.

    Raises:
        ValueError: no working time lies ahead.
    """
    local = since.astimezone(hours.zone)
    day, left = local.date(), days
    for _ in range(_SEARCHED_DAYS):
        if left == 0:
            break
        day += timedelta(days=1)
        left -= hours.works_on(day)
    moment = hours.next_in(datetime.combine(day, local.time(), hours.zone))
    if left or moment is None:
        raise ValueError("these working hours have no working day ahead")
    return moment.astimezone(since.tzinfo)


def end_of_work_before(since: datetime, until: datetime, hours: WorkingHours) -> datetime | None:
    """The last moment of working time that lies after one moment and not after another; None where there is none."""
    last = None
    for begin, end in hours.spans(since):
        if begin >= until:
            break
        last = min(end, until)
    return last.astimezone(until.tzinfo) if last else None


def working_time_between(since: datetime, until: datetime, hours: WorkingHours) -> timedelta:
    """The working time that lies between two moments; none when `until` is not the later one."""
    passed = timedelta(0)
    for begin, end in hours.spans(since):
        if begin >= until:
            break
        passed += min(end, until) - begin
    return passed
