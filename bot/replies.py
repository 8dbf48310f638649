"""What goes out: platform-neutral documents, and every word people read.

Adapters render a Reply; they add no words of their own. All text here is plain: whoever renders it escapes it.
"""

from dataclasses import dataclass, field
from typing import Annotated, Literal

from pydantic import Field


@dataclass(frozen=True, slots=True)
class Heading:
    text: str
    kind: Literal["heading"] = "heading"


@dataclass(frozen=True, slots=True)
class Paragraph:
    text: str
    kind: Literal["paragraph"] = "paragraph"


@dataclass(frozen=True, slots=True)
class SaidBySomeone:
    """Words a person typed, shown as theirs: never as ours, never with live mentions or links."""

    who: str
    text: str
    kind: Literal["said"] = "said"


@dataclass(frozen=True, slots=True)
class Cited:
    """A passage. Only a verbatim one may stand in quotation marks; others are introduced by "In short:"."""

    text: str
    verbatim: bool
    source: str
    url: str
    kind: Literal["cited"] = "cited"


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a list; `source` and `url` are empty where nothing is cited."""

    text: str
    source: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Items:
    title: str
    items: tuple[Item, ...]
    numbered: bool = False
    kind: Literal["items"] = "items"


@dataclass(frozen=True, slots=True)
class Note:
    """Small print: status of the guidance, version, whom to turn to."""

    text: str
    kind: Literal["note"] = "note"


Part = Annotated[Heading | Paragraph | SaidBySomeone | Cited | Items | Note, Field(discriminator="kind")]


@dataclass(frozen=True, slots=True)
class Prompt:
    """A form with one text field, opened by an Action."""

    title: str  # at most 24 characters, Slack's limit for a modal
    label: str
    submit: str
    hint: str = ""
    draft: str = ""


@dataclass(frozen=True, slots=True)
class Action:
    """A button. `verb` and `value` come back when it is pressed; with a `prompt` it asks for text first."""

    verb: str
    label: str
    value: dict[str, str]
    style: str = ""  # "", "primary" or "danger"
    prompt: Prompt | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """One message. `text` says the same in one plain paragraph: notifications and screen readers read it.

    `shareable` is the id of the question that this answers where whoever asked may show it to others, else "".
    """

    text: str
    parts: tuple[Part, ...]
    actions: tuple[Action, ...] = field(default=())
    shareable: str = ""
