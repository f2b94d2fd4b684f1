"""Atoms judged on columns: as SQLite judges the same condition."""

from __future__ import annotations

import sqlite3
from datetime import date
from fractions import Fraction
from typing import Any

import polars as pl
import pytest

from fixturegen.domain import Pattern
from fixturegen.expressions.normal import Among, Atom, Folded, Length, Limit, Match, NullTest, Order
from fixturegen.fills.formulas import met

COLUMNS = {
    "n": pl.Series([-3, 0, 2, 7, None], dtype=pl.Int64),
    "m": pl.Series([7, 0, None, 2, -3], dtype=pl.Int16),
    "s": pl.Series(["", "a", "Ab", "abc", None]),
    "t": pl.Series(["b", "a", "", "ABC", "x"]),
    "b": pl.Series([b"", b"\xff", b"\xc3\xa9", b"abc", None]),
    "e": pl.Series(["a", "long", None, "a", "long"], dtype=pl.Enum(["a", "long"])),
}
ATOMS: list[tuple[Atom, str]] = [
    (NullTest("n", null=True), "n IS NULL"),
    (NullTest("n", null=False), "n IS NOT NULL"),
    (Among("n", (0, 7)), "n IN (0, 7)"),
    (Among("n", (0, 7), negated=True), "n NOT IN (0, 7)"),
    (Among("s", ("a", "zz")), "s IN ('a', 'zz')"),
    *((Limit("n", relation, Fraction(2)), f"n {relation} 2") for relation in ("<", "<=", ">", ">=")),  # type: ignore[arg-type] (literals)
    *((Limit("n", relation, Fraction(3, 2)), f"n {relation} 1.5") for relation in ("<", "<=", ">", ">=")),  # type: ignore[arg-type] (literals)
    *((Order("n", relation, "m"), f"n {relation} m") for relation in ("<", "<=", ">", ">=", "=", "<>")),  # type: ignore[arg-type] (literals)
    (Order("n", "<=", "m", Fraction(5, 2)), "n <= m + 2.5"),
    (Order("s", "=", "t"), "s = t"),
    (Order("s", "<>", "t"), "s <> t"),
    (Length("s", 1, 2), "length(s) BETWEEN 1 AND 2"),
    (Length("s", 2, None), "length(s) >= 2"),
    (Length("s", 0, 0), "length(s) = 0"),
    (Length("b", 1, 2), "length(b) BETWEEN 1 AND 2"),
    (Length("b", 2, None, "bytes"), "length(b) > 1"),
    (Length("e", 2, None), "length(e) >= 2"),
    (Match("s", Pattern("like", "a%", insensitive=True)), "s LIKE 'a%'"),
    (Match("s", Pattern("like", "_b_", negated=True, insensitive=True)), "s NOT LIKE '_b_'"),
    (Folded("s", "lower"), "lower(s) = s"),
    (Folded("t", "upper"), "upper(t) = t"),
    (Folded("t", "trim"), "trim(t) = t"),
]  # fmt: skip


@pytest.mark.parametrize(("atom", "sql"), ATOMS, ids=[sql for _, sql in ATOMS])
def test_atoms_are_met_as_sqlite_meets_them(atom: Atom, sql: str) -> None:
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE t (n INTEGER, m INTEGER, s TEXT, t TEXT, b BLOB, e TEXT)")
    rows: list[tuple[Any, ...]] = list(zip(*(column.to_list() for column in COLUMNS.values()), strict=True))
    connection.executemany("INSERT INTO t VALUES (?, ?, ?, ?, ?, ?)", rows)
    expected = [bool(value) for (value,) in connection.execute(f"SELECT coalesce(({sql}), TRUE) FROM t")]
    connection.close()
    assert met(atom, COLUMNS.__getitem__).tolist() == expected


def test_dates_and_instants_compare_exactly() -> None:
    columns = {
        "d": pl.Series([date(2025, 1, 1), date(2025, 1, 2)]),
        "e": pl.Series([date(2025, 1, 1)] * 2).cast(pl.Datetime("us")),
    }
    assert met(Order("d", "=", "e"), columns.__getitem__).tolist() == [True, False]
    assert met(Order("d", ">=", "e", Fraction(86_400)), columns.__getitem__).tolist() == [False, True]
    assert met(Among("d", (date(2025, 1, 2),)), columns.__getitem__).tolist() == [False, True]


def test_a_line_end_is_a_character_like_any_other() -> None:
    column = {"s": pl.Series(["a", "a\n", "\n", "a\nb"])}
    assert met(Match("s", Pattern("like", "a")), column.__getitem__).tolist() == [True, False, False, False]
    assert met(Match("s", Pattern("like", "a%")), column.__getitem__).tolist() == [True, True, False, True]


def test_a_pattern_that_explodes_is_matched_all_the_same() -> None:
    column = {"s": pl.Series(["a" * 3_000, "a" * 3_000 + "!", None])}
    assert met(Match("s", Pattern("regex", "(a+)+$")), column.__getitem__).tolist() == [True, False, True]
    assert met(Match("s", Pattern("regex", "(a+)+$", negated=True)), column.__getitem__).tolist() == [False, True, True]
