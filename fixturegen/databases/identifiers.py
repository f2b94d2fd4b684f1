"""Names of constraints and indexes that a dialect accepts: short enough, and distinct where it wants them distinct."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

from fixturegen.databases.quoting import split_table
from fixturegen.schema import Dialect

_LONGEST: dict[Dialect, int] = {"sqlite": 1000, "postgresql": 63, "mysql": 64}


class Names:
    """Names given so far.

    PostgreSQL and SQLite keep indexes and tables in one space, MySQL keeps checks and references of a whole database apart
    from each other; other names need only differ within their table.

    >>> names = Names("mysql", ["orders"])
    >>> names.check("orders", "positive"), names.check("items", "positive")
    ('positive', 'positive_2')
    """

    def __init__(self, dialect: Dialect, tables: Iterable[str]) -> None:
        self._dialect: Dialect = dialect
        self._taken = {("relation", split_table(table, dialect)[1].casefold()) for table in tables}

    def relation(self, wish: str) -> str:
        """Return a name for an index, or a constraint that makes one."""
        return self._distinct("relation", wish)

    def check(self, table: str, wish: str) -> str:
        """Return a name for a CHECK."""
        return self._distinct("check" if self._dialect == "mysql" else f"constraint of {table}", wish)

    def reference(self, table: str, wish: str) -> str:
        """Return a name for a reference."""
        return self._distinct("reference" if self._dialect == "mysql" else f"constraint of {table}", wish)

    def _distinct(self, space: str, wish: str) -> str:
        name, number = self._short(wish, ""), 1
        while (space, name.casefold()) in self._taken:
            number += 1
            name = self._short(wish, f"_{number}")
        self._taken.add((space, name.casefold()))
        return name

    def _short(self, wish: str, ending: str) -> str:
        longest = _LONGEST[self._dialect]
        if len(f"{wish}{ending}".encode()) <= longest:
            return f"{wish}{ending}"
        digest = sha256(wish.encode()).hexdigest()[:8]
        head = wish.encode()[: longest - len(ending) - 9].decode(errors="ignore")
        return f"{head}_{digest}{ending}"
