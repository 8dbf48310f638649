"""Every word people read about precedents, and about earlier cases like theirs."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from bot.advisors import Advisor
from bot.case import Case
from bot.errors import BadDraft, PrecedentRefused
from bot.precedent import Precedent, PrecedentState
from bot.precedent_draft import MarkedDraft
from bot.replies import Action, Heading, Item, Items, Note, Paragraph, Part, Prompt, Reply, SaidBySomeone
from bot.wording import in_full, tell
from bot.wording_desk import fact_lines, number, one_line
from knowledge.entry import Corpus

DRAFT_SHOWN = 5  # precedents that wait, shown in full in one message
HOW_TO_STRIP = (
    "Braces mark what looks personal: names, teams, dates, handles, links, and what was masked before. Reword each, or "
    "take its braces away where it tells nothing of anybody. I cannot see everything: look for names in small letters, "
    "jobs that only one person holds, and stories that somebody would know."
)
NOTHING_STORED = "Nothing is stored until you send the form."
_PROPOSE_PROMPT = Prompt(
    "Propose a precedent", "The precedent, without persons", "Propose", "A second advisor countersigns it."
)
_WITHDRAW_PROMPT = Prompt("Withdraw", "Why should it not be shown?", "Withdraw", "This goes into its log.")
_REVIEW_PROMPT = Prompt("Review", "It still holds. Until which day?", "Keep", "Such as 24 November 2027.")


def beside(reply: Reply, precedent: Precedent, corpus: Corpus) -> Reply:
    """A reply with what an advisor decided on such a question below it, never as the rule."""
    on = in_full(precedent.decided_on)
    said = f"An advisor decided on {on}"
    parts: list[Part] = [
        Heading("An earlier decision"),
        SaidBySomeone("The question then", precedent.question),
        SaidBySomeone(said, precedent.advice),
    ]
    if lines := fact_lines(precedent.facts, corpus):
        parts.append(Items("What decided it", tuple(map(Item, lines))))
    parts.append(
        Note(
            f"{precedent.id} was one advisor's decision on one case, countersigned by another. It is not a rule: what "
            "stands above it is the answer to your question."
        )
    )
    spoken = f"{reply.text} {said} on a question like yours; it is shown below, and it is not a rule."
    return replace(reply, text=spoken, parts=(*reply.parts, *parts))


def with_similar(card: Reply, cases: Sequence[Case]) -> Reply:
    """An advisor's card with answered cases like it, above its small print."""
    if not cases:
        return card
    similar = (
        SaidBySomeone(
            f"Similar case {case.id}, {case.state.in_words}", f"{one_line(case.question)}\n→ {one_line(case.advice)}"
        )
        for case in cases
    )
    return replace(card, parts=(*card.parts[:-1], *similar, *card.parts[-1:]))


# drafts


def drafted(case_id: str, draft: MarkedDraft) -> Reply:
    """The marked draft, and the form in which it is edited."""
    parts: list[Part] = [
        Heading(f"A precedent from case {case_id}?"),
        SaidBySomeone("Draft", draft.text),
        *_marks(draft),
        Paragraph(f"{HOW_TO_STRIP} {NOTHING_STORED} If the form opens empty, copy the draft into it."),
    ]
    text = f"A draft of a precedent from case {case_id}, with {number(len(draft.marks), 'mark')} to look at."
    return Reply(text, tuple(parts), (_propose(case_id, draft.text),))


def bad_draft(case_id: str, text: str, error: BadDraft) -> Reply:
    """What is wrong with a draft, and the form again with what was typed."""
    parts = (
        Items("Nothing was kept. Please mend this and send it again", tuple(map(Item, error.problems))),
        SaidBySomeone("You wrote", text),
    )
    spoken = f"The precedent was not kept: {'; '.join(error.problems)}."
    return Reply(spoken, parts, (_propose(case_id, text),))


def _marks(draft: MarkedDraft) -> tuple[Part, ...]:
    marks = {f"{mark.words}: {mark.trace.value}": None for mark in draft.marks}
    return (Items("Looks personal", tuple(map(Item, marks))),) if marks else ()


def _propose(case_id: str, text: str) -> Action:
    prompt = replace(_PROPOSE_PROMPT, draft=text)
    return Action("propose", "Edit and propose", {"case": case_id}, "primary", prompt)


# what becomes of one


def proposed(precedent: Precedent, second: Advisor | None) -> Reply:
    waits = (
        f"I have asked {second.name} to countersign it."
        if second
        else "There is nobody on the rota who could countersign it: a second advisor must join first."
    )
    return tell(f"{precedent.id} is kept. It is shown to nobody until a second advisor has countersigned it. {waits}")


def please_sign(precedent: Precedent, corpus: Corpus) -> Reply:
    """What the second advisor is asked."""
    said = f"{precedent.id} waits for a countersignature. Is it right, and does it tell nothing of anybody?"
    return Reply(said, (Paragraph(said), *_in_words(precedent, corpus)), _actions(precedent, may_sign=True))


def signed(precedent: Precedent) -> Reply:
    replaces = f" It takes the place of {precedent.replaces}." if precedent.replaces else ""
    until = in_full(precedent.review_by)
    return tell(f"{precedent.id} is countersigned, and shown to who asks the like until {until}.{replaces}")


def was_signed(precedent: Precedent, by: Advisor) -> Reply:
    """What the advisor who proposed it reads."""
    return tell(f"{by.name} has countersigned {precedent.id}. It is shown until {in_full(precedent.review_by)}.")


def withdrawn(precedent: Precedent) -> Reply:
    return tell(f"{precedent.id} is withdrawn and is shown to nobody any more.")


def was_withdrawn(precedent: Precedent, by: Advisor, why: str) -> Reply:
    """What the advisor who proposed it reads."""
    said = f"{by.name} has withdrawn {precedent.id}, which you proposed."
    return Reply(said, (Paragraph(said), SaidBySomeone("The reason", why)))


def reviewed(precedent: Precedent) -> Reply:
    if precedent.state is PrecedentState.PROPOSED:
        return tell(f"{precedent.id} is reviewed. It is shown again once a second advisor has countersigned it.")
    return tell(f"{precedent.id} is reviewed, and shown until {in_full(precedent.review_by)}.")


def replaced(old: Precedent, new_id: str) -> Reply:
    if old.state is PrecedentState.REPLACED:
        return tell(f"{new_id} has taken the place of {old.id}, which is shown to nobody any more.")
    return tell(f"{new_id} takes the place of {old.id} once it is countersigned.")


def refused(error: PrecedentRefused) -> Reply:
    return tell(f"{error}")


def bad_day(precedent_id: str, error: BadDraft) -> Reply:
    return tell(f"{precedent_id}: {'; '.join(error.problems)}. Nothing was changed.")


def unknown(precedent_id: str) -> Reply:
    return tell(f"I don't know {precedent_id}. Type precedents for those that wait for a countersignature.")


def changed_meanwhile(precedent_id: str) -> Reply:
    return tell(f"Somebody else acted on {precedent_id} just before you. Type precedent {precedent_id} to see it.")


def for_advisors() -> Reply:
    return tell("You are not on the rota of advisors, and precedents are for them to make. Type help for the rest.")


def which() -> Reply:
    return tell(
        "Type precedent and the id of an answered case, such as precedent SM-2026-0042, to make one; precedents for "
        "those that wait for a countersignature; precedent PR-2026-0007 for one of them."
    )


def not_your_case(case_id: str) -> Reply:
    return tell(f"Case {case_id} is not yours, so its own advisor must propose the precedent. Nothing was changed.")


# looking


def waiting_list(
    to_sign: Sequence[Precedent], own: Sequence[Precedent], to_review: Sequence[Precedent], corpus: Corpus, today: date
) -> Reply:
    """What waits for whoever asks, in full and with buttons, and what else waits."""
    parts: list[Part] = []
    actions: list[Action] = []
    shown = to_sign[:DRAFT_SHOWN]
    for one in shown:
        parts += [Heading(f"{one.id} waits for a countersignature"), *_in_words(one, corpus)]
        actions += _actions(one, may_sign=True)
    if len(to_sign) > len(shown):
        parts.append(
            Note(f"{_number(len(to_sign) - len(shown), 'more waits', 'more wait')}; they come when these are done.")
        )
    parts += [SaidBySomeone(f"{one.id} waits for somebody else", one_line(one.question)) for one in own]
    for one in to_review[:DRAFT_SHOWN]:
        parts.append(SaidBySomeone(f"{one.id} is not shown: {_why_not_shown(one, today)}", one_line(one.question)))
        actions.append(_review(one))
    if not parts:
        return tell(
            "No precedent waits for a countersignature or a review. Type precedent and a case's id to make one."
        )
    counted = _number(len(to_sign), "precedent waits", "precedents wait")
    return Reply(f"{counted} for your countersignature.", tuple(parts), tuple(actions))


def view(precedent: Precedent, corpus: Corpus, today: date, *, may_sign: bool) -> Reply:
    """One precedent, as advisors see it."""
    state = state_of(precedent, today)
    parts = (Heading(f"{precedent.id}: {state}"), *_in_words(precedent, corpus))
    return Reply(f"{precedent.id} is {state}.", parts, _actions(precedent, may_sign=may_sign))


def _in_words(precedent: Precedent, corpus: Corpus) -> tuple[Part, ...]:
    parts: list[Part] = [SaidBySomeone("Question", precedent.question), SaidBySomeone("Advice", precedent.advice)]
    if lines := fact_lines(precedent.facts, corpus):
        parts.append(Items("What decided it", tuple(map(Item, lines))))
    topics = ", ".join(corpus.topics.get(topic, topic) for topic in precedent.topics)
    rests = ", ".join(precedent.passages) or "no passage"
    replaces = f" It is to take the place of {precedent.replaces}." if precedent.replaces else ""
    stale = f" It is stale: {precedent.stale}." if precedent.stale else ""
    parts.append(
        Note(
            f"From case {precedent.case_id}, decided on {in_full(precedent.decided_on)} by {precedent.decided_by}. "
            f"Topics: {topics}. Rests on {rests} of {precedent.guidance_version}. To be reviewed by "
            f"{in_full(precedent.review_by)}.{replaces}{stale}"
        )
    )
    return tuple(parts)


def _actions(precedent: Precedent, *, may_sign: bool) -> tuple[Action, ...]:
    if precedent.state.is_over:
        return ()
    value = {"precedent": precedent.id}
    waits = precedent.state is PrecedentState.PROPOSED
    sign = (Action("countersign", f"Countersign {precedent.id}", value, "primary"),) if may_sign and waits else ()
    review = () if waits else (_review(precedent),)
    prompt = replace(_WITHDRAW_PROMPT, title=f"Withdraw {precedent.id}")
    return (*sign, *review, Action("withdraw_precedent", f"Withdraw {precedent.id}", value, "danger", prompt))


def _review(precedent: Precedent) -> Action:
    prompt = replace(_REVIEW_PROMPT, title=f"Review {precedent.id}")
    return Action("review", f"Review {precedent.id}", {"precedent": precedent.id}, prompt=prompt)


def _why_not_shown(precedent: Precedent, today: date) -> str:
    if precedent.stale:
        return f"stale: {precedent.stale}"
    return f"its review date, {in_full(precedent.review_by)}, has passed"


def state_of(precedent: Precedent, today: date) -> str:
    """Where it stands, in words."""
    expired = precedent.state is PrecedentState.SIGNED and not precedent.is_shown(today)
    return "past its review date" if expired else precedent.state.in_words


def _number(count: int, one: str, many: str = "") -> str:
    return f"{count or 'No'} {one if count == 1 else many or f'{one}s'}"
