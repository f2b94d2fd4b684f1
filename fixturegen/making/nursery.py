"""Many neighbourhoods of one shape, made at once by the columnar engine and kept as plain rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from fixturegen.errors import ImpossibleError
from fixturegen.fills.bulk import Bulk
from fixturegen.fills.engine import Engine
from fixturegen.making.deriving import Derived, Last, derived
from fixturegen.making.holding import holding
from fixturegen.making.made import Row
from fixturegen.making.nodes import Layout, Node
from fixturegen.making.numbering import Led, counting, led, read_elsewhere, span
from fixturegen.making.slots import Slot
from fixturegen.making.spreading import spread
from fixturegen.making.uniqueness import Codes, codes_of
from fixturegen.options import Options
from fixturegen.planning import Plan, planned
from fixturegen.schema import Schema

MOST = 64
"""So many neighbourhoods are made at once, fewer where the values do not suffice for more."""
MOST_ROWS = 4_000
"""Most rows of a node made at once, unless one neighbourhood takes more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Rows of one node in all neighbourhoods.

    Attributes:
        node: The node.
        name: Its name.
        table: Name of its table.
        width: Its rows in one neighbourhood.
        rows: Its rows, ``width`` for each neighbourhood.
        codes: What the rows hold under each unique that is to be watched.
        key: The column that counts up and is numbered when the rows are handed out; None where none does.
        key_name: Name of the constraint that makes ``key`` unique.
        first: The least number of ``key``.
        most: The greatest number of ``key``.
        counted: Columns that number the rows of an existing parent: the column, and what its rows hold in which columns.
    """

    node: Node
    name: str
    table: str
    width: int
    rows: Sequence[Row]
    codes: tuple[Codes, ...]
    key: str | None
    key_name: str
    first: int
    most: int
    counted: tuple[tuple[str, Mapping[str, object]], ...]


@dataclass(frozen=True, slots=True)
class Nursery:
    """Neighbourhoods of one shape.

    Attributes:
        plan: The plan that made them.
        layout: Their shape.
        batches: Rows by node, in an order in which they can be inserted.
        good: Numbers of the neighbourhoods in which everything holds, ascending; at least one.
        led: What follows from numbered keys, in an order in which it can be copied.
        slots: Columns whose value is filled in: node, column, number of the slot.
        size: How many neighbourhoods were made.
    """

    plan: Plan
    layout: Layout
    batches: tuple[Batch, ...]
    good: tuple[int, ...]
    led: tuple[Led, ...]
    slots: tuple[tuple[str, str, int], ...]
    size: int


def nursery(
    schema: Schema,
    layout: Layout,
    options: Options,
    growth: int = 1,
    last: Last = lambda *_: None,
) -> Nursery:
    """Make neighbourhoods of a layout.

    Args:
        schema: The schema.
        layout: Their shape.
        options: Seed, and whether to go on where a constraint can be neither constructed nor judged.
        growth: So many times the usual number are made.
        last: The greatest value that existing rows hold in a whole-number column, by table and column.

    Raises:
        ImpossibleError: If there is none; with the constraint.
    """
    shape = spread(derived(schema, layout, last))
    return _fullest(lambda some: _made(schema, shape, layout, some, options), usual_size(layout) * growth)


def usual_size(layout: Layout) -> int:
    """Return how many neighbourhoods are made at first, where there are values for so many."""
    return max(1, min(MOST, MOST_ROWS // max(node.width for node in layout.nodes)))


def _fullest(made: Callable[[int], Nursery], size: int) -> Nursery:
    """The nursery of so many neighbourhoods, or of as many as there are values for: those are found by halving."""
    least, most, found = 0, size, None
    while least < most:
        try:
            found, least = made(size), size
        except ImpossibleError:
            if size == 1:
                raise
            most = size - 1
        size = max(1, size // 2) if found is None else (least + most + 1) // 2
    assert found is not None
    return found


def _made(schema: Schema, shape: Derived, layout: Layout, size: int, options: Options) -> Nursery:
    demanded = {node.name: node.width * size for node in layout.nodes} | dict.fromkeys(shape.empty, 0)
    plan = planned(shape.schema, replace(options, demanded=demanded, pins=shape.pins))
    engine = Engine(plan, Bulk(options.seed))
    frames = {node.name: engine.frame(node.name, 0, node.width * size) for node in layout.nodes}
    good = holding(shape, layout, frames, size)
    read = read_elsewhere(plan)
    order = {name: at for at, name in enumerate(plan.tables)}
    nodes = sorted((node for node in layout.nodes if node.held is None), key=lambda node: order[node.name])
    keys = {node.name: counting(plan, node, read) for node in nodes}
    follows = led(nodes, keys)
    slots = tuple(
        (node.name, name, value.number)
        for node in nodes
        for name, value in node.wish.values.items()
        if isinstance(value, Slot)
    )
    late = {node.name: frozenset(one.column for one in follows if one.node == node.name) for node in nodes}
    for name, column, _ in slots:
        late[name] |= {column}
    batches = [_batch(schema, node, frames[node.name], keys, late[node.name]) for node in nodes]
    return Nursery(plan, layout, tuple(batches), good, follows, slots, size)


def _batch(
    schema: Schema, node: Node, frame: pl.DataFrame, keys: Mapping[str, str | None], late: frozenset[str]
) -> Batch:
    names = {column.name for column in node.table.columns}
    own = frame.select([name for name in frame.columns if name in names])
    key = keys[node.name]
    counted = tuple(_counted(node))
    late |= {column for column, _ in counted}
    codes = codes_of(schema, node.table.name, own, late | ({key} if key else set()))
    key_name, (first, most) = "", span(schema, node, key) if key else (0, 0)
    if key is not None:
        key_name = next(one.name for one in codes if [name for _, name in one.late] == [key] and one.width == 1)
        # What holds the row's own number is distinct by it.
        codes = tuple(one for one in codes if key not in {name for _, name in one.late})
    return Batch(
        node=node, name=node.name, table=node.table.name, width=node.width, rows=own.to_dicts(), codes=codes, key=key,
        key_name=key_name, first=first, most=most, counted=counted,
    )  # fmt: skip


def _counted(node: Node) -> Iterator[tuple[str, Mapping[str, object]]]:
    """The columns that number rows of an existing parent, which may have rows already."""
    for column in node.table.columns:
        reference = next((one for one in node.table.references if one.name == column.ordinal), None)
        if reference is None or reference.name not in node.parents or column.name in node.wish.values:
            continue
        held = node.parents[reference.name][0].held
        if held is not None:
            pairs = zip(reference.columns, reference.target, strict=True)
            yield column.name, {own: held[there] for own, there in pairs}
