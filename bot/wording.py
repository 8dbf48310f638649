"""Every word people read that is not guidance: Advice, cases and mishaps → Reply."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.advice import Advice, Reason
from bot.advisors import Advisor
from bot.case import Case, CaseEvent, Move, State
from bot.deadlines import Step
from bot.draft import DraftCheck, Mark
from bot.privacy import Kind
from bot.replies import (
    Action,
    Cited,
    Heading,
    Item,
    Items,
    Note,
    Paragraph,
    Part,
    Prompt,
    Reply,
    SaidBySomeone,
)
from knowledge.entry import Corpus, Facts, Verdict
from knowledge.passage import Passage, Status

LABELS = {
    Verdict.YES: "Yes",
    Verdict.YES_IF: "Yes, if…",
    Verdict.NO: "No",
    Verdict.INFO: "",
    Verdict.CLARIFY: "One question first",
    Verdict.ASK_ADVISOR: "An advisor should decide",
    Verdict.NOT_COVERED: "Not covered by this guidance",
}
STATUS_NOTES = {
    Status.REPORTED: "This rests on a report of the guidance; the original wording was not seen in full.",
    Status.INFERRED: "This follows from the guidance, which does not say it in so many words.",
    Status.UNVERIFIED: "This was not checked against its source. Confirm it with an advisor before you rely on it.",
}
REASONS = {
    Reason.UNSETTLED: "The guidance and the Civil Service Code do not settle this.",
    Reason.LOW_CONFIDENCE: "I am not sure enough which part of the guidance this falls under.",
    Reason.ASKED_FOR: "You asked for an advisor.",
}
WHY_TO_AN_ADVISOR = {
    Reason.UNSETTLED: "The guidance and the Civil Service Code do not settle this.",
    Reason.LOW_CONFIDENCE: "What was found in the guidance is not certain enough to answer from.",
    Reason.ASKED_FOR: "The asker wants an advisor to look at it.",
}
NOTHING_FOUND = (
    "I found nothing in the social media guidance for this. I answer questions about using social media as a "
    "civil servant, on official and personal accounts."
)
NOTHING_FOUND_INSTEAD = "Put it in other words if it is about social media, or ask an advisor."
UNSURE = "I cannot tell with enough certainty which part of the guidance applies, so a person should decide."
UNSURE_INSTEAD = "Until an advisor has answered, hold back and don't post. The nearest guidance is shown here."
SAFE_DEFAULT = "Until then, hold back: don't post yet. What is posted cannot be taken back, and waiting costs little."
CONCERNS_TOPIC = "raising-concerns"
SHORTENED = "Part of this message is left out here: it is longer than one message can be."
TAKEN = "Received. The reply follows in a moment."
MASKED = {
    Kind.EMAIL: "an e-mail address",
    Kind.CARD: "a card number",
    Kind.NATIONAL_INSURANCE: "a National Insurance number",
    Kind.ADDRESS: "an address",
    Kind.PHONE: "a phone number",
    Kind.NHS: "an NHS number",
    Kind.NAME: "a name",
}
DRAFT_SUMMARIES = {
    Verdict.NO: "Don't post this as it stands: some of its words touch a rule.",
    Verdict.ASK_ADVISOR: "Hold this back until an advisor has looked at it: some of its words touch a rule that turns "
    "on more than I can see.",
    Verdict.YES_IF: "Post this only once the points below are settled.",
    Verdict.INFO: "Nothing stands out: no words of this draft touch a rule that I look for.",
}
DRAFT_LIMITS = (
    "I see words only. I cannot tell whether the post is cleared, whether what it says is published and true, whose "
    "account it is for, or what a picture shows. Nothing of your draft is kept. To put it before a person, type "
    "advisor and your question."
)
ACT_IN_CHAT = "To act on this, open smpolicy in Slack or Teams and type case and its id."
CHECK_TITLE = "Checked against the guidance"
RULES_SHOWN = 6  # of a draft check with their words and passage; the others stand in a list
QUOTES_SHOWN = 4  # marked words of one rule
LONGEST_QUOTE = 120  # characters
LONGEST_QUESTION = 20_000  # characters
LONGEST_NAME = 80  # characters
LONGEST_REPLY = 3_000  # characters of what asker and advisor write to each other; a form's field takes no more

_ANSWER_PROMPT = Prompt(
    "Answer", "Your advice to the asker", "Send", "They read this in their own thread, with your name."
)
_ASK_BACK_PROMPT = Prompt("Ask back", "What do you need to know?", "Ask", "You don't see who asks; they see your name.")
_PASS_ON_PROMPT = Prompt("Pass on", "Why should someone else take it?", "Pass on", "The next advisor reads this.")
_REPLY_PROMPT = Prompt("Reply", "Your reply to the advisor", "Send", "Your name is not passed on.")
_NAME_PROMPT = Prompt(
    "Share my name", "Your name, as the advisor should see it", "Share", "Whoever holds this case sees it."
)
_NOTE_PROMPT = Prompt("Note", "Your note", "Keep", "Only advisors who hold this case read it.")
_REOPEN_PROMPT = Prompt("Reopen", "What is still open?", "Reopen")


def tell(text: str, *, actions: Sequence[Action] = ()) -> Reply:
    """One plain paragraph."""
    return Reply(text, (Paragraph(text),), tuple(actions))


def when(moment: datetime, zone: str = "Europe/London") -> str:
    """A moment as people say it: "Thu 26 November, 15:30"."""
    return f"{moment.astimezone(ZoneInfo(zone)):%a %-d %B, %H:%M}"


def answer(advice: Advice, question_id: str, corpus: Corpus) -> Reply:
    """The reply to a question, verdict before prose."""
    label = LABELS[advice.verdict]
    parts: list[Part] = _signpost(advice)
    if label:
        parts.append(Heading(label))
    told = advice.signpost is not None and advice.signpost.text == advice.summary
    if not told:
        parts.append(Paragraph(advice.summary))
    if advice.conditions:
        title = "On these conditions" if advice.verdict is Verdict.YES_IF else "Keep in mind"
        parts.append(Items(title, tuple(_condition(corpus.passages[c.passage], c.text) for c in advice.conditions)))
    if advice.instead and not told:
        parts.append(Items("What you can do", (Item(advice.instead),)))
    parts += [cited(passage) for passage in advice.citations[:2]]
    if advice.clarify:
        parts.append(Paragraph(advice.clarify.question))
    if advice.holds:
        parts.append(Note(advice.holds))
    if note := STATUS_NOTES.get(advice.status):
        parts.append(Note(note))
    stop = "" if label.endswith("…") else "."
    spoken = f"{label}{stop} {advice.summary}" if label else advice.summary
    if advice.clarify:
        spoken = f"{spoken} {advice.clarify.question}"
    return Reply(f"{_signpost_spoken(advice)}{spoken}", tuple(parts), _answer_actions(advice, question_id))


def _signpost(advice: Advice) -> list[Part]:
    """What comes first where somebody may be in danger, or has seen wrongdoing."""
    if advice.signpost is None:
        return []
    return [Heading(advice.signpost.title), Paragraph(advice.signpost.text), Paragraph(advice.signpost.instead)]


def _signpost_spoken(advice: Advice) -> str:
    return f"{advice.signpost.title}. {advice.signpost.text} " if advice.signpost else ""


def not_forwarded(advice: Advice, question_id: str, corpus: Corpus) -> Reply:
    """The reply to a question about wrongdoing that an advisor should see: whether they do is the asker's choice."""
    shown = answer(advice, question_id, corpus)
    news = (
        "I have not passed this on: whom you tell of a concern is your choice. Press Ask an advisor if you want an "
        "advisor to see your question, without your name."
    )
    advisor = Action("advisor", "Ask an advisor", {"question": question_id})
    return Reply(f"{shown.text} {news}", (*shown.parts, Paragraph(news)), (*shown.actions, advisor))


def draft_checked(check: DraftCheck, corpus: Corpus) -> Reply:
    """What a draft should be looked at for, the gravest first."""
    label, summary = LABELS[check.verdict], DRAFT_SUMMARIES[check.verdict]
    parts: list[Part] = [Heading(label)] if label else []
    parts.append(Paragraph(summary))
    rules = [(rule, marks, corpus.passages[rule.passages[0]]) for rule, marks in check.by_rule.items()]
    for rule, marks, passage in rules[:RULES_SHOWN]:
        parts += [SaidBySomeone("Your draft says", _quotes(marks)), Paragraph(rule.label), cited(passage)]
    if others := rules[RULES_SHOWN:]:
        parts.append(Items("Look at this too", tuple(_condition(passage, rule.label) for rule, _, passage in others)))
    if any(passage.status is Status.UNVERIFIED for _, _, passage in rules):
        parts.append(Note("A passage shown here was not checked against its source. Confirm it with an advisor."))
    parts.append(Note(DRAFT_LIMITS))
    stop = "" if label.endswith("…") else "."
    spoken = [f"{label}{stop} {summary}" if label else summary, *(rule.label for rule, _, _ in rules)]
    return Reply(" ".join(spoken), tuple(parts))


def _quotes(marks: Sequence[Mark]) -> str:
    """Marked words in quotation marks, each once, shortened where they are long or many."""
    said = list(dict.fromkeys(" ".join(mark.words.split()) for mark in marks))
    short = (text if len(text) <= LONGEST_QUOTE else f"{text[: LONGEST_QUOTE - 1]}…" for text in said[:QUOTES_SHOWN])
    more = f" and {len(said) - QUOTES_SHOWN} more" if len(said) > QUOTES_SHOWN else ""
    return ", ".join(f"“{text}”" for text in short) + more


def masked(kinds: Sequence[Kind], what: str) -> Note:
    """Tells the asker what was masked in their question or reply."""
    *others, last = (MASKED[kind] for kind in kinds)
    listed = f"{', '.join(others)} and {last}" if others else last
    return Note(f"I masked {listed} before keeping your {what}.")


def because(advice: Advice, question_id: str, corpus: Corpus) -> Reply:
    """The reply to "why?" or "who says?": the reason, and every passage it rests on."""
    named = (corpus.passages[condition.passage] for condition in advice.conditions)
    passages = tuple(dict.fromkeys((*advice.citations, *named)))
    reason = f"Because: {advice.summary}"
    parts: list[Part] = [Paragraph(reason), *map(cited, passages)]
    if advice.holds:
        parts.append(Note(advice.holds))
    if note := STATUS_NOTES.get(advice.status):
        parts.append(Note(note))
    sources = "; ".join(dict.fromkeys(passage.source for passage in passages))
    return Reply(
        f"{reason} Source: {sources}." if sources else reason, tuple(parts), _because_actions(advice, question_id)
    )


def _because_actions(advice: Advice, question_id: str) -> tuple[Action, ...]:
    """A question that is with an advisor already is not handed over again."""
    if advice.verdict is Verdict.ASK_ADVISOR:
        return ()
    return tuple(action for action in _answer_actions(advice, question_id) if action.verb in ("choose", "advisor"))


def nothing_to_show() -> Reply:
    """Somebody asks why, and the last reply was that nothing certain was found."""
    return tell(
        "I have no passage to show for that: I found none that settles your question, which is why I did not answer "
        "it myself. Put it in other words, or ask an advisor."
    )


def both_ways(advice: Advice, question_id: str) -> Reply:
    """The reply where a fact was asked for already and not understood: what holds for each answer to it."""
    if advice.clarify is None:
        raise ValueError("only a clarify advice has more than one way")
    lines = tuple(
        Item(f"{choice.label}: {LABELS[choice.leads_to] or 'For your information'}. {choice.reason}")
        for choice in advice.clarify.choices
    )
    parts: tuple[Part, ...] = (
        *_signpost(advice),
        Heading("It depends"),
        Paragraph(advice.clarify.question),
        Items("What holds in each case", lines),
        *(cited(passage) for passage in advice.citations[:2]),
    )
    spoken = " ".join(["It depends.", advice.clarify.question, *(line.text for line in lines)])
    return Reply(f"{_signpost_spoken(advice)}{spoken}", parts, _answer_actions(advice, question_id))


def _condition(passage: Passage, text: str) -> Item:
    return Item(text, passage.source, passage.document.url)


def cited(passage: Passage) -> Cited:
    return Cited(passage.text, passage.verbatim, passage.source, passage.document.url)


def _answer_actions(advice: Advice, question_id: str) -> tuple[Action, ...]:
    value = {"question": question_id}
    advisor = Action("advisor", "Ask an advisor", value)
    if advice.clarify:
        choices = tuple(
            Action("choose", choice.label, {**value, "fact": advice.clarify.fact, "value": choice.value})
            for choice in advice.clarify.choices
        )
        return (*choices, advisor)
    if advice.verdict is Verdict.NOT_COVERED:
        return (advisor,)
    rate = (Action("helpful", "Helpful", value), Action("unhelpful", "Not helpful", value))
    return rate if advice.verdict is Verdict.ASK_ADVISOR else (*rate, advisor)


def handed_over(advice: Advice, question_id: str, corpus: Corpus, case: Case, advisor: Advisor, now: datetime) -> Reply:
    """The reply to a question that went to an advisor: what was found, who has it and by when."""
    shown = answer(advice, question_id, corpus)
    news = taken(case, advisor, now)
    return Reply(f"{shown.text} {news.text}", (*shown.parts, *news.parts), (*shown.actions, *news.actions))


def taken(case: Case, advisor: Advisor, now: datetime) -> Reply:
    """An answered question went to an advisor after all."""
    text = (
        f"{_who(advisor)} has your question as case {case.id}. You will hear from me by {when(case.answer_by)} "
        f"at the latest. {_out_of_hours(advisor, now)}Your name is not passed on."
    )
    return Reply(
        f"{text} {SAFE_DEFAULT}", (Paragraph(text), Paragraph(SAFE_DEFAULT)), (_share_name(case), _withdraw(case))
    )


def _out_of_hours(advisor: Advisor, now: datetime) -> str:
    """When the advisor is next in, where that is not now."""
    next_in = advisor.hours.next_in(now)
    if next_in is None or next_in <= now:
        return ""
    return f"Out of working hours now: {advisor.name} is next in on {when(next_in)}. "


def reminder(case: Case, advisor: Advisor, step: Step, card: Reply) -> Reply:
    """The case's card once more, with what is due said first."""
    what = "be acknowledged" if step.awaits_claim else "be answered"
    by = case.acknowledge_by if step.awaits_claim else case.answer_by
    said = f"Case {case.id} is due to {what} by {when(by, advisor.zone)}."
    if step.is_due:
        said = f"Case {case.id} was due to {what} by {when(by, advisor.zone)}. In an hour it goes to the next advisor."
    return Reply(said, (Paragraph(said), *card.parts), card.actions)


def away_until_when() -> Reply:
    return tell("Until when? Type away until and a day to come, such as away until 4 December; or just away.")


def gone_away(until: date | None, *, passed: int, left: int) -> Reply:
    """What an advisor reads who has gone away."""
    days = f"until {until:%A} {until.day} {until:%B}" if until else "until you type back"
    cases = f" I have passed on {_number(passed, 'case')} that you held." if passed else ""
    why = "because nobody else can take it or its asker is asked something"
    kept = f" You keep {_number(left, 'case')}, {why}." if left else ""
    return tell(f"You are away {days}: no new case comes to you.{cases}{kept}")


def come_back(held: int) -> Reply:
    return tell(f"Welcome back: new cases come to you again. You hold {_number(held, 'case')}.")


def _number(count: int, what: str) -> str:
    return f"{count or 'no'} {what}{'' if count == 1 else 's'}"


def taken_away(case: Case, advisor: Advisor) -> Reply:
    """What an advisor reads whose case went on without them."""
    return tell(f"Case {case.id} is with {_who(advisor)} now, as its time with you had passed. Nothing is left to do.")


def handed_on(case: Case, before: Advisor, advisor: Advisor, now: datetime) -> Reply:
    """What the asker reads when the next advisor takes over."""
    text = (
        f"{before.name} has not got to your case {case.id} in time, so {_who(advisor)} has it now, with everything so "
        f"far. You will hear by {when(case.answer_by)}. {_out_of_hours(advisor, now)}"
    ).strip()
    return Reply(f"{text} {SAFE_DEFAULT}", (Paragraph(text), Paragraph(SAFE_DEFAULT)), (_withdraw(case),))


def still_waiting(case: Case, advisor: Advisor, now: datetime) -> Reply:
    """What the asker reads when the time has passed and there is nobody else."""
    text = (
        f"{advisor.name} has not got to your case {case.id} in time, and nobody else can take it just now. I have "
        f"asked again: you will hear by {when(case.answer_by)}. {_out_of_hours(advisor, now)}"
    ).strip()
    return Reply(f"{text} {SAFE_DEFAULT}", (Paragraph(text), Paragraph(SAFE_DEFAULT)), (_withdraw(case),))


def nobody_takes(case: Case, advisor: Advisor) -> Reply:
    """What the owner of the service reads of a case that went from hand to hand."""
    return tell(
        f"Nobody has taken up case {case.id} after {case.untaken} hand-overs; it is with {_who(advisor)} now. Please "
        "see that somebody claims it, and look at the rota: smpolicy advisors list."
    )


def asked_already(case: Case, advisor: Advisor) -> Reply:
    """The same question again, or the button pressed twice."""
    text = f"{_who(advisor)} has this question already, as case {case.id}, and answers by {when(case.answer_by)}."
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
    parts.append(
        Note(
            f"Please acknowledge by {when(case.acknowledge_by, advisor.zone)} and answer by "
            f"{when(case.answer_by, advisor.zone)}. {_asker(case)} Guidance {case.guidance_version}."
        )
    )
    spoken = f"Case {case.id} for you, {case.state.in_words}: please answer by {when(case.answer_by, advisor.zone)}."
    return Reply(spoken, tuple(parts), _advisor_actions(case, advisor, corpus))


def _asker(case: Case) -> str:
    return f"The asker is {case.asker_name}." if case.asker_name else "The asker's name is withheld."


def fact_lines(facts: Facts, corpus: Corpus) -> list[str]:
    """Known facts as people read them: "Is this about an official account…? My own account"."""
    known = ((corpus.facts[fact], value) for fact, value in facts.items() if fact in corpus.facts)
    return [f"{definition.question} {definition.label(value)}" for definition, value in known]


_BETWEEN_ADVISORS = (Move.NOTE, Move.PASS_ON)  # what advisors say to each other is not for the asker


def _was_said(event: CaseEvent) -> bool:
    """Whether an event carries what a person said, rather than a remark of the log."""
    return bool(event.note) and event.move not in (Move.OPEN, Move.REMIND, Move.HAND_OVER, Move.SHARE_NAME)


def _event_part(event: CaseEvent, asker: str = "The asker") -> Part:
    who = {"asker": asker, "smpolicy": "smpolicy"}.get(event.actor, "An advisor")
    return SaidBySomeone(f"{who} ({event.move.value})", event.note)


def _prepared(case: Case, corpus: Corpus) -> str:
    """A draft of the answer: what the guidance says, for the advisor to build on; "" where nothing was found."""
    found = [corpus.passages[name] for name in case.passages if name in corpus.passages][:2]
    if not found:
        return ""
    said = "\n".join(f"- {passage.text} ({passage.source})" for passage in found)
    return f"My advice: \n\nWhat the guidance says:\n{said}"


def _advisor_actions(case: Case, advisor: Advisor, corpus: Corpus) -> tuple[Action, ...]:
    value = {"case": case.id}
    if not case.state.needs_work or case.advisor_id != advisor.id:
        return ()
    claim = (Action("claim", "Claim", value),) if case.state in (State.OPEN, State.REOPENED) else ()
    ask_back = (
        ()
        if case.state is State.WAITING_FOR_ASKER
        else (Action("ask_back", "Ask back", value, prompt=_ASK_BACK_PROMPT),)
    )
    return (
        *claim,
        Action("answer", "Answer", value, "primary", replace(_ANSWER_PROMPT, draft=_prepared(case, corpus))),
        *ask_back,
        Action("pass_on", "Pass on", value, prompt=_PASS_ON_PROMPT),
        Action("note", "Note", value, prompt=_NOTE_PROMPT),
    )


def _withdraw(case: Case) -> Action:
    return Action("withdraw", "Withdraw my question", {"case": case.id}, "danger")


def _share_name(case: Case) -> Action:
    return Action("share_name", "Share my name", {"case": case.id}, prompt=_NAME_PROMPT)


def _who(advisor: Advisor) -> str:
    return f"{advisor.name} ({advisor.role})"


def claimed(case: Case, advisor: Advisor) -> Reply:
    return tell(f"{_who(advisor)} has taken up your case {case.id} and answers by {when(case.answer_by)}.")


def advised(case: Case, advisor: Advisor) -> Reply:
    """The advisor's answer, as the asker sees it."""
    text = f"{_who(advisor)} has answered your case {case.id}."
    parts: tuple[Part, ...] = (
        Heading(f"Advice on case {case.id}"),
        SaidBySomeone("You asked", case.question),
        SaidBySomeone(f"{_who(advisor)} says", case.advice),
        Note("This is one advisor's decision on your question. It is not a rule for others."),
    )
    value = {"case": case.id}
    actions = (
        Action("close", "That settles it", value, "primary"),
        Action("reopen", "Something is still open", value, prompt=_REOPEN_PROMPT),
    )
    return Reply(text, parts, actions)


def asked_back(case: Case, advisor: Advisor, question: str) -> Reply:
    text = f"{_who(advisor)} has a question about your case {case.id}."
    parts: tuple[Part, ...] = (
        Heading(f"A question on case {case.id}"),
        SaidBySomeone(f"{_who(advisor)} asks", question),
        Paragraph("Reply with the button. Your name is not passed on."),
    )
    return Reply(text, parts, (Action("reply", "Reply", {"case": case.id}, "primary", _REPLY_PROMPT), _withdraw(case)))


def passed_on(case: Case, advisor: Advisor) -> Reply:
    return tell(f"{_who(advisor)} has your case {case.id} now and answers by {when(case.answer_by)}.")


def reply_taken(case: Case, advisor: Advisor) -> Reply:
    return tell(f"Your reply on case {case.id} is with {_who(advisor)}, who answers by {when(case.answer_by)}.")


def needs_a_name() -> Reply:
    return tell(f"Write your name in up to {LONGEST_NAME} characters. Nothing was shared.")


def name_shared(case: Case, advisor: Advisor) -> Reply:
    return tell(f"{_who(advisor)} now sees your name on case {case.id}.")


def withdrawn(case: Case) -> Reply:
    return tell(f"Case {case.id} is withdrawn. Nobody will answer it; you can ask again at any time.")


def closed(case: Case) -> Reply:
    return tell(f"Case {case.id} is closed. Within 30 days you can reopen it: type case {case.id}.")


def reopened(case: Case, advisor: Advisor) -> Reply:
    return tell(f"Case {case.id} is open again. {_who(advisor)} answers by {when(case.answer_by)}.")


def done(case: Case, what: str) -> Reply:
    """What an advisor reads after acting."""
    return tell(f"Case {case.id}: {what}.")


def tips(corpus: Corpus, number: int | None) -> Reply:
    """The ten tips, or one of them, to the letter."""
    all_tips = corpus.tips
    if not all_tips:
        return tell("This guidance has no tips. Ask a question, or type help.")
    source = all_tips[0].document
    credit = Note(
        f"{source.title}, Cabinet Office, {source.dated}. Contains public sector information licensed under the "
        "Open Government Licence v3.0."
    )
    if number is None:
        lines = tuple(Item(tip.text) for tip in all_tips)
        title = "Ten tips for social media engagement"
        spoken = f"{title}: " + " ".join(f"{n}. {tip.text}." for n, tip in enumerate(all_tips, 1))
        return Reply(spoken, (Items(title, lines, numbered=True), credit))
    if not 1 <= number <= len(all_tips):
        return tell("There are ten tips. Type tip 1 to tip 10, or tips for all of them.")
    tip = all_tips[number - 1]
    return Reply(f"Tip {number}: {tip.text}", (Heading(f"Tip {number}"), cited(tip), credit))


def help_text(unknown: str = "", suggestion: str = "") -> Reply:
    """What can be typed; after a slip, what was probably meant."""
    commands = (
        Item("QUESTION: ask in your own words, such as: can I retweet my minister from my own account?"),
        Item("tips: the ten tips; tip 4: one of them"),
        Item("check DRAFT: looks a draft post over before you post it; nothing of it is kept"),
        Item("advisor QUESTION: straight to a named advisor"),
        Item("cases: my cases; case SM-2026-0042: one of them"),
        Item("For advisors: queue, the cases I hold; away until 4 December; back"),
    )
    start = "I answer questions about social media from official guidance and pass unclear ones to an advisor."
    if unknown:
        start = f"I don't know that command. Did you mean {suggestion}?"
    parts = (Paragraph(start), Items("You can type", commands))
    return Reply(f"{start} Type tips, check, advisor, cases, case, or just your question.", parts)


def advisor_about_what() -> Reply:
    return tell("Type advisor and your question, such as: advisor may I join a march on Saturday?")


def which_case() -> Reply:
    return tell("Type case and its id, such as case SM-2026-0042. Type cases for the list of yours.")


def empty_question() -> Reply:
    return tell("That came without words I can read. Ask in a sentence, such as: can I post photos of our office?")


def too_long() -> Reply:
    return tell(
        f"That is longer than the {LONGEST_QUESTION:,} characters I can read. Nothing was kept. Please put your "
        "question in a few sentences; if you want a long draft checked, send the part you are unsure of."
    )


def needs_words() -> Reply:
    return tell(f"Please write something first, up to {LONGEST_REPLY:,} characters. Nothing was sent.")


def case_list(cases: Sequence[Case], *, queue: bool) -> Reply:
    """My cases, or an advisor's queue; says what to do when there are none."""
    if not cases:
        empty = "You hold no cases." if queue else "You have no cases. One opens when an advisor must decide."
        return tell(empty)
    title = "Cases you hold" if queue else "Your cases"
    shown = cases[:10]
    lines = tuple(Item(_case_line(case)) for case in shown)
    actions = tuple(Action("show_case", case.id, {"case": case.id}) for case in shown[:5])
    parts: list[Part] = [Items(title, lines)]
    if len(cases) > len(shown):
        parts.append(Note(f"{len(cases) - len(shown)} older ones are not shown; type case and the id."))
    return Reply(f"{title}: {len(cases)}.", tuple(parts), actions)


def _case_line(case: Case) -> str:
    due = f", answer due {when(case.answer_by)}" if case.state.needs_work else ""
    return f"{case.id}: {case.state.in_words}{due}"


def case_view(case: Case, advisor: Advisor | None, events: Sequence[CaseEvent]) -> Reply:
    """A case as its asker sees it."""
    holder = f" It is with {_who(advisor)}." if advisor else ""
    parts: list[Part] = [
        Heading(f"Case {case.id}: {case.state.in_words}"),
        SaidBySomeone("You asked", case.question),
        Paragraph(f"{_case_line(case)}.{holder}"),
    ]
    parts += [_event_part(event, "You") for event in events if _was_said(event) and event.move not in _BETWEEN_ADVISORS]
    actions: tuple[Action, ...] = ()
    if case.state is State.WAITING_FOR_ASKER:
        actions = (
            Action("reply", "Reply", {"case": case.id}, "primary", _REPLY_PROMPT),
            _share_name(case),
            _withdraw(case),
        )
    elif case.state.needs_work:
        actions = (_share_name(case), _withdraw(case))
    elif case.state in (State.ANSWERED, State.CLOSED):
        actions = (Action("reopen", "Something is still open", {"case": case.id}, prompt=_REOPEN_PROMPT),)
    return Reply(f"Case {case.id} is {case.state.in_words}.{holder}", tuple(parts), actions)


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


def changed_meanwhile(case_id: str) -> Reply:
    return tell(f"Somebody else acted on case {case_id} just before you. Type case {case_id} to see where it stands.")


def expired_question() -> Reply:
    return tell("That question is too old for this button to work. Please ask it again.")


def somebody_elses() -> Reply:
    return tell("That button belongs to whoever asked. Ask me your own question and you get buttons of your own.")


def outsider() -> Reply:
    """Somebody of another organisation wrote."""
    return tell(
        "I answer people inside the organisation only, so I cannot help here. Please ask your own department. "
        "Nothing of what you wrote was kept."
    )


def unknown_button() -> Reply:
    return tell("That button no longer works. Please ask your question again, or type help.")


def thanks(*, helpful: bool) -> Reply:
    if helpful:
        return tell("Thank you, noted.")
    return tell("Thank you, noted. If the answer missed your point, put it in other words or press Ask an advisor.")


def undeliverable(case_id: str) -> Reply:
    return tell(
        f"I could not reach the advisor of case {case_id} on any of their addresses. Your case is kept; "
        "if it is urgent, ask your line manager or your department's propriety team."
    )


def trying_again() -> Reply:
    """Something on our side failed, and the platform will bring the question again by itself."""
    return tell(
        "I couldn't check that just now. I will try again by myself in a few minutes; if you hear nothing within "
        "ten, please ask again. Until then, don't post."
    )


def out_of_order() -> Reply:
    """Something on our side failed."""
    return tell(
        "I couldn't check that just now, and nothing was saved. Please try again in a few minutes. If it can't "
        "wait, ask your line manager or your department's propriety team, and don't post until you know."
    )
