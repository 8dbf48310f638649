from pathlib import Path

import pytest
from sqlalchemy import Engine

from adapters.bootstrap import Application
from adapters.release import prepare_embedded
from bot.settings import from_env


@pytest.fixture
def engine(sqlite_engine: Engine) -> Engine:
    """An empty store."""
    return sqlite_engine


@pytest.fixture(params=["sqlite", "postgres"])
def either_engine(request: pytest.FixtureRequest) -> Engine:
    """An empty store, on SQLite and on PostgreSQL."""
    engine: Engine = request.getfixturevalue(f"{request.param}_engine")
    return engine


@pytest.fixture
def settings(tmp_path: Path) -> dict[str, str]:
    """An environment for commands: an embedded store of their own, and a wide terminal."""
    return {"SMPOLICY_DATABASE_URL": f"sqlite:///{tmp_path}/smpolicy.sqlite3", "COLUMNS": "200"}


@pytest.fixture
def service(settings: dict[str, str]) -> Application:
    """A service as the first start leaves it."""
    application = Application(from_env(settings))
    prepare_embedded(application)
    return application
