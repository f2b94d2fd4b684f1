"""What a schema demands of single rows, as CHECK conditions in a dialect: its own checks, bounds, choices, lengths, types.

What only related rows can tell, and what the dialect cannot say, is left out with its reason.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlglot import exp

from fixturegen.databases.literals import literal
from fixturegen.databases.quoting import quoted
from fixturegen.errors import InputError, SchemaError
from fixturegen.expressions.parsing import parsed, rendered
from fixturegen.schema import AsOf, Bound, Check, Column, Constant, Dialect, Path, Schema, Table, Type

_NOW = (exp.CurrentTimestamp, exp.CurrentDate, exp.CurrentTime, exp.Localtimestamp, exp.Localtime)
_NOW_NAMES = frozenset({"now", "localtimestamp", "statement_timestamp", "clock_timestamp", "transaction_timestamp"})


@dataclass(frozen=True, slots=True)
class Condition:
    """A CHECK: its wished name and its SQL in the target dialect."""

    name: str
    sql: str


_WORDS = frozenset(
    [
        "ADD",
        "ALL",
        "ALTER",
        "AND",
        "ANY",
        "AS",
        "ASC",
        "BETWEEN",
        "BOTH",
        "BY",
        "CASE",
        "CHECK",
        "COLLATE",
        "COLUMN",
        "COMMIT",
        "CONSTRAINT",
        "CREATE",
        "CROSS",
        "DEFAULT",
        "DEFERRABLE",
        "DELETE",
        "DESC",
        "DISTINCT",
        "DROP",
        "ELSE",
        "END",
        "ESCAPE",
        "EXCEPT",
        "EXISTS",
        "FOR",
        "FOREIGN",
        "FROM",
        "FULL",
        "GRANT",
        "GROUP",
        "HAVING",
        "IN",
        "INDEX",
        "INNER",
        "INSERT",
        "INTERSECT",
        "INTO",
        "IS",
        "ISNULL",
        "JOIN",
        "KEY",
        "KEYS",
        "LEADING",
        "LEFT",
        "LIKE",
        "LIMIT",
        "NATURAL",
        "NOT",
        "NOTNULL",
        "NULL",
        "OFFSET",
        "ON",
        "OR",
        "ORDER",
        "OUTER",
        "PRIMARY",
        "RANGE",
        "RANK",
        "READ",
        "REFERENCES",
        "RETURNING",
        "RIGHT",
        "ROW",
        "ROWS",
        "SELECT",
        "SET",
        "SOME",
        "TABLE",
        "THEN",
        "TO",
        "TRAILING",
        "TRANSACTION",
        "TRIGGER",
        "UNION",
        "UNIQUE",
        "UPDATE",
        "USING",
        "VALUES",
        "WHEN",
        "WHERE",
        "WINDOW",
        "WITH",
        "WRITE",
    ]
)
"""Words that some system takes for no column unless they stand in quotes; people's rules may name columns so."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What a database cannot be told: the table, the constraint, why."""

    table: str
    constraint: str
    reason: str


def conditions(schema: Schema, table: Table, dialect: Dialect) -> tuple[list[Condition], list[LeftOut]]:
    """Return the CHECKs of a table and what was left out."""
    made: list[Condition] = []
    lost: list[LeftOut] = []
    for check in table.checks:
        outcome = _translated(check, schema, table, dialect)
        if isinstance(outcome, Condition):
            made.append(outcome)
        else:
            lost.append(outcome)
    for column in table.columns:
        if column.generated is None:
            name = f"{table.name}_{column.name}"
            made += [Condition(f"{name}_{word}", sql) for word, sql in _of_column(schema, table, column, dialect)]
    return made, lost


def _translated(check: Check, schema: Schema, table: Table, dialect: Dialect) -> Condition | LeftOut:
    try:
        tree = parsed(check.sql, check.dialect, check.where)
    except SchemaError:
        if check.dialect == dialect:
            return Condition(check.name, check.sql)
        return LeftOut(table.name, check.name, f"it cannot be read, so not be translated into {dialect}")
    reason = _obstacle(tree, table, check.dialect, dialect)
    if reason is not None:
        return LeftOut(table.name, check.name, reason)
    if check.dialect != dialect:
        tree = tree.transform(_listed)
    if check.dialect == dialect and not _mentions_clock(tree, table) and not _lacks_quotes(tree):
        return Condition(check.name, check.sql)
    return Condition(check.name, rendered(_with_clock(tree, schema, table, dialect), dialect))


def _listed(node: exp.Expr) -> exp.Expr:
    """Return ``x IN (...)`` for PostgreSQL's own ``x = ANY (ARRAY[...])``."""
    if not (isinstance(node, exp.EQ) and isinstance(node.expression, exp.Any)):
        return node
    array = node.expression.this.unnest()
    return exp.In(this=node.this, expressions=array.expressions) if isinstance(array, exp.Array) else node


def _obstacle(tree: exp.Expr, table: Table, source: Dialect, dialect: Dialect) -> str | None:
    """Return why an expression cannot be a CHECK of the table, or None."""
    own = {column.name.casefold() for column in table.columns}
    for found in tree.find_all(exp.Column):
        if found.table and found.table.casefold() != table.name.casefold():
            return "it reads related rows"
        if found.name.casefold() not in own and found.name.casefold() != "as_of":
            return f"it reads {found.name!r}, which is no column of the table"
    if dialect != "postgresql" and _reads_clock(tree):
        return f"a CHECK of {dialect} cannot read the time"
    foreign = [node.name for node in tree.find_all(exp.Anonymous)]
    if foreign and source != dialect:
        return f"the function {foreign[0]} may not exist in {dialect}"
    return None


def _reads_clock(tree: exp.Expr) -> bool:
    anonymous = (node.name.lower() for node in tree.find_all(exp.Anonymous))
    return any(True for _ in tree.find_all(*_NOW)) or not _NOW_NAMES.isdisjoint(anonymous)


def _mentions_clock(tree: exp.Expr, table: Table) -> bool:
    own = {column.name.casefold() for column in table.columns}
    return "as_of" not in own and any(found.name.casefold() == "as_of" for found in tree.find_all(exp.Column))


def _lacks_quotes(tree: exp.Expr) -> bool:
    """Whether a column is written without quotes though its name is a word of SQL, which no database would have taken."""
    bare = (found.this for found in tree.find_all(exp.Column))
    return any(isinstance(name, exp.Identifier) and not name.quoted and name.name.upper() in _WORDS for name in bare)


def _with_clock(tree: exp.Expr, schema: Schema, table: Table, dialect: Dialect) -> exp.Expr:
    """Put the frozen clock in the place of ``as_of``, and every name in quotes as the table spells it."""
    spelt = {column.name.casefold(): column.name for column in table.columns}

    def replaced(node: exp.Expr) -> exp.Expr:
        if not isinstance(node, exp.Column):
            return node
        own = spelt.get(node.name.casefold())
        if own is None:
            return exp.Literal.string(schema.as_of.isoformat())
        return exp.column(exp.to_identifier(own, quoted=True))

    del dialect
    return tree.copy().transform(replaced)


def _of_column(schema: Schema, table: Table, column: Column, dialect: Dialect) -> Iterator[tuple[str, str]]:
    name = quoted(column.name, dialect)
    for word, relation, bound in (("min", ">=", column.low), ("max", "<=", column.high)):
        limit = None if bound is None else _bound(schema, table, column, bound, dialect)
        if limit is not None:
            yield word, f"{name} {relation} {limit}"
    if column.choices:
        values = ", ".join(literal(choice.value, column.type, dialect) for choice in column.choices)
        yield "choices", f"{name} IN ({values})"
    yield from _of_type(name, column.type, dialect)


def _bound(schema: Schema, table: Table, column: Column, bound: Bound, dialect: Dialect) -> str | None:
    match bound:
        case Constant(value):
            return _constant(value, column.type, dialect)
        case AsOf():
            return (
                f"'{schema.as_of.isoformat()}'"
                if column.type.kind == "date"
                else f"'{schema.as_of.isoformat()} 00:00:00'"
            )
        case Path(references=(), column=other) if any(each.name == other for each in table.columns):
            return quoted(other, dialect)
        case _:
            return None


def _constant(value: object, type_: Type, dialect: Dialect) -> str | None:
    try:
        return literal(value, type_, dialect)
    except (InputError, TypeError, ValueError):
        return None  # a bound outside what the dtype holds limits nothing


def _of_type(name: str, type_: Type, dialect: Dialect) -> Iterator[tuple[str, str]]:
    """Yield what the declared type means where the dialect does not enforce it."""
    if type_.kind == "integer" and dialect == "postgresql" and (not type_.signed or type_.bits in (8, 24)):
        yield "range", _range(name, type_)
    if dialect != "sqlite":
        return
    match type_.kind:
        case "integer" if type_.bits < 64:
            yield "range", _range(name, type_)
        case "integer" if not type_.signed:
            yield "range", f"{name} >= 0"
        case "boolean":
            yield "boolean", f"{name} IN (0, 1)"
        case "enum":
            labels = ", ".join(literal(label, Type(kind="text"), dialect) for label in type_.labels)
            yield "enum", f"{name} IN ({labels})"
        case "text" | "bytes" if type_.length is not None:
            yield "length", f"length({name}) <= {type_.length}"


def _range(name: str, type_: Type) -> str:
    span = 2**type_.bits
    low, high = (-span // 2, span // 2 - 1) if type_.signed else (0, span - 1)
    return f"{name} BETWEEN {low} AND {high}"
