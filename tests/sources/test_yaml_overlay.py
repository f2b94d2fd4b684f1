from __future__ import annotations

import sqlite3
from datetime import date
from pathlib import Path

import pytest

from fixturegen.errors import FixturegenError, InputError, SchemaError
from fixturegen.schema import Column, Fill, PerParent, Rows, Schema
from fixturegen.sources.yaml_file import load_yaml

DDL = """\
CREATE TABLE customers (id INTEGER PRIMARY KEY, email VARCHAR(80) NOT NULL, note TEXT);
CREATE TABLE orders (
    id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL REFERENCES customers(id), agent INTEGER,
    total NUMERIC(10,2) NOT NULL CHECK (total >= 0), shipped_at TIMESTAMP
);
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "shop.sql").write_text(DDL)
    with sqlite3.connect(tmp_path / "shop.db") as connection:
        connection.executescript(DDL)
    connection.close()
    return tmp_path


def overlaid(folder: Path, text: str, *, source: str = "shop.sql") -> Schema:
    path = folder / "over.yaml"
    path.write_text(f"extends: {source}\n{text}")
    return load_yaml(path)


def column(schema: Schema, table: str, name: str) -> Column:
    return next(each for each in schema.tables[table].columns if each.name == name)


@pytest.mark.parametrize("source", ["shop.sql", "sqlite:///shop.db"])
def test_what_the_file_says_is_added(folder: Path, source: str) -> None:
    schema = overlaid(
        folder,
        """\
as_of: 2027-01-01
locale: de_DE
tables:
  customers:
    rows: 50
    columns:
      email: {faker: email, unique: true}
      note: {nulls: 0.9}
  orders:
    rows: 0..3 per customers by buyer
    columns:
      customer_id: {skew: 1.1, as: buyer}
      agent: {references: customers, childless: 0.5}
      total: {max: 99.5}
    rules: [shipped_at IS NULL OR total > 0]
""",
        source=source,
    )
    assert (schema.as_of, schema.locale, schema.dialect) == (date(2027, 1, 1), "de_DE", "sqlite")
    customers, orders = schema.tables["customers"], schema.tables["orders"]
    assert customers.count == Rows(50)
    assert column(schema, "customers", "email").fill == Fill("faker", {"method": "email", "arguments": {}})
    assert column(schema, "customers", "email").type.length == 80
    assert [unique.columns for unique in customers.uniques] == [("email",)]
    assert column(schema, "customers", "note").nulls == 0.9
    buyer, agent = orders.references
    assert (buyer.columns, buyer.skew, buyer.role) == (("customer_id",), 1.1, "buyer")
    assert (agent.columns, agent.target, agent.childless) == (("agent",), ("id",), 0.5)
    assert [check.sql for check in orders.checks] == ["total >= 0", "shipped_at IS NULL OR total > 0"]
    assert column(schema, "orders", "agent").nullable
    assert not column(schema, "orders", "total").nullable


def test_the_count_is_ambiguous_once_there_are_two_references(folder: Path) -> None:
    text = "tables:\n  orders:\n    rows: {} \n    columns: {{agent: {{references: customers}}}}\n"
    with pytest.raises(SchemaError, match=r"agent.*|customer_id"):
        overlaid(folder, text.format("2 per customers"))
    count = overlaid(folder, text.format("2 per customers by agent")).tables["orders"].count
    assert isinstance(count, PerParent)
    assert count.reference == "orders_agent_fkey"


def test_tables_that_are_not_mentioned_stay(folder: Path) -> None:
    schema = overlaid(folder, "")
    assert list(schema.tables) == ["customers", "orders"]
    assert schema.tables["orders"].primary_key is not None


def test_names_of_the_source_fold(folder: Path) -> None:
    schema = overlaid(folder, "tables: {Customers: {rows: 5, columns: {EMAIL: {faker: email}}}}")
    assert list(schema.tables) == ["customers", "orders"]
    assert column(schema, "customers", "email").fill is not None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("tables: {custmers: {rows: 5}}", ["over.yaml:2", "no table 'custmers'", "Did you mean 'customers'?"]),
        ("tables: {customers: {columns: {emial: {faker: email}}}}", ["no column 'emial'", "Did you mean 'email'?"]),
        ("tables: {customers: {columns: {email: {nulls: 0.1}}}}", ["over.yaml:2 customers.email", "NOT NULL"]),
        ("tables: {customers: {primary_key: [email]}}", ["primary key of customers is (id)"]),
        ("tables: {customers: {columns: {email: {skew: 1}}}}", ["describes a reference"]),
        ("tables: {orders: {columns: {customer_id: {faker: name}}}}", ["the reference"]),
        ("tables: {orders: {rules: [totl > 1]}}", ["Did you mean 'total'?"]),
        ("dialect: mysql", ["sqlite in the source"]),
        ("tables: {customers: {rows: 5}, CUSTOMERS: {rows: 6}}", ["given twice"]),
    ],
)
def test_what_contradicts_the_source_is_refused(folder: Path, text: str, expected: list[str]) -> None:
    with pytest.raises(SchemaError) as raised:
        overlaid(folder, text)
    assert all(part in str(raised.value) for part in expected), str(raised.value)


def test_a_yaml_base_may_be_added_to(folder: Path) -> None:
    (folder / "base.yaml").write_text(
        "dialect: mysql\ntables:\n  a: {rows: 5, columns: {id: {type: integer, primary_key: true}, x: {faker: name}}}\n"
    )
    (folder / "sub").mkdir()
    path = folder / "sub" / "over.yaml"
    path.write_text(
        "extends: ../base.yaml\ntables:\n  a: {columns: {x: {regex: '[a]'}, y: {type: date}}}\n"
        "  b: {columns: {a_id: {references: a}}}\n"
    )
    schema = load_yaml(path)
    assert schema.dialect == "mysql"
    assert schema.tables["a"].count == Rows(5)
    assert column(schema, "a", "x").fill == Fill("regex", {"pattern": "[a]"})
    assert [each.name for each in schema.tables["a"].columns] == ["id", "x", "y"]
    assert schema.tables["b"].references[0].table == "a"


def test_a_circle_of_files_is_refused(folder: Path) -> None:
    (folder / "one.yaml").write_text("extends: two.yaml\n")
    (folder / "two.yaml").write_text("extends: one.yaml\n")
    with pytest.raises(SchemaError, match="extends itself"):
        load_yaml(folder / "one.yaml")


@pytest.mark.parametrize(
    "source", ["shp.sql", "shop.txt", "base.yml", "sqlite:///nowhere.db", "no_module_here:Base", "."]
)
def test_a_source_that_is_none(folder: Path, source: str) -> None:
    with pytest.raises(InputError):
        overlaid(folder, "", source=source)
    assert not (folder / "nowhere.db").exists()


def test_a_mistake_in_the_base_names_the_base(folder: Path) -> None:
    (folder / "base.yaml").write_text("tables: {a: {columns: {id: {type: intger}}}}\n")
    with pytest.raises(FixturegenError, match=r"base\.yaml:1 a\.id: unknown type 'intger'"):
        overlaid(folder, "", source="base.yaml")
