"""Precedents: who may make, countersign, review, replace and withdraw one."""

from datetime import date, timedelta

import pytest

from bot.advisors import Rota
from bot.case import Case, CaseEvent, Move, State
from bot.errors import BadDraft, PrecedentRefused, UnknownCase, UnknownPrecedent
from bot.messages import Platform
from bot.precedent import Precedent, PrecedentMove, PrecedentState, proposed
from bot.precedents import Precedents
from bot.privacy import ERASED
from tests.builders import NOON, a_case, a_person, a_precedent, an_advisor
from tests.builders_guidance import the_small_corpus
from tests.fakes import MemoryStore, MemoryUnitOfWork

CORPUS = the_small_corpus()
PASSAGE, TOPIC = next(iter(CORPUS.passages)), next(iter(CORPUS.topics))
CASE = "SM-2026-0042"
ASKER = a_person("U-ASKER")
MAYA = an_advisor("maya", name="Maya Okafor", addresses=((Platform.SLACK, "U-MAYA"),))
TOM = an_advisor("tom", name="Tom Reid", topics=frozenset(), addresses=((Platform.SLACK, "U-TOM"),))
ANN = an_advisor("ann", name="Ann Lee", topics=frozenset({TOPIC}), addresses=((Platform.SLACK, "U-ANN"),))
DRAFT = f"Question: May we post it?\nAdvice: Ask first.\nFacts: none\nTopics: {TOPIC}\nRests on: {PASSAGE}\n"
ONE, TWO, THREE = "PR-2026-0001", "PR-2026-0002", "PR-2026-0003"


class Room:
    """An open unit with an answered case, three advisors and precedents of other cases."""

    def __init__(self, *precedents: Precedent, rota: Rota | None = None, **fields: object) -> None:
        self.store = MemoryStore()
        self.store.rota["current"] = rota or Rota((MAYA, TOM, ANN))
        self.unit: MemoryUnitOfWork = self.store.open_unit().__enter__()
        self.add_case(a_case(CASE, **{"state": State.ANSWERED, "advice": "Ask.", "asker": ASKER, **fields}))
        for one in precedents:
            if one.case_id not in self.unit._mine.cases:
                self.add_case(a_case(one.case_id, state=State.CLOSED, advice="Ask."))
            self.unit.precedents.add(one, proposed(one, NOON, ""))
            self.unit.precedents.next_id(2026)
        self.precedents = Precedents(self.unit, CORPUS, NOON)

    def add_case(self, case: Case) -> None:
        answered = CaseEvent(case.id, 2, NOON - timedelta(days=21), "maya", Move.ANSWER, State.ANSWERED, "Ask.")
        self.unit.cases.add(case, answered)

    def state(self, precedent_id: str) -> PrecedentState:
        return self.unit.precedents.get(precedent_id).state

    def log(self, precedent_id: str) -> list[tuple[str, PrecedentMove]]:
        return [(event.actor, event.move) for event in self.unit.precedents.events(precedent_id)]


def waiting(precedent_id: str = ONE, **fields: object) -> Precedent:
    return a_precedent(precedent_id, **{"decided_by": "maya", "proposed_by": "maya", "passages": (PASSAGE,), **fields})


def signed(precedent_id: str = ONE, **fields: object) -> Precedent:
    return waiting(precedent_id, **{"state": PrecedentState.SIGNED, "signed_by": "tom", **fields})


# proposing


def test_drafting_stores_nothing():
    room = Room()

    draft = room.precedents.draft(CASE)

    assert draft.text.startswith("Question: Can I blog about my work?")
    assert list(room.unit.precedents.all()) == []


def test_a_confirmed_draft_is_kept_with_who_decided_and_waits():
    room = Room()

    kept = room.precedents.propose(CASE, DRAFT, by=TOM, why="asked often")

    assert kept == room.unit.precedents.get(ONE)
    assert (kept.state, kept.case_id, kept.question) == (PrecedentState.PROPOSED, CASE, "May we post it?")
    assert (kept.decided_by, kept.decided_on, kept.proposed_by) == ("maya", date(2026, 11, 3), "tom")
    assert (kept.guidance_version, kept.review_by) == (a_case().guidance_version, date(2027, 11, 24))
    assert room.unit.precedents.events(ONE)[0].note == "asked often"


@pytest.mark.parametrize("state", [state for state in State if state not in (State.ANSWERED, State.CLOSED)])
def test_only_an_answered_case_makes_a_precedent(state: State):
    room = Room(state=state)

    for attempt in (room.precedents.draft, lambda case: room.precedents.propose(case, DRAFT, by=MAYA)):
        with pytest.raises(PrecedentRefused, match=state.in_words):
            attempt(CASE)
    assert list(room.unit.precedents.all()) == []


def test_an_unknown_case_and_an_erased_one_make_none():
    with pytest.raises(UnknownCase):
        Room().precedents.draft("SM-2026-9999")
    with pytest.raises(PrecedentRefused, match="erased"):
        Room(question=ERASED).precedents.draft(CASE)


def test_whoever_asked_does_not_propose():
    asked_by_tom = Room(asker=a_person("U-TOM"))

    with pytest.raises(PrecedentRefused, match="asked by you"):
        asked_by_tom.precedents.propose(CASE, DRAFT, by=TOM)


def test_a_bad_draft_is_not_kept():
    room = Room()

    with pytest.raises(BadDraft):
        room.precedents.propose(CASE, DRAFT.replace("we", "{Priya}"), by=MAYA)

    assert list(room.unit.precedents.all()) == []


@pytest.mark.parametrize("existing", [waiting(case_id=CASE), signed(case_id=CASE)], ids=["waiting", "in force"])
def test_a_second_one_from_the_same_case_must_replace_the_first(existing: Precedent):
    room = Room(existing)

    with pytest.raises(PrecedentRefused, match=f"{ONE} was made from this case"):
        room.precedents.propose(CASE, DRAFT, by=MAYA)

    assert f"Replaces: {ONE}" in room.precedents.draft(CASE).text
    assert room.precedents.propose(CASE, f"{DRAFT}Replaces: {ONE}", by=MAYA).replaces == ONE


def test_after_a_withdrawn_one_another_may_be_made():
    room = Room(waiting(case_id=CASE, state=PrecedentState.WITHDRAWN))

    assert room.precedents.propose(CASE, DRAFT, by=MAYA).id == TWO


def test_an_unknown_one_cannot_be_replaced():
    with pytest.raises(UnknownPrecedent):
        Room().precedents.propose(CASE, f"{DRAFT}Replaces: PR-2026-0404", by=MAYA)


# countersigning


def test_a_second_advisor_countersigns():
    room = Room(waiting())

    assert room.precedents.sign(ONE, by=TOM, why="agreed").signed_by == "tom"
    assert room.state(ONE) is PrecedentState.SIGNED
    assert room.log(ONE)[-1] == ("tom", PrecedentMove.SIGN)


@pytest.mark.parametrize(("decided", "proposed_by"), [("maya", "maya"), ("maya", "tom"), ("tom", "maya")])
def test_nobody_countersigns_what_they_decided_or_proposed(decided: str, proposed_by: str):
    room = Room(waiting(decided_by=decided, proposed_by=proposed_by))

    with pytest.raises(PrecedentRefused, match="second advisor"):
        room.precedents.sign(ONE, by=MAYA)

    assert room.state(ONE) is PrecedentState.PROPOSED


def test_a_second_entry_of_the_same_person_is_no_second_advisor():
    maya_again = an_advisor("maya-2", addresses=((Platform.TEAMS, "x"), (Platform.SLACK, "U-MAYA")))
    room = Room(waiting(), rota=Rota((MAYA, maya_again)))

    with pytest.raises(PrecedentRefused, match="second advisor"):
        room.precedents.sign(ONE, by=maya_again)


def test_whoever_asked_does_not_countersign():
    room = Room(waiting(case_id=CASE), asker=a_person("U-TOM"))

    with pytest.raises(PrecedentRefused, match="question of your own"):
        room.precedents.sign(ONE, by=TOM)


def test_it_is_countersigned_once():
    room = Room(signed())

    with pytest.raises(PrecedentRefused, match="in force"):
        room.precedents.sign(ONE, by=ANN)


def test_the_second_advisor_is_chosen_by_topic_and_may_countersign():
    assert Room(waiting(topics=(TOPIC,))).precedents.second_advisor(waiting(topics=(TOPIC,))) == ANN


def test_where_nobody_may_countersign_nobody_is_asked():
    alone = Room(waiting(), rota=Rota((MAYA,)))

    assert alone.precedents.second_advisor(waiting()) is None


# replacing


def test_what_is_replaced_stays_until_the_new_one_is_countersigned():
    room = Room(signed())
    room.precedents.propose(CASE, f"{DRAFT}Replaces: {ONE}", by=MAYA)
    before = room.state(ONE)

    room.precedents.sign(TWO, by=TOM)

    assert (before, room.state(ONE)) == (PrecedentState.SIGNED, PrecedentState.REPLACED)
    assert [move for _, move in room.log(ONE)[1:]] == [PrecedentMove.BE_SUCCEEDED, PrecedentMove.REPLACE]


def test_one_in_force_takes_the_place_of_another_at_once():
    room = Room(signed(ONE), signed(TWO, case_id="SM-2026-0002"))

    room.precedents.replace(ONE, TWO, by=TOM)

    assert room.state(ONE) is PrecedentState.REPLACED
    assert room.unit.precedents.get(TWO).replaces == ONE
    assert room.log(TWO)[-1] == ("tom", PrecedentMove.SUCCEED)


def test_a_stale_one_can_be_replaced():
    room = Room(signed(ONE, state=PrecedentState.STALE, stale="reworded"), signed(TWO, case_id="SM-2026-0002"))

    room.precedents.replace(ONE, TWO, by=TOM)

    assert room.state(ONE) is PrecedentState.REPLACED


@pytest.mark.parametrize("second", ["waiting", "in force"])
def test_a_chain_cannot_close(second: str):
    make = waiting if second == "waiting" else signed
    room = Room(waiting(ONE), waiting(TWO, replaces=ONE), make(THREE, replaces=TWO, case_id="SM-2026-0003"))
    before = [room.unit.precedents.get(one) for one in (ONE, TWO, THREE)]

    with pytest.raises(PrecedentRefused, match="chain would close"):
        room.precedents.replace(THREE, ONE, by=TOM)

    assert [room.unit.precedents.get(one) for one in (ONE, TWO, THREE)] == before


def test_nothing_replaces_itself_or_takes_two_places_or_is_replaced_twice():
    room = Room(signed(ONE), waiting(TWO, replaces=ONE), waiting(THREE), waiting("PR-2026-0004"))

    for old, new, told in ((ONE, ONE, "itself"), (THREE, TWO, f"place of {ONE} already"), (ONE, THREE, "successor")):
        with pytest.raises(PrecedentRefused, match=told):
            room.precedents.replace(old, new, by=TOM)
    assert room.state(ONE) is PrecedentState.SIGNED


def test_one_that_is_over_takes_no_place():
    room = Room(signed(ONE), signed(TWO, state=PrecedentState.WITHDRAWN))

    with pytest.raises(PrecedentRefused, match="withdrawn"):
        room.precedents.replace(ONE, TWO, by=TOM)

    assert room.state(ONE) is PrecedentState.SIGNED


# withdrawing


def test_a_withdrawn_one_leaves_the_other_free_for_another_successor():
    room = Room(signed(ONE), waiting(TWO, replaces=ONE), waiting(THREE))

    assert room.precedents.withdraw(TWO, by=TOM, why="it tells who it was").replaces == ""
    room.precedents.replace(ONE, THREE, by=TOM)

    assert room.unit.precedents.events(TWO)[-1].note == "it tells who it was"
    assert room.unit.precedents.get(THREE).replaces == ONE


def test_what_was_replaced_does_not_come_back_when_the_new_one_is_withdrawn():
    room = Room(signed(ONE), signed(TWO, case_id="SM-2026-0002"))
    room.precedents.replace(ONE, TWO, by=TOM)

    room.precedents.withdraw(TWO, by=TOM, why="wrong")

    assert room.state(ONE) is PrecedentState.REPLACED
    assert room.unit.precedents.get(TWO).replaces == ONE


# reviewing


def test_a_review_moves_the_date_and_names_the_guidance_of_today():
    room = Room(signed(review_by=date(2026, 11, 1)))

    reviewed = room.precedents.review(ONE, "1 May 2027", by=TOM, why="still right")

    assert (reviewed.review_by, reviewed.guidance_version) == (date(2027, 5, 1), CORPUS.version)
    assert reviewed.is_shown(NOON.date())
    assert room.unit.precedents.events(ONE)[-1].note == "until 2027-05-01: still right"


def test_a_stale_one_needs_a_second_advisor_again_after_its_review():
    room = Room(signed(state=PrecedentState.STALE, stale="reworded"))

    reviewed = room.precedents.review(ONE, "2027-05-01", by=MAYA)

    assert (reviewed.state, reviewed.proposed_by) == (PrecedentState.PROPOSED, "maya")
    with pytest.raises(PrecedentRefused, match="second advisor"):
        room.precedents.sign(ONE, by=MAYA)
    assert room.precedents.sign(ONE, by=TOM).state is PrecedentState.SIGNED


@pytest.mark.parametrize("until", ["", "yesterday", "2026-11-24", "2050-01-01"])
def test_a_review_needs_a_day_to_come(until: str):
    room = Room(signed())

    with pytest.raises(BadDraft, match="Review by"):
        room.precedents.review(ONE, until, by=TOM)

    assert room.unit.precedents.get(ONE) == signed()


def test_what_rests_on_a_passage_that_is_gone_cannot_be_reviewed():
    room = Room(signed(passages=("uk/gone.1",)))

    with pytest.raises(PrecedentRefused, match=r"rests on uk/gone\.1, which is gone"):
        room.precedents.review(ONE, "2027-05-01", by=TOM)


# looking


def test_those_that_wait_and_those_to_review_are_listed_oldest_first():
    room = Room(
        waiting(ONE),
        signed(TWO),
        signed(THREE, review_by=date(2026, 11, 23)),
        signed("PR-2026-0004", state=PrecedentState.STALE, stale="reworded"),
        waiting("PR-2026-0005"),
    )

    assert [one.id for one in room.precedents.waiting()] == [ONE, "PR-2026-0005"]
    assert [one.id for one in room.precedents.to_review()] == [THREE, "PR-2026-0004"]
