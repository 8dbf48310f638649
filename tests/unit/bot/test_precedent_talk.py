"""Precedents in chat, from the draft to what askers are shown."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot import wording_precedents
from bot.advisors import Rota
from bot.case import CaseEvent, Move, State
from bot.errors import ChangedMeanwhile
from bot.likeness import Likeness
from bot.messages import (
    AskQuestion,
    DraftPrecedent,
    Person,
    ProposePrecedent,
    ReviewPrecedent,
    SearchCases,
    ShowCase,
    ShowPrecedent,
    ShowPrecedents,
    SignPrecedent,
    WithdrawPrecedent,
)
from bot.precedent import Precedent, PrecedentEvent, PrecedentState, proposed
from bot.replies import Items, Note, Reply, SaidBySomeone
from bot.service import Service
from knowledge.entry import Verdict
from tests.builders import NOON, a_case, a_person, a_precedent, a_signed_precedent
from tests.builders_guidance import an_engine
from tests.desk import ASKER, BEN, BEN_HIMSELF, CASE, DESK, DILEMMA, KEEPING, MAYA, MAYA_HERSELF, SETTLED, Desk, Sent
from tests.fakes import BagOfWords, MemoryUnitOfWork

ENGINE = an_engine()
CORPUS = ENGINE.corpus
SETTLED_TOPIC = ENGINE.advise(SETTLED, facts={}).topics[0]
DILEMMA_TOPIC = ENGINE.advise(DILEMMA, facts={}).topics[0]
DRAFT = f"Question: {SETTLED}\nAdvice: Ask first.\nTopics: {SETTLED_TOPIC}"
ONE, TWO = "PR-2026-0001", "PR-2026-0002"


class Room(Desk):
    """A desk where Maya has answered a case of the asker's, which may show precedents."""

    def __init__(self, *precedents: Precedent, rota: Rota | None = None, **fields: object) -> None:
        super().__init__(rota=rota or Rota((MAYA, BEN)))
        self.service = Service(ENGINE, self.store.open_unit, self.clock, KEEPING, Likeness(BagOfWords()))
        case = a_case(
            **{"state": State.ANSWERED, "advisor_id": "maya", "asker": ASKER, "advice": "Ask.", **fields},
        )
        self.store.cases[case.id] = case
        self.store.log[case.id] = (CaseEvent(case.id, 1, NOON, "maya", Move.ANSWER, case.state, "Ask."),)
        self.store.numbers[2026] = 1
        for one in precedents:
            self.store.precedents[one.id] = one
            self.store.precedent_log[one.id] = (proposed(one, NOON, ""),)
        self.store.precedent_numbers[2026] = len(precedents)

    def tell(self, kind: type, *args: object, by: Person = MAYA_HERSELF) -> Sent:
        return self.send(kind, *args, by=by, at=DESK)

    def answer(self, kind: type, *args: object, by: Person = MAYA_HERSELF) -> Reply:
        return self.send(kind, *args, by=by, at=DESK).to(DESK)[0].reply


def waiting(precedent_id: str = ONE, **fields: object) -> Precedent:
    return a_precedent(precedent_id, **{"decided_by": "maya", "proposed_by": "maya", **_shown(), **fields})


def in_force(precedent_id: str = ONE, **fields: object) -> Precedent:
    people = {"decided_by": "maya", "proposed_by": "maya", "signed_by": "ben"}
    return a_signed_precedent(precedent_id, **{**people, **_shown(), **fields})


def _shown() -> dict[str, object]:
    return {"question": SETTLED, "facts": {}, "topics": (SETTLED_TOPIC,), "passages": (next(iter(CORPUS.passages)),)}


def verbs(reply: Reply) -> list[tuple[str, str]]:
    return [(action.verb, action.label) for action in reply.actions]


def said(reply: Reply) -> str:
    return " ".join(part.text for part in reply.parts if isinstance(part, SaidBySomeone | Note))


# from the draft to the countersignature


def test_the_draft_is_shown_with_its_marks_and_a_form_that_holds_it():
    room = Room(question="May Priya blog?")

    reply = room.answer(DraftPrecedent, CASE)

    (form,) = reply.actions
    assert "May {Priya} blog?" in said(reply)
    assert any(isinstance(part, Items) and part.items[0].text == "Priya: a name" for part in reply.parts)
    assert form.prompt is not None
    assert form.prompt.draft == reply.parts[1].text
    assert room.store.precedents == {}


def test_a_proposed_precedent_is_put_before_a_second_advisor():
    room = Room()

    sent = room.send(ProposePrecedent, CASE, DRAFT, by=MAYA_HERSELF, at=DESK)

    (asked,) = sent.to("ben")
    assert room.store.precedents[ONE].state is PrecedentState.PROPOSED
    assert "I have asked Ben Li" in sent.to(DESK)[0].reply.text
    assert ("countersign", f"Countersign {ONE}") in verbs(asked.reply)


def test_a_lone_advisor_is_told_that_a_second_must_join():
    assert "second advisor must join" in Room(rota=Rota((MAYA,))).answer(ProposePrecedent, CASE, DRAFT).text


def test_a_draft_with_faults_comes_back_with_them_and_loses_nothing():
    room = Room()
    typed = DRAFT.replace("Ask", "Ask {Priya}")

    reply = room.answer(ProposePrecedent, CASE, typed)

    assert "{Priya} is still marked" in reply.text
    assert typed in said(reply)
    assert reply.actions[0].prompt is not None
    assert reply.actions[0].prompt.draft == typed
    assert room.store.precedents == {}


def test_the_second_advisor_countersigns_and_the_first_hears_of_it():
    room = Room(waiting())

    sent = room.send(SignPrecedent, ONE, by=BEN_HIMSELF, at=DESK)

    assert room.store.precedents[ONE].signed_by == "ben"
    assert "Ben Li has countersigned" in sent.to("maya")[0].reply.text
    assert "is countersigned" in sent.to(DESK)[0].reply.text


def test_the_first_advisor_cannot_countersign():
    room = Room(waiting())

    assert "needs a second advisor" in room.answer(SignPrecedent, ONE).text
    assert room.store.precedents[ONE] == waiting()


def test_a_button_pressed_twice_countersigns_once():
    room = Room(waiting())
    room.tell(SignPrecedent, ONE, by=BEN_HIMSELF)

    assert "in force" in room.answer(SignPrecedent, ONE, by=BEN_HIMSELF).text
    assert len(room.store.precedent_log[ONE]) == 2


def test_a_draft_without_marks_is_told_in_a_whole_sentence():
    room = Room(question="May I blog?")

    assert ", with no marks to look at." in room.answer(DraftPrecedent, CASE).text


class Overtaken(MemoryUnitOfWork):
    """Somebody else acts on the second precedent at the moment it is first saved."""

    times = 0

    def __enter__(self) -> "Overtaken":
        super().__enter__()
        save = self.precedents.save

        def overtaken(precedent: Precedent, event: PrecedentEvent) -> None:
            if precedent.id == TWO and Overtaken.times:
                Overtaken.times -= 1
                raise ChangedMeanwhile(precedent.id)
            save(precedent, event)

        self.precedents.save = overtaken  # type: ignore[method-assign]
        return self


@pytest.mark.parametrize(("times", "states"), [(2, ("replaced", "signed")), (3, ("signed", "proposed"))])
def test_countersigning_what_replaces_another_is_done_whole_or_not_at_all(times: int, states: tuple[str, str]):
    room = Room(in_force(), waiting(TWO, replaces=ONE))
    Overtaken.times = times
    room.service = replace(room.service, open_unit=lambda: Overtaken(room.store))

    sent = room.tell(SignPrecedent, TWO, by=BEN_HIMSELF)

    assert (room.store.precedents[ONE].state, room.store.precedents[TWO].state) == states
    if times == 3:
        assert sent.only == wording_precedents.changed_meanwhile(TWO)


def test_those_that_wait_are_listed_for_who_may_countersign_them():
    room = Room(waiting(), waiting("PR-2026-0002", question="May we thank staff?"))

    to_ben, to_maya = (room.answer(ShowPrecedents, by=who) for who in (BEN_HIMSELF, MAYA_HERSELF))

    assert [label for verb, label in verbs(to_ben) if verb == "countersign"] == [
        f"Countersign {ONE}",
        "Countersign PR-2026-0002",
    ]
    assert "countersign" not in [verb for verb, _ in verbs(to_maya)]
    assert sum(isinstance(part, SaidBySomeone) for part in to_maya.parts) == 2


def test_what_nobody_is_shown_any_more_is_listed_with_why():
    stale = in_force("PR-2026-0002", state=PrecedentState.STALE, stale="uk/tip-4.1 was reworded")
    room = Room(in_force(review_by=date(2026, 11, 1)), stale)

    reply = room.answer(ShowPrecedents)

    assert [part.who for part in reply.parts if isinstance(part, SaidBySomeone)] == [
        f"{ONE} is not shown: its review date, 1 November 2026, has passed",
        "PR-2026-0002 is not shown: stale: uk/tip-4.1 was reworded",
    ]
    assert verbs(reply) == [("review", f"Review {ONE}"), ("review", "Review PR-2026-0002")]


def test_an_empty_list_says_how_to_make_one():
    assert "Type precedent and a case's id" in Room().answer(ShowPrecedents).text


def test_one_is_withdrawn_with_a_reason_that_its_proposer_reads():
    room = Room(in_force())

    sent = room.send(WithdrawPrecedent, ONE, "It tells who it was.", by=BEN_HIMSELF, at=DESK)

    assert room.store.precedents[ONE].state is PrecedentState.WITHDRAWN
    assert "It tells who it was." in said(sent.to("maya")[0].reply)


def test_one_is_not_withdrawn_without_a_reason():
    room = Room(in_force())

    assert "write something first" in room.answer(WithdrawPrecedent, ONE, "  ").text
    assert room.store.precedents[ONE] == in_force()


def test_a_review_that_names_no_day_says_what_to_write():
    room = Room(in_force())

    assert "name a day to come" in room.answer(ReviewPrecedent, ONE, "soon").text
    assert "shown until 1 May 2027" in room.answer(ReviewPrecedent, ONE, "1 May 2027").text


def test_one_is_shown_with_what_can_be_done():
    room = Room(waiting())

    assert [verb for verb, _ in verbs(room.answer(ShowPrecedent, ONE, by=BEN_HIMSELF))] == [
        "countersign",
        "withdraw_precedent",
    ]
    assert [verb for verb, _ in verbs(room.answer(ShowPrecedent, ONE))] == ["withdraw_precedent"]


@pytest.mark.parametrize(
    ("kind", "rest"),
    [
        (DraftPrecedent, (CASE,)),
        (ProposePrecedent, (CASE, DRAFT)),
        (ShowPrecedents, ()),
        (ShowPrecedent, (ONE,)),
        (SignPrecedent, (ONE,)),
        (WithdrawPrecedent, (ONE, "why")),
        (ReviewPrecedent, (ONE, "1 May 2027")),
    ],
)
def test_precedents_are_for_advisors(kind: type, rest: tuple[str, ...]):
    room = Room(waiting())

    assert "not on the rota" in room.answer(kind, *rest, by=ASKER).text
    assert room.store.precedents == {ONE: waiting()}


def test_another_advisors_case_is_proposed_by_that_advisor():
    room = Room()

    for kind, rest in ((DraftPrecedent, (CASE,)), (ProposePrecedent, (CASE, DRAFT))):
        assert "its own advisor must propose" in room.answer(kind, *rest, by=BEN_HIMSELF).text
    assert room.store.precedents == {}


@pytest.mark.parametrize(
    ("kind", "rest", "told"),
    [
        (DraftPrecedent, ("",), "Type precedent and the id of an answered case"),
        (DraftPrecedent, ("SM-2026-0404",), "I don't know that case"),
        (ShowPrecedent, ("PR-2026-0404",), "I don't know PR-2026-0404"),
        (SignPrecedent, ("PR-2026-0404",), "I don't know PR-2026-0404"),
    ],
)
def test_what_is_unknown_is_said(kind: type, rest: tuple[str, ...], told: str):
    assert told in Room().answer(kind, *rest).text


# what askers see


def asked(room: Desk, question: str = SETTLED, by: Person = ASKER) -> Reply:
    return room.send(AskQuestion, question, by=by)[0].reply


def without_it(question: str = SETTLED) -> Reply:
    return asked(Room(), question)


def test_a_precedent_stands_below_the_guidance_and_changes_nothing_above():
    reply = asked(Room(in_force(decided_on=date(2026, 11, 3), advice="Ask first.", facts={"account": "personal"})))

    plain = without_it()
    assert reply.parts[: len(plain.parts)] == plain.parts
    assert [action.verb for action in reply.actions] == [action.verb for action in plain.actions]
    assert "An advisor decided on 3 November 2026" in reply.text
    assert "not a rule" in said(reply)
    below = reply.parts[len(plain.parts) :]
    assert SaidBySomeone("An advisor decided on 3 November 2026", "Ask first.") in below
    assert any(isinstance(part, Items) and "My own account" in part.items[0].text for part in below)


@pytest.mark.parametrize(
    "hidden",
    [
        waiting(),
        in_force(state=PrecedentState.STALE, stale="reworded"),
        in_force(state=PrecedentState.REPLACED),
        in_force(state=PrecedentState.WITHDRAWN),
        in_force(review_by=NOON.date() - timedelta(days=1)),
        in_force(topics=("another-topic",)),
        in_force(question="Whose photograph is this?"),
        in_force(passages=("uk/gone.1",)),
    ],
    ids=["unsigned", "stale", "replaced", "withdrawn", "expired", "other topic", "unlike", "passage gone"],
)
def test_what_may_not_be_shown_is_not(hidden: Precedent):
    assert len(asked(Room(hidden)).parts) == len(without_it().parts)


def test_it_is_shown_on_its_review_date():
    assert len(asked(Room(in_force(review_by=NOON.date()))).parts) > len(without_it().parts)


def test_a_fact_that_decided_otherwise_keeps_it_away():
    room = Room(in_force(facts={"account": "official"}))

    official = room.send(AskQuestion, SETTLED, {"account": "official"})[0].reply
    personal = room.send(AskQuestion, SETTLED, {"account": "personal"})[0].reply

    assert "An advisor decided" in official.text
    assert "An advisor decided" not in personal.text


def test_the_first_that_fits_is_shown_where_the_nearest_does_not():
    nearest = in_force(facts={"account": "official"})
    second = in_force("PR-2026-0002", question=f"{SETTLED} And my leave?", advice="The second.")

    reply = Room(nearest, second).send(AskQuestion, SETTLED, {"account": "personal"})[0].reply

    assert "The second." in said(reply)


def test_a_case_is_opened_all_the_same_with_the_precedent_below():
    room = Room(in_force(question=DILEMMA, topics=(DILEMMA_TOPIC,)))

    reply = asked(room, DILEMMA)

    assert room.store.turns[room.last_turn()].verdict is Verdict.ASK_ADVISOR
    assert len(room.store.cases) == 2
    assert "An advisor decided" in reply.text


# what advisors see


def similar(reply: Reply) -> list[str]:
    return [
        f"{part.who}: {part.text}"
        for part in reply.parts
        if isinstance(part, SaidBySomeone) and part.who.startswith("Similar case")
    ]


def the_card(room: Desk) -> Reply:
    sent = room.ask(DILEMMA)
    return next(delivery for delivery in sent if delivery.case_id and delivery.recipient != sent[0].recipient).reply


def test_the_card_shows_an_answered_case_like_it_with_what_was_advised():
    room = Room(question=f"{DILEMMA} Or\nshare it?", topics=(DILEMMA_TOPIC,), advice="Better not.")

    (line,) = similar(the_card(room))

    assert line == f"Similar case {CASE}, answered: {DILEMMA} Or share it?\n→ Better not."


def test_the_card_shows_two_at_most_the_most_alike_first():
    room = Room(question=DILEMMA, topics=(DILEMMA_TOPIC,))
    for number, words in enumerate(("today", "this very day", "today or tomorrow or never"), 2):
        case = replace(room.case, id=f"SM-2026-000{number}", question=f"{DILEMMA} {words}")
        room.store.cases[case.id] = case
    room.store.numbers[2026] = 4

    assert [line.split()[2] for line in similar(the_card(room))] == [f"{CASE},", "SM-2026-0002,"]


@pytest.mark.parametrize(
    "fields",
    [
        {"topics": ("another-topic",)},
        {"question": "Whose photograph is this?"},
        {"question": "(erased)"},
        {"state": State.CLAIMED},
        {"state": State.WITHDRAWN},
    ],
    ids=["other topic", "unlike", "erased", "not answered", "withdrawn"],
)
def test_the_card_shows_no_case_that_is_not_like_it(fields: dict[str, object]):
    asker = a_person("U-OTHER")

    assert similar(the_card(Room(**{"question": DILEMMA, "topics": (DILEMMA_TOPIC,), "asker": asker, **fields}))) == []


def test_a_concern_about_wrongdoing_is_shown_to_no_other_advisor():
    topics = ("raising-concerns", DILEMMA_TOPIC)

    assert similar(the_card(Room(question=DILEMMA, topics=topics))) == []


def test_the_case_shown_again_has_the_similar_ones_too():
    room = Room(question=DILEMMA, topics=(DILEMMA_TOPIC,))
    the_card(room)

    holder = BEN_HIMSELF if room.store.cases["SM-2026-0002"].advisor_id == "ben" else MAYA_HERSELF

    assert len(similar(room.answer(ShowCase, "SM-2026-0002", by=holder))) == 1


# the queue


def test_an_advisor_finds_an_ended_case_of_theirs():
    reply = Room(question="May I blog about my holiday?").answer(SearchCases, "holliday")

    assert f"{CASE}: answered" in str(reply.parts[1])
    assert verbs(reply) == [("show_case", CASE)]


def test_another_advisors_case_is_not_found():
    assert "None of your cases" in Room(question="holiday").answer(SearchCases, "holiday", by=BEN_HIMSELF).text


def test_everything_open_is_listed_without_questions_and_with_who_holds_it():
    room = Room()
    room.ask(DILEMMA)

    reply = room.answer(SearchCases, "all", by=BEN_HIMSELF)

    (line,) = reply.parts[0].items
    assert "with" in line.text
    assert DILEMMA not in f"{reply}"
    assert CASE not in f"{reply}"


def test_when_nothing_is_open_that_is_said():
    assert "No case is open" in Room().answer(SearchCases, "ALL").text


def test_only_advisors_see_everything_open():
    assert "not on the rota" in Room().answer(SearchCases, "all", by=ASKER).text


def test_from_an_asker_it_is_a_question_that_begins_with_that_word():
    room = Room()

    room.send(SearchCases, "a tweet about my work?")

    assert room.store.turns[room.last_turn()].question == "queue a tweet about my work?"


def test_a_long_list_says_that_there_is_more():
    room = Room(question="holiday")
    for number in range(2, 14):
        case = replace(room.case, id=f"SM-2026-{number:04d}")
        room.store.cases[case.id] = case

    reply = room.answer(SearchCases, "holiday")

    assert sum(isinstance(part, SaidBySomeone) for part in reply.parts) == 10
    assert "3 more are not shown" in said(reply)
