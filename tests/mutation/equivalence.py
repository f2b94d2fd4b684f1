"""Mutants that no rows can tell from their original, by reasons: what one constraint implies, another need not say."""

from __future__ import annotations

from collections.abc import Iterator

from fixturegen.databases.conditions import conditions
from fixturegen.schema import Reference, Schema, Table, Unique

Pairs = frozenset[tuple[str, str]]


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
        frozenset(_uniques(table)),
        frozenset(_references(schema, table)),
        checks,
        table.exclusions,
    )


def not_null(table: Table, checks: tuple[str, ...] = ()) -> Iterator[str]:
    """Yield the columns in which no row has a NULL."""
    key = table.primary_key.columns if table.primary_key else ()
    for column in table.columns:
        said = any(sql.strip("() ").casefold() == f'"{column.name}" is not null'.casefold() for sql in checks)
        strict = column.name in key and bool(table.options.get("without_rowid"))
        if not column.nullable or said or strict or column.name == _rowid(table):
            yield column.name


def _rowid(table: Table) -> str | None:
    """The column that is the row's own number: never NULL whatever is said, and only ever an integer."""
    key = table.primary_key
    if key is None or len(key.columns) != 1 or table.options.get("without_rowid"):
        return None
    column = next(each for each in table.columns if each.name == key.columns[0])
    return column.name if column.type.kind == "integer" else None


def _all(table: Table) -> tuple[Unique, ...]:
    return (*((table.primary_key,) if table.primary_key else ()), *table.uniques)


def _keys(table: Table) -> list[set[str]]:
    return [set(each.columns) for each in _all(table) if not each.expressions and each.predicate is None]


def _uniques(table: Table) -> Iterator[tuple[object, ...]]:
    """Yield the uniques that no other implies: rows that are equal in more columns are equal in fewer."""
    plain = {frozenset(each.columns) for each in _all(table) if not each.expressions and each.predicate is None}
    for each in _all(table):
        columns = frozenset(each.columns)
        simple = not each.expressions and each.predicate is None
        if any(other < columns or (other == columns and not simple) for other in plain) and not each.expressions:
            continue
        yield columns, each.expressions, each.predicate


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
