"""Where smpolicy is installed in Slack, with the tokens it was given there, sealed.

Plain SQL on the one engine, in place of slack_sdk's stores: docs/adr/0019 says why.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Engine, Row, and_, delete, or_, select, update

from adapters.storage.engine import insert_or, reading, writing
from adapters.storage.tables import slack_installations, slack_used_states
from adapters.storage.token_keys import TokenKeys, UnreadableTokens

STATE_GOOD_FOR = timedelta(minutes=10)
REFRESH_TAKES = timedelta(seconds=30)  # after that, whoever began to refresh a token is taken to have died


@dataclass(frozen=True, slots=True)
class Installation:
    """A workspace, or an organisation that installed smpolicy for all of its workspaces.

    `workspace` is its id, T… or E…; `organisation` the E… a workspace belongs to, "" for none. `expires_at` is None
    where the token does not end.
    """

    workspace: str
    organisation: str
    name: str
    scopes: tuple[str, ...]
    installed_at: datetime
    token: str = field(repr=False)
    refresh_token: str = field(default="", repr=False)
    expires_at: datetime | None = None


class SqlInstallations:
    """Every method raises StorageUnavailable when the database is away."""

    def __init__(self, engine: Engine, keys: TokenKeys) -> None:
        self._engine, self._keys = engine, keys

    def save(self, installed: Installation) -> None:
        """Keep it, in place of what was kept for the same workspace."""
        values = {
            "organisation": installed.organisation,
            "name": installed.name,
            "scopes": list(installed.scopes),
            "installed_at": installed.installed_at,
            **self._tokens(installed),
        }
        with writing(self._engine) as connection:
            insert = insert_or(connection, slack_installations).values(workspace=installed.workspace, **values)
            connection.execute(insert.on_conflict_do_update(index_elements=["workspace"], set_=values))

    def find(self, workspace: str) -> Installation | None:
        """The installation by which a workspace or organisation is reached.

        Args:
            workspace: its id. An organisation that did not install it as a whole is reached by any of its workspaces:
                people's ids are the same all over it. "" is for messages that do not say, and finds the only
                installation there is.

        Raises:
            UnreadableTokens
        """
        table = slack_installations.c
        query = select(slack_installations).order_by(table.workspace != workspace, table.workspace)
        if workspace:
            query = query.where(or_(table.workspace == workspace, table.organisation == workspace))
        with reading(self._engine) as connection:
            rows = connection.execute(query.limit(2)).all()
        return self._read(rows[0]) if rows and (workspace or len(rows) == 1) else None

    def all(self) -> list["Installation | UnreadableTokens"]:
        """Every installation by its id; where its tokens cannot be read, that it is so."""
        with reading(self._engine) as connection:
            rows = connection.execute(select(slack_installations).order_by(slack_installations.c.workspace)).all()
        return list(self._each(rows))

    def delete(self, workspace: str, installed_until: datetime) -> bool:
        """Forget a workspace and its tokens, unless it was installed again since.

        Returns:
            Whether there was something to forget.
        """
        table = slack_installations.c
        with writing(self._engine) as connection:
            done = connection.execute(
                delete(slack_installations).where(table.workspace == workspace, table.installed_at <= installed_until)
            )
        return done.rowcount > 0

    def begin_refresh(self, seen: Installation, now: datetime) -> bool:
        """Take it on to refresh a token, which one process may do at a time: a refresh token is good once.

        Returns:
            False where another one is at it, or has done it since `seen` was read.
        """
        table = slack_installations.c
        idle = or_(table.refreshing_until.is_(None), table.refreshing_until <= now)
        with writing(self._engine) as connection:
            begun = connection.execute(
                update(slack_installations)
                .where(self._is(seen), table.expires_at == seen.expires_at, idle)
                .values(refreshing_until=now + REFRESH_TAKES)
            )
        return begun.rowcount > 0

    def save_refreshed(self, seen: Installation, fresh: Installation) -> None:
        """Keep new tokens; one that was installed anew or removed meanwhile stays so."""
        with writing(self._engine) as connection:
            connection.execute(update(slack_installations).where(self._is(seen)).values(self._tokens(fresh)))

    def seal_anew(self) -> tuple[int, list[str]]:
        """Seal all tokens with the newest key.

        Returns:
            How many were, and the workspaces whose tokens no key opens: they stay as they are.
        """
        table, unreadable, sealed = slack_installations.c, [], 0
        with writing(self._engine) as connection:
            for row in connection.execute(select(table.workspace, table.tokens)).all():
                try:
                    anew = self._keys.seal(row.workspace, self._keys.open(row.workspace, row.tokens))
                except UnreadableTokens:
                    unreadable.append(row.workspace)
                    continue
                unchanged = and_(table.workspace == row.workspace, table.tokens == row.tokens)
                sealed += connection.execute(update(slack_installations).where(unchanged).values(tokens=anew)).rowcount
        return sealed, unreadable

    def use_state(self, state: str, now: datetime) -> bool:
        """Whether a state is used for the first time; those too old to be used are forgotten by the way."""
        digest = hashlib.sha256(state.encode()).hexdigest()
        with writing(self._engine) as connection:
            old = slack_used_states.c.used_at <= now - STATE_GOOD_FOR
            connection.execute(delete(slack_used_states).where(old))
            insert = insert_or(connection, slack_used_states).values(digest=digest, used_at=now)
            once = insert.on_conflict_do_nothing().returning(slack_used_states.c.digest)
            return connection.execute(once).first() is not None

    @staticmethod
    def _is(seen: Installation) -> ColumnElement[bool]:
        table = slack_installations.c
        return and_(table.workspace == seen.workspace, table.installed_at == seen.installed_at)

    def _tokens(self, installed: Installation) -> dict[str, Any]:
        secrets = {"token": installed.token, "refresh_token": installed.refresh_token}
        sealed = self._keys.seal(installed.workspace, secrets)
        return {"tokens": sealed, "expires_at": installed.expires_at, "refreshing_until": None}

    def _each(self, rows: "list[Row[Any]]") -> Iterator["Installation | UnreadableTokens"]:
        for row in rows:
            try:
                yield self._read(row)
            except UnreadableTokens as error:
                yield error

    def _read(self, row: "Row[Any]") -> Installation:
        return Installation(
            row.workspace,
            row.organisation,
            row.name,
            tuple(row.scopes),
            row.installed_at,
            expires_at=row.expires_at,
            **self._keys.open(row.workspace, row.tokens),
        )
