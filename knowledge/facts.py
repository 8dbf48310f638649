"""Reading facts from what somebody wrote."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from knowledge.entry import FactDefinition, Facts
from knowledge.tokens import normalise, words

# Looked for in the words just before a match. What is denied is not stated: "not my own account". Nor, for facts that
# are answered by yes or no, what is asked about, required or still to come: "has it been cleared", "once it is out".
_DENIED = re.compile(r"(\b(not|never|no longer)|n't|\bnt)\b[\w' ]{0,12}$")
_TENTATIVE = re.compile(
    r"\b(until|unless|before|once|when|must|should|needs?|nothing|to be|has it|is it|was it|have they)\b[\w' ]{0,12}$"
)
_YES_OR_NO = {"yes", "no"}


@dataclass(frozen=True)
class FactReader:
    """Finds the facts a question states, by the patterns that the pack lists for each value."""

    patterns: Mapping[str, Mapping[str, re.Pattern[str]]]

    @classmethod
    def of(cls, definitions: Mapping[str, FactDefinition]) -> "FactReader":
        return cls(
            {
                fact: {
                    known.value: re.compile("|".join(f"(?:{pattern})" for pattern in known.patterns))
                    for known in definition.values
                    if known.patterns
                }
                for fact, definition in definitions.items()
            }
        )

    def read(self, text: str) -> Facts:
        """Facts stated in a text; one that is stated both ways is left out, since it was not said clearly."""
        said = normalise(text)
        found = {
            fact: [
                value
                for value, pattern in values.items()
                if _stated(pattern, said, tentative=values.keys() <= _YES_OR_NO)
            ]
            for fact, values in self.patterns.items()
        }
        return {fact: values[0] for fact, values in found.items() if len(values) == 1}

    def beyond(self, text: str) -> list[str]:
        """The words of a text that are no part of stating a fact."""
        said = normalise(text)
        for values in self.patterns.values():
            for pattern in values.values():
                said = pattern.sub(" ", said)
        return words(said)


def _stated(pattern: re.Pattern[str], said: str, *, tentative: bool) -> bool:
    before = (said[max(0, found.start() - 30) : found.start()] for found in pattern.finditer(said))
    return any(not _DENIED.search(text) and not (tentative and _TENTATIVE.search(text)) for text in before)
