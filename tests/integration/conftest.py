import pytest
from sqlalchemy import Engine


@pytest.fixture
def engine(sqlite_engine: Engine) -> Engine:
    """An empty store."""
    return sqlite_engine


@pytest.fixture(params=["sqlite", "postgres"])
def either_engine(request: pytest.FixtureRequest) -> Engine:
    """An empty store, on SQLite and on PostgreSQL."""
    engine: Engine = request.getfixturevalue(f"{request.param}_engine")
    return engine
