from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.slack.blocks import compact_json, to_blocks
from adapters.slack.inbound import (
    Pressed,
    action_to_message,
    can_be_marked,
    carried_by_modal,
    command_to_message,
    event_to_message,
    happened_at,
    is_removal,
    is_stranger,
    own_user_id,
    place_for_one,
    plain,
    pressed_button,
    submission_to_message,
    workspace,
)
from adapters.slack.modals import to_modal
from bot.messages import (
    AskAdvisor,
    AskQuestion,
    ChooseFact,
    GiveAdvice,
    GoOn,
    Person,
    Platform,
    ShareAnswer,
    ShareName,
    ShowCase,
    ShowCases,
    ShowHelp,
    ShowTips,
)
from bot.replies import Action, Prompt, Reply
from tests.slack_server import (
    BOT,
    TEAM,
    direct_message,
    event_payload,
    from_another_organisation,
    in_thread,
    mention,
    pressed_payload,
)

LATER = datetime(2026, 11, 24, tzinfo=UTC)

json_like = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "type",
                    "event",
                    "channel",
                    "user",
                    "ts",
                    "team",
                    "view",
                    "id",
                    "container",
                    "actions",
                    "value",
                    "tokens",
                    "event_time",
                ]
            ),
            inner,
            max_size=6,
        )
    ),
    max_leaves=25,
)


def asked(event, **more):
    return event_to_message(event_payload(event, **more), BOT)


def test_a_direct_message_is_a_question():
    message = asked(direct_message("Can I tweet?"), event_id="Ev7")

    assert isinstance(message, AskQuestion)
    assert message.text == "Can I tweet?"
    assert message.envelope.event_id == "slack:Ev7"
    assert message.envelope.person == Person(Platform.SLACK, ("U1",), TEAM)
    assert message.envelope.place.reference == {"workspace": TEAM, "channel": "D1"}
    assert not message.envelope.place.threaded


def test_top_and_threads_of_a_direct_message_are_one_conversation():
    top = asked(direct_message("Can I tweet?"))
    thread = asked(direct_message("and my own account?", thread_ts="1700000000.000100"))

    assert thread.envelope.place.key == top.envelope.place.key
    assert thread.envelope.place.threaded
    assert thread.envelope.place.reference == {"workspace": TEAM, "channel": "D1", "thread_ts": "1700000000.000100"}


def test_a_mention_is_answered_in_its_thread():
    first = asked(mention("<@UBOT> can I tweet?"))
    later = asked(
        mention("<@UBOT> really?", ts="1700000009.000100", thread_ts=first.envelope.place.reference["thread_ts"])
    )

    assert first.text == "can I tweet?"
    assert first.envelope.place.threaded
    assert first.envelope.place.reference == {"workspace": TEAM, "channel": "C1", "thread_ts": "1700000002.000100"}
    assert later.envelope.place == first.envelope.place


def test_another_thread_of_a_channel_is_another_conversation():
    one, two = asked(mention("<@UBOT> a?")), asked(mention("<@UBOT> a?", ts="1700000009.000100"))

    assert one.envelope.place.key != two.envelope.place.key


def test_only_our_own_mention_is_taken_out():
    message = asked(mention("<@UBOT>: may <@U2> follow <@UBOT> too?"))

    assert message.text == "may @someone follow  too?"


@pytest.mark.parametrize(
    ("text", "kind"),
    [("tips", ShowTips), ("case sm-2026-0001", ShowCase), ("", ShowHelp), ("advisor may I?", AskAdvisor)],
)
def test_words_of_command_work_everywhere(text, kind):
    assert isinstance(asked(direct_message(text)), kind)
    assert isinstance(asked(mention(f"<@UBOT> {text}")), kind)
    assert isinstance(command_to_message(a_command(text), received_at=0.0), kind)


@pytest.mark.parametrize(
    "event",
    [
        direct_message("x", bot_id="B2"),
        direct_message("x", user=BOT),
        direct_message("x", user="USLACKBOT"),
        direct_message("x", subtype="bot_message"),
        direct_message("x", subtype="message_changed", message={"text": "y"}),
        direct_message("x", subtype="message_deleted"),
        direct_message("x", subtype="channel_join"),
        direct_message("x", hidden=True),
        direct_message("x", user=None),
        direct_message("<@UBOT> x", channel="C1", channel_type="channel"),
        mention("<@UBOT> x", channel="D1"),
        mention("<@UBOT> x", bot_id="B2"),
        mention("<@UBOT> x", edited={"ts": "1"}),
        {"type": "reaction_added", "user": "U1", "channel": "D1", "ts": "1"},
    ],
)
def test_what_is_not_for_us_is_ignored(event):
    assert asked(event) is None


def test_a_file_sent_with_words_is_a_question():
    assert asked(direct_message("may I post this photo?", subtype="file_share")).text == "may I post this photo?"


def test_people_from_outside_are_told_apart():
    shared = {"is_ext_shared_channel": True}

    assert is_stranger(event_payload(mention("<@UBOT> x", user_team="T9", team="T9"), **shared))
    assert is_stranger(event_payload(mention("<@UBOT> x", team="T9")))
    assert is_stranger(event_payload(mention("<@UBOT> x", team=None), **shared))
    assert not is_stranger(event_payload(mention("<@UBOT> x"), **shared))
    assert is_stranger(from_another_organisation(pressed_payload({})))
    assert not is_stranger(pressed_payload({}))


def test_a_refusal_is_for_one_person_alone():
    in_channel = place_for_one(event_payload(in_thread("x")), received_at=7.0)
    directly = place_for_one(event_payload(direct_message("x")), received_at=7.0)

    assert in_channel.reference == {
        "workspace": TEAM,
        "channel": "C1",
        "user": "U1",
        "received_at": 7.0,
        "thread_ts": "1700000002.000100",
    }
    assert directly.reference == {"workspace": TEAM, "channel": "D1"}
    assert place_for_one(pressed_payload({}), received_at=7.0) is None


def test_a_reply_in_a_channels_thread_may_be_meant_for_us():
    first, message = asked(mention("<@UBOT> can I tweet?")), asked(in_thread("and my own account?"))

    assert isinstance(message, GoOn)
    assert message.envelope.place == first.envelope.place
    assert message.meant == AskQuestion(message.envelope, "and my own account?")


def test_what_is_private_is_answered_aside_in_a_thread_too():
    message = asked(in_thread("cases"))

    assert isinstance(message.meant, ShowCases)
    assert message.meant.envelope.place.reference["user"] == "U1"
    assert "user" not in message.envelope.place.reference


@pytest.mark.parametrize(
    "event",
    [
        in_thread("<@UBOT> and my own account?"),
        in_thread("<@U2> what do you think?"),
        in_thread("<!here> what do you think?"),
        in_thread("<!subteam^S1|@press> what do you think?"),
        in_thread(" "),
        in_thread("x", thread_ts=None),
        in_thread("x", thread_ts="1700000012.000100"),
        in_thread("x", channel_type="mpim"),
        in_thread("x", bot_id="B2"),
        in_thread("x", user=BOT),
        in_thread("x", subtype="message_changed"),
        in_thread("x", edited={"ts": "1"}),
    ],
)
def test_what_others_say_in_a_thread_is_left_alone(event):
    assert asked(event) is None


def test_a_reply_that_names_a_day_or_a_channel_names_nobody():
    assert isinstance(asked(in_thread("on <!date^1392734382^{date}|18 February> in <#C2|news>?")), GoOn)


def test_a_thread_is_not_listened_to_while_we_do_not_know_our_name():
    assert event_to_message(event_payload(in_thread("and my own account?")), "") is None


def test_a_shared_answer_goes_where_it_was_asked_and_is_one_event_however_often_it_is_pressed():
    def press(number, **more):
        action = {"action_ts": f"170000000{number}.000100"}
        payload = pressed_payload(action, channel="C1", is_ephemeral=True, **more)
        return action_to_message(payload, Pressed("share", {"question": "q1"}), received_at=0.0)

    first = press(1)
    in_a_thread = pressed_payload({}, channel="C1", is_ephemeral=True)
    in_a_thread["container"]["thread_ts"] = "1700000002.000100"
    threaded = action_to_message(in_a_thread, Pressed("share", {"question": "q1"}), received_at=0.0)

    assert isinstance(first, ShareAnswer)
    where = {"workspace": TEAM, "channel": "C1", "shared_by": "U1"}
    assert first.place.reference == where
    assert first.envelope.place.reference["user"] == "U1"
    assert first.envelope.event_id == press(2).envelope.event_id
    assert first.envelope.event_id != press(3, user="U2").envelope.event_id
    assert threaded.place.reference == {**where, "thread_ts": "1700000002.000100"}


@pytest.mark.parametrize(
    ("event", "marked"),
    [
        (direct_message("x"), True),
        (direct_message("x", thread_ts="1700000000.000100"), False),
        (mention("<@UBOT> x"), True),
        (mention("<@UBOT> x", thread_ts="1700000000.000100"), True),
    ],
)
def test_a_question_outside_the_pane_is_marked_as_seen(event, marked):
    assert can_be_marked(event_payload(event)) is marked


def test_an_organisation_is_one_tenant_whichever_workspace():
    authorization = {"team_id": "T1", "enterprise_id": "E1", "user_id": BOT, "is_bot": True}
    event = asked(mention("<@UBOT> x", team="T2"), authorizations=[authorization])
    command = command_to_message({**a_command("x"), "enterprise_id": "E1"}, received_at=0.0)
    button = {**pressed_payload({}), "enterprise": {"id": "E1"}, "user": {"id": "U1", "team_id": "T2"}}
    press = action_to_message(button, Pressed("claim", {}), received_at=0.0)

    assert {m.envelope.person for m in (event, command, press)} == {Person(Platform.SLACK, ("U1",), "E1")}


IN_ORGANISATION = {"team_id": "T1", "enterprise_id": "E1"}
WHOLE = {"team_id": None, "enterprise_id": "E1", "is_enterprise_install": True}


@pytest.mark.parametrize(
    ("body", "reached_by"),
    [
        ({"team_id": "T1", "enterprise_id": None}, "T1"),
        ({**IN_ORGANISATION, "is_enterprise_install": "false"}, "T1"),
        ({**IN_ORGANISATION, "is_enterprise_install": "true"}, "E1"),
        ({"team_id": "T9", "authorizations": [{"team_id": "T1", "enterprise_id": None}]}, "T1"),
        ({"team_id": "T1", "enterprise_id": "E1", "authorizations": [WHOLE]}, "E1"),
        ({"team": {"id": "T1"}, "enterprise": None}, "T1"),
        ({"team": None, "enterprise": {"id": "E1"}, "is_enterprise_install": True}, "E1"),
        ({"team": {"id": "T9"}, "view": {"app_installed_team_id": "T1"}}, "T1"),
        ({"team": None, "user": {"team_id": "T1"}, "enterprise": {"id": "E1"}}, "T1"),
        ({}, ""),
    ],
)
def test_the_installation_a_payload_came_by_is_told(body: dict[str, object], reached_by: str):
    assert workspace(body) == reached_by


@pytest.mark.parametrize(
    ("event", "removed"),
    [
        ({"type": "app_uninstalled"}, True),
        ({"type": "tokens_revoked", "tokens": {"oauth": ["U1"], "bot": ["UBOT"]}}, True),
        ({"type": "tokens_revoked", "tokens": {"oauth": ["U1"], "bot": []}}, False),
        ({"type": "tokens_revoked"}, False),
        ({"type": "app_home_opened"}, False),
    ],
)
def test_only_the_end_of_our_own_token_is_a_removal(event: dict[str, object], removed: bool):
    assert is_removal({"event": event}) is removed


def test_an_event_happened_by_the_end_of_the_second_that_is_told():
    assert happened_at({"event_time": 1_700_000_000}, LATER).timestamp() == 1_700_000_001
    assert happened_at({}, LATER) == LATER


@pytest.mark.parametrize(
    ("wire", "read"),
    [
        ("a &amp; b &lt;c&gt;", "a & b <c>"),
        ("&lt;@U2&gt; &amp;lt;", "<@U2> &lt;"),
        ("ask <@U2|maya> or <@U3>", "ask @maya or @someone"),
        ("in <#C2|general> or <#C3> or <#C4|>", "in #general or a channel or a channel"),
        ("<!here> <!subteam^S1|@press> <!subteam^S1>", "@here @press @a-group"),
        ("see <https://gov.uk/a?b=1&amp;c=2>", "see https://gov.uk/a?b=1&c=2"),
        ("see <http://gov.uk|gov.uk>", "see http://gov.uk"),
        ("see <https://evil.example|gov.uk>", "see gov.uk (https://evil.example)"),
        ("<mailto:a@b.uk|a@b.uk>", "a@b.uk"),
        ("<!date^1392734382^{date}|18 Feb>", "18 Feb"),
    ],
)
def test_wire_text_becomes_words(wire, read):
    assert plain(wire) == read


def test_a_command_is_answered_to_the_person_alone():
    message = command_to_message(a_command("Can I tweet?"), received_at=12.0)

    assert message.envelope.event_id == "slack:command:1.2.3"
    assert message.envelope.place.reference == {
        "workspace": TEAM,
        "channel": "C1",
        "user": "U1",
        "response_url": "https://hooks.slack.com/commands/1",
        "received_at": 12.0,
    }
    assert message.envelope.place.key == asked(direct_message("x")).envelope.place.key


@pytest.mark.parametrize("text", ["cases", "case SM-2026-0001", "queue", "receipt SM-2026-0001"])
def test_cases_asked_for_in_a_channel_are_shown_to_the_person_alone(text):
    top = asked(mention(f"<@UBOT> {text}"))
    thread = asked(mention(f"<@UBOT> {text}", thread_ts="1700000000.000100"))

    shown_to = {"workspace": TEAM, "channel": "C1", "user": "U1", "received_at": 1700000002.0001}
    assert top.envelope.place.reference == shown_to
    assert thread.envelope.place.reference == {**shown_to, "thread_ts": "1700000000.000100"}


@pytest.mark.parametrize("verb", ["helpful", "helped"])
def test_thanks_for_a_rating_are_shown_to_the_person_alone(verb: str):
    rated = Action(verb, "Yes", {"question": "q-1", "case": "SM-2026-0001"})

    in_channel = press(rated, channel="C1", thread_ts="1700000000.000100")
    directly = press(rated)

    assert in_channel.envelope.place.reference["response_url"]
    assert directly.envelope.place.reference == {"workspace": TEAM, "channel": "D1"}


def test_a_choice_is_read_back_from_its_button():
    action = Action("choose", "My own", {"question": "q-1", "fact": "account", "value": "personal"})

    message = press(action, thread_ts="1700000000.000100", channel="C1")

    assert isinstance(message, ChooseFact)
    assert (message.question_id, message.fact, message.value) == ("q-1", "account", "personal")
    assert message.envelope.place.key == "slack:T1:C1:1700000000.000100"


def test_pressing_again_is_another_event_and_a_retry_is_not():
    first, retry = press(CLAIM), press(CLAIM)
    again = press(CLAIM, action_ts="1700000005.000100")
    other = press(CLAIM, user="U2")

    assert first.envelope.event_id == retry.envelope.event_id
    assert len({first.envelope.event_id, again.envelope.event_id, other.envelope.event_id}) == 3


def test_a_button_on_an_ephemeral_message_is_answered_to_the_person_alone():
    message = press(CLAIM, is_ephemeral=True, channel="C1")

    assert message.envelope.place.reference["user"] == "U1"
    assert message.envelope.place.reference["response_url"]


@pytest.mark.parametrize("value", ["", "[]", "{", '{"verb":1,"value":{}}', '{"verb":"claim"}', "[" * 20_000])
def test_a_button_that_is_not_ours_is_not_read(value):
    assert pressed_button(pressed_payload({"value": value})) is None


def test_a_button_of_an_older_release_means_nothing():
    assert action_to_message(pressed_payload({}), Pressed("dance", {}), received_at=0.0) is None


def test_a_form_brings_back_button_place_and_text():
    prompt = Prompt("Answer", "Advice", "Send")
    pressed = Pressed("answer", {"case": "SM-2026-0042"}, prompt)
    carried = carried_by_modal(pressed_payload({}, thread_ts="1700000000.000100"), pressed, received_at=0.0)
    view = to_modal(prompt, carried)

    message = submission_to_message(a_submission(view, "Yes & <no>"), received_at=0.0)

    assert isinstance(message, GiveAdvice)
    assert (message.case_id, message.text) == ("SM-2026-0042", "Yes & <no>")
    assert message.envelope.event_id == "slack:view:V1:h1"
    assert message.envelope.place.reference == {"workspace": TEAM, "channel": "D1", "thread_ts": "1700000000.000100"}
    assert not message.envelope.place.threaded  # of a direct message, where nobody else reads what comes back


@pytest.mark.parametrize(
    ("channel", "shown_to"),
    [
        ("C1", {"channel": "C1", "user": "U1", "received_at": 5.0, "thread_ts": "1700000000.000100"}),
        ("D1", {"channel": "D1", "thread_ts": "1700000000.000100"}),
    ],
)
def test_a_name_that_is_shared_in_a_channel_is_confirmed_to_the_person_alone(channel: str, shown_to: dict[str, object]):
    prompt = Prompt("Share my name", "Your name", "Share")
    pressed = Pressed("share_name", {"case": "SM-2026-0042"}, prompt)
    payload = pressed_payload({}, channel=channel, thread_ts="1700000000.000100")
    view = to_modal(prompt, carried_by_modal(payload, pressed, received_at=0.0))

    message = submission_to_message(a_submission(view, "Ada"), received_at=5.0)

    assert isinstance(message, ShareName)
    assert message.envelope.place.reference == {"workspace": TEAM, **shown_to}


@pytest.mark.parametrize("metadata", [compact_json({"verb": "answer"}), ""])
def test_a_form_that_is_not_ours_is_not_read(metadata: str):
    assert submission_to_message(a_submission({"private_metadata": metadata}, "x"), received_at=0.0) is None


@given(json_like)
def test_nonsense_is_nothing(data):
    body = data if isinstance(data, dict) else {"event": data, "actions": data, "view": data, "user": data}

    event_to_message(body, own_user_id(body))
    command_to_message(body, received_at=0.0)
    action_to_message(body, pressed_button(body) or Pressed("claim", {}), received_at=0.0)
    submission_to_message(body, received_at=0.0)
    workspace(body)
    is_removal(body)
    happened_at(body, LATER)


CLAIM = Action("claim", "Claim", {"case": "SM-2026-0042"})


def press(action: Action, action_ts: str = "1700000004.000100", **where: object):
    """A button sent out, pressed, and read."""
    [button] = to_blocks(Reply("x", (), (action,)))["blocks"][-1]["elements"]
    payload = pressed_payload({**button, "action_ts": action_ts}, **where)
    pressed = pressed_button(payload)
    assert pressed is not None
    message = action_to_message(payload, pressed, received_at=0.0)
    assert message is not None
    return message


def a_command(text: str) -> dict[str, str]:
    return {
        "command": "/smpolicy",
        "text": text,
        "user_id": "U1",
        "channel_id": "C1",
        "team_id": TEAM,
        "trigger_id": "1.2.3",
        "response_url": "https://hooks.slack.com/commands/1",
    }


def a_submission(view: dict[str, object], text: str) -> dict[str, object]:
    return {
        "type": "view_submission",
        "team": {"id": TEAM},
        "user": {"id": "U1", "team_id": TEAM},
        "view": {**view, "id": "V1", "hash": "h1", "state": {"values": {"text": {"text": {"value": text}}}}},
    }


# names


def test_a_command_and_a_button_tell_the_name_and_an_event_does_not():
    command = command_to_message({**a_command("may I?"), "user_name": "ada.king"}, received_at=0.0)

    assert command.envelope.name == "ada.king"
    assert press(Action("advisor", "Ask an advisor", {"question": "q-1"})).envelope.name == "ada"
    assert asked(direct_message("may I?")).envelope.name == ""
