"""LIKE and its kin: one reading of all their spellings, and their judgement by Polars."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import polars as pl
from sqlglot import exp

from fixturegen.expressions import patterns
from fixturegen.expressions.reading import bare, quantified, text_of
from fixturegen.expressions.terms import NotEvaluableError, Term
from fixturegen.expressions.text_functions import ascii_lower
from fixturegen.schema import Dialect

NODES = (
    exp.Like, exp.ILike, exp.Escape, exp.SimilarTo, exp.Glob, exp.RegexpLike, exp.RegexpILike, exp.StartsWith,
)  # fmt: skip
Form = Literal["like", "similar", "glob", "regex", "prefix"]


@dataclass(frozen=True, slots=True)
class MatchOf:
    """A text against constant patterns.

    Attributes:
        subject: The text.
        form: In which language the patterns are.
        patterns: The patterns; several with ANY or ALL.
        every: Whether all of them must match, rather than one.
        escape: The escape character of ``like`` and ``similar``.
        insensitive: Whether case is ignored.
        negated: Whether the outcome is turned round.
    """

    subject: exp.Expr
    form: Form
    patterns: tuple[str, ...]
    every: bool
    escape: str | None
    insensitive: bool
    negated: bool


_FORMS: dict[type[exp.Expr], Form] = {
    exp.Like: "like",
    exp.ILike: "like",
    exp.SimilarTo: "similar",
    exp.Glob: "glob",
    exp.RegexpLike: "regex",
    exp.RegexpILike: "regex",
    exp.StartsWith: "prefix",
}


def read(node: exp.Expr, dialect: Dialect) -> MatchOf:
    """Return what a LIKE, GLOB, SIMILAR TO or regex node says.

    Raises:
        NotEvaluableError: The pattern or the escape is not constant.
    """
    escape = patterns.default_escape(dialect)
    if isinstance(node, exp.Escape):
        escape, node = text_of(node.expression), node.this
        if escape is None or len(escape) > 1:
            message = "a computed escape"
            raise NotEvaluableError(message)
    if type(node) not in _FORMS or node.args.get("flag") is not None:
        message = "a pattern with flags"
        raise NotEvaluableError(message)
    form = _FORMS[type(node)]
    if form == "similar" and escape is None:
        escape = "\\"
    pattern = bare(node.expression)
    binary = isinstance(pattern, exp.Cast) and pattern.to.this == exp.DType.BINARY
    texts, every = _texts(pattern.this if binary else pattern)
    insensitive = isinstance(node, exp.ILike | exp.RegexpILike) or (not binary and _folds(form, dialect))
    return MatchOf(node.this, form, texts, every, escape or None, insensitive, bool(node.args.get("negate")))


def _folds(form: Form, dialect: Dialect) -> bool:
    if form == "glob":
        return False
    return dialect == "mysql" or (dialect == "sqlite" and form == "like")


def _texts(node: exp.Expr) -> tuple[tuple[str, ...], bool]:
    many = quantified(node)
    items, every = ([node], False) if many is None else (many[1], many[0] == "all")
    texts = [text_of(item) for item in items]
    if any(text is None for text in texts):
        message = "a computed pattern"
        raise NotEvaluableError(message)
    return tuple(text for text in texts if text is not None), every


def regex_of(text: str, match: MatchOf, dialect: Dialect) -> str:
    """Return one of the patterns as a Python regex to search; raises NotEvaluableError where there is none."""
    try:
        match match.form:
            case "like":
                return patterns.like_regex(text, match.escape)
            case "similar":
                return patterns.similar_regex(text, match.escape)
            case "glob":
                return patterns.glob_regex(text)
            case "prefix":
                return f"^{patterns.literal_regex(text)[1:-2]}.*"
            case _:
                return patterns.python_regex(text, dialect)
    except patterns.PatternError as error:
        raise NotEvaluableError(str(error)) from error


def judged(subject: Term, text: str, match: MatchOf, dialect: Dialect) -> pl.Expr:
    """Return whether a text matches, null where it is NULL."""
    if subject.kind == "null":
        return pl.lit(None, dtype=pl.Boolean())
    if subject.kind not in {"text", "integer"}:
        message = f"a pattern for {subject.kind}"
        raise NotEvaluableError(message)
    insensitive = (match.insensitive and not subject.raw) or subject.folded
    ascii_only = dialect == "sqlite" and insensitive
    regex = regex_of(text.translate(_ASCII) if ascii_only else text, match, dialect)
    dot_all = match.form != "regex" or dialect == "postgresql"
    rust = patterns.rust_regex(regex, insensitive=insensitive and not ascii_only, dot_all=dot_all)
    if rust is None:
        message = "a pattern with look-around or back-references"
        raise NotEvaluableError(message)
    expr = subject.expr.cast(pl.String())
    return (ascii_lower(expr) if ascii_only else expr).str.contains(rust)


_ASCII = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}
