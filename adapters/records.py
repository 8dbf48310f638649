"""The JSON of `smpolicy ask`: input records in, Advice out, as docs/design.md §4.1 fixes them."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from bot.advice import Advice
from bot.advisors import Assignment
from bot.draft import DraftCheck
from bot.engine import GuidanceEngine, facts_of_profile
from bot.explanation import Considered
from bot.wording import DRAFT_SUMMARIES, REASONS
from knowledge.entry import Corpus
from knowledge.passage import Passage


class BadRecord(Exception):
    """An input record that cannot be used; the text says what is wrong with it."""


def _none_is_empty(value: object) -> object:
    return {} if value is None else value


class AskRecord(BaseModel):
    """One question on standard input; only `question` is required."""

    model_config = ConfigDict(extra="ignore")
    id: Any = None  # given back as it came
    question: str
    history: Annotated[list[dict[str, str]], BeforeValidator(lambda value: [] if value is None else value)] = []
    profile: Annotated[dict[str, Any], BeforeValidator(_none_is_empty)] = {}
    as_of: date | None = None


def read_record(data: object) -> AskRecord:
    """Check one input record.

    Raises:
        BadRecord: naming every field at fault.
    """
    if not isinstance(data, dict):
        raise BadRecord('a record is a JSON object such as {"question": "can I …?"}')
    try:
        return AskRecord.model_validate(data)
    except ValidationError as error:
        faults = [f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors()]
        raise BadRecord("; ".join(faults)) from error


def advise_on(engine: GuidanceEngine, record: AskRecord, extra_facts: Mapping[str, str] | None = None) -> Advice:
    """Put a record to the engine."""
    return consider(engine, record, extra_facts).advice


def consider(engine: GuidanceEngine, record: AskRecord, extra_facts: Mapping[str, str] | None = None) -> Considered:
    """Put a record to the engine, for whoever asks why as well."""
    facts = {**facts_of_profile(record.profile, engine.corpus), **(extra_facts or {})}
    history = [turn["asker"] for turn in record.history if turn.get("asker")]
    return engine.consider(record.question, facts=facts, history=history, as_of=record.as_of)


def to_record(
    advice: Advice,
    corpus: Corpus,
    *,
    record_id: Any,
    took_ms: float,
    assignment: Assignment | None = None,
    due: datetime | None = None,
) -> dict[str, Any]:
    """The output record, JSON-ready. A signpost comes first in the summary, before the answer."""
    signpost = f"{advice.signpost.title}. {advice.signpost.text}" if advice.signpost else ""
    return {
        "id": record_id,
        "verdict": advice.verdict.value,
        "confidence": round(advice.confidence, 3),
        "summary": " ".join(filter(None, (signpost, advice.summary))),
        "conditions": [{"text": condition.text, "citation": condition.passage} for condition in advice.conditions],
        "instead": " ".join(filter(None, (advice.instead, advice.holds))),
        "citations": [_citation(passage) for passage in advice.citations],
        "clarify": {
            "fact": advice.clarify.fact,
            "question": advice.clarify.question,
            "choices": [
                {"value": choice.value, "label": choice.label, "leads_to": choice.leads_to.value}
                for choice in advice.clarify.choices
            ],
        }
        if advice.clarify
        else None,
        "escalation": {
            "reason": REASONS[advice.reason],
            "advisor": {"name": assignment.advisor.name, "role": assignment.advisor.role} if assignment else None,
            "due": due.isoformat() if due else None,
        }
        if advice.reason
        else None,
        "related": list(advice.related),
        "guidance_version": advice.guidance_version,
        "took_ms": round(took_ms, 2),
    }


def to_draft_record(check: DraftCheck, draft: str, corpus: Corpus) -> dict[str, Any]:
    """The output record of a draft check. `start` and `end` count characters of `draft`, the text as it was read."""
    return {
        "verdict": check.verdict.value,
        "summary": DRAFT_SUMMARIES[check.verdict],
        "draft": draft,
        "marks": [
            {
                "start": mark.start,
                "end": mark.end,
                "words": mark.words,
                "rule": mark.rule.id,
                "verdict": mark.rule.weight.value,
                "why": mark.rule.label,
                "citation": mark.passage,
            }
            for mark in check.marks
        ],
        "citations": [
            _citation(corpus.passages[name]) for name in dict.fromkeys(rule.passages[0] for rule in check.by_rule)
        ],
        "guidance_version": corpus.version,
    }


def _citation(passage: Passage) -> dict[str, Any]:
    return {
        "id": passage.id,
        "topics": list(passage.topics),
        "title": passage.title,
        "document": passage.document.title,
        "section": passage.section,
        "year": passage.document.year,
        "url": passage.document.url,
        "text": passage.text,
        "verbatim": passage.verbatim,
        "status": passage.status.value,
    }
