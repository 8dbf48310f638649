"""Which earlier questions ask what a new one asks: found by their words, confirmed by their meaning.

Shares of words alone cannot tell "may we thank our staff?" from "may we repost a union's thanks to our staff?"; the
cosine of the tuned encoder can more often. Measured on tests/likeness_pairs.py (24 questions that ask the same, 24 near
misses written to share most words, 264 pairs of different subjects): from 0.45 on 22 of the same are found, 4 of the
near misses and none of the others. At 0.40 it is 24, 6 and 0; at 0.50 18, 3 and 0.
"""

from collections.abc import Sequence

import numpy as np

from bot.ports import PrecedentStore
from bot.precedent import Precedent, PrecedentState
from knowledge.encoder import Vectors
from knowledge.retriever import Hit
from knowledge.texts import SentenceEncoder, TextSearch

LEAST = 0.45  # cosine of two questions that ask the same
BY_WORDS = 20  # texts found by their words whose meaning is looked at
REMEMBERED = 5_000  # vectors; beyond that they are worked out again


class Likeness:
    """Finds questions that ask the same. Safe to share between threads.

    It remembers vectors of texts and an index of the precedents in force. Both only save work: the index is built anew
    when any process has moved a precedent, and what it finds is read from the store before it is shown.
    """

    def __init__(self, encoder: SentenceEncoder | None = None) -> None:
        """encoder: without one nothing is like anything, since words alone cannot tell."""
        self._encoder = encoder
        self._vectors: dict[str, Vectors] = {}
        self._precedents: tuple[int, tuple[Precedent, ...], TextSearch] | None = None

    def precedents(self, question: str, store: PrecedentStore) -> list[Precedent]:
        """Precedents in force whose question asks the same, the most alike first, as the store has them now."""
        signed, search = self._index_of(store)
        if not signed:
            return []
        hits = self._alike(question, search, [one.question for one in signed])
        return [store.get(signed[hit.position].id) for hit in hits]

    def positions(self, question: str, texts: Sequence[str]) -> list[int]:
        """Places of the texts that ask the same as a question, the most alike first."""
        return [hit.position for hit in self._alike(question, TextSearch(texts), texts)] if texts else []

    def _index_of(self, store: PrecedentStore) -> tuple[tuple[Precedent, ...], TextSearch]:
        moves = store.moves()  # before the precedents: a move between the two is noticed the next time
        held = self._precedents
        if held is None or held[0] != moves:
            signed = tuple(one for one in store.all() if one.state is PrecedentState.SIGNED)
            held = moves, signed, TextSearch([one.question for one in signed])
            self._precedents = held
        return held[1:]

    def _alike(self, question: str, search: TextSearch, texts: Sequence[str]) -> list[Hit]:
        if self._encoder is None:
            return []
        found = [hit.position for hit in search.search(question, k=BY_WORDS)]
        if not found:
            return []
        asked, *others = self._encoded([question, *(texts[position] for position in found)])
        cosines = [float(np.dot(asked, other)) for other in others]
        hits = [Hit(position, cosine) for position, cosine in zip(found, cosines, strict=True) if cosine >= LEAST]
        return sorted(hits, key=lambda hit: -hit.score)

    def _encoded(self, texts: Sequence[str]) -> list[Vectors]:
        """One unit vector a text."""
        known = self._vectors
        if self._encoder and (missing := [text for text in dict.fromkeys(texts) if text not in known]):
            new = dict(zip(missing, self._encoder.encode(missing), strict=True))
            known = {**known, **new}
            self._vectors = known if len(known) <= REMEMBERED else new
        return [known[text] for text in texts]
