"""Each constraint broken alone: frames and SQLite both name exactly that one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from decimal import Decimal

import polars as pl
import pytest
import sqlalchemy as sa

from fixturegen.constraints.base import constraints, kinds
from fixturegen.schema import Schema
from fixturegen.verification import Report, verified_database, verified_frames

Frames = dict[str, pl.DataFrame]


def changed(frames: Frames, table: str, row: int, **values: object) -> Frames:
    """Return the frames with some values of one row replaced."""
    frame = frames[table]
    columns = []
    for series in frame:
        column = series.to_list()
        if series.name in values:
            column[row] = values[series.name]
        columns.append(pl.Series(series.name, column, dtype=series.dtype))
    return {**frames, table: pl.DataFrame(columns)}


def named(report: Report) -> list[tuple[str, int]]:
    return [(violation.constraint.name, violation.rows) for violation in report.violations]


ZONELESS = datetime(2026, 1, 1, 7)  # noqa: DTZ001 - zone-less on purpose

BROKEN = [
    ("shops", 1, {"region": None, "main": False}, "shops_region_not_null"),
    ("shops", 2, {"code": "S1"}, "shops_code_key"),
    ("shops", 2, {"main": True}, "one_main"),
    ("shops", 2, {"token": "00000002-0000-4000-8000-00000000000A"}, "shops_token_low"),
    ("shops", 3, {"parent_id": 77}, "shops_parent"),
    ("shops", 3, {"parent_id": 4}, "no_own_parent"),
    ("shops", 0, {"parent_id": 2}, "after_parent"),
    ("shops", 0, {"country": "FR"}, "shops_country_choices"),
    ("shops", 0, {"founded": date(1989, 12, 31)}, "shops_founded_min"),
    ("shops", 0, {"founded": date(2026, 1, 2)}, "shops_founded_max"),
    ("shops", 1, {"seen": datetime(2026, 1, 1, 0, 0, 0, 1, tzinfo=UTC)}, "shops_seen_max"),
    ("shops", 3, {"opens_at": datetime(2026, 1, 4, 8, 0, 0, 5)}, "shops_opens_at_precision"),  # noqa: DTZ001
    ("shops", 1, {"code": "tolong"}, "shops_code_length"),
    ("shops", 1, {"seal": b"12345"}, "shops_seal_length"),
    ("shops", 1, {"token": "0000000x-0000-4000-8000-00000000000a"}, "shops_token_type"),
    ("shops", 1, {"about": "{'a': 1}"}, "shops_about_type"),
    ("receipts", 5, {"at": ZONELESS}, "receipts_at_min"),
    ("receipts", 1, {"paid_at": ZONELESS}, "receipts_paid_at_min"),
    ("receipts", 1, {"paid_at": None}, "large_is_paid"),
    ("receipts", 2, {"total": Decimal("0.01")}, "receipts_total_sum"),
    ("receipts", 0, {"lines": 2}, "receipts_lines_count"),
    ("receipts", 0, {"dearest": Decimal("0.51")}, "receipts_dearest_max"),
    ("receipts", 2, {"dearest": Decimal(1)}, "receipts_dearest_max"),
    ("lines", 2, {"line_no": 3}, "lines_line_no_ordinal"),
    ("lines", 1, {"weight": 2.6}, "lines_weight_max"),
]


@pytest.mark.parametrize(
    ("table", "row", "values", "name"), BROKEN, ids=[f"{name}-{at}" for at, (*_, name) in enumerate(BROKEN)]
)
def test_a_broken_constraint_is_named_alone(
    market: Schema,
    rows: Frames,
    stored: Callable[[Frames], sa.Engine],
    table: str,
    row: int,
    values: dict[str, object],
    name: str,
) -> None:
    frames = changed(rows, table, row, **values)
    report = verified_frames(market, frames)
    assert named(report) == [(name, 1)], str(report)
    assert report.unverified == ()
    assert report.violations[0].constraint.table == table
    assert report.violations[0].example == f"row {row if name != 'one_main' else 2}"
    asked = verified_database(market, stored(frames))
    assert named(asked) == [(name, 1)], str(asked)
    assert asked.unverified == ()
    assert asked.violations[0].example.startswith(f"row {row} in the order of ")


def test_valid_rows_break_nothing(market: Schema, rows: Frames, stored: Callable[[Frames], sa.Engine]) -> None:
    declared = list(constraints(market))
    for report in (verified_frames(market, rows), verified_database(market, stored(rows))):
        assert report
        assert report.violations == ()
        assert report.unverified == ()
        assert report.checked == len(declared) + len(market.tables)


def test_every_kind_that_frames_know_occurs_in_the_market(market: Schema) -> None:
    assert {constraint.kind for constraint in constraints(market)} == set(kinds()) - {"exclusion"}


def test_names_are_unique_within_their_table(market: Schema) -> None:
    names = [(constraint.table, constraint.name) for constraint in constraints(market)]
    assert len(names) == len(set(names))


def test_no_frame_of_the_empty_market_breaks_anything(market: Schema, rows: Frames) -> None:
    report = verified_frames(market, {name: frame.clear() for name, frame in rows.items()})
    assert report.violations == ()


def test_a_missing_parent_and_a_repeated_key(
    market: Schema, rows: Frames, stored: Callable[[Frames], sa.Engine]
) -> None:
    frames = {**rows, "lines": pl.concat([rows["lines"], rows["lines"].head(1)])}
    for report in (verified_frames(market, frames), verified_database(market, stored(frames))):
        names = dict(named(report))
        assert names["lines_pkey"] == 1
        assert names["lines_line_no_ordinal"] == 1
        assert names["receipts_total_sum"] == 1
    orphans = {**rows, "receipts": rows["receipts"].slice(1)}
    assert ("lines_receipt", 1) in named(verified_frames(market, orphans))


def test_example_is_the_first_of_several(market: Schema, rows: Frames) -> None:
    frames = {**rows, "shops": rows["shops"].with_columns(country=pl.lit("XX"))}
    (violation,) = verified_frames(market, frames).violations
    assert (violation.rows, violation.example) == (4, "row 0")
    assert "XX" not in str(violation)


def test_times_compare_with_their_fraction(market: Schema, rows: Frames) -> None:
    frames = changed(rows, "shops", 1, hour=time(23, 59, 59, 999_999))
    assert verified_frames(market, frames)
