"""Afterwards: what the database says, what the platforms took, and whether nothing was lost or done twice."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field

from sqlalchemy import Engine, Row, func, select

from adapters.storage.engine import reading
from adapters.storage.tables import cases, deliveries
from adapters.storage.unit_of_work import SqlUnitOfWork
from bot import wording
from bot.case import Case, State
from bot.messages import Platform
from tests.faults.plan import Plan, Question, Room, Seat
from tests.faults.platforms import Arrival

MOST_DUPLICATES = 0.005  # of all messages
ENOUGH_TO_JUDGE = 200  # messages; of fewer, one copy by chance would be too many
NOTED_WITHIN_S = 20.0  # by whoever sent it and lives, even where the database is away meanwhile
_APOLOGIES = (wording.out_of_order().text, wording.trying_again().text)


@dataclass
class Figures:
    """What is printed, and the reasons why a run failed."""

    counts: dict[str, str] = field(default_factory=dict)
    reasons: list[str] = field(default_factory=list)

    def check(self, holds: bool, reason: str) -> None:
        if not holds:
            self.reasons.append(reason)

    def __str__(self) -> str:
        width = max(map(len, self.counts))
        lines = [f"{name:<{width}}  {value}" for name, value in self.counts.items()]
        return "\n".join([*lines, *(f"FAILED: {reason}" for reason in self.reasons)])


def undelivered(engine: Engine) -> Mapping[str, int]:
    """Messages by state, without those that arrived."""
    row = deliveries.c
    counted = select(row.state, func.count().label("of_it")).where(row.kind == "message").group_by(row.state)
    with reading(engine) as connection:
        return {found.state: found.of_it for found in connection.execute(counted) if found.state != "sent"}


def claimed_cases(engine: Engine) -> frozenset[str]:
    """Their ids."""
    wanted = select(cases.c.id).where(cases.c.state == State.CLAIMED.value)
    with reading(engine) as connection:
        return frozenset(connection.execute(wanted).scalars())


def all_cases(engine: Engine) -> Sequence[Case]:
    with SqlUnitOfWork(engine) as unit:
        return unit.cases.all()


def dead_letters(engine: Engine) -> list[Row[tuple[object, ...]]]:
    with reading(engine) as connection:
        return list(connection.execute(select(deliveries).where(deliveries.c.state == "failed")).all())


def reckon(
    figures: Figures,
    plan: Plan,
    engine: Engine,
    arrivals: Sequence[Arrival],
    *,
    asked_at: Mapping[int, float],
    deaths: Mapping[int, float],
    claimed: Iterable[str],
) -> None:
    """Compare the three sides: what was asked, what is stored, what arrived."""
    stored = all_cases(engine)
    by_asker: dict[str, list[Case]] = defaultdict(list)
    for case in stored:
        for name in case.asker.ids:
            by_asker[name].append(case)
    seats = {seat.id: seat for seat in plan.seats}
    waits = []
    for question in plan.questions:
        opened = by_asker[question.slack_user if question.room.is_slack else question.entra_id]
        figures.check(len(opened) == 1, f"question {question.number} led to {len(opened)} cases")
        for case in opened[:1]:
            about = [one for one in arrivals if case.id in one.text]
            told = [one for one in about if _reaches_asker(one, question)]
            to_advisor = [one for one in about if _reaches(one, seats[case.advisor_id])]
            notices = [one for one in to_advisor if question.mark in one.text]
            figures.check(bool(told), f"{case.id}: its asker was not told")
            figures.check(bool(notices), f"{case.id}: its advisor {case.advisor_id} was not notified")
            if notices:
                waits.append(notices[0].at - asked_at[question.number])
    figures.check(len(stored) == len(plan.questions), f"{len(stored)} cases for {len(plan.questions)} questions")
    unclaimed = set(claimed) - claimed_cases(engine)
    figures.check(not unclaimed, f"claimed in vain: {', '.join(sorted(unclaimed))}")
    _compare(figures, engine, arrivals, deaths)
    longest = f"{max(waits):.1f} s (half within {sorted(waits)[len(waits) // 2]:.1f} s)" if waits else "none"
    figures.counts["longest from question to notice"] = longest


def _compare(figures: Figures, engine: Engine, arrivals: Sequence[Arrival], deaths: Mapping[int, float]) -> None:
    """The database's word on each message against the platforms'."""
    letters = [one for one in arrivals if one.platform is Platform.EMAIL]
    messages = [one for one in arrivals if one.platform is not Platform.EMAIL and not _is_apology(one)]
    with reading(engine) as connection:
        rows = connection.execute(select(deliveries).where(deliveries.c.kind == "message")).all()
    keys = {one.identity for one in messages if one.platform is Platform.SLACK}
    in_teams = {one.identity for one in messages if one.platform is Platform.TEAMS}
    by_mail = {one.identity for one in letters}
    lost = [row.key for row in rows if row.state in ("pending", "sending")]
    for row in rows:
        if row.state != "sent":
            continue
        known = {
            Platform.SLACK: lambda row: row.replaces or row.key in keys,
            Platform.TEAMS: lambda row: row.message["activity_id"] in in_teams,
            Platform.EMAIL: lambda row: row.message["message_id"] in by_mail,
        }[Platform(row.platform)]
        if not known(row):
            lost.append(row.key)
    unknown = keys - {row.key for row in rows}
    figures.check(not lost, f"lost: {', '.join(lost)}")
    figures.check(not unknown, f"at Slack but not in the database: {', '.join(sorted(unknown))}")

    causes: Counter[str] = Counter()
    unexplained, late = [], []
    noted = {row.message["activity_id"] for row in rows if row.platform == Platform.TEAMS.value and row.message}
    for copy in _needless(messages, noted):
        if copy.fate.hidden:
            causes[f"hidden by {copy.platform}"] += 1
        elif (died_after_s := _died_of_it(copy, deaths)) is not None:
            causes[f"sender killed before it had noted what {copy.platform} took"] += 1
            late.append(died_after_s)
        else:
            causes["unexplained"] += 1
            unexplained.append(f"{copy.platform} {copy.identity[:80]}")
    share = causes.total() / len(messages) if messages else 0.0
    same_letter = sum(count - 1 for count in Counter(one.identity for one in letters).values())
    hidden = Counter(one.platform.value for one in arrivals if one.fate.hidden)
    figures.counts["accepted and hidden"] = (
        ", ".join(f"{count} {name}" for name, count in sorted(hidden.items())) or "0"
    )
    figures.counts["messages"] = f"{len(messages)} in chat, {len(letters)} letters"
    figures.counts["duplicates"] = f"{causes.total()} ({share:.2%}): {_listed(causes)}"
    if late:
        figures.counts["killed after it was taken"] = ", ".join(f"{after_s:.2f} s" for after_s in sorted(late))
    figures.counts["letters repeated under one Message-ID"] = str(same_letter)
    figures.counts["lost"] = str(len(lost))
    figures.check(not unexplained, f"sent twice though the platform did not hide it: {'; '.join(unexplained)}")
    few = len(messages) < ENOUGH_TO_JUDGE
    figures.check(few or share <= MOST_DUPLICATES, f"{share:.2%} duplicates are more than {MOST_DUPLICATES:.1%}")


def _needless(messages: Sequence[Arrival], noted: Set[str]) -> Iterator[Arrival]:
    """Messages that came again.

    At Slack those that a later one with the same key follows; at Teams, where different messages may read the same,
    those that the database has no note of: it notes the last copy.
    """
    last = {one.identity: one for one in messages}
    for one in messages:
        if one.platform is Platform.TEAMS:
            if one.identity not in noted:
                yield one
        elif last[one.identity] is not one:
            yield one


def _listed(counts: Counter[str]) -> str:
    return ", ".join(f"{count} {name}" for name, count in sorted(counts.items())) or "none"


def _died_of_it(copy: Arrival, deaths: Mapping[int, float]) -> float | None:
    """Seconds from when a message was taken to when its sender was killed, who could not note it any more."""
    if copy.sender:
        after_s = deaths.get(copy.sender, 0.0) - copy.at
        return after_s if 0 <= after_s <= NOTED_WITHIN_S else None
    dead_already = any(abs(copy.at - at) <= 1.0 for at in deaths.values())  # before it could be asked for its name
    return 0.0 if dead_already else None


def _is_apology(arrival: Arrival) -> bool:
    """What a web process says at once, past the outbox, when it could save nothing."""
    return any(text in arrival.text for text in _APOLOGIES)


def _reaches_asker(arrival: Arrival, question: Question) -> bool:
    """Where they asked, or in their own chat."""
    own_chats = (question.slack_chat, f"a:{question.entra_id}")
    if question.room is Room.SLACK_CHANNEL and (arrival.where, arrival.thread) == ("CTEAM", question.slack_sent_at):
        return True
    return arrival.where in (*own_chats, question.conversation)


def _reaches(arrival: Arrival, seat: Seat) -> bool:
    return arrival.where in (f"D{seat.slack_user}", f"a:{seat.entra_id}", seat.address)
