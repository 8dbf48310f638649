"""What comes in. Adapters translate platform events into these; nothing here knows a platform's wire format."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from rapidfuzz import fuzz, process

from bot.privacy import Kind
from knowledge.entry import Facts
from knowledge.tokens import clean


class Platform(StrEnum):
    SLACK = "slack"
    TEAMS = "teams"
    TERMINAL = "terminal"
    EMAIL = "email"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody on a platform.

    `ids` are all the ids the platform gives them, the lasting one first, never empty; `tenant` is the
    workspace or tenant, "" at the terminal; `zone` is their time zone, "" where the platform does not tell it.
    Names are not kept.
    """

    platform: Platform
    ids: tuple[str, ...]
    tenant: str = ""
    zone: str = ""

    @property
    def key(self) -> str:
        return f"{self.platform}:{self.tenant}:{self.ids[0]}"

    @property
    def address(self) -> str:
        """What they are written to by: the lasting id, in Slack behind its workspace, whose own the ids are."""
        in_workspace = self.platform is Platform.SLACK and self.tenant
        return f"{self.tenant}/{self.ids[0]}" if in_workspace else self.ids[0]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a conversation goes on.

    `key` is equal for messages of one conversation (a thread, a direct message). `reference` is the
    platform's own address as JSON-ready data; only that platform's adapter reads it. `threaded` places hold
    one conversation and nothing else, so what is typed there belongs to it.
    """

    platform: Platform
    key: str
    reference: Mapping[str, object]
    threaded: bool = False


@dataclass(frozen=True, slots=True)
class Envelope:
    """What every message carries. A platform's retry bears the same `event_id`.

    `name` is the person's display name where the platform tells it; it goes no further unless the settings say so.
    """

    event_id: str
    person: Person
    place: Place
    name: str = ""


@dataclass(frozen=True, slots=True)
class AskQuestion:
    """`masked` tells what was taken out of the text before it was kept to be answered later."""

    envelope: Envelope
    text: str
    profile: Facts = field(default_factory=dict)
    masked: tuple[Kind, ...] = ()


@dataclass(frozen=True, slots=True)
class AskWithFacts:
    """A question asked by a form, with the facts given in it: it stands for itself, whatever was asked before."""

    envelope: Envelope
    text: str
    given: Facts


@dataclass(frozen=True, slots=True)
class GoOn:
    """Somebody goes on writing in a thread without naming us, and perhaps not to us.

    It is `meant`, read as if they had named us, while they are in conversation with us there; else it is nothing.
    """

    envelope: Envelope
    meant: "Message"


@dataclass(frozen=True, slots=True)
class ChooseFact:
    """A choice pressed under a clarify question: the fact of an earlier question is now known."""

    envelope: Envelope
    question_id: str
    fact: str
    value: str


@dataclass(frozen=True, slots=True)
class AskAdvisor:
    """Straight to a person: about an earlier question when `question_id` is set, else about `text`."""

    envelope: Envelope
    question_id: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class CheckDraft:
    """A draft post to be looked at. Nothing of it is kept."""

    envelope: Envelope
    text: str


@dataclass(frozen=True, slots=True)
class RateAnswer:
    envelope: Envelope
    question_id: str
    helpful: bool


@dataclass(frozen=True, slots=True)
class ShareAnswer:
    """Whoever asked shows others, at `place`, their question and its answer."""

    envelope: Envelope
    question_id: str
    place: Place


@dataclass(frozen=True, slots=True)
class ShowTips:
    """All ten tips, or the one of that `number`; any other number is answered with what to type."""

    envelope: Envelope
    number: int | None = None


@dataclass(frozen=True, slots=True)
class ShowCases:
    """My cases, or the cases I hold as an advisor when `queue`."""

    envelope: Envelope
    queue: bool = False


@dataclass(frozen=True, slots=True)
class ShowCase:
    envelope: Envelope
    case_id: str


@dataclass(frozen=True, slots=True)
class ShowReceipt:
    """A receipt of a case, or of the last answer in a conversation (a place's key) when `case_id` is ""."""

    envelope: Envelope
    conversation: str
    case_id: str = ""


@dataclass(frozen=True, slots=True)
class ShareName:
    """The asker tells the advisor who they are: the name as they typed it."""

    envelope: Envelope
    case_id: str
    name: str


@dataclass(frozen=True, slots=True)
class AddNote:
    """An advisor writes something down on a case that no asker sees."""

    envelope: Envelope
    case_id: str
    text: str


@dataclass(frozen=True, slots=True)
class GoAway:
    """An advisor is away from today; `until` is the last day as typed, "" for until further notice.

    `advisor_id` names somebody else, whom the owner of the service sends away; "" for whoever writes.
    """

    envelope: Envelope
    until: str = ""
    advisor_id: str = ""


@dataclass(frozen=True, slots=True)
class ComeBack:
    """An advisor is back from today; `advisor_id` as in GoAway."""

    envelope: Envelope
    advisor_id: str = ""


@dataclass(frozen=True, slots=True)
class ShowRota:
    envelope: Envelope


@dataclass(frozen=True, slots=True)
class ChangeRota:
    """The owner of the service puts somebody on the rota, or changes the fields given, as the rota file names them."""

    envelope: Envelope
    advisor_id: str
    given: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ShowHelp:
    """Help; `unknown` is what was typed when it was no command, `suggestion` the nearest command or ""."""

    envelope: Envelope
    unknown: str = ""
    suggestion: str = ""


@dataclass(frozen=True, slots=True)
class ClaimCase:
    envelope: Envelope
    case_id: str


@dataclass(frozen=True, slots=True)
class GiveAdvice:
    """An answer; with `as_prepared` it is what the guidance says, as the draft held it, and no more."""

    envelope: Envelope
    case_id: str
    text: str
    as_prepared: bool = False


@dataclass(frozen=True, slots=True)
class AskBack:
    envelope: Envelope
    case_id: str
    text: str


@dataclass(frozen=True, slots=True)
class ReplyToAdvisor:
    envelope: Envelope
    case_id: str
    text: str


@dataclass(frozen=True, slots=True)
class PassOn:
    """Hand a case to another advisor; `advisor_id` "" lets the rota choose."""

    envelope: Envelope
    case_id: str
    reason: str
    advisor_id: str = ""


@dataclass(frozen=True, slots=True)
class WithdrawCase:
    envelope: Envelope
    case_id: str


@dataclass(frozen=True, slots=True)
class CloseCase:
    envelope: Envelope
    case_id: str


@dataclass(frozen=True, slots=True)
class RateAdvice:
    """The asker tells whether the advice on a closed case helped."""

    envelope: Envelope
    case_id: str
    helped: bool


@dataclass(frozen=True, slots=True)
class ReopenCase:
    envelope: Envelope
    case_id: str
    text: str


@dataclass(frozen=True, slots=True)
class SearchCases:
    """Search an advisor's own cases, open and ended, by id, words, topic or state; "all": everything that is open."""

    envelope: Envelope
    text: str


@dataclass(frozen=True, slots=True)
class PrecedentMessage:
    """What an advisor does about precedents."""

    envelope: Envelope


@dataclass(frozen=True, slots=True)
class DraftPrecedent(PrecedentMessage):
    """A draft of a precedent from an answered case; `case_id` is "" where none was named."""

    case_id: str


@dataclass(frozen=True, slots=True)
class ProposePrecedent(PrecedentMessage):
    """What an advisor made of a draft; a second one must countersign it."""

    case_id: str
    text: str


@dataclass(frozen=True, slots=True)
class ShowPrecedents(PrecedentMessage):
    """Those that wait for a countersignature or a review."""


@dataclass(frozen=True, slots=True)
class ShowPrecedent(PrecedentMessage):
    precedent_id: str


@dataclass(frozen=True, slots=True)
class SignPrecedent(PrecedentMessage):
    precedent_id: str


@dataclass(frozen=True, slots=True)
class ReviewPrecedent(PrecedentMessage):
    """It still holds; `until` is the next review date as typed."""

    precedent_id: str
    until: str


@dataclass(frozen=True, slots=True)
class WithdrawPrecedent(PrecedentMessage):
    precedent_id: str
    reason: str


Message = (
    AskQuestion
    | AskWithFacts
    | GoOn
    | ChooseFact
    | AskAdvisor
    | CheckDraft
    | RateAnswer
    | ShareAnswer
    | ShowTips
    | ShowCases
    | ShowCase
    | ShowReceipt
    | ShowHelp
    | ShareName
    | AddNote
    | GoAway
    | ComeBack
    | ShowRota
    | ChangeRota
    | ClaimCase
    | GiveAdvice
    | AskBack
    | ReplyToAdvisor
    | PassOn
    | WithdrawCase
    | CloseCase
    | RateAdvice
    | ReopenCase
    | SearchCases
    | PrecedentMessage
)

# What concerns one person alone is answered to them alone, also where others read along
CONCERNS_ONE = (
    RateAdvice,
    RateAnswer,
    ReopenCase,
    ReplyToAdvisor,
    ShareName,
    ShowCase,
    ShowCases,
    ShowReceipt,
    ShowRota,
    ChangeRota,
    SearchCases,
    PrecedentMessage,
)

COMMANDS = (
    *("tips", "tip", "cases", "case", "advisor", "check", "receipt", "help"),
    *("queue", "away", "back", "advisors", "precedent", "precedents"),  # for advisors
)
_COMMAND = re.compile(r"^/smpolicy\b\s*")  # typed where no slash command is offered
_UNTIL = re.compile(r"(?:until|till|til)\s+(\S.{0,40})", re.IGNORECASE)
_FIELD = re.compile(r'(name|role|topics|slack|teams|email|deputy)=("[^"]*"|\S*)')
_POLITE = ("", "please", "pls", "now")
FACT = "fact."  # what the names of a form's fields begin with that give a fact
_CASE_ID = re.compile(r"sm-\d{4}-\d{4,}", re.IGNORECASE)
_PRECEDENT_ID = re.compile(r"pr-\d{4}-\d{4,}", re.IGNORECASE)
# "check if I may…", "check whether…" are questions; a draft that begins with If has a capital
_QUESTION_AFTER_CHECK = re.compile(r"(if|whether|with|that|what|how|who|when)\b")


def from_words(text: str, envelope: Envelope, profile: Facts | None = None) -> Message:
    """Read what somebody typed: one of the words of DESIGN §4.4, else a question."""
    stripped = _COMMAND.sub("", clean(text))
    first, rest = (*stripped.split(maxsplit=1), "", "")[:2]
    command = first.lower()
    match command:
        case "":
            return ShowHelp(envelope)
        case "help" | "?" if not rest:
            return ShowHelp(envelope)
        case "tips" if not rest:
            return ShowTips(envelope)
        case "tip" if not rest:
            return ShowTips(envelope)
        case "tip" if re.fullmatch(r"#?-?\d{1,9}", rest):
            return ShowTips(envelope, int(rest.lstrip("#")))
        case "cases" if rest.lower() in _POLITE:
            return ShowCases(envelope)
        case "queue" if rest.lower() in _POLITE:
            return ShowCases(envelope, queue=True)
        case "queue":
            return SearchCases(envelope, rest)
        case "precedents" if rest.lower() in _POLITE:
            return ShowPrecedents(envelope)
        case "precedent" | "precedents" if _PRECEDENT_ID.fullmatch(rest):
            return ShowPrecedent(envelope, rest.upper())
        case "precedent" | "precedents" if not rest or _CASE_ID.fullmatch(rest):
            return DraftPrecedent(envelope, rest.upper())
        case "away" if not rest or (until := _UNTIL.fullmatch(rest)):
            return GoAway(envelope, until[1] if rest and until else "")
        case "back" if rest.lower() in _POLITE:
            return ComeBack(envelope)
        case "advisors" if of_rota := _of_rota(rest, envelope):
            return of_rota
        case "case" if not rest or len(rest.split()) == 1 or _CASE_ID.match(rest):
            return ShowCase(envelope, rest.split()[0].upper() if rest else "")
        case "receipt" if rest.lower() in _POLITE or _CASE_ID.fullmatch(rest):
            case_id = rest.upper() if _CASE_ID.fullmatch(rest) else ""
            return ShowReceipt(envelope, envelope.place.key, case_id)
        case "advisor":
            return AskAdvisor(envelope, text=rest)
        case "check" | "check:" if not _QUESTION_AFTER_CHECK.match(rest):
            return CheckDraft(envelope, rest)
    if _CASE_ID.fullmatch(stripped):
        return ShowCase(envelope, stripped.upper())
    near = process.extractOne(command, COMMANDS, scorer=fuzz.ratio, score_cutoff=75)
    if not rest and near:
        return ShowHelp(envelope, unknown=stripped, suggestion=near[0])
    return AskQuestion(envelope, stripped, profile or {})


def _of_rota(text: str, envelope: Envelope) -> Message | None:
    """What follows the word advisors: list, check, add, away or back; None for the beginning of a question."""
    match text.split(maxsplit=2):
        case [] | ["list"] | ["check"]:
            return ShowRota(envelope)
        case ["add", who, given] if _FIELD.sub("", given).strip() == "":
            return ChangeRota(envelope, who, {field: value.strip('"') for field, value in _FIELD.findall(given)})
        case ["away", who]:
            return GoAway(envelope, advisor_id=who)
        case ["away", who, rest] if until := _UNTIL.fullmatch(rest):
            return GoAway(envelope, until[1], who)
        case ["back", who]:
            return ComeBack(envelope, who)
    return None


def from_button(verb: str, value: Mapping[str, str], text: str, envelope: Envelope) -> Message | None:
    """Read a pressed button or a submitted form; None when no such button exists (any more).

    Args:
        verb: the Action's verb.
        value: the Action's value, as it was sent out.
        text: what was typed in the Action's prompt, "" for a plain button.
    """
    case_id, question_id = clean(value.get("case", "")), clean(value.get("question", ""))
    match verb:
        case "ask":
            given = {name.removeprefix(FACT): told for name, told in value.items() if name.startswith(FACT) and told}
            return AskWithFacts(envelope, text, given)
        case "choose":
            return ChooseFact(envelope, question_id, value.get("fact", ""), value.get("value", ""))
        case "advisor":
            return AskAdvisor(envelope, question_id=question_id)
        case "helpful" | "unhelpful":
            return RateAnswer(envelope, question_id, helpful=verb == "helpful")
        case "share":
            return ShareAnswer(envelope, question_id, envelope.place)
        case "claim":
            return ClaimCase(envelope, case_id)
        case "answer":
            return GiveAdvice(envelope, case_id, text)
        case "answer_as_prepared":
            return GiveAdvice(envelope, case_id, "", as_prepared=True)
        case "ask_back":
            return AskBack(envelope, case_id, text)
        case "reply":
            return ReplyToAdvisor(envelope, case_id, text)
        case "pass_on":
            return PassOn(envelope, case_id, text, value.get("advisor", ""))
        case "withdraw":
            return WithdrawCase(envelope, case_id)
        case "close":
            return CloseCase(envelope, case_id)
        case "helped" | "not_helped":
            return RateAdvice(envelope, case_id, helped=verb == "helped")
        case "reopen":
            return ReopenCase(envelope, case_id, text)
        case "share_name":
            return ShareName(envelope, case_id, text)
        case "note":
            return AddNote(envelope, case_id, text)
        case "show_case":
            return ShowCase(envelope, case_id)
        case "away":
            return GoAway(envelope, value.get("until", ""))
        case "back":
            return ComeBack(envelope)
        case "propose":
            return ProposePrecedent(envelope, case_id, text)
        case "countersign":
            return SignPrecedent(envelope, clean(value.get("precedent", "")))
        case "review":
            return ReviewPrecedent(envelope, clean(value.get("precedent", "")), text)
        case "withdraw_precedent":
            return WithdrawPrecedent(envelope, clean(value.get("precedent", "")), text)
    return None


def written_in(message: Message) -> str:
    """What somebody wrote in a form, "" for a message without such words."""
    match message:
        case AskWithFacts() | GiveAdvice() | AskBack() | ReplyToAdvisor() | AddNote() | ReopenCase():
            return message.text
        case PassOn():
            return message.reason
    return ""
