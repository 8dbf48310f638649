"""Questions of a pack that are fit to be suggested."""

import math
from collections import Counter

from knowledge.entry import Corpus, Verdict

_SHORTEST, _LONGEST = 30, 70  # characters
_SETTLED = (Verdict.YES, Verdict.YES_IF, Verdict.NO)


def typical_questions(corpus: Corpus, count: int) -> tuple[str, ...]:
    """Example questions that the pack settles, worded as most are, each from another topic; the most usual first."""
    heard = Counter(word for example in corpus.examples for word in set(example.question.casefold().split()))
    best: dict[str, tuple[float, str]] = {}
    for example in corpus.examples:
        entry, question = corpus.entries[example.entry], example.question
        if entry.topics and entry.outcome.verdict in _SETTLED and _can_be_suggested(question):
            said = question.casefold().split()
            usual = sum(math.log(heard[word]) for word in said) / len(said)
            best[entry.topics[0]] = max(best.get(entry.topics[0], (0.0, "")), (usual, question))
    return tuple(question for _, question in sorted(best.values(), reverse=True)[:count])


def _can_be_suggested(question: str) -> bool:
    """Whether it is short and stands for itself."""
    asks = question.startswith(("Can I ", "May I ")) and question.endswith("?")
    return asks and _SHORTEST <= len(question) <= _LONGEST
