"""What one person has asked and told us so far, and the fact we are waiting for."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.calendar import without_calendar
from bot.messages import Place
from knowledge.courtesies import without_courtesies
from knowledge.entry import FactDefinition, Facts, Verdict
from knowledge.tokens import normalise, words

REMEMBERED = timedelta(hours=12)
BUTTONS_LAST = timedelta(days=3)  # after that nobody remembers what they asked, and the guidance may have moved
LASTING_FACTS = frozenset({"political_group", "nation", "period"})
_NAMED_CHOICE_WORDS = 10
_OPENING_WORDS = 6
_LONG = 15  # words, from which a text carries its own context unless it opens like the middle of a talk
_OPENS_MID_TALK = re.compile(
    r"^(and|but|or|so|then|ok|okay|right|what about|what if|how about|even if|same|also|why|who says|says who|"
    r"where does it say|yes|no|yeah|yep|nope|not|only|my own|its?|it's|that|that's|this|they|he|she)\b"
)
# "is it ok to…" opens a question of its own; "it", "them" or "the other one" otherwise point back.
_OWN_QUESTION = re.compile(
    r"\b(is|was|would|will|isn't|wld) (it|this|that) (be )?"
    r"(ok|okay|alright|all right|fine|wrong|bad|rude|allowed|true|right|possible|safe|worth|legal|normal)\b"
)
_POINTS_BACK = re.compile(r"\b(it|it's|its|it'd|that|that's|them|they|those|these|one|ones|then|instead|else)\b")
_QUESTION = re.compile(
    r"\?|^(can|could|may|might|is|are|am|was|do|does|did|should|shall|would|will|what|when|where|which|who|why|how)\b"
)
_YES = re.compile(
    r"^((yes|yep|yeah|yup|y|aye)([,.! ]+(please|thanks|thank you|ta|it is|they are|it has|i have|we have|i do|it does|"
    r"all of it|definitely|of course|already|done|cleared|approved|agreed|signed off|published|announced|called|"
    r"since .*|last .*|on \w+day|my own.*|it'?s my.*))*|it is|they are|i have|i do)[.!]*$"
)
_YES_WORD = re.compile(r"^(yes|yep|yeah|yup|y|aye)\b")
_NO = re.compile(r"^((no|nope|nah|n|not yet|not really|it isn'?t|they aren'?t|i haven'?t|i don'?t)\b.*)$")
_DOUBT = re.compile(r"\b(not|no|but|hope|think|idea|sure|know|maybe|perhaps|yes and)\b")
_ASKS_WHY = re.compile(
    r"((but|and|ok|okay|so|really|sorry|hm+|hang on) )*"
    r"(why( not| so| is (that|this|it)| that| though)?|why's that|how come|how so|on what (basis|grounds)|"
    r"who (says|said|decided)( so| that| this| it)?|says who|according to (who|whom|what)|"
    r"where (does|do|did) (it|that|they|the guidance) (say|come from)( (so|that|this|it))?|says where|"
    r"where( is|'s|s) (that|this|it) (from|written|written down)|"
    r"(what'?s |what is |which |your |the |any )*(source|reference|citation)s?( for (that|this|it)| please)?|"
    r"which (rule|guidance|document|paragraph|section)( (says|is) (so|that|this|it))?|"
    r"(what is|what's) (that|this|it) based on|based on what)"
    r"( (then|exactly|please|though|actually))*"
)
_BESIDES_A_FACT = frozenset(
    words(
        "a about account also an and are as at but by can do does during even for from had has have how i i'm if in "
        "instead is it it's its i've just my now of ok okay on or same so still suppose that that's the then there "
        "they this to too was we we're were what what's when with would you"
    )
)
_OPENS_QUESTION = re.compile(r"^(can|could|may|might|am|is|are|do|does|should|shall|will|would)\b")
_NO_ANSWER = re.compile(r"^(no idea|no clue|not sure|i don'?t know)\b")


@dataclass(frozen=True, slots=True)
class Turn:
    """One question and what became of it.

    `facts` are what was known when it was answered; `awaiting` is the fact asked for, "" for none; `guidance_version`
    and `passages`, the ids the answer rests on, are empty in turns of the first releases; `place` is None there.
    `question_id` names the question in what is kept of it, the same one for each turn that answers it.
    """

    id: str
    place_key: str
    person_key: str
    asked_at: datetime
    question: str
    facts: Facts
    verdict: Verdict
    entry: str
    topics: tuple[str, ...]
    awaiting: str = ""
    guidance_version: str = ""
    passages: tuple[str, ...] = ()
    place: Place | None = None
    question_id: str = ""


def turn_id_of(event_id: str) -> str:
    """The id of the turn that an event leads to: made from the event's, so that a retry cannot make two."""
    return hashlib.sha256(event_id.encode()).hexdigest()[:20]


def is_follow_up(text: str) -> bool:
    """Whether a text leans on what was said before: it opens like the middle of a talk or points back.

    Greetings and thanks around it do not count.
    """
    said = normalise(without_courtesies(text))
    if _OPENS_MID_TALK.match(said):
        return True
    opening = " ".join(words(_OWN_QUESTION.sub(" ", said))[:_OPENING_WORDS])
    count = len(words(said))
    return count < _LONG and bool(_POINTS_BACK.search(opening))


def asks_why(text: str) -> bool:
    """Whether a text asks for nothing but the reason or the source of what was just said."""
    return bool(_ASKS_WHY.fullmatch(" ".join(words(text))))


def says_only_facts(text: str, beyond: Sequence[str]) -> bool:
    """Whether a text, with these words beyond its facts, asks nothing new: "and … then?", "what if it's …"."""
    opens_anew = _OPENS_QUESTION.match(normalise(text)) and not is_follow_up(text)
    return not opens_anew and all(word in _BESIDES_A_FACT for word in beyond)


def in_context(text: str, history: Sequence[str]) -> str:
    """A text with the question before it where it leans on that one; else the text itself.

    Who only asks why has the question before it answered once more.
    """
    if history and asks_why(text):
        return history[-1]
    return f"{history[-1]}\n{text}" if history and is_follow_up(text) else text


def carried_facts(text: str, facts: Facts) -> Facts:
    """The facts of the last turn that still hold: all for a follow-up, else only those about the person.

    What the calendar gave is looked up anew: it belongs to the day and to the dates the question named.
    """
    facts = without_calendar(facts)
    if is_follow_up(text):
        return facts
    return {fact: value for fact, value in facts.items() if fact in LASTING_FACTS}


def named_choice(text: str, fact: FactDefinition) -> str:
    """The value of a fact that a typed reply names, "" when it names none or several."""
    said = normalise(text)
    if len(words(text)) > _NAMED_CHOICE_WORDS or _QUESTION.search(said) or _NO_ANSWER.search(said):
        return ""
    if _YES_WORD.match(said) and _DOUBT.search(said):
        return ""
    for known in fact.values:
        label = known.label.lower()
        if (known.value == "yes" or label.startswith("yes")) and _YES.match(said) and not _DOUBT.search(said):
            return known.value
        if (known.value == "no" or label.startswith("no,")) and _NO.match(said):
            return known.value
    named = [
        known.value
        for known in fact.values
        if said in (known.value, known.label.lower())
        or (known.value not in ("yes", "no") and re.search(rf"\b{re.escape(known.value)}\b", said))
        or any(re.search(pattern, said) for pattern in known.patterns)
    ]
    return named[0] if len(named) == 1 else ""
