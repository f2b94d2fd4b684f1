"""The connection to a server on which databases are made: opened anew where it was lost, with the locks that it held."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from fixturegen.engines import masked
from fixturegen.errors import RefusedError

if TYPE_CHECKING:
    from sqlalchemy import URL, Connection


class Server(ABC):
    """A server, connected to when it is first asked anything.

    Args:
        url: Its address.

    Tests may end any connection of their server, and servers end those that are idle for long.
    """

    def __init__(self, url: URL) -> None:
        self.url = url
        self._connection: Connection | None = None
        self._locks: dict[str, bool] = {}

    @property
    def is_open(self) -> bool:
        """Whether it was asked anything since it was made or closed."""
        return self._connection is not None

    def asked(self, statement: str, **values: object) -> list[Any]:
        """Run a statement in a transaction of its own; return the first column of what it finds.

        Raises:
            RefusedError: If the server does not do it, or cannot be reached.
        """
        try:
            return self._asked(statement, values)
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise self._refused(error) from None
        self._forget()
        try:
            return self._asked(statement, values)
        except DBAPIError as error:
            if error.connection_invalidated:
                self._forget()
            raise self._refused(error) from None

    def take(self, name: str, *, shared: bool = False) -> bool:
        """Take a lock for as long as this is open; return whether nobody else held it.

        Args:
            name: Its name.
            shared: Whether others may share it.
        """
        taken = self._lock(name, shared=shared)
        if taken:
            self._locks[name] = shared
        return taken

    def give(self, name: str) -> None:
        """Give a lock back."""
        self._unlock(name, shared=self._locks.pop(name))

    @contextmanager
    def locked(self, name: str) -> Iterator[None]:
        """Hold a lock within the block, after whoever else holds it."""
        self._wait(name)
        self._locks[name] = False
        try:
            yield
        finally:
            self.give(name)

    def close(self) -> None:
        """Close the connection, and so give all locks back."""
        self._locks.clear()
        self._forget()

    @abstractmethod
    def _open(self) -> Connection:
        """Connect."""

    @abstractmethod
    def _lock(self, name: str, *, shared: bool) -> bool:
        """Take a lock unless somebody else holds it."""

    @abstractmethod
    def _wait(self, name: str) -> None:
        """Take a lock as soon as nobody else holds it."""

    @abstractmethod
    def _unlock(self, name: str, *, shared: bool) -> None:
        """Give a lock back."""

    def _asked(self, statement: str, values: dict[str, object]) -> list[Any]:
        if self._connection is None:
            self._connection = self._open()
            try:
                self._take_again()
            except BaseException:
                self._forget()  # without the locks, what is asked next could be another run's
                raise
        result = self._connection.execute(text(statement), values)
        return list(result.scalars()) if result.returns_rows else []

    def _take_again(self) -> None:
        for name, shared in self._locks.items():
            if not self._lock(name, shared=shared):
                message = f"another run took {name} while the connection to the server was lost"
                raise RefusedError(message, where=masked(self.url))

    def _forget(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(DBAPIError):  # it may be lost
                connection.close()

    def _refused(self, error: DBAPIError) -> RefusedError:
        reason = str(error.orig).strip().splitlines()[0]
        hint = "Its user must be able to connect, and to CREATE DATABASE."
        return RefusedError(f"tests get no database: {reason}", where=masked(self.url), hint=hint)


def connected(url: URL) -> Connection:
    """Return a connection whose statements are transactions of their own."""
    return create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool).connect()
