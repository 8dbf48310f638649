"""Advisors and the rota: who takes a topic, who is there, who stands in."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from bot.errors import BadRota
from bot.messages import Person, Platform
from bot.sla import WorkingHours
from knowledge.tokens import words


@dataclass(frozen=True, slots=True)
class Absence:
    """Days away, both included; no `until` means until further notice.

    `told` marks one that was said in chat or at the command line: a file of the rota knows nothing of it.
    """

    since: date
    until: date | None = None
    told: bool = False

    def covers(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True)
class Advisor:
    """A named person who decides. No topics means all topics; `addresses` are ids by platform, best first.

    No `departments` means any; `languages` are those spoken besides English, as bot.language names them; `manager` is
    the id of the advisor who is their line manager, "" where none is or it is not known.
    `serves_from` and `serves_until` bound the days they are on the rota, both included; None for no bound. `back_on`
    is the day they last said that they are back, which outweighs what a file says of absences begun before.
    """

    id: str
    name: str
    role: str
    topics: frozenset[str]
    addresses: tuple[tuple[Platform, str], ...]
    deputy: str = ""
    hours: WorkingHours = field(default_factory=WorkingHours)
    absences: tuple[Absence, ...] = ()
    serves_from: date | None = None
    serves_until: date | None = None
    back_on: date | None = None
    departments: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    manager: str = ""

    @property
    def zone(self) -> str:
        return self.hours.zone.key

    def is_person(self, person: Person) -> bool:
        return _are_of(self.addresses, person)

    def is_same_person(self, other: "Advisor") -> bool:
        """Whether two entries of a rota share an address. At the terminal everybody does who tries it out there."""
        shared = set(self.addresses) & set(other.addresses)
        return self.id == other.id or any(platform is not Platform.TERMINAL for platform, _ in shared)

    def is_present(self, day: date) -> bool:
        """Whether they serve on a day and are not away; weekends and nights count as presence."""
        serves = (self.serves_from or day) <= day <= (self.serves_until or day)
        return serves and not any(absence.covers(day) for absence in self.absences)

    def is_present_at(self, moment: datetime) -> bool:
        return self.is_present(moment.astimezone(self.hours.zone).date())

    def has_left(self, moment: datetime) -> bool:
        """Whether they are on the rota no more."""
        day = moment.astimezone(self.hours.zone).date()
        return not self.addresses or (self.serves_until is not None and day > self.serves_until)

    def serves(self, department: str) -> bool:
        """Whether they take cases from a department; from an unknown one everybody does."""
        return not department or not self.departments or department in self.departments

    def is_named_in(self, text: str) -> bool:
        """Whether a text names them in full."""
        said, name = f" {' '.join(words(text))} ", " ".join(words(self.name))
        return f" {name} " in said


@dataclass(frozen=True, slots=True)
class Colleague:
    """What the rota tells of somebody who may ask: "" for what it does not. `manager` is an advisor's id."""

    addresses: tuple[tuple[Platform, str], ...] = ()
    department: str = ""
    manager: str = ""


def _are_of(addresses: Iterable[tuple[Platform, str]], person: Person) -> bool:
    own = (*person.ids, person.address)
    return any(platform is person.platform and who in own for platform, who in addresses)


@dataclass(frozen=True, slots=True)
class Rota:
    """All advisors and the duty pool, ids in the order they are tried. `owner` is the id of who runs the service."""

    advisors: tuple[Advisor, ...] = ()
    duty: tuple[str, ...] = ()
    owner: str = ""
    people: tuple[Colleague, ...] = ()

    def get(self, advisor_id: str) -> Advisor | None:
        return next((advisor for advisor in self.advisors if advisor.id == advisor_id), None)

    def known(self, advisor_id: str) -> Advisor:
        """Raises BadRota, naming those who are on it."""
        advisor = self.get(advisor_id)
        if advisor is None:
            ids = ", ".join(one.id for one in self.advisors) or "nobody"
            raise BadRota([f"there is no advisor {advisor_id}; on the rota: {ids}"])
        return advisor

    def of_person(self, person: Person) -> Advisor | None:
        return next((advisor for advisor in self.advisors if advisor.is_person(person)), None)

    def known_of(self, person: Person) -> Colleague:
        """What is known of somebody who asks; advisors ask too."""
        if known := next((one for one in self.people if _are_of(one.addresses, person)), None):
            return known
        advisor = self.of_person(person)
        if advisor is None:
            return Colleague()
        department = next(iter(advisor.departments)) if len(advisor.departments) == 1 else ""
        return Colleague(advisor.addresses, department, advisor.manager)

    @property
    def languages(self) -> frozenset[str]:
        """Those that somebody speaks besides English."""
        return frozenset().union(*(advisor.languages for advisor in self.advisors))

    def with_absence(self, advisor_id: str, since: date, until: date | None) -> "Rota":
        """The rota with somebody absent, as they have told; what was said before of the same days is replaced."""

        def away(advisor: Advisor) -> Advisor:
            others = (one for one in advisor.absences if not one.covers(since))
            return replace(advisor, absences=(*others, Absence(since, until, told=True)), back_on=None)

        return self._with(advisor_id, away)

    def with_return(self, advisor_id: str, day: date) -> "Rota":
        """The rota with somebody back on a day: absences that cover it are lifted, later ones stay."""
        return self._with(advisor_id, lambda advisor: _back(advisor, day))

    def reloaded(self, before: "Rota", day: date) -> "Rota":
        """This rota as a file brings it, with what advisors have told of their absence and return meanwhile.

        Args:
            before: the rota that it takes the place of.
            day: today; absences that have ended are left behind.
        """

        def as_told(advisor: Advisor) -> Advisor:
            known = before.get(advisor.id)
            if known is None:
                return advisor
            told = (one for one in known.absences if one.told and (one.until is None or one.until >= day))
            advisor = replace(advisor, absences=(*advisor.absences, *told))
            return _back(advisor, known.back_on) if known.back_on else advisor

        return replace(self, advisors=tuple(map(as_told, self.advisors)))

    def _with(self, advisor_id: str, change: Callable[[Advisor], Advisor]) -> "Rota":
        return replace(self, advisors=tuple(change(one) if one.id == advisor_id else one for one in self.advisors))


def _back(advisor: Advisor, day: date) -> Advisor:
    return replace(advisor, absences=tuple(one for one in advisor.absences if not one.covers(day)), back_on=day)


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
    now: datetime,
    department: str = "",
    language: str = "",
    without: frozenset[str] = frozenset(),
    named: str = "",
    prefer: str = "",
    also_absent: bool = True,
) -> Assignment | None:
    """Pick the advisor for a case: by topic, then a deputy, then the duty pool; never the asker or their line manager.

    Whoever speaks its language comes before all others, and then whoever serves the asker's department; of several
    that fit, the own department's and the least loaded. Whoever is away comes last: a case always has a name.

    Args:
        topics: of the case, the leading one first; may be empty.
        load: cases in work by advisor id.
        department: the asker's, "" where it is not known.
        language: of the case, "" for English.
        without: ids that must not get it: whoever passes it on, people the question names.
        named: id of somebody asked for by name; taken when they may have it and are there.
        prefer: id of whoever stands in for the one before; tried first of those who fit.
        also_absent: whether somebody who is away may get it where nobody else is left.

    Returns:
        None only when nobody but the asker and their manager is left; without `also_absent`, when nobody else is there.
    """
    barred = without | {rota.known_of(asker).manager} if asker else without
    allowed = [one for one in rota.advisors if one.id not in barred and not (asker and one.is_person(asker))]
    present = {one.id: one for one in allowed if one.is_present_at(now)}
    if named in present:
        return Assignment(present[named], "was named for it")

    def best(ids: Iterable[str], candidates: Mapping[str, Advisor]) -> Advisor | None:
        def rank(one: Advisor) -> tuple[bool, int]:
            return department not in one.departments, load.get(one.id, 0)

        return min((candidates[name] for name in ids if name in candidates), key=rank, default=None)

    speakers = {name: one for name, one in present.items() if not language or language in one.languages}
    near = {name: one for name, one in speakers.items() if one.serves(department)}
    for candidates in (near, speakers, present):
        for ids, because in _steps(rota, topics, prefer):
            if chosen := best(ids, candidates):
                return Assignment(chosen, because + _besides(chosen, department, language))
    if also_absent and allowed:
        least = min(allowed, key=lambda one: load.get(one.id, 0))
        return Assignment(least, "has the least work, though everybody is away")
    return None


def _steps(rota: Rota, topics: Sequence[str], prefer: str) -> Iterator[tuple[Sequence[str], str]]:
    """Ids of those who may be asked, and why them; the first step that leads to anybody counts."""
    yield [prefer], "stands in for the advisor before"
    for topic in topics:
        specialists = [one for one in rota.advisors if topic in one.topics]
        yield [one.id for one in specialists], f"takes the topic {topic}"
        yield from (([one.deputy], f"is the deputy of {one.name}") for one in specialists)
    yield [one.id for one in rota.advisors if not one.topics], "takes any topic"
    yield rota.duty, "is in the duty pool"
    yield [one.id for one in rota.advisors], "is free though the topic is another's"


def _besides(advisor: Advisor, department: str, language: str) -> str:
    """The rest of the reason: whom they serve and what they speak."""
    said = ""
    if department and advisor.departments:
        serves = advisor.serves(department)
        said = f", serves {department}" if serves else f", though nobody free serves {department}"
    if language:
        name = language.replace("-", " ").title()
        speaks = f", speaks {name}" if language in advisor.languages else f", though nobody free speaks {name}"
        said += f"{speaks}, in which it seems to be written"
    return said


def by_letter_alone(rota: Rota) -> tuple[Advisor, ...]:
    """Those whom only e-mail reaches: they hear of cases, and act on them only where there is a page."""
    return tuple(one for one in rota.advisors if {platform for platform, _ in one.addresses} == {Platform.EMAIL})


def uncovered(rota: Rota, topics: Iterable[str], day: date) -> tuple[str, ...]:
    """The topics that nobody present takes on a day: no specialist, no generalist, nobody on duty; in their order."""
    present = [advisor for advisor in rota.advisors if advisor.is_present(day)]
    if any(not advisor.topics or advisor.id in rota.duty for advisor in present):
        return ()
    taken = {topic for advisor in present for topic in advisor.topics}
    deputised = {
        topic
        for advisor in rota.advisors
        if any(one.id == advisor.deputy for one in present)
        for topic in advisor.topics
    }
    return tuple(topic for topic in topics if topic not in taken | deputised)
