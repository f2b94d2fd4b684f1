"""Exported files as data: read in the types of their schema, refused by name where they cannot be."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest
from verified import TYPES, VALUES, frame_of, names, one, schema_of, typed

from fixturegen.errors import InputError
from fixturegen.schema import Column, Table
from fixturegen.sinks.export import export_frames
from fixturegen.sinks.manifest import Metadata
from fixturegen.verification import verified_files


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
