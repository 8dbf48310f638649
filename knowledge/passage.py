"""Passages of guidance and the documents they come from."""

from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    """How far a statement was checked against its source, strongest first."""

    VERIFIED = "verified"
    REPORTED = "reported"
    INFERRED = "inferred"
    UNVERIFIED = "unverified"


@dataclass(frozen=True, slots=True)
class Document:
    """A published source. `year` is None where the source bears no date; `dated` says what it does bear."""

    key: str
    title: str
    publisher: str
    year: int | None
    dated: str
    url: str
    licence: str


@dataclass(frozen=True, slots=True)
class Passage:
    """The smallest citable piece of guidance: plain text, never empty.

    The id stays when the wording changes ("uk/tip-4.2"), so a citation stored today resolves next year.
    `verbatim` is true only where `text` is the source's own wording to the letter.
    """

    id: str
    title: str
    text: str
    verbatim: bool
    topics: tuple[str, ...]
    document: Document
    section: str
    status: Status

    @property
    def source(self) -> str:
        """Where it stands, for people: document, section and year on one line."""
        return f"{self.document.title}, {self.section} ({self.document.year or 'undated'})"
