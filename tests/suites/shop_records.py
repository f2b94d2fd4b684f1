"""A small schema and records of it, written by hand."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Literal

from fixturegen.breaking.records import Insert, Record, Step
from fixturegen.schema import Check, Column, Reference, Schema, Table, Type, Unique

INTEGER, TEXT = Type(kind="integer"), Type(kind="text")

SCHEMA = Schema(
    tables={
        "customers": Table(
            name="customers",
            columns=(
                Column(name="id", type=INTEGER),
                Column(name="email", type=Type(kind="text", length=20)),
                Column(name="note", type=TEXT, nullable=True),
            ),
            primary_key=Unique(columns=("id",)),
            uniques=(Unique(columns=("email",), name="customers_email_key"),),
        ),
        "orders": Table(
            name="orders",
            columns=(
                Column(name="id", type=INTEGER),
                Column(name="customer_id", type=INTEGER),
                Column(name="total", type=Type(kind="decimal", precision=8, scale=2)),
                Column(name="status", type=TEXT),
            ),
            primary_key=Unique(columns=("id",)),
            references=(
                Reference(columns=("customer_id",), table="customers", target=("id",), name="orders_customer_id_fkey"),
            ),
            checks=(
                Check(sql="total >= 1", name="orders_total"),
                Check(sql="status IN ('new', 'paid')", name="orders_status"),
            ),
        ),
    }
)
CUSTOMER: Mapping[str, object] = {"id": 1, "email": "a@example.com", "note": "x"}
ORDER: Mapping[str, object] = {"id": 1, "customer_id": 1, "total": Decimal("5.00"), "status": "new"}


def insert(table: str, base: Mapping[str, object], **changed: object) -> Insert:
    return Insert(table=table, rows=({**base, **changed},))


def record(
    name: str,
    kind: str,
    expect: Literal["accept", "reject"],
    last: Insert,
    *before: Step,
    at: Literal["statement", "commit"] = "statement",
) -> Record:
    constraint, _, _ = name.partition("/")
    return Record(
        id=name, constraint=constraint, kind=kind, table=last.table, way=name, expect=expect, at=at, before=before,
        last=last, row=last.rows[0], breaks=expect == "reject",
    )  # fmt: skip


FIRST = insert("customers", CUSTOMER)
RECORDS = [
    record("customers.customers_id_not_null/null", "not_null", "accept", insert("customers", CUSTOMER, id=None)),
    record("customers.customers_email_not_null/null", "not_null", "reject", insert("customers", CUSTOMER, email=None)),
    record("customers.customers_email_key/again", "unique", "reject", insert("customers", CUSTOMER, id=2), FIRST),
    record("customers.customers_email_key/other", "unique", "accept", insert("customers", CUSTOMER, id=2, email="b@example.com"), FIRST),
    record("customers.customers_pkey/again", "primary_key", "reject", insert("customers", CUSTOMER, email="b@example.com"), FIRST),
    record("customers.customers_note_nullable/null", "nullable", "accept", insert("customers", CUSTOMER, note=None)),
    record("customers.customers_email_length/at", "length", "accept", insert("customers", CUSTOMER, email="aaaaaaaa@example.com")),
    record("orders.orders_total_not_null/null", "not_null", "reject", insert("orders", ORDER, total=None), FIRST),
    record("orders.orders_total/below", "check", "reject", insert("orders", ORDER, total=Decimal("0.99")), FIRST),
    record("orders.orders_total/equal", "check", "accept", insert("orders", ORDER, total=Decimal("1.00")), FIRST),
    record("orders.orders_total/above", "check", "accept", insert("orders", ORDER, total=Decimal("1.01")), FIRST),
    record("orders.orders_status/new", "check", "accept", insert("orders", ORDER), FIRST),
    record("orders.orders_status/paid", "check", "accept", insert("orders", ORDER, status="paid"), FIRST),
    record("orders.orders_status/none", "check", "reject", insert("orders", ORDER, status="old"), FIRST),
    record("orders.orders_customer_id_fkey/none", "reference", "reject", insert("orders", ORDER, customer_id=9), FIRST),
    record("orders.orders_pkey/again", "primary_key", "reject", insert("orders", ORDER), FIRST, insert("orders", ORDER)),
]  # fmt: skip
