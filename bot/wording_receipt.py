"""The receipt of an answer or a case: what was asked, what was said to it, on which guidance, by whom and when."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot import wording
from bot.advice import Advice
from bot.advisors import Rota
from bot.case import Case, CaseEvent, Move
from bot.replies import Heading, Item, Items, Note, Paragraph, Part, Reply, SaidBySomeone
from bot.wording_desk import fact_lines
from knowledge.entry import Condition, Corpus, Facts, Verdict
from knowledge.passage import Passage, Status

_UK = ZoneInfo("Europe/London")
_SAID = {Move.ANSWER: "advised", Move.ASK_BACK: "asked", Move.REPLY: "replied", Move.REOPEN: "wrote on reopening"}
_DATED = {
    Move.CLAIM: "Taken up",
    Move.ANSWER: "Answered",
    Move.CLOSE: "Closed",
    Move.WITHDRAW: "Withdrawn",
    Move.REOPEN: "Reopened",
}
_OURS = "“In short” marks our own words for what a source says; its own wording stands in quotation marks."
_ONE_DECISION = "This is one advisor's decision on one question. It is not a rule for others."


@dataclass(frozen=True, slots=True)
class Basis:
    """The guidance that a receipt shows: a version, and its passages by id.

    `is_kept` is False where that version is not kept, so that the passages are today's.
    """

    version: str
    passages: Mapping[str, Passage]
    is_kept: bool = True


def answer_receipt(question: str, at: datetime, advice: Advice, basis: Basis, corpus: Corpus) -> Reply:
    """The receipt of an answer. `corpus` is today's guidance, `at` when it was given."""
    label = wording.LABELS[advice.verdict] or "For your information"
    parts: list[Part] = [
        Heading("Receipt for an answer"),
        SaidBySomeone("You asked", question),
        *_facts(advice.facts, corpus),
        Heading(f"The answer: {label}"),
    ]
    if advice.signpost:
        parts.append(Paragraph(f"{advice.signpost.title}. {advice.signpost.text} {advice.signpost.instead}"))
    if advice.summary:
        parts.append(Paragraph(advice.summary))
    if advice.conditions:
        title = "On these conditions" if advice.verdict is Verdict.YES_IF else "Keep in mind"
        parts.append(Items(title, tuple(_condition(one, basis) for one in advice.conditions)))
    if advice.instead:
        parts.append(Items("What you can do", (Item(advice.instead),)))
    if advice.clarify:
        parts.append(Paragraph(advice.clarify.question))
    if advice.verdict is Verdict.ASK_ADVISOR:
        parts.append(Paragraph("No advisor has decided on this."))
    parts += _guidance("The guidance it rests on", advice.rests_on, basis)
    parts.append(Items("When", (Item(f"Asked and answered: {in_full(at)}"),)))
    if advice.holds:
        parts.append(Note(advice.holds))
    if note := wording.STATUS_NOTES.get(advice.status):
        parts.append(Note(note))
    parts += _small_print(advice.rests_on, basis, corpus)
    return Reply(f"Receipt for an answer of {in_full(at)}: {label}", tuple(parts))


def case_receipt(
    case: Case, rota: Rota, events: Sequence[CaseEvent], basis: Basis, corpus: Corpus, *, asker: str = "You"
) -> Reply:
    """The receipt of a case, for its asker ("You") or its advisor ("The asker")."""
    parts: list[Part] = [
        Heading(f"Receipt for case {case.id}: {case.state.in_words}"),
        SaidBySomeone(f"{asker} asked", case.question),
        *_facts(case.facts, corpus),
        Paragraph(f"Why it went to an advisor: {case.why}"),
        Paragraph(f"The advisor: {_advisor(case.advisor_id, rota)}."),
    ]
    for event in events:
        if event.move in _SAID and event.note:
            who = asker if event.actor == "asker" else _advisor(event.actor, rota)
            parts.append(SaidBySomeone(f"{who} {_SAID[event.move]}, {in_full(event.at)}", event.note))
    is_answered = any(event.move is Move.ANSWER for event in events)
    if not is_answered:
        parts.append(Paragraph(f"No advisor has answered this. {wording.SAFE_DEFAULT}"))
    parts += _guidance("The guidance found for it", case.passages, basis)
    times = [f"Opened: {in_full(case.opened_at)}"]
    times += [f"{_DATED[event.move]}: {in_full(event.at)}" for event in events if event.move in _DATED]
    if case.state.needs_work:
        times.append(f"To be answered by: {in_full(case.answer_by)}")
    parts.append(Items("When", tuple(map(Item, times))))
    if is_answered:
        parts.append(Note(_ONE_DECISION))
    parts += _small_print(case.passages, basis, corpus)
    return Reply(f"Receipt for case {case.id}, {case.state.in_words}, opened {in_full(case.opened_at)}.", tuple(parts))


def nothing_to_certify() -> Reply:
    return wording.tell(
        "There is no answer in this conversation to give a receipt for: the words of an answer are kept for three "
        "days. Ask your question, then type receipt; or type receipt and the id of a case."
    )


def in_full(moment: datetime) -> str:
    """A moment as a record needs it: "Tue 24 November 2026, 12:00 GMT"."""
    return f"{moment.astimezone(_UK):%a %-d %B %Y, %H:%M %Z}"


def _facts(facts: Facts, corpus: Corpus) -> Iterator[Part]:
    if lines := fact_lines(facts, corpus):
        yield Items("Facts given", tuple(map(Item, lines)))


def _advisor(advisor_id: str, rota: Rota) -> str:
    known = rota.get(advisor_id)
    return f"{known.name} ({known.role})" if known else advisor_id


def _condition(condition: Condition, basis: Basis) -> Item:
    found = basis.passages.get(condition.passage)
    return Item(condition.text, found.source, found.document.url) if found else Item(condition.text, condition.passage)


def _guidance(title: str, names: Sequence[str], basis: Basis) -> Iterator[Part]:
    if found := [basis.passages[name] for name in names if name in basis.passages]:
        yield Heading(title)
        yield from map(wording.cited, found)


def _small_print(names: Sequence[str], basis: Basis, corpus: Corpus) -> Iterator[Part]:
    """Version and ids, what has changed since, how far it was checked, and whose words are shown."""
    yield Note(f"Guidance {basis.version}. Passages: {', '.join(names) or 'none'}.")
    if not basis.is_kept:
        yield Note(f"What version {basis.version} said is not kept: passages are shown as they read now.")
    shown = [basis.passages[name] for name in names if name in basis.passages]
    moved = [one for one in shown if one.id not in corpus.passages or corpus.passages[one.id].text != one.text]
    if moved:
        listed = "; ".join(f"{passage.title} ({passage.id})" for passage in moved)
        yield Note(f"The guidance has changed since: {listed}. Ask again before you rely on this.")
    if any(passage.status is Status.UNVERIFIED for passage in shown):
        yield Note("A passage shown here was not checked against its source. Confirm it with an advisor.")
    if any(not passage.verbatim for passage in shown):
        yield Note(_OURS)
    quoted = dict.fromkeys(passage.document for passage in shown if passage.verbatim)
    for document in quoted:
        licence = " Contains public sector information licensed under the Open Government Licence v3.0."
        credit = f"Quoted from {document.title}, {document.publisher}, {document.dated}."
        yield Note(credit + (licence if "OGL" in document.licence else ""))
