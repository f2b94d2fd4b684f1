"""One column as entries of YAML: what :mod:`fixturegen.sources.yaml_columns` reads back to the same column."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, time
from typing import Any

from fixturegen.errors import FixturegenError, InputError
from fixturegen.expressions.names import resolved
from fixturegen.schema import (
    Aggregate,
    AsOf,
    Bound,
    Choice,
    Column,
    Constant,
    Fill,
    Path,
    Reference,
    Schema,
    Table,
    Type,
)
from fixturegen.sources.yaml_aggregates import FUNCTIONS, qualified, way
from fixturegen.sources.yaml_columns import AS_OF
from fixturegen.sources.yaml_format import DISTRIBUTIONS
from fixturegen.sources.yaml_scalars import flow, listed, mapping, name_scalar, number_scalar, raw_scalar, text_scalar
from fixturegen.sources.yaml_types import type_text
from fixturegen.sources.yaml_values import value_text

Entries = list[tuple[str, str]]
TEXT = Type(kind="text")
_ARGUMENTS = {"regex": "pattern", "template": "template", "expression": "sql"}


def column_entries(
    schema: Schema, table: Table, column: Column, reference: Reference | None, marks: Entries
) -> Entries:
    """Return the keys and values of a column, in the order in which they are best read.

    Args:
        schema: The schema.
        table: The column's table.
        column: The column.
        reference: The reference that stands beside the column, without the names that are left out.
        marks: Entries about keys, which follow the type.
    """
    entries = [*_type(schema, table, column), *marks]
    if reference is not None:
        entries += [("references", _target(reference)), *reference_extras(reference)]
    if column.nullable:
        entries.append(("nulls", "true" if column.nulls is None else number_scalar(column.nulls)))
    for key, bound in (("min", column.low), ("max", column.high)):
        if bound is not None:
            entries.append((key, _bound(schema, table, bound)))
    return [*entries, *_values(schema, table, column), *_rest(column)]


def reference_extras(reference: Reference) -> Entries:
    """Return the entries about a reference that are written beside a column and at the table alike."""
    entries: Entries = [("as", name_scalar(reference.role))] if reference.role else []
    for key, share in (("skew", reference.skew), ("childless", reference.childless)):
        entries += [(key, number_scalar(share))] if share else []
    if reference.deferred:
        entries.append(("deferred", "true"))
    elif reference.deferrable:
        entries.append(("deferrable", "true"))
    if reference.on_delete:
        entries.append(("on_delete", reference.on_delete))
    return entries


def _target(reference: Reference) -> str:
    return text_scalar(f"{reference.table}.{reference.target[0]}")


def _type(schema: Schema, table: Table, column: Column) -> Entries:
    type_ = column.type
    entries = [] if _is_implied(schema, table, column) else [("type", _type_scalar(column))]
    if type_.name:
        entries.append(("type_name", name_scalar(type_.name)))
    if (type_.kind == "unknown" or type_.form is not None) and type_.native:
        entries.append(("native", text_scalar(type_.native)))
    return entries


def _type_scalar(column: Column) -> str:
    if column.type.form is not None:
        return "unknown"  # the native name says the rest
    labels = tuple(choice.value for choice in column.choices)
    return (
        "enum" if column.type.kind == "enum" and labels == column.type.labels else text_scalar(type_text(column.type))
    )


def _is_implied(schema: Schema, table: Table, column: Column) -> bool:
    """Say whether the loader finds the type by itself: from the column referred to, or from choices that are words."""
    for reference in table.references:
        if column.name in reference.columns:
            # Only where the other column declares its type: circles of references would leave all without one.
            other = schema.tables[reference.table]
            name = reference.target[reference.columns.index(column.name)]
            free = not any(name in each.columns for each in other.references)
            return free and next(each.type for each in other.columns if each.name == name) == column.type
    words = [choice.value for choice in column.choices]
    return (
        column.type == TEXT
        and bool(words)
        and all(isinstance(word, str) and name_scalar(word) == word for word in words)
    )


def _bound(schema: Schema, table: Table, bound: Bound) -> str:
    match bound:
        case AsOf():
            return AS_OF
        case Constant():
            return raw_scalar(_short(bound.value))
        case Path():
            return raw_scalar(_dotted(schema, table, bound))


def _short(value: object) -> str:
    """Return a value's text, and only the date of a first instant."""
    if isinstance(value, datetime) and value.time() == time() and value.tzinfo in {None, UTC}:
        return value.date().isoformat()
    return value_text(value)


def _dotted(schema: Schema, table: Table, path: Path) -> str:
    """Return a path as it is best written: by table name where that is clear, else by the reference's column."""
    if not path.references:
        # A name that could be taken for a value stands in double quotes: 2024, P1D, as_of.
        plain = name_scalar(path.column) == path.column and path.column != AS_OF and path.column[0] != "P"
        return path.column if plain else f'"{path.column}"'
    for words in _ways(schema, table, path):
        text = ".".join(words)
        try:
            if resolved(schema, table, text) == path:
                return text
        except FixturegenError:
            continue
    message = f"{table.name}: the bound {'.'.join((*path.references, path.column))} has no form in YAML"
    raise InputError(message)


def _ways(schema: Schema, table: Table, path: Path) -> Iterator[list[str]]:
    names, columns, here = [], [], table
    for name in path.references:
        reference = next(each for each in here.references if each.name == name)
        names.append(reference.table)
        columns.append(way(reference, here.references))
        here = schema.tables[reference.table]
    yield [*names, path.column]
    yield [*columns, path.column]
    yield [*path.references, path.column]


def _values(schema: Schema, table: Table, column: Column) -> Entries:
    entries: Entries = []
    if column.choices:
        entries.append(("choices", _choices(column.choices)))
    if column.fill is not None:
        entries.append(_fill(column.fill))
    if column.aggregate is not None:
        entries += _aggregate(schema, table, column.aggregate)
    if column.ordinal is not None:
        reference = next(each for each in table.references if each.name == column.ordinal)
        entries += _reference_words("ordinal", reference, table, reference.table)
    return entries


def _reference_words(key: str, reference: Reference, table: Table, target: str) -> Entries:
    several = [each for each in table.references if each.table == target]
    by = [("by", name_scalar(way(reference, table.references)))] if len(several) > 1 else []
    return [(key, name_scalar(target)), *by]


def _choices(choices: tuple[Choice, ...]) -> str:
    scalars = [flow(choice.value) for choice in choices]
    if all(choice.weight == 1 for choice in choices):
        return listed(scalars)
    return mapping((scalar, number_scalar(choice.weight)) for scalar, choice in zip(scalars, choices, strict=True))


def _fill(fill: Fill) -> tuple[str, str]:
    arguments: Mapping[str, Any] = fill.arguments
    match fill.generator:
        case "faker":
            given = arguments["arguments"]
            return "faker", mapping([(name_scalar(arguments["method"]), flow(given))]) if given else name_scalar(
                arguments["method"]
            )
        case "regex" | "template" | "expression":
            return fill.generator, text_scalar(arguments[_ARGUMENTS[fill.generator]])
        case "sequence":
            return "sequence", str(arguments["start"]) if arguments["step"] == 1 else flow(arguments)
        case "constant":
            return "constant", _constant(arguments["value"])
        case name if name in DISTRIBUTIONS:
            return "distribution", mapping([(name, flow(arguments))]) if arguments else name
        case other:
            message = f"the fill {other!r} has no word in YAML"
            raise InputError(message)


def _constant(value: object) -> str:
    if isinstance(value, list):
        return listed(_constant(item) for item in value)
    return flow(value)


def _aggregate(schema: Schema, table: Table, aggregate: Aggregate) -> Entries:
    child = schema.tables[aggregate.table]
    key = next(key for key, function in FUNCTIONS.items() if function == aggregate.function)
    text = name_scalar(child.name)
    if aggregate.expression:
        text = text_scalar(qualified(aggregate.expression, schema.dialect, child.name))
    reference = next(each for each in child.references if each.name == aggregate.reference)
    words = _reference_words(key, reference, child, table.name)
    return [(key, text), *words[1:]]


def _rest(column: Column) -> Entries:
    entries: Entries = []
    if column.generated is not None:
        entries.append(("generated", text_scalar(column.generated)))
    if column.identity is not None:
        entries.append(("identity", column.identity))
    if column.default is not None:
        entries.append(("default", raw_scalar(column.default)))
    for key, text in (("collation", column.collation), ("locale", column.locale)):
        entries += [(key, name_scalar(text))] if text else []
    return entries
