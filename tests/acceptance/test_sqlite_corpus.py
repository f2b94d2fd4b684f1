"""Databases of others are filled with no hint: nothing is rejected, every reference and constraint holds, no table is forgotten."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

CORPUS = Path(__file__).parent.parent / "corpus" / "sqlite"
NAMES = ("chinook", "hard", "sakila")
SIZES = (3, 100, pytest.param(1_000, marks=pytest.mark.slow))

Ask = Callable[..., list[tuple[Any, ...]]]
Database = Callable[[str], str]


@pytest.mark.parametrize("rows", SIZES)
@pytest.mark.parametrize("name", NAMES)
def test_a_database_is_filled_with_no_hint(
    name: str, rows: int, database: Database, succeeds: Any, run: Any, ask: Ask
) -> None:
    url = database((CORPUS / f"{name}.sql").read_text())
    seeded = succeeds("seed", url, "--rows", str(rows), "--json").json
    assert seeded["rejected"] == []
    assert seeded["unverified"] == []
    lowered = {each["table"]: each for each in seeded["lowered"]}
    assert all(each["asked"] == rows and 0 < each["rows"] < rows and each["reason"] for each in lowered.values())
    tables = [table for (table,) in ask("shop.db", "SELECT name FROM sqlite_master WHERE type = 'table'")]
    counts = {table: ask("shop.db", f'SELECT count(*) FROM "{table}"')[0][0] for table in tables}
    own = {table: count for table, count in counts.items() if not table.startswith(("_fixturegen", "sqlite_"))}
    assert own == {table: lowered[table]["rows"] if table in lowered else rows for table in own}
    assert {table: told["rows"] for table, told in seeded["tables"].items()} == own
    assert ask("shop.db", "PRAGMA foreign_key_check") == []
    assert ask("shop.db", "PRAGMA integrity_check") == [("ok",)]
    verified = succeeds("verify", url, "--database", url, "--json").json
    assert verified["violations"] == []
    assert verified["unverified"] == []
    assert "there already" in succeeds("seed", url, "--rows", str(rows)).out
    assert run("seed", url, "--rows", str(rows + 1)).code == 1


def test_circles_and_cases_are_filled(database: Database, succeeds: Any, ask: Ask) -> None:
    succeeds("seed", database((CORPUS / "hard.sql").read_text()), "--rows", "100")

    def count(sql: str) -> int:
        return int(ask("shop.db", f"SELECT count(*) FROM {sql}")[0][0])

    # The circle of departments and employees is closed on both sides, not left NULL.
    assert count("departments d JOIN employees e ON e.id = d.head_emp_id") > 50
    assert count("employees e JOIN departments d ON d.id = e.department_id") == 100
    assert 0 < count("employees WHERE manager_id IS NOT NULL") <= 100
    assert count("employees WHERE manager_id = id") == 0
    # CHECK (status <> 'shipped' OR shipped_at IS NOT NULL), CHECK (shipped_at IS NULL OR shipped_at >= placed_at)
    assert count("orders WHERE status = 'shipped'") > 0
    assert count("orders WHERE status <> 'shipped' AND shipped_at IS NULL") > 0
    assert count("orders WHERE shipped_at >= placed_at") > 0
    assert count("orders WHERE status = 'shipped' AND (shipped_at IS NULL OR shipped_at < placed_at)") == 0
    # The tenant of an order is the tenant of its user, and more than one tenant orders.
    assert count("orders o JOIN users u ON (u.tenant_id, u.id) = (o.tenant_id, o.user_id)") == 100
    assert count("(SELECT DISTINCT tenant_id FROM orders)") > 1


@pytest.mark.parametrize("name", NAMES)
def test_ddl_files_are_exported_and_verified(name: str, succeeds: Any, tmp_path: Path) -> None:
    source = str(CORPUS / f"{name}.sql")
    exported = succeeds("export", source, "out", "--format", "parquet", "--rows", "100", "--json").json
    assert all(table["rows"] for table in exported["tables"].values())
    verified = succeeds("verify", source, "--data", "out", "--json").json
    assert verified["violations"] == []
    assert verified["unverified"] == []
    assert len(list((tmp_path / "out").glob("*.parquet"))) == len(exported["tables"])


@pytest.mark.parametrize("name", NAMES)
def test_init_of_each_source_loads_back_to_the_same_rows(
    name: str, database: Database, succeeds: Any, tmp_path: Path
) -> None:
    for number, source in enumerate((str(CORPUS / f"{name}.sql"), database((CORPUS / f"{name}.sql").read_text()))):
        succeeds("init", source, "-o", f"{number}.yaml")
        assert _plan(succeeds, source) == _plan(succeeds, f"{number}.yaml")
        for data, at in ((f"a{number}", source), (f"b{number}", f"{number}.yaml")):
            succeeds("export", at, data, "--format", "csv", "--rows", "20")
        assert _contents(tmp_path / f"a{number}") == _contents(tmp_path / f"b{number}")


def _plan(succeeds: Any, source: str) -> Any:
    document = succeeds("plan", source, "--json").json
    return {key: value for key, value in document.items() if key not in {"source", "schema_hash"}}


def _contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.glob("*.csv")}
