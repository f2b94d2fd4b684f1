"""How many rows a table has, in the YAML format: ``3000``, ``0..5 per customers by buyer_id``, or a mapping."""

from __future__ import annotations

import re

from fixturegen.schema import Count, PerParent, Rows, Table
from fixturegen.sources.yaml_aggregates import parent_reference
from fixturegen.sources.yaml_fields import Fields
from fixturegen.sources.yaml_format import COUNT_DISTRIBUTIONS, MOST_ROWS, ROWS
from fixturegen.sources.yaml_nodes import Entries, Scalar, core_value, described, quoted, refuse

_PER = re.compile(r"\s*([0-9]{1,20})(?:\s*\.\.\s*([0-9]{1,20}))?\s+per\s+(.+?)\s*", re.DOTALL)
_HINT = "Write 1000, 1..5 per orders, or 0..5 per customers by buyer_id."


def read_count(fields: Fields, table: Table) -> Count | None:
    """Return the count that ``rows`` demands of a table whose references are known, or None.

    Raises:
        SchemaError: If it is no count, negative, absurd, or per a table that the table does not refer to.
    """
    node = fields.node("rows")
    if node is None:
        return None
    if isinstance(node, Entries):
        return _mapping(Fields(node, fields.where("rows"), ROWS, "rows"), table)
    if isinstance(node, Scalar) and isinstance(core_value(node), str):
        return _per(node.text, fields, table)
    if not isinstance(node, Scalar) or isinstance(core_value(node), bool | float):
        fields.refuse("rows", f"is a whole number or a count per parent, not {described(node)}", hint=_HINT)
    return Rows(fields.as_whole("rows", node, 0, MOST_ROWS))


def _per(text: str, fields: Fields, table: Table) -> PerParent:
    match = _PER.fullmatch(text)
    if match is None:
        fields.refuse("rows", f"cannot be read: {quoted(text)}", hint=_HINT)
    low, high = int(match[1]), int(match[2] or match[1])
    _check(fields, low, high)
    return PerParent(parent_reference(table, match[3], fields.where("rows")).name, low, high)


def _mapping(fields: Fields, table: Table) -> PerParent:
    per, by, high = fields.name("per"), fields.name("by"), fields.whole("high", 0, MOST_ROWS)
    if per is None or high is None:
        refuse(
            f"rows as a mapping need {'per' if per is None else 'high'}",
            fields.where(),
            hint="Write {per: orders, high: 5}.",
        )
    low = fields.whole("low", 0, MOST_ROWS) or 0
    _check(fields, low, high)
    distribution = fields.word("distribution", COUNT_DISTRIBUTIONS) or "uniform"
    where = fields.where("by" if by else "per")
    reference = parent_reference(table, f"{per} by {by}" if by else per, where)
    childless = fields.number("childless", 0, 1) or 0.0
    return PerParent(reference.name, low, high, distribution, _parameter(fields, distribution), childless)


def _parameter(fields: Fields, distribution: str) -> float | None:
    """Return the mean of poisson and geometric, or the exponent of zipf."""
    needed = {"poisson": "mean", "geometric": "mean", "zipf": "exponent"}.get(distribution)
    for key in ("mean", "exponent"):
        if key in fields and key != needed:
            hint = None if needed is None else f"It takes {needed}."
            fields.refuse(key, f"is nothing that {distribution} takes", hint=hint)
    value = None if needed is None else fields.number(needed, 0, 10**6)
    if value == 0:
        fields.refuse(str(needed), "must be above 0")
    if value is None and needed == "mean":
        fields.refuse("distribution", f"{distribution} needs a mean")
    return value


def _check(fields: Fields, low: int, high: int) -> None:
    key = "high" if "high" in fields else "rows"
    if low > high:
        fields.refuse(key, f"runs from {low:,} down to {high:,}")
    if high > MOST_ROWS:
        fields.refuse(key, f"lies between 0 and {MOST_ROWS:,}, given {high:,}")
