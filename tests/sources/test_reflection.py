import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.pool import StaticPool

from fixturegen.errors import InputError, RefusedError, SchemaError
from fixturegen.schema import Schema, Table
from fixturegen.sources.reflection import reflected

Made = Callable[[str], Engine]


@pytest.fixture
def database(request: pytest.FixtureRequest) -> Made:
    def made(sql: str) -> Engine:
        engine = create_engine("sqlite://", poolclass=StaticPool)
        request.addfinalizer(engine.dispose)
        raw = engine.raw_connection()
        driver = raw.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        driver.executescript(sql)
        raw.close()
        return engine

    return made


def table(engine: Engine, name: str = "t") -> Table:
    return reflected(engine).tables[name]


HOSTILE = """
CREATE -- comment; with CHECK (no)
TABLE "o'rder; DROP ""x"" y" /* CHECK ( */ (
  [select] INTEGER PRIMARY KEY AUTOINCREMENT,
  `a b` VARCHAR(10) NOT NULL UNIQUE COLLATE NOCASE CHECK (`a b` <> 'CHECK(' AND length(`a b`) < (1+(2*3))),
  check_ INT CONSTRAINT "ch;eck" CHECK(check_ IN (1,2 /* ) */, 3)) DEFAULT (1+1),
  "ünïcode.x" DECIMAL(6,2) DEFAULT NULL,
  key TEXT DEFAULT 'a,b)''', z,
  CONSTRAINT u1 UNIQUE ("a b" , key) ON CONFLICT REPLACE CHECK ("ünïcode.x" > 0) -- no comma before this one
  , FOREIGN KEY (check_) REFERENCES "O'RDER; drop ""X"" Y" DEFERRABLE INITIALLY DEFERRED
);
"""


def test_names_and_formatting_of_any_kind_are_read(database: Made) -> None:
    found = table(database(HOSTILE), 'o\'rder; DROP "x" y')
    assert [column.name for column in found.columns] == ["select", "a b", "check_", "ünïcode.x", "key", "z"]
    assert found.columns[0].identity == "autoincrement"
    assert found.columns[1].collation == "NOCASE"
    assert [column.default for column in found.columns] == [None, None, "1+1", None, "'a,b)'''", None]
    assert [check.sql for check in found.checks] == [
        "`a b` <> 'CHECK(' AND length(`a b`) < (1+(2*3))",
        "check_ IN (1,2 , 3)",
        '"ünïcode.x" > 0',
    ]
    assert found.checks[1].name == "ch;eck"
    assert {unique.columns: unique.name for unique in found.uniques}[("a b", "key")] == "u1"
    assert {unique.columns for unique in found.uniques} == {("a b",), ("a b", "key")}
    (reference,) = found.references
    assert (reference.table, reference.target) == (found.name, ("select",))
    assert reference.deferrable
    assert reference.deferred


def test_unique_beside_a_type_with_parentheses(database: Made) -> None:
    assert table(database("CREATE TABLE t (a varchar(120) UNIQUE)")).uniques[0].columns == ("a",)


def test_inline_references_keep_their_options(database: Made) -> None:
    sql = """CREATE TABLE p (id INTEGER PRIMARY KEY);
             CREATE TABLE t (b INT, a INT CONSTRAINT fk REFERENCES P ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
                             FOREIGN KEY (b) REFERENCES p(ID) ON UPDATE CASCADE)"""
    first, second = table(database(sql)).references
    assert (first.name, first.columns, first.table, first.target) == ("fk", ("a",), "p", ("id",))
    assert (first.on_delete, first.deferred) == ("CASCADE", True)
    assert (second.columns, second.target, second.on_delete, second.deferrable) == (("b",), ("id",), None, False)


def test_composite_references_to_the_whole_key(database: Made) -> None:
    sql = """CREATE TABLE p (a INT, b INT, PRIMARY KEY (b, a));
             CREATE TABLE t (x INT, y INT, FOREIGN KEY (x, y) REFERENCES p)"""
    assert table(database(sql)).references[0].target == ("b", "a")


@pytest.mark.parametrize(
    ("sql", "identity"),
    [
        ("CREATE TABLE t (a INTEGER PRIMARY KEY)", "by default"),
        ("CREATE TABLE t (a integer, PRIMARY KEY (a DESC))", "by default"),
        ("CREATE TABLE t (a INTEGER PRIMARY KEY DESC)", None),  # SQLite's known slip: this one is no rowid
        ("CREATE TABLE t (a INT PRIMARY KEY)", None),
        ("CREATE TABLE t (a INTEGER PRIMARY KEY) WITHOUT ROWID", None),
        ("CREATE TABLE t (a INTEGER PRIMARY KEY REFERENCES t)", None),
        ("CREATE TABLE t (a TEXT PRIMARY KEY)", None),
    ],
)
def test_only_the_rowid_is_numbered_by_the_database(database: Made, sql: str, identity: str | None) -> None:
    (column,) = table(database(sql)).columns
    assert column.identity == identity
    assert not column.nullable


def test_table_kinds(database: Made) -> None:
    schema = reflected(database("CREATE TABLE t (a INT PRIMARY KEY) STRICT, WITHOUT ROWID; CREATE TABLE u (a)"))
    assert dict(schema.tables["t"].options) == {"without_rowid": True, "strict": True}
    assert dict(schema.tables["u"].options) == {}


def test_generated_columns_on_one_line(database: Made) -> None:
    sql = (
        "CREATE TABLE t (a INT, b INT GENERATED ALWAYS AS (a * (2+1)) STORED, c TEXT AS ('x)' || a), d AS (a) VIRTUAL)"
    )
    assert [column.generated for column in table(database(sql)).columns] == [None, "a * (2+1)", "'x)' || a", "a"]
    assert [column.type.native for column in table(database(sql)).columns] == ["INT", "INT", "TEXT", None]


def test_unique_indexes_of_every_kind(database: Made) -> None:
    sql = """CREATE TABLE t (a TEXT, b INT, c TEXT COLLATE NOCASE, d INT, UNIQUE (a COLLATE RTRIM));
             CREATE UNIQUE INDEX "i;1" ON t (lower(a) DESC, b);
             CREATE UNIQUE INDEX i2 ON t (b) WHERE a IS NOT NULL AND b > (1);
             CREATE UNIQUE INDEX i3 ON t (c);
             CREATE UNIQUE INDEX i4 ON t (a COLLATE NOCASE);
             CREATE UNIQUE INDEX i5 ON t (b + d);
             CREATE INDEX plain ON t (d);"""
    uniques = {unique.name: unique for unique in table(database(sql)).uniques}
    assert list(uniques) == ["t_a_key", "i;1", "i2", "i3", "i4", "i5"]
    assert uniques["t_a_key"].expressions == ("a COLLATE RTRIM",)
    assert (uniques["i;1"].columns, uniques["i;1"].expressions) == (("a", "b"), ("lower(a)", "b"))
    assert (uniques["i2"].columns, uniques["i2"].expressions) == (("b",), ())
    assert uniques["i2"].predicate == "a IS NOT NULL AND b > (1)"
    assert (uniques["i3"].columns, uniques["i3"].expressions) == (("c",), ())
    assert uniques["i4"].expressions == ("a COLLATE NOCASE",)
    assert (uniques["i5"].columns, uniques["i5"].expressions) == (("b", "d"), ("b + d",))


def test_what_is_no_table_of_the_schema_is_left_out(database: Made, tmp_path: Path) -> None:
    sql = f"""CREATE TABLE t (a INTEGER PRIMARY KEY AUTOINCREMENT); CREATE VIEW v AS SELECT 1;
              CREATE VIRTUAL TABLE f USING fts5(x); CREATE TEMP TABLE tmp (a); CREATE TABLE _fixturegen (a);
              ATTACH '{tmp_path / "other.db"}' AS other; CREATE TABLE other.o (a); INSERT INTO t VALUES (1)"""
    assert list(reflected(database(sql)).tables) == ["t"]


def test_tables_come_in_the_order_they_were_made(database: Made) -> None:
    assert list(reflected(database("CREATE TABLE b (x); CREATE TABLE a (x)")).tables) == ["b", "a"]


def test_changed_tables_are_read_as_they_are_now(database: Made) -> None:
    sql = """CREATE TABLE old (a INT CHECK (a > 0)); ALTER TABLE old RENAME TO t; ALTER TABLE t RENAME COLUMN a TO "b c";
             ALTER TABLE t ADD COLUMN d TEXT NOT NULL DEFAULT 'x' CHECK (d <> '');"""
    found = table(database(sql))
    assert [column.name for column in found.columns] == ["b c", "d"]
    assert [check.sql for check in found.checks] == ['"b c" > 0', "d <> ''"]


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("CREATE TABLE t (a REFERENCES orders); CREATE TABLE order_ (a)", "'orders', which does not exist"),
        ("CREATE TABLE p (a); CREATE TABLE t (b REFERENCES p)", "has no primary key"),
        ("CREATE TABLE p (a INTEGER PRIMARY KEY, x); CREATE TABLE t (b REFERENCES p(y))", "names column 'y'"),
        ("CREATE TABLE p (a INTEGER PRIMARY KEY, x); CREATE TABLE t (b REFERENCES p(x))", "Declare UNIQUE"),
        (
            "CREATE TABLE p (a INT, b INT, PRIMARY KEY (a, b)); CREATE TABLE t (c INT, FOREIGN KEY (c) REFERENCES p)",
            "1 column to 2",
        ),
    ],
)
def test_references_that_lead_nowhere_are_refused(database: Made, sql: str, message: str) -> None:
    with pytest.raises(SchemaError, match="sqlite") as caught:
        reflected(database(sql))
    assert message in str(caught.value)


def test_an_empty_database_is_refused(database: Made) -> None:
    with pytest.raises(InputError, match="no table"):
        reflected(database(""))


def test_no_database_file_is_refused_without_its_content(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    path.write_bytes(b"this is a secret text and no database at all" * 30)
    engine = create_engine(f"sqlite:///{path}")
    with pytest.raises(RefusedError, match="not a database") as caught:
        reflected(engine)
    engine.dispose()
    assert "secret" not in str(caught.value)


def test_a_connection_is_left_as_it_was(database: Made) -> None:
    engine = database("CREATE TABLE t (a INT)")
    statements: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *given: statements.append(given[2].split()[0]))
    with engine.connect() as connection:
        reflected(connection)
        assert not connection.in_transaction()
        with connection.begin():
            connection.exec_driver_sql("INSERT INTO t VALUES (1)")
            reflected(connection)
            assert connection.in_transaction()
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM t").scalar_one() == 1
    assert set(statements) == {"SELECT", "INSERT"}


@pytest.mark.parametrize(("name", "tables", "references"), [("chinook", 11, 11), ("sakila", 16, 22), ("hard", 8, 8)])
def test_real_schemas(database: Made, name: str, tables: int, references: int) -> None:
    sql = (Path(__file__).parents[1] / "corpus" / "sqlite" / f"{name}.sql").read_text(encoding="utf-8")
    schema: Schema = reflected(database(sql))
    assert len(schema.tables) == tables
    assert sum(len(found.references) for found in schema.tables.values()) == references
    assert all(found.primary_key is not None for found in schema.tables.values())
    assert not [column for found in schema.tables.values() for column in found.columns if column.type.kind == "unknown"]
