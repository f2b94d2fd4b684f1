"""The type of a column that declares none, where its reference or its fill leaves no doubt."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NoReturn

from sqlglot import exp

from fixturegen.expressions.names import matching
from fixturegen.expressions.parsing import parsed
from fixturegen.schema import Type
from fixturegen.sources.yaml_aggregates import FUNCTIONS, child_of
from fixturegen.sources.yaml_drafts import ColumnDraft, Drafts, TableDraft
from fixturegen.sources.yaml_fields import Fields
from fixturegen.sources.yaml_nodes import Entries, Node, Scalar, Sequence, core_value, refuse
from fixturegen.sources.yaml_types import read_type

INTEGER = Type(kind="integer")
TEXT = Type(kind="text")
SUM_DIGITS = 18
"""Digits of a sum of decimals whose column declares no type."""

_FILLS = {
    "template": TEXT,
    "regex": TEXT,
    "sequence": INTEGER,
    "ordinal": INTEGER,
    "identity": INTEGER,
    "count": INTEGER,
}
_DATE, _MOMENT = Type(kind="date"), Type(kind="datetime")
_FAKER = {
    "random_int": INTEGER, "pyint": INTEGER, "random_digit": INTEGER, "random_number": INTEGER, "unix_time": INTEGER,
    "boolean": Type(kind="boolean"), "pybool": Type(kind="boolean"), "uuid4": Type(kind="uuid"),
    "date_object": _DATE, "date_of_birth": _DATE, "date_between": _DATE, "date_between_dates": _DATE,
    "date_this_year": _DATE, "date_this_month": _DATE, "date_this_decade": _DATE, "date_this_century": _DATE,
    "past_date": _DATE, "future_date": _DATE, "date_time": _MOMENT, "date_time_between": _MOMENT,
    "date_time_this_year": _MOMENT, "date_time_this_month": _MOMENT, "date_time_this_decade": _MOMENT,
    "past_datetime": _MOMENT, "future_datetime": _MOMENT,
}  # fmt: skip
"""Faker methods that give no text."""
_DOUBTFUL = {
    "pyfloat",
    "pydecimal",
    "latitude",
    "longitude",
    "coordinate",
    "binary",
    "time_object",
    "time_delta",
    "json",
}
_WHOLE = re.compile(r"-?(0|[1-9][0-9]*)")


def infer_types(drafts: Drafts) -> None:
    """Set the type of every column, following references and aggregates to what they lead to.

    Raises:
        SchemaError: If a column's type is not known, or references lead round in a circle without a type.
    """
    open_columns = [(table, column) for table in drafts.values() for column in table.columns.values()]
    while open_columns:
        left = [(table, column) for table, column in open_columns if not _settled(table, column, drafts)]
        if len(left) == len(open_columns):
            _refuse_untyped(left)
        # A chain of references settles in two passes, whichever way it runs through the file.
        open_columns = left[::-1]


def _settled(table: TableDraft, column: ColumnDraft, drafts: Drafts) -> bool:
    if column.type is None:
        column.type = _declared(column) or _referred(table, column, drafts) or _filled(table, column, drafts)
    return column.type is not None


def _declared(column: ColumnDraft) -> Type | None:
    fields = column.fields
    text = None if fields is None else fields.name("type")
    if fields is not None and text is not None:
        return read_type(text, fields.where("type"))
    return column.base.type if column.base else None


def _referred(table: TableDraft, column: ColumnDraft, drafts: Drafts) -> Type | None:
    for reference in table.references:
        if column.name in reference.columns:
            target = reference.target[reference.columns.index(column.name)]
            known = drafts[reference.table].columns[target].type
            if known is not None:
                return known
    return None


def _filled(table: TableDraft, column: ColumnDraft, drafts: Drafts) -> Type | None:
    fields = column.fields
    if fields is None:
        return None
    for key, type_ in _FILLS.items():
        if key in fields:
            return type_
    if "faker" in fields and (method := fields.one("faker")) is not None:
        return None if method[0] in _DOUBTFUL else _FAKER.get(method[0], TEXT)
    if (values := fields.node("choices")) is not None:
        return _of_texts(_choice_nodes(values))
    if (constant := fields.node("constant")) is not None:
        return _of_texts([constant])
    return _grouped(table, column) or _aggregated(table, fields, drafts)


def _choice_nodes(node: Node) -> list[Node]:
    if isinstance(node, Sequence):
        return node.items
    # The quotes of a key are not kept: only what looks the same with and without them tells a type.
    return [Scalar(key, True, node.line) for key in node.nodes] if isinstance(node, Entries) else []


def _of_texts(nodes: Iterable[Node]) -> Type | None:
    """Return the one type that all values show: whole numbers without leading zeros, true and false, or words."""
    shown = {_shown(node) for node in nodes}
    return (
        {"integer": INTEGER, "boolean": Type(kind="boolean"), "text": TEXT}.get(shown.pop() or "")
        if len(shown) == 1
        else None
    )


def _shown(node: Node) -> str | None:
    if not isinstance(node, Scalar):
        return None
    value = core_value(node)
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int) and _WHOLE.fullmatch(node.text):
        return "integer"
    # A word that begins with a digit may be a date, a code or a number in another notation.
    return "text" if isinstance(value, str) and (not node.plain or not node.text[:1].isdigit()) else None


def _grouped(table: TableDraft, column: ColumnDraft) -> Type | None:
    groups = None if table.fields is None else table.fields.node("groups")
    for group in groups.nodes.values() if isinstance(groups, Entries) else ():
        for fields in group.nodes.values() if isinstance(group, Entries) else ():
            names = fields.nodes.values() if isinstance(fields, Entries) else ()
            if any(isinstance(name, Scalar) and name.text == column.name for name in names):
                return TEXT
    return None


def _aggregated(table: TableDraft, fields: Fields, drafts: Drafts) -> Type | None:
    for key in FUNCTIONS:
        if key in fields and key != "count":
            sql = fields.name(key) or ""
            child = child_of(drafts, table, sql, fields.where(key))
            return _computed(parsed(sql, table.dialect, fields.where(key)), child, summed=key == "sum")
    return None


def _computed(expression: exp.Expr, child: TableDraft, *, summed: bool) -> Type | None:
    """Return the type of arithmetic over a child's columns: exact for integers and decimals, None where in doubt."""
    if isinstance(expression, exp.Column):
        name = matching(expression.name, child.columns)
        known = None if name is None else child.columns[name].type
        return known if known is None or not summed else _sum_of(known)
    scale = _scale(expression, child)
    if scale is None:
        return None
    return INTEGER if scale == 0 else Type(kind="decimal", precision=SUM_DIGITS, scale=scale)


def _sum_of(type_: Type) -> Type | None:
    if type_.kind == "integer":
        return INTEGER
    if type_.kind == "decimal":
        return Type(kind="decimal", precision=max(SUM_DIGITS, type_.precision or 0), scale=type_.scale)
    return type_ if type_.kind in {"float", "interval"} else None


def _scale(node: exp.Expr, child: TableDraft) -> int | None:
    """Return the digits after the point of an arithmetic expression, None where it is not plain arithmetic."""
    match node:
        case exp.Paren() | exp.Neg():
            return _scale(node.this, child)
        case exp.Add() | exp.Sub() | exp.Mul():
            left, right = _scale(node.this, child), _scale(node.expression, child)
            if left is None or right is None:
                return None
            return left + right if isinstance(node, exp.Mul) else max(left, right)
        case exp.Column():
            return _column_scale(node.name, child)
    number = isinstance(node, exp.Literal) and not node.is_string and "e" not in node.name.lower()
    return len(node.name.partition(".")[2]) if number else None


def _column_scale(given: str, child: TableDraft) -> int | None:
    name = matching(given, child.columns)
    known = None if name is None else child.columns[name].type
    if known is None or known.kind not in {"integer", "decimal"}:
        return None
    return known.scale if known.kind == "decimal" else 0


def _refuse_untyped(left: list[tuple[TableDraft, ColumnDraft]]) -> NoReturn:
    table, column = min(left, key=lambda each: each[1].where.line or 0)
    where = column.where if column.fields is None else column.fields.where()
    refuse(f"the type of {table.name}.{column.name} is not known", where, hint="Add type: integer, text, datetime, ...")
