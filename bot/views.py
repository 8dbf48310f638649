"""What people see beside messages: their home, forms before they are filled in, and what is suggested to them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from bot import wording, wording_advisor, wording_asker, wording_desk, wording_forms, wording_home
from bot.advice import Engine
from bot.advisors import Advisor, Rota
from bot.calendar import Calendar
from bot.case import Case, State
from bot.conversation import REMEMBERED, turn_id_of
from bot.draft import check_draft
from bot.errors import UnknownCase
from bot.forms import Form
from bot.home import Home, Section, Shown, of_advisor
from bot.messages import AskQuestion, Message, Person
from bot.ports import Clock, UnitOfWork
from bot.privacy import mask
from bot.replies import Reply
from bot.typical import typical_questions
from knowledge.entry import Corpus
from knowledge.tokens import clean, words

SUGGESTED = 3  # questions
LONGEST_TITLE = 60  # characters


@dataclass(frozen=True)
class Views:
    """Looks things up, and changes nothing. `health` tells how each part of the service is, a line for each.

    Every method that takes a person may raise StorageUnavailable.
    """

    engine: Engine
    open_unit: Callable[[], UnitOfWork]
    clock: Clock
    calendar: Calendar
    health: Callable[[], Iterable[str]]

    @property
    def corpus(self) -> Corpus:
        return self.engine.corpus

    def home(self, person: Person, shown: Shown = Shown.MINE) -> Home:
        """A person's home; `shown` are the cases that an advisor wants to see."""
        with self.open_unit() as unit:
            rota, mine = unit.rota.current(), unit.cases.of_asker(person)
            advisor = rota.of_person(person)
            groups: list[tuple[Section, ...]] = [(wording_home.asking(),)]
            if advisor:
                groups += self._desk(unit, rota, advisor, shown)
            groups.append(wording_home.own_cases(mine, {case.advisor_id: _holder(rota, case) for case in mine}))
        groups.append(wording_home.tips(self.corpus))
        if advisor and advisor.id == rota.owner:
            groups.append((wording_home.health(tuple(self.health())),))
        return Home(tuple(group for group in groups if group), shown)

    def home_without_cases(self) -> Home:
        """What can be shown while nothing can be looked up."""
        return Home(((wording_home.asking(),), (wording_home.unavailable(),), wording_home.tips(self.corpus)))

    def _desk(
        self, unit: UnitOfWork, rota: Rota, advisor: Advisor, shown: Shown
    ) -> tuple[tuple[Section, ...], tuple[Section, ...]]:
        in_work, now = unit.cases.in_work(), self.clock.now()
        held = unit.cases.held_by(advisor.id) if shown is Shown.ENDED else ()
        listed = of_advisor(shown, held, in_work, advisor.id)
        mine = of_advisor(Shown.MINE, (), in_work, advisor.id)
        holders = {case.advisor_id: _holder(rota, case) for case in listed}
        presence = wording_home.presence(advisor, rota, mine, unit.cases.load(), now)
        return (presence,), wording_home.queue(listed, shown, advisor, holders)

    def form(self, verb: str, value: Mapping[str, str], person: Person) -> Form | Reply | None:
        """What a button's form asks for; a Reply where it cannot be done, None where the button opens no such form."""
        match verb:
            case "ask":
                return wording_forms.ask(self.corpus)
            case "check":
                return wording_forms.check()
            case "away":
                return wording_forms.away()
            case "answer" | "ask_back" | "pass_on":
                return self._form_of_case(verb, clean(value.get("case", "")), person)
        return None

    def _form_of_case(self, verb: str, case_id: str, person: Person) -> Form | Reply:
        with self.open_unit() as unit:
            rota = unit.rota.current()
            advisor = rota.of_person(person)
            try:
                case = unit.cases.get(case_id)
            except UnknownCase:
                return wording_desk.unknown_case()
            if advisor is None or advisor.id != case.advisor_id:
                return wording_desk.not_yours()
            asked_already = verb == "ask_back" and case.state is State.WAITING_FOR_ASKER
            if asked_already or not case.state.needs_work:
                return wording_desk.moved_on(case.id, case.state.in_words)
            if verb == "answer":
                return wording_forms.answer(case, advisor, self.corpus)
            if verb == "ask_back":
                return wording_forms.ask_back(case, advisor)
            return wording_forms.pass_on(case, advisor, self._others(rota, case, advisor), unit.cases.load())

    def _others(self, rota: Rota, case: Case, advisor: Advisor) -> list[Advisor]:
        """Those who are there and may have a case beside the advisor who has it."""
        barred, now = {advisor.id, rota.known_of(case.asker).manager}, self.clock.now()
        return [
            one
            for one in rota.advisors
            if one.id not in barred
            and one.is_present_at(now)
            and not one.is_person(case.asker)
            and not one.is_named_in(case.question)
        ]

    def case(self, case_id: str, person: Person) -> Reply:
        """A case as its asker or its advisor may read it, without buttons."""
        with self.open_unit() as unit:
            rota = unit.rota.current()
            try:
                case = unit.cases.get(clean(case_id))
            except UnknownCase:
                return wording_desk.unknown_case()
            acting, events = rota.of_person(person), unit.cases.events(case.id)
            if acting and acting.id == case.advisor_id:
                shown = wording_advisor.notice(case, acting, self.corpus, events)
            elif case.asker.key == person.key:
                shown = wording_asker.case_view(case, _holder(rota, case), events)
            else:
                return wording_desk.unknown_case()
        return Reply(shown.text, shown.parts)

    def tips(self) -> Reply:
        return wording.tips(self.corpus, None)

    def look_over(self, draft: str) -> Reply:
        """Check a draft with everything that was marked. It is neither remembered nor passed on."""
        text = clean(draft)
        return wording.unreadable(text) or wording.draft_checked(
            check_draft(text, self.corpus), self.corpus, whole=True
        )

    def suggestions(self, person: Person) -> tuple[tuple[str, str], ...]:
        """What to ask, fitted to a person: labels and what is sent, four at most."""
        with self.open_unit() as unit:
            advisor = unit.rota.current().of_person(person)
        return self._suggested(wording_home.suggestions_for_advisor() if advisor else self._typical)

    def suggestions_for_all(self) -> tuple[tuple[str, str], ...]:
        """What to ask, whoever it is."""
        return self._suggested(self._typical)

    def _suggested(self, fitted: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
        period = self.calendar.period_on(self.clock.now().date())
        return (*((wording_home.suggestion_in(period),) if period else ()), *fitted)

    @cached_property
    def _typical(self) -> tuple[tuple[str, str], ...]:
        return tuple((question, question) for question in typical_questions(self.corpus, SUGGESTED))

    def title(self, message: Message) -> str:
        """A title for the thread that a question opens; "" for what is none, and for a thread that has had one."""
        if not isinstance(message, AskQuestion) or not words(message.text):
            return ""
        place, now = message.envelope.place, self.clock.now()
        with self.open_unit() as unit:
            turns = unit.turns.recent(place.key, message.envelope.person, now - REMEMBERED)
        own = turn_id_of(message.envelope.event_id)
        thread = place.reference.get("thread_ts")
        if any(turn.place and turn.place.reference.get("thread_ts") == thread for turn in turns if turn.id != own):
            return ""
        line = " ".join(mask(clean(message.text)).text.split())
        return line if len(line) <= LONGEST_TITLE else f"{line[: LONGEST_TITLE - 1].rstrip()}…"


def _holder(rota: Rota, case: Case) -> Advisor:
    """The advisor of a case, also when they have left the rota since."""
    return rota.get(case.advisor_id) or Advisor(case.advisor_id, case.advisor_id, "", frozenset(), ())
