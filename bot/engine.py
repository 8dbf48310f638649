"""The engine: a question and what is known → Advice. Plain functions over an immutable index."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from bot.advice import Advice, Choice, Clarify, Reason
from bot.conversation import in_context
from bot.decision import Abstention, Decided, NothingFound, decide
from bot.evidence import Candidate, weigh
from knowledge.entry import Corpus, Entry, Facts, Outcome, Verdict
from knowledge.index import Index
from knowledge.passage import Passage, Status

CITED = 5
RELATED = 3

_NOTHING = (
    "I found nothing in the social media guidance for this. I answer questions about using social media as a "
    "civil servant, on official and personal accounts."
)
_NOTHING_INSTEAD = "Put it in other words if it is about social media, or ask an advisor."
_UNSURE = "I cannot tell with enough certainty which part of the guidance applies, so a person should decide."
_UNSURE_INSTEAD = "Until an advisor has answered, hold back and don't post. The nearest guidance is shown here."


@dataclass(frozen=True)
class GuidanceEngine:
    """Answers from one version of one pack. Immutable: share it between threads, replace it whole."""

    index: Index
    threshold: float

    @property
    def corpus(self) -> Corpus:
        return self.index.corpus

    def advise(self, question: str, *, facts: Facts, history: Sequence[str] = (), as_of: date | None = None) -> Advice:
        """See bot.advice.Engine. What the question says wins over what was known before."""
        text = in_context(question, history)
        leant_on = {} if text == question else self.index.facts.read(history[-1])
        known = {**facts, **leant_on, **self.index.facts.read(question)}
        evidence = weigh(self.index.matches(text), known)
        decided = decide(evidence, threshold=self.threshold)
        match decided:
            case NothingFound():
                return self._nothing(known)
            case Abstention():
                return self._abstain(decided, known)
            case Decided():
                return self._answer(decided, evidence.candidates, known)

    def resolve(self, entry_id: str, facts: Facts) -> Advice | None:
        """See bot.advice.Engine."""
        entry = self.corpus.entries.get(entry_id)
        if entry is None:
            return None
        candidate = Candidate(entry, entry.outcome_for(facts), 1.0)
        return self._answer(Decided(candidate, 1.0), (candidate,), facts)

    def _nothing(self, facts: Facts) -> Advice:
        return Advice(
            verdict=Verdict.NOT_COVERED,
            confidence=1.0,
            summary=_NOTHING,
            instead=_NOTHING_INSTEAD,
            facts=facts,
            guidance_version=self.corpus.version,
        )

    def _abstain(self, abstention: Abstention, facts: Facts) -> Advice:
        nearest = [one for one in abstention.nearest if one.outcome.passages] or list(abstention.nearest)
        return Advice(
            verdict=Verdict.ASK_ADVISOR,
            confidence=abstention.confidence,
            summary=_UNSURE,
            instead=_UNSURE_INSTEAD,
            citations=self._passages([candidate.outcome for candidate in nearest[:RELATED]]),
            reason=Reason.LOW_CONFIDENCE,
            related=_titles(nearest),
            topics=nearest[0].entry.topics,
            facts=facts,
            guidance_version=self.corpus.version,
        )

    def _answer(self, decided: Decided, candidates: Sequence[Candidate], facts: Facts) -> Advice:
        entry, outcome = decided.candidate.entry, decided.candidate.outcome
        covered = outcome.verdict is not Verdict.NOT_COVERED
        others = [one for one in candidates if one.entry.id != entry.id]
        return Advice(
            verdict=outcome.verdict,
            confidence=decided.confidence,
            summary=outcome.reason,
            conditions=outcome.conditions,
            instead=outcome.instead,
            citations=self._passages([outcome, *(one.outcome for one in others[:2])]) if covered else (),
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
