"""Marking what looks personal in a text, so that a person can take it out. Nothing is decided here."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from bot.privacy import Kind, personal_data
from knowledge.entry import Corpus
from knowledge.tokens import stems, words

OPEN, CLOSE = "{", "}"  # around what looks personal


class Trace(StrEnum):
    """What something looks like, in words."""

    MASKED = "masked already"
    EMAIL = "an e-mail address"
    PHONE = "a phone number"
    NUMBER = "somebody's number"
    ADDRESS = "an address"
    LINK = "a link"
    HANDLE = "a handle"
    CASE = "a case"
    DATE = "a date"
    TEAM = "a team or department"
    NAME = "a name"


_TRACES = {
    Kind.EMAIL: Trace.EMAIL,
    Kind.CARD: Trace.NUMBER,
    Kind.NATIONAL_INSURANCE: Trace.NUMBER,
    Kind.ADDRESS: Trace.ADDRESS,
    Kind.PHONE: Trace.PHONE,
    Kind.NHS: Trace.NUMBER,
    Kind.NAME: Trace.NAME,
}


@dataclass(frozen=True, slots=True)
class Mark:
    """Words of a text, `text[start:end]`, that look personal."""

    start: int
    end: int
    words: str
    trace: Trace


@dataclass(frozen=True, slots=True)
class Stripper:
    """Finds what looks personal, by what everybody writes (`ordinary` stems) and by who is known (`names`, lower case).

    It marks too much rather than too little: what is no one's name is unmarked by a person in a moment. It cannot see a
    name in small letters that nobody told it of.
    """

    ordinary: frozenset[str]
    names: frozenset[str] = frozenset()

    @classmethod
    def of(cls, corpus: Corpus, people: Iterable[str]) -> "Stripper":
        """people: full names of advisors and of an asker who shared theirs."""
        ordinary = frozenset(stems(_small_words(corpus)))
        names = frozenset(word for name in people for word in words(name) if len(word) > 2)
        return cls(ordinary, names - _TITLES)

    def marks(self, text: str) -> tuple[Mark, ...]:
        """What looks personal, in the order of the text; nothing twice."""
        found = [
            *((start, end, trace) for trace, start, end in _by_pattern(text)),
            *((start, end, Trace.TEAM) for start, end in _teams(text)),
            *((start, end, Trace.NAME) for start, end in self._names(text)),
        ]
        kept: list[Mark] = []
        for start, end, trace in sorted(found, key=lambda one: (one[0], -one[1])):
            if kept and start < kept[-1].end:  # what overlaps is one mark
                last = kept.pop()
                start, end, trace = last.start, max(last.end, end), last.trace
            kept.append(Mark(start, end, text[start:end], trace))
        return tuple(kept)

    def marked(self, text: str) -> str:
        """The text with what looks personal in braces; braces of its own become round brackets."""
        text = text.replace(OPEN, "(").replace(CLOSE, ")")
        pieces, end = [], 0
        for mark in self.marks(text):
            pieces += [text[end : mark.start], OPEN, mark.words, CLOSE]
            end = mark.end
        return "".join([*pieces, text[end:]])

    def _names(self, text: str) -> Iterator[tuple[int, int]]:
        """Runs of words that may be names: with a capital where none is due, or known to be one."""
        run: tuple[int, int] | None = None
        capitals_tell = not _is_title_case(text)
        for found in _WORD.finditer(text):
            if not self._may_be_name(text, found, capitals_tell):
                continue
            if run and re.fullmatch(r"[ .'’-]{1,2}", text[run[1] : found.start()]):
                run = (run[0], found.end())
                continue
            if run:
                yield run
            run = (found.start(), found.end())
        if run:
            yield run

    def _may_be_name(self, text: str, found: re.Match[str], capitals_tell: bool) -> bool:
        word = re.sub(r"['’]s$", "", found[0])
        small = word.lower()
        if small in self.names:
            return True
        if not word[0].isupper() or small in _NO_NAMES:
            return False
        if word.isupper():  # an acronym, or shouted
            return False
        if not _BEGINS.search(text[max(0, found.start() - 8) : found.start()]):
            return capitals_tell
        return small in _NAMES_AND_WORDS or stems([small])[0] not in self.ordinary


def _small_words(corpus: Corpus) -> Iterator[str]:
    """What the guidance writes without a capital."""
    said = [passage.text for passage in corpus.passages.values()]
    for entry in corpus.entries.values():
        for outcome in (entry.outcome, *(case.outcome for case in entry.by_facts)):
            said += [outcome.reason, outcome.instead, *(condition.text for condition in outcome.conditions)]
    for text in said:
        yield from _SMALL.findall(text)
    yield from words(_COMMON)


def _by_pattern(text: str) -> Iterator[tuple[Trace, int, int]]:
    yield from ((_TRACES[kind], start, end) for kind, start, end in personal_data(text))
    for trace, pattern in _PATTERNS:
        yield from ((trace, found.start(), found.end()) for found in pattern.finditer(text))


def _teams(text: str) -> Iterator[tuple[int, int]]:
    for pattern in _TEAMS if _is_shouted(text) else (*_TEAMS, _ACRONYM):
        for found in pattern.finditer(text):
            if not set(words(found[0])) <= _NO_NAMES | _SMALL_IN_NAMES:
                yield found.start(), found.end()
    yield from ((found.start(), found.end()) for found in _OFFICES.finditer(text))


def _is_shouted(text: str) -> bool:
    """Whether capitals tell nothing, because everything is written in them."""
    letters = [char for char in text if char.isalpha()]
    return sum(map(str.isupper, letters)) > len(letters) / 2


def _is_title_case(text: str) -> bool:
    """Whether Nearly Every Word Has a Capital, so that it tells nothing."""
    found = [word for word in re.findall(r"[^\W\d_]{4,}", text) if not word.isupper()]
    return len(found) > 5 and sum(word[0].isupper() for word in found) > 0.8 * len(found)


_WORD = re.compile(r"(?<![\w@#/.&])[^\W\d_](?:[^\W_]|['’-](?=[^\W\d_]))*")
_SMALL = re.compile(r"(?<![\w'’])[a-z][a-z'’-]+")
_BEGINS = re.compile(r"(?:^|[.!?:;…]['\"”’)]?\s+|\n\s*(?:[-*•]\s*)?|(?:^|\s)['\"“‘(]|[-–—]\s)$")
_MONTHS = (
    "(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    "nov(?:ember)?|dec(?:ember)?)"
)
_DAYS = "(?:mon|tues|wednes|thurs|fri|satur|sun)day"
_PATTERNS = (
    (Trace.MASKED, re.compile("|".join(re.escape(f"[{kind}]") for kind in Kind))),
    (Trace.CASE, re.compile(r"\b(?:SM|PR)-\d{4}-\d{4,}\b", re.IGNORECASE)),
    (Trace.LINK, re.compile(r"\b(?:https?://|www\.)\S+", re.IGNORECASE)),
    (Trace.HANDLE, re.compile(r"(?<![\w.@/])[@#]\w[\w.-]*\w|\b(?:u|r)/\w+")),
    (Trace.DATE, re.compile(rf"\b\d{{1,2}}(?:st|nd|rd|th)?(?: of)? {_MONTHS}\b\.?(?:,? \d{{4}})?", re.IGNORECASE)),
    (Trace.DATE, re.compile(rf"\b{_MONTHS} \d{{1,2}}(?:st|nd|rd|th)?\b(?:,? \d{{4}})?", re.IGNORECASE)),
    (Trace.DATE, re.compile(rf"\b{_MONTHS} \d{{4}}\b", re.IGNORECASE)),
    (Trace.DATE, re.compile(r"\b(?:\d{4}-\d{2}-\d{2}|\d{1,2}[/.]\d{1,2}[/.]\d{2,4})\b")),
    (Trace.DATE, re.compile(rf"\b(?:(?:last|next|this|on) )?{_DAYS}\b(?: (?:morning|afternoon|evening|night))?", re.I)),
)
_CAPITAL = r"(?:HM|[A-ZÀ-Þ][\w'’&-]*)"
_BODY = (
    r"(?:Department|Ministry|Office|Agency|Authority|Commission|Council|Directorate|Inspectorate|Embassy|Board|"
    r"Committee|University|Trust|Institute|Academy|School|Hospital|Prison|Jobcentre|Secretariat|Treasury|Unit|Team)"
)
_TEAMS = (
    re.compile(rf"\b{_BODY} (?:for|of) (?:the )?{_CAPITAL}(?:(?:,? and| &| of| for| the)? {_CAPITAL})*"),
    re.compile(rf"\b(?:{_CAPITAL} )+(?:{_BODY}|(?:team|unit|directorate|division|branch|desk|board|agency|office)\b)"),
    re.compile(r"\bHM ?[A-Z]\w+"),
    re.compile(r"\b[A-Z][a-z]{1,2}[A-Z]{1,3}\b"),  # DfE, MoJ
)
_ACRONYM = re.compile(r"\b[A-Z]{2,6}s?\b")  # a longer one is shouted
_OFFICES = re.compile(
    r"\b(?:Cabinet|Home|Foreign|Scotland|Wales|Northern Ireland|Crown) Office\b|\b(?:No\.?|Number) ?10\b"
)
_TITLES = frozenset({"the", "and", "mrs", "miss", "prof", "sir", "dame", "lord", "lady"})
_SMALL_IN_NAMES = frozenset({"for", "of", "the", "and"})
# Names of platforms, of the state at large and of jobs that many hold: they tell of nobody.
_NO_NAMES = frozenset(
    words("""
i i'm i'd i'll i've ok uk eu us un gb hr it ai foi cv gp pr tv pdf faq url dm rt pm am mp mps msp ms ceo id vpn seo
q a civil service servant servants code crown government governments parliament minister ministers ministerial prime
secretary state permanent chancellor cabinet whitehall westminster downing house commons lords mayor council
councillor home foreign king queen british britain english england scottish scotland scots welsh wales northern
ireland irish european europe labour conservative conservatives tory tories liberal democrat democrats green greens
reform plaid cymru snp lib dem dems union christmas easter ramadan diwali hanukkah brexit covid purdah twitter tweet
x facebook instagram linkedin tiktok youtube whatsapp signal telegram bluesky threads mastodon reddit snapchat
nextdoor discord twitch glassdoor wikipedia teams slack quora mumsnet pinterest flickr medium substack google
chatgpt copilot yammer viva engage microsoft hootsuite strava gov god head director communications press office
officer policy comms digital team account
""")
)
_NAMES_AND_WORDS = frozenset(
    words("""
mark grace rob sue bill frank pat dawn joy hope faith rose iris ivy lily max ray gene jack drew chase dean penny
ruby olive hazel heather holly daisy poppy violet robin jay victor josh summer ben tom maya art nick cliff clay
""")
)
_COMMON = """
hi hello hey dear thanks thank please sorry regards yes no not nope ok okay can could may might must shall should
would will do does did is are was were be been am has have had i we you he she they it this that these those my our
your his her their a an the and but or so if when while what who why how where which also as at by for from in of on
to with without about after before during since until because although however instead then there here now today
tomorrow yesterday tonight soon later never always often sometimes maybe perhaps somebody someone anybody anyone
nobody everyone everybody nothing something anything both either neither each every all any some many much more ask
tell ring mail email phone text write most few less one two three four five six first second third last next another
other others same such own
"""
