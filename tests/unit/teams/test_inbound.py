from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.teams.inbound import (
    Declined,
    is_aside,
    is_personal,
    person_of,
    place_of,
    tenants_of,
    to_message,
    typed_text,
)
from bot import wording
from bot.messages import (
    AskAdvisor,
    AskQuestion,
    ClaimCase,
    GiveAdvice,
    Person,
    Platform,
    ShowHelp,
    ShowTips,
)
from bot.settings import Outsiders
from tests.teams_connector import (
    BOT,
    added,
    an_activity,
    an_installation,
    in_channel,
    pressed,
    submitted,
)


def test_a_personal_message_is_a_question_with_person_and_place():
    message = to_message(an_activity("can I blog?"))

    assert isinstance(message, AskQuestion)
    assert message.text == "can I blog?"
    assert message.envelope.event_id == "teams:a:chat-1:activity-1"
    assert message.envelope.person == Person(Platform.TEAMS, ("entra-asker", "29:asker"), "tenant-1")
    assert message.envelope.place.key == "a:chat-1"
    assert message.envelope.name == "Ada King"
    assert not message.envelope.place.threaded


def test_a_place_is_json_that_leads_back():
    place = place_of(an_activity("x"))

    assert place.reference == {
        "service_url": "https://smba.trafficmanager.net/emea/",
        "channel_id": "msteams",
        "conversation_id": "a:chat-1",
        "tenant": "tenant-1",
        "bot_id": BOT,
        "bot_name": "smpolicy",
        "user_id": "29:asker",
        "locale": "en-GB",
    }


def test_the_words_of_the_chat_are_read():
    assert isinstance(to_message(an_activity("tip 4")), ShowTips)
    assert isinstance(to_message(an_activity("advisor who signs off blogs?")), AskAdvisor)


@pytest.mark.parametrize(
    ("told", "zone"),
    [("Australia/Sydney", "Australia/Sydney"), ("Europe", ""), ("../etc", ""), ("", ""), (5, ""), (None, "")],
)
def test_the_time_zone_that_teams_tells_is_kept_where_it_is_one(told: object, zone: str):
    assert person_of({**an_activity("hello"), "localTimezone": told}).zone == zone


def test_an_account_without_an_object_id_is_known_by_its_teams_id():
    activity = an_activity("x")
    del activity["from"]["aadObjectId"]

    assert person_of(activity).ids == ("29:asker",)


# channels


def test_a_mention_in_a_channel_belongs_to_its_thread():
    message = to_message(in_channel("<at>smpolicy</at> can I blog?"))

    assert isinstance(message, AskQuestion)
    assert message.text == "can I blog?"
    assert message.envelope.place.key == "19:team@thread.tacv2;messageid=1700"
    assert message.envelope.place.threaded


def test_a_thread_is_made_where_the_conversation_names_none():
    first = in_channel("<at>smpolicy</at> hello there", conversation_id="19:team@thread.tacv2", id="1700")
    later = in_channel(
        "<at>smpolicy</at> and more", conversation_id="19:team@thread.tacv2", id="1800", replyToId="1700"
    )

    assert place_of(first).key == place_of(later).key == "19:team@thread.tacv2;messageid=1700"


def test_a_greeting_at_the_top_of_a_channel_is_no_thread():
    channel = {"conversationType": "channel", "tenantId": "tenant-1", "id": "19:team@thread.tacv2"}

    message = to_message({**added(BOT), "conversation": channel})

    assert isinstance(message, ShowHelp)
    assert message.envelope.place.key == "19:team@thread.tacv2"
    assert not message.envelope.place.threaded


@pytest.mark.parametrize("kind", ["channel", "groupChat"])
def test_what_is_said_to_others_in_a_team_is_not_heard(kind: str):
    activity = in_channel("can I blog?", mentions=())
    activity["conversation"]["conversationType"] = kind

    assert to_message(activity) is None


@pytest.mark.parametrize("kind", ["channel", "groupChat"])
@pytest.mark.parametrize("text", ["case SM-2026-0042", "cases", "queue", "queue leaflet", "advisors", "precedents"])
def test_what_concerns_one_person_is_answered_in_their_own_chat(kind: str, text: str):
    activity = in_channel(f"<at>smpolicy</at> {text}")
    activity["conversation"]["conversationType"] = kind

    message = to_message(activity)

    assert not isinstance(message, Declined | None)
    assert message.envelope.place.reference == {
        "person": "entra-asker",
        "in": place_of(activity).reference,
        "typed": True,
    }
    assert message.envelope.place.key == "teams:tenant-1:entra-asker"


@pytest.mark.parametrize("text", ["can I blog?", "tips", "help"])
def test_what_concerns_everybody_is_answered_in_the_channel(text: str):
    message = to_message(in_channel(f"<at>smpolicy</at> {text}"))

    assert not isinstance(message, Declined | None)
    assert not is_aside(message.envelope.place)


def test_in_their_own_chat_nothing_goes_elsewhere():
    message = to_message(an_activity("cases"))

    assert not isinstance(message, Declined | None)
    assert message.envelope.place == place_of(an_activity("cases"))


@pytest.mark.parametrize("build", [pressed, submitted])
def test_a_button_that_concerns_one_person_is_answered_in_their_own_chat(build: Any):
    activity = build("show_case", {"case": "SM-2026-0042"})
    activity["conversation"] = in_channel("")["conversation"]

    message = to_message(activity)

    assert not isinstance(message, Declined | None)
    assert message.envelope.place.reference["person"] == "entra-asker"
    assert message.envelope.place.reference["typed"] is False


# text


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("<at>smpolicy</at> can I blog?", "can I blog?"),
        ("<at>smpolicy</at>&nbsp;can I blog?", "can I blog?"),
        ("can <at>smpolicy</at> you tell?", "can you tell?"),
        ("<at>smpolicy</at> may <at>Ada King</at> blog?", "may Ada King blog?"),
        ("<p>one</p><p>two<br/>three</p>", "one\ntwo\nthree"),
        ('<div><span style="color:red">red</span> &amp; &lt;b&gt; &#8220;x&#8221;</div>', "red & <b> “x”"),
        ('see <a href="https://x.example/?a=1&amp;b=2">this</a>', "see this"),
        ("https://x.example/?a=1&copy=2", "https://x.example/?a=1&copy=2"),
        ("is 1 < 2 and <b and b> fine?", "is 1 < 2 and <b and b> fine?"),
        ('fine <emoji id="x" alt="🙂"></emoji>', "fine 🙂"),
        ("&amp;lt; stays", "&lt; stays"),
        ("a\xa0b", "a b"),
    ],
)
def test_text_is_read_as_people_see_it(text: str, read: str):
    assert typed_text(in_channel(text)) == read


def test_a_bot_name_with_spaces_may_come_as_two_mentions():
    activity = in_channel("<at>Social</at> <at>Media</at> can I blog?", mentions=("Social", "Media"))

    assert typed_text(activity) == "can I blog?"


@given(st.text())
def test_no_text_breaks_reading(text: str):
    assert isinstance(typed_text(in_channel(text)), str)
    to_message(an_activity(text))


# buttons


@pytest.mark.parametrize("build", [pressed, submitted])
def test_a_button_means_the_same_as_execute_and_as_submit(build: Any):
    message = to_message(build("claim", {"case": "SM-2026-0042"}))

    assert isinstance(message, ClaimCase)
    assert message.case_id == "SM-2026-0042"
    assert message.envelope.event_id == "teams:a:chat-1:activity-1"


@pytest.mark.parametrize("build", [pressed, submitted])
def test_a_form_brings_what_was_typed(build: Any):
    message = to_message(build("answer", {"case": "SM-2026-0042"}, text_answer="Yes, you may."))

    assert isinstance(message, GiveAdvice)
    assert message.text == "Yes, you may."


@pytest.mark.parametrize("build", [pressed, submitted])
def test_a_dead_button_is_answered(build: Any):
    outcome = to_message(build("launch", {}))

    assert isinstance(outcome, Declined)
    assert outcome.reply == wording.unknown_button()


@pytest.mark.parametrize("value", [None, [], "x", {"action": None}, {"action": {"data": {"smpolicy": "x"}}}])
def test_a_button_without_sense_is_answered(value: object):
    activity = {**pressed("claim", {}), "value": value}

    assert isinstance(to_message(activity), Declined)


def test_a_value_of_another_app_does_not_hide_the_text():
    assert isinstance(to_message({**an_activity("tips"), "value": {"other": 1}}), ShowTips)


def test_the_same_activity_without_an_id_has_the_same_event_id():
    activity = an_activity("x", id="")

    first, second = to_message(activity), to_message(dict(activity))

    assert isinstance(first, AskQuestion)
    assert isinstance(second, AskQuestion)
    assert first.envelope.event_id == second.envelope.event_id != "teams:a:chat-1:"


# who is not answered


@pytest.mark.parametrize(
    "kind", ["messageUpdate", "messageDelete", "messageReaction", "typing", "event", "endOfConversation", ""]
)
def test_what_asks_for_nothing_is_ignored(kind: str):
    assert to_message({**an_activity("x"), "type": kind}) is None


@pytest.mark.parametrize("sender", [{"id": BOT}, {"id": "28:other"}, {"id": "29:x", "role": "bot"}, {}, {"id": ""}])
def test_bots_and_nobody_are_ignored(sender: dict[str, str]):
    assert to_message({**an_activity("x"), "from": sender}) is None


@pytest.mark.parametrize("extra", [{"userRole": "guest"}, {"userRole": "anonymous"}, {"tenantId": "tenant-2"}])
@pytest.mark.parametrize("activity", [an_activity("can I blog?"), pressed("claim", {"case": "SM-2026-0042"})])
def test_people_from_outside_are_refused_courteously(activity: dict[str, Any], extra: dict[str, str]):
    outcome = to_message({**activity, "from": {**activity["from"], **extra}})

    assert isinstance(outcome, Declined)
    assert "inside the organisation only" in outcome.reply.text


@pytest.mark.parametrize(
    ("sender", "setting", "refused"),
    [
        ({"userRole": "guest"}, "refused", True),
        ({"userRole": "guest"}, "guests", False),
        ({"userRole": "anonymous"}, "guests", True),
        ({"tenantId": "tenant-2"}, "guests", True),
        ({"userRole": "anonymous"}, "all", False),
        ({"tenantId": "tenant-2"}, "all", False),
        ({}, "refused", False),
    ],
)
def test_the_setting_says_who_may_ask(sender: dict[str, str], setting: Outsiders, refused: bool):
    activity = an_activity("can I blog?")
    activity["from"] = {**activity["from"], **sender}

    assert isinstance(to_message(activity, setting), Declined) is refused
    assert is_personal(activity, setting) is not refused


def test_a_colleague_named_with_the_own_tenant_is_answered():
    activity = an_activity("can I blog?")
    activity["from"]["tenantId"] = "tenant-1"

    assert isinstance(to_message(activity), AskQuestion)


def test_every_tenant_an_activity_names_counts():
    activity = an_activity("x")
    activity["conversation"]["tenantId"] = "tenant-2"

    assert tenants_of(activity) == {"tenant-1", "tenant-2"}


def test_only_personal_chats_are_remembered():
    assert is_personal(an_activity("x"))
    assert is_personal(an_installation())
    assert not is_personal(in_channel("<at>smpolicy</at> x"))
    assert not is_personal({**an_activity("x"), "from": {"id": BOT}})


# greeting


def test_both_events_of_an_installation_are_one_greeting():
    first, second = to_message(an_installation()), to_message(added(BOT))

    assert isinstance(first, ShowHelp)
    assert isinstance(second, ShowHelp)
    assert first.envelope.event_id == second.envelope.event_id == "teams:greet:a:chat-1"


@pytest.mark.parametrize(
    "activity", [an_installation("remove"), an_installation("add-upgrade"), added("29:ada"), added("")]
)
def test_others_who_join_and_removals_are_not_greeted(activity: dict[str, Any]):
    assert to_message(activity) is None


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=20),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    ["id", "tenant", "name", "text", "data", "action", "verb", "value", "smpolicy", "type"]
                ),
                inner,
                max_size=4,
            )
        ),
        max_leaves=12,
    ),
    st.sampled_from(
        [
            "from",
            "conversation",
            "recipient",
            "channelData",
            "entities",
            "value",
            "text",
            "membersAdded",
            "replyToId",
        ]
    ),
    st.sampled_from(["message", "invoke", "conversationUpdate", "installationUpdate"]),
)
def test_no_shape_of_activity_breaks_reading(shape: object, key: str, kind: str):
    to_message({**an_activity("x"), "name": "adaptiveCard/action", "type": kind, key: shape})
