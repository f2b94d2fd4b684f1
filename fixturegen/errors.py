"""What can go wrong, said so that the reader knows where, what was given, what exists and what to do."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from enum import IntEnum


class ExitCode(IntEnum):
    """How the command line ends."""

    DONE = 0
    REFUSED_BY_DATA = 1
    REFUSED_INPUT = 2


class FixturegenError(Exception):
    """Any failure that fixturegen foresaw.

    The message is built from the parts, in this order: ``where: message. Exists. Nearest. Hint``.

    Args:
        message: What was given and why it cannot be used. Names only, never data read from a database.
        where: The place, such as ``shop.yaml:14 orders.customer_id`` or a :class:`fixturegen.schema.Location`.
        given: The word that was not found; with ``exists`` it yields the nearest miss.
        exists: What would have been found there.
        hint: What to do.

    Example:
        >>> print(FixturegenError("unknown table 'custmer'", where="shop.yaml:14 orders.customer_id",
        ...                       given="custmer", exists=["customers", "orders"]))
        shop.yaml:14 orders.customer_id: unknown table 'custmer'. Exists: customers, orders. Did you mean 'customers'?
    """

    exit_code = ExitCode.REFUSED_BY_DATA

    def __init__(
        self,
        message: str,
        *,
        where: object = None,
        given: str | None = None,
        exists: Iterable[str] = (),
        hint: str | None = None,
    ) -> None:
        self.message = message
        self.where = None if where is None else str(where)
        self.given = given
        self.exists = tuple(sorted(exists))
        self.hint = hint
        super().__init__(str(self))

    def __str__(self) -> str:
        """Return the whole message in one line."""
        parts = [self.message if self.message.endswith((".", "!", "?")) or not self._tail() else f"{self.message}."]
        parts.extend(self._tail())
        text = " ".join(parts)
        return f"{self.where}: {text}" if self.where else text

    def __reduce__(self) -> tuple[object, ...]:
        """Survive the way between processes, keyword parts included."""
        return (_rebuild, (type(self), self.message, self.where, self.given, self.exists, self.hint))

    def _tail(self) -> list[str]:
        tail = []
        if self.exists:
            tail.append(f"Exists: {shortened(self.exists)}.")
        near = nearest(self.given, self.exists)
        if near is not None:
            tail.append(f"Did you mean {near!r}?")
        if self.hint:
            tail.append(self.hint)
        return tail


class InputError(FixturegenError):
    """The user's input is wrong: usage, schema, a value, a file. Exit code 2."""

    exit_code = ExitCode.REFUSED_INPUT


class SchemaError(InputError):
    """The schema names something that does not exist, twice the same, or in a form that is not known."""


class ImpossibleError(InputError):
    """No rows can satisfy the demand; the message holds the arithmetic."""


class RefusedError(FixturegenError):
    """The data, the database or a verification says no. Exit code 1."""


def nearest(given: object, exists: Iterable[str]) -> str | None:
    """Return the name nearest to ``given``, or None where none is near.

    >>> nearest("custmer", ["customers", "orders"])
    'customers'
    >>> nearest("zzz", ["customers"]) is None
    True
    """
    if not isinstance(given, str):
        return None
    names = list(exists)
    folded = {name.lower(): name for name in names}
    if given.lower() in folded:
        return folded[given.lower()]
    close = get_close_matches(given.lower(), list(folded), n=1, cutoff=0.6)
    return folded[close[0]] if close else None


def shortened(names: Iterable[str], limit: int = 25) -> str:
    """Join names with commas, naming at most ``limit`` and counting the rest.

    >>> shortened(["a", "b", "c"], limit=2)
    'a, b and 1 more'
    """
    listed = list(names)
    if len(listed) <= limit:
        return ", ".join(listed)
    return f"{', '.join(listed[:limit])} and {len(listed) - limit} more"


def _rebuild(
    kind: type[FixturegenError],
    message: str,
    where: str | None,
    given: str | None,
    exists: tuple[str, ...],
    hint: str | None,
) -> FixturegenError:
    return kind(message, where=where, given=given, exists=exists, hint=hint)
