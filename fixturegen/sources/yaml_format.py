"""The keys of the YAML format: the one list that the loader accepts and that the JSON Schema for editors is made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from fixturegen.schema import Dialect
from fixturegen.sources.yaml_types import TYPE_WORDS

MOST_ROWS = 10**12
"""Most rows of a table, inclusive."""
DISTRIBUTIONS = ("uniform", "normal", "lognormal", "exponential", "zipf", "poisson")
COUNT_DISTRIBUTIONS = ("uniform", "poisson", "zipf", "geometric")
DIALECTS: tuple[Dialect, ...] = ("sqlite", "postgresql", "mysql")
IDENTITIES: tuple[Literal["by default", "always", "autoincrement"], ...] = ("by default", "always", "autoincrement")
ACTIONS = ("CASCADE", "SET NULL", "SET DEFAULT", "RESTRICT", "NO ACTION")

Fragment = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Key:
    """A key: what it says, in a sentence that editors show, and the JSON Schema of its value."""

    description: str
    fragment: Fragment


_TEXT: Fragment = {"type": "string"}
_SQL: Fragment = {"type": "string", "minLength": 1}
_FLAG: Fragment = {"type": "boolean"}
_SCALAR: Fragment = {"type": ["string", "number", "boolean"]}
_SHARE: Fragment = {"type": "number", "minimum": 0, "maximum": 1}
_SHARE_BELOW_ONE: Fragment = {"type": "number", "minimum": 0, "exclusiveMaximum": 1}
_WEIGHT: Fragment = {"type": "number", "minimum": 0}
_NAMES: Fragment = {"type": "array", "items": {"type": "string"}, "minItems": 1, "uniqueItems": True}
_TEXTS: Fragment = {"type": "array", "items": {"type": "string"}, "minItems": 1}
_LOCALE: Fragment = {"type": "string", "pattern": "^[a-z]{2,3}(_[A-Z][A-Za-z]+)?$"}
_ARGUMENTS: Fragment = {"type": ["object", "null"]}


def _one_of_words(*words: str) -> Fragment:
    return {"enum": list(words)}


def _ref(name: str) -> Fragment:
    return {"$ref": f"#/definitions/{name}"}


_REFERENCE_EXTRAS: dict[str, Key] = {
    "as": Key("What the parent is called from here; the column without `_id` where not given.", _TEXT),
    "skew": Key("0 chooses parents uniformly; above, the exponent of a Zipf law: few parents get many rows.", _WEIGHT),
    "childless": Key("Share of parents that no row refers to.", _SHARE_BELOW_ONE),
    "deferrable": Key("The database can check the reference at commit.", _FLAG),
    "deferred": Key("The database does check it at commit.", _FLAG),
    "on_delete": Key("What the database does with the row when its parent is deleted.", _one_of_words(*ACTIONS)),
}

SCHEMA: dict[str, Key] = {
    "version": Key("Version of this format.", {"const": 1}),
    "as_of": Key("The frozen clock, a date: what `as_of` in bounds and now() in rules stand for.", _TEXT),
    "locale": Key("Faker locale of all tables, such as de_DE.", _LOCALE),
    "dialect": Key("Database whose SQL rules and expressions are written in.", _one_of_words(*DIALECTS)),
    "extends": Key(
        "A source that this file adds to: another YAML file or .sql file (relative to this one), the URL of a database, "
        "or module:attribute.",
        _TEXT,
    ),
    "tables": Key("The tables by name.", {"type": "object", "additionalProperties": _ref("table")}),
}

TABLE: dict[str, Key] = {
    "rows": Key(
        "How many rows: a number, `1..5 per orders`, `0..5 per customers by buyer_id`, or a mapping.",
        {
            "anyOf": [
                {"type": "integer", "minimum": 0, "maximum": MOST_ROWS},
                {"type": "string", "pattern": r"^\s*[0-9]+(\s*\.\.\s*[0-9]+)?\s+per\s+.+$"},
                _ref("rows"),
            ]
        },
    ),
    "locale": Key("Faker locale of the table.", _LOCALE),
    "primary_key": Key("Columns of the primary key.", {"anyOf": [_NAMES, _ref("unique")]}),
    "columns": Key("The columns by name.", {"type": "object", "additionalProperties": _ref("column")}),
    "unique": Key(
        "Keys beside the primary one, each a list of columns: [[a, b]] is one key of two columns.",
        {"type": "array", "items": {"anyOf": [_NAMES, _ref("unique")]}},
    ),
    "references": Key("References of several columns, or further ones.", {"type": "array", "items": _ref("reference")}),
    "rules": Key(
        "SQL conditions that no row makes false, each a text, `{name: SQL}` or a mapping with `sql`.",
        {
            "anyOf": [
                {"type": "array", "items": {"anyOf": [_SQL, _ref("rule"), _ref("named_rules")]}},
                _ref("named_rules"),
            ]
        },
    ),
    "exclusions": Key("PostgreSQL's exclusion constraints.", {"type": "array", "items": _ref("exclusion")}),
    "groups": Key(
        "Columns filled coherently: {home: {address: {city: city, postcode: postcode}}} takes the columns `city` and "
        "`postcode` from one address.",
        {"type": "object", "additionalProperties": _ref("group")},
    ),
    "options": Key("What only one database knows, such as {without_rowid: true}.", {"type": "object"}),
}

COLUMN: dict[str, Key] = {
    "type": Key(
        "Type, in SQL's words: integer, decimal(10,2), varchar(40), datetime, enum(new, paid), integer[] ...",
        {"anyOf": [_one_of_words(*TYPE_WORDS), _TEXT]},
    ),
    "type_name": Key("The database's own name of an enum or domain.", _TEXT),
    "native": Key("The type as the database writes it.", _TEXT),
    "primary_key": Key("This column alone is the primary key.", _FLAG),
    "unique": Key("No value occurs twice.", _FLAG),
    "references": Key("The column referred to: `customers.id`, or `customers` for its primary key.", _TEXT),
    **_REFERENCE_EXTRAS,
    "nulls": Key(
        "Share of NULL where the rules leave the choice. Without it the column is NOT NULL; 0 allows NULL but makes none; "
        "true leaves the share to the plan.",
        {"anyOf": [_SHARE, _FLAG]},
    ),
    "min": Key(
        "Least value, inclusive: a value, `as_of`, another column (in double quotes where its name looks like a value), or "
        "customers.signup_at.",
        _SCALAR,
    ),
    "max": Key("Greatest value, inclusive: a value, `as_of`, another column, or customers.signup_at.", _SCALAR),
    "choices": Key(
        "The only allowed values: a list, or weights by value.",
        {
            "anyOf": [
                {"type": "array", "items": _SCALAR, "minItems": 1},
                {"type": "object", "additionalProperties": _WEIGHT, "minProperties": 1},
            ]
        },
    ),
    "faker": Key(
        "A Faker method by name, or {method: {argument: value}}.",
        {
            "anyOf": [
                _TEXT,
                {"type": "object", "additionalProperties": _ARGUMENTS, "minProperties": 1, "maxProperties": 1},
            ]
        },
    ),
    "locale": Key("Faker locale of the column.", _LOCALE),
    "regex": Key("A regular expression (Python's) that every value matches as a whole.", _TEXT),
    "template": Key('A text over other columns: "{first_name}.{last_name}@example.com".', _TEXT),
    "expression": Key("SQL over the row and the rows it refers to.", _SQL),
    "sequence": Key(
        "Numbers that follow one another: the first one, or {start: 1, step: 1}.",
        {
            "anyOf": [
                {"type": "integer"},
                {
                    "type": "object",
                    "properties": {"start": {"type": "integer"}, "step": {"type": "integer"}},
                    "additionalProperties": False,
                },
            ]
        },
    ),
    "constant": Key("The same value in every row.", {}),
    "distribution": Key(
        "How values spread between the bounds: a name, or {normal: {mean: 10, sd: 3}}.",
        {
            "anyOf": [
                _one_of_words(*DISTRIBUTIONS),
                {
                    "type": "object",
                    "properties": dict.fromkeys(DISTRIBUTIONS, _ARGUMENTS),
                    "additionalProperties": False,
                    "minProperties": 1,
                    "maxProperties": 1,
                },
            ]
        },
    ),
    "sum": Key(
        "The exact sum of an expression over the row's children: order_items.quantity * order_items.price.", _SQL
    ),
    "count": Key("The number of the row's children in that table.", _TEXT),
    "minimum": Key("The least value of an expression over the row's children.", _SQL),
    "maximum": Key("The greatest value of an expression over the row's children.", _SQL),
    "by": Key("The child's reference that leads here, where several do: its column or role.", _TEXT),
    "ordinal": Key("Numbers the rows of one parent from 1: the parent's table, or the reference's column.", _TEXT),
    "default": Key("SQL of the column's default.", {"type": ["string", "number", "boolean", "null"]}),
    "collation": Key("The column's collation.", _TEXT),
    "generated": Key("SQL by which the database computes the column; it is never written.", _SQL),
    "identity": Key("How the database numbers the rows.", {"anyOf": [_one_of_words(*IDENTITIES), _FLAG]}),
}

ROWS: dict[str, Key] = {
    "per": Key("The parent table.", _TEXT),
    "by": Key("The reference to it, where several lead there: its column or role.", _TEXT),
    "low": Key("Fewest rows of one parent, inclusive.", {"type": "integer", "minimum": 0}),
    "high": Key("Most rows of one parent, inclusive.", {"type": "integer", "minimum": 0}),
    "distribution": Key("How the number is drawn between them.", _one_of_words(*COUNT_DISTRIBUTIONS)),
    "mean": Key("Mean of poisson and geometric, before the bounds apply.", {"type": "number", "exclusiveMinimum": 0}),
    "exponent": Key("Exponent of zipf.", {"type": "number", "exclusiveMinimum": 0}),
    "childless": Key("Share of parents that have no rows, whatever the rest says.", _SHARE),
}

UNIQUE: dict[str, Key] = {
    "columns": Key("The columns.", _NAMES),
    "expressions": Key("SQL expressions in place of columns.", _TEXTS),
    "where": Key("SQL condition: rows where it is not true are free.", _SQL),
    "name": Key("Its name in the database.", _TEXT),
    "nulls_distinct": Key("Whether rows with a NULL among the columns are free.", _FLAG),
    "deferred": Key("Checked at commit.", _FLAG),
    "dialect": Key("Database whose SQL it is, where not the schema's.", _one_of_words(*DIALECTS)),
    "verbatim": Key("Its SQL is taken as the database has it, names not looked up.", _FLAG),
}

REFERENCE: dict[str, Key] = {
    "columns": Key("The referring columns.", _NAMES),
    "to": Key(
        "The columns referred to: users(tenant_id, id), `users` for its primary key, or {users: [tenant_id, id]}.",
        {"anyOf": [_TEXT, {"type": "object", "additionalProperties": _NAMES, "minProperties": 1, "maxProperties": 1}]},
    ),
    "name": Key("Its name in the database.", _TEXT),
    **_REFERENCE_EXTRAS,
}

RULE: dict[str, Key] = {
    "sql": Key("The condition.", _SQL),
    "name": Key("Its name in the database.", _TEXT),
    "dialect": Key("Database whose SQL it is, where not the schema's.", _one_of_words(*DIALECTS)),
    "enforced": Key("False where the database knows the rule but does not apply it.", _FLAG),
    "verbatim": Key("The SQL is taken as the database has it, names not looked up.", _FLAG),
}

EXCLUSION: dict[str, Key] = {
    "elements": Key(
        'Operator by column or expression: {room: "=", during: "&&"}.',
        {"type": "object", "additionalProperties": {"type": "string"}, "minProperties": 1},
    ),
    "columns": Key("The columns that the expressions mention.", _NAMES),
    "where": Key("SQL condition: rows where it is not true are free.", _SQL),
    "name": Key("Its name in the database.", _TEXT),
}

PARTS: dict[str, dict[str, Key]] = {
    "table": TABLE,
    "column": COLUMN,
    "rows": ROWS,
    "unique": UNIQUE,
    "reference": REFERENCE,
    "rule": RULE,
    "exclusion": EXCLUSION,
}
_REQUIRED = {"rows": ("per", "high"), "reference": ("columns", "to"), "rule": ("sql",), "exclusion": ("elements",)}


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft-07, which editors understand) of the YAML format.

    >>> json_schema()["definitions"]["column"]["properties"]["unique"]
    {'type': 'boolean', 'description': 'No value occurs twice.'}
    """
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "fixturegen schema",
        "description": "Tables, columns and constraints, and how they are filled with test data.",
        **_object("schema", SCHEMA),
        "definitions": {name: _object(name, keys) for name, keys in PARTS.items()}
        | {
            "named_rules": {
                "description": "SQL conditions by name.",
                "type": "object",
                "not": {"required": ["sql"]},
                "additionalProperties": _SQL,
                "minProperties": 1,
            },
            "group": {
                "description": "One source of records, with the column that takes each of its fields.",
                "type": "object",
                "properties": {"locale": _LOCALE},
                "additionalProperties": {"type": "object", "additionalProperties": _TEXT, "minProperties": 1},
                "minProperties": 1,
                "maxProperties": 2,
            },
        },
    }


def _object(name: str, keys: Mapping[str, Key]) -> dict[str, Any]:
    required = _REQUIRED.get(name)
    # A table of an overlay, or a column that the overlaid source describes, may say nothing at all.
    return {
        "type": ["object", "null"] if name in {"table", "column"} else "object",
        "properties": {key: {**entry.fragment, "description": entry.description} for key, entry in keys.items()},
        "additionalProperties": False,
    } | ({"required": list(required)} if required else {})
