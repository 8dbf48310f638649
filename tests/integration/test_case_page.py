"""The page of a case over real HTTP: what a signed link opens, and what its forms do."""

import asyncio
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientResponse, ClientSession, web
from aiohttp.test_utils import TestServer

from adapters.bootstrap import Application
from adapters.case_page import CasePage
from adapters.delivery import Dispatcher, Sent
from adapters.mail.links import PATH, CaseLinks
from adapters.mail.sender import MailSender
from adapters.senders import Senders
from adapters.storage.engine import writing
from adapters.storage.migrations import migrate
from adapters.storage.tables import cases
from adapters.web import Site
from bot import wording, wording_advisor, wording_desk
from bot.advisors import Rota
from bot.case import Case, CaseEvent, Move, State
from bot.deliveries import Delivery
from bot.errors import StorageUnavailable
from bot.messages import AskAdvisor, Envelope, Platform
from bot.replies import Reply
from bot.settings import from_env
from tests.builders import a_case, a_person, a_place, an_advisor
from tests.builders_guidance import an_engine
from tests.fakes import nothing_to_ring
from tests.integration.storage_helpers import RecordingSender, store
from tests.mail_server import a_mail_server

CASE = "SM-2026-0900"
MAYA = "maya@example.org"
EVIL = '<script>alert(1)</script> "quoted" & </textarea>'
KEY = "k" * 32


class Post(RecordingSender):
    """Keeps the letters."""

    async def send_to_place(self, reference: Mapping[str, object], reply: Reply, **keywords: Any) -> Sent:
        return await self._send(str(reference.get("address") or reference["channel"]), reply, keywords)


@dataclass
class Page:
    """One case, and the link of its advisor."""

    application: Application
    server: TestServer
    session: ClientSession
    site: Site
    post_office: Post

    def url(self, links: CaseLinks | None = None, case_id: str = CASE, address: str = MAYA) -> str:
        links = links or self.application.links
        assert links
        return str(self.server.make_url(PATH + links.link(case_id, address).rpartition("/")[2]))

    async def open(self, url: str = "") -> tuple[ClientResponse, str]:
        async with self.session.get(url or self.url()) as answer:
            return answer, await answer.text()

    async def form(self) -> str:
        _, html = await self.open()
        return re.findall(r'name="form" value="([0-9a-f]+)"', html)[0]

    async def act(self, verb: str, text: str = "", *, form: str = "", url: str = "") -> tuple[ClientResponse, str]:
        """Post a form of the page as it stands now."""
        posted = {"verb": verb, "form": form or await self.form(), "text": text}
        async with self.session.post(url or self.url(), data=posted) as answer:
            html = await answer.text()
        await self.site.finish()
        return answer, html

    @property
    def case(self) -> Case:
        with self.application.open_unit() as unit:
            return unit.cases.get(CASE)

    @property
    def events(self) -> list[CaseEvent]:
        with self.application.open_unit() as unit:
            return list(unit.cases.events(CASE))

    def letters(self, to: str) -> list[str]:
        return [attempt.reply.text for attempt in self.post_office.attempts if attempt.to == to]


@pytest.fixture
async def page(socket_enabled: None, tmp_path: Path) -> AsyncIterator[Page]:
    url = f"sqlite:///{tmp_path}/smpolicy.sqlite3"
    public = {"SMPOLICY_PUBLIC_URL": "https://smpolicy.example.org", "SMPOLICY_LINK_KEY": KEY}
    migrate(url)
    application = Application(from_env({"SMPOLICY_DATABASE_URL": url, **public}))
    vars(application)["engine"] = an_engine()
    asker_in_slack = a_case(CASE, question=EVIL, passages=tuple(list(application.engine.corpus.passages)[:1]))
    tom = an_advisor("tom-reid", name="Tom Reid", addresses=((Platform.EMAIL, "tom@example.org"),))
    maya = an_advisor("maya-okafor", addresses=((Platform.EMAIL, MAYA),))
    store(application.database, case=asker_in_slack, rota=Rota((maya, tom)))
    office = Post()
    senders = {Platform.EMAIL: office, Platform.SLACK: office}
    dispatcher = Dispatcher(senders, application.outbox, application.rota, application.clock, nothing_to_ring)
    site = Site(application, Senders(senders, None), dispatcher)
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(TestServer(site.build(asyncio.Event()), host="127.0.0.1"))
        session = await stack.enter_async_context(ClientSession())
        yield Page(application, server, session, site, office)
    application.database.dispose()


async def test_a_link_opens_the_case_for_its_advisor(page: Page):
    answer, html = await page.open()

    assert answer.status == 200
    assert f"Case {CASE}: open" in html
    assert "The asker's name is withheld" in unescape(html)
    assert all(f'name="verb" value="{verb}"' in html for verb in ("claim", "answer", "ask_back", "pass_on", "note"))


async def test_what_was_typed_by_others_cannot_become_markup(page: Page):
    _, html = await page.open()

    assert "<script" not in html
    assert EVIL in unescape(html)
    assert re.findall("<(script|img|iframe|object|link)", html) == []


async def test_the_page_is_kept_by_nobody_and_loads_nothing(page: Page):
    answer, _ = await page.open()

    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "noindex" in answer.headers["X-Robots-Tag"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]


async def test_opening_a_link_changes_nothing(page: Page):
    for _ in range(3):
        await page.open()
    async with page.session.head(page.url()) as answer:
        assert answer.status == 200

    assert [event.move for event in page.events] == [Move.OPEN]
    assert page.post_office.attempts == []


async def test_an_answer_reaches_the_asker_and_is_confirmed_on_the_page_and_by_letter(page: Page):
    answer, html = await page.act("answer", "Yes, go on.")

    assert answer.status == 200
    assert (page.case.state, page.case.advice) == (State.ANSWERED, "Yes, go on.")
    assert "your answer is on its way to the asker" in html
    assert any("has answered your case" in text for text in page.letters("C-ROOM"))
    assert any("your answer is on its way" in text for text in page.letters(MAYA))


async def test_a_form_posted_twice_acts_once(page: Page):
    form = await page.form()

    await page.act("note", "Ask comms first.", form=form)
    answer, html = await page.act("note", "Ask comms first.", form=form)

    assert answer.status == 200
    assert wording_advisor.done_before().text in html
    assert [event.move for event in page.events] == [Move.OPEN, Move.NOTE]


async def test_who_goes_back_and_writes_something_else_is_heard(page: Page):
    form = await page.form()

    await page.act("note", "Ask comms first.", form=form)
    await page.act("note", "And the press office.", form=form)

    assert [event.note for event in page.events[1:]] == ["Ask comms first.", "And the press office."]


async def test_a_draft_sent_untouched_is_asked_about_on_the_page(page: Page):
    _, html = await page.open()
    (draft,) = re.findall(r'<textarea id="text-answer".*?>\n(.*?)</textarea>', html, re.DOTALL)

    _, asked = await page.act("answer", unescape(draft))
    state = page.case.state
    await page.act("answer_as_prepared")

    assert "with no advice of yours in it" in asked
    assert 'value="answer_as_prepared"' in asked
    assert (state, page.case.state) == (State.OPEN, State.ANSWERED)
    assert page.case.advice.startswith("What the guidance says:")


@pytest.mark.parametrize(
    ("verb", "text", "state"),
    [
        ("claim", "", State.CLAIMED),
        ("ask_back", "Which account?", State.WAITING_FOR_ASKER),
        ("note", "Ask comms first.", State.OPEN),
    ],
)
async def test_whatever_the_card_offers_can_be_done(page: Page, verb: str, text: str, state: State):
    answer, html = await page.act(verb, text)

    assert answer.status == 200
    assert page.case.state is state
    assert len(page.events) == 2
    assert f"Case {CASE}: {state.in_words}" in html


async def test_who_passes_a_case_on_sees_it_no_more(page: Page):
    answer, html = await page.act("pass_on", "She knows the film.")

    assert answer.status == 200
    assert page.case.advisor_id == "tom-reid"
    assert "Tom Reid has it now" in html
    assert "alert(1)" not in html
    assert (await page.open())[0].status == 410


@pytest.mark.parametrize("text", ["", "  ", "?!", "a" * (wording.LONGEST_REPLY + 1)])
async def test_what_cannot_be_sent_stays_in_its_form(page: Page, text: str):
    answer, html = await page.act("answer", text)

    assert answer.status == 422
    assert wording.needs_words().text in html
    assert text.strip() in html
    assert len(page.events) == 1


async def test_what_was_typed_stays_in_its_form_while_the_database_is_away(page: Page):
    form = await page.form()

    async def unavailable(message: object) -> Sequence[Delivery]:
        raise StorageUnavailable

    site = web.Application()
    links = CaseLinks("https://smpolicy.example.org", KEY)
    CasePage(links, page.application.service.card, unavailable).add_to(site)
    async with TestServer(site, host="127.0.0.1") as server:
        url = str(server.make_url(PATH + links.link(CASE, MAYA).rpartition("/")[2]))
        answer, html = await page.act("answer", "Yes, go on.", form=form, url=url)

    assert answer.status == 503
    assert "Yes, go on." in html
    assert form in html


async def test_an_answer_to_a_case_that_was_withdrawn_meanwhile_says_so(page: Page):
    form = await page.form()
    with writing(page.application.database) as connection:
        connection.execute(cases.update().values(state="withdrawn"))

    _, html = await page.act("answer", "Yes, go on.", form=form)

    assert wording_desk.moved_on(CASE, "withdrawn").text in html
    assert len(page.events) == 1


@pytest.mark.parametrize(
    "data",
    [{"verb": "withdraw"}, {"verb": "share_name", "text": "Eve"}, {"form": "../x"}, {"form": ""}, {"verb": ""}],
    ids=repr,
)
async def test_what_is_no_form_of_the_page_is_refused(page: Page, data: dict[str, str]):
    posted = {"verb": "claim", "form": await page.form(), **data}

    async with page.session.post(page.url(), data=posted) as answer:
        assert answer.status == 400

    assert len(page.events) == 1


async def test_a_link_that_was_changed_or_signed_by_others_opens_nothing(page: Page):
    forged = page.url(CaseLinks("https://smpolicy.example.org", "x" * 32))

    for url in (forged, page.url()[:-1] + "!", page.url()[:-4], str(page.server.make_url(PATH + "x"))):
        answer, html = await page.open(url)
        assert answer.status == 404
        assert "alert(1)" not in html
        assert (await page.act("claim", form="0" * 32, url=url))[0].status == 404

    assert len(page.events) == 1


async def test_a_link_that_is_too_old_opens_nothing_and_says_where_a_newer_one_is(page: Page):
    links = CaseLinks("https://smpolicy.example.org", KEY, lasts=timedelta(seconds=-1))
    site = web.Application()
    CasePage(links, page.application.service.card, page.site.handle).add_to(site)

    async with TestServer(site, host="127.0.0.1") as server:
        url = str(server.make_url(PATH + links.link(CASE, MAYA).rpartition("/")[2]))
        shown, html = await page.open(url)
        acted, _ = await page.act("claim", form="0" * 32, url=url)

    assert (shown.status, acted.status) == (410, 410)
    assert wording_advisor.link_expired().text in html
    assert len(page.events) == 1


@pytest.mark.parametrize(
    ("case_id", "address"), [(CASE, "tom@example.org"), (CASE, "eve@example.org"), ("SM-2026-0404", MAYA)]
)
async def test_a_link_for_whoever_does_not_hold_the_case_opens_nothing(page: Page, case_id: str, address: str):
    url = page.url(case_id=case_id, address=address)

    answer, html = await page.open(url)

    assert answer.status == 410
    assert wording_advisor.case_gone().text in html
    assert (await page.act("claim", form="0" * 32, url=url))[0].status == 410
    assert len(page.events) == 1


async def test_an_advisor_with_e_mail_alone_answers_by_the_link_of_their_letter(page: Page):
    question = AskAdvisor(Envelope("event-1", a_person(), a_place()), text="May I join a march on Saturday?")
    async with a_mail_server() as (box, server):
        senders = {
            Platform.EMAIL: MailSender(server, page.application.links),
            Platform.SLACK: page.post_office,
        }
        clock, outbox = page.application.clock, page.application.outbox
        dispatcher = Dispatcher(senders, outbox, page.application.rota, clock, nothing_to_ring)
        page.application.service.handle(question)
        while await dispatcher.run_once():
            pass

        (letter,) = box.letters
        (link,) = re.findall(r"https://smpolicy.example.org(/case/\S+)", letter.get_content())
        url = str(page.server.make_url(link))
        _, html = await page.open(url)
        form = re.findall(r'name="form" value="([0-9a-f]+)"', html)[0]
        await page.act("answer", "Yes, as a citizen.", form=form, url=url)

    assert "May I join a march on Saturday?" in html
    assert any("has answered your case" in text for text in page.letters("C-ROOM"))
