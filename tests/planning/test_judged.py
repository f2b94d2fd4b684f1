"""Conditions that nobody constructs: a real database judges candidates, and takes every row in the end."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import polars as pl
import pytest
from sqlalchemy import URL, create_engine

import fixturegen as fg
from fixturegen.databases.oracles import at_hand
from fixturegen.domain import Domain
from fixturegen.errors import ImpossibleError, SchemaError
from fixturegen.expressions.normal import Opaque
from fixturegen.fills.bulk import Bulk
from fixturegen.generator import Batch, Request
from fixturegen.generators.membership import belongs
from fixturegen.options import options_from
from fixturegen.planning import planned
from fixturegen.planning.guesses import guesses
from fixturegen.planning.plan import Cased
from fixturegen.schema import Column, Dialect, Location, Schema, Type
from fixturegen.sources.ddl import from_ddl

HARD = {
    "json": "doc TEXT NOT NULL CHECK (json_valid(doc))",
    "json member": "doc TEXT NOT NULL CHECK (json_extract(doc, '$.kind') IN ('a', 'b'))",
    "json members": "doc TEXT NOT NULL CHECK (json_type(doc, '$.tags') = 'array' AND json_type(doc, '$.name') = 'text')",
    "storage": "x INT NOT NULL CHECK (typeof(x) = 'integer')",
    "stored as text": "x TEXT NOT NULL CHECK (typeof(x) = 'text' AND typeof(x + 0) = 'integer' AND x + 0 > 10)",
    "date": "d TEXT NOT NULL CHECK (date(d) IS NOT NULL)",
    "exact date": "d TEXT NOT NULL CHECK (d IS date(d))",
    "bytes": "b BLOB NOT NULL CHECK (length(hex(b)) = 8)",
    "many bytes": "b BLOB NOT NULL CHECK (length(hex(b)) = 64)",
    "mail": "email TEXT NOT NULL CHECK (instr(email, '@') > 1)",
    "sign": "x TEXT NOT NULL CHECK (instr(x, '::') > 1)",
    "two": "code TEXT NOT NULL, d TEXT NOT NULL, CHECK (code GLOB '[A-Z]*' AND strftime('%Y', d) > '2000')",
    "formatted": "code TEXT NOT NULL CHECK (code = printf('%05d', CAST(code AS INTEGER)))",
    "unique": "code TEXT NOT NULL UNIQUE CHECK (json_valid(code) AND unicode(code) = 123)",
    "unique cases": "code TEXT NOT NULL UNIQUE CHECK (substr(code, 1, 1) IN ('A', 'B'))",
    "computed": "a INTEGER NOT NULL, b INTEGER GENERATED ALWAYS AS (a * 2) STORED, CHECK (b BETWEEN 10 AND 30)",
    "case": "kind TEXT NOT NULL CHECK (kind IN ('x', 'y')), v TEXT, CHECK (kind <> 'x' OR (v IS NOT NULL AND json_valid(v)))",
    "not SQL of ours": "a TEXT NOT NULL CHECK (a COLLATE nocase IS NOT DISTINCT FROM upper(a) COLLATE binary AND likely(a))",
}


def database(directory: Path, *tables: str) -> str:
    with closing(sqlite3.connect(directory / "hard.sqlite")) as connection:
        for table in tables:
            connection.execute(table)
        connection.commit()
    return f"sqlite:///{directory / 'hard.sqlite'}"


def frames(url: str, rows: int, chunk_rows: int) -> pl.DataFrame:
    return pl.concat([frame for _, frame in fg.stream(url, rows=rows, chunk_rows=chunk_rows)])


@pytest.mark.parametrize("columns", HARD.values(), ids=list(HARD))
def test_the_database_takes_every_row(tmp_path: Path, columns: str) -> None:
    url = database(tmp_path, f"CREATE TABLE t (id INTEGER PRIMARY KEY, {columns})")
    whole = frames(url, 60, 1_000)
    assert frames(url, 60, 7).equals(whole), "chunks changed a value"
    result = fg.seed(url, url, rows=60)
    assert result.tables["t"].rows == 60
    with closing(sqlite3.connect(tmp_path / "hard.sqlite")) as connection:
        names = ", ".join(f'"{name}"' for name in whole.columns)
        held = connection.execute(f"SELECT {names} FROM t ORDER BY id").fetchall()
    assert held == whole.sort("id").rows()


def test_a_larger_table_keeps_its_rows(tmp_path: Path) -> None:
    url = database(tmp_path, f"CREATE TABLE t (id INTEGER PRIMARY KEY, {HARD['json member']})")
    assert frames(url, 500, 1_000)[:80].equals(frames(url, 80, 1_000))


def test_values_stay_varied(tmp_path: Path) -> None:
    """What passes is drawn, and not one value repeated."""
    url = database(tmp_path, f"CREATE TABLE t (id INTEGER PRIMARY KEY, {HARD['exact date']})")
    assert frames(url, 200, 1_000)["d"].n_unique() > 150


def test_a_column_that_passes_anyway_is_left_alone(tmp_path: Path) -> None:
    plain = database(tmp_path, "CREATE TABLE t (id INTEGER PRIMARY KEY, email TEXT NOT NULL)")
    before = frames(plain, 50, 1_000)
    (tmp_path / "hard.sqlite").unlink()
    judged = database(tmp_path, f"CREATE TABLE t (id INTEGER PRIMARY KEY, {HARD['mail']})")
    assert frames(judged, 50, 1_000)["email"].str.ends_with("@example.com").any()
    assert before["email"].str.contains("@").all()


def test_the_plan_names_what_the_database_judges(tmp_path: Path) -> None:
    url = database(tmp_path, f"CREATE TABLE t (id INTEGER PRIMARY KEY, {HARD['date']})")
    made = fg.plan(url)
    assert made.unverified == ()
    assert "judged only, by the database; violators are drawn again" in str(made)


def test_without_a_database_it_is_an_error_that_names_it() -> None:
    schema = ddl("CREATE TABLE t (a text CHECK (a <@ lquery))", "postgresql")
    with pytest.raises(SchemaError, match="cannot construct or judge t"):
        planned(schema, options_from())
    assert planned(schema, options_from(accept_unverified=True)).unverified
    assert planned(schema, options_from(), judges=at_hand("postgresql://host/name")).unverified == ()


def test_a_part_of_a_condition_is_no_less_unverified() -> None:
    schema = ddl("CREATE TABLE t (a text CHECK (a IS NULL OR no_such(a)))", "postgresql")
    with pytest.raises(SchemaError, match="cannot construct or judge t"):
        planned(schema, options_from())


def test_what_nothing_satisfies_is_said(tmp_path: Path) -> None:
    url = database(tmp_path, "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT NOT NULL CHECK (date(a) IS '2001-13-01'))")
    with pytest.raises(ImpossibleError, match="found no values that satisfy t_a_check"):
        fg.generate(url, rows=5)


def test_a_declared_way_is_not_left(tmp_path: Path) -> None:
    """Guesses stand in for generators that were chosen, never for those that people declared."""
    path = tmp_path / "shop.yaml"
    path.write_text(
        "version: 1\ntables:\n  t:\n    columns:\n      id: {type: integer, primary_key: true}\n"
        "      a: {type: text, regex: '[xyz]{4}'}\n    rules: [\"date(a) IS NOT NULL\"]\n"
    )
    steps = fg.plan(str(path)).tables["t"].steps
    assert isinstance(steps["a"], Cased)
    assert not steps["a"].guesses
    with pytest.raises(ImpossibleError):
        fg.generate(str(path), rows=5)


def ddl(text: str, dialect: Dialect) -> Schema:
    return from_ddl(text, dialect=dialect, where=Location("t.sql"))


# Guesses -----------------------------------------------------------------------------------------------------------------


def request(type_: Type, **domain: object) -> Request:
    return Request(table="t", column=Column(name="a", type=type_), domain=Domain(**domain))  # type: ignore[arg-type] # fields of a domain


def condition(sql: str) -> Opaque:
    return Opaque(sql, ("a",), "sqlite", evaluable=True)


@pytest.mark.parametrize(
    ("type_", "domain"),
    [
        (Type(kind="text"), {"max_length": 3}),
        (Type(kind="text"), {"min_length": 12, "max_length": 14}),
        (Type(kind="text"), {"letters": "upper", "max_length": 9}),
        (Type(kind="integer", bits=8), {"low": 5, "high": 40}),
        (Type(kind="decimal", precision=5, scale=2), {"low": 0}),
        (Type(kind="bytes"), {"min_length": 2, "max_length": 4}),
        (Type(kind="date"), {}),
        (Type(kind="json"), {}),
        (Type(kind="uuid"), {}),
    ],
)
def test_guesses_stay_within_the_domain(type_: Type, domain: dict[str, object]) -> None:
    asked = request(type_, **domain)
    found = guesses(asked, [condition("f(a, 'AB', '2024-05-06', '$.k') IN (3, 7, 300, -1)")])
    inside = belongs(asked)
    keys = pl.Series(range(40), dtype=pl.UInt64).to_numpy()
    assert found or type_.kind == "uuid"
    for guess in found:
        draws = {draw.name: Bulk(0).draw(("t",), draw, keys) for draw in guess.draws}
        values = guess.build(Batch(height=40, draws=draws)).to_list()
        assert all(inside(value) for value in values), guess.name


def test_constants_are_guessed_with_what_stands_around_them() -> None:
    found = guesses(request(Type(kind="text")), [condition("f(a) = 'Q#9'")])
    assert any("Q#9" in str(guess.draws) or guess.name == "values" for guess in found)


def test_listed_values_need_no_guess() -> None:
    assert guesses(request(Type(kind="text"), values=("x", "y")), [condition("f(a)")]) == ()


# Servers -----------------------------------------------------------------------------------------------------------------


@pytest.fixture
def made_on(request: pytest.FixtureRequest) -> str:
    """A database with one table, from the parameter: the fixture of its URL, and statements."""
    name, statements = request.param
    url: URL = request.getfixturevalue(name)
    engine = create_engine(url)
    with engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
    engine.dispose()
    return url.render_as_string(hide_password=False)


POSTGRESQL = {
    "function": (
        "CREATE FUNCTION is_code(v text) RETURNS boolean LANGUAGE sql AS $$ SELECT v ~ '^[A-Z]{3}-[0-9]+$' $$",
        "CREATE TABLE t (id int PRIMARY KEY, a text NOT NULL CHECK (is_code(a)))",
    ),
    "raising function": (
        "CREATE FUNCTION picky(v text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN IF v ~ '^x' THEN RETURN true; END IF; RAISE 'no'; END $$",
        "CREATE TABLE t (id int PRIMARY KEY, a text NOT NULL CHECK (picky(a)))",
    ),
    "other tables": (
        "CREATE TABLE p (id int PRIMARY KEY, active boolean NOT NULL)",
        "CREATE FUNCTION ok(i int) RETURNS boolean LANGUAGE sql AS 'SELECT EXISTS (SELECT FROM p WHERE id = i AND active)'",
        "CREATE TABLE t (id int PRIMARY KEY, pid int NOT NULL REFERENCES p, CHECK (ok(pid)))",
    ),
    "document": (
        "CREATE TABLE t (id int PRIMARY KEY, a jsonb NOT NULL CHECK (jsonb_typeof(a -> 'tags') = 'array' AND a ? 'name'))",
    ),
    "members, distinct": (
        ("CREATE TABLE t (id int PRIMARY KEY, a jsonb NOT NULL, k text NOT NULL GENERATED ALWAYS AS (a ->> 'id') STORED UNIQUE,"
        " old boolean NOT NULL GENERATED ALWAYS AS (coalesce((a #>> '{meta,old}')::boolean, false)) STORED,"
        " CHECK (k ~ '^[0-9a-f]{8}-[0-9a-f]{4}$'))"),
    ),
    "whole row": (
        "CREATE TABLE t (id int PRIMARY KEY, a text NOT NULL)",
        "CREATE FUNCTION whole(r t) RETURNS boolean LANGUAGE sql AS 'SELECT length(r.a) > 5'",
        "ALTER TABLE t ADD CHECK (whole(t.*))",
    ),
    "unique": ("CREATE TABLE t (id int PRIMARY KEY, a text NOT NULL UNIQUE CHECK (reverse(a) <> a AND a SIMILAR TO '[a-c]{4,6}'))",),
    "list": ("CREATE TABLE t (id int PRIMARY KEY, a text[] NOT NULL CHECK (cardinality(a) = 2 AND a[1] < a[2]))",),
}  # fmt: skip
MARIADB = {
    "number": ("CREATE TABLE t (id int PRIMARY KEY, a varchar(20) NOT NULL CHECK (cast(a AS unsigned) > 3))",),
    "document": ("CREATE TABLE t (id int PRIMARY KEY, a json NOT NULL CHECK (json_extract(a, '$.n') > 3))",),
    "cast": ("CREATE TABLE t (id int PRIMARY KEY, a varchar(40) NOT NULL CHECK (cast(a AS date) IS NOT NULL))",),
    "sound": ("CREATE TABLE t (id int PRIMARY KEY, a varchar(40) NOT NULL CHECK (soundex(a) LIKE 'A%%'))",),
    "address": ("CREATE TABLE t (id int PRIMARY KEY, a varchar(40) NOT NULL CHECK (inet_aton(a) IS NOT NULL))",),
}


@pytest.mark.postgresql
@pytest.mark.parametrize(
    "made_on", [("postgresql_url", each) for each in POSTGRESQL.values()], ids=list(POSTGRESQL), indirect=True
)
def test_postgresql_takes_every_row(made_on: str) -> None:
    result = fg.seed(made_on, made_on, rows=40)
    assert {table.rows for table in result.tables.values()} == {40}


@pytest.mark.postgresql
@pytest.mark.parametrize(
    "made_on",
    [
        (
            "postgresql_url",
            (
                "CREATE TABLE a (id int PRIMARY KEY, n int NOT NULL, CHECK (current_database() <> 'nothing'))",
                "CREATE TABLE b (id int PRIMARY KEY, n int NOT NULL, CHECK (current_database() = 'nothing'))",
                "CREATE TABLE c (id int PRIMARY KEY, n int NOT NULL, CHECK (current_database() = 'nothing' OR n > 3))",
                "CREATE TABLE d (id int PRIMARY KEY REFERENCES a, CHECK ('abc' ~ '^a'))",
            ),
        )
    ],
    indirect=True,
)
def test_a_condition_without_columns_is_judged_and_keeps_no_other_table_empty(made_on: str) -> None:
    assert fg.plan(made_on).unverified == ()
    result = fg.seed(made_on, made_on, rows=20)
    assert {name: table.rows for name, table in result.tables.items()} == {"a": 20, "c": 20, "d": 20}
    assert [one.table for one in result.rejected] == ["b"]


@pytest.mark.mariadb
@pytest.mark.parametrize(
    "made_on", [("mariadb_url", each) for each in MARIADB.values()], ids=list(MARIADB), indirect=True
)
def test_mariadb_takes_every_row(made_on: str) -> None:
    assert fg.seed(made_on, made_on, rows=40).tables["t"].rows == 40
