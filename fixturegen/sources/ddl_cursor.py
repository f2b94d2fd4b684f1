"""A place among the tokens of a statement: looking at words, taking them, and saying what is wrong where."""

from __future__ import annotations

from fixturegen.errors import SchemaError
from fixturegen.schema import Location
from fixturegen.sources.ddl_lexer import Source, Token

_OPENING, _CLOSING = "([", ")]"


class Cursor:
    """A position among tokens.

    Args:
        source: The text the tokens were cut from.
        tokens: The tokens of one statement or of a part of it.
        path: What is being read, for messages: ``orders`` or ``orders.customer_id``.
    """

    def __init__(self, source: Source, tokens: tuple[Token, ...] | list[Token], path: str = "") -> None:
        self.source = source
        self.tokens = tuple(tokens)
        self.path = path
        self.index = 0

    @property
    def done(self) -> bool:
        """Whether no token is left."""
        return self.index >= len(self.tokens)

    @property
    def where(self) -> Location:
        """The place of the next token, or of the last one at the end."""
        if not self.tokens:
            return self.source.place(0, self.path)
        return self.source.place(self.tokens[min(self.index, len(self.tokens) - 1)].start, self.path)

    def peek(self, ahead: int = 0) -> Token | None:
        """Return the next token, or one further ahead, without taking it."""
        index = self.index + ahead
        return self.tokens[index] if index < len(self.tokens) else None

    def word(self, ahead: int = 0) -> str:
        """Return the next keyword in capitals; empty where the next token is none."""
        token = self.peek(ahead)
        return token.word if token is not None else ""

    def sees(self, words: str) -> bool:
        """Tell whether these keywords come next: ``sees("NOT NULL")``."""
        return all(self.word(ahead) == word for ahead, word in enumerate(words.split(" ")))

    def sees_mark(self, mark: str, ahead: int = 0) -> bool:
        """Tell whether this operator or parenthesis comes next."""
        token = self.peek(ahead)
        return token is not None and token.kind == "mark" and token.text == mark

    def take(self) -> Token:
        """Take the next token.

        Raises:
            SchemaError: None is left.
        """
        token = self.peek()
        if token is None:
            raise self.error("the statement ends too early")
        self.index += 1
        return token

    def accept(self, words: str) -> bool:
        """Take these keywords if they come next."""
        if not self.sees(words):
            return False
        self.index += words.count(" ") + 1
        return True

    def accept_mark(self, mark: str) -> bool:
        """Take this operator or parenthesis if it comes next."""
        if not self.sees_mark(mark):
            return False
        self.index += 1
        return True

    def name(self) -> str:
        """Take one identifier and return it as the database keeps it.

        Raises:
            SchemaError: The next token is none.
        """
        token = self.peek()
        string_as_name = token is not None and token.kind == "string" and self.source.dialect == "sqlite"
        if token is None or (token.kind not in ("word", "name") and not string_as_name):
            raise self.error("a name is missing")
        self.index += 1
        folds = token.kind == "word" and self.source.dialect == "postgresql"
        return token.text.lower() if folds else token.text

    def qualified(self) -> tuple[str, ...]:
        """Take an identifier with its schema, if it has one: ``("sales", "orders")``."""
        parts = [self.name()]
        while self.accept_mark("."):
            parts.append(self.name())
        return tuple(parts)

    def group(self) -> Cursor:
        """Take what stands in the parentheses that open here, and return a cursor over it.

        Raises:
            SchemaError: No parenthesis opens here, or it is never closed.
        """
        if not self.sees_mark("("):
            raise self.error("a parenthesis is missing")
        start = self.index
        self.index = self._closing(start) + 1
        return Cursor(self.source, self.tokens[start + 1 : self.index - 1], self.path)

    def _closing(self, start: int) -> int:
        depth = 0
        for index in range(start, len(self.tokens)):
            token = self.tokens[index]
            if token.kind == "mark":
                depth += (token.text in _OPENING) - (token.text in _CLOSING)
                if depth == 0:
                    return index
        raise self.error("a parenthesis opens here and never closes")

    def until(self, stops: frozenset[str]) -> Cursor:
        """Take at least one token and all up to a comma or one of the keywords, parentheses whole."""
        start = self.index
        while not self.done:
            if self.index > start and (self.word() in stops or self.sees_mark(",")):
                break
            self.index = (self._closing(self.index) if self._opens() else self.index) + 1
        return Cursor(self.source, self.tokens[start : self.index], self.path)

    def _opens(self) -> bool:
        token = self.peek()
        return token is not None and token.kind == "mark" and token.text in _OPENING

    def elements(self) -> list[Cursor]:
        """Return one cursor for each of the parts that commas separate, commas within parentheses apart."""
        parts = []
        while not self.done:
            start = self.index
            while not self.done and not self.sees_mark(","):
                self.index = (self._closing(self.index) if self._opens() else self.index) + 1
            parts.append(Cursor(self.source, self.tokens[start : self.index], self.path))
            self.accept_mark(",")
        return parts

    @property
    def text(self) -> str:
        """All its text, without comments, spaces made single."""
        return self.source.between(self.tokens)

    @property
    def rest(self) -> str:
        """The text not yet taken."""
        return self.source.between(self.tokens[self.index :])

    def error(self, message: str) -> SchemaError:
        """Return an error that names this place and what stands there."""
        here = self.rest
        near = f", at {here[:40]!r}" if here else ", at its end"
        return SchemaError(f"cannot read this as {self.source.dialect}: {message}{near}", where=self.where)
