"""Reading facts from what somebody wrote."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from knowledge.entry import FactDefinition, Facts
from knowledge.tokens import normalise

# What is denied, or still to come, is not stated: "not my own account", "once it is announced". Looked for in the
# words just before a match.
_DENIED = re.compile(r"(\b(not|never|no longer|until|unless|before|once|when)|n't|\bnt)\b[\w' ]{0,12}$")


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
            fact: [value for value, pattern in values.items() if _stated(pattern, said)]
            for fact, values in self.patterns.items()
        }
        return {fact: values[0] for fact, values in found.items() if len(values) == 1}


def _stated(pattern: re.Pattern[str], said: str) -> bool:
    return any(not _DENIED.search(said[max(0, found.start() - 30) : found.start()]) for found in pattern.finditer(said))
