"""A database's address: opened with the driver at hand, never shown with a secret, never made by reading it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote, quote_plus

from sqlalchemy import URL, Engine, create_engine, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from fixturegen.addresses import HIDDEN
from fixturegen.errors import InputError
from fixturegen.schema import Dialect

DIALECTS: Mapping[str, Dialect] = {
    "postgres": "postgresql",
    "postgresql": "postgresql",
    "mysql": "mysql",
    "mariadb": "mysql",
    "sqlite": "sqlite",
}
"""The dialect of each name that addresses and SQLAlchemy have for a database system."""
_DRIVERS = {
    "sqlite": "sqlite",
    "postgresql": "postgresql+psycopg",
    "mysql": "mysql+pymysql",
}
"""The driver that each extra installs; asked for where the address names none, or one that only works asynchronously."""
_ASYNCHRONOUS = frozenset({"aiosqlite", "asyncpg", "psycopg_async", "aiomysql", "asyncmy"})
_EXTRAS = {"postgresql": "postgresql", "mysql": "mariadb"}
_SECRET = re.compile(r"pass|pwd|secret|token|key|credential", re.IGNORECASE)


def opened(url: str | URL) -> Engine:
    """Return an engine for a database's address.

    ``postgres://`` means PostgreSQL, and a driver that only works asynchronously is exchanged for the usual one.

    Args:
        url: The address, such as ``sqlite:///shop.db`` or ``postgresql://me@localhost/shop``.

    Raises:
        InputError: It is no address, of a database that is not known, its driver is not installed, or it names an
            SQLite file that does not exist (opening it would make one).
    """
    parsed = _parsed(url)
    _refuse_missing_file(parsed)
    try:
        return create_engine(parsed)
    except (ImportError, NoSuchModuleError) as error:
        backend = parsed.get_backend_name()
        extra = _EXTRAS.get(DIALECTS.get(backend, backend), "all")
        raise InputError(
            f"the driver of {parsed.drivername!r} is not installed",
            where=masked(parsed),
            hint=f'Install it with: pip install "fixturegen-db[{extra}]"',
        ) from error
    except (ArgumentError, TypeError, ValueError) as error:
        raise InputError(
            f"this address is not understood: {scrubbed(str(error), parsed)}", where=masked(parsed)
        ) from error


def _parsed(url: str | URL) -> URL:
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as error:
        raise InputError("this is no database address", where=masked(url), hint=_EXAMPLES) from error
    backend = parsed.get_backend_name()
    dialect = DIALECTS.get(backend)
    if dialect is None:
        raise InputError(
            f"the database {backend!r} is not known", where=masked(parsed), given=backend, exists=sorted(DIALECTS)
        )
    driver = parsed.drivername.partition("+")[2]
    return parsed if driver and driver not in _ASYNCHRONOUS else parsed.set(drivername=_DRIVERS[dialect])


_EXAMPLES = "An address looks like sqlite:///shop.db or postgresql://user@host/database."


def in_memory(url: URL) -> bool:
    """Return whether an address is that of an SQLite database that lives only as long as it is connected to.

    >>> in_memory(make_url("sqlite:///file:shop?mode=memory&cache=shared&uri=true")), in_memory(make_url("sqlite:///shop.db"))
    (True, False)
    """
    if url.get_backend_name() != "sqlite":
        return False
    path = url.database or ":memory:"
    if not path.startswith("file:"):
        return path == ":memory:"
    return url.query.get("mode") == "memory" or ":memory:" in path or "mode=memory" in path


def _refuse_missing_file(url: URL) -> None:
    if url.get_backend_name() != "sqlite" or in_memory(url):
        return
    path = str(url.database)
    if path.startswith("file:"):
        path = path.removeprefix("file:").partition("?")[0]
    if not Path(path).exists():
        raise InputError(
            "there is no such database file", where=masked(url), hint=f"Looked for {Path(path).absolute()}."
        )
    if Path(path).is_dir():
        raise InputError("this is a folder, not a database file", where=masked(url))


def masked(url: str | URL) -> str:
    """Return an address without its password, and without the secrets among its options.

    >>> masked("postgresql://me:pa$$@db/shop?sslpassword=x&sslmode=require")
    'postgresql://me:***@db/shop?sslmode=require&sslpassword=***'
    >>> masked("nonsense://a:b:c@d@e")
    'nonsense://***@e'
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        parsed = None
    # A password with a bare @ or / in it is taken apart at the wrong place.
    if parsed is None or "@" in (parsed.host or "") or (parsed.username and "@" in (parsed.database or "")):
        return re.sub(r"://.*@", f"://{HIDDEN}@", str(url), flags=re.DOTALL)
    hidden = {name: HIDDEN for name in parsed.query if _SECRET.search(name)}
    if hidden:
        parsed = parsed.update_query_dict(hidden)
    return parsed.render_as_string(hide_password=True).replace(quote(HIDDEN), HIDDEN).replace("%2A%2A%2A", HIDDEN)


def scrubbed(text: str, url: str | URL) -> str:
    """Return a driver's message with every secret of the address it was given made unreadable."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        return text.replace(str(url), masked(url))
    secrets = [parsed.password] if parsed.password else []
    for name, value in parsed.query.items():
        if _SECRET.search(name):
            secrets += [value] if isinstance(value, str) else list(value)
    for secret in sorted(secrets, key=len, reverse=True):
        for form in (quote(secret, safe=""), quote_plus(secret), secret):
            text = text.replace(form, HIDDEN)
    return text
