"""Many neighbourhoods of one shape, made at once by the columnar engine and kept as plain rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from fixturegen.constraints.base import constraints, kinds
from fixturegen.constraints.contract import ROW, Constraint, Unverifiable
from fixturegen.constraints.data import Data
from fixturegen.constraints.representation import given
from fixturegen.errors import ImpossibleError
from fixturegen.expressions.names import mentioned
from fixturegen.expressions.parsing import parsed
from fixturegen.fills.bulk import Bulk
from fixturegen.fills.engine import Engine
from fixturegen.lattice import lattice_of
from fixturegen.making.deriving import Derived, derived
from fixturegen.making.layout import Layout, Node
from fixturegen.making.uniqueness import Codes, codes_of
from fixturegen.options import Options
from fixturegen.planning import Plan, planned
from fixturegen.planning.domains import base_domain
from fixturegen.planning.plan import Cased, Drawn
from fixturegen.schema import Schema

SIZES = (64, 16, 4, 1)
"""So many neighbourhoods are made at once, fewer where the values do not suffice for more."""
MOST_ROWS = 4_000
"""Most rows made at once, unless one neighbourhood takes more."""
_JUDGED = frozenset({"check", "min", "max", "aggregate", "ordinal", "choices", "length", "not_null", "precision"})

Row = dict[str, object]


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of one node in all neighbourhoods.

    Attributes:
        node: The node.
        rows: Its rows, ``node.width`` for each neighbourhood.
        key: The column that counts up and is numbered when the rows are handed out; None where none does.
        led: Columns that hold a numbered key: the column, the parents' node, the pattern, the key column.
        codes: What the rows hold under each unique that is to be watched.
        first: The least number of ``key``.
        most: The greatest number of ``key``.
        key_name: Name of the constraint that makes ``key`` unique.
        name: Name of the node.
        table: Name of the table.
        width: Rows of a neighbourhood.
    """

    node: Node
    rows: Sequence[Row]
    key: str | None
    led: tuple[tuple[str, str, tuple[int, ...], str], ...]
    codes: tuple[Codes, ...]
    first: int
    most: int
    key_name: str
    name: str
    table: str
    width: int


@dataclass(frozen=True, slots=True)
class Nursery:
    """Neighbourhoods of one shape.

    Attributes:
        plan: The plan that made them.
        layout: Their shape.
        batches: Rows by node, in an order in which they can be inserted.
        good: Numbers of the neighbourhoods in which everything holds, ascending; at least one.
    """

    plan: Plan
    layout: Layout
    batches: tuple[Batch, ...]
    good: tuple[int, ...]


def nursery(schema: Schema, layout: Layout, seed: int, growth: int = 1) -> Nursery:
    """Make neighbourhoods of a layout.

    Args:
        schema: The schema.
        layout: Their shape.
        seed: Any integer.
        growth: So many times the usual number are made.

    Raises:
        ImpossibleError: If there is none; with the constraint.
    """
    shape = derived(schema, layout)
    width = max(node.width for node in layout.nodes)
    sizes = [size * growth for size in SIZES if size * width <= MOST_ROWS] or [1]
    for size in sizes:
        try:
            return _made(schema, shape, layout, size, seed)
        except ImpossibleError:
            if size == sizes[-1]:
                raise
    raise AssertionError(sizes)


def _made(schema: Schema, shape: Derived, layout: Layout, size: int, seed: int) -> Nursery:
    demanded = {node.name: node.width * size for node in layout.nodes} | dict.fromkeys(shape.empty, 0)
    options = Options(demanded=demanded, seed=seed, pins=shape.pins)
    plan = planned(shape.schema, options)
    engine = Engine(plan, Bulk(seed))
    frames = {node.name: engine.frame(node.name, 0, node.width * size) for node in layout.nodes}
    good = _good(shape, layout, frames, size)
    read = _read_elsewhere(plan)
    keys = {node.name: _counting(plan, node, read) for node in layout.nodes if node.held is None}
    order = {name: at for at, name in enumerate(plan.tables)}
    nodes = sorted((node for node in layout.nodes if node.held is None), key=lambda node: order[node.name])
    batches = tuple(_batch(plan, schema, node, frames[node.name], keys) for node in nodes)
    return Nursery(plan, layout, batches, good)


def _batch(plan: Plan, schema: Schema, node: Node, frame: pl.DataFrame, keys: Mapping[str, str | None]) -> Batch:
    names = {column.name for column in node.table.columns}
    own = frame.select([name for name in frame.columns if name in names])
    led = []
    for reference in node.table.references:
        if reference.name not in node.parents:
            continue
        parent, pattern = node.parents[reference.name]
        key = keys.get(parent.name)
        for mine, there in zip(reference.columns, reference.target, strict=True):
            if there == key and key is not None:
                led.append((mine, parent.name, pattern, key))
    late = frozenset(mine for mine, *_ in led)
    key, first, most, key_name = keys[node.name], 0, 0, ""
    codes = codes_of(schema, node.table.name, own, late | ({key} if key else set()))
    if key is not None:
        first, most = _span(plan, node, key)
        key_name = next(
            one.name for one in codes if {name for _, name in one.late} == {key} and len(one.codes[0] or ()) == 1
        )
        # What holds the row's own number is distinct by it.
        codes = tuple(one for one in codes if key not in {name for _, name in one.late})
    return Batch(
        node=node, rows=own.to_dicts(), key=key, led=tuple(led), codes=codes, first=first, most=most,
        key_name=key_name, name=node.name, table=node.table.name, width=node.width,
    )  # fmt: skip


def _span(plan: Plan, node: Node, key: str) -> tuple[int, int]:
    """The first number of a counting key of the table's first node, and the greatest."""
    column = next(one for one in node.table.columns if one.name == key)
    lattice = lattice_of(column.type)
    assert lattice is not None
    domain = base_domain(column, plan.schema.as_of)
    low = 1 if domain.low is None or domain.low == lattice.low else domain.low
    return low, lattice.high if domain.high is None else domain.high


# Keys that are numbered when rows are handed out -----------------------------------------------------------------------


def _counting(plan: Plan, node: Node, read: set[tuple[str, str]]) -> str | None:
    """The single key column that counts up, if no value of any column depends on it."""
    key = node.table.primary_key
    if key is None or len(key.columns) != 1:
        return None
    name = key.columns[0]
    step = plan.tables[node.name].steps.get(name)
    counts = isinstance(step, Drawn) and step.reason == "key" and step.generator.sequential and step.component is None
    return name if counts and (node.name, name) not in read else None


def _read_elsewhere(plan: Plan) -> set[tuple[str, str]]:
    """Columns whose values others depend on: by a condition, a generator or a path; and the keys that lead to them."""
    read: set[tuple[str, str]] = set()
    for name, table in plan.tables.items():
        words: set[str] = set()
        for component in table.components:
            words |= {*component.columns, *component.reads}
        for step in table.steps.values():
            generators = [step.generator] if isinstance(step, Drawn) else []
            generators += list(step.makers.values()) if isinstance(step, Cased) else []
            words |= {need for generator in generators for need in generator.needs}
        for settled in table.settled:
            words |= {word for condition in settled.conditions for word in _words(condition)}
        texts = [(check.sql, check.dialect) for check, _ in table.judged]
        for unique in table.table.uniques:
            spoken = (*unique.expressions, *((unique.predicate,) if unique.predicate else ()))
            texts += [(text, unique.dialect) for text in spoken]
        for text, dialect in texts:
            words |= set(mentioned(parsed(text, dialect)))
        for word in words:
            read |= _ends(plan, name, word)
    return read | _sources(plan, read)


def _words(condition: object) -> Iterable[str]:
    from fixturegen.expressions.normal import columns_of  # noqa: PLC0415

    return columns_of(condition)  # type: ignore[arg-type]


def _ends(plan: Plan, table: str, word: str) -> set[tuple[str, str]]:
    path = plan.tables[table].paths.get(word)
    if path is None:
        return {(table, word)}
    here = table
    for reference in path.references:
        here = plan.tables[here].links[reference].reference.table
    return {(here, path.column)}


def _sources(plan: Plan, read: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """The keys that the read columns hold, and those that these hold."""
    found: set[tuple[str, str]] = set()
    ahead = list(read)
    while ahead:
        name, column = ahead.pop()
        for link in plan.tables[name].links.values():
            for own, there in zip(link.reference.columns, link.reference.target, strict=True):
                source = (link.reference.table, there)
                if own == column and source not in found | read:
                    found.add(source)
                    ahead.append(source)
    return found


# What holds ------------------------------------------------------------------------------------------------------------


def _good(shape: Derived, layout: Layout, frames: Mapping[str, pl.DataFrame], size: int) -> tuple[int, ...]:
    """The neighbourhoods in which every constraint holds that speaks of single rows; judged by the constraints' own checks.

    Raises:
        ImpossibleError: If there is none; with the constraints.
    """
    made = {node.name: node for node in layout.nodes if node.held is None}
    tables = {**frames, **{name: _no_rows(shape.schema, name) for name in shape.empty}}
    data = Data(shape.schema, {name: given(shape.schema.tables[name], frame.lazy()) for name, frame in tables.items()})
    judged = [each for each in constraints(shape.schema, *made) if each.kind in _JUDGED]
    lazy: list[tuple[Constraint, pl.LazyFrame]] = []
    for constraint in judged:
        try:
            lazy.append((constraint, kinds()[constraint.kind].violating(constraint, data).select(ROW)))
        except Unverifiable:
            continue
    bad = np.zeros(size, dtype=bool)
    broken: list[Constraint] = []
    for constraint, rows in zip([each for each, _ in lazy], _collected(lazy), strict=True):
        if rows is None or rows.height == 0:
            continue
        broken.append(constraint)
        bad[rows[ROW].to_numpy() // made[constraint.table].width] = True
    good = tuple(np.flatnonzero(~bad).tolist())
    if not good:
        named = broken[0]
        node = made[named.table]
        names = ", ".join(dict.fromkeys(each.name for each in broken))
        message = f"no row of {node.table.name} was found for what is asked: {names}"
        raise ImpossibleError(message, where=named.where, hint="Ask for less, or declare narrower values.")
    return good


def _collected(lazy: Sequence[tuple[Constraint, pl.LazyFrame]]) -> list[pl.DataFrame | None]:
    try:
        return list(pl.collect_all([rows for _, rows in lazy]))
    except pl.exceptions.PolarsError:
        return [_one(rows) for _, rows in lazy]


def _one(rows: pl.LazyFrame) -> pl.DataFrame | None:
    try:
        return rows.collect()
    except pl.exceptions.PolarsError:
        return None


def _no_rows(schema: Schema, name: str) -> pl.DataFrame:
    from fixturegen.dtypes import polars_dtype  # noqa: PLC0415

    return pl.DataFrame(
        {column.name: pl.Series([], dtype=polars_dtype(column.type)) for column in schema.tables[name].columns}
    )
