"""Workspaces that install smpolicy themselves: over real HTTP, through the real app and worker."""

import asyncio
import logging
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import select, update

from adapters.bootstrap import Application
from adapters.delivery import Dispatcher
from adapters.slack.clients import InstalledWorkspaces
from adapters.slack.manifest import EVENTS_PATH, INSTALL_PATH, REDIRECT_PATH
from adapters.storage.engine import reading, writing
from adapters.storage.installations import REFRESH_TAKES, Installation
from adapters.storage.migrations import migrate
from adapters.storage.tables import cases, deliveries, slack_installations
from adapters.storage.token_keys import new_key
from adapters.web import Site, dispatching
from bot import wording
from bot.advisors import Advisor, Rota
from bot.engine import GuidanceEngine
from bot.errors import DeliveryFailed
from bot.messages import Platform
from bot.settings import Settings, from_env
from tests.fakes import FixedClock
from tests.slack_oauth import CLIENT_ID, CLIENT_SECRET, SlackOfMany, Team, slack_of_many
from tests.slack_server import SECRET, Fault, direct_message, event_payload

PUBLIC = "https://smpolicy.example.gov.uk"
ONE, TWO = Team("T1"), Team("T2")
WHOLE, PART = Team(None, "E1"), Team("T7", "E1")


@dataclass
class Service:
    """smpolicy as a web process has it, and beside it what a worker process has on the same database."""

    application: Application
    site: Site
    worker: Dispatcher
    client: TestClient
    slack: SlackOfMany
    clock: FixedClock
    pages: list[str] = field(default_factory=list)

    async def install(self, team: Team) -> ClientResponse:
        """A browser's way from the page to Slack and back."""
        return await self.come_back(self.slack.consent(await self.begin(), team))

    def install_at_once(self, team: Team, *, good_for: timedelta) -> None:
        """As `install` leaves it, with the end of the token by our own clock."""
        issued, now = self.slack.issue(team), self.clock.now()
        tokens = {"token": issued["access_token"], "refresh_token": issued["refresh_token"]}
        installed = Installation(team.key, "", "", (), now, **tokens, expires_at=now + good_for)
        self.application.installations.save(installed)

    async def begin(self) -> str:
        """Open the page; gives the address at Slack that it leads to."""
        self.client.session.cookie_jar.clear()
        answer = await self.client.get(INSTALL_PATH)
        assert answer.status == 200
        page = await answer.text()
        link = re.search(r'href="(https://slack\.com/[^"]+)"', page)
        assert link
        self.state = answer.cookies["slack-app-oauth-state"].value
        return unescape(link[1])

    async def come_back(self, query: str, cookie: str | None = None) -> ClientResponse:
        cookie = self.state if cookie is None else cookie
        answer = await self.client.get(
            f"{REDIRECT_PATH}?{query}", headers={"Cookie": f"slack-app-oauth-state={cookie}"}, allow_redirects=False
        )
        self.pages.append(await answer.text())
        return answer

    async def ask(
        self, team: Team, text: str = "Can I retweet my minister from my own account?", **more: object
    ) -> int:
        """A direct message in a workspace."""
        authorization = {
            "team_id": team.id,
            "enterprise_id": team.organisation,
            "user_id": "UBOT",
            "is_bot": True,
            "is_enterprise_install": more.pop("whole", team.whole),
        }
        payload = event_payload(
            direct_message(text, team=team.id),
            f"Ev{next(self.slack._numbers)}",
            authorizations=[authorization],
            **{"team_id": team.id, "enterprise_id": team.organisation, **more},
        )
        status, _ = await self.slack.post_json(payload)
        return status

    async def tell_of_removal(self, team: Team, kind: str = "app_uninstalled", **more: object) -> int:
        event = {"type": kind, "tokens": {"bot": ["UBOT"]}} if kind == "tokens_revoked" else {"type": kind}
        event_time = int(self.clock.now().timestamp())
        where = {
            "team_id": team.id,
            "enterprise_id": team.organisation,
            "is_enterprise_install": team.whole,
            "authorizations": [],
        }
        status, _ = await self.slack.post_json(
            event_payload(event, f"Ev{next(self.slack._numbers)}", **{**where, "event_time": event_time, **more})
        )
        return status

    async def settle(self) -> None:
        """Until everything is sent that can be."""
        await self.site.finish()
        while await self.worker.run_once():
            pass

    def sent_by(self) -> list[str]:
        return [workspace for method, workspace in self.slack.senders if method == "chat.postMessage"]

    def installed(self) -> set[str]:
        with reading(self.application.database) as connection:
            return set(connection.execute(select(slack_installations.c.workspace)).scalars())


def some_settings(slack: SlackOfMany, database_url: str, **changes: str) -> Settings:
    return from_env(
        {
            "SMPOLICY_DATABASE_URL": database_url,
            "SMPOLICY_PUBLIC_URL": PUBLIC,
            "SMPOLICY_TOKEN_KEYS": new_key(),
            "SLACK_CLIENT_ID": CLIENT_ID,
            "SLACK_CLIENT_SECRET": CLIENT_SECRET,
            "SLACK_SIGNING_SECRET": SECRET,
            "SLACK_API_URL": f"{slack.url}api/",
            **changes,
        }
    )


@asynccontextmanager
async def a_service(database_url: str, engine: GuidanceEngine, **changes: str) -> AsyncIterator[Service]:
    clock = FixedClock(datetime.now(UTC))  # Bolt works out by the real time when a first token ends
    async with AsyncExitStack() as stack:
        slack = await stack.enter_async_context(slack_of_many(clock=lambda: clock.now().timestamp()))
        settings = some_settings(slack, database_url, **changes)
        application, of_worker = Application(settings), Application(settings)
        for process in (application, of_worker):
            vars(process).update(engine=engine, clock=clock)  # the engine is built once for all tests
        migrate(database_url)
        application.store_rota(Rota((Advisor("maya", "Maya", "Adviser", frozenset(), ((Platform.SLACK, "T2/UADV"),)),)))
        senders, dispatcher = await stack.enter_async_context(dispatching(application))
        _, worker = await stack.enter_async_context(dispatching(of_worker))
        site = Site(application, senders, dispatcher)
        client = await stack.enter_async_context(TestClient(TestServer(site.build(asyncio.Event()), host="127.0.0.1")))
        slack.app_url = str(client.make_url(EVENTS_PATH))
        yield Service(application, site, worker, client, slack, clock)
        await site.finish()
        for process in (application, of_worker):
            process.database.dispose()


@pytest.fixture
async def service(sqlite_url: str, uk_engine: GuidanceEngine) -> AsyncIterator[Service]:
    async with a_service(sqlite_url, uk_engine) as running:
        yield running


# installing


async def test_a_workspace_installs_smpolicy_and_is_told_what_to_do_next(service: Service):
    answer = await service.install(ONE)

    assert answer.status == 200
    assert "smpolicy is installed in Team T1" in service.pages[-1]
    assert service.installed() == {"T1"}


async def test_the_pages_run_nothing_and_are_kept_nowhere(service: Service):
    refused = await service.client.get(f"{REDIRECT_PATH}?error=access_denied")
    for answer in (await service.client.get(INSTALL_PATH), await service.install(ONE), refused):
        assert answer.content_type == "text/html"
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["Cache-Control"] == "no-store"
        page = await answer.text()
        assert '<html lang="en-GB">' in page
        assert "<h1>" in page


async def test_slack_is_asked_for_what_the_manifest_says_and_brings_people_back_to_us(service: Service):
    asked = parse_qs(urlsplit(await service.begin()).query)

    assert asked["redirect_uri"] == [f"{PUBLIC}{REDIRECT_PATH}"]
    assert "channels:history" in asked["scope"][0]


@pytest.mark.parametrize("database", ["sqlite_url", "postgres_url"])
async def test_no_token_lies_open_in_the_database_or_the_log(
    database: str, request: pytest.FixtureRequest, uk_engine: GuidanceEngine, caplog: pytest.LogCaptureFixture
):
    url = request.getfixturevalue(database)
    with caplog.at_level(logging.DEBUG):
        async with a_service(url, uk_engine) as service:
            await service.install(ONE)
            await service.ask(ONE)
            await service.settle()
            kept = everything_in(service.application, url)
            secrets = [*service.slack.secrets, *service.application.settings.keys_of_tokens]

    logged = caplog.text + str([record.__dict__ for record in caplog.records])
    assert service.sent_by() == ["T1"]
    assert [secret for secret in secrets if secret.encode() in kept] == []
    assert [secret for secret in secrets if secret in logged] == []


def everything_in(application: Application, url: str) -> bytes:
    """The raw files of SQLite, or every row of every table of PostgreSQL."""
    if url.startswith("sqlite"):
        folder = Path(application.database.url.database or "").parent
        return b"".join(path.read_bytes() for path in folder.iterdir())
    with reading(application.database) as connection:
        names = connection.exec_driver_sql("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").scalars()
        rows = [row for name in names.all() for row in connection.exec_driver_sql(f"SELECT t::text FROM {name} t")]
    return repr(rows).encode()


async def test_what_slack_brings_back_is_taken_once(service: Service):
    query = service.slack.consent(await service.begin(), ONE)

    first, again = await service.come_back(query), await service.come_back(query)

    assert (first.status, again.status) == (200, 400)
    assert "opened in another browser, more than ten minutes later, or twice" in unescape(service.pages[-1])


async def test_what_slack_brings_back_to_another_browser_is_not_taken(service: Service):
    query = service.slack.consent(await service.begin(), ONE)
    theirs = parse_qs(urlsplit(await service.begin()).query)["state"][0]

    for cookie in ("", theirs):
        assert (await service.come_back(query, cookie)).status == 400
    assert service.installed() == set()


@pytest.mark.parametrize(("seconds", "status"), [(599, 200), (601, 400)])
async def test_who_takes_longer_than_ten_minutes_begins_again(service: Service, seconds: int, status: int):
    address = await service.begin()
    service.clock.advance(seconds=seconds)

    answer = await service.come_back(service.slack.consent(address, ONE))

    assert answer.status == status


async def test_a_state_of_somebody_elses_making_is_not_taken(service: Service):
    query = service.slack.consent(await service.begin(), ONE)
    forged = re.sub(r"state=.*", "state=forged", query)

    answer = await service.come_back(forged, "forged")

    assert answer.status == 400
    assert service.installed() == set()


async def test_who_declines_is_told_that_nothing_happened(service: Service):
    await service.begin()

    answer = await service.come_back("error=access_denied")

    assert answer.status == 200
    assert "Nothing was changed" in service.pages[-1]


async def test_what_comes_from_the_address_bar_is_not_shown(service: Service):
    await service.begin()

    await service.come_back("error=%3Cscript%3Ealert(1)%3C/script%3E&code=%3Cb%3E")

    assert "script" not in service.pages[-1]


async def test_a_code_that_slack_does_not_know_is_told_of(service: Service):
    state = parse_qs(urlsplit(await service.begin()).query)["state"][0]

    answer = await service.come_back(f"code=made-up&state={state}")

    assert answer.status == 400
    assert "smpolicy doctor slack" in service.pages[-1]


async def test_a_slack_that_does_not_answer_is_told_of(service: Service):
    query = service.slack.consent(await service.begin(), ONE)
    service.slack.fail_next("oauth.v2.access", Fault(drop=True))

    answer = await service.come_back(query)

    assert answer.status == 503
    assert "Slack did not answer" in service.pages[-1]


async def test_an_installation_that_cannot_be_kept_leaves_an_earlier_one_as_it_was(service: Service):
    service.slack.rotates = False  # then Slack gives the same token again
    await service.install(ONE)
    query = service.slack.consent(await service.begin(), ONE)
    rename(service.application, "slack_installations", "away")

    answer = await service.come_back(query)
    rename(service.application, "away", "slack_installations")

    assert answer.status == 503
    assert "nothing was kept" in service.pages[-1]
    await service.ask(ONE)
    await service.settle()
    assert service.sent_by() == ["T1"]


def rename(application: Application, table: str, name: str) -> None:
    with writing(application.database) as connection:
        connection.exec_driver_sql(f"ALTER TABLE {table} RENAME TO {name}")


async def test_only_workspaces_that_the_settings_name_are_served(sqlite_url: str, uk_engine: GuidanceEngine):
    async with a_service(sqlite_url, uk_engine, SMPOLICY_SLACK_WORKSPACES="T1,E1") as service:
        statuses = [(await service.install(team)).status for team in (ONE, TWO, PART)]

        assert statuses == [200, 403, 200]
        assert service.installed() == {"T1", "T7"}
        assert "serves certain workspaces" in service.pages[1]
        assert [(method, where) for method, where in service.slack.senders if method == "auth.revoke"] == [
            ("auth.revoke", "T2")
        ]


async def test_one_workspace_has_no_pages_to_install_it(sqlite_url: str, uk_engine: GuidanceEngine):
    one = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_CLIENT_ID": "", "SLACK_CLIENT_SECRET": "", "SMPOLICY_TOKEN_KEYS": ""}
    async with a_service(sqlite_url, uk_engine, **one) as service:
        answer = await service.client.get(INSTALL_PATH)

        assert answer.status == 404


# sending


async def test_each_workspace_is_answered_with_its_own_token(service: Service):
    await service.install(ONE)
    await service.install(TWO)

    for team in (TWO, ONE, TWO):
        assert await service.ask(team) == 200
        await service.settle()

    assert service.sent_by() == ["T2", "T1", "T2"]


async def test_an_advisor_is_written_to_in_their_own_workspace(service: Service):
    await service.install(ONE)
    await service.install(TWO)

    await service.ask(ONE, "advisor may I speak at a party conference?")
    await service.settle()

    assert set(service.sent_by()) == {"T1", "T2"}
    assert ("conversations.open", "T2") in service.slack.senders


async def test_an_organisation_that_installed_it_as_a_whole_is_answered_in_each_workspace(service: Service):
    await service.install(WHOLE)

    assert await service.ask(PART, whole=True) == 200
    assert await service.ask(Team(None, "E1")) == 200
    await service.settle()

    assert service.sent_by() == ["E1", "E1"]


async def test_a_workspace_of_an_organisation_that_installed_it_alone_is_answered(service: Service):
    await service.install(PART)

    await service.ask(PART)
    await service.settle()

    assert service.sent_by() == ["T7"]


async def test_who_asks_where_it_is_not_installed_is_told_and_nothing_is_kept(service: Service):
    await service.install(ONE)
    command = urlencode({**service.slack.command("advisor may I?"), "team_id": "T2"})

    status, body = await service.slack.post(command, "application/x-www-form-urlencoded")

    assert (status, body) == (200, "")
    assert "not installed in this workspace" in service.slack.ephemeral[-1]["text"]
    with reading(service.application.database) as connection:
        assert connection.execute(select(cases)).all() == []


async def test_while_the_database_is_away_nobody_is_turned_away_for_good(service: Service):
    await service.install(ONE)
    lose_database(service.application)
    command = urlencode(service.slack.command("tips"))

    event = await service.ask(ONE)
    _, told = await service.slack.post(command, "application/x-www-form-urlencoded")

    assert event == 503  # Slack brings it again
    assert told == wording.out_of_order().text


def lose_database(application: Application) -> None:
    application.database.dispose()
    Path(application.database.url.database or "").write_bytes(b"not a database")


# tokens that end


async def test_what_a_worker_sends_hours_later_is_sent_with_a_new_token(service: Service):
    await service.install(ONE)
    service.slack.fail_next("chat.postMessage", Fault(status=429, retry_after=1))
    await service.ask(ONE)
    await service.site.finish()
    service.clock.advance(hours=13)

    await service.settle()
    await service.ask(ONE)
    await service.settle()

    assert len(service.slack.messages) == 2
    assert service.slack.refreshes == 1


@pytest.mark.parametrize(("seconds", "refreshes"), [(-1, 0), (0, 1)])
async def test_a_token_is_refreshed_two_hours_before_it_ends(service: Service, seconds: int, refreshes: int):
    service.install_at_once(ONE, good_for=timedelta(hours=12))
    service.clock.advance(hours=10, seconds=seconds)

    await clients_of(service).of("T1")

    assert service.slack.refreshes == refreshes


async def test_processes_that_meet_refresh_a_token_once(service: Service):
    await service.install(ONE)
    service.clock.advance(hours=11)
    processes = [clients_of(service) for _ in range(3)]

    got = await asyncio.gather(*(process.of("T1") for process in processes for _ in range(3)))

    assert service.slack.refreshes == 1
    for client in got:  # the old token of those who came second is good for another hour
        await client.auth_test()
    assert {(await process.of("T1")).token for process in processes} == {
        max((c.token for c in got), key=list(service.slack._tokens).index)
    }


async def test_a_refresh_that_fails_does_no_harm_while_the_token_is_good(service: Service):
    await service.install(ONE)
    service.clock.advance(hours=11)
    service.slack.fail_next("oauth.v2.access", Fault(status=500))

    await (await clients_of(service).of("T1")).auth_test()

    service.clock.moment += REFRESH_TAKES
    await (await clients_of(service).of("T1")).auth_test()
    assert service.slack.refreshes == 1


@pytest.mark.parametrize(
    ("fault", "retryable"), [(Fault(status=500), True), (Fault(error="invalid_refresh_token"), False)]
)
async def test_without_a_good_token_nothing_is_sent(service: Service, fault: Fault, retryable: bool):
    service.install_at_once(ONE, good_for=timedelta(hours=12))
    service.clock.advance(hours=12)
    service.slack.fail_next("oauth.v2.access", fault)

    with pytest.raises(DeliveryFailed) as failed:
        await clients_of(service).of("T1")

    assert failed.value.retryable is retryable


async def test_whoever_gives_up_waiting_does_not_break_off_a_refresh(service: Service):
    await service.install(ONE)
    service.clock.advance(hours=13)
    clients = clients_of(service)

    waiting = asyncio.create_task(clients.of("T1"))
    await service.slack.until(lambda: clients._refreshing)
    waiting.cancel()
    await service.slack.until(lambda: not clients._refreshing)

    await (await clients.of("T1")).auth_test()
    assert service.slack.refreshes == 1


async def test_tokens_that_cannot_be_read_are_waited_for(service: Service):
    await service.install(ONE)
    with writing(service.application.database) as connection:
        connection.execute(update(slack_installations).values(tokens="gAAAA"))

    with pytest.raises(DeliveryFailed) as failed:
        await clients_of(service).of("T1")

    assert failed.value.retryable


def clients_of(service: Service) -> InstalledWorkspaces:
    """As another process would have them."""
    application = service.application
    return InstalledWorkspaces(application.settings, application.installations, application.clock)


# removal


@pytest.mark.parametrize("kind", ["app_uninstalled", "tokens_revoked"])
async def test_a_workspace_that_removes_it_is_forgotten_and_others_are_not(service: Service, kind: str):
    await service.install(ONE)
    await service.install(TWO)

    assert await service.tell_of_removal(ONE, kind) == 200

    assert service.installed() == {"T2"}


async def test_an_organisation_that_removes_it_is_forgotten(service: Service):
    await service.install(WHOLE)

    await service.tell_of_removal(WHOLE, team_id="T7")

    assert service.installed() == set()


async def test_a_removal_told_after_a_new_installation_forgets_nothing(service: Service):
    await service.install(ONE)
    removed_at = int(service.clock.now().timestamp())
    service.clock.advance(minutes=5)
    await service.install(ONE)

    await service.tell_of_removal(ONE, event_time=removed_at)

    assert service.installed() == {"T1"}


async def test_nothing_more_is_sent_to_a_workspace_that_removed_it(service: Service):
    await service.install(ONE)
    await service.ask(ONE)
    await service.settle()
    service.slack.fail_next("chat.postMessage", Fault(status=429, retry_after=1))
    await service.ask(ONE, "Can I blog?")
    await service.settle()
    before = service.sent_by()
    await service.tell_of_removal(ONE)
    service.clock.advance(minutes=1)

    await service.settle()

    assert service.sent_by() == before
    with reading(service.application.database) as connection:
        failed = (
            connection.execute(select(deliveries.c.last_error).where(deliveries.c.state == "failed")).scalars().all()
        )
    assert failed == ["smpolicy is not installed in this workspace"]


async def test_a_revoked_token_that_nobody_told_us_of_is_final(service: Service):
    await service.install(ONE)
    service.slack.revoke(ONE)

    await service.ask(ONE)
    await service.settle()

    with reading(service.application.database) as connection:
        states = connection.execute(select(deliveries.c.state, deliveries.c.last_error)).all()
    assert [tuple(state) for state in states] == [("failed", "token_revoked")]
