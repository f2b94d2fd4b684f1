"""Databases as data: asked by SQL, with SQLite as the judge."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import polars as pl
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from verified import INTEGER, TEXT, one, schema_of

import fixturegen
from fixturegen.errors import InputError, RefusedError
from fixturegen.schema import Check, Column, Reference, Schema, Table, Unique
from fixturegen.verification import Report, verified_database, verified_frames


def test_a_database_file_that_does_not_exist_is_not_made(tmp_path: Path) -> None:
    path = tmp_path / "none.sqlite"
    with pytest.raises(InputError, match="no such database file"):
        verified_database(one(), f"sqlite:///{path}")
    assert not path.exists()


def test_databases_that_cannot_be_asked_are_refused(tmp_path: Path) -> None:
    (tmp_path / "text.sqlite").write_text("this is no database, whatever its name says" * 100)
    with pytest.raises(RefusedError, match="cannot be reached or read"):
        verified_database(one(), f"sqlite:///{tmp_path / 'text.sqlite'}")
    with pytest.raises(InputError, match="no database address"):
        verified_database(one(), "nonsense")
    with pytest.raises(RefusedError, match="has no table 't'"):
        verified_database(one(), sa.create_engine("sqlite://", poolclass=sa.NullPool))


def test_verifying_leaves_the_callers_connection_as_it_was() -> None:
    engine = sa.create_engine("sqlite://", poolclass=sa.NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql("CREATE TABLE t (a INTEGER)")
        connection.exec_driver_sql("INSERT INTO t VALUES (1), ('x')")
        report = verified_database(one(), connection)
        assert [(violation.constraint.name, violation.rows) for violation in report.violations] == [("t_a_type", 1)]
        assert report.violations[0].example == "row 1 as stored"
        connection.exec_driver_sql("INSERT INTO t VALUES (2)")
        assert connection.exec_driver_sql("SELECT count(*) FROM t").scalar_one() == 3


def test_a_column_that_the_database_lacks() -> None:
    engine = sa.create_engine("sqlite://", poolclass=sa.NullPool)
    table = Table(name="t", columns=(Column(name="a", type=INTEGER), Column(name="b", type=TEXT)))
    with engine.connect() as connection:
        connection.exec_driver_sql("CREATE TABLE t (A INTEGER, more TEXT)")
        connection.exec_driver_sql("INSERT INTO t VALUES (1, 'x')")
        report = verified_database(schema_of(table), connection)
    assert [violation.example for violation in report.violations] == ["lacks column 'b'"]
    assert report.unverified == ("t.t_b_not_null", "t.t_b_type")


def test_hostile_names_and_texts() -> None:
    name = 'a "b"; DROP TABLE t -- :x %s %(y)s'
    columns = (Column(name="order", type=INTEGER), Column(name=name, type=TEXT))
    check = Check(sql=f"\"{name.replace(chr(34), chr(34) * 2)}\" <> 'it''s :x %s \\: \"q\"'", name="odd")
    table = Table(name=name, columns=columns, primary_key=Unique(columns=("order",), name="pk"), checks=(check,))
    engine = sa.create_engine("sqlite://", poolclass=sa.NullPool)
    with engine.connect() as connection:
        raw = connection.connection.driver_connection
        assert isinstance(raw, sqlite3.Connection)
        quoted = name.replace('"', '""')
        raw.execute(f'CREATE TABLE "{quoted}" ("order" INTEGER, "{quoted}" TEXT)')
        raw.execute(f'INSERT INTO "{quoted}" VALUES (1, ?), (2, ?)', ("fine", 'it\'s :x %s \\: "q"'))
        report = verified_database(schema_of(table), connection)
    assert [(violation.constraint.name, violation.rows) for violation in report.violations] == [("odd", 1)]
    assert report.unverified == ()


def test_rules_over_related_rows_in_sql() -> None:
    child = Table(
        name="c",
        columns=(Column(name="p", type=INTEGER, nullable=True), Column(name="v", type=INTEGER)),
        references=(Reference(columns=("p",), table="p", target=("id",), name="c_p", role="parent"),),
        checks=(Check(sql="p.g.v <= v", name="far"),),
    )
    parent = Table(
        name="p",
        columns=(Column(name="id", type=INTEGER), Column(name="g_id", type=INTEGER)),
        references=(Reference(columns=("g_id",), table="g", target=("id",), name="p_g", role="grand"),),
    )
    grand = Table(name="g", columns=(Column(name="id", type=INTEGER), Column(name="v", type=INTEGER)))
    schema = schema_of(grand, parent, child)
    frames = {
        "g": pl.DataFrame({"id": [1, 2], "v": [10, 20]}),
        "p": pl.DataFrame({"id": [1, 2], "g_id": [1, 2]}),
        "c": pl.DataFrame({"p": [1, 2, None], "v": [10, 19, 0]}),
    }
    engine = sa.create_engine("sqlite://", poolclass=sa.NullPool)
    with engine.connect() as connection:
        for name, frame in frames.items():
            connection.exec_driver_sql(f"CREATE TABLE {name} ({', '.join(frame.columns)})")
            for row in frame.iter_rows():
                connection.exec_driver_sql(f"INSERT INTO {name} VALUES (?, ?)", row)
        for report in (verified_frames(schema, frames), verified_database(schema, connection)):
            assert [(v.constraint.name, v.rows) for v in report.violations] == [("far", 1)]
            assert report.unverified == ()


VALUE = st.none() | st.integers(-2, 3)
WORD = st.none() | st.sampled_from(["a", "A", "b", "B ", "", "ab"])
CHECKS = ["a < b", "a <> b OR c IS NULL", "c IN ('a', 'b')", "length(c) < 2", "a IS NOT NULL", "a + b BETWEEN 0 AND 3", "NOT (a = 1 AND c LIKE 'A%')", "a"]  # fmt: skip
UNIQUES = [
    Unique(columns=("a",)),
    Unique(columns=("a", "b")),
    Unique(columns=("c",)),
    Unique(columns=("a",), predicate="b > 0"),
    Unique(columns=("c",), expressions=("lower(c)",)),
    Unique(columns=("a", "b"), expressions=("a + b",), predicate="c IS NOT NULL"),
]


@st.composite
def judged(draw: st.DrawFn) -> tuple[Schema, list[str], list[tuple[object, ...]]]:
    """Draw a table with constraints, its DDL, and rows that keep or break them."""
    collation = draw(st.sampled_from([None, "NOCASE", "RTRIM"]))
    not_null = draw(st.sets(st.sampled_from("abc")))
    columns = tuple(
        Column(name=name, type=TEXT if name == "c" else INTEGER, nullable=name not in not_null, collation=at)
        for name, at in (("id", None), ("a", None), ("b", None), ("c", collation))
    )
    checks = draw(st.lists(st.sampled_from(CHECKS), max_size=2, unique=True))
    unique = draw(st.lists(st.sampled_from(UNIQUES), max_size=2, unique=True))
    to_self = Reference(columns=("a",), table="t", target=("id",), name="fk")
    references = (to_self,) if draw(st.booleans()) else ()
    table = Table(
        name="t",
        columns=columns,
        primary_key=Unique(columns=("id",), name="pk"),
        uniques=tuple(unique),
        references=references,
        checks=tuple(Check(sql=check) for check in checks),
    )
    parts = ["id INTEGER PRIMARY KEY"]
    parts += [f"{n} {'TEXT' if n == 'c' else 'INTEGER'} {'NOT NULL' if n in not_null else ''}" for n in "abc"]
    parts[-1] += f" COLLATE {collation}" if collation else ""
    parts += [f"CHECK ({check})" for check in checks]
    parts += ["FOREIGN KEY (a) REFERENCES t (id) DEFERRABLE INITIALLY DEFERRED"] if references else []
    statements = [f"CREATE TABLE t ({', '.join(parts)})"]
    for number, each in enumerate(unique):
        terms = ", ".join(each.expressions or each.columns)
        where = f" WHERE {each.predicate}" if each.predicate else ""
        statements.append(f"CREATE UNIQUE INDEX u{number} ON t ({terms}){where}")
    rows = draw(st.lists(st.tuples(VALUE, VALUE, WORD), max_size=4))
    return schema_of(table), statements, [(number, *row) for number, row in enumerate(rows)]


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(judged())
def test_sqlite_accepts_exactly_what_verifies(case: tuple[Schema, list[str], list[tuple[object, ...]]]) -> None:
    schema, statements, rows = case
    frame = pl.DataFrame(rows, schema={"id": pl.Int64, "a": pl.Int64, "b": pl.Int64, "c": pl.String}, orient="row")
    report = verified_frames(schema, {"t": frame})
    with sa.create_engine("sqlite://", poolclass=sa.NullPool).connect() as connection:
        collation = schema.tables["t"].columns[3].collation
        connection.exec_driver_sql(f"CREATE TABLE t (id, a, b, c {f'COLLATE {collation}' if collation else ''})")
        for row in rows:
            connection.exec_driver_sql("INSERT INTO t VALUES (?, ?, ?, ?)", row)
        asked = verified_database(schema, connection)
    assert asked.unverified == ()
    assert bool(asked) == accepted(statements, rows)
    if report.unverified:  # frames leave comparisons under a collation to the database
        assert collation is not None
    else:
        assert counted(report) == counted(asked)


def counted(report: Report) -> list[tuple[str, int]]:
    return [(violation.constraint.name, violation.rows) for violation in report.violations]


def accepted(statements: list[str], rows: list[tuple[object, ...]]) -> bool:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    try:
        connection.execute("PRAGMA foreign_keys = ON")
        for statement in statements:
            connection.execute(statement)
        connection.execute("BEGIN")
        connection.executemany("INSERT INTO t VALUES (?, ?, ?, ?)", rows)
        connection.execute("COMMIT")
    except sqlite3.IntegrityError:
        return False
    finally:
        connection.close()
    return True


@pytest.mark.mariadb
def test_texts_limited_in_bytes_may_hold_more_characters_than_are_made_for_them(mariadb_url: sa.URL) -> None:
    engine = sa.create_engine(mariadb_url)
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "CREATE TABLE t (id integer PRIMARY KEY, short tinytext NOT NULL, plain text NOT NULL)"
        )
        connection.exec_driver_sql("INSERT INTO t VALUES (1, repeat('x', 255), repeat('y', 65535))")
    report = fixturegen.verify(engine, engine)
    engine.dispose()
    assert report.violations == ()


@pytest.mark.postgresql
def test_rows_of_inheriting_tables_are_judged_by_their_own_constraints(postgresql_url: sa.URL) -> None:
    """PostgreSQL enforces neither keys nor references of a table on the rows of those that inherit from it."""
    engine = sa.create_engine(postgresql_url)
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "CREATE TABLE kinds (id int PRIMARY KEY); CREATE TABLE more_kinds () INHERITS (kinds)"
        )
        connection.exec_driver_sql(
            "CREATE TABLE files (id int PRIMARY KEY, kind int NOT NULL REFERENCES kinds);"
            "CREATE TABLE pictures (EXCLUDE (kind WITH =)) INHERITS (files)"
        )
        connection.exec_driver_sql(
            "INSERT INTO kinds VALUES (1); INSERT INTO more_kinds VALUES (2);"
            "INSERT INTO files VALUES (1, 1); INSERT INTO pictures VALUES (1, 7), (2, 2)"
        )
    schema = fixturegen.load(engine)
    assert not verified_database(schema, engine).violations
    with engine.begin() as connection:  # a parent's row in an inheriting table is no parent
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica; INSERT INTO files VALUES (3, 2)")
    violations = verified_database(schema, engine).violations
    assert [(one.constraint.table, one.constraint.name, one.rows) for one in violations] == [
        ("files", "files_kind_fkey", 1)
    ]
    engine.dispose()
