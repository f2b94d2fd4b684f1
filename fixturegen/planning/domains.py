"""What type and declarations leave of a column, and what its table's checks say about it, in normal form."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from math import ceil, floor
from operator import ge, gt, le, lt

from sqlglot import exp

from fixturegen.domain import Domain
from fixturegen.errors import ImpossibleError, SchemaError
from fixturegen.expressions.names import dotted, is_column, mentioned, resolved
from fixturegen.expressions.normal import AllOf, AnyOf, Formula, Limit, Opaque, Order
from fixturegen.expressions.normalisation import normalised
from fixturegen.expressions.parsing import parsed
from fixturegen.expressions.unread import unread
from fixturegen.generators.limits import beyond
from fixturegen.lattice import Lattice, lattice_of
from fixturegen.planning.choosing import COMPUTED
from fixturegen.planning.dotted import column_at
from fixturegen.schema import AsOf, Bound, Check, Column, Constant, Dialect, Path, Schema, Table

FOLDING = frozenset({"nocase"})
"""Collations under which texts that differ in case alone are equal."""
_LOWER = frozenset({">", ">="})
_RELATIONS: Mapping[str, Callable[[Fraction, Fraction], bool]] = {"<": lt, "<=": le, ">": gt, ">=": ge}


def base_domain(column: Column, as_of: date) -> Domain:
    """Return what the column's type, choices and constant bounds leave.

    Raises:
        ImpossibleError: If the least value is above the greatest, or no value that can be made lies within the bounds.
    """
    lattice = lattice_of(column.type)
    domain = Domain(max_length=column.type.length if column.type.kind != "bytes" else None)
    if column.choices:
        values = tuple(choice.value for choice in column.choices)
        return replace(domain, values=values, weights=tuple(choice.weight for choice in column.choices))
    if column.type.kind == "enum":
        return replace(domain, values=column.type.labels)
    if lattice is None:
        return domain
    _refuse_beyond(column, lattice, as_of)
    low = _position(lattice, column.low, as_of, upward=True)
    high = _position(lattice, column.high, as_of, upward=False)
    if low is not None and high is not None and low > high:
        message = f"no value from {_shown(column.low, as_of)} to {_shown(column.high, as_of)}"
        raise ImpossibleError(message, where=column.where, hint="Raise max, or lower min.")
    return replace(domain, low=low, high=high)


def referred(schema: Schema, table: Table, column: Column) -> Domain:
    """Return what a column's own declaration leaves and every column that refers to it can hold too.

    Raises:
        ImpossibleError: If nothing is left.
    """
    domain = base_domain(column, schema.as_of)
    for other in schema.tables.values():
        for reference in other.references:
            if reference.table == table.name and column.name in reference.target:
                name = reference.columns[reference.target.index(column.name)]
                domain = _common(domain, column, next(one for one in other.columns if one.name == name), schema.as_of)
    return domain


def _common(domain: Domain, column: Column, referrer: Column, as_of: date) -> Domain:
    """Narrow a domain to what the referring column can hold: its length, its range."""
    lattice, theirs = lattice_of(column.type), lattice_of(referrer.type)
    if lattice is None or theirs is None:
        lengths = [length for length in (domain.max_length, referrer.type.length) if length is not None]
        return replace(domain, max_length=min(lengths)) if lengths and column.type.kind == "text" else domain
    if lattice.family != theirs.family:
        return domain
    held = base_domain(referrer, as_of)
    least = theirs.low if held.low is None else held.low
    greatest = theirs.high if held.high is None else held.high
    low, high = ceil(least * theirs.step / lattice.step), floor(greatest * theirs.step / lattice.step)
    narrowed = replace(
        domain,
        low=low if low > lattice.low and (domain.low is None or low > domain.low) else domain.low,
        high=high if high < lattice.high and (domain.high is None or high < domain.high) else domain.high,
    )
    if narrowed.low is not None and narrowed.high is not None and narrowed.low > narrowed.high:
        message = f"no value of it fits {referrer.name}, which refers to it"
        raise ImpossibleError(message, where=column.where, hint=f"Widen {referrer.name} ({referrer.where}).")
    return narrowed


def declared(domain: Domain, column: Column, limits: Collection[Limit]) -> Domain:
    """Note bounds of checks that lie at the type's own limits: they narrow nothing, but say what is meant.

    So they do where the other side is bounded too. One alone, like the ``>= 0`` that some tools write beside every unsigned
    type, says nothing of how far values go.

    Args:
        domain: What is known of the column.
        column: The column.
        limits: What checks say of it in every row.
    """
    lattice = lattice_of(column.type)
    lower = [limit for limit in limits if limit.relation in _LOWER]
    upper = [limit for limit in limits if limit.relation not in _LOWER]
    if lattice is None or (domain.low is None and not lower) or (domain.high is None and not upper):
        return domain
    least, greatest = lattice.low * lattice.step, lattice.high * lattice.step
    return replace(
        domain,
        low=lattice.low if domain.low is None and all(_admits(limit, least) for limit in lower) else domain.low,
        high=lattice.high if domain.high is None and all(_admits(limit, greatest) for limit in upper) else domain.high,
    )


def _admits(limit: Limit, measure: Fraction) -> bool:
    return _RELATIONS[limit.relation](measure, limit.measure)


def _refuse_beyond(column: Column, lattice: Lattice, as_of: date) -> None:
    """Refuse bounds that leave no value that can be drawn, where values are drawn."""
    if (
        column.generated is not None
        or column.aggregate is not None
        or (column.fill and column.fill.generator in COMPUTED)
    ):
        return
    for word, bound, upward in (("min", column.low, True), ("max", column.high, False)):
        value = _constant(bound, as_of)
        if value is None:
            continue
        at = lattice.position(value)
        found = beyond(column, lattice, at)
        if found is not None and (at > lattice.high) == upward:
            message, hint = found
            raise ImpossibleError(f"{word} {_shown(bound, as_of)} {message}", where=column.where, hint=hint)


def _constant(bound: Bound | None, as_of: date) -> object:
    return as_of if isinstance(bound, AsOf) else bound.value if isinstance(bound, Constant) else None


def _position(lattice: Lattice, bound: Bound | None, as_of: date, *, upward: bool) -> int | None:
    value = _constant(bound, as_of)
    if value is None:
        return None
    at = lattice.position(value)
    place = ceil(at) if upward else floor(at)
    return min(max(place, lattice.low), lattice.high)


def _shown(bound: Bound | None, as_of: date) -> str:
    return str(as_of) if isinstance(bound, AsOf) else str(bound.value) if isinstance(bound, Constant) else "?"


@dataclass(frozen=True, slots=True)
class Condition:
    """A check in normal form.

    Attributes:
        check: The check; for a bound, one that says the same.
        formula: Its normal form, over own columns by their exact name and dotted related ones.
    """

    check: Check
    formula: Formula


def conditions(schema: Schema, table: Table, as_of: date) -> tuple[tuple[Condition, ...], Mapping[str, Path]]:
    """Return the checks and moving bounds of a table in normal form, and the paths of every dotted name in them.

    What cannot be read as SQL over known columns is opaque, for its database to judge.
    """
    paths: dict[str, Path] = {}
    found = [_checked(schema, table, check, as_of, paths) for check in table.checks]
    found += [bound for column in table.columns for bound in _bounds(schema, column, paths)]
    return tuple(found), paths


def _checked(schema: Schema, table: Table, check: Check, as_of: date, paths: dict[str, Path]) -> Condition:
    try:
        expression = canonical(schema, table, parsed(check.sql, check.dialect, check.where), check, paths)
        types = {name: column_at(schema, table, paths[name]).type for name in mentioned(expression)}
        return Condition(check, normalised(expression, check.dialect, types, as_of, check.where))
    except (SchemaError, RecursionError):
        # A database has accepted it (rules of people's own were read when their schema was): only it can judge it.
        atom = unread(check, [column.name for column in table.columns if column.generated is None])
        paths |= {name: Path((), name) for name in atom.reads}
        return Condition(check, atom)


def canonical(schema: Schema, table: Table, expression: exp.Expr, check: Check, paths: dict[str, Path]) -> exp.Expr:
    """Return the expression with own columns under their exact names; note the path of every name in ``paths``."""
    copy = expression.copy()
    for node in [node for node in copy.dfs() if is_column(node)]:
        name = dotted(node)
        path = resolved(schema, table, name, check.where)
        if path.references:
            paths[name] = path
            continue
        own = _own(schema, table, path.column, check, paths)
        if node is copy:
            copy = own
        else:
            node.replace(own)
    return copy


def _own(schema: Schema, table: Table, name: str, check: Check, paths: dict[str, Path]) -> exp.Expr:
    """Return a column of the table by its exact name; of one that the database computes, the expression that it computes."""
    column = next(column for column in table.columns if column.name == name)
    if column.generated is not None:
        expression = parsed(column.generated, check.dialect, column.where)
        return exp.Paren(this=canonical(schema, table, expression, check, paths))
    paths[name] = Path((), name)
    return exp.Column(this=exp.Identifier(this=name, quoted=True))


def _bounds(schema: Schema, column: Column, paths: dict[str, Path]) -> Iterable[Condition]:
    for bound, relation, word in ((column.low, ">=", "min"), (column.high, "<=", "max")):
        if isinstance(bound, Path):
            name = ".".join((*bound.references, bound.column))
            paths[name] = bound
            check = Check(
                sql=f'"{column.name}" {relation} {name}', name=f"{word} of {column.name}", dialect=schema.dialect,
                where=column.where,
            )  # fmt: skip
            yield Condition(check, Order(column.name, relation, name))  # type: ignore[arg-type] # both are relations


def asking(formula: Formula, judges: Collection[Dialect], own: Sequence[str]) -> Formula:
    """Return a formula in which a database at hand judges what only it can, over columns of the row itself.

    A condition that reads no column (``current_user <> 'x'``) is the same for all rows: it is judged beside the first column.

    Args:
        formula: The formula.
        judges: Dialects of the databases at hand.
        own: Columns of the row that are written.
    """
    match formula:
        case AllOf(parts) | AnyOf(parts):
            return replace(formula, parts=tuple(asking(part, judges, own) for part in parts))
        case Opaque(reads=()) if formula.dialect in judges and own:
            return replace(formula, reads=(own[0],), evaluable=True, asked=True)
        case Opaque(evaluable=False) if formula.dialect in judges and all(name in own for name in formula.reads):
            return replace(formula, evaluable=True, asked=True)
        case _:
            return formula


def conjuncts(formula: Formula) -> tuple[Formula, ...]:
    """Return the parts that must all hold."""
    if isinstance(formula, AllOf):
        return tuple(part for whole in formula.parts for part in conjuncts(whole))
    return (formula,)
