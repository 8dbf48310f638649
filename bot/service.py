"""One function a use case: a message → deliveries, saved with the case inside one unit of work."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot import wording, wording_advisor, wording_asker, wording_desk, wording_precedents
from bot.advice import Advice, Engine, Reason
from bot.calendar import PERIOD, without_calendar
from bot.case import Case, Move
from bot.conversation import (
    BUTTONS_LAST,
    REMEMBERED,
    Turn,
    asks_why,
    carried_facts,
    in_context,
    named_choice,
    turn_id_of,
)
from bot.deadlines import Timer
from bot.deliveries import Delivery
from bot.desk import EVERYTHING_OPEN
from bot.draft import check_draft
from bot.errors import ChangedMeanwhile, IllegalMove, NotYours, UnknownCase
from bot.likeness import Likeness
from bot.messages import (
    AddNote,
    AskAdvisor,
    AskBack,
    AskQuestion,
    AskWithFacts,
    ChangeRota,
    CheckDraft,
    ChooseFact,
    ClaimCase,
    CloseCase,
    ComeBack,
    Envelope,
    GiveAdvice,
    GoAway,
    GoOn,
    Message,
    PassOn,
    Person,
    Place,
    PrecedentMessage,
    RateAdvice,
    RateAnswer,
    ReopenCase,
    ReplyToAdvisor,
    SearchCases,
    ShareAnswer,
    ShareName,
    ShowCase,
    ShowCases,
    ShowHelp,
    ShowReceipt,
    ShowRota,
    ShowTips,
    WithdrawCase,
    written_in,
)
from bot.ports import Clock, Inbox, OpenUnit, UnitOfWork
from bot.precedent_talk import PrecedentTalk
from bot.privacy import Kind, is_masked, mask
from bot.questions import Keeping
from bot.receipt import Receipts
from bot.replies import Reply
from bot.rota_talk import RotaTalk
from bot.safety import is_about_wrongdoing
from knowledge.entry import Corpus, Facts, Verdict
from knowledge.tokens import clean, words

TRIES = 3  # of one message whose case others act on at the same moment
ANSWERED_WITHIN = timedelta(seconds=20)  # of being received, or another process takes the question up


@dataclass(frozen=True)
class Service:
    """The bot's use cases over one engine and one store. Holds no state between messages.

    `likeness` finds earlier questions like a new one; without an encoder in it no precedent is shown.
    """

    engine: Engine
    open_unit: OpenUnit
    clock: Clock
    keeping: Keeping
    likeness: Likeness = field(default_factory=Likeness)

    def handle(self, message: Message) -> tuple[Delivery, ...]:
        """Do what a message asks for.

        Returns:
            What was queued for delivery, saved already; empty when the event was seen before.

        Raises:
            StorageUnavailable: nothing was saved; the same message may be handled again.
        """
        if isinstance(message, GoOn):
            return self.handle(message.meant) if self.goes_on(message) else ()
        event_id = message.envelope.event_id
        return self._tried(message, lambda inbox: inbox.first_time(event_id, self.clock.now()))

    def receive(self, questions: Sequence[AskQuestion]) -> list[AskQuestion | None]:
        """Save questions together, to be answered by `answer`: a platform is not kept waiting for the engine.

        Returns:
            Each question as it was saved, without personal data; None where its event was seen before.

        Raises:
            StorageUnavailable: nothing was saved.
        """
        masked = [(question, mask(clean(question.text))) for question in questions]
        kept = [replace(question, text=found.text, masked=found.kinds) for question, found in masked]
        with self.open_unit() as unit:
            now = self.clock.now()
            new = [unit.inbox.keep(question, now, now + ANSWERED_WITHIN) for question in kept]
            unit.commit()
        return [question if is_new else None for question, is_new in zip(kept, new, strict=True)]

    def answer(self, question: AskQuestion) -> tuple[Delivery, ...]:
        """Answer a question that was received; as `handle`, and nothing where another process has answered it."""
        return self._tried(question, lambda inbox: inbox.take(question.envelope.event_id))

    def apologise(self, question: AskQuestion) -> tuple[Delivery, ...]:
        """Tell whoever asked a question that was received that it could not be answered."""
        event_id = question.envelope.event_id
        told = wording.out_of_order()
        return self._handled(question.envelope, lambda inbox: inbox.take(event_id), lambda one: one.refuse(told))

    def _tried(self, message: Message, is_new: Callable[[Inbox], bool]) -> tuple[Delivery, ...]:
        for _ in range(TRIES):
            foreseen = self._foreseen(message) if isinstance(message, AskQuestion) else None
            try:
                return self._handled(message.envelope, is_new, lambda handling: handling.run(message), foreseen)
            except ChangedMeanwhile as error:  # nothing was saved: what was done is done anew on the case as it is now
                moved_on = error.case_id
        word = wording_precedents if isinstance(message, PrecedentMessage) else wording_desk
        told = _given_back(word.changed_meanwhile(moved_on), message)
        return self._handled(message.envelope, is_new, lambda handling: handling.refuse(told))

    def _foreseen(self, question: AskQuestion) -> "Foreseen | None":
        """The engine's advice, found before the transaction begins: in SQLite that would hold up everybody else."""
        with self.open_unit(reads=True) as unit:
            now = self.clock.now()
            meant = self._handling(unit, now, question.envelope).meant(question)
        if not isinstance(meant, Asked):
            return None
        advice = self.engine.advise(meant.text, facts=meant.facts, history=meant.history, as_of=now.date())
        return Foreseen(meant, advice)

    def _handled(
        self,
        envelope: Envelope,
        is_new: Callable[[Inbox], bool],
        handle: Callable[["_Handling"], None],
        foreseen: "Foreseen | None" = None,
    ) -> tuple[Delivery, ...]:
        """What came of an event, saved; nothing when it was seen before."""
        with self.open_unit() as unit:
            if not is_new(unit.inbox):
                return ()
            handling = self._handling(unit, self.clock.now(), envelope)
            handling.foreseen = foreseen
            handle(handling)
            return handling.saved()

    def goes_on(self, message: GoOn) -> bool:
        """Whether somebody who does not name us is in conversation with us where they write. Nothing is kept.

        Raises:
            StorageUnavailable
        """
        place, person = message.envelope.place, message.envelope.person
        with self.open_unit(reads=True) as unit:
            asked = unit.turns.recent(place.key, person, self.clock.now() - REMEMBERED)
            return bool(asked) or unit.cases.waiting_in(place.key, person) is not None

    def is_reply_to_advisor(self, message: Message) -> bool:
        """Whether this is what an advisor waits for, typed where they asked. Nothing is kept.

        Raises:
            StorageUnavailable
        """
        place, person = message.envelope.place, message.envelope.person
        if not (isinstance(message, AskQuestion) and place.threaded):
            return False
        with self.open_unit(reads=True) as unit:
            return unit.cases.waiting_in(place.key, person) is not None

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
            handling = self._handling(unit, now, Envelope(timer.key, case.asker, case.place))
            if timer.concerns(case):
                handling.chase(case, timer.step)
            return handling.saved()

    def resend(self, case_id: str, event_id: str) -> tuple[Delivery, ...]:
        """Put a case before its advisor and its asker once more, as it stands now.

        Raises:
            UnknownCase: there is no such case.
            StorageUnavailable: nothing was saved.
        """
        with self.open_unit() as unit:
            case = unit.cases.get(case_id)
            handling = self._handling(unit, self.clock.now(), Envelope(event_id, case.asker, case.place))
            handling.show_again(case)
            return handling.saved()

    def card(self, case_id: str, person: Person) -> Reply:
        """A case as its advisor sees it now, for a page; nothing is changed or sent.

        Raises:
            UnknownCase, NotYours: there is no such case, or it is not with that person.
            StorageUnavailable
        """
        with self.open_unit() as unit:
            nowhere = Place(person.platform, "", {})
            handling = self._handling(unit, self.clock.now(), Envelope("", person, nowhere))
            case, advisor, _ = handling.advisors_case(case_id)
            return handling.card(case, advisor)

    def look_over(self, draft: str) -> Reply:
        """Check a draft at once. It is neither remembered nor passed on, so no unit of work is needed."""
        return _looked_over(draft, self.engine.corpus)

    def _handling(self, unit: UnitOfWork, now: datetime, envelope: Envelope) -> "_Handling":
        return _Handling(self.engine, unit, now, envelope, self.keeping, self.likeness)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the engine is to be asked. `awaiting` is a fact asked for just before, which is not asked for again."""

    text: str
    facts: Facts
    history: tuple[str, ...] = ()
    awaiting: str = ""


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What the engine says to a question, as far as it is asked just so."""

    asked: Asked
    advice: Advice


class _Handling(RotaTalk, PrecedentTalk, Receipts):
    """A message on its way to the use case that it asks for."""

    foreseen: Foreseen | None = None

    def run(self, message: Message) -> None:
        """Do what a message asks for, or say why it cannot be done.

        Raises:
            ChangedMeanwhile: nothing of it may be saved.
        """
        try:
            self.dispatch(message)
        except UnknownCase:
            self.refuse(_given_back(wording_desk.unknown_case(), message))
        except NotYours:
            self.refuse(_given_back(wording_desk.not_yours(), message))
        except IllegalMove as error:
            self.refuse(_given_back(wording_desk.moved_on(error.case_id, error.state), message))

    def dispatch(self, message: Message) -> None:
        match message:
            case AskQuestion():
                self.ask(message)
            case AskWithFacts():
                self.ask_with_facts(message)
            case ChooseFact():
                self.choose(message)
            case AskAdvisor():
                self.ask_advisor(message)
            case CheckDraft():
                self.reply(_looked_over(message.text, self.corpus))
            case RateAnswer():
                self.rate(message)
            case ShareAnswer():
                self.share(message)
            case ShowTips():
                self.reply(wording.tips(self.corpus, message.number))
            case ShowHelp():
                self.reply(wording.help_text(message.unknown, message.suggestion))
            case ShowCases():
                self.show_cases(message)
            case ShowCase():
                self.show_case(message)
            case ShowReceipt():
                self.show_receipt(message)
            case GoAway():
                self.go_away(message)
            case ComeBack():
                self.come_back(message)
            case ShowRota():
                self.show_rota()
            case ChangeRota():
                self.change_rota(message)
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
            case RateAdvice():
                self.rate_advice(message)
            case ReopenCase():
                self.reopen(message)
            case SearchCases():
                self.search(message)
            case PrecedentMessage():
                self.talk_of_precedents(message)

    def search(self, message: SearchCases) -> None:
        """Search an advisor's cases; from anybody else it is a question that begins with the word queue."""
        advisor = self.unit.rota.current().of_person(self.envelope.person)
        if advisor:
            return self.search_cases(message.text, advisor)
        if message.text.lower() == EVERYTHING_OPEN:
            return self.reply(wording_advisor.no_advisor())
        return self.ask(AskQuestion(message.envelope, f"queue {message.text}"))

    # asking

    def ask(self, message: AskQuestion) -> None:
        meant = self.meant(message)
        if isinstance(meant, Asked):
            return self.answer(meant)
        return meant()

    def meant(self, message: AskQuestion) -> Asked | Callable[[], None]:
        """What a question means after what went before it: something to ask the engine, or what is to be done."""
        person, place = self.envelope.person, self.envelope.place
        text = clean(message.text)
        if not words(text):
            return lambda: self.reply(wording.empty_question())
        waiting = self.unit.cases.waiting_in(place.key, person)
        if waiting and place.threaded:
            return lambda: self.pass_written(waiting, text, message.masked)
        if len(text) > wording.LONGEST_QUESTION:
            return lambda: self.reply(wording.too_long())
        text = self.masked(text, "question", message.masked)
        past = self.unit.turns.recent(place.key, person, self.now - REMEMBERED)
        last = past[-1] if past else None
        if waiting and self.may_reply(waiting, last):
            return lambda: self.reply(wording_asker.is_it_a_reply(waiting, self.holder(waiting), text), waiting.id)
        if last and (fact := self.corpus.facts.get(last.awaiting)):
            chosen = named_choice(text, fact)
            if chosen:
                facts = {**last.facts, last.awaiting: chosen}
                return lambda: self.resolve(last, facts, question_id=last.question_id)
        if last and asks_why(text):
            return lambda: self.explain(last)
        if last and (changed := self.engine.change_of_facts(text, last.entry)):
            before = without_calendar(last.facts) if PERIOD in changed else last.facts
            return lambda: self.resolve(last, {**before, **changed}, text)
        carried = carried_facts(text, last.facts) if last else {}
        asked = last.awaiting if last else ""
        return Asked(text, {**message.profile, **carried}, tuple(turn.question for turn in past), asked)

    def pass_written(self, case: Case, text: str, masked: tuple[Kind, ...]) -> None:
        """Pass on what was typed where an advisor waits for it."""
        if written := self.written(text):
            self.pass_to_advisor(case, written, masked)

    def ask_with_facts(self, message: AskWithFacts) -> None:
        text = clean(message.text)
        if refused := wording.unreadable(text):
            return self.reply(refused)
        known = self.corpus.facts
        given = {
            fact: told
            for fact, told in message.given.items()
            if fact in known and told in {one.value for one in known[fact].values}
        }
        return self.answer(Asked(self.masked(text, "question"), given))

    def may_reply(self, waiting: Case, last: Turn | None) -> bool:
        """Whether the advisor's question is the last that was said in a chat, so that what is typed may answer it."""
        asked = [event.at for event in self.unit.cases.events(waiting.id) if event.move is Move.ASK_BACK]
        return bool(asked) and (last is None or last.asked_at < asked[-1])

    def choose(self, message: ChooseFact) -> None:
        turn = self.own_turn(message.question_id)
        if turn is None:
            return None
        fact = self.corpus.facts.get(message.fact)
        if fact is None or message.value not in {known.value for known in fact.values}:
            return self.reply(wording.expired_question())
        return self.resolve(turn, {**turn.facts, message.fact: message.value}, question_id=turn.question_id)

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
        turn_id = self.remember(advice, text, turn.question_id if turn else "")
        return self.hand_over(advice, text, turn_id, shown=turn is None)

    def rate(self, message: RateAnswer) -> None:
        turn = self.own_turn(message.question_id)
        if turn is None:
            return
        if asked := self.unit.questions.get(turn.question_id):
            kept = _to_keep(self.engine.advise(turn.question, facts=turn.facts), turn.question)
            self.unit.questions.put(self.keeping.rated(asked, kept, helpful=message.helpful))
        self.reply(wording.thanks(helpful=message.helpful))

    def share(self, message: ShareAnswer) -> None:
        """Show others a question and its answer, made anew from what is kept: a button is not trusted."""
        turn = self.own_turn(message.question_id)
        if turn is None:
            return None
        advice = self.advice_again(turn.entry, turn.question, turn.facts)
        if turn.verdict is Verdict.ASK_ADVISOR or not may_be_shared(advice, turn.question):
            return self.reply(wording.not_for_sharing())
        return self.send(message.place, wording.shared(turn.question, wording.answer(advice, turn.id, self.corpus)))

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

    def answer(self, asked: Asked) -> None:
        """Answer a question."""
        if self.foreseen and self.foreseen.asked == asked:
            advice = self.foreseen.advice
        else:
            advice = self.engine.advise(asked.text, facts=asked.facts, history=asked.history, as_of=self.now.date())
        self.give(advice, in_context(asked.text, asked.history), asked.awaiting)

    def resolve(self, turn: Turn, facts: Facts, said: str = "", *, question_id: str = "") -> None:
        """Answer a question again with facts that are known now; a missing one as its choice promised.

        Args:
            said: what was typed to say so, where that was more than an answer to a clarify question.
            question_id: the question's, where it is the same one still.
        """
        text = f"{turn.question}\n{said}" if said else turn.question
        self.give(self.advice_again(turn.entry, text, facts), text, question_id=question_id)

    def advice_again(self, entry: str, text: str, facts: Facts) -> Advice:
        """What an entry that answered before says under these facts; the engine's advice where the entry is gone."""
        today = self.now.date()
        return self.engine.resolve(entry, facts, as_of=today) or self.engine.advise(text, facts=facts, as_of=today)

    def explain(self, turn: Turn) -> None:
        """Say what the last answer rests on. It stays the last one, so that what follows leans on it."""
        advice = self.engine.resolve(turn.entry, turn.facts, as_of=self.now.date())
        if advice:
            return self.reply(wording.because(advice, turn.id, self.corpus))
        if turn.entry:
            return self.answer(Asked(turn.question, turn.facts))
        return self.reply(wording.nothing_to_show())

    def give(self, advice: Advice, text: str, asked: str = "", *, question_id: str = "") -> None:
        """Reply with an advice, or hand the question over where it says so."""
        turn_id = self.remember(advice, text, question_id)
        if advice.verdict is Verdict.ASK_ADVISOR and not is_about_wrongdoing(advice):
            return self.hand_over(advice, text, turn_id, shown=True)
        if advice.verdict is Verdict.ASK_ADVISOR:
            return self.reply(wording.not_forwarded(advice, turn_id, self.corpus))
        if advice.clarify and advice.clarify.fact == asked:
            return self.reply(wording.both_ways(advice, turn_id))
        answered = self.with_precedent(wording.answer(advice, turn_id, self.corpus), advice, text)
        return self.reply(replace(answered, shareable=turn_id) if may_be_shared(advice, text) else answered)

    def remember(self, advice: Advice, text: str, question_id: str = "") -> str:
        """Keep the turn, and what stays of its question; give the turn's id.

        Args:
            question_id: an earlier question, which this answers again.
        """
        kept_as = turn_id_of(self.envelope.event_id)
        earlier, kept = self.unit.questions.get(question_id), _to_keep(advice, text)
        if earlier is None:
            question_id = kept_as
            asked = self.keeping.asked(question_id, self.now, self.envelope.person, advice, kept)
        elif advice.reason is Reason.ASKED_FOR:
            asked = earlier  # what the bot said of it stands
        else:
            asked = self.keeping.answered_again(earlier, advice, kept)
        self.unit.questions.put(asked)
        self.unit.turns.add(
            Turn(
                id=kept_as,
                place_key=self.envelope.place.key,
                person_key=self.envelope.person.key,
                asked_at=self.now,
                question=text,
                facts=advice.facts,
                verdict=advice.verdict,
                entry=advice.entry,
                topics=advice.topics,
                awaiting=advice.clarify.fact if advice.clarify else "",
                guidance_version=advice.guidance_version,
                passages=advice.rests_on,
                place=self.envelope.place,
                question_id=question_id,
            )
        )
        return kept_as


def _given_back(refused: Reply, message: Message) -> Reply:
    """A refusal with what was written for nothing: a form may be older than its case. Not where others may read it."""
    if message.envelope.place.threaded:
        return refused
    written = written_in(message)
    is_asker = isinstance(message, ReplyToAdvisor | ReopenCase)
    return wording_desk.given_back(refused, mask(written).text if is_asker else written)


def may_be_shared(advice: Advice, question: str) -> bool:
    """Whether others may read a question and its answer, if whoever asked likes.

    Never what names a case or comes from an advisor: that is between the two of them. Never a concern or a danger,
    where one press too many tells a whole channel who raised it. Never where personal data was masked: what is left
    around a mask often tells whom it hides. A question that lacks a fact is no answer yet.
    """
    settled = advice.verdict in (Verdict.YES, Verdict.YES_IF, Verdict.NO, Verdict.INFO)
    private = is_about_wrongdoing(advice) or advice.signpost is not None
    return settled and not private and not is_masked(question)


def _to_keep(advice: Advice, text: str) -> str:
    """The words of a question that may stay where it had no answer; never of danger or wrongdoing."""
    return "" if advice.signpost or is_about_wrongdoing(advice) else text


def _looked_over(draft: str, corpus: Corpus) -> Reply:
    text = clean(draft)
    return wording.unreadable(text) or wording.draft_checked(check_draft(text, corpus), corpus)
