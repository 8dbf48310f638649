"""The JSON of `smpolicy ask` (DESIGN §4.1), key by key. Regenerate on purpose: REGENERATE=1 pytest <this file>."""

import json
import os
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from adapters.records import AskRecord, BadRecord, advise_on, read_record, to_draft_record, to_record
from bot.advice import Signpost
from bot.advisors import Assignment
from bot.draft import check_draft
from tests.builders import an_advisor
from tests.builders_guidance import a_corpus, a_draft_rule, an_engine, the_small_corpus

GOLDEN = Path(__file__).parents[1] / "golden" / "ask"
QUESTIONS: dict[str, dict[str, Any]] = {
    "yes": {"question": "Can I put my job title in my bio?"},
    "yes-if": {"id": "q-7", "question": "Can I blog about my work?"},
    "no": {"id": 8, "question": "Can I share a draft report?"},
    "info": {"question": "What do the ten tips say?"},
    "clarify": {"question": "Can I retweet the minister?"},
    "ask-advisor": {"question": "My friend stands as a candidate, may I like her leaflet?"},
    "not-covered": {"question": "How much annual leave do I get?"},
    "nothing-found": {"question": "zebra crossing"},
    "by-profile": {"question": "Can I retweet the minister?", "profile": {"account": "official"}},
    "follow-up": {
        "question": "and on facebook?",
        "history": [{"asker": "Can I share a draft report?"}, {"advisor": "No."}],
    },
}
KEYS = [
    "id",
    "verdict",
    "confidence",
    "summary",
    "conditions",
    "instead",
    "citations",
    "clarify",
    "escalation",
    "related",
    "guidance_version",
    "took_ms",
]


def record_of(data: dict[str, Any], **options: Any) -> dict[str, Any]:
    record = read_record(data)
    advice = advise_on(an_engine(), record)
    return to_record(advice, the_small_corpus(), record_id=record.id, took_ms=1.234, **options)


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_record_is_to_the_letter_what_was_agreed(name: str):
    options: dict[str, Any] = {}
    if name == "ask-advisor":
        options = {"assignment": Assignment(an_advisor(), "takes it"), "due": datetime(2026, 11, 26, 12, tzinfo=UTC)}
    written = json.dumps(record_of(QUESTIONS[name], **options), indent=2, ensure_ascii=False) + "\n"
    path = GOLDEN / f"{name}.json"
    if os.environ.get("REGENERATE"):
        path.write_text(written, encoding="utf-8")

    assert written == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_record_has_the_keys_of_the_contract_in_their_order(name: str):
    assert list(record_of(QUESTIONS[name])) == KEYS


def test_a_citation_has_the_keys_of_the_contract_in_their_order():
    citation = record_of(QUESTIONS["no"])["citations"][0]

    assert list(citation) == [
        "id",
        "topics",
        "title",
        "document",
        "section",
        "year",
        "url",
        "text",
        "verbatim",
        "status",
    ]


def test_a_condition_names_its_citation():
    conditions = record_of(QUESTIONS["yes-if"])["conditions"]

    assert conditions == [{"text": "You keep it to what is public.", "citation": "uk/confidentiality.1"}]


def test_clarify_tells_where_each_choice_leads():
    clarify = record_of(QUESTIONS["clarify"])["clarify"]

    assert clarify == {
        "fact": "account",
        "question": "Is this about an official account, or your own?",
        "choices": [
            {"value": "official", "label": "An official account", "leads_to": "yes"},
            {"value": "personal", "label": "My own account", "leads_to": "no"},
        ],
    }


def test_an_escalation_tells_who_would_get_it_and_by_when():
    escalation = record_of(
        QUESTIONS["ask-advisor"],
        assignment=Assignment(an_advisor(), "takes it"),
        due=datetime(2026, 11, 26, 12, tzinfo=UTC),
    )["escalation"]

    assert escalation == {
        "reason": "The guidance and the Civil Service Code do not settle this.",
        "advisor": {"name": "Maya Okafor", "role": "Propriety adviser"},
        "due": "2026-11-26T12:00:00+00:00",
    }


def test_an_escalation_without_a_rota_names_nobody():
    escalation = record_of(QUESTIONS["ask-advisor"])["escalation"]

    assert (escalation["advisor"], escalation["due"]) == (None, None)


@pytest.mark.parametrize("name", sorted(set(QUESTIONS) - {"ask-advisor"}))
def test_only_what_goes_to_an_advisor_has_an_escalation(name: str):
    assert record_of(QUESTIONS[name])["escalation"] is None


@pytest.mark.parametrize("name", sorted(set(QUESTIONS) - {"clarify"}))
def test_only_a_clarify_verdict_has_a_clarify(name: str):
    assert record_of(QUESTIONS[name])["clarify"] is None


@pytest.mark.parametrize(
    ("name", "cites"), [(name, name not in ("not-covered", "nothing-found")) for name in QUESTIONS]
)
def test_citations_are_empty_for_not_covered_only(name: str, cites: bool):
    assert bool(record_of(QUESTIONS[name])["citations"]) is cites


@pytest.mark.parametrize(("data", "record_id"), [({}, None), ({"id": "a"}, "a"), ({"id": 7}, 7)])
def test_an_id_comes_back_as_it_was_given(data: dict[str, Any], record_id: object):
    assert record_of({**data, "question": "Can I?"})["id"] == record_id


def test_figures_are_rounded():
    record = record_of({"question": "may I blog about trolls"})

    assert record["confidence"] == round(record["confidence"], 3)
    assert record["took_ms"] == 1.23


# input


def test_only_the_question_is_needed():
    assert read_record({"question": "Can I?"}) == AskRecord(question="Can I?")


def test_unknown_keys_are_left_alone():
    assert read_record({"question": "Can I?", "verdict": "yes", "extra": [1]}) == AskRecord(question="Can I?")


def test_null_is_like_nothing_given():
    given = {"id": None, "question": "Can I?", "history": None, "profile": None, "as_of": None}

    assert read_record(given) == AskRecord(question="Can I?")


def test_a_date_is_read():
    assert read_record({"question": "Can I?", "as_of": "2026-11-24"}).as_of == date(2026, 11, 24)


@pytest.mark.parametrize("data", [None, [], "Can I?", 5, True])
def test_what_is_no_object_is_refused_in_words(data: object):
    with pytest.raises(BadRecord, match="a record is a JSON object"):
        read_record(data)


@pytest.mark.parametrize(
    ("data", "named"),
    [
        ({}, ["question"]),
        ({"question": None}, ["question"]),
        ({"question": 5}, ["question"]),
        ({"question": ["Can I?"]}, ["question"]),
        ({"question": "Can I?", "history": "before"}, ["history"]),
        ({"question": "Can I?", "history": [{"asker": 5}]}, ["history.0.asker"]),
        ({"question": "Can I?", "profile": []}, ["profile"]),
        ({"question": "Can I?", "as_of": "tomorrow"}, ["as_of"]),
        ({"question": "Can I?", "as_of": "2026-02-30"}, ["as_of"]),
        ({"id": [], "as_of": "soon"}, ["question", "as_of"]),
    ],
)
def test_every_bad_field_is_named(data: dict[str, Any], named: list[str]):
    with pytest.raises(BadRecord) as caught:
        read_record(data)

    assert [fault.partition(":")[0] for fault in str(caught.value).split("; ")] == named


def test_facts_given_beside_the_record_win_over_its_profile():
    record = read_record({"question": "Can I retweet the minister?", "profile": {"account": "official"}})

    assert advise_on(an_engine(), record, {"account": "personal"}).facts == {"account": "personal"}


def test_only_what_the_asker_said_before_is_history():
    record = read_record(
        {"question": "and on facebook?", "history": [{"asker": "Can I share a draft report?"}, {"advisor": "trolls"}]}
    )

    assert advise_on(an_engine(), record).entry == "share-draft-report"


@pytest.mark.parametrize("question", ["", "👍", "\ud83d", "<b>", "a" * 40_000])
def test_any_question_yields_a_record_that_is_json(question: str):
    assert json.loads(json.dumps(record_of({"question": question})))["verdict"] == "not_covered"


def test_a_signpost_is_told_where_there_is_one():
    signpost = Signpost("Call 999", "Call now.", "Tell security.", "answering-trolls")
    advice = replace(advise_on(an_engine(), AskRecord(question="Can I blog?")), signpost=signpost)

    record = to_record(advice, the_small_corpus(), record_id=None, took_ms=1.0)

    assert record["summary"].startswith("Call 999. Call now. ")


def test_a_draft_check_tells_each_mark_with_its_citation():
    corpus = a_corpus(draft_rules=(a_draft_rule("swearing", r"\bdarn\b"),))

    record = to_draft_record(check_draft("Oh darn", corpus), "Oh darn", corpus)

    assert (record["verdict"], record["draft"]) == ("no", "Oh darn")
    assert record["marks"] == [
        {
            "start": 3,
            "end": 7,
            "words": "darn",
            "rule": "swearing",
            "verdict": "no",
            "why": "Look at the swearing.",
            "citation": "uk/respect.1",
        }
    ]
    assert [citation["id"] for citation in record["citations"]] == ["uk/respect.1"]
