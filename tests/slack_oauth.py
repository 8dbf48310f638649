"""Plays a Slack in which workspaces and organisations install an app: consent, codes, tokens that end, revocation."""

import base64
import itertools
import secrets
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

from adapters.slack.manifest import BOT_SCOPES
from tests.slack_server import Json, Refused, StrictSlack, strict_slack

CLIENT_ID, CLIENT_SECRET = "111.222", "client-s3cret"
TOKEN_GOOD_FOR_S = 43_200
CODE_GOOD_FOR_S = 600


@dataclass(frozen=True)
class Team:
    """Who installs: a workspace, or the whole organisation when `id` is None."""

    id: str | None
    organisation: str | None = None

    @property
    def key(self) -> str:
        return self.id or self.organisation or ""

    @property
    def whole(self) -> bool:
        return self.id is None


@dataclass
class _Token:
    team: Team
    ends_at: float
    revoked: bool = False


@dataclass
class SlackOfMany(StrictSlack):
    """`senders` keeps who called what: method and the workspace its token belongs to."""

    rotates: bool = True
    clock: Callable[[], float] = time.time
    senders: list[tuple[str, str]] = field(default_factory=list)
    granted: frozenset[str] = frozenset(BOT_SCOPES)

    def __post_init__(self) -> None:
        super().__post_init__()
        self._numbers = itertools.count(1)
        self._codes: dict[str, tuple[Team, float, str]] = {}
        self._tokens: dict[str, _Token] = {}
        self._refresh_tokens: dict[str, Team] = {}
        self._caller = ""
        self.refreshes = 0

    # what a test arranges

    def consent(self, address: str, team: Team) -> str:
        """Somebody allows what Slack's page of consent at an address asks for; gives the query to go back with."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert asked["client_id"] == CLIENT_ID
        assert set(asked["scope"].split(",")) == set(BOT_SCOPES)
        code = secrets.token_hex(8)
        self._codes[code] = (team, self.clock() + CODE_GOOD_FOR_S, asked["redirect_uri"])
        return f"code={code}&state={asked['state']}"

    def revoke(self, team: Team) -> None:
        for token in self._tokens.values():
            token.revoked = token.revoked or token.team == team

    @property
    def secrets(self) -> list[str]:
        """Everything that must not lie open anywhere."""
        return [*self._tokens, *self._refresh_tokens, CLIENT_SECRET]

    def issue(self, team: Team) -> Json:
        """Tokens, as oauth.v2.access answers: new ones, or without rotation the one there is."""
        living = [token for token, known in self._tokens.items() if known.team == team and not known.revoked]
        if living and not self.rotates:
            return {"access_token": living[0], "token_type": "bot", "scope": ",".join(sorted(self.granted))}
        token = f"{'xoxe.xoxb-1' if self.rotates else 'xoxb'}-{next(self._numbers)}-{secrets.token_hex(40)}"
        self._tokens[token] = _Token(team, self.clock() + TOKEN_GOOD_FOR_S if self.rotates else float("inf"))
        answer: Json = {"access_token": token, "token_type": "bot", "scope": ",".join(sorted(self.granted))}
        if self.rotates:
            refresh = f"xoxe-1-{secrets.token_hex(60)}"
            self._refresh_tokens[refresh] = team
            answer |= {"refresh_token": refresh, "expires_in": TOKEN_GOOD_FOR_S}
        return answer

    # what an app calls

    def refusal_of_caller(self, method: str, authorization: str) -> str:
        if method == "oauth.v2.access":
            basic = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
            return "" if authorization == f"Basic {basic}" else "invalid_client_id"
        token = self._tokens.get(authorization.removeprefix("Bearer "))
        if token is None:
            return "invalid_auth"
        if token.revoked:
            return "token_revoked"
        if token.ends_at <= self.clock():
            return "token_expired"
        self._caller = token.team.key
        self.senders.append((method, self._caller))
        return ""

    def _oauth_v2_access(self, arguments: Json) -> Json:
        if arguments.get("grant_type") == "refresh_token":
            team = self._refresh_tokens.pop(arguments.get("refresh_token", ""), None)
            if team is None:
                raise Refused("invalid_refresh_token")
            self.refreshes += 1
            return self.issue(team)
        team, good_until, redirect_uri = self._codes.pop(arguments.get("code", ""), (None, 0.0, ""))
        if team is None or good_until <= self.clock():
            raise Refused("invalid_code")
        if arguments.get("redirect_uri") != redirect_uri:
            raise Refused("bad_redirect_uri")
        return {
            **self.issue(team),
            "app_id": "A1",
            "bot_user_id": f"UBOT-{team.key}",
            "team": {"id": team.id, "name": f"Team {team.id}"} if team.id else None,
            "enterprise": {"id": team.organisation, "name": "The organisation"} if team.organisation else None,
            "is_enterprise_install": team.whole,
            "authed_user": {"id": "U1"},
        }

    def _auth_test(self, arguments: Json) -> Json:
        return {**super()._auth_test(arguments), "team_id": self._caller, "url": "https://gov.slack.com/"}

    def _auth_revoke(self, _: Json) -> Json:
        for token in self._tokens.values():
            token.revoked = token.revoked or token.team.key == self._caller
        return {"revoked": True}


@asynccontextmanager
async def slack_of_many(**fields: object) -> AsyncIterator[SlackOfMany]:
    slack = SlackOfMany(**fields)  # type: ignore[arg-type]
    async with strict_slack(slack):
        yield slack
