from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from bot.case import REOPEN_WITHIN, Case, CaseEvent, Move, State, case_id, make_move, opened
from bot.errors import IllegalMove
from tests.builders import NOON, a_case

LEGAL = {
    (State.OPEN, Move.CLAIM): State.CLAIMED,
    (State.OPEN, Move.ANSWER): State.ANSWERED,
    (State.OPEN, Move.ASK_BACK): State.WAITING_FOR_ASKER,
    (State.OPEN, Move.PASS_ON): State.OPEN,
    (State.OPEN, Move.WITHDRAW): State.WITHDRAWN,
    (State.CLAIMED, Move.ANSWER): State.ANSWERED,
    (State.CLAIMED, Move.ASK_BACK): State.WAITING_FOR_ASKER,
    (State.CLAIMED, Move.PASS_ON): State.OPEN,
    (State.CLAIMED, Move.WITHDRAW): State.WITHDRAWN,
    (State.WAITING_FOR_ASKER, Move.ANSWER): State.ANSWERED,
    (State.WAITING_FOR_ASKER, Move.REPLY): State.CLAIMED,
    (State.WAITING_FOR_ASKER, Move.PASS_ON): State.OPEN,
    (State.WAITING_FOR_ASKER, Move.WITHDRAW): State.WITHDRAWN,
    (State.ANSWERED, Move.CLOSE): State.CLOSED,
    (State.ANSWERED, Move.REOPEN): State.REOPENED,
    (State.CLOSED, Move.REOPEN): State.REOPENED,
    (State.REOPENED, Move.CLAIM): State.CLAIMED,
    (State.REOPENED, Move.ANSWER): State.ANSWERED,
    (State.REOPENED, Move.ASK_BACK): State.WAITING_FOR_ASKER,
    (State.REOPENED, Move.PASS_ON): State.OPEN,
    (State.REOPENED, Move.WITHDRAW): State.WITHDRAWN,
    **{(state, Move.NOTE): state for state in State},
    **{
        (state, Move.SHARE_NAME): state
        for state in (State.OPEN, State.REOPENED, State.CLAIMED, State.WAITING_FOR_ASKER, State.ANSWERED)
    },
    **{(state, Move.REMIND): state for state in (State.OPEN, State.REOPENED, State.CLAIMED, State.WAITING_FOR_ASKER)},
    (State.WAITING_FOR_ASKER, Move.LAPSE): State.CLOSED,
    **{(state, Move.HAND_OVER): State.OPEN for state in (State.OPEN, State.REOPENED, State.CLAIMED)},
}
MOVES = [move for move in Move if move is not Move.OPEN]
ILLEGAL = [pair for pair in product(State, MOVES) if pair not in LEGAL]


def ended(state: State) -> Case:
    return a_case(state=state, ended_at=NOON)


@pytest.mark.parametrize(("state", "move"), LEGAL, ids=lambda part: part.value)
def test_a_legal_move_leads_to_its_state(state: State, move: Move):
    moved, _ = make_move(a_case(state=state), move, actor="maya-okafor", at=NOON)

    assert moved.state is LEGAL[state, move]


@pytest.mark.parametrize(("state", "move"), ILLEGAL, ids=lambda part: part.value)
def test_an_illegal_move_is_refused_with_the_state_named(state: State, move: Move):
    with pytest.raises(IllegalMove) as refused:
        make_move(a_case(state=state), move, actor="maya-okafor", at=NOON)

    assert refused.value.case_id == "SM-2026-0001"
    assert (refused.value.state, refused.value.move) == (state.in_words, move.value)
    assert state.in_words in str(refused.value)


def test_opening_a_case_again_is_refused_like_any_illegal_move():
    with pytest.raises(IllegalMove):
        make_move(a_case(), Move.OPEN, actor="smpolicy", at=NOON)


@pytest.mark.parametrize("state", [State.ANSWERED, State.CLOSED])
def test_a_case_may_be_reopened_to_the_last_moment_of_thirty_days(state: State):
    moved, _ = make_move(ended(state), Move.REOPEN, actor="asker", at=NOON + REOPEN_WITHIN)

    assert moved.state is State.REOPENED


@pytest.mark.parametrize("state", [State.ANSWERED, State.CLOSED])
def test_a_case_may_not_be_reopened_a_moment_later(state: State):
    late = NOON + REOPEN_WITHIN + timedelta(microseconds=1)

    with pytest.raises(IllegalMove, match=state.in_words):
        make_move(ended(state), Move.REOPEN, actor="asker", at=late)


def test_reopening_is_possible_for_thirty_days():
    assert timedelta(days=30) == REOPEN_WITHIN


def test_a_move_is_logged_with_who_when_and_why():
    _, event = make_move(a_case(), Move.ASK_BACK, actor="maya-okafor", at=NOON, note="Which account?")

    assert event == CaseEvent(
        "SM-2026-0001", 2, NOON, "maya-okafor", Move.ASK_BACK, State.WAITING_FOR_ASKER, "Which account?"
    )


def test_the_first_event_says_why_the_advisor_was_chosen():
    assert opened(a_case()) == CaseEvent(
        "SM-2026-0001", 1, NOON, "smpolicy", Move.OPEN, State.OPEN, "takes personal-accounts"
    )


def test_an_answer_becomes_the_advice():
    moved, _ = make_move(a_case(), Move.ANSWER, actor="maya-okafor", at=NOON, note="Yes, go on.")

    assert moved.advice == "Yes, go on."


def test_what_else_is_said_leaves_the_advice():
    case = replace(ended(State.ANSWERED), advice="Yes, go on.")

    moved, _ = make_move(case, Move.REOPEN, actor="asker", at=NOON, note="And on Sundays?")

    assert moved.advice == "Yes, go on."


def test_passing_on_names_the_new_holder_and_why():
    moved, _ = make_move(
        a_case(), Move.PASS_ON, actor="maya-okafor", at=NOON, advisor_id="ben-li", because="takes blogs"
    )

    assert (moved.advisor_id, moved.chosen_because) == ("ben-li", "takes blogs")


def test_any_other_move_leaves_the_case_with_its_holder():
    moved, _ = make_move(a_case(), Move.CLAIM, actor="maya-okafor", at=NOON)

    assert (moved.advisor_id, moved.chosen_because) == ("maya-okafor", "takes personal-accounts")


def test_a_move_leaves_the_case_it_was_made_on_as_it_was():
    case = a_case()

    make_move(case, Move.CLAIM, actor="maya-okafor", at=NOON)

    assert case == a_case()


@pytest.mark.parametrize(
    ("state", "move", "anew"),
    [
        (State.OPEN, Move.PASS_ON, True),
        (State.OPEN, Move.HAND_OVER, True),
        (State.WAITING_FOR_ASKER, Move.REPLY, True),
        (State.ANSWERED, Move.REOPEN, True),
        (State.OPEN, Move.CLAIM, False),
        (State.OPEN, Move.REMIND, False),
        (State.CLAIMED, Move.ASK_BACK, False),
    ],
)
def test_the_time_runs_anew_from_some_moves(state: State, move: Move, anew: bool):
    moved, _ = make_move(a_case(state=state), move, actor="somebody", at=NOON)

    assert moved.round == (moved.version if anew else 1)


def test_hand_overs_are_counted_until_somebody_takes_the_case():
    case = a_case()
    for expected in (1, 2):
        case, _ = make_move(case, Move.HAND_OVER, actor="smpolicy", at=NOON)
        assert case.untaken == expected

    claimed, _ = make_move(case, Move.CLAIM, actor="maya-okafor", at=NOON)

    assert claimed.untaken == 0


@pytest.mark.parametrize(("holder", "name"), [("ben-li", ""), ("maya-okafor", "Ada"), ("", "Ada")])
def test_a_shared_name_stays_with_the_advisor_it_was_shared_with(holder: str, name: str):
    case = a_case(asker_name="Ada")

    moved, _ = make_move(case, Move.PASS_ON, actor="maya-okafor", at=NOON, advisor_id=holder)

    assert moved.asker_name == name


def test_closing_counts_the_days_for_reopening_anew():
    later = NOON + timedelta(days=29)

    moved, _ = make_move(ended(State.ANSWERED), Move.CLOSE, actor="asker", at=later)

    assert moved.ended_at == later


@pytest.mark.parametrize(
    ("year", "number", "spoken"),
    [(2026, 42, "SM-2026-0042"), (2027, 1, "SM-2027-0001"), (2026, 12345, "SM-2026-12345")],
)
def test_a_case_id_is_short_and_speakable(year: int, number: int, spoken: str):
    assert case_id(year, number) == spoken


def test_a_state_reads_as_words():
    assert State.WAITING_FOR_ASKER.in_words == "waiting for asker"


class AnyCase(RuleBasedStateMachine):
    """Whatever moves are tried in whatever order."""

    @initialize()
    def open(self) -> None:
        self.case = a_case()
        self.events = [opened(self.case)]
        self.now = NOON

    @rule(move=st.sampled_from(MOVES), days=st.integers(0, 40))
    def try_move(self, move: Move, days: int) -> None:
        self.now += timedelta(days=days)
        before = self.case
        try:
            self.case, event = make_move(before, move, actor="somebody", at=self.now, note="a note")
        except IllegalMove:
            late = before.ended_at is not None and self.now - before.ended_at > REOPEN_WITHIN
            assert (before.state, move) not in LEGAL or (move is Move.REOPEN and late)
        else:
            assert self.case.state is LEGAL[before.state, move]
            self.events.append(event)

    @invariant()
    def version_counts_the_events(self) -> None:
        assert [event.number for event in self.events] == list(range(1, self.case.version + 1))

    @invariant()
    def the_last_event_tells_the_state(self) -> None:
        assert self.events[-1].state is self.case.state

    @invariant()
    def a_case_has_ended_or_needs_work(self) -> None:
        assert (self.case.ended_at is None) is self.case.state.needs_work

    @invariant()
    def it_ended_when_it_was_last_moved(self) -> None:
        ends = [event.at for event in self.events if event.move not in (Move.NOTE, Move.SHARE_NAME)]
        assert self.case.ended_at in (None, ends[-1])


TestAnyCase = AnyCase.TestCase
TestAnyCase.settings = settings(max_examples=60, stateful_step_count=20)
