"""Verification of frames, files and databases: what is refused, what is reported, and SQLite itself as the judge."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fixturegen.dtypes import polars_dtype
from fixturegen.errors import InputError, RefusedError
from fixturegen.schema import Check, Column, Dialect, Exclusion, Reference, Schema, Table, Type, Unique
from fixturegen.sinks.export import export_frames
from fixturegen.sinks.manifest import Metadata
from fixturegen.verification import Report, verified_database, verified_files, verified_frames

INTEGER, TEXT = Type(kind="integer"), Type(kind="text")

TYPES = {
    "i16": Type(kind="integer", bits=16),
    "u64": Type(kind="integer", bits=64, signed=False),
    "price": Type(kind="decimal", precision=10, scale=2),
    "wide": Type(kind="decimal", precision=30, scale=2),
    "f": Type(kind="float"),
    "yes": Type(kind="boolean"),
    "name": Type(kind="text", length=5),
    "raw": Type(kind="bytes"),
    "day": Type(kind="date"),
    "clock": Type(kind="time"),
    "at": Type(kind="datetime"),
    "instant": Type(kind="datetime", zone=True),
    "span": Type(kind="interval"),
    "token": Type(kind="uuid"),
    "doc": Type(kind="json"),
    "mood": Type(kind="enum", labels=("calm", "busy")),
    "tags": Type(kind="array", element=TEXT),
    "address": Type(kind="ip"),
}
VALUES: Mapping[str, object] = {
    "i16": -32768,
    "u64": 2**64 - 1,
    "price": Decimal("-99999999.99"),
    "wide": Decimal("1234567890123456789012345678.99"),
    "f": 0.1,
    "yes": True,
    "name": "007",
    "raw": b"\0\xff",
    "day": date(1, 1, 1),
    "clock": time(23, 59, 59, 999_999),
    "at": datetime(9999, 12, 31, 23, 59, 59, 999_999),  # noqa: DTZ001 - zone-less on purpose
    "instant": datetime(2026, 1, 1, tzinfo=UTC),
    "span": timedelta(days=-3, microseconds=1),
    "token": "00000000-0000-4000-8000-000000000001",
    "doc": '{"a": null}',
    "mood": "busy",
    "tags": ["a", None, ""],
    "address": "2001:db8::1",
}


def schema_of(*tables: Table, dialect: Dialect = "sqlite") -> Schema:
    return Schema(tables={table.name: table for table in tables}, dialect=dialect)


def typed(nullable: bool = True) -> Schema:
    columns = tuple(Column(name=name, type=type_, nullable=nullable) for name, type_ in TYPES.items())
    return schema_of(Table(name="t", columns=columns))


def frame_of(schema: Schema, *rows: Mapping[str, object]) -> pl.DataFrame:
    table = schema.tables["t"]
    return pl.DataFrame(rows, schema={column.name: polars_dtype(column.type) for column in table.columns})


def names(report: Report) -> list[str]:
    return [violation.constraint.name for violation in report.violations]


# Frames


def test_every_type_is_accepted_in_its_own_dtype() -> None:
    schema = typed()
    empty = dict.fromkeys(TYPES)
    report = verified_frames(schema, {"t": frame_of(schema, VALUES, empty)})
    assert report.violations == ()
    assert report.unverified == ()


@pytest.mark.parametrize(
    ("column", "series", "violated"),
    [
        ("i16", pl.Series([5, 40000]), ["t_i16_precision"]),
        ("i16", pl.Series([5, 6], dtype=pl.UInt8), []),
        ("i16", pl.Series(["5", None]), ["t_i16_type"]),
        ("i16", pl.Series([1.0, None]), ["t_i16_type"]),
        ("i16", pl.Series([None, None]), []),
        ("price", pl.Series([1, 2]), []),
        ("price", pl.Series([Decimal("1.234"), Decimal(1)]), ["t_price_precision"]),
        ("price", pl.Series([Decimal("1.230"), Decimal(1)]), []),
        ("price", pl.Series([10**9, 1]), ["t_price_precision"]),
        ("price", pl.Series([0.5, None]), ["t_price_type"]),
        ("f", pl.Series([1, 2]), []),
        ("f", pl.Series([1.5, None], dtype=pl.Float32), []),
        ("yes", pl.Series([1, 0]), ["t_yes_type"]),
        ("name", pl.Series(["a", "b"], dtype=pl.Categorical), []),
        ("name", pl.Series(["äöüßé", "123456"]), ["t_name_length"]),
        ("name", pl.Series([5, 6]), ["t_name_type"]),
        ("raw", pl.Series(["a", None]), ["t_raw_type"]),
        ("day", pl.Series(["2024-01-01", None]), ["t_day_type"]),
        ("at", pl.Series([datetime(2024, 1, 1), None]).cast(pl.Datetime("ms")), []),  # noqa: DTZ001 - zone-less
        ("at", pl.Series([datetime(2024, 1, 1, tzinfo=UTC), None]), ["t_at_type"]),
        ("instant", pl.Series([datetime(2024, 1, 1), None]), ["t_instant_type"]),  # noqa: DTZ001 - zone-less
        ("instant", pl.Series([datetime(2024, 1, 1, tzinfo=UTC), None]).dt.convert_time_zone("Asia/Tokyo"), []),
        ("mood", pl.Series(["calm", "angry"]), ["t_mood_enum"]),
        ("mood", pl.Series(["calm", None]), []),
        ("mood", pl.Series([1, 2]), ["t_mood_type"]),
        ("token", pl.Series(["x", None]), ["t_token_type"]),
        ("doc", pl.Series(["[NaN]", None]), ["t_doc_type"]),
        ("doc", pl.Series(["[" * 100_000, None]), ["t_doc_type"]),
        ("address", pl.Series(["300.1.1.1", "192.0.2.0/24"]), ["t_address_type"]),
        ("tags", pl.Series([["a"], []], dtype=pl.List(pl.Categorical)), []),
        ("tags", pl.Series([[1], []]), ["t_tags_type"]),
    ],
)
def test_other_dtypes_are_accepted_where_every_value_fits(column: str, series: pl.Series, violated: list[str]) -> None:
    schema = typed()
    frame = frame_of(schema, VALUES, VALUES).with_columns(series.alias(column))
    assert names(verified_frames(schema, {"t": frame})) == violated


def test_a_value_that_does_not_fit_is_no_null() -> None:
    schema = typed(nullable=False)
    frame = frame_of(schema, VALUES, VALUES).with_columns(i16=pl.Series([70000, 1]), mood=pl.Series(["calm", "?"]))
    assert names(verified_frames(schema, {"t": frame})) == ["t_mood_enum", "t_i16_precision"]


def test_missing_and_surplus_columns() -> None:
    schema = typed()
    frame = frame_of(schema, VALUES).drop("price").with_columns(tip=1)
    report = verified_frames(schema, {"t": frame})
    assert names(report) == ["t_columns"]
    assert report.violations[0].example == "lacks column 'price'; has a column 'tip' too many"
    assert set(report.unverified) == {"t.t_price_precision", "t.t_price_type"}
    assert not report


def test_generated_columns_may_be_absent_and_are_computed() -> None:
    columns = (Column(name="a", type=INTEGER), Column(name="b", type=INTEGER, generated="a % 2"))
    table = Table(
        name="t", columns=columns, uniques=(Unique(columns=("b",), name="b_key"),), checks=(Check(sql="b < 2"),)
    )
    report = verified_frames(schema_of(table), {"t": pl.DataFrame({"a": [1, 2, 3]})})
    assert [(violation.constraint.name, violation.rows) for violation in report.violations] == [("b_key", 1)]
    assert report.unverified == ()


def test_tables_that_are_missing_or_unknown_are_refused() -> None:
    schema = schema_of(Table(name="a", columns=(Column(name="x", type=INTEGER),)), Table(name="b", columns=()))
    with pytest.raises(InputError, match="no frame for 'b'"):
        verified_frames(schema, {"a": pl.DataFrame({"x": [1]})})
    with pytest.raises(InputError, match=r"unknown table 'aa'.*Did you mean 'a'"):
        verified_frames(schema, {"aa": pl.DataFrame()})
    assert verified_frames(schema, {"a": pl.DataFrame({"x": [1]})}, only=["a"])


def test_only_some_tables_and_a_parent_that_is_not_at_hand() -> None:
    reference = Reference(columns=("x",), table="a", target=("x",), name="fk")
    schema = schema_of(
        Table(name="a", columns=(Column(name="x", type=INTEGER),)),
        Table(name="b", columns=(Column(name="x", type=INTEGER),), references=(reference,)),
    )
    report = verified_frames(schema, {"b": pl.DataFrame({"x": [1]})}, only=["b"])
    assert report.unverified == ("b.fk",)
    with_parent = verified_frames(schema, {"a": pl.DataFrame({"x": [2]}), "b": pl.DataFrame({"x": [1]})}, only=["b"])
    assert names(with_parent) == ["fk"]


def test_what_cannot_be_judged_is_named() -> None:
    exclusion = Exclusion(expressions=("during",), operators=("&&",), columns=("during",), name="no_overlap")
    table = Table(
        name="t",
        columns=(Column(name="during", type=Type(kind="unknown")), Column(name="a", type=INTEGER)),
        checks=(Check(sql="is_fine(a)", name="fine", dialect="postgresql"), Check(sql="a > (SELECT 1)", name="sub")),
        exclusions=(exclusion,),
    )
    report = verified_frames(schema_of(table, dialect="postgresql"), {"t": pl.DataFrame({"during": ["x"], "a": [1]})})
    assert report.unverified == ("t.fine", "t.sub", "t.no_overlap")
    assert report.as_json()["unverified"] == ["t.fine", "t.sub", "t.no_overlap"]
    assert report
    assert "unverified: t.fine" in str(report)


def test_an_exclusion_of_equal_columns_is_a_unique() -> None:
    exclusion = Exclusion(expressions=("a",), operators=("=",), columns=("a",), name="one", predicate="b > 0")
    table = Table(
        name="t", columns=(Column(name="a", type=INTEGER), Column(name="b", type=INTEGER)), exclusions=(exclusion,)
    )
    frame = pl.DataFrame({"a": [1, 1, 1, 2], "b": [0, 1, 2, 1]})
    report = verified_frames(schema_of(table, dialect="postgresql"), {"t": frame})
    assert [(violation.constraint.name, violation.rows, violation.example) for violation in report.violations] == [
        ("one", 1, "row 2")
    ]


def test_uniques_with_nulls_and_collations() -> None:
    def rows_of(unique: Unique, values: list[str | None], dialect: Dialect, collation: str | None = None) -> int:
        column = Column(name="a", type=TEXT, nullable=True, collation=collation)
        schema = schema_of(Table(name="t", columns=(column,), uniques=(unique,)), dialect=dialect)
        return sum(
            violation.rows for violation in verified_frames(schema, {"t": pl.DataFrame({"a": values})}).violations
        )

    plain, strict = Unique(columns=("a",), name="u"), Unique(columns=("a",), name="u", nulls_distinct=False)
    assert rows_of(plain, [None, None], "postgresql") == 0
    assert rows_of(strict, [None, None, None], "postgresql") == 2
    assert rows_of(plain, ["a", "A", "Ä", "ä", "a "], "sqlite") == 0
    assert rows_of(plain, ["a", "A", "Ä", "ä", "a "], "sqlite", "NOCASE") == 1
    assert rows_of(plain, ["a", "A", "a  "], "sqlite", "RTRIM") == 1
    assert rows_of(plain, ["a", "A", "á", "a "], "mysql") == 3
    assert rows_of(plain, ["a", "A", "á", "a "], "mysql", "utf8mb4_bin") == 1


def test_the_report_in_json_has_the_promised_keys() -> None:
    schema = schema_of(Table(name="t", columns=(Column(name="a", type=INTEGER),)))
    report = verified_frames(schema, {"t": pl.DataFrame({"a": [1, None]})})
    assert report.as_json() == {
        "violations": [{"table": "t", "constraint": "t_a_not_null", "rows": 1, "example": "row 1"}],
        "checked": 4,
        "unverified": [],
    }


# Files


@pytest.mark.parametrize("format_", ["parquet", "ipc", "csv", "ndjson"])
@pytest.mark.parametrize("manifest", [True, False])
def test_exported_files_are_read_in_the_schemas_types(tmp_path: Path, format_: str, manifest: bool) -> None:
    schema = typed()
    frame = frame_of(schema, VALUES, dict.fromkeys(TYPES), VALUES)
    metadata = Metadata("hash", 0, date(2026, 1, 1))
    export_frames(tmp_path, tuple(schema.tables.values()), [("t", frame)], format_, metadata)
    if not manifest:
        (tmp_path / "manifest.json").unlink()
    report = verified_files(schema, tmp_path)
    assert names(report) == []
    assert report.unverified == ()


@pytest.mark.parametrize(
    ("format_", "text"),
    [
        ("csv", "i16,name,day,price,raw\n1,abc,2024-02-30,1.5,\\x00\nx,,2024-02-28,1.555,\\xzz\n99999,b,,-,\n"),
        (
            "ndjson",
            (
                '{"i16": 1, "name": "abc", "day": "2024-02-30", "price": 1.5, "raw": "AA=="}\n'
                '{"i16": "x", "day": "2024-02-28", "price": "1.555", "raw": "?"}\n'
                '{"i16": 99999, "name": "b", "price": "-"}\n'
            ),
        ),
    ],
)
def test_texts_that_are_no_values_are_told_from_nulls(tmp_path: Path, format_: str, text: str) -> None:
    (tmp_path / f"t.{format_}").write_text(text)
    columns = tuple(
        Column(name=name, type=TYPES[name], nullable=name == "day") for name in ("i16", "name", "day", "price", "raw")
    )
    report = verified_files(schema_of(Table(name="t", columns=columns)), tmp_path)
    found = {violation.constraint.name: (violation.rows, violation.example) for violation in report.violations}
    assert found == {
        "t_i16_type": (1, "row 1"),
        "t_i16_precision": (1, "row 2"),
        "t_name_not_null": (1, "row 1"),
        "t_day_type": (1, "row 0"),
        "t_price_precision": (1, "row 1"),
        "t_price_type": (1, "row 2"),
        "t_raw_type": (1, "row 1"),
        "t_raw_not_null": (1, "row 2"),
    }


def one() -> Schema:
    return schema_of(Table(name="t", columns=(Column(name="a", type=INTEGER),)))


def test_parts_of_a_table_are_read_in_their_order(tmp_path: Path) -> None:
    (tmp_path / "t").mkdir()
    pl.DataFrame({"a": [1, 2]}).write_parquet(tmp_path / "t" / "part-00000.parquet")
    pl.DataFrame({"a": [3, None]}).write_parquet(tmp_path / "t" / "part-00001.parquet")
    assert [violation.example for violation in verified_files(one(), tmp_path).violations] == ["row 3"]


def test_directories_that_hold_no_data_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such directory"):
        verified_files(one(), tmp_path / "absent")
    with pytest.raises(InputError, match="holds no data for 't'"):
        verified_files(one(), tmp_path)
    (tmp_path / "t.sql").write_text("INSERT INTO t VALUES (1);")
    with pytest.raises(InputError, match="SQL files cannot be verified as files: load them"):
        verified_files(one(), tmp_path)
    with pytest.raises(InputError, match="is no directory"):
        verified_files(one(), tmp_path / "t.sql")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("t.parquet", b"no parquet"),
        ("t.parquet", b""),
        ("t.arrow", b"no arrow"),
        ("t.csv", b"a\n1\n1,2,3\n"),
        ("t.csv", b""),
        ("t.ndjson", b"{"),
        ("t.ndjson", b'{"a": 1}\n{"a": \n'),
        ("t.ndjson", b"\xff\xfe"),
        ("manifest.json", b"{}"),
    ],
)
def test_files_that_cannot_be_read_are_named(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError) as caught:
        verified_files(one(), tmp_path)
    assert str(tmp_path) in str(caught.value)


def test_a_damaged_parquet_page_is_no_verdict(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    pl.DataFrame({"a": range(100_000)}).write_parquet(path)
    content = bytearray(path.read_bytes())
    content[4:400] = bytes(396)
    path.write_bytes(bytes(content))
    with pytest.raises(InputError, match="cannot be read"):
        verified_files(one(), tmp_path)


# Databases


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
        verified_database(one(), sa.create_engine("sqlite://"))


def test_verifying_leaves_the_callers_connection_as_it_was() -> None:
    engine = sa.create_engine("sqlite://")
    with engine.connect() as connection:
        connection.exec_driver_sql("CREATE TABLE t (a INTEGER)")
        connection.exec_driver_sql("INSERT INTO t VALUES (1), ('x')")
        report = verified_database(one(), connection)
        assert [(violation.constraint.name, violation.rows) for violation in report.violations] == [("t_a_type", 1)]
        assert report.violations[0].example == "row 1 as stored"
        connection.exec_driver_sql("INSERT INTO t VALUES (2)")
        assert connection.exec_driver_sql("SELECT count(*) FROM t").scalar_one() == 3


def test_a_column_that_the_database_lacks() -> None:
    engine = sa.create_engine("sqlite://")
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
    engine = sa.create_engine("sqlite://")
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
    engine = sa.create_engine("sqlite://")
    with engine.connect() as connection:
        for name, frame in frames.items():
            connection.exec_driver_sql(f"CREATE TABLE {name} ({', '.join(frame.columns)})")
            for row in frame.iter_rows():
                connection.exec_driver_sql(f"INSERT INTO {name} VALUES (?, ?)", row)
        for report in (verified_frames(schema, frames), verified_database(schema, connection)):
            assert [(v.constraint.name, v.rows) for v in report.violations] == [("far", 1)]
            assert report.unverified == ()


# SQLite as the judge

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
    with sa.create_engine("sqlite://").connect() as connection:
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
