"""The draft of a precedent: a small text with a heading for each part, which a person edits and sends back."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from rapidfuzz import fuzz, process

from bot.calendar import day_named, without_calendar
from bot.case import Case
from bot.errors import BadDraft
from bot.precedent import Precedent, a_year_on
from bot.privacy import personal_data
from bot.stripping import CLOSE, OPEN, Mark, Stripper
from bot.wording import in_full
from knowledge.entry import Corpus, Facts
from knowledge.tokens import clean, words

LONGEST_QUESTION = 500  # characters
LONGEST_ADVICE = 1_800  # characters
LONGEST_INTERVAL = timedelta(days=3 * 366)  # until a review
_PARTS = ("Question", "Advice", "Facts", "Topics", "Rests on", "Review by", "Replaces")
_HEADING = re.compile(rf"^({'|'.join(_PARTS)})[ \t]*:", re.IGNORECASE | re.MULTILINE)
_LIKE_A_HEADING = re.compile(rf"^\{{?(?:{'|'.join(_PARTS)})\}}?[ \t]*:", re.IGNORECASE | re.MULTILINE)
_NONE = ("", "none", "-", "nothing")


@dataclass(frozen=True, slots=True)
class Draft:
    """What a person has confirmed: words without persons, and what they hold for."""

    question: str
    advice: str
    facts: Facts
    topics: tuple[str, ...]
    passages: tuple[str, ...]
    review_by: date
    replaces: str


@dataclass(frozen=True, slots=True)
class MarkedDraft:
    """What a person is to edit: `text` with what looks personal in braces, and those `marks`."""

    text: str
    marks: tuple[Mark, ...]


def write_draft(
    case: Case, corpus: Corpus, stripper: Stripper, today: date, before: Sequence[Precedent] = ()
) -> MarkedDraft:
    """The first draft from a case. A long question is cut: a precedent needs what decided, not the story.

    Args:
        before: precedents from the same case that this one would replace, newest first.
    """
    question, advice = _shortened(case.question, LONGEST_QUESTION), _shortened(case.advice, LONGEST_ADVICE)
    facts = [f"{name} = {value}" for name, value in without_calendar(case.facts).items() if name in corpus.facts]
    review_by = a_year_on(today)
    parts = (
        _indented(stripper.marked(question)),
        _indented(stripper.marked(advice)),
        "; ".join(facts) or "none",
        ", ".join(topic for topic in case.topics if topic in corpus.topics),
        ", ".join(name for name in case.passages if name in corpus.passages),
        in_full(review_by),
        next((one.id for one in before), "none"),
    )
    text = "\n".join(f"{heading}: {said}" for heading, said in zip(_PARTS, parts, strict=True))
    return MarkedDraft(text, (*stripper.marks(question), *stripper.marks(advice)))


def read_draft(text: str, corpus: Corpus, today: date) -> Draft:
    """Read what a person made of a draft.

    Raises:
        BadDraft: naming every fault: a mark that is still there, a fact nobody knows, a day that has passed.
    """
    problems: list[str] = []
    parts = _split(clean(text), problems)
    question, advice = parts.get("question", ""), parts.get("advice", "")
    for name, said, longest in (("Question", question, LONGEST_QUESTION), ("Advice", advice, LONGEST_ADVICE)):
        problems += _faults_of_words(name, said, longest)
    draft = Draft(
        question,
        advice,
        _facts(parts.get("facts", ""), corpus, problems),
        _known("Topics", parts.get("topics", ""), corpus.topics, problems),
        _known("Rests on", parts.get("rests on", ""), corpus.passages, problems),
        review_day(parts["review by"], today, problems) if parts.get("review by") else a_year_on(today),
        _replaced(parts.get("replaces", ""), problems),
    )
    if not draft.topics:
        problems.append("Topics: name at least one, as it is shown to people who ask about it")
    if problems:
        raise BadDraft(list(dict.fromkeys(problems)))
    return draft


def review_day(said: str, today: date, problems: list[str]) -> date:
    """The day a text names for the next review; a fault is added to `problems` where it names none that will do."""
    day = day_named(said, today)
    if day is None or day <= today:
        problems.append("Review by: name a day to come, such as 24 November 2027")
    elif day - today > LONGEST_INTERVAL:
        problems.append("Review by: three years is the longest, as guidance moves on")
    return day or today


def _split(text: str, problems: list[str]) -> dict[str, str]:
    """The parts by their heading in small letters."""
    found = list(_HEADING.finditer(text))
    if not found or text[: found[0].start()].strip():
        problems.append("Begin with the line that starts with Question: and keep the headings as they are")
    parts: dict[str, str] = {}
    for number, heading in enumerate(found):
        end = found[number + 1].start() if number + 1 < len(found) else len(text)
        name = heading[1].lower()
        if name in parts:
            problems.append(f"{heading[1]}: stands there twice; begin the second one with another word")
        parts.setdefault(name, text[heading.end() : end].strip())
    return parts


def _faults_of_words(name: str, said: str, longest: int) -> list[str]:
    if not words(said):
        return [f"{name}: write something"]
    faults = []
    if len(said) > longest:
        faults.append(f"{name}: {len(said):,} characters are too many; {longest:,} are the most")
    faults += [f"{name}: {marked} is still marked; reword it, or take the braces away" for marked in _marked(said)]
    if kinds := dict.fromkeys(f"{kind}" for kind, _, _ in personal_data(said)):
        faults.append(f"{name}: take out what is personal ({', '.join(kinds)})")
    return faults


def _marked(said: str) -> list[str]:
    """What still stands in braces."""
    whole = re.findall(r"\{[^{}]*\}", said)
    rest = re.sub(r"\{[^{}]*\}", "", said)
    return [*whole, *(brace for brace in (OPEN, CLOSE) if brace in rest)]


def _facts(said: str, corpus: Corpus, problems: list[str]) -> Facts:
    found: dict[str, str] = {}
    for one in _listed(said):
        name, _, value = (piece.strip().lower() for piece in one.partition("="))
        definition = corpus.facts.get(name)
        if definition is None:
            problems.append(f"Facts: {one} is no fact; write name = value; the names are {', '.join(corpus.facts)}")
        elif value not in (values := [known.value for known in definition.values]):
            problems.append(f"Facts: {name} is {' or '.join(values)}")
        else:
            found[name] = value
    return found


def _known(part: str, said: str, known: Collection[str], problems: list[str]) -> tuple[str, ...]:
    """The ids in a list, each once; one that nobody knows is a fault, told with the nearest that is known."""
    found: dict[str, None] = {}
    for one in _listed(said):
        if one.lower() in known:
            found[one.lower()] = None
            continue
        near = process.extractOne(one.lower(), list(known), scorer=fuzz.ratio, score_cutoff=60)
        problems.append(f"{part}: {one} is unknown" + (f"; did you mean {near[0]}?" if near else ""))
    return tuple(found)


def _replaced(said: str, problems: list[str]) -> str:
    if said.strip(" .").lower() in _NONE:
        return ""
    if found := re.fullmatch(r"pr-\d{4}-\d{4,}", said.strip(" ."), re.IGNORECASE):
        return found[0].upper()
    problems.append("Replaces: write the id of a precedent, such as PR-2026-0007, or none")
    return ""


def _listed(said: str) -> list[str]:
    return [one for piece in re.split(r"[,;\n]", said) if (one := piece.strip(" .")).lower() not in _NONE]


def _shortened(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 3].rstrip()}..."


def _indented(text: str) -> str:
    """Words of people, of which no line can be taken for a heading."""
    return _LIKE_A_HEADING.sub(lambda found: f" {found[0]}", text)
