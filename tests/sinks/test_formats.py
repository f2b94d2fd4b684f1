from __future__ import annotations

import csv
import io
import json
from base64 import b64encode
from datetime import date
from pathlib import Path

import polars as pl
import pyarrow.parquet
import pytest
from polars.testing import assert_frame_equal

from fixturegen.dtypes import polars_dtype
from fixturegen.errors import InputError
from fixturegen.schema import Column, Table, Type
from fixturegen.sinks.base import sink_named, sinks
from fixturegen.sinks.export import export_frames
from fixturegen.sinks.manifest import Metadata
from fixturegen.sinks.parsing import parsed
from fixturegen.sizing import block_rows

METADATA = Metadata("cafe", 7, date(2026, 1, 1))


def exported(directory: Path, table: Table, frames: list[pl.DataFrame], form: str) -> Path:
    manifest = export_frames(directory, [table], [(table.name, frame) for frame in frames], form, METADATA)
    return directory / manifest.tables[table.name].files[0].path


def test_all_formats_of_the_command_line_exist() -> None:
    assert {"parquet", "csv", "ndjson", "ipc", "sql"} <= set(sinks())


def test_unknown_format_names_the_nearest() -> None:
    with pytest.raises(InputError, match=r"unknown format 'parket'.*Did you mean 'parquet'"):
        sink_named("parket")


@pytest.mark.parametrize("rows", [3, 0])
@pytest.mark.parametrize("form", ["parquet", "ipc"])
def test_binary_formats_keep_values_and_dtypes(
    tmp_path: Path, every_kind: tuple[Table, pl.DataFrame], form: str, rows: int
) -> None:
    table, frame = every_kind
    path = exported(tmp_path, table, [frame.head(rows)], form)
    back = pl.read_parquet(path) if form == "parquet" else pl.read_ipc(path)
    assert_frame_equal(back, frame.head(rows))


@pytest.mark.parametrize("blocks", [1, 3])
def test_dictionaries_of_parquet_are_texts_to_all_readers(tmp_path: Path, blocks: int) -> None:
    text = Type(kind="text")
    table = Table(name="t", columns=(Column(name="a", type=text), Column(name="b", type=text, nullable=True)))
    height = blocks * block_rows(table) - 5
    plain = pl.DataFrame(
        {"a": ["x", "ÿ", "z", "x", "x"] * (height // 5), "b": [None, "p", "q", "p", "p"] * (height // 5)}
    )
    # What the dictionary holds beyond the values, and in another order, is nobody's business.
    held = pl.Series(["zz", "z", "y", "x"], dtype=pl.Categorical(pl.Categories("t.a")))
    frame = plain.cast({"a": held.dtype, "b": pl.Categorical(pl.Categories("t.b"))})
    path = exported(tmp_path, table, [frame], "parquet")
    assert path.read_bytes() == exported(tmp_path / "plain", table, [plain], "parquet").read_bytes()
    assert_frame_equal(pl.read_parquet(path), plain)
    assert_frame_equal(pl.scan_parquet(path).filter(pl.col("a") == "ÿ").collect(), plain.filter(pl.col("a") == "ÿ"))
    assert pl.scan_parquet(path).filter(pl.col("a") > "ÿ").collect().height == 0
    elsewhere = pyarrow.parquet.read_table(path)
    assert {str(field.type) for field in elsewhere.schema} == {"large_string"}
    assert elsewhere.column("b").to_pylist() == plain["b"].to_list()
    assert pl.read_parquet_metadata(path)["fixturegen.seed"] == "7"
    assert json.loads((tmp_path / "manifest.json").read_text())["tables"]["t"]["columns"] == {
        "a": "String",
        "b": "String",
    }


@pytest.mark.parametrize("form", ["parquet", "ipc", "csv", "ndjson"])
def test_table_without_any_frame_has_its_columns(
    tmp_path: Path, every_kind: tuple[Table, pl.DataFrame], form: str
) -> None:
    table, frame = every_kind
    path = exported(tmp_path, table, [], form)
    if form in {"parquet", "ipc"}:
        back = pl.read_parquet(path) if form == "parquet" else pl.read_ipc(path)
        assert back.schema == frame.schema
    elif form == "csv":
        assert path.read_text().strip().split(",") == frame.columns
    else:
        assert path.read_text().strip() == ""


def test_csv_reads_back_to_every_value(tmp_path: Path, every_kind: tuple[Table, pl.DataFrame]) -> None:
    table, frame = every_kind
    raw = pl.read_csv(exported(tmp_path, table, [frame], "csv"), schema=dict.fromkeys(frame.columns, pl.String()))
    assert_frame_equal(pl.DataFrame([parsed(raw[name], dtype) for name, dtype in frame.schema.items()]), frame)


def test_csv_is_rfc_4180_and_tells_null_from_the_empty_text(tmp_path: Path) -> None:
    table = Table(
        name="t", columns=(Column(name="a", type=Type(kind="text")), Column(name='b"', type=Type(kind="text")))
    )
    frame = pl.DataFrame({"a": ["", None, 'say "x",\n'], 'b"': [None, "", "1"]})
    text = exported(tmp_path, table, [frame], "csv").read_bytes().decode()
    assert text == 'a,"b"""\n"",\n,""\n"say ""x"",\n",1\n'
    assert list(csv.reader(io.StringIO(text)))[3] == ['say "x",\n', "1"]


def test_csv_spells_dates_bytes_and_booleans(tmp_path: Path, every_kind: tuple[Table, pl.DataFrame]) -> None:
    table, frame = every_kind
    with exported(tmp_path, table, [frame], "csv").open(newline="", encoding="utf-8") as stream:
        row = next(iter(csv.DictReader(stream)))
    assert row["moment"] == "2024-02-29T01:02:03.000004"
    assert row["instant"] == "2024-02-29T01:02:03.000004Z"
    assert row["span"] == "-P1DT0.000005S"
    assert row["active"] == "true"
    assert row["blob"] == "\\x" + bytes(range(256)).hex()
    assert row["amount"] == "1234567890123456789012345678.25"
    assert json.loads(row["numbers"]) == ["1.5", None]


def test_ndjson_is_exact_for_any_reader(tmp_path: Path, every_kind: tuple[Table, pl.DataFrame]) -> None:
    table, frame = every_kind
    lines = exported(tmp_path, table, [frame], "ndjson").read_text(encoding="utf-8").splitlines()
    row, empty = json.loads(lines[0]), json.loads(lines[2])
    assert row["amount"] == "1234567890123456789012345678.25"
    assert row["moment"] == "2024-02-29T01:02:03.000004"
    assert row["blob"] == b64encode(bytes(range(256))).decode()
    assert row["document"] == frame["document"][0]
    assert row["numbers"] == ["1.5", None]
    assert row["words"] == frame["words"].to_list()[0]
    assert row["moments"] == ["2024-01-01T00:00:00.000007"]
    assert json.loads(lines[1])["document"] == "null"
    assert [name for name, value in empty.items() if value is not None] == ["id"]


def test_ndjson_refuses_what_json_cannot_say(tmp_path: Path) -> None:
    table = Table(name="t", columns=(Column(name="x", type=Type(kind="float")),))
    with pytest.raises(InputError, match="column 'x' holds NaN or an infinity"):
        exported(tmp_path / "out", table, [pl.DataFrame({"x": [float("inf")]})], "ndjson")
    assert not (tmp_path / "out").exists()


def test_parquet_carries_where_its_rows_came_from(tmp_path: Path, every_kind: tuple[Table, pl.DataFrame]) -> None:
    table, frame = every_kind
    found = pl.read_parquet_metadata(exported(tmp_path, table, [frame], "parquet"))
    assert found["fixturegen.schema_hash"] == "cafe"
    assert found["fixturegen.seed"] == "7"
    assert found["fixturegen.synthetic"] == "true"
    assert found["fixturegen.version.polars"] == pl.__version__


@pytest.mark.parametrize("form", ["parquet", "ipc", "csv", "ndjson", "sql"])
def test_files_do_not_depend_on_chunks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str) -> None:
    monkeypatch.setattr("fixturegen.sizing.BLOCK_ROWS", 1000)
    table = Table(
        name="t", columns=(Column(name="a", type=Type(kind="integer")), Column(name="b", type=Type(kind="text")))
    )
    frame = pl.DataFrame({"a": range(3500), "b": [f"v{i % 17}" for i in range(3500)]})
    assert dict(frame.schema) == {column.name: polars_dtype(column.type) for column in table.columns}
    texts = []
    for size in (7, 999, 1000, 3500):
        chunks = [frame.slice(at, size) for at in range(0, frame.height, size)]
        texts.append(exported(tmp_path / str(size), table, chunks, form).read_bytes())
    assert len(set(texts)) == 1
    if form == "parquet":
        assert_frame_equal(pl.read_parquet(tmp_path / "7" / "t.parquet"), frame)
