"""A comparison of two values as atoms: against constants, between columns, solved for one column; or as it stands."""

from __future__ import annotations

from fractions import Fraction

from sqlglot import exp

from fixturegen.expressions.evaluation import evaluable
from fixturegen.expressions.formulas import all_of, any_of
from fixturegen.expressions.linear import Linear, as_family, linear_of
from fixturegen.expressions.normal import FALSE, TRUE, Among, Formula, Limit, Order, Relation, Solved
from fixturegen.expressions.parsing import rendered
from fixturegen.expressions.reading import bare, operand
from fixturegen.expressions.scope import Scope
from fixturegen.expressions.terms import NotEvaluableError
from fixturegen.expressions.text_atoms import TEXTS, equal_text, folded_equal, length_limit, own_folding
from fixturegen.expressions.values import Unfit, Value, fitted, value_at
from fixturegen.lattice import lattice_of

RELATIONS: dict[type[exp.Expr], Relation] = {
    exp.EQ: "=",
    exp.NEQ: "<>",
    exp.LT: "<",
    exp.LTE: "<=",
    exp.GT: ">",
    exp.GTE: ">=",
}
NODES: dict[Relation, type[exp.Binary]] = {
    "=": exp.EQ,
    "<>": exp.NEQ,
    "<": exp.LT,
    "<=": exp.LTE,
    ">": exp.GT,
    ">=": exp.GTE,
}
OPPOSITE: dict[Relation, Relation] = {"=": "<>", "<>": "=", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
TURNED: dict[Relation, Relation] = {"=": "=", "<>": "<>", "<": ">", ">=": "<=", ">": "<", "<=": ">="}
_STRICT = (
    exp.Column, exp.Identifier, exp.Dot, exp.Literal, exp.Paren, exp.Add, exp.Sub, exp.Mul, exp.Neg, exp.Lower, exp.Upper,
    exp.Length, exp.Abs, exp.Round, exp.Floor, exp.Ceil, exp.Interval, exp.Var, exp.DataType, exp.DataTypeParam, exp.Cast,
    exp.DPipe, exp.Trim, exp.Extract, exp.Left, exp.Right, exp.Substring, exp.DateAdd, exp.DateSub, exp.Div, exp.Mod,
)  # fmt: skip
"""Nodes that are NULL wherever a column in them is."""
_PARTIAL = (exp.Div, exp.Mod)
"""Nodes that may be NULL where no column is."""


def compared(left: exp.Expr, relation: Relation, right: exp.Expr, scope: Scope, *, known: bool) -> Formula | None:
    """Return ``left relation right`` as atoms, or None where it has to be judged.

    Args:
        left: A value.
        relation: How it stands to the other.
        right: A value.
        scope: Where it is read.
        known: Whether unknown counts as false, so that nothing may be built on a value that could be NULL by itself.
    """
    scope.step()
    left, right = bare(left), bare(right)
    if scope.is_constant(left):
        if scope.is_constant(right):
            return _between_constants(left, relation, right, scope, known=known)
        left, relation, right = right, TURNED[relation], left
    if scope.is_constant(right):
        found = _with_constant(left, relation, right, scope, known=known)
        if found is not None:
            return found
    return own_folding(left, relation, right, scope) or _by_measure(left, relation, right, scope, known=known)


def _between_constants(
    left: exp.Expr, relation: Relation, right: exp.Expr, scope: Scope, *, known: bool
) -> Formula | None:
    """A comparison of constants holds, or fails, or is unknown; with ``now()`` it has to hold throughout."""
    try:
        early, late = scope.truths(NODES[relation](this=operand(left), expression=operand(right)))
    except NotEvaluableError:
        return None
    met = {True: True, False: False, None: not known}
    return TRUE if met[early] and met[late] else FALSE


def _with_constant(left: exp.Expr, relation: Relation, right: exp.Expr, scope: Scope, *, known: bool) -> Formula | None:
    try:
        early, _ = scope.constants(right)
    except NotEvaluableError:
        return None
    if early is None:
        return FALSE if known else TRUE
    column = scope.column(left)
    if column is not None and relation in {"=", "<>"}:
        return _equal(column, early, scope, negated=relation == "<>")
    if isinstance(early, str) and relation in {"=", "<>"}:
        return folded_equal(left, str(early), scope, negated=relation == "<>")
    return _of_function(left, relation, right, scope, known=known)


def _of_function(left: exp.Expr, relation: Relation, right: exp.Expr, scope: Scope, *, known: bool) -> Formula | None:
    if isinstance(left, exp.Abs):
        return _absolute(left.this, relation, right, scope, known=known)
    extreme = None if known else _extreme(left, relation, right, scope)
    if extreme is not None:
        return extreme
    day = _day(left, relation, right, scope)
    if day is not None:
        return day
    limit = as_family(right, "number", scope)
    if limit is not None and limit.family == "number":
        return length_limit(left, relation, limit.low, scope) or _year(left, relation, limit.low, scope)
    return None


def _equal(column: str, constant: object, scope: Scope, *, negated: bool) -> Formula | None:
    """Return ``column = constant`` or ``column <> constant``."""
    type_ = scope.types[column]
    found = fitted(constant, type_, scope.dialect)
    if found is Unfit.UNKNOWN:
        return None
    if isinstance(found, Unfit):
        return Among(column, (), negated)
    if type_.kind in TEXTS:
        assert isinstance(found.value, str)
        return equal_text(column, found.value, scope, negated=negated)
    return Among(column, (found.value,), negated)


def _absolute(inner: exp.Expr, relation: Relation, right: exp.Expr, scope: Scope, *, known: bool) -> Formula | None:
    """Return ``abs(x) <= c`` as two limits, ``abs(x) >= c`` as either of two."""
    if relation not in {"<", "<=", ">", ">="}:
        return None
    below = exp.Neg(this=exp.Paren(this=right.copy()))
    parts = [
        compared(inner, relation, right, scope, known=known),
        compared(inner, TURNED[relation], below, scope, known=known),
    ]
    kept = [part for part in parts if part is not None]
    if len(kept) < 2:
        return None
    return all_of(kept) if relation in {"<", "<="} else any_of(kept)


def _extreme(left: exp.Expr, relation: Relation, right: exp.Expr, scope: Scope) -> Formula | None:
    """Return ``greatest(a, b) <= c`` and ``least(a, b) >= c`` as a limit for each."""
    downwards = isinstance(left, exp.Greatest) and relation in {"<", "<="}
    upwards = isinstance(left, exp.Least) and relation in {">", ">="}
    if not downwards and not upwards:
        return None
    parts = [compared(part, relation, right, scope, known=False) for part in (left.this, *left.expressions)]
    kept = [part for part in parts if part is not None]
    return all_of(kept) if len(kept) == len(parts) else None


def _day(left: exp.Expr, relation: Relation, right: exp.Expr, scope: Scope) -> Formula | None:
    """Return a comparison of a datetime's date with a constant date as limits of the datetime."""
    if (isinstance(left, exp.Cast) and left.to.this == exp.DType.DATE) or (
        isinstance(left, exp.Date | exp.TsOrDsToDate) and not left.expressions
    ):
        column = scope.column(left.this)
    else:
        return None
    at = as_family(right, "instant", scope)
    if column is None or scope.types[column].kind != "datetime" or at is None or at.low != at.high or not at.days:
        return None
    return _within(column, relation, at.low, at.low + 86_400)


def _year(left: exp.Expr, relation: Relation, limit: Fraction, scope: Scope) -> Formula | None:
    """Return a comparison of a date's year with a number as limits of the date."""
    if isinstance(left, exp.Year):
        inner = left.this.this if isinstance(left.this, exp.TsOrDsToDate) else left.this
    elif isinstance(left, exp.Extract) and _is_year(left.this):
        inner = left.expression
    else:
        return None
    column = scope.column(inner)
    lattice = None if column is None else lattice_of(scope.types[column])
    if (
        column is None
        or lattice is None
        or lattice.family != "instant"
        or limit.denominator != 1
        or not 1 <= limit < 9999
    ):
        return None
    return _within(column, relation, _first_of(int(limit)), _first_of(int(limit) + 1))


def _within(column: str, relation: Relation, begin: Fraction, end: Fraction) -> Formula:
    """Return how a column stands to the stretch of time from ``begin`` (inclusive) to ``end`` (exclusive)."""
    before, since = Limit(column, "<", begin), Limit(column, ">=", begin)
    until, after = Limit(column, "<", end), Limit(column, ">=", end)
    ways: dict[Relation, Formula] = {
        "=": all_of([since, until]),
        "<>": any_of([before, after]),
        "<": before,
        "<=": until,
        ">": after,
        ">=": since,
    }
    return ways[relation]


def _is_year(part: exp.Expr) -> bool:
    part = part.this if isinstance(part, exp.Cast) else part
    return part.name.lower() == "year"


def _first_of(year: int) -> Fraction:
    # Days from 0001-01-01 to a year's first, less those to 1970-01-01, by the Gregorian rule.
    before = year - 1
    days = before * 365 + before // 4 - before // 100 + before // 400
    return Fraction((days - 719_162) * 86_400)


def _by_measure(left: exp.Expr, relation: Relation, right: exp.Expr, scope: Scope, *, known: bool) -> Formula | None:
    first, second = linear_of(left, scope), linear_of(right, scope)
    if first is not None and second is None:
        second = as_family(right, first.family, scope)
    if first is None or second is None or first.family != second.family:
        return _texts(left, relation, right, scope) or _solved(left, relation, right, scope, known=known)
    if scope.dialect == "sqlite" and first.family == "instant" and first.days != second.days:
        first, second = _before_midnight(first), _before_midnight(second)
    difference = first.minus(second, first.family)
    if set(difference.terms) != {*scope.mentioned(left), *scope.mentioned(right)}:
        return None  # a column cancels out, yet makes the comparison unknown where it is NULL
    if len(difference.terms) == 1:
        return _limit(difference, relation, scope)
    if len(difference.terms) == 2 and sum(difference.terms.values()) == 0:
        found = _order(difference, relation, scope)
        if found is not None:
            return found
    return _solved(left, relation, right, scope, known=known) or _isolated(difference, relation, scope)


def _before_midnight(sum_: Linear) -> Linear:
    """SQLite compares moments as texts, in which a date without time stands just before its own midnight."""
    if not sum_.days:
        return sum_
    before = Fraction(1, 10**6)
    return Linear(sum_.family, sum_.terms, sum_.low - before, sum_.high - before)


def _limit(sum_: Linear, relation: Relation, scope: Scope) -> Formula | None:
    """Return ``factor * column + constant relation 0``."""
    ((column, factor),) = sum_.terms.items()
    if factor < 0:
        relation = TURNED[relation]
    low, high = sorted((-sum_.low / factor, -sum_.high / factor))
    if relation in {"=", "<>"}:
        return None if low != high else _at(column, low, scope, negated=relation == "<>")
    assert relation != "="
    assert relation != "<>"
    return Limit(column, relation, low if relation in {"<", "<="} else high)


def _at(column: str, at: Fraction, scope: Scope, *, negated: bool) -> Formula | None:
    found = value_at(at, scope.types[column])
    if isinstance(found, Value):
        return Among(column, (found.value,), negated)
    return Among(column, (), negated) if found is Unfit.UNEQUAL else None


def _order(sum_: Linear, relation: Relation, scope: Scope) -> Formula | None:
    """Return ``factor * left - factor * right + constant relation 0``."""
    (left, factor), (right, _) = sum_.terms.items()
    if factor < 0:
        relation = TURNED[relation]
    families = {lattice.family for name in (left, right) if (lattice := lattice_of(scope.types[name])) is not None}
    if len(families) != 1:
        return None
    low, high = sorted((-sum_.low / factor, -sum_.high / factor))
    if relation in {"=", "<>"} and low != high:
        return None
    return Order(left, relation, right, low if relation in {"<", "<=", "=", "<>"} else high)


def _texts(left: exp.Expr, relation: Relation, right: exp.Expr, scope: Scope) -> Formula | None:
    """Return the equality of two texts (or two values of another unordered kind), solved for the first."""
    first, second = scope.column(left), scope.column(right)
    if first is None or second is None or relation != "=" or first == second:
        return None
    kinds = {scope.types[first].kind, scope.types[second].kind}
    if len(kinds) > 1 or lattice_of(scope.types[first]) is not None:
        return None
    return Solved(first, "=", rendered(right, scope.dialect), (second,), scope.dialect)


def _solved(left: exp.Expr, relation: Relation, right: exp.Expr, scope: Scope, *, known: bool) -> Formula | None:
    """Return a comparison with a column alone on one side as solved for it."""
    for alone, other, way in ((left, right, relation), (right, left, TURNED[relation])):
        column, reads = scope.column(alone), scope.mentioned(other)
        if column is None or column in reads or not reads or not _is_strict(other, known=known):
            continue
        ordered = lattice_of(scope.types[column]) is not None
        if (ordered or way == "=") and evaluable(other, scope.types, scope.dialect):
            return Solved(column, way, rendered(other, scope.dialect), reads, scope.dialect)
    return None


def _is_strict(node: exp.Expr, *, known: bool) -> bool:
    return all(isinstance(inner, _STRICT) and not (known and isinstance(inner, _PARTIAL)) for inner in node.walk())


def _isolated(sum_: Linear, relation: Relation, scope: Scope) -> Formula | None:
    """Return a sum of numbers compared with 0 as solved for the first column with factor 1 or -1."""
    if sum_.family != "number" or sum_.low != sum_.high:
        return None
    column = next((name for name, factor in sum_.terms.items() if abs(factor) == 1), None)
    if column is None:
        return None
    turn = -sum_.terms[column]
    rest = {name: factor * turn for name, factor in sum_.terms.items() if name != column}
    way = relation if turn < 0 else TURNED[relation]
    text = _written(rest, sum_.low * turn, scope)
    return None if text is None or not rest else Solved(column, way, text, tuple(rest), scope.dialect)


def _written(terms: dict[str, Fraction], constant: Fraction, scope: Scope) -> str | None:
    """Return a sum as SQL; None where a factor is no finite decimal."""
    parts = [(constant, "")] if constant or not terms else []
    parts += [(factor, _name(name, scope)) for name, factor in terms.items()]
    written = ""
    for factor, name in parts:
        size = _decimal(abs(factor))
        if size is None:
            return None
        sign = ("-" if factor < 0 else "") if not written else (" - " if factor < 0 else " + ")
        written += sign + (size if not name else name if abs(factor) == 1 else f"{size} * {name}")
    return written


def _name(dotted: str, scope: Scope) -> str:
    parts = [exp.to_identifier(part, quoted=True) for part in dotted.split(".")]
    return ".".join(rendered(part, scope.dialect) for part in parts)


def _decimal(number: Fraction) -> str | None:
    """Return a number, at least 0, as a finite decimal; None where there is none of 20 digits."""
    for digits in range(20):
        unscaled = number * 10**digits
        if unscaled.denominator == 1:
            text = str(unscaled.numerator).rjust(digits + 1, "0")
            return text if not digits else f"{text[:-digits]}.{text[-digits:]}"
    return None
