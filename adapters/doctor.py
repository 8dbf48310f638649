"""What `smpolicy doctor` looks at: each part of a service, whether it is well, and what to do where it is not."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from adapters.bootstrap import ELECTIONS, Application, calendar_from_file
from adapters.storage.migrations import is_current
from adapters.storage.outbox import worker_age_s
from bot import wording_advisor
from bot.advisors import Rota, by_letter_alone, uncovered
from bot.errors import SmpolicyError, StorageUnavailable
from bot.messages import Platform
from knowledge.encoder import ModelFault, load_encoder
from knowledge.loading import GuidanceFaults, overdue

WORKER_SEEN_S = 90.0
CALENDAR_REACHES = timedelta(days=90)  # how far ahead a calendar of elections should look


class Health(StrEnum):
    WELL = "well"
    ADVICE = "look at this"  # the service runs, but not as well as it could
    ILL = "mend this"


@dataclass(frozen=True, slots=True)
class Finding:
    part: str
    health: Health
    said: str

    def __str__(self) -> str:
        return f"{self.health.value:<13}{self.part}: {self.said}"


def examine(application: Application) -> Iterator[Finding]:
    """Look at every part, one finding or more each; a part that fails does not keep the others from being seen."""
    parts: dict[str, Callable[[Application], Iterator[Finding]]] = {
        "guidance": _guidance,
        "encoder": _encoder,
        "elections": _elections,
        "database": _database,
        "advisors": _advisors,
    }
    for part, look in parts.items():
        try:
            yield from look(application)
        except (GuidanceFaults, ModelFault, SmpolicyError) as error:
            yield Finding(part, Health.ILL, str(error) or type(error).__name__)


def _guidance(application: Application) -> Iterator[Finding]:
    corpus = application.corpus
    said = f"{corpus.version}, {len(corpus.entries)} entries on {len(corpus.passages)} passages"
    yield Finding("guidance", Health.WELL, said)
    if late := overdue(corpus, application.clock.now().date()):
        said = f"{len(late)} entries are past their review date: smpolicy guidance check names them"
        yield Finding("guidance", Health.ADVICE, said)


def _encoder(application: Application) -> Iterator[Finding]:
    encoder = load_encoder()
    if encoder is None:
        said = "onnxruntime is not installed, so questions are understood by their words alone: pip install onnxruntime"
        yield Finding("encoder", Health.ADVICE, said)
        return
    dimensions = encoder.encode(["can I post this?"]).shape[1]
    yield Finding("encoder", Health.WELL, f"checksums right, vectors of {dimensions} numbers")


def _elections(application: Application) -> Iterator[Finding]:
    path = application.settings.elections or ELECTIONS
    calendar = calendar_from_file(path)
    until = calendar.complete_until
    if until is None or until < application.clock.now().date() + CALENDAR_REACHES:
        known = f"complete until {until:%-d %B %Y}" if until else "not said to be complete until any day"
        said = f"the calendar is {known}: add coming elections to {path.name} (SMPOLICY_ELECTIONS)"
        yield Finding("elections", Health.ADVICE, said)
    else:
        said = f"{len(calendar.periods)} periods, complete until {until:%-d %B %Y}"
        yield Finding("elections", Health.WELL, said)


def _database(application: Application) -> Iterator[Finding]:
    if not is_current(application.database):
        yield Finding("database", Health.ILL, "not up to date: run smpolicy release")
        return
    yield Finding("database", Health.WELL, "reached, and up to date")
    with application.open_unit() as unit:
        kept = unit.guidance.versions()
    if application.corpus.version not in kept:
        said = "what it says is not kept, so that answers cannot be recalled later: run smpolicy release"
        yield Finding("guidance", Health.ADVICE, said)
    age_s = worker_age_s(application.database, application.clock.now())
    if age_s is None or age_s > WORKER_SEEN_S:
        said = "none was seen in the last minutes, so nothing is delivered: start smpolicy worker (or smpolicy run)"
        yield Finding("worker", Health.ILL, said)
    else:
        yield Finding("worker", Health.WELL, f"seen {age_s:.0f} seconds ago")


def _routes(application: Application, rota: Rota) -> Iterator[Finding]:
    """Whether every advisor can hear of a case and act on it."""
    settings = application.settings
    configured = {
        Platform.SLACK: settings.slack_configured,
        Platform.TEAMS: settings.teams_configured,
        Platform.EMAIL: settings.mail_server is not None,
        Platform.TERMINAL: True,
    }
    deaf = [one.id for one in rota.advisors if not any(configured[platform] for platform, _ in one.addresses)]
    if deaf:
        said = f"no platform that is set up reaches {', '.join(deaf)}: their cases wait until one does"
        yield Finding("advisors", Health.ADVICE, said)
    if application.links is None and (silent := by_letter_alone(rota)):
        yield Finding("advisors", Health.ADVICE, wording_advisor.cannot_act(silent))


def _advisors(application: Application) -> Iterator[Finding]:
    try:
        rota = application.rota()
    except StorageUnavailable:
        yield Finding("advisors", Health.ILL, "unknown while the database cannot be read")
        return
    if not rota.advisors:
        said = "there are none, so unclear cases go nowhere: smpolicy advisors load FILE.yaml"
        yield Finding("advisors", Health.ILL, said)
        return
    yield from _routes(application, rota)
    if missing := uncovered(rota, application.corpus.topics, application.clock.now().date()):
        said = f"nobody takes {', '.join(missing)}: those cases go to whoever is free"
        yield Finding("advisors", Health.ADVICE, said)
    else:
        yield Finding("advisors", Health.WELL, f"{len(rota.advisors)}, every topic has somebody")
