"""Settings from the environment, all checked at once."""

import base64
import re
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, Literal
from urllib.parse import SplitResult, unquote, urlsplit

import limits
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError
from rapidfuzz import fuzz, process

from bot.errors import BadSettings

SHORTEST_KEY = 32  # characters
_SMTP_PORTS = {"smtp": 587, "smtps": 465}
_TOKEN_STARTS = {"slack_bot_token": "xoxb-", "slack_app_token": "xapp-"}
_TOKEN_KEY_BYTES = 32  # of a Fernet key, before base64


Outsiders = Literal["refused", "guests", "all"]  # whether guests, and people of other organisations, may ask


class MailServer(BaseModel):
    """Where e-mail goes out, and whose address it bears."""

    model_config = ConfigDict(frozen=True)

    host: str
    port: int
    sender: str
    user: str = ""
    password: SecretStr | None = None
    tls: bool = False  # from the first byte on, as port 465 wants it
    starttls: bool = True


class Settings(BaseModel):
    """Everything a deployment can set. Variables are the upper-case names below, as DESIGN §4.2 lists them."""

    model_config = ConfigDict(frozen=True, validate_by_name=True, validate_by_alias=True)

    database_url: str = Field("sqlite:///smpolicy-data/smpolicy.sqlite3", alias="SMPOLICY_DATABASE_URL")
    packs: str = Field("uk", alias="SMPOLICY_PACKS")
    advisors: Path | None = Field(None, alias="SMPOLICY_ADVISORS")
    elections: Path | None = Field(None, alias="SMPOLICY_ELECTIONS")
    retention_days: int = Field(730, alias="SMPOLICY_RETENTION_DAYS", ge=1)
    unanswered_days: int = Field(90, alias="SMPOLICY_UNANSWERED_DAYS", ge=0)
    hash_key: SecretStr | None = Field(None, alias="SMPOLICY_HASH_KEY")
    outsiders: Outsiders = Field("refused", alias="SMPOLICY_OUTSIDERS")
    person_limit: str = Field("30/minute", alias="SMPOLICY_PERSON_LIMIT")
    workspace_limit: str = Field("20000/minute", alias="SMPOLICY_WORKSPACE_LIMIT")
    metrics_port: int | None = Field(None, alias="SMPOLICY_METRICS_PORT", ge=1, le=65535)
    asker_name: Literal["withheld", "shown"] = Field("withheld", alias="SMPOLICY_ASKER_NAME")
    threshold: float = Field(0.1, alias="SMPOLICY_THRESHOLD", ge=0.0, le=1.0)
    port: int = Field(3978, alias="PORT", ge=1, le=65535)
    bind: str = Field("0.0.0.0", alias="SMPOLICY_BIND")

    slack_bot_token: SecretStr | None = Field(None, alias="SLACK_BOT_TOKEN")
    slack_signing_secret: SecretStr | None = Field(None, alias="SLACK_SIGNING_SECRET")
    slack_app_token: SecretStr | None = Field(None, alias="SLACK_APP_TOKEN")
    slack_client_id: str = Field("", alias="SLACK_CLIENT_ID")
    slack_client_secret: SecretStr | None = Field(None, alias="SLACK_CLIENT_SECRET")
    slack_workspaces: str = Field("", alias="SMPOLICY_SLACK_WORKSPACES")
    slack_api_url: str = Field("https://slack.com/api/", alias="SLACK_API_URL")
    token_keys: SecretStr | None = Field(None, alias="SMPOLICY_TOKEN_KEYS")

    smtp_url: SecretStr | None = Field(None, alias="SMPOLICY_SMTP_URL")
    mail_from: str = Field("", alias="SMPOLICY_MAIL_FROM")

    public_url: str = Field("", alias="SMPOLICY_PUBLIC_URL")
    link_key: SecretStr | None = Field(None, alias="SMPOLICY_LINK_KEY")

    microsoft_app_id: str = Field("", alias="MICROSOFT_APP_ID")
    microsoft_app_password: SecretStr | None = Field(None, alias="MICROSOFT_APP_PASSWORD")
    microsoft_app_tenant_id: str = Field("", alias="MICROSOFT_APP_TENANT_ID")
    microsoft_app_type: Literal["SingleTenant", "MultiTenant"] = Field("SingleTenant", alias="MICROSOFT_APP_TYPE")
    teams_unauthenticated: bool = Field(False, alias="SMPOLICY_TEAMS_UNAUTHENTICATED")

    @property
    def slack_configured(self) -> bool:
        return self.slack_bot_token is not None or self.slack_many_workspaces

    @property
    def slack_many_workspaces(self) -> bool:
        """Whether workspaces install smpolicy themselves, each with a token of its own."""
        return bool(self.slack_client_id)

    @property
    def allowed_workspaces(self) -> tuple[str, ...]:
        """Ids of the workspaces and organisations that may install smpolicy; empty for any."""
        return _several(self.slack_workspaces)

    @property
    def keys_of_tokens(self) -> tuple[str, ...]:
        """The keys that tokens are kept under, the newest first."""
        return _several(self.token_keys.get_secret_value()) if self.token_keys else ()

    @property
    def teams_configured(self) -> bool:
        return bool(self.microsoft_app_id) or self.teams_unauthenticated

    @property
    def mail_server(self) -> MailServer | None:
        """None without SMPOLICY_SMTP_URL, or when it cannot be read (`problems` says so)."""
        if self.smtp_url is None:
            return None
        try:
            url = urlsplit(self.smtp_url.get_secret_value())
            port = url.port or _SMTP_PORTS.get(url.scheme, 0)
        except ValueError:
            return None
        if url.scheme not in _SMTP_PORTS or not url.hostname:
            return None
        return MailServer(
            host=url.hostname,
            port=port,
            sender=self.mail_from,
            user=unquote(url.username or ""),
            password=SecretStr(unquote(url.password)) if url.password else None,
            tls=url.scheme == "smtps",
            starttls=url.scheme == "smtp" and not _is_loopback(url.hostname),
        )

    @property
    def on_loopback(self) -> bool:
        return _is_loopback(self.bind)

    def problems(self) -> list[str]:
        """What is missing or cannot work together, each with what to do."""
        found = []
        if not re.match(r"(sqlite|postgres|postgresql)(\+\w+)?://", self.database_url):
            found.append("SMPOLICY_DATABASE_URL: write sqlite:///file or postgresql://user@host/name")
        if self.advisors and not self.advisors.is_file():
            found.append(f"SMPOLICY_ADVISORS: there is no file {self.advisors}")
        if self.elections and not self.elections.is_file():
            found.append(f"SMPOLICY_ELECTIONS: there is no file {self.elections}")
        if self.hash_key and len(self.hash_key.get_secret_value()) < SHORTEST_KEY:
            found.append(f"SMPOLICY_HASH_KEY: {SHORTEST_KEY} characters or more, from: openssl rand -hex 32")
        found += self._slack_problems()
        found += self._limit_problems()
        if self.microsoft_app_id and not self.microsoft_app_password:
            found.append("MICROSOFT_APP_PASSWORD: needed beside MICROSOFT_APP_ID")
        if self.microsoft_app_password and not self.microsoft_app_id:
            found.append("MICROSOFT_APP_ID: missing, though MICROSOFT_APP_PASSWORD is there")
        if self.microsoft_app_id and not self.microsoft_app_tenant_id:
            found.append("MICROSOFT_APP_TENANT_ID: the tenant whose people may ask; nobody else is answered")
        if self.smtp_url and self.mail_server is None:
            found.append("SMPOLICY_SMTP_URL: write smtp://user:password@host:587, or smtps:// for TLS from the start")
        if self.smtp_url and not re.fullmatch(r"[^@\s]+@[^@\s]+", self.mail_from):
            found.append("SMPOLICY_MAIL_FROM: the address that e-mail bears, needed beside SMPOLICY_SMTP_URL")
        found += self._link_problems()
        if self.teams_unauthenticated and not self.on_loopback:
            found.append(
                "SMPOLICY_TEAMS_UNAUTHENTICATED: only for development on this machine; set SMPOLICY_BIND=127.0.0.1 too"
            )
        return found

    def _slack_problems(self) -> list[str]:
        found = []
        for name, start in _TOKEN_STARTS.items():
            token: SecretStr | None = getattr(self, name)
            if token and not token.get_secret_value().startswith(start):
                found.append(f"{name.upper()}: a token of this kind starts with {start}")
        if self.slack_client_id or self.slack_client_secret:
            found += self._installing_problems()
        elif not self.slack_bot_token and (self.slack_signing_secret or self.slack_app_token):
            found.append("SLACK_BOT_TOKEN: missing, though other Slack settings are there")
        owner = "SLACK_BOT_TOKEN" if self.slack_bot_token else "SLACK_CLIENT_ID" if self.slack_client_id else ""
        if owner and not (self.slack_signing_secret or self.slack_app_token):
            found.append(f"SLACK_SIGNING_SECRET: needed beside {owner} (or SLACK_APP_TOKEN for Socket Mode)")
        wrong = [one for one in self.allowed_workspaces if not re.fullmatch(r"[TE][A-Z0-9]+", one)]
        if wrong:
            found.append(f"SMPOLICY_SLACK_WORKSPACES: ids such as T012ABCDEF or E012ABCDEF, not {', '.join(wrong)}")
        return found + self._token_key_problems()

    def _installing_problems(self) -> list[str]:
        """What is wrong with the settings by which workspaces install smpolicy themselves."""
        found = []
        if self.slack_bot_token:
            found.append(
                "SLACK_BOT_TOKEN, SLACK_CLIENT_ID: take one of them out: the token is for one workspace, the client "
                "for workspaces that install smpolicy themselves"
            )
        if not self.slack_client_secret:
            found.append("SLACK_CLIENT_SECRET: needed beside SLACK_CLIENT_ID")
        if not self.slack_client_id:
            found.append("SLACK_CLIENT_ID: missing, though SLACK_CLIENT_SECRET is there")
        if not self.public_url:
            found.append("SMPOLICY_PUBLIC_URL: needed beside SLACK_CLIENT_ID: people install smpolicy on a page there")
        if not self.token_keys:
            found.append(
                "SMPOLICY_TOKEN_KEYS: needed beside SLACK_CLIENT_ID, so that no token lies open in the database: "
                "smpolicy tokens key makes one"
            )
        return found

    def _token_key_problems(self) -> list[str]:
        wrong = [str(number) for number, key in enumerate(self.keys_of_tokens, 1) if not _is_token_key(key)]
        if not wrong:
            return []
        which = f"number {' and '.join(wrong)} of {len(self.keys_of_tokens)} is no key"
        return [
            f"SMPOLICY_TOKEN_KEYS: {which}: smpolicy tokens key makes one; write the newest first, with commas between"
        ]

    def _limit_problems(self) -> list[str]:
        found = []
        for name in ("person_limit", "workspace_limit"):
            if not _is_limit(getattr(self, name)):
                found.append(f"SMPOLICY_{name.upper()}: write one limit such as 30/minute, 5/10 seconds or 500/hour")
        if self.metrics_port == self.port:
            found.append("SMPOLICY_METRICS_PORT: the figures need a port of their own, other than PORT")
        return found

    def _link_problems(self) -> list[str]:
        url, key = _split(self.public_url), self.link_key.get_secret_value() if self.link_key else ""
        if not self.public_url:
            return ["SMPOLICY_PUBLIC_URL: missing, though SMPOLICY_LINK_KEY is there"] if key else []
        found = []
        if url is None or not url.hostname or url.query or url.fragment or not _is_safe(url):
            found.append("SMPOLICY_PUBLIC_URL: where people reach smpolicy, such as https://smpolicy.example.gov.uk")
        if len(key) < SHORTEST_KEY and (key or self.smtp_url):
            found.append(
                f"SMPOLICY_LINK_KEY: {SHORTEST_KEY} characters or more that nobody can guess, so that letters link to "
                "the page of their case: openssl rand -hex 32 makes some"
            )
        return found


def _several(text: str) -> tuple[str, ...]:
    """What stands between commas."""
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _is_token_key(key: str) -> bool:
    try:
        return len(base64.b64decode(key, altchars=b"-_", validate=True)) == _TOKEN_KEY_BYTES
    except ValueError:
        return False


def _is_limit(text: str) -> bool:
    try:
        parsed = limits.parse_many(text)
    except ValueError:
        return False
    return len(parsed) == 1 and parsed[0].amount > 0


def _split(url: str) -> SplitResult | None:
    try:
        return urlsplit(url)
    except ValueError:
        return None


def _is_safe(url: SplitResult) -> bool:
    """Whether nobody on the way reads a link; a link acts for whoever it was sent to."""
    return url.scheme == "https" or (url.scheme == "http" and _is_loopback(url.hostname or ""))


def _is_loopback(host: str) -> bool:
    return host in ("127.0.0.1", "::1", "localhost")


def from_env(environment: Mapping[str, str]) -> Settings:
    """Read settings from a mapping of variables.

    Raises:
        BadSettings: naming every missing or bad value at once.
    """
    names = {field.alias for field in Settings.model_fields.values() if field.alias}
    given = {name: value.strip() for name, value in environment.items() if name in names and value.strip()}
    problems = _unknown(environment, names)
    try:
        settings = Settings.model_validate(given)
    except ValidationError as error:
        problems += [f"{item['loc'][0]}: {_plainly(item)}, not {item['input']!r}" for item in error.errors()]
        bad = {item["loc"][0] for item in error.errors()}
        settings = Settings.model_validate({name: value for name, value in given.items() if name not in bad})
    if problems := problems + settings.problems():
        raise BadSettings(problems)
    return settings


def _unknown(environment: Mapping[str, str], names: Collection[str]) -> list[str]:
    """Names of ours that mean nothing: a setting that is spelt wrong must not be passed over in silence."""
    found = []
    given = (name for name, value in environment.items() if value.strip())
    for name in sorted(name for name in given if name.startswith("SMPOLICY_") and name not in names):
        near = process.extractOne(name, sorted(names), scorer=fuzz.ratio)
        found.append(f"{name}: there is no such setting" + (f", did you mean {near[0]}?" if near else ""))
    return found


def _plainly(item: Any) -> str:
    """What is wrong with a value."""
    bounds = item.get("ctx", {})
    match item["type"]:
        case "int_parsing" | "int_type" | "int_from_float":
            return "write a whole number"
        case "float_parsing" | "float_type":
            return "write a number such as 0.1"
        case "bool_parsing" | "bool_type":
            return "write true or false"
        case "greater_than_equal":
            return f"write {bounds['ge']} or more"
        case "less_than_equal":
            return f"write {bounds['le']} or less"
        case "literal_error":
            return f"write {bounds['expected'].replace(chr(39), '')}"
    return str(item["msg"])
