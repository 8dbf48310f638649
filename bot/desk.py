"""The desk: what askers and advisors do with cases."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot import wording, wording_advisor, wording_asker, wording_desk, wording_precedents
from bot.advice import Advice, Reason
from bot.advisors import Absence, Advisor, Assignment, Rota, choose_advisor
from bot.calendar import day_named
from bot.case import Case, Move, State, make_move, opened
from bot.case_search import search_cases
from bot.deadlines import deadlines, timers, wanted_by
from bot.deliveries import ToAdvisor
from bot.earlier import Earlier
from bot.errors import NotYours, UnknownCase
from bot.language import language_of
from bot.messages import (
    AddNote,
    AskBack,
    ClaimCase,
    CloseCase,
    GiveAdvice,
    PassOn,
    Person,
    RateAdvice,
    ReopenCase,
    ReplyToAdvisor,
    ShareName,
    ShowCase,
    ShowCases,
    WithdrawCase,
)
from bot.overrides import use_of_draft
from bot.privacy import Kind
from bot.questions import handed_over
from bot.replies import Reply
from bot.safety import is_about_wrongdoing
from knowledge.tokens import clean, words

SHOWN_TO_ADVISOR = 3  # passages on a case
EVERYTHING_OPEN = "all"  # typed after queue


class Desk(Earlier):
    """Cases on their way between an asker and the advisor who holds them."""

    def hand_over(self, advice: Advice, text: str, turn_id: str, *, shown: bool) -> None:
        """Open a case with a named advisor, or say truly that nobody can be asked.

        Args:
            turn_id: the turn in which it was asked.
            shown: whether the asker is shown the answer with the news; False when they saw it before.
        """
        person = self.envelope.person
        if same := next(
            (c for c in self.unit.cases.of_asker(person) if c.state.needs_work and c.question == text), None
        ):
            self.mark_handed_over(turn_id)
            return self.reply(wording_asker.asked_already(same, self.holder(same)), same.id)
        rota = self.unit.rota.current()
        department = rota.known_of(person).department or advice.facts.get("department", "")
        chosen = self.choose_advisor(rota, advice.topics, text, asker=person, department=department)
        if chosen is None:
            alone = bool(rota.advisors)
            return self.reply(wording_asker.nobody_to_ask(advice if shown else None, turn_id, self.corpus, alone=alone))
        wanted = self.wanted(text, person)
        due = deadlines(self.now, chosen.advisor.hours, wanted)
        name = self.told_name(advice)
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
            wanted_by=wanted,
            asker_name=name,
            display_name=name,
            department=department,
        )
        self.unit.cases.add(case, opened(case))
        self.mark_handed_over(turn_id)
        self.set_timers(case, chosen.advisor)
        if shown:
            news = wording_asker.handed_over(advice, turn_id, self.corpus, case, chosen.advisor, self.now)
            self.reply(self.with_precedent(news, advice, text), case.id)
        else:
            self.reply(wording_asker.taken(case, chosen.advisor, self.now), case.id)
        return self.notify(case, chosen.advisor)

    def mark_handed_over(self, turn_id: str) -> None:
        """A case has the question of a turn, and with it the words."""
        turn = self.unit.turns.get(turn_id)
        if turn and (asked := self.unit.questions.get(turn.question_id)):
            self.unit.questions.put(handed_over(asked))

    def told_name(self, advice: Advice) -> str:
        """The asker's display name where advisors are to see it, else ""; never of whoever raises a concern."""
        if not self.keeping.names or is_about_wrongdoing(advice):
            return ""
        name = " ".join(clean(self.envelope.name).split())
        return name[: wording_asker.LONGEST_NAME] if words(name) else ""

    def why(self, advice: Advice) -> str:
        """The reason on the advisor's card: what the entry says of it, where one was found."""
        reason = advice.reason or Reason.UNSETTLED
        said = wording_advisor.WHY_TO_AN_ADVISOR[reason]
        return f"{said} {advice.summary}" if reason is Reason.UNSETTLED else said

    def choose_advisor(
        self,
        rota: Rota,
        topics: Sequence[str],
        text: str,
        *,
        asker: Person,
        department: str,
        without: Iterable[str] = (),
        named: str = "",
        prefer: str = "",
        also_absent: bool = True,
    ) -> Assignment | None:
        """The advisor for a question, never its asker or somebody whom it names."""
        told_of = [advisor.id for advisor in rota.advisors if advisor.is_named_in(text)]
        return choose_advisor(
            rota,
            topics,
            load=self.unit.cases.load(),
            asker=asker,
            now=self.now,
            department=department,
            language=language_of(text, rota.languages),
            without=frozenset({*told_of, *without}),
            named=named,
            prefer=prefer,
            also_absent=also_absent,
        )

    def choose_another(
        self,
        rota: Rota,
        case: Case,
        *,
        without: Iterable[str],
        named: str = "",
        prefer: str = "",
        also_absent: bool = True,
    ) -> Assignment | None:
        """Who takes over a case, as for a question like it."""
        return self.choose_advisor(
            rota,
            case.topics,
            case.question,
            asker=case.asker,
            department=case.department,
            without=without,
            named=named,
            prefer=prefer,
            also_absent=also_absent,
        )

    def wanted(self, text: str, asker: Person) -> datetime | None:
        """The asker's own deadline, where a text of theirs tells one."""
        zone = ZoneInfo(wording.zone_of(asker))
        return wanted_by(text, self.now, zone, day_named(text, self.now.astimezone(zone).date()))

    def due_anew(self, case: Case, advisor: Advisor) -> Case:
        """A case with the deadlines of an advisor whom it reaches now, the asker's own one heeded."""
        due = deadlines(self.now, advisor.hours, case.wanted_by)
        return replace(case, acknowledge_by=due.acknowledge_by, answer_by=due.answer_by)

    def today(self, advisor: Advisor) -> date:
        return self.now.astimezone(advisor.hours.zone).date()

    def set_timers(self, case: Case, advisor: Advisor) -> None:
        self.unit.timers.set(timers(case, self.now, advisor.hours), self.now)

    def holder(self, case: Case) -> Advisor:
        """The advisor of a case, also when they have left the rota since."""
        known = self.unit.rota.current().get(case.advisor_id)
        gone = Advisor(case.advisor_id, case.advisor_id, "no longer on the rota", frozenset(), ())
        return known or replace(gone, absences=(Absence(date.min),))

    def notify(self, case: Case, advisor: Advisor) -> None:
        """Put the case before its advisor, as a message of its own."""
        self.send(ToAdvisor(advisor.id), self.card(case, advisor), case.id)

    def refresh(self, case: Case, advisor: Advisor) -> None:
        """Bring the advisor's newest card of the case up to date where it stands."""
        self.send(ToAdvisor(advisor.id), self.card(case, advisor), case.id, replaces=True)

    def card(self, case: Case, advisor: Advisor) -> Reply:
        notice = wording_advisor.notice(case, advisor, self.corpus, self.unit.cases.events(case.id))
        return wording_precedents.with_similar(notice, self.similar_cases(case))

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

    # what they do

    def claim(self, message: ClaimCase) -> None:
        case, advisor, _ = self.advisors_case(message.case_id)
        moved = self.move(case, Move.CLAIM, actor=advisor.id)
        self.refresh(moved, advisor)
        self.send(case.place, wording_asker.claimed(moved, advisor), case.id)

    def give_advice(self, message: GiveAdvice) -> None:
        case, advisor, _ = self.advisors_case(message.case_id)
        prepared = wording_advisor.prepared(case, self.corpus)
        text = self.written(prepared if message.as_prepared else message.text)
        if not text:
            return
        advice = wording_advisor.without_placeholder(text)
        if advice != text and advice.split() in ([], clean(prepared).split()):
            self.reply(wording_advisor.draft_untouched(case), case.id)
            return
        drafted = replace(case, draft_use=use_of_draft(prepared, advice))
        moved = self.move(drafted, Move.ANSWER, actor=advisor.id, note=advice)
        self.refresh(moved, advisor)
        self.send(case.place, wording_asker.advised(moved, advisor), case.id)
        self.reply(wording_advisor.done(moved, "your answer is on its way to the asker"), case.id)

    def ask_back(self, message: AskBack) -> None:
        case, advisor, _ = self.advisors_case(message.case_id)
        text = self.written(message.text)
        if not text:
            return
        moved = self.move(case, Move.ASK_BACK, actor=advisor.id, note=text)
        self.set_timers(moved, advisor)
        self.refresh(moved, advisor)
        self.send(case.place, wording_asker.asked_back(moved, advisor, text), case.id)
        self.reply(wording_advisor.done(moved, "your question is on its way to the asker"), case.id)

    def pass_on(self, message: PassOn) -> None:
        case, advisor, rota = self.advisors_case(message.case_id)
        text = self.written(message.reason)
        if not text:
            return
        chosen = self.choose_another(rota, case, without={advisor.id}, named=message.advisor_id, prefer=advisor.deputy)
        if chosen is None:
            self.reply(wording_advisor.nobody_else(case), case.id)
            return
        moved = self.move(
            self.due_anew(case, chosen.advisor),
            Move.PASS_ON,
            actor=advisor.id,
            note=text,
            advisor_id=chosen.advisor.id,
            because=chosen.because,
        )
        self.set_timers(moved, chosen.advisor)
        self.notify(moved, chosen.advisor)
        self.refresh(moved, advisor)
        self.send(case.place, wording_asker.passed_on(case, moved, advisor, chosen.advisor, self.now), case.id)
        self.reply(wording_advisor.done(moved, f"{chosen.advisor.name} has it now"), case.id)

    def reply_to_advisor(self, message: ReplyToAdvisor) -> None:
        case = self.askers_case(message.case_id)
        text = self.written(message.text)
        if text and case.state is State.CLOSED:  # it closed while they were silent: what they write is not lost
            self.open_again(case, text)
        elif text:
            self.pass_to_advisor(case, text)

    def pass_to_advisor(self, case: Case, text: str, masked: tuple[Kind, ...] = ()) -> None:
        advisor = self.holder(case)
        wanted = self.wanted(text, case.asker) or case.wanted_by
        due = deadlines(self.now, advisor.hours, wanted)
        answer_by = min(max(case.answer_by, due.acknowledge_by), due.answer_by)
        resumed = replace(case, answer_by=answer_by, wanted_by=wanted)
        moved = self.move(resumed, Move.REPLY, actor="asker", note=self.masked(text, "reply", masked))
        self.set_timers(moved, advisor)
        self.notify(moved, advisor)
        self.reply(wording_asker.reply_taken(moved, advisor, self.now), case.id)

    def share_name(self, message: ShareName) -> None:
        case = self.askers_case(message.case_id)
        name = " ".join(clean(message.name).split())
        if not words(name) or len(name) > wording_asker.LONGEST_NAME:
            return self.reply(wording_asker.needs_a_name())
        moved = self.move(case, Move.SHARE_NAME, actor="asker", note=name)
        holder = self.holder(moved)
        self.refresh(moved, holder)
        return self.reply(wording_asker.name_shared(moved, holder), case.id)

    def add_note(self, message: AddNote) -> None:
        case, advisor, _ = self.advisors_case(message.case_id)
        text = self.written(message.text)
        if text:
            moved = self.move(case, Move.NOTE, actor=advisor.id, note=text)
            self.refresh(moved, advisor)

    def withdraw(self, message: WithdrawCase) -> None:
        moved = self.move(self.askers_case(message.case_id), Move.WITHDRAW, actor="asker")
        self.refresh(moved, self.holder(moved))
        self.reply(wording_asker.withdrawn(moved), moved.id)

    def close(self, message: CloseCase) -> None:
        moved = self.move(self.askers_case(message.case_id), Move.CLOSE, actor="asker")
        self.refresh(moved, self.holder(moved))
        closings = [event for event in self.unit.cases.events(moved.id) if event.move is Move.CLOSE]
        self.reply(wording_asker.closed(moved, asks=len(closings) == 1), moved.id)

    def rate_advice(self, message: RateAdvice) -> None:
        case = self.askers_case(message.case_id)
        self.unit.cases.rate(case.id, message.helped)
        self.reply(wording_asker.advice_rated(case, helped=message.helped), case.id)

    def reopen(self, message: ReopenCase) -> None:
        case = self.askers_case(message.case_id)
        text = self.written(message.text)
        if text:
            self.open_again(case, text)

    def open_again(self, case: Case, text: str) -> None:
        advisor = self.holder(case)
        case = self.due_anew(replace(case, wanted_by=self.wanted(text, case.asker) or case.wanted_by), advisor)
        moved = self.move(case, Move.REOPEN, actor="asker", note=self.masked(text, "reply"))
        self.set_timers(moved, advisor)
        self.notify(moved, advisor)
        self.reply(wording_asker.reopened(moved, advisor, self.now), moved.id)

    # looking

    def show_again(self, case: Case) -> None:
        holder, events = self.holder(case), self.unit.cases.events(case.id)
        if case.state.needs_work:
            self.notify(case, holder)
        self.reply(wording_asker.case_view(case, holder, events), case.id)

    def show_cases(self, message: ShowCases) -> None:
        person = self.envelope.person
        if not message.queue:
            mine = self.unit.cases.of_asker(person)
            return self.reply(wording_desk.case_list(mine, queue=False, zone=wording.zone_of(person)))
        advisor = self.unit.rota.current().of_person(person)
        if advisor is None:
            return self.reply(wording_advisor.no_advisor())
        return self.reply(wording_desk.case_list(self.unit.cases.of_advisor(advisor.id), queue=True, zone=advisor.zone))

    def search_cases(self, text: str, advisor: Advisor) -> None:
        """Show an advisor what fits of their own cases, or everything that is open."""
        if text.lower() == EVERYTHING_OPEN:
            in_work = self.unit.cases.in_work()
            holders = {case.advisor_id: self.holder(case) for case in in_work}
            return self.reply(wording_advisor.everything_open(in_work, holders, advisor))
        found = search_cases(text, self.unit.cases.held_by(advisor.id), self.corpus.topics)
        return self.reply(wording_advisor.found_cases(text, found, advisor.zone))

    def show_case(self, message: ShowCase) -> None:
        if not message.case_id:
            return self.reply(wording_desk.which_case())
        case = self.unit.cases.get(message.case_id)
        rota = self.unit.rota.current()
        person = self.envelope.person
        acting = rota.of_person(person)
        if acting and acting.id == case.advisor_id:
            return self.reply(self.card(case, acting), case.id)
        if case.asker.key == person.key:
            events = self.unit.cases.events(case.id)
            return self.reply(wording_asker.case_view(case, rota.get(case.advisor_id), events), case.id)
        raise UnknownCase(case.id)
