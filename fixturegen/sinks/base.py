"""The export formats: each is one class in one module of this package, found by the name people type."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from types import MappingProxyType
from typing import ClassVar, Protocol

import polars as pl

from fixturegen.errors import InputError
from fixturegen.schema import Dialect, Reference, Table
from fixturegen.sinks.manifest import Metadata, TableFiles
from fixturegen.sizing import block_rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What a format may need to know beside the rows.

    Attributes:
        metadata: Where the rows come from.
        tables: All tables of the export, in load order.
        dialect: Dialect of SQL text.
        postponed: References by table that can only be filled once all tables are loaded.
        row_bytes: About how many bytes a row takes, by table, where its types do not tell.
    """

    metadata: Metadata
    tables: tuple[Table, ...] = ()
    dialect: Dialect = "sqlite"
    postponed: Mapping[str, tuple[Reference, ...]] = field(default_factory=lambda: MappingProxyType({}))
    row_bytes: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))

    def block_rows(self, table: Table) -> int:
        """Return how many rows of a table a writer is given at once."""
        return block_rows(table, self.row_bytes.get(table.name, 0))


class Writer(Protocol):
    """One open file. It receives blocks of ``block_rows`` rows, only the last one shorter, all with the same columns."""

    def write(self, frame: pl.DataFrame) -> None:
        """Append rows."""

    def close(self) -> None:
        """Finish the file."""

    def abort(self) -> None:
        """Let go of the file and of all threads, without finishing; never raises."""


class Sink(ABC):
    """A format.

    Attributes:
        extension: Ending of its files, without the dot.
        reserved: Lower-case file names (without ending) that the format keeps for itself.
        folder: Whether a table is a folder however small it is.
        dictionaries: Whether frames may hold text as Categorical, which readers of its files must not see.
    """

    extension: ClassVar[str]
    folder: ClassVar[bool] = False
    dictionaries: ClassVar[bool] = False
    reserved: ClassVar[frozenset[str]] = frozenset()

    @abstractmethod
    def open(self, path: Path, table: Table, context: Context) -> Writer:
        """Return a writer for a new file."""

    def afterwards(self, path: Path) -> Path | None:
        """Return the file to be run after all tables that was written beside ``path``, if any."""
        del path
        return None

    def completed(self, folder: Path, table: Table, context: Context) -> Iterable[Path]:
        """Add to a table's folder (of formats that have one) what makes its files one table; return the files added."""
        del folder, table, context
        return ()

    def scripts(self, directory: Path, tables: Mapping[str, TableFiles], context: Context) -> tuple[str, ...]:
        """Write what the format adds for all tables together; return the paths below ``directory``."""
        del directory, tables, context
        return ()


def texts(schema: pl.Schema) -> pl.Schema:
    """Return a schema with texts in place of their dictionaries.

    >>> texts(pl.Schema({"a": pl.Categorical(), "b": pl.Int64()}))
    Schema([('a', String), ('b', Int64)])
    """
    return pl.Schema({k: pl.String() if isinstance(v, pl.Categorical) else v for k, v in schema.items()})


_SINKS: dict[str, Sink] = {}


def sink(name: str) -> Callable[[type[Sink]], type[Sink]]:
    """Register the decorated class as the format ``name``."""

    def register(kind: type[Sink]) -> type[Sink]:
        if name in _SINKS and type(_SINKS[name]) is not kind:
            message = f"format {name!r} is registered twice"
            raise ValueError(message)
        _SINKS[name] = kind()
        return kind

    return register


def sinks() -> Mapping[str, Sink]:
    """Return every format by name, importing the modules of this package once."""
    package = import_module("fixturegen.sinks")
    for module in iter_modules(package.__path__):
        import_module(f"fixturegen.sinks.{module.name}")
    return MappingProxyType(_SINKS)


def sink_named(name: str) -> Sink:
    """Return the format ``name``.

    Raises:
        InputError: If there is none.

    >>> sink_named("ndjson").extension
    'ndjson'
    """
    known = sinks()
    if name not in known:
        message = f"unknown format {name!r}"
        raise InputError(message, given=name, exists=known)
    return known[name]
