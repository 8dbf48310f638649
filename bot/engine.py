"""The engine: a question and what is known → Advice. Plain functions over an immutable index."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from bot import wording
from bot.advice import Advice, Choice, Clarify, Reason
from bot.calendar import PERIOD, PERIOD_ON, Calendar, days_meant, without_calendar
from bot.conversation import in_context, says_only_facts
from bot.decision import Abstention, Decided, Decision, NotEnglish, NothingFound, decide
from bot.evidence import Candidate, Evidence, weigh
from bot.explanation import Considered, Source
from bot.language import foreign
from bot.safety import signpost_for
from knowledge.entry import Corpus, Entry, Facts, Outcome, Verdict
from knowledge.index import Index
from knowledge.passage import Passage, Status
from knowledge.snapshot import passages_of

CITED = 5
RELATED = 3
FORESEEN = timedelta(days=60)  # how far ahead an answer tells of a coming election period


@dataclass(frozen=True)
class GuidanceEngine:
    """Answers from one version of one pack. Immutable: share it between threads, replace it whole."""

    index: Index
    threshold: float
    calendar: Calendar = field(default_factory=Calendar)

    @property
    def corpus(self) -> Corpus:
        return self.index.corpus

    def advise(self, question: str, *, facts: Facts, history: Sequence[str] = (), as_of: date | None = None) -> Advice:
        """See bot.advice.Engine. What the question says wins over what was known before."""
        return self.consider(question, facts=facts, history=history, as_of=as_of).advice

    def consider(
        self, question: str, *, facts: Facts, history: Sequence[str] = (), as_of: date | None = None
    ) -> Considered:
        """As `advise`, with everything that led to the advice."""
        text = in_context(question, history)
        sources = {
            Source.PROFILE: facts,
            Source.CARRIED: {} if text == question else self.index.facts.read(history[-1]),
            Source.QUESTION: self.index.facts.read(self.index.legible(question)),
        }
        days = days_meant(text, as_of) if as_of else ()
        sources = {Source.CALENDAR: self._period(days, _merged(sources.values())), **sources}
        known = _merged(sources.values())
        matches = self.index.matches(text) if len(question) <= wording.LONGEST_QUESTION else []
        evidence = weigh(matches, known)
        decided = self._decide(question, evidence)
        match decided:
            case NothingFound():
                advice = self._nothing(question, known)
            case NotEnglish():
                advice = self._uncovered(wording.NOT_ENGLISH, wording.NOT_ENGLISH_INSTEAD, known)
            case Abstention():
                advice = self._abstain(decided, known)
            case Decided():
                advice = self._answer(decided, evidence.candidates, known, days)
        nearest = matches[0].entry.id if matches else ""
        advice = replace(advice, signpost=signpost_for(question, self.corpus, nearest=nearest))
        return Considered(question, text, sources, tuple(matches), evidence, decided, advice)

    def _decide(self, question: str, evidence: Evidence) -> Decision:
        """As `decide`; English alone is answered. What is not covered in any case needs no look at its language."""
        decided = decide(evidence, threshold=self.threshold)
        if isinstance(decided, Decided) and decided.candidate.outcome.verdict is Verdict.NOT_COVERED:
            return decided
        return NotEnglish() if evidence.candidates and foreign(question) else decided

    def _period(self, days: Sequence[date], told: Facts) -> Facts:
        """What the calendar says of the period, where nobody has told it."""
        if PERIOD in told or PERIOD not in self.corpus.facts:
            return {}
        return self.calendar.facts_on(days, told.get("nation", ""))

    def resolve(self, entry_id: str, facts: Facts, *, as_of: date | None = None) -> Advice | None:
        """See bot.advice.Engine."""
        entry = self.corpus.entries.get(entry_id)
        if entry is None:
            return None
        candidate = Candidate(entry, entry.outcome_for(facts), 1.0)
        return self._answer(Decided(candidate, 1.0), (candidate,), facts, (as_of,) if as_of else ())

    def change_of_facts(self, text: str, entry_id: str) -> Facts:
        """See bot.advice.Engine."""
        entry = self.corpus.entries.get(entry_id)
        said = self.index.facts.read(text)
        if entry is None or entry.deciding.isdisjoint(said) or not says_only_facts(text, self.index.facts.beyond(text)):
            return {}
        return said

    def _nothing(self, question: str, facts: Facts) -> Advice:
        if unread := wording.unreadable(question):
            return self._uncovered(unread.text, "", facts)
        return self._uncovered(wording.NOTHING_FOUND, wording.NOTHING_FOUND_INSTEAD, facts)

    def _uncovered(self, summary: str, instead: str, facts: Facts) -> Advice:
        return Advice(
            verdict=Verdict.NOT_COVERED,
            confidence=1.0,
            summary=summary,
            instead=instead,
            facts=facts,
            guidance_version=self.corpus.version,
        )

    def _abstain(self, abstention: Abstention, facts: Facts) -> Advice:
        nearest = [one for one in abstention.nearest if one.outcome.passages] or list(abstention.nearest)
        shown = self._passages([candidate.outcome for candidate in nearest[:RELATED]])
        return Advice(
            verdict=Verdict.ASK_ADVISOR,
            confidence=abstention.confidence,
            summary=wording.UNSURE,
            instead=wording.UNSURE_INSTEAD,
            citations=shown,
            rests_on=tuple(passage.id for passage in shown),
            reason=Reason.LOW_CONFIDENCE,
            related=_titles(nearest),
            topics=nearest[0].entry.topics,
            facts=facts,
            guidance_version=self.corpus.version,
        )

    def _answer(self, decided: Decided, candidates: Sequence[Candidate], facts: Facts, days: Sequence[date]) -> Advice:
        entry, outcome = decided.candidate.entry, decided.candidate.outcome
        covered = outcome.verdict is not Verdict.NOT_COVERED
        others = [one for one in candidates if one.entry.id != entry.id]
        return Advice(
            verdict=outcome.verdict,
            confidence=decided.confidence,
            summary=outcome.reason,
            conditions=outcome.conditions,
            instead=outcome.instead,
            holds=self._holds(entry, outcome, facts, days),
            citations=self._passages([outcome, *(one.outcome for one in others[:2])]) if covered else (),
            rests_on=passages_of(outcome),
            clarify=self._clarify(entry, facts) if outcome.verdict is Verdict.CLARIFY else None,
            reason=Reason.UNSETTLED if outcome.verdict is Verdict.ASK_ADVISOR else None,
            advisor_needs=entry.advisor_needs,
            ask_role=entry.ask_role,
            related=_titles(others),
            entry=entry.id,
            topics=entry.topics,
            status=entry.status if covered else Status.VERIFIED,
            facts=facts,
            guidance_version=self.corpus.version,
        )

    def _holds(self, entry: Entry, outcome: Outcome, facts: Facts, days: Sequence[date]) -> str:
        """When the entry says something else, as far as the calendar tells; "" where it doesn't."""
        if PERIOD_ON in facts:
            days = (date.fromisoformat(facts[PERIOD_ON]),)
        if not days:
            return ""
        told, nation, day = facts.get(PERIOD), facts.get("nation", ""), days[0]
        running = self.calendar.period_on(day, nation)
        if told == "pre-election":
            after = entry.outcome_for({**without_calendar(facts), PERIOD: "normal"})
            if running and running.is_binding and after != outcome:
                return wording.holds_until(running)
            return ""
        if entry.outcome_for({**facts, PERIOD: "pre-election"}) == outcome:
            return ""
        if coming := self.calendar.next_after(day, nation, within=FORESEEN):
            return wording.changes_with(coming)
        if running and told is None and not running.is_binding:
            return wording.care_until(running)
        return ""

    def _passages(self, outcomes: Sequence[Outcome]) -> tuple[Passage, ...]:
        """The passages outcomes rest on, the first outcome's first, none twice."""
        names = dict.fromkeys(name for outcome in outcomes for name in outcome.passages)
        return tuple(self.corpus.passages[name] for name in list(names)[:CITED])

    def _clarify(self, entry: Entry, facts: Facts) -> Clarify:
        definition = self.corpus.facts[entry.asks]
        led = {known.value: entry.outcome_for({**facts, entry.asks: known.value}) for known in definition.values}
        return Clarify(
            entry.asks,
            definition.question,
            tuple(
                Choice(value, definition.label(value), outcome.verdict, outcome.reason)
                for value, outcome in led.items()
                if outcome.verdict is not Verdict.CLARIFY
            ),
        )


def _merged(sources: Iterable[Facts]) -> Facts:
    """Facts of several sources; what a later one says wins."""
    return {fact: value for found in sources for fact, value in found.items()}


def _titles(candidates: Sequence[Candidate]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.entry.title for one in candidates))[:RELATED]


GRADES: Mapping[str, str] = {
    "industrial": "free",
    **dict.fromkeys(("aa", "ao", "eo", "heo", "seo"), "intermediate"),
    **dict.fromkeys(("g7", "g6", "grade 7", "grade 6", "fast stream", "scs"), "restricted"),
}


def facts_of_profile(profile: Mapping[str, object], corpus: Corpus) -> Facts:
    """What a profile record says, as facts of the pack; anything it says that no fact knows is left out.

    Besides facts by their own names it may hold `election_period` (true or false), `grade` ("HEO", "SCS1",
    "industrial") and `nation` ("Scotland").
    """
    found: dict[str, str] = {}
    if isinstance(period := profile.get("election_period"), bool):
        found["period"] = "pre-election" if period else "normal"
    grade = str(profile.get("grade", "")).lower().strip()
    if group := GRADES.get(grade) or GRADES.get(grade.rstrip("0123456789")):
        found["political_group"] = group
    for name, definition in corpus.facts.items():
        given = profile.get(name)
        value = {True: "yes", False: "no"}.get(given) if isinstance(given, bool) else str(given).lower()
        value = str(value).replace(" ", "-")
        if value in {known.value for known in definition.values}:
            found[name] = value
    return found
