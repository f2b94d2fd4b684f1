"""``fg.covering``: the fewest rows in which every pair of classes occurs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import polars as pl

from fixturegen.coverage.design import Design, Known
from fixturegen.coverage.making import made_rows
from fixturegen.coverage.matching import Row
from fixturegen.coverage.observed import Observation, every_meeting
from fixturegen.coverage.steering import UnmakeableError
from fixturegen.coverage.waiving import waiver
from fixturegen.covering_arrays.tuples import Meeting
from fixturegen.databases.oracles import asking, at_hand
from fixturegen.errors import InputError, SchemaError
from fixturegen.fills.judging import Oracle
from fixturegen.options import Options
from fixturegen.planning.plan import Plan
from fixturegen.planning.planner import planned
from fixturegen.runs import Source, database_behind
from fixturegen.schema import Dialect, Schema
from fixturegen.variants import dated
from fixturegen.verbs import load

MOST_STRENGTH = 6
NOT_MADE = "no row of these classes was made"
PLENTY = 10_000
"""Rows asked of each table to learn how many it can hold."""
ROUNDS = 6
"""Rows that cannot be made are designed anew so often."""


@dataclass(frozen=True, slots=True)
class Absent:
    """Classes that no row of a table has together.

    Attributes:
        table: The table.
        classes: Class by factor.
        reason: Why.
        crowded: They could meet, but not beside those that do: the table holds no more rows.
    """

    table: str
    classes: Mapping[str, str]
    reason: str
    crowded: bool = False

    def __str__(self) -> str:
        """Return ``orders: status = new, shipped_at = given: why``."""
        words = ", ".join(f"{factor} = {name}" for factor, name in self.classes.items())
        return f"{self.table}: {words}: {self.reason}"


class CoveringDataset(dict[str, pl.DataFrame]):
    """Frames by table, parents first, with what they cover.

    Attributes:
        strength: How many classes meet.
        classes: Every class: ``table``, ``factor``, ``class`` and the number of ``rows`` that have it.
        impossible: Classes that cannot meet: checks contradict, or the table holds no row more (``crowded``); each with why.
        uncovered: Classes that meet in no row, though nothing proves that they cannot.
    """

    def __init__(
        self,
        data: Mapping[str, pl.DataFrame],
        strength: int,
        classes: pl.DataFrame,
        impossible: Sequence[Absent],
        uncovered: Sequence[Absent],
    ) -> None:
        super().__init__(data)
        self.strength = strength
        self.classes = classes
        self.impossible = tuple(impossible)
        self.uncovered = tuple(uncovered)


def covering(
    schema: Source, strength: int = 2, *, table: str | None = None, seed: int = 0, as_of: date | None = None
) -> CoveringDataset:
    """Return few rows in which every ``strength`` classes of different factors of a table meet in some row.

    A table's factors are its columns (each choice, NULL, the ends of a range, empty and longest text), the number of its rows'
    children by each reference (none, one, several), and the choices and NULLs of its parents. All rows satisfy all constraints.
    Columns of keys and uniques differ from row to row: only whether they are NULL is told apart. So it is with references that
    close a circle of tables, and with those whose parents a check on the reference itself decides: their parents are drawn.

    Args:
        schema: The schema, or a source of one.
        strength: How many classes meet, 1 to 6; in a table of fewer factors, all of them.
        table: The table whose classes meet; others have what it needs. All tables unless given.
        seed: Any integer.
        as_of: Overrides the schema's frozen clock.

    Raises:
        InputError: A strength out of range; a schema that contradicts itself; more classes than can be held.
        SchemaError: An unknown table.

    >>> import fixturegen as fg
    >>> from fixturegen.schema import Choice, Column, Schema, Table, Type
    >>> flag, size = (
    ...     Column(name=name, type=Type(kind="text"), choices=tuple(map(Choice, values)))
    ...     for name, values in (("flag", "ab"), ("size", "SML"))
    ... )
    >>> data = fg.covering(Schema(tables={"t": Table(name="t", columns=(flag, size))}))
    >>> data["t"].height, data.impossible, data.uncovered
    (6, (), ())
    """
    _check_strength(strength)
    loaded = load(schema)
    if table is not None and table not in loaded.tables:
        message = f"there is no table {table!r}"
        raise SchemaError(message, where=loaded.source or None, given=table, exists=loaded.tables)
    loaded = dated(loaded, as_of)
    options = Options(seed=_whole(seed), only=() if table is None else _with_parents(loaded, table))
    database = database_behind(schema)
    judges = at_hand(database)
    uncounted = replace(loaded, tables={name: replace(one, count=None) for name, one in loaded.tables.items()})
    base = planned(uncounted, replace(options, rows=PLENTY), judges=judges)
    tables = {name: replace(one, count=loaded.tables[name].count) for name, one in base.schema.tables.items()}
    base = replace(base, schema=replace(base.schema, tables=tables))
    covered = frozenset(base.tables if table is None else (table,))
    with asking(database) as oracles:
        design, data = _tried(base, strength, covered, options, judges, oracles)
    return _reported(design, data)


def _check_strength(strength: int) -> None:
    if isinstance(strength, bool) or not isinstance(strength, int) or not 1 <= strength <= MOST_STRENGTH:
        message = f"strength is {strength!r}, which is no whole number from 1 to {MOST_STRENGTH}"
        raise InputError(message, hint="2 lets every pair of classes meet, 3 every triple.")


def _whole(seed: int) -> int:
    if isinstance(seed, bool) or not isinstance(seed, int):
        message = f"seed is {seed!r}, which is no whole number"
        raise InputError(message)
    return seed


def _with_parents(schema: Schema, table: str) -> tuple[str, ...]:
    """A table and all that its rows lead to."""
    found = [table]
    for name in found:
        found += [one.table for one in schema.tables[name].references if one.table not in found]
    return tuple(dict.fromkeys(found))


def _tried(
    base: Plan,
    strength: int,
    covered: frozenset[str],
    options: Options,
    judges: Collection[Dialect],
    oracle: Oracle | None,
) -> tuple[Design, Mapping[str, pl.DataFrame]]:
    """Design rows and make them; rows that nothing makes are designed anew."""
    banned: dict[str, frozenset[Row]] = {}
    plain: frozenset[tuple[str, str]] = frozenset()
    known, rounds = Known(), ROUNDS
    while True:
        design = Design(base, strength, covered, options.seed, dict(banned), plain, known).made()
        try:
            made = made_rows(design, options, judges, oracle)
        except UnmakeableError as error:
            plain, known = plain | {(error.table, error.column)}, Known()
            continue
        if made.data is not None:
            return design, made.data
        assert made.error is not None
        rounds -= 1
        if not rounds or not any(made.failed.values()):
            raise made.error
        for name, rows in made.failed.items():
            banned[name] = banned.get(name, frozenset()) | rows


def _reported(design: Design, data: Mapping[str, pl.DataFrame]) -> CoveringDataset:
    """Say what the data covers, told from the data."""
    observed = Observation(design.placed, data)
    impossible: list[Absent] = []
    uncovered: list[Absent] = []
    for name in sorted(design.covered, key=list(data).index):
        factors = design.placed[name].factors
        strength = design.strength_of(name)
        met, waived = observed.met(name, strength), waiver(factors)
        full = _full(design, name, met)
        for meeting in every_meeting(factors, strength):
            if meeting in met or waived(meeting):
                continue
            proof, crowded = design.unmet.get((name, meeting)), full.get(_factors_of(meeting))
            crowded = crowded or _childless(design, data, name, meeting)
            words = {factors[at].name: factors[at].classes[value] for at, value in meeting}
            absent = Absent(name, words, proof or crowded or NOT_MADE, crowded=proof is None and crowded is not None)
            (impossible if proof or crowded else uncovered).append(absent)
    return CoveringDataset(data, design.strength, _classes(design, observed, data), impossible, uncovered)


def _full(design: Design, table: str, met: Collection[Meeting]) -> Mapping[tuple[int, ...], str]:
    """Factors of which no further classes can meet, with why: each row that the table can hold has other ones."""
    lowered = design.tightest().get(table)
    if lowered is None:
        return {}
    numbers = Counter(map(_factors_of, met))
    words = f"the table holds {lowered.rows:,} rows at most, which hold others: {lowered.reason}"
    return {factors: words for factors, number in numbers.items() if number >= lowered.rows}


def _childless(design: Design, data: Mapping[str, pl.DataFrame], table: str, meeting: Meeting) -> str | None:
    """Return why rows of some classes lack children: the children's table holds as many rows as it can."""
    lowered = design.tightest()
    for at, value in meeting:
        factor = design.placed[table].factors[at]
        child = None if factor.child is None else lowered.get(factor.child[0])
        if child is not None and factor.children[value].least and data[child.table].height >= child.rows:
            return f"{child.table} holds {child.rows:,} rows at most, which are children of others: {child.reason}"
    return None


def _factors_of(meeting: Meeting) -> tuple[int, ...]:
    return tuple(at for at, _ in meeting)


def _classes(design: Design, observed: Observation, data: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    rows = []
    for name in data:
        if name not in design.covered:
            continue
        seen = observed.classes(name)
        for at, factor in enumerate(design.placed[name].factors):
            for value, word in enumerate(factor.classes):
                rows.append((name, factor.name, word, int((seen[:, at] == value).sum())))
    return pl.DataFrame(
        rows, schema={"table": pl.String, "factor": pl.String, "class": pl.String, "rows": pl.Int64}, orient="row"
    )
