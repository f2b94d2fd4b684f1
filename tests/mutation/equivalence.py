"""Mutants that no rows can tell from their original, by reasons: what one constraint implies, another need not say."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from itertools import product
from math import prod

from operators import null_keys
from sqlglot import exp

from fixturegen.databases.conditions import conditions
from fixturegen.expressions.parsing import parsed, rendered
from fixturegen.schema import Column, Reference, Schema, Table, Unique

Pairs = frozenset[tuple[str, str]]
_NUMBERS = frozenset({"integer", "decimal", "float"})
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
    solid = frozenset(column.name.casefold() for column in table.columns if not _takes_null(table, column))
    references = frozenset((each.table, _pairs(each)) for each in table.references)
    return (
        solid.union(*demanded.values()),
        frozenset(least),
        references,
        frozenset(sql for sql, names in demanded.items() if not names),
        table.exclusions,
    )


def _takes_null(table: Table, column: Column) -> bool:
    return column.nullable or column.name in null_keys(table)


def _demanded(sql: str) -> set[str]:
    """Return the columns that a condition wants to be not NULL, where it wants nothing else."""
    found = [_held(each) for each in _conjuncts(parsed(sql, "sqlite"))]
    return set() if None in found else {name for name in found if name is not None}


def _held(node: exp.Expr) -> str | None:
    """Return the column of ``c IS NOT NULL``; None for any other condition."""
    node = _plain(node)
    inner = _plain(node.this) if isinstance(node, exp.Not) else None
    if isinstance(inner, exp.Is) and isinstance(inner.expression, exp.Null) and isinstance(inner.this, exp.Column):
        return inner.this.name.casefold()
    return None


def _conjuncts(node: exp.Expr) -> Iterator[exp.Expr]:
    node = _plain(node)
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
        if not _takes_null(table, column) or said or strict or column.name == _rowid(table):
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
    nodes = [_plain(parsed(sql, "sqlite")) for sql in _conditions(schema, table)]
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


def same_conditions(before: Table, after: Table, schema: Schema) -> bool:
    """Whether the CHECKs of two versions of a table take the same rows: tried out on every value that could tell them apart.

    Conditions that both have stay; of each column that the others mention, the values tried are the elements of a list that
    both have, else every constant that a condition compares it with and the values on both sides of it, and NULL; of columns
    that are compared with each other, as many values around every constant as there are columns, so that they have room for
    any order. Conditions that compare anything else are taken to differ.
    """
    first, second = (_conditions(schema, table) for table in (before, after))
    second = [*second, *(sql for sql in first if sql not in second and _handed_down(sql, before, schema))]
    differing = [sql for sql in (*first, *second) if (sql in first) != (sql in second)]
    shared = [sql for sql in first if sql in second]
    names = _linked({column.name for sql in differing for column in _columns(sql, before)}, [*first, *second], before)
    first, second = ([sql for sql in each if _only(sql, before, names)] for each in (first, second))
    domains = {name: _domain(name, before, shared, [*first, *second]) for name in sorted(names)}
    if (
        not differing
        or any(domain is None for domain in domains.values())
        or prod(map(len, domains.values())) > 200_000
    ):
        return not differing
    return _agree(domains, first, second)


def _handed_down(sql: str, table: Table, schema: Schema) -> bool:
    """Whether a condition on a referring column alone is one on the column that it leads to: every value comes from there."""
    names = {column.name for column in _columns(sql, table)}
    for each in table.references:
        target = dict(zip(each.columns, each.target, strict=True))
        whole = len(each.columns) == 1 or set(each.columns) <= set(not_null(table))
        if len(names) == 1 and names <= target.keys() and each.table in schema.tables and whole:
            (name,) = names
            parent = schema.tables[each.table]
            said = [_generic(other, target[name]) for other in _conditions(schema, parent)]
            if _generic(sql, name) in said or _handed_up(sql, name, target[name], parent, schema):
                return True
    return False


def _handed_up(sql: str, name: str, target: str, parent: Table, schema: Schema) -> bool:
    """The same, one reference further."""
    renamed = sql.replace(f'"{name}"', f'"{target}"')
    return bool(parent.references) and renamed != sql and _handed_down(renamed, parent, schema)


def _generic(sql: str, name: str) -> str:
    """Return a condition with its column's name left out."""
    return sql.replace(f'"{name}"', "?")


def _conditions(schema: Schema, table: Table) -> list[str]:
    return [each.sql for each in conditions(schema, table, "sqlite")[0]]


def _columns(sql: str, table: Table) -> list[Column]:
    mentioned = {found.name.casefold() for found in parsed(sql, "sqlite").find_all(exp.Column)}
    return [column for column in table.columns if column.name.casefold() in mentioned]


def _only(sql: str, table: Table, names: set[str]) -> bool:
    return {column.name for column in _columns(sql, table)} <= names


def _domain(name: str, table: Table, shared: list[str], every: list[str]) -> list[str] | None:
    """Return the values of a column as SQL; None where no list of them would prove anything."""
    column = next(each for each in table.columns if each.name == name)
    null = ["NULL"] if _takes_null(table, column) else []
    for sql in shared:
        listed = _listed(parsed(sql, "sqlite"), column)
        if listed is not None:
            return [*listed, *null]
    beside = _linked({name}, every, table)
    values: set[str] = set()
    for sql in every:
        for node in parsed(sql, "sqlite").find_all(exp.Column):
            if node.name.casefold() in {each.casefold() for each in beside}:
                found = _compared(node, column.type.kind)
                if found is None:
                    return None
                values |= found
    if len(beside) > 1:
        values = {f"{value} + {step}" for value in values or {"0"} for step in _steps(column, len(beside))}
    return [*(sorted(values) or ["'2024-01-01'"]), *null]


def _linked(names: set[str], every: Iterable[str], table: Table) -> set[str]:
    """Return columns and all numbers that conditions compare with one of them, and so on."""
    own = {column.name.casefold(): column.name for column in table.columns if column.type.kind in _NUMBERS}
    compared = [
        {own[side.name.casefold()] for side in pair if side.name.casefold() in own}
        for sql in every
        for pair in _compared_columns(parsed(sql, "sqlite"))
    ]
    found = set(names)
    for _ in table.columns:
        found |= {name for pair in compared if found & pair for name in pair}
    return found


def _compared_columns(tree: exp.Expr) -> Iterator[tuple[exp.Expr, exp.Expr]]:
    for node in tree.find_all(exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE):
        if isinstance(node.this, exp.Column) and isinstance(node.expression, exp.Column):
            yield node.this, node.expression


def _steps(column: Column, number: int) -> list[str]:
    whole = range(-number, number + 1)
    parts = [] if column.type.kind == "integer" else [f"{step} * 0.001" for step in whole if step]
    return [*map(str, whole), *parts]


def _listed(tree: exp.Expr, column: Column) -> list[str] | None:
    """Return all values but NULL that a condition lets a column have, where it is a list of them; else None."""
    tree = _plain(tree)
    if isinstance(tree, exp.Or):
        sides = [_plain(tree.this), _plain(tree.expression)]
        told = [each for each in sides if not (isinstance(each, exp.Is) and _is_column(each.this, column))]
        return _listed(told[0], column) if len(told) == 1 else None
    if not isinstance(tree, exp.In) or not tree.expressions:
        return None
    subject, elements = tree.this, [_plain(each) for each in tree.expressions]
    if _is_column(subject, column):
        return [rendered(each, "sqlite") for each in tree.expressions]
    if isinstance(subject, exp.Upper | exp.Lower) and _is_column(subject.this, column):
        fold = str.upper if isinstance(subject, exp.Upper) else str.lower
        texts = [each.name for each in elements if isinstance(each, exp.Literal) and each.is_string]
        if len(texts) == len(elements) and all(each.isascii() and len(each) < 6 for each in texts):
            return [f"'{spelled}'" for text in texts if fold(text) == text for spelled in _spellings(text)]
    return None


def _spellings(text: str) -> Iterator[str]:
    """Yield a text in every mixture of small and capital letters: SQLite folds those of ASCII alone."""
    return map("".join, product(*({letter.lower(), letter.upper()} for letter in text)))


def _plain(node: exp.Expr) -> exp.Expr:
    """Return what stands within parentheses and casts to texts."""
    while isinstance(node, exp.Paren) or (isinstance(node, exp.Cast) and node.to.is_type("text")):
        node = node.this
    return node


def _is_column(node: exp.Expr, column: Column) -> bool:
    """Whether an expression is a column, or a column of texts cast to what it is."""
    node = _plain(node) if column.type.kind == "text" else node
    return isinstance(node, exp.Column) and node.name.casefold() == column.name.casefold()


def _compared(node: exp.Column, kind: str) -> set[str] | None:
    """Return the values that tell one side of a comparison from the other."""
    parent = node.parent
    if isinstance(parent, exp.Is):
        return set()
    if isinstance(parent, exp.In):
        return {rendered(each, "sqlite") for each in parent.expressions} | {
            "'\x7f'" if kind == "text" else "-987654321"
        }
    if not isinstance(parent, exp.EQ | exp.NEQ | exp.LT | exp.LTE | exp.GT | exp.GTE | exp.Between):
        return None
    found: set[str] = set()
    for each in (parent.this, parent.args.get("expression"), parent.args.get("low"), parent.args.get("high")):
        if each is None or each is node or (isinstance(each, exp.Column) and kind in _NUMBERS):
            continue
        if each.find(exp.Column) is not None or not isinstance(each, exp.Cast | exp.Neg | exp.Literal):
            return None
        text = rendered(each, "sqlite")
        if kind in _NUMBERS:
            found |= {text, f"{text} - 1", f"{text} + 1"}
        else:
            found |= {text, f"{text} || '0'", f"substr({text}, 1, length({text}) - 1)"}
    return found


def _agree(domains: dict[str, list[str]], first: list[str], second: list[str]) -> bool:
    connection = sqlite3.connect(":memory:")
    try:
        tables = ", ".join(f'(SELECT {" AS v UNION ALL SELECT ".join(values)} AS v) AS t{at}' if len(values) > 1 else f"(SELECT {values[0]} AS v) AS t{at}"
                           for at, values in enumerate(domains.values()))  # fmt: skip
        columns = ", ".join(f't{at}.v AS "{name}"' for at, name in enumerate(domains))
        told = [" AND ".join(f"coalesce(({sql}), 1)" for sql in each) or "1" for each in (first, second)]
        query = f"SELECT count(*) FROM (SELECT {columns} FROM {tables}) WHERE NOT ({told[0]}) <> NOT ({told[1]})"
        return bool(connection.execute(query).fetchone()[0] == 0)
    except sqlite3.Error:
        return False
    finally:
        connection.close()
