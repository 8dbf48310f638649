from datetime import date, timedelta

import pytest

from bot.errors import PrecedentRefused
from bot.precedent import PrecedentMove, PrecedentState, a_year_on, make_move, precedent_id
from tests.builders import NOON, a_precedent, a_signed_precedent

DAY = date(2026, 11, 24)


def test_an_id_is_short_and_speakable():
    assert precedent_id(2026, 7) == "PR-2026-0007"


@pytest.mark.parametrize("state", PrecedentState)
def test_only_what_is_countersigned_and_neither_over_nor_stale_is_shown(state: PrecedentState):
    assert a_signed_precedent(state=state).is_shown(DAY) is (state is PrecedentState.SIGNED)


@pytest.mark.parametrize(("later", "shown"), [(-1, False), (0, True), (1, True)])
def test_it_is_shown_until_its_review_date_is_over(later: int, shown: bool):
    assert a_signed_precedent(review_by=DAY + timedelta(days=later)).is_shown(DAY) is shown


@pytest.mark.parametrize(
    ("known", "holds"),
    [({}, True), ({"account": "personal"}, True), ({"nation": "wales"}, True), ({"account": "official"}, False)],
)
def test_it_holds_unless_a_fact_that_decided_is_otherwise(known: dict[str, str], holds: bool):
    assert a_precedent(facts={"account": "personal"}).holds_for(known) is holds


def test_a_signature_names_who_signed():
    signed, event = make_move(a_precedent(), PrecedentMove.SIGN, actor="tom-reid", at=NOON)

    assert (signed.state, signed.signed_by, signed.version) == (PrecedentState.SIGNED, "tom-reid", 2)
    assert (event.number, event.actor, event.move) == (2, "tom-reid", PrecedentMove.SIGN)


def test_one_that_went_stale_needs_a_second_signature_after_its_review():
    stale, _ = make_move(a_signed_precedent(), PrecedentMove.GO_STALE, actor="smpolicy", at=NOON, note="reworded")
    reviewed, _ = make_move(stale, PrecedentMove.REVIEW, actor="maya-okafor", at=NOON)

    assert (stale.state, stale.stale) == (PrecedentState.STALE, "reworded")
    assert (reviewed.state, reviewed.stale, reviewed.signed_by) == (PrecedentState.PROPOSED, "", "")


def test_one_in_force_stays_so_after_a_review():
    reviewed, _ = make_move(a_signed_precedent(), PrecedentMove.REVIEW, actor="maya-okafor", at=NOON)

    assert (reviewed.state, reviewed.signed_by) == (PrecedentState.SIGNED, "tom-reid")


def test_the_reason_stays_when_a_stale_one_gets_a_successor():
    stale = a_signed_precedent(state=PrecedentState.STALE, stale="reworded")

    named, _ = make_move(stale, PrecedentMove.BE_SUCCEEDED, actor="maya-okafor", at=NOON, note="by PR-2026-0002")

    assert (named.state, named.stale) == (PrecedentState.STALE, "reworded")


@pytest.mark.parametrize("state", [PrecedentState.REPLACED, PrecedentState.WITHDRAWN])
@pytest.mark.parametrize("move", [move for move in PrecedentMove if move is not PrecedentMove.PROPOSE])
def test_nothing_happens_to_one_that_is_over(state: PrecedentState, move: PrecedentMove):
    with pytest.raises(PrecedentRefused, match=state.in_words):
        make_move(a_signed_precedent(state=state), move, actor="tom-reid", at=NOON)


@pytest.mark.parametrize(
    ("state", "move"),
    [
        (PrecedentState.SIGNED, PrecedentMove.SIGN),
        (PrecedentState.STALE, PrecedentMove.SIGN),
        (PrecedentState.STALE, PrecedentMove.SUCCEED),
    ],
)
def test_a_move_that_its_state_does_not_allow_is_refused_with_the_state(state: PrecedentState, move: PrecedentMove):
    with pytest.raises(PrecedentRefused, match=state.in_words):
        make_move(a_precedent(state=state), move, actor="tom-reid", at=NOON)


@pytest.mark.parametrize(
    ("day", "then"),
    [(date(2026, 11, 24), date(2027, 11, 24)), (date(2028, 2, 29), date(2029, 2, 28))],
)
def test_a_year_on_is_the_same_day_where_there_is_one(day: date, then: date):
    assert a_year_on(day) == then
