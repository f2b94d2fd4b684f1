"""Triggers in a file of DDL: of which table, when, and what they may do to a row that comes."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import pairwise

from fixturegen.sources.ddl_cursor import Cursor
from fixturegen.sources.ddl_lexer import Token
from fixturegen.sources.triggers import effects, effects_of_function, read

_EVENTS = frozenset({"INSERT", "UPDATE", "DELETE", "TRUNCATE"})
_TELLING = frozenset({"NOTICE", "INFO", "LOG", "DEBUG", "WARNING"})
"""What RAISE says without refusing anything."""


@dataclass(frozen=True, slots=True)
class Function:
    """A function of PostgreSQL that a trigger may call: its language, and its body as it stands in the file."""

    language: str
    body: str


@dataclass(frozen=True, slots=True)
class Trigger:
    """A trigger as it is written.

    Attributes:
        name: Its name.
        table: Its table, with the schema where one is given.
        timing: ``BEFORE``, ``AFTER`` or ``INSTEAD OF``.
        events: ``INSERT`` and the like.
        on_rows: Whether it is called for each row.
        body: What follows the table's name.
        function: The function that it calls, in PostgreSQL.
    """

    name: str
    table: tuple[str, ...]
    timing: str
    events: tuple[str, ...]
    on_rows: bool
    body: str
    function: str = ""

    def told(self, dialect: str, functions: Mapping[str, Function], columns: Collection[str]) -> dict[str, object]:
        """Return what there is to say of it, as a table's option ``triggers`` holds it."""
        plain: dict[str, object] = {"timing": self.timing, "events": list(self.events)}
        if not self.on_rows:
            return plain | {"level": "statement"}
        plain |= {"level": "row"}
        if dialect == "mysql":
            refuses = any(token.word == "SIGNAL" for token in read(self.body, "mysql"))
            return plain | effects(self.body, "mysql", columns) | ({"refuses": True} if refuses else {})
        # A function that the file does not make is PostgreSQL's own, or an extension's.
        function = functions.get(self.function, Function("c", ""))
        found = effects_of_function(function.language, function.body, self.body, columns)
        refuses = bool(found.get("passes_over")) or _raises(read(function.body, "postgresql"))
        return plain | {"function": self.function} | found | ({"refuses": True} if refuses else {})


def _raises(tokens: Collection[Token]) -> bool:
    words = [token.word for token in tokens]
    return "ASSERT" in words or any(word == "RAISE" and told not in _TELLING for word, told in pairwise([*words, ""]))


def read_trigger(cursor: Cursor) -> Trigger:
    """Read a CREATE TRIGGER.

    Raises:
        SchemaError: It does not say what it must.
    """
    while not cursor.accept("TRIGGER"):
        cursor.take()
    cursor.accept("IF NOT EXISTS")
    name = cursor.qualified()[-1]
    timing = "INSTEAD OF" if cursor.accept("INSTEAD OF") else cursor.take().word
    head = []
    while not cursor.accept("ON"):
        head.append(cursor.take().word)
    table, start = cursor.qualified(), cursor.index
    words = [token.word for token in cursor.tokens[start:]]
    body = cursor.source.between(cursor.tokens[start:])
    function = ""
    if cursor.source.dialect == "postgresql":
        while not (cursor.accept("EXECUTE FUNCTION") or cursor.accept("EXECUTE PROCEDURE")):
            cursor.take()
        function = cursor.qualified()[-1]
        words = [token.word for token in cursor.tokens[start : cursor.index]]
    on_rows = cursor.source.dialect == "mysql" or "ROW" in words
    return Trigger(name, table, timing, tuple(word for word in head if word in _EVENTS), on_rows, body, function)


def read_function(cursor: Cursor) -> tuple[str, Function]:
    """Read the name, language and body of a CREATE FUNCTION of PostgreSQL."""
    while not cursor.accept("FUNCTION"):
        cursor.take()
    name, language, body = cursor.qualified()[-1], "", ""
    while not cursor.done:
        if cursor.accept("LANGUAGE"):
            language = cursor.take().text.lower()
        elif cursor.accept("AS"):
            body = cursor.take().text
        else:
            cursor.take()
    return name, Function(language, body)
