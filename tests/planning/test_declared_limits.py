"""Bounds at the very limits of a type, declared by a user, are bounds: the whole range between them is filled."""

from __future__ import annotations

import polars as pl
import pytest

import fixturegen as fg
from fixturegen.sources.yaml_file import parse_schema

SCHEMA = """
version: 1
tables:
  t:
    rows: 5000
    columns:
      v: {%s}
    rules: [%s]
"""

KEYS = """
version: 1
tables:
  t:
    rows: 256
    columns:
      v: {type: tinyint, min: -128, max: 127, primary_key: true}
"""


def made(column: str, *rules: str) -> pl.Series:
    schema = parse_schema(SCHEMA % (column, ", ".join(f'"{rule}"' for rule in rules)))
    frames = fg.generate(schema)
    assert fg.verify(schema, frames)
    return frames["t"]["v"]


@pytest.mark.parametrize(
    ("declared", "low", "high"),
    [
        ("type: tinyint, min: -128, max: 127", -128, 127),
        ("type: tinyint, min: -128", -128, 127),
        ("type: smallint, min: -32768, max: 32767", -32768, 32767),
        ("type: smallint, max: 32767", 1, 32767),
        ("type: bigint, min: -9223372036854775808, max: 9223372036854775807", -(2**62), 2**62),
        ('type: "decimal(5,2)", min: -999.99, max: 999.99', -999.99, 999.99),
        ("type: date, min: 0001-01-01, max: 2000-01-01", -719_162, 10_957),
        ("type: datetime, min: 0001-01-01, max: 2000-01-01", -719_162 * 86_400_000_000, 10_957 * 86_400_000_000),
        ("type: tinyint, min: -128, max: 127, distribution: uniform", -128, 127),
        ("type: time, min: 00:00:00, max: 23:59:59", 0, 86_399 * 10**9),
    ],
)
def test_they_are_filled(declared: str, low: float, high: float) -> None:
    assert fills(made(declared), low, high)


@pytest.mark.parametrize(
    ("column", "rules", "low", "high"),
    [
        ("type: smallint", ["v BETWEEN -32768 AND 32767"], -32768, 32767),
        ("type: tinyint", ["v > -129", "v < 101"], -128, 100),
        ("type: smallint, max: 100", ["v >= -32768"], -32768, 100),
        ("type: smallint", ["v >= -32768 AND v < 100", "v < 20 OR v > 40"], -32768, 99),
        ("type: date", ["v >= '0001-01-01' AND v <= '2000-01-01'"], -719_162, 10_957),
    ],
)
def test_those_of_checks_are_filled_where_the_other_side_is_bounded_too(
    column: str, rules: list[str], low: float, high: float
) -> None:
    assert fills(made(column, *rules), low, high)


def test_one_bound_of_a_check_at_the_types_own_limit_leaves_it_open() -> None:
    assert made("type: smallint", "v >= -32768").equals(made("type: smallint"))


def test_what_is_not_declared_stays_usual() -> None:
    assert fills(made("type: smallint"), 1, 10_000)


def test_a_float_ends_long_before_its_type_does() -> None:
    assert fills(made("type: float, min: -1.0e+300, max: 1.0e+300"), 0, 1000)


def test_distances_begin_there() -> None:
    distances = made("type: tinyint, min: -128, max: 127, distribution: {exponential: {mean: 5}}")
    assert distances.min() == -128
    assert float(distances.median()) < -100  # type: ignore[arg-type] # a number


def test_keys_count_from_there_and_all_of_them_fit() -> None:
    schema = parse_schema(KEYS)
    assert fg.generate(schema)["t"]["v"].to_list() == list(range(-128, 128))


def fills(values: pl.Series, low: float, high: float) -> bool:
    """Whether values lie between bounds, and come near both."""
    numbers = values.to_physical() if values.dtype.is_temporal() else values
    least, greatest = float(numbers.min()), float(numbers.max())  # type: ignore[arg-type] # numbers
    near = (high - low) / 50
    return low <= least < low + near and high - near < greatest <= high
