"""Conditions that are not understood at all: a database has accepted them, so they are right, and it is asked about rows."""

from __future__ import annotations

from collections.abc import Iterable

from sqlglot.dialects.dialect import Dialect as Grammar
from sqlglot.errors import SqlglotError
from sqlglot.tokenizer_core import TokenType

from fixturegen.expressions.normal import Opaque
from fixturegen.expressions.parsing import grammar_of
from fixturegen.schema import Check, Dialect

_VALUES = frozenset(
    {
        TokenType.STRING,
        TokenType.NUMBER,
        TokenType.NATIONAL_STRING,
        TokenType.RAW_STRING,
        TokenType.HEREDOC_STRING,
        TokenType.UNICODE_STRING,
        TokenType.BYTE_STRING,
        TokenType.HEX_STRING,
        TokenType.BIT_STRING,
    }
)


def unread(check: Check, columns: Iterable[str]) -> Opaque:
    """Return a check as a condition that only its database can judge.

    Args:
        check: The check.
        columns: Names of the columns that it may mention.

    Returns:
        The condition; it reads the columns whose names occur outside quoted texts, all of them where none does (a function
        may take the whole row).

    Example:
        >>> unread(Check(sql="a <@ ((b))) 'd'", dialect="postgresql"), ("a", "b", "c", "d"))
        Opaque(expression="a <@ ((b))) 'd'", reads=('a', 'b'), dialect='postgresql', evaluable=False)
    """
    names = list(columns)
    words = _words(check.sql, check.dialect)
    reads = tuple(name for name in names if name.casefold() in words)
    return Opaque(check.sql, reads or tuple(names), check.dialect, evaluable=False)


def constants(sql: str, dialect: Dialect) -> tuple[str, ...]:
    """Return the quoted texts and numbers of an expression as texts, each once, in order.

    >>> constants("code IN ('A', 'B') AND length(code) = 3", "sqlite")
    ('A', 'B', '3')
    """
    return tuple(dict.fromkeys(text for kind, text in _tokens(sql, dialect) if kind in _VALUES))


def _words(sql: str, dialect: Dialect) -> frozenset[str]:
    found = [text for kind, text in _tokens(sql, dialect) if kind not in _VALUES]
    return frozenset(text.casefold() for text in found) if found else frozenset(sql.casefold().split())


def _tokens(sql: str, dialect: Dialect) -> list[tuple[TokenType, str]]:
    try:
        return [(token.token_type, token.text) for token in Grammar.get_or_raise(grammar_of(dialect)).tokenize(sql)]
    except (SqlglotError, ValueError, TypeError, AttributeError, KeyError, IndexError):
        return []  # sqlglot's tokenizer raises plain exceptions on some texts
