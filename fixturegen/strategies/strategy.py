"""The two strategies: whole databases, and single rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from types import MappingProxyType

import polars as pl
from hypothesis import strategies as st

from fixturegen.databases.oracles import Oracles, at_hand
from fixturegen.errors import ImpossibleError, SchemaError
from fixturegen.lattice import lattice_of
from fixturegen.options import options_from
from fixturegen.planning import Plan, planned
from fixturegen.runs import Source
from fixturegen.schema import PerParent, Schema
from fixturegen.strategies.drawing import Drawn, drawing
from fixturegen.strategies.examples import Dataset, said
from fixturegen.strategies.fixing import Where, fixed, open_counts
from fixturegen.strategies.frames import Frames
from fixturegen.strategies.machine import Machine
from fixturegen.strategies.shapes import Shape
from fixturegen.strategies.sizes import Limits, Sizes, budgeted, limits, needed, roomy, widened
from fixturegen.strategies.warming import warm
from fixturegen.strategies.worlds import Row, World
from fixturegen.variants import dated
from fixturegen.verbs import load

NOWHERE: Where = MappingProxyType({})


@dataclass(slots=True, eq=False)
class Maker:
    """Makes examples of a schema.

    Attributes:
        machine: The machine.
        shape: What is drawn for it.
        said: How the schema is called in what is printed.
    """

    machine: Machine
    shape: Shape
    said: str
    _frames: dict[str, Frames]

    def world(self, drawn: Drawn) -> World:
        """Return the rows of an example."""
        made = self.machine.make(self.shape.drafts(drawn))
        if all(len(made.rows[name]) >= least for name, least in self.machine.least.items()):
            return made
        return self.machine.smallest()

    def dataset(self, drawn: Drawn) -> Dataset:
        """Return the frames of an example."""
        world = self.world(drawn)
        made = Dataset({name: frames.of(world.rows[name]) for name, frames in self._frames.items()}, self.said)
        world.forget()
        return made

    def example(self, table: str, drawn: Drawn) -> dict[str, object]:
        """Return the first row of a table of an example."""
        return self.row(table, self.world(drawn).rows[table][0])

    def row(self, table: str, row: Row) -> dict[str, object]:
        """Return a row as a dict of Python values."""
        columns = {column.name: column for column in self.machine.plan.tables[table].table.columns}
        found: dict[str, object] = {}
        for name in self._frames[table].names:
            lattice, value = lattice_of(columns[name].type), row.values[name]
            found[name] = value if value is None or lattice is None else lattice.value(value)  # type: ignore[arg-type] # a position
        return found


def datasets(
    schema: Source,
    *,
    max_rows: Sizes = None,
    min_rows: Sizes = None,
    where: Where = NOWHERE,
    seed: int = 0,
    as_of: date | None = None,
    accept_unverified: bool = False,
) -> st.SearchStrategy[dict[str, pl.DataFrame]]:
    """Return a Hypothesis strategy of whole databases: every example satisfies every constraint, and shrinks.

    An example is a dict of Polars frames, one for every table; empty tables have their dtypes. It shrinks to the fewest rows
    over all tables, without parents that nothing needs, then to the simplest values: NULL, 0 or the bound nearest to it,
    2000-01-01 or the bound nearest to it, the shortest text of a small pool that the column's own generator fills. Keys count from 1.
    Nothing is filtered. Counts per parent hold; absolute counts of the schema do not, ``max_rows`` does.

    Args:
        schema: The schema, or a source of one.
        max_rows: Most rows of a table, inclusive, for all or by table. Unless given, 8, or fewer where a schema has so many
            tables that an example would not be held; of tables that a mapping leaves out also what those it names need.
        min_rows: Fewest rows of a table, inclusive, for all or by table; 0 unless given. Parents that they need come along.
        where: What every row of a table must be: an SQL condition in the schema's dialect, or values by column (None for
            NULL), by table.
        seed: Seed of the pools of texts and other values without order.
        as_of: Overrides the schema's frozen clock.
        accept_unverified: Go on although a constraint can be neither constructed nor judged.

    Raises:
        InputError: A schema that contradicts itself or ``where``; sizes that cannot be held or filled, with the largest that fits.

    >>> from fixturegen.schema import Column, Table, Type, Unique
    >>> key = Column(name="id", type=Type(kind="integer"))
    >>> tags = Schema(tables={"tags": Table(name="tags", columns=(key,), primary_key=Unique(columns=("id",)))})
    >>> from hypothesis import find
    >>> find(datasets(tags), lambda data: data["tags"].height >= 2)
    dataset(schema, {'tags': [{'id': 1}, {'id': 2}]})
    """
    loaded = load(schema)
    asked = limits(loaded, max_rows, min_rows)
    maker = _maker(loaded, asked, where, said(schema), seed, as_of, accept_unverified=accept_unverified)
    return drawing(maker.shape.lists, maker.dataset, f"datasets({maker.said})")


def rows(
    schema: Source,
    table: str,
    *,
    where: str | Mapping[str, object] | None = None,
    seed: int = 0,
    as_of: date | None = None,
    accept_unverified: bool = False,
) -> st.SearchStrategy[dict[str, object]]:
    """Return a Hypothesis strategy of single rows of a table, as dicts of Python values, that satisfy every constraint.

    The row is the only one of its table in a smallest valid neighbourhood, so its references hold the keys that the parents
    have there: where keys count up 1, up to as many as the row has references to that table. A reference that may be NULL is
    NULL in some rows, and to its own table in all. What sums up children does so for the children that the schema demands.

    Args:
        schema: The schema, or a source of one.
        table: The table's name.
        where: What the row must be: an SQL condition in the schema's dialect, or values by column (None for NULL).
        seed: As for :func:`datasets`.
        as_of: As there.
        accept_unverified: As there.

    Raises:
        InputError: No such table; a schema that contradicts itself or ``where``.

    >>> from fixturegen.schema import Column, Table, Type, Unique
    >>> key = Column(name="id", type=Type(kind="integer"))
    >>> tags = Schema(tables={"tags": Table(name="tags", columns=(key,), primary_key=Unique(columns=("id",)))})
    >>> rows(tags, "tags").example()  # doctest: +SKIP
    {'id': 1}
    """
    loaded = load(schema)
    if table not in loaded.tables:
        message = f"unknown table {table!r}"
        raise SchemaError(message, given=str(table), exists=loaded.tables)
    near = _neighbourhood(loaded, table)
    asked = Limits(most=near, least={name: int(name == table) for name in loaded.tables}, firm=False)
    fixing: Where = NOWHERE if where is None else {table: where}
    maker = _maker(loaded, asked, fixing, said(schema), seed, as_of, accept_unverified=accept_unverified)
    return drawing(maker.shape.lists, partial(maker.example, table), f"rows({maker.said}, {table!r})")


def _neighbourhood(schema: Schema, table: str) -> dict[str, int]:
    """Return most rows by table around one row: itself, its parents and theirs, and the children that it must have or sums up."""
    near = {table: 1}
    while True:
        more: dict[str, int] = {}
        for name in near:
            # Checks and uniques may want two references to the same table to lead to different rows.
            for other, number in Counter(reference.table for reference in schema.tables[name].references).items():
                more[other] = max(more.get(other, 0), number)
            for column in schema.tables[name].columns:
                if column.aggregate is not None:
                    more[column.aggregate.table] = 2
        for name, one in schema.tables.items():
            count = one.count
            if isinstance(count, PerParent) and count.low:
                parent = next(each.table for each in one.references if each.name == count.reference)
                if parent in near:
                    more[name] = count.low
        new = {name: size for name, size in more.items() if name not in near}
        if not new:
            return {name: near.get(name, 0) for name in schema.tables}
        near |= new


def _maker(
    schema: Schema, asked: Limits, where: Where, name: str, seed: int, as_of: date | None, *, accept_unverified: bool
) -> Maker:
    options = options_from(
        rows=max(asked.most.values(), default=0) or 1, seed=seed, as_of=as_of, accept_unverified=accept_unverified
    )
    wanted = open_counts(fixed(dated(schema, as_of), where), {one: max(size, 1) for one, size in asked.most.items()})
    plan = planned(wanted, options, judges=at_hand(None))
    least = needed(plan, asked.least)
    most = widened(plan, roomy(plan, asked, least), firm=asked.firm)
    _check_room(plan, least, most)
    machine = Machine(plan, most, least, Oracles())
    most = budgeted(machine, most, asked)
    _check_least(machine, asked.least, most)
    warm(machine)
    frames = {
        one: Frames([column for column in work.plan.table.columns if column.name in work.plan.steps])
        for one, work in machine.works.items()
    }
    return Maker(machine, Shape(machine, most, machine.least), name, frames)


def _check_room(plan: Plan, least: Mapping[str, int], most: Mapping[str, int]) -> None:
    """Refuse more rows than the plan has room for: what it lowered a table to, or what its parents' rows leave."""
    for name, size in least.items():
        if size > most[name]:
            reason = next((f": {one.reason}" for one in plan.lowered if one.table == name), "")
            message = f"{size} rows of {name} are needed, but only {most[name]} can exist{reason}"
            hint = f"The largest size that fits is {most[name]}."
            raise ImpossibleError(message, where=plan.tables[name].table.where, hint=hint)


def _check_least(machine: Machine, asked: Mapping[str, int], most: Mapping[str, int]) -> None:
    """Make the smallest example once: what has no place there has none anywhere; parents are added while they may help."""
    while True:
        made = machine.smallest().rows
        lacking = [name for name, least in machine.least.items() if len(made[name]) < least]
        if not lacking:
            return
        name = next((one for one in lacking if asked[one]), lacking[0])
        more = _more_parents(machine, name, most)
        if more == machine.least:
            message = f"{machine.least[name]} rows of {name} are needed, but only {len(made[name])} have a place"
            raise ImpossibleError(
                message,
                where=machine.plan.tables[name].table.where,
                hint=f"The largest size that fits is {len(made[name])}.",
            )
        machine.least = more


def _more_parents(machine: Machine, name: str, most: Mapping[str, int]) -> dict[str, int]:
    """Return the least sizes with one more row in every table that rows of a table may need more parents in."""
    more = dict(machine.least)
    for link in machine.plan.tables[name].links.values():
        parent = link.reference.table
        if parent != name and more[parent] < most[parent]:
            more[parent] += 1
    return needed(machine.plan, more)
