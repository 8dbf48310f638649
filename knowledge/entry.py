"""Entries: reviewed answers to one act or question, with the facts that change them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from knowledge.passage import Document, Passage, Status

Facts = Mapping[str, str]


class Verdict(StrEnum):
    """What may be replied; a verdict judges the act asked about, whatever the grammar of the question."""

    YES = "yes"
    YES_IF = "yes_if"
    NO = "no"
    INFO = "info"
    CLARIFY = "clarify"
    ASK_ADVISOR = "ask_advisor"
    NOT_COVERED = "not_covered"

    @property
    def permits(self) -> bool:
        return self in (Verdict.YES, Verdict.YES_IF)


@dataclass(frozen=True, slots=True)
class Condition:
    """Something that must hold, and the id of the passage that says so."""

    text: str
    passage: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """A verdict with the words shown for it. `passages` are ids, best first; empty only for not_covered."""

    verdict: Verdict
    reason: str
    conditions: tuple[Condition, ...]
    instead: str
    passages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FactCase:
    """The outcome where all the facts in `when` are known to hold."""

    when: Facts
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Entry:
    """One act or question with its reviewed answer.

    `outcome` holds while the facts named in `by_facts` are unknown. `asks` is the fact a clarify entry
    asks for, else empty. `advisor_needs` is what an advisor will want to know.
    """

    id: str
    title: str
    topics: tuple[str, ...]
    outcome: Outcome
    by_facts: tuple[FactCase, ...]
    asks: str
    advisor_needs: tuple[str, ...]
    ask_role: str
    status: Status
    review_by: date | None

    @property
    def deciding(self) -> frozenset[str]:
        """The facts that can change what the entry says."""
        return frozenset(fact for case in self.by_facts for fact in case.when)

    def outcome_for(self, facts: Facts) -> Outcome:
        """The first case whose facts are all known to hold, else the entry's own outcome."""
        for case in self.by_facts:
            if all(facts.get(fact) == value for fact, value in case.when.items()):
                return case.outcome
        return self.outcome


@dataclass(frozen=True, slots=True)
class Example:
    """A question as somebody would put it, the entry that answers it, and the facts it states.

    `near` is an entry that looks as if it answered the question and would answer it wrongly; "" where none is known.
    """

    question: str
    entry: str
    facts: Facts = field(default_factory=dict)
    near: str = ""


@dataclass(frozen=True, slots=True)
class FactValue:
    """One value of a fact: its label on a button and the regular expressions that read it from a question."""

    value: str
    label: str
    patterns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FactDefinition:
    """A fact that can flip a verdict, the question that asks for it, and its values."""

    id: str
    question: str
    values: tuple[FactValue, ...]

    def label(self, value: str) -> str:
        return next((known.label for known in self.values if known.value == value), value)


@dataclass(frozen=True, slots=True)
class Term:
    """A glossary term: one canonical word, what else people write for it, and what it means."""

    term: str
    also: tuple[str, ...]
    means: str


@dataclass(frozen=True, slots=True)
class DraftRule:
    """Something to look at in a draft post, and the passages that say so (ids, best first, never empty).

    `patterns` are regular expressions over the draft, blind to case unless they say otherwise. `weight` is no,
    ask_advisor or yes_if.
    """

    id: str
    label: str
    patterns: tuple[str, ...]
    passages: tuple[str, ...]
    weight: Verdict


@dataclass(frozen=True, slots=True)
class SafetyRule:
    """Questions that get a signpost before anything else: the title and the words of an entry.

    `patterns` are regular expressions over the normalised question; a question that comes nearest to one of the
    entries `nearest` is taken for one as well. Where `forwards` is false such a question goes to an advisor only when
    its asker says so.
    """

    id: str
    title: str
    patterns: tuple[str, ...]
    entry: str
    nearest: frozenset[str] = frozenset()
    forwards: bool = True


@dataclass(frozen=True, slots=True)
class Corpus:
    """Everything one pack says. Immutable; replaced whole when the pack changes.

    `version` is the pack's id and a digest of its files ("uk@3f9a0c1d2b4e"): the same files, the same version.
    """

    pack: str
    version: str
    topics: Mapping[str, str]
    documents: Mapping[str, Document]
    passages: Mapping[str, Passage]
    entries: Mapping[str, Entry]
    examples: tuple[Example, ...]
    facts: Mapping[str, FactDefinition]
    glossary: tuple[Term, ...]
    draft_rules: tuple[DraftRule, ...] = ()
    safety: tuple[SafetyRule, ...] = ()

    @property
    def tips(self) -> tuple[Passage, ...]:
        """The ten tips in their order, to the letter; empty for a pack that has none."""
        names = (f"{self.pack}/tip-{number}.1" for number in range(1, 11))
        return tuple(self.passages[name] for name in names if name in self.passages)
