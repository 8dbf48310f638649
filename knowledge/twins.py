"""Near-duplicates across verdicts: examples so alike that one of the two must be in the wrong place."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import combinations

from rapidfuzz import fuzz

from knowledge.entry import Corpus, Example
from knowledge.tokens import stems, words

ALIKE = 88.0  # of 100, by rapidfuzz's token_sort_ratio: a letter, an ending or the order of words apart
RARE_WORDS = 4  # two examples are compared when they share two of the rarest words of each


def twins(corpus: Corpus) -> Iterator[tuple[Example, Example]]:
    """Pairs of examples in nearly the same words whose entries give different verdicts, in the order of the files.

    Left out are pairs in which either states facts, where these and not the words make the difference, and near misses
    of the other's entry, which are meant to be alike.
    """
    plain = [example for example in corpus.examples if not example.facts]
    said = [stems(words(example.question)) for example in plain]
    used = Counter(word for text in said for word in set(text))
    blocks: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for number, text in enumerate(said):
        rarest = sorted(set(text), key=lambda word: (used[word], word))[:RARE_WORDS]
        for pair in combinations(sorted(rarest), 2):
            blocks[pair].append(number)
    pairs = {pair for block in blocks.values() for pair in combinations(block, 2)}
    for left, right in sorted(pairs):
        one, other = plain[left], plain[right]
        if corpus.entries[one.entry].outcome.verdict is corpus.entries[other.entry].outcome.verdict:
            continue
        if one.near == other.entry or other.near == one.entry:
            continue
        if fuzz.token_sort_ratio(" ".join(said[left]), " ".join(said[right]), score_cutoff=ALIKE):
            yield one, other
