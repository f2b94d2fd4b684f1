"""Numbers that a database gives out, the same at the start of each test: no server takes them back with a transaction.

SQLite does: its numbers are rows like others.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from typing import Any

from fixturegen.databases.quoting import quoted
from pytest_fixturegen.asking import one_by_one, rows

_SEQUENCES = """
SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'S' AND c.relpersistence <> 't'
ORDER BY 1
"""
_COUNTERS = """
SELECT table_name, auto_increment FROM information_schema.tables
WHERE table_schema = DATABASE() AND auto_increment IS NOT NULL
"""


class Numbering:
    """The numbers of a database as they were when this was made.

    Args:
        dialect: SQLAlchemy's name of the database system.
        driver: A connection of the driver.
    """

    def __init__(self, dialect: str, driver: Any) -> None:
        self._dialect = dialect
        self._query = ""
        self._before: Mapping[str, tuple[Any, ...]] = {}
        if dialect == "postgresql":
            names = [name for (name,) in rows(driver, _SEQUENCES)]
            parts = [f"SELECT {_text(name)}, last_value, is_called FROM {name}" for name in names]  # noqa: S608 (quoted)
            self._query = " UNION ALL ".join(parts)
        elif dialect in {"mysql", "mariadb"}:
            self._query = _COUNTERS
        self._before = self._now(driver)
        driver.rollback()

    def restore(self, driver: Any) -> None:
        """Set back what has moved, outside of any transaction of the test's."""
        if not self._before:
            return
        with one_by_one(driver), closing(driver.cursor()) as cursor:
            now = self._now(driver)
            for name, state in self._before.items():
                if now.get(name, state) != state:
                    cursor.execute(self._statement(name))

    def _now(self, driver: Any) -> Mapping[str, tuple[Any, ...]]:
        if not self._query:
            return {}
        return {name: tuple(state) for name, *state in rows(driver, self._query)}

    def _statement(self, name: str) -> str:
        if self._dialect == "postgresql":
            last, called = self._before[name]
            return f"SELECT setval({_text(name)}, {last}, {called})"
        return f"ALTER TABLE {quoted(name, 'mysql')} AUTO_INCREMENT = {self._before[name][0]}"


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
