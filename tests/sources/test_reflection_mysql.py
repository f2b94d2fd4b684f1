"""MariaDB's catalogue, judged by the server itself; what only MySQL says, by the forms its manual shows."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from catalogues import Made, column, connected, execute, sql_of, without_bodies
from laws import Case, keyed
from servers import own_database
from sqlalchemy import URL, Connection
from sqlalchemy.exc import DBAPIError

from fixturegen.databases.literals import literals
from fixturegen.errors import InputError
from fixturegen.generator import Request
from fixturegen.generators.choice import generator_for
from fixturegen.planning.domains import base_domain
from fixturegen.schema import Column, Constant, Location, Type
from fixturegen.sources import load
from fixturegen.sources.catalogues import mysql
from fixturegen.sources.catalogues.mysql.partitions import accepted
from fixturegen.sources.reflection import reflected

pytestmark = pytest.mark.mariadb
CORPUS = Path(__file__).parents[1] / "corpus" / "mariadb"
POINT = Type(kind="bytes", form="wkb")
EXPECTED = {
    "tinyint(1)": Type(kind="boolean"),
    "tinyint(4)": Type(kind="integer", bits=8),
    "tinyint(3) unsigned": Type(kind="integer", bits=8, signed=False),
    "smallint(6)": Type(kind="integer", bits=16),
    "mediumint(9)": Type(kind="integer", bits=24),
    "mediumint(8) unsigned": Type(kind="integer", bits=24, signed=False),
    "int(10) unsigned zerofill": Type(kind="integer", bits=32, signed=False),
    "bigint(20) unsigned": Type(kind="integer", signed=False),
    "decimal(10,2)": Type(kind="decimal", precision=10, scale=2),
    "decimal(5,3) unsigned": Type(kind="decimal", precision=5, scale=3),
    "float": Type(kind="float", bits=32),
    "float(5,2)": Type(kind="float", bits=32),
    "double": Type(kind="float"),
    "double(6,3) unsigned": Type(kind="float"),
    "bit(1)": Type(kind="boolean"),
    "bit(5)": Type(kind="integer", signed=False),
    "char(5)": Type(kind="text", length=5, fixed=True),
    "varchar(45)": Type(kind="text", length=45),
    "tinytext": Type(kind="text", length=63),
    "text": Type(kind="text", length=16_383),
    "longtext": Type(kind="text"),
    "binary(16)": Type(kind="bytes", length=16, fixed=True),
    "varbinary(9)": Type(kind="bytes", length=9),
    "blob": Type(kind="bytes", length=65_535),
    "date": Type(kind="date"),
    "time(3)": Type(kind="time", precision=3),
    "datetime(6)": Type(kind="datetime", precision=6),
    "timestamp": Type(kind="datetime", precision=0),
    "year(4)": Type(kind="integer", bits=16),
    "enum('a','it''s','b\\\\c')": Type(kind="enum", labels=("a", "it's", "b\\c")),
    "set('x','y')": Type(kind="enum", labels=("x", "y")),
    "uuid": Type(kind="uuid"),
    "inet4": Type(kind="ip", form="inet4"),
    "inet6": Type(kind="ip", form="inet6"),
    **dict.fromkeys(
        ("geometry", "point", "linestring", "polygon", "multipoint", "multilinestring", "multipolygon", "geometrycollection"),
        POINT,
    ),
}  # fmt: skip


def types_table() -> str:
    columns = ", ".join(f"c{number} {native} NULL" for number, native in enumerate(EXPECTED))
    return f"CREATE TABLE t ({columns}, j json) CHARACTER SET utf8mb4"


def test_every_type(made: Made) -> None:
    table = made(types_table()).tables["t"]
    found = {each.type.native: replace(each.type, native=None) for each in table.columns[:-1]}
    assert found == EXPECTED
    assert table.columns[-1].type.kind == "json"
    bounds = {each.type.native: (each.low, each.high) for each in table.columns}
    assert bounds["bit(5)"] == (Constant(0), Constant(31))
    assert bounds["year(4)"] == (Constant(1901), Constant(2155))
    assert bounds["float(5,2)"] == (Constant(-999.99), Constant(999.99))
    assert bounds["double(6,3) unsigned"] == (Constant(0.0), Constant(999.999))
    assert [bound.value for bound in bounds["decimal(5,3) unsigned"] if isinstance(bound, Constant)] == [0]


def test_the_server_takes_the_values_of_every_type(made: Made, mariadb_url: URL) -> None:
    table = made(types_table()).tables["t"]
    with connected(mariadb_url) as connection:
        for each in table.columns:
            for distinct in (0, 30):
                _try_values(connection, each, distinct)
        assert connection.exec_driver_sql("SELECT count(*) FROM t").scalar_one() > 1_000


def _try_values(connection: Connection, column: Column, distinct: int) -> None:
    request = Request(table="t", column=column, domain=base_domain(column, date(2026, 1, 1)), distinct=distinct)
    case = Case(generator=generator_for(request), label="", request=request, simplest=None)
    rows = case.made().build(keyed(case, case.made(), np.arange(20)))
    for text in literals(rows, column.type, "mysql").to_list():
        connection.exec_driver_sql(f"INSERT INTO t (`{column.name}`) VALUES ({text})".replace("%", "%%"))


def test_only_tables_are_read(made: Made) -> None:
    schema = made("""
        CREATE TABLE b (a int); CREATE TABLE `o'r``d%r` (`Sel ect` int); CREATE VIEW v AS SELECT 1 AS a; CREATE SEQUENCE s;
        CREATE TABLE history (a int) WITH SYSTEM VERSIONING; CREATE TABLE old (a int) ENGINE = MyISAM;
    """)
    assert list(schema.tables) == ["b", "history", "o'r`d%r", "old"]
    assert schema.tables["o'r`d%r"].columns[0].name == "Sel ect"
    assert dict(schema.tables["old"].options) == {"engine": "MyISAM"}
    assert schema.dialect == "mysql"


def test_tables_of_other_databases_come_where_they_are_referred_to(made: Made, mariadb_url: URL) -> None:
    with own_database("FIXTUREGEN_TEST_MARIADB") as other:
        execute(
            other,
            "CREATE TABLE q (id int PRIMARY KEY); CREATE TABLE p (id int PRIMARY KEY, q int REFERENCES q (id)); CREATE TABLE x (a int)",
        )
        schema = made(f"CREATE TABLE t (p int REFERENCES `{other.database}`.p (id))")
        assert list(schema.tables) == ["t", f"{other.database}.p", f"{other.database}.q"]
        assert schema.tables["t"].references[0].table == f"{other.database}.p"
        execute(mariadb_url, "DROP TABLE t")


def test_numbering_defaults_and_generated_columns(made: Made) -> None:
    table = made("""
        CREATE TABLE t (id int AUTO_INCREMENT PRIMARY KEY, a varchar(9) DEFAULT 'it''s', b int DEFAULT 5, c int DEFAULT NULL,
          d datetime DEFAULT current_timestamp(), e int NOT NULL, g int AS (b * 2) STORED, h varchar(9) GENERATED ALWAYS AS (concat(a, 'x')) VIRTUAL)
    """).tables["t"]
    assert [each.identity for each in table.columns] == ["autoincrement", *[None] * 7]
    assert [each.default for each in table.columns] == [
        None,
        "'it''s'",
        "5",
        None,
        "current_timestamp()",
        None,
        None,
        None,
    ]
    assert [each.generated for each in table.columns][-2:] == ["`b` * 2", "concat(`a`,'x')"]
    assert [each.nullable for each in table.columns][:6] == [False, True, True, True, True, False]


def test_keys_and_unique_indexes(made: Made) -> None:
    table = made("""
        CREATE TABLE t (a int, b int, c varchar(50), d text, PRIMARY KEY (b, a), UNIQUE KEY both_ (c, a), UNIQUE KEY prefix (c(3), b),
          UNIQUE KEY whole (d), KEY plain (a))
    """).tables["t"]
    assert table.primary_key is not None
    assert table.primary_key.columns == ("b", "a")
    found = {unique.name: unique for unique in table.uniques}
    assert set(found) == {"both_", "prefix", "whole"}
    assert (found["prefix"].expressions, found["prefix"].columns) == (("left(`c`, 3)", "`b`"), ("c", "b"))
    assert (found["both_"].expressions, found["both_"].columns) == ((), ("c", "a"))
    assert found["whole"].columns == ("d",)
    assert {unique.dialect for unique in found.values()} == {"mysql"}


def test_references(made: Made) -> None:
    table = made("""
        CREATE TABLE p (a int, b int, c int, PRIMARY KEY (b, a), KEY plain (c));
        CREATE TABLE t (x int, y int, z int, s int, id int PRIMARY KEY,
          CONSTRAINT whole FOREIGN KEY (x, y) REFERENCES p (b, a) ON DELETE SET NULL,
          CONSTRAINT loose FOREIGN KEY (z) REFERENCES p (c), CONSTRAINT self FOREIGN KEY (s) REFERENCES t (id) ON DELETE CASCADE);
    """).tables["t"]
    found = {each.name: (each.columns, each.table, each.target, each.on_delete) for each in table.references}
    assert found == {
        "whole": (("x", "y"), "p", ("b", "a"), "SET NULL"),
        "loose": (("z",), "p", ("c",), None),
        "self": (("s",), "t", ("id",), "CASCADE"),
    }


def test_checks_of_tables_and_of_columns(made: Made) -> None:
    table = made("""
        CREATE TABLE t (a int CHECK (a > 0), s varchar(9) CHECK (s IN ('new', 'it''s', 'b\\\\c')), j json,
          CONSTRAINT pair CHECK (a < 10 OR s = 'new'), CHECK (a <> 5))
    """).tables["t"]
    assert sql_of(table.checks) == {
        "CONSTRAINT_1": "`a` <> 5",
        "a": "`a` > 0",
        "j": "json_valid(`j`)",
        "pair": "`a` < 10 or `s` = 'new'",
        "s": "`s` in ('new','it\\'s','b\\\\c')",
    }
    assert column(table, "j").type.kind == "json"


def test_collations_and_character_sets(made: Made) -> None:
    table = made("""
        CREATE TABLE t (a varchar(9) COLLATE utf8mb4_general_ci, b varchar(9) COLLATE utf8mb4_bin, c varchar(9) CHARACTER SET latin1,
          d int, e enum('x') ) CHARACTER SET utf8mb4
    """).tables["t"]
    assert [each.collation for each in table.columns] == [
        "utf8mb4_general_ci",
        "utf8mb4_bin",
        "latin1_swedish_ci",
        None,
        None,
    ]
    assert table.options["character_sets"] == {"c": "latin1"}


def test_triggers(made: Made) -> None:
    table = made("CREATE TABLE t (a int); CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW SET NEW.a = 1").tables["t"]
    assert table.options["triggers"] == {
        "g": {"timing": "BEFORE", "events": ["INSERT"], "level": "row", "writes": ["a"], "reads": ["a"]}
    }


@pytest.mark.parametrize(
    ("partitions", "expected"),
    [
        ("RANGE (a) (PARTITION x VALUES LESS THAN (1), PARTITION y VALUES LESS THAN (20))", "`a` < 20 OR `a` IS NULL"),
        ("RANGE (a * 2) (PARTITION x VALUES LESS THAN (10))", "`a` * 2 < 10 OR `a` * 2 IS NULL"),
        ("RANGE (a) (PARTITION x VALUES LESS THAN (1), PARTITION y VALUES LESS THAN MAXVALUE)", None),
        ("RANGE COLUMNS (a, k) (PARTITION x VALUES LESS THAN (2, 'b'), PARTITION y VALUES LESS THAN (5, MAXVALUE))",
         "(`a` < 5) OR (`a` = 5) OR `a` IS NULL"),
        ("LIST (a) (PARTITION x VALUES IN (1, 2), PARTITION y VALUES IN (5, NULL))", "`a` IN (1, 2, 5) OR `a` IS NULL"),
        ("LIST COLUMNS (k) (PARTITION x VALUES IN ('a', 'x'))", "`k` IS NOT NULL AND `k` IN ('a', 'x')"),
        ("LIST COLUMNS (a, k) (PARTITION x VALUES IN ((1, 'a'), (2, NULL)))", "(`a` = 1 AND `k` = 'a') OR (`a` = 2 AND `k` IS NULL)"),
        ("LIST (a) (PARTITION x VALUES IN (1), PARTITION y DEFAULT)", None),
        ("HASH (a) PARTITIONS 3", None),
        ("RANGE (a) SUBPARTITION BY HASH (a) SUBPARTITIONS 2 (PARTITION x VALUES LESS THAN (2))", "`a` < 2 OR `a` IS NULL"),
    ],
)  # fmt: skip
def test_partitions(partitions: str, expected: str | None, made: Made, mariadb_url: URL) -> None:
    table = made(f"CREATE TABLE t (a int, k varchar(9)) PARTITION BY {partitions}").tables["t"]
    assert [check.sql for check in table.checks] == ([] if expected is None else [expected])
    assert table.options["partitions"]
    with connected(mariadb_url) as connection:
        for a in ("NULL", "0", "1", "2", "5", "19", "20"):
            for text in ("NULL", "'a'", "'b'", "'x'"):
                wanted = connection.exec_driver_sql(
                    f"SELECT {expected or 1} FROM (SELECT {a} AS a, {text} AS k) r"
                ).scalar_one()
                try:
                    connection.exec_driver_sql(f"INSERT INTO t VALUES ({a}, {text})")
                    taken = True
                except DBAPIError:
                    taken = False
                assert bool(wanted) is taken, (a, text)


def test_a_partition_without_description_takes_every_row() -> None:
    assert accepted("SYSTEM_TIME", "", [None, "CURRENT"]) == ""
    assert accepted("KEY", "`a`", [None]) == ""


def test_nothing_of_the_session_is_changed(made: Made, mariadb_url: URL) -> None:
    made("CREATE TABLE t (id int PRIMARY KEY)")
    with connected(mariadb_url) as connection:
        reflected(connection)
        assert not connection.in_transaction()
        connection.exec_driver_sql("INSERT INTO t VALUES (1)")
        reflected(connection)
        connection.exec_driver_sql("INSERT INTO t VALUES (2)")
        connection.rollback()
        assert connection.exec_driver_sql("SELECT count(*) FROM t").scalar_one() == 0


def test_an_address_without_a_database_is_refused(mariadb_url: URL) -> None:
    with pytest.raises(InputError, match="names no database"):
        load(mariadb_url._replace(database=None))


def test_what_mysql_escapes_is_read_as_it_was_written() -> None:
    assert mysql.unescaped(r"(`a` in (_utf8mb4\'x\',_utf8mb4\'it\\\'s\'))") == r"(`a` in (_utf8mb4'x',_utf8mb4'it\'s'))"
    assert mysql.unescaped(r"regexp_like(`a`,_utf8mb4\'^\\d+$\')") == r"regexp_like(`a`,_utf8mb4'^\d+$')"


@pytest.mark.parametrize(
    ("version", "mariadb"),
    [("10.11.6-MariaDB-0+deb12u1", True), ("5.5.5-10.4.1-MariaDB", True), ("8.0.36", False), ("9.1.0", False)],
)
def test_servers_are_told_apart(version: str, mariadb: bool) -> None:
    assert mysql.is_mariadb(version, Location()) is mariadb


@pytest.mark.parametrize("version", ["5.7.44-log", "10.1.48-MariaDB"])
def test_old_servers_are_refused(version: str) -> None:
    with pytest.raises(Exception, match="too old"):
        mysql.is_mariadb(version, Location())


@pytest.mark.slow
@pytest.mark.parametrize("path", sorted(CORPUS.glob("*.sql")), ids=lambda path: path.stem)
def test_real_schemas_are_read_completely(path: Path, mariadb_url: URL) -> None:
    execute(mariadb_url, without_bodies(path.read_text(encoding="utf-8")))
    tables = load(mariadb_url).tables.values()
    with connected(mariadb_url) as connection:

        def count(what: str, which: str = "1") -> int:
            base = "(SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE')"
            query = f"SELECT count(*) FROM information_schema.{what} WHERE table_schema = DATABASE() AND table_name IN {base} AND {which}"
            return int(connection.exec_driver_sql(query).scalar_one())

        assert len(tables) == count("tables")
        assert sum(len(each.columns) for each in tables) == count("columns")
        assert sum(each.primary_key is not None for each in tables) == count(
            "table_constraints", "constraint_type = 'PRIMARY KEY'"
        )
        assert sum(len(each.references) for each in tables) == count(
            "table_constraints", "constraint_type = 'FOREIGN KEY'"
        )
        assert sum(len(each.uniques) for each in tables) == count("table_constraints", "constraint_type = 'UNIQUE'")
        assert not [each for table in tables for each in table.columns if each.type.kind == "unknown"]
