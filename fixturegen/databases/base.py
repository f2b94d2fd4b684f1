"""What a database must do to be seeded: one class in one module of this package, found by the dialect's name."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from hashlib import sha256
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np
import numpy.typing as npt
import polars as pl

from fixturegen.errors import InputError, RefusedError
from fixturegen.schema import Dialect, Schema, Table

if TYPE_CHECKING:
    from sqlalchemy import URL, Connection, Engine

    Target = str | URL | Engine | Connection

Trial = Callable[[pl.DataFrame, int], npt.NDArray[np.int64]]
"""Tries rows, so many consecutive candidates for each wanted one; returns the place among them of the one taken, -1 for none."""
RejectionKind = Literal[
    "primary key", "unique", "not null", "check", "reference", "exclusion", "policy", "type", "trigger", "other"
]


@dataclass(frozen=True, slots=True)
class Rejection:
    """A row that the database did not take.

    Attributes:
        table: Its table.
        kind: What kind of constraint it broke.
        constraint: The constraint's name, or the columns it is about, as far as the database says.
        row: Number of the row among those sent to the table, from 1; None where the database does not say.
        shape: Where no row was found at all, what the one that came closest is like; no value of it.
    """

    table: str
    kind: RejectionKind
    constraint: str
    row: int | None = None
    shape: str = ""

    def __str__(self) -> str:
        """Return it in words, without any value."""
        place = f"row {self.row:,} of {self.table!r}" if self.row is not None else f"a row of {self.table!r}"
        about = f" {self.constraint}" if self.constraint else ""
        return f"{place} breaks the {self.kind} constraint{about}"


class RejectedError(RefusedError):
    """The database did not take a row; ``rejections`` says which.

    Example:
        >>> print(RejectedError("nothing was loaded", rejections=[Rejection("orders", "unique", "orders.number", 7)]).rejections[0])
        row 7 of 'orders' breaks the unique constraint orders.number
    """

    def __init__(
        self,
        message: str,
        *,
        where: object = None,
        given: str | None = None,
        exists: Iterable[str] = (),
        hint: str | None = None,
        rejections: Sequence[Rejection] = (),
    ) -> None:
        self.rejections = tuple(rejections)
        super().__init__(message, where=where, given=given, exists=exists, hint=hint)


class AloneError(RefusedError):
    """Several connections cannot load this. One may, or says what is wrong, with table, constraint and row."""


@dataclass(frozen=True, slots=True)
class Marker:
    """What a database was seeded with last.

    Attributes:
        content: Content hash of schema, seed and counts.
        rows: Digest of how many rows each filled table had right after, by :func:`rows_digest`.
    """

    content: str
    rows: str


def rows_digest(rows: Mapping[str, int]) -> str:
    """Return 32 hexadecimal digits that stand for the numbers of rows by table.

    >>> rows_digest({"a": 1, "b": 2}) == rows_digest({"b": 2, "a": 1})
    True
    """
    return sha256(json.dumps(rows, sort_keys=True).encode()).hexdigest()[:32]


class Load(ABC):
    """One load into one database, all or nothing. Every error it raises is ours and holds no value of a row.

    Attributes:
        alone: Why one connection loads, in words; empty where several do.
    """

    alone: str = "only PostgreSQL is filled faster by several"

    @abstractmethod
    def place(self) -> str:
        """Return the database's name for messages, without a password."""

    @abstractmethod
    def has(self, table: str) -> bool:
        """Whether there is a table of that name."""

    @abstractmethod
    def columns(self, table: str) -> tuple[str, ...]:
        """Return the names of a table's columns."""

    @abstractmethod
    def count(self, table: str) -> int:
        """Return how many rows a table has."""

    @abstractmethod
    def create(self, schema: Schema) -> None:
        """Make the schema's tables; what is better built over rows than kept up with them may wait for :meth:`finish`."""

    @abstractmethod
    def begin(self) -> Mapping[str, frozenset[str]]:
        """Make ready for the first row: called once, when the tables are there and as full as they may be.

        Returns:
            Which tables' triggers insert into which of the tables that are filled: bare names, case folded, the latter first.
        """

    @abstractmethod
    def dependents(self, tables: Sequence[str]) -> tuple[str, ...]:
        """Return the other tables whose rows refer to rows of these."""

    @abstractmethod
    def empty(self, tables: Sequence[str]) -> None:
        """Delete all rows of tables, given in load order; their numbering starts over."""

    @abstractmethod
    def insert(self, table: Table, frame: pl.DataFrame) -> None:
        """Insert rows.

        Raises:
            RejectedError: If the database does not take one of them.
        """

    @abstractmethod
    def trial(self, table: Table) -> AbstractContextManager[Trial]:
        """Give a trial of rows on a table: those that it takes stay in place for those that follow, and all is undone in the end.

        A row whose reference leads nowhere counts as taken: what it refers to may be still to come.
        """

    @abstractmethod
    def finish(self, tables: Sequence[Table]) -> None:
        """Build what waited, set sequences right, and judge what is judged at the end.

        Raises:
            RejectedError: If a reference leads nowhere, or rows break a constraint that waited.
        """

    @abstractmethod
    def marker(self) -> Marker | None:
        """Return what the database was seeded with, or None."""

    @abstractmethod
    def mark(self, marker: Marker) -> None:
        """Remember what it was seeded with."""

    @abstractmethod
    def discard(self) -> None:
        """Undo at the end in place of keeping."""

    def connection(self) -> object:
        """Return the driver's connection, for questions asked within the transaction; None where it cannot be shared."""
        return None


class Database(ABC):
    """A database system."""

    dialect: ClassVar[Dialect]

    @abstractmethod
    def load(
        self,
        target: Target,
        tables: Sequence[Table],
        *,
        create: Schema | None = None,
        defer_constraints: bool = False,
        workers: int = 1,
    ) -> AbstractContextManager[Load]:
        """Return one load: kept at the end of the block, undone by an exception.

        Args:
            target: A URL, an engine, or a connection. A connection within its user's transaction is joined: what was loaded is
                kept or undone as a whole, and the transaction stays open.
            tables: The tables to fill, in load order.
            create: The schema whose tables are made, if any; then the database itself may be made as well (a new file).
            defer_constraints: Whether references and indexes may be taken away for the load and built again after it, where
                the database can do so within the transaction.
            workers: Most connections that may load at the same time, 1 or more; ``Load.alone`` says why it is only one.
        """


_SPELLINGS = {"mariadb": "mysql", "postgres": "postgresql"}
_DATABASES: dict[str, Database] = {}


def database(name: Dialect) -> Callable[[type[Database]], type[Database]]:
    """Register the decorated class for a dialect."""

    def register(kind: type[Database]) -> type[Database]:
        if name in _DATABASES and type(_DATABASES[name]) is not kind:
            message = f"database {name!r} is registered twice"
            raise ValueError(message)
        _DATABASES[name] = kind()
        return kind

    return register


def databases() -> Mapping[str, Database]:
    """Return every database by dialect, importing the modules of this package once."""
    package = import_module("fixturegen.databases")
    for module in iter_modules(package.__path__):
        import_module(f"fixturegen.databases.{module.name}")
    return MappingProxyType(_DATABASES)


def database_of(target: Target) -> Database:
    """Return the database system of a URL, engine or connection.

    Raises:
        InputError: If it is none of them, or of a system that cannot be seeded.

    >>> database_of("sqlite://").dialect
    'sqlite'
    """
    name = _dialect(target)
    known = databases()
    if name not in known:
        message = f"databases of {name!r} cannot be seeded"
        raise InputError(message, given=name, exists=known)
    return known[name]


def _dialect(target: Target) -> str:
    from sqlalchemy import URL, Connection, Engine, make_url  # noqa: PLC0415 (heavy: only where a database is met)
    from sqlalchemy.exc import ArgumentError  # noqa: PLC0415 (heavy, as above)

    if isinstance(target, Engine | Connection):
        name = target.dialect.name
    elif isinstance(target, str | URL):
        try:
            name = make_url(target).get_backend_name()
        except (ArgumentError, ValueError):
            # The text may hold a password: it is not repeated.
            message = "the database URL cannot be read"
            raise InputError(message, hint="It looks like sqlite:///shop.db or postgresql://user@host/name.") from None
    else:
        message = f"{type(target).__name__} is no database"
        raise InputError(message, hint="Give a SQLAlchemy Engine, a Connection or a URL.")
    return _SPELLINGS.get(name, name)
