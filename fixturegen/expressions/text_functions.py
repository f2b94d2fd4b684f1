"""SQL functions on texts, by each dialect's own rules."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

import polars as pl
from sqlglot import exp

from fixturegen.expressions.calls import Function, Reader, arguments_of, text_operand, whole_argument
from fixturegen.expressions.reading import text_of
from fixturegen.expressions.terms import NotEvaluableError, Term

_UPPER = [chr(code) for code in range(ord("A"), ord("Z") + 1)]
_LOWER = [letter.lower() for letter in _UPPER]


def ascii_lower(text: pl.Expr) -> pl.Expr:
    """Return a text with A to Z in lower case and all other letters as they are."""
    return text.str.replace_many(_UPPER, _LOWER)


def _made(term: Term, expr: pl.Expr) -> Term:
    return Term(kind="text", expr=expr, raw=term.raw, folded=term.folded)


def _case(reader: Reader, node: exp.Expr) -> Term:
    term = text_operand(reader, node.this)
    lower = isinstance(node, exp.Lower)
    if reader.dialect == "sqlite":
        expr = ascii_lower(term.expr) if lower else term.expr.str.replace_many(_LOWER, _UPPER)
    else:
        expr = term.expr.str.to_lowercase() if lower else term.expr.str.to_uppercase()
    return _made(term, expr)


def _length(reader: Reader, node: exp.Expr) -> Term:
    if reader.term(node.this).kind == "bytes":
        return Term(kind="integer", expr=reader.term(node.this).expr.bin.size().cast(pl.Int64()))
    term = text_operand(reader, node.this)
    octets = bool(node.args.get("binary"))
    size = term.expr.str.len_bytes() if octets else term.expr.str.len_chars()
    return Term(kind="integer", expr=size.cast(pl.Int64()))


def _octets(reader: Reader, node: exp.Expr) -> Term:
    argument = arguments_of(node)[0]
    term = reader.term(argument)
    if term.kind == "bytes":
        return Term(kind="integer", expr=term.expr.bin.size().cast(pl.Int64()))
    # octet_length counts the padding of a char(n), which is not known here.
    if term.padded:
        message = "octets of a padded text"
        raise NotEvaluableError(message)
    size = text_operand(reader, argument).expr.str.len_bytes().cast(pl.Int64())
    return Term(kind="integer", expr=size * 8 if isinstance(node, exp.BitLength) else size)


def _trim(reader: Reader, node: exp.Expr) -> Term:
    term = text_operand(reader, node.this)
    letters = " " if node.expression is None else text_of(node.expression)
    if not letters or (reader.dialect == "mysql" and len(letters) > 1):
        message = "trim of computed letters or of a word"
        raise NotEvaluableError(message)
    match str(node.args.get("position") or "BOTH").upper():
        case "LEADING":
            return _made(term, term.expr.str.strip_chars_start(letters))
        case "TRAILING":
            return _made(term, term.expr.str.strip_chars_end(letters))
        case _:
            return _made(term, term.expr.str.strip_chars(letters))


def _replace(reader: Reader, node: exp.Expr) -> Term:
    term = text_operand(reader, node.this)
    old, new = text_of(node.expression), text_of(node.args.get("replacement") or exp.Literal.string(""))
    if not old or new is None:
        message = "replace() of a computed text"
        raise NotEvaluableError(message)
    return _made(term, term.expr.str.replace_all(old, new, literal=True))


def _left(reader: Reader, node: exp.Expr) -> Term:
    count = whole_argument(node.expression)
    term = _sliceable(reader, node.this)
    if count < 0:
        message = "left() or right() by a negative count"
        raise NotEvaluableError(message)
    if term.kind == "bytes":
        return replace(
            term, expr=term.expr.bin.head(count) if isinstance(node, exp.Left) else term.expr.bin.tail(count)
        )
    return _made(term, term.expr.str.head(count) if isinstance(node, exp.Left) else term.expr.str.tail(count))


def _substring(reader: Reader, node: exp.Expr) -> Term:
    term, start = _sliceable(reader, node.this), whole_argument(node.args.get("start"))
    length = None if node.args.get("length") is None else whole_argument(node.args["length"])
    if start < 1 or (length is not None and length < 0):
        if start >= 0 or reader.dialect == "postgresql" or (length is not None and length < -start):
            message = "substr() from before the first character"
            raise NotEvaluableError(message)
        return _sliced(term, start, None)
    return _sliced(term, start - 1, length)


def _sliceable(reader: Reader, node: exp.Expr) -> Term:
    """Return an operand of which parts are taken: bytes stay bytes, all else is a text."""
    term = reader.term(node)
    return term if term.kind == "bytes" else text_operand(reader, node)


def _sliced(term: Term, start: int, length: int | None) -> Term:
    if term.kind == "bytes":
        return replace(term, expr=term.expr.bin.slice(start, length))
    return _made(term, term.expr.str.slice(start, length))


def _position(reader: Reader, node: exp.Expr) -> Term:
    term, found = text_operand(reader, node.this), text_of(node.args["substr"])
    if found is None or node.args.get("position") is not None:
        message = "the position of a computed text"
        raise NotEvaluableError(message)
    expr = term.expr
    if reader.dialect == "mysql" and not term.raw:
        expr, found = expr.str.to_lowercase(), found.lower()
    if not found:
        return Term(kind="integer", expr=pl.when(expr.is_not_null()).then(pl.lit(1, dtype=pl.Int64())))
    before = expr.str.splitn(found, 2).struct[0].str.len_chars().cast(pl.Int64())
    place = pl.when(expr.str.contains(found, literal=True)).then(before + 1).otherwise(pl.lit(0, dtype=pl.Int64()))
    return Term(kind="integer", expr=pl.when(expr.is_not_null()).then(place))


def _concat(reader: Reader, node: exp.Expr) -> Term:
    parts = [text_operand(reader, part) for part in node.expressions]
    ignore = reader.dialect != "mysql"
    return Term(
        kind="text", expr=pl.concat_str([p.expr for p in parts], ignore_nulls=ignore), raw=any(p.raw for p in parts)
    )


def _joined(reader: Reader, node: exp.Expr) -> Term:
    left, right = text_operand(reader, node.this), text_operand(reader, node.expression)
    return Term(kind="text", expr=left.expr + right.expr, raw=left.raw or right.raw)


def _collated(reader: Reader, node: exp.Expr) -> Term:
    name = node.expression.name.lower()
    term = text_operand(reader, node.this)
    if name in {"c", "posix", "binary", "ucs_basic"} or name.endswith("_bin"):
        return replace(term, raw=True, folded=False)
    if name == "nocase":
        return replace(term, raw=False, folded=True)
    message = f"the collation {node.expression.name}"
    raise NotEvaluableError(message)


def _valid_json(reader: Reader, node: exp.Expr) -> Term:
    term = text_operand(reader, node.expressions[0])
    if term.json:
        return Term(kind="boolean", expr=pl.when(term.expr.is_not_null()).then(pl.lit(value=True)))
    return Term(kind="boolean", expr=term.expr.map_elements(_is_json, return_dtype=pl.Boolean(), skip_nulls=True))


def _is_json(text: str) -> bool:
    try:
        json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return False
    return True


def _refuse(word: str) -> None:
    message = f"{word} is no JSON"
    raise ValueError(message)


KNOWN: Mapping[type[exp.Expr], Function] = {
    exp.Lower: _case,
    exp.Upper: _case,
    exp.Length: _length,
    exp.BitLength: _octets,
    exp.Trim: _trim,
    exp.Replace: _replace,
    exp.Left: _left,
    exp.Right: _left,
    exp.Substring: _substring,
    exp.StrPosition: _position,
    exp.Concat: _concat,
    exp.DPipe: _joined,
    exp.Collate: _collated,
}
NAMED: Mapping[str, Function] = {"octet_length": _octets, "json_valid": _valid_json}
