"""MariaDB and MySQL: databases on the configured server. They know no templates, so each one is filled by itself.

That costs a fresh load (about a second) where PostgreSQL and SQLite copy: for each worker, each clone, and each test that
commits behind SQLAlchemy's back, as statements that define tables do here.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from zlib import crc32

from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.pool import NullPool

from fixturegen.databases.quoting import quoted
from fixturegen.engines import masked, opened
from fixturegen.errors import RefusedError
from pytest_fixturegen import places
from pytest_fixturegen.places import Build
from pytest_fixturegen.whereabouts import Whereabouts

if TYPE_CHECKING:
    from sqlalchemy import Connection

_ANOTHER = 100
_UNTOUCHED = "untouched"
"""Ending of an empty database that says: the one beside it was left as it was built. A run that dies leaves none."""


class Place(places.Place):
    """A server."""

    def __init__(self, whereabouts: Whereabouts) -> None:
        super().__init__(whereabouts)
        self._url = opened(whereabouts.url).url
        self._server: Connection | None = None
        self._own: dict[str, str] = {}

    def own(self, key: str, build: Build) -> Engine:
        """Return an engine on this worker's database, under a name that no other run has taken."""
        if not self._own:
            self._forget_dead_runs()
        worker = self.whereabouts.worker
        names = [self.name(key, worker), *(self.name(key, worker, str(number)) for number in range(2, _ANOTHER))]
        name = next(name for name in names if self._take(name))
        self._own[key] = name
        untouched = self._has(f"{name}_{_UNTOUCHED}")
        self._drop(f"{name}_{_UNTOUCHED}")
        if not (self.whereabouts.kept and untouched and self._has(name)):
            self._built(name, build)
        return self._engine(name)

    def renew(self, key: str, build: Build) -> None:
        """Fill it again."""
        self._built(self._own[key], build)

    def clone(self, key: str, build: Build, name: str) -> Engine:
        """Return an engine on one more database, filled by itself."""
        copy = f"{self._own[key]}_{name}"
        self._built(copy, build)
        return self._engine(copy)

    def drop(self, engine: Engine) -> None:
        """Drop the database."""
        engine.dispose()
        self._drop(str(engine.url.database))

    def close(self) -> tuple[str, ...]:
        """Drop this worker's databases, or say of those that are kept that they are as they were built."""
        if self._server is None:
            return ()
        for name in self._own.values():
            if self.whereabouts.kept:
                self._run(f"CREATE DATABASE {_name(f'{name}_{_UNTOUCHED}')}")
            else:
                self._drop(name)
        self._server.close()
        self._server = None
        return ()

    def sweep(self, names: tuple[str, ...]) -> None:
        """Drop nothing: there are no templates."""

    def _built(self, name: str, build: Build) -> None:
        self._drop(name)
        self._run(f"CREATE DATABASE {_name(name)} CHARACTER SET utf8mb4")
        engine = self._engine(name)
        try:
            build(engine)
        except BaseException:
            self._drop(name)
            raise
        finally:
            engine.dispose()

    def _engine(self, name: str) -> Engine:
        return create_engine(self._url.set(database=name), poolclass=NullPool)

    def _drop(self, name: str) -> None:
        self._run(f"DROP DATABASE IF EXISTS {_name(name)}")

    def _forget_dead_runs(self) -> None:
        """Drop what runs have left that were killed: nobody holds the lock of its worker, and nothing says that it is kept."""
        pattern = re.compile(rf"({re.escape(self.name(''))}[0-9a-f]{{12}}_(?:main|gw\d+)(?:_\d+)?)(_clone\d+)?")
        found = set(self._connection().execute(text("SHOW DATABASES")).scalars())
        for name in sorted(found):
            ours = pattern.fullmatch(name)
            if ours is None or (ours[2] is None and f"{name}_{_UNTOUCHED}" in found):
                continue
            if self._take(ours[1]):
                # Another run may have taken and kept it meanwhile.
                if ours[2] is not None or not self._has(f"{name}_{_UNTOUCHED}"):
                    self._drop(name)
                self._connection().execute(text("SELECT RELEASE_LOCK(:name)"), {"name": _lock(ours[1])})

    def _has(self, name: str) -> bool:
        query = text("SELECT 1 FROM information_schema.schemata WHERE schema_name = :name")
        return self._connection().execute(query, {"name": name}).scalar() is not None

    def _take(self, name: str) -> bool:
        query = text("SELECT GET_LOCK(:name, 0)")
        return self._connection().execute(query, {"name": _lock(name)}).scalar() == 1

    def _run(self, statement: str) -> None:
        try:
            self._connection().exec_driver_sql(statement)
        except DBAPIError as error:
            raise self._refused(error) from None

    def _connection(self) -> Connection:
        if self._server is None:
            url = self._url.set(database=None)
            try:
                engine = create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
                self._server = engine.connect()
            except OperationalError as error:
                raise self._refused(error) from None
        return self._server

    def _refused(self, error: DBAPIError) -> RefusedError:
        reason = str(error.orig).strip().splitlines()[0]
        hint = "Its user must be able to connect, and to CREATE DATABASE."
        return RefusedError(f"tests get no database: {reason}", where=masked(self._url), hint=hint)


def _lock(name: str) -> str:
    """Return the name of a database's lock: MySQL's are short."""
    return f"fixturegen_{crc32(name.encode())}"


def _name(name: str) -> str:
    return quoted(name, "mysql")
