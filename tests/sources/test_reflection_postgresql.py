"""PostgreSQL's catalogue, judged by the server itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from laws import Case, keyed
from servers import own_database
from sqlalchemy import URL, Connection, create_engine
from sqlalchemy.exc import IntegrityError

from fixturegen.databases.literals import literals
from fixturegen.errors import RefusedError
from fixturegen.generator import Request
from fixturegen.generators.choice import generator_for
from fixturegen.planning.domains import base_domain
from fixturegen.schema import Check, Column, Constant, Rows, Schema, Table, Type
from fixturegen.sources import load
from fixturegen.sources.catalogues.postgresql.partitions import Partitions, parts_of_key, read_bound
from fixturegen.sources.reflection import reflected

pytestmark = pytest.mark.postgresql
CORPUS = Path(__file__).parents[1] / "corpus" / "postgresql"
Made = Callable[[str], Schema]


@pytest.fixture(scope="module")
def database() -> Iterator[URL]:
    with own_database("FIXTUREGEN_TEST_POSTGRESQL") as url:
        yield url


@pytest.fixture
def postgresql_url(database: URL) -> URL:
    """One database for all tests here, emptied before each: making one takes longer than most of them."""
    with connected(database) as connection:
        spaces = connection.exec_driver_sql(
            "SELECT quote_ident(nspname) FROM pg_namespace WHERE nspname !~ '^(pg_|information_schema)'"
        ).scalars()
        drops = "".join(f"DROP SCHEMA {space} CASCADE;" for space in spaces)
    execute(database, f"{drops} CREATE SCHEMA public")
    return database


@pytest.fixture
def made(postgresql_url: URL) -> Made:
    def run(sql: str) -> Schema:
        execute(postgresql_url, sql)
        return load(postgresql_url)

    return run


@contextmanager
def connected(url: URL, **options: object) -> Iterator[Connection]:
    engine = create_engine(url, **options)
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


def execute(url: URL, sql: str) -> None:
    with connected(url, isolation_level="AUTOCOMMIT") as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        driver.execute(sql)  # several statements at once


def column(table: Table, name: str) -> Column:
    return next(each for each in table.columns if each.name == name)


def sql_of(checks: tuple[Check, ...]) -> dict[str, str]:
    return {check.name: check.sql for check in checks}


EXTENSIONS = "CREATE EXTENSION citext; CREATE EXTENSION hstore; CREATE EXTENSION ltree; CREATE EXTENSION cube; CREATE EXTENSION seg; CREATE EXTENSION isn;"
TYPES = """
CREATE TYPE mood AS ENUM ('glad', 'it''s', 'a\\b');
CREATE SCHEMA app;
CREATE TYPE app."Mood" AS ENUM ('x', 'y');
CREATE TYPE pair AS (a int, "B b" text, at timestamptz, days date[], body bytea, span interval);
CREATE TYPE floatrange AS RANGE (subtype = float8);
CREATE DOMAIN app.code AS varchar(5);
"""
INTEGER, INSTANT = Type(kind="integer", bits=32), Type(kind="datetime", zone=True)
MOOD = Type(kind="enum", labels=("glad", "it's", "a\\b"), name="mood")
EXPECTED = {
    "smallint": Type(kind="integer", bits=16),
    "integer": INTEGER,
    "bigint": Type(kind="integer"),
    "oid": Type(kind="integer", bits=32, signed=False),
    "numeric": Type(kind="decimal", scale=2),
    "numeric(12,3)": Type(kind="decimal", precision=12, scale=3),
    "numeric(3,5)": Type(kind="decimal", precision=5, scale=5),
    "numeric(3,-2)": Type(kind="decimal", precision=5),
    "money": Type(kind="decimal", precision=18, scale=2),
    "real": Type(kind="float", bits=32),
    "double precision": Type(kind="float"),
    "boolean": Type(kind="boolean"),
    "character varying(45)": Type(kind="text", length=45),
    "character varying": Type(kind="text"),
    "character(5)": Type(kind="text", length=5, fixed=True),
    "text": Type(kind="text"),
    "citext": Type(kind="text"),
    '"char"': Type(kind="text", length=1),
    "name": Type(kind="text", length=63),
    "app.code": Type(kind="text", length=5, name="app.code"),
    "bytea": Type(kind="bytes"),
    "date": Type(kind="date"),
    "time(3) without time zone": Type(kind="time", precision=3),
    "time with time zone": Type(kind="time", zone=True),
    "timestamp(0) without time zone": Type(kind="datetime", precision=0),
    "timestamp with time zone": INSTANT,
    "interval": Type(kind="interval"),
    "interval day to second(2)": Type(kind="interval", precision=2),
    "uuid": Type(kind="uuid"),
    "json": Type(kind="json"),
    "jsonb": Type(kind="json"),
    "inet": Type(kind="ip"),
    "cidr": Type(kind="ip"),
    "macaddr": Type(kind="mac"),
    "macaddr8": Type(kind="mac"),
    "mood": MOOD,
    'app."Mood"': Type(kind="enum", labels=("x", "y"), name="app.Mood"),
    "mood[]": Type(kind="array", element=replace(MOOD, native="mood")),
    "integer[]": Type(kind="array", element=INTEGER),
    "character varying(7)[]": Type(kind="array", element=Type(kind="text", length=7)),
    "int4range": Type(kind="unknown", form="range", element=INTEGER),
    "int8range": Type(kind="unknown", form="range", element=Type(kind="integer")),
    "numrange": Type(kind="unknown", form="range", element=Type(kind="decimal", scale=2)),
    "tsrange": Type(kind="unknown", form="range", element=Type(kind="datetime")),
    "tstzrange": Type(kind="unknown", form="range", element=INSTANT),
    "daterange": Type(kind="unknown", form="range", element=Type(kind="date")),
    "int4multirange": Type(kind="unknown", form="multirange", element=INTEGER),
    "tstzmultirange": Type(kind="unknown", form="multirange", element=INSTANT),
    "floatrange": Type(kind="unknown", form="range", element=Type(kind="float", native="double precision")),
    "bit(5)": Type(kind="unknown", form="bit", length=5),
    "bit varying(7)": Type(kind="unknown", form="varbit", length=7),
    "ltree[]": Type(kind="array", element=Type(kind="unknown", form="ltree", native="ltree")),
    "isbn13": Type(kind="unknown", form="isbn"),
    "txid_snapshot": Type(kind="unknown", form="snapshot"),
    "xid": Type(kind="unknown", form="xid"),
    "oidvector": Type(kind="unknown", form="vectors of numbers"),
    **{
        name: Type(kind="unknown", form=name)
        for name in (
            "hstore", "ltree", "lquery", "ltxtquery", "tsvector", "tsquery", "xml", "jsonpath", "point", "line", "lseg", "box",
            "path", "polygon", "circle", "cube", "seg", "pg_lsn", "tid", "isbn", "issn", "ismn", "upc", "ean13", "regclass",
            "regtype", "regproc", "regprocedure", "regoper", "regoperator", "regnamespace", "regrole", "regcollation",
            "regconfig", "regdictionary",
        )
    },
}  # fmt: skip
UNORDERED = frozenset({"json", "xml", "point", "line", "lseg", "box", "path", "polygon", "circle", "jsonpath"})
"""Types of which the server tells no two values apart, or only by their size."""


def types_table() -> str:
    columns = ", ".join(f"c{number} {native}" for number, native in enumerate([*EXPECTED, "pair", "pair[]"]))
    return f"{EXTENSIONS}{TYPES}CREATE TABLE t ({columns})"


def bare(type_: Type | None) -> Type | None:
    return None if type_ is None else replace(type_, native=None, element=bare(type_.element))


def test_every_type(made: Made) -> None:
    table = made(types_table()).tables["t"]
    found = {column.type.native: bare(column.type) for column in table.columns}
    assert {native: found[native] for native in EXPECTED} == {native: bare(type_) for native, type_ in EXPECTED.items()}
    assert list(found)[: len(EXPECTED)] == list(EXPECTED)
    pair = table.columns[-2].type
    assert [(name, type_.kind) for name, type_ in pair.fields] == [
        ("a", "integer"), ("B b", "text"), ("at", "datetime"), ("days", "array"), ("body", "bytes"), ("span", "interval"),
    ]  # fmt: skip


def test_the_server_takes_the_values_of_every_type(made: Made, postgresql_url: URL) -> None:
    table = made(types_table()).tables["t"]
    with connected(postgresql_url) as connection:
        for distinct in (0, 40):
            for each in table.columns:
                _try_values(connection, each, distinct)


def _try_values(connection: Connection, column: Column, distinct: int) -> None:
    request = Request(table="t", column=column, domain=base_domain(column, date(2026, 1, 1)), distinct=distinct)
    case = Case(generator=generator_for(request), label="", request=request, simplest=None)
    generator = case.made()
    rows = min(40, generator.capacity or 40) if generator.distinct else 40
    values = _rows(case, rows)
    texts = literals(values, column.type, "postgresql").to_list()
    native = column.type.native
    # The text form is compared, as a unique index would: equal values have equal texts.
    query = " UNION ALL ".join(f"SELECT ({text}::{native})::text AS v" for text in texts)
    count, different = connection.exec_driver_sql(
        f"SELECT count(v), count(DISTINCT v) FROM ({query}) q".replace("%", "%%")
    ).one()
    assert count == rows
    if distinct and generator.distinct and native not in UNORDERED:
        assert different == len(set(map(str, values.to_list()))), native


def _rows(case: Case, rows: int) -> pl.Series:
    return case.made().build(keyed(case, case.made(), np.arange(rows)))


def test_values_of_domains_fit_the_digits(made: Made) -> None:
    found = made("CREATE TABLE t (a numeric(3,5), b numeric(3,2))").tables["t"]
    assert (found.columns[0].low, found.columns[0].high) == tuple(
        Constant(type(found.columns[0].high.value)(text))
        for text in ("-0.00999", "0.00999")  # type: ignore[union-attr]  # a constant
    )
    assert found.columns[1].low is None


def test_only_tables_of_the_user_are_read(made: Made) -> None:
    schema = made("""
        CREATE EXTENSION file_fdw; CREATE SERVER files FOREIGN DATA WRAPPER file_fdw;
        CREATE TABLE "b" (a int); CREATE TABLE "a" (a int); CREATE UNLOGGED TABLE u (a int);
        CREATE SCHEMA app; CREATE TABLE app."Or.der" (a int); CREATE TABLE "dotted.name" (a int);
        CREATE VIEW v AS SELECT 1 AS a; CREATE MATERIALIZED VIEW m AS SELECT 1 AS a; CREATE SEQUENCE s;
        CREATE FOREIGN TABLE f (a int) SERVER files OPTIONS (filename '/dev/null'); CREATE TYPE c AS (a int);
        CREATE EXTENSION pg_trgm; CREATE TABLE owned (a int); ALTER EXTENSION pg_trgm ADD TABLE owned;
    """)
    assert list(schema.tables) == ["a", "b", "public.dotted.name", "u", "app.Or.der"]
    assert schema.dialect == "postgresql"


def test_the_current_schema_has_plain_names(made: Made, postgresql_url: URL) -> None:
    made("""
        CREATE SCHEMA app; CREATE TABLE app.a (id int PRIMARY KEY, e int); CREATE TABLE b (a int REFERENCES app.a);
        CREATE TYPE app.mood AS ENUM ('x'); ALTER TABLE app.a ALTER e TYPE app.mood USING 'x';
    """)
    with connected(postgresql_url, connect_args={"options": "-c search_path=nowhere,app,public"}) as connection:
        schema = reflected(connection)
    assert list(schema.tables) == ["a", "public.b"]
    assert schema.tables["public.b"].references[0].table == "a"
    assert schema.tables["a"].columns[1].type.name == "mood"


def test_names_of_any_kind(made: Made) -> None:
    schema = made("""
        CREATE TABLE "o'r""der %s :x" ("Select" int PRIMARY KEY, "a b" int CHECK ("a b" > 0), "100%" text UNIQUE,
                                       FOREIGN KEY ("a b") REFERENCES "o'r""der %s :x")
    """)
    table = schema.tables["o'r\"der %s :x"]
    assert [each.name for each in table.columns] == ["Select", "a b", "100%"]
    assert table.references[0].table == table.name
    assert table.checks[0].sql == '("a b" > 0)'


def test_numbering_defaults_and_generated_columns(made: Made) -> None:
    table = made("""
        CREATE SEQUENCE shared;
        CREATE TABLE t (s bigserial, d int GENERATED BY DEFAULT AS IDENTITY, a int GENERATED ALWAYS AS IDENTITY,
                        n int DEFAULT nextval('shared'), x text DEFAULT 'it''s', g int GENERATED ALWAYS AS (d * 2) STORED, e int);
    """).tables["t"]
    assert {each.name: each.identity for each in table.columns} == {
        "s": "by default", "d": "by default", "a": "always", "n": "by default", "x": None, "g": None, "e": None,
    }  # fmt: skip
    assert column(table, "n").default == "nextval('shared'::regclass)"
    assert column(table, "x").default == "'it''s'::text"
    assert (column(table, "g").generated, column(table, "g").default) == ("(d * 2)", None)
    assert [each.nullable for each in table.columns] == [False, False, False, True, True, True, True]


def test_keys_and_unique_indexes(made: Made) -> None:
    table = made("""
        CREATE TABLE t (a int, b int, c text, d text, e boolean, f int, PRIMARY KEY (b, a) INCLUDE (f),
                        CONSTRAINT late UNIQUE (c) DEFERRABLE INITIALLY DEFERRED, CONSTRAINT twin UNIQUE NULLS NOT DISTINCT (d, a));
        CREATE UNIQUE INDEX part ON t (a) INCLUDE (b) WHERE e AND c <> 'x';
        CREATE UNIQUE INDEX folded ON t (a, lower(c), COALESCE(d, ''::text));
        CREATE INDEX plain ON t (f); CREATE UNIQUE INDEX again ON t (c);
    """).tables["t"]
    assert table.primary_key is not None
    assert table.primary_key.columns == ("b", "a")
    found = {unique.name: unique for unique in table.uniques}
    assert set(found) == {"again", "twin", "part", "folded"}  # late says no more than again, and says it later
    assert found["again"].columns == ("c",)
    assert (found["twin"].columns, found["twin"].nulls_distinct) == (("d", "a"), False)
    assert (found["part"].columns, found["part"].predicate) == (("a",), "(e AND (c <> 'x'::text))")
    assert found["folded"].expressions == ("a", "lower(c)", "COALESCE(d, ''::text)")
    assert found["folded"].columns == ("a", "c", "d")
    assert {unique.dialect for unique in table.uniques} == {"postgresql"}


def test_deferred_uniques(made: Made) -> None:
    (unique,) = made("CREATE TABLE t (a int UNIQUE DEFERRABLE INITIALLY DEFERRED)").tables["t"].uniques
    assert unique.deferred


def test_an_index_that_was_never_finished_counts_for_nothing(made: Made, postgresql_url: URL) -> None:
    made("CREATE TABLE t (a int); INSERT INTO t VALUES (1), (1)")
    with connected(postgresql_url, isolation_level="AUTOCOMMIT") as connection:
        with pytest.raises(IntegrityError, match="duplicated"):
            connection.exec_driver_sql("CREATE UNIQUE INDEX CONCURRENTLY broken ON t (a)")
        connection.exec_driver_sql("INSERT INTO t VALUES (1)")  # it is there, and refuses nothing
    assert load(postgresql_url).tables["t"].uniques == ()


def test_exclusion_constraints(made: Made) -> None:
    table = made("""
        CREATE EXTENSION btree_gist;
        CREATE TABLE t (id int, room int, during tstzrange, active boolean,
          CONSTRAINT overlap EXCLUDE USING gist (room WITH =, during WITH &&) WHERE (active),
          CONSTRAINT one EXCLUDE USING btree ((id * 0) WITH =), CONSTRAINT same EXCLUDE USING hash (room WITH =));
    """).tables["t"]
    assert table.uniques == ()
    found = {each.name: each for each in table.exclusions}
    assert (found["overlap"].expressions, found["overlap"].operators) == (("room", "during"), ("=", "&&"))
    assert (found["overlap"].columns, found["overlap"].predicate) == (("room", "during"), "active")
    assert (found["one"].expressions, found["one"].operators, found["one"].columns) == (
        ("((id * 0))",),
        ("=",),
        ("id",),
    )
    assert found["same"].operators == ("=",)


def test_references(made: Made) -> None:
    schema = made(
        """
        CREATE SCHEMA app; CREATE TABLE p (a int, b int, c int UNIQUE, PRIMARY KEY (b, a));
        CREATE TABLE app.t (x int, y int, z int REFERENCES p (c) ON DELETE CASCADE NOT VALID, s int, id int PRIMARY KEY,
          CONSTRAINT whole FOREIGN KEY (x, y) REFERENCES p MATCH FULL ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED,
          CONSTRAINT self FOREIGN KEY (s) REFERENCES app.t DEFERRABLE);
        ALTER TABLE app.t ADD CONSTRAINT unchecked FOREIGN KEY (z) REFERENCES p (c) NOT VALID;
    """.replace(" NOT VALID, s", ", s")
    )
    table = schema.tables["app.t"]
    found = {each.name: each for each in table.references}
    assert (found["whole"].columns, found["whole"].table, found["whole"].target) == (("x", "y"), "p", ("b", "a"))
    assert (found["whole"].deferrable, found["whole"].deferred, found["whole"].on_delete) == (True, True, "SET NULL")
    assert (found["self"].table, found["self"].target) == ("app.t", ("id",))
    assert (found["self"].deferrable, found["self"].deferred, found["self"].on_delete) == (True, False, None)
    assert (found["t_z_fkey"].target, found["t_z_fkey"].on_delete) == (("c",), "CASCADE")
    assert "unchecked" in found
    assert sql_of(table.checks) == {
        "whole_full": '("x" IS NULL AND "y" IS NULL) OR ("x" IS NOT NULL AND "y" IS NOT NULL)'
    }


def test_checks_are_the_servers_own_text(made: Made) -> None:
    table = made("""
        CREATE FUNCTION even(n int) RETURNS boolean LANGUAGE sql IMMUTABLE RETURN n % 2 = 0;
        CREATE TABLE t (a int CHECK (a > 0 AND a < 10), s text, j jsonb, n int CONSTRAINT evens CHECK (even(n)),
          CONSTRAINT states CHECK (s IN ('new', 'it''s')), CONSTRAINT one CHECK (num_nonnulls(a, n) = 1) NO INHERIT);
        ALTER TABLE t ADD CONSTRAINT later CHECK (s LIKE 'a%') NOT VALID;
    """).tables["t"]
    assert sql_of(table.checks) == {
        "evens": "even(n)",
        "later": "(s ~~ 'a%'::text)",
        "one": "(num_nonnulls(a, n) = 1)",
        "states": "(s = ANY (ARRAY['new'::text, 'it''s'::text]))",
        "t_a_check": "((a > 0) AND (a < 10))",
    }
    # NOT VALID spares the rows that are there, not new ones.
    assert all(check.enforced for check in table.checks)


def test_domains_bring_their_checks(made: Made) -> None:
    table = made("""
        CREATE DOMAIN positive AS int DEFAULT 7 CONSTRAINT above CHECK (VALUE > 0);
        CREATE DOMAIN digit AS positive NOT NULL CONSTRAINT below CHECK (VALUE < 10 AND 'VALUE' <> '');
        CREATE DOMAIN tags AS text[] CHECK (cardinality(VALUE) > 0);
        CREATE TABLE t ("my digit" digit, p positive DEFAULT 3, t tags);
    """).tables["t"]
    assert sql_of(table.checks) == {
        "above": '("my digit" > 0)',
        "above_2": '("p" > 0)',
        "below": "((\"my digit\")::integer < 10) AND ('VALUE'::text <> ''::text))".replace("((", "(((", 1),
        "tags_check": '(cardinality("t") > 0)',
    }
    assert [each.nullable for each in table.columns] == [False, True, True]
    assert [each.default for each in table.columns] == ["7", "3", None]
    assert column(table, "t").type.kind == "array"
    assert column(table, "my digit").type.name == "digit"


def test_collations(made: Made) -> None:
    table = made("""
        CREATE EXTENSION citext; CREATE COLLATION folded (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
        CREATE TABLE t (a text, b text COLLATE "C", c citext, d text COLLATE folded, e name);
    """).tables["t"]
    assert [each.collation for each in table.columns] == [None, "C", "NOCASE", "NOCASE", None]


def test_triggers_rules_and_row_security(made: Made) -> None:
    schema = made("""
        CREATE TABLE t (a int); CREATE TABLE u (a int); CREATE TABLE w (a int);
        CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
        CREATE TRIGGER one BEFORE INSERT OR UPDATE ON t FOR EACH ROW EXECUTE FUNCTION f();
        CREATE TRIGGER two AFTER DELETE ON t EXECUTE FUNCTION f();
        CREATE TRIGGER off AFTER DELETE ON t EXECUTE FUNCTION f(); ALTER TABLE t DISABLE TRIGGER off;
        CREATE CONSTRAINT TRIGGER late AFTER INSERT ON t DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION f();
        ALTER TABLE u ENABLE ROW LEVEL SECURITY; ALTER TABLE w ENABLE ROW LEVEL SECURITY; ALTER TABLE w FORCE ROW LEVEL SECURITY;
        CREATE RULE away AS ON INSERT TO u DO INSTEAD NOTHING;
    """)
    triggers = schema.tables["t"].options["triggers"]
    assert isinstance(triggers, dict)
    assert list(triggers) == ["late", "one", "two"]
    assert triggers["one"] == {
        "timing": "BEFORE", "events": ["INSERT", "UPDATE"], "level": "row", "constraint": False, "deferred": False, "function": "f",
    }  # fmt: skip
    assert (triggers["late"]["constraint"], triggers["late"]["deferred"]) == (True, True)
    assert triggers["two"]["level"] == "statement"
    assert dict(schema.tables["u"].options) == {"row_level_security": "enabled", "rules": {"away": "instead"}}
    assert schema.tables["w"].options["row_level_security"] == "forced"


def test_partitions_are_folded_into_their_table(made: Made) -> None:
    schema = made("""
        CREATE TABLE p (id int PRIMARY KEY);
        CREATE TABLE t (id int, at timestamptz, kind text, p int REFERENCES p, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
        CREATE TABLE t1 PARTITION OF t FOR VALUES FROM ('2024-01-01 00:00+00') TO ('2024-02-01 00:00+00');
        CREATE TABLE t2 PARTITION OF t FOR VALUES FROM ('2024-02-01 00:00+00') TO ('2024-03-01 00:00+00');
        CREATE TABLE t9 PARTITION OF t FOR VALUES FROM ('2025-01-01 00:00+00') TO (MAXVALUE) PARTITION BY LIST (id);
        CREATE TABLE t9a PARTITION OF t9 FOR VALUES IN (1, 2); CREATE TABLE t9c PARTITION OF t9 FOR VALUES IN (3);
        ALTER TABLE t2 ALTER kind SET NOT NULL; ALTER TABLE t1 ADD CONSTRAINT own CHECK (kind <> 'x'); CREATE UNIQUE INDEX u ON t2 (kind);
        CREATE TABLE c (id int, at timestamptz, FOREIGN KEY (id, at) REFERENCES t);
    """)
    assert list(schema.tables) == ["c", "p", "t"]
    table = schema.tables["t"]
    assert (len(table.references), len(schema.tables["c"].references)) == (1, 1)
    assert not column(table, "kind").nullable
    assert [unique.columns for unique in table.uniques] == [("kind",)]
    assert table.options["partitioned_by"] == "RANGE (at)"
    partitions = table.options["partitions"]
    assert isinstance(partitions, dict)
    assert list(partitions) == ["t1", "t2", "t9", "t9a", "t9c"]
    (check,) = table.checks
    assert check.name == "t_partition"
    assert check.sql == (
        "((at IS NOT NULL AND at >= '2024-01-01 00:00:00+00' AND at < '2024-02-01 00:00:00+00') AND ((kind <> 'x'::text))) OR "
        "((at IS NOT NULL AND at >= '2025-01-01 00:00:00+00') AND ((id IS NOT NULL AND id IN (1, 2, 3)))) "
        "OR (at IS NOT NULL AND at >= '2024-02-01 00:00:00+00' AND at < '2024-03-01 00:00:00+00')"
    )


@pytest.mark.parametrize(
    ("key", "bounds", "expected"),
    [
        ("RANGE (a)", ["FOR VALUES FROM (1) TO (5)", "FOR VALUES FROM (10) TO (20)", "FOR VALUES FROM (5) TO (10)"],
         "(a IS NOT NULL AND a >= 1 AND a < 20)"),
        ("RANGE (a)", ["FOR VALUES FROM (MINVALUE) TO (5)", "FOR VALUES FROM (5) TO (MAXVALUE)"], "(a IS NOT NULL)"),
        ("RANGE (a, b)", ["FOR VALUES FROM (1, 'x') TO (2, MAXVALUE)"],
         "(a IS NOT NULL AND b IS NOT NULL AND ((a > 1) OR (a = 1 AND b >= 'x')) AND ((a < 2) OR (a = 2)))"),
        ("LIST (lower(k))", ["FOR VALUES IN ('a,)')", "FOR VALUES IN ('b')"],
         "(lower(k) IS NOT NULL AND lower(k) IN ('a,)', 'b'))"),
        ("LIST (k)", ["FOR VALUES IN (NULL)"], "(k IS NULL)"),
        ("LIST (k)", ["FOR VALUES IN ('a')", "DEFAULT"], ""),
        ("HASH (k)", ["FOR VALUES WITH (modulus 2, remainder 0)", "FOR VALUES WITH (modulus 2, remainder 1)"], ""),
        ("RANGE (a)", [], None),
    ],
)  # fmt: skip
def test_conditions_of_partitions(
    key: str, bounds: list[str], expected: str | None, made: Made, postgresql_url: URL
) -> None:
    parts = "".join(f"CREATE TABLE p{at} PARTITION OF t {bound};" for at, bound in enumerate(bounds))
    table = made(f"CREATE TABLE t (a int, b text, k text) PARTITION BY {key};{parts}").tables["t"]
    checks = [check.sql for check in table.checks]
    assert checks == ([expected] if expected else [])
    if expected is None:
        assert table.count == Rows(0)
    if expected:
        _same_as_the_server(postgresql_url, expected)


def _same_as_the_server(url: URL, condition: str) -> None:
    """Every row that the condition takes finds a partition, and no other does."""
    with connected(url, isolation_level="AUTOCOMMIT") as connection:
        for a in ("NULL", "0", "1", "2", "5", "19", "20"):
            for text in ("NULL", "'a'", "'B'", "'x'", "'z'", "'A,)'"):
                row = f"{a}, {text}, {text}"
                wanted = connection.exec_driver_sql(
                    f"SELECT {condition} FROM (SELECT {a}::int a, {text} b, {text} k) r"
                ).scalar_one()
                try:
                    connection.exec_driver_sql(f"INSERT INTO t VALUES ({row})")
                    taken = True
                except IntegrityError:
                    taken = False
                assert bool(wanted) is taken, row


def test_bounds_and_keys_are_taken_apart() -> None:
    assert parts_of_key("RANGE (tenant, date_trunc('day, (x)'::text, at))") == (
        "tenant",
        "date_trunc('day, (x)'::text, at)",
    )
    assert read_bound("FOR VALUES IN ('a'',)', NULL)").values == ("'a'',)'", "NULL")
    assert Partitions([], {}).root(7) == 7


def test_nothing_of_the_session_is_changed(made: Made, postgresql_url: URL) -> None:
    made("CREATE TABLE t (id int PRIMARY KEY, at timestamptz DEFAULT '2024-01-01 00:00+00')")
    with connected(postgresql_url) as connection:
        connection.exec_driver_sql("SET TIME ZONE 'Asia/Tokyo'")
        connection.exec_driver_sql("INSERT INTO t VALUES (1)")
        schema = reflected(connection)
        assert column(schema.tables["t"], "at").default == "'2024-01-01 00:00:00+00'::timestamp with time zone"
        assert connection.exec_driver_sql("SHOW TimeZone").scalar_one() == "Asia/Tokyo"
        # The transaction of the user goes on, and may write.
        connection.exec_driver_sql("INSERT INTO t VALUES (2)")
        connection.commit()
        assert not connection.in_transaction()
        reflected(connection)
        assert not connection.in_transaction()
        connection.exec_driver_sql("INSERT INTO t VALUES (3)")
        connection.commit()
        assert connection.exec_driver_sql("SELECT count(*) FROM t").scalar_one() == 3


def test_rows_are_never_read(made: Made, postgresql_url: URL) -> None:
    made("CREATE TABLE t (id int); CREATE ROLE fg_blind LOGIN; GRANT USAGE ON SCHEMA public TO fg_blind")
    try:
        assert list(load(postgresql_url.set(username="fg_blind")).tables) == ["t"]
    finally:
        execute(postgresql_url, "REVOKE USAGE ON SCHEMA public FROM fg_blind; DROP ROLE fg_blind")


def test_a_lost_server_is_said_without_the_password() -> None:
    with pytest.raises(RefusedError, match=r"me:\*\*\*@127.0.0.1:1/x: the database cannot be read") as caught:
        load("postgresql://me:s3cret@127.0.0.1:1/x")
    assert "s3cret" not in str(caught.value)


@pytest.mark.slow
@pytest.mark.parametrize("path", sorted(CORPUS.glob("*.sql")), ids=lambda path: path.stem)
def test_real_schemas_are_read_completely(path: Path, made: Made, postgresql_url: URL) -> None:
    schema = made(path.read_text(encoding="utf-8"))
    tables = schema.tables.values()
    with connected(postgresql_url) as connection:

        def count(query: str) -> int:
            return int(connection.exec_driver_sql(query).scalar_one())

        user = "NOT IN ('pg_catalog', 'information_schema')"
        base = f"SELECT table_schema, table_name FROM information_schema.tables WHERE table_type = 'BASE TABLE' AND table_schema {user}"
        whole = f"({base} AND NOT EXISTS (SELECT FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE c.relispartition AND c.relname = table_name)) t"
        assert len(tables) == count(f"SELECT count(*) FROM {whole}")
        assert sum(len(each.columns) for each in tables) == count(
            f"SELECT count(*) FROM information_schema.columns NATURAL JOIN {whole}"
        )
        for kind, found in (
            ("PRIMARY KEY", sum(each.primary_key is not None for each in tables)),
            ("FOREIGN KEY", sum(len(each.references) for each in tables)),
            ("CHECK", sum(not check.name.endswith("_partition") for each in tables for check in each.checks)),
        ):
            listed = f"SELECT count(*) FROM information_schema.table_constraints NATURAL JOIN {whole} WHERE constraint_type = '{kind}' AND constraint_name !~ '_not_null$'"
            domains = "SELECT count(*) FROM information_schema.columns c JOIN information_schema.domain_constraints USING (domain_schema, domain_name) WHERE domain_schema !~ '^(pg_|information)' AND EXISTS (SELECT FROM information_schema.tables b WHERE b.table_type = 'BASE TABLE' AND (b.table_schema, b.table_name) = (c.table_schema, c.table_name))"
            assert found == count(listed) + (count(domains) if kind == "CHECK" else 0), kind
        assert not [
            each.type.native
            for table in tables
            for each in table.columns
            if each.type.kind == "unknown" and each.type.form is None
        ]
