"""What every neighbourhood is judged by: the constraints on all tables, the fewest rows, and a real SQLite."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from pathlib import Path

import polars as pl

import fixturegen as fg
from fixturegen.databases.create import create_statements
from fixturegen.databases.literals import literal
from fixturegen.dtypes import polars_dtype
from fixturegen.making import Made
from fixturegen.schema import Schema

ROOT = Path(__file__).parents[1]
CORPUS = ROOT / "tests" / "corpus"
SHIPPED = ("bank", "forum", "saas", "shop")


def shipped(name: str) -> Schema:
    return fg.load(ROOT / "schemas" / f"{name}.yaml")


def corpus(name: str) -> Schema:
    """A schema of the corpus, ``sqlite/hard``, read from its DDL."""
    dialect = {"sqlite": "sqlite", "postgresql": "postgresql", "mariadb": "mysql"}[name.split("/", maxsplit=1)[0]]
    return fg.load(CORPUS / f"{name}.sql", dialect=dialect)


def complete(schema: Schema, frames: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """The frames, with an empty one for every other table: then nothing is left unjudged."""
    return {name: frames[name] if name in frames else empty(schema, name) for name in schema.tables}


def empty(schema: Schema, name: str) -> pl.DataFrame:
    columns = [column for column in schema.tables[name].columns if column.generated is None]
    return pl.DataFrame({column.name: pl.Series([], dtype=polars_dtype(column.type)) for column in columns})


def violations(schema: Schema, made: Made) -> list[str]:
    """What does not hold of the rows."""
    return [str(each) for each in fg.verify(schema, complete(schema, made.frames())).violations]


def required(schema: Schema, table: str) -> set[str]:
    """The tables without whose rows a row of a table cannot be: by references that are never NULL, each once."""
    found: set[str] = set()
    ahead = [table]
    while ahead:
        name = ahead.pop()
        if name in found:
            continue
        found.add(name)
        nullable = {column.name for column in schema.tables[name].columns if column.nullable}
        ahead += [one.table for one in schema.tables[name].references if not nullable & set(one.columns)]
    return found


def inserted(schema: Schema, several: Iterable[Made], script: str | None = None) -> None:
    """Insert neighbourhoods into one new SQLite database, constraints on, in the order that each one gives.

    Args:
        schema: The schema.
        several: The neighbourhoods.
        script: DDL of the database; made from the schema unless given.
    """
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        connection.executescript(script or ";\n".join(create_statements(schema, "sqlite")))
        connection.execute("PRAGMA foreign_keys = ON")
        for made in several:
            connection.execute("BEGIN")
            circle = any(made.updates) or _circles(schema, made)
            connection.execute(f"PRAGMA defer_foreign_keys = {'ON' if circle else 'OFF'}")
            for table, rows in made.inserts:
                for row in rows:
                    connection.execute(insert(schema, table, row))
            for update in made.updates:
                values = {**update.values, **update.key}
                texts = {
                    name: f'"{name}" = {_literal(schema, update.table, name, value)}' for name, value in values.items()
                }
                left, right = (
                    ", ".join(texts[name] for name in update.values),
                    " AND ".join(texts[name] for name in update.key),
                )
                connection.execute(f'UPDATE "{update.table}" SET {left} WHERE {right}')
            connection.execute("COMMIT")
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def insert(schema: Schema, table: str, row: Mapping[str, object]) -> str:
    names = ", ".join(f'"{name}"' for name in row)
    values = ", ".join(_literal(schema, table, name, value) for name, value in row.items())
    return f'INSERT INTO "{table}" ({names}) VALUES ({values})'


def _literal(schema: Schema, table: str, name: str, value: object) -> str:
    column = next(column for column in schema.tables[table].columns if column.name == name)
    return literal(value, column.type, "sqlite")


def _circles(schema: Schema, made: Made) -> bool:
    """Whether references that are never NULL lead from a table back to it: no order of inserts satisfies them one by one."""
    return any(
        name in required(schema, reference.table) and reference.table != name
        for name in made.rows
        for reference in schema.tables[name].references
    )
