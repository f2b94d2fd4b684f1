"""A neighbourhood as a schema: every node is a table, its references lead to the nodes of its parents, what is asked is fixed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from fixturegen.errors import ImpossibleError
from fixturegen.making.agreeing import Echo, echoes
from fixturegen.making.judging import judge_values
from fixturegen.making.known import contradicted, met
from fixturegen.making.nodes import Layout, Node
from fixturegen.making.slots import valued
from fixturegen.making.totals import over_children
from fixturegen.options import Pin
from fixturegen.planning.domains import conditions
from fixturegen.schema import Check, Choice, Column, Constant, Reference, Schema, Table, Type, Unique
from fixturegen.variants import fixed, unreferenced

KEY_STRIDE = 1_000_000
"""Keys of the nodes of one table begin so far apart, where the type has room."""


Last = Callable[[str, str], int | None]


@dataclass(frozen=True, slots=True)
class Derived:
    """A layout as a schema.

    Attributes:
        schema: The schema: a table for each node, and empty tables for parents that conditions speak of though there is none.
        pins: Which row is whose parent.
        empty: Names of the empty tables.
    """

    schema: Schema
    pins: Mapping[tuple[str, str], Pin]
    empty: tuple[str, ...] = ()


def derived(schema: Schema, layout: Layout, last: Last = lambda *_: None) -> Derived:
    """Return the schema of a layout.

    Args:
        schema: The schema.
        layout: The layout.
        last: The greatest value that existing rows hold in a whole-number column, by table and column.

    Raises:
        ImpossibleError: If what is asked of a row contradicts one of its constraints.
    """
    return _Deriving(schema, layout, last).derived()


@dataclass(slots=True)
class _Deriving:
    schema: Schema
    layout: Layout
    last: Last

    def derived(self) -> Derived:
        empty: dict[str, Table] = {}
        tables = {node.name: self._table(node, empty) for node in self.layout.nodes}
        pins = {
            (node.name, name): Pin(pattern, parent.width)
            for node in self.layout.nodes
            for name, (parent, pattern) in node.parents.items()
        }
        for echo in echoes(self.layout):
            name = f"agreeing {echo.column}"
            tables[echo.node.name] = _echoing(tables[echo.node.name], echo, name)
            pins[echo.node.name, name] = Pin(echo.pattern, echo.source.width)
        schema = replace(self.schema, tables={**tables, **empty})
        tables = {node.name: _simplified(schema, schema.tables[node.name], node) for node in self.layout.nodes}
        return Derived(replace(schema, tables={**tables, **empty}), pins, tuple(empty))

    def _table(self, node: Node, empty: dict[str, Table]) -> Table:
        """A node's table: references redirected, what is asked fixed, what nothing leads to NULL."""
        if node.held is not None:
            return self._held(node, node.held)
        values = {name: valued(value) for name, value in node.wish.values.items()}
        judge_values(self.schema, node.table, values)
        table = over_children(self.schema, self.layout, node)
        table = _counted(table, node)
        off = node.off
        lost = frozenset(one.name for one in off)
        spoken = lost if _speaks_of_rows(table) else frozenset[str]()
        taken = {name for one in table.references if one.name not in lost for name, _ in _pairs(node, one)}
        gone = {name for one in off for name in _absent(table, one, taken)}
        values |= dict.fromkeys(sorted(gone - set(values)), None)
        drawn = {name: value for name, value in values.items() if name not in taken or value is None}
        table = self._fixed(table, drawn)
        table = _never_null(table, taken)
        if spoken:
            self._add_empty((one for one in off), empty)
        else:
            table = unreferenced(table, lost)
        table = self._led(node, table)
        table = _keys_apart(self.layout, node, table, self.last)
        return _distinct(replace(table, name=node.name, count=None), frozenset(drawn), node, self.layout)

    def _held(self, node: Node, held: Mapping[str, object]) -> Table:
        """The table of an existing row: its values as they are, nothing else asked of them."""
        columns = tuple(
            Column(name=column.name, type=column.type, nullable=True, collation=column.collation)
            for column in node.table.columns
            if column.generated is None
        )
        lost = frozenset(reference.name for reference in node.off)
        taken = {name for one in node.table.references if one.name not in lost for name in one.columns}
        table = unreferenced(Table(name=node.name, columns=columns, references=node.table.references), lost)
        table = self._led(node, table)
        return fixed(table, {name: value for name, value in held.items() if name not in taken}, self.schema.dialect)

    def _fixed(self, table: Table, values: Mapping[str, object]) -> Table:
        generated = {column.name: column for column in table.columns if column.generated is not None}
        plain = {name: value for name, value in values.items() if name not in generated}
        for name in values:
            if name in generated:
                message = f"{table.name}.{name} is computed by the database; it cannot be asked for"
                raise ImpossibleError(
                    message, where=generated[name].where, hint="Ask for the columns it is computed from."
                )
        return fixed(table, plain, self.schema.dialect)

    @staticmethod
    def _led(node: Node, table: Table) -> Table:
        """The table with references to the nodes of its parents, or to empty tables; without those that hold for any row."""
        idle = frozenset(each.name for each in table.references if not _pairs(node, each))
        table = unreferenced(table, idle)
        return replace(table, references=tuple(_redirected(node, each) for each in table.references))

    def _add_empty(self, references: Iterable[Reference], empty: dict[str, Table]) -> None:
        """Add tables without rows for parents that there are none of, and for theirs: conditions may speak of them."""
        for reference in references:
            name = _empty_name(reference.table)
            if name in empty:
                continue
            table = self.schema.tables[reference.table]
            columns = tuple(_bare(column) for column in table.columns)
            led = tuple(replace(one, table=_empty_name(one.table)) for one in table.references)
            empty[name] = Table(name=name, columns=columns, primary_key=table.primary_key, references=led)
            self._add_empty(table.references, empty)


def _redirected(node: Node, reference: Reference) -> Reference:
    if reference.name not in node.parents:
        return replace(reference, table=_empty_name(reference.table))
    columns, target = zip(*_pairs(node, reference), strict=True)
    return replace(reference, table=node.parents[reference.name][0].name, columns=columns, target=target)


def _pairs(node: Node, reference: Reference) -> list[tuple[str, str]]:
    """Return which column takes whose value; a row that is its own parent takes none for a column from the same one."""
    itself = reference.name in node.parents and node.parents[reference.name][0] is node
    pairs = zip(reference.columns, reference.target, strict=True)
    return [(own, there) for own, there in pairs if not itself or own != there]


def _echoing(table: Table, echo: Echo, name: str) -> Table:
    """The table with a reference more, to the row whose value a column repeats."""
    columns = tuple(
        replace(column, nullable=False, nulls=None) if column.name == echo.column else column
        for column in table.columns
    )
    more = Reference(columns=(echo.column,), table=echo.source.name, target=(echo.target,), name=name)
    return replace(table, columns=columns, references=(*table.references, more))


def _empty_name(table: str) -> str:
    return f"0.{table}"


def _bare(column: Column) -> Column:
    return Column(name=column.name, type=column.type, nullable=True, collation=column.collation)


def _absent(table: Table, reference: Reference, taken: set[str]) -> set[str]:
    """The columns that are NULL where a reference leads nowhere."""
    nullable = {column.name for column in table.columns if column.nullable}
    return {name for name in reference.columns if name in nullable and name not in taken}


def _never_null(table: Table, taken: set[str]) -> Table:
    columns = tuple(
        replace(column, nullable=False, nulls=None) if column.name in taken else column for column in table.columns
    )
    return replace(table, columns=columns)


def _counted(table: Table, node: Node) -> Table:
    """Number a child that has a node of its own by its place among its like; refuse another number than a row has."""
    columns = []
    for column in table.columns:
        asked = node.wish.values.get(column.name) if column.ordinal is not None else None
        if asked is not None and column.ordinal is not None:
            _check_number(node, column, column.ordinal, asked)
        place = None if column.ordinal is None else node.place.get(column.ordinal)
        columns.append(column if place is None else replace(column, ordinal=None, choices=(Choice(place),)))
    return replace(table, columns=tuple(columns))


def _check_number(node: Node, column: Column, reference: str, asked: object) -> None:
    if reference not in node.parents:
        return
    parent, pattern = node.parents[reference]
    numbers = [pattern[:at].count(one) + 1 for at, one in enumerate(pattern)]
    if reference in node.place:
        numbers = [node.place[reference]]
    if parent.held is None and set(numbers) != {asked}:
        listed = " to ".join(str(number) for number in sorted({min(numbers), max(numbers)}))
        message = (
            f"{node.table.name}.{column.name} numbers the rows of a parent: here it is {listed}, and {asked} is asked"
        )
        raise ImpossibleError(
            f"{message} ({node.table.name}_{column.name}_ordinal)",
            where=column.where,
            hint="Ask for as many children, in their order.",
        )


def _speaks_of_rows(table: Table) -> bool:
    """Whether conditions, bounds or fills of a table name columns of related rows."""
    texts = [check.sql for check in table.checks]
    for column in table.columns:
        texts += [str(value) for value in (column.fill.arguments.values() if column.fill else ())]
        if getattr(column.low, "references", ()) or getattr(column.high, "references", ()):
            return True
    return any(_has_dot(text) for text in texts)


def _has_dot(text: str) -> bool:
    """Whether a dot stands between names, as no number's or sentence's does."""
    return any(
        before and after and not (before[-1].isdigit() and after[0].isdigit()) and not after[0].isspace()
        for before, after in zip(text.split("."), text.split(".")[1:], strict=False)
    )


def _simplified(schema: Schema, table: Table, node: Node) -> Table:
    """Leave out the checks that what is known meets already; refuse what it contradicts."""
    if node.held is not None:
        return table
    known, never_null = known_values(table)
    if not known:
        return table
    found, paths = conditions(schema, table, schema.as_of)
    del paths
    kept: list[Check] = []
    for condition in found:
        if condition.check not in table.checks:
            continue
        verdict = met(condition.formula, known, never_null)
        if verdict is False:
            raise contradicted(table, node, condition.check)
        if verdict is None or condition.check.name.endswith(" is NULL"):
            kept.append(condition.check)
    return replace(table, checks=tuple(kept))


def known_values(table: Table) -> tuple[Mapping[str, object], frozenset[str]]:
    """Return the columns of which the one value is known, and those that are never NULL."""
    known: dict[str, object] = {}
    for column in table.columns:
        if len(column.choices) == 1 and not column.nullable:
            known[column.name] = column.choices[0].value
        if column.nulls == 1.0 and any(check.name == f"{column.name} is NULL" for check in table.checks):
            known[column.name] = None
    return known, frozenset(column.name for column in table.columns if not column.nullable)


# Keys ------------------------------------------------------------------------------------------------------------------


def _keys_apart(layout: Layout, node: Node, table: Table, last: Last) -> Table:
    """Let whole-number keys begin after existing rows, and those of the second node of a table apart from the first's."""
    if table.primary_key is None:
        return table
    number = [other for other in layout.nodes if other.table.name == node.table.name].index(node)
    led = {name for one in table.references for name in one.columns}
    names = set(table.primary_key.columns) - led
    columns = tuple(
        _starting(column, number, last(node.table.name, column.name)) if column.name in names else column
        for column in table.columns
    )
    return replace(table, columns=columns)


def _starting(column: Column, number: int, last: int | None) -> Column:
    plain = column.type.kind == "integer" and not column.choices and column.fill is None and column.ordinal is None
    bounded = column.high is not None or not isinstance(column.low, Constant | None)
    least = 1 if column.low is None else column.low.value if isinstance(column.low, Constant) else None
    if not plain or bounded or not isinstance(least, int) or (number == 0 and last is None):
        return column
    return replace(column, low=Constant(max(least, (last or 0) + 1) + number * _stride(column.type)))


def _stride(type_: Type) -> int:
    return min(KEY_STRIDE, (1 << (type_.bits - 1)) // 64)


def _distinct(table: Table, fixed_: frozenset[str], node: Node, layout: Layout) -> Table:
    """Leave out uniques that every neighbourhood must break: those of which all columns are fixed."""
    constant = fixed_ | _constant_parents(node)

    def gone(unique: Unique) -> bool:
        return set(unique.columns) <= constant

    for unique in _uniques(table):
        if gone(unique) and node.width > 1 and unique.predicate is None:
            message = (
                f"{node.width} rows of {node.table.name} cannot share {', '.join(unique.columns)}, which is unique"
            )
            raise ImpossibleError(f"{message} ({unique.name})", where=unique.where, hint="Ask for one row.")
    del layout
    key = table.primary_key
    return replace(
        table,
        primary_key=None if key is None or gone(key) else key,
        uniques=tuple(unique for unique in table.uniques if not gone(unique)),
        exclusions=tuple(one for one in table.exclusions if not set(one.columns) <= constant),
    )


def _uniques(table: Table) -> Sequence[Unique]:
    return [*([table.primary_key] if table.primary_key else []), *table.uniques]


def _constant_parents(node: Node, seen: frozenset[str] = frozenset()) -> set[str]:
    """Referring columns that hold the same value in every neighbourhood, as the parent's key is fixed."""
    names: set[str] = set()
    for reference in node.table.references:
        if reference.name not in node.parents:
            continue
        parent = node.parents[reference.name][0]
        held = {**parent.wish.values, **(parent.held or {})}
        below = set[str]() if parent.name in seen else _constant_parents(parent, seen | {node.name})
        for own, there in zip(reference.columns, reference.target, strict=True):
            if held.get(there) is not None or there in below:
                names.add(own)
    return names
