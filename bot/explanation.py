"""Why the engine replied as it did: everything between a question and its advice, as values to show."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from bot.advice import Advice
from bot.decision import Abstention, Decided, Decision, NotEnglish, NothingFound, expected_costs
from bot.evidence import Candidate, Evidence
from knowledge.entry import Entry, Facts, Outcome, Verdict
from knowledge.index import Match, Reading

SHOWN = 5


class Source(StrEnum):
    """Where a fact was read."""

    PROFILE = "profile"
    CALENDAR = "calendar"
    CARRIED = "carried"
    QUESTION = "question"


@dataclass(frozen=True, slots=True)
class Considered:
    """What the engine had before it at one question.

    `text` is what was searched for: the question, after the one it leans on if it does. `sources` come in rising
    order: what a later one says wins.
    """

    question: str
    text: str
    sources: Mapping[Source, Facts]
    matches: tuple[Match, ...]
    evidence: Evidence
    decided: Decision
    advice: Advice


@dataclass(frozen=True, slots=True)
class FactRead:
    """A fact that was taken to hold, where it was read, and what other sources said against it."""

    fact: str
    value: str
    source: Source
    against: tuple[tuple[Source, str], ...] = ()


@dataclass(frozen=True, slots=True)
class EntryScore:
    """An entry with the verdict it has under the facts. `parts` add up to the score."""

    entry: str
    title: str
    verdict: Verdict
    score: float
    share: float
    parts: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class VerdictWeight:
    """How much of the evidence says a verdict, 0 to 1, and what replying with it is expected to cost.

    `by_entries` is the share of the entries that have it, before `weigh` leans towards the verdicts that are right
    more often than their entries say. Costs are counted in needless escalations.
    """

    verdict: Verdict
    by_entries: float
    share: float
    cost: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """One answer explained. `leant_on` is the earlier question it was read with, "" for none.

    `entries` come best first, `verdicts` least cost first; both are empty where nothing was found.
    """

    leant_on: str
    reading: Reading
    facts: tuple[FactRead, ...]
    entries: tuple[EntryScore, ...]
    verdicts: tuple[VerdictWeight, ...]
    threshold: float
    why: str


def explain(considered: Considered, reading: Reading, *, threshold: float) -> Explanation:
    """Put what was considered into the order in which people ask about it.

    Args:
        reading: how `considered.text` was read.
        threshold: what `decide` was given.
    """
    weights = _weights(considered.evidence)
    matched = {match.entry.id: match for match in considered.matches}
    leans = considered.text != considered.question
    return Explanation(
        leant_on=considered.text.removesuffix(considered.question).strip() if leans else "",
        reading=reading,
        facts=facts_read(considered.sources),
        entries=tuple(_scored(matched[one.entry.id], one) for one in considered.evidence.candidates[:SHOWN]),
        verdicts=tuple(weights),
        threshold=threshold,
        why=_why(considered.decided, weights, threshold),
    )


def facts_read(sources: Mapping[Source, Facts]) -> tuple[FactRead, ...]:
    """Every fact once, from the last source that tells it."""
    said: dict[str, list[tuple[Source, str]]] = {}
    for source, facts in sources.items():
        for fact, value in facts.items():
            said.setdefault(fact, []).append((source, value))
    return tuple(
        FactRead(fact, value, source, tuple(one for one in told[:-1] if one[1] != value))
        for fact, told in said.items()
        for source, value in told[-1:]
    )


def _weights(evidence: Evidence) -> list[VerdictWeight]:
    by_entries = dict.fromkeys(Verdict, 0.0)
    for candidate in evidence.candidates:
        by_entries[candidate.outcome.verdict] += candidate.share
    return sorted(
        (
            VerdictWeight(reply, by_entries[reply], evidence.verdicts[reply], cost)
            for reply, cost in expected_costs(evidence).items()
        ),
        key=lambda weight: weight.cost,
    )


def _scored(match: Match, candidate: Candidate) -> EntryScore:
    entry, verdict = match.entry, candidate.outcome.verdict
    return EntryScore(entry.id, entry.title, verdict, match.score, candidate.share, match.parts)


def _why(decided: Decision, weights: list[VerdictWeight], threshold: float) -> str:
    """One sentence."""
    match decided:
        case NothingFound():
            return "not_covered, since no word of the question occurs in the guidance."
        case NotEnglish():
            return "not_covered, since the question seems to be in another language: what its words found is left out."
        case Abstention():
            return (
                f"ask_advisor, since {weights[0].verdict} would cost least ({weights[0].cost:.2f}) but only "
                f"{decided.confidence:.2f} of the entries permit it, less than the threshold of {threshold:.2f}."
            )
        case Decided(candidate):
            return (
                f"{candidate.outcome.verdict}, by the entry {candidate.entry.id}{_under(candidate)}: "
                f"{_least(candidate.outcome.verdict, weights)}."
            )


def _under(candidate: Candidate) -> str:
    """The facts that made the outcome, in words; "" where it is the entry's own."""
    when = deciding_facts(candidate.entry, candidate.outcome)
    return f" ({', '.join(f'{fact} is {value}' for fact, value in when.items())})" if when else ""


def deciding_facts(entry: Entry, outcome: Outcome) -> Facts:
    """The facts under which an entry has an outcome; none for the outcome it has while they are unknown."""
    return next((case.when for case in entry.by_facts if case.outcome is outcome), {})


def _least(verdict: Verdict, weights: list[VerdictWeight]) -> str:
    chosen = next(weight for weight in weights if weight.verdict is verdict)
    others = [weight for weight in weights if weight.verdict is not verdict]
    if not others:
        return "all of the evidence says so"
    likeliest = max(others, key=lambda weight: weight.share)
    next_best = min(others, key=lambda weight: weight.cost)
    least = f"replying so is expected to cost least ({chosen.cost:.2f}; next {next_best.verdict}, {next_best.cost:.2f})"
    if likeliest.share > chosen.share:
        shares = f"{likeliest.share:.2f} against {chosen.share:.2f}"
        return f"more of the evidence says {likeliest.verdict} ({shares}), but {least}"
    weighed = f"{chosen.share:.2f} of the evidence says so, and {least}"
    commonest = max(others, key=lambda weight: weight.by_entries)
    if commonest.by_entries > chosen.by_entries:
        found = f"{commonest.by_entries:.2f} against {chosen.by_entries:.2f}"
        often = f"the entries found say {commonest.verdict} ({found}), which is less often right"
        return f"{often}; weighed for that, {weighed}"
    return weighed
