import json
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.slack.blocks import (
    BUTTON_VALUE,
    to_blocks,
)
from adapters.slack.inbound import pressed_button
from adapters.slack.modals import PRIVATE_METADATA, to_modal
from bot import wording
from bot.forms import TEXT
from bot.replies import Action, Cited, Heading, Item, Items, Note, Paragraph, Prompt, Reply, SaidBySomeone
from tests.builders_replies import HOSTILE, a_list, a_reply, all_replies
from tests.slack_server import faults_of_message, faults_of_view, pressed_payload

GOLDEN = Path(__file__).parents[2] / "golden" / "slack"
REPLIES = all_replies()
PROMPT = Prompt("Answer", "Your advice to the asker", "Send", "They read this.")
any_text = st.text(max_size=300) | st.sampled_from(
    [HOSTILE, "<" * 2_000, "&" * 700, '"\n' * 2_000, "é😀" * 2_000, "word " * 1_000, "a|b>c", "> quote", "  "]
)
any_url = st.sampled_from(
    ["", "https://www.gov.uk/a?b=1&c=<2>|x", "javascript:alert(1)", "https://x|<!channel>"]
) | st.text(max_size=40).map(lambda end: f"https://{end}")
any_part = st.one_of(
    st.builds(Heading, any_text),
    st.builds(Paragraph, any_text),
    st.builds(SaidBySomeone, any_text, any_text),
    st.builds(Cited, any_text, st.booleans(), any_text, any_url),
    st.builds(
        Items,
        any_text,
        st.lists(st.builds(Item, any_text, any_text, any_url), max_size=6).map(tuple),
        st.booleans(),
    ),
    st.builds(Note, any_text),
)
any_prompt = st.none() | st.builds(Prompt, any_text, any_text.map(lambda t: t[:300]), any_text, any_text, any_text)
any_action = st.builds(
    Action,
    st.sampled_from(["choose", "answer"]),
    any_text,
    st.fixed_dictionaries({"case": st.text(max_size=40)}),
    st.sampled_from(["", "primary", "danger", "odd"]),
    any_prompt,
)


any_reply = st.builds(
    Reply, any_text, st.lists(any_part, max_size=12).map(tuple), st.lists(any_action, max_size=4).map(tuple)
)


@pytest.mark.parametrize("name", REPLIES)
def test_a_message_looks_as_it_did(name: str):
    shown = json.dumps(to_blocks(REPLIES[name]), indent=2, ensure_ascii=False) + "\n"
    file = GOLDEN / f"{name}.json"
    if os.environ.get("UPDATE_GOLDEN") == "1":
        file.write_text(shown, encoding="utf-8")

    assert shown == file.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", REPLIES)
def test_slack_takes_every_message(name: str):
    message = to_blocks(REPLIES[name])

    assert faults_of_message(message["text"], message["blocks"]) == []


@settings(max_examples=60, deadline=None)
@given(any_reply)
def test_no_text_is_active_or_too_long(reply: Reply):
    message = to_blocks(reply)

    assert faults_of_message(message["text"], message["blocks"]) == []


def test_the_verdict_comes_first_in_words():
    blocks = to_blocks(REPLIES["yes-if"])["blocks"]

    assert blocks[0]["type"] == "header"
    assert blocks[0]["text"]["text"] == "Yes, if…"


def test_only_the_letter_of_a_source_stands_in_quotation_marks():
    letter = shown(Cited("Be careful.", True, "Ten tips, 2014", "https://www.gov.uk/tips"))
    ours = shown(Cited("Be careful.", False, "Ten tips, 2014", "https://www.gov.uk/tips"))

    assert letter == ">“Be careful.”\n><https://www.gov.uk/tips|Ten tips, 2014>"
    assert ours == "*In short:* Be careful. (<https://www.gov.uk/tips|Ten tips, 2014>)"


def test_a_link_cannot_be_broken_out_of():
    line = shown(Items("", (Item("text", "a|b>c<d", "https://www.gov.uk/x|y>z?a=1&b=2"),)))

    assert line == "• text (<https://www.gov.uk/xyz?a=1&amp;b=2|a b c d>)"


def test_an_address_that_is_none_is_not_linked():
    assert shown(Items("", (Item("text", "source", "javascript:alert(1)"),))) == "• text (source)"


def test_what_somebody_said_is_literal():
    [block] = to_blocks(Reply("x", (SaidBySomeone("You asked", HOSTILE),)))["blocks"]

    assert block["type"] == "rich_text"
    lead, quote = block["elements"]
    assert lead["elements"] == [{"type": "text", "text": "You asked:", "style": {"bold": True}}]
    assert quote == {"type": "rich_text_quote", "elements": [{"type": "text", "text": HOSTILE}]}


def test_the_spoken_text_is_escaped_and_short_enough_to_be_updated():
    assert to_blocks(a_reply("<!channel> & co"))["text"] == "&lt;!channel&gt; &amp; co"
    assert len(to_blocks(a_reply("&" * 5_000))["text"]) <= 4_000


def test_a_long_message_keeps_verdict_end_and_buttons_and_says_what_is_missing():
    blocks = to_blocks(REPLIES["long"])["blocks"]

    texts = json.dumps(blocks)
    assert blocks[0]["type"] == "header"
    assert blocks[-1]["type"] == "actions"
    assert all(kept in texts for kept in ("Could I post this?", "The end.", "Why it comes to an advisor"))
    assert texts.count(wording.SHORTENED) == 1


def test_fifty_blocks_are_kept_and_fifty_one_are_not():
    assert wording.SHORTENED not in json.dumps(to_blocks(a_list(48)))
    assert len(to_blocks(a_list(48))["blocks"]) == 50

    cut = to_blocks(a_list(49))["blocks"]

    assert len(cut) == 50
    assert wording.SHORTENED in json.dumps(cut)
    assert (cut[0]["text"]["text"], cut[-1]["text"]["text"]) == ("First", "Last")


def test_more_than_twenty_five_buttons_take_two_rows():
    actions = tuple(Action("choose", f"Choice {n}", {"value": str(n)}) for n in range(26))

    blocks = to_blocks(Reply("x", (Paragraph("x"),), actions))["blocks"]

    assert [len(block["elements"]) for block in blocks[1:]] == [25, 1]


def test_a_pressed_button_comes_back_as_it_was_sent():
    action = Action("answer", "Answer", {"case": "SM-2026-0042", "note": "a & <b>"}, prompt=PROMPT)
    [button] = to_blocks(Reply("x", (), (action,)))["blocks"][-1]["elements"]

    pressed = pressed_button(pressed_payload(button))

    assert pressed is not None
    assert (pressed.verb, pressed.value, pressed.prompt) == (action.verb, action.value, PROMPT)
    assert not set("&<>") & set(button["value"])


def test_a_draft_too_long_to_travel_leaves_the_form_empty():
    action = Action("answer", "Answer", {}, prompt=Prompt("Answer", "Advice", "Send", draft="x" * BUTTON_VALUE))
    [button] = to_blocks(Reply("x", (), (action,)))["blocks"][-1]["elements"]

    pressed = pressed_button(pressed_payload(button))

    assert pressed is not None
    assert pressed.prompt == Prompt("Answer", "Advice", "Send")


def test_every_form_opens():
    actions = [action for reply in REPLIES.values() for action in reply.actions if action.prompt]

    views = [to_modal(action.prompt, {"verb": action.verb}) for action in actions if action.prompt]

    assert views
    assert [faults_of_view(view) for view in views] == [[]] * len(views)
    assert {view["blocks"][0]["element"]["max_length"] for view in views} == {wording.LONGEST_REPLY}


def test_a_form_starts_with_its_draft():
    view = to_modal(Prompt("Answer", "Advice", "Send", draft="x" * 4_000), {})

    assert len(view["blocks"][0]["element"]["initial_value"]) == wording.LONGEST_REPLY
    assert view["blocks"][0]["block_id"] == TEXT


def test_a_form_that_carries_too_much_is_refused():
    to_modal(PROMPT, {"x": "y" * (PRIVATE_METADATA - len('{"x":""}'))})
    with pytest.raises(ValueError, match="3000"):
        to_modal(PROMPT, {"x": "y" * PRIVATE_METADATA})


def shown(part: Cited | Items) -> str:
    """The one section a part is shown as."""
    [block] = to_blocks(Reply("x", (part,)))["blocks"]
    text = block["text"]["text"]
    assert isinstance(text, str)
    return text


@pytest.mark.parametrize("reply", all_replies().values(), ids=all_replies())
def test_whoever_shares_is_named_first_and_nothing_becomes_too_long(reply):
    content = to_blocks(reply, shared_by="U012ABC")

    assert content["blocks"][0]["elements"][0]["text"] == "<@U012ABC> shares this answer."
    assert faults_of_message(content["text"], content["blocks"]) == []


@pytest.mark.parametrize("shared_by", ["", "U1> <!channel", "!channel", "u1", "C012ABC"])
def test_only_a_members_id_is_named(shared_by):
    assert "shares this answer" not in str(to_blocks(a_reply(), shared_by=shared_by))
