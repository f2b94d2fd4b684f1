"""Every table of every schema can be made alone: verified, with no row more than it needs, and a real database takes it."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from neighbourhoods import CORPUS, SHIPPED, corpus, inserted, required, shipped, violations
from sqlalchemy import URL, create_engine

import fixturegen as fg
from fixturegen.loading import seed_frames
from fixturegen.making import Made, Maker
from fixturegen.schema import Schema

FAST = ("sqlite/hard",)
SLOW = (
    "sqlite/chinook",
    "sqlite/sakila",
    "mariadb/chinook",
    "mariadb/sakila",
    "postgresql/adventureworks",
    "postgresql/airflow",
    "postgresql/chinook",
    "postgresql/jupyterhub",
    "postgresql/northwind",
    "postgresql/optuna",
    "postgresql/sakila",
)
ON_SERVERS = ("adventureworks", "airflow", "chinook", "jupyterhub", "northwind", "optuna", "sakila")


def each_made(schema: Schema) -> Iterator[tuple[str, Made]]:
    """A neighbourhood for every table, all of one test, so that none repeats another's keys."""
    maker = Maker(schema)
    for number, name in enumerate(schema.tables):
        yield name, maker.made(name, {}, key=f"every table {number}")


def judged(schema: Schema) -> list[Made]:
    out = []
    for name, made in each_made(schema):
        assert violations(schema, made) == [], name
        assert {table: len(rows) for table, rows in made.rows.items()} == dict.fromkeys(required(schema, name), 1)
        assert made.row in made.rows[name]
        out.append(made)
    return out


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.slow] if name in {"bank", "forum"} else []) for name in SHIPPED]
)
def test_shipped(name: str) -> None:
    schema = shipped(name)
    inserted(schema, judged(schema))


@pytest.mark.parametrize("name", [*FAST, *(pytest.param(name, marks=pytest.mark.slow) for name in SLOW)])
def test_corpus(name: str) -> None:
    schema = corpus(name)
    made = judged(schema)
    if name.startswith("sqlite/"):
        inserted(schema, made, (CORPUS / f"{name}.sql").read_text())


@pytest.mark.slow
@pytest.mark.postgresql
@pytest.mark.skipif(shutil.which("psql") is None, reason="needs the psql client")
@pytest.mark.parametrize("name", ON_SERVERS)
def test_postgresql_takes_them(name: str, postgresql_url: URL) -> None:
    address = postgresql_url.set(drivername="postgresql").render_as_string(hide_password=False)
    _loaded(["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", address], CORPUS / "postgresql" / f"{name}.sql")
    _taken(postgresql_url)


@pytest.mark.slow
@pytest.mark.mariadb
@pytest.mark.skipif(shutil.which("mariadb") is None, reason="needs the mariadb client")
@pytest.mark.parametrize("name", ["chinook", "sakila"])
def test_mariadb_takes_them(name: str, mariadb_url: URL) -> None:
    command = ["mariadb", f"-h{mariadb_url.host}", f"-P{mariadb_url.port}", f"-u{mariadb_url.username}"]
    command += [f"-p{mariadb_url.password}"] if mariadb_url.password else []
    _loaded([*command, str(mariadb_url.database)], CORPUS / "mariadb" / f"{name}.sql")
    _taken(mariadb_url)


def _loaded(command: list[str], script: Path) -> None:
    with script.open("rb") as file:
        subprocess.run(command, stdin=file, check=True, capture_output=True, timeout=120)


def _taken(url: URL) -> None:
    """Load every neighbourhood, constraints on, and undo it."""
    engine = create_engine(url)
    schema = fg.load(engine)
    try:
        for name, made in each_made(schema):
            tables = [schema.tables[table] for table in made.rows]
            frames = iter(made.frames().items())
            result = seed_frames(engine, schema, tables, frames, marker=f"made {name}", dry_run=True)
            assert result.rejected == (), name
    finally:
        engine.dispose()
