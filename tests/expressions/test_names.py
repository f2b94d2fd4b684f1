from __future__ import annotations

import pytest

from fixturegen.errors import SchemaError
from fixturegen.expressions.names import matching, mentioned, resolved
from fixturegen.expressions.parsing import parsed
from fixturegen.schema import Column, Location, Path, Reference, Schema, Table, Type

INTEGER = Type(kind="integer")


def _table(name: str, columns: str, *references: Reference) -> Table:
    return Table(name=name, columns=tuple(Column(name=c, type=INTEGER) for c in columns.split()), references=references)


def _reference(column: str, table: str, name: str, role: str) -> Reference:
    return Reference(columns=(column,), table=table, target=("id",), name=name, role=role)


SCHEMA = Schema(
    tables={
        table.name: table
        for table in (
            _table("customers", "id signup_at referrer_id", _reference("referrer_id", "customers", "customers_referrer_fk", "referrer")),
            _table("orders", "id customer_id Total total_net", _reference("customer_id", "customers", "orders_customer_fk", "customer")),
            _table("items", "order_id product_id", _reference("order_id", "orders", "items_order_fk", "order"), _reference("product_id", "shop.products", "items_product_fk", "product")),
            _table("deals", "id buyer_id seller_id", _reference("buyer_id", "customers", "deals_buyer_fk", "buyer"), _reference("seller_id", "customers", "deals_seller_fk", "seller")),
            _table("shop.products", "id price"),
        )
    }
)  # fmt: skip


@pytest.mark.parametrize(
    ("table", "dotted", "path"),
    [
        ("orders", "Total", Path((), "Total")),
        ("orders", "total", Path((), "Total")),
        ("orders", "orders.total_net", Path((), "total_net")),
        ("orders", "ORDERS.id", Path((), "id")),
        ("orders", "customers.signup_at", Path(("orders_customer_fk",), "signup_at")),
        ("orders", "customer_id.signup_at", Path(("orders_customer_fk",), "signup_at")),
        ("orders", "customer.signup_at", Path(("orders_customer_fk",), "signup_at")),
        ("orders", "orders_customer_fk.signup_at", Path(("orders_customer_fk",), "signup_at")),
        ("orders", "orders.customers.signup_at", Path(("orders_customer_fk",), "signup_at")),
        ("items", "order_id.customer_id.signup_at", Path(("items_order_fk", "orders_customer_fk"), "signup_at")),
        ("items", "orders.customers.signup_at", Path(("items_order_fk", "orders_customer_fk"), "signup_at")),
        ("items", "order.customer.referrer.signup_at", Path(("items_order_fk", "orders_customer_fk", "customers_referrer_fk"), "signup_at")),
        ("items", "shop.products.price", Path(("items_product_fk",), "price")),
        ("items", "products.price", Path(("items_product_fk",), "price")),
        ("items", "product.price", Path(("items_product_fk",), "price")),
        ("deals", "buyer_id.signup_at", Path(("deals_buyer_fk",), "signup_at")),
        ("deals", "seller.signup_at", Path(("deals_seller_fk",), "signup_at")),
        ("customers", "referrer_id.signup_at", Path(("customers_referrer_fk",), "signup_at")),
        ("customers", "customers.signup_at", Path((), "signup_at")),
    ],
)  # fmt: skip
def test_a_dotted_name_leads_to_a_column(table: str, dotted: str, path: Path) -> None:
    assert resolved(SCHEMA, table, dotted) == path
    assert resolved(SCHEMA, SCHEMA.tables[table], dotted) == path


@pytest.mark.parametrize(
    ("table", "dotted", "parts"),
    [
        ("orders", "totl_net", ["orders has no column 'totl_net'", "Did you mean 'total_net'?", "customer_id"]),
        ("orders", "customers.signup", ["customers has no column 'signup' in", "signup_at"]),
        ("orders", "custmers.signup_at", ["'custmers'", "Did you mean 'customers'?"]),
        ("orders", "items.order_id", ["no reference of orders leads to 'items'", "customers"]),
        ("deals", "customers.signup_at", ["ambiguous", "buyer_id, seller_id"]),
        ("nowhere", "x", ["unknown table 'nowhere'"]),
        ("customers", ".".join(["referrer"] * 30) + ".id", ["follows more than"]),
    ],
)
def test_what_does_not_exist_is_named_with_what_does(table: str, dotted: str, parts: list[str]) -> None:
    with pytest.raises(SchemaError) as raised:
        resolved(SCHEMA, table, dotted, Location("shop.yaml", 3))
    assert str(raised.value).startswith("shop.yaml:3: ")
    assert [part for part in parts if part not in str(raised.value)] == []


def test_names_are_listed_once_in_order_of_mention() -> None:
    tree = parsed('b > customers.a AND "odd name" < b OR x.y.z.u.v = f(c)', "sqlite")
    assert mentioned(tree) == ("b", "customers.a", "odd name", "x.y.z.u.v", "c")
    assert mentioned(parsed("now() > '2024-01-01'", "sqlite")) == ()


def test_a_type_in_a_schema_is_no_column() -> None:
    tree = parsed("(phase = 'hot'::plant.phase) = (yield > 0.5)", "postgresql")
    assert mentioned(tree) == ("phase", "yield")


def test_matching_prefers_the_exact_name_and_refuses_to_guess() -> None:
    assert matching("a", ["A", "a"]) == "a"
    assert matching("Aa", ["AA", "aa"]) is None
