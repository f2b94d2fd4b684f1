"""Conditions that no rows can tell apart, by trial: SQLite is asked for every value that could."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from itertools import product
from math import prod

from equivalence import conditions_of, not_null, plain, takes_null
from sqlglot import exp

from fixturegen.expressions.parsing import parsed, rendered
from fixturegen.schema import Column, Schema, Table

_NUMBERS = frozenset({"integer", "decimal", "float"})


def same_conditions(before: Table, after: Table, schema: Schema) -> bool:
    """Whether the CHECKs of two versions of a table take the same rows: tried out on every value that could tell them apart.

    Conditions that both have stay; of each column that the others mention, the values tried are the elements of a list that
    both have, else every constant that a condition compares it with and the values on both sides of it, and NULL; of columns
    that are compared with each other, as many values around every constant as there are columns, so that they have room for
    any order. Conditions that compare anything else are taken to differ.
    """
    first, second = (conditions_of(schema, table) for table in (before, after))
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
            said = [_generic(other, target[name]) for other in conditions_of(schema, parent)]
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


def _columns(sql: str, table: Table) -> list[Column]:
    mentioned = {found.name.casefold() for found in parsed(sql, "sqlite").find_all(exp.Column)}
    return [column for column in table.columns if column.name.casefold() in mentioned]


def _only(sql: str, table: Table, names: set[str]) -> bool:
    return {column.name for column in _columns(sql, table)} <= names


def _domain(name: str, table: Table, shared: list[str], every: list[str]) -> list[str] | None:
    """Return the values of a column as SQL; None where no list of them would prove anything."""
    column = next(each for each in table.columns if each.name == name)
    null = ["NULL"] if takes_null(table, column) else []
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
    tree = plain(tree)
    if isinstance(tree, exp.Or):
        sides = [plain(tree.this), plain(tree.expression)]
        told = [each for each in sides if not (isinstance(each, exp.Is) and _is_column(each.this, column))]
        return _listed(told[0], column) if len(told) == 1 else None
    if not isinstance(tree, exp.In) or not tree.expressions:
        return None
    subject, elements = tree.this, [plain(each) for each in tree.expressions]
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


def _is_column(node: exp.Expr, column: Column) -> bool:
    """Whether an expression is a column, or a column of texts cast to what it is."""
    node = plain(node) if column.type.kind == "text" else node
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
