"""The plan: demands refused with their arithmetic, wishes lowered with their reason, order, links and words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import fixturegen as fg
from fixturegen.errors import ImpossibleError, InputError, SchemaError
from fixturegen.planning import Plan
from fixturegen.sources.yaml_file import parse_schema

ROOT = Path(__file__).parents[2]
ID = {"type": "integer", "primary_key": True}
P = {"rows": 10, "columns": {"id": ID}}


def plan(tables: dict[str, Any], **options: Any) -> Plan:
    return fg.plan(parse_schema(json.dumps({"version": 1, "tables": tables})), **options)


def child(**columns: Any) -> dict[str, Any]:
    return {"columns": {"id": ID, **columns}}


# ---- demands and wishes

ONE_TO_ONE = {"p": P, "c": child(p_id={"references": "p.id", "unique": True})}
JOIN = {
    "p": P,
    "q": {"rows": 3, "columns": {"id": ID}},
    "pq": {
        "primary_key": ["p_id", "q_id"],
        "columns": {"p_id": {"references": "p.id"}, "q_id": {"references": "q.id"}},
    },
}
FLAGS = {"t": child(flag={"type": "boolean", "unique": True})}
CODES = {"t": child(code={"type": "varchar(9)", "regex": "[a-c]{2}", "unique": True})}


@pytest.mark.parametrize(
    ("tables", "name", "most"), [(ONE_TO_ONE, "c", 10), (JOIN, "pq", 30), (FLAGS, "t", 2), (CODES, "t", 9)]
)
def test_a_wish_is_lowered_and_a_demand_refused(tables: dict[str, Any], name: str, most: int) -> None:
    lowered = plan(tables)
    assert lowered.tables[name].rows == most
    [one] = lowered.lowered
    assert (one.table, one.asked, one.rows) == (name, 100, most)
    assert str(most) in one.reason
    assert plan(tables, rows={name: most}).tables[name].rows == most
    with pytest.raises(ImpossibleError, match=f"{most + 1} rows are demanded, but only {most} can exist"):
        plan(tables, rows={name: most + 1})
    assert plan(tables, rows={name: 0}).tables[name].rows == 0


def test_lowering_runs_down_the_references() -> None:
    tables = {**FLAGS, "c": child(t_id={"references": "t.id", "unique": True})}
    assert {name: table.rows for name, table in plan(tables, rows=50).tables.items()} == {"t": 2, "c": 2}


def test_a_number_is_a_wish_and_spares_what_the_schema_demands() -> None:
    tables = {
        "a": child(),
        "b": {"rows": 7, **child()},
        "c": {"rows": "2..2 per b", **child(b_id={"references": "b.id"})},
    }
    for options, expected in (
        ({}, {"a": 100, "b": 7, "c": 14}),
        ({"rows": 3}, {"a": 3, "b": 7, "c": 14}),
        ({"rows": {"b": 2}}, {"a": 100, "b": 2, "c": 4}),
        ({"scale": 2}, {"a": 200, "b": 14, "c": 28}),
        ({"scale": 0.5, "rows": 5}, {"a": 2, "b": 4, "c": 8}),
        ({"rows": {"c": 5}}, {"a": 100, "b": 7, "c": 5}),
    ):
        assert {name: table.rows for name, table in plan(tables, **options).tables.items()} == expected


def test_parents_without_rows_leave_no_children() -> None:
    with pytest.raises(ImpossibleError, match=r"c: 5 rows are demanded, but only 0 can exist: p_id"):
        plan({"p": {"rows": 0, "columns": {"id": ID}}, "c": {"rows": 5, **child(p_id={"references": "p.id"})}})
    optional = {
        "p": {"rows": 0, "columns": {"id": ID}},
        "c": {"rows": 5, **child(p_id={"references": "p.id", "nulls": True})},
    }
    assert plan(optional).tables["c"].rows == 5
    assert (
        plan({"p": {"rows": 0, "columns": {"id": ID}}, "c": child(p_id={"references": "p.id"})}).tables["c"].rows == 0
    )


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        (["a > 5", "a < 3"], "a"),
        (["a = 1", "a <> 1"], "a"),
        (["a IS NULL"], "a"),
        (["a > b", "b > a"], "a"),
        (["(a IS NULL) = (a IS NOT NULL)"], "check"),
    ],
)
def test_contradictions_are_refused(rules: list[str], words: str) -> None:
    columns = {"a": {"type": "integer", "min": 0, "max": 100}, "b": {"type": "integer", "min": 0, "max": 100}}
    with pytest.raises(ImpossibleError, match=words):
        plan({"t": {"rules": rules, **child(**columns)}})


def test_counts_in_a_circle_are_refused() -> None:
    tables = {
        "a": {"rows": "1..2 per b", **child(b_id={"references": "b.id"})},
        "b": {"rows": "1..2 per a", **child(a_id={"references": "a.id"})},
    }
    with pytest.raises(ImpossibleError, match="counted per"):
        plan(tables)


def test_columns_in_a_circle_are_refused() -> None:
    tables = {
        "a": {"primary_key": "k", "columns": {"k": {"type": "integer", "references": "b.k"}}},
        "b": {"primary_key": "k", "columns": {"k": {"type": "integer", "references": "c.k"}}},
        "c": {"primary_key": "k", "columns": {"k": {"type": "integer", "references": "a.k"}}},
    }
    with pytest.raises(ImpossibleError, match="circle"):
        plan(tables)


# ---- tables chosen


SHOP = fg.load(str(ROOT / "schemas" / "shop.yaml"))


def test_only_takes_what_it_cannot_do_without() -> None:
    assert set(fg.plan(SHOP, only=("customers",)).tables) == {"customers"}
    assert {"customers", "orders"} <= set(fg.plan(SHOP, only=("orders",)).tables)
    assert set(fg.plan(SHOP, only=("order_items",)).tables) == {"customers", "products", "orders", "order_items"}


def test_excluding_a_table_that_is_needed_is_refused() -> None:
    with pytest.raises(InputError, match="customers"):
        fg.plan(SHOP, exclude=("customers",))
    assert set(fg.plan(SHOP, exclude=("customers", "orders", "order_items")).tables) == {"products"}


def test_columns_that_lose_their_table_are_null() -> None:
    tables = {"p": P, "c": child(p_id={"references": "p.id", "nulls": 0.1})}
    schema = parse_schema(json.dumps({"version": 1, "tables": tables}))
    assert fg.generate(schema, exclude=("p",))["c"]["p_id"].null_count() == 100


@pytest.mark.parametrize("options", [{"rows": {"ordrs": 3}}, {"only": ("ordrs",)}, {"exclude": ("ordrs",)}])
def test_unknown_tables_are_named_with_the_nearest(options: dict[str, Any]) -> None:
    with pytest.raises(SchemaError, match=r"unknown table 'ordrs'.*Did you mean 'orders'\?"):
        fg.plan(SHOP, **options)


# ---- order


def test_parents_come_first() -> None:
    for source in ("shop", "saas", "bank", "forum"):
        made = fg.plan(str(ROOT / "schemas" / f"{source}.yaml"))
        done: set[str] = set()
        for name, table in made.tables.items():
            parents = {one.table for one in table.table.references} - {name}
            postponed = {one.table for one in made.postponed.get(name, ())}
            assert parents - postponed <= done
            done.add(name)


def test_circles_are_broken_at_the_weakest_reference() -> None:
    tables = {
        "a": child(b_id={"references": "b.id", "nulls": 0.1}),
        "b": child(c_id={"references": "c.id"}),
        "c": child(a_id={"references": "a.id"}),
    }
    made = plan(tables)
    assert list(made.tables) == ["a", "c", "b"]
    assert [(name, one.columns) for name, ones in made.postponed.items() for one in ones] == [("a", ("b_id",))]


# ---- words


def test_the_plan_says_how_everything_comes_about() -> None:
    text = str(fg.plan(SHOP))
    for words in (
        "4 tables", "order: customers, products, orders, order_items", "seed 0, as of 2026-01-01",
        "(customer_id) -> customers (id): any parent, by tickets: skew 0.8, 15% without children",
        "order_items: ", "1..5 per orders by order_id", "sum over order_items: quantity * unit_price",
        "shipped_at", "cases of",
    ):  # fmt: skip
        assert words in text, words


def test_the_plan_tells_what_was_lowered() -> None:
    text = str(plan(JOIN))
    assert "lowered: pq from 100 to 30 rows" in text


def test_the_plan_holds_no_value() -> None:
    dataset = fg.generate(SHOP, scale=0.01)
    text = str(fg.plan(SHOP, scale=0.01))
    for email in dataset["customers"]["email"]:
        assert email not in text


def test_a_plan_is_the_same_whatever_the_seed_but_for_counts() -> None:
    one, other = (str(fg.plan(SHOP, seed=seed)) for seed in (1, 2))
    assert one.splitlines()[1:3] == other.splitlines()[1:3]


TAGGED = {
    "tags": {"rows": 40, "columns": {"id": ID}},
    "posts": {"rows": 40, "columns": {"id": ID}},
    "post_tags": {
        "rows": {"per": "posts", "low": 3, "high": 4},
        "primary_key": ["post_id", "tag_id"],
        "columns": {"post_id": {"references": "posts.id"}, "tag_id": {"references": "tags.id"}},
    },
}


def test_rows_per_parent_follow_a_scale_that_leaves_too_few_combinations() -> None:
    small = plan(TAGGED, scale=0.05)
    assert small.tables["post_tags"].rows == 2 * 2  # two posts, two tags
    [one] = small.lowered
    assert (one.table, one.rows) == ("post_tags", 4)
    assert "up to 4 rows for each of posts" in one.reason
    assert not plan(TAGGED, scale=2).lowered
    few = {**TAGGED, "tags": {"rows": 2, "columns": {"id": ID}}}
    with pytest.raises(ImpossibleError, match="up to 4 rows for each of posts"):
        plan(few)
