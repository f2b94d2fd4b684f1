"""What a run is asked for, beside its schema."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

from fixturegen.errors import InputError

DEFAULT_ROWS = 100
MOST_ROWS = 10**12


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
    """The keywords that every verb which makes rows takes, and what only :mod:`fixturegen.making` asks for.

    Attributes:
        rows: Rows of every table that the schema gives no count (a wish), or None for 100.
        demanded: Rows by table (a demand); beats the schema.
        scale: Multiplies absolute counts, never counts per parent; 0 or more.
        seed: Any integer.
        as_of: Overrides the schema's frozen clock.
        hostile: Share of rows, 0 to 1, in which some columns hold hostile but valid values.
        only: Tables to fill, with those they cannot do without; empty for all.
        exclude: Tables to leave out.
        accept_unverified: Go on although a constraint can be neither constructed nor judged.
        pins: By table and reference name, which row is whose parent; other references choose their parents.
        counted: Whether rows counted per parent are always counted; if not, those of very many parents are estimated, which
            serves rows that are computed alone (:mod:`fixturegen.access`).
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


def options_from(
    *,
    rows: int | Mapping[str, int] | None = None,
    scale: float = 1.0,
    seed: int = 0,
    as_of: date | None = None,
    hostile: float = 0.0,
    only: tuple[str, ...] = (),
    exclude: tuple[str, ...] = (),
    accept_unverified: bool = False,
    counted: bool = True,
) -> Options:
    """Return the options for the keywords of a public verb.

    Raises:
        InputError: If a count is negative, no whole number or absurd; if the scale is negative or not finite; if the share of
            hostile rows is none.

    >>> options_from(rows={"orders": 5}).demanded["orders"]
    5
    """
    wish = None if isinstance(rows, Mapping) else rows
    demanded = dict(rows) if isinstance(rows, Mapping) else {}
    if wish is not None:
        _check_count("rows", wish)
    for name, number in demanded.items():
        _check_count(f"rows of {name}", number)
    if isinstance(scale, bool) or not isinstance(scale, int | float) or not 0 <= scale <= MOST_ROWS:
        message = f"scale is {scale!r}, which is no number from 0 to {MOST_ROWS}"
        raise InputError(message)
    if isinstance(hostile, bool) or not isinstance(hostile, int | float) or not 0 <= hostile <= 1:
        message = f"hostile is {hostile!r}, which is no share of rows from 0 to 1"
        raise InputError(message, hint="Write 0.1 for a tenth of the rows.")
    if isinstance(seed, bool) or not isinstance(seed, int):
        message = f"seed is {seed!r}, which is no whole number"
        raise InputError(message)
    if as_of is not None and not isinstance(as_of, date):
        message = f"as_of is {as_of!r}, which is no date"
        raise InputError(message, hint="Give a datetime.date.")
    return Options(
        rows=wish,
        demanded=MappingProxyType(demanded),
        scale=float(scale),
        seed=seed,
        as_of=as_of,
        hostile=float(hostile),
        only=tuple(only),
        exclude=tuple(exclude),
        accept_unverified=accept_unverified,
        counted=counted,
    )


def _check_count(what: str, number: object) -> None:
    if isinstance(number, bool) or not isinstance(number, int) or not 0 <= number <= MOST_ROWS:
        message = f"{what} is {number!r}, which is no whole number from 0 to {MOST_ROWS:,}"
        raise InputError(message)
