"""No count below five is shown, and none can be computed from what is shown."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp

from bot.suppression import LEAST, Count, Figure, Held, Key, Table, counts_by_one, counts_by_two, published

TOTAL: Key = ("all",)
SMALL = st.one_of(st.integers(0, 6), st.integers(0, 40))


def by_one(**counts: int) -> dict[str, Figure]:
    table = counts_by_one("topic", counts, total=TOTAL)
    return {key[-1]: figure for key, figure in published(table).items()}


def range_of(wanted: Count, table: Table, shown: dict[Key, Figure]) -> tuple[int, int]:
    """The least and the largest that a reader must take a count for: by integer programming, knowing all that is
    shown, that "fewer than five" is 0 to 4 and that what is not shown is 5 or more."""
    nodes = sorted({node for one in table for node in (one.tail, one.head)}, key=str)
    balance = np.zeros((len(nodes), len(table)))
    low, high = np.zeros(len(table)), np.zeros(len(table))
    for column, one in enumerate(table):
        balance[nodes.index(one.tail), column] -= 1
        balance[nodes.index(one.head), column] += 1
        match shown[one.key]:
            case Held.FEW:
                low[column], high[column] = one.known_least, LEAST - 1
            case Held.BACK:
                low[column], high[column] = LEAST, 10_000
            case figure:
                low[column] = high[column] = figure
    ends = []
    for sign in (1, -1):
        goal = np.array([sign if one is wanted else 0 for one in table])
        found = milp(
            goal,
            constraints=LinearConstraint(balance, 0, 0),
            bounds=Bounds(low, high),
            integrality=np.ones(len(table)),
        )
        assert found.success
        ends.append(round(sign * found.fun))
    return ends[0], ends[1]


def gives_nothing_away(table: Table, shown: dict[Key, Figure]) -> bool:
    held = [one for one in table if shown[one.key] is Held.FEW]
    return all(low < high for low, high in (range_of(one, table, shown) for one in held))


@pytest.mark.parametrize(("count", "shown"), [(0, Held.FEW), (4, Held.FEW), (5, 5)])
def test_five_is_the_smallest_count_that_is_shown(count: int, shown: Figure):
    assert by_one(a=count, b=2, c=2, d=50)["a"] == shown


def test_one_small_count_takes_the_next_smallest_with_it():
    assert by_one(a=12, b=7, c=3) == {"a": 12, "b": Held.BACK, "c": Held.FEW, "all": 22}


def test_two_small_counts_hide_each_other():
    assert by_one(a=12, b=3, c=2) == {"a": 12, "b": Held.FEW, "c": Held.FEW, "all": 17}


@pytest.mark.parametrize("others", [(4, 4), (0, 0)], ids=["all as large as they can be", "all nothing"])
def test_small_counts_whose_sum_gives_them_away_take_a_larger_one_with_them(others: tuple[int, int]):
    shown = by_one(a=12, b=9, c=others[0], d=others[1])

    assert shown["b"] is Held.BACK


def test_a_total_goes_where_nothing_else_can_hide_a_count():
    assert by_one(a=5, b=0) == {"a": 5, "b": Held.FEW, "all": Held.BACK}


def test_a_small_total_is_small_too():
    assert set(by_one(a=1, b=1).values()) == {Held.FEW}


def test_large_counts_are_all_shown():
    assert by_one(a=5, b=6, c=7) == {"a": 5, "b": 6, "c": 7, "all": 18}


def test_nothing_gives_nothing():
    assert published() == {}


def test_a_count_in_two_tables_is_held_back_in_both_and_computable_from_neither():
    first = counts_by_one("first", {"a": 5, "b": 0}, total=TOTAL)  # must hold its total back
    second = counts_by_one("second", {"a": 5}, total=TOTAL)  # which would show it

    shown = published(first, second)

    assert shown[TOTAL] is Held.BACK
    assert shown["second", "a"] is Held.BACK


@settings(max_examples=60, deadline=None)
@given(st.lists(SMALL, min_size=1, max_size=6))
def test_no_small_count_of_a_list_can_be_computed(counts: list[int]):
    table = counts_by_one("topic", {str(number): count for number, count in enumerate(counts)}, total=TOTAL)

    shown = published(table)

    assert all(figure >= LEAST for figure in shown.values() if not isinstance(figure, Held))
    assert gives_nothing_away(table, shown)


@st.composite
def grids(draw: st.DrawFn) -> Table:
    height, width = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    cells = {(f"r{row}", f"c{column}"): draw(SMALL) for row in range(height) for column in range(width)}
    rows = {f"r{row}": sum(cells[f"r{row}", f"c{column}"] for column in range(width)) for row in range(height)}
    rows = {row: count for row, count in rows.items() if count}
    assume(rows)
    columns = {f"c{column}": sum(cells[f"r{row}", f"c{column}"] for row in range(height)) for column in range(width)}
    return counts_by_two("grid", rows, columns, cells, total=TOTAL)


@settings(max_examples=60, deadline=None)
@given(grids())
def test_no_small_count_of_a_grid_can_be_computed(table: Table):
    shown = published(table)

    assert all(figure >= LEAST for figure in shown.values() if not isinstance(figure, Held))
    assert gives_nothing_away(table, shown)


@settings(max_examples=40, deadline=None)
@given(grids(), st.lists(SMALL, min_size=1, max_size=4))
def test_no_small_count_of_two_tables_with_one_total_can_be_computed(grid: Table, counts: list[int]):
    total = grid[-1].count
    parts = {str(number): min(count, total // len(counts)) for number, count in enumerate(counts)}
    parts["rest"] = total - sum(parts.values())
    other = counts_by_one("part", parts, total=TOTAL)

    shown = published(grid, other)

    assert gives_nothing_away(grid, shown)
    assert gives_nothing_away(other, shown)


@given(st.lists(st.integers(5, 40), min_size=1, max_size=6))
def test_where_no_count_is_small_all_are_shown(counts: list[int]):
    table = counts_by_one("topic", {str(number): count for number, count in enumerate(counts)}, total=TOTAL)

    assert list(published(table).values()) == [*counts, sum(counts)]
