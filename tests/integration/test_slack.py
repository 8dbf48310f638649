import asyncio
import json
import logging
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from adapters.slack import sender as slack_sender
from adapters.slack.app import EVENTS_PATH, add_routes, build_app, run_socket_mode
from adapters.slack.clients import OneWorkspace, web_client
from adapters.slack.pace import Pace
from adapters.slack.sender import EPHEMERAL_WITHIN_S, SlackSender
from bot import wording
from bot.errors import DeliveryFailed, StorageUnavailable
from bot.messages import AskQuestion, CheckDraft, ClaimCase, GiveAdvice, Message
from bot.replies import Action, Paragraph, Prompt, Reply
from bot.settings import Settings
from tests.builders_replies import HOSTILE, a_reply, all_replies
from tests.slack_server import (
    APP_TOKEN,
    SECRET,
    TOKEN,
    Fault,
    StrictSlack,
    direct_message,
    event_payload,
    mention,
    pressed_payload,
    strict_slack,
)

CLAIM = Reply("Case", (Paragraph("Case"),), (Action("claim", "Claim", {"case": "SM-2026-0042"}),))
FORM = Reply(
    "Case",
    (Paragraph("Case"),),
    (Action("answer", "Answer", {"case": "SM-2026-0042"}, prompt=Prompt("Answer", "Your advice", "Send")),),
)
OUT_OF_ORDER = wording.out_of_order().text


@dataclass
class Handled:
    """Stands in for what stores and queues messages."""

    messages: list[Message] = field(default_factory=list)
    failures: list[Exception] = field(default_factory=list)
    takes_s: float = 0.0

    async def __call__(self, message: Message) -> None:
        await asyncio.sleep(self.takes_s)
        if self.failures:
            raise self.failures.pop(0)
        self.messages.append(message)


@pytest.fixture
async def slack() -> AsyncIterator[StrictSlack]:
    async with strict_slack() as workspace:
        yield workspace


@pytest.fixture
def handled() -> Handled:
    return Handled()


@pytest.fixture
async def room(slack: StrictSlack, handled: Handled) -> AsyncIterator[StrictSlack]:
    """The workspace with our app in it."""
    site = web.Application()
    add_routes(site, build_app(some_settings(slack), handled))
    async with TestServer(site, host="127.0.0.1") as server:
        slack.app_url = str(server.make_url(EVENTS_PATH))
        yield slack


@pytest.fixture
def sender(slack: StrictSlack) -> SlackSender:
    return SlackSender(OneWorkspace(web_client(some_settings(slack))), pace=Pace(0.0))


def some_settings(slack: StrictSlack, **changes: object) -> Settings:
    values = {
        "slack_bot_token": TOKEN,
        "slack_signing_secret": SECRET,
        "slack_api_url": f"{slack.url}api/",
        **changes,
    }
    return Settings(**values)


# what comes in


async def test_a_direct_message_is_handled_before_it_is_acknowledged(room: StrictSlack, handled: Handled):
    status, _ = await room.post_json(event_payload(direct_message("Can I tweet?")))

    assert status == 200
    [message] = handled.messages
    assert isinstance(message, AskQuestion)
    assert message.text == "Can I tweet?"


async def test_only_who_somebody_is_is_asked_for_before_an_event_is_saved_once_an_hour(
    room: StrictSlack, handled: Handled
):
    for number in range(3):
        await room.post_json(event_payload(mention("<@UBOT> tips"), f"Ev{number}"))

    assert len(handled.messages) == 3
    assert room.calls == ["users.info"]


async def test_a_redelivered_event_bears_the_same_id(room: StrictSlack, handled: Handled):
    for number in range(3):
        await room.post_json(event_payload(direct_message("x y z"), "Ev3"), X_Slack_Retry_Num=str(number))

    assert [message.envelope.event_id for message in handled.messages] == ["slack:Ev3"] * 3


@pytest.mark.parametrize(
    "headers",
    [
        {"secret": "wrong"},
        {"secret": ""},
        {"timestamp": "1"},
        {"timestamp": "soon"},
        {"timestamp": "9" * 5_000},
        {"X_Slack_Signature": "v0=é"},
    ],
)
async def test_what_slack_did_not_sign_is_refused(room: StrictSlack, handled: Handled, headers: dict[str, str]):
    status, _ = await room.post_json(event_payload(direct_message("x")), **headers)

    assert status == 401
    assert handled.messages == []


async def test_a_request_older_than_five_minutes_is_refused(room: StrictSlack, handled: Handled):
    status, _ = await room.post_json(event_payload(direct_message("x")), timestamp=str(int(time.time()) - 301))

    assert status == 401
    assert handled.messages == []


@pytest.mark.parametrize("body", ["{", "[1]", '{"event": 1}', "[" * 100_000, "payload=%5B1", "\x00"])
async def test_an_unsigned_request_never_breaks_anything(room: StrictSlack, handled: Handled, body: str):
    status, _ = await room.post(body, "application/json", secret="wrong")

    assert status in (400, 401)
    assert handled.messages == []


async def test_a_request_too_large_is_refused(room: StrictSlack):
    status, _ = await room.post("x" * 1_100_000, "application/json")

    assert status == 413


async def test_nothing_comes_in_without_a_signing_secret(slack: StrictSlack, handled: Handled):
    site = web.Application()
    add_routes(site, build_app(some_settings(slack, slack_signing_secret=None), handled))
    async with TestServer(site, host="127.0.0.1") as server:
        slack.app_url = str(server.make_url(EVENTS_PATH))

        status, _ = await slack.post_json(event_payload(direct_message("x")), secret="")

    assert status == 401
    assert handled.messages == []


async def test_other_slack_settings_in_the_environment_change_nothing(
    slack: StrictSlack, handled: Handled, monkeypatch: pytest.MonkeyPatch
):
    for name in ("SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET", "SLACK_SIGNING_SECRET", "SLACK_BOT_TOKEN"):
        monkeypatch.setenv(name, "other")
    site = web.Application()
    add_routes(site, build_app(some_settings(slack), handled))
    async with TestServer(site, host="127.0.0.1") as server:
        slack.app_url = str(server.make_url(EVENTS_PATH))

        status, _ = await slack.post_json(event_payload(direct_message("Can I tweet?")))

    assert status == 200
    assert len(handled.messages) == 1


async def test_slack_can_verify_the_address(room: StrictSlack):
    status, body = await room.post_json({"type": "url_verification", "challenge": "abc"})

    assert (status, json.loads(body)) == (200, {"challenge": "abc"})


@pytest.mark.parametrize(
    "payload",
    [
        event_payload(direct_message("x", subtype="message_changed")),
        event_payload(direct_message("x", subtype="message_deleted")),
        event_payload(direct_message("x", bot_id="B9")),
        event_payload(direct_message("x", user="UBOT")),
        event_payload({"type": "app_home_opened", "user": "U1", "channel": "D1"}),
        {"type": "event_callback", "team_id": "T1", "event": {"type": "tokens_revoked"}},
    ],
)
async def test_what_is_not_for_us_is_acknowledged_and_left(
    room: StrictSlack, handled: Handled, payload: dict[str, object]
):
    status, _ = await room.post_json(payload)

    assert status == 200
    assert handled.messages == []


async def test_an_interaction_nobody_knows_is_acknowledged(room: StrictSlack, handled: Handled):
    known_to_nobody = {"type": "message_action", "callback_id": "x", "user": {"id": "U1"}}

    status, _ = await room.post_interaction(known_to_nobody)

    assert status == 200
    assert handled.messages == []


async def test_the_message_shortcut_checks_the_message_it_was_chosen_on(room: StrictSlack, handled: Handled):
    status, _ = await room.post_interaction(room.chosen_on("Vote for <@U7|ann> &amp; us!"))

    (message,) = handled.messages
    assert status == 200
    assert isinstance(message, CheckDraft)
    assert message.text == "Vote for @ann & us!"


async def test_a_shortcut_that_cannot_be_saved_is_told_to_one_person_alone(room: StrictSlack, handled: Handled):
    handled.failures = [StorageUnavailable()]

    status, _ = await room.post_interaction(room.chosen_on("Vote for us!"))

    assert status == 200
    assert [message["text"] for message in room.ephemeral] == [wording.out_of_order().text]


async def test_our_own_id_is_asked_for_once_when_an_event_does_not_name_it(room: StrictSlack, handled: Handled):
    for number in range(2):
        await room.post_json(event_payload(mention("<@UBOT> x y?"), f"Ev{number}", authorizations=[]))

    assert room.calls.count("auth.test") == 1
    assert [message.text for message in handled.messages if isinstance(message, AskQuestion)] == ["x y?"] * 2


async def test_an_event_is_brought_again_until_it_is_saved_and_the_person_is_told_once(
    room: StrictSlack, handled: Handled
):
    handled.failures = [StorageUnavailable(), StorageUnavailable()]

    statuses = await room.deliver(event_payload(direct_message("Can I tweet?")))

    assert statuses == [503, 503, 200]
    assert len(handled.messages) == 1
    assert [message["text"] for message in room.messages] == [wording.trying_again().text]


async def test_an_event_is_brought_again_although_the_person_cannot_be_told(room: StrictSlack, handled: Handled):
    handled.failures = [StorageUnavailable()]
    room.fail_next("chat.postMessage", Fault(status=500))

    assert await room.deliver(event_payload(direct_message("Can I tweet?"))) == [503, 200]


async def test_an_unforeseen_failure_is_logged_without_a_word_of_the_question(
    room: StrictSlack, handled: Handled, caplog: pytest.LogCaptureFixture
):
    handled.failures = [RuntimeError("secret question")]

    with caplog.at_level(logging.DEBUG):
        assert await room.deliver(event_payload(direct_message("secret question"))) == [503, 200]

    assert "slack.failed" in caplog.messages
    assert "secret question" not in caplog.text + str([record.__dict__ for record in caplog.records])
    assert TOKEN not in caplog.text


# commands


async def test_a_command_is_acknowledged_empty(room: StrictSlack, handled: Handled):
    status, body = await room.post_command("Can I tweet?")

    assert (status, body) == (200, "")
    assert len(handled.messages) == 1


async def test_a_command_that_was_not_saved_says_so(room: StrictSlack, handled: Handled):
    handled.failures = [StorageUnavailable()]

    status, body = await room.post_command("Can I tweet?")

    assert (status, body) == (200, OUT_OF_ORDER)


async def test_a_slow_command_is_acknowledged_in_time_and_its_failure_told_later(
    room: StrictSlack, handled: Handled, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("adapters.slack.app.ACKNOWLEDGE_WITHIN_S", 0.05)
    handled.takes_s, handled.failures = 0.2, [StorageUnavailable()]

    status, body = await room.post_command("Can I tweet?")

    assert (status, body, room.ephemeral) == (200, "", [])
    await room.until(lambda: room.ephemeral)
    assert room.ephemeral[0]["text"] == OUT_OF_ORDER


# buttons and forms


async def test_a_button_is_handled(room: StrictSlack, handled: Handled, sender: SlackSender):
    await to_person(sender, CLAIM)

    status, body = await room.post_interaction(room.pressed(room.messages[0], "Claim"))

    assert (status, body) == (200, "")
    [message] = handled.messages
    assert isinstance(message, ClaimCase)
    assert message.case_id == "SM-2026-0042"


@pytest.mark.parametrize("value", ["", '{"verb":"dance","value":{}}'])
async def test_an_unknown_button_says_so_to_whoever_pressed_it(room: StrictSlack, handled: Handled, value: str):
    button = {"action_id": "x", "value": value}
    payload = pressed_payload(button, response_url=room.new_response_url())

    status, _ = await room.post_interaction(payload)

    assert status == 200
    assert [shown["text"] for shown in room.ephemeral] == [wording.unknown_button().text]
    assert room.ephemeral[0]["replace_original"] is False
    assert handled.messages == []


async def test_a_button_that_was_not_saved_says_so(room: StrictSlack, handled: Handled, sender: SlackSender):
    await to_person(sender, CLAIM)
    handled.failures = [StorageUnavailable()]

    status, _ = await room.post_interaction(room.pressed(room.messages[0], "Claim"))

    assert status == 200
    assert [shown["text"] for shown in room.ephemeral] == [OUT_OF_ORDER]


async def test_a_form_opens_and_brings_back_what_was_typed(room: StrictSlack, handled: Handled, sender: SlackSender):
    await to_person(sender, FORM)

    await room.post_interaction(room.pressed(room.messages[0], "Answer"))
    assert handled.messages == []
    status, body = await room.post_interaction(room.submitted(room.views[0], "You may."))

    assert (status, body) == (200, "")
    [message] = handled.messages
    assert isinstance(message, GiveAdvice)
    assert (message.case_id, message.text) == ("SM-2026-0042", "You may.")
    assert message.envelope.place.reference == {"workspace": "T1", "channel": "DU1"}


async def test_a_form_that_cannot_open_says_so(room: StrictSlack, sender: SlackSender):
    await to_person(sender, FORM)
    payload = {**room.pressed(room.messages[0], "Answer"), "trigger_id": "used"}

    status, _ = await room.post_interaction(payload)

    assert status == 200
    assert room.views == []
    assert [shown["text"] for shown in room.ephemeral] == [OUT_OF_ORDER]


@pytest.mark.parametrize("text", [None, "", "   ", "…!", "x" * (wording.LONGEST_REPLY + 1)])
async def test_a_form_without_words_or_with_too_many_stays_open(
    room: StrictSlack, handled: Handled, sender: SlackSender, text: str | None
):
    await to_person(sender, FORM)
    await room.post_interaction(room.pressed(room.messages[0], "Answer"))

    status, body = await room.post_interaction(room.submitted(room.views[0], text))

    refused = {"response_action": "errors", "errors": {"text": wording.needs_words().text}}
    assert (status, json.loads(body)) == (200, refused)
    assert handled.messages == []


async def test_a_form_that_was_not_saved_keeps_what_was_typed(room: StrictSlack, handled: Handled, sender: SlackSender):
    await to_person(sender, FORM)
    await room.post_interaction(room.pressed(room.messages[0], "Answer"))
    handled.failures = [StorageUnavailable()]
    submission = room.submitted(room.views[0], "x" * wording.LONGEST_REPLY)

    _, refused = await room.post_interaction(submission)
    _, taken = await room.post_interaction(submission)

    assert json.loads(refused)["errors"] == {"text": OUT_OF_ORDER}
    assert taken == ""
    assert len(handled.messages) == 1


# what goes out


@pytest.mark.parametrize("reply", all_replies().values(), ids=all_replies())
async def test_slack_takes_every_reply(slack: StrictSlack, sender: SlackSender, reply: Reply):
    await to_person(sender, reply)

    assert len(slack.messages) == 1


async def test_a_reply_goes_into_the_thread_and_pings_nobody(slack: StrictSlack, sender: SlackSender):
    sent = await to_place(sender, {"channel": "C1", "thread_ts": "1700000000.1"}, a_reply(HOSTILE))

    [message] = slack.messages
    assert sent.message == {"channel": "C1", "ts": message["ts"]}
    assert message["thread_ts"] == "1700000000.1"
    assert (message["link_names"], message["unfurl_links"], message["unfurl_media"]) == (False, False, False)
    assert message["metadata"] == {"event_type": "smpolicy_delivery", "event_payload": {"key": "k-1"}}


async def test_a_direct_message_is_opened_once(slack: StrictSlack, sender: SlackSender):
    await to_person(sender, a_reply())
    await to_person(sender, a_reply())

    assert slack.calls == ["conversations.open", "chat.postMessage", "chat.postMessage"]


async def test_a_message_is_updated_where_it_stands(slack: StrictSlack, sender: SlackSender):
    first = await to_person(sender, CLAIM)

    second = await to_person(sender, a_reply("Case: claimed"), replaces=first.message)

    assert second == first
    assert [message["text"] for message in slack.messages] == ["Case: claimed"]


async def test_a_message_that_is_gone_is_sent_anew(slack: StrictSlack, sender: SlackSender):
    first = await to_person(sender, CLAIM)
    slack.messages.clear()

    second = await to_person(sender, a_reply(), replaces=first.message)

    assert second.message["ts"] == slack.messages[0]["ts"] != first.message["ts"]


@pytest.mark.parametrize("reference", [{"channel": "C1"}, {"channel": "D1", "thread_ts": "1700000000.1"}])
async def test_a_message_that_arrived_unnoticed_is_not_sent_twice(
    slack: StrictSlack, sender: SlackSender, reference: dict[str, object]
):
    slack.fail_next("chat.postMessage", Fault(accepted=True, drop=True))
    with pytest.raises(DeliveryFailed) as failed:
        await to_place(sender, reference, a_reply())
    assert failed.value.retryable
    assert failed.value.after_s == 0

    sent = await to_place(sender, reference, a_reply(), ambiguous=True)

    assert [message["ts"] for message in slack.messages] == [sent.message["ts"]]


async def test_an_answer_that_does_not_come_is_a_doubtful_send(slack: StrictSlack):
    client = web_client(some_settings(slack))
    client.timeout = 0.1  # type: ignore[assignment]
    slack.fail_next("chat.postMessage", Fault(accepted=True, hang_s=0.3))

    with pytest.raises(DeliveryFailed) as failed:
        await to_place(SlackSender(OneWorkspace(client)), {"channel": "D1"}, a_reply())

    assert failed.value.retryable
    assert len(slack.messages) == 1


async def test_a_doubtful_message_that_did_not_arrive_is_sent(slack: StrictSlack, sender: SlackSender):
    await to_place(sender, {"channel": "D1"}, a_reply(), key="another")

    await to_place(sender, {"channel": "D1"}, a_reply(), ambiguous=True)

    assert len(slack.messages) == 2


async def test_where_we_may_not_look_it_is_sent_again(slack: StrictSlack, sender: SlackSender):
    slack.scopes -= {"channels:history"}
    thread = {"channel": "C1", "thread_ts": "1700000000.1"}
    await to_place(sender, thread, a_reply())

    await to_place(sender, thread, a_reply(), ambiguous=True)

    assert len(slack.messages) == 2


@pytest.mark.parametrize(
    ("fault", "retryable", "after_s"),
    [
        (Fault(status=429, error="ratelimited", retry_after=7), True, 7.0),
        (Fault(status=429, error="ratelimited"), True, 1.0),
        (Fault(status=500), True, 0.0),
        (Fault(error="internal_error"), True, 0.0),
        (Fault(drop=True), True, 0.0),
        (Fault(error="not_in_channel"), False, 0.0),
        (Fault(error="account_inactive"), False, 0.0),
        (Fault(error="invalid_auth"), False, 0.0),
        (Fault(error="is_archived"), False, 0.0),
    ],
)
async def test_a_refusal_says_whether_to_try_again(
    slack: StrictSlack, sender: SlackSender, fault: Fault, retryable: bool, after_s: float
):
    slack.fail_next("chat.postMessage", fault)

    with pytest.raises(DeliveryFailed) as failed:
        await to_place(sender, {"channel": "C1"}, a_reply())

    assert (failed.value.retryable, failed.value.after_s) == (retryable, after_s)
    assert slack.messages == []


async def test_a_burst_of_several_processes_is_put_off(slack: StrictSlack, sender: SlackSender):
    slack.throttled = True
    await to_place(sender, {"channel": "C1"}, a_reply())

    with pytest.raises(DeliveryFailed) as failed:
        await to_place(sender, {"channel": "C1"}, a_reply())

    assert (failed.value.retryable, failed.value.after_s) == (True, 1.0)


async def test_one_process_writes_a_message_a_second_into_a_channel_and_meets_no_429(slack: StrictSlack):
    slack.throttled = True
    sender = SlackSender(OneWorkspace(web_client(some_settings(slack))))

    await to_place(sender, {"channel": "C1"}, a_reply())
    await to_place(sender, {"channel": "C1"}, a_reply())

    assert len(slack.messages) == 2


async def test_nobody_by_that_id_and_no_such_channel_are_final(slack: StrictSlack, sender: SlackSender):
    with pytest.raises(DeliveryFailed, match="user_not_found") as nobody:
        await to_person(sender, a_reply(), person_id="U404")
    with pytest.raises(DeliveryFailed, match="channel_not_found") as nowhere:
        await to_place(sender, {"channel": "C404"}, a_reply())

    assert not nobody.value.retryable
    assert not nowhere.value.retryable


async def test_a_slack_that_is_down_is_waited_for(slack: StrictSlack):
    client = web_client(some_settings(slack, slack_api_url="http://127.0.0.1:9/api/"))

    with pytest.raises(DeliveryFailed) as failed:
        await to_place(SlackSender(OneWorkspace(client)), {"channel": "C1"}, a_reply())

    assert failed.value.retryable


async def test_a_message_that_may_have_arrived_is_found_behind_many_others(
    slack: StrictSlack, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(slack_sender, "PAGE", 2)
    sender, in_thread = (
        SlackSender(OneWorkspace(web_client(some_settings(slack))), pace=Pace(0.0)),
        {"channel": "C1", "thread_ts": "1700000002.000100"},
    )
    places = ({"channel": "D1"}, in_thread)
    others = [(f"before-{number}", place) for number in range(3) for place in places]
    for key, place in [*others, *(("k-1", place) for place in places), *others]:
        await to_place(sender, place, a_reply(), key=key)
    sent = len(slack.messages)

    for place in places:
        await to_place(sender, place, a_reply(), ambiguous=True)

    assert len(slack.messages) == sent


# after a command


async def test_a_command_is_answered_to_the_person_alone(slack: StrictSlack):
    await to_place(sender_at(slack, EPHEMERAL_WITHIN_S), after_command(slack), a_reply())

    assert slack.messages == []
    assert [(shown["response_type"], shown["user"]) for shown in slack.ephemeral] == [("ephemeral", "U1")]


async def test_cases_asked_for_in_a_channel_are_not_shown_to_others(slack: StrictSlack):
    reference = {"channel": "C1", "user": "U1", "received_at": 1000.0, "thread_ts": "1700000000.1"}
    await to_place(sender_at(slack, 1), reference, a_reply())

    [shown] = slack.ephemeral
    assert (shown["channel"], shown["user"], shown["thread_ts"]) == ("C1", "U1", "1700000000.1")
    assert slack.messages == []

    await to_place(sender_at(slack, 1), {**reference, "channel": "C404"}, a_reply())

    assert [message["channel"] for message in slack.messages] == ["DU1"]


async def test_what_comes_later_goes_to_the_person_directly(slack: StrictSlack):
    sent = await to_place(sender_at(slack, EPHEMERAL_WITHIN_S + 1), after_command(slack), a_reply())

    assert slack.ephemeral == []
    assert [message["channel"] for message in slack.messages] == ["DU1"] == [sent.message["channel"]]


async def test_a_response_address_used_up_or_expired_falls_to_a_direct_message(slack: StrictSlack):
    sender, reference = sender_at(slack, 0), after_command(slack)
    for _ in range(6):
        await to_place(sender, reference, a_reply())
    assert (len(slack.ephemeral), len(slack.messages)) == (5, 1)

    reference = after_command(slack)
    slack.expire_response_urls()
    await to_place(sender, reference, a_reply())

    assert (len(slack.ephemeral), len(slack.messages)) == (5, 2)


async def test_an_ephemeral_message_cannot_be_updated_so_a_new_one_is_sent(slack: StrictSlack):
    reference = after_command(slack)
    first = await to_place(sender_at(slack, 0), reference, a_reply())

    await to_place(sender_at(slack, 999), reference, a_reply(), replaces=first.message)

    assert (len(slack.ephemeral), len(slack.messages)) == (1, 1)


# Socket Mode


async def test_socket_mode_takes_events_and_acknowledges_only_what_was_saved(slack: StrictSlack, handled: Handled):
    handled.failures = [StorageUnavailable()]
    app = build_app(some_settings(slack, slack_signing_secret=None), handled)
    stop = asyncio.Event()
    running = asyncio.create_task(run_socket_mode(app, APP_TOKEN, stop))
    envelope = {"type": "events_api", "payload": event_payload(direct_message("Can I tweet?"))}
    await slack.socket_envelopes.put({**envelope, "envelope_id": "first"})
    await slack.socket_envelopes.put({**envelope, "envelope_id": "again", "retry_attempt": 1})

    await slack.until(lambda: slack.socket_acks)
    stop.set()
    await running

    assert [ack["envelope_id"] for ack in slack.socket_acks] == ["again"]
    assert len(handled.messages) == 1


async def to_person(sender: SlackSender, reply: Reply, person_id: str = "U1", **more):
    return await sender.send_to_person(person_id, reply, **{"key": "k-1", "replaces": None, "ambiguous": False, **more})


async def to_place(sender: SlackSender, reference, reply: Reply, **more):
    return await sender.send_to_place(reference, reply, **{"key": "k-1", "replaces": None, "ambiguous": False, **more})


def sender_at(slack: StrictSlack, seconds: float) -> SlackSender:
    """A sender so many seconds after the command."""
    return SlackSender(OneWorkspace(web_client(some_settings(slack))), clock=lambda: 1000.0 + seconds, pace=Pace(0.0))


def after_command(slack: StrictSlack) -> dict[str, object]:
    return {
        "channel": "C1",
        "user": "U1",
        "response_url": slack.new_response_url(),
        "received_at": 1000.0,
    }
