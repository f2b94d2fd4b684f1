"""CASE, COALESCE and truth values counted as numbers, resolved into the branches of which each is a plain comparison."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from math import prod

import polars as pl
from sqlglot import exp

from fixturegen.errors import SchemaError
from fixturegen.expressions.casts import cast_kind
from fixturegen.expressions.evaluation import polars_condition
from fixturegen.expressions.formulas import all_of, any_of
from fixturegen.expressions.names import is_column
from fixturegen.expressions.normal import TRUE, Formula, NullTest
from fixturegen.expressions.reading import column_name, columns, function_name, is_truth, operand
from fixturegen.expressions.scope import Scope
from fixturegen.schema import Type

_MARK = "branches"
_FEW = 16
"""Up to so many null patterns are listed one by one; more are merged."""
_MOST_COLUMNS = 8
_MOST_COMBINATIONS = 256
"""Most plain comparisons that one comparison may come to."""


@dataclass(frozen=True, slots=True)
class Branch:
    """One branch of a value.

    Attributes:
        known: Conditions that are true in it.
        refuted: Conditions that are not true in it.
        value: The value it gives; None for NULL.
        unknown: A condition that is neither true nor false in it.
    """

    known: tuple[exp.Expr, ...]
    refuted: tuple[exp.Expr, ...]
    value: exp.Expr | None
    unknown: exp.Expr | None = None


def branches(node: exp.Expr, scope: Scope) -> list[tuple[Branch, exp.Expr]] | None:
    """Return the branches of a comparison, each with the comparison it leaves, for the first value in it that has branches.

    Returns:
        None where nothing in the comparison branches, or so much that the branches are too many.
    """
    own = node.copy()
    found = _first(own, scope)
    if found is None or _combinations(own, scope) > _MOST_COMBINATIONS:
        return None
    listed = list(_branches_of(found))
    scope.step(len(listed) * (1 + sum(1 for _ in own.walk()) // 20))
    found.meta[_MARK] = True
    return [(branch, _substituted(own, branch.value)) for branch in listed]


def _first(root: exp.Expr, scope: Scope) -> exp.Expr | None:
    """Return the first branching value among a comparison's operands, the outermost first; conditions are not entered."""
    todo = list(reversed(list(root.iter_expressions())))
    while todo:
        node = todo.pop()
        if _branches(node, scope):
            return node
        if not is_truth(node) or isinstance(node, exp.Paren):
            todo.extend(reversed(list(node.iter_expressions())))
    return None


def _combinations(root: exp.Expr, scope: Scope) -> int:
    """Return how many plain comparisons a comparison comes to."""
    return prod(len(list(_branches_of(node))) for node in root.walk() if node is not root and _branches(node, scope))


def _branches(node: exp.Expr, scope: Scope) -> bool:
    if isinstance(node, exp.Case | exp.Coalesce | exp.Nullif) or function_name(node) in {"num_nulls", "num_nonnulls"}:
        return True
    if isinstance(node, exp.If):
        return not isinstance(node.parent, exp.Case)
    if isinstance(node, exp.Cast):
        return _is_condition(node.this, scope) and cast_kind(node.to) in {"integer", "decimal"}
    if isinstance(node.parent, exp.Add | exp.Sub | exp.Mul) and not isinstance(node, exp.Paren):
        return _is_condition(node, scope) and not isinstance(node, exp.Boolean)
    return is_truth(node) and not isinstance(node, exp.Boolean | exp.Paren) and scope.dialect != "postgresql"


def _is_condition(node: exp.Expr, scope: Scope) -> bool:
    column = scope.column(node)
    return is_truth(node) or (column is not None and scope.types[column].kind == "boolean")


def _branches_of(node: exp.Expr) -> Iterator[Branch]:
    if isinstance(node, exp.Case | exp.If):
        yield from _case(node)
    elif isinstance(node, exp.Coalesce):
        yield from _coalesce(node)
    elif isinstance(node, exp.Nullif):
        equal = exp.EQ(this=operand(node.this), expression=operand(node.expression))
        yield Branch((equal,), (), None)
        yield Branch((), (equal,), node.this)
    elif isinstance(node, exp.Anonymous):
        yield Branch((), (), _count(node))
    else:
        yield from _truth(node.this if isinstance(node, exp.Cast) else node)


def _case(node: exp.Expr) -> Iterator[Branch]:
    steps = node.args["ifs"] if isinstance(node, exp.Case) else [node]
    last = node.args.get("default") if isinstance(node, exp.Case) else node.args.get("false")
    refuted: tuple[exp.Expr, ...] = ()
    for step in steps:
        condition = step.this
        if isinstance(node, exp.Case) and node.this is not None:
            condition = exp.EQ(this=operand(node.this), expression=operand(step.this))
        yield Branch((condition,), refuted, step.args["true"])
        refuted = (*refuted, condition)
    yield Branch((), refuted, last)


def _coalesce(node: exp.Expr) -> Iterator[Branch]:
    refuted: tuple[exp.Expr, ...] = ()
    parts = [node.this, *node.expressions]
    for part in parts[:-1]:
        given = exp.Not(this=exp.Is(this=operand(part), expression=exp.Null()))
        yield Branch((given,), refuted, part)
        refuted = (*refuted, given)
    yield Branch((), refuted, parts[-1])


def _truth(condition: exp.Expr) -> Iterator[Branch]:
    yield Branch((condition,), (), exp.Literal.number(1))
    yield Branch((exp.Not(this=exp.Paren(this=condition.copy())),), (), exp.Literal.number(0))
    yield Branch((), (), None, unknown=condition)


def _count(node: exp.Expr) -> exp.Expr:
    """Return num_nulls() as a sum of cases."""
    wanted = function_name(node) == "num_nulls"
    total: exp.Expr = exp.Literal.number(0)
    for part in node.expressions:
        test: exp.Expr = exp.Is(this=operand(part), expression=exp.Null())
        one = exp.If(this=test if wanted else exp.Not(this=test), true=exp.Literal.number(1))
        total = exp.Add(this=total, expression=exp.Case(ifs=[one], default=exp.Literal.number(0)))
    return exp.Paren(this=total)


def _substituted(root: exp.Expr, value: exp.Expr | None) -> exp.Expr:
    copy = root.copy()
    marked = next(node for node in copy.walk() if node.meta.get(_MARK))
    marked.replace(exp.Null() if value is None else exp.Paren(this=value.copy()))
    return copy


def null_pattern(node: exp.Expr, scope: Scope, *, negated: bool, known: bool) -> Formula | None:
    """Return a condition that looks at nothing but which columns are NULL, by trying all cases; None for any other.

    ``num_nonnulls(a, b) = 1``, ``(a IS NULL) = (b IS NULL)`` and every arithmetic of such tests are read alike.
    """
    listed = list(columns(node))
    if not listed or not all(_tested_for_null(inner) for inner in listed):
        return None
    names = [name for name in dict.fromkeys(column_name(inner, scope.types, scope.dialect) for inner in listed) if name]
    if not 1 < len(names) <= _MOST_COLUMNS:
        return None
    cases = list(product((False, True), repeat=len(names)))
    frame = pl.DataFrame(
        {name: [None if case[at] else True for case in cases] for at, name in enumerate(names)},
        schema=dict.fromkeys(names, pl.Boolean()),
    )
    condition = exp.Not(this=exp.Paren(this=node.copy())) if negated else node
    try:
        expression = polars_condition(
            condition, scope.dialect, {name: Type(kind="boolean") for name in names}, scope.as_of
        )
        held = frame.select(expression.fill_null(value=not known).alias("held"))["held"].to_list()
    except (SchemaError, pl.exceptions.PolarsError):
        return None
    held = held * len(cases) if len(held) == 1 else held
    return _listed(names, [case for case, holds in zip(cases, held, strict=True) if holds], scope)


def _tested_for_null(node: exp.Expr) -> bool:
    parent = node.parent
    while isinstance(parent, exp.Paren | exp.Cast):
        parent = parent.parent
    if isinstance(parent, exp.Is):
        return isinstance(parent.expression, exp.Null)
    return (
        function_name(parent) in {"num_nulls", "num_nonnulls"}
        if parent is not None and not is_column(parent)
        else False
    )


def _listed(names: list[str], cases: list[tuple[bool, ...]], scope: Scope) -> Formula:
    """Return a disjunction of null patterns."""
    if len(cases) == 2 ** len(names):
        return TRUE
    patterns: list[tuple[bool | None, ...]] = list(cases)
    if len(cases) > _FEW:
        patterns = _merged(cases)
    for _ in range(len(patterns) * len(names)):
        scope.step()
    return any_of(
        all_of(NullTest(name, null=null) for name, null in zip(names, pattern, strict=True) if null is not None)
        for pattern in patterns
    )


def _merged(cases: list[tuple[bool, ...]]) -> list[tuple[bool | None, ...]]:
    """Merge patterns that differ in one column, until none do (the prime implicants of Quine and McCluskey)."""
    current: dict[tuple[bool | None, ...], None] = dict.fromkeys(cases)
    primes: dict[tuple[bool | None, ...], None] = {}
    while current:
        used: set[tuple[bool | None, ...]] = set()
        following: dict[tuple[bool | None, ...], None] = {}
        for pattern in current:
            for at, null in enumerate(pattern):
                if null is not False:
                    continue
                other = (*pattern[:at], True, *pattern[at + 1 :])
                if other in current:
                    used |= {pattern, other}
                    following[(*pattern[:at], None, *pattern[at + 1 :])] = None
        primes |= {pattern: None for pattern in current if pattern not in used}
        current = following
    return list(primes)
