"""Checking a draft post: the parts that touch a rule, and one verdict over all. Nothing of a draft is kept."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from knowledge.entry import Corpus, DraftRule, Verdict

# A check never says yes: whether a post is cleared, published or true cannot be seen in its words.
GRAVEST_FIRST = (Verdict.NO, Verdict.ASK_ADVISOR, Verdict.YES_IF)


@dataclass(frozen=True, slots=True)
class Mark:
    """Words of a draft, `text[start:end]`, and the rule they touch."""

    start: int
    end: int
    words: str
    rule: DraftRule

    @property
    def passage(self) -> str:
        """The id of the passage the rule rests on."""
        return self.rule.passages[0]


@dataclass(frozen=True, slots=True)
class DraftCheck:
    """`verdict` is that of the gravest mark, info without any; `marks` are in the order of the text."""

    verdict: Verdict
    marks: tuple[Mark, ...]

    @property
    def by_rule(self) -> dict[DraftRule, tuple[Mark, ...]]:
        """The marks of each rule, the gravest rules first."""
        rules = sorted(dict.fromkeys(mark.rule for mark in self.marks), key=_gravity)
        return {rule: tuple(mark for mark in self.marks if mark.rule == rule) for rule in rules}


def check_draft(text: str, corpus: Corpus) -> DraftCheck:
    """Mark what a draft should be looked at for.

    Args:
        text: the draft; clean it first where invisible characters might hide words.
    """
    marks = [mark for rule in corpus.draft_rules for mark in _marks(text, rule)]
    marks.sort(key=lambda mark: (mark.start, _gravity(mark.rule)))
    verdict = min((mark.rule for mark in marks), key=_gravity).weight if marks else Verdict.INFO
    return DraftCheck(verdict, tuple(marks))


def _marks(text: str, rule: DraftRule) -> Iterator[Mark]:
    for found in _pattern(rule.patterns).finditer(text):
        if words := found[0].strip():
            start = found.start() + found[0].index(words)
            yield Mark(start, start + len(words), words, rule)


def _gravity(rule: DraftRule) -> int:
    return GRAVEST_FIRST.index(rule.weight)


@cache
def _pattern(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)
