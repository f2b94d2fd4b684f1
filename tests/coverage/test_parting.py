"""Checks judged in parts: what is said to be impossible is what no row of all there are has."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing
from itertools import combinations, pairwise, product
from pathlib import Path

import pytest

import fixturegen as fg

LETTERS, DIGITS = ("x", "y", "z"), tuple(range(10))
NAMES = "abcde"


def chained(kind: str, *, whole: bool) -> str:
    """Ten columns of three values, neighbours tied by an OR each."""
    names = "abcdefghij"
    ors = [f"({one} <> 'x' OR {two} <> 'y')" for one, two in pairwise(names)]
    checks = [f"CHECK ({' AND '.join(ors)})"] if whole else [f"CHECK {one}" for one in ors]
    listed = [f"CHECK ({name} IN ('x', 'y', 'z'))" for name in names]
    columns = [f"{name} {kind}" for name in names]
    return f"CREATE TABLE t (id INTEGER PRIMARY KEY, {', '.join([*columns, *checks, *listed])})"


@pytest.mark.parametrize(
    ("kind", "whole"), [("CHAR(1) NOT NULL", False), ("CHAR(1)", False), ("CHAR(1) NOT NULL", True)]
)
def test_many_ors_that_chain_columns_are_judged_apart(tmp_path: Path, kind: str, *, whole: bool) -> None:
    path = tmp_path / "chain.sql"
    path.write_text(chained(kind, whole=whole))
    data = fg.covering(path)
    assert fg.verify(path, data)
    assert [dict(one.classes) for one in data.impossible] == [
        {one: "x", two: "y"} for one, two in pairwise("abcdefghij")
    ]
    assert not data.uncovered


def atom(dice: random.Random, name: str, numbers: str) -> str:
    if name not in numbers:
        return f"{name} {dice.choice(('=', '<>'))} '{dice.choice(LETTERS)}'"
    other = dice.choice(numbers)
    right = other if other != name and dice.random() < 0.4 else str(dice.choice(DIGITS))
    return f"{name} {dice.choice(('<', '<=', '=', '<>', '>', '>='))} {right}"


def checks(dice: random.Random, numbers: str) -> list[str]:
    """Some checks, each on several columns: what one column alone may not be is no class of it."""
    return [
        " OR ".join(atom(dice, name, numbers) for name in dice.sample(NAMES, dice.choice((2, 2, 3))))
        for _ in range(dice.randint(2, 5))
    ]


def edge(value: object) -> str:
    """The class of a value."""
    named = {0: "low (0)", 1: "above low", 8: "below high", 9: "high (9)"}
    return "NULL" if value is None else named.get(value, "middle") if isinstance(value, int) else str(value)


def possible(rows: list[tuple[object, ...]]) -> set[frozenset[tuple[str, str]]]:
    """The pairs of classes that some row has."""
    named = {tuple(zip(NAMES, map(edge, row), strict=True)) for row in rows}
    return {frozenset(pair) for row in named for pair in combinations(row, 2)}


@pytest.mark.parametrize("seed", range(12))
def test_pairs_are_impossible_where_no_row_of_all_has_them(tmp_path: Path, seed: int) -> None:
    dice = random.Random(seed)
    numbers = "".join(dice.sample(NAMES, 2))
    nullable = dice.choice(NAMES)
    domains = {name: DIGITS if name in numbers else LETTERS for name in NAMES}
    written = checks(dice, numbers)
    listed = {name: "BETWEEN 0 AND 9" if name in numbers else "IN ('x', 'y', 'z')" for name in NAMES}
    columns = [
        f"{name} {'INTEGER' if name in numbers else 'CHAR(1)'}{'' if name == nullable else ' NOT NULL'}"
        for name in NAMES
    ]
    declared = [f"CHECK ({one})" for one in [*(f"{name} {listed[name]}" for name in NAMES), *written]]
    path = tmp_path / "t.sql"
    path.write_text(f"CREATE TABLE t (id INTEGER PRIMARY KEY, {', '.join([*columns, *declared])})")
    every = list(product(*(domains[name] + ((None,) if name == nullable else ()) for name in NAMES)))
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute(f"CREATE TABLE t ({', '.join(NAMES)})")
        connection.executemany("INSERT INTO t VALUES (?, ?, ?, ?, ?)", every)
        where = " AND ".join(f"coalesce({one}, 1)" for one in written)
        allowed = connection.execute(f"SELECT * FROM t WHERE {where}").fetchall()
    data = fg.covering(path)
    said = {frozenset(one.classes.items()) for one in data.impossible}
    assert said == possible(every) - possible(allowed)
    assert not data.uncovered
    assert fg.verify(path, data)
