"""The way to the database: one engine for SQLite and PostgreSQL, whose failures are StorageUnavailable."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, Table, create_engine, event, make_url
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DatabaseError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from bot.errors import StorageUnavailable

_READS = "smpolicy_reads"
_POSTGRES_LIMITS = {
    "connect_timeout": 5,  # seconds
    "keepalives_idle": 30,  # seconds
    "tcp_user_timeout": 15_000,  # ms; a host that vanished is noticed before its lease ends
    "options": "-c lock_timeout=10s -c statement_timeout=30s",
}


def open_engine(url: str, *, busy_timeout_s: float = 10.0) -> Engine:
    """Prepare the database at a URL; nothing is connected yet.

    Args:
        url: sqlite:///file, whose folder is created where missing, or postgres://, postgresql://…; its query
            wins over the limits below (behind a pgbouncer that refuses them write ?options=).
        busy_timeout_s: how long SQLite waits for another writer.

    Raises:
        StorageUnavailable: the folder cannot be created. From then on whatever uses the engine raises it when
            the database is away, locked or out of connections.
    """
    where = make_url(url)
    if where.drivername in ("postgres", "postgresql"):
        where = where.set(drivername="postgresql+psycopg")
    is_sqlite = where.get_backend_name() == "sqlite"
    if is_sqlite:
        _make_folder(where)
    # hide_parameters: what people wrote must not reach a log by way of a database error
    engine = create_engine(
        where,
        pool_pre_ping=True,
        hide_parameters=True,
        pool_size=10,
        max_overflow=20,
        pool_timeout=10,
        connect_args={"timeout": busy_timeout_s} if is_sqlite else _limits(where),
    )
    event.listen(engine, "handle_error", _as_ours)
    if is_sqlite:
        event.listen(engine, "connect", partial(_prepare_sqlite, patience_s=busy_timeout_s))
        event.listen(engine, "begin", _begin_sqlite)
    return engine


@contextmanager
def connected(engine: Engine) -> Iterator[Connection]:
    """A connection from the pool; what is not committed is rolled back."""
    try:
        connection = engine.connect()
    except PoolTimeout as error:
        raise StorageUnavailable("no free connection to the database") from error
    with connection:
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction, committed at the end unless something was raised."""
    with connected(engine) as connection, connection.begin():
        yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One transaction that only reads: on SQLite it does not wait for writers."""
    with connected(only_reading(engine)) as connection:
        yield connection


def only_reading(engine: Engine) -> Engine:
    """The same engine for transactions that only read."""
    return engine.execution_options(**{_READS: True})


def insert_or(connection: Connection, table: Table) -> postgresql.Insert | sqlite.Insert:
    """An insert that knows ON CONFLICT, in the dialect at hand."""
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)


def next_number(connection: Connection, numbers: Table, year: int) -> int:
    """The next number of a year, from a table of year and last number; never given twice, gaps are possible."""
    count = insert_or(connection, numbers).values(year=year, last=1)
    count_on = count.on_conflict_do_update(index_elements=["year"], set_={"last": numbers.c.last + 1})
    number: int = connection.execute(count_on.returning(numbers.c.last)).scalar_one()
    return number


def _make_folder(url: URL) -> None:
    if not url.database or url.database == ":memory:" or url.database.startswith("file:"):
        return
    try:
        Path(url.database).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise StorageUnavailable(f"cannot create the data folder {Path(url.database).parent}") from error


def _limits(url: URL) -> dict[str, Any]:
    return {name: value for name, value in _POSTGRES_LIMITS.items() if name not in url.query}


def _as_ours(context: ExceptionContext) -> None:
    error = context.sqlalchemy_exception
    damaged = type(error) is DatabaseError  # SQLite's word for a file it cannot read; its children say more
    bare = type(context.original_exception).__name__ == "UndefinedTable"  # PostgreSQL's word for no migration yet
    lost = damaged or bare or isinstance(error, OperationalError | InterfaceError) or context.is_disconnect
    if lost and not context.is_pre_ping:  # the pool itself mends what a ping finds broken
        raise StorageUnavailable(_in_words(context.original_exception))


def _in_words(error: BaseException) -> str:
    """What to do about it. The driver's own text is not passed on: it may hold an address with a password."""
    name, said = type(error).__name__, str(error).lower()
    if name == "UndefinedTable" or "no such table" in said:
        return "The database is not up to date: run smpolicy release."
    if "locked" in said:
        return "The database is locked by another process. Try again when that is done."
    if "unable to open" in said:
        return "The database file cannot be opened: look at SMPOLICY_DATABASE_URL and the rights of its folder."
    return f"The database cannot be used ({name}): is it running, and is SMPOLICY_DATABASE_URL right?"


def _prepare_sqlite(connection: Any, _record: object, *, patience_s: float) -> None:
    connection.isolation_level = None  # transactions are begun below, not by the driver
    (mode,) = connection.execute("PRAGMA journal_mode").fetchone()
    if mode != "wal":
        _switch_to_wal(connection, time.monotonic() + patience_s)
    connection.execute("PRAGMA foreign_keys = ON")


def _switch_to_wal(connection: Any, until: float) -> None:
    """Two that switch a new file at once lock each other out, and SQLite's own busy time-out does not cover that."""
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)


def _begin_sqlite(connection: Connection) -> None:
    """Take the write lock at once: two that read first and write later would deadlock."""
    reads = connection.get_execution_options().get(_READS, False)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")
