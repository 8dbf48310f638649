from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from adapters.storage.engine import open_engine
from adapters.storage.tables import metadata


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/smpolicy.sqlite3"


@pytest.fixture
def engine(sqlite_url: str) -> Iterator[Engine]:
    """An empty store on SQLite."""
    engine = open_engine(sqlite_url)
    metadata.create_all(engine)
    yield engine
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgres"])
def either_engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """An empty store, on SQLite and on PostgreSQL."""
    engine = open_engine(request.getfixturevalue(f"{request.param}_url"))
    metadata.create_all(engine)
    yield engine
    engine.dispose()
