"""Domain values ↔ rows, both ways, by hand. `…_values` gives the columns, `to_…` reads a row."""

import secrets
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Row

from bot.advice import Reason
from bot.advisors import Absence, Advisor, Colleague
from bot.case import Case, CaseEvent, Move, State, chain, note_digest
from bot.conversation import Turn
from bot.deadlines import Step, Timer
from bot.deliveries import Delivery, Recipient, ToAdvisor
from bot.messages import AskQuestion, Person, Place, Platform
from bot.overrides import DraftUse
from bot.precedent import Precedent, PrecedentEvent, PrecedentMove, PrecedentState
from bot.questions import AskedQuestion
from bot.replies import Reply
from bot.sla import WorkingHours
from knowledge.entry import Verdict
from knowledge.snapshot import Snapshot

_PERSON = TypeAdapter(Person)
_PLACE = TypeAdapter(Place)
_REPLY = TypeAdapter(Reply)
_KEPT = TypeAdapter(AskQuestion)
_HOURS = TypeAdapter(WorkingHours)
_SNAPSHOT = TypeAdapter(Snapshot)


@dataclass(frozen=True, slots=True)
class _Presence:
    """When an advisor serves and is away, as one column holds it."""

    absences: tuple[Absence, ...] = ()
    serves_from: date | None = None
    serves_until: date | None = None
    back_on: date | None = None


_PRESENCE = TypeAdapter(_Presence)

Values = dict[str, Any]


def case_values(case: Case) -> Values:
    return {
        "id": case.id,
        "state": case.state.value,
        "question": case.question,
        "facts": dict(case.facts),
        "topics": list(case.topics),
        "why": case.why,
        "advisor_needs": list(case.advisor_needs),
        "passages": list(case.passages),
        "guidance_version": case.guidance_version,
        "asker": _PERSON.dump_python(case.asker, mode="json"),
        "asker_key": case.asker.key,
        "place": place_json(case.place),
        "place_key": case.place.key,
        "advisor_id": case.advisor_id,
        "chosen_because": case.chosen_because,
        "opened_at": case.opened_at,
        "acknowledge_by": case.acknowledge_by,
        "answer_by": case.answer_by,
        "advice": case.advice,
        "ended_at": case.ended_at,
        "version": case.version,
        "asker_name": case.asker_name,
        "round": case.round,
        "untaken": case.untaken,
        "wanted_by": case.wanted_by,
        "display_name": case.display_name,
        "draft_use": case.draft_use.value,  # but not `helped`, which no move may overwrite
        "department": case.department,
    }


def to_person(stored: object) -> Person:
    return _PERSON.validate_python(stored)


def to_case(row: Row[Any]) -> Case:
    return Case(
        id=row.id,
        state=State(row.state),
        question=row.question,
        facts=row.facts,
        topics=tuple(row.topics),
        why=row.why,
        advisor_needs=tuple(row.advisor_needs),
        passages=tuple(row.passages),
        guidance_version=row.guidance_version,
        asker=to_person(row.asker),
        place=to_place(row.place),
        advisor_id=row.advisor_id,
        chosen_because=row.chosen_because,
        opened_at=row.opened_at,
        acknowledge_by=row.acknowledge_by,
        answer_by=row.answer_by,
        advice=row.advice,
        ended_at=row.ended_at,
        version=row.version,
        asker_name=row.asker_name,
        round=row.round,
        untaken=row.untaken,
        wanted_by=row.wanted_by,
        display_name=row.display_name,
        draft_use=DraftUse(row.draft_use),
        helped=row.helped,
        department=row.department,
    )


def event_values(event: CaseEvent, previous: str) -> Values:
    """previous: the digest of the log before this event."""
    salt = secrets.token_hex(16)
    said = note_digest(event, salt)
    return {
        "case_id": event.case_id,
        "number": event.number,
        "at": event.at,
        "actor": event.actor,
        "move": event.move.value,
        "state": event.state.value,
        "note": event.note,
        "note_digest": said,
        "digest": chain(previous, event, said),
        "salt": salt,
    }


def to_event(row: Row[Any]) -> CaseEvent:
    return CaseEvent(row.case_id, row.number, row.at, row.actor, Move(row.move), State(row.state), row.note)


def precedent_values(precedent: Precedent) -> Values:
    return {
        "id": precedent.id,
        "state": precedent.state.value,
        "case_id": precedent.case_id,
        "question": precedent.question,
        "advice": precedent.advice,
        "facts": dict(precedent.facts),
        "topics": list(precedent.topics),
        "passages": list(precedent.passages),
        "guidance_version": precedent.guidance_version,
        "decided_by": precedent.decided_by,
        "decided_on": precedent.decided_on,
        "proposed_by": precedent.proposed_by,
        "signed_by": precedent.signed_by or None,
        "review_by": precedent.review_by,
        "replaces": precedent.replaces or None,
        "stale": precedent.stale,
        "version": precedent.version,
    }


def to_precedent(row: Row[Any]) -> Precedent:
    return Precedent(
        id=row.id,
        state=PrecedentState(row.state),
        case_id=row.case_id,
        question=row.question,
        advice=row.advice,
        facts=row.facts,
        topics=tuple(row.topics),
        passages=tuple(row.passages),
        guidance_version=row.guidance_version,
        decided_by=row.decided_by,
        decided_on=row.decided_on,
        proposed_by=row.proposed_by,
        signed_by=row.signed_by or "",
        review_by=row.review_by,
        replaces=row.replaces or "",
        stale=row.stale,
        version=row.version,
    )


def precedent_event_values(event: PrecedentEvent) -> Values:
    return {
        "precedent_id": event.precedent_id,
        "number": event.number,
        "at": event.at,
        "actor": event.actor,
        "move": event.move.value,
        "state": event.state.value,
        "note": event.note,
    }


def to_precedent_event(row: Row[Any]) -> PrecedentEvent:
    return PrecedentEvent(
        row.precedent_id,
        row.number,
        row.at,
        row.actor,
        PrecedentMove(row.move),
        PrecedentState(row.state),
        row.note,
    )


def turn_values(turn: Turn) -> Values:
    return {
        "id": turn.id,
        "place_key": turn.place_key,
        "person_key": turn.person_key,
        "asked_at": turn.asked_at,
        "question": turn.question,
        "facts": dict(turn.facts),
        "verdict": turn.verdict.value,
        "entry": turn.entry,
        "topics": list(turn.topics),
        "awaiting": turn.awaiting,
        "guidance_version": turn.guidance_version,
        "passages": list(turn.passages),
        "place": place_json(turn.place) if turn.place else None,
        "question_id": turn.question_id,
    }


def to_turn(row: Row[Any]) -> Turn:
    return Turn(
        id=row.id,
        place_key=row.place_key,
        person_key=row.person_key,
        asked_at=row.asked_at,
        question=row.question,
        facts=row.facts,
        verdict=Verdict(row.verdict),
        entry=row.entry,
        topics=tuple(row.topics),
        awaiting=row.awaiting,
        guidance_version=row.guidance_version,
        passages=tuple(row.passages or ()),
        place=to_place(row.place) if row.place else None,
        question_id=row.question_id,
    )


def question_values(question: AskedQuestion) -> Values:
    day = question.asked_at.astimezone(UTC).date()
    return {
        "id": question.id,
        "asked_at": question.asked_at,
        "week": day - timedelta(days=day.weekday()),
        "platform": question.platform.value,
        "asker": question.asker,
        "verdict": question.verdict.value,
        "reason": question.reason.value if question.reason else "",
        "entry": question.entry,
        "topics": list(question.topics),
        "guidance_version": question.guidance_version,
        "escalated": question.escalated,
        "helpful": question.helpful,
        "text": question.text,
    }


def to_question(row: Row[Any]) -> AskedQuestion:
    return AskedQuestion(
        id=row.id,
        asked_at=row.asked_at,
        platform=Platform(row.platform),
        asker=row.asker,
        verdict=Verdict(row.verdict),
        reason=Reason(row.reason) if row.reason else None,
        entry=row.entry,
        topics=tuple(row.topics),
        guidance_version=row.guidance_version,
        escalated=row.escalated,
        helpful=row.helpful,
        text=row.text,
    )


def snapshot_values(snapshot: Snapshot, at: datetime) -> Values:
    return {"version": snapshot.version, "kept_at": at, "content": zlib.compress(_SNAPSHOT.dump_json(snapshot))}


def to_snapshot(content: bytes) -> Snapshot:
    return _SNAPSHOT.validate_json(zlib.decompress(content))


def advisor_values(advisor: Advisor, position: int, *, is_owner: bool) -> Values:
    return {
        "id": advisor.id,
        "position": position,
        "name": advisor.name,
        "role": advisor.role,
        "topics": sorted(advisor.topics),
        "addresses": [[platform.value, who] for platform, who in advisor.addresses],
        "email": "",  # an address like the others now; the column is the first release's
        "deputy": advisor.deputy,
        "zone": advisor.zone,
        "hours": _HOURS.dump_python(advisor.hours, mode="json"),
        "presence": _PRESENCE.dump_python(
            _Presence(advisor.absences, advisor.serves_from, advisor.serves_until, advisor.back_on), mode="json"
        ),
        "is_owner": is_owner,
        "departments": sorted(advisor.departments),
        "languages": sorted(advisor.languages),
        "manager": advisor.manager,
    }


def to_advisor(row: Row[Any]) -> Advisor:
    presence = _PRESENCE.validate_python(row.presence or {})
    return Advisor(
        id=row.id,
        name=row.name,
        role=row.role,
        topics=frozenset(row.topics),
        addresses=tuple((Platform(platform), who) for platform, who in row.addresses),
        deputy=row.deputy,
        hours=_HOURS.validate_python(row.hours or {"zone": row.zone}),
        absences=presence.absences,
        serves_from=presence.serves_from,
        serves_until=presence.serves_until,
        back_on=presence.back_on,
        departments=frozenset(row.departments or ()),
        languages=frozenset(row.languages or ()),
        manager=row.manager,
    )


def colleague_values(colleague: Colleague, position: int) -> Values:
    return {
        "position": position,
        "addresses": [[platform.value, who] for platform, who in colleague.addresses],
        "department": colleague.department,
        "manager": colleague.manager,
    }


def to_colleague(row: Row[Any]) -> Colleague:
    addresses = tuple((Platform(platform), who) for platform, who in row.addresses)
    return Colleague(addresses, row.department, row.manager)


def place_json(place: Place) -> Any:
    return _PLACE.dump_python(place, mode="json")


def to_place(stored: object) -> Place:
    return _PLACE.validate_python(stored)


def to_reply(stored: object) -> Reply:
    """Raises pydantic.ValidationError for a reply that this release cannot read."""
    return _REPLY.validate_python(stored)


def delivery_values(delivery: Delivery, at: datetime) -> Values:
    match delivery.recipient:
        case ToAdvisor(advisor_id):
            recipient, platform = {"advisor": advisor_id}, None
        case Place() as place:
            recipient, platform = {"place": place_json(place)}, place.platform.value
    return {
        "key": delivery.key,
        "kind": "message",
        "case_id": delivery.case_id or None,
        "recipient": recipient,
        "recipient_key": recipient_key(delivery.recipient),
        "reply": _REPLY.dump_python(delivery.reply, mode="json"),
        "replaces": delivery.replaces,
        "state": "pending",
        "due_at": at,
        "attempts": 0,
        "doubtful": False,
        "platform": platform,
        "created_at": at,
    }


def timer_values(timer: Timer, at: datetime) -> Values:
    """A timer is a row that is never sent: what it is for stands where a message has its recipient."""
    return {
        "key": timer.key,
        "kind": "timer",
        "case_id": timer.case_id,
        "recipient": {"step": timer.step.value, "round": timer.round},
        "replaces": False,
        "state": "pending",
        "due_at": timer.due_at,
        "attempts": 0,
        "doubtful": False,
        "created_at": at,
    }


def to_timer(row: Row[Any]) -> Timer:
    return Timer(row.case_id, Step(row.recipient["step"]), row.recipient["round"], row.due_at)


def to_recipient(stored: Mapping[str, Any]) -> Recipient:
    return ToAdvisor(stored["advisor"]) if "advisor" in stored else to_place(stored["place"])


def recipient_key(recipient: Recipient) -> str:
    """Equal for messages that must arrive in order."""
    if isinstance(recipient, ToAdvisor):
        return f"advisor:{recipient.advisor_id}"
    return f"{recipient.platform}:{recipient.key}"


def kept_json(question: AskQuestion) -> dict[str, Any]:
    dumped: dict[str, Any] = _KEPT.dump_python(question, mode="json")
    return dumped


def to_kept(stored: object) -> AskQuestion:
    return _KEPT.validate_python(stored)
