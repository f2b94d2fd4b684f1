"""Schemas as YAML: one that has everything, and schemas of one column."""

from __future__ import annotations

from typing import Any

import pytest

from fixturegen.errors import SchemaError
from fixturegen.sources.yaml_file import parse_schema

SHOP = """\
version: 1
as_of: 2026-01-01
tables:
  customers:
    rows: 1000
    columns:
      id: {type: integer, primary_key: true}
      email: {faker: email, unique: true}
      country: {choices: {DE: 5, FR: 3, NO: 1}}
      signup_at: {type: datetime, min: 2024-01-01, max: as_of}
      referrer_id: {references: customers.id, nulls: 0.7}
  orders:
    rows: 0..5 per customers
    columns:
      id: {type: integer, primary_key: true}
      customer_id: {references: customers.id}
      ordered_at: {type: datetime, min: customers.signup_at, max: as_of}
      status: {choices: {new: 6, paid: 3, shipped: 1}}
      shipped_at: {type: datetime, min: ordered_at, nulls: 0.5}
      total: {sum: order_items.quantity * order_items.unit_price}
    rules:
      - status <> 'shipped' OR shipped_at IS NOT NULL
    unique: [[customer_id, ordered_at]]
  order_items:
    rows: 1..5 per orders
    primary_key: [order_id, line_no]
    columns:
      order_id: {references: orders.id}
      line_no: {ordinal: orders}
      quantity: {type: integer, min: 1, max: 9}
      unit_price: {type: "decimal(10,2)", min: 1, max: 500}
"""


def one(column: str, *, table: str = "", schema: str = "") -> str:
    """A schema with a parent, and a table of one column ``c`` to look at."""
    return f"""\
{schema}
tables:
  parents:
    columns:
      id: {{type: integer, primary_key: true}}
      at: {{type: datetime}}
      word: {{type: text}}
  t:
    {table}
    columns:
      id: {{type: integer, primary_key: true}}
      other: {{type: integer}}
      parent_id: {{references: parents.id}}
      c: {column}
"""


def column_of(text: str, name: str = "c", table: str = "t") -> Any:
    return {column.name: column for column in parse_schema(text).tables[table].columns}[name]


def message_of(text: str) -> str:
    with pytest.raises(SchemaError) as raised:
        parse_schema(text, "s.yaml")
    return str(raised.value)
