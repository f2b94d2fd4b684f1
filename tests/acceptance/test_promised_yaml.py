"""The YAML that the documentation shows means what it says, sentence by sentence."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from yaml_texts import SHOP

import fixturegen as fg

FEEL = f"# yaml-language-server: $schema=fixturegen.schema.json\n{SHOP}"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, pl.DataFrame]:
    path = tmp_path_factory.mktemp("feel") / "feel.yaml"
    path.write_text(FEEL)
    schema = fg.load(path)
    frames = dict(fg.generate(schema))
    report = fg.verify(schema, frames)
    assert report.violations == ()
    assert report.unverified == ()
    return frames


def test_counts_are_exact(made: dict[str, pl.DataFrame]) -> None:
    assert made["customers"].height == 1_000
    children = made["customers"].join(made["orders"], left_on="id", right_on="customer_id", how="left")
    counts = children.group_by("id").agg(pl.col("status").count().alias("n"))["n"]
    assert set(counts) == {0, 1, 2, 3, 4, 5}
    lines = made["order_items"].group_by("order_id").agg(pl.col("line_no").sort())["line_no"].to_list()
    assert len(lines) == made["orders"].height
    assert all(line == list(range(1, len(line) + 1)) and 1 <= len(line) <= 5 for line in lines)


def test_keys_stay_text_and_weights_are_shares(made: dict[str, pl.DataFrame]) -> None:
    shares = made["customers"]["country"].cast(pl.String).value_counts()
    counted = dict(zip(shares["country"], shares["count"], strict=True))
    assert set(counted) == {"DE", "FR", "NO"}
    assert counted["DE"] > counted["FR"] > counted["NO"] > 60
    nulls = made["customers"]["referrer_id"].null_count()
    assert abs(nulls / 1_000 - 0.7) < 0.05


def test_bounds_are_inclusive_and_dates_are_first_instants(made: dict[str, pl.DataFrame]) -> None:
    signup = made["customers"]["signup_at"]
    assert signup.dtype == pl.Datetime("us")
    assert signup.min() >= datetime.fromisoformat("2024-01-01")  # type: ignore[operator]  # a datetime, and not empty
    assert signup.max() <= datetime.fromisoformat("2026-01-01")  # type: ignore[operator]  # the same
    joined = made["orders"].join(made["customers"], left_on="customer_id", right_on="id")
    assert joined.filter(pl.col("ordered_at") < pl.col("signup_at")).height == 0
    assert set(made["order_items"]["quantity"]) == set(range(1, 10))


def test_sums_are_exact_decimals(made: dict[str, pl.DataFrame]) -> None:
    assert isinstance(made["orders"].schema["total"], pl.Decimal)
    sums = (
        made["order_items"]
        .group_by("order_id")
        .agg((pl.col("quantity") * pl.col("unit_price")).sum().alias("sum"))
        .join(made["orders"], left_on="order_id", right_on="id")
    )
    assert sums.height == made["orders"].height
    assert sums.filter(pl.col("sum") != pl.col("total")).height == 0


def test_both_sides_of_an_or_occur(made: dict[str, pl.DataFrame]) -> None:
    orders = made["orders"].with_columns(pl.col("status").cast(pl.String))
    shipped = orders.filter(pl.col("status") == "shipped")
    assert shipped.height > 0
    assert shipped["shipped_at"].null_count() == 0
    rest = orders.filter(pl.col("status") != "shipped")["shipped_at"]
    assert 0 < rest.null_count() < rest.len()


def test_nulls_in_three_ways(succeeds: Any, tmp_path: Path) -> None:
    (tmp_path / "n.yaml").write_text("""
        tables:
          t:
            rows: 200
            columns:
              never: {type: integer}
              could: {type: integer, nulls: 0}
              half: {type: integer, nulls: 0.5}
    """)
    frame = fg.generate(tmp_path / "n.yaml")["t"]
    assert [frame[name].null_count() for name in ("never", "could")] == [0, 0]
    assert 60 < frame["half"].null_count() < 140
    succeeds("seed", "sqlite:///n.db", "--schema", "n.yaml", "--create")
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(tmp_path / "n.db")) as connection:
        told = connection.execute("SELECT name, \"notnull\" FROM pragma_table_info('t')").fetchall()
    assert told == [("never", 1), ("could", 0), ("half", 0)]


def test_now_is_every_moment_of_twenty_years(tmp_path: Path) -> None:
    (tmp_path / "now.yaml").write_text("""
        as_of: 2026-01-01
        tables:
          t:
            rows: 200
            rules: ["later > now()", "earlier < now()"]
            columns: {later: {type: datetime}, earlier: {type: datetime}}
    """)
    frame = fg.generate(tmp_path / "now.yaml")["t"]
    assert frame["later"].min() > datetime.fromisoformat("2046-01-01")  # type: ignore[operator]  # a datetime, and not empty
    assert frame["earlier"].max() < datetime.fromisoformat("2026-01-01")  # type: ignore[operator]  # the same


def test_as_of_defaults_to_a_date_of_the_release(tmp_path: Path) -> None:
    (tmp_path / "plain.yaml").write_text("tables: {t: {columns: {at: {type: date, max: as_of}}}}")
    assert fg.load(tmp_path / "plain.yaml").as_of == date(2026, 1, 1)


def test_two_references_to_one_table_need_a_word_more(run: Any, tmp_path: Path) -> None:
    text = """
        tables:
          users: {{columns: {{id: {{type: integer, primary_key: true}}, at: {{type: date}}}}}}
          gifts:
            rows: {rows}
            columns: {{buyer_id: {{references: users.id}}, taker_id: {{references: users.id}}, at: {{type: date, min: {low}}}}}
    """
    (tmp_path / "good.yaml").write_text(text.format(rows="0..3 per users by taker_id", low="buyer_id.at"))
    frames = fg.generate(tmp_path / "good.yaml")
    joined = frames["gifts"].join(frames["users"], left_on="buyer_id", right_on="id")
    assert joined.filter(pl.col("at") < pl.col("at_right")).height == 0
    for rows, low in (("0..3 per users", "2024-01-01"), ("5", "users.at")):
        (tmp_path / "bad.yaml").write_text(text.format(rows=rows, low=low))
        done = run("plan", "bad.yaml")
        assert done.code == 2
        assert "buyer_id" in done.err
        assert "taker_id" in done.err
