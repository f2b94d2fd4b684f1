"""A column computed by SQL from other columns of its row, or of related rows."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import cast

import polars as pl

from fixturegen.dtypes import polars_dtype
from fixturegen.errors import ImpossibleError, SchemaError
from fixturegen.expressions.evaluation import polars_expression
from fixturegen.expressions.names import mentioned
from fixturegen.expressions.parsing import parsed
from fixturegen.expressions.rationals import Term, term_over
from fixturegen.expressions.terms import NotEvaluableError
from fixturegen.generator import Batch, Builder, Generator, One, Request, generator
from fixturegen.generators import arguments as given
from fixturegen.lattice import lattice_of
from fixturegen.schema import Dialect

_DIALECTS = ("sqlite", "postgresql", "mysql")


@generator("expression")
def expression(request: Request) -> Generator:
    """Return the value of an SQL expression over the row. Nothing is drawn.

    Arguments: ``sql``, and ``dialect`` (default ``sqlite``). Columns of related rows have dotted names. The value becomes one
    of the column's type exactly: decimals and whole numbers are rounded to the nearest, halves away from zero (as ROUND of
    PostgreSQL and MySQL does); a date becomes its first instant, a datetime its date. NULL stays NULL.

    Raises:
        SchemaError: If the SQL cannot be read or computed here, names an unknown column, or gives another kind of value.
        ImpossibleError: While building, if a value does not fit the column, or is NULL where the column may not be.
    """
    read = given.arguments(request, "expression", sql=given.text, dialect=_dialect)
    given.needed(read, request, "expression", "sql")
    sql, dialect = str(read["sql"]), cast("Dialect", read.get("dialect", "sqlite"))
    tree = parsed(sql, dialect, request.where)
    names = mentioned(tree)
    types = {name: given.type_of(request, name) for name in names}
    try:
        value = polars_expression(tree, dialect, types, request.as_of)
        frame = pl.DataFrame(schema={name: polars_dtype(type_) for name, type_ in types.items()}, height=0)
        found = frame.select(value).to_series().dtype
        wanted = polars_dtype(request.column.type)
        result = fitted(value, found, wanted)
    except (NotEvaluableError, pl.exceptions.PolarsError) as error:
        message = f"the expression {given.shown(sql)} cannot be computed here: {str(error).splitlines()[0]}"
        raise SchemaError(message, where=request.where) from None
    if result is None:
        message = (
            f"the expression {given.shown(sql)} gives {found}, and {request.column.name} is {request.column.type.kind}"
        )
        raise SchemaError(message, where=request.where)
    # A column as it stands is taken as it is.
    alone = len(names) == 1 and sql.strip() == names[0] and polars_dtype(types[names[0]]) == wanted

    def build(batch: Batch) -> pl.Series:
        return _checked(batch.columns[names[0]] if alone else _built(batch, result, request), request)

    def same(row: One) -> object:
        return _present(row.column(names[0]), request)

    as_it_stands = alone and request.column.type == types[names[0]]
    one = same if as_it_stands else _single(request, term_over(tree, types, lambda row, name: row.column(name)))
    return Generator(
        name="expression",
        dtype=wanted,
        draws=(),
        build=build if one is None else Builder(build, one),
        needs=names,
    )


def _single(request: Request, value: Term | None) -> Callable[[One], object] | None:
    """Return the expression's value for one row, which is exact arithmetic; None where that does not give the column's values."""
    lattice = lattice_of(request.column.type)
    if (
        value is None
        or lattice is None
        or lattice.family != "number"
        or request.column.type.kind in {"float", "boolean"}
    ):
        return None
    step, low, high = lattice.step, lattice.low, lattice.high

    def one(row: One) -> object:
        found = value(row)
        if found is None:
            return _present(None, request)
        place = Fraction(found) / step
        at = place.numerator if place.denominator == 1 else _nearest(place)
        if not low <= at <= high:
            raise _unfit(request)
        return at

    return one


def _nearest(place: Fraction) -> int:
    """Return the nearest whole number, halves away from zero."""
    return int(abs(place) + Fraction(1, 2)) * (1 if place > 0 else -1)


def fitted(value: pl.Expr, found: pl.DataType, wanted: pl.DataType) -> pl.Expr | None:
    """Return an expression of dtype ``found`` as one of dtype ``wanted``, exactly; None where they are of different kinds."""
    if found in {wanted, pl.Null()}:
        return value.cast(wanted)
    if wanted.is_numeric():
        return _number(value, found, wanted)
    if isinstance(wanted, pl.Datetime | pl.Date):
        return _instant(value, found, wanted)
    if wanted == pl.Boolean and found.is_integer():
        return value != 0
    texts = pl.String | pl.Enum | pl.Categorical
    alike = isinstance(wanted, texts | pl.Binary) and isinstance(found, texts)
    return value.cast(wanted) if alike or found == wanted.base_type() else None


def _instant(value: pl.Expr, found: pl.DataType, wanted: pl.Datetime | pl.Date) -> pl.Expr | None:
    if not isinstance(found, pl.Datetime | pl.Date):
        return None
    if isinstance(wanted, pl.Date):
        return value.dt.date()
    return value.cast(pl.Datetime("us")).dt.replace_time_zone(wanted.time_zone)


def _number(value: pl.Expr, found: pl.DataType, wanted: pl.DataType) -> pl.Expr | None:
    if found == pl.Boolean:
        return value.cast(pl.Int64).cast(wanted)
    if not found.is_numeric():
        return None
    if wanted.is_integer() and not found.is_integer():
        return value.round(0, mode="half_away_from_zero").cast(wanted)
    if isinstance(wanted, pl.Decimal) and not found.is_integer():
        return value.round(wanted.scale, mode="half_away_from_zero").cast(wanted)
    return value.cast(wanted)


def _built(batch: Batch, result: pl.Expr, request: Request) -> pl.Series:
    frame = pl.DataFrame([series.alias(name) for name, series in batch.columns.items()])
    try:
        values = frame.select(result).to_series() if frame.width else pl.select(result).to_series()
    except pl.exceptions.PolarsError:
        raise _unfit(request) from None
    # An expression without columns gives one value for all rows.
    return values if len(values) == batch.height else values.new_from_index(0, batch.height)


def _unfit(request: Request) -> ImpossibleError:
    message = f"a value of the expression does not fit {request.column.name}, which is {request.column.type.kind}"
    return ImpossibleError(message, where=request.where, hint="Widen the column, or bound the expression.")


def _checked(values: pl.Series, request: Request) -> pl.Series:
    if values.null_count():
        _present(None, request)
    return values


def _present(value: object, request: Request) -> object:
    """Return a value; refuse NULL where the column may not be."""
    if value is None and not request.column.nullable:
        message = f"the expression is NULL in some row, and {request.column.name} may not be"
        raise ImpossibleError(message, where=request.where, hint="Wrap it in COALESCE, or declare nulls: true.")
    return value


def _dialect(value: object) -> str:
    if value not in _DIALECTS:
        message = f"one of {', '.join(_DIALECTS)}"
        raise ValueError(message)
    return str(value)
