"""How rows find their parents: every kind of link holds what it promises, for few rows and for many."""

from __future__ import annotations

import json
from typing import Any

import polars as pl
import pytest

import fixturegen as fg
from fixturegen.sources.yaml_file import parse_schema

ID = {"type": "integer", "primary_key": True}


def rows(tables: dict[str, Any], **options: Any) -> dict[str, pl.DataFrame]:
    return fg.generate(parse_schema(json.dumps({"version": 1, "tables": tables})), **options)


def family(parents: int, children: Any, **reference: Any) -> dict[str, pl.DataFrame]:
    column = {"references": "parents.id", **reference}
    return rows(
        {
            "parents": {"rows": parents, "columns": {"id": ID}},
            "children": {"rows": children, "columns": {"id": ID, "parent_id": column}},
        }
    )


def test_uniform_references_reach_every_parent_alike() -> None:
    counts = family(50, 20_000)["children"].group_by("parent_id").len()["len"]
    assert len(counts) == 50
    # Six standard deviations of a binomial law around 400.
    assert all(400 - 120 < count < 400 + 120 for count in counts)


def test_the_share_of_null_is_kept() -> None:
    for share in (0.0, 0.25, 1.0):
        nulls = family(50, 10_000, nulls=share)["children"]["parent_id"].is_null().mean()
        assert nulls == pytest.approx(share, abs=0.02)


def test_skew_gives_few_parents_much() -> None:
    counts = family(640, 20_000, skew=1.0)["children"].group_by("parent_id").len()["len"].sort(descending=True)
    # Zipf over the 64 ranks of a block: the first of them has 1 / (1 + 1/2 + ... + 1/64) = 21 %.
    assert counts.head(10).sum() / 20_000 == pytest.approx(0.21, abs=0.02)
    assert len(counts) == 640


def test_childless_parents_have_no_child() -> None:
    for share in (0.1, 0.5, 0.9):
        reached = family(6_400, 200_000, childless=share)["children"]["parent_id"].n_unique()
        assert reached / 6_400 == pytest.approx(1 - share, abs=0.02)


@pytest.mark.parametrize("parents", [1, 2, 5, 63, 64, 65, 130])
@pytest.mark.parametrize("reference", [{"skew": 2.0}, {"childless": 0.99}, {"skew": 1.0, "childless": 0.5}])
def test_tickets_lead_to_parents_that_exist(parents: int, reference: dict[str, float]) -> None:
    held = family(parents, 500, **reference)["children"]["parent_id"]
    assert held.is_between(1, parents).all()


@pytest.mark.parametrize("parents", [1, 2, 63, 1_023, 1_024, 1_025, 2_050])
def test_one_to_one_uses_each_parent_once(parents: int) -> None:
    held = family(parents, parents, unique=True)["children"]["parent_id"]
    assert sorted(held) == list(range(1, parents + 1))
    if parents > 2:
        assert held.to_list() != sorted(held)


def test_one_to_one_may_be_null_beyond_the_parents() -> None:
    held = family(10, 25, unique=True, nulls=True)["children"]["parent_id"]
    assert held.drop_nulls().is_unique().all()


@pytest.mark.parametrize("nulls", [None, 0.3])
def test_self_references_point_to_earlier_rows(nulls: float | None) -> None:
    column = {"references": "nodes.id"} | ({} if nulls is None else {"nulls": nulls})
    frame = rows({"nodes": {"rows": 2_000, "columns": {"id": ID, "up_id": column}}})["nodes"]
    first, rest = frame.head(1), frame.slice(1).drop_nulls()
    assert (rest["up_id"] < rest["id"]).all()
    assert first["up_id"].to_list() == [1 if nulls is None else None]
    # Anywhere before, not only the row before.
    assert (rest["up_id"] / rest["id"]).mean() == pytest.approx(0.5, abs=0.05)


def test_counts_per_parent_are_kept() -> None:
    frame = family(300, "2..5 per parents")["children"]
    counts = frame.group_by("parent_id").len()["len"]
    assert len(counts) == 300
    assert set(counts.to_list()) == {2, 3, 4, 5}
    assert frame["parent_id"].is_sorted()


@pytest.mark.parametrize(
    ("count", "mean"),
    [
        ({"distribution": "poisson", "mean": 1.5}, 1.5),
        ({"distribution": "geometric", "mean": 1.0}, 1.0),
        ({"distribution": "uniform"}, 10.0),
        ({"distribution": "uniform", "childless": 0.5}, 5.0),
    ],
)
def test_counts_follow_their_distribution(count: dict[str, Any], mean: float) -> None:
    frame = family(5_000, {"per": "parents", "low": 0, "high": 20, **count})["children"]
    assert frame.height / 5_000 == pytest.approx(mean, rel=0.08)
    assert frame.group_by("parent_id").len()["len"].max() <= 20


def test_ordinals_count_the_rows_of_each_parent() -> None:
    for count in ("0..4 per parents", 500):
        tables = {
            "parents": {"rows": 100, "columns": {"id": ID}},
            "lines": {
                "rows": count,
                "primary_key": ["parent_id", "line"],
                "columns": {"parent_id": {"references": "parents.id"}, "line": {"ordinal": "parents"}},
            },
        }
        frame = rows(tables)["lines"]
        expected = frame.select(pl.int_range(1, pl.len() + 1).over("parent_id"))
        assert frame["line"].to_list() == expected.to_series().to_list()


# ---- references that agree

TENANTS: dict[str, Any] = {
    "tenants": {"rows": 20, "columns": {"id": ID}},
    "users": {
        "rows": 60,
        "unique": [["tenant_id", "id"]],
        "columns": {"id": ID, "tenant_id": {"references": "tenants.id"}},
    },
    "products": {
        "rows": 40,
        "unique": [["tenant_id", "id"]],
        "columns": {"id": ID, "tenant_id": {"references": "tenants.id"}},
    },
    "orders": {
        "rows": 500,
        "columns": {"id": ID, "tenant_id": {}, "user_id": {}, "product_id": {}},
        "references": [
            {"columns": ["tenant_id", "user_id"], "to": "users(tenant_id, id)"},
            {"columns": ["tenant_id", "product_id"], "to": "products(tenant_id, id)"},
        ],
    },
}


def test_references_agree_on_the_column_they_share() -> None:
    data = rows(TENANTS)
    orders = data["orders"]
    for parent, column in (("users", "user_id"), ("products", "product_id")):
        pairs = data[parent].select(pl.col("tenant_id"), pl.col("id").alias(column))
        assert orders.join(pairs, on=["tenant_id", column], how="semi").height == 500
    # Every tenant that has both kinds of parents is used.
    both = set(data["users"]["tenant_id"]) & set(data["products"]["tenant_id"])
    assert set(orders["tenant_id"]) == both


def test_children_of_two_ways_meet_in_the_same_grandparent() -> None:
    tables = {
        **TENANTS,
        "notes": {
            "rows": 300,
            "columns": {"id": ID, "tenant_id": {"references": "tenants.id"}, "user_id": {"nulls": 0.2}},
            "references": [{"columns": ["tenant_id", "user_id"], "to": "users(tenant_id, id)"}],
        },
    }
    data = rows(tables)
    notes = data["notes"].drop_nulls()
    pairs = data["users"].select("tenant_id", pl.col("id").alias("user_id"))
    assert notes.join(pairs, on=["tenant_id", "user_id"], how="semi").height == notes.height > 100
    assert data["notes"]["tenant_id"].is_in(data["tenants"]["id"].implode()).all()


def test_shared_values_without_any_common_parent_are_refused() -> None:
    tables = json.loads(json.dumps(TENANTS))
    tables["products"]["rows"] = 0
    with pytest.raises(fg.InputError, match="products"):
        rows(tables)


# ---- circles


def test_circles_are_filled_not_left_null() -> None:
    tables = {
        "departments": {"rows": 20, "columns": {"id": ID, "head_id": {"references": "employees.id", "nulls": 0.1}}},
        "employees": {"rows": 200, "columns": {"id": ID, "department_id": {"references": "departments.id"}}},
    }
    data = rows(tables)
    assert data["departments"]["head_id"].drop_nulls().is_between(1, 200).all()
    assert data["departments"]["head_id"].null_count() < 10
    assert data["employees"]["department_id"].is_between(1, 20).all()
