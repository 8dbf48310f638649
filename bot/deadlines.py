"""When a case is chased: the deadlines of whoever holds it, and the timers that see to them."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.case import Case, State
from bot.sla import (
    ACKNOWLEDGE_WITHIN,
    ANSWER_WITHIN,
    WorkingHours,
    add_working_days,
    add_working_time,
    end_of_work_before,
    working_time_between,
)

GRACE = timedelta(hours=1)  # working time after a deadline before the case moves on
ROUNDS_UNTAKEN = 2  # hand-overs without anybody claiming it, after which the owner of the service is told
# working days of the advisor's after which an asker who was asked something is reminded, and then their case closes
ASKER_REMINDED_AFTER, ASKER_REMINDED_AGAIN_AFTER, ASKER_LAPSES_AFTER = 2, 5, 10
ASKER_KNOWS_FOR = 2  # working days that an asker has left at least from the first reminder on, however late that went
_UNCLAIMED = (State.OPEN, State.REOPENED)
_WORKING = (*_UNCLAIMED, State.CLAIMED)


class Step(StrEnum):
    """What a timer does when it falls due."""

    ACKNOWLEDGE_HALF = "acknowledge half"
    ACKNOWLEDGE_DUE = "acknowledge due"
    ACKNOWLEDGE_LATE = "acknowledge late"
    ANSWER_HALF = "answer half"
    ANSWER_DUE = "answer due"
    ANSWER_LATE = "answer late"
    ASKER_REMINDED = "asker reminded"
    ASKER_REMINDED_AGAIN = "asker reminded again"
    ASKER_LAPSES = "asker lapses"
    ASKER_LAPSES_LATER = "asker lapses later"  # after an outage that held back the reminders

    @property
    def hands_over(self) -> bool:
        return self in (Step.ACKNOWLEDGE_LATE, Step.ANSWER_LATE)

    @property
    def is_due(self) -> bool:
        return self in (Step.ACKNOWLEDGE_DUE, Step.ANSWER_DUE)

    @property
    def awaits_claim(self) -> bool:
        return self in (Step.ACKNOWLEDGE_HALF, Step.ACKNOWLEDGE_DUE, Step.ACKNOWLEDGE_LATE)

    @property
    def awaits_asker(self) -> bool:
        return self in (Step.ASKER_REMINDED, Step.ASKER_REMINDED_AGAIN) or self.lapses

    @property
    def lapses(self) -> bool:
        return self in (Step.ASKER_LAPSES, Step.ASKER_LAPSES_LATER)


@dataclass(frozen=True, slots=True)
class Timer:
    """Something to do about a case at a time, once. `round` is the case's when it was set; a later one voids it."""

    case_id: str
    step: Step
    round: int
    due_at: datetime

    @property
    def key(self) -> str:
        return f"{self.case_id}:{self.round}:{self.step.replace(' ', '_')}"

    def concerns(self, case: Case) -> bool:
        """Whether it still has anything to do: the same holder, and what it waits for has not happened."""
        if self.step.awaits_asker:
            pending = case.state is State.WAITING_FOR_ASKER
        else:
            pending = case.state in (_UNCLAIMED if self.step.awaits_claim else _WORKING)
        return case.round == self.round and pending


def weightiest_first(due: Iterable[Timer]) -> list[Timer]:
    """Timers of one case that fell due together, as after a long outage, in the order they are tried.

    The first that has something to do acts for all: handing the case over makes reminding needless, and of two
    reminders the later one says more.
    """
    return sorted(due, key=lambda timer: (timer.round, timer.step.hands_over, timer.due_at), reverse=True)


@dataclass(frozen=True, slots=True)
class Deadlines:
    acknowledge_by: datetime
    answer_by: datetime


def deadlines(now: datetime, hours: WorkingHours, wanted_by: datetime | None = None) -> Deadlines:
    """When a case that reaches an advisor now must be acknowledged and answered, as far as they work until then.

    Args:
        hours: the advisor's.
        wanted_by: the asker's own deadline. An earlier one brings the answer forward, to the last working moment
            before it, and halves the time to acknowledge; where nobody works before it, nothing can be promised.
    """
    acknowledge_by = add_working_time(now, ACKNOWLEDGE_WITHIN, hours)
    answer_by = add_working_time(now, ANSWER_WITHIN, hours)
    if wanted_by is not None and now < wanted_by < answer_by and (last := end_of_work_before(now, wanted_by, hours)):
        return Deadlines(min(acknowledge_by, _half_way(now, last, hours)), last)
    return Deadlines(acknowledge_by, answer_by)


def timers(case: Case, now: datetime, hours: WorkingHours) -> Sequence[Timer]:
    """Everything that is to happen to a case that nobody touches from now on, the soonest first."""
    if case.state is State.WAITING_FOR_ASKER:
        times = {
            Step.ASKER_REMINDED: add_working_days(now, ASKER_REMINDED_AFTER, hours),
            Step.ASKER_REMINDED_AGAIN: add_working_days(now, ASKER_REMINDED_AGAIN_AFTER, hours),
            Step.ASKER_LAPSES: add_working_days(now, ASKER_LAPSES_AFTER, hours),
        }
    else:
        times = {
            Step.ACKNOWLEDGE_HALF: _half_way(now, case.acknowledge_by, hours),
            Step.ACKNOWLEDGE_DUE: case.acknowledge_by,
            Step.ACKNOWLEDGE_LATE: late_at(case.acknowledge_by, hours),
            Step.ANSWER_HALF: _half_way(now, case.answer_by, hours),
            Step.ANSWER_DUE: case.answer_by,
            Step.ANSWER_LATE: late_at(case.answer_by, hours),
        }
    if case.state not in _UNCLAIMED:
        times = {step: at for step, at in times.items() if not step.awaits_claim}
    return sorted((Timer(case.id, step, case.round, at) for step, at in times.items()), key=lambda one: one.due_at)


def late_at(due: datetime, hours: WorkingHours) -> datetime:
    """When a case that was due moves on to the next advisor."""
    return add_working_time(due, GRACE, hours)


def lapses_at(asked: datetime, reminded: datetime, hours: WorkingHours) -> datetime:
    """When a case closes whose asker was asked something and, at the first time, `reminded` of it."""
    due = add_working_days(asked, ASKER_LAPSES_AFTER, hours)
    return max(due, add_working_days(reminded, ASKER_KNOWS_FOR, hours))


def _half_way(now: datetime, until: datetime, hours: WorkingHours) -> datetime:
    """Half of the working time until a moment, never after it."""
    return min(add_working_time(now, working_time_between(now, until, hours) / 2, hours), until)


_TIME = re.compile(
    r"\b(?:by|before|until|till|at|for)\s+(?:(?P<noon>noon|midday)|(?P<end>the\s+end\s+of\s+(?:the\s+)?day|close\s+of\s+"
    r"play|cop|eod)|(?P<hour>\d{1,2})(?:[:.](?P<minute>\d{2}))?\s*(?P<half>am|pm)?)\b",
    re.IGNORECASE,
)
_PAST = re.compile(
    r"\b(?:yesterday|ago|was|were|last\s+(?:night|week|mon|tue|wed|thu|fri|sat|sun)\w*)\b", re.IGNORECASE
)
END_OF_DAY = time(17)


def wanted_by(text: str, now: datetime, zone: ZoneInfo, day: date | None = None) -> datetime | None:
    """The asker's own deadline in a question: "I speak at 17:00", "needed by noon"; None where none is told.

    A bare number is no time of day. The time is today's, on the asker's clock in `zone`, unless a `day` is told; one
    that has passed is no deadline, and in a text that tells of the past there is none.
    """
    if _PAST.search(text):
        return None
    local = now.astimezone(zone)
    for found in _TIME.finditer(text):
        at = _clock_time(found)
        if at is not None and (moment := datetime.combine(day or local.date(), at, zone)) > now:
            return moment.astimezone(now.tzinfo)
    return None


def _clock_time(found: re.Match[str]) -> time | None:
    if found["noon"]:
        return time(12)
    if found["end"]:
        return END_OF_DAY
    hour, minute, half = int(found["hour"]), int(found["minute"] or 0), (found["half"] or "").lower()
    if not (found["minute"] or half) or hour > (12 if half else 23) or minute > 59:
        return None
    return time(hour % 12 + (12 if half == "pm" else 0) if half else hour, minute)
