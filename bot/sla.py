"""Working-time arithmetic: when a case is due."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

ACKNOWLEDGE_WITHIN = timedelta(hours=4)
ANSWER_WITHIN = timedelta(hours=16)
_SEARCHED_DAYS = 3660  # ten years: a calendar without a working day in them is a mistake


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """Hours in which a reply may be expected. `days` are weekdays, Monday = 0; `closed` are days off."""

    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Europe/London"))
    days: frozenset[int] = frozenset(range(5))
    start: time = time(9)
    end: time = time(17)
    closed: frozenset[date] = field(default_factory=frozenset)

    def spans(self, since: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Working spans from a moment on, aware and in order; the first may be cut short."""
        first = since.astimezone(self.zone).date()
        for offset in range(_SEARCHED_DAYS):
            day = first + timedelta(days=offset)
            if day.weekday() in self.days and day not in self.closed:
                begin = datetime.combine(day, self.start, self.zone)
                end = datetime.combine(day, self.end, self.zone)
                if end > since:
                    yield max(begin, since), end


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
        span = end.astimezone(ZoneInfo("UTC")) - begin.astimezone(ZoneInfo("UTC"))
        if span >= left:
            return (begin.astimezone(ZoneInfo("UTC")) + left).astimezone(since.tzinfo)
        left -= span
    raise ValueError("these working hours have no working day ahead")
