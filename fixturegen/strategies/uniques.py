"""Uniques of a table, row by row: the key that a row must not share with an earlier one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING
from unicodedata import combining, normalize

import polars as pl

from fixturegen.expressions.names import mentioned, resolved
from fixturegen.expressions.parsing import parsed
from fixturegen.planning.plan import Drawn
from fixturegen.schema import Column, Dialect, Unique
from fixturegen.strategies.asking import Asked
from fixturegen.strategies.worlds import Row

if TYPE_CHECKING:
    from fixturegen.strategies.compiling import TableWork

Key = Callable[[Row], object]


@dataclass(frozen=True, slots=True)
class Kept:
    """A unique, compiled.

    Attributes:
        number: Its number within the table.
        columns: The columns that it reads, those of its expressions and predicate included.
        key: The key of a row; None where the unique does not bind it.
    """

    number: int
    columns: frozenset[str]
    key: Key


def kept_uniques(work: TableWork) -> list[Kept]:
    """Return the uniques of a table that rows could break: not those of columns that count up."""
    table = work.plan.table
    uniques = [*([table.primary_key] if table.primary_key else []), *table.uniques]
    written = [one for one in uniques if not _counting(work, one)]
    return [Kept(number, _columns(work, one), _key(work, one)) for number, one in enumerate(written)]


def _counting(work: TableWork, unique: Unique) -> bool:
    """Whether a column of a plain unique counts up with the rows, or the database computes one."""
    steps = [work.plan.steps.get(name) for name in unique.columns]
    plain = not unique.expressions
    counted = any(isinstance(step, Drawn) and step.generator.sequential and not step.nulls for step in steps)
    return (plain and counted) or any(step is None for step in steps)


def _mentions(work: TableWork, unique: Unique) -> dict[str, str]:
    """Return the columns that expressions and predicate mention, by the name they use."""
    texts = [*unique.expressions, *([unique.predicate] if unique.predicate is not None else [])]
    names = [name for text in texts for name in mentioned(parsed(text, unique.dialect, unique.where))]
    return {name: resolved(work.whole.schema, work.plan.table, name).column for name in names}


def _columns(work: TableWork, unique: Unique) -> frozenset[str]:
    return frozenset({*unique.columns, *_mentions(work, unique).values()})


def _key(work: TableWork, unique: Unique) -> Key:
    if unique.expressions:
        asked = [_asked(work, unique, text) for text in unique.expressions]
        whole: Key = lambda row: tuple(one.answer(row, _first) for one in asked)  # noqa: E731
    else:
        whole = _plain(work, unique.columns)
    distinct = unique.nulls_distinct
    test = None if unique.predicate is None else _asked(work, unique, unique.predicate)

    def key(row: Row) -> object:
        if test is not None and test.answer(row, _first) is not True:
            return None
        values = whole(row)
        return None if distinct and None in values else values  # type: ignore[operator] # a tuple

    return key


def _plain(work: TableWork, names: tuple[str, ...]) -> Key:
    folded = [_folds(work.columns[name], work.whole.schema.dialect) for name in names]
    listed = any(work.columns[name].type.kind == "array" for name in names)
    if not listed and not any(folded):
        return lambda row: tuple([row.values[name] for name in names])
    pairs = list(zip(names, folded, strict=True))

    def values(row: Row) -> object:
        return tuple(_compared(row.values[name], fold=fold) for name, fold in pairs)

    return values


def _folds(column: Column, dialect: Dialect) -> bool:
    """Whether the database may take two different texts of a column for equal."""
    collation = (column.collation or "").lower()
    if column.type.kind not in {"text", "url", "unknown"}:
        return False
    match dialect:
        case "sqlite":
            return collation in {"nocase", "rtrim"}
        case "mysql":
            return not collation.endswith("_bin") and collation != "binary"
        case _:
            return (column.type.native or "").lower() == "citext" or column.type.fixed


def _compared(value: object, *, fold: bool) -> object:
    """Return what stands for a value: of texts that some collation takes for equal, one and the same.

    >>> _compared("Stra\u00dfe ", fold=True) == _compared("STRASSE", fold=True)
    True
    """
    if isinstance(value, list):
        return repr(value)
    if not fold or not isinstance(value, str):
        return value
    parts = normalize("NFKD", value.rstrip(" ").casefold())
    return "".join(char for char in parts if not combining(char))


def _asked(work: TableWork, unique: Unique, text: str) -> Asked:
    sources = {name: work.source(column) for name, column in _mentions(work, unique).items()}
    return Asked(text, unique.dialect, sources, work.as_of)


def _first(series: pl.Series) -> object:
    value = series[0]
    return repr(value) if isinstance(value, pl.Series) else value
