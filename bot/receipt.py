"""Receipts: what was said to a question when it was asked, put together again from what is kept."""

from bot import wording, wording_receipt
from bot.advice import Advice, Engine
from bot.case import Case
from bot.conversation import BUTTONS_LAST, Turn
from bot.errors import UnknownCase
from bot.messages import ShowReceipt
from bot.ports import GuidanceStore, UnitOfWork
from bot.replies import Reply
from bot.use_case import UseCase
from bot.wording_receipt import Basis
from knowledge.entry import Corpus, Verdict
from knowledge.snapshot import Snapshot, passages_of, snapshot_of


class Receipts(UseCase):
    """The use case of receipts."""

    def show_receipt(self, message: ShowReceipt) -> None:
        """The receipt of a case or of the last answer; of the case where that question went to an advisor."""
        case = self.unit.cases.get(message.case_id) if message.case_id else None
        if case is None:
            past = self.unit.turns.recent(message.conversation, self.envelope.person, self.now - BUTTONS_LAST)
            if not past:
                return self.reply(wording_receipt.nothing_to_certify())
            case = self._case_of(past[-1])
            if case is None:
                return self.reply(receipt_of_turn(past[-1], self.unit.guidance, self.engine))
        return self.reply(self._receipt_of_case(case), case.id)

    def _case_of(self, turn: Turn) -> Case | None:
        """The case that a question of this person became, if it did."""
        mine = self.unit.cases.of_asker(self.envelope.person) if turn.verdict is Verdict.ASK_ADVISOR else ()
        return next((one for one in mine if one.question == turn.question), None)

    def _receipt_of_case(self, case: Case) -> Reply:
        """For its asker and its advisor; for others there is no such case."""
        person, rota = self.envelope.person, self.unit.rota.current()
        acting = rota.of_person(person)
        is_asker = case.asker.key == person.key
        if not is_asker and not (acting and acting.id == case.advisor_id):
            raise UnknownCase(case.id)
        return receipt_of_case(case, self.unit, self.corpus, asker="You" if is_asker else "The asker")


def receipt_of_turn(turn: Turn, kept: GuidanceStore, engine: Engine) -> Reply:
    advice, basis = advice_given(turn, kept, engine), basis_of(turn, kept, engine.corpus)
    return wording_receipt.answer_receipt(turn.question, turn.asked_at, advice, basis, engine.corpus)


def receipt_of_case(case: Case, unit: UnitOfWork, corpus: Corpus, *, asker: str) -> Reply:
    """`asker` is who asked, to whoever reads it: "You" or "The asker"."""
    basis, events = basis_of(case, unit.guidance, corpus), unit.cases.events(case.id)
    return wording_receipt.case_receipt(case, unit.rota.current(), events, basis, corpus, asker=asker)


def basis_of(thing: Turn | Case, kept: GuidanceStore, corpus: Corpus) -> Basis:
    """The guidance as it was when an answer was given or a case opened; today's where that is not kept."""
    snapshot = snapshot_at(thing.guidance_version, kept, corpus)
    if snapshot is None:
        return Basis(thing.guidance_version or "of an unknown version", corpus.passages, is_kept=False)
    return Basis(snapshot.version, snapshot.passages)


def snapshot_at(version: str, kept: GuidanceStore, corpus: Corpus) -> Snapshot | None:
    """A version, today's without looking it up; None where it is not kept."""
    return snapshot_of(corpus) if version == corpus.version else kept.get(version)


def advice_given(turn: Turn, kept: GuidanceStore, engine: Engine) -> Advice:
    """The advice of a turn as it read then. Without words where neither that version nor the same verdict is left."""
    if turn.guidance_version == engine.corpus.version:
        again = engine.resolve(turn.entry, turn.facts, as_of=turn.asked_at.date())
        if again and again.verdict is turn.verdict:
            return again
    snapshot = snapshot_at(turn.guidance_version, kept, engine.corpus) or snapshot_of(engine.corpus)
    bare = Advice(
        verdict=turn.verdict,
        confidence=1.0,
        summary=_said_without_entry(turn),
        rests_on=turn.passages,
        entry=turn.entry,
        facts=turn.facts,
        guidance_version=turn.guidance_version,
    )
    entry = snapshot.entries.get(turn.entry)
    if entry is None or (outcome := entry.outcome_for(turn.facts)).verdict is not turn.verdict:
        return bare
    return Advice(
        verdict=outcome.verdict,
        confidence=1.0,
        summary=outcome.reason,
        conditions=outcome.conditions,
        instead=outcome.instead,
        rests_on=passages_of(outcome),
        entry=entry.id,
        status=entry.status if outcome.passages else bare.status,
        facts=turn.facts,
        guidance_version=turn.guidance_version,
    )


def _said_without_entry(turn: Turn) -> str:
    if turn.entry:
        return ""
    return wording.UNSURE if turn.verdict is Verdict.ASK_ADVISOR else wording.NOTHING_FOUND
