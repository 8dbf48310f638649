"""Safety first: questions about danger to somebody, or about wrongdoing, get a signpost before any answer."""

import re
from functools import cache

from bot.advice import Advice, Signpost
from knowledge.entry import Corpus
from knowledge.tokens import normalise

CONCERNS_TOPIC = "raising-concerns"


def signpost_for(question: str, corpus: Corpus, *, nearest: str = "") -> Signpost | None:
    """The signpost of the first safety rule that a question falls under, if any.

    Args:
        nearest: id of the entry that comes nearest to the question, "" for none.
    """
    said = normalise(question)
    for rule in corpus.safety:
        if nearest in rule.nearest or _pattern(rule.patterns).search(said):
            outcome = corpus.entries[rule.entry].outcome
            return Signpost(rule.title, outcome.reason, outcome.instead, rule.entry, rule.forwards)
    return None


def is_about_wrongdoing(advice: Advice) -> bool:
    """Whether a question is never forwarded by itself: whoever raises a concern chooses whom they tell."""
    private = advice.signpost is not None and not advice.signpost.forwards
    return private or advice.topics[:1] == (CONCERNS_TOPIC,)


@cache
def _pattern(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns))
