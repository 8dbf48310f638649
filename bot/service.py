"""One function a use case: a message → deliveries, saved with the case inside one unit of work."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial

from bot import wording
from bot.advice import Advice, Engine, Reason
from bot.advisors import Absence, Advisor, Assignment, Rota, choose_advisor
from bot.calendar import PERIOD, day_named, without_calendar
from bot.case import Case, Move, State, make_move, opened
from bot.conversation import BUTTONS_LAST, REMEMBERED, Turn, asks_why, carried_facts, in_context, named_choice
from bot.deadlines import ROUNDS_UNTAKEN, Deadlines, Step, Timer, deadlines, timers, wanted_by
from bot.deliveries import Delivery, Recipient, ToAdvisor
from bot.draft import check_draft
from bot.errors import ChangedMeanwhile, IllegalMove, NotYours, UnknownCase
from bot.messages import (
    AddNote,
    AskAdvisor,
    AskBack,
    AskQuestion,
    CheckDraft,
    ChooseFact,
    ClaimCase,
    CloseCase,
    ComeBack,
    Envelope,
    GiveAdvice,
    GoAway,
    Message,
    PassOn,
    Person,
    RateAnswer,
    ReopenCase,
    ReplyToAdvisor,
    ShareName,
    ShowCase,
    ShowCases,
    ShowHelp,
    ShowTips,
    WithdrawCase,
)
from bot.ports import Clock, UnitOfWork
from bot.privacy import mask
from bot.replies import Note, Reply
from knowledge.entry import Facts, Verdict
from knowledge.tokens import clean, words

SMPOLICY = "smpolicy"  # the actor of what nobody did by hand
SHOWN_TO_ADVISOR = 3  # passages on a case


@dataclass(frozen=True)
class Service:
    """The bot's use cases over one engine and one store. Holds no state between messages."""

    engine: Engine
    open_unit: Callable[[], UnitOfWork]
    clock: Clock

    def handle(self, message: Message) -> tuple[Delivery, ...]:
        """Do what a message asks for.

        Returns:
            What was queued for delivery, saved already; empty when the event was seen before.

        Raises:
            StorageUnavailable: nothing was saved; the same message may be handled again.
        """
        with self.open_unit() as unit:
            now = self.clock.now()
            if not unit.inbox.first_time(message.envelope.event_id, now):
                return ()
            turn = _UseCase(self, unit, now, message.envelope)
            for delivery in turn.run(message):
                unit.outbox.add(delivery, now)
            unit.commit()
        return tuple(turn.deliveries)

    def on_timer(self, timer: Timer) -> tuple[Delivery, ...]:
        """Do what a timer that fell due is for, once; nothing where its case has moved on meanwhile.

        Raises:
            StorageUnavailable, ChangedMeanwhile: nothing was saved; the timer may be brought again.
        """
        with self.open_unit() as unit:
            now = self.clock.now()
            if not unit.inbox.first_time(timer.key, now):
                return ()
            try:
                case = unit.cases.get(timer.case_id)
            except UnknownCase:
                return ()
            turn = _UseCase(self, unit, now, Envelope(timer.key, case.asker, case.place))
            if timer.concerns(case):
                turn.chase(case, timer.step)
            for delivery in turn.deliveries:
                unit.outbox.add(delivery, now)
            unit.commit()
        return tuple(turn.deliveries)

    def resend(self, case_id: str, event_id: str) -> tuple[Delivery, ...]:
        """Put a case before its advisor and its asker once more, as it stands now.

        Raises:
            UnknownCase: there is no such case.
            StorageUnavailable: nothing was saved.
        """
        with self.open_unit() as unit:
            now = self.clock.now()
            case = unit.cases.get(case_id)
            turn = _UseCase(self, unit, now, Envelope(event_id, case.asker, case.place))
            turn.show_again(case)
            for delivery in turn.deliveries:
                unit.outbox.add(delivery, now)
            unit.commit()
        return tuple(turn.deliveries)

    def look_over(self, draft: str) -> Reply:
        """Check a draft at once. It is neither remembered nor passed on, so no unit of work is needed."""
        text = clean(draft)
        if not words(text):
            return wording.empty_question()
        if len(text) > wording.LONGEST_QUESTION:
            return wording.too_long()
        return wording.draft_checked(check_draft(text, self.engine.corpus), self.engine.corpus)


class _UseCase:
    """One message being handled: what it needs at hand, and the deliveries it leads to."""

    def __init__(self, service: Service, unit: UnitOfWork, now: datetime, envelope: Envelope) -> None:
        self.service, self.unit, self.now, self.envelope = service, unit, now, envelope
        self.engine = service.engine
        self.corpus = service.engine.corpus
        self.deliveries: list[Delivery] = []
        self.note: Note | None = None  # under the next reply to whoever wrote

    def run(self, message: Message) -> Sequence[Delivery]:
        try:
            self.dispatch(message)
        except UnknownCase:
            self.refuse(wording.unknown_case())
        except NotYours:
            self.refuse(wording.not_yours())
        except IllegalMove as error:
            self.refuse(wording.moved_on(error.case_id, error.state))
        except ChangedMeanwhile as error:
            self.refuse(wording.changed_meanwhile(error.case_id))
        return self.deliveries

    def dispatch(self, message: Message) -> None:
        match message:
            case AskQuestion():
                self.ask(message)
            case ChooseFact():
                self.choose(message)
            case AskAdvisor():
                self.ask_advisor(message)
            case CheckDraft():
                self.reply(self.service.look_over(message.text))
            case RateAnswer():
                self.rate(message)
            case ShowTips():
                self.reply(wording.tips(self.corpus, message.number))
            case ShowHelp():
                self.reply(wording.help_text(message.unknown, message.suggestion))
            case ShowCases():
                self.show_cases(message)
            case ShowCase():
                self.show_case(message)
            case GoAway():
                self.go_away(message)
            case ComeBack():
                self.come_back()
            case ClaimCase():
                self.claim(message)
            case GiveAdvice():
                self.give_advice(message)
            case AskBack():
                self.ask_back(message)
            case PassOn():
                self.pass_on(message)
            case ReplyToAdvisor():
                self.reply_to_advisor(message)
            case ShareName():
                self.share_name(message)
            case AddNote():
                self.add_note(message)
            case WithdrawCase():
                self.withdraw(message)
            case CloseCase():
                self.close(message)
            case ReopenCase():
                self.reopen(message)

    # what leaves

    def send(self, recipient: Recipient, reply: Reply, case_id: str = "", *, replaces: bool = False) -> None:
        key = f"{self.envelope.event_id}#{len(self.deliveries) + 1}"
        self.deliveries.append(Delivery(key, recipient, reply, case_id, replaces))

    def reply(self, reply: Reply, case_id: str = "") -> None:
        if self.note:
            reply, self.note = replace(reply, parts=(*reply.parts, self.note)), None
        self.send(self.envelope.place, reply, case_id)

    def refuse(self, reply: Reply) -> None:
        """Reply where nothing was kept, so that there is nothing to tell of its masking either."""
        self.note = None
        self.reply(reply)

    def masked(self, text: str, what: str) -> str:
        """A text of the asker's without personal data, which they are told of in the next reply."""
        found = mask(text)
        self.note = wording.masked(found.kinds, what) if found.kinds else None
        return found.text

    # asking

    def ask(self, message: AskQuestion) -> None:
        person, place = self.envelope.person, self.envelope.place
        text = clean(message.text)
        if not words(text):
            return self.reply(wording.empty_question())
        waiting = self.unit.cases.waiting_in(place.key, person) if place.threaded else None
        if waiting:
            written = self.written(text)
            return self.pass_to_advisor(waiting, written) if written else None
        if len(text) > wording.LONGEST_QUESTION:
            return self.reply(wording.too_long())
        text = self.masked(text, "question")
        past = self.unit.turns.recent(place.key, person, self.now - REMEMBERED)
        last = past[-1] if past else None
        if last and (fact := self.corpus.facts.get(last.awaiting)):
            chosen = named_choice(text, fact)
            if chosen:
                return self.resolve(last, {**last.facts, last.awaiting: chosen})
        if last and asks_why(text):
            return self.explain(last)
        if last and (changed := self.engine.change_of_facts(text, last.entry)):
            before = without_calendar(last.facts) if PERIOD in changed else last.facts
            return self.resolve(last, {**before, **changed}, text)
        carried = carried_facts(text, last.facts) if last else {}
        asked = last.awaiting if last else ""
        return self.answer(
            text, {**message.profile, **carried}, history=tuple(turn.question for turn in past), asked=asked
        )

    def choose(self, message: ChooseFact) -> None:
        turn = self.own_turn(message.question_id)
        if turn is None:
            return None
        fact = self.corpus.facts.get(message.fact)
        if fact is None or message.value not in {known.value for known in fact.values}:
            return self.reply(wording.expired_question())
        return self.resolve(turn, {**turn.facts, message.fact: message.value})

    def ask_advisor(self, message: AskAdvisor) -> None:
        turn = self.own_turn(message.question_id) if message.question_id else None
        if message.question_id and turn is None:
            return None
        text = turn.question if turn else clean(message.text)
        if not words(text):
            return self.reply(wording.advisor_about_what())
        if len(text) > wording.LONGEST_QUESTION:
            return self.reply(wording.too_long())
        text = self.masked(text, "question")
        known = turn.facts if turn else {}
        found = self.engine.advise(text, facts=known, as_of=self.now.date())
        advice = replace(found, verdict=Verdict.ASK_ADVISOR, reason=Reason.ASKED_FOR, clarify=None)
        return self.hand_over(advice, text, shown=turn is None)

    def rate(self, message: RateAnswer) -> None:
        if self.own_turn(message.question_id):
            self.unit.turns.rate(message.question_id, message.helpful)
            self.reply(wording.thanks(helpful=message.helpful))

    def own_turn(self, question_id: str) -> Turn | None:
        """The turn a button belongs to; None after telling whoever pressed it why it does not work for them."""
        turn = self.unit.turns.get(question_id)
        if turn is None or self.now - turn.asked_at > BUTTONS_LAST:
            self.reply(wording.expired_question())
            return None
        if turn.person_key != self.envelope.person.key:
            self.reply(wording.somebody_elses())
            return None
        return turn

    def answer(self, text: str, facts: Facts, *, history: tuple[str, ...] = (), asked: str = "") -> None:
        """Answer a question; `asked` is the fact that was asked for just before, which is not asked for again."""
        advice = self.engine.advise(text, facts=facts, history=history, as_of=self.now.date())
        self.give(advice, in_context(text, history), asked)

    def resolve(self, turn: Turn, facts: Facts, said: str = "") -> None:
        """Answer a question again with facts that are known now; a missing one as its choice promised.

        Args:
            said: what was typed to say so, where that was more than an answer to a clarify question.
        """
        advice = self.engine.resolve(turn.entry, facts, as_of=self.now.date())
        text = f"{turn.question}\n{said}" if said else turn.question
        self.give(advice or self.engine.advise(text, facts=facts, as_of=self.now.date()), text)

    def explain(self, turn: Turn) -> None:
        """Say what the last answer rests on. It stays the last one, so that what follows leans on it."""
        advice = self.engine.resolve(turn.entry, turn.facts, as_of=self.now.date())
        if advice:
            return self.reply(wording.because(advice, turn.id, self.corpus))
        if turn.entry:
            return self.answer(turn.question, turn.facts)
        return self.reply(wording.nothing_to_show())

    def give(self, advice: Advice, text: str, asked: str = "") -> None:
        """Reply with an advice, or hand the question over where it says so."""
        if advice.verdict is Verdict.ASK_ADVISOR and not _is_about_wrongdoing(advice):
            return self.hand_over(advice, text, shown=True)
        turn_id = self.remember(advice, text)
        if advice.verdict is Verdict.ASK_ADVISOR:
            return self.reply(wording.not_forwarded(advice, turn_id, self.corpus))
        if advice.clarify and advice.clarify.fact == asked:
            return self.reply(wording.both_ways(advice, turn_id))
        return self.reply(wording.answer(advice, turn_id, self.corpus))

    def remember(self, advice: Advice, text: str) -> str:
        """Keep the turn; its id is made from the event's, so that a retry cannot make two."""
        turn_id = hashlib.sha256(self.envelope.event_id.encode()).hexdigest()[:20]
        self.unit.turns.add(
            Turn(
                id=turn_id,
                place_key=self.envelope.place.key,
                person_key=self.envelope.person.key,
                asked_at=self.now,
                question=text,
                facts=advice.facts,
                verdict=advice.verdict,
                entry=advice.entry,
                topics=advice.topics,
                awaiting=advice.clarify.fact if advice.clarify else "",
            )
        )
        return turn_id

    # the desk

    def hand_over(self, advice: Advice, text: str, *, shown: bool) -> None:
        """Open a case with a named advisor, or say truly that nobody can be asked.

        Args:
            shown: whether the asker is shown the answer with the news; False when they saw it before.
        """
        turn_id = self.remember(advice, text)
        person = self.envelope.person
        if same := next(
            (c for c in self.unit.cases.of_asker(person) if c.state.needs_work and c.question == text), None
        ):
            return self.reply(wording.asked_already(same, self.holder(same)), same.id)
        rota = self.unit.rota.current()
        chosen = self.choose_advisor(rota, advice.topics, text, asker=person)
        if chosen is None:
            alone = bool(rota.advisors)
            return self.reply(wording.nobody_to_ask(advice if shown else None, turn_id, self.corpus, alone=alone))
        due = self.deadlines(chosen.advisor, text)
        case = Case(
            id=self.unit.cases.next_id(self.now.year),
            state=State.OPEN,
            question=text,
            facts=advice.facts,
            topics=advice.topics,
            why=self.why(advice),
            advisor_needs=advice.advisor_needs,
            passages=tuple(passage.id for passage in advice.citations[:SHOWN_TO_ADVISOR]),
            guidance_version=advice.guidance_version,
            asker=person,
            place=self.envelope.place,
            advisor_id=chosen.advisor.id,
            chosen_because=chosen.because,
            opened_at=self.now,
            acknowledge_by=due.acknowledge_by,
            answer_by=due.answer_by,
        )
        self.unit.cases.add(case, opened(case))
        self.set_timers(case, chosen.advisor)
        if shown:
            self.reply(wording.handed_over(advice, turn_id, self.corpus, case, chosen.advisor, self.now), case.id)
        else:
            self.reply(wording.taken(case, chosen.advisor, self.now), case.id)
        return self.notify(case, chosen.advisor)

    def choose_advisor(
        self,
        rota: Rota,
        topics: Sequence[str],
        text: str,
        *,
        asker: Person,
        without: Iterable[str] = (),
        prefer: str = "",
        also_absent: bool = True,
    ) -> Assignment | None:
        """The advisor for a question, never its asker or somebody whom it names."""
        named = [advisor.id for advisor in rota.advisors if advisor.is_named_in(text)]
        return choose_advisor(
            rota,
            topics,
            load=self.unit.cases.load(),
            asker=asker,
            now=self.now,
            without=frozenset({*named, *without}),
            prefer=prefer,
            also_absent=also_absent,
        )

    def deadlines(self, advisor: Advisor, text: str) -> Deadlines:
        """When a case that reaches an advisor now is due, the asker's own deadline heeded."""
        day = day_named(text, self.today(advisor))
        return deadlines(self.now, advisor.hours, wanted_by(text, self.now, advisor.hours, day))

    def set_timers(self, case: Case, advisor: Advisor) -> None:
        self.unit.timers.set(timers(case, self.now, advisor.hours), self.now)

    # chasing

    def chase(self, case: Case, step: Step) -> None:
        """Remind the holder of a case, or hand it over where reminding did not help."""
        holder = self.holder(case)
        if step.hands_over or (not holder.is_present(self.today(holder)) and self.others_are_there(case, holder)):
            return self.hand_on(case)
        moved = self.move(case, Move.REMIND, actor=SMPOLICY, note=step.value)
        return self.send(ToAdvisor(holder.id), wording.reminder(moved, holder, step, self.card(moved, holder)), case.id)

    def others_are_there(self, case: Case, holder: Advisor) -> bool:
        rota = self.unit.rota.current()
        return bool(
            self.choose_advisor(
                rota, case.topics, case.question, asker=case.asker, without={holder.id}, also_absent=False
            )
        )

    def today(self, advisor: Advisor) -> date:
        return self.now.astimezone(advisor.hours.zone).date()

    def go_away(self, message: GoAway) -> None:
        """Mark an advisor as away, and give what they hold to others."""
        rota = self.unit.rota.current()
        advisor = rota.of_person(self.envelope.person)
        if advisor is None:
            return self.reply(wording.no_advisor())
        today = self.today(advisor)
        until = day_named(message.until, today)
        if message.until and until is None:
            return self.reply(wording.away_until_when())
        self.unit.rota.replace(rota.with_absence(advisor.id, Absence(today, until)))
        held = [case for case in self.unit.cases.of_advisor(advisor.id) if case.state is not State.WAITING_FOR_ASKER]
        passed = [case for case in held if self.others_are_there(case, advisor)]
        for case in passed:
            self.hand_on(case)
        left = len(self.unit.cases.of_advisor(advisor.id))
        return self.reply(wording.gone_away(until, passed=len(passed), left=left))

    def come_back(self) -> None:
        rota = self.unit.rota.current()
        advisor = rota.of_person(self.envelope.person)
        if advisor is None:
            return self.reply(wording.no_advisor())
        self.unit.rota.replace(rota.with_return(advisor.id, self.today(advisor)))
        return self.reply(wording.come_back(len(self.unit.cases.of_advisor(advisor.id))))

    def hand_on(self, case: Case) -> None:
        """Give a case that was left lying to the next advisor, with everything so far; everybody hears of it."""
        rota = self.unit.rota.current()
        holder = self.holder(case)
        events = self.unit.cases.events(case.id)
        held = {holder.id, *(event.note for event in events if event.move is Move.HAND_OVER)}
        held |= {event.actor for event in events if event.move is Move.PASS_ON}  # they had their reasons
        ask = partial(
            self.choose_advisor,
            rota,
            case.topics,
            case.question,
            asker=case.asker,
            prefer=holder.deputy,
            also_absent=False,
        )
        chosen = ask(without=held) or ask(without={holder.id})
        following = chosen.advisor if chosen else holder
        due = self.deadlines(following, "")
        moved = self.move(
            replace(case, acknowledge_by=due.acknowledge_by, answer_by=due.answer_by),
            Move.HAND_OVER,
            actor=SMPOLICY,
            note=holder.id,  # who let it lie
            advisor_id=following.id,
            because=chosen.because if chosen else case.chosen_because,
        )
        self.set_timers(moved, following)
        self.notify(moved, following)
        if chosen:
            self.send(ToAdvisor(holder.id), wording.taken_away(moved, following), case.id)
            self.send(case.place, wording.handed_on(moved, holder, following, self.now), case.id)
        else:
            self.send(case.place, wording.still_waiting(moved, holder, self.now), case.id)
        if moved.untaken >= ROUNDS_UNTAKEN and rota.owner:
            self.send(ToAdvisor(rota.owner), wording.nobody_takes(moved, following), case.id)

    def why(self, advice: Advice) -> str:
        """The reason on the advisor's card: what the entry says of it, where one was found."""
        reason = advice.reason or Reason.UNSETTLED
        said = wording.WHY_TO_AN_ADVISOR[reason]
        return f"{said} {advice.summary}" if reason is Reason.UNSETTLED else said

    def notify(self, case: Case, advisor: Advisor) -> None:
        """Put the case before its advisor, as a message of its own."""
        self.send(ToAdvisor(advisor.id), self.card(case, advisor), case.id)

    def refresh(self, case: Case, advisor: Advisor) -> None:
        """Bring the advisor's newest card of the case up to date where it stands."""
        self.send(ToAdvisor(advisor.id), self.card(case, advisor), case.id, replaces=True)

    def card(self, case: Case, advisor: Advisor) -> Reply:
        return wording.notice(case, advisor, self.corpus, self.unit.cases.events(case.id))

    def advisors_case(self, case_id: str) -> tuple[Case, Advisor, Rota]:
        """The case and its advisor; raises NotYours unless the person acting is that advisor."""
        rota = self.unit.rota.current()
        acting = rota.of_person(self.envelope.person)
        case = self.unit.cases.get(case_id)
        if acting is None or acting.id != case.advisor_id:
            raise NotYours(case_id)
        return case, acting, rota

    def askers_case(self, case_id: str) -> Case:
        case = self.unit.cases.get(case_id)
        if case.asker.key != self.envelope.person.key:
            raise NotYours(case_id)
        return case

    def move(self, case: Case, move: Move, *, actor: str, note: str = "", **changes: str) -> Case:
        moved, event = make_move(case, move, actor=actor, at=self.now, note=note, **changes)
        self.unit.cases.save(moved, event)
        return moved

    def claim(self, message: ClaimCase) -> None:
        case, advisor, _ = self.advisors_case(message.case_id)
        moved = self.move(case, Move.CLAIM, actor=advisor.id)
        self.refresh(moved, advisor)
        self.send(case.place, wording.claimed(moved, advisor), case.id)

    def give_advice(self, message: GiveAdvice) -> None:
        case, advisor, _ = self.advisors_case(message.case_id)
        text = self.written(message.text)
        if not text:
            return
        moved = self.move(case, Move.ANSWER, actor=advisor.id, note=text)
        self.refresh(moved, advisor)
        self.send(case.place, wording.advised(moved, advisor), case.id)
        self.reply(wording.done(moved, "your answer is on its way to the asker"), case.id)

    def ask_back(self, message: AskBack) -> None:
        case, advisor, _ = self.advisors_case(message.case_id)
        text = self.written(message.text)
        if not text:
            return
        moved = self.move(case, Move.ASK_BACK, actor=advisor.id, note=text)
        self.refresh(moved, advisor)
        self.send(case.place, wording.asked_back(moved, advisor, text), case.id)
        self.reply(wording.done(moved, "your question is on its way to the asker"), case.id)

    def pass_on(self, message: PassOn) -> None:
        case, advisor, rota = self.advisors_case(message.case_id)
        text = self.written(message.reason)
        if not text:
            return
        chosen = self.choose_advisor(
            rota,
            case.topics,
            case.question,
            asker=case.asker,
            without={advisor.id},
            prefer=message.advisor_id or advisor.deputy,
        )
        if chosen is None:
            self.reply(wording.nobody_else(case), case.id)
            return
        due = self.deadlines(chosen.advisor, "")
        moved = self.move(
            replace(case, acknowledge_by=due.acknowledge_by, answer_by=due.answer_by),
            Move.PASS_ON,
            actor=advisor.id,
            note=text,
            advisor_id=chosen.advisor.id,
            because=chosen.because,
        )
        self.set_timers(moved, chosen.advisor)
        self.notify(moved, chosen.advisor)
        self.refresh(moved, advisor)
        self.send(case.place, wording.passed_on(moved, chosen.advisor), case.id)
        self.reply(wording.done(moved, f"{chosen.advisor.name} has it now"), case.id)

    def reply_to_advisor(self, message: ReplyToAdvisor) -> None:
        case = self.askers_case(message.case_id)
        text = self.written(message.text)
        if text:
            self.pass_to_advisor(case, text)

    def pass_to_advisor(self, case: Case, text: str) -> None:
        advisor = self.holder(case)
        due = self.deadlines(advisor, "")
        resumed = replace(case, answer_by=max(case.answer_by, due.acknowledge_by))
        moved = self.move(resumed, Move.REPLY, actor="asker", note=self.masked(text, "reply"))
        self.set_timers(moved, advisor)
        self.notify(moved, advisor)
        self.reply(wording.reply_taken(moved, advisor), case.id)

    def share_name(self, message: ShareName) -> None:
        case = self.askers_case(message.case_id)
        name = " ".join(clean(message.name).split())
        if not words(name) or len(name) > wording.LONGEST_NAME:
            return self.reply(wording.needs_a_name())
        moved = self.move(case, Move.SHARE_NAME, actor="asker", note=name)
        holder = self.holder(moved)
        self.refresh(moved, holder)
        return self.reply(wording.name_shared(moved, holder), case.id)

    def add_note(self, message: AddNote) -> None:
        case, advisor, _ = self.advisors_case(message.case_id)
        text = self.written(message.text)
        if text:
            moved = self.move(case, Move.NOTE, actor=advisor.id, note=text)
            self.refresh(moved, advisor)

    def withdraw(self, message: WithdrawCase) -> None:
        moved = self.move(self.askers_case(message.case_id), Move.WITHDRAW, actor="asker")
        self.refresh(moved, self.holder(moved))
        self.reply(wording.withdrawn(moved), moved.id)

    def close(self, message: CloseCase) -> None:
        moved = self.move(self.askers_case(message.case_id), Move.CLOSE, actor="asker")
        self.refresh(moved, self.holder(moved))
        self.reply(wording.closed(moved), moved.id)

    def reopen(self, message: ReopenCase) -> None:
        case = self.askers_case(message.case_id)
        text = self.written(message.text)
        if not text:
            return
        advisor = self.holder(case)
        due = self.deadlines(advisor, text)
        case = replace(case, acknowledge_by=due.acknowledge_by, answer_by=due.answer_by)
        moved = self.move(case, Move.REOPEN, actor="asker", note=self.masked(text, "reply"))
        self.set_timers(moved, advisor)
        self.notify(moved, advisor)
        self.reply(wording.reopened(moved, advisor), moved.id)

    def holder(self, case: Case) -> Advisor:
        """The advisor of a case, also when they have left the rota since."""
        known = self.unit.rota.current().get(case.advisor_id)
        gone = Advisor(case.advisor_id, case.advisor_id, "no longer on the rota", frozenset(), ())
        return known or replace(gone, absences=(Absence(date.min),))

    def written(self, text: str) -> str:
        """What was typed in a form, or "" after telling the person that it cannot be sent."""
        text = clean(text)
        if not words(text) or len(text) > wording.LONGEST_REPLY:
            self.reply(wording.needs_words())
            return ""
        return text

    # looking

    def show_again(self, case: Case) -> None:
        holder, events = self.holder(case), self.unit.cases.events(case.id)
        if case.state.needs_work:
            self.notify(case, holder)
        self.reply(wording.case_view(case, holder, events), case.id)

    def show_cases(self, message: ShowCases) -> None:
        person = self.envelope.person
        if not message.queue:
            return self.reply(wording.case_list(self.unit.cases.of_asker(person), queue=False))
        advisor = self.unit.rota.current().of_person(person)
        if advisor is None:
            return self.reply(wording.no_advisor())
        return self.reply(wording.case_list(self.unit.cases.of_advisor(advisor.id), queue=True))

    def show_case(self, message: ShowCase) -> None:
        if not message.case_id:
            return self.reply(wording.which_case())
        case = self.unit.cases.get(message.case_id)
        rota = self.unit.rota.current()
        person = self.envelope.person
        events = self.unit.cases.events(case.id)
        acting = rota.of_person(person)
        if acting and acting.id == case.advisor_id:
            return self.reply(wording.notice(case, acting, self.corpus, events), case.id)
        if case.asker.key == person.key:
            return self.reply(wording.case_view(case, rota.get(case.advisor_id), events), case.id)
        raise UnknownCase(case.id)


def _is_about_wrongdoing(advice: Advice) -> bool:
    """Whether a question is never forwarded by itself: whoever raises a concern chooses whom they tell."""
    private = advice.signpost is not None and not advice.signpost.forwards
    return private or advice.topics[:1] == (wording.CONCERNS_TOPIC,)
