"""Corpus → Index: everything needed to find the entries that fit a question. Built once, never changed."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz

from knowledge.classifier import LinearClassifier, WordFeatures
from knowledge.courtesies import without_courtesies
from knowledge.encoder import Encoder
from knowledge.entry import Corpus, Entry
from knowledge.facts import FactReader
from knowledge.meaning import MeaningRetriever
from knowledge.ranker import Meant, Signals, parts, rank
from knowledge.retriever import LexicalRetriever, Scores
from knowledge.spelling import GLUED, Spelling
from knowledge.tokens import Aliases, stems, words

NEAR_EXAMPLES = 30  # the best by words, compared letter by letter
RARE = 3  # uses of a word in all examples, below which its examples teach nothing
LONGEST = 400  # words of a question that are read: the first and the last half of them


@dataclass(frozen=True, slots=True)
class Match:
    """An entry that may answer a question, and how well it fits: comparable within one question only.

    `parts` are what each signal adds to the score, by the names in knowledge.ranker.
    """

    entry: Entry
    score: float
    parts: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reading:
    """How a text was read: the words it is searched by, and what was changed to get them, as (written, taken for)."""

    words: tuple[str, ...]
    corrected: tuple[tuple[str, str], ...]
    unified: tuple[tuple[str, str], ...]


class Index:
    """Finds entries by the words of their text, by their examples, and by learned topic and verdict."""

    def __init__(self, corpus: Corpus, encoder: Encoder | None = None) -> None:
        """Without an encoder entries are found by words alone."""
        self.corpus, self.encoder = corpus, encoder
        self.facts = FactReader.of(corpus.facts)
        position = {entry_id: number for number, entry_id in enumerate(corpus.entries)}
        known = sorted(corpus.examples, key=lambda example: position[example.entry])
        said = [words(example.question) for example in known]
        self._aliases = _rare_aliases(corpus, Counter(word for text in said for word in text))
        self._entries = tuple(corpus.entries.values())
        spoken = [self._aliases.rewrite(text) for text in said]
        written = [self._aliases.rewrite(words(f"{entry.title} {entry.outcome.reason}")) for entry in self._entries]
        self._spelling = Spelling(word for text in [*spoken, *written] for word in text)
        self._questions = [" ".join(text) for text in spoken]
        examples = [stems(text) for text in spoken]
        self._owners = np.array([position[example.entry] for example in known])
        joined: dict[int, list[str]] = defaultdict(list)
        for owner, text in zip(self._owners, examples, strict=True):
            joined[int(owner)].extend(text)
        self._by_words = LexicalRetriever(
            [stems(written[number]) + joined[number] for number in range(len(self._entries))]
        )
        self._by_example = LexicalRetriever(examples, b=0.4)
        owners = [(example, corpus.entries[example.entry]) for example in known]
        labels = {
            "topic": [_topic(entry) for _, entry in owners],
            "verdict": [entry.outcome_for(example.facts).verdict.value for example, entry in owners],
        }
        self._features = WordFeatures(examples)
        self._learned = LinearClassifier(self._features.rows(examples), labels)
        self._meaning = encoder and MeaningRetriever(
            encoder,
            [example.question for example in known],
            [entry.title for entry in self._entries],
            self._owners,
            labels,
        )
        names = self._learned.names
        self._topic_of = _places(names["topic"], [_topic(entry) for entry in self._entries])
        self._verdict_of = _places(names["verdict"], [entry.outcome.verdict.value for entry in self._entries])

    def legible(self, text: str) -> str:
        """A text without the courtesies around it, and with spaces where somebody left them all out."""
        asked = without_courtesies(text)
        glued = {word for word in words(asked) if len(word) >= GLUED}
        for word in glued:
            if len(pieces := self._spelling.pieces(word)) > 1:
                asked = re.sub(re.escape(word), " ".join(pieces), asked, flags=re.IGNORECASE)
        return asked

    def read(self, text: str) -> Reading:
        """What is searched for: words corrected, names and jargon made one. A very long text loses its middle."""
        return self._read(self.legible(text))

    def _read(self, asked: str) -> Reading:
        written = words(asked)
        if len(written) > LONGEST:
            written = written[: LONGEST // 2] + written[-LONGEST // 2 :]
        spelt = [self._spelling.correct(word) for word in written]
        pieces = list(self._aliases.pieces(spelt))
        return Reading(
            words=tuple(word for _, term in pieces for word in term.split()),
            corrected=_changed(zip(written, spelt, strict=True)),
            unified=_changed(pieces),
        )

    def matches(self, text: str, *, limit: int = 30) -> list[Match]:
        """Entries that may answer a text, best first; empty when no word of it is known."""
        asked = self.legible(text)
        spoken = self._read(asked).words
        tokens = stems(spoken)
        by_words = self._by_words.scores(tokens)
        if not by_words.any():
            return []
        learned = self._learned.scores(self._features.rows([tokens]))
        signals = Signals(
            by_words=by_words,
            by_example=self._nearest_example(spoken, tokens),
            by_topic=_taken(learned["topic"], self._topic_of),
            by_verdict=_taken(learned["verdict"], self._verdict_of),
        )
        meant = self._meant(asked)
        scores = rank(signals, meant)
        added = parts(signals, meant)
        best = np.argsort(-scores, kind="stable")[:limit]
        return [
            Match(
                self._entries[number],
                float(scores[number]),
                {name: float(part[number]) for name, part in added.items()},
            )
            for number in best
        ]

    def _meant(self, asked: str) -> Meant | None:
        if not self._meaning:
            return None
        found = self._meaning.scores(asked)
        return Meant(
            by_example=found.nearest,
            by_centre=found.centre,
            by_topic=_taken(found.learned["topic"], self._topic_of),
            by_verdict=_taken(found.learned["verdict"], self._verdict_of),
        )

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


def _rare_aliases(corpus: Corpus, used: Counter[str]) -> Aliases:
    """Names of the glossary that examples hardly use: those they do use, they teach better than any rewriting."""
    return Aliases(
        {
            name: term.term
            for term in corpus.glossary
            for name in term.also
            if any(used[word] < RARE for word in words(name))
        }
    )


def _changed(pairs: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple(dict.fromkeys(pair for pair in pairs if pair[0] != pair[1]))


def _topic(entry: Entry) -> str:
    return entry.topics[0] if entry.topics else ""


def _places(known: Sequence[str], wanted: Sequence[str]) -> NDArray[np.int64]:
    """Where each label stands among the known ones; one that no example bears stands behind the last."""
    return np.array([known.index(label) if label in known else len(known) for label in wanted])


def _taken(scores: Scores, places: NDArray[np.int64]) -> Scores:
    """The score at each place; 0 for the place behind the last."""
    return np.append(scores, np.float32(0))[places]
