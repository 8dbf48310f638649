"""The Teams room over real HTTP, with the real validation code and the real REST client."""

import asyncio
import json
import logging
import time
from collections.abc import AsyncIterator, Callable
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import ClientSession, web
from botframework.connector.auth import ChannelValidation

from adapters.teams import port as port_module
from adapters.teams.app import LARGEST_BODY, TeamsRoom
from adapters.teams.cards import to_activity
from adapters.teams.port import CannotUpdate, Refused, TeamsPort
from adapters.teams.sender import TeamsSender
from bot import wording
from bot.errors import DeliveryFailed, OverLimit, StorageUnavailable
from bot.messages import AskQuestion, ClaimCase, Message, Person, Place, ShowHelp
from bot.replies import Reply
from bot.settings import from_env
from tests.teams_connector import (
    APP_ID,
    BOT,
    TENANT,
    Connector,
    GivenCredentials,
    Refusal,
    Teams,
    a_connector,
    a_server,
    a_token,
    added,
    an_activity,
    an_installation,
    chosen_on,
    in_channel,
    pressed,
    submitted,
)

ASKED = "can I retweet my minister?"


@dataclass
class Desk:
    """Stands for the service: keeps what was handed in, fails on demand."""

    handled: list[Message] = field(default_factory=list)
    remembered: list[tuple[Person, Place]] = field(default_factory=list)
    failure: Exception | None = None

    async def handle(self, message: Message) -> None:
        if self.failure:
            raise self.failure
        self.handled.append(message)

    def look_over(self, draft: str) -> Reply:
        if self.failure:
            raise self.failure
        return wording.tell(f"Looked over: {draft}")

    async def remember(self, person: Person, place: Place) -> None:
        self.remembered.append((person, place))


@pytest.fixture
async def connector(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Connector]:
    async with a_connector() as connector:
        # moving only this keeps the validation code that production uses (fault 11)
        monkeypatch.setattr(ChannelValidation, "open_id_metadata_endpoint", connector.metadata_url)
        yield connector


@pytest.fixture
def credentials() -> GivenCredentials:
    return GivenCredentials()


@pytest.fixture
async def port(connector: Connector, credentials: GivenCredentials) -> AsyncIterator[TeamsPort]:
    port = TeamsPort(
        app_id=APP_ID,
        tenants=frozenset({TENANT}),
        credentials=credentials,
        loopback=True,
        timeout_s=2.0,
    )
    yield port
    port.close()


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
async def teams(connector: Connector, port: TeamsPort, desk: Desk) -> AsyncIterator[Teams]:
    app = web.Application()
    TeamsRoom(port, desk.handle, desk.remember, desk.look_over).add_to(app)
    async with a_server(app) as url, ClientSession() as session:
        yield Teams(session, url, connector.service_url)


def reference_of(connector: Connector, conversation: str = "a:chat-1") -> dict[str, object]:
    return {
        "service_url": connector.service_url,
        "channel_id": "msteams",
        "conversation_id": conversation,
        "tenant": TENANT,
        "bot_id": BOT,
        "bot_name": "smpolicy",
        "user_id": "29:asker",
        "locale": "en-GB",
    }


def activity(text: str, **changes: Any) -> dict[str, Any]:
    return _without_service_url(an_activity(text, **changes))


def _without_service_url(activity: dict[str, Any]) -> dict[str, Any]:
    """The poster fills in its own."""
    del activity["serviceUrl"]
    return activity


# in


async def test_a_signed_activity_is_handled(teams: Teams, desk: Desk):
    status, _ = await teams.post(activity(ASKED))

    assert status == 200
    (message,) = desk.handled
    assert isinstance(message, AskQuestion)
    assert message.text == ASKED


async def test_the_place_of_a_personal_chat_is_remembered(teams: Teams, desk: Desk, connector: Connector):
    await teams.post(activity(ASKED))
    await teams.post(_without_service_url(in_channel("<at>smpolicy</at> hello you")))

    ((person, place),) = desk.remembered
    assert person.ids[0] == "entra-asker"
    assert place.reference == reference_of(connector)


@pytest.mark.parametrize(
    "claims",
    [
        {"forged": True},
        {"exp": int(time.time()) - 3600},
        {"nbf": int(time.time()) + 3600},
        {"aud": "another-app"},
        {"aud": [APP_ID]},
        {"aud": None},
        {"iss": "https://evil.example"},
        {"iss": None},
        {"kid": "unknown"},
        {"kid": "strange"},
        {"kid": None},
        {"kid": "webchat"},
        {"kid": "bare"},
        {"serviceurl": "https://smba.trafficmanager.net/amer/"},
        {"serviceurl": None},
        {"exp": None},
        {"algorithm": "HS256"},
        # what only emulators and skills present
        {
            "iss": "https://sts.windows.net/d6d49420-f39b-4df7-a1dc-d59a935871db/",
            "ver": "1.0",
            "appid": APP_ID,
        },
    ],
    ids=lambda claims: "-".join(claims) + "-" + "".join(str(v)[:12] for v in claims.values()),
)
async def test_a_wrong_token_is_refused_quietly(
    teams: Teams, desk: Desk, claims: dict[str, Any], caplog: pytest.LogCaptureFixture
):
    """Fault 3: these used to be 500 with a traceback; fault 8: some of them were let in."""
    status, _ = await teams.post(activity(ASKED), **claims)

    assert status == 401
    assert_quiet(caplog)
    assert not desk.handled
    assert not desk.remembered


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer x", "Basic YTpi", "Bearer a.b.c", "Bearer a b c", "é"])
async def test_a_broken_header_is_refused_quietly(
    teams: Teams, desk: Desk, header: str, caplog: pytest.LogCaptureFixture
):
    status, _ = await teams.post(activity(ASKED), authorization=header)

    assert status == 401
    assert_quiet(caplog)
    assert not desk.handled


@pytest.mark.parametrize(
    "body",
    ["", "{", "[]", "null", "3", "{}", '{"type": 3}', "[" * 100_000, b"\xff\xfe", '{"type":"message"}'],
)
async def test_what_is_no_activity_is_refused_quietly(
    teams: Teams, desk: Desk, body: str | bytes, caplog: pytest.LogCaptureFixture
):
    status, _ = await teams.post(body)

    assert status == 400
    assert_quiet(caplog)
    assert not desk.handled


async def test_a_web_page_cannot_post_an_activity_unasked(teams: Teams, desk: Desk):
    headers = {"Content-Type": "text/plain", "Authorization": f"Bearer {a_token(teams.service_url)}"}
    body = json.dumps(an_activity(ASKED))

    async with teams.session.post(f"{teams.bot_url}/api/messages", data=body, headers=headers) as response:
        assert response.status == 400
    assert not desk.handled


@pytest.mark.parametrize(("size", "status"), [(LARGEST_BODY, 200), (LARGEST_BODY + 1, 413)])
async def test_a_body_has_a_limit(teams: Teams, size: int, status: int):
    full = {"serviceUrl": teams.service_url, **activity("")}
    text = "x" * (size - len(json.dumps(full)))

    body = json.dumps({**full, "text": text})

    assert len(body) == size
    assert (await teams.post(body))[0] == status


@pytest.mark.parametrize(
    "changes",
    [
        {"channelData": {"tenant": {"id": "tenant-2"}}},
        {"conversation": {"id": "a:chat-1", "conversationType": "personal", "tenantId": "tenant-2"}},
        {"channelData": {}, "conversation": {"id": "a:chat-1"}},
    ],
)
async def test_a_foreign_tenant_is_refused(teams: Teams, desk: Desk, changes: dict[str, Any]):
    """Fault 8: nothing checked the tenant."""
    status, _ = await teams.post(activity(ASKED, **changes))

    assert status == 403
    assert not desk.handled
    assert not desk.remembered


@pytest.mark.parametrize(
    ("service_url", "allowed"),
    [
        ("https://smba.trafficmanager.net/emea/", True),
        ("https://europe.botframework.com/", True),
        ("https://smba.infra.gcc.teams.microsoft.com/teams", True),
        ("http://smba.trafficmanager.net/emea/", False),
        ("https://evil.trafficmanager.net/", False),
        ("https://botframework.com.evil.example/", False),
        ("https://evilbotframework.com/", False),
        ("https://smba.trafficmanager.net@evil.example/", False),
        ("https://evil@smba.trafficmanager.net/", False),
        ("http://127.0.0.1:9/", False),
        ("https://[::1/", False),
        ("file:///etc/passwd", False),
    ],
)
async def test_only_microsofts_hosts_may_receive_our_token(connector: Connector, service_url: str, allowed: bool):
    """Fault 8: every service URL was trusted."""
    port = TeamsPort(app_id=APP_ID, tenants=frozenset({TENANT}), credentials=GivenCredentials())
    signed = f"Bearer {a_token(service_url)}"
    answers = nullcontext() if allowed else pytest.raises(Refused, match="service URL is not allowed")

    with answers:
        await port.authenticate(signed, {**an_activity(ASKED), "serviceUrl": service_url})

    port.close()


async def test_a_token_is_not_sent_to_a_stored_address_outside_the_list(
    port: TeamsPort, connector: Connector, credentials: GivenCredentials
):
    reference = {**reference_of(connector), "service_url": "https://evil.example/"}

    with pytest.raises(DeliveryFailed) as failure:
        await port.send(reference, to_activity(wording.out_of_order()))

    assert not failure.value.retryable
    assert credentials.asked == 0


async def test_a_redelivered_activity_bears_the_same_event_id(teams: Teams, desk: Desk):
    statuses = [(await teams.post(activity(ASKED)))[0] for _ in range(3)]

    assert statuses == [200, 200, 200]
    assert len({message.envelope.event_id for message in desk.handled}) == 1


async def test_without_storage_teams_may_send_again_and_the_person_knows(
    teams: Teams, desk: Desk, connector: Connector
):
    desk.failure = StorageUnavailable()

    status, _ = await teams.post(activity(ASKED))

    assert status == 503
    assert wording.out_of_order().text[:40] in json.dumps(connector.card())


async def test_a_fault_of_ours_is_logged_without_the_question(
    teams: Teams, desk: Desk, caplog: pytest.LogCaptureFixture
):
    desk.failure = RuntimeError(ASKED)

    status, _ = await teams.post(activity(ASKED))

    assert status == 500
    (record,) = [record for record in caplog.records if record.getMessage() == "teams.not_taken"]
    assert record.__dict__["error"] == "RuntimeError"
    assert ASKED not in str(record.__dict__)


# buttons


async def test_a_pressed_button_is_answered_in_the_same_response(teams: Teams, desk: Desk):
    """Faults 4 and 5: the card's answer was serialised twice, and its value came as a model."""
    status, body = await teams.post(_without_service_url(pressed("claim", {"case": "SM-2026-0042"})))

    assert status == 200
    assert body["statusCode"] == 200
    assert body["type"] == "application/vnd.microsoft.activity.message"
    assert body["value"]
    (message,) = desk.handled
    assert isinstance(message, ClaimCase)


async def test_a_button_pressed_in_a_channel_says_that_the_answer_comes_elsewhere(teams: Teams, desk: Desk):
    activity = {**pressed("show_case", {"case": "SM-2026-0042"}), "conversation": in_channel("")["conversation"]}

    status, body = await teams.post(_without_service_url(activity))

    assert (status, body["value"]) == (200, wording.TAKEN_ASIDE)


async def test_a_submitted_button_is_handled_too(teams: Teams, desk: Desk):
    status, body = await teams.post(_without_service_url(submitted("claim", {"case": "SM-2026-0042"})))

    assert (status, body) == (200, None)
    assert isinstance(desk.handled[0], ClaimCase)


async def test_a_button_without_storage_tells_the_truth(teams: Teams, desk: Desk):
    desk.failure = StorageUnavailable()

    status, body = await teams.post(_without_service_url(pressed("claim", {"case": "SM-2026-0042"})))

    assert (status, body["statusCode"], body["value"]) == (200, 200, wording.out_of_order().text)


@pytest.mark.parametrize("build", [pressed, submitted])
async def test_a_dead_button_is_answered(
    teams: Teams, desk: Desk, connector: Connector, build: Callable[..., dict[str, Any]]
):
    status, body = await teams.post(_without_service_url(build("launch", {})))

    said = json.dumps(body) if body else json.dumps(connector.card())
    assert status == 200
    assert wording.unknown_button().text in said
    assert not desk.handled


@pytest.mark.parametrize("name", ["fetchTask", "submitAction"])
async def test_the_message_extension_checks_the_message_it_was_chosen_on(teams: Teams, desk: Desk, name: str):
    chosen = chosen_on("<p>Vote <strong>now</strong> &amp; here!</p>", name=name)

    status, body = await teams.post(_without_service_url(chosen))

    dialog = body["task"]
    assert (status, dialog["type"]) == (200, "continue")
    assert dialog["value"]["card"]["contentType"] == "application/vnd.microsoft.card.adaptive"
    assert "Looked over: Vote now & here!" in json.dumps(dialog["value"]["card"])
    assert desk.handled == []


async def test_a_check_that_fails_tells_the_truth_in_the_dialog(teams: Teams, desk: Desk):
    desk.failure = RuntimeError()

    status, body = await teams.post(_without_service_url(chosen_on("Vote now!")))

    assert (status, body["task"]) == (200, {"type": "message", "value": wording.out_of_order().text})


async def test_a_guest_is_told_in_the_dialog_that_it_is_not_for_them(teams: Teams):
    guest = {"id": "29:guest", "aadObjectId": "entra-guest", "userRole": "guest"}

    _, body = await teams.post(_without_service_url({**chosen_on("Vote now!"), "from": guest}))

    assert body["task"] == {"type": "message", "value": wording.outsider().text}


async def test_another_command_of_a_message_extension_is_none_of_ours(teams: Teams):
    status, _ = await teams.post(_without_service_url(chosen_on("Vote now!", command="other")))

    assert status == 501


async def test_an_invoke_we_do_not_offer_is_said_to_be_none_of_ours(teams: Teams, desk: Desk):
    status, _ = await teams.post(activity("", type="invoke", name="composeExtension/query", value={}))

    assert status == 501
    assert not desk.handled


async def test_a_guest_is_refused_courteously(teams: Teams, desk: Desk, connector: Connector):
    guest = {"id": "29:guest", "aadObjectId": "entra-guest", "userRole": "guest"}

    status, _ = await teams.post(activity(ASKED, **{"from": guest}))

    assert status == 200
    assert "inside the organisation only" in json.dumps(connector.card())
    assert not desk.handled
    assert not desk.remembered


@pytest.mark.parametrize(("tell", "told"), [(True, 1), (False, 0)])
async def test_whoever_asks_too_much_is_told_once_and_the_activity_is_taken(
    teams: Teams, desk: Desk, connector: Connector, tell: bool, told: int
):
    desk.failure = OverLimit("person", tell=tell)

    status, _ = await teams.post(activity(ASKED))

    assert status == 200
    assert len(connector.sent) == told
    assert all("That is more than I can take at once" in json.dumps(sent) for sent in connector.sent)


async def test_a_button_beyond_the_limit_is_told_so(teams: Teams, desk: Desk):
    desk.failure = OverLimit("person", tell=False)

    status, body = await teams.post(_without_service_url(pressed("helpful", {"question": "q"})))

    assert (status, body["value"]) == (200, wording.over_limit().text)


async def test_an_installation_greets_once(teams: Teams, desk: Desk):
    await teams.post(_without_service_url(an_installation()))
    await teams.post(_without_service_url(added(BOT)))

    assert all(isinstance(message, ShowHelp) for message in desk.handled)
    assert len({message.envelope.event_id for message in desk.handled}) == 1


# keys


async def test_keys_are_fetched_once(teams: Teams, connector: Connector):
    await asyncio.gather(*(teams.post(activity(ASKED, id=f"activity-{n}")) for n in range(7)))
    await teams.post(activity(ASKED), kid="unknown")

    assert connector.keys_fetched == 1


async def test_a_slow_key_server_does_not_stop_the_loop(teams: Teams, connector: Connector):
    """Fault 2: two seconds of waiting for keys were two seconds without an answer to anybody else."""
    connector.keys_delay_s = 1.0
    posted = asyncio.create_task(teams.post(activity(ASKED)))
    worst = 0.0
    while not posted.done():
        before = time.perf_counter()
        await asyncio.sleep(0.01)
        worst = max(worst, time.perf_counter() - before)

    assert (await posted)[0] == 200
    assert worst < 0.3


async def test_without_keys_nobody_gets_in_and_teams_may_send_again(teams: Teams, desk: Desk, connector: Connector):
    connector.keys_status = 500

    statuses = [(await teams.post(activity(ASKED)))[0] for _ in range(3)]

    assert statuses == [503, 503, 503]
    assert connector.keys_fetched == 1
    assert not desk.handled


async def test_known_keys_go_on_working_while_new_ones_cannot_be_fetched(connector: Connector):
    now = [0.0]
    port = TeamsPort(
        app_id=APP_ID,
        tenants=frozenset({TENANT}),
        credentials=GivenCredentials(),
        loopback=True,
        monotonic=lambda: now[0],
    )
    signed = f"Bearer {a_token(connector.service_url)}"
    asked = {**an_activity(ASKED), "serviceUrl": connector.service_url}
    await port.authenticate(signed, asked)
    now[0], connector.keys_status = 25 * 3600.0, 500

    await port.authenticate(signed, asked)

    port.close()
    assert connector.keys_fetched == 2


async def test_warming_fetches_keys_and_token(port: TeamsPort, connector: Connector, credentials: GivenCredentials):
    await port.warm()

    assert connector.keys_fetched == 1
    assert credentials.asked == 1


# development


@pytest.fixture
async def playground(connector: Connector, desk: Desk) -> AsyncIterator[Teams]:
    settings = from_env({"SMPOLICY_TEAMS_UNAUTHENTICATED": "true", "SMPOLICY_BIND": "127.0.0.1"})
    port = TeamsPort.from_settings(settings)
    app = web.Application()
    TeamsRoom(port, desk.handle, desk.remember, desk.look_over).add_to(app)
    async with a_server(app) as url, ClientSession() as session:
        yield Teams(session, url, connector.service_url)
    port.close()


async def test_the_development_switch_takes_activities_without_a_token(playground: Teams, desk: Desk):
    status, _ = await playground.post(activity(ASKED, channelData={}), authorization="")

    assert status == 200
    assert len(desk.handled) == 1


async def test_the_development_switch_reaches_loopback_only(playground: Teams, desk: Desk):
    status, _ = await playground.post(an_activity(ASKED), authorization="")

    assert status == 403
    assert not desk.handled


async def test_the_development_switch_sends_no_token(playground: Teams, desk: Desk, connector: Connector):
    desk.failure = StorageUnavailable()

    await playground.post(activity(ASKED), authorization="")

    assert len(connector.sent) == 1
    assert connector.tokens == [""]


async def test_without_an_app_id_nobody_gets_in(connector: Connector):
    """Fault 9: an empty app id switched authentication off."""
    port = TeamsPort(app_id="", tenants=frozenset({TENANT}), credentials=None, loopback=True)
    for authorization in ("", f"Bearer {a_token(connector.service_url, aud='')}"):
        with pytest.raises(Refused) as refused:
            await port.authenticate(authorization, {**an_activity(ASKED), "serviceUrl": connector.service_url})
        assert refused.value.status == 401
    port.close()


# out


async def test_a_message_arrives_as_it_was_made(port: TeamsPort, connector: Connector):
    made = to_activity(wording.help_text())

    sent = await port.send(reference_of(connector, "19:team@thread.tacv2;messageid=1700"), made)

    assert sent == "sent-1"
    (arrived,) = connector.sent
    assert arrived["conversation"] == "19:team@thread.tacv2;messageid=1700"
    assert arrived["attachments"] == made["attachments"]
    assert arrived["summary"] == made["summary"]
    assert arrived["from"]["id"] == BOT
    assert arrived["recipient"]["id"] == "29:asker"
    assert connector.tokens == ["Bearer bot-token"]


@pytest.mark.parametrize(
    ("refusal", "retryable", "after_s"),
    [
        (Refusal(429, headers={"Retry-After": "7"}), True, 7.0),
        (Refusal(429, headers={"Retry-After": "soon"}), True, 0.0),
        (Refusal(429, headers={"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}), True, 0.0),
        (Refusal(412, "PreconditionFailed"), True, 0.0),
        (Refusal(500), True, 0.0),
        (Refusal(502, body="<html>Bad gateway</html>", headers={"Retry-After": "3"}), True, 3.0),
        (Refusal(503, headers={"Retry-After": "5"}), True, 5.0),
        (Refusal(504), True, 0.0),
        (Refusal(401, "Unauthorized"), True, 60.0),
        (Refusal(400, "BadSyntax"), False, 0.0),
        (Refusal(403, "MessageWritesBlocked"), False, 0.0),
        (Refusal(403, "BotNotInConversationRoster"), False, 0.0),
        (Refusal(404, "ConversationNotFound"), False, 0.0),
        (Refusal(413, "MessageSizeTooBig"), False, 0.0),
        (Refusal(302, headers={"Location": "https://evil.example/"}), False, 0.0),
        (Refusal(307, headers={"Location": "https://evil.example/"}), True, 0.0),
    ],
    ids=lambda value: f"{value.status}-{value.code}" if isinstance(value, Refusal) else "",
)
@pytest.mark.parametrize("replaces", [False, True])
async def test_what_teams_refuses_says_whether_to_try_again(
    port: TeamsPort, connector: Connector, refusal: Refusal, retryable: bool, after_s: float, replaces: bool
):
    """Fault 10: one attempt, and nothing about a second one."""
    connector.refusals = [refusal]
    reference, reply = reference_of(connector), to_activity(wording.out_of_order())
    attempt = port.update(reference, "sent-1", reply) if replaces else port.send(reference, reply)

    with pytest.raises(DeliveryFailed) as failure:
        await attempt

    assert (failure.value.retryable, failure.value.after_s) == (retryable, after_s)
    assert len(connector.tokens) == 1


async def test_a_send_that_takes_too_long_may_be_tried_again(connector: Connector):
    connector.delay_s = 0.5
    port = TeamsPort(app_id=APP_ID, tenants=frozenset(), credentials=GivenCredentials(), loopback=True, timeout_s=0.1)

    with pytest.raises(DeliveryFailed) as failure:
        await port.send(reference_of(connector), to_activity(wording.out_of_order()))

    port.close()
    assert failure.value.retryable


async def test_nobody_listening_may_be_tried_again(port: TeamsPort, connector: Connector):
    reference = {**reference_of(connector), "service_url": "http://127.0.0.1:9/"}
    before = time.perf_counter()

    with pytest.raises(DeliveryFailed) as failure:
        await port.send(reference, to_activity(wording.out_of_order()))

    assert failure.value.retryable
    assert time.perf_counter() - before < 0.5  # the client's own retries would take seconds


async def test_a_refused_token_request_may_be_tried_again(
    port: TeamsPort, connector: Connector, monkeypatch: pytest.MonkeyPatch
):
    credentials = CountedCredentials(monkeypatch, answer={"error": "invalid_client"})
    port = TeamsPort(app_id=APP_ID, tenants=frozenset(), credentials=credentials.made, loopback=True, timeout_s=2.0)

    with pytest.raises(DeliveryFailed) as failure:
        await port.send(reference_of(connector), to_activity(wording.out_of_order()))

    port.close()
    assert failure.value.retryable
    assert failure.value.after_s == 60.0
    assert not connector.tokens


async def test_msal_is_built_once_for_all_turns(connector: Connector, monkeypatch: pytest.MonkeyPatch):
    """Fault 1: seven turns made seven MSAL clients and seven token requests."""
    credentials = CountedCredentials(monkeypatch, answer={"access_token": "entra-token"})
    port = TeamsPort(app_id=APP_ID, tenants=frozenset(), credentials=credentials.made, loopback=True, timeout_s=2.0)

    reply = to_activity(wording.out_of_order())
    await asyncio.gather(*(port.send(reference_of(connector), reply) for _ in range(7)))

    port.close()
    assert credentials.clients == 1
    assert connector.tokens == ["Bearer entra-token"] * 7


async def test_a_slow_token_request_does_not_stop_the_loop(connector: Connector, monkeypatch: pytest.MonkeyPatch):
    """Fault 2, on the way out."""
    credentials = CountedCredentials(monkeypatch, answer={"access_token": "entra-token"}, delay_s=0.6)
    port = TeamsPort(app_id=APP_ID, tenants=frozenset(), credentials=credentials.made, loopback=True, timeout_s=2.0)
    sent = asyncio.create_task(port.send(reference_of(connector), to_activity(wording.out_of_order())))
    worst = 0.0
    while not sent.done():
        before = time.perf_counter()
        await asyncio.sleep(0.01)
        worst = max(worst, time.perf_counter() - before)

    port.close()
    assert await sent == "sent-1"
    assert worst < 0.3


class CountedCredentials:
    """The product's own credentials over a double of MSAL, which cannot be reached offline."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, answer: dict[str, str], delay_s: float = 0.0) -> None:
        self.clients = 0
        counted = self

        class Client:
            def __init__(self, **settings: Any) -> None:
                counted.clients += 1
                assert settings["authority"].endswith(f"/{TENANT}")
                assert settings["timeout"]

            def acquire_token_silent(self, scopes: list[str], account: None) -> None:
                return None

            def acquire_token_for_client(self, scopes: list[str]) -> dict[str, str]:
                time.sleep(delay_s)  # MSAL blocks too
                return answer

        monkeypatch.setattr(port_module, "ConfidentialClientApplication", Client)
        self.made = port_module._Credentials(APP_ID, "secret", TENANT)


# the sender


def a_sender(port: TeamsPort, connector: Connector, stored: dict[str, object] | None, **fields: Any) -> TeamsSender:
    async def place_of(person_id: str) -> dict[str, object] | None:
        return stored

    return TeamsSender(port, place_of, **{"tenant": TENANT, "service_url": connector.service_url, **fields})


async def test_a_reply_goes_to_its_place(port: TeamsPort, connector: Connector):
    sender = a_sender(port, connector, None)

    sent = await sender.send_to_place(
        reference_of(connector), wording.help_text(), key="k", replaces=None, ambiguous=False
    )

    assert json.loads(json.dumps(sent.message)) == {
        "reference": reference_of(connector),
        "activity_id": "sent-1",
    }


async def test_a_replacement_updates_the_message_sent_before(port: TeamsPort, connector: Connector):
    sender = a_sender(port, connector, None)
    message = {"reference": reference_of(connector), "activity_id": "sent-9"}

    sent = await sender.send_to_place(
        reference_of(connector), wording.help_text(), key="k", replaces=message, ambiguous=True
    )

    assert sent.message == message
    assert [update["activity"] for update in connector.updated] == ["sent-9"]
    assert not connector.sent


@pytest.mark.parametrize("status", [404, 405])
async def test_a_message_that_cannot_be_replaced_is_sent_anew(port: TeamsPort, connector: Connector, status: int):
    connector.refusals = [Refusal(status, "ActivityNotFoundInConversation")]
    sender = a_sender(port, connector, reference_of(connector))
    message = {"reference": reference_of(connector), "activity_id": "sent-9"}

    sent = await sender.send_to_person("entra-asker", wording.help_text(), key="k", replaces=message, ambiguous=False)

    assert sent.message["activity_id"] == "sent-1"
    assert len(connector.sent) == 1


async def test_a_throttled_replacement_is_not_sent_anew(port: TeamsPort, connector: Connector):
    connector.refusals = [Refusal(429, headers={"Retry-After": "2"})]
    sender = a_sender(port, connector, None)
    message = {"reference": reference_of(connector), "activity_id": "sent-9"}

    with pytest.raises(DeliveryFailed) as failure:
        await sender.send_to_place(
            reference_of(connector), wording.help_text(), key="k", replaces=message, ambiguous=False
        )

    assert failure.value.after_s == 2.0
    assert not isinstance(failure.value, CannotUpdate)
    assert not connector.sent


async def test_a_person_is_written_to_where_they_wrote_from(port: TeamsPort, connector: Connector):
    sender = a_sender(port, connector, reference_of(connector, "a:theirs"))

    await sender.send_to_person("entra-maya", wording.help_text(), key="k", replaces=None, ambiguous=False)

    assert connector.sent[0]["conversation"] == "a:theirs"
    assert not connector.opened


async def test_a_chat_is_opened_with_somebody_who_never_wrote(port: TeamsPort, connector: Connector):
    sender = a_sender(port, connector, None)

    sent = await sender.send_to_person("entra-maya", wording.help_text(), key="k", replaces=None, ambiguous=False)

    (opened,) = connector.opened
    assert opened["members"] == [{"id": "entra-maya"}]
    assert opened["channelData"] == {"tenant": {"id": TENANT}}
    assert opened["bot"] == {"id": BOT}
    assert connector.sent[0]["conversation"] == "a:opened"
    assert sent.message["activity_id"] == "sent-1"


async def test_somebody_without_the_app_is_a_failure_that_stays(port: TeamsPort, connector: Connector):
    connector.refusals = [Refusal(403, "BotNotInConversationRoster")]
    sender = a_sender(port, connector, None)

    with pytest.raises(DeliveryFailed, match="has not opened the app in Teams yet") as failure:
        await sender.send_to_person("entra-maya", wording.help_text(), key="k", replaces=None, ambiguous=False)

    assert not failure.value.retryable


async def test_without_a_tenant_no_chat_is_opened(port: TeamsPort, connector: Connector):
    sender = a_sender(port, connector, None, tenant="")

    with pytest.raises(DeliveryFailed, match="has not opened the app in Teams yet"):
        await sender.send_to_person("entra-maya", wording.help_text(), key="k", replaces=None, ambiguous=False)

    assert not connector.opened


async def test_a_throttled_opening_may_be_tried_again(port: TeamsPort, connector: Connector):
    connector.refusals = [Refusal(429, headers={"Retry-After": "2"})]
    sender = a_sender(port, connector, None)

    with pytest.raises(DeliveryFailed) as failure:
        await sender.send_to_person("entra-maya", wording.help_text(), key="k", replaces=None, ambiguous=False)

    assert failure.value.retryable


def assert_quiet(caplog: pytest.LogCaptureFixture) -> None:
    """Refusals are warnings of one line; no traceback, no token, no question."""
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR or record.exc_info]
    assert ASKED not in caplog.text
    assert "eyJ" not in caplog.text


OWN_CHAT = "a:own"


def an_aside(connector: Connector, *, typed: bool) -> dict[str, object]:
    return {"person": "entra-asker", "in": reference_of(connector), "typed": typed}


def conversations(connector: Connector) -> list[str]:
    return [str(sent["conversation"]) for sent in connector.sent]


@pytest.mark.parametrize(("typed", "words_there"), [(True, 1), (False, 0)])
async def test_what_concerns_one_person_goes_to_their_own_chat_and_a_word_to_where_they_typed(
    port: TeamsPort, connector: Connector, typed: bool, words_there: int
):
    own = {**reference_of(connector), "conversation_id": OWN_CHAT}
    sender = a_sender(port, connector, own)

    sent = await sender.send_to_place(
        an_aside(connector, typed=typed), wording.thanks(helpful=True), key="k", replaces=None, ambiguous=False
    )

    there = str(reference_of(connector)["conversation_id"])
    assert conversations(connector) == [OWN_CHAT, *[there] * words_there]
    assert sent.message["reference"] == own
    if typed:
        assert connector.sent[1]["summary"] == wording.told_in_own_chat().text


async def test_who_cannot_be_written_to_directly_is_told_so_where_they_wrote(port: TeamsPort, connector: Connector):
    connector.refusals.append(Refusal(403, "BotNotInConversationRoster"))
    sender = a_sender(port, connector, None)

    await sender.send_to_place(
        an_aside(connector, typed=True), wording.thanks(helpful=True), key="k", replaces=None, ambiguous=False
    )

    assert conversations(connector) == [reference_of(connector)["conversation_id"]]
    assert connector.sent[0]["summary"] == wording.open_own_chat().text


async def test_an_answer_that_arrived_is_not_repeated_for_the_word_beside_it(port: TeamsPort, connector: Connector):
    own = {**reference_of(connector), "conversation_id": OWN_CHAT}

    class ChannelsDown:
        async def send(self, reference: dict[str, object], activity: dict[str, object]) -> str:
            if reference != own:
                raise DeliveryFailed("Teams answered 502", retryable=True)
            return await port.send(reference, activity)

    sender = a_sender(ChannelsDown(), connector, own)

    sent = await sender.send_to_place(
        an_aside(connector, typed=True), wording.thanks(helpful=True), key="k", replaces=None, ambiguous=False
    )

    assert sent.message["reference"] == own


async def test_a_chat_is_opened_where_teams_was_last_seen(port: TeamsPort, connector: Connector):
    async def nobody(person_id: str) -> None:
        return None

    async def newest() -> dict[str, object]:
        return {"service_url": connector.service_url, "tenant": "last-seen", "bot_id": "28:as-teams-calls-us"}

    sender = TeamsSender(port, nobody, TENANT, "https://smba.trafficmanager.net/elsewhere/", newest)

    await sender.send_to_person("entra-new", wording.help_text(), key="k", replaces=None, ambiguous=False)

    assert connector.opened[0]["channelData"] == {"tenant": {"id": "last-seen"}}
    assert connector.opened[0]["bot"]["id"] == "28:as-teams-calls-us"
