"""Chasing: what becomes of cases that are left lying."""

from functools import partial

from bot import wording_advisor, wording_asker
from bot.advisors import Advisor
from bot.case import SMPOLICY, Case, Move
from bot.deadlines import ROUNDS_UNTAKEN, Step, Timer, lapses_at
from bot.deliveries import ToAdvisor
from bot.desk import Desk


class Chasing(Desk):
    """What timers do to cases."""

    def chase(self, case: Case, step: Step) -> None:
        """Remind whoever has to act on a case; where reminding did not help, hand it over or close it."""
        if step.awaits_asker:
            return self.await_asker(case, step)
        holder = self.holder(case)
        if step.hands_over or (not holder.is_present_at(self.now) and self.others_are_there(case, holder)):
            return self.hand_on(case)
        moved = self.move(case, Move.REMIND, actor=SMPOLICY, note=step.value)
        return self.send(
            ToAdvisor(holder.id), wording_advisor.reminder(moved, holder, step, self.card(moved, holder)), case.id
        )

    def await_asker(self, case: Case, step: Step) -> None:
        """Remind an asker of what their advisor wants to know; close the case of one who stays silent.

        Nobody's case closes before they were reminded and had time to reply, though an outage made that late.
        """
        holder, events = self.holder(case), self.unit.cases.events(case.id)
        asked = next(one for one in reversed(events) if one.move is Move.ASK_BACK)
        reminders = [one.at for one in events if one.move is Move.REMIND and one.number > asked.number]
        closes_at = lapses_at(asked.at, min(reminders, default=self.now), holder.hours)
        if step.lapses and closes_at > self.now:
            later = Timer(case.id, Step.ASKER_LAPSES_LATER, case.round, closes_at)
            self.unit.timers.set((later,), self.now)
        if not step.lapses or not reminders:
            moved = self.move(case, Move.REMIND, actor=SMPOLICY, note=step.value)
            return self.send(case.place, wording_asker.asked_again(moved, holder, asked.note, closes_at), case.id)
        return self.lapse(case, holder) if closes_at <= self.now else None

    def lapse(self, case: Case, holder: Advisor) -> None:
        """Close the case of an asker who stays silent; both sides hear of it."""
        moved = self.move(case, Move.LAPSE, actor=SMPOLICY)
        self.refresh(moved, holder)
        self.send(ToAdvisor(holder.id), wording_advisor.lapsed_for_advisor(moved), case.id)
        self.send(case.place, wording_asker.lapsed(moved, holder), case.id)

    def others_are_there(self, case: Case, holder: Advisor) -> bool:
        rota = self.unit.rota.current()
        return bool(self.choose_another(rota, case, without={holder.id}, also_absent=False))

    def hand_on(self, case: Case) -> None:
        """Give a case that was left lying to the next advisor, with everything so far; everybody hears of it."""
        rota = self.unit.rota.current()
        holder = self.holder(case)
        events = self.unit.cases.events(case.id)
        held = {holder.id, *(event.note for event in events if event.move is Move.HAND_OVER)}
        held |= {event.actor for event in events if event.move is Move.PASS_ON}  # they had their reasons
        ask = partial(self.choose_another, rota, case, prefer=holder.deputy, also_absent=False)
        chosen = ask(without=held) or ask(without={holder.id})
        following = chosen.advisor if chosen else holder
        moved = self.move(
            self.due_anew(case, following),
            Move.HAND_OVER,
            actor=SMPOLICY,
            note=holder.id,  # who let it lie
            advisor_id=following.id,
            because=chosen.because if chosen else case.chosen_because,
        )
        self.set_timers(moved, following)
        self.notify(moved, following)
        if chosen:
            self.refresh(moved, holder)
            self.send(ToAdvisor(holder.id), wording_advisor.taken_away(moved, holder, following, self.now), case.id)
            self.send(case.place, wording_asker.handed_on(case, moved, holder, following, self.now), case.id)
        else:
            self.send(case.place, wording_asker.still_waiting(moved, holder, self.now), case.id)
        if moved.untaken >= ROUNDS_UNTAKEN and rota.owner:
            self.send(ToAdvisor(rota.owner), wording_advisor.nobody_takes(moved, following), case.id)
