import json
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.slack import inbound
from adapters.slack.home import to_home
from adapters.slack.inbound import opened_from_home, pressed_button
from adapters.slack.modals import filled_in, loading, to_form, to_read
from bot.forms import Field, Form
from bot.home import Home, Section
from bot.replies import Action, Paragraph, Reply
from tests.builders_replies import HOSTILE
from tests.builders_views import forms, homes, to_be_read
from tests.slack_server import StrictSlack, faults_of_view

GOLDEN = Path(__file__).parents[2] / "golden" / "slack"
CARRIED = {"verb": "answer", "value": {"case": "SM-2026-0001"}, "place": {"key": "slack:T1:U1"}}


def all_views() -> dict[str, dict[str, object]]:
    drawn = {name: to_form(form, CARRIED) for name, form in forms().items() if isinstance(form, Form)}
    said = {name: to_read("Answer", reply) for name, reply in forms().items() if isinstance(reply, Reply)}
    read = {name: to_read("To read", reply) for name, reply in to_be_read().items()}
    shown = {name: to_home(home) for name, home in homes().items()}
    return {**shown, **drawn, **said, **read, "window-loading": loading("Answer")}


VIEWS = all_views()


@pytest.mark.parametrize("name", VIEWS)
def test_a_view_looks_as_it_did(name: str):
    shown = json.dumps(VIEWS[name], indent=2, ensure_ascii=False) + "\n"
    file = GOLDEN / f"{name}.json"
    if os.environ.get("UPDATE_GOLDEN") == "1":
        file.write_text(shown, encoding="utf-8")

    assert shown == file.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", VIEWS)
def test_slack_takes_every_view(name: str):
    assert faults_of_view(VIEWS[name]) == []


def test_every_button_of_a_home_says_what_it_is_for():
    buttons = [
        one
        for block in VIEWS["home-advisor-mine"]["blocks"]
        if block["type"] == "actions"
        for one in block["elements"]
        if one["type"] == "button"
    ]

    pressed = [pressed_button({"actions": [button]}) for button in buttons]

    assert {one.verb for one in pressed if one} >= {"ask", "check", "away", "claim", "answer", "pass_on", "show_case"}
    assert None not in pressed


def test_others_questions_are_not_in_a_home():
    assert "A secret question" not in json.dumps(VIEWS["home-advisor-all"])
    assert "SM-2026-0042" in json.dumps(VIEWS["home-advisor-all"])


def test_hostile_words_stay_words_in_a_form():
    form = Form("answer", HOSTILE, HOSTILE, (Field("text", HOSTILE, hint=HOSTILE, draft=HOSTILE),), {}, ())

    view = to_form(form, {})

    assert faults_of_view(view) == []
    assert view["blocks"][0]["element"]["initial_value"] == HOSTILE


def test_a_form_carries_no_more_than_slack_keeps():
    with pytest.raises(ValueError, match="3000"):
        to_form(Form("ask", "Ask", "Ask", ()), {"x": "y" * 3_000})


def test_more_than_a_window_can_hold_is_said_to_be_left_out():
    view = to_read("Long", Reply("x", tuple(Paragraph(f"line {number}") for number in range(200))))

    assert faults_of_view(view) == []
    assert "left out" in json.dumps(view["blocks"][-1])


def test_what_was_filled_in_comes_back_by_name():
    view = to_form(forms()["form-pass-on"], CARRIED)

    chosen = filled_in(StrictSlack().submitted(view, "I know the asker.", advisor="tom-reid"))
    left = filled_in(StrictSlack().submitted(view, None))

    assert chosen == {"advisor": "tom-reid", "text": "I know the asker."}
    assert left == {"advisor": "", "text": ""}


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"view": 1},
        {"view": {"state": []}},
        {"view": {"state": {"values": {"text": []}}}},
        {"view": {"state": {"values": {"text": {"text": {"value": 3}}}}}},
    ],
)
def test_what_is_no_form_brings_no_words(body: dict[str, object]):
    assert not any(filled_in(body).values())


def test_the_tab_of_messages_is_no_home():
    slack = StrictSlack()

    assert opened_from_home(slack.home_opened(tab="messages")) is None
    assert opened_from_home(slack.home_opened()) is not None


def test_a_home_too_long_for_slack_keeps_its_beginning():
    section = Section((Paragraph("line"),), (Action("ask", "Ask", {}),))

    view = to_home(Home((((section,) * 30), ((section,) * 40))))

    assert faults_of_view(view) == []
    assert len(view["blocks"]) == 100


NAMES = (
    *("event", "type", "tab", "view", "user", "id", "hash", "private_metadata", "callback_id", "state", "values"),
    *("assistant_thread", "user_id", "channel_id", "thread_ts", "actions", "selected_option", "value", "container"),
)
odd = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from(["", "U1", "view", "smpolicy:home", "{", "[1]", "home"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=5),
    max_leaves=20,
)


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.sampled_from(["event", "view", "user", "actions", "container", "team"]), odd))
def test_no_payload_however_odd_breaks_the_reading_of_it(body: dict[str, object]):
    inbound.opened_from_home(body)
    inbound.person_acting(body)
    inbound.started_thread(body)
    inbound.picked(body)
    inbound.submitted_form(body)
    inbound.pressed_button(body)
    filled_in(body)
