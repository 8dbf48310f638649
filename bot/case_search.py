"""Finding a case again: by its id, its state, its topics or its words, with slips forgiven."""

import re
from collections.abc import Collection, Mapping, Sequence

from rapidfuzz import fuzz, process

from bot.case import Case
from knowledge.texts import FUNCTION_WORDS
from knowledge.tokens import stems, words

BY_ID, BY_STATE, BY_TOPIC, BY_QUESTION, BY_ADVICE = 3.0, 1.5, 1.2, 1.0, 0.8  # what one word found there counts
SLIP = 80  # least likeness of a word and a slip of it, 0 to 100
SHORTEST_SLIP = 4  # letters; in a shorter word one letter makes another word
ENOUGH = 0.5  # least share of the words that must be found


def search_cases(asked: str, cases: Sequence[Case], topics: Mapping[str, str]) -> list[Case]:
    """The cases that fit, the best first, among equals in their order.

    Args:
        asked: as typed; may be empty, which finds nothing.
        topics: titles by id.
    """
    said = re.sub(r"\b(sm) (\d{4}) (\d+)\b", r"\1-\2-\3", asked.lower())
    ids = re.findall(r"\bsm-\d{4}-\d+\b", said)
    wanted = stems(words(re.sub(r"\bsm-\d{4}-\d+\b", " ", said)))
    wanted = [word for word in wanted if word not in FUNCTION_WORDS] or wanted
    scored = [(_score(ids, wanted, case, topics), case) for case in cases]
    return [case for score, case in sorted(scored, key=lambda one: -one[0]) if score > 0]


def _score(ids: Sequence[str], wanted: Sequence[str], case: Case, topics: Mapping[str, str]) -> float:
    """How well a case fits; 0 where too few of the words are found."""
    number = case.id.rpartition("-")[2].lstrip("0")
    fields = (
        (BY_STATE, _stems(case.state.in_words)),
        (BY_TOPIC, _stems(" ".join(f"{topic} {topics.get(topic, '')}" for topic in case.topics))),
        (BY_QUESTION, _stems(case.question)),
        (BY_ADVICE, _stems(case.advice)),
    )
    by_id = [BY_ID if case.id.lower() == one else 0.0 for one in ids]
    by_words = [
        BY_ID
        if word.isdigit() and word.lstrip("0") == number
        else max(weight * _likeness(word, field) for weight, field in fields)
        for word in wanted
    ]
    found = [*by_id, *by_words]
    hits = sum(score > 0 for score in found)
    return sum(found) / len(found) if found and hits >= ENOUGH * len(found) else 0.0


def _stems(text: str) -> frozenset[str]:
    return frozenset(stems(words(text)))


def _likeness(word: str, field: Collection[str]) -> float:
    """1 where a field has the word, less for a slip of it, 0 where it has nothing like it."""
    if word in field:
        return 1.0
    if len(word) < SHORTEST_SLIP or not word.isalpha():
        return 0.0
    if any(one.startswith(word) for one in field):
        return 0.9
    near = process.extractOne(word, field, scorer=fuzz.ratio, score_cutoff=SLIP)
    return 0.9 * near[1] / 100 if near else 0.0
