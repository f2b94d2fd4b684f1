"""Names as each dialect quotes them: any name a catalogue can hold is safe, none is ever pasted bare."""

from __future__ import annotations

from collections.abc import Iterable

from fixturegen.errors import InputError
from fixturegen.schema import Dialect

_QUOTE: dict[Dialect, str] = {"sqlite": '"', "postgresql": '"', "mysql": "`"}


def quoted(name: str, dialect: Dialect) -> str:
    """Return one identifier, quoted; the quote character within it is doubled.

    Raises:
        InputError: If the name is empty or holds a NUL, which no dialect can spell.

    >>> quoted('a"b; --', "sqlite")
    '"a""b; --"'
    >>> quoted("select", "mysql")
    '`select`'
    """
    if not name or "\0" in name:
        message = f"the name {name!r} cannot be written in SQL"
        raise InputError(message)
    mark = _QUOTE[dialect]
    return f"{mark}{name.replace(mark, mark * 2)}{mark}"


def quoted_list(names: Iterable[str], dialect: Dialect) -> str:
    """Return identifiers joined by commas.

    >>> quoted_list(["a", "b"], "postgresql")
    '"a", "b"'
    """
    return ", ".join(quoted(name, dialect) for name in names)


def split_table(name: str, dialect: Dialect) -> tuple[str | None, str]:
    """Return the database schema and the bare name of a table.

    ``schema.table`` is split at its first dot where the dialect has schemas; SQLite has none, so a dot there is part of the name.

    >>> split_table("audit.log", "postgresql"), split_table("audit.log", "sqlite")
    (('audit', 'log'), (None, 'audit.log'))
    """
    head, dot, tail = name.partition(".")
    if dialect == "sqlite" or not (head and dot and tail):
        return None, name
    return head, tail


def quoted_table(name: str, dialect: Dialect) -> str:
    """Return a table's name, quoted, with its schema where it has one.

    >>> quoted_table("audit.log", "postgresql")
    '"audit"."log"'
    """
    return ".".join(quoted(part, dialect) for part in split_table(name, dialect) if part is not None)
