from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect, text

from adapters.storage.engine import open_engine, reading, writing
from adapters.storage.migrations import _config, is_current, migrate
from adapters.storage.tables import metadata
from adapters.storage.unit_of_work import SqlUnitOfWork
from knowledge.entry import Verdict
from tests.builders import a_case
from tests.integration.storage_helpers import store


@pytest.fixture(params=["sqlite", "postgres"])
def url(request):
    return request.getfixturevalue(f"{request.param}_url")


def test_the_migrations_lead_to_the_tables_as_written(url):
    migrate(url)
    engine = open_engine(url)

    with reading(engine) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, metadata)
        checks = inspect(connection).get_check_constraints("deliveries")

    engine.dispose()
    assert differences == []
    assert {check["name"] for check in checks} == {"ck_deliveries_state", "ck_deliveries_recipient"}


def test_migrating_again_keeps_what_is_there(url):
    migrate(url)
    engine = open_engine(url)
    store(engine, case=a_case())

    migrate(url)

    with reading(engine) as connection:
        assert connection.execute(text("SELECT count(*) FROM cases")).scalar() == 1
    engine.dispose()


def test_several_processes_may_migrate_at_once(url):
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(migrate, [url] * 4))

    engine = open_engine(url)
    assert is_current(engine)
    engine.dispose()


def test_an_empty_database_is_not_current_and_a_newer_release_does_not_matter(url):
    engine = open_engine(url)
    before = is_current(engine)
    migrate(url)
    after = is_current(engine)
    with writing(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    ahead = is_current(engine)
    engine.dispose()

    assert (before, after, ahead) == (False, True, True)


def test_answers_of_a_release_that_kept_no_versions_still_work(url):
    engine = open_engine(url)
    config = _config()
    with writing(engine) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0004")
        connection.execute(
            text(
                "INSERT INTO turns"
                " (id, place_key, person_key, asked_at, question, facts, verdict, entry, topics, awaiting)"
                " VALUES ('old', 'here', 'somebody', '2026-11-01 12:00:00', 'May I?', '{}', 'yes', 'blog', '[]', '')"
            )
        )

    migrate(url)

    with SqlUnitOfWork(engine) as unit:
        turn = unit.turns.get("old")
        resting = list(unit.turns.with_passages())
    engine.dispose()
    assert turn
    assert (turn.verdict, turn.guidance_version, turn.passages, turn.place) == (Verdict.YES, "", (), None)
    assert resting == []
