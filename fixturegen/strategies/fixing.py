"""Fixed parts: conditions that every row of a table must meet beside its own, as further constraints of the schema."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from fixturegen.dtypes import polars_dtype
from fixturegen.errors import InputError, SchemaError
from fixturegen.expressions.names import mentioned, resolved
from fixturegen.expressions.parsing import parsed
from fixturegen.lattice import lattice_of, measure
from fixturegen.schema import AsOf, Choice, Column, Constant, PerParent, Rows, Schema, Table
from fixturegen.variants import quoted, ruled

_RULE = "where"
Where = Mapping[str, str | Mapping[str, object]]
"""By table: an SQL condition in the schema's dialect, or values by column (None for NULL)."""


def fixed(schema: Schema, where: Where) -> Schema:
    """Return the schema with its fixed parts as constraints.

    Args:
        schema: The schema.
        where: What every row of a table must be.

    Raises:
        SchemaError: If there is no such table or column, or a condition is no SQL.
        InputError: If ``where`` is no mapping, or a value is not of the column's type, or outside its choices or bounds, or
            NULL where there may be none.
    """
    if not isinstance(where, Mapping):
        message = f"where is {where!r}, which is no mapping by table"
        raise InputError(message)
    tables = dict(schema.tables)
    for name, wanted in where.items():
        if name not in tables:
            message = f"unknown table {name!r} in where"
            raise SchemaError(message, given=name, exists=tables)
        tables[name] = _fixed_table(schema, tables[name], wanted)
    return replace(schema, tables=tables)


def _fixed_table(schema: Schema, table: Table, wanted: str | Mapping[str, object]) -> Table:
    if isinstance(wanted, str):
        # A check that cannot be read is left to its database; one that somebody typed here is a mistake.
        for name in mentioned(parsed(wanted, schema.dialect)):
            resolved(schema, table, name)
        return ruled(table, wanted, _RULE, schema.dialect)
    if not isinstance(wanted, Mapping):
        message = f"where of {table.name} is neither an SQL condition nor values by column"
        raise InputError(message)
    for name, value in wanted.items():
        column = next((one for one in table.columns if one.name == name), None)
        if column is None:
            message = f"unknown column {name!r} of {table.name} in where"
            raise SchemaError(message, given=str(name), exists=[one.name for one in table.columns])
        table = _fixed_column(schema, table, column, value)
    return table


def _fixed_column(schema: Schema, table: Table, column: Column, value: object) -> Table:
    name = quoted(column.name, schema.dialect)
    if value is None:
        if not column.nullable:
            message = f"{table.name}.{column.name} is never NULL, but where demands it"
            raise InputError(message)
        return ruled(table, f"{name} IS NULL", _RULE, schema.dialect)
    _check_value(table, column, value)
    _check_nested(schema, table, column)
    _check_allowed(schema, table, column, value)
    sure = replace(column, choices=(Choice(value),), nulls=0.0 if column.nullable else None, fill=None)
    given = any(column.name in reference.columns for reference in table.references)
    if given or column.aggregate is not None or column.ordinal is not None or column.generated is not None:
        message = f"{table.name}.{column.name} follows from other rows: where cannot fix its value"
        raise InputError(message, hint="Fix columns of the rows that it follows from, or state an SQL condition.")
    columns = tuple(sure if one is column else one for one in table.columns)
    checked = replace(table, columns=columns)
    return ruled(checked, f"{name} IS NOT NULL", _RULE, schema.dialect) if column.nullable else checked


def _check_value(table: Table, column: Column, value: object) -> None:
    lattice = lattice_of(column.type)
    wrong = f"where: {value!r} is no value of {table.name}.{column.name}"
    if lattice is not None:
        try:
            place = measure(value) / lattice.step
        except (TypeError, ValueError, OverflowError):
            raise InputError(wrong) from None
        if place.denominator != 1 or not lattice.low <= place <= lattice.high:
            raise InputError(wrong)
        return
    import polars as pl  # noqa: PLC0415 - only for values without order

    try:
        pl.Series([value], dtype=polars_dtype(column.type), strict=True)
    except (TypeError, ValueError, pl.exceptions.PolarsError):
        raise InputError(wrong) from None


def _check_nested(schema: Schema, table: Table, column: Column) -> None:
    """Refuse a list where checks read the column: they are solved for values that stand in sets."""
    if column.type.kind != "array":
        return
    for check in table.checks:
        names = mentioned(parsed(check.sql, check.dialect, check.where))
        if any(resolved(schema, table, name).column == column.name for name in names):
            message = f"where cannot fix {table.name}.{column.name}, which check {check.name} reads"
            raise InputError(message, hint="State an SQL condition on the column instead.")


def _check_allowed(schema: Schema, table: Table, column: Column, value: object) -> None:
    """Refuse a value beyond the column's own declarations: they would not be asked again where it is the only choice."""
    name = f"{table.name}.{column.name}"
    choices = [choice.value for choice in column.choices] or list(column.type.labels)
    if choices:
        if value not in choices:
            message = f"where: {value!r} is none of the choices of {name}"
            raise InputError(message, given=str(value), exists=[str(choice) for choice in choices])
        return
    if lattice_of(column.type) is None:
        return
    low, high = (
        schema.as_of if isinstance(bound, AsOf) else bound.value if isinstance(bound, Constant) else None
        for bound in (column.low, column.high)
    )
    if low is not None and measure(value) < measure(low):
        message = f"where: {value} is below {low}, the least of {name}"
        raise InputError(message)
    if high is not None and measure(value) > measure(high):
        message = f"where: {value} is above {high}, the greatest of {name}"
        raise InputError(message)


def open_counts(schema: Schema, most: Mapping[str, int]) -> Schema:
    """Return the schema without absolute counts (but 0), and with counts per parent no higher than a table may have rows."""
    tables = {}
    for name, table in schema.tables.items():
        count = table.count
        if isinstance(count, PerParent):
            high = max(count.low, min(count.high, most[name]))
            tables[name] = replace(table, count=replace(count, high=high))
        else:
            tables[name] = table if count == Rows(0) else replace(table, count=None)
    return replace(schema, tables=tables)
