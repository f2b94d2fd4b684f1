from __future__ import annotations

import shutil
import sqlite3
import subprocess
from collections.abc import Mapping
from contextlib import closing
from datetime import date, datetime
from pathlib import Path

import polars as pl
import pymysql
import pytest
from polars.testing import assert_frame_equal
from pymysql.constants import CLIENT
from sqlalchemy import URL, create_engine
from sqlalchemy.pool import NullPool

from fixturegen.databases.create import create_statements
from fixturegen.errors import ImpossibleError, InputError
from fixturegen.schema import Column, Dialect, Reference, Schema, Table, Type, Unique
from fixturegen.sinks.export import export_frames
from fixturegen.sinks.manifest import Manifest, Metadata

METADATA = Metadata("cafe", 7, date(2026, 1, 1))
INTEGER = Type(kind="integer")


def column(name: str, *, nullable: bool = False, identity: bool = False) -> Column:
    return Column(name=name, type=INTEGER, nullable=nullable, identity="by default" if identity else None)


def circle() -> tuple[Schema, Mapping[str, tuple[Reference, ...]]]:
    """Departments have a head, employees a department: a circle, to be opened at the nullable head."""
    head = Reference(columns=("head_id",), table="employees", target=("id",), name="head")
    departments = Table(
        name='de"partments; --',
        columns=(column("id"), column("head_id", nullable=True)),
        primary_key=Unique(columns=("id",)),
        references=(head,),
    )
    employees = Table(
        name="employees",
        columns=(column("id", identity=True), column("select")),
        primary_key=Unique(columns=("id",)),
        references=(Reference(columns=("select",), table=departments.name, target=("id",), name="department"),),
    )
    schema = Schema(tables={departments.name: departments, "employees": employees})
    return schema, {departments.name: (head,)}


CIRCLE_ROWS = {
    'de"partments; --': pl.DataFrame({"id": [1, 2, 3], "head_id": [600, None, 1]}),
    "employees": pl.DataFrame({"id": range(1, 1201), "select": [1, 2, 3] * 400}),
}


def export(
    directory: Path,
    schema: Schema,
    rows: Mapping[str, pl.DataFrame],
    dialect: Dialect,
    postponed: Mapping[str, tuple[Reference, ...]] | None = None,
) -> Manifest:
    tables = list(schema.tables.values())
    return export_frames(directory, tables, rows.items(), "sql", METADATA, dialect=dialect, postponed=postponed)


def texts(directory: Path, manifest: Manifest) -> list[str]:
    """The files in the order in which they are loaded."""
    ordered = [file for held in manifest.tables.values() for file in held.files]
    ordered += [file for held in manifest.tables.values() for file in held.afterwards]
    return [(directory / file.path).read_bytes().decode() for file in ordered]


def load_into_sqlite(schema: Schema, directory: Path, manifest: Manifest) -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.execute("PRAGMA foreign_keys = ON")
    for statement in (*create_statements(schema, "sqlite"), *texts(directory, manifest)):
        connection.executescript(statement)
    return connection


def test_sqlite_keeps_every_kind(tmp_path: Path, every_kind: tuple[Table, pl.DataFrame]) -> None:
    table, frame = every_kind
    schema = Schema(tables={table.name: table})
    manifest = export(tmp_path, schema, {table.name: frame}, "sqlite")
    with closing(load_into_sqlite(schema, tmp_path, manifest)) as connection:
        rows = connection.execute(
            'SELECT name, code, "blob", day, clock, moment, instant, active, document FROM "every kind"'
        )
        assert rows.fetchall() == [
            (
                frame["name"][0], "NULL", bytes(range(256)), "1000-01-01", "23:59:59.999999", "2024-02-29 01:02:03.000004",
                "2024-02-29 01:02:03.000004", 1, frame["document"][0],
            ),
            ("", " a ", b"", "9999-12-31", "00:00:00", "1000-01-01 00:00:00", "9999-12-31 23:59:59", 0, "null"),
            (None,) * 9,
        ]  # fmt: skip


def test_sqlite_circle_is_filled_by_updates(tmp_path: Path) -> None:
    schema, postponed = circle()
    manifest = export(tmp_path, schema, CIRCLE_ROWS, "sqlite", postponed)
    with closing(load_into_sqlite(schema, tmp_path, manifest)) as connection:
        found = connection.execute('SELECT id, head_id FROM "de""partments; --" ORDER BY id').fetchall()
        assert found == [(1, 600), (2, None), (3, 1)]
        assert connection.execute("SELECT count(*) FROM employees").fetchone() == (1200,)


def test_statements_hold_500_rows(tmp_path: Path) -> None:
    schema, _ = circle()
    export(tmp_path, schema, CIRCLE_ROWS, "sqlite")
    assert (tmp_path / "employees.sql").read_text().count("INSERT INTO") == 3


@pytest.mark.skipif(shutil.which("sqlite3") is None, reason="needs the sqlite3 client")
def test_load_script_runs_in_the_sqlite_client(tmp_path: Path, every_kind: tuple[Table, pl.DataFrame]) -> None:
    table, frame = every_kind
    schema, postponed = circle()
    schema = Schema(tables={**schema.tables, table.name: table})
    export(tmp_path, schema, {**CIRCLE_ROWS, table.name: frame}, "sqlite", postponed)
    with closing(sqlite3.connect(tmp_path / "x.db")) as connection:
        for statement in create_statements(schema, "sqlite"):
            connection.execute(statement)
    subprocess.run(["sqlite3", "x.db", ".read load.sql"], cwd=tmp_path, check=True, capture_output=True, timeout=60)
    with closing(sqlite3.connect(tmp_path / "x.db")) as connection:
        assert connection.execute('SELECT name FROM "every kind"').fetchall() == [(frame["name"][0],), ("",), (None,)]
        assert connection.execute("SELECT count(*) FROM employees").fetchone() == (1200,)


@pytest.mark.postgresql
def test_postgresql_keeps_every_kind(
    tmp_path: Path, every_kind: tuple[Table, pl.DataFrame], postgresql_url: URL
) -> None:
    table, frame = every_kind
    schema = Schema(tables={table.name: table}, dialect="postgresql")
    manifest = export(tmp_path, schema, {table.name: frame}, "postgresql")
    engine = create_engine(postgresql_url, poolclass=NullPool)
    with engine.begin() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        for statement in (*create_statements(schema, "postgresql"), *texts(tmp_path, manifest)):
            driver.execute(statement)
        rows = driver.execute(
            'SELECT *, document::text, key::text, address::text FROM "every kind" ORDER BY id'
        ).fetchall()
    width = len(frame.columns)
    names = [name for name in frame.columns if name not in {"document", "key", "address"}]
    back = {name: [row[frame.columns.index(name)] for row in rows] for name in names}
    assert_frame_equal(pl.DataFrame(back, schema={name: frame.schema[name] for name in names}), frame.select(names))
    assert [row[width] for row in rows] == frame["document"].to_list()
    assert [row[width + 1] for row in rows] == frame["key"].to_list()
    assert rows[0][width + 2] == "192.0.2.1/32"


@pytest.mark.postgresql
@pytest.mark.skipif(shutil.which("psql") is None, reason="needs the psql client")
def test_load_script_runs_in_psql(tmp_path: Path, every_kind: tuple[Table, pl.DataFrame], postgresql_url: URL) -> None:
    table, frame = every_kind
    schema, postponed = circle()
    schema = Schema(tables={**schema.tables, table.name: table})
    export(tmp_path, schema, {**CIRCLE_ROWS, table.name: frame}, "postgresql", postponed)
    engine = create_engine(postgresql_url, poolclass=NullPool)
    with engine.begin() as connection:
        for statement in create_statements(schema, "postgresql"):
            connection.exec_driver_sql(statement)
    address = postgresql_url.set(drivername="postgresql").render_as_string(hide_password=False)
    command = ["psql", "-X", "-q", "-d", address, "-f", "load.sql"]
    done = subprocess.run(command, cwd=tmp_path, check=False, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    with engine.begin() as connection:
        names = connection.exec_driver_sql('SELECT name FROM "every kind" ORDER BY id').scalars().all()
        assert names == frame["name"].to_list()
        heads = connection.exec_driver_sql('SELECT head_id FROM "de""partments; --" ORDER BY id').scalars().all()
        assert heads == [600, None, 1]
        following = connection.exec_driver_sql('INSERT INTO employees ("select") VALUES (1) RETURNING id').scalar()
        assert following == 1201


def mariadb(url: URL) -> pymysql.Connection:  # type: ignore[type-arg]  # generic in stubs only
    return pymysql.connect(
        host=url.host or "127.0.0.1",
        port=url.port or 3306,
        user=url.username,
        password=url.password or "",
        database=url.database,
        client_flag=CLIENT.MULTI_STATEMENTS,
    )


def run_all(connection: pymysql.Connection, statements: str) -> None:  # type: ignore[type-arg]  # as above
    with connection.cursor() as cursor:
        cursor.execute(statements)
        while cursor.nextset():
            pass


def run_client(url: URL, directory: Path) -> None:
    command = ["mysql", "-h", str(url.host), "-P", str(url.port or 3306), "-u", str(url.username)]
    command += [f"-p{url.password}"] if url.password else []
    command += [str(url.database)]
    with (directory / "load.sql").open() as script:
        done = subprocess.run(
            command, stdin=script, cwd=directory, check=False, capture_output=True, text=True, timeout=60
        )
    assert done.returncode == 0, done.stderr


@pytest.mark.mariadb
def test_mariadb_keeps_every_kind(tmp_path: Path, every_kind: tuple[Table, pl.DataFrame], mariadb_url: URL) -> None:
    table, frame = every_kind
    schema = Schema(tables={table.name: table}, dialect="mysql")
    manifest = export(tmp_path, schema, {table.name: frame}, "mysql")
    with closing(mariadb(mariadb_url)) as connection:
        for statement in (*create_statements(schema, "mysql"), *texts(tmp_path, manifest)):
            run_all(connection, statement)
        with connection.cursor() as cursor:
            cursor.execute("SELECT * FROM `every kind` ORDER BY id")
            rows = cursor.fetchall()
    kept = [
        "id",
        "small",
        "byte",
        "amount",
        "ratio",
        "name",
        "code",
        "blob",
        "day",
        "moment",
        "key",
        "document",
        "mood",
    ]
    for name in kept:
        assert [row[frame.columns.index(name)] for row in rows] == frame[name].to_list(), name
    at = frame.columns.index("instant")
    assert rows[0][at] == datetime(2024, 2, 29, 1, 2, 3, 4)  # noqa: DTZ001 (stored in UTC without a zone)
    assert rows[0][frame.columns.index("numbers")] == '["1.5", null]'
    assert rows[2][1:] == (None,) * (len(frame.columns) - 1)


@pytest.mark.mariadb
@pytest.mark.skipif(shutil.which("mysql") is None, reason="needs the mysql client")
def test_load_script_runs_in_the_mysql_client(
    tmp_path: Path, every_kind: tuple[Table, pl.DataFrame], mariadb_url: URL
) -> None:
    table, frame = every_kind
    schema, postponed = circle()
    schema = Schema(tables={**schema.tables, table.name: table})
    export(tmp_path, schema, {**CIRCLE_ROWS, table.name: frame}, "mysql", postponed)
    with closing(mariadb(mariadb_url)) as connection:
        for statement in create_statements(schema, "mysql"):
            run_all(connection, statement)
        run_client(mariadb_url, tmp_path)
        with connection.cursor() as cursor:
            cursor.execute("SELECT name FROM `every kind` ORDER BY id")
            assert [row[0] for row in cursor.fetchall()] == frame["name"].to_list()
            cursor.execute('SELECT head_id FROM `de"partments; --` ORDER BY id')
            assert [row[0] for row in cursor.fetchall()] == [600, None, 1]


def test_a_key_is_needed_to_fill_references_later(tmp_path: Path) -> None:
    reference = Reference(columns=("b",), table="t", target=("a",), name="r")
    table = Table(name="t", columns=(column("a"), column("b", nullable=True)), references=(reference,))
    with pytest.raises(ImpossibleError, match=r"t: has references .* no key"):
        export_frames(tmp_path, [table], [], "sql", METADATA, postponed={"t": (reference,)})
    assert list(tmp_path.iterdir()) == []


def stiff() -> tuple[Schema, Mapping[str, tuple[Reference, ...]], dict[str, pl.DataFrame]]:
    """Stores have a manager, staff a store, and neither may be NULL or wait."""
    manager = Reference(columns=("staff_id",), table="staff", target=("id",), name="manager")
    store = Reference(columns=("store_id",), table="store", target=("id",), name="place")
    key = Unique(columns=("id",))
    tables = {
        "store": Table(
            name="store", columns=(column("id"), column("staff_id")), primary_key=key, references=(manager,)
        ),
        "staff": Table(name="staff", columns=(column("id"), column("store_id")), primary_key=key, references=(store,)),
    }
    rows = {
        "store": pl.DataFrame({"id": [1, 2], "staff_id": [7, 8]}),
        "staff": pl.DataFrame({"id": [7, 8], "store_id": [2, 1]}),
    }
    return Schema(tables=tables), {"store": (manager,)}, rows


def test_circles_that_are_never_null_load_into_sqlite(tmp_path: Path) -> None:
    schema, postponed, rows = stiff()
    manifest = export(tmp_path, schema, rows, "sqlite", postponed)
    assert "PRAGMA defer_foreign_keys = ON;" in (tmp_path / "load.sql").read_text()
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        for statement in ("PRAGMA foreign_keys = ON", *create_statements(schema, "sqlite"), "BEGIN"):
            connection.execute(statement)
        connection.execute("PRAGMA defer_foreign_keys = ON")
        for statement in texts(tmp_path, manifest):
            connection.execute(statement)
        connection.execute("COMMIT")
        assert connection.execute("SELECT staff_id FROM store ORDER BY id").fetchall() == [(7,), (8,)]


@pytest.mark.postgresql
@pytest.mark.skipif(shutil.which("psql") is None, reason="needs the psql client")
def test_circles_that_are_never_null_load_into_postgresql(tmp_path: Path, postgresql_url: URL) -> None:
    schema, postponed, rows = stiff()
    export(tmp_path, schema, rows, "postgresql", postponed)
    with create_engine(postgresql_url, poolclass=NullPool).begin() as connection:
        for statement in create_statements(schema, "postgresql"):
            connection.exec_driver_sql(statement)
    address = postgresql_url.set(drivername="postgresql").render_as_string(hide_password=False)
    command = ["psql", "-X", "-q", "-d", address, "-f", "load.sql"]
    done = subprocess.run(command, cwd=tmp_path, check=False, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    with create_engine(postgresql_url, poolclass=NullPool).begin() as connection:
        assert connection.exec_driver_sql("SELECT staff_id FROM store ORDER BY id").scalars().all() == [7, 8]
        found = connection.exec_driver_sql("SELECT DISTINCT condeferrable FROM pg_constraint WHERE contype = 'f'")
        assert found.scalars().all() == [False]


@pytest.mark.mariadb
@pytest.mark.skipif(shutil.which("mysql") is None, reason="needs the mysql client")
def test_circles_that_are_never_null_load_into_mariadb(tmp_path: Path, mariadb_url: URL) -> None:
    schema, postponed, rows = stiff()
    export(tmp_path, schema, rows, "mysql", postponed)
    with closing(mariadb(mariadb_url)) as connection:
        for statement in create_statements(schema, "mysql"):
            run_all(connection, statement)
        run_client(mariadb_url, tmp_path)
        with connection.cursor() as cursor:
            cursor.execute("SELECT staff_id FROM store ORDER BY id")
            assert [row[0] for row in cursor.fetchall()] == [7, 8]


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
def test_nul_is_refused_with_its_column(tmp_path: Path, dialect: Dialect) -> None:
    table = Table(name="t", columns=(Column(name="a", type=Type(kind="text")),))
    with pytest.raises(InputError, match=r"t\.a: a text holds a NUL"):
        export(tmp_path / "x", Schema(tables={"t": table}), {"t": pl.DataFrame({"a": ["a\0b"]})}, dialect)


def test_generated_columns_are_left_to_the_database(tmp_path: Path) -> None:
    twice = Column(name="twice", type=INTEGER, generated="a * 2", nullable=True)
    schema = Schema(tables={"t": Table(name="t", columns=(twice, column("a")))})
    manifest = export(tmp_path, schema, {"t": pl.DataFrame({"twice": [2], "a": [1]})}, "sqlite")
    with closing(load_into_sqlite(schema, tmp_path, manifest)) as connection:
        assert connection.execute("SELECT a, twice FROM t").fetchall() == [(1, 2)]


@pytest.mark.mariadb
@pytest.mark.skipif(shutil.which("mysql") is None, reason="needs the mysql client")
def test_a_row_that_mariadb_refuses_undoes_the_whole_script(tmp_path: Path, mariadb_url: URL) -> None:
    schema, _ = circle()
    good = CIRCLE_ROWS['de"partments; --'].with_columns(pl.lit(None, pl.Int64).alias("head_id"))
    bad = pl.DataFrame({"id": [1, 2], "select": [1, 99]})
    export(tmp_path, schema, {**CIRCLE_ROWS, 'de"partments; --': good, "employees": bad}, "mysql")
    with closing(mariadb(mariadb_url)) as connection:
        for statement in create_statements(schema, "mysql"):
            run_all(connection, statement)
        with pytest.raises(AssertionError, match="foreign key constraint fails"):
            run_client(mariadb_url, tmp_path)
        with connection.cursor() as cursor:
            cursor.execute('SELECT count(*) FROM `de"partments; --`')
            assert cursor.fetchone() == (0,)
