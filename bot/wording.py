"""Every word people read that is not guidance: Advice, cases and mishaps → Reply."""

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.advice import Advice, Reason
from bot.calendar import ElectionPeriod
from bot.draft import DraftCheck, Mark
from bot.messages import Person
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
    Reply,
    SaidBySomeone,
)
from knowledge.entry import Corpus, Verdict
from knowledge.passage import Passage, Status
from knowledge.tokens import words

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
NOTHING_FOUND = (
    "I found nothing in the social media guidance for this. I answer questions about using social media as a "
    "civil servant, on official and personal accounts."
)
NOTHING_FOUND_INSTEAD = "Put it in other words if it is about social media, or ask an advisor."
NOT_ENGLISH = "This does not read like English to me, and I understand no other language well enough to answer safely."
NOT_ENGLISH_INSTEAD = "Ask again in English, in a few simple words, or ask an advisor: some read other languages."
UNSURE = "I cannot tell with enough certainty which part of the guidance applies, so a person should decide."
UNSURE_INSTEAD = "Until an advisor has answered, hold back and don't post. The nearest guidance is shown here."
SAFE_DEFAULT = "Until then, hold back: don't post yet. What is posted cannot be taken back, and waiting costs little."
ZONE = "Europe/London"  # of people whose own is not known
SHORTENED = "Part of this message is left out here: it is longer than one message can be."
SHARE = "Share here"
SHARED = "Somebody shares an answer of mine."
SHARED_BY = "shares this answer."  # after their name
TAKEN = "Received. The reply follows in a moment."
TAKEN_ASIDE = "Received. The reply comes in your own chat with me."
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
CHECK_TITLE = "Checked against the guidance"
RULES_SHOWN = 6  # of a draft check with their words and passage; the others stand in a list
QUOTES_SHOWN = 4  # marked words of one rule
LONGEST_QUOTE = 120  # characters
LONGEST_QUESTION = 20_000  # characters
LONGEST_REPLY = 3_000  # characters of what asker and advisor write to each other; a form's field takes no more


def tell(text: str, *, actions: Sequence[Action] = ()) -> Reply:
    """One plain paragraph."""
    return Reply(text, (Paragraph(text),), tuple(actions))


def when(moment: datetime, zone: str = ZONE) -> str:
    """A moment as people say it: "Thu 26 November, 15:30"."""
    return f"{moment.astimezone(ZoneInfo(zone)):%a %-d %B, %H:%M}"


def zone_of(person: Person) -> str:
    """The time zone in which somebody reads times."""
    return person.zone or ZONE


def in_full(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


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


def draft_checked(check: DraftCheck, corpus: Corpus, *, whole: bool = False) -> Reply:
    """What a draft should be looked at for, the gravest first; `whole` with every mark, however many there are."""
    label, summary = LABELS[check.verdict], DRAFT_SUMMARIES[check.verdict]
    parts: list[Part] = [Heading(label)] if label else []
    parts.append(Paragraph(summary))
    rules = [(rule, marks, corpus.passages[rule.passages[0]]) for rule, marks in check.by_rule.items()]
    told = len(rules) if whole else RULES_SHOWN
    for rule, marks, passage in rules[:told]:
        quotes = _quotes(marks, len(marks) if whole else QUOTES_SHOWN)
        parts += [SaidBySomeone("Your draft says", quotes), Paragraph(rule.label), cited(passage)]
    if others := rules[told:]:
        parts.append(Items("Look at this too", tuple(_condition(passage, rule.label) for rule, _, passage in others)))
    if any(passage.status is Status.UNVERIFIED for _, _, passage in rules):
        parts.append(Note("A passage shown here was not checked against its source. Confirm it with an advisor."))
    parts.append(Note(DRAFT_LIMITS))
    stop = "" if label.endswith("…") else "."
    spoken = [f"{label}{stop} {summary}" if label else summary, *(rule.label for rule, _, _ in rules)]
    return Reply(" ".join(spoken), tuple(parts))


def _quotes(marks: Sequence[Mark], most: int) -> str:
    """Marked words in quotation marks, each once, shortened where they are long or many."""
    said = list(dict.fromkeys(" ".join(mark.words.split()) for mark in marks))
    short = (text if len(text) <= LONGEST_QUOTE else f"{text[: LONGEST_QUOTE - 1]}…" for text in said[:most])
    more = f" and {len(said) - most} more" if len(said) > most else ""
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
        Item("receipt: the last answer as a record; receipt SM-2026-0042: a case"),
        Item("For advisors: queue, the cases I hold; queue WORDS, a search of mine; queue all, everything open"),
        Item("For advisors: precedent SM-2026-0042, to make one; precedents, those to countersign or review"),
        Item("For advisors: away until 4 December; back; advisors, who is on the rota and here"),
        Item("For the owner: advisors add ID name=…, advisors away ID until 4 December, advisors back ID"),
    )
    start = "I answer questions about social media from official guidance and pass unclear ones to an advisor."
    if unknown:
        start = f"I don't know that command. Did you mean {suggestion}?"
    parts = (Paragraph(start), Items("You can type", commands))
    return Reply(f"{start} Type tips, check, advisor, cases, case, receipt, or just your question.", parts)


def advisor_about_what() -> Reply:
    return tell("Type advisor and your question, such as: advisor may I join a march on Saturday?")


def empty_question() -> Reply:
    return tell("That came without words I can read. Ask in a sentence, such as: can I post photos of our office?")


def too_long() -> Reply:
    return tell(
        f"That is longer than the {LONGEST_QUESTION:,} characters I can read. Nothing was kept. Please put your "
        "question in a few sentences; if you want a long draft checked, send the part you are unsure of."
    )


def unreadable(text: str) -> Reply | None:
    """The refusal of a question or a draft without words or beyond LONGEST_QUESTION; None for one that can be read."""
    if len(text) > LONGEST_QUESTION:
        return too_long()
    return None if words(text) else empty_question()


def unsendable(text: str) -> Reply | None:
    """The refusal of a form's text without words or beyond LONGEST_REPLY; None for one that can be sent."""
    return needs_words() if not words(text) or len(text) > LONGEST_REPLY else None


def holds_until(period: ElectionPeriod) -> str:
    return f"This holds during the pre-election period of {period.name}, until {in_full(period.ends)}."


def changes_with(coming: ElectionPeriod) -> str:
    return f"A pre-election period starts on {in_full(coming.starts)}, before {coming.name}: the answer changes then."


def care_until(period: ElectionPeriod) -> str:
    return f"Until {in_full(period.ends)} special care is asked for, because of {period.name}."


def needs_words() -> Reply:
    return tell(f"Please write something first, up to {LONGEST_REPLY:,} characters. Nothing was sent.")


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


def over_limit() -> Reply:
    return tell(
        "That is more than I can take at once, so I left it out and nothing was saved. Please wait a minute and ask "
        "again. Until you know, don't post."
    )


def shared(question: str, answered: Reply) -> Reply:
    """A question and its answer as others read them; the buttons stay with whoever asked."""
    parts = (SaidBySomeone("The question", question), *answered.parts)
    return Reply(f"{SHARED} {answered.text}", parts)


def not_for_sharing() -> Reply:
    return tell(
        "I don't share that here: the question holds personal data, concerns a worry of yours, or is a matter for an "
        "advisor. You can still copy what you want others to read."
    )


def cannot_share() -> Reply:
    """The channel does not let us in."""
    return tell(
        "I could not share the answer there, because I am not in that channel. Invite me with /invite @smpolicy, ask "
        "again and press Share here."
    )


def told_in_own_chat() -> Reply:
    """What everybody may read where somebody asked for what concerns them alone."""
    return tell("I have answered you in your own chat with me.")


def open_own_chat() -> Reply:
    return tell(
        "That is for you alone to read, and I cannot write to you directly yet: open a chat with me and ask there."
    )


def unknown_button() -> Reply:
    return tell("That button no longer works. Please ask your question again, or type help.")


def thanks(*, helpful: bool) -> Reply:
    if helpful:
        return tell("Thank you, noted.")
    return tell("Thank you, noted. If the answer missed your point, put it in other words or press Ask an advisor.")


def trying_again() -> Reply:
    """Something on our side failed, and the platform will bring the question again by itself."""
    return tell(
        "I couldn't check that just now. I will try again by myself in a few minutes; if you hear nothing within "
        "ten, please ask again. Until then, don't post."
    )


def not_installed() -> Reply:
    return tell(
        "smpolicy is not installed in this workspace, so nothing was saved. Please tell whoever looks after it here."
    )


def out_of_order() -> Reply:
    """Something on our side failed."""
    return tell(
        "I couldn't check that just now, and nothing was saved. Please try again in a few minutes. If it can't "
        "wait, ask your line manager or your department's propriety team, and don't post until you know."
    )
