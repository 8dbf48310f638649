from collections.abc import Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import Engine

from adapters.index_cache import index_of
from adapters.storage.engine import open_engine, writing
from adapters.storage.tables import metadata
from bot.engine import GuidanceEngine
from bot.settings import Settings
from knowledge.entry import Corpus
from knowledge.loading import load_corpus
from tests.postgres import NoPostgres, PostgresServer, a_postgres

_numbers = count(1)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """A PostgreSQL of the tests' own; skips where there is none."""
    with ExitStack() as stack:
        try:
            server = stack.enter_context(a_postgres())
        except NoPostgres as none:
            pytest.skip(str(none))
        yield server


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """An empty database of this test's own."""
    name = f"test_{next(_numbers)}"
    postgres_server.run(f"CREATE DATABASE {name}")
    yield postgres_server.url(name)
    postgres_server.run(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def postgres_tables(postgres_server: PostgresServer) -> Iterator[Engine]:
    postgres_server.run("CREATE DATABASE store")
    engine = open_engine(postgres_server.url("store"))
    metadata.create_all(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def postgres_engine(postgres_tables: Engine) -> Engine:
    """Every table, empty, on PostgreSQL. Much quicker than a database of one's own."""
    with writing(postgres_tables) as connection:
        for table in reversed(metadata.sorted_tables):
            connection.execute(table.delete())
    return postgres_tables


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """A file that is not there yet, in a folder that is not there either."""
    return f"sqlite:///{tmp_path}/data/smpolicy.sqlite3"


@pytest.fixture
def sqlite_engine(sqlite_url: str) -> Iterator[Engine]:
    """Every table, empty, on SQLite."""
    engine = open_engine(sqlite_url)
    metadata.create_all(engine)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def uk_corpus() -> Corpus:
    """The real uk pack, read once."""
    return load_corpus("uk")


@pytest.fixture(scope="session")
def uk_engine() -> GuidanceEngine:
    """The real engine over the real pack, as a process builds it."""
    return GuidanceEngine(index_of("uk"), Settings().threshold)
