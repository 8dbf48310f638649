"""Every word an asker reads of their cases."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.advice import Advice
from bot.advisors import Advisor
from bot.case import BETWEEN_ADVISORS, Case, CaseEvent, State
from bot.replies import Action, Heading, Note, Paragraph, Part, Prompt, Reply, SaidBySomeone
from bot.wording import SAFE_DEFAULT, answer, tell, when, zone_of
from bot.wording_desk import case_line, event_part, was_said, who
from knowledge.entry import Corpus

LONGEST_NAME = 80  # characters
LONGEST_CARRIED = 1_000  # characters of a typed text on a button
_REPLY_PROMPT = Prompt("Reply", "Your reply to the advisor", "Send")
_NAME_PROMPT = Prompt(
    "Share my name",
    "Your name, as the advisor should see it",
    "Share",
    "Only the advisor who holds the case now sees it.",
)
_ASK_PROMPT = Prompt("Ask", "Your question", "Ask")
_REOPEN_PROMPT = Prompt("Reopen", "What is still open?", "Reopen")


def handed_over(advice: Advice, question_id: str, corpus: Corpus, case: Case, advisor: Advisor, now: datetime) -> Reply:
    """The reply to a question that went to an advisor: what was found, who has it and by when."""
    shown = answer(advice, question_id, corpus)
    news = taken(case, advisor, now)
    return Reply(f"{shown.text} {news.text}", (*shown.parts, *news.parts), (*shown.actions, *news.actions))


def taken(case: Case, advisor: Advisor, now: datetime) -> Reply:
    """An answered question went to an advisor after all."""
    text = (
        f"{who(advisor)} has your question as case {case.id}. You will hear from me by {_when(case, case.answer_by)} "
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


def handed_on(was: Case, case: Case, before: Advisor, advisor: Advisor, now: datetime) -> Reply:
    """What the asker reads when the next advisor takes over; `was` is the case as it was before."""
    text = (
        f"{_left(case, before, now)}, so {who(advisor)} has it now, with everything so far. "
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


def asked_already(case: Case, advisor: Advisor) -> Reply:
    """The same question again, or the button pressed twice."""
    text = f"{who(advisor)} has this question already, as case {case.id}, and answers by {_when(case, case.answer_by)}."
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


def _name_seen(case: Case) -> str:
    """What the asker is told of their name."""
    return "The advisor sees your name." if case.asker_name else "Your name is not passed on."


def claimed(case: Case, advisor: Advisor) -> Reply:
    return tell(f"{who(advisor)} has taken up your case {case.id} and answers by {_when(case, case.answer_by)}.")


def advised(case: Case, advisor: Advisor) -> Reply:
    """The advisor's answer, as the asker sees it."""
    text = f"{who(advisor)} has answered your case {case.id}."
    parts: tuple[Part, ...] = (
        Heading(f"Advice on case {case.id}"),
        SaidBySomeone("You asked", case.question),
        SaidBySomeone(f"{who(advisor)} says", case.advice),
        Note("This is one advisor's decision on your question. It is not a rule for others."),
    )
    return Reply(text, parts, (settles(case), _reopen(case)))


def settles(case: Case) -> Action:
    return Action("close", "That settles it", {"case": case.id}, "primary")


def asked_back(case: Case, advisor: Advisor, question: str) -> Reply:
    text = f"{who(advisor)} has a question about your case {case.id}."
    parts: tuple[Part, ...] = (
        Heading(f"A question on case {case.id}"),
        SaidBySomeone(f"{who(advisor)} asks", question),
        Paragraph(f"Reply with the button. {_name_seen(case)}"),
    )
    return Reply(text, parts, (_reply(case), _withdraw(case)))


def asked_again(case: Case, advisor: Advisor, question: str, closes_at: datetime) -> Reply:
    """What an asker reads who has not replied to their advisor's question."""
    text = f"{who(advisor)} cannot answer your case {case.id} before you reply."
    parts: tuple[Part, ...] = (
        Heading(f"A question on case {case.id}"),
        SaidBySomeone(f"{who(advisor)} asks", question),
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


def passed_on(was: Case, case: Case, before: Advisor, advisor: Advisor, now: datetime) -> Reply:
    """What the asker reads when their advisor passes the case on; `was` is the case as it was before."""
    text = (
        f"{who(advisor)} has your case {case.id} now and answers by {_when(case, case.answer_by)}."
        f"{_wish(case, advisor, now)}{_withheld_again(was, case, before, advisor)}"
    )
    return tell(text, actions=_share_name(case) if was.asker_name else ())


def reply_taken(case: Case, advisor: Advisor, now: datetime) -> Reply:
    return tell(
        f"Your reply on case {case.id} is with {who(advisor)}, who answers by {_when(case, case.answer_by)}."
        f"{_wish(case, advisor, now)}"
    )


def is_it_a_reply(case: Case, advisor: Advisor, text: str) -> Reply:
    """What an asker reads who types something in their own chat right after their advisor's question.

    Nobody's words go to an advisor unless they say so, and no reply opens another case. What they typed stands in
    both forms, where it is short enough for a button to carry.
    """
    draft = text if len(text) <= LONGEST_CARRIED else ""
    value = {"case": case.id}
    form = replace(_REPLY_PROMPT, hint=_name_seen(case), draft=draft)
    return tell(
        f"Is this your reply to {advisor.name}, who asked you something about case {case.id}? Nothing was sent yet.",
        actions=(
            Action("reply", "Yes, send it", value, "primary", form),
            Action("ask", "No, it is a question", value, prompt=replace(_ASK_PROMPT, draft=draft)),
        ),
    )


def needs_a_name() -> Reply:
    return tell(f"Write your name in up to {LONGEST_NAME} characters. Nothing was shared.")


def name_shared(case: Case, advisor: Advisor) -> Reply:
    return tell(f"{who(advisor)} now sees your name on case {case.id}.")


def withdrawn(case: Case) -> Reply:
    return tell(f"Case {case.id} is withdrawn. Nobody will answer it; you can ask again at any time.")


def closed(case: Case, *, asks: bool) -> Reply:
    """`asks` whether the advice helped."""
    news = f"Case {case.id} is closed. Within 30 days you can reopen it: type case {case.id}."
    if not asks:
        return tell(news)
    value = {"case": case.id}
    question = "Did the advice help you? Your answer is only counted: nobody sees that it is yours."
    buttons = (Action("helped", "Yes, it helped", value), Action("not_helped", "No, it did not", value))
    return Reply(f"{news} {question}", (Paragraph(news), Paragraph(question)), buttons)


def advice_rated(case: Case, *, helped: bool) -> Reply:
    open_still = "" if helped else f" If something is still open, type case {case.id} and reopen it."
    return tell(f"Thank you, noted.{open_still}")


def reopened(case: Case, advisor: Advisor, now: datetime) -> Reply:
    return tell(
        f"Case {case.id} is open again. {who(advisor)} answers by {_when(case, case.answer_by)}."
        f"{_wish(case, advisor, now)}"
    )


def case_view(case: Case, advisor: Advisor | None, events: Sequence[CaseEvent]) -> Reply:
    """A case as its asker sees it."""
    holder = f" It is with {who(advisor)}." if advisor else ""
    parts: list[Part] = [
        Heading(f"Case {case.id}: {case.state.in_words}"),
        SaidBySomeone("You asked", case.question),
        Paragraph(f"{case_line(case, zone_of(case.asker))}.{holder}"),
    ]
    parts += [
        event_part(event, reader="asker") for event in events if was_said(event) and event.move not in BETWEEN_ADVISORS
    ]
    return Reply(f"Case {case.id} is {case.state.in_words}.{holder}", tuple(parts), askers_actions(case))


def askers_actions(case: Case) -> tuple[Action, ...]:
    """What its asker can do about a case."""
    if case.state is State.WAITING_FOR_ASKER:
        return (_reply(case), *_share_name(case), _withdraw(case))
    if case.state.needs_work:
        return (*_share_name(case), _withdraw(case))
    return (_reopen(case),) if case.state in (State.ANSWERED, State.CLOSED) else ()


def undeliverable(case_id: str) -> Reply:
    return tell(
        f"I could not reach the advisor of case {case_id} on any of their addresses. Your case is kept; "
        "if it is urgent, ask your line manager or your department's propriety team."
    )
