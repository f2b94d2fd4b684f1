"""MariaDB and MySQL: databases on the configured server. They know no templates, so each one is filled by itself.

That costs a fresh load (about a second) where PostgreSQL and SQLite copy: for each worker, each clone, and each test that
commits behind SQLAlchemy's back, as statements that define tables do here.
"""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING
from zlib import crc32

from sqlalchemy import Engine, create_engine
from sqlalchemy.pool import NullPool

from fixturegen.databases.quoting import quoted
from fixturegen.engines import opened
from fixturegen.errors import RefusedError
from pytest_fixturegen import places, servers
from pytest_fixturegen.places import Build
from pytest_fixturegen.servers import connected
from pytest_fixturegen.whereabouts import Whereabouts

if TYPE_CHECKING:
    from sqlalchemy import Connection

_UNTOUCHED = "untouched"
"""Ending of an empty database that says: the one beside it was left as it was built. A run that dies leaves none."""


class Place(places.Place):
    """A server."""

    def __init__(self, whereabouts: Whereabouts) -> None:
        super().__init__(whereabouts)
        self._url = opened(whereabouts.url).url
        self._server = Server(self._url.set(database=None))
        self._own: dict[str, str] = {}

    def own(self, key: str, build: Build) -> Engine:
        """Return an engine on this worker's database, under a name that no other run has taken."""
        if not self._own:
            self._forget_dead_runs()
        name = self._own[key] = self.own_name(key, self._server.take)
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

    def forget(self, key: str) -> bool:
        """Drop the databases of all workers that were kept, unless a run works with them."""
        pattern = re.compile(rf"({re.escape(self.name(key))}_(?:main|gw\d+)(?:_\d+)?)(_{_UNTOUCHED})?")
        found = [pattern.fullmatch(name) for name in self._server.asked("SHOW DATABASES")]
        names = sorted({each[1] for each in found if each is not None})
        return all([self._dropped(name) for name in names])  # noqa: C419 - each of them, whatever became of others

    def _dropped(self, name: str) -> bool:
        if name in self._own.values() or not self._server.take(name):
            return False
        idle = not self._visitors(name)
        if idle:
            self._drop(f"{name}_{_UNTOUCHED}")
            self._drop(name)
        self._server.give(name)
        return idle

    def close(self) -> tuple[str, ...]:
        """Drop this worker's databases, or say of those that are kept that they are as they were built."""
        if not self._server.is_open:
            return ()
        for name in self._own.values():
            if self.whereabouts.kept:
                self._server.asked(f"CREATE DATABASE {_name(f'{name}_{_UNTOUCHED}')}")
            else:
                self._drop(name)
        self._server.close()
        return ()

    def sweep(self, names: tuple[str, ...]) -> None:
        """Drop nothing: there are no templates."""

    def _built(self, name: str, build: Build) -> None:
        self._drop(name)
        self._server.asked(f"CREATE DATABASE {_name(name)} CHARACTER SET utf8mb4")
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
        for visitor in self._visitors(name):  # the server would wait for their transactions
            with suppress(RefusedError):  # it may have gone meanwhile
                self._server.asked(f"KILL {visitor:d}")
        self._server.asked(f"DROP DATABASE IF EXISTS {_name(name)}")

    def _forget_dead_runs(self) -> None:
        """Drop what runs have left that were killed: nobody holds the lock of its worker, and nothing says that it is kept."""
        pattern = re.compile(rf"({re.escape(self.name(''))}[0-9a-f]{{12}}_(?:main|gw\d+)(?:_\d+)?)(_clone\d+)?")
        found = set(self._server.asked("SHOW DATABASES"))
        for name in sorted(found):
            ours = pattern.fullmatch(name)
            if ours is None or (ours[2] is None and f"{name}_{_UNTOUCHED}" in found):
                continue
            if self._server.take(ours[1]):
                # Another run may have taken and kept it meanwhile.
                if ours[2] is not None or not self._has(f"{name}_{_UNTOUCHED}"):
                    self._drop(name)
                self._server.give(ours[1])

    def _visitors(self, name: str) -> list[int]:
        return self._server.asked("SELECT id FROM information_schema.processlist WHERE db = :name", name=name)

    def _has(self, name: str) -> bool:
        return bool(
            self._server.asked("SELECT 1 FROM information_schema.schemata WHERE schema_name = :name", name=name)
        )


class Server(servers.Server):
    """A MariaDB or MySQL server, whose locks nobody shares."""

    def _open(self) -> Connection:
        return connected(self.url)

    def _lock(self, name: str, *, shared: bool) -> bool:
        del shared
        return bool(self.asked("SELECT GET_LOCK(:name, 0)", name=_short(name))[0] == 1)

    def _wait(self, name: str) -> None:
        self.asked("SELECT GET_LOCK(:name, -1)", name=_short(name))

    def _unlock(self, name: str, *, shared: bool) -> None:
        del shared
        self.asked("SELECT RELEASE_LOCK(:name)", name=_short(name))


def _short(name: str) -> str:
    """Return the name of a database's lock: MySQL's are short."""
    return f"fixturegen_{crc32(name.encode())}"


def _name(name: str) -> str:
    return quoted(name, "mysql")
