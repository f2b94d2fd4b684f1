"""What the common options promise, on the shop."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

SHOP = str(Path(__file__).parents[2] / "schemas" / "shop.yaml")
FORMATS = ("parquet", "csv", "ndjson", "ipc")


@pytest.mark.parametrize("name", ["shop", "saas", "bank", "forum"])
@pytest.mark.parametrize("format_", FORMATS)
def test_every_format_of_every_shipped_schema_verifies(name: str, format_: str, succeeds: Any, tmp_path: Path) -> None:
    source = str(Path(SHOP).with_name(f"{name}.yaml"))
    exported = succeeds("export", source, "out", "--format", format_, "--json").json
    verified = succeeds("verify", source, "--data", "out", "--json").json
    assert verified["violations"] == []
    assert verified["unverified"] == []
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert {table: told["rows"] for table, told in manifest["tables"].items()} == {
        table: told["rows"] for table, told in exported["tables"].items()
    }
    assert manifest["synthetic"] is True


def test_sql_files_load_into_the_tables_that_create_makes(succeeds: Any, ask: Any, tmp_path: Path) -> None:
    succeeds("seed", "sqlite:///made.db", "--schema", SHOP, "--create", "--rows", "customers=0", "--only", "customers")
    succeeds("seed", "sqlite:///direct.db", "--schema", SHOP, "--create", "--scale", "0.1")
    succeeds("export", SHOP, "out", "--format", "sql", "--scale", "0.1")
    import sqlite3

    with sqlite3.connect(tmp_path / "direct.db") as connection:
        before = {t: connection.execute(f"SELECT * FROM {t} ORDER BY 1, 2").fetchall() for t in ("customers", "orders")}
        connection.execute("PRAGMA foreign_keys = OFF")
        for table in ("order_items", "orders", "products", "customers"):
            connection.execute(f"DELETE FROM {table}")
        for table in json.loads((tmp_path / "out" / "manifest.json").read_text())["load_order"]:
            connection.executescript((tmp_path / "out" / f"{table}.sql").read_text())
        after = {t: connection.execute(f"SELECT * FROM {t} ORDER BY 1, 2").fetchall() for t in ("customers", "orders")}
    connection.close()
    assert after == before
    succeeds("verify", SHOP, "--database", "sqlite:///direct.db")


def test_a_count_by_table_is_a_demand_and_a_count_for_all_a_wish(run: Any, succeeds: Any, tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_text("""
        tables:
          users: {columns: {id: {type: integer, primary_key: true}}}
          profiles: {columns: {user_id: {references: users.id, primary_key: true}}}
          flags: {columns: {on: {type: boolean, primary_key: true}}}
          visits: {rows: 2..2 per users, columns: {user_id: {references: users.id}}}
    """)
    plain = succeeds("plan", "s.yaml", "--json").json
    assert {name: told["rows"] for name, told in plain["tables"].items()} == {
        "users": 100, "profiles": 100, "flags": 2, "visits": 200,
    }  # fmt: skip
    assert [(each["table"], each["asked"], each["rows"]) for each in plain["lowered"]] == [("flags", 100, 2)]
    wished = succeeds("plan", "s.yaml", "--rows", "7", "--rows", "users=5", "--json").json
    assert {name: told["rows"] for name, told in wished["tables"].items()} == {
        "users": 5, "profiles": 5, "flags": 2, "visits": 10,
    }  # fmt: skip
    assert {each["table"]: each["rows"] for each in wished["lowered"]} == {"profiles": 5, "flags": 2}
    told = succeeds("export", "s.yaml", "seven", "--rows", "7").err
    assert "flags: 2 rows in place of 7" in told
    for demand, words in (("flags=3", "3 rows are demanded, but only 2"), ("profiles=101", "only 100")):
        refused = run("export", "s.yaml", "out", "--rows", demand)
        assert refused.code == 2
        assert words in refused.err
        assert "s.yaml:" in refused.err
    assert not (tmp_path / "out").exists()


def test_rows_of_zero_leave_a_table_empty(succeeds: Any, tmp_path: Path) -> None:
    succeeds("export", SHOP, "out", "--rows", "orders=0", "--scale", "0.1")
    assert pl.read_parquet(tmp_path / "out" / "orders.parquet").height == 0
    assert pl.read_parquet(tmp_path / "out" / "order_items.parquet").height == 0
    succeeds("verify", SHOP, "--data", "out")


def test_scale_multiplies_absolute_counts_only(succeeds: Any) -> None:
    tables = succeeds("plan", SHOP, "--scale", "2", "--json").json["tables"]
    assert {name: tables[name]["rows"] for name in ("customers", "products", "orders")} == {
        "customers": 2_000, "products": 200, "orders": 6_000,
    }  # fmt: skip
    once = succeeds("plan", SHOP, "--json").json["tables"]["order_items"]["rows"]
    assert abs(tables["order_items"]["rows"] / once - 2) < 0.1


def test_only_and_exclude(succeeds: Any, run: Any, tmp_path: Path) -> None:
    assert set(succeeds("plan", SHOP, "--only", "customers", "--json").json["tables"]) == {"customers"}
    assert set(succeeds("plan", SHOP, "--exclude", "order_items", "--exclude", "orders", "--json").json["tables"]) == {
        "customers",
        "products",
    }
    refused = run("plan", SHOP, "--exclude", "customers")
    assert refused.code == 2
    assert "orders.customer_id needs rows of customers" in refused.err


def test_a_seed_is_another_world_and_the_same_seed_the_same(succeeds: Any, tmp_path: Path) -> None:
    for folder, seed in (("a", "1"), ("b", "1"), ("c", "2")):
        succeeds("export", SHOP, folder, "--format", "csv", "--scale", "0.1", "--seed", seed)
    first, second, other = ((tmp_path / each / "customers.csv").read_bytes() for each in "abc")
    assert first == second
    assert first != other
    assert json.loads((tmp_path / "c" / "manifest.json").read_text())["seed"] == 2


def test_as_of_moves_the_clock(succeeds: Any, run: Any, tmp_path: Path) -> None:
    succeeds("export", SHOP, "out", "--as-of", "2023-01-01", "--scale", "0.1")
    orders = pl.read_parquet(tmp_path / "out" / "orders.parquet")
    assert str(orders["ordered_at"].max()) <= "2023-01-01 00:00:00"
    succeeds("verify", SHOP, "--data", "out")
    refused = run("export", SHOP, "never", "--as-of", "2021-01-01")
    assert (refused.code, (tmp_path / "never").exists()) == (2, False)
    assert "shop.yaml:" in refused.err


def test_rows_in_the_way_are_refused_unless_said_otherwise(succeeds: Any, run: Any, ask: Any) -> None:
    seed = ("seed", "sqlite:///shop.db", "--schema", SHOP, "--scale", "0.1")
    counts = "SELECT (SELECT count(*) FROM customers), (SELECT count(*) FROM orders)"
    succeeds(*seed, "--create")
    assert ask("shop.db", counts) == [(100, 300)]
    assert "there already" in succeeds(*seed).out
    assert ask("shop.db", counts) == [(100, 300)]
    for arguments in ([], ["--existing", "refuse"]):
        refused = run(*seed, "--seed", "1", *arguments)
        assert refused.code == 1
        assert "--existing" in refused.err
    succeeds(*seed, "--seed", "1", "--existing", "append")
    assert ask("shop.db", counts) == [(200, 600)]
    succeeds("verify", SHOP, "--database", "sqlite:///shop.db")
    succeeds(*seed, "--seed", "1", "--existing", "replace", "--dry-run")
    assert ask("shop.db", counts) == [(200, 600)]
    succeeds(*seed, "--seed", "1", "--existing", "replace")
    assert ask("shop.db", counts) == [(100, 300)]
    succeeds("verify", SHOP, "--database", "sqlite:///shop.db")


def test_json_is_all_that_stdout_holds(succeeds: Any, run: Any, tmp_path: Path) -> None:
    seeded = succeeds("seed", "sqlite:///shop.db", "--schema", SHOP, "--create", "--scale", "0.01", "--json").json
    assert set(seeded) == {"tables", "lowered", "rejected", "unverified"}
    assert all(set(each) == {"rows", "seconds"} for each in seeded["tables"].values())
    succeeds("export", SHOP, "out", "--scale", "0.01", "--json")
    orders = pl.read_parquet(tmp_path / "out" / "orders.parquet")
    orders.with_columns(total=pl.lit(-1).cast(orders.schema["total"])).write_parquet(
        tmp_path / "out" / "orders.parquet"
    )
    broken = run("verify", SHOP, "--data", "out", "--json")
    assert broken.code == 1
    assert set(broken.json) == {"violations", "checked", "unverified"}
    assert all(set(each) == {"table", "constraint", "rows", "example"} for each in broken.json["violations"])
    assert {each["table"] for each in broken.json["violations"]} == {"orders"}
    failed = run("plan", "absent.yaml", "--json")
    assert failed.code == 2
    assert "absent.yaml" in failed.json["error"]
