"""Texts composed of other columns: ``{first_name|slug}.{last_name|slug}@example.com``."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime, time

import polars as pl

from fixturegen.dtypes import polars_dtype
from fixturegen.errors import ImpossibleError, SchemaError
from fixturegen.generator import Batch, Builder, Generator, One, Request, generator
from fixturegen.generators import arguments as given
from fixturegen.generators.patterned import longest_text
from fixturegen.generators.template_parts import Filter, Hole, Part, parts_of
from fixturegen.schema import Type

_TEXTUAL = frozenset({"text", "url", "ip", "mac", "uuid", "json", "enum", "unknown"})
_SPELLED = _TEXTUAL | {"integer"}
"""Types whose values stand in a text as Python writes them."""
_ORDERED = frozenset({"date", "datetime", "time"})
_NUMBERS = frozenset({"integer", "decimal", "float"})
_PADDED = re.compile(r"0([1-9][0-9]{0,2})d?")
_WIDTH = re.compile(r"[0-9]{4,}")
_OUTSIDE = re.compile(r"[^a-z0-9]+")
_FOLDED = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "\u0131": "i"}
)


@generator("template")
def template(request: Request) -> Generator:
    """Return texts composed of fixed text and columns of the row or of related rows. Nothing is drawn.

    Argument: ``template``. ``{column}`` and ``{related.column}`` are holes; ``{{`` and ``}}`` are braces. A hole may filter:
    ``|slug`` (lower-case ASCII letters and digits, hyphens between), ``|lower``, ``|upper``, ``|trim``, ``|cut(8)``; or format:
    ``{id:05d}``, ``{price:.2f}``, ``{placed_at:%Y}`` (Python's format language; ``strftime`` in English). Where a hole is NULL,
    so is the text.

    Raises:
        SchemaError: A malformed template, an unknown column, filter or format, or a column that holds no text.
        ImpossibleError: While building, if a text is longer than the column.
    """
    if request.column.type.kind not in _TEXTUAL:
        message = f"template makes texts, and {request.column.name} is {request.column.type.kind}"
        raise SchemaError(message, where=request.where)
    read = given.arguments(request, "template", template=given.text)
    given.needed(read, request, "template", "template")
    parts = parts_of(str(read["template"]), request.where)
    holes = [part for part in parts if isinstance(part, Hole)]
    for hole in holes:
        _check(request, hole)
    dtype = polars_dtype(request.column.type)

    def build(batch: Batch) -> pl.Series:
        return _built(batch, parts, request).cast(dtype)

    def one(row: One) -> object:
        texts = [part if isinstance(part, str) else row.column(part.column) for part in parts]
        if None in texts:
            return None
        text = "".join(map(str, texts))
        _refuse_long(len(text), request)
        return text

    plain = all(
        not (hole.form or hole.filters) and given.type_of(request, hole.column).kind in _SPELLED for hole in holes
    )
    return Generator(
        name="template",
        dtype=dtype,
        draws=(),
        build=Builder(build, one) if plain else build,
        needs=tuple(dict.fromkeys(hole.column for hole in holes)),
    )


def _check(request: Request, hole: Hole) -> None:
    """Refuse a hole that cannot be filled."""
    type_ = given.type_of(request, hole.column)
    if type_.kind in {"bytes", "array", "interval"}:
        message = f"{hole.column} is {type_.kind}, which a template cannot spell"
        raise SchemaError(message, where=request.where)
    if hole.form:
        _check_form(request, hole, type_)


def _check_form(request: Request, hole: Hole, type_: Type) -> None:
    sample: object = {"integer": 1, "decimal": 1, "float": 1.5}.get(type_.kind, "a")
    if type_.kind in _ORDERED and "%" in hole.form:
        empty = pl.Series([None], dtype=polars_dtype(type_))
        problem: Exception | None = None
        try:
            _dated(_filled(empty, type_.kind), hole.form)
        except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
            problem = error
        if problem is None:
            return
    elif not _WIDTH.search(hole.form) and type_.kind not in _ORDERED:
        try:
            format(sample, hole.form)
        except (ValueError, TypeError):
            pass
        else:
            return
    message = f"{hole.form!r} is no format for {hole.column}, which is {type_.kind}"
    raise SchemaError(message, where=request.where, hint="Such as 05d for a whole number, .2f, or %Y-%m for a date.")


def _filled(empty: pl.Series, kind: str) -> pl.Series:
    """Return one moment, to try a format on."""
    moment = datetime(2000, 1, 2, 3, 4, 5)  # noqa: DTZ001 - a sample; the zone is set by the cast
    values: dict[str, date | time] = {"date": moment.date(), "time": moment.time()}
    if isinstance(empty.dtype, pl.Datetime) and empty.dtype.time_zone:
        return pl.Series([moment], dtype=pl.Datetime("us")).dt.replace_time_zone("UTC")
    return pl.Series([values.get(kind, moment)], dtype=empty.dtype)


def _built(batch: Batch, parts: tuple[Part, ...], request: Request) -> pl.Series:
    texts = [
        pl.lit(part) if isinstance(part, str) else pl.lit(_spelled(batch.columns[part.column], part, request))
        for part in parts
    ]
    if not any(isinstance(part, Hole) for part in parts):
        values = pl.Series(["".join(map(str, parts))], dtype=pl.String).new_from_index(0, batch.height)
    else:
        values = pl.select(pl.concat_str(texts, ignore_nulls=False)).to_series()
    longest = values.str.len_chars().max()
    _refuse_long(longest if isinstance(longest, int) else 0, request)
    return values


def _refuse_long(longest: int, request: Request) -> None:
    most = longest_text(request)
    if most is not None and longest > most:
        message = f"the template makes {longest} characters where {request.column.name} holds {most}"
        raise ImpossibleError(message, where=request.where, hint="Shorten a part: {name|cut(20)}.")


def _spelled(values: pl.Series, hole: Hole, request: Request) -> pl.Series:
    text = _formed(values, hole.form, request) if hole.form else _plain(values, request)
    for each in hole.filters:
        text = _FILTERS[each.name](text, each)
    return text


def _plain(values: pl.Series, request: Request) -> pl.Series:
    """Return values as text: ISO 8601 for dates and times, a space between date and time, ``true`` and ``false``."""
    if isinstance(values.dtype, pl.Datetime):
        whole = values.dt.to_string("%Y-%m-%d %H:%M:%S")
        fraction = values.dt.to_string("%Y-%m-%d %H:%M:%S%.6f")
        return pl.select(
            pl.when(pl.lit(values.dt.microsecond() == 0)).then(pl.lit(whole)).otherwise(pl.lit(fraction))
        ).to_series()
    if values.dtype.is_nested() or values.dtype in {pl.Binary(), pl.Duration()}:
        message = f"{request.column.name} is made of a column that a template cannot spell"
        raise SchemaError(message, where=request.where)
    return values.cast(pl.String)


def _formed(values: pl.Series, form: str, request: Request) -> pl.Series:
    """Return values in a format. Digits with leading zeros are padded at once, other formats are applied to each value."""
    padded = _PADDED.fullmatch(form)
    if values.dtype.is_temporal():
        return _dated(values, form)
    if padded and values.dtype.is_integer():
        return values.cast(pl.String).str.zfill(int(padded[1]))
    if _WIDTH.search(form):
        message = f"{form!r} is too wide a format"
        raise SchemaError(message, where=request.where)
    try:
        return _mapped(values, lambda value: format(value, form))
    except (ValueError, TypeError) as error:
        message = f"{form!r} is no format for the values of {request.column.name}'s template: {error}"
        raise SchemaError(message, where=request.where) from None


def _dated(values: pl.Series, form: str) -> pl.Series:
    return values.dt.strftime(form)


def _mapped(values: pl.Series, change: Callable[[object], str]) -> pl.Series:
    """Return every value changed, each different one once."""
    known = values.unique(maintain_order=True).drop_nulls()
    if not len(known):
        return pl.Series([None] * len(values), dtype=pl.String)
    changed = pl.Series([change(value) for value in known.to_list()], dtype=pl.String)
    return values.replace_strict(known, changed, default=None, return_dtype=pl.String)


def slug(text: str) -> str:
    """Return a text in lower-case ASCII letters and digits, what stood between them as one hyphen.

    >>> slug("Jürgen O'Groß"), slug("  ")
    ('jurgen-o-gross', '')
    """
    folded = unicodedata.normalize("NFKD", text.lower().translate(_FOLDED))
    plain = "".join(letter for letter in folded if not unicodedata.combining(letter))
    return _OUTSIDE.sub("-", plain).strip("-")


def _slugged(values: pl.Series, _: Filter) -> pl.Series:
    return _mapped(values, lambda value: slug(str(value)))


_FILTERS: dict[str, Callable[[pl.Series, Filter], pl.Series]] = {
    "slug": _slugged,
    "lower": lambda values, _: values.str.to_lowercase(),
    "upper": lambda values, _: values.str.to_uppercase(),
    "trim": lambda values, _: values.str.strip_chars(),
    "cut": lambda values, each: values.str.slice(0, each.width),
}
