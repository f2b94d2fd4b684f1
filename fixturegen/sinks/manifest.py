"""What an export says about itself: where its rows came from, and which file holds which of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path, PurePosixPath
from types import MappingProxyType

from fixturegen.errors import InputError

MANIFEST = "manifest.json"
LOG = "_delta_log"
"""Folder of a Delta table's log, the only one within a table's folder."""
_DISTRIBUTIONS = {"fixturegen": "fixturegen-db", "polars": "polars", "numpy": "numpy", "faker": "faker"}


@cache
def versions() -> Mapping[str, str]:
    """Return the installed versions that decide values, without importing any of them."""
    return MappingProxyType({name: _version(distribution) for name, distribution in _DISTRIBUTIONS.items()})


@dataclass(frozen=True, slots=True)
class Metadata:
    """Where rows come from.

    Attributes:
        schema_hash: Content hash of the schema.
        seed: The seed.
        as_of: The frozen clock.
        versions: Versions of fixturegen, polars, numpy and faker.
    """

    schema_hash: str
    seed: int
    as_of: date
    versions: Mapping[str, str] = field(default_factory=versions)

    def pairs(self) -> dict[str, str]:
        """Return the key-value metadata of a file, all keys within ``fixturegen``.

        >>> Metadata("ab12", 7, date(2026, 1, 1), {"polars": "2.1.0"}).pairs()["fixturegen.seed"]
        '7'
        """
        own = {
            "schema_hash": self.schema_hash,
            "seed": str(self.seed),
            "as_of": self.as_of.isoformat(),
            "synthetic": "true",
        }
        own |= {f"version.{name}": number for name, number in self.versions.items()}
        return {f"fixturegen.{key}": value for key, value in own.items()}


@dataclass(frozen=True, slots=True)
class File:
    """A file: its path below the directory (with ``/``), its rows, its size in bytes, its SHA-256 in hex."""

    path: str
    rows: int
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class TableFiles:
    """A table's rows, Polars dtypes by column, files in the order of rows, scripts to run after all tables, and what is beside."""

    rows: int
    columns: Mapping[str, str]
    files: tuple[File, ...]
    afterwards: tuple[File, ...] = ()
    beside: tuple[File, ...] = ()


@dataclass(frozen=True, slots=True)
class Manifest:
    """The whole export. ``tables`` is in load order, parents first; ``scripts`` load it all, where a format has such."""

    metadata: Metadata
    format: str
    tables: Mapping[str, TableFiles]
    dialect: str | None = None
    scripts: tuple[str, ...] = ()

    def to_json(self) -> str:
        """Return the text of ``manifest.json``, the same for the same export."""
        return json.dumps(self._document(), indent=2, ensure_ascii=False) + "\n"

    def paths(self) -> tuple[str, ...]:
        """Return every file but the manifest itself, relative to the directory."""
        held = [
            file.path for table in self.tables.values() for file in (*table.files, *table.afterwards, *table.beside)
        ]
        return (*held, *self.scripts)

    def _document(self) -> dict[str, object]:
        about = self.metadata
        document: dict[str, object] = {
            "fixturegen": about.versions.get("fixturegen", ""),
            "synthetic": True,
            "format": self.format,
            "schema_hash": about.schema_hash,
            "seed": about.seed,
            "as_of": about.as_of.isoformat(),
            "versions": dict(about.versions),
            "load_order": list(self.tables),
            "tables": {name: _table_document(table) for name, table in self.tables.items()},
        }
        if self.dialect is not None:
            document |= {"dialect": self.dialect, "scripts": list(self.scripts)}
        return document


def read_manifest(directory: Path) -> Manifest:
    """Return the manifest of an export.

    Raises:
        InputError: If there is none, or it is not one of ours (a path that leaves the directory included).
    """
    path = directory / MANIFEST
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        return _parsed(document)
    except FileNotFoundError:
        message = "holds no manifest.json, so it is no export of fixturegen"
        raise InputError(message, where=directory) from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        message = "is not a manifest that fixturegen wrote"
        raise InputError(message, where=path) from error


def file_of(directory: Path, path: str, rows: int) -> File:
    """Return the description of a finished file."""
    digest = sha256()
    with (directory / path).open("rb") as stream:
        while chunk := stream.read(1 << 20):
            digest.update(chunk)
        size = stream.tell()
    return File(path, rows, size, digest.hexdigest())


def _version(distribution: str) -> str:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return ""


def _table_document(table: TableFiles) -> dict[str, object]:
    document: dict[str, object] = {
        "rows": table.rows,
        "columns": dict(table.columns),
        "files": [_file_document(file) for file in table.files],
    }
    if table.afterwards:
        document["afterwards"] = [_file_document(file) for file in table.afterwards]
    if table.beside:
        document["beside"] = [_file_document(file) for file in table.beside]
    return document


def _file_document(file: File) -> dict[str, object]:
    return {"path": file.path, "rows": file.rows, "bytes": file.bytes, "sha256": file.sha256}


def _parsed(document: dict[str, object]) -> Manifest:
    if document["synthetic"] is not True:
        raise ValueError
    tables = _mapping(document["tables"])
    metadata = Metadata(
        str(document["schema_hash"]),
        int(str(document["seed"])),
        date.fromisoformat(str(document["as_of"])),
        {name: str(number) for name, number in _mapping(document["versions"]).items()},
    )
    dialect = document.get("dialect")
    return Manifest(
        metadata,
        str(document["format"]),
        {name: _parsed_table(_mapping(table)) for name, table in tables.items()},
        None if dialect is None else str(dialect),
        tuple(_inside(script) for script in _sequence(document.get("scripts", []))),
    )


def _parsed_table(table: Mapping[str, object]) -> TableFiles:
    columns = {name: str(dtype) for name, dtype in _mapping(table["columns"]).items()}
    files = tuple(_parsed_file(_mapping(file)) for file in _sequence(table["files"]))
    afterwards = tuple(_parsed_file(_mapping(file)) for file in _sequence(table.get("afterwards", [])))
    beside = tuple(_parsed_file(_mapping(file)) for file in _sequence(table.get("beside", [])))
    return TableFiles(int(str(table["rows"])), columns, files, afterwards, beside)


def _parsed_file(file: Mapping[str, object]) -> File:
    return File(_inside(file["path"]), int(str(file["rows"])), int(str(file["bytes"])), str(file["sha256"]))


def _inside(path: object) -> str:
    # A manifest is a file that anyone can edit, and what it names is replaced: no path may leave the directory.
    pure = PurePosixPath(str(path))
    if (
        pure.is_absolute()
        or not (1 <= len(pure.parts) <= 2 or (len(pure.parts) == 3 and pure.parts[1] == LOG))
        or ".." in pure.parts
        or "\\" in str(path)
        or "\0" in str(path)
    ):
        raise ValueError
    return str(path)


def _mapping(value: object) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise TypeError
    return value


def _sequence(value: object) -> list[object]:
    if not isinstance(value, list):
        raise TypeError
    return value
