"""Advisors and the rota: who takes a topic, who is there, who stands in."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

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

    @property
    def zone(self) -> str:
        return self.hours.zone.key

    def is_person(self, person: Person) -> bool:
        return any(platform is person.platform and who in person.ids for platform, who in self.addresses)

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

    def is_named_in(self, text: str) -> bool:
        """Whether a text names them in full."""
        said, name = f" {' '.join(words(text))} ", " ".join(words(self.name))
        return f" {name} " in said


@dataclass(frozen=True, slots=True)
class Rota:
    """All advisors and the duty pool, ids in the order they are tried. `owner` is the id of who runs the service."""

    advisors: tuple[Advisor, ...] = ()
    duty: tuple[str, ...] = ()
    owner: str = ""

    def get(self, advisor_id: str) -> Advisor | None:
        return next((advisor for advisor in self.advisors if advisor.id == advisor_id), None)

    def of_person(self, person: Person) -> Advisor | None:
        return next((advisor for advisor in self.advisors if advisor.is_person(person)), None)

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
    without: frozenset[str] = frozenset(),
    prefer: str = "",
    also_absent: bool = True,
) -> Assignment | None:
    """Pick the advisor for a case: by topic, least loaded first; then a deputy; then the duty pool; never the asker.

    Whoever is away comes last, and then the one with the least work: a case always has a name.

    Args:
        topics: of the case, the leading one first; may be empty.
        load: cases in work by advisor id.
        without: ids that must not get it: whoever passes it on, the asker's line manager, people the question names.
        prefer: id of somebody named for it, a deputy for instance; taken when they may have it and are there.
        also_absent: whether somebody who is away may get it where nobody else is left.

    Returns:
        None only when nobody but the asker is left; without `also_absent`, when nobody else is there.
    """

    def free(candidates: Iterable[Advisor], *, present: bool = True) -> list[Advisor]:
        allowed = [
            one
            for one in candidates
            if one.id not in without
            and not (asker and one.is_person(asker))
            and (not present or one.is_present_at(now))
        ]
        return sorted(allowed, key=lambda advisor: load.get(advisor.id, 0))

    def named(ids: Iterable[str]) -> list[Advisor]:
        return [advisor for name in ids if (advisor := rota.get(name))]

    if chosen := free(named([prefer])):
        return Assignment(chosen[0], "was named for it")
    for topic in topics:
        specialists = [advisor for advisor in rota.advisors if topic in advisor.topics]
        if chosen := free(specialists):
            return Assignment(chosen[0], f"takes the topic {topic}")
        for specialist in specialists:
            if chosen := free(named([specialist.deputy])):
                return Assignment(chosen[0], f"is the deputy of {specialist.name}")
    if chosen := free(advisor for advisor in rota.advisors if not advisor.topics):
        return Assignment(chosen[0], "takes any topic")
    if chosen := free(named(rota.duty)):
        return Assignment(chosen[0], "is in the duty pool")
    if chosen := free(rota.advisors):
        return Assignment(chosen[0], "is free though the topic is another's")
    if also_absent and (chosen := free(rota.advisors, present=False)):
        return Assignment(chosen[0], "has the least work, though everybody is away")
    return None


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
