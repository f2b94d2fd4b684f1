"""How what an example needs is drawn: rows of all tables by one strategy, with as little between them and Hypothesis as can be.

Lists of tuples of public strategies make the same choices in the same order, at three times the cost: the strategy here asks
Hypothesis for the choices themselves, where that Hypothesis has the methods it knows. Both replay what the other has found.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Any, TypeVar
from zlib import crc32

from hypothesis import strategies as st

Made = TypeVar("Made")
Drawn = list[tuple[list[list[int]], int]]
"""Of each table the digits of its rows, bytes first, then numbers, and how many of its rows are gone into others."""
MOST_MERGED = 1_000
"""Rows gone into others are drawn up to so many, far more than there are: at random it is none nearly always."""


@dataclass(frozen=True, slots=True)
class Lists:
    """The rows of one table, to be drawn.

    Attributes:
        name: The table.
        width: Bytes of a row.
        numbers: Bounds of its numbers.
        least: Fewest rows.
        most: Most rows.
        merging: Whether rows may go into others.
    """

    name: str
    width: int
    numbers: Sequence[tuple[int, int]]
    least: int
    most: int
    merging: bool = False


def drawing(tables: Sequence[Lists], finish: Callable[[Drawn], Made], said: str) -> st.SearchStrategy[Made]:
    """Return the strategy of what ``finish`` makes of rows.

    Args:
        tables: The tables, in the order in which they are drawn.
        finish: Makes an example of the digits of the rows of each table.
        said: How the strategy is called in what Hypothesis prints.
    """
    if choices_are_known():
        return Direct(tables, finish, said)
    rows: st.SearchStrategy[Any] = st.tuples(*map(_listed, tables))
    return rows.map(lambda drawn: finish([([_flat(row) for row in table], merged) for table, merged in drawn]))


def _listed(table: Lists) -> st.SearchStrategy[Any]:
    parts: list[st.SearchStrategy[Any]] = []
    if table.width:
        parts.append(st.binary(min_size=table.width, max_size=table.width))
    parts += [st.integers(low, high) for low, high in table.numbers]
    rows = st.lists(st.tuples(*parts), min_size=table.least, max_size=table.most)
    return st.tuples(rows, st.integers(0, MOST_MERGED) if table.merging else st.just(0))


def _flat(row: Sequence[Any]) -> list[int]:
    return [*row[0], *row[1:]] if row and isinstance(row[0], bytes) else [*row]


@cache
def choices_are_known() -> bool:
    """Return whether the Hypothesis at hand has the methods that :class:`Direct` calls, with the parameters that it names."""
    try:
        from hypothesis.internal.conjecture.data import ConjectureData  # noqa: PLC0415 - no public name

        wanted = {
            "draw_integer": {"min_value", "max_value"},
            "draw_bytes": {"min_size", "max_size"},
            "draw_boolean": {"p", "forced"},
            "start_span": {"label"},
            "stop_span": set(),
            "_draw": {"choice_type", "constraints", "observe", "forced"},
        }
        return all(
            names <= set(inspect.signature(getattr(ConjectureData, method)).parameters)
            for method, names in wanted.items()
        )
    except (ImportError, AttributeError, TypeError, ValueError):
        return False


@dataclass(frozen=True, slots=True)
class _Asked:
    """A table as Hypothesis is asked for its rows: what it keeps of each choice, made once and not for every choice.

    Attributes:
        table: The table.
        label: The label of the span of its rows.
        there: Of the choice whether another row follows.
        flags: Of the bytes of a row; None where it has none.
        numbers: Of each of its numbers.
    """

    table: Lists
    label: int
    there: Mapping[str, Any]
    flags: Mapping[str, Any] | None
    numbers: Sequence[Mapping[str, Any]]


def _asked(table: Lists) -> _Asked:
    width, chance = table.width, going_on(table.least, table.most)
    return _Asked(
        table,
        crc32(table.name.encode()),
        _constraints(False, lambda data: data.draw_boolean(p=chance)),
        _constraints(bytes(width), lambda data: data.draw_bytes(min_size=width, max_size=width)) if width else None,
        [_constraints(low, partial(_number, low=low, high=high)) for low, high in table.numbers],
    )


def _number(data: Any, low: int, high: int) -> int:
    drawn: int = data.draw_integer(min_value=low, max_value=high)
    return drawn


def _constraints(choice: bytes | int, draw: Callable[[Any], object]) -> Mapping[str, Any]:
    """Return what Hypothesis keeps of a choice beside its value."""
    from hypothesis.internal.conjecture.data import ConjectureData  # noqa: PLC0415 - no public name

    data = ConjectureData.for_choices([choice])
    draw(data)
    return data.nodes[0].constraints


class Direct(st.SearchStrategy[Made]):
    """Rows of tables by Hypothesis' own choices: for each row one whether it is there, one of bytes, one for each number.

    What a row holds is a span, so that it is made simplest at once, the row kept. Whether it is there is not part of it: rows are
    taken away all the same, and found least in fewer calls.
    """

    def __init__(self, tables: Sequence[Lists], finish: Callable[[Drawn], Made], said: str) -> None:
        super().__init__()
        self.tables = [_asked(table) for table in tables]
        self.finish = finish
        self.said = said

    def __repr__(self) -> str:
        return self.said

    def do_draw(self, data: Any) -> Made:
        """Return an example."""
        drawn: Drawn = []
        for asked in self.tables:
            data.start_span(label=asked.label)
            rows = self._rows(data, asked)
            drawn.append((rows, data.draw_integer(min_value=0, max_value=MOST_MERGED) if asked.table.merging else 0))
            data.stop_span()
        return self.finish(drawn)

    @staticmethod
    def _rows(data: Any, asked: _Asked) -> list[list[int]]:
        start, stop, draw = data.start_span, data.stop_span, data._draw  # noqa: SLF001 - checked above to be there
        least, most, label = asked.table.least, asked.table.most, asked.label + 1
        there, flags, numbers = asked.there, asked.flags, asked.numbers
        open_ended = least != most
        rows: list[list[int]] = []
        while len(rows) < most or open_ended:
            if open_ended:
                forced = True if len(rows) < least else False if len(rows) >= most else None
                if not draw("boolean", there, observe=True, forced=forced):
                    break
            start(label=label)
            row = [] if flags is None else [*draw("bytes", flags, observe=True, forced=None)]
            row += [draw("integer", number, observe=True, forced=None) for number in numbers]
            rows.append(row)
            stop()
        return rows


def going_on(least: int, most: int) -> float:
    """Return the chance that another row follows, such that lists have half the rows they may have, and about five at most.

    >>> going_on(0, 8)
    0.84...
    >>> going_on(3, 3)
    0.5
    """
    wanted = min(max(least * 2, least + 5), (least + most) / 2) - least
    low, high = 0.0, 1.0
    if least == most:
        return 0.5
    for _ in range(40):
        chance = (low + high) / 2
        mean = sum(chance**count for count in range(1, most - least + 1))
        low, high = (chance, high) if mean < wanted else (low, chance)
    return chance
