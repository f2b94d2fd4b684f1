"""What a live database says of its tables: one module for each database, found by the name of its dialect.

A catalogue is a module of this package named like a :data:`fixturegen.schema.Dialect` with one function::

    def drafts(connection: sqlalchemy.Connection, source: Location) -> list[Draft]

It reads and changes nothing. Another database is one more file here.
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Protocol

from fixturegen.errors import InputError
from fixturegen.schema import Location

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from fixturegen.sources.drafts import Draft


class Catalogue(Protocol):
    """What a module of this package offers."""

    def drafts(self, connection: Connection, source: Location) -> list[Draft]:
        """Return the tables of the database's default schema and of others that are not its own, in a stable order."""


def catalogue(dialect: str, where: object = None) -> Catalogue:
    """Return the catalogue of a database.

    Args:
        dialect: Name of its dialect.
        where: The database's address, for the message.

    Raises:
        InputError: There is none for this database.
    """
    if not dialect.isidentifier() or find_spec(f"{__name__}.{dialect}") is None:
        raise InputError(
            f"a live {dialect} database cannot be read",
            where=where,
            exists=[module.name for module in iter_modules(__path__)],
            hint="Give its DDL as a .sql file instead, dumped without data.",
        )
    module: Catalogue = import_module(f"{__name__}.{dialect}")
    return module
