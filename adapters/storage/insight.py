"""Rows for insight: counts of questions and the course of cases. No words, and nobody who asked."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import ColumnElement, Connection, Engine, Row, distinct, func, select

from adapters.storage.engine import reading
from adapters.storage.rows import to_question
from adapters.storage.tables import UtcDateTime, case_events, cases, questions
from bot.advice import Reason
from bot.case import Move
from bot.insight import Act, Asked, Handled
from bot.overrides import DraftUse
from bot.questions import AskedQuestion, is_unanswered
from knowledge.entry import Verdict

_TAKES_UP = (Move.CLAIM.value, Move.ANSWER.value, Move.ASK_BACK.value)


@dataclass(frozen=True, slots=True)
class Period:
    """Days from one to another, both counted, in UTC; None leaves an end open."""

    since: date | None = None
    until: date | None = None

    def holds(self, moment: ColumnElement[datetime]) -> list[ColumnElement[bool]]:
        conditions = []
        if self.since:
            conditions.append(moment >= datetime.combine(self.since, time(), UTC))
        if self.until:
            conditions.append(moment < datetime.combine(self.until + timedelta(days=1), time(), UTC))
        return conditions


@dataclass(frozen=True, slots=True)
class Rows:
    asked: Sequence[Asked]
    people: int
    handled: Sequence[Handled]


def rows_of(engine: Engine, period: Period) -> Rows:
    """Everything that was asked and every case that was opened in a period. Raises StorageUnavailable."""
    with reading(engine) as connection:
        asked_then = period.holds(questions.c.asked_at)
        known = select(func.count(distinct(questions.c.asker))).where(questions.c.asker != "", *asked_then)
        return Rows(
            asked=_asked(connection, asked_then),
            people=connection.execute(known).scalar_one(),
            handled=_handled(connection, period.holds(cases.c.opened_at)),
        )


def unanswered_texts(engine: Engine, period: Period) -> list[AskedQuestion]:
    """Questions whose masked words are kept, the newest first. Raises StorageUnavailable."""
    wanted = select(questions).where(questions.c.text != "", *period.holds(questions.c.asked_at))
    with reading(engine) as connection:
        return [to_question(row) for row in connection.execute(wanted.order_by(questions.c.asked_at.desc()))]


def _asked(connection: Connection, then: Sequence[ColumnElement[bool]]) -> list[Asked]:
    # the topic is taken out in a query of its own: PostgreSQL does not group by what holds a parameter
    each = (
        select(
            questions.c.week,
            questions.c.topics[0].as_string().label("topic"),
            questions.c.verdict,
            questions.c.reason,
            questions.c.escalated,
            questions.c.helpful,
        )
        .where(*then)
        .subquery()
    )
    grouped = select(*each.c, func.count().label("number")).group_by(*each.c)
    return [
        Asked(
            week=row.week,
            topic=row.topic or "",
            unanswered=is_unanswered(Verdict(row.verdict), Reason(row.reason) if row.reason else None),
            escalated=row.escalated,
            helpful=row.helpful,
            count=row.number,
        )
        for row in connection.execute(grouped)
    ]


def _handled(connection: Connection, then: Sequence[ColumnElement[bool]]) -> list[Handled]:
    wanted = select(cases.c.id, cases.c.topics, cases.c.opened_at, cases.c.draft_use, cases.c.helped).where(*then)
    first = (
        select(
            case_events.c.case_id,
            case_events.c.move,
            case_events.c.actor,
            func.min(case_events.c.at, type_=UtcDateTime).label("at"),
        )
        .where(case_events.c.move.in_((*_TAKES_UP, Move.PASS_ON.value)))
        .where(case_events.c.case_id.in_(select(cases.c.id).where(*then)))
        .group_by(case_events.c.case_id, case_events.c.move, case_events.c.actor)
        .order_by("at")
    )
    acts: defaultdict[str, list[Row[tuple[str, str, str, datetime]]]] = defaultdict(list)
    for row in connection.execute(first):
        acts[row.case_id].append(row)
    return [
        Handled(
            topic=row.topics[0] if row.topics else "",
            opened_at=row.opened_at,
            taken_up=_first(acts[row.id], _TAKES_UP),
            answered=_first(acts[row.id], (Move.ANSWER.value,)),
            draft_use=DraftUse(row.draft_use),
            helped=row.helped,
            passed_on_by=frozenset(act.actor for act in acts[row.id] if act.move == Move.PASS_ON.value),
        )
        for row in connection.execute(wanted)
    ]


def _first(acts: Sequence[Row[tuple[str, str, str, datetime]]], moves: Sequence[str]) -> Act | None:
    return next((Act(act.at, act.actor) for act in acts if act.move in moves), None)
