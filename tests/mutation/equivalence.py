"""Mutants that no rows can tell from their original, by reasons: what one constraint implies, another need not say."""

from __future__ import annotations

from collections.abc import Iterator

from operators import null_keys
from sqlglot import exp

from fixturegen.databases.conditions import conditions
from fixturegen.expressions.parsing import parsed
from fixturegen.schema import Column, Reference, Schema, Table, Unique

Pairs = frozenset[tuple[str, str]]
NUMBERED = "numbered"
"""Option of a table of SQLite's own: its columns of the one type whose key SQLite numbers."""


def invalid(schema: Schema, table: str) -> bool:
    """Whether SQLite can be told the mutant, but refuses every row: a reference to columns that are no key."""
    tables = schema.tables
    asked = [each for each in tables[table].references if each.table in tables]
    asked += [each for other in tables.values() for each in other.references if each.table == table]
    return any(
        set(each.target) not in _keys(tables[each.table]) or len(set(each.columns)) < len(each.columns)
        for each in asked
    )


def meaning(schema: Schema, name: str) -> tuple[object, ...]:
    """Return what the constraints of a table say in SQLite, without those that others imply: equal for equivalent schemas."""
    table = schema.tables[name]
    checks = tuple(sorted({each.sql for each in conditions(schema, table, "sqlite")[0]}))
    rowid = _rowid(table)
    nonnull = frozenset(not_null(table, checks))
    return (
        nonnull - {rowid},
        rowid,
        frozenset() if _single(table, schema) else frozenset(_uniques(schema, table)),
        frozenset(_references(schema, table)),
        checks,
        table.exclusions,
    )


def normal_form(schema: Schema, name: str) -> tuple[object, ...]:
    """Return what the constraints of a table say as published studies of schema tests compare it.

    There a primary key is one more unique, uniques that another one implies are left out, and a CHECK that a column is not NULL
    is the same as NOT NULL; nothing else is seen to be implied.
    """
    table = schema.tables[name]
    checks = {each.sql for each in conditions(schema, table, "sqlite")[0]}
    uniques = {(frozenset(each.columns), each.expressions, each.predicate) for each in _all(table)}
    least = {each for each in uniques if not any(other[1:] == each[1:] and other[0] < each[0] for other in uniques)}
    demanded = {sql: _demanded(sql) for sql in checks}
    solid = frozenset(column.name.casefold() for column in table.columns if not takes_null(table, column))
    references = frozenset((each.table, _pairs(each)) for each in table.references)
    return (
        solid.union(*demanded.values()),
        frozenset(least),
        references,
        frozenset(sql for sql, names in demanded.items() if not names),
        table.exclusions,
    )


def takes_null(table: Table, column: Column) -> bool:
    """Whether what is said of a column itself lets it be NULL."""
    return column.nullable or column.name in null_keys(table)


def _demanded(sql: str) -> set[str]:
    """Return the columns that a condition wants to be not NULL, where it wants nothing else."""
    found = [_held(each) for each in _conjuncts(parsed(sql, "sqlite"))]
    return set() if None in found else {name for name in found if name is not None}


def _held(node: exp.Expr) -> str | None:
    """Return the column of ``c IS NOT NULL``; None for any other condition."""
    node = plain(node)
    inner = plain(node.this) if isinstance(node, exp.Not) else None
    if isinstance(inner, exp.Is) and isinstance(inner.expression, exp.Null) and isinstance(inner.this, exp.Column):
        return inner.this.name.casefold()
    return None


def _conjuncts(node: exp.Expr) -> Iterator[exp.Expr]:
    node = plain(node)
    if isinstance(node, exp.And):
        yield from _conjuncts(node.this)
        yield from _conjuncts(node.expression)
    else:
        yield node


def fillable(schema: Schema) -> set[str]:
    """Return the tables that can hold a row at all: those that never wait for each other by references that are never NULL.

    A row may refer to itself, and what the commit judges may wait.
    """
    found: set[str] = set()
    while True:
        more = {name for name, table in schema.tables.items() if name not in found and not _waits(table, found)}
        if not more:
            return found
        found |= more


def _waits(table: Table, found: set[str]) -> bool:
    solid = set(not_null(table))
    return any(
        each.table not in found and each.table != table.name and not each.deferred and set(each.columns) <= solid
        for each in table.references
    )


def not_null(table: Table, checks: tuple[str, ...] = ()) -> Iterator[str]:
    """Yield the columns in which no row has a NULL."""
    key = table.primary_key.columns if table.primary_key else ()
    held = {_held(each) for sql in checks for each in _conjuncts(parsed(sql, "sqlite"))}
    for column in table.columns:
        said = column.name.casefold() in held
        strict = column.name in key and bool(table.options.get("without_rowid"))
        if not takes_null(table, column) or said or strict or column.name == _rowid(table):
            yield column.name


def _rowid(table: Table) -> str | None:
    """The column that is the row's own number: never NULL whatever is said, and only ever an integer."""
    key = table.primary_key
    if key is None or len(key.columns) != 1 or table.options.get("without_rowid"):
        return None
    column = next(each for each in table.columns if each.name == key.columns[0])
    return column.name if column.type.kind == "integer" and not_numbered(table) is None else None


def not_numbered(table: Table) -> str | None:
    """Return the single integer that is the key of a table and yet no number of its rows, as it is spelled otherwise; None if none is."""
    key = table.primary_key
    listed = table.options.get(NUMBERED)
    if key is None or len(key.columns) != 1 or not isinstance(listed, tuple) or key.columns[0] in listed:
        return None
    column = next(each for each in table.columns if each.name == key.columns[0])
    return column.name if column.type.kind == "integer" else None


def _all(table: Table) -> tuple[Unique, ...]:
    return (*((table.primary_key,) if table.primary_key else ()), *table.uniques)


def _keys(table: Table) -> list[set[str]]:
    return [set(each.columns) for each in _all(table) if not each.expressions and each.predicate is None]


def _single(table: Table, schema: Schema) -> bool:
    """Whether a table can hold one row at most: a key of one column has one value."""
    alone = [next(iter(key)) for key in _keys(table) if len(key) == 1]
    nodes = [plain(parsed(sql, "sqlite")) for sql in conditions_of(schema, table)]
    fixed = {each.this.name for each in nodes if isinstance(each, exp.EQ) and isinstance(each.expression, exp.Literal)}
    return bool(fixed & set(alone) & set(not_null(table)))


def _uniques(schema: Schema, table: Table) -> Iterator[tuple[object, ...]]:
    """Yield the uniques that no other implies: rows that are equal in more columns are equal in fewer."""
    plain = {_closed(schema, table, each) for each in _keys(table)}
    for each in _all(table):
        columns = _closed(schema, table, set(each.columns))
        simple = not each.expressions and each.predicate is None
        if any(other < columns or (other == columns and not simple) for other in plain) and not each.expressions:
            continue
        yield columns, each.expressions, each.predicate


def _closed(schema: Schema, table: Table, columns: set[str]) -> frozenset[str]:
    """Return columns and those that follow: who refers to a parent by its key has all of the parent's that it refers to."""
    solid, found = set(not_null(table)), set(columns)
    for _ in table.references:
        for each in table.references:
            led = {target for own, target in _pairs(each) if own in found}
            known = each.table in schema.tables and any(key <= led for key in _keys(schema.tables[each.table]))
            found |= set(each.columns) if known and set(each.columns) <= solid else set()
    return frozenset(found) if columns <= solid else frozenset(columns)


def _references(schema: Schema, table: Table) -> Iterator[tuple[str, Pairs]]:
    """Yield the references that no other implies."""
    known = list(dict.fromkeys((each.table, _pairs(each)) for each in table.references))
    solid = set(not_null(table))
    for at, (parent, pairs) in enumerate(known):
        if parent == table.name and all(own == target for own, target in pairs):
            continue  # every row finds itself
        others = [each for index, each in enumerate(known) if index != at]
        if not any(_implies(schema, parent, pairs, other, solid) for other in others):
            yield parent, pairs


def _implies(schema: Schema, parent: str, pairs: Pairs, other: tuple[str, Pairs], solid: set[str]) -> bool:
    """Whether a row that has a parent by the other reference has one by this one: the same row, or that row's own parent."""
    middle, ways = other
    if not {own for own, _ in ways} <= solid:
        return False
    if middle == parent and pairs < ways:
        return True
    if middle not in schema.tables or (middle == parent and pairs == ways):
        return False
    step = dict(ways)
    if not {own for own, _ in pairs} <= step.keys():
        return False
    moved = frozenset((step[own], target) for own, target in pairs)
    return any(each.table == parent and _pairs(each) == moved for each in schema.tables[middle].references)


def _pairs(reference: Reference) -> Pairs:
    return frozenset(zip(reference.columns, reference.target, strict=True))


def conditions_of(schema: Schema, table: Table) -> list[str]:
    """Return the conditions of a table as SQLite is told them."""
    return [each.sql for each in conditions(schema, table, "sqlite")[0]]


def plain(node: exp.Expr) -> exp.Expr:
    """Return what stands within parentheses and casts to texts."""
    while isinstance(node, exp.Paren) or (isinstance(node, exp.Cast) and node.to.is_type("text")):
        node = node.this
    return node
