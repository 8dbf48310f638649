"""Every word an advisor, or the owner of the service, reads of cases, of the rota and on the page of a case."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from bot.advice import Reason
from bot.advisors import Advisor, Rota
from bot.case import Case, CaseEvent, State
from bot.deadlines import Step, late_at
from bot.replies import Action, Heading, Item, Items, Note, Paragraph, Part, Prompt, Reply, SaidBySomeone
from bot.wording import cited, tell, when
from bot.wording_desk import (
    SHOWN_IN_LIST,
    case_line,
    case_part,
    event_part,
    fact_lines,
    number,
    one_line,
    show_case,
    was_said,
    who,
)
from knowledge.entry import Corpus

WHY_TO_AN_ADVISOR = {
    Reason.UNSETTLED: "The guidance and the Civil Service Code do not settle this.",
    Reason.LOW_CONFIDENCE: "What was found in the guidance is not certain enough to answer from.",
    Reason.ASKED_FOR: "The asker wants an advisor to look at it.",
}
NO_MEMBER_ID = (
    "slack: write the member id here (in Slack: profile, three dots, Copy member ID); an e-mail address can only be "
    "given at the command line, to smpolicy advisors add"
)
_ANSWER_PROMPT = Prompt(
    "Answer", "Your advice to the asker", "Send", "They read this in their own thread, with your name."
)
_PLACEHOLDER = "[Draft: write your advice in place of this line, and take out what they need not read.]"
_ASK_BACK_PROMPT = Prompt("Ask back", "What do you need to know?", "Ask")
PASS_ON_PROMPT = Prompt("Pass on", "Why should someone else take it?", "Pass on", "The next advisor reads this.")
_NOTE_PROMPT = Prompt("Note", "Your note", "Keep", "Only advisors who hold this case read it.")


def reminder(case: Case, advisor: Advisor, step: Step, card: Reply) -> Reply:
    """The case's card once more, with what is due said first."""
    what = "be acknowledged" if step.awaits_claim else "be answered"
    by = case.acknowledge_by if step.awaits_claim else case.answer_by
    said = f"Case {case.id} is due to {what} by {when(by, advisor.zone)}."
    if step.is_due:
        late = late_at(by, advisor.hours)
        said = (
            f"Case {case.id} was due to {what} by {when(by, advisor.zone)}. At {when(late, advisor.zone)}, an hour of "
            "your working time later, it goes to the next advisor."
        )
    return Reply(said, (Paragraph(said), *card.parts), card.actions)


def away_until_when() -> Reply:
    return tell("Until when? Type away until and a day to come, such as away until 4 December; or just away.")


def gone_away(until: date | None, *, passed: int, left: int) -> Reply:
    """What an advisor reads who has gone away."""
    days = f"until {_weekday(until)}" if until else "until you type back"
    cases = f" I have passed on {number(passed, 'case')} that you held." if passed else ""
    why = "because nobody else can take it or its asker is asked something"
    kept = f" You keep {number(left, 'case')}, {why}." if left else ""
    return tell(f"You are away {days}: no new case comes to you.{cases}{kept}")


def come_back(held: int) -> Reply:
    return tell(f"Welcome back: new cases come to you again. You hold {number(held, 'case')}.")


def sent_away(advisor: Advisor, until: date | None, *, passed: int, left: int) -> Reply:
    """What the owner of the service reads who has marked somebody as away."""
    days = f"until {_weekday(until)}" if until else "until further notice"
    cases = f"{number(passed, 'case')} passed on, {number(left, 'case')} left with them."
    return tell(f"{advisor.name} is away {days}: no new case comes to them. {cases[0].upper()}{cases[1:]}")


def called_back(advisor: Advisor, held: int) -> Reply:
    return tell(f"{advisor.name} is back: new cases come to them again. They hold {number(held, 'case')}.")


def rota_list(rota: Rota, load: Mapping[str, int], missing: Sequence[str], now: datetime) -> Reply:
    """Everybody on the rota, with what they take and hold, and the topics that nobody present takes."""
    lines = tuple(
        Item(
            f"{advisor.name} ({advisor.role}), {advisor.id}: "
            f"{'here' if advisor.is_present_at(now) else 'away'}, {number(load.get(advisor.id, 0), 'case')}, "
            f"{', '.join(sorted(advisor.topics)) or 'any topic'}{', duty pool' if advisor.id in rota.duty else ''}"
        )
        for advisor in rota.advisors
    )
    gap = f"Nobody here takes {', '.join(missing)}: such cases go to whoever is free." if missing else ""
    note = Note(gap or "Every topic has somebody who is here today.")
    return Reply(f"On the rota: {number(len(lines), 'advisor')}. {gap}".strip(), (Items("On the rota", lines), note))


def rota_changed(advisor: Advisor, fields: Sequence[str], *, is_new: bool) -> Reply:
    if is_new:
        return tell(f"{advisor.name} is on the rota.")
    what = f"changed {', '.join(fields)}" if fields else "nothing to change"
    return tell(f"{advisor.name} was on the rota: {what}; all else stays as it was.")


def bad_rota(problems: Sequence[str]) -> Reply:
    asked = 'Nothing was changed. Write it so: advisors add maya-okafor name="Maya Okafor" slack=U0123 topics=copyright'
    parts = (Items("This cannot be put on the rota", tuple(map(Item, problems))), Note(asked))
    return Reply(f"This cannot be put on the rota: {'; '.join(problems)}.", parts)


def not_on_rota(advisor_id: str, rota: Rota) -> Reply:
    known = ", ".join(one.id for one in rota.advisors)
    return tell(f"There is no advisor {one_line(advisor_id)} on the rota; there are {known}.")


def for_the_owner(owner: Advisor | None) -> Reply:
    who = f"{owner.name} can, who owns this service" if owner else "that is done with smpolicy advisors on the server"
    return tell(f"You cannot change what the rota says of others: {who}. For yourself type away or back.")


def _weekday(day: date) -> str:
    return f"{day:%A} {day.day} {day:%B}"


def taken_away(case: Case, before: Advisor, advisor: Advisor, now: datetime) -> Reply:
    """What an advisor reads whose case went on without them."""
    why = "its time with you had passed" if before.is_present_at(now) else "you are away"
    return tell(f"Case {case.id} is with {who(advisor)} now, as {why}. Nothing is left to do.")


def nobody_takes(case: Case, advisor: Advisor) -> Reply:
    """What the owner of the service reads of a case that went from hand to hand."""
    return tell(
        f"Nobody has taken up case {case.id} after {case.untaken} hand-overs; it is with {who(advisor)} now. Please "
        "see that somebody claims it, and look at the rota: smpolicy advisors list."
    )


def notice(case: Case, advisor: Advisor, corpus: Corpus, events: Sequence[CaseEvent]) -> Reply:
    """What the advisor sees of a case: the question, what was found, why it is unclear, and what to do."""
    parts: list[Part] = [
        Heading(f"Case {case.id}: {case.state.in_words}"),
        SaidBySomeone("A colleague asks", case.question),
        Paragraph(f"Why it comes to an advisor: {case.why}"),
        Paragraph(
            f"It comes to you, {advisor.name}: the advisor who {case.chosen_because}."
            if case.advisor_id == advisor.id
            else "It is with another advisor now."
        ),
    ]
    if case.facts:
        parts.append(Items("Facts given", tuple(Item(line) for line in fact_lines(case.facts, corpus))))
    if case.advisor_needs:
        parts.append(Items("Worth finding out", tuple(map(Item, case.advisor_needs))))
    parts += [cited(corpus.passages[name]) for name in case.passages if name in corpus.passages]
    parts += [event_part(event, reader=advisor.id) for event in events if was_said(event)]
    what = _to_do(case, advisor)
    if case.wanted_by and what:
        parts.append(Paragraph(_needed_by(case, advisor)))
    parts.append(Note(" ".join(filter(None, (what, _asker(case), f"Guidance {case.guidance_version}.")))))
    spoken = (
        f"Case {case.id} for you, {case.state.in_words}. {what}" if what else f"Case {case.id}: {_now(case, advisor)}."
    )
    return Reply(spoken, tuple(parts), _advisor_actions(case, advisor, corpus))


def _to_do(case: Case, advisor: Advisor) -> str:
    """What its advisor has to do about a case, and by when; "" where that is nothing."""
    if case.advisor_id != advisor.id or not case.state.needs_work:
        return ""
    answer_by = when(case.answer_by, advisor.zone)
    if case.state is State.WAITING_FOR_ASKER:
        return f"You wait for the asker's reply. They were promised an answer by {answer_by}."
    if case.state is State.CLAIMED:
        return f"Please answer by {answer_by}."
    return f"Please acknowledge by {when(case.acknowledge_by, advisor.zone)} and answer by {answer_by}."


def _now(case: Case, advisor: Advisor) -> str:
    """How a case stands about which its reader has nothing to do."""
    return case.state.in_words if case.advisor_id == advisor.id else "with another advisor"


def _needed_by(case: Case, advisor: Advisor) -> str:
    """The asker's own deadline, as their advisor reads it."""
    if case.wanted_by is None or case.wanted_by == case.answer_by:
        return f"The asker needs it by {when(case.wanted_by or case.answer_by, advisor.zone)}."
    return (
        f"The asker needs it by {when(case.wanted_by, advisor.zone)}. They were promised an answer by "
        f"{when(case.answer_by, advisor.zone)}, which your working hours allow."
    )


def _asker(case: Case) -> str:
    return f"The asker is {case.asker_name}." if case.asker_name else "The asker's name is withheld."


def prepared(case: Case, corpus: Corpus) -> str:
    """What the guidance says on a case, for its advisor to build on; "" where nothing was found."""
    found = [corpus.passages[name] for name in case.passages if name in corpus.passages][:2]
    said = "\n".join(f"- {passage.text} ({passage.source})" for passage in found)
    return f"What the guidance says:\n{said}" if found else ""


def _draft(case: Case, corpus: Corpus) -> str:
    said = prepared(case, corpus)
    return f"{_PLACEHOLDER}\n\n{said}" if said else ""


def without_placeholder(text: str) -> str:
    """An answer without the line in which the draft asks for advice."""
    return text.replace(_PLACEHOLDER, "").strip()


def draft_untouched(case: Case) -> Reply:
    """What an advisor reads who sent the draft as it was: they are asked once whether they meant to."""
    return tell(
        f"Case {case.id}: this is the draft as I prepared it, with no advice of yours in it. Nothing was sent. Answer "
        "again with your advice, or send what the guidance says as it is.",
        actions=(Action("answer_as_prepared", "Send the guidance as it is", {"case": case.id}),),
    )


def _advisor_actions(case: Case, advisor: Advisor, corpus: Corpus) -> tuple[Action, ...]:
    value = {"case": case.id}
    if not case.state.needs_work or case.advisor_id != advisor.id:
        return ()
    claim = (Action("claim", "Claim", value),) if case.state in (State.OPEN, State.REOPENED) else ()
    ask_back = (
        ()
        if case.state is State.WAITING_FOR_ASKER
        else (Action("ask_back", "Ask back", value, prompt=ask_back_prompt(case)),)
    )
    return (
        *claim,
        Action("answer", "Answer", value, "primary", answer_prompt(case, corpus)),
        *ask_back,
        Action("pass_on", "Pass on", value, prompt=PASS_ON_PROMPT),
        Action("note", "Note", value, prompt=_NOTE_PROMPT),
    )


def answer_prompt(case: Case, corpus: Corpus) -> Prompt:
    return replace(_ANSWER_PROMPT, draft=_draft(case, corpus))


def ask_back_prompt(case: Case) -> Prompt:
    return replace(_ASK_BACK_PROMPT, hint=_seen_of_each_other(case))


def items(lines: Sequence[str]) -> tuple[Item, ...]:
    return tuple(map(Item, lines))


def _seen_of_each_other(case: Case) -> str:
    """What an advisor is told of names when they ask back."""
    return "They see your name." if case.asker_name else "You don't see who asks; they see your name."


def lapsed_for_advisor(case: Case) -> Reply:
    return tell(
        f"Case {case.id} is closed: its asker did not reply to you within two working weeks. Nothing is left to do; if "
        "they reopen it within 30 days, it comes back to you."
    )


def done(case: Case, what: str) -> Reply:
    """What an advisor reads after acting."""
    return tell(f"Case {case.id}: {what}.")


def found_cases(asked: str, cases: Sequence[Case], zone: str) -> Reply:
    """What an advisor's search of their own cases found, the best first."""
    what = one_line(asked)
    if not cases:
        return tell(
            f"None of your cases, open or ended, fits “{what}”. Search by id, by words of the question or the answer, "
            "by topic or by state, such as queue answered; type queue for all you hold, queue all for all that is open."
        )
    shown = cases[:SHOWN_IN_LIST]
    title = f"{number(len(cases), 'case')} of yours for “{what}”"
    parts: list[Part] = [
        Paragraph(title),
        *(case_part(case, zone) for case in shown),
    ]
    return _listed(title, parts, shown, len(cases))


def everything_open(cases: Sequence[Case], holders: Mapping[str, Advisor], advisor: Advisor) -> Reply:
    """Every open case, the soonest due first, with who holds it; questions are their holder's to read."""
    if not cases:
        return tell("No case is open, with you or anybody else.")
    shown = cases[:SHOWN_IN_LIST]
    title = f"Everything that is open: {number(len(cases), 'case')}"
    lines = (
        Item(f"{case_line(case, advisor.zone)}, with {holders[case.advisor_id].name}; {_topics(case)}")
        for case in shown
    )
    own = [case for case in shown if case.advisor_id == advisor.id]
    return _listed(title, [Items(title, tuple(lines))], own, len(cases))


def _listed(title: str, parts: Sequence[Part], to_open: Sequence[Case], count: int) -> Reply:
    """A list with buttons for those that whoever reads it may open."""
    more = (Note(f"{count - SHOWN_IN_LIST} more are not shown."),) if count > SHOWN_IN_LIST else ()
    return Reply(f"{title}.", (*parts, *more), tuple(map(show_case, to_open[:5])))


def _topics(case: Case) -> str:
    return ", ".join(case.topics) or "no topic"


def act_in_chat(case_id: str) -> str:
    """What a letter says of acting on its case."""
    return (
        f"To act on this, open smpolicy in Slack or Teams and type case {case_id}. A reply to this letter is not read: "
        "if you use neither, ask whoever runs smpolicy to give the case to somebody who does."
    )


def act_on_page(case_id: str, link: str, days: int) -> str:
    return (
        f"To act on this, open\n{link}\nThe link is yours alone: whoever opens it can act in your name. It works for "
        f"{days} days. A reply to this letter is not read. In Slack or Teams you can type case {case_id} as well."
    )


def cannot_act(advisors: Sequence[Advisor]) -> str:
    """What the owner of the service reads of advisors who hear of cases and can do nothing about them."""
    names = ", ".join(advisor.id for advisor in advisors)
    return (
        f"E-mail alone reaches {names}, and a letter's reply is not read: give slack: or teams: as well, or set "
        "SMPOLICY_PUBLIC_URL so that letters link to the page of their case"
    )


def done_on_page() -> Reply:
    return tell("Done. The case below is as it is now.")


def done_before() -> Reply:
    return tell("That was done already; it was not done again.")


def link_expired() -> Reply:
    return tell(
        "This link is too old. A newer letter of the case has one that works; in Slack or Teams you can type case and "
        "its id."
    )


def no_link() -> Reply:
    return tell("This link does not work. Please open it just as it stands in the letter.")


def case_gone() -> Reply:
    return tell("This case is not with you any more, so there is nothing left to do here.")


def rota_for_advisors() -> Reply:
    return tell("Only advisors see who is on the rota. To ask one of them, type advisor and your question.")


def no_advisor() -> Reply:
    return tell("You are not on the rota of advisors, so you have no queue. Type cases for your own cases.")


def nobody_else(case: Case) -> Reply:
    return tell(f"There is nobody else on the rota who could take case {case.id}. It stays with you.")


def asker_not_reached(case_id: str) -> Reply:
    return tell(
        f"I could not bring the asker of case {case_id} the last news of it: their chat refuses it. The case is kept. "
        "Whoever runs this service can send it to them again."
    )
