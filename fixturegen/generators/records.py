"""Composite values as text, ``("a","1")``: every field made as its own type is, put together as PostgreSQL reads them."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from fixturegen.domain import ANY, Domain
from fixturegen.generator import Batch, Generator, Request, made
from fixturegen.generators import choice

_ONE = Domain(min_length=1, max_length=1)


def records(request: Request) -> Generator:
    r"""Return records of the type's fields. No field is NULL, an array among them holds one element.

    So no draw is repeated, and records can be elements of an array. Shrinks each field as its own generator does.

    Raises:
        SchemaError: If nothing can make one of the fields.
    """
    parts = []
    for name, type_ in request.column.type.fields:
        domain = _ONE if type_.kind == "array" else ANY
        inner = replace(request, column=replace(request.column, type=type_), domain=domain, arguments={})
        parts.append((name, made(choice.generator_for(inner), inner)))
    draws = tuple(replace(draw, name=f"{name} {draw.name}") for name, part in parts for draw in part.draws)

    def build(batch: Batch) -> pl.Series:
        fields = [pl.lit(_quoted(part.build(_of(batch, name, part)))) for name, part in parts]
        if not fields:
            return pl.Series(["()"] * batch.height, dtype=pl.String)
        return pl.select(pl.format(f"({','.join(['{}'] * len(fields))})", *fields)).to_series()

    distinct = bool(parts) and all(part.distinct for _, part in parts)
    return Generator(name="form", dtype=pl.String(), draws=draws, build=build, distinct=distinct)


def _of(batch: Batch, name: str, part: Generator) -> Batch:
    """Return the draws of one field under its generator's own names."""
    return replace(batch, draws={draw.name: batch.draws[f"{name} {draw.name}"] for draw in part.draws})


def _quoted(values: pl.Series) -> pl.Series:
    text = _text(values)
    for mark in ("\\", '"'):
        text = text.str.replace_all(mark, mark * 2, literal=True)
    return '"' + text + '"'


def _text(values: pl.Series) -> pl.Series:
    """Return values as the text of a field that PostgreSQL reads."""
    match values.dtype:
        case pl.Binary():
            return "\\x" + values.bin.encode("hex")
        case pl.Datetime():
            zone = "+00" if values.dtype.time_zone is not None else ""
            return values.dt.to_string("%Y-%m-%d %H:%M:%S%.6f") + zone
        case pl.Duration():
            return values.dt.total_microseconds().cast(pl.String) + " microseconds"
        case pl.List():
            return _array(values)
        case _:
            return values.cast(pl.String)


def _array(values: pl.Series) -> pl.Series:
    """Return lists as ``{"a","b"}``."""
    elements = iter(_quoted(values.explode(empty_as_null=False)).to_list())
    rows = ["{" + ",".join(next(elements) for _ in range(count)) + "}" for count in values.list.len().to_list()]
    return pl.Series(rows, dtype=pl.String)
