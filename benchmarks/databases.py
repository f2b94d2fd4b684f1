"""The shop into each database: loaded alone from finished frames, and made as it is loaded; beside the plainest load by hand."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import polars as pl
import psycopg
import sqlalchemy as sa

import fixturegen as fg
from benchmarks.measuring import Aim, Missing, Result
from benchmarks.servers import MARIADB, POSTGRESQL, database, dropped
from benchmarks.shop import Bench
from fixturegen.content import content_hash
from fixturegen.databases.create import creation
from fixturegen.loading import seed_frames
from fixturegen.sizing import BLOCK_ROWS

EXECUTED = "sqlite3: executemany of finished rows, no constraints"
COPIED = "PostgreSQL: COPY of finished frames, then constraints"


def results(bench: Bench) -> Iterator[Result | Missing]:
    """Yield every database; why not, for one that does not answer."""
    yield from _sqlite(bench)
    for name, address, measure in (("PostgreSQL", POSTGRESQL, _postgresql), ("MariaDB", MARIADB, _mariadb)):
        with database(address) as url:
            if url is None:
                yield Missing(name, "no server answers that lets us create a database")
            else:
                yield from measure(bench, url)


def _sqlite(bench: Bench) -> Iterator[Result]:
    path = bench.folder / "shop.sqlite"
    url = sa.URL.create("sqlite", database=str(path))

    def fresh() -> None:
        path.unlink(missing_ok=True)

    yield bench.result(EXECUTED, _executing(bench, path), "")
    yield bench.result(
        "load into SQLite, all constraints", _loading(bench, url, fresh), EXECUTED, Aim("a second", 500_000)
    )
    yield bench.result("seed SQLite, all constraints", _seeding(bench, url, fresh), EXECUTED)


def _postgresql(bench: Bench, url: sa.URL) -> Iterator[Result]:
    def fresh() -> None:
        dropped(url, reversed(bench.frames))

    def copied() -> None:
        fresh()
        _copied(bench, url)

    aims = (Aim("beside its rival", 1 / 1.25), Aim("a second", 400_000))
    yield bench.result(COPIED, copied)
    yield bench.result("load into PostgreSQL, --create", _loading(bench, url, fresh), COPIED, *aims)
    yield bench.result("seed PostgreSQL, --create", _seeding(bench, url, fresh), COPIED)
    two = "seed PostgreSQL, --create --workers 2"
    yield bench.result(two, _seeding(bench, url, fresh, workers=2), "seed PostgreSQL, --create")


def _mariadb(bench: Bench, url: sa.URL) -> Iterator[Result]:
    def fresh() -> None:
        dropped(url, reversed(bench.frames))

    yield bench.result("load into MariaDB, --create", _loading(bench, url, fresh), "", Aim("a second", 200_000))
    yield bench.result("seed MariaDB, --create", _seeding(bench, url, fresh))


def _loading(bench: Bench, url: sa.URL, fresh: Callable[[], None]) -> Callable[[], object]:
    """Load finished frames: no plan is made, no value generated."""
    made = fg.plan(bench.schema, scale=bench.scale)
    tables = [table.table for table in made.tables.values()]
    marker = content_hash(made)

    def load() -> None:
        fresh()
        address = url.render_as_string(hide_password=False)
        seed_frames(address, bench.schema, tables, _blocks(bench), marker=marker, create=True)

    return load


def _blocks(bench: Bench) -> Iterator[tuple[str, pl.DataFrame]]:
    for name, frame in bench.frames.items():
        for block in frame.iter_slices(BLOCK_ROWS):
            yield name, block


def _seeding(bench: Bench, url: sa.URL, fresh: Callable[[], None], *, workers: int = 1) -> Callable[[], object]:
    address = url.render_as_string(hide_password=False)

    def seed() -> None:
        fresh()
        fg.seed(bench.schema, address, create=True, scale=bench.scale, workers=workers)

    return seed


def _executing(bench: Bench, path: Path) -> Callable[[], object]:
    texts = {name: [_bound(frame[column]) for column in frame.columns] for name, frame in bench.frames.items()}
    rows = {name: list(zip(*columns, strict=True)) for name, columns in texts.items()}

    def execute() -> None:
        path.unlink(missing_ok=True)
        with closing(sqlite3.connect(path)) as connection, connection:
            for name, frame in bench.frames.items():
                connection.execute(f"CREATE TABLE {name} ({', '.join(frame.columns)})")
                marks = ", ".join("?" * frame.width)
                connection.executemany(f"INSERT INTO {name} VALUES ({marks})", rows[name])  # noqa: S608 - names of the shop

    return execute


def _bound(series: pl.Series) -> list[object]:
    """Return the values as sqlite3 takes them."""
    plain = series if series.dtype.is_integer() or series.dtype == pl.Boolean else series.cast(pl.String)
    return plain.to_list()


def _copied(bench: Bench, url: sa.URL) -> None:
    """Do what a hand would: make the tables, COPY the frames as CSV, add keys and references, all in one transaction."""
    made = creation(bench.schema, "postgresql")
    address = url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address) as connection, connection.cursor() as cursor:
        for statement in (*made.before, *made.tables):
            cursor.execute(statement)  # type: ignore[arg-type] # statements of our own
        for name, frame in bench.frames.items():
            with cursor.copy(f'COPY "{name}" FROM STDIN (FORMAT csv)') as copy:  # type: ignore[arg-type] # the same
                copy.write(frame.write_csv(include_header=False))
        for late in made.afterwards:
            cursor.execute(late)  # type: ignore[arg-type] # the same
