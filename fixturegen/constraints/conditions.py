"""SQL expressions of a schema, as expressions over the data and as SQL of the database that is asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

import polars as pl
from sqlglot import exp, parse_one

from fixturegen.constraints.contract import Unverifiable
from fixturegen.constraints.data import Data, column_of, reference_of
from fixturegen.constraints.sql import value_at
from fixturegen.errors import SchemaError
from fixturegen.expressions.evaluation import polars_condition, polars_expression
from fixturegen.expressions.names import dotted, is_column, mentioned, resolved
from fixturegen.expressions.parsing import grammar_of, parsed, rendered
from fixturegen.schema import Column, Dialect, Path, Schema, Type

_COMPARING = (exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE, exp.In, exp.Between, exp.Is, exp.Case)
Reader = Callable[[str, Dialect, Mapping[str, Type], date], pl.Expr]


def value_of(data: Data, table: str, sql: str, dialect: Dialect) -> tuple[pl.LazyFrame, pl.Expr]:
    """Return a frame with ``ROW`` and the columns that an expression mentions, and the expression over it.

    Raises:
        Unverifiable: If the expression is not understood, or mentions what is not at hand.
    """
    return _read(polars_expression, data, table, sql, dialect)


def truth_of(data: Data, table: str, sql: str, dialect: Dialect) -> tuple[pl.LazyFrame, pl.Expr]:
    """Return a frame and a condition over it: true, false or null; a number is true unless it is zero.

    Raises:
        Unverifiable: If the condition is not understood, or mentions what is not at hand.
    """
    return _read(polars_condition, data, table, sql, dialect)


def _read(reader: Reader, data: Data, table: str, sql: str, dialect: Dialect) -> tuple[pl.LazyFrame, pl.Expr]:
    paths = mentioned_paths(data.schema, table, sql, dialect)
    _refuse_collated(data.schema, table, parsed(sql, dialect), paths)
    types = {name: type_at(data.schema, table, path) for name, path in paths.items()}
    try:
        value = reader(sql, dialect, types, data.schema.as_of)
    except (SchemaError, RecursionError, OverflowError) as unknown:
        raise Unverifiable(str(unknown)) from unknown
    return data.named(table, paths), value


def _refuse_collated(schema: Schema, table: str, tree: exp.Expr, paths: Mapping[str, Path]) -> None:
    """Leave comparisons under SQLite's NOCASE and RTRIM to the database: here texts compare exactly."""
    for node in tree.find_all(*_COMPARING):
        for side in node.iter_expressions():
            plain = side.unnest()
            name = dotted(plain) if is_column(plain) else ""
            if name in paths and _collation_at(schema, table, paths[name]) in {"nocase", "rtrim"}:
                message = f"{name} compares under its collation"
                raise Unverifiable(message)


def _collation_at(schema: Schema, table: str, path: Path) -> str:
    return (column_at(schema, table, path).collation or "").lower()


def mentioned_paths(schema: Schema, table: str, sql: str, dialect: Dialect) -> dict[str, Path]:
    """Return the columns that an expression mentions, by their dotted name.

    Raises:
        Unverifiable: If it is no expression over a row of the table.
    """
    try:
        return {name: resolved(schema, table, name) for name in mentioned(parsed(sql, dialect))}
    except SchemaError as error:
        raise Unverifiable(str(error)) from error


def type_at(schema: Schema, table: str, path: Path) -> Type:
    """Return the type of the column at a path."""
    return column_at(schema, table, path).type


def column_at(schema: Schema, table: str, path: Path) -> Column:
    """Return the column at a path."""
    here = table
    for name in path.references:
        here = reference_of(schema.tables[here], name).table
    return column_of(schema.tables[here], path.column)


def sql_of(schema: Schema, table: str, sql: str, dialect: Dialect, target: Dialect) -> str:
    """Return an expression as SQL of the target dialect, over the table under its own name.

    A text of that very dialect without related columns goes as it stands, once it is known to be one expression.

    Raises:
        Unverifiable: If it is not one expression, or mentions what does not exist.
    """
    try:
        tree = parsed(sql, dialect)
    except SchemaError as error:
        raise Unverifiable(str(error)) from error
    related = _related(schema, table, tree)
    if not related and dialect == target:
        return f"{sql}\n"
    return rendered(tree.copy().transform(lambda node: _replaced(node, related, table, schema, target)), target)


def _related(schema: Schema, table: str, tree: exp.Expr) -> dict[str, Path]:
    """The names that lead to other rows; plain names are left to the database."""
    try:
        paths = {name: resolved(schema, table, name) for name in mentioned(tree) if "." in name}
    except SchemaError as error:
        raise Unverifiable(str(error)) from error
    return {name: path for name, path in paths.items() if path.references}


def _replaced(node: exp.Expr, related: Mapping[str, Path], table: str, schema: Schema, target: Dialect) -> exp.Expr:
    if not is_column(node) or dotted(node) not in related:
        return node
    return parse_one(value_at(schema, table, related[dotted(node)], target), dialect=grammar_of(target))
