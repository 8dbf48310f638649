"""Recall: those who were given advice on guidance that says something else now are told, once for each change."""

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from bot import wording_recall
from bot.case import SMPOLICY, Case, State
from bot.conversation import Turn
from bot.deliveries import Delivery, ToAdvisor
from bot.errors import UnknownPassage
from bot.messages import Place
from bot.ports import UnitOfWork
from bot.precedent import Precedent, PrecedentState
from bot.precedents import mark_stale
from bot.wording_recall import Change, PassageChange, VerdictChange
from knowledge.entry import Verdict
from knowledge.snapshot import Snapshot, passages_of

ANSWERS = (Verdict.YES, Verdict.YES_IF, Verdict.NO, Verdict.INFO)  # the others gave nobody anything to rely on
_ADVISED = (State.ANSWERED, State.CLOSED)
_IN_FORCE = (PrecedentState.PROPOSED, PrecedentState.SIGNED)
_Thing = TypeVar("_Thing", Turn, Case, Precedent)


class RestsOnPassages(Protocol):
    @property
    def passages(self) -> tuple[str, ...]: ...


_Resting = TypeVar("_Resting", bound=RestsOnPassages)


def resting_on(passages: Collection[str], things: Iterable[_Resting]) -> list[_Resting]:
    """Those turns, cases or precedents that rest on one of these passages (ids)."""
    return [thing for thing in things if not set(passages).isdisjoint(thing.passages)]


@dataclass(frozen=True, slots=True)
class Recalled(Generic[_Thing]):
    """Something that rests on guidance which has changed, and the changes that nobody was told of before."""

    thing: _Thing
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Recall:
    """What a recall found, and the messages it queued.

    `unreachable` are answers whose place is not kept; `unknown` counts what was given under versions that are not
    kept, which cannot be compared.
    """

    answers: Sequence[Recalled[Turn]]
    cases: Sequence[Recalled[Case]]
    precedents: Sequence[Recalled[Precedent]]
    messages: Sequence[Delivery]
    unreachable: Sequence[Recalled[Turn]]
    unknown: Mapping[str, int]


def recall(
    unit: UnitOfWork, now: Snapshot, at: datetime, *, since: Snapshot | None = None, named: Collection[str] = ()
) -> Recall:
    """Find whose advice has changed under them, and queue one message to each. Whoever opened the unit commits it,
    or leaves it for a dry run.

    Args:
        now: the guidance that is installed.
        since: look only at what has changed since this version; it stands in for versions that are not kept.
        named: look only at these passages (ids), whether or not their wording has changed.

    Raises:
        UnknownPassage: nothing rests on a named passage, nor does the guidance know it.
    """
    compared = _Comparison(unit, now, since, frozenset(named))
    answers = [turn for turn in unit.turns.with_passages() if turn.verdict in ANSWERS]
    cases = [case for case in unit.cases.all() if case.state is not State.WITHDRAWN]
    precedents = [one for one in unit.precedents.all() if one.state in _IN_FORCE]
    things: list[Turn | Case | Precedent] = [*answers, *cases, *precedents]
    for name in named:
        if name not in now.passages and not resting_on([name], things):
            raise UnknownPassage(name)
    found = compared.all(answers)
    told = _untold([one for one in found if one.thing.place], unit, at)
    told_cases = _untold(compared.all(cases), unit, at)
    stale = _untold(compared.all(precedents), unit, at)  # reviewed since, it stays in force
    messages = [*_to_askers(told), *_to_askers_of_cases(told_cases), *_to_advisors(told_cases)]
    for message in messages:
        unit.outbox.add(message, at)
    for one in stale:
        mark_stale(unit.precedents, one.thing.id, wording_recall.why_stale(one.changes), actor=SMPOLICY, at=at)
    return Recall(
        answers=told,
        cases=told_cases,
        precedents=stale,
        messages=messages,
        unreachable=[one for one in found if not one.thing.place],
        unknown=compared.unknown,
    )


class _Comparison:
    """What has changed for a turn, case or precedent since it came about; versions are read once each."""

    def __init__(self, unit: UnitOfWork, now: Snapshot, since: Snapshot | None, named: frozenset[str]) -> None:
        self._unit, self._now, self._since, self._named = unit, now, since, named
        self._versions: dict[str, Snapshot | None] = {now.version: now}
        self.unknown: Counter[str] = Counter()

    def all(self, things: Iterable[_Thing]) -> list[Recalled[_Thing]]:
        """Those for which something has changed."""
        return [Recalled(thing, changes) for thing in things if (changes := self.changes(thing))]

    def changes(self, thing: Turn | Case | Precedent) -> tuple[Change, ...]:
        before = self._before(thing)
        if before is None and not self._named:
            if thing.guidance_version:
                self.unknown[thing.guidance_version] += 1
            return ()
        names = [name for name in thing.passages if not self._named or name in self._named]
        found = [self._passage_change(name, before) for name in names]
        changes: list[Change] = [change for change in found if change]
        if before and not self._named and isinstance(thing, Turn):
            changes += self._verdict_change(thing, before)
        return tuple(changes)

    def _before(self, thing: Turn | Case | Precedent) -> Snapshot | None:
        version = thing.guidance_version
        if version not in self._versions:
            self._versions[version] = self._unit.guidance.get(version)
        return self._versions[version] or self._since

    def _passage_change(self, name: str, before: Snapshot | None) -> PassageChange | None:
        was, now = before.passages.get(name) if before else None, self._now.passages.get(name)
        if not self._named and (was is None or (now and now.text == was.text) or not self._moved_since(name)):
            return None
        return PassageChange(name, was, now)

    def _moved_since(self, name: str) -> bool:
        """Whether a passage has changed since the version that is looked back to."""
        if self._since is None:
            return True
        was, now = self._since.passages.get(name), self._now.passages.get(name)
        return (was and was.text) != (now and now.text)

    def _verdict_change(self, turn: Turn, before: Snapshot) -> list[Change]:
        """An answer whose entry says another verdict now to the facts it was given on. Where those are no longer kept
        the outcome is known by its verdict and passages; it has changed when all that it may have been have."""
        old, new = before.entries.get(turn.entry), self._now.entries.get(turn.entry)
        if old is None or new is None or (self._since and self._since.entries.get(turn.entry) == new):
            return []
        outcomes = [(turn.facts, old.outcome_for(turn.facts)), ({}, old.outcome)]
        outcomes += [(case.when, case.outcome) for case in old.by_facts]
        given = [when for when, one in outcomes if one.verdict is turn.verdict and passages_of(one) == turn.passages]
        verdicts = [new.outcome_for({**turn.facts, **when}).verdict for when in given[: 1 if turn.facts else None]]
        if not verdicts or turn.verdict in verdicts:
            return []
        return [VerdictChange(turn.entry, old.title, turn.verdict, verdicts[0])]


def _untold(found: Iterable[Recalled[_Thing]], unit: UnitOfWork, at: datetime) -> list[Recalled[_Thing]]:
    """The changes that nobody was told of before; they count as told from now on."""
    fresh = (
        Recalled(one.thing, tuple(c for c in one.changes if unit.recalls.first_time(one.thing.id, c.key, at)))
        for one in found
    )
    return [one for one in fresh if one.changes]


def _to_askers(answers: Iterable[Recalled[Turn]]) -> Iterator[Delivery]:
    """One message to each asker in each conversation."""
    heard: dict[tuple[str, str], list[Recalled[Turn]]] = {}
    places: dict[tuple[str, str], Place] = {}
    for one in answers:
        if place := one.thing.place:
            places[one.thing.person_key, place.key] = place
            heard.setdefault((one.thing.person_key, place.key), []).append(one)
    for key, told in heard.items():
        reply = wording_recall.answers_recalled([one.thing for one in told], _changes(told))
        yield Delivery(_key(told), places[key], reply)


def _to_askers_of_cases(cases: Iterable[Recalled[Case]]) -> Iterator[Delivery]:
    """One message on each case that was answered, unless its asker was taken out."""
    for one in cases:
        if one.thing.state in _ADVISED and one.thing.place.reference:
            reply = wording_recall.case_recalled(one.thing, one.changes)
            yield Delivery(_key([one]), one.thing.place, reply, one.thing.id)


def _to_advisors(cases: Iterable[Recalled[Case]]) -> Iterator[Delivery]:
    """One message to each advisor about all their cases."""
    held: dict[str, list[Recalled[Case]]] = {}
    for one in cases:
        held.setdefault(one.thing.advisor_id, []).append(one)
    for advisor_id, theirs in held.items():
        reply = wording_recall.cases_to_review([one.thing for one in theirs], _changes(theirs))
        yield Delivery(f"{_key(theirs)}:{advisor_id}", ToAdvisor(advisor_id), reply)


def _changes(told: Sequence[Recalled[_Thing]]) -> list[Change]:
    return list({change.key: change for one in told for change in one.changes}.values())


def _key(told: Sequence[Recalled[_Thing]]) -> str:
    """Of a delivery: the same for the same changes under the same advice."""
    parts = sorted(f"{one.thing.id} {change.key}" for one in told for change in one.changes)
    return "recall:" + hashlib.sha256("\n".join(parts).encode()).hexdigest()[:24]
