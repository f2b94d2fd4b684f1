"""Conditions on texts as atoms: equality under folding, patterns, lengths, and texts equal to their own folding."""

from __future__ import annotations

from fractions import Fraction
from math import ceil, floor
from typing import Literal

from sqlglot import exp

from fixturegen.domain import Pattern
from fixturegen.expressions import matches, patterns
from fixturegen.expressions.calls import digits_of
from fixturegen.expressions.formulas import all_of, any_of
from fixturegen.expressions.normal import Among, Folded, Formula, Length, Match, Relation
from fixturegen.expressions.reading import bare, function_name
from fixturegen.expressions.scope import Scope
from fixturegen.expressions.terms import NotEvaluableError
from fixturegen.schema import Type

TEXTS = frozenset({"text", "url"})
Form = Literal["lower", "upper", "trim"]


def equal_text(column: str, text: str, scope: Scope, *, negated: bool) -> Formula:
    """Return ``column = text`` or ``column <> text`` for a text column.

    Where the collation takes other texts for equal (case, trailing spaces), equality is narrowed to the text itself and
    inequality widened to all of them.
    """
    scope.step()
    if not negated:
        return Among(column, (text,))
    loose = scope.dialect == "mysql" or scope.types[column].fixed
    if not text.strip(" ") and (loose or not text):
        return all_of([Length(column, 1, None), *([Folded(column, "trim")] if loose else [])])
    if not loose:
        return Among(column, (text,), negated=True)
    regex = f"{patterns.literal_regex(text.rstrip(' '))[:-2]} *\\Z"
    return Match(column, Pattern("regex", regex, insensitive=scope.dialect == "mysql", negated=True))


def folded_equal(node: exp.Expr, text: str, scope: Scope, *, negated: bool) -> Formula | None:
    """Return ``lower(column) = text`` and its like, narrowed to the texts that equal their own folding."""
    found = folding(node, scope)
    if found is not None:
        return _folded_equal(*found, text, scope, negated=negated)
    prefix = _prefix(node, scope)
    if prefix is None or len(text) != prefix[1] or scope.types[prefix[0]].fixed:
        return None
    insensitive = scope.dialect == "mysql" and negated
    if not set(text) & set("%_"):
        return Match(prefix[0], Pattern("like", f"{text}%", insensitive, negated))
    return Match(prefix[0], Pattern("regex", f"^{patterns.literal_regex(text)[1:-2]}.*", insensitive, negated))


def _folded_equal(column: str, form: Form, text: str, scope: Scope, *, negated: bool) -> Formula | None:
    scope.step()
    own = {"lower": text.lower(), "upper": text.upper(), "trim": text.strip(" ")}[form]
    if not negated:
        if own == text:
            return Among(column, (text,))
        return None if scope.dialect == "mysql" else Among(column, ())
    if form == "trim":
        return None if text else all_of([Length(column, 1, None), Folded(column, "trim")])
    pad = r" *\Z" if scope.dialect == "mysql" else r"\Z"
    regex = f"{patterns.literal_regex(text)[:-2]}{pad}"
    return Match(column, Pattern("regex", regex, insensitive=True, negated=True))


def folding(node: exp.Expr, scope: Scope) -> tuple[str, Form] | None:
    """Return the column and form where a node is ``lower``, ``upper`` or a trim of spaces of a text column."""
    node = bare(node)
    if isinstance(node, exp.Cast):
        return (
            folding(node.this, scope) if node.to.this in exp.DataType.TEXT_TYPES and not node.to.expressions else None
        )
    if isinstance(node, exp.Lower | exp.Upper):
        form: Form = "lower" if isinstance(node, exp.Lower) else "upper"
    elif isinstance(node, exp.Trim) and node.expression is None:
        form = "trim"
    else:
        return None
    column = _text_column(node.this, scope)
    return None if column is None else (column, form)


def _prefix(node: exp.Expr, scope: Scope) -> tuple[str, int] | None:
    """Return the column and how many characters where a node is its beginning."""
    node = bare(node)
    if isinstance(node, exp.Left):
        count = digits_of(node.expression)
    elif (
        isinstance(node, exp.Substring) and digits_of(node.args["start"]) == "1" and node.args.get("length") is not None
    ):
        count = digits_of(node.args["length"])
    else:
        return None
    column = _text_column(node.this, scope)
    return None if column is None or not count.isdigit() else (column, int(count))


def _text_column(node: exp.Expr, scope: Scope) -> str | None:
    column = scope.column(node)
    return column if column is not None and scope.types[column].kind in TEXTS else None


def own_folding(left: exp.Expr, relation: Relation, right: exp.Expr, scope: Scope) -> Formula | None:
    """Return ``column = lower(column)`` and its like."""
    for first, second in ((left, right), (right, left)):
        found = folding(second, scope)
        if found is None or scope.column(first) != found[0]:
            continue
        if relation == "=":
            return Folded(*found)
    return None


def length_limit(node: exp.Expr, relation: Relation, limit: Fraction, scope: Scope) -> Formula | None:
    """Return a comparison of a text's length with a number."""
    measured = _measured(node, scope)
    if measured is None:
        return None
    scope.step()
    column, unit, per, extra = measured
    return all_of([_length(column, relation, limit / per, unit), *extra])


def _measured(node: exp.Expr, scope: Scope) -> tuple[str, Literal["characters", "bytes"], int, list[Formula]] | None:
    """Return the column, the unit, how many of what is counted make one unit, and what else must hold."""
    node = bare(node)
    if function_name(node) == "octet_length" and len(node.expressions) == 1:
        inner, octets, per = node.expressions[0], True, 1
    elif isinstance(node, exp.BitLength):
        inner, octets, per = node.this, True, 8
    elif isinstance(node, exp.Length):
        inner, octets, per = node.this, bool(node.args.get("binary")), 1
    else:
        return None
    extra: list[Formula] = []
    trimmed = folding(inner, scope)
    column = scope.column(inner)
    if trimmed is not None and trimmed[1] == "trim":
        column, extra = trimmed[0], [Folded(trimmed[0], "trim")]
    if column is None or not _has_length(scope.types[column]):
        return None
    return column, "bytes" if octets or scope.types[column].kind == "bytes" else "characters", per, extra


def _has_length(type_: Type) -> bool:
    return type_.kind in {*TEXTS, "bytes"} and not type_.fixed


def _length(column: str, relation: Relation, limit: Fraction, unit: Literal["characters", "bytes"]) -> Formula:
    match relation:
        case ">":
            return Length(column, max(0, floor(limit) + 1), None, unit)
        case ">=":
            return Length(column, max(0, ceil(limit)), None, unit)
        case "<":
            return _at_most(column, ceil(limit) - 1, unit)
        case "<=":
            return _at_most(column, floor(limit), unit)
        case "=":
            exact = limit.denominator == 1 and limit >= 0
            return Length(column, int(limit), int(limit), unit) if exact else Among(column, ())
        case _:
            shorter, longer = (
                _at_most(column, ceil(limit) - 1, unit),
                Length(column, max(0, floor(limit) + 1), None, unit),
            )
            return any_of([shorter, longer])


def _at_most(column: str, high: int, unit: Literal["characters", "bytes"]) -> Formula:
    return Length(column, 0, high, unit) if high >= 0 else Among(column, ())


def matched(node: exp.Expr, scope: Scope, *, negated: bool) -> Formula | None:
    """Return a LIKE, GLOB, SIMILAR TO or regex as atoms; None where it has to be judged."""
    try:
        match = matches.read(node, scope.dialect)
        column = _text_column(match.subject, scope)
        form = None
        if column is None:
            found = folding(match.subject, scope)
            if found is None or found[1] == "trim":
                return None
            column, form = found
        turned = negated != match.negated
        parts = [_pattern(column, form, text, match, scope, negated=turned) for text in match.patterns]
    except NotEvaluableError:
        return None
    kept = [part for part in parts if part is not None]
    if len(kept) < len(parts):
        return None
    return all_of(kept) if match.every != turned else any_of(kept)


def _pattern(
    column: str, form: Form | None, text: str, match: matches.MatchOf, scope: Scope, *, negated: bool
) -> Formula | None:
    scope.step()
    insensitive = match.insensitive
    if form is not None:
        own = text.lower() if form == "lower" else text.upper()
        if own != text or match.form == "regex":
            return None
        insensitive = True
    if scope.types[column].fixed and (negated or match.form != "prefix"):
        return None  # the padding of char(n) counts for patterns in some dialects
    if scope.dialect == "sqlite" and insensitive and not negated and not text.isascii():
        insensitive = False  # SQLite ignores the case of ASCII letters only
    if match.form == "like" and patterns.plain_like(text, match.escape):
        return Match(column, Pattern("like", text, insensitive, negated))
    if match.form == "regex" and negated and patterns.has_classes(text):
        return None  # in the database's locale the classes hold more letters than ASCII's
    regex = matches.regex_of(text, match, scope.dialect)
    return Match(column, Pattern("regex", regex, insensitive, negated))
