"""Formulas against SQLite: a row that meets the formula never makes the SQL false; where nothing is narrowed, nor the reverse."""

# ruff: noqa: DTZ001 - zone-less moments are what is tested

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from itertools import product
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from fixturegen.domain import Pattern
from fixturegen.dtypes import polars_dtype
from fixturegen.expressions.evaluation import polars_condition
from fixturegen.expressions.normal import (
    AllOf,
    Among,
    AnyOf,
    Folded,
    Formula,
    Length,
    Limit,
    Match,
    NullTest,
    Opaque,
    Order,
    Solved,
)
from fixturegen.expressions.normalisation import normalised
from fixturegen.lattice import measure
from fixturegen.schema import Type

AS_OF = date(2026, 1, 1)
TYPES: Mapping[str, Type] = {
    "i": Type(kind="integer"),
    "j": Type(kind="integer"),
    "p": Type(kind="decimal", precision=8, scale=2),
    "s": Type(kind="text"),
    "b": Type(kind="boolean"),
    "d": Type(kind="date"),
    "m": Type(kind="datetime"),
}
TEXTS = [None, "", "ab", "AB", " a "]
MOMENTS = [
    (date(2024, 1, 1), datetime(2024, 1, 1)),
    (None, datetime(2023, 12, 31, 23)),
    (date(2024, 1, 2), None),
    (date(2024, 1, 2), datetime(2024, 1, 1, 12)),
]
ROWS: list[dict[str, Any]] = [
    dict(zip(TYPES, (i, j, p, TEXTS[n % 5], (True, False, None)[n % 3], *MOMENTS[n % 4]), strict=True))
    for n, (i, j, p) in enumerate(
        product([None, -2, 0, 1, 3], [None, 0, 1, 5], [None, Decimal("0.00"), Decimal("1.50"), Decimal(3)])
    )
]


def _sqlite_value(value: object) -> object:
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, datetime):
        return value.isoformat(" ")
    return value.isoformat() if isinstance(value, date) else value


@lru_cache(1)
def _connection() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:")
    connection.execute(
        "CREATE TABLE t (n INTEGER PRIMARY KEY, i INTEGER, j INTEGER, p NUMERIC(8,2), s TEXT, b BOOLEAN, d DATE, m DATETIME)"
    )
    rows = [(n, *map(_sqlite_value, row.values())) for n, row in enumerate(ROWS)]
    connection.executemany("INSERT INTO t VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)
    return connection


@pytest.fixture(scope="module", autouse=True)
def closed() -> Iterator[None]:
    yield
    _connection().close()
    _connection.cache_clear()


def answers(sql: str) -> list[bool | None]:
    """What SQLite says for every row: true, false or unknown."""
    found = _connection().execute(f"SELECT ({sql}) FROM t ORDER BY n").fetchall()
    return [None if value is None else bool(value) for (value,) in found]


def met(formula: Formula) -> list[bool]:  # noqa: PLR0911 - one return for each kind of formula
    """Which rows meet a formula, judged row by row and, for SQL within it, by SQLite."""
    match formula:
        case AllOf():
            return (
                [all(row) for row in zip(*map(met, formula.parts), strict=True)]
                if formula.parts
                else [True] * len(ROWS)
            )
        case AnyOf():
            return (
                [any(row) for row in zip(*map(met, formula.parts), strict=True)]
                if formula.parts
                else [False] * len(ROWS)
            )
        case Opaque():
            return [truth is not False for truth in answers(formula.expression)]
        case Solved():
            return [
                truth is not False for truth in answers(f"{formula.column} {formula.relation} ({formula.expression})")
            ]
        case NullTest():
            return [(row[formula.column] is None) == formula.null for row in ROWS]
        case Order():
            return [_order(formula, row) for row in ROWS]
        case _:
            return [row[formula.column] is None or _atom(formula, row[formula.column]) for row in ROWS]


def _compare(left: Fraction, relation: str, right: Fraction) -> bool:
    outcomes = {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right, "=": left == right}
    return outcomes.get(relation, left != right)


def _order(atom: Order, row: dict[str, Any]) -> bool:
    left, right = row[atom.left], row[atom.right]
    return left is None or right is None or _compare(measure(left), atom.relation, measure(right) + atom.offset)


def _atom(atom: Among | Limit | Match | Length | Folded, value: Any) -> bool:
    match atom:
        case Among():
            return (value in atom.values) != atom.negated
        case Limit():
            return _compare(measure(value), atom.relation, atom.measure)
        case Match():
            return _matches(atom.pattern, value) != atom.pattern.negated
        case Length():
            size = len(value) if atom.unit == "characters" else len(value.encode())
            return atom.low <= size and (atom.high is None or size <= atom.high)
        case Folded():
            return value == {"lower": value.lower(), "upper": value.upper(), "trim": value.strip(" ")}[atom.form]


def _matches(pattern: Pattern, value: str) -> bool:
    text = pattern.text
    if pattern.kind == "like":
        text = "^" + "".join({"%": ".*", "_": "."}.get(letter, re.escape(letter)) for letter in text) + r"\Z"
    return re.search(text, value, (re.IGNORECASE if pattern.insensitive else 0) | re.DOTALL) is not None


NUMBERS = st.sampled_from(["0", "1", "-2", "3", "1.5", "NULL"])
NUMERIC_COLUMNS = st.sampled_from(["i", "j", "p"])
RELATIONS = st.sampled_from(["=", "<>", "<", "<=", ">", ">="])


def _number(condition: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.recursive(
        NUMERIC_COLUMNS | NUMBERS,
        lambda inner: st.one_of(
            st.builds("({} {} {})".format, inner, st.sampled_from("+-"), inner),
            st.builds("({} * {})".format, st.sampled_from(["2", "-1", "0.5", "i"]), inner),
            st.builds("COALESCE({}, {})".format, inner, inner),
            st.builds("NULLIF({}, {})".format, inner, NUMBERS),
            st.builds("abs({})".format, inner),
            st.builds("CASE WHEN {} THEN {} ELSE {} END".format, condition, inner, inner),
        ),
        max_leaves=4,
    )


def _exact() -> st.SearchStrategy[str]:
    """Conditions on numbers, truth values and NULLs, which are normalised without narrowing."""
    plain = st.one_of(
        st.builds("{} {} {}".format, NUMERIC_COLUMNS, RELATIONS, NUMBERS),
        st.builds("{} IS {}NULL".format, st.sampled_from("ijpsbdm"), st.sampled_from(["", "NOT "])),
        st.sampled_from(["b", "b = 1", "NOT b", "b IS NOT TRUE", "NULL", "i", "i IN (1, NULL)", "p NOT IN (0, 1.5)"]),
    )
    value = _number(plain)
    comparisons = plain | st.one_of(
        st.builds("{} {} {}".format, value, RELATIONS, value),
        st.builds("{} IS {}{}".format, value, st.sampled_from(["", "NOT "]), value),
        st.builds("{} {}BETWEEN {} AND {}".format, value, st.sampled_from(["", "NOT "]), value, value),
        st.builds("{} IN ({}, {})".format, value, NUMBERS, value),
        st.builds("(b + (i IS NULL) + ({})) {} {}".format, plain, RELATIONS, st.sampled_from("0123")),
    )
    return _composed(comparisons)


def _composed(atoms: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.recursive(
        atoms,
        lambda inner: st.one_of(
            st.builds("({} AND {})".format, inner, inner),
            st.builds("({} OR {})".format, inner, inner),
            st.builds("NOT ({})".format, inner),
            st.builds(
                "(({}) IS {}{})".format,
                inner,
                st.sampled_from(["", "NOT "]),
                st.sampled_from(["TRUE", "FALSE", "NULL"]),
            ),
            st.builds("(({}) = ({}))".format, inner, inner),
            st.builds("(({}) <> ({}))".format, inner, inner),
            st.builds("CASE WHEN {} THEN {} ELSE {} END".format, inner, inner, inner),
            st.builds("CASE WHEN {} THEN {} END".format, inner, inner),
            st.builds("COALESCE({}, {})".format, inner, inner),
        ),
        max_leaves=4,
    )


def _narrowed() -> st.SearchStrategy[str]:
    """Conditions on texts and moments, some of which are narrowed."""
    texts = st.sampled_from(
        ["''", "'ab'", "'AB'", "'%b'", "'a_'", "' a '", "s", "lower(s)", "upper(s)", "trim(s)", "substr(s, 1, 1)"]
    )
    moments = st.sampled_from(
        ["d", "m", "'2024-01-01'", "'2024-01-02'", "'2024-01-01 12:00:00'", "date(d, '+1 day')", "date(m)"]
    )
    atoms = st.one_of(
        st.builds("{} {} {}".format, texts, st.sampled_from(["=", "<>"]), texts),
        st.builds(
            "{} {}LIKE {}".format, texts, st.sampled_from(["", "NOT "]), st.sampled_from(["'%b'", "'A_'", "''", "'ab'"])
        ),
        st.builds("s {}GLOB {}".format, st.sampled_from(["", "NOT "]), st.sampled_from(["'a*'", "'?[^a]'", "''"])),
        st.builds(
            "length({}) {} {}".format, st.sampled_from(["s", "trim(s)"]), RELATIONS, st.sampled_from(["0", "2", "2.5"])
        ),
        st.builds("{} {} {}".format, moments, RELATIONS, moments),
        st.builds("julianday(d) - julianday(m) {} {}".format, RELATIONS, st.sampled_from(["0", "1", "0.5"])),
        st.builds("strftime('%Y', d) {} '2024'".format, st.sampled_from(["=", "<>"])),
    )
    return _composed(atoms)


LAW = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)


@given(sql=_exact())
@example(sql="COALESCE(i, 0) + COALESCE(j, 0) > 0")
@example(sql="(i IS NULL) = (j IS NULL)")
@example(sql="((i = 0 AND b)) = (CASE WHEN b = 1 THEN i IS NOT NULL END)")
@example(sql="(i = 0 OR b) IN (j, 1)")
@example(sql="NOT (i IS abs(NULL))")
@example(sql="(i = i + j) IS TRUE")
@example(sql="CASE WHEN i > 0 THEN j END > 1")
@LAW
def test_a_formula_on_numbers_holds_exactly_where_the_sql_is_not_false(sql: str) -> None:
    truths = answers(sql)
    held = met(normalised(sql, "sqlite", TYPES, AS_OF))
    assert held == [truth is not False for truth in truths]


@given(sql=_narrowed())
@example(sql="s <> ''")
@example(sql="trim(s) <> ''")
@example(sql="m <= '2024-01-01'")
@LAW
def test_a_formula_never_holds_where_the_sql_is_false(sql: str) -> None:
    truths = answers(sql)
    held = met(normalised(sql, "sqlite", TYPES, AS_OF))
    assert [row for row, holds, truth in zip(ROWS, held, truths, strict=True) if holds and truth is False] == []


@given(sql=_exact() | _narrowed())
@LAW
def test_polars_says_what_sqlite_says(sql: str) -> None:
    frame = pl.DataFrame(ROWS, schema={name: polars_dtype(type_) for name, type_ in TYPES.items()})
    judged = frame.select(polars_condition(sql, "sqlite", TYPES, AS_OF).alias("truth"))["truth"].to_list()
    assert (judged * len(ROWS) if len(judged) == 1 else judged) == answers(sql)
