"""Delta tables without Spark: the same bytes again, read back and verified, replaced as a whole."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

import fixturegen as fg
from fixturegen.errors import InputError
from fixturegen.sources.yaml_file import parse_schema

deltalake = pytest.importorskip("deltalake", reason="the extra delta is not installed")

SHOP = Path(__file__).parents[2] / "schemas" / "shop.yaml"
KINDS = parse_schema("""
tables:
  kinds:
    rows: 40
    columns:
      id: {type: integer, primary_key: true}
      clock: {type: time, nulls: 0.2}
      span: {type: interval, min: "1 day", max: "9 days"}
      state: {type: "enum(new, old)"}
      blob: {type: bytes}
      at: {type: datetime}
      amount: {type: "decimal(12,3)", min: 0, max: 9}
  nothing: {rows: 0, columns: {id: {type: integer, primary_key: true}, name: {type: text}}}
""")


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_tables_are_read_by_their_log_and_verified(tmp_path: Path) -> None:
    fg.export(SHOP, tmp_path / "out", format="delta", rows={"orders": 200})
    orders = pl.read_delta(str(tmp_path / "out" / "orders"))
    assert orders.sort("id").equals(fg.generate(SHOP, rows={"orders": 200})["orders"])
    assert not fg.verify(SHOP, tmp_path / "out").violations
    (tmp_path / "out" / "manifest.json").unlink()
    assert not fg.verify(SHOP, tmp_path / "out").violations


@pytest.mark.parametrize("name", ["of two words", "données", "100%", "a#b"])
def test_folders_of_any_name_are_verified(tmp_path: Path, name: str) -> None:
    fg.export(KINDS, tmp_path / name, format="delta")
    assert fg.verify(KINDS, tmp_path / name)
    kinds = tmp_path / name / "kinds"
    deltalake.write_deltalake(kinds, pl.DataFrame({"id": [1]}), mode="append", schema_mode="merge")
    assert not fg.verify(KINDS, tmp_path / name)


@pytest.mark.parametrize(("name", "other"), [("50%20", "50 "), ("a b%41", "a bA")])
def test_folders_that_the_library_takes_for_others_are_refused(tmp_path: Path, name: str, other: str) -> None:
    refused = f"cannot use a folder named '{name}': deltalake would look for '{other}'.*percent sign"
    with pytest.raises(InputError, match=refused):
        fg.export(KINDS, tmp_path / name / "out", format="delta")
    assert not (tmp_path / name / "out").exists()
    fg.export(KINDS, tmp_path / "plain", format="delta")
    (tmp_path / "plain").rename(tmp_path / name)
    with pytest.raises(InputError, match=refused):
        fg.verify(KINDS, tmp_path / name)


def test_the_same_rows_are_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two", "two"):  # the last one replaces its predecessor
        fg.export(KINDS, tmp_path / name, format="delta")
    assert contents(tmp_path / "one") == contents(tmp_path / "two")
    assert "kinds/_delta_log/00000000000000000000.json" in contents(tmp_path / "one")
    fg.export(KINDS, tmp_path / "two", format="parquet")
    assert set(contents(tmp_path / "two")) == {"kinds.parquet", "nothing.parquet", "manifest.json"}


def test_kinds_that_delta_has_not_come_back(tmp_path: Path) -> None:
    fg.export(KINDS, tmp_path, format="delta")
    report = fg.verify(KINDS, tmp_path)
    assert not report.violations
    assert deltalake.DeltaTable(str(tmp_path / "nothing")).to_pyarrow_table().num_rows == 0


def test_a_broken_row_is_found(tmp_path: Path) -> None:
    fg.export(SHOP, tmp_path, format="delta", rows={"orders": 20})
    products = pl.read_delta(str(tmp_path / "products")).with_columns(price=pl.lit("0.01").cast(pl.Decimal(10, 2)))
    products.write_delta(str(tmp_path / "products"), mode="overwrite")
    assert any("products" in str(found) for found in fg.verify(SHOP, tmp_path).violations)


def test_a_folder_of_others_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "kinds").mkdir()
    with pytest.raises(InputError, match="'kinds' exists and was not written by fixturegen"):
        fg.export(KINDS, tmp_path, format="delta")
    assert [path.name for path in tmp_path.iterdir()] == ["kinds"]
