"""The one place that picks implementations and hands them in."""

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

import yaml
from dotenv import dotenv_values
from sqlalchemy import Engine

from adapters.index_cache import index_of
from adapters.mail.links import CaseLinks
from adapters.slack.members import with_member_ids
from adapters.storage.engine import open_engine
from adapters.storage.outbox import SqlOutbox
from adapters.storage.privacy import Kept, stored_hash_key
from adapters.storage.unit_of_work import SqlUnitOfWork, current_rota
from bot.advisors import Rota
from bot.calendar import Calendar, read_calendar
from bot.engine import GuidanceEngine
from bot.errors import BadCalendar, BadRota
from bot.likeness import Likeness
from bot.questions import Keeping
from bot.rota_file import read_rota
from bot.service import Service
from bot.settings import Settings, from_env
from bot.views import Views
from knowledge.entry import Corpus
from knowledge.index import Index

if TYPE_CHECKING:
    from adapters.storage.installations import SqlInstallations

ELECTIONS = Path(__file__).parent / "elections.yaml"
SAMPLE_ROTA = Path(__file__).parent / "sample_rota.yaml"


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


def settings_from_environment() -> Settings:
    """Settings from the environment, with .env in the working folder beneath it.

    Raises:
        BadSettings: naming every missing or bad value.
    """
    beneath = {name: value or "" for name, value in dotenv_values(".env").items()}
    return from_env({**beneath, **os.environ})


@dataclass(frozen=True)
class Application:
    """The parts of one process, each made when it is first needed and then shared."""

    settings: Settings

    @cached_property
    def clock(self) -> SystemClock:
        return SystemClock()

    @cached_property
    def index(self) -> Index:
        return index_of(self.settings.packs)

    @property
    def corpus(self) -> Corpus:
        return self.index.corpus

    @cached_property
    def engine(self) -> GuidanceEngine:
        calendar = calendar_from_file(self.settings.elections or ELECTIONS)
        return GuidanceEngine(self.index, self.settings.threshold, calendar)

    @cached_property
    def database(self) -> Engine:
        return open_engine(self.settings.database_url)

    @cached_property
    def open_unit(self) -> Callable[..., SqlUnitOfWork]:
        return partial(SqlUnitOfWork, self.database)

    @cached_property
    def service(self) -> Service:
        settings = self.settings
        keeping = Keeping(self.hash_keys[0], texts=settings.unanswered_days > 0, names=settings.asker_name == "shown")
        return Service(self.engine, self.open_unit, self.clock, keeping, Likeness(self.index.encoder))

    def views(self, health: Callable[[], Iterable[str]]) -> Views:
        """What people see beside messages; `health` tells how the service is, a line for each of its parts."""
        return Views(self.engine, self.open_unit, self.clock, self.engine.calendar, health)

    @cached_property
    def hash_keys(self) -> tuple[bytes, ...]:
        """The keys that stand people in for what is kept of questions, the one in use first.

        Raises:
            StorageUnavailable
        """
        given, stored = self.settings.hash_key, stored_hash_key(self.database)
        return (given.get_secret_value().encode(), stored) if given else (stored,)

    @property
    def kept(self) -> Kept:
        days = self.settings.retention_days, self.settings.unanswered_days
        return Kept(*(timedelta(days=number) for number in days))

    @cached_property
    def outbox(self) -> SqlOutbox:
        return SqlOutbox(self.database)

    @cached_property
    def installations(self) -> "SqlInstallations":
        """Where smpolicy is installed in Slack; only where workspaces install it themselves."""
        from adapters.storage.installations import SqlInstallations  # ciphers take a tenth of a second to import
        from adapters.storage.token_keys import TokenKeys

        return SqlInstallations(self.database, TokenKeys(self.settings.keys_of_tokens))

    @cached_property
    def links(self) -> CaseLinks | None:
        """Links to the page of a case; None where no address of the page is set."""
        key = self.settings.link_key
        return CaseLinks(self.settings.public_url, key.get_secret_value()) if self.settings.public_url and key else None

    def rota(self) -> Rota:
        """The rota as stored."""
        return current_rota(self.database)

    def store_rota(self, rota: Rota) -> None:
        """Make what a file says the rota; what advisors have told of their absence since stays until it ends.

        Raises:
            BadRota: an advisor's Slack address is an e-mail address that nobody's member id is known for.
        """
        rota = with_member_ids(rota, self.settings)
        with self.open_unit() as unit:
            unit.rota.replace(rota.reloaded(unit.rota.for_change(), self.clock.now().date()))
            unit.commit()


def rota_from_file(path: Path, corpus: Corpus) -> Rota:
    """Read an advisor file.

    Raises:
        BadRota: naming every fault, or what kept the file from being read.
    """
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise BadRota([f"{path}: {' '.join(str(error).split())}"]) from error
    return read_rota(data, topics=corpus.topics)


def calendar_from_file(path: Path) -> Calendar:
    """Read a calendar of elections.

    Raises:
        BadCalendar: naming every fault, or what kept the file from being read.
    """
    try:
        text = path.read_text(encoding="utf-8")
        data = yaml.load(text, Loader=yaml.BaseLoader)  # dates as text: YAML itself stops at the first bad one
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise BadCalendar([f"{path}: {' '.join(str(error).split())}"]) from error
    try:
        return read_calendar(data)
    except BadCalendar as error:
        raise BadCalendar([f"{path}: {problem}" for problem in error.problems]) from error
