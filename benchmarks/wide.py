"""Many tables: 400 that reference each other, found in a database and filled with 100 rows each, reflection included."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import sqlalchemy as sa

import fixturegen as fg
from benchmarks.measuring import Aim, Missing, Result, once
from benchmarks.servers import MARIADB, POSTGRESQL, database
from benchmarks.shop import Bench

TABLES = 400
ROWS = 100
AIMS = (Aim("seconds", 60),)


def results(bench: Bench) -> Iterator[Result | Missing]:
    """Yield each database; a scale below 10 makes fewer tables."""
    tables = max(2, round(TABLES * min(1.0, bench.scale / 10)))
    path = bench.folder / "wide.sqlite"
    yield _result("SQLite", sa.URL.create("sqlite", database=str(path)), tables)
    for name, address in (("PostgreSQL", POSTGRESQL), ("MariaDB", MARIADB)):
        with database(address) as url:
            if url is None:
                yield Missing(f"{name}: many tables", "no server answers that lets us create a database")
            else:
                yield _result(name, url, tables)


def _result(name: str, url: sa.URL, tables: int) -> Result:
    _created(url, tables)
    return Result(f"{name}: many tables, reflected and filled", once(_filling(url)), tables, "tables", "", AIMS)


def _filling(url: sa.URL) -> Callable[[], object]:
    address = url.render_as_string(hide_password=False)
    return lambda: fg.seed(address, address, rows=ROWS)


def _created(url: sa.URL, tables: int) -> None:
    """Make tables that each reference the one before and one far away, with a unique, a CHECK and an optional column."""
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        for number in range(tables):
            connection.exec_driver_sql(_statement(number))
    engine.dispose()


def _statement(number: int) -> str:
    columns = [
        "id INTEGER PRIMARY KEY",
        "code VARCHAR(40) NOT NULL UNIQUE",
        "email VARCHAR(120)",
        "begins_on DATE NOT NULL",
        "ends_on DATE",
        "amount NUMERIC(10,2) NOT NULL",
    ]
    references = sorted({number - 1, number // 2}) if number else []
    columns += [f"t{parent:03}_id INTEGER NOT NULL" for parent in references]
    columns += ["CHECK (amount >= 0)", "CHECK (ends_on >= begins_on)"]
    columns += [f"FOREIGN KEY (t{parent:03}_id) REFERENCES t{parent:03} (id)" for parent in references]
    return f"CREATE TABLE t{number:03} ({', '.join(columns)})"
