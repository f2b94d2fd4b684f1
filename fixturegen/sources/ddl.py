"""A file of DDL into a schema: read as text, its dialect guessed, nothing in it executed but SQLite's own table statements.

SQLite's files are given, statement by statement, to an SQLite in memory (only those that make or change tables and
indexes), which also judges them. The other dialects have no database at hand: their statements are parsed.
"""

from __future__ import annotations

import re
from pathlib import Path

from fixturegen.errors import InputError, SchemaError
from fixturegen.schema import Dialect, Location, Schema
from fixturegen.sources.ddl_build import built
from fixturegen.sources.ddl_lexer import Source

LARGEST_FILE = 64 * 2**20
"""Bytes of a file that is read. A schema is far smaller; a dump beyond it carries data that says nothing here."""


def _marks(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE | re.MULTILINE)


_GUESSES: dict[Dialect, re.Pattern[str]] = {
    "sqlite": _marks(r"\bAUTOINCREMENT\b", r"\bWITHOUT\s+ROWID\b", r"^\s*PRAGMA\b", r"\)\s*STRICT\b"),
    "postgresql": _marks(
        r"\b(?:BIG|SMALL)?SERIAL\b", r"::\s*\w", r"\bnextval\s*\(", r"\bCREATE\s+(?:TYPE|DOMAIN|EXTENSION|SEQUENCE)\b",
        r"\bALTER\s+TABLE\s+ONLY\b", r"\bTIMESTAMPTZ\b", r"\bJSONB\b", r"\bBYTEA\b", r"\bAS\s+IDENTITY\b",
        r"\bTIMESTAMP(?:\(\d\))?\s+WITH(?:OUT)?\s+TIME\s+ZONE\b", r"\bsearch_path\b", r"\bFROM\s+stdin\b",
        r"\b(?:TEXT|INT|INTEGER|UUID|VARCHAR)\s*\[\s*\]", r"\bUSING\s+(?:btree|gin|gist)\b", r"\bgen_random_uuid\b",
        r"\bOWNER\s+TO\b", r"\bCITEXT\b", r"\bPARTITION\s+OF\b", r"\bCHARACTER\s+VARYING\b",
    ),
    "mysql": _marks(
        r"\bAUTO_INCREMENT\b", r"\bENGINE\s*=", r"/\*!\d{5}", r"^\s*DELIMITER\b", r"\bUNSIGNED\b", r"\bENUM\s*\(",
        r"\bCHARACTER\s+SET\b", r"\bON\s+UPDATE\s+CURRENT_TIMESTAMP", r"^\s*(?:UNIQUE\s+)?KEY\s+`",
        r"CREATE\s+TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?`",
    ),
}  # fmt: skip
"""What only one dialect writes. The order decides between equal counts: SQLite takes most of what the others write."""
_NOT_SQLITE = _marks(r"\bADD\s+(?:CONSTRAINT|PRIMARY\s+KEY|FOREIGN\s+KEY|UNIQUE|CHECK)\b")
"""What SQLite has no statement for, and both others have. ADD is no name in SQLite."""
_NOT_POSTGRESQL = _marks(
    r"`", r"\bDATETIME\b", r"\b(?:TINY|MEDIUM)INT\b", r"\b(?:TINY|MEDIUM|LONG)?BLOB\b", r"\b(?:TINY|MEDIUM|LONG)TEXT\b",
    r"\b(?:BIG|SMALL)?INT\s*\(", r"\bDOUBLE\b(?!\s+PRECISION)", r"\bMODIFY\b",
)  # fmt: skip
"""What SQLite takes too: it tells only between the other two."""
_NOT_CODE = re.compile(r"--[^\n]*+|'[^']*+(?:''[^']*+)*+'|/\*(?!!)[^*]*+\*++(?:[^/*][^*]*+\*++)*+/")


def load_ddl(path: Path, dialect: Dialect | None = None) -> Schema:
    """Return the schema of a file of DDL, such as a dump.

    Args:
        path: The file: UTF-8 (or UTF-16 with its mark), at most 64 MB. Data, views and functions in it are
            passed over, but for what triggers do to rows.
        dialect: Its dialect; guessed from the text where None.

    Raises:
        InputError: The file is missing, no text, too large, or makes no table.
        SchemaError: A statement about a table is not understood, with file and line.
    """
    return from_ddl(_text(path), dialect=dialect, where=Location(str(path), 1))


def from_ddl(text: str, *, dialect: Dialect | None = None, where: Location) -> Schema:
    """Return the schema of a text of DDL.

    Args:
        text: The statements.
        dialect: Their dialect; guessed where None.
        where: Where the text begins, for messages and for the places of tables.
    """
    chosen = dialect or guessed(text)
    source = Source(text, chosen, where)
    try:
        return _in_memory(source) if chosen == "sqlite" else built(source)
    except SchemaError as error:
        if dialect is not None or error.hint is not None:
            raise
        hint = f"The dialect was taken for {chosen}: say which it is with --dialect."
        raise SchemaError(
            error.message, where=error.where, given=error.given, exists=error.exists, hint=hint
        ) from error


def guessed(text: str) -> Dialect:
    """Return the dialect that most kinds of a text's marks belong to; where there is none, SQLite if it has such statements.

    >>> guessed("CREATE TABLE a (id SERIAL PRIMARY KEY, n TEXT[] DEFAULT '{}'::text[])")
    'postgresql'
    >>> guessed("CREATE TABLE `a` (`id` INT NOT NULL AUTO_INCREMENT) ENGINE=InnoDB")
    'mysql'
    >>> guessed("CREATE TABLE a (n INT); ALTER TABLE a ADD CONSTRAINT key PRIMARY KEY (n)")
    'postgresql'
    """
    code = _NOT_CODE.sub(" ", text[:1_000_000])
    scores: dict[Dialect, int] = {}
    for dialect, marks in _GUESSES.items():
        scores[dialect] = len({re.sub(r"\W+", " ", found.group()).lower() for found in marks.finditer(code)})
    best = max(scores.values())
    if best == 0 and _NOT_SQLITE.search(code):
        return "mysql" if _NOT_POSTGRESQL.search(code) else "postgresql"
    return next(dialect for dialect, score in scores.items() if score == best)


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > LARGEST_FILE:
            size = path.stat().st_size / 2**20
            raise InputError(
                f"this file has {size:,.0f} MB, and at most {LARGEST_FILE // 2**20} MB are read",
                where=path,
                hint="Dump the schema without its data: pg_dump --schema-only, mysqldump --no-data, sqlite3 .schema.",
            )
        raw = path.read_bytes()
    except OSError as error:
        raise InputError(f"the file cannot be read: {error.strerror}", where=path) from error
    return decoded(raw, path)


def decoded(raw: bytes, path: Path) -> str:
    """Return a file's bytes as text: UTF-8, or what its byte order mark says."""
    encoding = "utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise InputError("this is no text in UTF-8", where=Location(str(path), line)) from error
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise InputError("this is no text: it holds NUL characters", where=Location(str(path), line))
    return text.replace("\r\n", "\n")


def _in_memory(source: Source) -> Schema:
    from fixturegen.sources.ddl_sqlite import in_memory  # noqa: PLC0415  # SQLAlchemy, only where it is needed

    return in_memory(source)
