"""YAML as a schema: what each key means."""

from __future__ import annotations

import pickle
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from yaml_texts import SHOP, column_of, message_of, one

from fixturegen.schema import Aggregate, AsOf, Choice, Constant, Fill, PerParent, Rows, Schema, Type
from fixturegen.schema import Path as Related
from fixturegen.sources.yaml_file import load_yaml, parse_schema


class TestTheFeelOfIt:
    schema: Schema = parse_schema(SHOP)

    def test_counts(self) -> None:
        assert self.schema.tables["customers"].count == Rows(1000)
        assert self.schema.tables["orders"].count == PerParent("orders_customer_id_fkey", 0, 5)

    def test_keys(self) -> None:
        key = self.schema.tables["order_items"].primary_key
        assert key is not None
        assert key.columns == ("order_id", "line_no")
        assert [unique.columns for unique in self.schema.tables["orders"].uniques] == [("customer_id", "ordered_at")]
        assert [unique.columns for unique in self.schema.tables["customers"].uniques] == [("email",)]

    def test_references(self) -> None:
        (reference,) = self.schema.tables["orders"].references
        assert (reference.columns, reference.table, reference.target) == (("customer_id",), "customers", ("id",))
        assert reference.role == "customer"
        assert column_of(SHOP, "customer_id", "orders").type == Type(kind="integer")

    def test_nulls(self) -> None:
        assert not column_of(SHOP, "email", "customers").nullable
        referrer = column_of(SHOP, "referrer_id", "customers")
        assert (referrer.nullable, referrer.nulls) == (True, 0.7)

    def test_norway_is_a_country(self) -> None:
        choices = column_of(SHOP, "country", "customers").choices
        assert choices == (Choice("DE", 5.0), Choice("FR", 3.0), Choice("NO", 1.0))

    def test_bounds(self) -> None:
        signup = column_of(SHOP, "signup_at", "customers")
        assert signup.low == Constant(datetime(2024, 1, 1))  # noqa: DTZ001  # zone-less as the type
        assert signup.high == AsOf()
        assert column_of(SHOP, "ordered_at", "orders").low == Related(("orders_customer_id_fkey",), "signup_at")
        assert column_of(SHOP, "shipped_at", "orders").low == Related((), "ordered_at")
        assert column_of(SHOP, "unit_price", "order_items").low == Constant(Decimal(1))

    def test_aggregate_and_ordinal(self) -> None:
        total = column_of(SHOP, "total", "orders")
        assert total.aggregate == Aggregate("sum", "quantity * unit_price", "order_items", "order_items_order_id_fkey")
        assert total.type == Type(kind="decimal", precision=18, scale=2)
        assert column_of(SHOP, "line_no", "order_items").ordinal == "order_items_order_id_fkey"

    def test_rules_keep_their_text_and_line(self) -> None:
        (rule,) = self.schema.tables["orders"].checks
        assert rule.sql == "status <> 'shipped' OR shipped_at IS NOT NULL"
        assert str(rule.where) == "schema.yaml:22 orders"

    def test_as_of(self) -> None:
        assert self.schema.as_of == date(2026, 1, 1)

    def test_a_schema_goes_to_other_processes(self) -> None:
        assert pickle.loads(pickle.dumps(self.schema)) == self.schema


@pytest.mark.parametrize(
    ("column", "fill"),
    [
        ("{faker: email}", Fill("faker", {"method": "email", "arguments": {}})),
        ("{type: integer, faker: {random_int: {min: 1, max: 5}}}", Fill("faker", {"method": "random_int", "arguments": {"min": 1, "max": 5}})),
        ('{regex: "[A-Z]{3}"}', Fill("regex", {"pattern": "[A-Z]{3}"})),
        ('{template: "{id}-{other}"}', Fill("template", {"template": "{id}-{other}"})),
        ("{type: integer, expression: other * 2}", Fill("expression", {"sql": "other * 2"})),
        ("{type: text, expression: parents.word}", Fill("expression", {"sql": "parents.word"})),
        ("{sequence: 100}", Fill("sequence", {"start": 100, "step": 1})),
        ("{sequence: {step: -2}}", Fill("sequence", {"start": 1, "step": -2})),
        ("{type: date, constant: 2026-02-03}", Fill("constant", {"value": date(2026, 2, 3)})),
        ('{type: "integer[]", constant: [1, 2]}', Fill("constant", {"value": [1, 2]})),
        ("{type: integer, distribution: zipf}", Fill("zipf", {})),
        ("{type: float, distribution: {normal: {mean: 10, sd: 3}}}", Fill("normal", {"mean": 10, "sd": 3})),
    ],
)  # fmt: skip
def test_fills(column: str, fill: Fill) -> None:
    assert column_of(one(column)).fill == fill


@pytest.mark.parametrize(
    ("column", "type_"),
    [
        ("{references: parents.id, as: p2}", Type(kind="integer")),
        ("{faker: name}", Type(kind="text")),
        ("{faker: uuid4}", Type(kind="uuid")),
        ("{faker: date_of_birth}", Type(kind="date")),
        ("{faker: {random_int: {min: 1}}}", Type(kind="integer")),
        ("{choices: [a, b]}", Type(kind="text")),
        ("{choices: [1, 2]}", Type(kind="integer")),
        ("{choices: {1: 2, 2: 3}}", Type(kind="integer")),
        ("{choices: ['1', '2']}", Type(kind="text")),
        ("{choices: [true, false]}", Type(kind="boolean")),
        ("{constant: 5}", Type(kind="integer")),
        ("{constant: word}", Type(kind="text")),
        ("{sequence: 1}", Type(kind="integer")),
        ("{ordinal: parents}", Type(kind="integer")),
        ("{identity: always}", Type(kind="integer")),
        ("{type: enum, choices: {a: 1, b: 2}}", Type(kind="enum", labels=("a", "b"))),
        ("{type: 'enum(a, b)'}", Type(kind="enum", labels=("a", "b"))),
    ],
)
def test_types_are_inferred_where_there_is_no_doubt(column: str, type_: Type) -> None:
    assert column_of(one(column)).type == type_


@pytest.mark.parametrize(
    "column",
    ["{}", "{nulls: 0.1}", "{choices: [1, a]}", "{choices: [1.5]}", "{choices: [007]}", "{choices: [2026-01-01]}",
     "{min: 1, max: 2}", "{type: , nulls: 0.5}", "{faker: pydecimal}", "{distribution: normal}", "{expression: other}"],
)  # fmt: skip
def test_types_in_doubt_are_asked_for(column: str) -> None:
    message = message_of(one(column))
    assert message.startswith("s.yaml:14 t.c: ")
    assert "type" in message


def test_a_chain_of_a_thousand_references_without_types() -> None:
    tables = ["  t0: {columns: {id: {type: uuid, primary_key: true}}}"]
    tables += [f"  t{n}: {{columns: {{id: {{primary_key: true, references: t{n - 1}.id}}}}}}" for n in range(1, 1000)]
    schema = parse_schema("tables:\n" + "\n".join(reversed(tables)))
    assert {table.columns[0].type.kind for table in schema.tables.values()} == {"uuid"}


def test_nulls_three_ways() -> None:
    assert (
        column_of(one("{type: text, nulls: true}")).nullable,
        column_of(one("{type: text, nulls: true}")).nulls,
    ) == (True, None)
    assert (column_of(one("{type: text, nulls: 0}")).nullable, column_of(one("{type: text, nulls: 0}")).nulls) == (
        True,
        0.0,
    )
    assert not column_of(one("{type: text, nulls: false}")).nullable


def test_every_count() -> None:
    def count(text: str):  # noqa: ANN202  # a count of any kind
        return parse_schema(one("{type: text}", table=f"rows: {text}")).tables["t"].count

    name = "t_parent_id_fkey"
    assert count("0") == Rows(0)
    assert count("1000") == Rows(1000)
    assert count("2 per parents") == PerParent(name, 2, 2)
    assert count("0..5 per parents by parent_id") == PerParent(name, 0, 5)
    assert count("{per: parents, high: 9, distribution: poisson, mean: 2.5, childless: 0.1}") == PerParent(
        name, 0, 9, "poisson", 2.5, 0.1
    )
    assert count("{per: parents, by: parent, low: 1, high: 9, distribution: zipf, exponent: 1.5}") == PerParent(
        name, 1, 9, "zipf", 1.5
    )


TWO_BUYERS = """\
tables:
  people:
    columns: {id: {type: integer, primary_key: true}, at: {type: date}, sold: {count: deals, by: seller_id}}
  deals:
    rows: 0..5 per people by buyer_id
    columns:
      buyer_id: {references: people.id}
      seller_id: {references: people.id, as: vendor}
      on: {type: date, min: vendor.at}
"""


def test_several_references_are_told_apart() -> None:
    schema = parse_schema(TWO_BUYERS)
    assert schema.tables["deals"].count == PerParent("deals_buyer_id_fkey", 0, 5)
    assert column_of(TWO_BUYERS, "on", "deals").low == Related(("deals_seller_id_fkey",), "at")
    sold = column_of(TWO_BUYERS, "sold", "people").aggregate
    assert sold == Aggregate("count", "", "deals", "deals_seller_id_fkey")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("per people by buyer_id", "per people"),
        ("{count: deals, by: seller_id}", "{count: deals}"),
        ("vendor.at", "people.at"),
    ],
)
def test_ambiguity_lists_both(old: str, new: str) -> None:
    message = message_of(TWO_BUYERS.replace(old, new))
    assert "buyer_id" in message
    assert "seller_id" in message


def test_composite_references_and_shared_columns() -> None:
    schema = parse_schema("""\
tables:
  tenants: {columns: {id: {type: integer, primary_key: true}}}
  users:
    primary_key: [tenant_id, id]
    columns: {tenant_id: {references: tenants}, id: {type: uuid}}
  notes:
    columns: {tenant_id: {references: tenants}, user_id: {}}
    references:
      - {columns: [user_id, tenant_id], to: "users(id, tenant_id)", as: author, skew: 1, on_delete: set null, deferred: true}
""")
    tenant, author = schema.tables["notes"].references
    assert (tenant.columns, tenant.target, tenant.role) == (("tenant_id",), ("id",), "tenant")
    assert (author.columns, author.target, author.role) == (("user_id", "tenant_id"), ("id", "tenant_id"), "author")
    assert (author.skew, author.on_delete, author.deferrable, author.deferred) == (1.0, "SET NULL", True, True)
    assert [column.type.kind for column in schema.tables["notes"].columns] == ["integer", "uuid"]


def test_names_that_need_care() -> None:
    text = """\
tables:
  'order "items"; drop':
    primary_key: ['NO']
    columns: {'NO': {type: integer}, 'select': {type: integer, max: 9}, 'a.b': {type: integer, min: select}}
    references: [{columns: ['a.b'], to: {'order "items"; drop': ['NO']}}]
    rules: ['"select" > 0', '"a.b" > "NO"']
"""
    table = parse_schema(text).tables['order "items"; drop']
    assert [column.name for column in table.columns] == ["NO", "select", "a.b"]
    assert table.references[0].target == ("NO",)
    assert column_of(one("{type: integer, min: '\"1\"'}").replace("other", '"1"')).low == Related((), "1")
    assert column_of(
        one("{type: date, min: '\"as_of\"'}").replace("other: {type: integer}", "as_of: {type: date}")
    ).low == Related((), "as_of")
    assert table.columns[2].low == Related((), "select")


def test_aggregates_over_the_right_child() -> None:
    text = """\
tables:
  a: {columns: {id: {type: integer, primary_key: true}, most: {maximum: b.n}, all: {sum: b.n * c.price + n}}}
  c: {columns: {id: {type: integer, primary_key: true}, price: {type: "decimal(8,3)"}}}
  b: {columns: {a_id: {references: a.id}, c_id: {references: c.id}, n: {type: smallint}}}
""".replace("all: {sum", 'all: {type: "decimal(18,3)", sum')
    assert column_of(text, "most", "a").type == Type(kind="integer", bits=16)
    found = column_of(text, "all", "a").aggregate
    assert found is not None
    assert found.expression == "n * c.price + n"


def test_groups_options_and_locales() -> None:
    text = """\
locale: fr_FR
tables:
  t:
    locale: de_DE
    columns: {city: {}, zip: {locale: ja_JP}, country: {choices: [DE]}}
    groups: {home: {address: {city: city, postcode: zip, country: country}, locale: en_GB}}
    options: {without_rowid: true}
"""
    schema = parse_schema(text)
    table = schema.tables["t"]
    assert (schema.locale, table.locale, table.columns[1].locale) == ("fr_FR", "de_DE", "ja_JP")
    (group,) = table.groups
    assert (group.name, group.source, group.locale) == ("home", "address", "en_GB")
    assert group.fields == {"city": "city", "zip": "postcode", "country": "country"}
    assert table.options == {"without_rowid": True}
    assert table.columns[0].type == Type(kind="text")


def test_rules_in_every_form() -> None:
    text = one(
        "{type: text}",
        table="rules: [other > 0, {least: other > 1}, {sql: other > 2, name: x, enforced: false, dialect: mysql}, {sql: nothing(, verbatim: true}]",
    )
    checks = parse_schema(text).tables["t"].checks
    assert [check.name for check in checks] == ["t_other_check", "least", "x", "t_check"]
    assert (checks[2].enforced, checks[2].dialect) == (False, "mysql")
    named = parse_schema(one("{type: text}", table="rules: {least: other > 1}")).tables["t"].checks
    assert [(check.name, check.sql) for check in named] == [("least", "other > 1")]


def test_hundreds_of_tables_load_in_no_time() -> None:
    columns = "".join(f"      c{n}: {{type: varchar(40), nulls: 0.1}}\n" for n in range(30))
    tables = "".join(
        f"  t{n}:\n    columns:\n      id: {{type: integer, primary_key: true}}\n"
        f"      up: {{references: t{max(0, n - 1)}.id, nulls: 0.5}}\n{columns}    rules: [c1 <> c2]\n"
        for n in range(200)
    )
    assert len(parse_schema("tables:\n" + tables).tables) == 200


@pytest.mark.parametrize("name", ["shop", "saas", "bank", "forum"])
def test_shipped_schemas_load_and_carry_the_modeline(name: str) -> None:
    path = Path(__file__).parents[2] / "schemas" / f"{name}.yaml"
    assert path.read_text().startswith("# yaml-language-server: $schema=fixturegen.schema.json\n")
    assert len(load_yaml(path).tables) >= 4
