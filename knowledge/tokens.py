"""Text → tokens. The same functions serve guidance, examples and questions."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence

import Stemmer

_stem = Stemmer.Stemmer("english").stemWord
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*|[£%]")
_TAGS = "a|at|b|blockquote|br|code|div|em|h[1-6]|i|img|li|ol|p|pre|s|script|span|strong|style|table|td|th|tr|u|ul"
_MARKUP = re.compile(
    rf"<[!@#][^<>]{{0,200}}>|</?(?:{_TAGS})(?:\s[^<>]{{0,100}}=[^<>]{{0,100}})?\s?/?>"
)  # Slack's mentions, HTML's tags
_BREAKS = str.maketrans(dict.fromkeys("\r\x0b\x0c\x85\u2028\u2029", "\n"))
_QUOTES = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"', "´": "'", "`": "'"})
_KEPT_CONTROLS = "\n\t"


def clean(text: str) -> str:
    """Text as people meant it: no control characters, no direction overrides, no invisible joiners.

    Compatibility forms are folded (full-width letters, ligatures); case, line breaks and emoji stay.
    """
    if text.isascii() and text.isprintable():  # nearly every text; the long way is ten times slower
        return text.translate(_QUOTES).strip()
    folded = unicodedata.normalize("NFKC", text.translate(_QUOTES).translate(_BREAKS))
    return "".join(
        char for char in folded if char in _KEPT_CONTROLS or unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co")
    ).strip()


def normalise(text: str) -> str:
    """One line of lower-case clean text, with single spaces."""
    return " ".join(clean(text).lower().split())


def words(text: str) -> list[str]:
    """The words of a text, normalised, in order, without markup; empty where no letter or digit is left."""
    return _WORD.findall(_MARKUP.sub(" ", normalise(text)))


def stems(tokens: Iterable[str]) -> list[str]:
    """English stems, apostrophes dropped: "don't" and "dont" are the same word."""
    return [_stem(token.replace("'", "")) for token in tokens]


class Aliases:
    """Rewrites names of platforms and jargon to one canonical term: "fb" → "facebook", "spad" → "special adviser".

    Longest name first; a name matches whole words only.
    """

    def __init__(self, canonical: Mapping[str, str]) -> None:
        self._canonical = {" ".join(words(name)): " ".join(words(term)) for name, term in canonical.items()}
        self._longest: dict[str, int] = {}  # words of the longest name that begins with a word
        for name in self._canonical:
            first = name.partition(" ")[0]
            self._longest[first] = max(self._longest.get(first, 0), name.count(" ") + 1)

    def rewrite(self, tokens: Sequence[str]) -> list[str]:
        return [word for _, term in self.pieces(tokens) for word in term.split()]

    def pieces(self, tokens: Sequence[str]) -> Iterator[tuple[str, str]]:
        """The text in pieces, in order: what was written and what it is taken for, the same where nothing changed."""
        position = 0
        while position < len(tokens):
            longest = self._longest.get(tokens[position], 0)
            for size in range(min(longest, len(tokens) - position), 0, -1):
                name = " ".join(tokens[position : position + size])
                if name in self._canonical:
                    yield name, self._canonical[name]
                    position += size
                    break
            else:
                yield tokens[position], tokens[position]
                position += 1
