"""Values with sensible defaults: a test names only what matters to it."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from bot.advisors import Advisor
from bot.case import Case, State
from bot.conversation import Turn
from bot.deliveries import Delivery
from bot.messages import Person, Place, Platform
from bot.precedent import Precedent, PrecedentState
from bot.questions import AskedQuestion, Keeping, person_hash
from bot.replies import Action, Cited, Heading, Item, Items, Note, Paragraph, Prompt, Reply, SaidBySomeone
from knowledge.entry import Verdict

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)  # a Tuesday


def a_person(who: str = "U-ASKER", **fields: Any) -> Person:
    return Person(**{"platform": Platform.SLACK, "ids": (who,), "tenant": "T-DEPT", **fields})


def a_place(key: str = "C-ROOM:1700000000.1", **fields: Any) -> Place:
    reference = {"channel": "C-ROOM", "thread": "1700000000.1", "nested": {"ids": [1, 2]}}
    return Place(**{"platform": Platform.SLACK, "key": key, "reference": reference, **fields})


def a_case(case_id: str = "SM-2026-0001", **fields: Any) -> Case:
    opened_at = fields.get("opened_at", NOON)
    defaults: dict[str, Any] = {
        "state": State.OPEN,
        "question": "Can I blog about my work? <b>“Soon”</b>",
        "facts": {"account": "personal"},
        "topics": ("personal-accounts", "blogs"),
        "why": "The guidance and the Civil Service Code do not settle this.",
        "advisor_needs": ("Which account is it?",),
        "passages": ("uk/tip-4.1",),
        "guidance_version": "uk@0123456789ab",
        "asker": a_person(),
        "place": a_place(),
        "advisor_id": "maya-okafor",
        "chosen_because": "takes personal-accounts",
        "opened_at": opened_at,
        "acknowledge_by": opened_at + timedelta(hours=4),
        "answer_by": opened_at + timedelta(hours=28),
    }
    return Case(id=case_id, **{**defaults, **fields})


def a_precedent(precedent_id: str = "PR-2026-0001", **fields: Any) -> Precedent:
    """One that waits for its countersignature."""
    defaults: dict[str, Any] = {
        "state": PrecedentState.PROPOSED,
        "case_id": "SM-2026-0001",
        "question": "May a colleague blog about their work?",
        "advice": "Yes, once it is published. <b>Ask</b> first.",
        "facts": {"account": "personal"},
        "topics": ("personal-accounts", "blogs"),
        "passages": ("uk/tip-4.1",),
        "guidance_version": "uk@0123456789ab",
        "decided_by": "maya-okafor",
        "decided_on": date(2026, 11, 3),
        "proposed_by": "maya-okafor",
        "review_by": date(2027, 11, 24),
    }
    return Precedent(id=precedent_id, **{**defaults, **fields})


def a_signed_precedent(precedent_id: str = "PR-2026-0001", **fields: Any) -> Precedent:
    return a_precedent(precedent_id, **{"state": PrecedentState.SIGNED, "signed_by": "tom-reid", **fields})


def a_turn(turn_id: str = "turn-1", **fields: Any) -> Turn:
    defaults: dict[str, Any] = {
        "place_key": a_place().key,
        "person_key": a_person().key,
        "asked_at": NOON,
        "question": "Can I blog about my work?",
        "facts": {"account": "personal"},
        "verdict": Verdict.YES_IF,
        "entry": "blog-about-work",
        "topics": ("blogs",),
    }
    return Turn(id=turn_id, **{**defaults, **fields})


KEY = b"a key for tests, not for service"
KEEPING = Keeping(KEY)


def a_question(question_id: str = "question-1", **fields: Any) -> AskedQuestion:
    defaults: dict[str, Any] = {
        "asked_at": NOON,
        "platform": Platform.SLACK,
        "asker": person_hash(KEY, a_person().key),
        "verdict": Verdict.YES_IF,
        "reason": None,
        "entry": "blog-about-work",
        "topics": ("blogs",),
        "guidance_version": "uk@0123456789ab",
    }
    return AskedQuestion(id=question_id, **{**defaults, **fields})


def an_advisor(advisor_id: str = "maya-okafor", **fields: Any) -> Advisor:
    defaults: dict[str, Any] = {
        "name": "Maya Okafor",
        "role": "Propriety adviser",
        "topics": frozenset({"blogs", "personal-accounts"}),
        "addresses": ((Platform.SLACK, "U-MAYA"), (Platform.TEAMS, "entra-maya")),
    }
    return Advisor(id=advisor_id, **{**defaults, **fields})


def a_reply(text: str = "Yes.") -> Reply:
    return Reply(text, (Paragraph(text),))


def a_full_reply() -> Reply:
    """A reply with every kind of part."""
    parts = (
        Heading("Yes, if…"),
        Paragraph("You may."),
        SaidBySomeone("You asked", "Can I? <!channel> ümläut 🙂"),
        Cited("Be careful.", True, "Ten tips, 2014", "https://example.org/tips"),
        Items("On these conditions", (Item("Own time", "Ten tips", "https://example.org"),), numbered=True),
        Note("Guidance uk@0123456789ab"),
    )
    prompt = Prompt("Answer", "Your advice", "Send", "They read this.", "Draft")
    actions = (
        Action("answer", "Answer", {"case": "SM-2026-0001"}, "primary", prompt),
        Action("claim", "Claim", {}),
    )
    return Reply("Yes, if…", parts, actions)


def a_delivery(key: str = "event-1#1", **fields: Any) -> Delivery:
    return Delivery(key, **{"recipient": a_place(), "reply": a_reply(), **fields})
