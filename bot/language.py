"""Which language a text is written in: only English is understood here, and some advisors speak others."""

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
_ENGLISH = "en"
_CREOLE = "pcm"  # Nigerian Pidgin: short English without grammar is taken for it
_CLEARLY = 10.0  # how much likelier than English, as a difference of logarithms
# Words of English grammar, and of no other one here: "can I retweet Plaid Cymru?" is more Welsh by its names
_ENGLISH_GRAMMAR = frozenset(
    words("the and it this that with should would can could may about your they what when how why")
)


def foreign(text: str) -> str:
    """The code (ISO 639) of the language a text is written in, "" for English and where it is not certain."""
    said = words(text)
    if not said or not _ENGLISH_GRAMMAR.isdisjoint(said):
        return ""
    scores = {code: float(score) for code, score in _identifier().rank(" ".join(said)) if code != _CREOLE}
    best = max(scores, key=lambda code: scores[code])
    return best if scores[best] - scores[_ENGLISH] >= _CLEARLY else ""


def language_of(text: str, among: Collection[str]) -> str:
    """The language of a text: its name in LANGUAGES, "" for English and where it is not certain.

    Args:
        among: names of the languages that are of interest; without any nothing is looked at.
    """
    found = foreign(text) if among else ""
    return next((name for name in among if LANGUAGES[name] == found), "")


@cache
def _identifier() -> LanguageIdentifier:
    """Read once a process, when first asked for: it takes a second and 90 MB."""
    return LanguageIdentifier.from_model_file(MODEL_FILE)
