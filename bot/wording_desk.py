"""Every word people read about cases: what advisors and askers are told at the desk."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from bot.advice import Advice, Reason
from bot.advisors import Advisor, Rota
from bot.case import BETWEEN_ADVISORS, SMPOLICY, Case, CaseEvent, Move, State
from bot.deadlines import Step, late_at
from bot.replies import Action, Heading, Item, Items, Note, Paragraph, Part, Prompt, Reply, SaidBySomeone
from bot.wording import SAFE_DEFAULT, ZONE, answer, cited, tell, when, zone_of
from knowledge.entry import Corpus, Facts

WHY_TO_AN_ADVISOR = {
    Reason.UNSETTLED: "The guidance and the Civil Service Code do not settle this.",
    Reason.LOW_CONFIDENCE: "What was found in the guidance is not certain enough to answer from.",
    Reason.ASKED_FOR: "The asker wants an advisor to look at it.",
}
NO_MEMBER_ID = (
    "slack: write the member id here (in Slack: profile, three dots, Copy member ID); an e-mail address can only be "
    "given at the command line, to smpolicy advisors add"
)
LONGEST_NAME = 80  # characters
LONGEST_LINE = 120  # characters of a text that is listed
SHOWN_IN_LIST = 10  # cases
_ANSWER_PROMPT = Prompt(
    "Answer", "Your advice to the asker", "Send", "They read this in their own thread, with your name."
)
_PLACEHOLDER = "[Draft: write your advice in place of this line, and take out what they need not read.]"
_ASK_BACK_PROMPT = Prompt("Ask back", "What do you need to know?", "Ask")
PASS_ON_PROMPT = Prompt("Pass on", "Why should someone else take it?", "Pass on", "The next advisor reads this.")
_REPLY_PROMPT = Prompt("Reply", "Your reply to the advisor", "Send")
_NAME_PROMPT = Prompt(
    "Share my name",
    "Your name, as the advisor should see it",
    "Share",
    "Only the advisor who holds the case now sees it.",
)
_NOTE_PROMPT = Prompt("Note", "Your note", "Keep", "Only advisors who hold this case read it.")
_REOPEN_PROMPT = Prompt("Reopen", "What is still open?", "Reopen")


def handed_over(advice: Advice, question_id: str, corpus: Corpus, case: Case, advisor: Advisor, now: datetime) -> Reply:
    """The reply to a question that went to an advisor: what was found, who has it and by when."""
    shown = answer(advice, question_id, corpus)
    news = taken(case, advisor, now)
    return Reply(f"{shown.text} {news.text}", (*shown.parts, *news.parts), (*shown.actions, *news.actions))


def taken(case: Case, advisor: Advisor, now: datetime) -> Reply:
    """An answered question went to an advisor after all."""
    text = (
        f"{_who(advisor)} has your question as case {case.id}. You will hear from me by {_when(case, case.answer_by)} "
        f"at the latest.{_wish(case, advisor, now)}{_out_of_hours(case, advisor, now)} {_name_seen(case)}"
    )
    return _held(text, case)


def _held(text: str, case: Case) -> Reply:
    """News of a case that is still to be answered, with what holds until then."""
    actions = (*_share_name(case), _withdraw(case))
    return Reply(f"{text} {SAFE_DEFAULT}", (Paragraph(text), Paragraph(SAFE_DEFAULT)), actions)


def _when(case: Case, moment: datetime) -> str:
    """A moment as the asker of a case reads it on their clock."""
    return when(moment, zone_of(case.asker))


def _wish(case: Case, advisor: Advisor, now: datetime) -> str:
    """What the asker is told of their own deadline where it is not what they are promised."""
    if case.wanted_by is None or case.wanted_by == case.answer_by:
        return ""
    wanted = _when(case, case.wanted_by)
    if case.wanted_by <= now:
        return f" The time you named, {wanted}, has passed."
    if case.wanted_by > case.answer_by:
        return f" You need it by {wanted}."
    return f" You need it by {wanted}, which I cannot promise: {advisor.name} is not at work before then."


def _out_of_hours(case: Case, advisor: Advisor, now: datetime) -> str:
    """When the advisor is next in, where that is not now."""
    next_in = advisor.hours.next_in(now)
    if next_in is None or next_in <= now:
        return ""
    return f" Out of working hours now: {advisor.name} is next in on {_when(case, next_in)}."


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
    cases = f" I have passed on {_number(passed, 'case')} that you held." if passed else ""
    why = "because nobody else can take it or its asker is asked something"
    kept = f" You keep {_number(left, 'case')}, {why}." if left else ""
    return tell(f"You are away {days}: no new case comes to you.{cases}{kept}")


def come_back(held: int) -> Reply:
    return tell(f"Welcome back: new cases come to you again. You hold {_number(held, 'case')}.")


def sent_away(advisor: Advisor, until: date | None, *, passed: int, left: int) -> Reply:
    """What the owner of the service reads who has marked somebody as away."""
    days = f"until {_weekday(until)}" if until else "until further notice"
    cases = f"{_number(passed, 'case')} passed on, {_number(left, 'case')} left with them."
    return tell(f"{advisor.name} is away {days}: no new case comes to them. {cases[0].upper()}{cases[1:]}")


def called_back(advisor: Advisor, held: int) -> Reply:
    return tell(f"{advisor.name} is back: new cases come to them again. They hold {_number(held, 'case')}.")


def rota_list(rota: Rota, load: Mapping[str, int], missing: Sequence[str], now: datetime) -> Reply:
    """Everybody on the rota, with what they take and hold, and the topics that nobody present takes."""
    lines = tuple(
        Item(
            f"{advisor.name} ({advisor.role}), {advisor.id}: "
            f"{'here' if advisor.is_present_at(now) else 'away'}, {_number(load.get(advisor.id, 0), 'case')}, "
            f"{', '.join(sorted(advisor.topics)) or 'any topic'}{', duty pool' if advisor.id in rota.duty else ''}"
        )
        for advisor in rota.advisors
    )
    gap = f"Nobody here takes {', '.join(missing)}: such cases go to whoever is free." if missing else ""
    note = Note(gap or "Every topic has somebody who is here today.")
    return Reply(f"On the rota: {_number(len(lines), 'advisor')}. {gap}".strip(), (Items("On the rota", lines), note))


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


def _number(count: int, what: str) -> str:
    return f"{count or 'no'} {what}{'' if count == 1 else 's'}"


def taken_away(case: Case, before: Advisor, advisor: Advisor, now: datetime) -> Reply:
    """What an advisor reads whose case went on without them."""
    why = "its time with you had passed" if before.is_present_at(now) else "you are away"
    return tell(f"Case {case.id} is with {_who(advisor)} now, as {why}. Nothing is left to do.")


def handed_on(was: Case, case: Case, before: Advisor, advisor: Advisor, now: datetime) -> Reply:
    """What the asker reads when the next advisor takes over; `was` is the case as it was before."""
    text = (
        f"{_left(case, before, now)}, so {_who(advisor)} has it now, with everything so far. "
        f"You will hear by {_when(case, case.answer_by)}.{_wish(case, advisor, now)}{_out_of_hours(case, advisor, now)}"
        f"{_withheld_again(was, case, before, advisor)}"
    )
    return _held(text, case)


def still_waiting(case: Case, advisor: Advisor, now: datetime) -> Reply:
    """What the asker reads when the time has passed and there is nobody else."""
    text = (
        f"{_left(case, advisor, now)}, and nobody else can take it just now. I have asked again: you will hear by "
        f"{_when(case, case.answer_by)}.{_wish(case, advisor, now)}{_out_of_hours(case, advisor, now)}"
    )
    return _held(text, case)


def _left(case: Case, before: Advisor, now: datetime) -> str:
    """Why a case does not stay with an advisor: they are away, have left, or did not get to it."""
    if before.is_present_at(now):
        return f"{before.name} has not got to your case {case.id} in time"
    if before.has_left(now):
        return f"The advisor of your case {case.id} is no longer on the rota"
    return f"{before.name}, who had your case {case.id}, is away"


def _withheld_again(was: Case, case: Case, before: Advisor, advisor: Advisor) -> str:
    """A name was shared with one advisor, not with the next."""
    if not was.asker_name or case.asker_name:
        return ""
    return f" You shared your name with {before.name} alone: {advisor.name} does not see it unless you share it again."


def nobody_takes(case: Case, advisor: Advisor) -> Reply:
    """What the owner of the service reads of a case that went from hand to hand."""
    return tell(
        f"Nobody has taken up case {case.id} after {case.untaken} hand-overs; it is with {_who(advisor)} now. Please "
        "see that somebody claims it, and look at the rota: smpolicy advisors list."
    )


def asked_already(case: Case, advisor: Advisor) -> Reply:
    """The same question again, or the button pressed twice."""
    text = (
        f"{_who(advisor)} has this question already, as case {case.id}, and answers by {_when(case, case.answer_by)}."
    )
    return tell(f"{text} {SAFE_DEFAULT}", actions=(_withdraw(case),))


def nobody_to_ask(advice: Advice | None, question_id: str, corpus: Corpus, *, alone: bool) -> Reply:
    """An advisor is wanted and there is none but perhaps the asker (`alone`): say so rather than promise."""
    why = "You are the only advisor on the rota" if alone else "No advisor is on the rota yet"
    news = (
        f"{why}, so I cannot pass this on. Please ask your line manager or your department's propriety team, and "
        "don't post until you have an answer."
    )
    if advice is None:
        return tell(news)
    shown = answer(advice, question_id, corpus)
    return Reply(f"{shown.text} {news}", (*shown.parts, Paragraph(news)), shown.actions)


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
    parts += [_event_part(event) for event in events if _was_said(event)]
    if case.wanted_by:
        parts.append(Paragraph(_needed_by(case, advisor)))
    parts.append(
        Note(
            f"Please acknowledge by {when(case.acknowledge_by, advisor.zone)} and answer by "
            f"{when(case.answer_by, advisor.zone)}. {_asker(case)} Guidance {case.guidance_version}."
        )
    )
    spoken = f"Case {case.id} for you, {case.state.in_words}: please answer by {when(case.answer_by, advisor.zone)}."
    return Reply(spoken, tuple(parts), _advisor_actions(case, advisor, corpus))


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


def fact_lines(facts: Facts, corpus: Corpus) -> list[str]:
    """Known facts as people read them: "Is this about an official account…? My own account"."""
    known = ((corpus.facts[fact], value) for fact, value in facts.items() if fact in corpus.facts)
    return [f"{definition.question} {definition.label(value)}" for definition, value in known]


def _was_said(event: CaseEvent) -> bool:
    """Whether an event carries what a person said, rather than a remark of the log."""
    return bool(event.note) and event.move not in (Move.OPEN, Move.REMIND, Move.HAND_OVER, Move.SHARE_NAME)


def _event_part(event: CaseEvent, asker: str = "The asker") -> Part:
    who = {"asker": asker, SMPOLICY: SMPOLICY}.get(event.actor, "An advisor")
    return SaidBySomeone(f"{who} ({event.move.value})", event.note)


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


def _reopen(case: Case) -> Action:
    return Action("reopen", "Something is still open", {"case": case.id}, prompt=_REOPEN_PROMPT)


def _withdraw(case: Case) -> Action:
    return Action("withdraw", "Withdraw my question", {"case": case.id}, "danger")


def _share_name(case: Case) -> tuple[Action, ...]:
    """Nothing where the advisor sees it already."""
    if case.asker_name:
        return ()
    return (Action("share_name", "Share my name", {"case": case.id}, prompt=_NAME_PROMPT),)


def _reply(case: Case) -> Action:
    return Action("reply", "Reply", {"case": case.id}, "primary", replace(_REPLY_PROMPT, hint=_name_seen(case)))


def _seen_of_each_other(case: Case) -> str:
    """What an advisor is told of names when they ask back."""
    return "They see your name." if case.asker_name else "You don't see who asks; they see your name."


def _name_seen(case: Case) -> str:
    """What the asker is told of their name."""
    return "The advisor sees your name." if case.asker_name else "Your name is not passed on."


def _who(advisor: Advisor) -> str:
    return f"{advisor.name} ({advisor.role})"


def claimed(case: Case, advisor: Advisor) -> Reply:
    return tell(f"{_who(advisor)} has taken up your case {case.id} and answers by {_when(case, case.answer_by)}.")


def advised(case: Case, advisor: Advisor) -> Reply:
    """The advisor's answer, as the asker sees it."""
    text = f"{_who(advisor)} has answered your case {case.id}."
    parts: tuple[Part, ...] = (
        Heading(f"Advice on case {case.id}"),
        SaidBySomeone("You asked", case.question),
        SaidBySomeone(f"{_who(advisor)} says", case.advice),
        Note("This is one advisor's decision on your question. It is not a rule for others."),
    )
    return Reply(text, parts, (settles(case), _reopen(case)))


def settles(case: Case) -> Action:
    return Action("close", "That settles it", {"case": case.id}, "primary")


def asked_back(case: Case, advisor: Advisor, question: str) -> Reply:
    text = f"{_who(advisor)} has a question about your case {case.id}."
    parts: tuple[Part, ...] = (
        Heading(f"A question on case {case.id}"),
        SaidBySomeone(f"{_who(advisor)} asks", question),
        Paragraph(f"Reply with the button. {_name_seen(case)}"),
    )
    return Reply(text, parts, (_reply(case), _withdraw(case)))


def asked_again(case: Case, advisor: Advisor, question: str, closes_at: datetime) -> Reply:
    """What an asker reads who has not replied to their advisor's question."""
    text = f"{_who(advisor)} cannot answer your case {case.id} before you reply."
    parts: tuple[Part, ...] = (
        Heading(f"A question on case {case.id}"),
        SaidBySomeone(f"{_who(advisor)} asks", question),
        Paragraph(
            f"{text} Reply with the button. Without a reply the case closes by itself on {_when(case, closes_at)}; you "
            f"can reopen it for 30 days after that. {_name_seen(case)}"
        ),
    )
    return Reply(text, parts, (_reply(case), _withdraw(case)))


def lapsed(case: Case, advisor: Advisor) -> Reply:
    """What an asker reads whose case closed because they did not reply."""
    text = (
        f"Case {case.id} is closed, as {advisor.name} asked you something and heard nothing for two working weeks. It "
        "was not answered, so don't post on the strength of it. Within 30 days you can reopen it with the button."
    )
    return tell(text, actions=(_reopen(case),))


def lapsed_for_advisor(case: Case) -> Reply:
    return tell(
        f"Case {case.id} is closed: its asker did not reply to you within two working weeks. Nothing is left to do; if "
        "they reopen it within 30 days, it comes back to you."
    )


def passed_on(was: Case, case: Case, before: Advisor, advisor: Advisor, now: datetime) -> Reply:
    """What the asker reads when their advisor passes the case on; `was` is the case as it was before."""
    text = (
        f"{_who(advisor)} has your case {case.id} now and answers by {_when(case, case.answer_by)}."
        f"{_wish(case, advisor, now)}{_withheld_again(was, case, before, advisor)}"
    )
    return tell(text, actions=_share_name(case) if was.asker_name else ())


def reply_taken(case: Case, advisor: Advisor, now: datetime) -> Reply:
    return tell(
        f"Your reply on case {case.id} is with {_who(advisor)}, who answers by {_when(case, case.answer_by)}."
        f"{_wish(case, advisor, now)}"
    )


def needs_a_name() -> Reply:
    return tell(f"Write your name in up to {LONGEST_NAME} characters. Nothing was shared.")


def name_shared(case: Case, advisor: Advisor) -> Reply:
    return tell(f"{_who(advisor)} now sees your name on case {case.id}.")


def withdrawn(case: Case) -> Reply:
    return tell(f"Case {case.id} is withdrawn. Nobody will answer it; you can ask again at any time.")


def closed(case: Case, *, asks: bool) -> Reply:
    """`asks` whether the advice helped."""
    news = f"Case {case.id} is closed. Within 30 days you can reopen it: type case {case.id}."
    if not asks:
        return tell(news)
    value = {"case": case.id}
    question = "Did the advice help you? Nobody sees your answer but as a figure."
    buttons = (Action("helped", "Yes, it helped", value), Action("not_helped", "No, it did not", value))
    return Reply(f"{news} {question}", (Paragraph(news), Paragraph(question)), buttons)


def advice_rated(case: Case, *, helped: bool) -> Reply:
    open_still = "" if helped else f" If something is still open, type case {case.id} and reopen it."
    return tell(f"Thank you, noted.{open_still}")


def reopened(case: Case, advisor: Advisor, now: datetime) -> Reply:
    return tell(
        f"Case {case.id} is open again. {_who(advisor)} answers by {_when(case, case.answer_by)}."
        f"{_wish(case, advisor, now)}"
    )


def done(case: Case, what: str) -> Reply:
    """What an advisor reads after acting."""
    return tell(f"Case {case.id}: {what}.")


def which_case() -> Reply:
    return tell("Type case and its id, such as case SM-2026-0042. Type cases for the list of yours.")


def case_list(cases: Sequence[Case], *, queue: bool, zone: str = ZONE) -> Reply:
    """My cases, or an advisor's queue, with times in a zone; says what to do when there are none."""
    if not cases:
        empty = "You hold no cases." if queue else "You have no cases. One opens when an advisor must decide."
        return tell(empty)
    title = "Cases you hold" if queue else "Your cases"
    shown = cases[:SHOWN_IN_LIST]
    lines = tuple(Item(_case_line(case, zone)) for case in shown)
    actions = tuple(map(_show, shown[:5]))
    parts: list[Part] = [Items(title, lines)]
    if len(cases) > len(shown):
        parts.append(Note(f"{len(cases) - len(shown)} older ones are not shown; type case and the id."))
    return Reply(f"{title}: {len(cases)}.", tuple(parts), actions)


def found_cases(asked: str, cases: Sequence[Case], zone: str) -> Reply:
    """What an advisor's search of their own cases found, the best first."""
    what = one_line(asked)
    if not cases:
        return tell(
            f"None of your cases, open or ended, fits “{what}”. Search by id, by words of the question or the answer, "
            "by topic or by state, such as queue answered; type queue for all you hold, queue all for all that is open."
        )
    shown = cases[:SHOWN_IN_LIST]
    title = f"{_number(len(cases), 'case')} of yours for “{what}”"
    parts: list[Part] = [
        Paragraph(title),
        *(SaidBySomeone(_case_line(case, zone), one_line(case.question)) for case in shown),
    ]
    return _listed(title, parts, shown, len(cases))


def everything_open(cases: Sequence[Case], holders: Mapping[str, Advisor], advisor: Advisor) -> Reply:
    """Every open case, the soonest due first, with who holds it; questions are their holder's to read."""
    if not cases:
        return tell("No case is open, with you or anybody else.")
    shown = cases[:SHOWN_IN_LIST]
    title = f"Everything that is open: {_number(len(cases), 'case')}"
    lines = (
        Item(f"{_case_line(case, advisor.zone)}, with {holders[case.advisor_id].name}; {_topics(case)}")
        for case in shown
    )
    own = [case for case in shown if case.advisor_id == advisor.id]
    return _listed(title, [Items(title, tuple(lines))], own, len(cases))


def _listed(title: str, parts: Sequence[Part], to_open: Sequence[Case], count: int) -> Reply:
    """A list with buttons for those that whoever reads it may open."""
    more = (Note(f"{count - SHOWN_IN_LIST} more are not shown."),) if count > SHOWN_IN_LIST else ()
    return Reply(f"{title}.", (*parts, *more), tuple(map(_show, to_open[:5])))


def one_line(text: str) -> str:
    """The beginning of a text, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_LINE else f"{line[: LONGEST_LINE - 1].rstrip()}…"


def _show(case: Case) -> Action:
    return Action("show_case", case.id, {"case": case.id})


def _topics(case: Case) -> str:
    return ", ".join(case.topics) or "no topic"


def _case_line(case: Case, zone: str) -> str:
    due = f", answer due {when(case.answer_by, zone)}" if case.state.needs_work else ""
    return f"{case.id}: {case.state.in_words}{due}"


def case_view(case: Case, advisor: Advisor | None, events: Sequence[CaseEvent]) -> Reply:
    """A case as its asker sees it."""
    holder = f" It is with {_who(advisor)}." if advisor else ""
    parts: list[Part] = [
        Heading(f"Case {case.id}: {case.state.in_words}"),
        SaidBySomeone("You asked", case.question),
        Paragraph(f"{_case_line(case, zone_of(case.asker))}.{holder}"),
    ]
    parts += [_event_part(event, "You") for event in events if _was_said(event) and event.move not in BETWEEN_ADVISORS]
    return Reply(f"Case {case.id} is {case.state.in_words}.{holder}", tuple(parts), askers_actions(case))


def askers_actions(case: Case) -> tuple[Action, ...]:
    """What its asker can do about a case."""
    if case.state is State.WAITING_FOR_ASKER:
        return (_reply(case), *_share_name(case), _withdraw(case))
    if case.state.needs_work:
        return (*_share_name(case), _withdraw(case))
    return (_reopen(case),) if case.state in (State.ANSWERED, State.CLOSED) else ()


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


def unknown_case() -> Reply:
    return tell("I don't know that case, or it isn't yours to see. Type cases for the list of yours.")


def not_yours() -> Reply:
    return tell("Only the person who holds this case, or who asked, can do that. Nothing was changed.")


def no_advisor() -> Reply:
    return tell("You are not on the rota of advisors, so you have no queue. Type cases for your own cases.")


def nobody_else(case: Case) -> Reply:
    return tell(f"There is nobody else on the rota who could take case {case.id}. It stays with you.")


def moved_on(case_id: str, state: str) -> Reply:
    return tell(f"Case {case_id} is {state} already, so that is not possible any more. Nothing was changed.")


def given_back(refused: Reply, written: str) -> Reply:
    """A refusal with what somebody wrote for nothing, so that they have it still."""
    if not written.strip():
        return refused
    return Reply(refused.text, (*refused.parts, SaidBySomeone("You wrote", written)), refused.actions)


def changed_meanwhile(case_id: str) -> Reply:
    return tell(f"Somebody else acted on case {case_id} just before you. Type case {case_id} to see where it stands.")


def asker_not_reached(case_id: str) -> Reply:
    return tell(
        f"I could not bring the asker of case {case_id} the last news of it: their chat refuses it. The case is kept. "
        "Whoever runs this service can send it to them again."
    )


def undeliverable(case_id: str) -> Reply:
    return tell(
        f"I could not reach the advisor of case {case_id} on any of their addresses. Your case is kept; "
        "if it is urgent, ask your line manager or your department's propriety team."
    )
