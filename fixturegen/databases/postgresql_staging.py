"""A schema of our own in which several connections make tables that nobody sees, until one transaction moves them out.

Whoever fills it holds a lock until then, which ends with the connection. So a schema without its lock is what a killed run has
left, and may be dropped by anyone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from secrets import token_hex
from typing import TYPE_CHECKING

from fixturegen.databases.postgresql_connection import Session, beside
from fixturegen.databases.quoting import quoted
from fixturegen.errors import RefusedError

if TYPE_CHECKING:
    from sqlalchemy import Engine

_PREFIX = "fixturegen_load_"
_NAME = re.compile(rf"{_PREFIX}([0-9a-f]{{16}})")
_COMMENT = "Tables that fixturegen is loading. It drops what a killed load has left when it seeds the database again."
_PATIENCE = {"lock_timeout": "10s"}

_LEFT = """
SELECT n.nspname FROM pg_namespace n
WHERE n.nspname ~ %s AND obj_description(n.oid, 'pg_namespace') = %s AND pg_has_role(n.nspowner, 'USAGE') ORDER BY 1
"""
_RELATIONS = """
SELECT relname FROM pg_class WHERE relnamespace = to_regnamespace(%s) AND relkind IN ('r', 'p') ORDER BY oid
"""
_TYPES = "SELECT typname FROM pg_type WHERE typnamespace = to_regnamespace(%s) AND typtype = 'e' ORDER BY oid"


@dataclass(frozen=True, slots=True)
class Staging:
    """A schema of our own.

    Attributes:
        name: Its name, which holds a random part; needs no quotes.
    """

    name: str

    def hold(self, session: Session) -> None:
        """Hold its lock to the end of the transaction, before the schema is made."""
        session.rows("SELECT pg_advisory_xact_lock(%s)", (_lock(self.name),))

    def make(self, session: Session, statements: Sequence[str]) -> None:
        """Make the schema, and by statements that say no other schema what is in it; all or nothing."""
        with session.savepoint():
            session.run(f"CREATE SCHEMA {self.name}")
            session.run(f"COMMENT ON SCHEMA {self.name} IS {session.literal(_COMMENT)}")
            for statement in statements:
                session.run(statement)

    def moved(self, session: Session, home: str) -> None:
        """Move all that is in it to another schema, and drop it.

        Args:
            session: The transaction.
            home: Name of the other schema.
        """
        for kind, query in (("TABLE", _RELATIONS), ("TYPE", _TYPES)):
            for (name,) in session.rows(query, (self.name,)):
                where = f"{self.name}.{quoted(name, 'postgresql')}"
                session.run(f"ALTER {kind} {where} SET SCHEMA {quoted(home, 'postgresql')}")
        session.run(f"DROP SCHEMA {self.name}")  # which is refused if anything is left


def new_staging() -> Staging:
    """Return a schema that does not exist yet.

    >>> len(new_staging().name)
    32
    """
    return Staging(_PREFIX + token_hex(8))


def tidy(engine: Engine, session: Session) -> None:
    """Drop what killed runs have left in a database.

    Args:
        engine: An engine of psycopg.
        session: A transaction that looks for it; it has no part in the dropping.
    """
    names = [str(row[0]) for row in session.rows(_LEFT, (f"^{_NAME.pattern}$", _COMMENT))]
    if names:
        drop_dead(engine, session.place, names)


def drop_dead(engine: Engine, place: str, names: Sequence[str]) -> None:
    """Drop schemas of our own, those whose runs are over; what cannot be dropped now stays for another run."""
    import psycopg  # noqa: PLC0415 (an extra: only where PostgreSQL is met)

    with suppress(psycopg.Error, RefusedError), beside(engine, place, _PATIENCE) as session:
        for name in names:
            with session.savepoint():
                if session.value("SELECT pg_try_advisory_xact_lock(%s)", (_lock(name),)):
                    session.run(f"DROP SCHEMA IF EXISTS {name} CASCADE")


def _lock(name: str) -> int:
    """Return the number of a schema's lock."""
    found = _NAME.fullmatch(name)
    assert found is not None, "the name of no schema of ours"
    return int(found[1], 16) - 2**63
