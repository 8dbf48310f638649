"""What /healthz and /readyz say over HTTP."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer

from adapters.bootstrap import Application
from adapters.release import prepare_embedded
from adapters.storage.outbox import SqlOutbox
from adapters.web import Site, dispatching
from bot.advisors import Advisor, Rota
from bot.messages import Platform
from bot.settings import from_env


@pytest.fixture
def application(tmp_path: Path) -> Application:
    """A service as the first start leaves it, with a worker that was seen just now."""
    application = Application(from_env({"SMPOLICY_DATABASE_URL": f"sqlite:///{tmp_path}/smpolicy.sqlite3"}))
    prepare_embedded(application)
    SqlOutbox(application.database).beat(datetime.now(UTC))
    return application


@pytest.fixture
async def client(application: Application) -> AsyncIterator[TestClient]:
    async with dispatching(application) as (senders, dispatcher):
        site = Site(application, senders, dispatcher).build(asyncio.Event())
        async with TestClient(TestServer(site)) as client:
            yield client


def lose_database(application: Application) -> None:
    application.database.dispose()
    Path(application.database.url.database or "").write_bytes(b"not a database")


async def test_a_service_with_database_and_worker_is_ready(client: TestClient):
    response = await client.get("/readyz")

    assert response.status == 200
    assert (await response.json())["ready"] is True


async def test_without_a_worker_it_is_not_ready(client: TestClient, application: Application):
    SqlOutbox(application.database).beat(datetime(2026, 1, 1, tzinfo=UTC))

    response = await client.get("/readyz")

    assert response.status == 503
    assert (await response.json())["worker"] == "not seen lately"


async def test_without_a_database_it_is_alive_and_not_ready(client: TestClient, application: Application):
    lose_database(application)

    alive, ready = await client.get("/healthz"), await client.get("/readyz")

    assert alive.status == 200
    assert ready.status == 503
    assert (await ready.json())["database"] == "unavailable"


async def test_a_topic_with_nobody_is_named_and_stops_nothing(client: TestClient, application: Application):
    everything_else = frozenset(application.corpus.topics) - {"copyright"}
    maya = Advisor("maya", "Maya", "Adviser", everything_else, ((Platform.TERMINAL, "maya"),))
    application.store_rota(Rota((maya,)))

    response = await client.get("/readyz")

    assert response.status == 200
    assert (await response.json())["topics_without_advisor"] == ["copyright"]


async def test_a_database_that_goes_while_a_process_starts_does_not_stop_it(tmp_path: Path):
    settings = {
        "SMPOLICY_DATABASE_URL": f"sqlite:///{tmp_path}/smpolicy.sqlite3",
        "SMPOLICY_TEAMS_UNAUTHENTICATED": "true",
        "SMPOLICY_BIND": "127.0.0.1",
        "SMPOLICY_PUBLIC_URL": "https://smpolicy.example.gov.uk",
        "SMPOLICY_LINK_KEY": "k" * 32,
    }
    application = Application(from_env(settings))
    prepare_embedded(application)
    lose_database(application)

    async with dispatching(application) as (senders, dispatcher):
        site = Site(application, senders, dispatcher).build(asyncio.Event())
        async with TestClient(TestServer(site)) as client:
            assert (await client.get("/healthz")).status == 200
