"""Random edits that change nothing of what is asked: slips, case, punctuation, politeness, the order of words."""

import random
from collections.abc import Callable, Mapping

Edit = Callable[[str, random.Random], str]

_BEFORE = ("hi, ", "quick question: ", "hello! ", "Sorry to bother you, ", "Hi team, hope you're well. ")
_AFTER = (" thanks", " Thank you!", " cheers", " Many thanks in advance.", " pls", " 🙏")


def _slip(text: str, rng: random.Random) -> str:
    """One letter lost, swapped with the next, doubled or replaced, inside the text."""
    letters = list(text)
    places = [place for place in range(1, len(letters) - 1) if letters[place].isalpha()]
    if not places:
        return text
    place = rng.choice(places)
    match rng.randrange(4):
        case 0:
            del letters[place]
        case 1:
            letters[place], letters[place + 1] = letters[place + 1], letters[place]
        case 2:
            letters.insert(place, letters[place])
        case _:
            letters[place] = rng.choice("abcdefghijklmnopqrstuvwxyz")
    return "".join(letters)


def _swap_words(text: str, rng: random.Random) -> str:
    words = text.split()
    if len(words) < 3:
        return text
    place = rng.randrange(len(words) - 1)
    words[place], words[place + 1] = words[place + 1], words[place]
    return " ".join(words)


def _without_punctuation(text: str, rng: random.Random) -> str:
    return "".join(char for char in text if char.isalnum() or char.isspace() or char == "'")


EDITS: Mapping[str, Edit] = {
    "a slip": _slip,
    "two slips": lambda text, rng: _slip(_slip(text, rng), rng),
    "capitals": lambda text, rng: text.upper(),
    "small letters": lambda text, rng: text.lower(),
    "no punctuation": _without_punctuation,
    "dots and question marks": lambda text, rng: text.replace(" ", "... ", 1) + "???",
    "a greeting": lambda text, rng: rng.choice(_BEFORE) + text,
    "thanks": lambda text, rng: text + rng.choice(_AFTER),
    "two words swapped": _swap_words,
    "no spaces": lambda text, rng: text.replace(" ", ""),
}
