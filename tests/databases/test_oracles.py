"""Databases asked about candidates: their verdicts are those of the CHECK itself, and nothing stays behind."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import polars as pl
import pytest
from sqlalchemy import URL, Connection, create_engine, text

from fixturegen.databases.oracles import Oracles, asking, at_hand
from fixturegen.databases.sqlite_oracle import SqliteOracle
from fixturegen.dtypes import polars_dtype
from fixturegen.errors import SchemaError
from fixturegen.schema import Column, Dialect, Table, Type

TEXT = Type(kind="text")


def table_of(**types: Type) -> Table:
    return Table(name="t", columns=tuple(Column(name=name, type=type_, nullable=True) for name, type_ in types.items()))


def column(name: str, type_: Type, *values: object) -> pl.DataFrame:
    return pl.DataFrame([pl.Series(name, values, dtype=polars_dtype(type_))])


def test_sqlite_is_at_hand_without_a_database() -> None:
    assert at_hand(None) == {"sqlite"}
    rows = column("a", TEXT, "[1]", "[", None)
    with asking() as oracles:
        verdict = oracles(table_of(a=TEXT), "a IS NULL OR json_valid(a)", "sqlite", rows)
    assert verdict.to_list() == [True, False, True]
    assert verdict.dtype == pl.Boolean


def test_another_dialect_is_not() -> None:
    with asking() as oracles, pytest.raises(SchemaError, match="none is at hand"):
        oracles(table_of(a=TEXT), "a ~ 'x'", "postgresql", column("a", TEXT, "x"))


@pytest.mark.parametrize(
    ("sql", "type_", "values", "verdicts"),
    [
        ("a REGEXP '^x'", TEXT, ["xy", "yx", None], [True, False, None]),
        ("json_extract(a, '$.n') > 1", TEXT, ['{"n": 2}', '{"n": 0}', "not json", "{}"], [True, False, False, None]),
        ("typeof(a) = 'integer'", Type(kind="text", native="INT"), ["12", "x"], [True, False]),
        ("typeof(a) = 'text'", Type(kind="text", native="INT"), ["12", "x"], [False, True]),
        ("typeof(a) = 'real'", Type(kind="decimal", precision=9, scale=2, native="NUMERIC(9,2)"), ["1.5"], [True]),
        ("a > 'b' -- a remark", TEXT, ["a", "c"], [False, True]),
        ("length(a) = 2", Type(kind="bytes"), [b"ab", b"abc"], [True, False]),
        ("1", TEXT, ["a"], [True]),
        ("0.0", TEXT, ["a"], [False]),
        ("NULL", TEXT, ["a"], [None]),
        ("abs(a) > 0", Type(kind="integer"), [-(2**63), 5], [False, True]),
    ],
)
def test_sqlite_judges_as_its_checks_do(sql: str, type_: Type, values: list[object], verdicts: list[object]) -> None:
    with asking() as oracles:
        verdict = oracles(table_of(a=type_), sql, "sqlite", column("a", type_, *values))
    assert verdict.to_list() == verdicts


@pytest.mark.parametrize(
    ("sql", "values", "groups"),
    [
        ("json_extract(a, '$.n')", ['{"n": 1}', '{"n": 1.0}', '{"n": 1.5}', '{"n": "1"}', "{}"], [0, 0, 1, 2, None]),
        ("printf('%s', a) COLLATE NOCASE", ["ab", "AB", "cd"], [0, 0, 1]),
        ("trim(a, 'x') COLLATE RTRIM", ["ab", "ab  ", "b"], [0, 0, 1]),
        ("a || ''", ["ab", "AB", "ab "], [0, 1, 2]),
    ],
)
def test_sqlite_says_which_values_are_equal(sql: str, values: list[object], groups: list[int | None]) -> None:
    with asking() as oracles:
        found, sound = oracles.values(table_of(a=TEXT), sql, "sqlite", column("a", TEXT, *values))
    assert sound.all()
    numbers = {text: number for number, text in enumerate(dict.fromkeys(found.drop_nulls()))}
    assert [None if text is None else numbers[text] for text in found] == groups


def test_sqlite_folds_by_the_columns_collation() -> None:
    folding = Table(name="t", columns=(Column(name="a", type=TEXT, collation="NOCASE"),))
    with asking() as oracles:
        assert oracles(folding, "a = 'X'", "sqlite", column("a", TEXT, "x")).to_list() == [True]
        assert oracles(table_of(a=TEXT), "a = 'X'", "sqlite", column("a", TEXT, "x")).to_list() == [False]


def test_sqlite_computes_the_columns_it_computes() -> None:
    computed = Column(name="b", type=Type(kind="integer"), generated="a * 2")
    table = Table(name="t", columns=(Column(name="a", type=Type(kind="integer")), computed))
    with asking() as oracles:
        assert oracles(table, "b > 5", "sqlite", column("a", Type(kind="integer"), 2, 3)).to_list() == [False, True]


@pytest.mark.parametrize("sql", ["no_such(a)", "a >", "b > 1", "1); DROP TABLE t; --"])
def test_sqlite_says_what_it_cannot_read(sql: str) -> None:
    with asking() as oracles, pytest.raises(SchemaError, match="SQLite cannot judge"):
        oracles(table_of(a=TEXT), sql, "sqlite", column("a", TEXT, "x"))


def test_sqlite_leaves_nothing_behind_and_no_transaction_open() -> None:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.create_function("good", 1, lambda value: value == "x")
    connection.execute("CREATE TABLE t (a)")
    connection.execute("BEGIN")
    oracle = SqliteOracle(connection)
    assert oracle(table_of(a=TEXT), "good(a)", column("a", TEXT, "x", "y")).to_list() == [True, False]
    with pytest.raises(SchemaError):
        oracle(table_of(a=TEXT), "bad(a)", column("a", TEXT, "x"))
    assert connection.in_transaction
    assert connection.execute("SELECT count(*) FROM sqlite_temp_master").fetchone() == (0,)
    connection.close()


def check_verdicts(
    connection: Connection, dialect: Dialect, type_: Type, sql: str, values: list[object], verdicts: list[object]
) -> None:
    """The oracle says what is expected, and what a CHECK of the server does with each row."""
    table = table_of(a=type_)
    rows = column("a", type_, *values)
    with asking(connection) as oracles:
        assert oracles(table, sql, dialect, rows).to_list() == verdicts
        assert oracles(table, sql, dialect, rows.clear()).to_list() == []
    native = type_.native
    connection.exec_driver_sql("DROP TABLE IF EXISTS judged")
    connection.exec_driver_sql(f"CREATE TABLE judged (a {native}, CHECK ({sql.replace('%', '%%')}))")
    for value, verdict in zip(values, verdicts, strict=True):
        savepoint = connection.begin_nested()
        try:
            connection.execute(text("INSERT INTO judged VALUES (:a)"), {"a": value})
            taken = True
        except Exception:  # noqa: BLE001 - whatever the driver calls it
            taken = False
        savepoint.rollback()
        assert taken == (verdict is not False), (value, verdict)


PLAIN = Type(kind="text", native="text")
POSTGRESQL: list[tuple[str, Type, list[object], list[object]]] = [
    ("a ~ '^x'", PLAIN, ["xy", "y", None], [True, False, None]),
    ("a::int > 3", PLAIN, ["5", "1", "x", None], [True, False, False, None]),
    ("a LIKE '%s%'", PLAIN, ["as", "a"], [True, False]),
    ("10 / a > 1", Type(kind="integer", bits=32, native="integer"), [5, 0, 20], [True, False, False]),
    ("a ? 'k'", Type(kind="json", native="jsonb"), ['{"k": 1}', "[]"], [True, False]),
    ("family(a) = 6", Type(kind="ip", native="inet"), ["192.0.2.1", "2001:db8::1"], [False, True]),
]


@pytest.mark.postgresql
@pytest.mark.parametrize(("sql", "type_", "values", "verdicts"), POSTGRESQL)
def test_postgresql_judges_as_its_checks_do(
    postgresql_url: URL, sql: str, type_: Type, values: list[object], verdicts: list[object]
) -> None:
    with on(postgresql_url) as connection:
        check_verdicts(connection, "postgresql", type_, sql, values, verdicts)


@pytest.mark.postgresql
def test_postgresql_within_a_transaction(postgresql_url: URL) -> None:
    """Functions of the database, domains, whole rows, collations; and the transaction goes on as it was."""
    with on(postgresql_url) as connection:
        for statement in (
            "CREATE DOMAIN short AS text CHECK (length(VALUE) < 3)",
            'CREATE TABLE t (a short COLLATE "C", b integer)',
            "CREATE TABLE known (a text)",
            "INSERT INTO known VALUES ('x')",
            "CREATE FUNCTION known(v text) RETURNS boolean LANGUAGE sql AS 'SELECT EXISTS (SELECT FROM known WHERE a = v)'",
            "CREATE FUNCTION whole(r t) RETURNS boolean LANGUAGE sql AS 'SELECT length(r.a) > 1'",
            "CREATE FUNCTION picky(v text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN IF v <> 'y' THEN RETURN true; END IF; RAISE 'no'; END $$",
        ):
            connection.exec_driver_sql(statement)
        table = table_of(a=TEXT, b=Type(kind="integer", bits=32))
        rows = column("a", TEXT, "x", "y", "xy", "xyz")
        with asking(connection) as oracles:
            ask = asked(oracles, table, "postgresql")
            assert ask("known(a)", rows) == [True, False, False, False]
            assert ask("a < 'Z'", rows) == [False, False, False, False]
            assert ask("picky(a) AND '$fixturegen0$' <> a", rows) == [True, False, True, True]
            # A row of the table's own type cannot be made of a value that its domain refuses.
            assert ask("whole(t.*)", rows) == [False, False, True, False]
            with pytest.raises(SchemaError, match="cannot judge 'unknown"):
                ask("unknown(a)", rows)
            with pytest.raises(SchemaError, match="cannot judge"):
                ask("true); DROP TABLE t; --", rows)
            assert ask("known(a)", rows) == [True, False, False, False]
        assert connection.exec_driver_sql("SELECT count(*) FROM pg_class WHERE relpersistence = 't'").scalar() == 0
        assert connection.exec_driver_sql("SELECT count(*) FROM t").scalar() == 0


MARIADB: list[tuple[str, Type, list[object], list[object]]] = [
    ("cast(a as unsigned) > 3", Type(kind="text", native="varchar(20)"), ["5", "1", "5x", None], [True, False, False, None]),
    ("json_extract(a, '$.n') > 1", Type(kind="text", native="longtext"), ['{"n": 2}', '{"n": 0}', "{}"], [True, False, None]),
    ("a LIKE '%s%'", Type(kind="text", native="varchar(20)"), ["as", "a"], [True, False]),
    ("length(hex(a)) = 4", Type(kind="bytes", native="varbinary(9)"), [b"ab", b"abc"], [True, False]),
    ("10 / a > 1", Type(kind="integer", bits=32, native="int"), [5, 0, 20], [True, False, False]),
]  # fmt: skip


@pytest.mark.mariadb
@pytest.mark.parametrize(("sql", "type_", "values", "verdicts"), MARIADB)
def test_mariadb_judges_as_its_checks_do(
    mariadb_url: URL, sql: str, type_: Type, values: list[object], verdicts: list[object]
) -> None:
    with on(mariadb_url) as connection:
        check_verdicts(connection, "mysql", type_, sql, values, verdicts)


@pytest.mark.mariadb
def test_mariadb_takes_types_and_collations_of_the_table(mariadb_url: URL) -> None:
    with on(mariadb_url) as connection:
        connection.exec_driver_sql("CREATE TABLE t (a varchar(3) COLLATE utf8mb4_bin, b enum('p', 'q'))")
        table = table_of(a=TEXT, b=TEXT)
        with asking(connection) as oracles:
            ask = asked(oracles, table, "mysql")
            assert ask("a = 'X'", column("a", TEXT, "x", "X", "XXXX")) == [False, True, False]
            assert ask("b > 1", column("b", TEXT, "p", "q", "r")) == [False, True, False]
            with pytest.raises(SchemaError, match="cannot judge"):
                ask("no_such(a)", column("a", TEXT, "x"))
            assert ask("a = 'X'", column("a", TEXT, "X")) == [True]


def asked(oracles: Oracles, table: Table, dialect: Dialect) -> Callable[[str, pl.DataFrame], list[object]]:
    return lambda sql, rows: oracles(table, sql, dialect, rows).to_list()


@contextmanager
def on(url: URL) -> Iterator[Connection]:
    """Give a connection within a transaction that is rolled back."""
    engine = create_engine(url)
    with engine.connect() as connection:
        connection.begin()
        yield connection
        connection.rollback()
    engine.dispose()


@pytest.mark.postgresql
def test_postgresql_says_which_values_are_equal(postgresql_url: URL) -> None:
    with on(postgresql_url) as connection, asking(connection) as oracles:
        found, sound = oracles.values(
            table_of(a=TEXT), "a::numeric", "postgresql", column("a", TEXT, "1", "1.0", "1.50", "10", "x")
        )
    assert found.to_list() == ["1", "1", "1.5", "10", None]
    assert sound.to_list() == [True, True, True, True, False]
