"""Decimal arithmetic against Python's, which Polars' own product and quotient would round."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal, localcontext

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fixturegen.dtypes import polars_dtype
from fixturegen.expressions.evaluation import polars_expression
from fixturegen.schema import Type

TYPES = {
    "n": Type(kind="integer"),
    "u": Type(kind="integer", signed=False),
    "p": Type(kind="decimal", precision=12, scale=2),
    "r": Type(kind="decimal", precision=18, scale=6),
}
AS_OF = date(2026, 1, 1)


def _value(sql: str, **row: object) -> object:
    frame = pl.DataFrame(
        {name: [value] for name, value in row.items()}, schema={name: polars_dtype(TYPES[name]) for name in row}
    )
    return frame.select(polars_expression(sql, "postgresql", TYPES, AS_OF)).item()


def _decimals(precision: int, scale: int) -> st.SearchStrategy[Decimal]:
    bound = 10**precision - 1
    return st.integers(-bound, bound).map(lambda unscaled: Decimal(unscaled).scaleb(-scale))


@given(n=st.integers(-(2**31), 2**31), p=_decimals(12, 2), r=_decimals(18, 6))
@settings(max_examples=100, deadline=None)
def test_products_sums_and_rounding_are_exact(n: int, p: Decimal, r: Decimal) -> None:
    with localcontext(prec=80):
        assert _value("n * p", n=n, p=p) == n * p
        assert _value("p * r", p=p, r=r) == p * r
        assert _value("p * r - n", p=p, r=r, n=n) == p * r - n
        assert _value("-(p + r) * 1.25", p=p, r=r) == -(p + r) * Decimal("1.25")
        assert _value("round(r, 2)", r=r) == r.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
        assert _value("p > r", p=p, r=r) == (p > r)
        assert _value("p = r", p=p, r=r) == (p == r)


@pytest.mark.parametrize(
    ("sql", "dtype"),
    [
        ("n * p", pl.Decimal(38, 2)),
        ("p * r", pl.Decimal(38, 8)),
        ("n + 1", pl.Int64()),
        ("p + r", pl.Decimal(38, 6)),
        ("round(r, 2)", pl.Decimal(38, 2)),
        ("n > 1", pl.Boolean()),
    ],
)
def test_the_scale_is_that_of_exact_arithmetic(sql: str, dtype: pl.DataType) -> None:
    frame = pl.DataFrame(schema={name: polars_dtype(type_) for name, type_ in TYPES.items()})
    assert frame.select(polars_expression(sql, "sqlite", TYPES, AS_OF).alias("v")).schema["v"] == dtype


def test_unsigned_numbers_pass_the_signed_range() -> None:
    assert _value("u > 9223372036854775807", u=2**64 - 1) is True
    assert _value("u - 1 = 18446744073709551614", u=2**64 - 1) is True


def test_now_stands_for_twenty_years() -> None:
    types = {"at": Type(kind="datetime")}
    moments = [date(2025, 12, 31), date(2026, 1, 1), date(2030, 1, 1), date(2046, 1, 1), date(2046, 1, 2)]
    frame = pl.DataFrame({"at": moments}).cast(pl.Datetime("us"))

    def judged(sql: str) -> list[bool]:
        return frame.select(polars_expression(sql, "postgresql", types, AS_OF).alias("v"))["v"].to_list()

    assert judged("at > now()") == [False, False, False, False, True]
    assert judged("at <= now()") == [True, True, False, False, False]
    assert judged("NOT (at > now())") == [True, True, False, False, False]
    assert judged("at BETWEEN now() - interval '1 day' AND '2050-01-01'") == [False, False, False, True, True]
    assert judged("(at < now()) IS NOT TRUE") == [False, False, False, True, True]
