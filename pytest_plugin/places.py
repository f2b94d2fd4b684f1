"""Where the plugin's own databases live: one class a system; the database that was configured is never written.

Content is built once, into a template; every worker of a run has a copy of its own, and more copies are made for tests that
need a database to themselves.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from fixturegen.engines import masked
from fixturegen.errors import InputError, RefusedError
from fixturegen.guard import guarded
from pytest_fixturegen.whereabouts import Whereabouts

if TYPE_CHECKING:
    from sqlalchemy import URL, Engine

Build = Callable[["Engine"], None]
"""Makes the tables and rows in an empty database."""

_KINDS = {"sqlite": "place_sqlite", "postgresql": "place_postgresql", "mysql": "place_mysql", "mariadb": "place_mysql"}
_LONGEST = 24
_MOST_RUNS = 99
"""How many runs may have a database of the same content and worker at once."""


class Place(ABC):
    """A server, or a directory of files."""

    def __init__(self, whereabouts: Whereabouts) -> None:
        self.whereabouts = whereabouts

    @abstractmethod
    def own(self, key: str, build: Build) -> Engine:
        """Return an engine on this worker's database of the content ``key``, building the content if nobody has yet."""

    @abstractmethod
    def renew(self, key: str, build: Build) -> None:
        """Make this worker's database anew; nobody is connected to it but strays, which lose their connection."""

    @abstractmethod
    def clone(self, key: str, build: Build, name: str) -> Engine:
        """Return an engine on one more database of the same content."""

    @abstractmethod
    def drop(self, engine: Engine) -> None:
        """Let go of a clone and its database."""

    @abstractmethod
    def forget(self, key: str) -> bool:
        """Drop what earlier runs have kept of the content ``key``; return False where a run still works with it.

        Raises:
            RefusedError: If the server does not drop it.
        """

    @abstractmethod
    def close(self) -> tuple[str, ...]:
        """Drop what this worker made; return the names of templates that the last one of the run is to drop."""

    @abstractmethod
    def sweep(self, names: tuple[str, ...]) -> None:
        """Drop templates at the end of the run."""

    def name(self, key: str, *parts: str) -> str:
        """Return the name of a database: ``NAME_fixturegen_KEY``, then the parts."""
        return "_".join([stem(self.whereabouts.url), "fixturegen", key, *parts])

    def own_name(self, key: str, take: Callable[[str], bool]) -> str:
        """Return the first name of this worker's database that can be taken.

        Args:
            key: The content.
            take: Takes a name, or returns False where another run has it.

        Raises:
            RefusedError: If other runs have all of them.
        """
        worker = self.whereabouts.worker
        names = [self.name(key, worker), *(self.name(key, worker, str(number)) for number in range(2, _MOST_RUNS + 1))]
        found = next((name for name in names if take(name)), None)
        if found is None:
            message = f"{_MOST_RUNS} runs at once have databases like {names[0]}"
            raise RefusedError(message, where=masked(self.whereabouts.url))
        return found


def stem(url: URL) -> str:
    """Return what our databases' names begin with: the configured one's name, as far as any server takes it."""
    name = Path(url.database or "").stem if url.get_backend_name() == "sqlite" else url.database or ""
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")[:_LONGEST] or "test"


def place(whereabouts: Whereabouts) -> Place:
    """Return the place for the configured address.

    Raises:
        InputError: For a system that is not known.
        RefusedError: For a server that does not look like development.
    """
    let_through(whereabouts.url, whereabouts.allow)
    backend = whereabouts.url.get_backend_name()
    if backend not in _KINDS:
        message = f"tests cannot be given databases of {backend!r}"
        raise InputError(message, where=masked(whereabouts.url), given=backend, exists=_KINDS)
    made: Place = import_module(f"pytest_fixturegen.{_KINDS[backend]}").Place(whereabouts)
    return made


def let_through(target: URL | Engine, allow: tuple[str, ...]) -> None:
    """Refuse a target that does not look like a development database and is not among ``allow``.

    Raises:
        RefusedError: If that is so.
    """
    try:
        guarded(target, allow)
    except RefusedError as error:
        hint = "If it is one, name it in fixturegen_allow, or under [tool.fixturegen] allow in pyproject.toml."
        raise RefusedError(error.message, where=error.where, hint=hint) from None
