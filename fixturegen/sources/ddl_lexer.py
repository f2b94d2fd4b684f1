"""SQL text into tokens and statements, exactly as the database's own scanner would cut them.

sqlglot's tokenizer is not used here because three things must hold that it does not promise: the text of a CHECK is kept
to the letter, every token knows its line, and a dump's data (INSERTs, COPY blocks, routine bodies) is passed over at the
speed of a regular expression without a token being made. Expressions are still parsed by sqlglot, later and elsewhere.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Literal, NamedTuple

from fixturegen.errors import SchemaError
from fixturegen.schema import Dialect, Location
from fixturegen.sources.ddl_quotes import unescaped, unquoted

TokenKind = Literal["word", "name", "string", "number", "mark"]

MOST_TOKENS = 100_000
"""Tokens of one statement that is read: a thousand columns need some ten thousand."""
DEEPEST_NESTING = 200
"""Parentheses within parentheses: beyond any written schema, below what exhausts a parser's stack."""


class Token(NamedTuple):  # a third of a dataclass's cost, and files have hundreds of thousands
    """One token.

    Attributes:
        kind: ``word`` (unquoted), ``name`` (quoted identifier), ``string``, ``number`` or ``mark`` (operators and the like).
        text: Its text; of a ``name`` or ``string`` what stands between the quotes, unescaped.
        start: Offset of its first character.
        end: Offset after its last character.
    """

    kind: TokenKind
    text: str
    start: int
    end: int

    @property
    def word(self) -> str:
        """The keyword this token may be, in capitals; empty for anything quoted."""
        return self.text.upper() if self.kind == "word" else ""


@dataclass(frozen=True)  # without slots: the line breaks are found once and kept
class Source:
    """A text of SQL, and where it came from.

    Attributes:
        text: The text.
        dialect: Its dialect.
        start: Where its first character stands.
    """

    text: str
    dialect: Dialect
    start: Location

    @cached_property
    def _breaks(self) -> list[int]:
        return [found.start() for found in re.finditer("\n", self.text)]

    def place(self, offset: int, path: str = "") -> Location:
        """Return the location of an offset."""
        line = None if self.start.line is None else self.start.line + bisect_left(self._breaks, offset)
        return Location(self.start.file, line, path or self.start.path)

    def between(self, tokens: list[Token] | tuple[Token, ...]) -> str:
        """Return the text of consecutive tokens, without comments, any space between them made one space."""
        parts: list[str] = []
        for before, token in zip((None, *tokens), tokens, strict=False):
            if before is not None and token.start > before.end:
                parts.append(" ")
            parts.append(self.text[token.start : token.end])
        return "".join(parts)


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement that concerns the schema: its tokens without the final semicolon, never empty."""

    source: Source
    tokens: tuple[Token, ...]

    @property
    def text(self) -> str:
        """The statement as written, comments included."""
        return self.source.text[self.tokens[0].start : self.tokens[-1].end]


# Possessive throughout, so that no input makes them go back and try again; nothing looks ahead within what is possessive, which
# Python before 3.11.4 matches wrongly.
_STRING = r"'[^']*+(?:''[^']*+)*+'"
_ESCAPED_STRING = r"'[^'\\]*+(?:(?:''|\\.)[^'\\]*+)*+'"
_DOUBLE = r'"[^"]*+(?:""[^"]*+)*+"'
_ESCAPED_DOUBLE = r'"[^"\\]*+(?:(?:""|\\.)[^"\\]*+)*+"'
_BACKTICK = r"`[^`]*+(?:``[^`]*+)*+`"
_BLOCK_COMMENT = r"/\*[^*]*+\*++(?:[^/*][^*]*+\*++)*+/"
_DOLLARS = re.compile(r"\$(?:[^\W\d]\w*+)?\$")
_WORD = r"[^\W\d][\w$]*+"
_NUMBER = r"0[xX][0-9a-fA-F]++|(?:\d++(?:\.\d*+)?|\.\d++)(?:[eE][+-]?\d++)?"
_MARK = r"::|:=|->>|->|#>>|#>|<=>|<=|>=|<>|!=|==|\|\||&&|@>|<@|!~~\*|~~\*|!~~|~~|!~\*|~\*|!~|<<|>>"


@dataclass(frozen=True, slots=True)
class _Forms:
    """How a dialect writes what is passed over, texts and quoted names."""

    skip: str
    string: str
    name: str


_FORMS: dict[Dialect, _Forms] = {
    "sqlite": _Forms(
        skip=rf"--[^\n]*+|{_BLOCK_COMMENT}|/\*.*+",
        string=rf"[xX]?{_STRING}",
        name=rf"{_DOUBLE}|{_BACKTICK}|\[[^\]]*+\]",
    ),
    "postgresql": _Forms(
        skip=r"--[^\n]*+",  # block comments nest there, which no regular expression counts: see _after_comment
        string=rf"[eE]{_ESCAPED_STRING}|(?:[bBxXnN]|[uU]&)?{_STRING}",  # dollar quotes: see _after_dollars
        name=rf"(?:[uU]&)?{_DOUBLE}",
    ),
    "mysql": _Forms(
        # An executable comment is code: only its frame is passed over.
        skip=rf"--(?:\n|[^\S\n][^\n]*+|\Z)|\#[^\n]*+|/\*M?!\d*+|{_BLOCK_COMMENT}|\*/",
        string=rf"(?:[bBxXnN]|_[a-z][a-z0-9]*+\s?)?{_ESCAPED_STRING}|{_ESCAPED_DOUBLE}",
        name=_BACKTICK,
    ),
}


def _scanner(forms: _Forms) -> re.Pattern[str]:
    return re.compile(
        rf"(?P<space>\s++|{forms.skip})|(?P<string>{forms.string})|(?P<name>{forms.name})"
        rf"|(?P<number>{_NUMBER})|(?P<word>{_WORD})|(?P<mark>{_MARK}|.)",
        re.DOTALL,
    )


def _passer(forms: _Forms) -> re.Pattern[str]:
    """Return what matches the longest stretch in which no semicolon can end a statement."""
    plain = r"[^;'\"`\[$/#*\-\w]++|[-*#]" + ("" if r"|\[" in forms.name else r"|\[")
    return re.compile(rf"(?:{forms.string}|{forms.name}|\w[\w$]*+|{forms.skip}|{plain})++", re.DOTALL)


_SCANNERS = {dialect: _scanner(forms) for dialect, forms in _FORMS.items()}
_PASSERS = {dialect: _passer(forms) for dialect, forms in _FORMS.items()}
_ENDLESS = {"'": "a text in quotes", '"': "a quoted name", "`": "a quoted name", "[": "a name in brackets"}

_KEPT: dict[str, frozenset[str]] = {
    "CREATE": frozenset({"TABLE", "INDEX", "TYPE", "DOMAIN", "SCHEMA"}),
    "ALTER": frozenset({"TABLE", "TYPE", "DOMAIN"}),
    "DROP": frozenset({"TABLE", "INDEX"}),
    "SET": frozenset({"SEARCH_PATH"}),
    "USE": frozenset(),
    "COPY": frozenset(),
}
_HEAD = 12  # tokens among which a statement says that it makes a trigger, those of its definer included
_ROUTINES = frozenset({"TRIGGER", "FUNCTION", "PROCEDURE", "EVENT", "PACKAGE"})
_MODIFIERS = frozenset(
    {"OR", "REPLACE", "TEMP", "TEMPORARY", "UNLOGGED", "GLOBAL", "LOCAL", "FOREIGN", "VIRTUAL", "UNIQUE", "CONSTRAINT"}
    | {"ONLINE", "OFFLINE", "IGNORE", "SESSION", "DEFINER", "AGGREGATE", "CURRENT_USER"}
)


class _Reader:
    """A position in a source, and how to move it on. Only :func:`statements` uses it."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.text = source.text
        self.scan = _SCANNERS[source.dialect].match
        self.skip = _PASSERS[source.dialect].match
        self.at = 0

    def token(self) -> Token | None:
        """Return the next token and step behind it; None at the end."""
        while self.at < len(self.text):
            if self._at_nesting_comment():
                self.at = self._after_comment()
                continue
            if (end := self._after_dollars()) is not None:
                start, self.at = self.at, end
                return self._made("string", start)
            found = self.scan(self.text, self.at)
            assert found is not None  # the last alternative takes any character
            start, self.at = found.span()
            if found.lastgroup != "space":
                return self._made(found.lastgroup or "mark", start)
        return None

    def _made(self, kind: str, start: int) -> Token:
        raw = self.text[start : self.at]
        match kind:
            case "string" if "\\" in raw and (self.source.dialect == "mysql" or raw[0] in "eE"):
                return Token(kind, unescaped(raw), start, self.at)
            case "name" | "string":
                return Token(kind, unquoted(raw), start, self.at)
            case "mark" if raw in _ENDLESS and (raw != "[" or self.source.dialect == "sqlite"):
                raise self._endless(_ENDLESS[raw], start)
            case "mark" if raw == "/" and self.text.startswith("/*", start):
                raise self._endless("a comment", start)
            case _:
                return Token(kind, raw, start, self.at)  # type: ignore[arg-type]  # the pattern's own group names

    def pass_over(self) -> None:
        """Step behind the next semicolon that ends a statement, making no tokens."""
        while self.at < len(self.text):
            found = self.skip(self.text, self.at)
            self.at = found.end() if found else self.at
            if self.at >= len(self.text):
                return
            if self.text[self.at] == ";":
                self.at += 1
                return
            if self._at_nesting_comment():
                self.at = self._after_comment()
            elif self.token() is None:
                return

    def routine(self) -> list[Token]:
        """Step behind a trigger's or function's end and return its tokens: semicolons between BEGIN or CASE and END do not count."""
        passed: list[Token] = []
        depth, before = 0, ""
        while (token := self.token()) is not None:
            word = token.word
            # ``END IF`` and its like close what was not counted.
            depth += (word == "BEGIN" or (word == "CASE" and before != "END")) - (word == "END")
            depth += before == "END" and word in ("IF", "LOOP", "WHILE", "REPEAT", "FOR")
            before = word
            if token.text == ";" and depth <= 0:
                break
            passed.append(token)
        return passed

    def pass_line(self) -> str:
        """Step behind the end of the line and return what was passed."""
        end = self.text.find("\n", self.at)
        start, self.at = self.at, len(self.text) if end < 0 else end + 1
        return self.text[start : self.at].strip()

    def pass_data(self) -> None:
        r"""Step behind the ``\.`` that ends the data of a COPY FROM stdin."""
        end = self.text.find("\n\\.", self.at)
        self.at = len(self.text) if end < 0 else end + 3
        self.pass_line()

    def delimited(self) -> Iterator[tuple[int, int]]:
        """Step behind the line that sets MySQL's client delimiter back to the semicolon; yield where statements stand till then."""
        delimiter = self.pass_line()
        while delimiter not in (";", "") and self.at < len(self.text):
            found = re.compile(r"^[ \t]*DELIMITER[ \t]+", re.IGNORECASE | re.MULTILINE).search(self.text, self.at)
            last = found.start() if found else len(self.text)
            while self.at < last:
                end = self.text.find(delimiter, self.at, last)
                yield self.at, last if end < 0 else end
                self.at = last if end < 0 else end + len(delimiter)
            self.at = found.end() if found else last
            delimiter = self.pass_line()

    def _endless(self, what: str, start: int) -> SchemaError:
        return SchemaError(f"{what} begins here and never ends", where=self.source.place(start))

    def _after_dollars(self) -> int | None:
        """Return the end of the dollar-quoted text that begins here, if one does."""
        if self.source.dialect != "postgresql" or not self.text.startswith("$", self.at):
            return None
        tag = _DOLLARS.match(self.text, self.at)
        if tag is None:
            return None
        end = self.text.find(tag.group(), tag.end())
        if end < 0:
            raise self._endless("a text in dollar quotes", self.at)
        return end + len(tag.group())

    def _at_nesting_comment(self) -> bool:
        return self.source.dialect == "postgresql" and self.text.startswith("/*", self.at)

    def _after_comment(self) -> int:
        depth = 0
        for found in re.compile(r"/\*|\*/").finditer(self.text, self.at):
            depth += 1 if found.group() == "/*" else -1
            if depth == 0:
                return found.end()
        raise self._endless("a comment", self.at)


def statements(source: Source) -> Iterator[Statement]:
    """Yield the statements of a source that may concern its schema, in order; all else is passed over.

    Args:
        source: The text.

    Raises:
        SchemaError: A quoted text or name never ends, or a statement has too many tokens or parentheses to be a table's.
    """
    reader = _Reader(source)
    while (first := reader.token()) is not None:
        if first.text == "\\" and first.kind == "mark":
            reader.pass_line()  # a command to psql
        elif first.word == "DELIMITER" and source.dialect == "mysql":
            yield from _delimited(reader)
        elif first.word not in _KEPT:
            reader.at = first.start
            reader.pass_over()
        else:
            yield from _kept(reader, first)


def _kept(reader: _Reader, first: Token) -> Iterator[Statement]:
    head, interest = _head(reader, first)
    if interest == "pass":
        reader.pass_over()
    elif interest == "routine":
        tokens = (*head, *reader.routine())
        if head[-1].word == "TRIGGER" or _is_trigger_function(reader.source, tokens):
            yield Statement(reader.source, tokens)
    elif interest == "keep":
        tokens = _rest(reader, head)
        words = {token.word for token in tokens}
        if first.word == "COPY" and {"FROM", "STDIN"} <= words:
            reader.pass_line()
            reader.pass_data()
        else:
            yield Statement(reader.source, tokens)


def _is_trigger_function(source: Source, tokens: Sequence[Token]) -> bool:
    words = [token.word for token in tokens]
    return source.dialect == "postgresql" and ("RETURNS", "TRIGGER") in pairwise(words)


def _delimited(reader: _Reader) -> Iterator[Statement]:
    """Yield the triggers among statements that end with another delimiter."""
    for start, end in reader.delimited():
        if "TRIGGER" not in reader.text[start:end].upper():
            continue
        inner, tokens = _Reader(reader.source), list[Token]()
        inner.at = start
        while inner.at < end and (token := inner.token()) is not None and token.end <= end:
            tokens.append(token)
        words = [token.word for token in tokens]
        if words[:1] == ["CREATE"] and "TRIGGER" in words[:_HEAD]:
            yield Statement(reader.source, tuple(tokens))


def _head(reader: _Reader, first: Token) -> tuple[list[Token], Literal["keep", "pass", "routine", "end"]]:
    """Read on until it is clear what the statement makes or changes."""
    kinds, head = _KEPT[first.word], [first]
    if not kinds:
        return head, "keep"
    while (token := reader.token()) is not None:
        head.append(token)
        if token.word in kinds:
            return head, "keep"
        if token.word in _ROUTINES:
            return head, "routine"
        if token.text == ";" and token.kind == "mark":
            return head, "end"
        # A definer is written ``root@localhost``: its words belong to the head whatever they are.
        if token.word and token.word not in _MODIFIERS and head[-2].text not in ("=", "@"):
            return head, "pass"
    return head, "end"


def _rest(reader: _Reader, head: list[Token]) -> tuple[Token, ...]:
    tokens, depth = head, 0
    while (token := reader.token()) is not None:
        if token.kind == "mark":
            depth += (token.text in "([") - (token.text in ")]")
            if token.text == ";" and depth <= 0:
                break
        tokens.append(token)
        if depth > DEEPEST_NESTING or len(tokens) > MOST_TOKENS:
            raise SchemaError(
                f"this statement has more than {DEEPEST_NESTING} nested parentheses or {MOST_TOKENS:,} words",
                where=reader.source.place(head[0].start),
            )
    return tuple(tokens)


def tokens_of(text: str, dialect: Dialect) -> tuple[Token, ...]:
    """Return the tokens of a piece of SQL, such as a type or an expression.

    >>> [token.text for token in tokens_of("numeric(10,2)[]", "postgresql")]
    ['numeric', '(', '10', ',', '2', ')', '[', ']']
    """
    reader = _Reader(Source(text, dialect, Location()))
    found = []
    while (token := reader.token()) is not None:
        found.append(token)
    return tuple(found)
