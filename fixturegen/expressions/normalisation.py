"""CHECKs and rules to the normal form: NOT pushed into the atoms, constants folded, every branch said as a case.

A formula stands for *not false*. In Kleene's logic ``NOT x`` is not false where x is not true, so AND, OR and NOT are pushed
exactly; what asks for *true* (IS TRUE, the condition of a CASE) adds that no column is NULL. Where the exact set of rows has no
atom, the formula holds on fewer rows than the SQL, never on more.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlglot import exp

from fixturegen.errors import SchemaError
from fixturegen.expressions.evaluation import evaluable
from fixturegen.expressions.formulas import settled
from fixturegen.expressions.normal import Formula, Opaque, atoms
from fixturegen.expressions.parsing import deep_stack, parsed, rendered
from fixturegen.expressions.reading import with_texts
from fixturegen.expressions.rules import Normaliser
from fixturegen.expressions.scope import MOST_ATOMS, Scope, TooLargeError
from fixturegen.expressions.terms import NotEvaluableError
from fixturegen.schema import NOWHERE, Check, Dialect, Location, Type


def normalised(
    sql: str | exp.Expr,
    dialect: Dialect,
    types: Mapping[str, Type],
    as_of: date,
    where: Location | None = None,
) -> Formula:
    """Return the normal form of a condition.

    Args:
        sql: Its text or tree.
        dialect: Whose rules it follows.
        types: Type of every column by its dotted name; the formula names columns by these keys.
        as_of: The frozen clock, see :func:`fixturegen.expressions.evaluation.moments_of_now`.
        where: Where it was written, for messages.

    Returns:
        A formula that no row meets for which the condition is false.

    Raises:
        SchemaError: It is no SQL, or names an unknown column.

    Example:
        >>> types = {"status": Type(kind="text"), "shipped_at": Type(kind="datetime")}
        >>> normalised("status <> 'shipped' OR shipped_at IS NOT NULL", "sqlite", types, date(2026, 1, 1))
        AnyOf(parts=(Among(column='status', values=('shipped',), negated=True), NullTest(column='shipped_at', null=False)))
    """
    expression = parsed(sql, dialect, where) if isinstance(sql, str) else sql
    scope = Scope(dialect, types, as_of)
    try:
        expression = with_texts(expression, types) if dialect == "sqlite" else expression
        with deep_stack():
            formula = settled(Normaliser(scope).holds(expression, negated=False, known=False))
            if sum(1 for _ in atoms(formula)) <= MOST_ATOMS:
                return formula
    except (TooLargeError, RecursionError):
        pass
    except SchemaError as error:
        if error.where is not None or isinstance(error, NotEvaluableError):
            raise
        raise SchemaError(error.message, where=where, given=error.given, exists=error.exists, hint=error.hint) from None
    return _whole(expression, scope)


def normalised_check(check: Check, types: Mapping[str, Type], as_of: date) -> Formula:
    """Return the normal form of a table's CHECK.

    A text that is not understood at all (a database has accepted it, so it is right) is opaque and left to the database.

    >>> normalised_check(Check(sql="a <@ ((b))) x", dialect="postgresql"), {}, date(2026, 1, 1))
    Opaque(expression='a <@ ((b))) x', reads=(), dialect='postgresql', evaluable=False)
    """
    try:
        return normalised(check.sql, check.dialect, types, as_of, None if check.where == NOWHERE else check.where)
    except SchemaError:
        return Opaque(check.sql, (), check.dialect, evaluable=False)


def _whole(expression: exp.Expr, scope: Scope) -> Opaque:
    """Return a condition that is too large to be taken apart."""
    sql = rendered(expression, scope.dialect)
    judged = evaluable(expression, scope.types, scope.dialect)
    return Opaque(sql, scope.mentioned(expression), scope.dialect, judged)
