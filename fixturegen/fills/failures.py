"""Tables that cannot be filled: known only once rows were tried."""

from __future__ import annotations

from fixturegen.errors import ImpossibleError


class UnfillableError(ImpossibleError):
    """Rows of a table found no values that satisfy its checks.

    Attributes:
        table: The table.
        checks: Names of the checks.
        shape: Of the row that came closest: which columns are NULL, lengths, signs, and which checks it breaks; no value.
        ordinals: 0-based numbers of the rows.
    """

    table: str = ""
    checks: tuple[str, ...] = ()
    shape: str = ""
    ordinals: tuple[int, ...] = ()


class UnsettledError(ImpossibleError):
    """Rows of a table found no place of their own under its uniques.

    Attributes:
        table: The table.
        placed: How many rows found one, existing ones counted.
    """

    table: str = ""
    placed: int = 0
