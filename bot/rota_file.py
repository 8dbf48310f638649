"""Advisor files: what an owner writes about the rota → Rota, naming every fault at once."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, time
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationError
from rapidfuzz import fuzz, process

from bot.advisors import Absence, Advisor, Colleague, Rota
from bot.errors import BadRota
from bot.language import LANGUAGES
from bot.messages import Platform
from bot.sla import MONDAY_TO_FRIDAY, NATIONS, Spans, WorkingHours, is_zone

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SPAN = re.compile(r"(\d{1,2}):(\d{2})\s*[-–]\s*(\d{1,2}):(\d{2})")


def _known_zone(name: str) -> str:
    if not is_zone(name):
        raise ValueError(f"unknown time zone {name!r}, write one such as Europe/London")
    return name


def _known_nation(name: str) -> str:
    if name not in NATIONS:
        raise ValueError(f"unknown nation {name!r}, known are {', '.join(NATIONS)}")
    return name


def _known_language(name: str) -> str:
    if name not in LANGUAGES:
        raise ValueError(f"unknown language {name!r}, known besides English are {', '.join(LANGUAGES)}")
    return name


def _week(given: object) -> tuple[Spans, ...]:
    """Hours by day, as {"mon": "09:00-12:30, 13:30-17:00", …}; a day that is not named is free."""
    if not isinstance(given, Mapping) or not set(given) <= set(_DAYS):
        raise ValueError(f"give hours by day, of {', '.join(_DAYS)}, such as mon: 09:00-12:30, 13:30-17:00")
    week = tuple(_spans(str(given.get(day, ""))) for day in _DAYS)
    if not any(week):
        raise ValueError("no day has hours")
    return week


def _spans(text: str) -> Spans:
    found: list[tuple[time, time]] = []
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        match = _SPAN.fullmatch(part)
        if not match:
            raise ValueError(f"{part!r} is no span of hours, write 09:00-17:00")
        try:
            start, stop = (time(int(match[number]), int(match[number + 1])) for number in (1, 3))
        except ValueError:
            raise ValueError(f"{part} names an hour that no clock shows, write 09:00-17:00") from None
        if start >= stop or (found and start < found[-1][1]):
            raise ValueError(f"{part} must end after it begins, and begin after what stands before it")
        found.append((start, stop))
    return tuple(found)


_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
_Slug = Annotated[_Text, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]


_Email = Annotated[_Text, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+$")]


class _AbsenceRow(BaseModel):
    model_config = ConfigDict(extra="forbid")
    since: date = Field(alias="from")
    until: date | None = None


class _AdvisorRow(BaseModel):
    model_config = ConfigDict(extra="forbid")
    id: _Slug
    name: _Text
    role: _Text = "Advisor"
    topics: list[_Slug] = []
    slack: _Text | None = None
    teams: _Text | None = None
    terminal: _Text | None = None
    email: _Email | None = None
    deputy: _Slug | None = None
    zone: Annotated[_Text, AfterValidator(_known_zone)] = "Europe/London"
    nation: Annotated[_Text, AfterValidator(_known_nation)] = "england"
    hours: Annotated[tuple[Spans, ...], BeforeValidator(_week)] = MONDAY_TO_FRIDAY
    away: list[_AbsenceRow] = []
    serves_from: date | None = Field(None, alias="from")
    serves_until: date | None = Field(None, alias="until")
    prefers: Platform | None = None
    departments: list[_Slug] = []
    languages: list[Annotated[_Slug, AfterValidator(_known_language)]] = []
    manager: _Slug | None = None


class _PersonRow(BaseModel):
    """Somebody who may ask."""

    model_config = ConfigDict(extra="forbid")
    slack: _Text | None = None
    teams: _Text | None = None
    department: _Slug | None = None
    manager: _Slug | None = None


class _RotaFile(BaseModel):
    model_config = ConfigDict(extra="forbid")
    advisors: list[_AdvisorRow]
    duty: list[_Slug] = []
    owner: _Slug | None = None
    people: list[_PersonRow] = []


def read_rota(data: Any, *, topics: Mapping[str, str], beside: Collection[str] = ()) -> Rota:
    """An advisor file's content → Rota.

    Args:
        data: what the YAML holds.
        topics: the topics that exist.
        beside: ids of advisors who are not in it and may be referred to all the same.

    Raises:
        BadRota: with every fault in it.
    """
    file, problems = _readable(data)
    ids = [row.id for row in file.advisors] + _unreadable_ids(data, file)
    if not ids and not problems:
        problems.append("no advisors: list at least one under advisors:")
    known, where = {*ids, *beside}, "on the rota" if beside else "in the file"
    for row in file.advisors:
        who = f"advisor {row.id}"
        if ids.count(row.id) > 1:
            problems.append(f"{who}: this id is used more than once")
        if not (row.slack or row.teams or row.terminal or row.email):
            problems.append(f"{who}: no address: give slack: (member id), teams: (Entra object id) or email:")
        if row.deputy and row.deputy not in known:
            problems.append(f"{who}: the deputy {row.deputy} is not {where}")
        problems += _manager_faults(who, row.manager, known, where)
        problems += [f"{who}: unknown topic {topic}" for topic in row.topics if topic not in topics]
        spans = [(row.serves_from, row.serves_until), *((absence.since, absence.until) for absence in row.away)]
        problems += [
            f"{who}: until {until} lies before from {since}"
            for since, until in spans
            if since and until and until < since
        ]
    for number, person in enumerate(file.people, 1):
        who = f"person number {number}"
        if not (person.slack or person.teams):
            problems.append(f"{who}: no address: give slack: (member id) or teams: (Entra object id)")
        problems += _manager_faults(who, person.manager, known, where)
    problems += [f"duty: {name} is not {where}" for name in file.duty if name not in known]
    if file.owner and file.owner not in known:
        problems.append(f"owner: {file.owner} is not {where}")
    if problems:
        raise BadRota(problems)
    advisors, people = map(_advisor, file.advisors), map(_colleague, file.people)
    return Rota(tuple(advisors), tuple(file.duty), file.owner or "", tuple(people))


def _manager_faults(who: str, manager: str | None, known: Collection[str], where: str) -> list[str]:
    """Only a manager who advises matters here: cases of theirs go to others."""
    if manager is None or manager in known:
        return []
    return [f"{who}: the manager {manager} is not {where}; leave out a manager who is no advisor"]


def with_fields(
    rota: Rota, advisor_id: str, given: Mapping[str, str], *, topics: Mapping[str, str], day: date
) -> tuple[Rota, Advisor, tuple[str, ...]]:
    """A rota with somebody new, or with what is given of somebody known changed and nothing else.

    Args:
        given: fields by their names in the file, topics with commas between them; "" takes a field away.
        day: today.

    Returns:
        The rota, the advisor as they stand in it now, and the fields that changed; of somebody new all that were given.

    Raises:
        BadRota: with every fault in what is given.
    """
    known = rota.get(advisor_id)
    before = to_row(known) if known else {"id": advisor_id}
    fields = {name: _several(value) if name == "topics" else value for name, value in given.items()}
    row = {name: value for name, value in {**before, **fields}.items() if value != ""}
    beside = {one.id for one in rota.advisors}
    read = read_rota({"advisors": [row]}, topics=topics, beside=beside).advisors[0]
    all_of_them = rota.advisors if known else (*rota.advisors, read)
    changed = replace(rota, advisors=tuple(read if one.id == advisor_id else one for one in all_of_them))
    after = to_row(read)
    return changed.reloaded(rota, day), read, tuple(name for name in given if after.get(name) != before.get(name))


def _several(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def to_row(advisor: Advisor) -> dict[str, Any]:
    """What a file would say of an advisor, without the absences they have told themselves."""
    given: dict[str, Any] = {
        "id": advisor.id,
        "name": advisor.name,
        "role": advisor.role,
        "topics": sorted(advisor.topics),
        **{platform.value: who for platform, who in advisor.addresses},
        "prefers": advisor.addresses[0][0].value if advisor.addresses else None,
        "deputy": advisor.deputy,
        "zone": advisor.zone,
        "nation": advisor.hours.nation,
        "hours": {day: _in_hours(spans) for day, spans in zip(_DAYS, advisor.hours.week, strict=True) if spans},
        "away": [{"from": one.since, "until": one.until} for one in advisor.absences if not one.told],
        "from": advisor.serves_from,
        "until": advisor.serves_until,
        "departments": sorted(advisor.departments),
        "languages": sorted(advisor.languages),
        "manager": advisor.manager,
    }
    return {name: value for name, value in given.items() if value not in (None, "")}


def _in_hours(spans: Spans) -> str:
    return ", ".join(f"{start:%H:%M}-{stop:%H:%M}" for start, stop in spans)


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
    named = [str(row.get("id")).strip() for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    for row in file.advisors:
        named.remove(row.id)
    return named


def _advisor(row: _AdvisorRow) -> Advisor:
    known = [
        (Platform.SLACK, row.slack),
        (Platform.TEAMS, row.teams),
        (Platform.TERMINAL, row.terminal),
        (Platform.EMAIL, row.email),
    ]
    addresses = [(platform, who) for platform, who in known if who]
    return Advisor(
        id=row.id,
        name=row.name,
        role=row.role,
        topics=frozenset(row.topics),
        addresses=tuple(sorted(addresses, key=lambda address: address[0] is not row.prefers)),
        deputy=row.deputy or "",
        hours=WorkingHours(ZoneInfo(row.zone), row.hours, row.nation),
        absences=tuple(Absence(one.since, one.until) for one in row.away),
        serves_from=row.serves_from,
        serves_until=row.serves_until,
        departments=frozenset(row.departments),
        languages=frozenset(row.languages),
        manager=row.manager or "",
    )


def _colleague(row: _PersonRow) -> Colleague:
    known = [(Platform.SLACK, row.slack), (Platform.TEAMS, row.teams)]
    addresses = tuple((platform, who) for platform, who in known if who)
    return Colleague(addresses, row.department or "", row.manager or "")


def _in_words(item: Any, data: Any) -> str:
    """One validation error as 'advisor maya-okafor: name: is missing'."""
    loc = list(item["loc"])
    where, fields = "", list(_RotaFile.model_fields)
    if len(loc) >= 2 and loc[0] in ("advisors", "people") and isinstance(loc[1], int):
        row = data[loc[0]][loc[1]]
        name = row.get("id") if isinstance(row, dict) else None
        what = "advisor" if loc[0] == "advisors" else "person"
        where = f"{what} {name or f'number {loc[1] + 1}'}"
        shape = _AdvisorRow if what == "advisor" else _PersonRow
        fields = [field.alias or name for name, field in shape.model_fields.items()]
        loc = loc[2:]
    return ": ".join([part for part in (where, ".".join(map(str, loc))) if part] + [_plainly(item, fields)])


_PLAIN = {
    "missing": "is missing",
    "string_type": "write text, in quotation marks where it is a number",
    "string_too_short": "is empty",
    "list_type": "write a list, such as [one, two]",
    "model_type": "write fields and values, such as id: maya-okafor",
    "date_type": "write a day such as 2026-12-21",
    "date_parsing": "write a day such as 2026-12-21",
    "date_from_datetime_parsing": "write a day such as 2026-12-21",
    "date_from_datetime_inexact": "write a day such as 2026-12-21, without a time",
    "enum": f"write one of {', '.join(platform.value for platform in Platform)}",
}


def _plainly(item: Any, fields: Sequence[str]) -> str:
    """What is wrong with a value, and what to write instead."""
    kind = item["type"]
    if kind == "extra_forbidden":
        near = process.extractOne(str(item["loc"][-1]), fields, scorer=fuzz.ratio, score_cutoff=60)
        hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(fields)}"
        return f"is not known here, {hint}"
    if kind == "string_pattern_mismatch":
        is_address = "@" in item["ctx"]["pattern"]
        wanted = "an address such as maya@example.org" if is_address else "small letters, digits and hyphens"
        return f"write {wanted}, not {item['input']!r}"
    return _PLAIN.get(kind) or str(item["msg"]).removeprefix("Value error, ")
