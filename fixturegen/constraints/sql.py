"""SQL text for the checks in a database: names, literals, comparable operands, related columns, and the queries around them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from sqlglot import exp

from fixturegen.constraints.contract import Unverifiable
from fixturegen.databases.quoting import quoted, quoted_table
from fixturegen.schema import Dialect, Path, Reference, Schema, Table, Type

_GRAMMARS: dict[str, str] = {"sqlite": "sqlite", "postgresql": "postgres", "mysql": "mysql"}
_MICROSECONDS = ".000000"


def column(table: str, name: str, dialect: Dialect) -> str:
    """Return a column of a table, both quoted."""
    return f"{quoted_table(table, dialect)}.{quoted(name, dialect)}"


def held_by_type(type_: Type, dialect: Dialect) -> bool:
    """Return whether a column's own type in the database leaves nothing to test: a domain, money, bits, a range.

    >>> held_by_type(Type(kind="decimal", native="money"), "postgresql")
    True
    """
    if dialect == "mysql":
        # Texts of these types are limited in bytes; their length here is what fits whatever the characters.
        return (type_.native or "").startswith(("bit", "inet", "uuid", "tinytext", "text", "mediumtext"))
    return dialect == "postgresql" and (type_.native == "money" or type_.form is not None or type_.name is not None)


def conjunction(conditions: Iterable[str]) -> str:
    """Join conditions with AND; none at all is true."""
    return " AND ".join(f"({condition})" for condition in conditions) or "1 = 1"


def selected(what: str, source: str, condition: str = "", groups: str = "") -> str:
    """Return a SELECT; its parts are quoted names, literals and expressions that were parsed before.

    >>> selected("count(*)", '"t"', "a > 1")
    'SELECT count(*) FROM "t" WHERE a > 1'
    """
    clauses = ["SELECT", what, "FROM", source.rstrip()]
    clauses += ["WHERE", condition] if condition else []
    clauses += ["GROUP BY", groups] if groups else []
    return " ".join(clauses)


def own_rows(table: Table, dialect: Dialect) -> str:
    """Return a table in a FROM, without the rows of PostgreSQL tables that inherit from it; partitions are its own rows."""
    inherited = dialect == "postgresql" and "partitioned_by" not in table.options
    return f"{'ONLY ' if inherited else ''}{quoted_table(table.name, dialect)}"


def counting(table: Table, condition: str, joins: str, dialect: Dialect) -> str:
    """Return a SELECT of the number of rows for which the condition is true."""
    rows = selected(f"({condition}) AS bad", f"{own_rows(table, dialect)} {joins}")
    return selected("count(*)", f"({rows}) AS judged", "bad")


def locating(table: Table, condition: str, joins: str, dialect: Dialect) -> str:
    """Return a SELECT of the least 0-based position, in the order of the primary key, at which the condition is true."""
    order = key_order(table, dialect)
    position = f"row_number() OVER ({f'ORDER BY {order}' if order else ''}) - 1"
    rows = selected(f"{position} AS position, ({condition}) AS bad", f"{own_rows(table, dialect)} {joins}")
    return selected("min(position)", f"({rows}) AS judged", "bad")


def key_order(table: Table, dialect: Dialect) -> str:
    """Return the columns of the primary key for an ORDER BY; without one, what the dialect has in its place."""
    if table.primary_key is not None:
        return ", ".join(column(table.name, name, dialect) for name in table.primary_key.columns)
    hidden = {"sqlite": "rowid", "postgresql": "ctid", "mysql": ""}[dialect]
    return f"{quoted_table(table.name, dialect)}.{hidden}" if hidden else ""


def literal(value: object, dialect: Dialect, *, zone: bool = False) -> str:
    """Return a value as SQL; moments in the form in which :func:`operand` compares them.

    Raises:
        Unverifiable: If the dialect has no literal for it.
    """
    match value:
        case bool() if dialect == "postgresql":
            return str(value).upper()
        case None | int() | float() | Decimal():
            return _number(value)
        case str():
            return exp.Literal.string(value).sql(dialect=_GRAMMARS[dialect])
        case bytes():
            return f"'\\x{value.hex()}'::bytea" if dialect == "postgresql" else f"X'{value.hex()}'"
        case date() | time() | timedelta():
            return _temporal(value, dialect, zone=zone)
        case _:
            message = f"{type(value).__name__} has no literal"
            raise Unverifiable(message)


def _number(value: float | Decimal | None) -> str:
    match value:
        case None:
            return "NULL"
        case Decimal():
            return format(value, "f")
        case _:
            return repr(int(value) if isinstance(value, bool) else value)


def _temporal(value: date | time | timedelta, dialect: Dialect, *, zone: bool) -> str:
    text = _temporal_text(value)
    if dialect != "postgresql":
        if isinstance(value, timedelta):
            message = "intervals have no common form here"
            raise Unverifiable(message)
        return f"'{text}'"
    match value:
        case datetime():
            return f"TIMESTAMPTZ '{text}+00'" if zone else f"TIMESTAMP '{text}'"
        case date():
            return f"DATE '{text}'"
        case time():
            return f"TIME '{text}'"
        case _:
            return f"INTERVAL '{text}'"


def _temporal_text(value: date | time | timedelta) -> str:
    match value:
        case datetime():
            utc = value if value.tzinfo is None else value.astimezone(UTC)
            return utc.replace(tzinfo=None).isoformat(" ", "microseconds")
        case date():
            return value.isoformat()
        case time():
            return value.replace(tzinfo=None).isoformat("microseconds")
        case _:
            return f"{value // timedelta(microseconds=1)} microseconds"


def operand(sql: str, type_: Type, dialect: Dialect, *, moment: bool = False) -> str:
    """Return an operand in a form that compares as its type does.

    Only SQLite needs it, which keeps moments and sometimes decimals as text: datetimes become ``YYYY-MM-DD HH:MM:SS.ffffff``.

    Args:
        sql: The operand.
        type_: Its type.
        dialect: The dialect.
        moment: Compare a date as its first instant.
    """
    if dialect != "sqlite":
        return sql
    match type_.kind:
        case "decimal" | "float":
            return f"({sql} + 0)"
        case "datetime":
            return _moment(sql)
        case "date" if moment:
            return _moment(sql)
        case "time":
            return f"substr({sql} || CASE WHEN instr({sql}, '.') THEN '000000' ELSE '{_MICROSECONDS}' END, 1, 15)"
        case _:
            return sql


def _moment(sql: str) -> str:
    plain = f"replace(replace(replace({sql}, 'T', ' '), 'Z', ''), '+00:00', '')"
    return (
        f"CASE length({plain}) WHEN 10 THEN {plain} || ' 00:00:00{_MICROSECONDS}'"
        f" WHEN 19 THEN {plain} || '{_MICROSECONDS}' ELSE substr({plain} || '000000', 1, 26) END"
    )


def text(sql: str, dialect: Dialect) -> str:
    """Return an operand as text."""
    return f"CAST({sql} AS {'CHAR' if dialect == 'mysql' else 'TEXT'})"


def value_at(schema: Schema, table: str, path: Path, dialect: Dialect) -> str:
    """Return the value at a path from a row of the table, which goes by its own name; related rows by a subquery."""
    if not path.references:
        return column(table, path.column, dialect)
    here, sources, where = table, [], ""
    for step, name in enumerate(path.references, 1):
        reference = next(each for each in schema.tables[here].references if each.name == name)
        alias = quoted(f"related {step}", dialect)
        before = quoted_table(table, dialect) if step == 1 else quoted(f"related {step - 1}", dialect)
        on = joined(reference, before, alias, dialect)
        where, join = (on, f"{quoted_table(reference.table, dialect)} AS {alias}") if step == 1 else (where, "")
        sources.append(join or f"JOIN {quoted_table(reference.table, dialect)} AS {alias} ON {on}")
        here = reference.table
    last = quoted(f"related {len(path.references)}", dialect)
    return f"({selected(f'{last}.{quoted(path.column, dialect)}', ' '.join(sources), where)})"


def joined(reference: Reference, child: str, parent: str, dialect: Dialect) -> str:
    """Return the condition that joins a child (as quoted or aliased) to its parent."""
    return conjunction(
        f"{parent}.{quoted(target, dialect)} = {child}.{quoted(own, dialect)}"
        for own, target in zip(reference.columns, reference.target, strict=True)
    )
