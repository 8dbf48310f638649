"""Precedents in chat: an advisor proposes one, a second one countersigns it."""

from bot import wording_precedents as wording
from bot.advisors import Advisor
from bot.deliveries import ToAdvisor
from bot.desk import Desk
from bot.errors import BadDraft, PrecedentRefused, UnknownPrecedent
from bot.messages import (
    DraftPrecedent,
    PrecedentMessage,
    ProposePrecedent,
    ReviewPrecedent,
    ShowPrecedent,
    ShowPrecedents,
    SignPrecedent,
    WithdrawPrecedent,
)
from bot.precedents import Precedents
from knowledge.tokens import clean


class PrecedentTalk(Desk):
    """What advisors do with precedents, each by a message."""

    def talk_of_precedents(self, message: PrecedentMessage) -> None:
        """Do what a message asks for, or say why it cannot be done.

        Raises:
            ChangedMeanwhile: nothing of it may be saved.
        """
        acting = self.unit.rota.current().of_person(self.envelope.person)
        if acting is None:
            return self.reply(wording.for_advisors())
        try:
            self._do(message, acting, Precedents(self.unit, self.corpus, self.now))
        except PrecedentRefused as error:
            self.reply(wording.refused(error))
        except UnknownPrecedent as error:
            self.reply(wording.unknown(error.precedent_id))
        return None

    def _do(self, message: PrecedentMessage, acting: Advisor, precedents: Precedents) -> None:
        match message:
            case DraftPrecedent(_, case_id):
                self._draft(case_id, acting, precedents)
            case ProposePrecedent(_, case_id, text):
                self._propose(case_id, text, acting, precedents)
            case ShowPrecedents():
                self._list(acting, precedents)
            case ShowPrecedent(_, precedent_id):
                one = self.unit.precedents.get(precedent_id)
                may_sign = not precedents.cannot_sign(one, acting)
                self.reply(wording.view(one, self.corpus, precedents.today, may_sign=may_sign))
            case SignPrecedent(_, precedent_id):
                one = precedents.sign(precedent_id, by=acting)
                self.send(ToAdvisor(one.proposed_by), wording.was_signed(one, acting))
                self.reply(wording.signed(one))
            case WithdrawPrecedent(_, precedent_id, why):
                self._withdraw(precedent_id, why, acting, precedents)
            case ReviewPrecedent(_, precedent_id, until):
                self._review(precedent_id, until, acting, precedents)

    def _draft(self, case_id: str, acting: Advisor, precedents: Precedents) -> None:
        if not case_id:
            return self.reply(wording.which())
        if self.unit.cases.get(case_id).advisor_id != acting.id:
            return self.reply(wording.not_your_case(case_id))
        return self.reply(wording.drafted(case_id, precedents.draft(case_id)))

    def _propose(self, case_id: str, text: str, acting: Advisor, precedents: Precedents) -> None:
        if self.unit.cases.get(case_id).advisor_id != acting.id:
            return self.reply(wording.not_your_case(case_id))
        try:
            kept = precedents.propose(case_id, text, by=acting)
        except BadDraft as error:
            return self.reply(wording.bad_draft(case_id, clean(text), error))
        second = precedents.second_advisor(kept)
        self.reply(wording.proposed(kept, second))
        if second:
            self.send(ToAdvisor(second.id), wording.please_sign(kept, self.corpus))
        return None

    def _list(self, acting: Advisor, precedents: Precedents) -> None:
        waiting = precedents.waiting()
        to_sign = [one for one in waiting if not precedents.cannot_sign(one, acting)]
        own = [one for one in waiting if one not in to_sign]
        self.reply(wording.waiting_list(to_sign, own, precedents.to_review(), self.corpus, precedents.today))

    def _withdraw(self, precedent_id: str, why: str, acting: Advisor, precedents: Precedents) -> None:
        reason = self.written(why)
        if not reason:
            return
        one = precedents.withdraw(precedent_id, by=acting, why=reason)
        if one.proposed_by != acting.id:
            self.send(ToAdvisor(one.proposed_by), wording.was_withdrawn(one, acting, reason))
        self.reply(wording.withdrawn(one))

    def _review(self, precedent_id: str, until: str, acting: Advisor, precedents: Precedents) -> None:
        try:
            self.reply(wording.reviewed(precedents.review(precedent_id, until, by=acting)))
        except BadDraft as error:
            self.reply(wording.bad_day(precedent_id, error))
