"""A person's home: what they can ask, their cases and, for those who advise or own the service, their work."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.case import Case, State
from bot.replies import Action, Part

CASES_SHOWN = 8  # of each list


class Shown(StrEnum):
    """Which cases an advisor's home lists."""

    MINE = "mine"
    UNCLAIMED = "unclaimed"
    WAITING = "waiting"
    ENDED = "ended"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Pick:
    """A choice of what is shown, `options` being values and labels. `verb` comes back with the value picked."""

    verb: str
    label: str
    options: tuple[tuple[str, str], ...]
    chosen: str


@dataclass(frozen=True, slots=True)
class Section:
    """A few parts, a choice of what they show, and buttons under them."""

    parts: tuple[Part, ...]
    actions: tuple[Action, ...] = ()
    pick: Pick | None = None


@dataclass(frozen=True, slots=True)
class Home:
    """`groups` are what belongs together, each a few sections, the first thing to see first."""

    groups: tuple[tuple[Section, ...], ...]
    shown: Shown = Shown.MINE


def shown_named(name: str) -> Shown:
    """The list of that name; an advisor's own cases for any other."""
    return Shown(name) if name in set(Shown) else Shown.MINE


def first_to_see(cases: Sequence[Case]) -> list[Case]:
    """An asker's cases: those that wait for them, then those in work, then the rest; each in the order given."""
    return sorted(cases, key=lambda case: (case.state is not State.WAITING_FOR_ASKER, not case.state.needs_work))


def of_advisor(shown: Shown, held: Sequence[Case], in_work: Sequence[Case], advisor_id: str) -> list[Case]:
    """The cases of an advisor's list, in the order given.

    Args:
        held: every case the advisor holds or held last.
        in_work: every case that needs work, whoever holds it.
    """
    match shown:
        case Shown.MINE:
            return [case for case in in_work if case.advisor_id == advisor_id]
        case Shown.UNCLAIMED:
            return [case for case in in_work if case.state in (State.OPEN, State.REOPENED)]
        case Shown.WAITING:
            mine = (case for case in in_work if case.advisor_id == advisor_id)
            return [case for case in mine if case.state is State.WAITING_FOR_ASKER]
        case Shown.ENDED:
            return [case for case in held if not case.state.needs_work]
        case Shown.ALL:
            return list(in_work)
