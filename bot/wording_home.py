"""Every word of homes and of the assistant's pane."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from bot import wording
from bot.advisors import Advisor, Rota
from bot.calendar import ElectionPeriod
from bot.case import Case, State
from bot.home import CASES_SHOWN, Pick, Section, Shown, first_to_see
from bot.replies import Action, Heading, Item, Items, Note, Paragraph, SaidBySomeone
from bot.wording import when, zone_of
from bot.wording_asker import askers_actions, settles
from bot.wording_desk import one_line
from knowledge.entry import Corpus

LOOKING = "is looking through the guidance…"  # after the app's name
TRY_AGAIN = "Nothing is lost: open this page again in a few minutes."
TIPS_SHOWN = 3
PROMPT_TITLE = "Ask about social media at work, such as"
_SHOWN = {
    Shown.MINE: "Mine, in work",
    Shown.UNCLAIMED: "Unclaimed, anybody's",
    Shown.WAITING: "Mine, waiting for the asker",
    Shown.ENDED: "Mine, answered or closed",
    Shown.ALL: "Everything open",
}
_NOTHING = {
    Shown.MINE: "You hold no case in work.",
    Shown.UNCLAIMED: "No case waits to be claimed.",
    Shown.WAITING: "None of your cases waits for its asker.",
    Shown.ENDED: "No case of yours has ended yet.",
    Shown.ALL: "No case is open, with you or anybody else.",
}
_WORK = {
    State.OPEN: "to claim",
    State.REOPENED: "to claim",
    State.CLAIMED: "claimed",
    State.WAITING_FOR_ASKER: "waiting for its asker",
}


# the home of everybody


def asking() -> Section:
    """How to ask, first of all."""
    said = (
        "Ask whether you may post something, on an official account or on your own. You get an answer with the passage "
        "of the guidance that it rests on; what the guidance does not settle goes to a named advisor. Or write to me "
        "in Messages."
    )
    actions = (
        Action("ask", "Ask a question", {}, "primary"),
        Action("check", "Check a draft", {}),
    )
    return Section((Heading("Can I post this?"), Paragraph(said)), actions)


def unavailable() -> Section:
    """Nothing can be looked up just now."""
    return Section((Heading("Your cases"), Paragraph(f"I couldn't look them up just now. {TRY_AGAIN}")))


def own_cases(cases: Sequence[Case], holders: Mapping[str, Advisor]) -> tuple[Section, ...]:
    """Somebody's own cases with what they can do next, those that wait for them first.

    Args:
        cases: newest first; holders: of each, by advisor id.
    """
    if not cases:
        return (Section((Heading("Your cases"), Paragraph("You have none. One opens when an advisor must decide."))),)
    shown = first_to_see(cases)[:CASES_SHOWN]
    rows = [_row(case, _for_asker(case, holders[case.advisor_id]), _next_for_asker(case)) for case in shown]
    return (Section((Heading("Your cases"),)), *rows, *_more(len(cases) - len(shown), "cases"))


def _for_asker(case: Case, holder: Advisor) -> str:
    """How a case stands, as its asker reads it."""
    by = when(case.answer_by, zone_of(case.asker))
    match case.state:
        case State.WAITING_FOR_ASKER:
            return f"{holder.name} asks you something and waits for your reply."
        case State.OPEN | State.REOPENED:
            return f"{holder.name} has it and answers by {by}."
        case State.CLAIMED:
            return f"{holder.name} has taken it up and answers by {by}."
        case State.ANSWERED:
            return f"{holder.name} has answered."
    return f"{case.state.in_words.capitalize()}."


def _next_for_asker(case: Case) -> tuple[Action, ...]:
    closes = (settles(case),) if case.state is State.ANSWERED else ()
    plain = (replace(action, style="") if action.style == "danger" else action for action in askers_actions(case))
    return (*closes, *plain, _open(case))


def tips(corpus: Corpus) -> tuple[Section, ...]:
    """The first of the ten tips, to the letter, with the rest a click away; nothing for a pack that has none."""
    if not corpus.tips:
        return ()
    credit = wording.tips(corpus, None).parts[-1]
    lines = tuple(Item(tip.text) for tip in corpus.tips[:TIPS_SHOWN])
    parts = (Heading("Ten tips for social media engagement"), Items("The first three", lines, numbered=True), credit)
    return (Section(parts, (Action("show_tips", "All ten tips", {}),)),)


# for advisors


def presence(advisor: Advisor, rota: Rota, held: Sequence[Case], load: Mapping[str, int], now: datetime) -> Section:
    """Whether an advisor is there, what they hold, and what the others hold."""
    here = advisor.is_present_at(now)
    said = "You are here: new cases come to you." if here else f"{_away(advisor, now)}: no new case comes to you."
    counts = Counter(_WORK[case.state] for case in held)
    work = ", ".join(f"{counts[kind]} {kind}" for kind in dict.fromkeys(_WORK.values()) if counts[kind])
    lines = tuple(
        Item(
            f"{one.name} ({one.role}): {'here' if one.is_present_at(now) else 'away'}, {_cases(load.get(one.id, 0))}"
            f"{', in the duty pool' if one.id in rota.duty else ''}"
        )
        for one in rota.advisors
        if one.id != advisor.id
    )
    parts = (
        Heading("Your desk"),
        Paragraph(f"{said} You hold {_cases(len(held))}{f': {work}' if work else ''}."),
        *((Items("With the others", lines[:CASES_SHOWN]),) if lines else ()),
    )
    back = (Action("back", "I am back", {}, "primary"),)
    return Section(
        parts, (Action("away", "Away until…", {}),) if here else (*back, Action("away", "Change the day", {}))
    )


def _away(advisor: Advisor, now: datetime) -> str:
    day = now.astimezone(advisor.hours.zone).date()
    ends = [one.until for one in advisor.absences if one.covers(day)]
    until = max((end for end in ends if end), default=None)
    if None in ends or until is None:
        return "You are away until you say that you are back"
    return f"You are away until {until:%A} {until.day} {until:%B}"


def queue(cases: Sequence[Case], shown: Shown, advisor: Advisor, holders: Mapping[str, Advisor]) -> tuple[Section, ...]:
    """An advisor's list of cases, with what they can do; questions of others' cases are their holder's to read."""
    pick = Pick("show", "Which cases", tuple((one.value, label) for one, label in _SHOWN.items()), shown.value)
    head = Section((Heading("Cases"),), pick=pick)
    if not cases:
        return (head, Section((Paragraph(_NOTHING[shown]),)))
    rows = []
    for case in cases[:CASES_SHOWN]:
        state = f"{case.state.in_words.capitalize()}{_due(case, advisor)}"
        if case.advisor_id == advisor.id:
            rows.append(_row(case, f"{state}.", _next_for_advisor(case)))
        else:
            about = ", ".join(case.topics) or "no topic"
            holder = holders[case.advisor_id].name
            rows.append(Section((Paragraph(f"{case.id}, with {holder}: {about}"), Note(f"{state}."))))
    return (
        head,
        *rows,
        *_more(len(cases) - CASES_SHOWN, "queue all" if shown in (Shown.ALL, Shown.UNCLAIMED) else "queue"),
    )


def _due(case: Case, advisor: Advisor) -> str:
    return f", answer due {when(case.answer_by, advisor.zone)}" if case.state.needs_work else ""


def _next_for_advisor(case: Case) -> tuple[Action, ...]:
    value = {"case": case.id}
    if not case.state.needs_work:
        return (_open(case),)
    claims, asks = case.state in (State.OPEN, State.REOPENED), case.state is not State.WAITING_FOR_ASKER
    return (
        *((Action("claim", "Claim", value),) if claims else ()),
        Action("answer", "Answer", value),
        *((Action("ask_back", "Ask back", value),) if asks else ()),
        Action("pass_on", "Pass on", value),
        _open(case),
    )


# for the owner of the service


def health(lines: Sequence[str]) -> Section:
    """How the service is, a line for each of its parts."""
    note = Note("You see this as the owner of the service. smpolicy doctor says the same on the server.")
    return Section((Heading("How the service is"), Items("", tuple(map(Item, lines))), note))


# what they share


def _row(case: Case, state: str, actions: tuple[Action, ...]) -> Section:
    """A case with the beginning of its question and how it stands."""
    said = one_line(case.question)
    return Section((SaidBySomeone(case.id, said) if said else Paragraph(case.id), Note(state)), actions)


def _open(case: Case) -> Action:
    return Action("show_case", "Open", {"case": case.id})


def _more(count: int, command: str) -> tuple[Section, ...]:
    """How many are not shown, and what to type for them."""
    said = f"{count} more {'is' if count == 1 else 'are'} not shown here: type {command} in Messages."
    return (Section((Note(said),)),) if count > 0 else ()


def _cases(count: int) -> str:
    return f"{count or 'no'} case{'' if count == 1 else 's'}"


# suggestions


def suggestions_for_advisor() -> tuple[tuple[str, str], ...]:
    """Labels and what is sent when one is pressed."""
    return (
        ("My queue", "queue"),
        ("Precedents to countersign or review", "precedents"),
        ("Who is on the rota today", "advisors"),
    )


def suggestion_in(period: ElectionPeriod) -> tuple[str, str]:
    """What to ask while a period before an election runs."""
    return (
        f"What changes before {period.name}?",
        "What may an official account still post during an election period?",
    )
