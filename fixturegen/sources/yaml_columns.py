"""One column of the YAML format: what its keys say, read by its type, and refused where they contradict."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from fixturegen.errors import SchemaError
from fixturegen.schema import AsOf, Bound, Choice, Column, Constant, Dialect, Fill, Location, Type
from fixturegen.sources.types_sql import type_of
from fixturegen.sources.yaml_drafts import ColumnDraft, TableDraft
from fixturegen.sources.yaml_fields import Fields
from fixturegen.sources.yaml_format import DISTRIBUTIONS, IDENTITIES
from fixturegen.sources.yaml_nodes import (
    Entries,
    Node,
    Scalar,
    Sequence,
    core_value,
    described,
    is_null,
    plain_value,
    quoted,
    refuse,
)
from fixturegen.sources.yaml_values import FORMS, read_value

AS_OF = "as_of"
FILLS = ("faker", "regex", "template", "expression", "sequence", "constant", "distribution")
AGGREGATES = ("sum", "count", "minimum", "maximum")
MOST_CHOICES = 100_000
SOURCES = ("choices", *FILLS, *AGGREGATES, "ordinal", "generated")
"""Keys that say where a column's values come from: a column has one of them at most."""
ORDERED = ("integer", "decimal", "float", "date", "time", "datetime", "interval")
TEXTUAL = ("text", "uuid", "json", "enum", "ip", "mac", "url", "unknown")
Side = Literal["min", "max"]
SIDES: tuple[Side, Side] = ("min", "max")


@dataclass(frozen=True, slots=True)
class Dotted:
    """A bound that names a column, to be looked up once every table is known."""

    text: str
    where: Location


@dataclass(frozen=True, slots=True)
class ReadColumn:
    """A column without what needs other tables, and the bounds that name columns."""

    column: Column
    dotted: Mapping[Side, Dotted]


def read_column(draft: ColumnDraft, table: TableDraft) -> ReadColumn:
    """Return the column of a draft whose type is known.

    Aggregates, ordinals and bounds that name columns need the other tables: they are left out here.

    Raises:
        SchemaError: If a value is none of the column's type, or two keys contradict each other.
    """
    assert draft.type is not None
    fields = draft.fields
    base = draft.base or Column(name=draft.name, type=draft.type, where=draft.where)
    keyed = table.primary_key is not None and draft.name in table.primary_key.columns
    if fields is None:
        return ReadColumn(replace(base, type=draft.type, nullable=base.nullable and not keyed), {})
    _refuse_contradictions(draft, fields, table, keyed=keyed)
    type_ = _named_type(fields, draft.type, table.dialect)
    choices = _choices(fields, type_)
    if type_.kind == "enum" and not type_.labels:
        type_ = replace(type_, labels=tuple(str(choice.value) for choice in choices))
    if type_.kind == "enum" and not type_.labels:
        refuse(
            "an enum needs labels", fields.where(), hint="Write type: enum(new, paid), or choices: {new: 1, paid: 1}."
        )
    bounds = {side: _bound(fields, side, type_, table) for side in SIDES}
    column = replace(base, type=type_, **_values(fields, type_, base), **_nulls(fields, base), **_sql(fields))
    column = _bounded(column, bounds)
    if choices:
        column = replace(column, choices=choices)
    _check_bounds(column, fields)
    return ReadColumn(column, {side: bound for side, bound in bounds.items() if isinstance(bound, Dotted)})


def _named_type(fields: Fields, type_: Type, dialect: Dialect) -> Type:
    """Return the type with its names; one of the database's own is known by how the database writes it."""
    native = fields.name("native")
    if type_.kind == "unknown" and native is not None:
        type_ = _own_type(native, dialect) or type_
    given = {"name": fields.name("type_name"), "native": native}
    return replace(type_, **{key: value for key, value in given.items() if value is not None})  # type: ignore[arg-type]  # name and native are texts


def _own_type(native: str, dialect: Dialect) -> Type | None:
    """Return the type of a database's own that a spelling names and we can make; None for any other text."""
    try:
        found = type_of(native, dialect)
    except SchemaError:
        return None
    return found if found.form is not None else None


def _values(fields: Fields, type_: Type, base: Column) -> dict[str, Any]:
    """Return where values come from; a new source of values takes the place of the base's."""
    given = [key for key in SOURCES if key in fields]
    if not given:
        return {}
    key = given[0]
    fill = _FILLS[key](fields, key, type_) if key in _FILLS else None
    generated = fields.name("generated") if key == "generated" else None
    assert base is not None
    return {"fill": fill, "aggregate": None, "ordinal": None, "choices": (), "generated": generated}


def _nulls(fields: Fields, base: Column) -> dict[str, Any]:
    node = fields.node("nulls")
    if node is None:
        return {"nullable": base.nullable}
    value = core_value(node) if isinstance(node, Scalar) else None
    if isinstance(value, bool):
        return {"nullable": value, "nulls": None}
    return {"nullable": True, "nulls": fields.number("nulls", 0, 1)}


def _sql(fields: Fields) -> dict[str, Any]:
    default = fields.entries.nodes.get("default")
    if default is not None and not isinstance(default, Scalar):
        fields.refuse("default", f"is SQL, not {described(default)}", hint="Quote it.")
    identity = _identity(fields)
    given = {
        "default": None if default is None else (default.text or "NULL"),
        "collation": fields.name("collation"),
        "identity": identity,
        "locale": fields.locale(),
    }
    return {key: value for key, value in given.items() if value is not None}


def _identity(fields: Fields) -> str | None:
    node = fields.node("identity")
    value = core_value(node) if isinstance(node, Scalar) else None
    if isinstance(value, bool):
        return "by default" if value else None
    return fields.word("identity", IDENTITIES)


# ---- bounds


def _bound(fields: Fields, side: Side, type_: Type, table: TableDraft) -> Bound | Dotted | None:
    text = fields.text(side)
    if text is None:
        return None
    where = fields.where(side)
    if type_.kind not in ORDERED:
        hint = "Use rules, or the length of the type." if type_.kind == "text" else None
        refuse(f"{side} has no meaning for {_a(type_)}: it bounds numbers, dates and times", where, hint=hint)
    if text == AS_OF:
        if type_.kind not in {"date", "datetime"}:
            refuse(f"{side}: as_of is a date, and the column is {_a(type_)}", where)
        return AsOf()
    if is_quoted_name(text):
        return Dotted(text, where)
    try:
        return Constant(read_value(text, type_, where, bound=True))
    except SchemaError:
        # What begins like a value is a bad value, unless a column has that very name.
        if text not in table.columns and (not text or text[0] in "+-.0123456789"):
            raise
        return Dotted(text, where)


def is_quoted_name(text: str) -> bool:
    """Say whether a bound is a column's name in double quotes, as a name that looks like a value must be."""
    return len(text) > 2 and text[0] == text[-1] == '"'


def _bounded(column: Column, bounds: Mapping[Side, Bound | Dotted | None]) -> Column:
    low, high = bounds["min"], bounds["max"]
    if low is not None:
        column = replace(column, low=None if isinstance(low, Dotted) else low)
    if high is not None:
        column = replace(column, high=None if isinstance(high, Dotted) else high)
    return column


def _check_bounds(column: Column, fields: Fields) -> None:
    low = column.low.value if isinstance(column.low, Constant) else None
    high = column.high.value if isinstance(column.high, Constant) else None
    side = "max" if "max" in fields else "min"
    if low is not None and high is not None and low > high:  # type: ignore[operator]  # both are of the column's ordered type
        refuse(f"min {low} is above max {high}", fields.where(side), hint="No value lies between them.")
    for choice in column.choices:
        value: Any = choice.value
        if (low is not None and value < low) or (high is not None and value > high):
            refuse(f"the choice {value} lies outside min and max", fields.where("choices"))


# ---- choices and fills


def _choices(fields: Fields, type_: Type) -> tuple[Choice, ...]:
    node = fields.node("choices")
    if node is None:
        return ()
    where = fields.where("choices")
    if type_.kind == "array":
        refuse("an array takes no choices", where)
    if isinstance(node, Entries):
        weights = Fields(node, where, None, "choices")
        read = [(key, _weight(weights, key), weights.where(key)) for key in weights]
    elif isinstance(node, Sequence):
        read = [(_choice_text(item, where), 1.0, replace(where, line=item.line)) for item in node.items]
    else:
        fields.refuse("choices", f"are a list, or weights by value, not {described(node)}")
    if len(read) > MOST_CHOICES:
        hint = "Keep them in a table of their own, and refer to it."
        fields.refuse("choices", f"are at most {MOST_CHOICES:,}, given {len(read):,}", hint=hint)
    choices = tuple(Choice(read_value(text, type_, place), weight) for text, weight, place in read)
    if not choices or not sum(choice.weight for choice in choices):
        fields.refuse("choices", "need a value whose weight is above 0")
    _refuse_twice(choices, where)
    return choices


def _choice_text(item: Node, where: Location) -> str:
    if not isinstance(item, Scalar):
        refuse(f"a choice is a value, not {described(item)}", replace(where, line=item.line))
    if is_null(item):
        refuse("NULL is no choice", replace(where, line=item.line), hint="Give the share of NULL with nulls: 0.1.")
    return item.text


def _weight(weights: Fields, key: str) -> float:
    weight = weights.number(key, 0)
    assert weight is not None
    return weight


def _refuse_twice(choices: tuple[Choice, ...], where: Location) -> None:
    seen = set()
    for choice in choices:
        if choice.value in seen:
            refuse(f"the choice {choice.value} is given twice", where)
        seen.add(choice.value)


def _faker(fields: Fields, key: str, _: Type) -> Fill:
    name, node = _one(fields, key)
    arguments = {} if node is None else plain_value(node)
    if not isinstance(arguments, dict):
        fields.refuse(
            key,
            f"takes arguments by name, not {described(node) if node else ''}",
            hint=f"Write {{{name}: {{argument: value}}}}.",
        )
    return Fill("faker", {"method": name, "arguments": arguments})


def _distribution(fields: Fields, key: str, type_: Type) -> Fill:
    name, node = _one(fields, key)
    if name not in DISTRIBUTIONS:
        refuse(f"unknown distribution {quoted(name)}", fields.where(key), given=name, exists=DISTRIBUTIONS)
    if type_.kind not in ORDERED:
        fields.refuse(key, f"has no meaning for {_a(type_)}: it spreads numbers, dates and times")
    arguments = {} if node is None else plain_value(node)
    if not isinstance(arguments, dict):
        fields.refuse(key, f"takes parameters by name, not {described(node) if node else ''}")
    return Fill(name, arguments)


def _one(fields: Fields, key: str) -> tuple[str, Node | None]:
    given = fields.one(key)
    assert given is not None
    return given


def _text_fill(argument: str) -> Callable[[Fields, str, Type], Fill]:
    def read(fields: Fields, key: str, type_: Type) -> Fill:
        text = fields.text(key)
        if key != "expression" and type_.kind not in TEXTUAL:
            fields.refuse(key, f"makes texts, and the column is {_a(type_)}")
        return Fill(key, {argument: text})

    return read


def _sequence(fields: Fields, key: str, type_: Type) -> Fill:
    if type_.kind not in {"integer", "decimal"}:
        fields.refuse(key, f"makes whole numbers, and the column is {_a(type_)}")
    node = fields.node(key)
    assert node is not None
    if isinstance(node, Scalar):
        return Fill("sequence", {"start": fields.as_whole(key, node, -(2**63), 2**63 - 1), "step": 1})
    given = Fields(node, fields.where(key), ("start", "step"), "a sequence")
    start, step = given.whole("start", -(2**63), 2**63 - 1), given.whole("step", -(2**62), 2**62)
    if step == 0:
        given.refuse("step", "is 0, so that every row would have the same value", hint="Use constant.")
    return Fill("sequence", {"start": 1 if start is None else start, "step": 1 if step is None else step})


def _constant(fields: Fields, key: str, type_: Type) -> Fill:
    node = fields.node(key)
    assert node is not None
    return Fill("constant", {"value": _constant_value(node, type_, fields.where(key))})


def _constant_value(node: Node, type_: Type, where: Location) -> object:
    if type_.kind == "array" and isinstance(node, Sequence):
        return [_constant_value(item, type_.element or Type(kind="text"), where) for item in node.items]
    if not isinstance(node, Scalar):
        hint = "Quote it: JSON is given as text." if type_.kind == "json" else None
        refuse(f"{described(node)} is not {FORMS.get(type_.kind, 'a text')}", where, hint=hint)
    return read_value(node.text, type_, where)


_FILLS: dict[str, Callable[[Fields, str, Type], Fill]] = {
    "faker": _faker,
    "regex": _text_fill("pattern"),
    "template": _text_fill("template"),
    "expression": _text_fill("sql"),
    "sequence": _sequence,
    "constant": _constant,
    "distribution": _distribution,
}


# ---- contradictions


def _refuse_contradictions(draft: ColumnDraft, fields: Fields, table: TableDraft, *, keyed: bool) -> None:
    given = [key for key in SOURCES if key in fields]
    for key in given:
        # Each must hold something before it can be said to contradict another.
        fields.node(key)
    if len(given) > 1:
        refuse(
            f"both {given[0]} and {given[1]} say where the values come from", fields.where(given[1]), hint="Keep one."
        )
    if given and any(draft.name in set(one.columns) - set(one.own(table.name)) for one in table.references):
        hint = "Columns that several references share agree by themselves."
        refuse(f"the values come from the reference, and from {given[0]}", fields.where(given[0]), hint=hint)
    if "by" in fields and not any(key in fields for key in (*AGGREGATES, "ordinal")):
        fields.refuse("by", "goes with sum, count, minimum, maximum or ordinal")
    _refuse_nulls(draft, fields, given, table, keyed=keyed)
    assert draft.type is not None
    if "identity" in fields and draft.type.kind != "integer":
        fields.refuse("identity", f"numbers rows, and the column is {_a(draft.type)}")


def _refuse_nulls(draft: ColumnDraft, fields: Fields, given: list[str], table: TableDraft, *, keyed: bool) -> None:
    node = fields.node("nulls")
    if node is None or (isinstance(node, Scalar) and core_value(node) is False):
        return
    if keyed:
        fields.refuse("nulls", "cannot be given to a column of the primary key, which is never NULL")
    for key in ("sum", "count", "ordinal"):
        if key in given:
            fields.refuse("nulls", f"cannot be given beside {key}, which always has a value")
    if draft.base is not None and not draft.base.nullable and table.fixed:
        fields.refuse("nulls", "cannot be given: the source says NOT NULL")


def _a(type_: Type) -> str:
    return f"{'an' if type_.kind[0] in 'aeiou' else 'a'} {type_.kind}"
