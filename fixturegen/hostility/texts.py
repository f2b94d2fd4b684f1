"""Texts that programs mistake for something else: empty, too long, numbers, formulas, quotes, code."""

from __future__ import annotations

from collections.abc import Iterator

from fixturegen.domain import Domain
from fixturegen.hostility.contract import HostileClass, Maker, family
from fixturegen.schema import Column

LONG = 10_000
"""Characters of a text in a column without a limit: beyond what fits a page, below the 64 KiB of MariaDB's TEXT."""


def greatest_length(column: Column, domain: Domain) -> int | None:
    """Return the most characters of a text column, None for no limit."""
    limits = [limit for limit in (column.type.length, domain.max_length) if limit is not None]
    return min(limits, default=None)


def _longest(character: str) -> Maker:
    def values(column: Column, domain: Domain) -> Iterator[object]:
        most = greatest_length(column, domain)
        most = LONG if most is None else min(most, 100 * LONG)
        if domain.max_bytes is not None:
            most = min(most, domain.max_bytes // len(character.encode()))
        yield character * most

    return values


def _shortest(column: Column, domain: Domain) -> Iterator[object]:
    del column
    yield "a" * max(domain.min_length, 1)


_PLAIN = family({"text", "unknown"}, "-")
_TYPES = family({"text"}, "YAML 1.1, spreadsheets")
_CSV = family({"text"}, "OWASP CSV injection, CWE-1236")
_QUOTES = family({"text"}, "RFC 4180")
_CODE = family({"text"}, "OWASP injection")

_SIZES = (
    _PLAIN("empty", "taken for NULL, or for absent", ""),
    _PLAIN("shortest", "off by one", by=_shortest),
    _PLAIN("most characters", "off by one, cut silently", by=_longest("x")),
    _PLAIN("most bytes", "bytes counted as characters", by=_longest("😀")),
    _PLAIN("one space", "blank taken for given", " "),
    _PLAIN("leading space", "looked up in vain", " leading", " a"),
    _PLAIN("trailing space", "PAD SPACE collations: UNIQUE in the app, equal in the database", "trailing ", "a "),
)

_LOOKALIKES = (
    _TYPES("leading zeros", "read as a number: 007 becomes 7", "007", "00"),
    _TYPES("scientific", "read as a number: 1e5 becomes 100000", "1e5"),
    _TYPES("null as text", "read as NULL", "null"),
    _TYPES("NULL as text", "read as NULL", "NULL"),
    _TYPES("None as text", "read as NULL", "None"),
    _TYPES("NaN as text", "read as a float", "NaN"),
    _TYPES("true as text", "read as a Boolean", "true"),
    _TYPES("no as text", "read as a Boolean: the Norway problem", "no"),
    _TYPES("undefined as text", "what JavaScript prints for nothing", "undefined"),
    _TYPES("date look-alike", "read as a date", "1/2/2024", "MAR1"),
    _TYPES("hexadecimal", "read as a number", "0x1F"),
    _TYPES("infinity as text", "read as a float", "Infinity", "inf"),
    _TYPES("minus zero", "read as a number: -0 becomes 0", "-0"),
    _TYPES("digits beyond 64 bits", "read as a float, its digits lost", "12345678901234567890", "99999999999"),
)

_FORMULAS = (
    _CSV("formula =", "run by a spreadsheet", "=1+1", "=1"),
    _CSV("formula +", "run by a spreadsheet", "+1+1", "+1"),
    _CSV("formula -", "run by a spreadsheet", "-1+1", "-1"),
    _CSV("formula @", "run by a spreadsheet", "@SUM(1)", "@a"),
    _CSV("formula after TAB", "run by a spreadsheet", "\t=1+1", "\t="),
    _CSV("formula after CR", "run by a spreadsheet", "\r=1+1", "\r="),
)

_QUOTED = (
    _QUOTES("apostrophe", "ends a literal", "it's", "'"),
    _QUOTES("double quote", "ends a field", 'say "hi"', '"'),
    _QUOTES("only quotes", "read as an empty field", '""'),
    _QUOTES("back quote", "ends an identifier", "a`b", "`"),
    _QUOTES("backslash", "taken for an escape", "C:\\temp\\new", "\\n"),
    _QUOTES("backslash at the end", "escapes the quote that follows", "a\\", "\\"),
    _QUOTES("COPY's NULL", "read as NULL by COPY", "\\N"),
    _QUOTES("COPY's end", "ends the data of COPY", "\\."),
    _QUOTES("comma", "splits a field", "a,b;c|d", ","),
    _QUOTES("line feed", "splits a record", "two\nlines", "\n"),
    _QUOTES("carriage return", "lost or changed by text files", "two\rlines", "\r"),
    _QUOTES("CR and LF", "lost or changed by text files", "two\r\nlines", "\r\n"),
    _QUOTES("tab", "splits a field", "a\tb", "\t"),
    _QUOTES("line feed at the end", "trimmed on the way", "line\n", "a\n"),
    _QUOTES("byte order mark", "taken for the mark of a file, lost", "\ufeffbom", "\ufeff"),
    _QUOTES("control character", "refused or dropped by XML and terminals", "a\x01\x1b\x7fb", "\x01"),
    _QUOTES("Ctrl-Z", "ends a file on Windows", "a\x1ab", "\x1a"),
    _QUOTES("U+0000", "refused by PostgreSQL, cut short by C strings", "a\0b", "\0", asked=True),
)  # fmt: skip

_INJECTIONS = (
    _CODE("SQL", "injection", "'; DROP TABLE users; --", "' OR 1=1 --", "';--"),
    _CODE("SQL comment", "injection", "a /* b */ -- c", "/*--"),
    _CODE("placeholders", "taken for a parameter", "%s :name ? $1 {0}", "%s :a ?", "%s"),
    _CODE("LIKE wildcards", "matches more than itself", "100%_", "%_"),
    _CODE("HTML", "cross-site scripting", "<script>alert(1)</script>", "<b>&amp;", "<b>"),
    _CODE("template", "evaluated by a template engine", "{{7*7}}${7*7}<%=7*7%>", "{{7*7}}", "${a}"),
    _CODE("shell", "run by a shell", "$(id);`id`|id&", "$(id)", "`id`"),
    _CODE("path", "leaves its directory", "../../etc/passwd", "../", ".."),
    _CODE("device name", "no file of that name on Windows", "CON", "NUL"),
    _CODE("URL escapes", "decoded once too often", "%2e%2e%2f%00", "%00"),
    _CODE("prototype", "overwrites an object's prototype", "__proto__", "toString"),
)

TEXTS: tuple[HostileClass, ...] = (*_SIZES, *_LOOKALIKES, *_FORMULAS, *_QUOTED, *_INJECTIONS)
