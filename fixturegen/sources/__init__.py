"""Anything a schema can come from, in one function: every source ends in the same :class:`fixturegen.schema.Schema`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from fixturegen.errors import InputError
from fixturegen.schema import Dialect, Schema

if TYPE_CHECKING:
    from sqlalchemy import URL, Connection, Engine, MetaData
    from sqlalchemy.orm import DeclarativeBase, registry

    Source = type[DeclarativeBase | object] | str | Path | Schema | URL | Engine | Connection | MetaData | registry

__all__ = ["load"]

_YAML = frozenset({".yaml", ".yml"})
_FORMS = (
    "A source is a .yaml or .sql file, a database address (sqlite:///shop.db), or module:attribute (app.models:Base)."
)
_MODULE = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*:[^\W\d]\w*(?:\.[^\W\d]\w*)*")


def load(source: Source, *, dialect: Dialect | None = None) -> Schema:
    """Return the schema that a source describes.

    Args:
        source: A path of a YAML or ``.sql`` file, the address of a live database, ``module:attribute`` with a SQLAlchemy
            ``MetaData``, declarative base, registry or SQLModel class (the module is imported, from the current
            directory if need be: the only code that is ever run), any of those objects themselves, an ``Engine`` or
            ``Connection``, or a schema, which is returned as it is.
        dialect: Dialect of a ``.sql`` file (default: guessed) or of models (default: SQLite); of no account otherwise.

    Raises:
        InputError: There is no such file, module, attribute or database, or it is none of these things.
        SchemaError: What it says contradicts itself or is not understood.
        RefusedError: The database cannot be reached or read.

    Example:
        >>> from sqlalchemy import Column, Integer, MetaData, Table
        >>> metadata = MetaData()
        >>> _ = Table("tags", metadata, Column("id", Integer, primary_key=True))
        >>> list(load(metadata).tables)
        ['tags']
    """
    if isinstance(source, Schema):
        return source
    if isinstance(source, Path):
        return _file(source, dialect)
    if isinstance(source, str):
        return _text(source.strip(), dialect)
    return _object(source, dialect)


def _text(source: str, dialect: Dialect | None) -> Schema:
    from fixturegen.addresses import is_url  # noqa: PLC0415  # a light module, kept beside its users

    if is_url(source):
        return _database(source)
    path = Path(source)
    if path.suffix.lower() in {*_YAML, ".sql"}:
        return _file(path, dialect)
    if _MODULE.fullmatch(source):
        from fixturegen.sources.modules import imported  # noqa: PLC0415  # only where models are asked for

        return _object(imported(source), dialect, source)
    if not source:
        raise InputError("no source is given", hint=_FORMS)
    return _file(path, dialect)


def _file(path: Path, dialect: Dialect | None) -> Schema:
    """Load a file by its extension; a missing one is said to be missing before its extension is judged."""
    if not _exists(path):
        raise InputError("there is no such file", where=path, given=path.name, exists=_neighbours(path), hint=_FORMS)
    if path.is_dir():
        raise InputError("this is a folder, not a file", where=path, exists=_neighbours(path / "x"), hint=_FORMS)
    if path.suffix.lower() in _YAML:
        from fixturegen.sources.yaml_file import load_yaml  # noqa: PLC0415  # only the source that is asked for

        return load_yaml(path)
    if path.suffix.lower() == ".sql":
        from fixturegen.sources.ddl import load_ddl  # noqa: PLC0415  # only the source that is asked for

        return load_ddl(path, dialect)
    hint = _FORMS
    if path.suffix.lower() in {".db", ".sqlite", ".sqlite3"}:
        hint = f"For an SQLite database say sqlite:///{path}."
    elif path.suffix == ".py":
        hint = f"For models say module:attribute, such as {path.stem}:Base."
    kind = f"a file of type {path.suffix!r}" if path.suffix else "a file without an ending"
    raise InputError(f"{kind} is no source", where=path, hint=hint)


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # such as a name that is too long for the file system
        return False


def _neighbours(path: Path) -> list[str]:
    """Return the files beside a path that could have been meant."""
    try:
        return sorted(item.name for item in path.parent.iterdir() if item.suffix.lower() in {*_YAML, ".sql"})
    except OSError:
        return []


def _database(url: str | URL) -> Schema:
    from fixturegen.engines import opened  # noqa: PLC0415  # SQLAlchemy only where it is needed
    from fixturegen.sources.reflection import reflected  # noqa: PLC0415  # the same

    engine = opened(url)
    try:
        return reflected(engine)
    finally:
        engine.dispose()


def _object(source: object, dialect: Dialect | None, name: str = "") -> Schema:
    from sqlalchemy import URL, Connection, Engine  # noqa: PLC0415  # the caller has SQLAlchemy loaded already

    from fixturegen.sources.models import from_metadata, metadata_of  # noqa: PLC0415  # the same
    from fixturegen.sources.reflection import reflected  # noqa: PLC0415  # the same

    if isinstance(source, Schema):
        return source
    if isinstance(source, Engine | Connection):
        return reflected(source)
    if isinstance(source, URL):
        return _database(source)
    metadata = metadata_of(source)
    if metadata is None:
        kind = type(source).__name__ if not isinstance(source, type) else f"class {source.__name__}"
        raise InputError(f"no schema can be read from this ({kind})", where=name or None, hint=_FORMS)
    return from_metadata(metadata, dialect=dialect or "sqlite", source=name)
