"""Whether an advisor sent the draft that was prepared for them, and how much of it."""

from enum import StrEnum

from rapidfuzz import fuzz

from knowledge.tokens import words

EDITED_FROM = 60.0  # per cent of the words in common, in their order, from which a draft was built on


class DraftUse(StrEnum):
    """What became of a prepared draft."""

    NONE = ""  # nothing was prepared, or no answer was given yet
    UNCHANGED = "unchanged"
    EDITED = "edited"
    REPLACED = "replaced"


def use_of_draft(draft: str, sent: str) -> DraftUse:
    """Compare by words, so that blanks, capitals and full stops are no change."""
    prepared = words(draft)
    if not prepared:
        return DraftUse.NONE
    alike = fuzz.ratio(prepared, words(sent))
    if alike == 100:
        return DraftUse.UNCHANGED
    return DraftUse.EDITED if alike >= EDITED_FROM else DraftUse.REPLACED
