"""The way from any older schema to today's, numbered and forward only."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, text

from adapters.storage.engine import open_engine, reading, writing

_LOCK = 0x736D706F  # any number, the same in every process


def migrate(url: str) -> None:
    """Bring a database up to date. Several processes may do so at once: one works, the others wait.

    Raises:
        StorageUnavailable: nothing was changed.
    """
    engine = open_engine(url)
    config = _config()
    try:
        with writing(engine) as connection:  # on SQLite this takes the write lock
            if connection.dialect.name == "postgresql":
                connection.execute(text("SET LOCAL lock_timeout = 0"))
                connection.execute(text("SET LOCAL statement_timeout = 0"))
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    finally:
        engine.dispose()


def is_current(engine: Engine) -> bool:
    """Whether this release can work with the schema: it is ours, or that of a newer release."""
    ours = ScriptDirectory.from_config(_config())
    known = {script.revision for script in ours.walk_revisions()}
    with reading(engine) as connection:
        found = set(MigrationContext.configure(connection).get_current_heads())
    return bool(found) and (found == set(ours.get_heads()) or not found <= known)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    return config
