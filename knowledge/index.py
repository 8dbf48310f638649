"""Corpus → Index: everything needed to find the entries that fit a question. Built once, never changed."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from rapidfuzz import fuzz

from knowledge.classifier import Classifier
from knowledge.entry import Corpus, Entry
from knowledge.facts import FactReader
from knowledge.ranker import Signals, rank
from knowledge.retriever import LexicalRetriever, Scores
from knowledge.spelling import Spelling
from knowledge.tokens import Aliases, stems, words

NEAR_EXAMPLES = 30  # the best by words, compared letter by letter
RARE = 3  # uses of a word in all examples, below which its examples teach nothing
LONGEST = 400  # words of a question that are read: the first and the last half of them


@dataclass(frozen=True, slots=True)
class Match:
    """An entry that may answer a question, and how well it fits: comparable within one question only."""

    entry: Entry
    score: float


class Index:
    """Finds entries by the words of their text, by their examples, and by learned topic and verdict."""

    def __init__(self, corpus: Corpus) -> None:
        self.corpus = corpus
        self.facts = FactReader.of(corpus.facts)
        self._aliases = _rare_aliases(corpus)
        self._entries = tuple(corpus.entries.values())
        position = {entry.id: number for number, entry in enumerate(self._entries)}
        spoken = [self._aliases.rewrite(words(example.question)) for example in corpus.examples]
        written = [self._aliases.rewrite(words(f"{entry.title} {entry.outcome.reason}")) for entry in self._entries]
        self._spelling = Spelling(word for text in [*spoken, *written] for word in text)
        self._questions = [" ".join(text) for text in spoken]
        examples = [stems(text) for text in spoken]
        self._owners = np.array([position[example.entry] for example in corpus.examples])
        joined: dict[int, list[str]] = defaultdict(list)
        for owner, text in zip(self._owners, examples, strict=True):
            joined[int(owner)].extend(text)
        self._by_words = LexicalRetriever(
            [stems(written[number]) + joined[number] for number in range(len(self._entries))]
        )
        self._by_example = LexicalRetriever(examples, b=0.4)
        owners = [(example, corpus.entries[example.entry]) for example in corpus.examples]
        self._learned = Classifier(
            examples,
            {
                "topic": [_topic(entry) for _, entry in owners],
                "verdict": [entry.outcome_for(example.facts).verdict.value for example, entry in owners],
            },
        )
        labels = self._learned.labels
        self._topic_of = np.array([labels["topic"].index(_topic(entry)) for entry in self._entries])
        self._verdict_of = np.array([labels["verdict"].index(entry.outcome.verdict.value) for entry in self._entries])

    def tokens(self, text: str) -> list[str]:
        """What is searched for: words corrected, names and jargon made one. A very long text loses its middle."""
        read = words(text)
        if len(read) > LONGEST:
            read = read[: LONGEST // 2] + read[-LONGEST // 2 :]
        return self._aliases.rewrite([self._spelling.correct(word) for word in read])

    def matches(self, text: str, *, limit: int = 30) -> list[Match]:
        """Entries that may answer a text, best first; empty when no word of it is known."""
        spoken = self.tokens(text)
        tokens = stems(spoken)
        by_words = self._by_words.scores(tokens)
        if not by_words.any():
            return []
        learned = self._learned.scores(tokens)
        signals = Signals(
            by_words=by_words,
            by_example=self._nearest_example(spoken, tokens),
            by_topic=learned["topic"][self._topic_of],
            by_verdict=learned["verdict"][self._verdict_of],
        )
        scores = rank(signals)
        best = np.argsort(-scores, kind="stable")[:limit]
        return [Match(self._entries[number], float(scores[number])) for number in best]

    def _nearest_example(self, spoken: Sequence[str], tokens: Sequence[str]) -> Scores:
        """For each entry, the best score of one of its examples; close wording counts beside shared words."""
        scores = self._by_example.scores(tokens)
        nearest = np.argpartition(-scores, min(NEAR_EXAMPLES, len(scores) - 1))[:NEAR_EXAMPLES]
        question = " ".join(spoken)
        found = np.zeros(len(self._entries), dtype=np.float32)
        np.maximum.at(found, self._owners, scores)
        for number in nearest:
            alike = fuzz.token_sort_ratio(question, self._questions[number]) / 100
            owner = self._owners[number]
            found[owner] = max(found[owner], (scores[number] + alike) / 2)
        return found


def _rare_aliases(corpus: Corpus) -> Aliases:
    """Names of the glossary that examples hardly use: those they do use, they teach better than any rewriting."""
    used = Counter(word for example in corpus.examples for word in words(example.question))
    return Aliases(
        {
            name: term.term
            for term in corpus.glossary
            for name in term.also
            if any(used[word] < RARE for word in words(name))
        }
    )


def _topic(entry: Entry) -> str:
    return entry.topics[0] if entry.topics else ""
