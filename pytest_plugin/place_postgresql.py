"""PostgreSQL: databases made of a template on the configured server; the configured one is only connected to."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from fixturegen.databases.quoting import quoted
from fixturegen.engines import opened
from pytest_fixturegen import places, servers
from pytest_fixturegen.places import Build
from pytest_fixturegen.servers import connected
from pytest_fixturegen.whereabouts import Whereabouts

if TYPE_CHECKING:
    from sqlalchemy import Connection


class Place(places.Place):
    """A server."""

    def __init__(self, whereabouts: Whereabouts) -> None:
        super().__init__(whereabouts)
        # The driver at hand, whatever the application uses.
        self._url = opened(whereabouts.url).url
        self._server = Server(self._url)
        self._own: dict[str, str] = {}
        self._templates: list[str] = []

    def own(self, key: str, build: Build) -> Engine:
        """Return an engine on a copy of the template, under a name that no other run has taken."""
        if not self._own:
            self._server.take(_of_run(self.whereabouts.run), shared=True)
            self._forget_dead_runs()
        template = self._template(key, build)
        name = self._own[key] = self.own_name(key, self._server.take)
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

    def forget(self, key: str) -> bool:
        """Drop a template that was kept, unless a run works with it; the server refuses where somebody is connected to it."""
        name = self.name(key)
        with self._locked(name):
            if name in self._templates or not self._server.take(_in_use(name)):
                return False
            try:
                self._server.asked(f"DROP DATABASE IF EXISTS {_name(name)}")
            finally:
                self._server.give(_in_use(name))
        return True

    def close(self) -> tuple[str, ...]:
        """Drop this worker's databases."""
        if not self._server.is_open:
            return ()
        for name in self._own.values():
            self._drop(name)
        self._server.close()
        return () if self.whereabouts.kept else tuple(self._templates)

    def sweep(self, names: tuple[str, ...]) -> None:
        """Drop templates."""
        for name in names:
            self._drop(name)
        self._server.close()

    def _template(self, key: str, build: Build) -> str:
        # Without reuse, a template of an earlier run is not trusted: the tables may be made otherwise by now.
        name = self.name(key, *(() if self.whereabouts.kept else (self.whereabouts.run,)))
        if name in self._templates:
            return name
        with self._locked(name):
            if self.whereabouts.kept:
                self._server.take(_in_use(name), shared=True)
            if not self._has(name):
                self._built(name, build)
        self._templates.append(name)
        return name

    def _built(self, name: str, build: Build) -> None:
        unfinished = f"{name}_new"
        self._drop(unfinished)
        self._server.asked(f"CREATE DATABASE {_name(unfinished)}")
        engine = create_engine(self._url.set(database=unfinished), poolclass=NullPool)
        try:
            build(engine)
        except BaseException:
            self._drop(unfinished)
            raise
        engine.dispose()
        self._server.asked(f"ALTER DATABASE {_name(unfinished)} RENAME TO {_name(name)}")

    def _copied(self, template: str, name: str) -> None:
        self._drop(name)
        # Two copies of one template at once are refused for a moment ("is being accessed by other users").
        with self._locked(template):
            self._server.asked(f"CREATE DATABASE {_name(name)} TEMPLATE {_name(template)}")

    def _drop(self, name: str) -> None:
        self._server.asked(f"DROP DATABASE IF EXISTS {_name(name)} WITH (FORCE)")

    def _forget_dead_runs(self) -> None:
        """Drop what runs have left that were killed: nobody holds the lock of its run or worker any more."""
        pattern = re.compile(
            rf"{re.escape(self.name(''))}[0-9a-f]{{12}}_(?P<rest>(?P<worker>(?:main|gw\d+)(?:_\d+)?)?.*)"
        )
        for name in self._server.asked("SELECT datname FROM pg_database"):
            found = pattern.fullmatch(name)
            if found is None or found["rest"].startswith(self.whereabouts.run):
                continue
            whole = name.removesuffix(found["rest"]) + (found["worker"] or "")
            lock = whole if found["worker"] else _of_run(found["rest"].partition("_")[0])
            if self._server.take(lock):
                self._drop(name)
                self._server.give(lock)

    def _has(self, name: str) -> bool:
        return bool(self._server.asked("SELECT 1 FROM pg_database WHERE datname = :name", name=name))

    @contextmanager
    def _locked(self, template: str) -> Iterator[None]:
        with self._server.locked(f"{template} template"):
            yield


class Server(servers.Server):
    """A PostgreSQL server."""

    def _open(self) -> Connection:
        """Connect to the configured database or else to the one that every server has."""
        try:
            return connected(self.url)
        except OperationalError as error:
            try:
                return connected(self.url.set(database="postgres"))
            except OperationalError:
                raise self._refused(error) from None

    def _lock(self, name: str, *, shared: bool) -> bool:
        kind = "_shared" if shared else ""
        return bool(self.asked(f"SELECT pg_try_advisory_lock{kind}(:key)", key=_number(name))[0])

    def _wait(self, name: str) -> None:
        self.asked("SELECT pg_advisory_lock(:key)", key=_number(name))

    def _unlock(self, name: str, *, shared: bool) -> None:
        kind = "_shared" if shared else ""
        self.asked(f"SELECT pg_advisory_unlock{kind}(:key)", key=_number(name))


def _of_run(run: str) -> str:
    return f"run {run}"


def _in_use(template: str) -> str:
    return f"{template} in use"


def _number(name: str) -> int:
    """Return the number of an advisory lock: the second half of the key that tells ours from others'."""
    return (0x66697874 << 32) | zlib.crc32(name.encode())


def _name(name: str) -> str:
    return quoted(name, "postgresql")
