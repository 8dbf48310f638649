"""Home tabs, modals and the assistant's pane, over HTTP against the strict Slack."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from adapters.slack import app as slack_app
from adapters.slack import pane as slack_pane
from adapters.slack.app import EVENTS_PATH, add_routes, build_app
from adapters.slack.clients import OneWorkspace, web_client
from bot import wording, wording_desk, wording_forms, wording_home
from bot.advisors import Rota
from bot.calendar import Calendar
from bot.case import State
from bot.errors import StorageUnavailable
from bot.messages import (
    AskQuestion,
    AskWithFacts,
    ClaimCase,
    ComeBack,
    GiveAdvice,
    GoAway,
    Message,
    PassOn,
    Platform,
    RateAnswer,
    ReplyToAdvisor,
)
from bot.replies import Action, Paragraph, Reply
from bot.settings import Settings
from tests.builders import a_case, a_person, an_advisor
from tests.builders_views import ELECTION, some_views
from tests.fakes import FixedClock, MemoryStore
from tests.slack_server import SECRET, TOKEN, Fault, StrictSlack, direct_message, event_payload, strict_slack

CASE = "SM-2026-0001"
THREAD = "1700000011.000100"


@dataclass
class Handled:
    """Stands in for what stores and queues messages."""

    messages: list[Message] = field(default_factory=list)
    failures: list[Exception] = field(default_factory=list)
    takes_s: float = 0.0
    during: list[dict[tuple[str, str], str]] = field(default_factory=list)
    slack: StrictSlack | None = None

    async def __call__(self, message: Message) -> None:
        if self.slack:
            self.during.append(dict(self.slack.statuses))
        await asyncio.sleep(self.takes_s)
        if self.failures:
            raise self.failures.pop(0)
        self.messages.append(message)


class Store(MemoryStore):
    """A store that can be out of reach."""

    reached = True

    def open_unit(self):
        if not self.reached:
            raise StorageUnavailable
        return super().open_unit()


@pytest.fixture
def handled() -> Handled:
    return Handled()


@pytest.fixture
def store() -> Store:
    store = Store()
    maya = an_advisor(addresses=((Platform.SLACK, "UADV"),))
    tom = an_advisor("tom-reid", name="Tom Reid", role="Head of digital", addresses=((Platform.SLACK, "U2"),))
    store.rota["current"] = Rota((maya, tom), owner="tom-reid")
    case = a_case(CASE, asker=a_person("U1", tenant="T1"), question="May I post this?")
    store.cases[CASE], store.log[CASE] = case, ()
    return store


@pytest.fixture
async def room(store: Store, handled: Handled) -> AsyncIterator[StrictSlack]:
    """The workspace with our app in it, in an election period."""
    async with strict_slack() as slack:
        settings = Settings(
            slack_bot_token=TOKEN, slack_signing_secret=SECRET, slack_api_url=f"{slack.url}api/", slack_app_token=None
        )
        site = web.Application()
        add_routes(site, build_app(settings, handled, some_views(store, calendar=Calendar((ELECTION,)))))
        async with TestServer(site, host="127.0.0.1") as server:
            slack.app_url, handled.slack = str(server.make_url(EVENTS_PATH)), slack
            slack.channels |= {"DU1", "DUADV"}
            yield slack


# the Home tab


async def test_a_home_is_there_when_it_is_opened(room: StrictSlack):
    await opened_home(room, "U1")

    assert CASE in shown(room.homes["U1"])
    assert "Be number 1" in shown(room.homes["U1"])


async def test_only_advisors_have_a_desk_and_only_the_owner_sees_the_health(room: StrictSlack):
    for user in ("U1", "UADV", "U2"):
        await opened_home(room, user)

    assert [("Your desk" in shown(room.homes[user])) for user in ("U1", "UADV", "U2")] == [False, True, True]
    assert [("How the service is" in shown(room.homes[user])) for user in ("U1", "UADV", "U2")] == [False, False, True]


async def test_the_tab_of_messages_publishes_nothing(room: StrictSlack):
    status, _ = await room.post_json(room.home_opened(tab="messages"))

    assert (status, room.homes, room.calls) == (200, {}, [])


async def test_a_home_that_another_process_has_published_meanwhile_is_read_and_published_again(
    room: StrictSlack, store: Store
):
    await opened_home(room, "U1")
    late = room.home_opened("U1")
    await opened_home(room, "U1")  # another process is first: the hash of the late event is an old one
    store.cases[CASE] = a_case(CASE, asker=store.cases[CASE].asker, state=State.CLAIMED)

    await room.post_json(late)

    await room.until(lambda: room.calls.count("views.publish") == 4)
    await room.until(lambda: "has taken it up" in shown(room.homes["U1"]))


async def test_an_advisor_picks_which_cases_are_listed_and_the_pick_stays(room: StrictSlack, store: Store):
    store.cases["SM-2026-0009"] = a_case("SM-2026-0009", state=State.CLOSED, asker=a_person("U9"))
    await opened_home(room, "UADV")
    assert "SM-2026-0009" not in shown(room.homes["UADV"])

    await room.post_interaction(room.picked_at_home("Mine, answered or closed", "UADV"))
    await room.until(lambda: "SM-2026-0009" in shown(room.homes["UADV"]))
    await opened_home(room, "UADV")

    assert "SM-2026-0009" in shown(room.homes["UADV"])


async def test_a_button_of_a_home_is_handled_answered_directly_and_the_home_drawn_anew(
    room: StrictSlack, handled: Handled
):
    await opened_home(room, "UADV")
    before = room.homes["UADV"]["hash"]

    status, body = await room.post_interaction(room.pressed_at_home("Claim", "UADV"))

    assert (status, body) == (200, "")
    [message] = handled.messages
    assert isinstance(message, ClaimCase)
    assert message.case_id == CASE
    assert message.envelope.place.reference == {"workspace": "T1", "user": "UADV"}
    await room.until(lambda: room.homes["UADV"]["hash"] != before)


async def test_a_button_of_a_home_that_was_not_saved_says_so_directly(room: StrictSlack, handled: Handled):
    await opened_home(room, "UADV")
    handled.failures = [StorageUnavailable()]

    await room.post_interaction(room.pressed_at_home("Claim", "UADV"))

    assert [(one["channel"], one["text"]) for one in room.messages] == [("DUADV", wording.out_of_order().text)]


async def test_a_home_without_a_store_still_lets_people_ask(room: StrictSlack, store: Store):
    store.reached = False

    await opened_home(room, "U1")

    assert wording_home.TRY_AGAIN in shown(room.homes["U1"])
    assert "Ask a question" in shown(room.homes["U1"])


async def test_somebody_from_outside_presses_in_vain(room: StrictSlack, handled: Handled):
    await opened_home(room, "UADV")
    pressed = room.pressed_at_home("Claim", "UADV")

    status, _ = await room.post_interaction({**pressed, "user": {**pressed["user"], "team_id": "T9"}})

    assert (status, handled.messages) == (200, [])


async def test_all_tips_and_a_case_open_in_a_window(room: StrictSlack):
    await opened_home(room, "U1")

    await room.post_interaction(room.pressed_at_home("All ten tips", "U1"))
    await room.post_interaction(room.pressed_at_home("Open", "U1"))

    assert "Be number 10" in shown(room.views[0])
    await room.until(lambda: "May I post this?" in shown(room.views[1]))


async def test_a_case_of_others_does_not_open(room: StrictSlack):
    await opened_home(room, "UADV")
    pressed = room.pressed_at_home("Open", "UADV")

    await room.post_interaction({**pressed, "user": {**pressed["user"], "id": "U2"}})

    await room.until(lambda: wording_desk.unknown_case().text in shown(room.views[0]))


# asking


async def test_a_question_is_asked_with_facts_from_anywhere(room: StrictSlack, handled: Handled):
    await room.post_interaction(room.global_shortcut())
    status, body = await room.post_interaction(
        room.submitted(room.views[0], "May I post this?", fact__account="personal")
    )

    [message] = handled.messages
    assert isinstance(message, AskWithFacts)
    assert (message.text, message.given) == ("May I post this?", {"account": "personal"})
    assert message.envelope.place.reference == {"workspace": "T1", "user": "U1"}
    answered = json.loads(body)
    assert (status, answered["response_action"]) == (200, "update")
    assert wording_forms.asked().text in shown(answered["view"])


async def test_a_fact_that_was_not_said_is_not_given(room: StrictSlack, handled: Handled):
    await opened_home(room, "U1")
    await room.post_interaction(room.pressed_at_home("Ask a question", "U1"))

    await room.post_interaction(room.submitted(room.views[0], "May I post this?"))

    assert [message.given for message in handled.messages if isinstance(message, AskWithFacts)] == [{}]


@pytest.mark.parametrize("text", [None, "  ", "…!"])
async def test_a_question_without_words_is_refused_at_its_field(room: StrictSlack, handled: Handled, text: str | None):
    await room.post_interaction(room.global_shortcut())

    _, body = await room.post_interaction(room.submitted(room.views[0], text))

    assert json.loads(body) == {"response_action": "errors", "errors": {"text": wording.needs_words().text}}
    assert handled.messages == []


async def test_a_form_whose_trigger_ran_out_says_so_where_one_can_go_on(room: StrictSlack):
    shortcut = room.global_shortcut()
    room.expire_triggers()

    status, _ = await room.post_interaction(shortcut)

    assert (status, room.views) == (200, [])
    assert [(one["channel"], one["text"]) for one in room.messages] == [("DU1", wording_forms.did_not_open().text)]


async def test_what_was_written_comes_back_when_it_cannot_be_kept_and_the_form_is_gone(
    room: StrictSlack, handled: Handled, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(slack_app, "ACKNOWLEDGE_WITHIN_S", 0.05)
    handled.takes_s, handled.failures = 0.2, [StorageUnavailable()]
    await room.post_interaction(room.global_shortcut())

    await room.post_interaction(room.submitted(room.views[0], "May I post this?"))

    await room.until(lambda: room.messages)
    assert "May I post this?" in shown(room.messages[0])


# checking


async def test_a_draft_is_checked_in_its_window_and_nothing_of_it_goes_further(room: StrictSlack, handled: Handled):
    await opened_home(room, "U1")
    await room.post_interaction(room.pressed_at_home("Check a draft", "U1"))

    _, body = await room.post_interaction(room.submitted(room.views[0], "A secret leak about the budget"))

    answered = json.loads(body)
    assert answered["response_action"] == "update"
    assert "The word leak touches a rule." in shown(answered["view"])
    assert (handled.messages, room.messages, room.ephemeral) == ([], [], [])


# the desk


async def test_a_case_is_passed_on_to_somebody_who_is_there(room: StrictSlack, handled: Handled):
    view = await opened_form(room, "Pass on")
    assert {option["text"]["text"] for option in view["blocks"][2]["element"]["options"]} == {
        wording_forms.ROTA_CHOOSES,
        "Tom Reid (Head of digital), no cases",
    }

    _, body = await room.post_interaction(room.submitted(view, "I know them.", "UADV", advisor="tom-reid"))

    [message] = handled.messages
    assert isinstance(message, PassOn)
    assert (body, message.case_id, message.reason, message.advisor_id) == ("", CASE, "I know them.", "tom-reid")


async def test_the_rota_chooses_where_nobody_was_picked(room: StrictSlack, handled: Handled):
    view = await opened_form(room, "Pass on")

    await room.post_interaction(room.submitted(view, "I know them.", "UADV"))

    assert [message.advisor_id for message in handled.messages if isinstance(message, PassOn)] == [""]


async def test_an_answer_is_prepared_in_its_form_and_the_home_drawn_anew(room: StrictSlack, handled: Handled):
    view = await opened_form(room, "Answer")
    before = room.homes["UADV"]["hash"]
    [written] = [block for block in view["blocks"] if block["type"] == "input"]
    assert "What the guidance says" in written["element"]["initial_value"]

    await room.post_interaction(room.submitted(view, "You may.", "UADV"))

    assert [message.text for message in handled.messages if isinstance(message, GiveAdvice)] == ["You may."]
    await room.until(lambda: room.homes["UADV"]["hash"] != before)


async def test_a_form_of_a_case_that_moved_on_says_so(room: StrictSlack, store: Store):
    await opened_home(room, "UADV")
    store.cases[CASE] = a_case(CASE, state=State.WITHDRAWN)

    await room.post_interaction(room.pressed_at_home("Answer", "UADV"))

    await room.until(lambda: wording_desk.moved_on(CASE, "withdrawn").text in shown(room.views[0]))


async def test_a_form_that_cannot_be_looked_up_says_so(room: StrictSlack, store: Store):
    await opened_home(room, "UADV")
    store.reached = False

    await room.post_interaction(room.pressed_at_home("Answer", "UADV"))

    await room.until(lambda: wording.out_of_order().text in shown(room.views[0]))


async def test_a_form_closed_while_it_was_looked_up_disturbs_nobody(
    room: StrictSlack, caplog: pytest.LogCaptureFixture
):
    await opened_home(room, "UADV")
    room.fail_next("views.update", Fault(error="not_found"))

    await room.post_interaction(room.pressed_at_home("Answer", "UADV"))
    await room.until(lambda: "views.update" in room.calls)
    await opened_home(room, "UADV")

    assert "slack.not_shown" not in caplog.messages
    assert room.messages == []


async def test_an_advisor_goes_away_until_a_day_and_comes_back(room: StrictSlack, handled: Handled):
    view = await opened_form(room, "Away until…")
    _, refused = await room.post_interaction(room.submitted(view, None, "UADV", until="2020-01-01"))
    _, taken = await room.post_interaction(room.submitted(view, None, "UADV", until="2999-12-04"))

    assert json.loads(refused)["errors"] == {"until": wording_forms.day_has_passed().text}
    assert taken == ""
    assert [message.until for message in handled.messages if isinstance(message, GoAway)] == ["2999-12-04"]


async def test_an_advisor_who_is_away_says_that_they_are_back(room: StrictSlack, store: Store, handled: Handled):
    rota = store.rota["current"]
    store.rota["current"] = rota.with_absence("maya-okafor", FixedClock().now().date(), None)
    await opened_home(room, "UADV")

    await room.post_interaction(room.pressed_at_home("I am back", "UADV"))

    assert [type(message) for message in handled.messages] == [ComeBack]


async def test_an_asker_replies_from_their_home(room: StrictSlack, store: Store, handled: Handled):
    case = store.cases[CASE]
    store.cases[CASE] = a_case(CASE, asker=case.asker, state=State.WAITING_FOR_ASKER)
    await opened_home(room, "U1")

    await room.post_interaction(room.pressed_at_home("Reply", "U1"))
    await room.post_interaction(room.submitted(room.views[0], "Since last week."))

    assert [message.text for message in handled.messages if isinstance(message, ReplyToAdvisor)] == ["Since last week."]


# the pane


async def test_the_pane_suggests_what_fits_the_person(room: StrictSlack):
    await room.post_json(room.pane_opened("UADV", "DUADV"))
    await room.until(lambda: room.suggested)

    [suggested] = room.suggested
    assert [one["message"] for one in suggested["prompts"]] == [
        wording_home.suggestion_in(ELECTION)[1],
        *(sent for _, sent in wording_home.suggestions_for_advisor()),
    ]


async def test_the_pane_says_that_it_looks_until_the_answer_is_there(room: StrictSlack, handled: Handled):
    await room.post_json(event_payload(direct_message("May I post this?", thread_ts=THREAD)))

    assert handled.during == [{("D1", THREAD): wording_home.LOOKING}]
    [message] = handled.messages
    assert isinstance(message, AskQuestion)
    assert message.envelope.place.reference == {"workspace": "T1", "channel": "D1", "thread_ts": THREAD}


async def test_a_status_that_slack_refuses_keeps_no_question_back(room: StrictSlack, handled: Handled):
    room.scopes -= {"assistant:write", "chat:write"}

    status, _ = await room.post_json(event_payload(direct_message("May I post this?", thread_ts=THREAD)))

    assert (status, len(handled.messages)) == (200, 1)


async def test_a_status_that_comes_too_late_is_taken_back(
    room: StrictSlack, handled: Handled, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(slack_pane, "STATUS_WITHIN_S", 0.05)
    room.fail_next("assistant.threads.setStatus", Fault(accepted=True, hang_s=0.2))

    await room.post_json(event_payload(direct_message("May I post this?", thread_ts=THREAD)))

    await room.until(lambda: room.status_log == [wording_home.LOOKING, ""])
    assert len(handled.messages) == 1


async def test_a_redelivered_message_shows_no_status_again(room: StrictSlack):
    again = event_payload(direct_message("May I post this?", thread_ts=THREAD))

    await room.post_json(again, X_Slack_Retry_Num="1")

    assert room.status_log == []


async def test_a_thread_is_called_after_its_question_without_personal_data(room: StrictSlack):
    text = f"May I forward what sam@example.org wrote? {'word ' * 40}"

    await room.post_json(event_payload(direct_message(text, thread_ts=THREAD)))

    await room.until(lambda: room.titles)
    title = room.titles[("D1", THREAD)]
    assert title.startswith("May I forward what [e-mail] wrote?")
    assert len(title) <= 60


async def test_an_answer_is_rated_by_slacks_own_buttons(room: StrictSlack, handled: Handled):
    rating = Reply(
        "Yes.",
        (Paragraph("Yes."),),
        (Action("helpful", "Helpful", {"question": "q"}), Action("unhelpful", "Not helpful", {"question": "q"})),
    )
    client = slack_app.SlackSender(
        OneWorkspace(web_client(Settings(slack_bot_token=TOKEN, slack_api_url=f"{room.url}api/")))
    )
    await client.send_to_person("U1", rating, key="k", replaces=None, ambiguous=False)

    await room.post_interaction(room.pressed(room.messages[0], "Not helpful"))

    [message] = handled.messages
    assert isinstance(message, RateAnswer)
    assert (message.question_id, message.helpful) == ("q", False)


async def opened_home(room: StrictSlack, user: str) -> None:
    """Somebody opens their home, and it has been drawn."""
    before = room.homes.get(user, {}).get("hash")
    status, _ = await room.post_json(room.home_opened(user))
    assert status == 200
    await room.until(lambda: room.homes.get(user, {}).get("hash") != before)


async def opened_form(room: StrictSlack, label: str):
    """The form behind a button of the advisor's home, looked up."""
    await opened_home(room, "UADV")
    await room.post_interaction(room.pressed_at_home(label, "UADV"))
    await room.until(lambda: "submit" in room.views[-1])
    return room.views[-1]


def shown(view) -> str:
    return json.dumps(view["blocks"], ensure_ascii=False)
