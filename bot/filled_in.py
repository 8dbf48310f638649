"""What may be wrong with a form that was filled in."""

from collections.abc import Mapping
from datetime import date

from bot import wording, wording_forms
from bot.forms import TEXT, UNTIL, WITHOUT_TEXT
from bot.replies import Reply
from knowledge.tokens import clean


def faults(verb: str, filled: Mapping[str, str], today: date) -> dict[str, Reply]:
    """What is wrong, by the name of the field; empty when all of it can be taken.

    Args:
        verb: the form's.
        today: the day where it was filled in, as far as that is known.
    """
    found: dict[str, Reply] = {}
    if verb not in WITHOUT_TEXT and (refused := wording.unsendable(clean(filled.get(TEXT, "")))):
        found[TEXT] = refused
    if filled.get(UNTIL) and not _is_ahead(filled[UNTIL], today):
        found[UNTIL] = wording_forms.day_has_passed()
    return found


def _is_ahead(day: str, today: date) -> bool:
    try:
        return date.fromisoformat(day) >= today
    except ValueError:
        return False
