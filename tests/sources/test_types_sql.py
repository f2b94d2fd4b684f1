import pytest

from fixturegen.dtypes import polars_dtype
from fixturegen.schema import Dialect, Type
from fixturegen.sources.types_sql import type_of


@pytest.mark.parametrize(
    ("dialect", "native", "expected"),
    [
        ("sqlite", "VARCHAR(45)", Type(kind="text", length=45)),
        ("sqlite", "BLOB SUB_TYPE TEXT", Type(kind="text")),
        ("sqlite", "INT", Type(kind="integer", bits=32)),
        ("sqlite", "INTEGER", Type(kind="integer", bits=64)),
        ("sqlite", "SMALLINT", Type(kind="integer", bits=16)),
        ("sqlite", "BIGINT UNSIGNED", Type(kind="integer", bits=64)),
        ("sqlite", "TINYINT(1)", Type(kind="boolean")),
        ("sqlite", "NUMERIC(10, 2)", Type(kind="decimal", precision=10, scale=2)),
        ("sqlite", "DECIMAL", Type(kind="decimal", precision=18, scale=2)),
        ("sqlite", "DECIMAL(6)", Type(kind="decimal", precision=6, scale=0)),
        ("sqlite", "", Type(kind="text")),
        ("sqlite", "FLOATING POINT", Type(kind="integer")),  # SQLite's own rule: it contains INT
        ("sqlite", "GEOMETRY", Type(kind="unknown")),
        ("sqlite", "real", Type(kind="float")),
        ("postgresql", "real", Type(kind="float", bits=32)),
        ("postgresql", "double precision", Type(kind="float")),
        ("postgresql", "numeric", Type(kind="decimal", scale=2)),
        ("postgresql", "timestamp(3) with time zone", Type(kind="datetime", zone=True, precision=3)),
        ("postgresql", "timestamp without time zone", Type(kind="datetime")),
        ("postgresql", "character varying(20)", Type(kind="text", length=20)),
        ("postgresql", "char(3)", Type(kind="text", length=3, fixed=True)),
        ("postgresql", '"char"', Type(kind="text", length=1)),
        ("postgresql", "pg_catalog.int8", Type(kind="integer")),
        ("postgresql", "text[]", Type(kind="array", element=Type(kind="text"))),
        ("postgresql", "integer[][]", Type(kind="array", element=Type(kind="integer", bits=32))),
        ("postgresql", "integer ARRAY[4]", Type(kind="array", element=Type(kind="integer", bits=32))),
        ("postgresql", "interval day to second(3)", Type(kind="interval", precision=3)),
        ("postgresql", "citext", Type(kind="text")),
        ("postgresql", "int4range", Type(kind="unknown", form="range", element=Type(kind="integer", bits=32))),
        ("postgresql", "cidr", Type(kind="ip")),
        ("mysql", "int(10) unsigned", Type(kind="integer", bits=32, signed=False)),
        ("mysql", "mediumint", Type(kind="integer", bits=24)),
        ("mysql", "tinyint(4)", Type(kind="integer", bits=8)),
        ("mysql", "enum('a','b''c')", Type(kind="enum", labels=("a", "b'c"))),
        ("mysql", "datetime(6)", Type(kind="datetime", precision=6)),
        ("mysql", "datetime", Type(kind="datetime", precision=0)),
        ("mysql", "varchar(9) character set utf8mb4 collate utf8mb4_bin", Type(kind="text", length=9)),
        ("mysql", "decimal", Type(kind="decimal", precision=10)),
        ("mysql", "binary(16)", Type(kind="bytes", length=16, fixed=True)),
        ("mysql", "geometry", Type(kind="bytes", form="wkb")),
    ],
)
def test_types(dialect: Dialect, native: str, expected: Type) -> None:
    found = type_of(native, dialect)
    assert (found.native or "") == native
    assert Type(**{**{name: getattr(found, name) for name in Type.__slots__}, "native": None}) == expected
    polars_dtype(found)


def test_defined_types_go_before_the_dialects_own() -> None:
    mood = Type(kind="enum", labels=("sad",), name="mood")
    assert type_of("mood", "postgresql", {"mood": mood}).labels == ("sad",)
    assert type_of("public.mood[]", "postgresql", {"mood": mood}).element == mood
    assert type_of("other.mood", "postgresql", {"mood": mood}).kind == "unknown"
