"""SQLite: files of the run's own directory; a copy of the template's file is a copy of the database."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Engine, create_engine, event

from pytest_fixturegen import places
from pytest_fixturegen.moments import written_as_seeded
from pytest_fixturegen.places import Build

_PATIENCE = 600.0
"""Seconds that a worker waits for another one to build the content."""


class Place(places.Place):
    """A directory."""

    def own(self, key: str, build: Build) -> Engine:
        """Return an engine on a copy of the template."""
        path = self._copy(key)
        self._copied(key, build, path)
        return engine_on(path)

    def renew(self, key: str, build: Build) -> None:
        """Copy the template again."""
        self._copied(key, build, self._copy(key))

    def clone(self, key: str, build: Build, name: str) -> Engine:
        """Return an engine on one more copy, which several connections may write."""
        path = self._file(key, self.whereabouts.worker, name)
        self._copied(key, build, path)
        return engine_on(path, shared=True)

    def drop(self, engine: Engine) -> None:
        """Remove the file."""
        engine.dispose()
        _remove(Path(str(engine.url.database)))

    def forget(self, key: str) -> bool:
        """Remove the template; a run that still works with it has its copies, and builds it again for more of them."""
        lock = self._lock(key)
        with _locked(lock):
            _remove(self._path(key))
        lock.unlink(missing_ok=True)
        return True

    def close(self) -> tuple[str, ...]:
        """Remove nothing: pytest keeps the directories of the last runs, to be looked into, and removes them in time."""
        return ()

    def sweep(self, names: tuple[str, ...]) -> None:
        """Remove nothing."""

    @contextmanager
    def _template(self, key: str, build: Build) -> Iterator[Path]:
        """Give the template, built if need be; within the block nobody removes it."""
        path = self._path(key)
        with _locked(self._lock(key)):
            if not path.exists():
                self._built(path, build)
            yield path

    def _built(self, path: Path, build: Build) -> None:
        unfinished = path.with_suffix(f".{os.getpid()}")
        _remove(unfinished)
        engine = engine_on(unfinished)
        try:
            build(engine)
        except BaseException:
            engine.dispose()
            _remove(unfinished)
            raise
        engine.dispose()
        unfinished.replace(path)

    def _path(self, key: str) -> Path:
        folder = self.whereabouts.kept or self.whereabouts.folder
        folder.mkdir(parents=True, exist_ok=True)
        return folder / f"{self.name(key)}.sqlite"

    def _lock(self, key: str) -> Path:
        return self._path(key).with_suffix(".lock")

    def _copy(self, key: str) -> Path:
        return self._file(key, self.whereabouts.worker)

    def _file(self, key: str, *parts: str) -> Path:
        self.whereabouts.folder.mkdir(parents=True, exist_ok=True)
        return self.whereabouts.folder / f"{self.name(key, *parts)}.sqlite"

    def _copied(self, key: str, build: Build, path: Path) -> None:
        _remove(path)
        with self._template(key, build) as template:
            shutil.copyfile(template, path)


def engine_on(path: Path, *, shared: bool = False) -> Engine:
    """Return an engine on a file: references enforced, transactions begun by SQLAlchemy, nothing waited for on disk.

    Args:
        path: The file.
        shared: Whether several connections write it at the same time: then readers do not keep them out, as on a server.
    """
    engine = create_engine(URL.create("sqlite", database=str(path)), connect_args={"check_same_thread": False})
    written_as_seeded(engine)
    event.listen(engine, "connect", prepared)
    event.listen(engine, "connect", _logged if shared else _remembered)
    event.listen(engine, "begin", begun)
    return engine


def prepared(driver: Any, _record: object) -> None:
    """Set a new connection up."""
    # Else the driver begins transactions when it thinks fit, and never before a SAVEPOINT.
    driver.isolation_level = None
    for pragma in ("foreign_keys = ON", "synchronous = OFF"):
        driver.execute(f"PRAGMA {pragma}")


def _remembered(driver: Any, _record: object) -> None:
    # What is needed to roll back is kept in memory: a file of it would be made and removed in every test.
    driver.execute("PRAGMA journal_mode = MEMORY")
    driver.execute("PRAGMA temp_store = MEMORY")


def _logged(driver: Any, _record: object) -> None:
    driver.execute("PRAGMA journal_mode = WAL")


def begun(connection: Any) -> None:
    """Begin a transaction, which the driver leaves to us; none where each statement is to be its own."""
    if connection.get_execution_options().get("isolation_level") != "AUTOCOMMIT":
        connection.exec_driver_sql("BEGIN")


def _remove(path: Path) -> None:
    for suffix in ("", "-journal", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold a lock between processes: SQLite's own, which every system's file locks are behind, and which dies with us."""
    with closing(sqlite3.connect(path, timeout=_PATIENCE, isolation_level=None)) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        yield
        connection.execute("ROLLBACK")
