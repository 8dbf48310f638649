"""A PostgreSQL of our own in a temporary folder, reached by a Unix socket."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg


class NoPostgres(Exception):
    """There is no server to start here; says why."""


@contextmanager
def a_postgres(*, durable: bool = False) -> Iterator["PostgresServer"]:
    """Start a server, and take it away again.

    Args:
        durable: keep what was committed when the server is stopped at once; slower.

    Raises:
        NoPostgres
    """
    binaries = _binaries()
    if binaries is None:
        raise NoPostgres("PostgreSQL is not installed (no /usr/lib/postgresql/*/bin, no postgres on PATH)")
    user = _unprivileged_user()
    if user is None:
        raise NoPostgres("PostgreSQL refuses to run as root and there is no user postgres or nobody")
    folder = Path(tempfile.mkdtemp(prefix="smpolicy-pg-", dir="/tmp"))  # short: a socket's path has a limit
    if os.geteuid() == 0:
        shutil.chown(folder, user)
    server = PostgresServer(binaries, folder, user, durable=durable)
    try:
        server.create()
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


class PostgresServer:
    def __init__(self, binaries: Path, folder: Path, user: str, *, durable: bool = False) -> None:
        self._binaries, self._folder, self._user, self._durable = binaries, folder, user, durable
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
        # fsync guards against the machine's failing, which is not tried here; the others against the server's
        quick = ["fsync=off", *([] if self._durable else ["synchronous_commit=off", "full_page_writes=off"])]
        where = ["listen_addresses=", f"unix_socket_directories={self._folder}", "max_connections=150"]
        settings = [word for setting in (*quick, *where) for word in ("-c", setting)]
        self._process = self._command("postgres", "-D", f"{self._folder}/data", *settings)
        for _ in range(600):
            try:
                return self.run("SELECT 1")
            except psycopg.OperationalError:
                time.sleep(0.05)
        raise RuntimeError(f"PostgreSQL did not start: {(self._folder / 'log').read_text()}")

    def stop(self, *, at_once: bool = False) -> None:
        """Stop it; connections are cut. `at_once` is its immediate mode, which leaves all clearing up to the start."""
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT if at_once else signal.SIGINT)
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
                start_new_session=True,  # Ctrl-C is for whoever runs us, who stops it in their own time
                user=self._user if root else None,
                group=pwd.getpwnam(self._user).pw_gid if root else None,
                extra_groups=[] if root else None,
            )


def _binaries() -> Path | None:
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
