"""The SQL functions that can be judged outside the database, found by sqlglot's node or by name."""

from __future__ import annotations

from collections.abc import Mapping

from sqlglot import exp

from fixturegen.expressions import date_functions, number_functions, text_functions
from fixturegen.expressions.calls import Function
from fixturegen.expressions.reading import function_name

_KNOWN: Mapping[type[exp.Expr], Function] = {
    **text_functions.KNOWN,
    **number_functions.KNOWN,
    **date_functions.KNOWN,
}
_NAMED: Mapping[str, Function] = {**text_functions.NAMED, **number_functions.NAMED, **date_functions.NAMED}


def function_of(node: exp.Expr) -> Function | None:
    """Return the function that a node calls, or None for one that is not known."""
    if isinstance(node, exp.Anonymous):
        return _NAMED.get(function_name(node))
    return next((_KNOWN[kind] for kind in type(node).__mro__ if kind in _KNOWN), None)
