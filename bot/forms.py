"""Forms with more than one field, or with something to read above it."""

from dataclasses import dataclass, field
from typing import Literal

from bot.replies import Part

TEXT = "text"  # the name of the field in which somebody writes
UNTIL = "until"
ADVISOR = "advisor"
OF_ASKER = ("ask", "check")  # by their verbs; these need nothing looked up but the guidance
OF_ADVISOR = ("answer", "ask_back", "pass_on", "away")
WITHOUT_TEXT = ("away",)


@dataclass(frozen=True, slots=True)
class Field:
    """One thing to fill in, whose name comes back with it.

    A text may begin with a `draft`; a choice has `options`, values and labels, of which the first is chosen at the
    start; a date may be left out and comes back as YYYY-MM-DD.
    """

    name: str
    label: str
    kind: Literal["text", "choice", "date"] = "text"
    hint: str = ""
    draft: str = ""
    options: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Form:
    """What is asked for before something is done: `verb` and `value` as an Action's, `parts` stand above the fields."""

    verb: str
    title: str  # at most 24 characters, Slack's limit for a modal
    submit: str
    fields: tuple[Field, ...]
    value: dict[str, str] = field(default_factory=dict)
    parts: tuple[Part, ...] = ()
