"""A version of the guidance as it is kept: what its passages and entries say, without examples and patterns."""

from collections.abc import Mapping
from dataclasses import dataclass

from knowledge.entry import Corpus, Entry, Outcome
from knowledge.passage import Passage


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What one version says; `passages` and `entries` by id.

    It is stored for years: a field that Passage or Entry is given later needs a default, or old ones can't be read.
    """

    version: str
    passages: Mapping[str, Passage]
    entries: Mapping[str, Entry]


def snapshot_of(corpus: Corpus) -> Snapshot:
    return Snapshot(corpus.version, corpus.passages, corpus.entries)


def passages_of(outcome: Outcome) -> tuple[str, ...]:
    """Ids of the passages an outcome rests on, best first: those it quotes, then those of its conditions."""
    return tuple(dict.fromkeys((*outcome.passages, *(condition.passage for condition in outcome.conditions))))


def passages_under(entry: Entry) -> frozenset[str]:
    """Ids of all passages an entry rests on, whatever the facts."""
    outcomes = (entry.outcome, *(case.outcome for case in entry.by_facts))
    return frozenset(name for outcome in outcomes for name in passages_of(outcome))
