import os
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from adapters.storage.engine import open_engine, reading, writing
from adapters.storage.outbox import SqlOutbox
from adapters.storage.tables import metadata
from adapters.storage.unit_of_work import SqlUnitOfWork, current_rota
from bot.errors import StorageUnavailable
from bot.messages import Platform
from tests.builders import NOON, a_turn


@pytest.fixture
def impatient(engine, sqlite_url):
    impatient = open_engine(sqlite_url, busy_timeout_s=0.05)
    yield impatient
    impatient.dispose()


def test_a_locked_file_is_storage_unavailable_and_readers_go_on(engine, impatient):
    with SqlUnitOfWork(engine) as unit:
        unit.turns.add(a_turn())
        with pytest.raises(StorageUnavailable), SqlUnitOfWork(impatient):
            pass
        with pytest.raises(StorageUnavailable):
            SqlOutbox(impatient).claim(NOON, platforms={Platform.SLACK})
        assert current_rota(impatient).advisors == ()
        unit.commit()

    with SqlUnitOfWork(impatient) as unit:
        assert unit.turns.get("turn-1") == a_turn()


def test_sqlite_is_set_up_to_keep_its_promises(engine):
    with reading(engine) as connection:
        found = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "foreign_keys")]

    assert found == ["wal", 1]
    with pytest.raises(IntegrityError), writing(engine) as connection:
        connection.execute(text("INSERT INTO duty VALUES (0, 'nobody')"))


def test_a_file_that_is_no_database_is_storage_unavailable(tmp_path):
    (tmp_path / "notes.txt").write_text("This is not a database. " * 100)
    engine = open_engine(f"sqlite:///{tmp_path}/notes.txt")

    with pytest.raises(StorageUnavailable), SqlUnitOfWork(engine):
        pass
    engine.dispose()


def test_a_folder_that_cannot_be_made_is_storage_unavailable(tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(StorageUnavailable, match="cannot create the data folder"):
        open_engine(f"sqlite:///{tmp_path}/file/below/smpolicy.sqlite3")


def test_a_new_data_folder_is_private(tmp_path):
    open_engine(f"sqlite:///{tmp_path}/data/smpolicy.sqlite3").dispose()

    assert Path(tmp_path / "data").stat().st_mode & 0o077 == 0 or os.name == "nt"


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_a_database_that_is_not_there_is_storage_unavailable(scheme):
    engine = open_engine(f"{scheme}://nobody@127.0.0.1:1/none")

    with pytest.raises(StorageUnavailable), SqlUnitOfWork(engine):
        pass
    engine.dispose()


def test_a_connection_lost_in_mid_unit_is_storage_unavailable_and_the_next_unit_works(postgres_server, postgres_url):
    engine = open_engine(postgres_url)
    metadata.create_all(engine)

    def lose_the_connection():
        with SqlUnitOfWork(engine) as unit:
            unit.turns.add(a_turn())
            ours = f"datname = '{engine.url.database}'"
            postgres_server.run(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {ours}")
            unit.commit()

    with pytest.raises(StorageUnavailable):
        lose_the_connection()

    with SqlUnitOfWork(engine) as unit:
        assert unit.turns.get("turn-1") is None
    engine.dispose()


def test_a_stopped_database_is_storage_unavailable_until_it_is_back(postgres_server, postgres_url):
    engine = open_engine(postgres_url)
    metadata.create_all(engine)
    postgres_server.stop()

    try:
        for _ in range(2):
            with pytest.raises(StorageUnavailable):
                current_rota(engine)
    finally:
        postgres_server.start()

    assert current_rota(engine).advisors == ()
    engine.dispose()


def test_what_people_wrote_does_not_reach_an_error(engine):
    with SqlUnitOfWork(engine) as unit:
        unit.turns.add(a_turn(question="SECRET"))
        with pytest.raises(IntegrityError) as caught:
            unit.turns.add(a_turn(question="SECRET"))

    assert "SECRET" not in str(caught.value)
