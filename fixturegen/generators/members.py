"""JSON documents with members of certain texts at certain keys: every member has draws of its own, so there are many documents."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import cast

import polars as pl

from fixturegen.domain import Domain
from fixturegen.errors import ImpossibleError
from fixturegen.generator import Batch, Draw, Generator, Request, made
from fixturegen.generators import regular
from fixturegen.generators.characters import PRINTABLE
from fixturegen.schema import Type

Path = Sequence[str]
"""The keys that lead to a member, outermost first."""
PLAIN_WIDTH = 2
"""Characters that JSON takes for a printable one of ASCII at most: a quote, or a backslash, has another before it."""
NUMBERED_WIDTH = 12
"""Characters that it takes for any at most: two halves of six, where four hexadecimal digits do not number it."""


def put(document: dict[str, object], path: Path, member: object) -> None:
    """Put a member into a document, with the objects that lead to it; what is no object on the way is replaced.

    >>> document = {}
    >>> put(document, ("owner", "name"), "a")
    >>> document
    {'owner': {'name': 'a'}}
    """
    for key in path[:-1]:
        inner = document.get(key)
        if not isinstance(inner, dict):
            inner = document[key] = {}
        document = cast("dict[str, object]", inner)
    document[path[-1]] = member


def membered(request: Request, paths: Sequence[Path], pattern: str, others: Sequence[object]) -> Generator:
    """Return JSON objects in which texts that match a regular expression stand at the paths.

    A document has one of the paths, or all of them; where it has all, about half of the members are others.

    Args:
        request: What is asked for; its own arguments mean nothing here.
        paths: The paths, at least one.
        pattern: The regular expression.
        others: Members of other kinds, at least one.

    Raises:
        ImpossibleError: If the domain has conditions that single documents cannot be sure to meet.
        SchemaError: If the pattern is none.
    """
    leaf = _leaf(request, paths, pattern, others)
    draws = [Draw("shape", 0, len(paths) if len(paths) > 1 else 0)]
    for at in range(len(paths)):
        draws += [replace(draw, name=f"{at} {draw.name}") for draw in leaf.draws]
        draws.append(Draw(f"{at} other", 0, 2 * len(others) - 1))

    def build(batch: Batch) -> pl.Series:
        texts = [leaf.build(_of(batch, at, leaf)).to_list() for at in range(len(paths))]
        choices = [batch.draws[f"{at} other"].tolist() for at in range(len(paths))]
        documents = []
        for row, shape in enumerate(batch.draws["shape"].tolist()):
            document: dict[str, object] = {}
            for at, path in enumerate(paths):
                if shape in {0, at + 1}:
                    other = choices[at][row] if shape == 0 and len(paths) > 1 else len(others)
                    put(document, path, others[other] if other < len(others) else texts[at][row])
            documents.append(json.dumps(document))
        return pl.Series(documents, dtype=pl.String)

    return Generator(name="members", dtype=pl.String(), draws=tuple(draws), build=build)


def _leaf(request: Request, paths: Sequence[Path], pattern: str, others: Sequence[object]) -> Generator:
    """Return what makes the texts, so short that the longest document fits."""
    domain = request.domain
    limits = [limit for limit in (domain.max_length, domain.max_bytes, request.column.type.length) if limit is not None]
    if replace(domain, max_length=None, max_bytes=None) != Domain():
        message = f"documents of {request.column.name} cannot be sure to meet its other conditions"
        raise ImpossibleError(message, where=request.where)
    room = _room(limits, paths, others)
    longest = None if room is None else room // _width(pattern, room, request.where)
    column = replace(request.column, type=Type(kind="text"))
    return made(
        "regex",
        replace(
            request,
            column=column,
            domain=Domain(max_length=longest),
            arguments=cast("Mapping[str, object]", {"pattern": pattern}),
            distinct=0,
        ),
    )


def _room(limits: Sequence[int], paths: Sequence[Path], others: Sequence[object]) -> int | None:
    """Return the most characters that one text may take within quotes."""
    if not limits:
        return None
    document: dict[str, object] = {}
    for path in paths:
        put(document, path, max(others, key=lambda each: len(json.dumps(each))))
    return max(0, min(limits) - len(json.dumps(document))) // len(paths)


def _width(pattern: str, longest: int, where: object) -> int:
    """Return the most characters that JSON takes for one of a text that a pattern gives."""
    shapes, _ = regular.declared(pattern, longest, 0, where)
    letters = {place.readable(0) for shape in shapes for place in shape.places}
    return PLAIN_WIDTH if all(some & PRINTABLE == some for some in letters) else NUMBERED_WIDTH


def _of(batch: Batch, at: int, leaf: Generator) -> Batch:
    """Return the draws of one member under its generator's own names."""
    return replace(batch, draws={draw.name: batch.draws[f"{at} {draw.name}"] for draw in leaf.draws})
