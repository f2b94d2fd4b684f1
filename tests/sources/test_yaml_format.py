from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from fixturegen.errors import SchemaError
from fixturegen.schema import Schema
from fixturegen.sources.yaml_file import parse_schema
from fixturegen.sources.yaml_format import (
    COLUMN,
    EXCLUSION,
    PARTS,
    REFERENCE,
    ROWS,
    RULE,
    SCHEMA,
    TABLE,
    UNIQUE,
    json_schema,
)
from fixturegen.sources.yaml_nodes import plain_value
from fixturegen.sources.yaml_reader import parse_yaml, read_yaml

SCHEMAS = Path(__file__).parents[2] / "schemas"
VALIDATOR = jsonschema.Draft7Validator(json_schema())

# One value of every key that makes the loaded schema differ from the same without it; the loader knows no others.
COLUMN_KEYS = {
    "type": "{type: integer}", "type_name": "{type_name: mood}", "native": "{native: tsrange}",
    "primary_key": "{primary_key: true}", "unique": "{unique: true}", "references": "{references: p.id}",
    "as": "{references: p.id, as: boss}", "skew": "{references: p.id, skew: 1}",
    "childless": "{references: p.id, childless: 0.5}", "deferrable": "{references: p.id, deferrable: true}",
    "deferred": "{references: p.id, deferred: true}", "on_delete": "{references: p.id, on_delete: CASCADE}",
    "nulls": "{nulls: 0.5}", "min": "{type: integer, min: 1}", "max": "{type: integer, max: 1}",
    "choices": "{choices: {a: 1}}", "faker": "{faker: {name: {}}}", "locale": "{locale: de_DE}", "regex": "{regex: '[a]'}",
    "template": "{template: '{d}'}", "expression": "{expression: d}", "sequence": "{type: integer, sequence: {start: 5, step: 2}}",
    "constant": "{constant: a}", "distribution": "{type: integer, distribution: {zipf: {exponent: 2}}}",
    "sum": "{type: integer, sum: k.n}", "count": "{type: integer, count: k, by: a}", "minimum": "{type: integer, minimum: k.n, by: a}",
    "maximum": "{type: integer, maximum: k.n, by: a}", "by": "{type: integer, sum: k.n, by: b}",
    "ordinal": "{type: integer, ordinal: p}", "default": "{default: 0}", "collation": "{collation: NOCASE}",
    "generated": "{generated: d}", "identity": "{type: integer, identity: always}",
}  # fmt: skip
TABLE_KEYS = {
    "rows": "5", "locale": "de_DE", "primary_key": "[c, d]", "columns": "{c: {type: date}, d: {type: text}}",
    "unique": "[[c, d]]", "references": "[{columns: [q], to: p(id)}]", "rules": "[c <> d, {n: c <> d}, {sql: c <> d}]",
    "exclusions": "[{elements: {c: '='}}]", "groups": "{g: {address: {city: c}}}", "options": "{strict: true}",
}  # fmt: skip
SCHEMA_KEYS = {
    "version": "1", "as_of": "2027-01-01", "locale": "de_DE", "dialect": "mysql", "extends": "b.yaml",
    "tables": "{t: {columns: {c: {type: text}}}}",
}  # fmt: skip
PART_KEYS: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
    "rows": (ROWS, {
        "per": "per: p, high: 5", "by": "per: p, by: q, high: 5", "low": "per: p, low: 1, high: 5", "high": "per: p, high: 7",
        "distribution": "per: p, high: 5, distribution: zipf", "mean": "per: p, high: 5, distribution: poisson, mean: 2",
        "exponent": "per: p, high: 5, distribution: zipf, exponent: 2", "childless": "per: p, high: 5, childless: 0.5",
    }),
    "unique": (UNIQUE, {
        "columns": "columns: [c]", "expressions": "expressions: [lower(c)]", "where": "columns: [c], where: d = 'x'",
        "name": "columns: [c], name: x", "nulls_distinct": "columns: [c], nulls_distinct: false",
        "deferred": "columns: [c], deferred: true", "dialect": "columns: [c], dialect: mysql",
        "verbatim": "columns: [c], where: nope(, verbatim: true",
    }),
    "references": (REFERENCE, {
        "columns": "columns: [q], to: p", "to": "columns: [q], to: {p: [id]}", "name": "columns: [q], to: p, name: x",
        "as": "columns: [q], to: p, as: x", "skew": "columns: [q], to: p, skew: 1",
        "childless": "columns: [q], to: p, childless: 0.5", "deferrable": "columns: [q], to: p, deferrable: true",
        "deferred": "columns: [q], to: p, deferred: true", "on_delete": "columns: [q], to: p, on_delete: SET NULL",
    }),
    "rules": (RULE, {
        "sql": "sql: c = d", "name": "sql: c = d, name: x", "dialect": "sql: c = d, dialect: mysql",
        "enforced": "sql: c = d, enforced: false", "verbatim": "sql: nope(, verbatim: true",
    }),
    "exclusions": (EXCLUSION, {
        "elements": "elements: {c: '='}", "columns": "elements: {c: '='}, columns: [c, d]", "where": "elements: {c: '='}, where: c = d",
        "name": "elements: {c: '='}, name: x",
    }),
}  # fmt: skip


def validated(text: str) -> None:
    VALIDATOR.validate(plain_value(parse_yaml(text, "x.yaml")))


def test_the_committed_file_is_the_generated_one() -> None:
    assert json.loads((SCHEMAS / "fixturegen.schema.json").read_text()) == json_schema()


def test_it_is_draft_07() -> None:
    assert json_schema()["$schema"] == "http://json-schema.org/draft-07/schema#"
    jsonschema.Draft7Validator.check_schema(json_schema())


@pytest.mark.parametrize("path", sorted(SCHEMAS.glob("*.yaml")), ids=lambda path: path.name)
def test_shipped_schemas_validate(path: Path) -> None:
    VALIDATOR.validate(plain_value(read_yaml(path)))


def test_every_key_has_a_description_and_an_example() -> None:
    assert set(COLUMN_KEYS) == set(COLUMN)
    assert set(TABLE_KEYS) == set(TABLE)
    assert set(SCHEMA_KEYS) == set(SCHEMA)
    assert all(set(keys) == set(examples) for keys, examples in PART_KEYS.values())
    for keys in (SCHEMA, *PARTS.values()):
        assert all(len(key.description) > 8 for key in keys.values())


def minimal(column: str = "{type: text}", table: str = "") -> str:
    return f"""\
tables:
  t:
    {table}
    columns: {{c: {column}, d: {{type: text}}, e: {{type: integer, unique: true}}, q: {{type: integer}}, s: {{references: p.id, as: main}}}}
  k: {{columns: {{a: {{references: t.e}}, b: {{references: t.e}}, n: {{type: integer}}}}}}
  p: {{columns: {{id: {{type: integer, primary_key: true}}}}}}
"""


def loaded(text: str) -> Schema:
    validated(text)
    return parse_schema(text)


@pytest.mark.parametrize("key", COLUMN)
def test_every_column_key_is_known_to_both_and_does_something(key: str) -> None:
    example = COLUMN_KEYS[key]
    needs = {"sum": ", by: a", "type_name": ", type: text", "native": ", type: text", "nulls": ", type: text",
             "unique": ", type: text", "primary_key": ", type: text", "locale": ", type: text", "default": ", type: text",
             "collation": ", type: text", "generated": ", type: text", "expression": ", type: text"}  # fmt: skip
    example = example[:-1] + needs.get(key, "") + "}"
    # p is the parent of s too, so that a second reference to it is told apart by its role.
    without = {"as": "{references: p.id}", "skew": "{references: p.id}", "by": "{type: integer, sum: k.n, by: a}"}.get(
        key
    )
    assert stripped(loaded(minimal(example))) != stripped(loaded(minimal(without or "{type: text}")))


@pytest.mark.parametrize("key", [key for key in TABLE if key != "columns"])
def test_every_table_key_is_known_to_both_and_does_something(key: str) -> None:
    assert stripped(loaded(minimal(table=f"{key}: {TABLE_KEYS[key]}"))) != stripped(loaded(minimal()))


@pytest.mark.parametrize(
    ("part", "key"), [(part, key) for part, (keys, _) in PART_KEYS.items() for key in keys], ids=lambda word: word
)
def test_every_further_key_is_known_to_both(part: str, key: str) -> None:
    example = PART_KEYS[part][1][key].replace("per: p, by: q", "per: p, by: s")
    text = minimal(table=f"{part}: {{{example}}}" if part == "rows" else f"{part}: [{{{example}}}]")
    assert stripped(loaded(text)) != stripped(loaded(minimal()))


@pytest.mark.parametrize("part", ["schema", *PARTS])
def test_an_unknown_key_is_refused_by_both(part: str) -> None:
    text = {
        "schema": "xyz: 1\n" + minimal(),
        "table": minimal(table="xyz: 1"),
        "column": minimal("{type: text, xyz: 1}"),
        "rows": minimal(table="rows: {per: p, high: 5, xyz: 1}"),
        "unique": minimal(table="unique: [{columns: [c], xyz: 1}]"),
        "reference": minimal(table="references: [{columns: [q], to: p, xyz: 1}]"),
        "rule": minimal(table="rules: [{sql: c = d, xyz: 1}]"),
        "exclusion": minimal(table="exclusions: [{elements: {c: '='}, xyz: 1}]"),
    }[part]
    with pytest.raises(SchemaError, match="unknown key 'xyz'"):
        parse_schema(text)
    with pytest.raises(jsonschema.ValidationError):
        validated(text)


def stripped(schema: Schema) -> str:
    """The schema without its places, which differ with every letter."""
    return re.sub(r"Location\([^)]*\)", "", repr(schema))
