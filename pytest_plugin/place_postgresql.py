"""PostgreSQL: databases made of a template on the configured server; the configured one is only connected to."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

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
    from sqlalchemy import URL, Connection

_ANOTHER = 100


class Place(places.Place):
    """A server."""

    def __init__(self, whereabouts: Whereabouts) -> None:
        super().__init__(whereabouts)
        # The driver at hand, whatever the application uses.
        self._url = opened(whereabouts.url).url
        self._server: Connection | None = None
        self._own: dict[str, str] = {}
        self._templates: list[str] = []

    def own(self, key: str, build: Build) -> Engine:
        """Return an engine on a copy of the template, under a name that no other run has taken."""
        if not self._own:
            self._forget_dead_runs()
        template = self._template(key, build)
        worker = self.whereabouts.worker
        names = [self.name(key, worker), *(self.name(key, worker, str(number)) for number in range(2, _ANOTHER))]
        name = next(name for name in names if self._take(name))
        self._own[key] = name
        self._copied(template, name)
        return create_engine(self._url.set(database=name))

    def renew(self, key: str, build: Build) -> None:
        """Copy the template again."""
        self._copied(self._template(key, build), self._own[key])

    def clone(self, key: str, build: Build, name: str) -> Engine:
        """Return an engine on one more copy."""
        copy = f"{self._own[key]}_{name}"
        self._copied(self._template(key, build), copy)
        return create_engine(self._url.set(database=copy))

    def drop(self, engine: Engine) -> None:
        """Drop the database."""
        engine.dispose()
        self._drop(str(engine.url.database))

    def close(self) -> tuple[str, ...]:
        """Drop this worker's databases."""
        if self._server is None:
            return ()
        for name in self._own.values():
            self._drop(name)
        self._server.close()
        self._server.engine.dispose()
        self._server = None
        return () if self.whereabouts.kept else tuple(self._templates)

    def sweep(self, names: tuple[str, ...]) -> None:
        """Drop templates."""
        for name in names:
            self._drop(name)
        if self._server is not None:
            self._server.close()
            self._server = None

    def _template(self, key: str, build: Build) -> str:
        # Without reuse, a template of an earlier run is not trusted: the tables may be made otherwise by now.
        name = self.name(key, *(() if self.whereabouts.kept else (self.whereabouts.run,)))
        if name in self._templates:
            return name
        with self._locked(name):
            if not self._has(name):
                self._built(name, build)
        self._templates.append(name)
        return name

    def _built(self, name: str, build: Build) -> None:
        unfinished = f"{name}_new"
        self._drop(unfinished)
        self._run(f"CREATE DATABASE {_name(unfinished)}")
        engine = create_engine(self._url.set(database=unfinished), poolclass=NullPool)
        try:
            build(engine)
        except BaseException:
            self._drop(unfinished)
            raise
        engine.dispose()
        self._run(f"ALTER DATABASE {_name(unfinished)} RENAME TO {_name(name)}")

    def _copied(self, template: str, name: str) -> None:
        self._drop(name)
        # Two copies of one template at once are refused for a moment ("is being accessed by other users").
        with self._locked(template):
            self._run(f"CREATE DATABASE {_name(name)} TEMPLATE {_name(template)}")

    def _drop(self, name: str) -> None:
        self._run(f"DROP DATABASE IF EXISTS {_name(name)} WITH (FORCE)")

    def _forget_dead_runs(self) -> None:
        """Drop what runs have left that were killed: nobody holds the lock of its run or worker any more."""
        pattern = re.compile(
            rf"{re.escape(self.name(''))}[0-9a-f]{{12}}_(?P<rest>(?P<worker>(?:main|gw\d+)(?:_\d+)?)?.*)"
        )
        names = self._connection().execute(text("SELECT datname FROM pg_database")).scalars().all()
        for name in names:
            found = pattern.fullmatch(name)
            if found is None or found["rest"].startswith(self.whereabouts.run):
                continue
            whole = name.removesuffix(found["rest"]) + (found["worker"] or "")
            lock = whole if found["worker"] else _of_run(found["rest"].partition("_")[0])
            if self._take(lock):
                self._drop(name)
                self._connection().execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _number(lock)})

    def _has(self, name: str) -> bool:
        found = self._connection().execute(text("SELECT 1 FROM pg_database WHERE datname = :name"), {"name": name})
        return found.scalar() is not None

    def _take(self, name: str) -> bool:
        query = text("SELECT pg_try_advisory_lock(:key)")
        return bool(self._connection().execute(query, {"key": _number(name)}).scalar())

    @contextmanager
    def _locked(self, name: str) -> Iterator[None]:
        self._connection().execute(text("SELECT pg_advisory_lock(:key)"), {"key": _number(f"{name} template")})
        try:
            yield
        finally:
            self._connection().execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _number(f"{name} template")})

    def _run(self, statement: str) -> None:
        try:
            self._connection().exec_driver_sql(statement)
        except DBAPIError as error:
            raise self._refused(error, self._url) from None

    def _connection(self) -> Connection:
        """Return the connection to the server, by the configured database or else by the one that every server has."""
        if self._server is None:
            try:
                self._server = _connected(self._url)
            except OperationalError as error:
                try:
                    self._server = _connected(self._url.set(database="postgres"))
                except OperationalError:
                    raise self._refused(error, self._url) from None
            alive = text("SELECT pg_advisory_lock_shared(:key)")
            self._server.execute(alive, {"key": _number(_of_run(self.whereabouts.run))})
        return self._server

    def _refused(self, error: DBAPIError, url: URL) -> RefusedError:
        reason = str(error.orig).strip().splitlines()[0]
        hint = "Its user must be able to connect, and to CREATE DATABASE."
        return RefusedError(f"tests get no database: {reason}", where=masked(url), hint=hint)


def _connected(url: URL) -> Connection:
    return create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool).connect()


def _of_run(run: str) -> str:
    return f"run {run}"


def _number(name: str) -> int:
    """Return the number of an advisory lock: the second half of the key that tells ours from others'."""
    return (0x66697874 << 32) | zlib.crc32(name.encode())


def _name(name: str) -> str:
    return quoted(name, "postgresql")
