"""Other values for columns that nothing but uniques reads, so that rows can stand beside each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from itertools import islice

from fixturegen.schema import Column, Type
from fixturegen.suites.locality import Locality
from fixturegen.suites.merging import Bin, Row, distinct, same

_LETTERS = "0123456789abcdefghijklmnopqrstuvwxyz"
_TRIES = 200


def freshened(made: Bin, others: list[Row], locality: Locality) -> dict[str, object] | None:
    """Return the row with other values where it would repeat a unique of the other rows; None where there are none.

    Args:
        made: The row that is to stand beside the others.
        others: Rows of its table.
        locality: What reads which columns.
    """
    row = dict(made.row)
    if locality.exclusions and others:
        return None
    # What one key is given may be another's too: a second pass sees to that.
    for unique, reads in (*locality.keys, *locality.keys):
        if all(distinct(row, other, locality, unique.columns) for other in others):
            continue
        changed = next(_changed(row, made, others, locality, reads), None) or _given(row, made, others, locality, reads)
        if changed is None:
            return None
        row = changed
    return row if all(distinct(row, other, locality) for other in others) else None


def rekeyed(row: Row, others: list[Row], locality: Locality) -> dict[str, object] | None:
    """Return the row under other keys although checks read them, where the checks say of it what they said; None where they do not.

    Args:
        row: The row that is to stand beside the others.
        others: Rows of its table.
        locality: What reads which columns.
    """
    if locality.exclusions:
        return None
    tried = dict(row)
    columns = {column.name: column for column in locality.table.columns}
    for unique, _ in locality.keys:
        if all(distinct(tried, other, locality, unique.columns) for other in others):
            continue
        names = [name for name in unique.columns if name not in locality.leading and tried.get(name) is not None]
        made = (
            {**tried, name: value}
            for name in names
            for value in islice(alternatives(tried[name], columns[name]), len(others) + 1)
        )
        found = next(
            (each for each in made if all(distinct(each, other, locality, unique.columns) for other in others)), None
        )
        if found is None:
            return None
        tried = found
    return tried if locality.says_the_same(row, tried) else None


def _changed(
    row: Mapping[str, object], made: Bin, others: list[Row], locality: Locality, reads: frozenset[str]
) -> Iterator[dict[str, object]]:
    for column in locality.table.columns:
        name = column.name
        if name not in reads or name not in locality.free or name in made.fixed or row.get(name) is None:
            continue
        for value in alternatives(row[name], column):
            tried = {**row, name: value}
            if all(distinct(tried, other, locality, reads) for other in others):
                yield tried
                break


def _given(
    row: Mapping[str, object], made: Bin, others: list[Row], locality: Locality, reads: frozenset[str]
) -> dict[str, object] | None:
    """Return the row with what a row that is taken holds in the columns of the key, and in all that is read with them."""
    for given in locality.donors:
        if not reads & given.keys() or not given.keys() <= row.keys():
            continue
        if any(name in made.fixed and not same(value, row[name]) for name, value in given.items()):
            continue
        tried = {**row, **given}
        if all(distinct(tried, other, locality, reads) for other in others):
            return tried
    return None


def alternatives(value: object, column: Column, most: int = _TRIES) -> Iterator[object]:
    """Yield other values of a column's type, of the same form as a value of it; few kinds have any.

    Args:
        value: The value.
        column: The column.
        most: How many numbers or days are tried.

    >>> from itertools import islice
    >>> list(islice(alternatives("ab", Column(name="c", type=Type(kind="text", length=2))), 3))
    ['00', '01', '02']
    >>> list(islice(alternatives(7, Column(name="c", type=Type(kind="integer", bits=8))), 2))
    [8, 9]
    """
    type_ = column.type
    if column.choices or type_.form is not None:
        return
    if type(value) is int and type_.kind == "integer":
        top = 2 ** (type_.bits - type_.signed) - 1
        yield from (value + step for step in range(1, most) if value + step <= top)
    elif isinstance(value, str) and type_.kind in {"text", "uuid"}:
        yield from _texts(value, type_)
    elif isinstance(value, Decimal) and type_.kind == "decimal":
        room = 10 ** ((type_.precision or 18) - type_.scale)
        yield from (value + step for step in range(1, most) if value + step < room)
    elif isinstance(value, date) and type_.kind in {"date", "datetime"}:
        yield from _days(value, most)


def _days(value: date, most: int) -> Iterator[date]:
    for step in range(1, most):
        try:
            yield value + timedelta(days=step)
        except OverflowError:
            return


def _texts(value: str, type_: Type) -> Iterator[str]:
    """Texts of the same length whose last letters count up; a text that is too short for that grows."""
    letters = _LETTERS[:16] if type_.kind == "uuid" else _LETTERS
    tail = 2
    length = len(value)
    if length < tail:
        if type_.length is not None and type_.length < tail:
            return
        length = tail
    head = value[: length - tail].ljust(length - tail, "0")
    for first in letters:
        for second in letters:
            yield f"{head}{first}{second}"
