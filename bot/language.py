"""Which language a case is written in, as far as advisors speak others than English."""

import math
from collections.abc import Collection, Mapping
from functools import cache

from py3langid.langid import MODEL_FILE, LanguageIdentifier

from knowledge.tokens import words

# The name used in rota files → the code of the identifier's model.
LANGUAGES: Mapping[str, str] = {
    "welsh": "cy",
    "arabic": "ar",
    "bengali": "bn",
    "chinese": "zh",
    "french": "fr",
    "german": "de",
    "gujarati": "gu",
    "hindi": "hi",
    "irish": "ga",
    "italian": "it",
    "polish": "pl",
    "portuguese": "pt",
    "punjabi": "pa",
    "romanian": "ro",
    "scottish-gaelic": "gd",
    "spanish": "es",
    "urdu": "ur",
}
_SURE = 0.99  # share of one language among all these
# Words of English grammar, and of no other one here: "can I retweet Plaid Cymru?" is more Welsh by its names
_ENGLISH = frozenset(words("the and it this that with should would can could may about your they what when how why"))


def language_of(text: str, among: Collection[str]) -> str:
    """The language of a text: its name in LANGUAGES, "" for English and where it is not certain.

    Args:
        among: names of the languages that are of interest; without any nothing is looked at.
    """
    said = words(text)
    if not among or not said or not _ENGLISH.isdisjoint(said):
        return ""
    scores = dict(_identifier().rank(" ".join(said)))  # logarithms
    known = {"": scores["en"], **{name: scores[code] for name, code in LANGUAGES.items()}}
    best = max(known, key=lambda name: known[name])
    share = 1 / sum(math.exp(max(score - known[best], -700.0)) for score in known.values())
    return best if best in among and share >= _SURE else ""


@cache
def _identifier() -> LanguageIdentifier:
    """Read once, and only where somebody speaks another language: it takes a second and 90 MB."""
    return LanguageIdentifier.from_model_file(MODEL_FILE)
