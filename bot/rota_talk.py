"""The rota in chat: who is on it and here, coming and going, and what its owner changes."""

from bot import wording_advisor
from bot.advisors import Advisor, Rota, uncovered
from bot.calendar import day_named
from bot.case import State
from bot.chasing import Chasing
from bot.errors import BadRota
from bot.messages import ChangeRota, ComeBack, GoAway
from bot.rota_file import with_fields


class RotaTalk(Chasing):
    """What advisors, and the owner of the service, do to the rota by a message."""

    def go_away(self, message: GoAway) -> None:
        """Mark an advisor as away, and give what they hold to others."""
        found = self.on_rota(message.advisor_id)
        if found is None:
            return None
        rota, advisor = found
        today = self.today(advisor)
        until = day_named(message.until, today)
        if message.until and until is None:
            return self.reply(wording_advisor.away_until_when())
        self.unit.rota.replace(rota.with_absence(advisor.id, today, until))
        held = [case for case in self.unit.cases.of_advisor(advisor.id) if case.state is not State.WAITING_FOR_ASKER]
        passed = [case for case in held if self.others_are_there(case, advisor)]
        for case in passed:
            self.hand_on(case)
        left = len(self.unit.cases.of_advisor(advisor.id))
        if message.advisor_id:
            return self.reply(wording_advisor.sent_away(advisor, until, passed=len(passed), left=left))
        return self.reply(wording_advisor.gone_away(until, passed=len(passed), left=left))

    def come_back(self, message: ComeBack) -> None:
        found = self.on_rota(message.advisor_id)
        if found is None:
            return None
        rota, advisor = found
        self.unit.rota.replace(rota.with_return(advisor.id, self.today(advisor)))
        held = len(self.unit.cases.of_advisor(advisor.id))
        return self.reply(
            wording_advisor.called_back(advisor, held) if message.advisor_id else wording_advisor.come_back(held)
        )

    def show_rota(self) -> None:
        """Who advises, who is there today, and what nobody takes."""
        rota = self.unit.rota.current()
        if rota.of_person(self.envelope.person) is None:
            return self.reply(wording_advisor.rota_for_advisors())
        missing = uncovered(rota, self.corpus.topics, self.now.date())
        return self.reply(wording_advisor.rota_list(rota, self.unit.cases.load(), missing, self.now))

    def change_rota(self, message: ChangeRota) -> None:
        if not self.is_owner(rota := self.unit.rota.for_change()):
            return None
        if "@" in message.given.get("slack", ""):  # no message waits while Slack is asked who that is
            return self.reply(wording_advisor.bad_rota([wording_advisor.NO_MEMBER_ID]))
        try:
            changed, advisor, fields = with_fields(
                rota, message.advisor_id, message.given, topics=self.corpus.topics, day=self.now.date()
            )
        except BadRota as error:
            return self.reply(wording_advisor.bad_rota(error.problems))
        self.unit.rota.replace(changed)
        is_new = rota.get(message.advisor_id) is None
        return self.reply(wording_advisor.rota_changed(advisor, fields, is_new=is_new))

    def on_rota(self, advisor_id: str) -> tuple[Rota, Advisor] | None:
        """The rota, to be changed, and whoever is meant: who writes, or another whom only the owner may name.

        None after telling whoever wrote what is in the way.
        """
        rota = self.unit.rota.for_change()
        if not advisor_id:
            if advisor := rota.of_person(self.envelope.person):
                return rota, advisor
            self.reply(wording_advisor.no_advisor())
        elif self.is_owner(rota):
            if advisor := rota.get(advisor_id):
                return rota, advisor
            self.reply(wording_advisor.not_on_rota(advisor_id, rota))
        return None

    def is_owner(self, rota: Rota) -> bool:
        """Whether the owner of the service writes; anybody else is told who that is."""
        acting = rota.of_person(self.envelope.person)
        if acting and acting.id == rota.owner:
            return True
        self.reply(wording_advisor.for_the_owner(rota.get(rota.owner)) if acting else wording_advisor.no_advisor())
        return False
