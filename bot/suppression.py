"""Which counts may be published: small ones are held back, and larger ones that would give them away.

A table is a network of counts: what comes into a node goes out of it. Counts by one thing are parallel edges from a
source to a sink, and their total the edge back; of counts by two things each cell is an edge from row to column.
A count that is held back can be computed from the others unless it lies on a cycle of counts held back along which all
can change by one: that is exact, and quick to look for.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

LEAST = 5  # the smallest count that is published

Key = tuple[str, ...]


class Held(StrEnum):
    """What is shown in place of a count."""

    FEW = f"fewer than {LEAST}"
    BACK = "not shown"  # it is no small count, but would give one away


Figure = int | Held
Node = str | tuple[str, str]


@dataclass(frozen=True, slots=True)
class Count:
    """One count of a table, as an edge. `known_least` is what readers know it is at least; `rank` 0 for a cell, 1 for a
    total, 2 for the total of totals. The same key in two tables is the same count."""

    key: Key
    tail: Node
    head: Node
    count: int
    rank: int = 0
    known_least: int = 0


Table = Sequence[Count]


def counts_by_one(name: str, counts: Mapping[str, int], *, total: Key) -> Table:
    """A table of counts and their sum. Every count's key is (name, what it is of)."""
    cells = [Count((name, what), "source", "sink", count) for what, count in counts.items()]
    return [*cells, Count(total, "sink", "source", sum(counts.values()), rank=2)]


def counts_by_two(
    name: str, rows: Mapping[str, int], columns: Mapping[str, int], cells: Mapping[tuple[str, str], int], *, total: Key
) -> Table:
    """A table of counts with totals of its rows, columns and all; (name, row, column) is a cell's key.

    Args:
        rows: totals by row, none of which is 0: readers know that of rows that are listed.
        columns: totals by column.
        cells: by row and column; one that is missing is 0.
    """
    return [
        *(
            Count((name, row, column), ("row", row), ("column", column), cells.get((row, column), 0))
            for row in rows
            for column in columns
        ),
        *(Count((f"{name} row", row), "source", ("row", row), count, 1, 1) for row, count in rows.items()),
        *(Count((f"{name} column", column), ("column", column), "sink", count, 1) for column, count in columns.items()),
        Count(total, "sink", "source", sum(rows.values()), rank=2),
    ]


def alone(count: int) -> Figure:
    """A count that is part of no sum, as it may be shown."""
    return count if count >= LEAST else Held.FEW


def published(*tables: Table) -> dict[Key, Figure]:
    """Every count as it may be shown, so that none below LEAST can be computed from the others of its table."""
    held = {one.key: Held.FEW for table in tables for one in table if one.count < LEAST}
    shared = {one.key for table in tables for one in table if sum(one.key in map(_key, other) for other in tables) > 1}
    done = False
    while not done:
        done = True
        for table in tables:
            residual = _Residual(table, held)
            for one in table:
                watched = held.get(one.key) is Held.FEW or (one.key in held and one.key in shared)
                while watched and not residual.can_change(one) and (other := residual.best_to_hold(one)):
                    held[other.key] = Held.BACK
                    residual = _Residual(table, held)
                    done = False
    return {one.key: held.get(one.key, one.count) for table in tables for one in table}


def _key(count: Count) -> Key:
    return count.key


class _Residual:
    """The changes that readers of a table cannot rule out: arcs along which a count may be one more or one less."""

    def __init__(self, table: Table, held: Mapping[Key, Held]) -> None:
        self._table, self._held = table, held
        self._arcs: dict[Node, list[tuple[Node, Count]]] = {}
        for one in table:
            for start, end in _arcs(one, held.get(one.key)):
                self._arcs.setdefault(start, []).append((end, one))

    def can_change(self, one: Count) -> bool:
        return any(self._leads(end, start, one) for start, end in _arcs(one, self._held.get(one.key)))

    def _leads(self, start: Node, goal: Node, without: Count) -> bool:
        """Whether a way leads from one node to another without using one edge."""
        seen, waiting = {start}, [start]
        while waiting:
            for node, used in self._arcs.get(waiting.pop(), ()):
                if used is without or node in seen:
                    continue
                if node == goal:
                    return True
                seen.add(node)
                waiting.append(node)
        return False

    def best_to_hold(self, one: Count) -> Count | None:
        """The count to hold back beside one that can be computed: the smallest cell that helps at once, where any does.

        None where all are held back.
        """
        shown = sorted((c for c in self._table if c.key not in self._held), key=lambda c: (c.rank, c.count))
        near = [other for other in shown if {other.tail, other.head} & {one.tail, one.head}]
        for other in near:
            if _Residual(self._table, {**self._held, other.key: Held.BACK}).can_change(one):
                return other
        return next(iter([*near, *shown]), None)


def _arcs(one: Count, held: Held | None) -> Iterator[tuple[Node, Node]]:
    if held is None:
        return
    few = held is Held.FEW
    if not few or one.count < LEAST - 1:
        yield one.tail, one.head
    if one.count > (one.known_least if few else LEAST):
        yield one.head, one.tail
