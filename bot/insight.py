"""What the owners of the policy may see: plain rows of questions and cases → figures, small counts held back."""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median

from bot.advisors import Rota
from bot.overrides import DraftUse
from bot.sla import WorkingHours, working_time_between
from bot.suppression import LEAST, Figure, Held, Table, alone, counts_by_one, counts_by_two, published

DIFFER_BY = 0.5  # between the shares of two advisors; with LEAST cases each, three in five against none


@dataclass(frozen=True, slots=True)
class Asked:
    """Questions alike in all that is counted. `week` is its Monday; `topic` the first one, "" for none."""

    week: date
    topic: str
    unanswered: bool
    escalated: bool
    helpful: bool | None
    count: int = 1


@dataclass(frozen=True, slots=True)
class Act:
    """When an advisor first did something about a case."""

    at: datetime
    advisor_id: str


@dataclass(frozen=True, slots=True)
class Handled:
    """One case. `taken_up` is when an advisor first claimed, answered or asked back; None while nobody did."""

    topic: str
    opened_at: datetime
    taken_up: Act | None
    answered: Act | None
    draft_use: DraftUse
    helped: bool | None
    passed_on_by: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Times:
    """Hours of work, of half and of nine in ten of the cases; held back where fewer than LEAST were measured."""

    median_h: float | Held
    p90_h: float | Held


@dataclass(frozen=True, slots=True)
class QuestionFigures:
    """Counts of some questions; a share is None where a count behind it is held back."""

    asked: Figure
    unanswered: Figure
    escalated: Figure
    unhelpful: Figure

    @property
    def unanswered_share(self) -> float | None:
        return share(self.unanswered, self.asked)

    @property
    def escalated_share(self) -> float | None:
        return share(self.escalated, self.asked)


@dataclass(frozen=True, slots=True)
class CaseFigures:
    """Counts and times of some cases. An advisor overrode a draft when they replaced it."""

    opened: Figure
    drafted: Figure  # answers for which a draft was prepared
    overridden: Figure
    acknowledge: Times
    answer: Times

    @property
    def overridden_share(self) -> float | None:
        return share(self.overridden, self.drafted)


@dataclass(frozen=True, slots=True)
class Insight:
    """All figures of a period. Topics are ordered by how much was asked, weeks by time."""

    questions: QuestionFigures
    people: Figure
    helpful: Figure
    topics: Mapping[str, QuestionFigures]
    weeks: Mapping[date, QuestionFigures]
    topic_weeks: Mapping[tuple[str, date], Figure]
    cases: CaseFigures
    case_topics: Mapping[str, CaseFigures]
    drafts: Mapping[DraftUse, Figure]
    helped: Figure
    not_helped: Figure
    differing: Mapping[str, Sequence[str]]  # by topic, in what its advisors differ

    @property
    def gaps(self) -> Sequence[str]:
        """Topics with the most unanswered questions first; none whose number is held back."""
        known = [(topic, figures.unanswered) for topic, figures in self.topics.items()]
        counted = [(topic, count) for topic, count in known if isinstance(count, int)]
        return [topic for topic, _ in sorted(counted, key=lambda one: -one[1])]


def in_words(topic: str) -> str:
    """A topic's id as people read it; also of questions for which none was found."""
    return topic.replace("-", " ") or "no topic found"


def gather(asked: Sequence[Asked], people: int, handled: Sequence[Handled], rota: Rota) -> Insight:
    """All figures from rows.

    Args:
        people: how many different people asked, as far as it is still known.
        rota: whose hours count; whoever has left it counts with office hours.
    """
    by_topic = _counted(asked, lambda one: one.topic)
    by_week = _every_week(_counted(asked, lambda one: one.week.isoformat()))
    cells: Counter[tuple[str, str]] = Counter()
    for one in asked:
        cells[one.topic, one.week.isoformat()] += one.count
    tables: list[Table] = [counts_by_two("asked", by_topic, by_week, cells, total=("asked",))]
    for name, holds in _ASPECTS.items():
        some = [one for one in asked if holds(one)]
        in_topics, in_weeks = _counted(some, lambda one: one.topic), _counted(some, lambda one: one.week.isoformat())
        tables.append(counts_by_one(f"{name} row", _over(by_topic, in_topics), total=(name,)))
        tables.append(counts_by_one(f"{name} column", _over(by_week, in_weeks), total=(name,)))
    case_topics = Counter(one.topic for one in handled)
    drafted = [one for one in handled if one.draft_use]
    uses = Counter(one.draft_use for one in drafted)
    replaced = [one for one in drafted if one.draft_use is DraftUse.REPLACED]
    tables += [
        counts_by_one("cases", case_topics, total=("cases",)),
        counts_by_one("drafted", _over(case_topics, Counter(one.topic for one in drafted)), total=("drafted",)),
        counts_by_one(
            "replaced", _over(case_topics, Counter(one.topic for one in replaced)), total=("draft", DraftUse.REPLACED)
        ),
        counts_by_one("draft", {use: uses[use] for use in DraftUse if use}, total=("drafted",)),
    ]
    shown = published(*tables)
    hours = {advisor.id: advisor.hours for advisor in rota.advisors}

    def questions(by: str = "", *of: str) -> QuestionFigures:
        return QuestionFigures(*(shown[f"{name}{by}", *of] for name in ("asked", *_ASPECTS)))

    def cases(topic: str | None) -> CaseFigures:
        some = [one for one in handled if topic in (None, one.topic)]
        of = () if topic is None else (topic,)
        return CaseFigures(
            opened=shown["cases", *of],
            drafted=shown["drafted", *of],
            overridden=shown["draft", DraftUse.REPLACED] if topic is None else shown["replaced", topic],
            acknowledge=_times(((one.opened_at, one.taken_up) for one in some), hours),
            answer=_times(((one.opened_at, one.answered) for one in some), hours),
        )

    topics = _most_first(by_topic, lambda topic: shown["asked row", topic])
    return Insight(
        questions=questions(),
        people=alone(people),
        helpful=alone(sum(one.count for one in asked if one.helpful)),
        topics={topic: questions(" row", topic) for topic in topics},
        weeks={date.fromisoformat(week): questions(" column", week) for week in by_week},
        topic_weeks={
            (topic, date.fromisoformat(week)): shown["asked", topic, week] for topic in topics for week in by_week
        },
        cases=cases(None),
        case_topics={topic: cases(topic) for topic in _most_first(case_topics, lambda one: shown["cases", one])},
        drafts={use: shown["draft", use] for use in DraftUse if use},
        helped=alone(sum(one.helped is True for one in handled)),
        not_helped=alone(sum(one.helped is False for one in handled)),
        differing=_differing(handled),
    )


_ASPECTS: Mapping[str, Callable[[Asked], bool]] = {
    "unanswered": lambda one: one.unanswered,
    "escalated": lambda one: one.escalated,
    "unhelpful": lambda one: one.helpful is False,
}


def share(part: Figure, whole: Figure) -> float | None:
    """A part of a whole, 0 to 1; None where either is held back, since the other would tell it."""
    return part / whole if isinstance(part, int) and isinstance(whole, int) else None


def _counted(asked: Iterable[Asked], by: Callable[[Asked], str]) -> dict[str, int]:
    """Questions by something."""
    counts: Counter[str] = Counter()
    for one in asked:
        counts[by(one)] += one.count
    return dict(counts)


def _most_first(names: Iterable[str], figure: Callable[[str], Figure]) -> list[str]:
    """Names by their figures; those held back come last, by name, so that no order tells of them."""

    def place(name: str) -> tuple[int, str]:
        shown = figure(name)
        return (-shown, name) if isinstance(shown, int) else (0, name)

    return sorted(names, key=place)


def _over(names: Iterable[str], counts: Mapping[str, int]) -> dict[str, int]:
    """Counts for every name, 0 where there is none, so that a count is never told by not being there."""
    return {name: counts.get(name, 0) for name in names}


def _every_week(counts: Mapping[str, int]) -> dict[str, int]:
    """Counts of every week from the first to the last, in order."""
    if not counts:
        return {}
    first, last = date.fromisoformat(min(counts)), date.fromisoformat(max(counts))
    weeks = [(first + timedelta(weeks=number)).isoformat() for number in range((last - first).days // 7 + 1)]
    return _over(weeks, counts)


def _times(spans: Iterable[tuple[datetime, Act | None]], hours: Mapping[str, WorkingHours]) -> Times:
    """How long cases took, in the working hours of whoever acted; of those that wait still nothing is known."""
    passed = sorted(
        working_time_between(opened_at, act.at, hours.get(act.advisor_id, WorkingHours())) / timedelta(hours=1)
        for opened_at, act in spans
        if act
    )
    if len(passed) < LEAST:
        return Times(Held.FEW, Held.FEW)
    return Times(round(median(passed), 1), round(passed[math.ceil(0.9 * len(passed)) - 1], 1))


def _differing(handled: Sequence[Handled]) -> dict[str, Sequence[str]]:
    """Topics whose advisors act unlike each other, and in what: a hint to talk, no proof that they disagree.

    Compared are advisors with LEAST cases of a topic or more: how often they replace the prepared draft, and how often
    they pass a case on.
    """
    replaced: defaultdict[str, defaultdict[str, list[bool]]] = defaultdict(lambda: defaultdict(list))
    passed: defaultdict[str, defaultdict[str, list[bool]]] = defaultdict(lambda: defaultdict(list))
    for one in handled:
        if one.answered and one.draft_use:
            replaced[one.topic][one.answered.advisor_id].append(one.draft_use is DraftUse.REPLACED)
        held_by = {act.advisor_id for act in (one.taken_up, one.answered) if act}
        for advisor_id in held_by | one.passed_on_by:
            passed[one.topic][advisor_id].append(advisor_id in one.passed_on_by)
    found: defaultdict[str, list[str]] = defaultdict(list)
    for what, acts in (("replacing the prepared draft", replaced), ("passing cases on", passed)):
        for topic, by_advisor in acts.items():
            shares = [sum(did) / len(did) for did in by_advisor.values() if len(did) >= LEAST]
            if shares and max(shares) - min(shares) >= DIFFER_BY:
                found[topic].append(what)
    return dict(found)
