"""What the engine says to one question."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Protocol

from knowledge.entry import Condition, Corpus, Facts, Verdict
from knowledge.passage import Passage, Status


class Reason(StrEnum):
    """Why the engine holds back from deciding."""

    UNSETTLED = "unsettled"
    LOW_CONFIDENCE = "low_confidence"
    ASKED_FOR = "asked_for"


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer to a clarify question, the verdict it leads to and the reason for it."""

    value: str
    label: str
    leads_to: Verdict
    reason: str


@dataclass(frozen=True, slots=True)
class Clarify:
    """The one fact that flips the verdict, asked."""

    fact: str
    question: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Signpost:
    """What comes before any answer where somebody may be in danger, or has seen wrongdoing.

    `text` and `instead` are the words of `entry`. Where `forwards` is false the question goes to an advisor only
    when its asker says so.
    """

    title: str
    text: str
    instead: str
    entry: str
    forwards: bool = True


@dataclass(frozen=True, slots=True)
class Advice:
    """A typed verdict with the words and passages it rests on.

    `holds` says until or from when the answer is another one, "" where the calendar changes nothing or knows nothing.
    `confidence` is 0 to 1. `citations` are best first, empty only for not_covered; those beyond `rests_on`, the ids
    that the verdict and its conditions stand on, are related ones. `clarify` is set only for that verdict, `reason`
    only for ask_advisor. `facts` are all facts known when it was given.
    """

    verdict: Verdict
    confidence: float
    summary: str
    conditions: tuple[Condition, ...] = ()
    instead: str = ""
    holds: str = ""
    citations: tuple[Passage, ...] = ()
    rests_on: tuple[str, ...] = ()
    clarify: Clarify | None = None
    reason: Reason | None = None
    advisor_needs: tuple[str, ...] = ()
    ask_role: str = ""
    related: tuple[str, ...] = ()
    entry: str = ""
    topics: tuple[str, ...] = ()
    status: Status = Status.VERIFIED
    facts: Facts = field(default_factory=dict)
    guidance_version: str = ""
    signpost: Signpost | None = None


class Engine(Protocol):
    """Answers questions from one version of the guidance; immutable, safe to share between threads."""

    @property
    def corpus(self) -> Corpus: ...

    def advise(self, question: str, *, facts: Facts, history: Sequence[str] = (), as_of: date | None = None) -> Advice:
        """Answer one question.

        Args:
            question: as typed; may be empty or anything else.
            facts: known from profile and conversation; what the question itself says wins over them.
            history: what the same person asked before in this conversation, oldest first.
            as_of: the day it is asked, for what depends on the calendar; None leaves the calendar out.
        """
        ...

    def resolve(self, entry_id: str, facts: Facts, *, as_of: date | None = None) -> Advice | None:
        """What an entry says when these facts are known; None when it is gone from the guidance."""
        ...

    def change_of_facts(self, text: str, entry_id: str) -> Facts:
        """The facts a text states when it says nothing else and they can change what an entry says; else none."""
        ...
