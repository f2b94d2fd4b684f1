"""The clauses of a condition, and the condition with one of them decided: when does a clause matter, and on which side is a value?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlglot import exp

from fixturegen.expressions.names import is_column, mentioned
from fixturegen.expressions.parsing import rendered
from fixturegen.expressions.reading import bare, is_truth, mentions_clock
from fixturegen.schema import Dialect

_SIDES: dict[str, type[exp.Expr]] = {"below": exp.LT, "equal": exp.EQ, "above": exp.GT}
_COMPARISONS = (exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE)
_LONGEST = 60
MOST_CLAUSES = 40
"""Conditions of more clauses are taken as one."""


@dataclass(frozen=True, slots=True)
class State:
    """One thing that a clause can be: a condition over the row, and its name in words.

    Attributes:
        name: ``below``, ``equal``, ``above``, ``true``, ``false``, ``null``, or the element of a list.
        condition: True where the clause is in that state.
    """

    name: str
    condition: exp.Expr


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause of a condition: a comparison, a membership, a test for NULL, a match, ...

    Attributes:
        text: Its SQL, shortened.
        node: Its tree.
        columns: The columns that it mentions, dotted.
        held: The whole condition with the clause true.
        failed: The whole condition with the clause false.
        states: What is worth trying.
        clock: Whether it reads the clock.
    """

    text: str
    node: exp.Expr
    columns: tuple[str, ...]
    held: exp.Expr
    failed: exp.Expr
    states: tuple[State, ...]
    clock: bool


def clauses(condition: exp.Expr, dialect: Dialect) -> list[Clause]:
    """Return the clauses of a condition, left to right; the condition as a whole where it has too many.

    >>> from fixturegen.expressions.parsing import parsed
    >>> found = clauses(parsed("a IS NULL OR a BETWEEN 1 AND b", "sqlite"), "sqlite")
    >>> [(each.text, [state.name for state in each.states]) for each in found][1]
    ('a >= 1', ['below', 'equal', 'above', 'null'])
    """
    tree = spread(condition)
    nodes = list(_leaves(tree))
    if len(nodes) > MOST_CLAUSES:
        nodes = [tree]
    return [_clause(tree, at, node, dialect) for at, node in enumerate(nodes)]


def spread(condition: exp.Expr) -> exp.Expr:
    """Return a condition with every BETWEEN, ``= ANY (ARRAY[...])`` and CASE as the comparisons that it stands for."""

    def pair(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.Case) and node.args.get("this") is not None:
            return _searched(node)
        if isinstance(node, exp.EQ) and isinstance(node.expression, exp.Any):
            return _listed(node)
        if not isinstance(node, exp.Between) or node.args.get("symmetric"):
            return node
        low = exp.GTE(this=node.this.copy(), expression=node.args["low"].copy())
        high = exp.LTE(this=node.this.copy(), expression=node.args["high"].copy())
        return exp.Paren(this=exp.And(this=low, expression=high))

    return condition.copy().transform(pair)


def _listed(node: exp.EQ) -> exp.Expr:
    """Return ``a IN (1, 2)`` for ``a = ANY (ARRAY[1, 2])``."""
    array = bare(node.expression.this)
    if not isinstance(array, exp.Array) or not array.expressions:
        return node
    return exp.In(this=node.this.copy(), expressions=[each.copy() for each in array.expressions])


def _searched(case: exp.Case) -> exp.Case:
    """Return ``CASE WHEN a = 1 THEN ...`` for ``CASE a WHEN 1 THEN ...``."""
    ifs = [
        exp.If(this=exp.EQ(this=case.this.copy(), expression=each.this.copy()), true=each.args["true"].copy())
        for each in case.args["ifs"]
    ]
    default = case.args.get("default")
    return exp.Case(ifs=ifs, default=None if default is None else default.copy())


def _clause(tree: exp.Expr, at: int, node: exp.Expr, dialect: Dialect) -> Clause:
    text = " ".join(rendered(node, dialect).split())
    return Clause(
        text=text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}...",
        node=node,
        columns=mentioned(node),
        held=_decided(tree, at, value=True),
        failed=_decided(tree, at, value=False),
        states=tuple(_states(node, dialect)),
        clock=mentions_clock(node),
    )


def _leaves(node: exp.Expr) -> Iterator[exp.Expr]:
    """Yield the conditions that no AND, OR, NOT, CASE or equality of conditions takes apart further."""
    inner = list(_parts(node))
    if not inner:
        yield node
    for part in inner:
        yield from _leaves(part)


def _parts(node: exp.Expr) -> Iterator[exp.Expr]:
    match node:
        case exp.Paren() | exp.Not():
            yield node.this
        case exp.And() | exp.Or() | exp.Xor():
            yield from (node.this, node.expression)
        case exp.EQ() | exp.NEQ() if is_truth(node.this) and is_truth(node.expression):
            yield from (node.this, node.expression)
        case exp.Is() if isinstance(bare(node.expression), exp.Boolean) and is_truth(node.this):
            yield node.this
        case exp.Case() if node.args.get("this") is None:
            yield from _branches(node)
        case _:
            return


def _branches(node: exp.Case) -> Iterator[exp.Expr]:
    """Yield the conditions of a searched CASE, and those of its values that are conditions too."""
    for branch in node.args.get("ifs", ()):
        yield branch.this
        if is_truth(branch.args["true"]) and not isinstance(bare(branch.args["true"]), exp.Boolean):
            yield branch.args["true"]
    default = node.args.get("default")
    if default is not None and is_truth(default) and not isinstance(bare(default), exp.Boolean):
        yield default


def _decided(tree: exp.Expr, at: int, *, value: bool) -> exp.Expr:
    """Return the condition with its clause number ``at`` replaced by a truth value."""
    holder = exp.Paren(this=tree.copy())
    leaves = list(_leaves(holder.this))
    target = leaves[at] if at < len(leaves) and len(leaves) <= MOST_CLAUSES else holder.this
    target.replace(exp.Boolean(this=value))
    return holder


def _states(node: exp.Expr, dialect: Dialect) -> Iterator[State]:
    if mentions_clock(node):
        yield from _truths(node)
        return
    match node:
        case exp.Is() if isinstance(bare(node.expression), exp.Null):
            yield from _truths(node, null=False)
        case exp.In() if node.expressions and not any(node.args.get(name) for name in ("query", "unnest", "field")):
            yield from _elements(node, dialect)
        case _ if isinstance(node, _COMPARISONS):
            yield from _sides(node)
        case _:
            yield from _truths(node)


def _truths(node: exp.Expr, *, null: bool = True) -> Iterator[State]:
    yield State("true", node.copy())
    yield State("false", exp.Not(this=exp.Paren(this=node.copy())))
    if null:
        yield State("null", _unknown(node))


def _unknown(node: exp.Expr) -> exp.Expr:
    """Return a condition that is true where one of the columns of a clause is NULL: there most clauses are unknown."""
    nulls: exp.Expr | None = None
    for column in node.find_all(exp.Column):
        if is_column(column):
            test = exp.Is(this=column.copy(), expression=exp.Null())
            nulls = test if nulls is None else exp.Or(this=nulls, expression=test)
    return nulls or exp.Boolean(this=False)


def _sides(node: exp.Expr) -> Iterator[State]:
    for name, relation in _SIDES.items():
        yield State(name, relation(this=node.this.copy(), expression=node.expression.copy()))
    yield State("null", _unknown(node))


def _elements(node: exp.In, dialect: Dialect) -> Iterator[State]:
    for element in node.expressions:
        said = element.this if isinstance(element, exp.Cast) and isinstance(element.this, exp.Literal) else element
        text = " ".join(rendered(said, dialect).split())[:_LONGEST]
        yield State(text, exp.EQ(this=node.this.copy(), expression=element.copy()))
    yield State(
        "none of them",
        exp.Not(
            this=exp.Paren(this=exp.In(this=node.this.copy(), expressions=[each.copy() for each in node.expressions]))
        ),
    )
    yield State("null", _unknown(node))
