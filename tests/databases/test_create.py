from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import URL, create_engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from fixturegen.databases.create import create_statements, creation
from fixturegen.databases.identifiers import Names
from fixturegen.databases.quoting import quoted
from fixturegen.databases.types import sql_type
from fixturegen.schema import (
    AsOf,
    Check,
    Choice,
    Column,
    Constant,
    Dialect,
    Exclusion,
    Path,
    Reference,
    Schema,
    Table,
    Type,
    Unique,
)
from fixturegen.sources.types_sql import type_of

INTEGER = Type(kind="integer")
TEXT = Type(kind="text")
MONEY = Type(kind="decimal", precision=10, scale=2)
MOOD = Type(kind="enum", labels=("glad", "it's"))

Execute = Callable[[str], list[tuple[object, ...]]]


def shop() -> Schema:
    """Awkward names, a circle, every declaration that becomes a condition."""
    users = Table(
        name='u"s`ers; --',
        columns=(
            Column(name="id", type=INTEGER, identity="by default"),
            Column(name="e mail", type=Type(kind="text", length=20)),
            Column(name="select", type=MOOD, nullable=True),
            Column(name="born", type=Type(kind="date"), high=AsOf(), nullable=True),
            Column(name="age", type=Type(kind="integer", bits=8, signed=False), low=Constant(18), default="20"),
            Column(name="level", type=TEXT, choices=(Choice("low"), Choice("it's")), nullable=True),
            Column(name="best_id", type=INTEGER, nullable=True),
        ),
        primary_key=Unique(columns=("id",)),
        uniques=(Unique(columns=("e mail",), name="users_mail"),),
        references=(
            Reference(
                columns=("best_id",), table="orders", target=("id",), name="best", deferrable=True, deferred=True
            ),
        ),
    )
    orders = Table(
        name="orders",
        columns=(
            Column(name="id", type=INTEGER),
            Column(name="user_id", type=INTEGER),
            Column(name="price", type=MONEY, low=Constant(Decimal("0.01"))),
            Column(name="paid", type=MONEY, high=Path((), "price"), nullable=True),
            Column(name="open", type=Type(kind="boolean")),
            Column(name="twice", type=MONEY, generated="price * 2", nullable=True),
        ),
        primary_key=Unique(columns=("id",)),
        references=(
            Reference(columns=("user_id",), table=users.name, target=("id",), name="user", on_delete="CASCADE"),
        ),
        checks=(
            Check(sql="price < 1000 AND (paid IS NULL OR price >= paid)", name="users_mail"),
            Check(sql="paid <= user.age", name="related"),
            Check(sql="length(missing) > 1", name="unknown"),
        ),
    )
    return Schema(tables={users.name: users, "orders": orders}, as_of=date(2026, 1, 1))


@contextmanager
def sqlite() -> Iterator[Execute]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        connection.execute("PRAGMA foreign_keys = ON")
        yield lambda sql: connection.execute(sql).fetchall()


@contextmanager
def server(url: URL) -> Iterator[Execute]:
    with create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT").connect() as connection:

        def execute(sql: str) -> list[tuple[object, ...]]:
            result = connection.exec_driver_sql(sql.replace("%", "%%"))
            return [tuple(row) for row in result] if result.returns_rows else []

        yield execute


def judge(execute: Execute, dialect: Dialect) -> None:
    """Make the shop, and see that it takes good rows and no bad ones."""
    for statement in create_statements(shop(), dialect):
        execute(statement)
    mark = "`" if dialect == "mysql" else '"'
    users = quoted('u"s`ers; --', dialect)
    mail, mood = f"{mark}e mail{mark}", f"{mark}select{mark}"
    execute(f"INSERT INTO {users} (id, {mail}, {mood}, born, level) VALUES (1, 'a', 'it''s', '2026-01-01', 'it''s')")
    assert execute(f"SELECT age FROM {users}") == [(20,)]
    closed = "false" if dialect == "postgresql" else "0"
    execute(f"INSERT INTO orders (id, user_id, price, paid, {mark}open{mark}) VALUES (1, 1, 2.5, 2.5, {closed})")
    assert [float(str(row[0])) for row in execute("SELECT twice FROM orders")] == [5.0]
    user = f"INSERT INTO {users} (id, {mail}, {{}}) VALUES (2, 'b', {{}})"
    order = f"INSERT INTO orders (id, user_id, price, {mark}open{mark}, paid) VALUES ({{}}, {{}}, {{}}, {closed}, {{}})"
    bad = [
        user.format("age", "17"), user.format("age", "256"), user.format("born", "'2026-01-02'"), user.format(mood, "'sad'"),
        user.format("level", "'high'"), user.format("best_id", "77"), f"INSERT INTO {users} (id, {mail}) VALUES (2, 'a')",
        f"INSERT INTO {users} (id, {mail}) VALUES (2, '{'x' * 21}')", f"INSERT INTO {users} (id, {mail}) VALUES (1, 'c')",
        f"INSERT INTO {users} (id, {mail}) VALUES (2, NULL)", order.format(2, 9, 5, "NULL"), order.format(2, 1, 0, "NULL"),
        order.format(2, 1, 1000, "NULL"), order.format(2, 1, 5, 6),
    ]  # fmt: skip
    for statement in bad:
        with pytest.raises((sqlite3.Error, DBAPIError)):
            execute(statement)
    execute(f"DELETE FROM {users}")
    assert execute("SELECT * FROM orders") == []


def test_sqlite_enforces_what_it_was_told() -> None:
    with sqlite() as execute:
        judge(execute, "sqlite")


@pytest.mark.postgresql
def test_postgresql_enforces_what_it_was_told(postgresql_url: URL) -> None:
    with server(postgresql_url) as execute:
        judge(execute, "postgresql")


@pytest.mark.mariadb
def test_mariadb_enforces_what_it_was_told(mariadb_url: URL) -> None:
    with server(mariadb_url) as execute:
        execute("SET SESSION sql_mode = 'STRICT_ALL_TABLES'")
        judge(execute, "mysql")


def test_what_a_row_alone_cannot_tell_is_left_out_with_its_reason() -> None:
    found = {each.constraint: each.reason for each in creation(shop(), "sqlite").left_out}
    assert found == {
        "related": "it reads related rows",
        "unknown": "it reads 'missing', which is no column of the table",
    }


def test_references_wait_where_they_can() -> None:
    assert creation(shop(), "sqlite").afterwards == ()
    assert all(text.startswith("ALTER TABLE") for text in creation(shop(), "postgresql").afterwards)
    assert len(creation(shop(), "mysql").afterwards) == 2


def one(table: Table, dialect: Dialect = "sqlite", source: Dialect = "sqlite") -> Schema:
    del dialect
    return Schema(tables={table.name: table}, dialect=source)


def uniques() -> Table:
    return Table(
        name="t",
        columns=(Column(name="a", type=INTEGER), Column(name="b", type=TEXT, nullable=True)),
        uniques=(
            Unique(columns=("a",), name="part", predicate="b = 'x'"),
            Unique(columns=("b",), name="folded", expressions=("lower(b)",)),
            Unique(columns=("a", "b"), name="same", nulls_distinct=False, dialect="postgresql"),
        ),
    )


def test_partial_and_expression_uniques_in_sqlite() -> None:
    made = creation(one(uniques()), "sqlite")
    assert [each.constraint for each in made.left_out] == ["same"]
    with sqlite() as execute:
        for statement in made.statements:
            execute(statement)
        execute("INSERT INTO t VALUES (1, 'x'), (1, 'y')")
        for bad in ("(1, 'x')", "(2, 'X')"):
            with pytest.raises(sqlite3.IntegrityError):
                execute(f"INSERT INTO t VALUES {bad}")


@pytest.mark.postgresql
def test_partial_expression_and_null_uniques_in_postgresql(postgresql_url: URL) -> None:
    made = creation(one(uniques()), "postgresql")
    assert made.left_out == ()
    with server(postgresql_url) as execute:
        for statement in made.statements:
            execute(statement)
        execute("INSERT INTO t VALUES (1, 'x'), (1, 'y'), (1, NULL)")
        for bad in ("(1, 'x')", "(2, 'X')", "(1, NULL)"):
            with pytest.raises(DBAPIError):
                execute(f"INSERT INTO t VALUES {bad}")


@pytest.mark.postgresql
def test_exclusions_schemas_and_arrays_in_postgresql(postgresql_url: URL) -> None:
    table = Table(
        name="room.bookings",
        columns=(
            Column(name="room", type=INTEGER),
            Column(name="low", type=Type(kind="datetime")),
            Column(name="high", type=Type(kind="datetime")),
            Column(name="tags", type=Type(kind="array", element=Type(kind="decimal", precision=5, scale=1))),
            Column(name="mood", type=MOOD),
        ),
        exclusions=(Exclusion(expressions=("room", "tsrange(low, high)"), operators=("=", "&&"), columns=("room", "low", "high"), name="free"),),
    )  # fmt: skip
    with server(postgresql_url) as execute:
        for statement in create_statements(one(table, source="postgresql"), "postgresql"):
            execute(statement)
        row = "INSERT INTO room.bookings VALUES (1, '2024-01-01', '{}', '{{1.5,NULL}}', 'glad')"
        execute(row.format("2024-01-03"))
        with pytest.raises(DBAPIError, match="free"):
            execute(row.format("2024-01-02"))


def test_checks_of_another_dialect_are_translated_and_names_quoted() -> None:
    check = Check(sql="Select ~ '^a' OR b::integer > 1", name="c", dialect="postgresql")
    columns = (Column(name="select", type=TEXT), Column(name="b", type=TEXT))
    table = Table(name="t", columns=columns, checks=(Check(sql="SELECT_ > 1 OR b IS NULL", name="d"), check))
    table = Table(name="t", columns=(*columns, Column(name="Select_", type=INTEGER)), checks=table.checks[:1])
    (text,) = [line for line in create_statements(one(table), "mysql")[0].splitlines() if "CHECK" in line]
    assert text.strip() == "CONSTRAINT `d` CHECK (`Select_` > 1 OR `b` IS NULL)"


def test_the_clock_is_frozen_in_checks_and_refused_where_it_runs() -> None:
    columns = (Column(name="at", type=Type(kind="date")),)
    checks = (Check(sql="at <= as_of", name="frozen"), Check(sql="at <= now()", name="running", dialect="postgresql"))
    made = creation(one(Table(name="t", columns=columns, checks=checks)), "sqlite")
    assert "CHECK (\"at\" <= '2026-01-01')" in made.tables[0]
    assert [(each.constraint, each.reason) for each in made.left_out] == [
        ("running", "a CHECK of sqlite cannot read the time")
    ]


def test_sqlite_options_and_autoincrement() -> None:
    keyed = Table(name="k", columns=(Column(name="id", type=Type(kind="integer", bits=32), identity="autoincrement"),), primary_key=Unique(columns=("id",)))  # fmt: skip
    strict = Table(
        name="s",
        columns=(Column(name="a", type=TEXT), Column(name="b", type=MONEY), Column(name="c", type=Type(kind="date"))),
        primary_key=Unique(columns=("a",)),
        options={"without_rowid": True, "strict": True},
    )
    with sqlite() as execute:
        for statement in create_statements(Schema(tables={"k": keyed, "s": strict}), "sqlite"):
            execute(statement)
        execute("INSERT INTO k VALUES (7)")
        assert execute("SELECT seq FROM sqlite_sequence") == [(7,)]
        listed = dict(execute("SELECT name, wr FROM pragma_table_list WHERE name IN ('k', 's')"))
        assert listed == {"k": 0, "s": 1}
        with pytest.raises(sqlite3.IntegrityError, match="cannot store TEXT value in REAL column"):
            execute("INSERT INTO s VALUES ('a', 'x', '2024-01-01')")


def test_defaults_keep_their_meaning() -> None:
    columns = (
        Column(name="a", type=TEXT, default="'it''s'"),
        Column(name="b", type=Type(kind="datetime"), default="CURRENT_TIMESTAMP"),
        Column(name="c", type=INTEGER, default="1 + 1"),
        Column(name="d", type=INTEGER),
    )
    with sqlite() as execute:
        for statement in create_statements(one(Table(name="t", columns=columns)), "sqlite"):
            execute(statement)
        execute("INSERT INTO t (d) VALUES (1)")
        assert execute("SELECT a, length(b), c FROM t") == [("it's", 19, 2)]


def test_a_default_of_a_type_that_only_its_own_database_knows() -> None:
    column = Column(name="rating", type=TEXT, default="'G'::public.mpaa_rating")
    schema = Schema(
        tables={"t": Table(name="t", columns=(column, Column(name="d", type=INTEGER)))}, dialect="postgresql"
    )
    with sqlite() as execute:
        for statement in create_statements(schema, "sqlite"):
            execute(statement)
        execute("INSERT INTO t (d) VALUES (1)")
        assert execute("SELECT rating FROM t") == [("G",)]


def test_what_only_postgresql_knows_is_said_otherwise_or_left_out() -> None:
    check = Check(sql="kind::text = ANY (ARRAY['a'::text, 'b'::text])", name="kinds", dialect="postgresql")
    columns = (Column(name="kind", type=TEXT), Column(name="row", type=TEXT, default="public.uuid_generate_v1()"))
    schema = Schema(tables={"t": Table(name="t", columns=columns, checks=(check,))}, dialect="postgresql")
    with sqlite() as execute:
        for statement in create_statements(schema, "sqlite"):
            execute(statement)
        execute("INSERT INTO t VALUES ('b', '1')")
        with pytest.raises(sqlite3.IntegrityError, match="kinds"):
            execute("INSERT INTO t VALUES ('c', '2')")
    assert [each.constraint for each in creation(schema, "sqlite").left_out] == ["default of row"]


ROUND = [
    INTEGER, Type(kind="integer", bits=16), Type(kind="integer", bits=32), MONEY, Type(kind="float"), Type(kind="boolean"),
    TEXT, Type(kind="text", length=9), Type(kind="text", length=3, fixed=True), Type(kind="bytes"), Type(kind="date"),
    Type(kind="datetime"), Type(kind="uuid"), Type(kind="json"), Type(kind="time"),
]  # fmt: skip


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql", "mysql"])
@pytest.mark.parametrize("type_", ROUND, ids=lambda each: f"{each.kind}{each.length or each.bits}")
def test_declared_types_mean_what_they_came_from(type_: Type, dialect: Dialect) -> None:
    found = type_of(sql_type(type_, dialect), dialect)
    if dialect == "mysql" and type_.kind == "uuid":
        assert (found.kind, found.length) == ("text", 36)
        return
    same = ("kind", "bits", "signed", "precision", "scale", "length", "fixed", "zone")
    expected = {name: getattr(type_, name) for name in same}
    got = {name: getattr(found, name) for name in same}
    if type_.kind in {"datetime", "time"}:  # six digits and no limit are the same
        expected["precision"] = got["precision"] = None
    if dialect == "mysql" and type_.kind in {"text", "bytes"} and type_.length is None:
        got["length"] = None
    assert got == expected


def test_keyed_texts_fit_the_index_of_mysql() -> None:
    assert sql_type(TEXT, "mysql", keyed=4).startswith("VARCHAR(192)")
    assert sql_type(TEXT, "mysql").startswith("LONGTEXT")
    assert sql_type(Type(kind="bytes"), "mysql", keyed=1) == "VARBINARY(255)"


def test_long_names_are_cut_and_stay_distinct() -> None:
    names = Names("postgresql", ["t"])
    first, second = names.relation("x" * 100 + "a"), names.relation("x" * 100 + "b")
    assert first != second
    assert max(len(first), len(second)) <= 63
    assert names.relation("T") == "T_2"


@pytest.mark.mariadb
def test_mariadb_joins_integers_of_different_widths_and_checks_numbered_columns(mariadb_url: URL) -> None:
    key = Unique(columns=("id",))
    wide = Table(name="wide", columns=(Column(name="id", type=INTEGER),), primary_key=key)
    small = Type(kind="integer", bits=16)
    narrow = Table(
        name="narrow",
        columns=(Column(name="id", type=small),),
        primary_key=key,
        references=(Reference(columns=("id",), table="wide", target=("id",), name="wide"),),
    )
    last = Table(
        name="last",
        columns=(Column(name="id", type=INTEGER, identity="by default"), Column(name="narrow_id", type=small)),
        primary_key=key,
        references=(Reference(columns=("narrow_id",), table="narrow", target=("id",), name="narrow"),),
        checks=(Check(sql="narrow_id <> id", name="differs"),),
    )
    made = creation(Schema(tables={table.name: table for table in (wide, narrow, last)}), "mysql")
    assert [each.constraint for each in made.left_out] == ["numbering of id"]
    with server(mariadb_url) as execute:
        for statement in made.statements:
            execute(statement)
        for table, values in (("wide", "(70000)"), ("narrow", "(70000)"), ("last", "(1, 70000)")):
            execute(f"INSERT INTO {table} VALUES {values}")
        with pytest.raises(DBAPIError, match="differs"):
            execute("INSERT INTO last VALUES (70000, 70000)")
