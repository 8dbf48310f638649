"""Advisors and the rota: who takes a topic, who stands in."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints, ValidationError

from bot.errors import BadRota
from bot.messages import Person, Platform


@dataclass(frozen=True, slots=True)
class Advisor:
    """A named person who decides. No topics means all topics; `addresses` are ids by platform, best first."""

    id: str
    name: str
    role: str
    topics: frozenset[str]
    addresses: tuple[tuple[Platform, str], ...]
    email: str = ""
    deputy: str = ""
    zone: str = "Europe/London"

    def is_person(self, person: Person) -> bool:
        return any(platform is person.platform and who in person.ids for platform, who in self.addresses)


@dataclass(frozen=True, slots=True)
class Rota:
    """All advisors and the duty pool, ids in the order they are tried."""

    advisors: tuple[Advisor, ...] = ()
    duty: tuple[str, ...] = ()

    def get(self, advisor_id: str) -> Advisor | None:
        return next((advisor for advisor in self.advisors if advisor.id == advisor_id), None)

    def of_person(self, person: Person) -> Advisor | None:
        return next((advisor for advisor in self.advisors if advisor.is_person(person)), None)


@dataclass(frozen=True, slots=True)
class Assignment:
    """Who takes a case, and why it is them."""

    advisor: Advisor
    because: str


def choose_advisor(
    rota: Rota,
    topics: Sequence[str],
    *,
    load: Mapping[str, int],
    asker: Person | None,
    without: frozenset[str] = frozenset(),
    prefer: str = "",
) -> Assignment | None:
    """Pick the advisor for a case: by topic, least loaded first; then the duty pool; never the asker.

    Args:
        topics: of the case, the leading one first; may be empty.
        load: cases in work by advisor id.
        without: ids that must not get it, such as whoever is passing it on.
        prefer: id of somebody named for it, a deputy for instance; taken when they may have it.

    Returns:
        None only when nobody but the asker is left.
    """

    def free(candidates: Sequence[Advisor]) -> list[Advisor]:
        allowed = [a for a in candidates if a.id not in without and not (asker and a.is_person(asker))]
        return sorted(allowed, key=lambda advisor: load.get(advisor.id, 0))

    if named := free([advisor for advisor in rota.advisors if advisor.id == prefer]):
        return Assignment(named[0], "was named for it")
    for topic in topics:
        if specialists := free([advisor for advisor in rota.advisors if topic in advisor.topics]):
            return Assignment(specialists[0], f"takes the topic {topic}")
    if generalists := free([advisor for advisor in rota.advisors if not advisor.topics]):
        return Assignment(generalists[0], "takes any topic")
    if duty := free([advisor for name in rota.duty if (advisor := rota.get(name))]):
        return Assignment(duty[0], "is in the duty pool")
    if others := free(rota.advisors):
        return Assignment(others[0], "is free though the topic is another's")
    return None


def uncovered(rota: Rota, topics: Iterable[str]) -> tuple[str, ...]:
    """The topics that neither a specialist nor a generalist nor anybody on duty takes, in their order."""
    if rota.duty or any(not advisor.topics for advisor in rota.advisors):
        return ()
    taken = {topic for advisor in rota.advisors for topic in advisor.topics}
    return tuple(topic for topic in topics if topic not in taken)


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise ValueError(f"unknown time zone {name!r}, write one such as Europe/London") from None
    return name


_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
_Slug = Annotated[_Text, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]


class _AdvisorRow(BaseModel):
    model_config = ConfigDict(extra="forbid")
    id: _Slug
    name: _Text
    role: _Text = "Advisor"
    topics: list[_Slug] = []
    slack: _Text | None = None
    teams: _Text | None = None
    terminal: _Text | None = None
    email: Annotated[_Text, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+$")] | None = None
    deputy: _Slug | None = None
    zone: Annotated[_Text, AfterValidator(_known_zone)] = "Europe/London"
    prefers: Platform | None = None


class _RotaFile(BaseModel):
    model_config = ConfigDict(extra="forbid")
    advisors: list[_AdvisorRow]
    duty: list[_Slug] = []


def read_rota(data: Any, *, topics: Mapping[str, str]) -> Rota:
    """An advisor file's content → Rota.

    Args:
        data: what the YAML holds.
        topics: the topics that exist.

    Raises:
        BadRota: with every fault in it.
    """
    file, problems = _readable(data)
    ids = [row.id for row in file.advisors] + _unreadable_ids(data, file)
    if not ids and not problems:
        problems.append("no advisors: list at least one under advisors:")
    for row in file.advisors:
        who = f"advisor {row.id}"
        if ids.count(row.id) > 1:
            problems.append(f"{who}: this id is used more than once")
        if not (row.slack or row.teams or row.terminal):
            problems.append(f"{who}: no address: give slack: (member id) or teams: (Entra object id)")
        if row.deputy and row.deputy not in ids:
            problems.append(f"{who}: the deputy {row.deputy} is not in the file")
        problems += [f"{who}: unknown topic {topic}" for topic in row.topics if topic not in topics]
    problems += [f"duty: {name} is not in the file" for name in file.duty if name not in ids]
    if problems:
        raise BadRota(problems)
    return Rota(tuple(_advisor(row) for row in file.advisors), tuple(file.duty))


def _readable(data: Any) -> tuple[_RotaFile, list[str]]:
    """What of a file can be read, and the faults of the rest."""
    try:
        return _RotaFile.model_validate(data), []
    except ValidationError as error:
        faults = error.errors()
    problems = [_in_words(item, data) for item in faults]
    places = {item["loc"][1] for item in faults if item["loc"][:1] == ("advisors",) and len(item["loc"]) > 1}
    if not places:
        return _RotaFile(advisors=[]), problems
    rows = [row for place, row in enumerate(data["advisors"]) if place not in places]
    try:
        return _RotaFile.model_validate({"advisors": rows, "duty": data.get("duty", [])}), problems
    except ValidationError:
        return _RotaFile(advisors=[]), problems


def _unreadable_ids(data: Any, file: _RotaFile) -> list[str]:
    """Ids of rows with faults: others may refer to them all the same."""
    rows = data.get("advisors") if isinstance(data, dict) else None
    named = [str(row.get("id")) for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    for row in file.advisors:
        named.remove(row.id)
    return named


def _advisor(row: _AdvisorRow) -> Advisor:
    known = [(Platform.SLACK, row.slack), (Platform.TEAMS, row.teams), (Platform.TERMINAL, row.terminal)]
    addresses = [(platform, who) for platform, who in known if who]
    return Advisor(
        id=row.id,
        name=row.name,
        role=row.role,
        topics=frozenset(row.topics),
        addresses=tuple(sorted(addresses, key=lambda address: address[0] is not row.prefers)),
        email=row.email or "",
        deputy=row.deputy or "",
        zone=row.zone,
    )


def _in_words(item: Any, data: Any) -> str:
    """One validation error as 'advisor maya-okafor: name: Field required'."""
    loc = list(item["loc"])
    where = ""
    if len(loc) >= 2 and loc[0] == "advisors" and isinstance(loc[1], int):
        row = data["advisors"][loc[1]]
        name = row.get("id") if isinstance(row, dict) else None
        where = f"advisor {name or f'number {loc[1] + 1}'}"
        loc = loc[2:]
    return ": ".join(
        [part for part in (where, ".".join(map(str, loc))) if part] + [item["msg"].removeprefix("Value error, ")]
    )
