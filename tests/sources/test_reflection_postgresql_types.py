"""Types of PostgreSQL's catalogue: each is read, and the server takes the values made for it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import polars as pl
import pytest
from catalogues import Made, connected
from laws import Case, keyed
from sqlalchemy import URL, Connection

from fixturegen.databases.literals import literals
from fixturegen.generator import Request
from fixturegen.generators.choice import generator_for
from fixturegen.planning.domains import base_domain
from fixturegen.schema import Column, Constant, Type

pytestmark = pytest.mark.postgresql


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
