"""The words of the desk that askers and advisors both read, and what both their wordings are made of."""

from collections.abc import Sequence

from bot.advisors import Advisor
from bot.case import SMPOLICY, Case, CaseEvent, Move
from bot.replies import Action, Note, Paragraph, Part, Reply, SaidBySomeone
from bot.wording import ZONE, tell, when
from knowledge.entry import Corpus, Facts

LONGEST_LINE = 120  # characters of a text that is listed
SHOWN_IN_LIST = 10  # cases
_SAID = {
    Move.ANSWER: "answered",
    Move.ASK_BACK: "asked",
    Move.REPLY: "replied",
    Move.PASS_ON: "passed it on",
    Move.NOTE: "noted",
    Move.REOPEN: "reopened it",
}


def number(count: int, what: str) -> str:
    return f"{count or 'no'} {what}{'' if count == 1 else 's'}"


def fact_lines(facts: Facts, corpus: Corpus) -> list[str]:
    """Known facts as people read them: "Is this about an official account…? My own account"."""
    known = ((corpus.facts[fact], value) for fact, value in facts.items() if fact in corpus.facts)
    return [f"{definition.question} {definition.label(value)}" for definition, value in known]


def was_said(event: CaseEvent) -> bool:
    """Whether an event carries what a person said, rather than a remark of the log."""
    return bool(event.note) and event.move not in (Move.OPEN, Move.REMIND, Move.HAND_OVER, Move.SHARE_NAME)


def event_part(event: CaseEvent, *, reader: str) -> Part:
    """What a person said of a case: "The asker replied". `reader` is the actor that whoever reads it is."""
    others = {"asker": "The asker", SMPOLICY: SMPOLICY}
    who = "You" if event.actor == reader else others.get(event.actor, "An advisor")
    return SaidBySomeone(f"{who} {_SAID.get(event.move, event.move.value)}", event.note)


def who(advisor: Advisor) -> str:
    return f"{advisor.name} ({advisor.role})"


def which_case() -> Reply:
    return tell("Type case and its id, such as case SM-2026-0042. Type cases for the list of yours.")


def case_list(cases: Sequence[Case], *, queue: bool, zone: str = ZONE) -> Reply:
    """Somebody's own cases, or an advisor's queue, with times in a zone; says what to do when there are none."""
    if not cases:
        empty = "You hold no cases." if queue else "You have no cases. One opens when an advisor must decide."
        return tell(empty)
    title = "Cases you hold" if queue else "Your cases"
    shown = cases[:SHOWN_IN_LIST]
    actions = tuple(map(show_case, shown[:5]))
    parts: list[Part] = [Paragraph(title), *(case_part(case, zone) for case in shown)]
    if len(cases) > len(shown):
        parts.append(Note(f"{len(cases) - len(shown)} older ones are not shown; type case and the id."))
    return Reply(f"{title}: {len(cases)}.", tuple(parts), actions)


def one_line(text: str) -> str:
    """The beginning of a text, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_LINE else f"{line[: LONGEST_LINE - 1].rstrip()}…"


def show_case(case: Case) -> Action:
    return Action("show_case", case.id, {"case": case.id})


def case_part(case: Case, zone: str) -> Part:
    """A case in a list, with the beginning of its question, unless that was erased."""
    line, asked = case_line(case, zone), one_line(case.question)
    return SaidBySomeone(line, asked) if asked else Paragraph(line)


def case_line(case: Case, zone: str) -> str:
    due = f", answer due {when(case.answer_by, zone)}" if case.state.needs_work else ""
    return f"{case.id}: {case.state.in_words}{due}"


def unknown_case() -> Reply:
    return tell("I don't know that case, or it isn't yours to see. Type cases for the list of yours.")


def not_yours() -> Reply:
    return tell("Only the person who holds this case, or who asked, can do that. Nothing was changed.")


def moved_on(case_id: str, state: str) -> Reply:
    return tell(f"Case {case_id} is {state} already, so that is not possible any more. Nothing was changed.")


def given_back(refused: Reply, written: str) -> Reply:
    """A refusal with what somebody wrote for nothing, so that they have it still."""
    if not written.strip():
        return refused
    return Reply(refused.text, (*refused.parts, SaidBySomeone("You wrote", written)), refused.actions)


def changed_meanwhile(case_id: str) -> Reply:
    return tell(f"Somebody else acted on case {case_id} just before you. Type case {case_id} to see where it stands.")
