"""The guard before whatever writes: a target that does not look like a development database is refused unless it is named.

Two things look like no development database: a host that is not this machine, and prod, production or live as a whole word of the
host's or the database's name. Either is let through by its name: on the command line (``--allow``), in Python (``allow=``), or
in the ``pyproject.toml`` of the working directory or the nearest one above it, where hosts of containers and of CI belong::

    [tool.fixturegen]
    allow = ["postgres", "db.ci.internal", "shop_live_copy"]

A host is let through by its own name or that of the database; a telling name only by itself. Nothing is connected to before that
is decided.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from fixturegen.errors import InputError, RefusedError

if TYPE_CHECKING:
    from sqlalchemy import URL, Connection, Engine

_TELLING = frozenset({"prod", "production", "live"})
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_FILE = "pyproject.toml"
_INDIRECT = ("service", "passfile_service", "read_default_file", "read_default_group")
"""Options of an address that name a place where the host is said."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where an address leads: hosts by name (empty for this machine's own), and the database's name."""

    hosts: tuple[str, ...]
    database: str


def guarded(target: str | URL | Engine | Connection, allow: Iterable[str] = ()) -> None:
    """Refuse a target that does not look like a development database.

    Args:
        target: URL, engine or connection; it is not connected to.
        allow: Hosts and databases that may be written to, beside those of the configuration file.

    Raises:
        RefusedError: If it does not look like one and is not named.
        InputError: If the address or the configuration file cannot be read, or ``allow`` is a single text.

    >>> guarded("postgresql://me@localhost/shop")
    >>> guarded("postgresql://me:secret@db.example.com/shop")
    Traceback (most recent call last):
    ...
    fixturegen.errors.RefusedError: postgresql://me:***@db.example.com/shop: does not look like a development database: its
    host 'db.example.com' is not this machine. If it is one, say --allow db.example.com, ...
    >>> guarded("postgresql://me:secret@db.example.com/shop", allow=["db.example.com"])
    """
    from fixturegen.engines import masked  # noqa: PLC0415 (SQLAlchemy is not needed for --help)

    if isinstance(allow, str):
        message = f"allow is the text {allow!r}"
        raise InputError(message, hint="Give a list of names.")
    url = _url(target)
    named = {name.casefold() for name in (*allow, *_configured(Path.cwd()))}
    found = next(_doubts(_place(url), named), None)
    if found is None:
        return
    reason, name = found
    hint = f"If it is one, say --allow {name}, or name it under [tool.fixturegen] allow in {_FILE}."
    message = f"does not look like a development database: {reason}."
    raise RefusedError(message, where=masked(url), hint=hint)


def _doubts(place: _Place, named: Collection[str]) -> Iterator[tuple[str, str]]:
    """Yield what speaks against a place, and the name that would have to be given."""
    database = PurePath(place.database).name
    for host in place.hosts:
        if not _is_local(host) and not {host.casefold(), database.casefold()} & set(named):
            yield f"its host {host!r} is not this machine", host
        if _telling(host) and host.casefold() not in named:
            yield f"{_telling(host)!r} is a word of its host's name {host!r}", host
    if _telling(database) and not {database.casefold(), place.database.casefold()} & set(named):
        yield f"{_telling(database)!r} is a word of its name {database!r}", database


def _telling(name: str) -> str | None:
    """Return the word of a name that says that it is in use; words are told apart by anything but letters, and by capitals.

    >>> _telling("shopProd2"), _telling("product_delivery")
    ('Prod', None)
    """
    return next((word for word in _WORD.findall(name) if word.casefold() in _TELLING), None)


def _is_local(host: str) -> bool:
    """Whether a host is this machine: by no name, as localhost, by a loopback address or by a socket's path."""
    bare = host.strip("[]").casefold()
    if not bare or bare[0] in "/@" or bare == "localhost" or bare.endswith(".localhost"):
        return True
    try:
        return ip_address(bare.partition("%")[0]).is_loopback
    except ValueError:
        return False


def _place(url: URL) -> _Place:
    if url.get_backend_name() == "sqlite":
        return _Place((), url.database or "")
    hosts = _asked(url, "host", "hostaddr") or ([url.host] if url.host else [])
    database = next(iter(_asked(url, "dbname", "database", "db")), url.database or "")
    if url.get_backend_name() == "postgresql":
        # What the address leaves out, libpq takes from the environment.
        hosts = hosts or _of_environment("PGHOST", "PGHOSTADDR")
        database = database or os.environ.get("PGDATABASE", "")
        hosts += [f"service {name}" for name in _of_environment("PGSERVICE") if not url.host]
    hosts += [f"{option} {value}" for option in _INDIRECT for value in _asked(url, option)]
    return _Place(tuple(hosts), database)


def _asked(url: URL, *options: str) -> list[str]:
    """Return the values of an address's options, lists taken apart, ports left out."""
    given: list[str] = []
    for option in options:
        value = url.query.get(option, ())
        given += [value] if isinstance(value, str) else value
    return [_without_port(name) for value in given for name in value.split(",") if name]


def _of_environment(*names: str) -> list[str]:
    return [host for name in names for host in os.environ.get(name, "").split(",") if host]


def _without_port(host: str) -> str:
    found = re.fullmatch(r"(\[[^\]]*\]|[^:/]*):\d*", host)
    return host if found is None else found.group(1)


def _url(target: str | URL | Engine | Connection) -> URL:
    from sqlalchemy import URL, Connection, Engine, make_url  # noqa: PLC0415 (not needed for --help)
    from sqlalchemy.exc import ArgumentError  # noqa: PLC0415 (the same)

    if isinstance(target, Connection):
        return target.engine.url
    if isinstance(target, Engine):
        return target.url
    if not isinstance(target, str | URL):
        message = f"{type(target).__name__} is no database"
        raise InputError(message, hint="Give a SQLAlchemy Engine, a Connection or a URL.")
    try:
        return make_url(target)
    except (ArgumentError, ValueError):
        # The text may hold a password: it is not repeated.
        message = "the database URL cannot be read"
        raise InputError(message, hint="It looks like sqlite:///shop.db or postgresql://user@host/name.") from None


def _configured(directory: Path) -> tuple[str, ...]:
    """Return the names of the nearest configuration file."""
    path = next((each / _FILE for each in (directory, *directory.parents) if (each / _FILE).is_file()), None)
    if path is None:
        return ()
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        message = f"cannot be read: {error}"
        raise InputError(message, where=path) from None
    section = _section(found, "tool", "fixturegen")
    names = section.get("allow", [])
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        message = "[tool.fixturegen] allow is no list of names"
        raise InputError(message, where=path, hint='Write it as allow = ["db.ci.internal"].')
    return tuple(names)


def _section(found: object, *path: str) -> Mapping[str, object]:
    for name in path:
        found = found.get(name, {}) if isinstance(found, Mapping) else {}
    return found if isinstance(found, Mapping) else {}
