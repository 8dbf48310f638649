import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Engine

from adapters.index_cache import index_of
from adapters.storage.engine import open_engine, writing
from adapters.storage.tables import metadata
from bot.engine import GuidanceEngine
from bot.settings import Settings
from knowledge.entry import Corpus
from knowledge.loading import load_corpus

_numbers = count(1)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator["PostgresServer"]:
    """A PostgreSQL of our own in a temporary folder, reached by a Unix socket; skips where there is none."""
    binaries = _postgres_binaries()
    if binaries is None:
        pytest.skip("PostgreSQL is not installed (no /usr/lib/postgresql/*/bin, no postgres on PATH)")
    user = _unprivileged_user()
    if user is None:
        pytest.skip("PostgreSQL refuses to run as root and there is no user postgres or nobody")
    folder = Path(tempfile.mkdtemp(prefix="smpolicy-pg-", dir="/tmp"))  # short: a socket's path has a limit
    if os.geteuid() == 0:
        shutil.chown(folder, user)
    server = PostgresServer(binaries, folder, user)
    try:
        server.create()
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgres_url(postgres_server: "PostgresServer") -> Iterator[str]:
    """An empty database of this test's own."""
    name = f"test_{next(_numbers)}"
    postgres_server.run(f"CREATE DATABASE {name}")
    yield postgres_server.url(name)
    postgres_server.run(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def postgres_tables(postgres_server: "PostgresServer") -> Iterator[Engine]:
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


class PostgresServer:
    def __init__(self, binaries: Path, folder: Path, user: str) -> None:
        self._binaries, self._folder, self._user = binaries, folder, user
        self._process: subprocess.Popen[bytes] | None = None

    def url(self, database: str) -> str:
        return f"postgresql://postgres@/{database}?host={self._folder}"

    def run(self, statement: str) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement.encode())

    def create(self) -> None:
        options = ["--auth=trust", "--username=postgres", "--encoding=UTF8", "--no-locale", "--no-sync"]
        self._command("initdb", f"--pgdata={self._folder}/data", *options).wait(60)

    def start(self) -> None:
        quick = ["fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=60"]
        where = ["listen_addresses=", f"unix_socket_directories={self._folder}"]
        settings = [word for setting in (*quick, *where) for word in ("-c", setting)]
        self._process = self._command("postgres", "-D", f"{self._folder}/data", *settings)
        for _ in range(200):
            try:
                return self.run("SELECT 1")
            except psycopg.OperationalError:
                time.sleep(0.05)
        raise RuntimeError(f"PostgreSQL did not start: {(self._folder / 'log').read_text()}")

    def stop(self) -> None:
        if self._process is not None:
            self._process.send_signal(2)  # SIGINT: "fast", connections are cut
            self._process.wait(30)
            self._process = None

    def _command(self, name: str, *words: str) -> subprocess.Popen[bytes]:
        root = os.geteuid() == 0
        with (self._folder / "log").open("ab") as log:
            return subprocess.Popen(
                [str(self._binaries / name), *words],
                stdout=log,
                stderr=log,
                cwd=self._folder,
                start_new_session=True,  # Ctrl-C is for pytest, which stops us in its own time
                user=self._user if root else None,
                group=pwd.getpwnam(self._user).pw_gid if root else None,
                extra_groups=[] if root else None,
            )


def _postgres_binaries() -> Path | None:
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    on_path = shutil.which("postgres")
    if installed:
        return installed[-1]
    return Path(on_path).parent if on_path else None


def _unprivileged_user() -> str | None:
    if os.geteuid() != 0:
        return pwd.getpwuid(os.geteuid()).pw_name
    names = {entry.pw_name for entry in pwd.getpwall()}
    return next((name for name in ("postgres", "nobody") if name in names), None)


@pytest.fixture(scope="session")
def uk_corpus() -> Corpus:
    """The real uk pack, read once."""
    return load_corpus("uk")


@pytest.fixture(scope="session")
def uk_engine() -> GuidanceEngine:
    """The real engine over the real pack, as a process builds it."""
    return GuidanceEngine(index_of("uk"), Settings().threshold)
