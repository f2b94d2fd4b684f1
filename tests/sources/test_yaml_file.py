from __future__ import annotations

import pickle
import time
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixturegen.errors import FixturegenError, SchemaError
from fixturegen.schema import Aggregate, AsOf, Choice, Constant, Fill, PerParent, Rows, Schema, Type
from fixturegen.schema import Path as Related
from fixturegen.sources.yaml_file import load_yaml, parse_schema

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


def column_of(text: str, name: str = "c", table: str = "t"):  # noqa: ANN201  # a column, as the tests read it
    return {column.name: column for column in parse_schema(text).tables[table].columns}[name]


def message_of(text: str) -> str:
    with pytest.raises(SchemaError) as raised:
        parse_schema(text, "s.yaml")
    return str(raised.value)


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


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        ("integer", ["a column is a mapping", "Write {type: ...}."]),
        ("{tpye: integer}", ["unknown key 'tpye'", "Did you mean 'type'?"]),
        ("{type: intger}", ["unknown type 'intger'", "Did you mean 'integer'?"]),
        ("{type: decimal(10,2)}", ['write type: "decimal(10,2)"']),
        ("{type: enum(a, b, c), nulls: 0}", ['write type: "enum(a,b,c)"']),
        ("{type: [integer]}", ["type is a text", "a list"]),
        ("{type: }", ["type needs a value"]),
        ("{type: enum}", ["an enum needs labels"]),
        ("{references: custmers.id}", ["unknown table 'custmers'"]),
        ("{references: parnts.id}", ["Did you mean 'parents'?"]),
        ("{references: parents.di}", ["parents has no column 'di'", "at, id, word"]),
        ("{references: parents.word}", ["no primary key and not unique", "(id)"]),
        ("{references: t.other}", ["keys of t: (id)"]),
        ("{references: parents.id, type: uuid}", ["type uuid", "integer"]),
        ("{references: parents.id, faker: name}", ["the reference", "faker"]),
        ("{references: parents.id, childless: 1}", ["childless", "below 1"]),
        ("{references: parents.id, skew: -1}", ["skew"]),
        ("{references: parents.id, deferred: true, deferrable: false}", ["deferrable"]),
        ("{references: parents.id, as: parent, on_delete: explode}", ["on_delete", "CASCADE"]),
        ("{type: integer, skew: 1}", ["describes a reference"]),
        ("{type: text, nulls: 1.5}", ["nulls", "0 to 1"]),
        ("{type: text, nulls: -0.1}", ["nulls"]),
        ("{type: text, nulls: .nan}", ["nulls is a number"]),
        ("{type: text, nulls: yes}", ["nulls is a number", "'yes'"]),
        ("{type: integer, primary_key: true}", ["2 columns are each the primary key: id, c", "primary_key: [id, c]"]),
        ("{type: integer, unique: 1}", ["unique is true or false"]),
        ("{type: integer, min: 5, max: 3}", ["min 5 is above max 3"]),
        ("{type: date, min: 2026-02-01, max: 2026-01-01}", ["min 2026-02-01 is above max 2026-01-01"]),
        ("{type: integer, min: 0.5}", ["'0.5' is not a whole number"]),
        ("{type: tinyint, max: 300}", ["-128 to 127"]),
        ("{type: text, min: 3}", ["min has no meaning for a text"]),
        ("{type: integer, max: as_of}", ["as_of is a date"]),
        ("{type: datetime, min: 2026-13-01}", ["'2026-13-01' is not a date"]),
        ("{type: datetime, min: parents.aat}", ["parents has no column 'aat'", "Did you mean 'at'?"]),
        ("{type: datetime, min: prents.at}", ["prents", "parents"]),
        ("{type: integer, min: parents.at}", ["datetime", "does not compare with integer"]),
        ("{type: integer, min: c}", ["cannot bound itself"]),
        ("{type: integer, min: [1]}", ["min is a text"]),
        ("{choices: {a: -1}}", ["a is at least 0"]),
        ("{choices: {a: 0, b: 0}}", ["weight is above 0"]),
        ("{choices: {a: .inf}}", ["a is a number"]),
        ("{choices: {a: .nan}}", ["a is a number"]),
        ("{choices: {a: many}}", ["a is a number"]),
        ("{choices: {}}", ["type of t.c is not known"]),
        ("{type: text, choices: []}", ["choices need"]),
        ("{type: text, choices: abc}", ["choices are a list"]),
        ("{type: text, choices: [a, a]}", ["a is given twice"]),
        ("{type: text, choices: [a, null]}", ["NULL is no choice", "nulls: 0.1"]),
        ("{type: text, choices: [[a]]}", ["a choice is a value"]),
        ("{type: integer, choices: [1, x]}", ["'x' is not a whole number"]),
        ("{type: char(2), choices: [DEU]}", ["longer than 2"]),
        ("{type: 'enum(a, b)', choices: [c]}", ["'c'", "a, b"]),
        ("{type: integer, choices: [1, 9], max: 5}", ["the choice 9 lies outside"]),
        ("{faker: email, regex: abc}", ["both faker and regex"]),
        ("{choices: [a], constant: a}", ["both choices and constant"]),
        ("{faker: }", ["faker needs a value"]),
        ("{type: text, faker: {a: 1, b: 2}}", ["faker is a name or one"]),
        ("{type: text, faker: {random_int: 5}}", ["takes arguments by name"]),
        ("{type: integer, regex: abc}", ["regex makes texts"]),
        ("{type: text, template: {id}}", ["template is a text", "Quote it"]),
        ("{type: text, expression: 'a +'}", ["is no SQL"]),
        ("{type: text, expression: othr}", ["t has no column 'othr'", "Did you mean 'other'?"]),
        ("{type: text, sequence: 1}", ["whole numbers"]),
        ("{sequence: {step: 0}}", ["step is 0"]),
        ("{sequence: {begin: 0}}", ["unknown key 'begin'"]),
        ("{type: integer, constant: x}", ["'x' is not a whole number"]),
        ("{type: integer, distribution: norml}", ["unknown distribution 'norml'", "Did you mean 'normal'?"]),
        ("{type: text, distribution: normal}", ["no meaning for a text"]),
        ("{type: integer, distribution: {normal: 5}}", ["parameters by name"]),
        ("{sum: other}", ["no table refers to t"]),
        ("{count: parents}", ["no reference leads from parents to t"]),
        ("{count: nowhere}", ["unknown table 'nowhere'"]),
        ("{ordinal: nowhere}", ["t has no reference to 'nowhere'", "parents"]),
        ("{ordinal: parents, nulls: 0.1}", ["nulls cannot be given beside ordinal"]),
        ("{type: integer, by: parent_id}", ["by goes with"]),
        ("{type: text, identity: always}", ["identity numbers rows"]),
        ("{type: integer, identity: never}", ["identity", "always"]),
        ("{type: text, locale: German}", ["locale", "de_DE"]),
        ("{type: text, default: [1]}", ["default is SQL"]),
        ("{type: text, native: ''}", ["native must not be empty"]),
    ],
)
def test_bad_columns_say_where_and_what(column: str, expected: list[str]) -> None:
    message = message_of(one(column))
    assert message.startswith(("s.yaml:14 t", "s.yaml:4 t")), message
    assert all(part in message for part in expected), message


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ("rows: -1", ["rows lies between 0 and", "'-1'"]),
        ("rows: 1.5", ["rows is a whole number"]),
        ("rows: true", ["rows is a whole number"]),
        ("rows: many", ["rows cannot be read: 'many'"]),
        ("rows: 1_000", ["cannot be read"]),
        ("rows: 1000000000001", ["1,000,000,000,000"]),
        ("rows: 99999999999999999999999999999", ["rows lies between"]),
        ("rows: [1]", ["rows is a whole number"]),
        ("rows: ", ["rows needs a value"]),
        ("rows: 5..1 per parents", ["runs from 5 down to 1"]),
        ("rows: 1..99999999999999 per parents", ["lies between"]),
        ("rows: 1..5 per prents", ["no reference to 'prents'", "Did you mean 'parents'?"]),
        ("rows: 1..5 per parents by other", ["'other'", "parent_id"]),
        ("rows: {per: parents}", ["need high"]),
        ("rows: {high: 5}", ["need per"]),
        ("rows: {per: parents, high: 5, low: 9}", ["runs from 9 down to 5"]),
        ("rows: {per: parents, high: 5, distribution: poison}", ["Did you mean 'poisson'?"]),
        ("rows: {per: parents, high: 5, distribution: poisson}", ["poisson needs a mean"]),
        ("rows: {per: parents, high: 5, mean: 2}", ["mean is nothing that uniform takes"]),
        ("rows: {per: parents, high: 5, distribution: zipf, mean: 2}", ["It takes exponent."]),
        ("rows: {per: parents, high: 5, childless: 2}", ["childless"]),
        ("primary_key: [id]", ["declared at the table and at the column id"]),
        ("unique: [other, parent_id]", ["may mean one key or several", "[[other, parent_id]]"]),
        ("unique: other", ["unique is a list of keys"]),
        ("unique: [[othr]]", ["t has no column 'othr'", "Did you mean 'other'?"]),
        ("unique: [[other, other]]", ["twice"]),
        ("unique: [{columns: [other], when: x}]", ["unknown key 'when'", "where"]),
        ("unique: [{columns: [other], where: nothing > 1}]", ["no column 'nothing'"]),
        ("unique: [{where: other > 1}]", ["needs columns or expressions"]),
        ("references: {columns: [other]}", ["references is a list"]),
        ("references: [{columns: [other]}]", ["a reference needs to"]),
        ('references: [{columns: [other], to: "parents(id, word)"}]', ["1 columns", "parents(id, word) 2"]),
        ("references: [{columns: [other], to: nowhere}]", ["unknown table 'nowhere'"]),
        ("references: [{columns: [parent_id], to: parents}]", ["declared twice"]),
        (
            "references: [{columns: [other], to: parents, as: x}, {columns: [id], to: parents, as: x}]",
            ["are called 'x'"],
        ),
        ("rules: other > 0", ["rules are a list"]),
        ("rules: ['other >']", ["is no SQL"]),
        ("rules: [othr > 0]", ["t has no column 'othr'", "Did you mean 'other'?"]),
        ("rules: [parents.aat > 0]", ["parents has no column 'aat'"]),
        ("rules: [other IN (1, 2)]", ["comma", "quote"]),
        ("rules: ['other > (SELECT 1)']", ["subquery"]),
        ("rules: ['1; DROP TABLE t']", ["'1; DROP TABLE t'"]),
        ("rules: [[1]]", ["a rule is SQL"]),
        ("rules: [{sql: other > 0, nam: x}]", ["Did you mean 'name'?"]),
        ("rules: [{x: {y: z}}]", ["x is SQL"]),
        ("groups: {home: {address: {city: cty}}}", ["t has no column 'cty'"]),
        ("groups: {home: {address: {}}}", ["fills no column"]),
        ("groups: {home: {a: {x: other}, b: {y: c}}}", ["one source of records"]),
        ("groups: {g: {a: {x: c}}, h: {a: {x: c}}}", ["both groups g and h fill 'c'"]),
        ("groups: {home: {address: {city: c, street: c}}}", ["takes two fields"]),
        ("exclusions: [{elements: {}}]", ["needs elements"]),
        ("locale: 5", ["locale"]),
        ("colums: {}", ["unknown key 'colums'", "Did you mean 'columns'?"]),
    ],
)
def test_bad_tables_say_where_and_what(table: str, expected: list[str]) -> None:
    message = message_of(one("{type: text}", table=table))
    assert message.startswith(("s.yaml:9 t", "s.yaml:11 t.id")), message
    assert all(part in message for part in expected), message


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ("version: 2", ["version is 1"]),
        ("version: '1'", ["version is 1"]),
        ("as_of: today", ["as_of is a date"]),
        ("as_of: 2026-01-01T10:00", ["as_of is a date"]),
        ("dialect: postgres", ["Write postgresql."]),
        ("dialect: oracle", ["sqlite"]),
        ("locale: de-DE", ["locale", "de_DE"]),
        ("table: {}", ["unknown key 'table'", "Did you mean 'tables'?"]),
        ("extends: nowhere.yaml", ["nowhere.yaml"]),
    ],
)
def test_bad_schemas_say_where_and_what(schema: str, expected: list[str]) -> None:
    with pytest.raises(FixturegenError) as raised:
        parse_schema(one("{type: text}", schema=schema), "s.yaml")
    assert str(raised.value).startswith("s.yaml:1: ")
    assert all(part in str(raised.value) for part in expected), str(raised.value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("version: 1", "no tables"),
        ("tables: {}", "no tables"),
        ("tables: [a]", "tables is a mapping"),
        ("tables: {t: }", "no columns"),
        ("tables: {t: {columns: {}}}", "no columns"),
        ("tables: {t: {columns: {a: {type: text}}, primary_key: []}}", "primary_key is a list"),
        ("tables: {t: {columns: [a]}}", "columns is a mapping"),
        ("tables: {'': {columns: {a: {type: text}}}}", "name must not be empty"),
        ("tables: {t: {columns: {a: {references: t.b, unique: true}, b: {references: t.a, unique: true}}}}", "type"),
        ("tables: {t: {columns: {a: {references: t}}}}", "no primary key"),
    ],
)
def test_what_is_no_schema(text: str, expected: str) -> None:
    assert expected in message_of(text)


def test_errors_of_block_style_name_the_line_of_the_key() -> None:
    text = "tables:\n  t:\n    columns:\n      a:\n        type: integer\n        nulls: 2\n"
    assert message_of(text).startswith("s.yaml:6 t.a: ")


def test_hundreds_of_tables_load_in_no_time() -> None:
    columns = "".join(f"      c{n}: {{type: varchar(40), nulls: 0.1}}\n" for n in range(30))
    tables = "".join(
        f"  t{n}:\n    columns:\n      id: {{type: integer, primary_key: true}}\n"
        f"      up: {{references: t{max(0, n - 1)}.id, nulls: 0.5}}\n{columns}    rules: [c1 <> c2]\n"
        for n in range(200)
    )
    started = time.process_time()
    assert len(parse_schema("tables:\n" + tables).tables) == 200
    assert time.process_time() - started < 5


WORDS = st.sampled_from([*SHOP.replace("{", " { ").replace("}", " } ").split(), *'[]:1-"', "null"])


@given(st.lists(WORDS, max_size=40))
def test_any_words_are_a_schema_or_a_foreseen_error(words: list[str]) -> None:
    text = "tables:\n  t:\n    columns: {id: {type: integer}}\n    " + " ".join(words)
    try:
        parse_schema(text, "s.yaml")
    except FixturegenError as error:
        assert str(error).startswith("s.yaml")  # noqa: PT017  # some texts are fine


@given(st.data())
def test_any_schema_with_one_line_changed_is_a_schema_or_a_foreseen_error(data: st.DataObject) -> None:
    lines = SHOP.splitlines()
    at, other = data.draw(st.integers(0, len(lines) - 1)), data.draw(st.integers(0, len(lines) - 1))
    changed = data.draw(st.sampled_from(["drop", "swap", "copy", "cut"]))
    if changed == "swap":
        lines[at], lines[other] = lines[other], lines[at]
    elif changed == "copy":
        lines.insert(at, lines[other])
    elif changed == "cut":
        lines[at] = lines[at][: data.draw(st.integers(0, 60))]
    else:
        del lines[at]
    try:
        parse_schema("\n".join(lines), "s.yaml")
    except FixturegenError as error:
        assert str(error).startswith("s.yaml")  # noqa: PT017  # some changes are fine


@pytest.mark.parametrize("name", ["shop", "saas", "bank", "forum"])
def test_shipped_schemas_load_and_carry_the_modeline(name: str) -> None:
    path = Path(__file__).parents[2] / "schemas" / f"{name}.yaml"
    assert path.read_text().startswith("# yaml-language-server: $schema=fixturegen.schema.json\n")
    assert len(load_yaml(path).tables) >= 4
