"""What advisors do with precedents, in chat and at the command line, inside one unit of work."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime

from bot.advisors import Advisor, choose_advisor
from bot.case import Case, CaseEvent, Move, State
from bot.errors import BadDraft, PrecedentRefused
from bot.ports import PrecedentStore, UnitOfWork
from bot.precedent import Precedent, PrecedentMove, PrecedentState, make_move, proposed
from bot.precedent_draft import MarkedDraft, read_draft, review_day, write_draft
from bot.privacy import ERASED
from bot.stripping import Stripper
from knowledge.entry import Corpus

_DECIDED = (State.ANSWERED, State.CLOSED)


def mark_stale(store: PrecedentStore, precedent_id: str, reason: str, *, actor: str, at: datetime) -> bool:
    """Have a precedent looked at again before anybody is shown it, because the guidance under it changed.

    Returns:
        Whether anything was to do; a replaced or withdrawn one is left as it is.

    Raises:
        UnknownPrecedent
    """
    precedent = store.take(precedent_id)
    if precedent.state.is_over:
        return False
    store.save(*make_move(precedent, PrecedentMove.GO_STALE, actor=actor, at=at, note=reason))
    return True


@dataclass(frozen=True, slots=True)
class Precedents:
    """The precedents of one desk. Whatever raises has changed nothing."""

    unit: UnitOfWork
    corpus: Corpus
    now: datetime

    @property
    def today(self) -> date:
        return self.now.date()

    def draft(self, case_id: str) -> MarkedDraft:
        """A draft from an answered case, with what looks personal marked. Nothing is stored.

        Raises:
            UnknownCase, PrecedentRefused: the case is not answered, its words are gone, or one is on its way.
        """
        case, _ = self._decided(case_id)
        before = [one for one in self.unit.precedents.of_case(case.id) if not one.state.is_over]
        people = [*(advisor.name for advisor in self.unit.rota.current().advisors), case.asker_name]
        stripper = Stripper.of(self.corpus, people)
        return write_draft(case, self.corpus, stripper, self.today, [one for one in before if not self._follows(one)])

    def propose(self, case_id: str, text: str, *, by: Advisor, why: str = "") -> Precedent:
        """Keep what a person made of a draft; it waits for a second advisor.

        Raises:
            UnknownCase, UnknownPrecedent, PrecedentRefused, BadDraft
        """
        case, answer = self._decided(case_id)
        if by.is_person(case.asker):
            raise PrecedentRefused(case.id, "was asked by you, so another advisor must propose it")
        draft = read_draft(text, self.corpus, self.today)
        for one in self.unit.precedents.of_case(case.id):
            if not one.state.is_over and one.id != draft.replaces:
                raise PrecedentRefused(one.id, f"was made from this case and is {one.state.in_words}: replace that one")
        precedent = Precedent(
            id=self.unit.precedents.next_id(self.now.year),
            state=PrecedentState.PROPOSED,
            case_id=case.id,
            question=draft.question,
            advice=draft.advice,
            facts=draft.facts,
            topics=draft.topics,
            passages=draft.passages,
            guidance_version=case.guidance_version,  # what the advice rested on; a review brings it up to date
            decided_by=answer.actor,
            decided_on=answer.at.date(),
            proposed_by=by.id,
            review_by=draft.review_by,
            replaces=draft.replaces,
        )
        if draft.replaces:
            old = self.unit.precedents.take(draft.replaces)
            self._refuse_second_successor(old)
            named = make_move(
                old, PrecedentMove.BE_SUCCEEDED, actor=by.id, at=self.now, note=f"{precedent.id} is to replace it"
            )
            self.unit.precedents.save(*named)
        self.unit.precedents.add(precedent, proposed(precedent, self.now, why or f"from {case.id}"))
        return precedent

    def sign(self, precedent_id: str, *, by: Advisor, why: str = "") -> Precedent:
        """Countersign, as somebody else than who decided and who proposed. What it replaces is replaced from now on.

        Raises:
            UnknownPrecedent, PrecedentRefused
        """
        precedent, *others = self._take(precedent_id, self.unit.precedents.get(precedent_id).replaces)
        if why_not := self.cannot_sign(precedent, by):
            raise PrecedentRefused(precedent.id, why_not)
        moved = make_move(precedent, PrecedentMove.SIGN, actor=by.id, at=self.now, note=why)
        for old in others:
            if not old.state.is_over:
                self._replace(old, precedent, by)
        self.unit.precedents.save(*moved)
        return moved[0]

    def cannot_sign(self, precedent: Precedent, by: Advisor) -> str:
        """Why an advisor may not countersign, completing a sentence that begins with its id; "" where they may."""
        rota = self.unit.rota.current()
        firsts = [known for one in (precedent.decided_by, precedent.proposed_by) if (known := rota.get(one))]
        if by.id in (precedent.decided_by, precedent.proposed_by) or any(map(by.is_same_person, firsts)):
            return "needs a second advisor, and you decided or proposed it yourself"
        if by.is_person(self.unit.cases.get(precedent.case_id).asker):
            return "answers a question of your own, so another advisor must countersign it"
        return ""

    def second_advisor(self, precedent: Precedent) -> Advisor | None:
        """Who is asked to countersign: by topic, as a case would be; None where nobody may."""
        rota = self.unit.rota.current()
        barred = frozenset(one.id for one in rota.advisors if self.cannot_sign(precedent, one))
        asker = self.unit.cases.get(precedent.case_id).asker
        chosen = choose_advisor(
            rota, precedent.topics, load=self.unit.cases.load(), asker=asker, now=self.now, without=barred
        )
        return chosen.advisor if chosen else None

    def review(self, precedent_id: str, until: str, *, by: Advisor, why: str = "") -> Precedent:
        """Say that it still holds, until a new review date. A stale one then waits for a countersignature again.

        Raises:
            UnknownPrecedent, PrecedentRefused
            BadDraft: `until` names no day that will do.
        """
        problems: list[str] = []
        day = review_day(until, self.today, problems)
        if problems:
            raise BadDraft(problems)
        (precedent,) = self._take(precedent_id)
        if gone := [name for name in precedent.passages if name not in self.corpus.passages]:
            raise PrecedentRefused(precedent.id, f"rests on {', '.join(gone)}, which is gone: replace or withdraw it")
        note = f"until {day.isoformat()}{f': {why}' if why else ''}"
        moved, event = make_move(precedent, PrecedentMove.REVIEW, actor=by.id, at=self.now, note=note)
        proposed_by = by.id if moved.state is PrecedentState.PROPOSED else moved.proposed_by
        reviewed = replace(moved, review_by=day, proposed_by=proposed_by, guidance_version=self.corpus.version)
        self.unit.precedents.save(reviewed, event)
        return reviewed

    def replace(self, old_id: str, new_id: str, *, by: Advisor, why: str = "") -> Precedent:
        """Let one take the place of another: at once where it is countersigned, else once it is.

        Returns:
            The old one.

        Raises:
            UnknownPrecedent
            PrecedentRefused: either is over, has its place in a chain already, or the chain would close.
        """
        if old_id == new_id:
            raise PrecedentRefused(old_id, "cannot replace itself")
        old, new = self._take(old_id, new_id)
        if new.replaces:
            raise PrecedentRefused(new.id, f"takes the place of {new.replaces} already")
        self._refuse_second_successor(old)
        if new.id in self._chain(old):
            raise PrecedentRefused(new.id, f"was replaced by {old.id} or one before it, so the chain would close")
        moved, event = make_move(
            new, PrecedentMove.SUCCEED, actor=by.id, at=self.now, note=f"replaces {old.id}{f': {why}' if why else ''}"
        )
        if new.state is PrecedentState.SIGNED:
            replaced = self._replace(old, new, by)
        else:
            note = f"{new.id} is to replace it"
            replaced, named = make_move(old, PrecedentMove.BE_SUCCEEDED, actor=by.id, at=self.now, note=note)
            self.unit.precedents.save(replaced, named)
        self.unit.precedents.save(replace(moved, replaces=old.id), event)
        return replaced

    def withdraw(self, precedent_id: str, *, by: Advisor, why: str) -> Precedent:
        """Take it back for good. One that was to replace another no longer is.

        Raises:
            UnknownPrecedent, PrecedentRefused
        """
        (precedent,) = self._take(precedent_id)
        moved, event = make_move(precedent, PrecedentMove.WITHDRAW, actor=by.id, at=self.now, note=why)
        if moved.replaces and not self.unit.precedents.get(moved.replaces).state.is_over:
            moved = replace(moved, replaces="")
        self.unit.precedents.save(moved, event)
        return moved

    def waiting(self) -> list[Precedent]:
        """Those that wait for a countersignature, the oldest first."""
        return [one for one in reversed(self.unit.precedents.all()) if one.state is PrecedentState.PROPOSED]

    def to_review(self) -> list[Precedent]:
        """Those that nobody is shown until they are reviewed: stale, or past their date; the oldest first."""
        out_of_date = (PrecedentState.STALE, PrecedentState.SIGNED)
        return [
            one
            for one in reversed(self.unit.precedents.all())
            if one.state in out_of_date and not one.is_shown(self.today)
        ]

    def _decided(self, case_id: str) -> tuple[Case, CaseEvent]:
        """A case and its answer."""
        case = self.unit.cases.get(case_id)
        answers = [event for event in self.unit.cases.events(case.id) if event.move is Move.ANSWER]
        if case.state not in _DECIDED or not answers:
            raise PrecedentRefused(case.id, f"is {case.state.in_words}: only an answered case makes a precedent")
        if ERASED in (case.question, case.advice):
            raise PrecedentRefused(case.id, "has no words any more: they were erased")
        return case, answers[-1]

    def _take(self, *ids: str) -> list[Precedent]:
        """Take several, in one order for all, so that two cannot wait for each other."""
        taken = {one: self.unit.precedents.take(one) for one in sorted(filter(None, ids))}
        return [taken[one] for one in ids if one]

    def _replace(self, old: Precedent, new: Precedent, by: Advisor) -> Precedent:
        moved, event = make_move(old, PrecedentMove.REPLACE, actor=by.id, at=self.now, note=f"by {new.id}")
        self.unit.precedents.save(moved, event)
        return moved

    def _follows(self, old: Precedent) -> Precedent | None:
        """The one that is to take its place, or has."""
        return next((one for one in self.unit.precedents.all() if one.replaces == old.id), None)

    def _refuse_second_successor(self, old: Precedent) -> None:
        if follower := self._follows(old):
            raise PrecedentRefused(old.id, f"has {follower.id} as its successor already")

    def _chain(self, precedent: Precedent) -> Iterator[str]:
        """The ids of those whose place it took, the newest first."""
        while precedent.replaces:
            yield precedent.replaces
            precedent = self.unit.precedents.get(precedent.replaces)
