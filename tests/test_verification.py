"""Verification of frames, files and databases: what is refused, what is reported, and SQLite itself as the judge."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import polars as pl
import pytest
from verified import INTEGER, TEXT, TYPES, VALUES, frame_of, names, schema_of, typed

from fixturegen.errors import InputError
from fixturegen.schema import Check, Column, Dialect, Exclusion, Reference, Table, Type, Unique
from fixturegen.verification import verified_frames


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
