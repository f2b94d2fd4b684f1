"""What a run is asked for, beside its schema."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, TypedDict, Unpack

from fixturegen.errors import InputError, nearest

DEFAULT_ROWS = 100
MOST_ROWS = 10**12
MOST_WORKERS = 256

Rows = int | Mapping[str, int] | None


class PlainKeywords(TypedDict, total=False):
    """The keywords of verbs whose rows hold no hostile values, each with what ``help`` says of it (:mod:`fixturegen.keywords`)."""

    rows: Annotated[Rows, "Rows of every table without a count of its own (a wish), or rows by table (a demand)."]
    scale: Annotated[float, "Multiplies absolute counts, never counts per parent; 0 or more."]
    seed: Annotated[int, "Any integer."]
    as_of: Annotated[date | None, "Overrides the schema's frozen clock."]
    only: Annotated[Iterable[str], "Tables to fill, with those they cannot do without; all unless given."]
    exclude: Annotated[Iterable[str], "Tables to leave out."]
    accept_unverified: Annotated[bool, "Go on although a constraint can be neither constructed nor judged."]


class Keywords(PlainKeywords, total=False):
    """The keywords that every verb which makes rows takes."""

    hostile: Annotated[float, "Share of rows, 0 to 1, in which some columns hold hostile but valid values."]


@dataclass(frozen=True, slots=True)
class Pin:
    """Which row is whose parent, where rows come in neighbourhoods of the same shape, one after the other.

    Attributes:
        parents: For each row of a neighbourhood, the 0-based number of its parent within the neighbourhood.
        width: So many parents a neighbourhood has, at least 1.
    """

    parents: tuple[int, ...]
    width: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The keywords of a verb, checked, with what only :mod:`fixturegen.making` and :mod:`fixturegen.access` ask for.

    Attributes:
        rows: The wish: rows of every table that the schema gives no count, or None for 100.
        demanded: The demands: rows by table; they beat the schema.
        scale: See :class:`PlainKeywords`, and so are the following; these fields hold their defaults.
        seed: See there.
        as_of: See there.
        hostile: See :class:`Keywords`.
        only: See :class:`PlainKeywords`.
        exclude: See there.
        accept_unverified: See there.
        pins: By table and reference name, which row is whose parent; other references choose their parents.
        counted: Whether rows counted per parent are always counted; if not, those of very many parents are estimated, which
            serves rows that are computed alone.
    """

    rows: int | None = None
    demanded: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    scale: float = 1.0
    seed: int = 0
    as_of: date | None = None
    hostile: float = 0.0
    only: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    accept_unverified: bool = False
    pins: Mapping[tuple[str, str], Pin] = field(default_factory=lambda: MappingProxyType({}))
    counted: bool = True


def options_from(**keywords: Unpack[Keywords]) -> Options:
    """Return the options for the keywords of a public verb.

    Raises:
        TypeError: If there is no such keyword, as Python has it for every call.
        InputError: If a count is negative, no whole number or absurd; if the scale is negative or not finite; if the share of
            hostile rows is none; if the seed is no whole number or the clock no date.

    >>> options_from(rows={"orders": 5}).demanded["orders"]
    5
    """
    _refuse_others(keywords)
    given: dict[str, Any] = dict(keywords)
    rows = keywords.get("rows")
    if isinstance(rows, Mapping):
        given |= {"rows": None, "demanded": MappingProxyType(dict(rows))}
    given |= {name: _names(given[name]) for name in ("only", "exclude") if name in given}
    options = Options(**given)
    _check(options)
    return replace(options, scale=float(options.scale), hostile=float(options.hostile))


def checked_workers(workers: object) -> int:
    """Return a number of workers: processes of an export, connections of a load.

    Raises:
        InputError: If it is none from 1 to 256.

    >>> checked_workers(2)
    2
    """
    if isinstance(workers, bool) or not isinstance(workers, int) or not 1 <= workers <= MOST_WORKERS:
        message = f"workers is {workers!r}, which is no whole number from 1 to {MOST_WORKERS}"
        raise InputError(message)
    return workers


def checked_place(place: str | Path, what: str = "the directory") -> Path:
    """Return where to read or write; an empty text is refused, for it would silently be the current directory.

    Args:
        place: A file or a directory.
        what: What it is, for the error.

    Raises:
        InputError: If it is empty, or spaces alone.

    >>> checked_place("data").as_posix()
    'data'
    """
    if not str(place).strip():
        message = f"{what} is {str(place)!r}, which names nothing"
        raise InputError(message, hint="Name a file or a directory; . is the current directory.")
    return Path(place)


def _names(tables: Iterable[str]) -> tuple[str, ...]:
    return (tables,) if isinstance(tables, str) else tuple(tables)


def _refuse_others(keywords: Iterable[str]) -> None:
    known = Keywords.__annotations__
    for name in keywords:
        if name not in known:
            near = nearest(name, known)
            message = f"unexpected keyword argument {name!r}"
            raise TypeError(f"{message}; did you mean {near!r}?" if near else message)


def _check(options: Options) -> None:
    if options.rows is not None:
        _check_count("rows", options.rows)
    for name, number in options.demanded.items():
        _check_count(f"rows of {name}", number)
    if not _is_number(options.scale, MOST_ROWS):
        message = f"scale is {options.scale!r}, which is no number from 0 to {MOST_ROWS}"
        raise InputError(message)
    if not _is_number(options.hostile, 1):
        message = f"hostile is {options.hostile!r}, which is no share of rows from 0 to 1"
        raise InputError(message, hint="Write 0.1 for a tenth of the rows.")
    if isinstance(options.seed, bool) or not isinstance(options.seed, int):
        message = f"seed is {options.seed!r}, which is no whole number"
        raise InputError(message)
    if options.as_of is not None and not isinstance(options.as_of, date):
        message = f"as_of is {options.as_of!r}, which is no date"
        raise InputError(message, hint="Give a datetime.date.")


def _is_number(given: object, most: int) -> bool:
    return isinstance(given, int | float) and not isinstance(given, bool) and 0 <= given <= most


def _check_count(what: str, number: object) -> None:
    if isinstance(number, bool) or not isinstance(number, int) or not 0 <= number <= MOST_ROWS:
        message = f"{what} is {number!r}, which is no whole number from 0 to {MOST_ROWS:,}"
        raise InputError(message)
