"""Asking everywhere in Slack, who may ask, and how much: over HTTP, against a strict Slack and a real database."""

import asyncio
import json
import random
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestServer

from adapters.bootstrap import Application
from adapters.delivery import Dispatcher
from adapters.metrics import ACKNOWLEDGED, LIMITED, REDELIVERED, REFUSED, THROTTLED
from adapters.senders import Senders
from adapters.slack import who
from adapters.slack.app import EVENTS_PATH
from adapters.slack.clients import OneWorkspace, web_client
from adapters.slack.pace import Pace
from adapters.slack.sender import SlackSender
from adapters.storage.migrations import migrate
from adapters.web import Site
from bot import wording, wording_advisor
from bot.advisors import Advisor, Rota
from bot.case import State
from bot.engine import GuidanceEngine
from bot.errors import BadRota, StorageUnavailable
from bot.forms import TEXT
from bot.messages import GoOn, Platform
from bot.service import Service
from bot.settings import Settings
from tests.builders_guidance import an_engine, the_small_index
from tests.desk import DILEMMA, SETTLED
from tests.slack_server import (
    APP_TOKEN,
    SECRET,
    TOKEN,
    Fault,
    StrictSlack,
    direct_message,
    event_payload,
    from_another_organisation,
    in_thread,
    mention,
    pressed_payload,
    strict_slack,
)

THREAD = "1700000002.000100"
MAYA = Advisor("maya", "Maya Okafor", "Adviser", frozenset(), ((Platform.SLACK, "UADV"),))


class Workspace:
    """smpolicy in a workspace, with hands to send it what people do."""

    def __init__(self, slack: StrictSlack, application: Application, site: Site, dispatcher: Dispatcher) -> None:
        self.slack, self.application, self.site, self.dispatcher = slack, application, site, dispatcher
        self.stop, self.events = asyncio.Event(), 0

    async def bring(self, event: dict[str, Any], **more: object) -> int:
        self.events += 1
        status, _ = await self.slack.post_json(event_payload(event, f"Ev{self.events}", **more))
        await self.settle()
        return status

    async def settle(self) -> None:
        await self.site.finish()
        while await self.dispatcher.run_once():
            pass

    def kept(self) -> list[str]:
        """Every text in the database."""
        with self.application.database.connect() as connection:
            dump = connection.connection.driver_connection.iterdump()  # type: ignore[union-attr]
            return list(dump)

    def state(self) -> State:
        with self.application.open_unit() as unit:
            return unit.cases.all()[0].state


@cache
def _engine() -> GuidanceEngine:
    return an_engine()


@cache
def _migrated() -> Path:
    """An empty database, made once for all workspaces here."""
    path = Path(tempfile.mkdtemp()) / "empty.sqlite3"
    migrate(f"sqlite:///{path}")
    return path


@asynccontextmanager
async def a_workspace(folder: Path, **settings: object) -> AsyncIterator[Workspace]:
    async with strict_slack() as slack:
        url = f"sqlite:///{folder}/smpolicy.sqlite3"
        given = Settings(
            database_url=url,
            slack_bot_token=TOKEN,
            slack_signing_secret=SECRET,
            slack_api_url=f"{slack.url}api/",
            **settings,
        )
        shutil.copy(_migrated(), folder / "smpolicy.sqlite3")
        application = Application(given)
        vars(application).update(index=the_small_index(), engine=_engine())
        application.store_rota(Rota((MAYA,)))
        clients = OneWorkspace(web_client(given))
        senders = {Platform.SLACK: SlackSender(clients, pace=Pace(0.0))}
        service = application.service
        dispatcher = Dispatcher(senders, application.outbox, application.rota, application.clock, service.on_timer)
        site = Site(application, Senders(senders, None, clients), dispatcher)
        workspace = Workspace(slack, application, site, dispatcher)
        async with TestServer(site.build(workspace.stop), host="127.0.0.1") as server:
            slack.app_url = str(server.make_url(EVENTS_PATH))
            yield workspace
            await workspace.settle()
        application.database.dispose()


@pytest.fixture
async def workspace(tmp_path: Path) -> AsyncIterator[Workspace]:
    async with a_workspace(tmp_path) as workspace:
        yield workspace


def texts(messages: list[dict[str, Any]]) -> list[str]:
    return [message["text"] for message in messages]


def count(metric: Any, *labels: str) -> float:
    value: float = metric.labels(*labels)._value.get()
    return value


def a_form(carried: dict[str, object]) -> dict[str, Any]:
    """A form as nobody but us should make it."""
    field = {"type": "plain_text_input", "action_id": TEXT}
    return {
        "type": "modal",
        "callback_id": "smpolicy:prompt",
        "private_metadata": json.dumps(carried),
        "blocks": [{"type": "input", "block_id": TEXT, "element": field}],
    }


# replies in a thread


async def test_a_reply_in_the_thread_is_answered_there_without_a_new_mention(workspace: Workspace):
    await workspace.bring(mention(f"<@UBOT> {SETTLED}"))

    await workspace.bring(in_thread("who says?"))

    assert [message["thread_ts"] for message in workspace.slack.messages] == [THREAD] * 2
    assert workspace.slack.messages[-1]["text"].startswith("Because: ")


@pytest.mark.parametrize(
    "said",
    [
        in_thread("Nobody asked xylophone"),
        in_thread("xylophone", user="U2"),
        in_thread("<@U2> xylophone", user="U1"),
        in_thread("xylophone", thread_ts="1700000009.000100"),
        in_thread("xylophone", thread_ts=None),
    ],
)
async def test_what_others_say_leaves_no_trace(workspace: Workspace, said: dict[str, Any], caplog: Any):
    if said["user"] == "U2" or said["thread_ts"] != THREAD or "<@" in said["text"]:
        await workspace.bring(mention(f"<@UBOT> {SETTLED}"))
    before, sent = workspace.kept(), len(workspace.slack.messages)

    assert await workspace.bring(said) == 200

    assert workspace.kept() == before
    assert len(workspace.slack.messages) == sent
    assert "xylophone" not in caplog.text


async def test_a_mention_in_a_thread_that_comes_as_a_message_too_is_answered_once(workspace: Workspace):
    await workspace.bring(mention(f"<@UBOT> {SETTLED}"))
    again = {"text": f"<@UBOT> {SETTLED}", "ts": "1700000013.000100", "thread_ts": THREAD}
    await workspace.bring(mention(**again))
    await workspace.bring(in_thread(**again))

    assert len(workspace.slack.messages) == 2


async def test_a_reply_that_cannot_be_read_is_brought_again_and_nobody_is_told(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
):
    await workspace.bring(mention(f"<@UBOT> {SETTLED}"))
    failures, goes_on = [StorageUnavailable()], Service.goes_on

    def fails_once(service: Service, message: GoOn) -> bool:
        if failures:
            raise failures.pop()
        return goes_on(service, message)

    monkeypatch.setattr(Service, "goes_on", fails_once)
    statuses = await workspace.slack.deliver(event_payload(in_thread("who says?"), "EvT"))
    await workspace.settle()

    assert statuses == [503, 200]
    assert [text[:9] for text in texts(workspace.slack.messages)[1:]] == ["Because: "]


# sharing


async def shown_to_one(workspace: Workspace, question: str = SETTLED) -> dict[str, Any]:
    await workspace.slack.post_command(question)
    await workspace.settle()
    return workspace.slack.ephemeral[-1]


def has_share(message: dict[str, Any]) -> bool:
    return f'"{wording.SHARE}"' in json.dumps(message["blocks"])


async def test_an_answer_is_shared_once_however_often_it_is_pressed(workspace: Workspace):
    shown = await shown_to_one(workspace)
    for _ in range(3):
        await workspace.slack.post_interaction(workspace.slack.pressed(shown, wording.SHARE))
        await workspace.settle()

    [message] = workspace.slack.messages
    assert message["channel"] == "C1"
    assert message["blocks"][0]["elements"][0]["text"] == "<@U1> shares this answer."
    assert SETTLED in json.dumps(message["blocks"])
    assert '"button"' not in json.dumps(message["blocks"])


async def test_only_whoever_asked_can_share_whatever_the_payload_says(workspace: Workspace):
    shown = await shown_to_one(workspace)

    await workspace.slack.post_interaction(workspace.slack.pressed(shown, wording.SHARE, user="U2"))
    await workspace.settle()

    assert workspace.slack.messages == []
    assert workspace.slack.ephemeral[-1]["text"] == wording.somebody_elses().text


async def test_what_is_shared_is_what_was_answered_not_what_the_payload_says(workspace: Workspace):
    shown = await shown_to_one(workspace)
    payload = workspace.slack.pressed(shown, wording.SHARE)
    carried = json.loads(payload["actions"][0]["value"])
    carried["value"] |= {"text": "<!channel> you may", "shared_by": "U2"}
    payload["actions"][0]["value"] = json.dumps(carried)

    await workspace.slack.post_interaction(payload)
    await workspace.settle()

    [message] = workspace.slack.messages
    assert "you may" not in json.dumps(message)
    assert "<@U1> shares" in json.dumps(message)


@pytest.mark.parametrize("question", [DILEMMA, "Mail ann@example.org: can I blog about my work?", "tips"])
async def test_what_is_private_or_no_answer_has_no_button_to_share(workspace: Workspace, question: str):
    assert not has_share(await shown_to_one(workspace, question))


async def test_where_the_channel_does_not_let_us_in_the_person_is_told(workspace: Workspace):
    shown = await shown_to_one(workspace)
    workspace.slack.fail_next("chat.postMessage", Fault(error="not_in_channel"))

    await workspace.slack.post_interaction(workspace.slack.pressed(shown, wording.SHARE))
    await workspace.settle()

    assert [(m["channel"], m["text"]) for m in workspace.slack.messages] == [("DU1", wording.cannot_share().text)]


# a sign of life


@pytest.mark.parametrize(("event", "channel"), [(mention(f"<@UBOT> {SETTLED}"), "C1"), (direct_message(SETTLED), "D1")])
async def test_a_question_is_marked_as_seen(workspace: Workspace, event: dict[str, Any], channel: str):
    await workspace.bring(event)
    await workspace.slack.until(lambda: workspace.slack.reactions)

    assert workspace.slack.reactions == [(channel, event["ts"], "eyes")]
    assert len(workspace.slack.messages) == 1


@pytest.mark.parametrize(
    "fault",
    [
        Fault(error="already_reacted"),
        Fault(error="missing_scope"),
        Fault(status=429, error="ratelimited", retry_after=3),
        Fault(status=500),
        Fault(drop=True),
    ],
)
async def test_a_sign_that_cannot_be_given_harms_nothing(workspace: Workspace, fault: Fault, caplog: Any):
    workspace.slack.fail_next("reactions.add", fault)

    assert await workspace.bring(direct_message(SETTLED)) == 200
    await workspace.slack.until(lambda: "reactions.add" in workspace.slack.calls)

    assert len(workspace.slack.messages) == 1
    assert not [record for record in caplog.records if record.levelname in ("WARNING", "ERROR")]


async def test_an_event_that_comes_again_gets_no_second_sign(workspace: Workspace):
    for _ in range(3):
        await workspace.slack.post_json(event_payload(direct_message(SETTLED), "EvAgain"))
    await workspace.settle()
    await workspace.slack.until(lambda: workspace.slack.reactions)

    assert workspace.slack.calls.count("reactions.add") == 1


async def test_a_word_of_command_needs_no_sign(workspace: Workspace):
    await workspace.bring(direct_message("tips"))

    assert "reactions.add" not in workspace.slack.calls


# who may ask


async def test_a_stranger_is_refused_to_themselves_alone_and_nothing_is_kept(workspace: Workspace):
    before = workspace.kept()

    payload = from_another_organisation(event_payload(mention(f"<@UBOT> {SETTLED}", user="U2"), "EvS"))
    assert await workspace.slack.deliver(payload) == [200]
    await workspace.slack.until(lambda: workspace.slack.ephemeral)

    [shown] = workspace.slack.ephemeral
    assert (shown["user"], shown["text"]) == ("U2", wording.outsider().text)
    assert workspace.slack.messages == []
    assert workspace.kept() == before


async def test_a_guest_is_refused_whichever_way_they_come(workspace: Workspace):
    slack = workspace.slack
    slack.users.add("UGUEST")
    slack.guests.add("UGUEST")
    before, refusal = workspace.kept(), wording.outsider().text

    await workspace.bring(mention(f"<@UBOT> {SETTLED}", user="UGUEST"))
    await slack.until(lambda: slack.ephemeral)
    assert await slack.post_command(SETTLED, user="UGUEST") == (200, refusal)
    await slack.post_interaction(slack.chosen_on("Vote for us!", user="UGUEST"))
    button = {"action_id": "x", "value": json.dumps({"verb": "claim", "value": {"case": "SM-2026-0001"}})}
    pressed = pressed_payload(button, user="UGUEST", response_url=slack.new_response_url("UGUEST"))
    await slack.post_interaction(pressed)

    assert [(shown["user"], shown["text"]) for shown in slack.ephemeral] == [("UGUEST", refusal)] * 3
    assert slack.calls.count("users.info") == 1
    assert workspace.kept() == before
    assert count(REFUSED, "slack", "guest") >= 4


async def test_a_form_of_a_stranger_is_refused_at_the_field(workspace: Workspace):
    private = {"verb": "answer", "value": {"case": "SM-2026-0001"}, "place": {"key": "k", "reference": {}}}
    view = a_form(private)
    payload = from_another_organisation(workspace.slack.submitted(view, "You may."))

    _, body = await workspace.slack.post_interaction(payload)

    assert json.loads(body)["errors"] == {"text": wording.outsider().text}


@pytest.mark.parametrize(
    ("outsiders", "guest_asks", "stranger_asks"), [("refused", 0, 0), ("guests", 1, 0), ("all", 1, 1)]
)
async def test_the_setting_says_who_may_ask(tmp_path: Path, outsiders: str, guest_asks: int, stranger_asks: int):
    async with a_workspace(tmp_path, outsiders=outsiders) as workspace:
        workspace.slack.users.add("UGUEST")
        workspace.slack.guests.add("UGUEST")

        await workspace.bring(mention(f"<@UBOT> {SETTLED}", user="UGUEST"))
        assert len(workspace.slack.messages) == guest_asks
        await workspace.bring(
            mention(f"<@UBOT> {SETTLED}", user="U2", user_team="T9", ts="1700000015.000100"),
            is_ext_shared_channel=True,
        )
        assert len(workspace.slack.messages) == guest_asks + stranger_asks


@pytest.mark.parametrize("fault", [Fault(error="missing_scope"), Fault(status=429, retry_after=9), Fault(status=500)])
async def test_whoever_slack_does_not_tell_of_counts_as_a_member_and_slack_is_left_alone(
    workspace: Workspace, fault: Fault, caplog: Any
):
    workspace.slack.fail_next("users.info", fault)

    await workspace.bring(direct_message(SETTLED))
    await workspace.bring(direct_message(SETTLED, user="U2"))

    assert len(workspace.slack.messages) == 2
    assert workspace.slack.calls.count("users.info") == 1
    assert caplog.messages.count("slack.standing_unknown") == 1


async def test_a_slow_slack_delays_a_question_by_a_moment_only(workspace: Workspace, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(who, "ASK_WITHIN_S", 0.02)
    workspace.slack.fail_next("users.info", Fault(hang_s=0.3))

    await workspace.bring(direct_message(SETTLED))

    assert len(workspace.slack.messages) == 1


VERBS = (
    *("claim", "answer", "answer_as_prepared", "ask_back", "pass_on", "note", "reply", "withdraw", "close", "reopen"),
    *("helped", "share_name", "show_case", "propose"),
)


@pytest.mark.parametrize("verb", VERBS)
async def test_a_payload_made_by_hand_acts_on_nobody_elses_case(workspace: Workspace, verb: str):
    await workspace.bring(direct_message(DILEMMA))
    with workspace.application.open_unit() as unit:
        [case] = unit.cases.all()
    value = {"case": case.id, "advisor": "maya", "user": "UADV", "person": "U1"}
    button = {"action_id": "x", "value": json.dumps({"verb": verb, "value": value})}
    place = {"key": case.place.key, "reference": dict(case.place.reference), "threaded": False}
    view = a_form({"verb": verb, "value": value, "place": place})

    pressed = pressed_payload(button, user="U2", channel="D1", response_url=workspace.slack.new_response_url("U2"))
    await workspace.slack.post_interaction(pressed)
    await workspace.slack.post_interaction(workspace.slack.submitted(view, "You may.", user="U2"))
    await workspace.settle()

    with workspace.application.open_unit() as unit:
        assert unit.cases.all() == [case]
        assert len(unit.cases.events(case.id)) == 1
    assert not any(DILEMMA in json.dumps(shown["blocks"]) for shown in workspace.slack.ephemeral)


# how much


async def test_whoever_asks_too_much_is_told_once_and_nothing_more_is_kept(tmp_path: Path):
    async with a_workspace(tmp_path, person_limit="2/minute") as workspace:
        for number in range(2):
            await workspace.bring(mention(f"<@UBOT> {SETTLED}", ts=f"170000002{number}.000100"))
        before = workspace.kept()
        for number in range(3):
            assert await workspace.bring(mention("<@UBOT> xylophone?", ts=f"170000003{number}.000100")) == 200
        await workspace.slack.until(lambda: workspace.slack.ephemeral)

        assert [(shown["user"], shown["text"]) for shown in workspace.slack.ephemeral] == [
            ("U1", wording.over_limit().text)
        ]
        assert workspace.kept() == before
        assert workspace.slack.calls.count("reactions.add") == 2
        assert count(LIMITED, "slack", "person") >= 3


async def test_a_command_over_the_limit_is_told_in_its_acknowledgement(tmp_path: Path):
    async with a_workspace(tmp_path, person_limit="1/minute") as workspace:
        answers = [await workspace.slack.post_command(SETTLED) for _ in range(3)]

        assert answers == [(200, ""), (200, wording.over_limit().text), (200, "")]


async def test_a_button_over_the_limit_is_told_to_whoever_pressed_it(tmp_path: Path):
    async with a_workspace(tmp_path, person_limit="1/minute") as workspace:
        await workspace.bring(direct_message(SETTLED))
        for _ in range(2):
            await workspace.slack.post_interaction(workspace.slack.pressed(workspace.slack.messages[0], "Helpful"))

        assert texts(workspace.slack.ephemeral) == [wording.over_limit().text]


async def test_a_case_goes_on_whatever_the_limit(tmp_path: Path):
    async with a_workspace(tmp_path, person_limit="1/hour", workspace_limit="1/hour") as workspace:
        slack = workspace.slack
        await workspace.bring(mention(f"<@UBOT> {DILEMMA}"))
        card = next(message for message in slack.messages if message["channel"] == "DUADV")
        for label, text in (("Claim", ""), ("Ask back", "Whose account is it?")):
            await slack.post_interaction(slack.pressed(card, label, user="UADV"))
            if text:
                await slack.until(lambda: slack.views and "submit" in slack.views[-1])  # looked up meanwhile
                await slack.post_interaction(slack.submitted(slack.views[-1], text, user="UADV"))
            await workspace.settle()
        assert workspace.state() is State.WAITING_FOR_ASKER

        await workspace.bring(in_thread("It is my own account."))

        assert workspace.state() is State.CLAIMED


# advisors by e-mail


async def test_an_advisor_named_by_e_mail_is_kept_by_member_id(workspace: Workspace):
    workspace.slack.addresses["ben@example.org"] = "UBEN"
    ben = Advisor("ben", "Ben Li", "Adviser", frozenset(), ((Platform.SLACK, "ben@example.org"),))

    await asyncio.to_thread(workspace.application.store_rota, Rota((MAYA, ben)))

    assert workspace.application.rota().advisors[1].addresses == ((Platform.SLACK, "UBEN"),)


@pytest.mark.parametrize(
    ("arrange", "said"),
    [
        (lambda slack: None, "nobody in the Slack workspace has this e-mail address"),
        (lambda slack: setattr(slack, "scopes", frozenset()), "users:read.email"),
        (lambda slack: slack.fail_next("users.lookupByEmail", Fault(status=500)), "try again later"),
    ],
)
async def test_an_e_mail_that_cannot_be_looked_up_changes_nothing_and_says_why(
    workspace: Workspace, arrange: Any, said: str
):
    arrange(workspace.slack)
    ben = Advisor("ben", "Ben Li", "Adviser", frozenset(), ((Platform.SLACK, "ben@example.org"),))

    with pytest.raises(BadRota, match=said) as refused:
        await asyncio.to_thread(workspace.application.store_rota, Rota((MAYA, ben)))

    assert refused.value.problems[0].startswith("advisor ben: slack: ben@example.org")
    assert "member id" in refused.value.problems[0]
    assert workspace.application.rota() == Rota((MAYA,))


def test_without_a_token_no_e_mail_is_looked_up(tmp_path: Path):
    url = f"sqlite:///{tmp_path}/smpolicy.sqlite3"
    migrate(url)
    application = Application(Settings(database_url=url))
    ben = Advisor("ben", "Ben Li", "Adviser", frozenset(), ((Platform.SLACK, "ben@example.org"),))

    with pytest.raises(BadRota, match="without SLACK_BOT_TOKEN"):
        application.store_rota(Rota((ben,)))
    application.database.dispose()


async def test_in_chat_an_owner_gives_a_member_id(workspace: Workspace):
    await asyncio.to_thread(workspace.application.store_rota, Rota((MAYA,), owner="maya"))

    await workspace.bring(direct_message("advisors add ben name=Ben slack=<mailto:b@x.org|b@x.org>", user="UADV"))

    assert wording_advisor.NO_MEMBER_ID in workspace.slack.messages[-1]["text"]
    assert len(workspace.application.rota().advisors) == 1


# figures


async def test_acknowledgements_redeliveries_and_throttles_are_counted(workspace: Workspace):
    seconds = ACKNOWLEDGED.labels("slack", "event")._sum
    again, throttled, spent = (
        count(REDELIVERED, "slack"),
        count(THROTTLED, "slack", "chat.postMessage"),
        seconds.get(),
    )
    workspace.slack.fail_next("chat.postMessage", Fault(status=429, error="ratelimited", retry_after=1))

    await workspace.slack.post_json(event_payload(direct_message(SETTLED), "EvM"), X_Slack_Retry_Num="1")
    await workspace.settle()

    assert count(REDELIVERED, "slack") == again + 1
    assert count(THROTTLED, "slack", "chat.postMessage") == throttled + 1
    assert seconds.get() > spent


# replay


async def test_each_of_many_questions_is_answered_once_in_whatever_order_and_however_often_it_comes(tmp_path: Path):
    asked, shuffled = 150, random.Random(7)
    questions = {
        f"Ev{number}": direct_message(f"{SETTLED} ({number})", user=f"UX{number % 60}", ts=f"17{number:08}.000100")
        for number in range(asked)
    }
    events = [*questions, *shuffled.choices(list(questions), k=2_000 - asked)]
    shuffled.shuffle(events)
    async with a_workspace(tmp_path, person_limit="1000/minute", slack_app_token=APP_TOKEN) as workspace:
        slack = workspace.slack
        slack.users |= {f"UX{number}" for number in range(60)}
        for number, event_id in enumerate(events):
            payload = event_payload(questions[event_id], event_id)
            await slack.socket_envelopes.put({"type": "events_api", "payload": payload, "envelope_id": str(number)})
        await slack.until(lambda: len(slack.socket_acks) >= len(events), patience_s=120)
        workspace.stop.set()
        await workspace.settle()

        keys = [message["metadata"]["event_payload"]["key"] for message in slack.messages]
        assert {ack["envelope_id"] for ack in slack.socket_acks} == set(map(str, range(len(events))))
        assert sorted(keys) == sorted(f"slack:{event_id}#1" for event_id in questions)
