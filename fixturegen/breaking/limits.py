"""The limits of types: values exactly at a length, a width, a number of digits, and just beyond; texts that are no value of a type."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import islice

from sqlglot import exp

from fixturegen.breaking.bench import Bench
from fixturegen.breaking.enforcement import Enforcement
from fixturegen.breaking.seeking import Later, Wish
from fixturegen.breaking.values import greatest, least, of_length
from fixturegen.breaking.whole import whole
from fixturegen.constraints.contract import Constraint
from fixturegen.dtypes import WIDEST_DECIMAL
from fixturegen.errors import SchemaError
from fixturegen.expressions.names import mentioned
from fixturegen.expressions.parsing import parsed
from fixturegen.schema import Column

_BASES = 3
_LONGEST = 20_000
"""Longer texts are not written."""
_MOST_LABELS = 400
_INT64 = 2**63
_NONE = "?"
_SAME = "its choices say the same"


def limits(bench: Bench, enforcement: Enforcement) -> Later:
    """Propose values at the limits of the columns' types, and beyond."""
    found: list[Wish] = []
    for each in bench.constraints:
        if each.kind not in _PROPOSALS or not each.columns:
            continue
        if bench.columns[each.columns[0]].generated is not None:
            found.append(_not(each, "beyond", f"{each.columns[0]} beyond its type", "the database computes the column"))
        else:
            found += _PROPOSALS[each.kind](bench, enforcement, each, bench.columns[each.columns[0]])
    return lambda: iter(found)


def _lengths(bench: Bench, enforcement: Enforcement, constraint: Constraint, column: Column) -> Iterator[Wish]:
    taken, limit = enforcement.length(bench.table, column), column.type.length or 0
    longer = f"{column.name} of {limit + 1:,} characters, one more than {limit:,}"
    if taken is not None or limit > _LONGEST:
        yield _not(constraint, "longer", longer, taken or f"{limit:,} characters are more than is worth writing")
        return
    at: list[int] = []
    beyond: list[int] = []
    shorter: list[int] = []
    for base in range(min(_BASES, len(bench.pool.rows[bench.table.name]))):
        row = whole(bench, base, [column.name])
        value = row[column.name]
        if isinstance(value, str | bytes) and len(value) == limit > 1:
            shorter.append(bench.add({**row, column.name: value[:-1]}, base))
        at += [bench.add({**row, column.name: each}, base) for each in _of_length(value, limit)]
        beyond += [bench.add({**row, column.name: each}, base) for each in _of_length(value, limit + 1)]
    yield _limit(constraint, "longest", f"{column.name} of {limit:,} characters, the most", at, breaks=False)
    if shorter:
        way = f"{column.name} of {limit - 1:,} characters, one less than {limit:,}"
        yield _limit(constraint, "shorter", way, shorter, breaks=False, silent=True)
    yield _limit(constraint, "longer", longer, beyond, breaks=True)


def _of_length(value: object, length: int) -> list[object]:
    if isinstance(value, bytes):
        return [(value + b"\x01" * length)[:length]]
    text = value if isinstance(value, str) else ""
    front = "x" * max(0, length - len(text)) + text[max(0, len(text) - length) :]
    return list(dict.fromkeys([of_length(text, length), front]))


def _widths(bench: Bench, enforcement: Enforcement, constraint: Constraint, column: Column) -> Iterator[Wish]:
    if column.type.kind == "integer":
        yield from _integers(bench, enforcement, constraint, column)
    elif column.type.kind == "decimal" and column.type.precision is not None:
        yield from _decimals(bench, enforcement, constraint, column)


def _integers(bench: Bench, enforcement: Enforcement, constraint: Constraint, column: Column) -> Iterator[Wish]:
    type_, taken = column.type, enforcement.whole_range(bench.table, column)
    if taken is not None:
        yield _not(constraint, "beyond", f"{column.name} beyond {least(type_)} or {greatest(type_)}", taken)
        return
    # A number that MariaDB has counted up to stays counted when the row is gone.
    numbered = enforcement.dialect == "mysql" and column.identity is not None
    numbered = numbered or _is_computed_with(bench, column) or _is_handed_down(bench, column)
    for name, edge, step in (("least", least(type_), -1), ("greatest", greatest(type_), 1)):
        if enforcement.dialect == "sqlite" and edge >= _INT64:
            continue  # SQLite has no such integers
        if not numbered:
            way = f"{column.name} = {edge}, the {name} of its type"
            yield _limit(constraint, name, way, _placed(bench, column, edge), breaks=False, silent=True)
        way = f"{column.name} = {edge + step}, just beyond {edge}"
        yield _limit(constraint, f"beyond {name}", way, _placed(bench, column, edge + step), breaks=True)


def _is_handed_down(bench: Bench, column: Column) -> bool:
    """Whether a column refers to one that holds no more than it: what it may hold is tried there."""
    for reference in bench.table.references:
        for name, target in zip(reference.columns, reference.target, strict=True):
            if name == column.name and reference.table in bench.pool.schema.tables:
                types = {each.name: each.type for each in bench.pool.schema.tables[reference.table].columns}
                if least(types[target]) >= least(column.type) and greatest(types[target]) <= greatest(column.type):
                    return True
    return False


def _decimals(bench: Bench, enforcement: Enforcement, constraint: Constraint, column: Column) -> Iterator[Wish]:
    digits, scale, taken = column.type.precision or 0, column.type.scale, enforcement.digits()
    most = Decimal((0, (9,) * digits, -scale))
    if taken is not None:
        yield _not(constraint, "beyond", f"{column.name} beyond {most}", taken)
        return
    for name, sign in (("least", 1), ("greatest", 0)):
        edge, beyond = (Decimal((sign, part, -scale)) for part in ((9,) * digits, (1, *(0,) * digits)))
        way = f"{column.name} = {edge}, the {name} of its type"
        if not _is_computed_with(bench, column):
            yield _limit(constraint, name, way, _placed(bench, column, edge), breaks=False, silent=True)
        way = f"{column.name} = {beyond}, just beyond {edge}"
        yield _limit(constraint, f"beyond {name}", way, _placed(bench, column, beyond), breaks=True)


def _is_computed_with(bench: Bench, column: Column) -> bool:
    """Whether a condition or a computed column calculates with a column: at its limits the result may have none."""
    table, dialect = bench.table, bench.pool.schema.dialect
    texts = [(check.sql, check.dialect) for check in table.checks]
    texts += [(each.generated, dialect) for each in table.columns if each.generated is not None]
    for sql, spoken in texts:
        try:
            tree = parsed(sql, spoken)
        except SchemaError:
            return True
        for node in tree.find_all(exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Neg, exp.Pow, exp.Func):
            if not isinstance(node, exp.Connector | exp.Case | exp.Coalesce) and column.name in mentioned(node):
                return True
    return False


def _placed(bench: Bench, column: Column, value: int | Decimal) -> list[int]:
    """Candidates with a number in a column, as it is or, where no dtype holds it, in the place of the greatest that one holds."""
    bases = range(min(_BASES, len(bench.pool.rows[bench.table.name])))
    digits = len(Decimal(value).as_tuple().digits)
    unsigned = column.type.kind == "integer" and not column.type.signed and column.type.bits == 64
    low, high = (0, 2 * _INT64 - 1) if unsigned else (-_INT64, _INT64 - 1)
    rows = [(base, whole(bench, base, [column.name])) for base in bases]
    if isinstance(value, int) and not low <= value <= high:
        near = low if value < low else high
        return [bench.add({**row, column.name: near}, base, {column.name: value}) for base, row in rows]
    if isinstance(value, Decimal) and digits > WIDEST_DECIMAL:
        return [bench.add(row, base, {column.name: value}) for base, row in rows]
    return [bench.add({**row, column.name: value}, base) for base, row in rows]


def _labels(bench: Bench, enforcement: Enforcement, constraint: Constraint, column: Column) -> Iterator[Wish]:
    way = f"{column.name} = {_NONE!r}, which is none of its labels"
    reason = enforcement.labels(bench.table)
    reason = reason or (_SAME if enforcement.is_subsumed(constraint) else None)
    if reason is not None:
        yield _not(constraint, "no label", way, reason)
        return
    yield from _each(bench, constraint, column, column.type.labels)
    yield _limit(constraint, "no label", way, _strange(bench, column, _NONE), breaks=True)


def _types(bench: Bench, enforcement: Enforcement, constraint: Constraint, column: Column) -> Iterator[Wish]:
    if column.type.kind in {"enum", "text", "bytes"}:
        return
    if column.type.kind == "boolean" and not column.choices:
        yield from _each(bench, constraint, column, (True, False))
    if column.type.kind == "boolean" and enforcement.dialect != "postgresql":
        way, reason = f"{column.name} = 2, which is neither true nor false", enforcement.truths(bench.table)
        reason = reason or (_SAME if enforcement.is_subsumed(constraint) else None)
        value: object = 2
    else:
        way, value = f"{column.name} = {_NONE!r}, which is no {column.type.kind}", _NONE
        reason = enforcement.spelling(bench.table, column)
    if reason is not None:
        yield _not(constraint, "no value", way, reason)
        return
    yield _limit(constraint, "no value", way, _strange(bench, column, value), breaks=True)


def _each(bench: Bench, constraint: Constraint, column: Column, values: Iterable[object]) -> Iterator[Wish]:
    """Yield a wish for each of the few values of a type: a row that holds it is taken."""
    bases = range(min(_BASES, len(bench.pool.rows[bench.table.name])))
    for value in islice(values, _MOST_LABELS):
        places = [bench.mutant(base, {column.name: value}) for base in bases]
        said = str(value).lower() if isinstance(value, bool) else repr(value)
        yield _limit(constraint, f"is {value}", f"{column.name} = {said}", places, breaks=False, silent=True)


def _strange(bench: Bench, column: Column, value: object) -> list[int]:
    bases = range(min(_BASES, len(bench.pool.rows[bench.table.name])))
    return [bench.mutant(base, {}, {column.name: value}) for base in bases]


def _limit(
    constraint: Constraint, suffix: str, way: str, places: list[int], *, breaks: bool, silent: bool = False
) -> Wish:
    return Wish(constraint=constraint, suffix=suffix, way=way, breaks=breaks, places=places, silent=silent)


def _not(constraint: Constraint, suffix: str, way: str, reason: str) -> Wish:
    return Wish(constraint=constraint, suffix=suffix, way=way, breaks=True, places=(), reason=reason)


_PROPOSALS = {"length": _lengths, "precision": _widths, "enum": _labels, "type": _types}
