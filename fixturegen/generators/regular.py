"""Regular expressions and LIKE patterns as languages of shapes, read by Python's own parser and never matched against text.

What cannot be constructed (look-around, back references, conditions) is refused by name. Repetition without an upper bound
goes ten beyond its lower one. Anchors and word boundaries construct nothing; where they stand inside a pattern the result is
marked as inexact, and its texts are checked before use.
"""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from fixturegen.domain import Pattern
from fixturegen.errors import SchemaError
from fixturegen.expressions.searching import Search, searcher
from fixturegen.generators import languages
from fixturegen.generators.characters import (
    DIGITS,
    EVERY,
    NO_NEWLINE,
    SPACES,
    WORD,
    Characters,
    characters,
)
from fixturegen.generators.languages import EMPTY, Language
from fixturegen.generators.shapes import Shape

LONGEST = 10_000
"""Most characters a declared expression may match."""
MOST_WRITTEN = 50_000
"""Most characters an expression itself may have."""
UNBOUNDED = 10
"""Repetitions beyond the least, where no most is given."""
_DEEPEST = 100

_parser: Any = import_module("re._parser")  # the parser of re itself, which has no public name since 3.11
_constants: Any = import_module("re._constants")

_CATEGORIES = {
    "CATEGORY_DIGIT": DIGITS,
    "CATEGORY_NOT_DIGIT": DIGITS.inverted(),
    "CATEGORY_SPACE": SPACES,
    "CATEGORY_NOT_SPACE": SPACES.inverted(),
    "CATEGORY_WORD": WORD,
    "CATEGORY_NOT_WORD": WORD.inverted(),
}
_REFUSED = {
    "ASSERT": "look-around",
    "ASSERT_NOT": "look-around",
    "GROUPREF": "a back reference",
    "GROUPREF_EXISTS": "a condition on a group",
}


@dataclass(slots=True)
class _Compiler:
    """Turns parsed operations into shapes.

    Attributes:
        widest: Most characters of a text.
        unbounded: Repetitions beyond the least, where no most is given.
        where: For errors.
        text: The expression, for errors.
        exact: False once something was met that only matching can decide.
    """

    widest: int
    unbounded: int
    where: object
    text: str
    exact: bool = field(default=True)

    def sequence(self, operations: Any, flags: int) -> Language:
        shapes = EMPTY
        for operation in operations:
            shapes = languages.joined(shapes, self.one(operation, flags), self.widest)
        return shapes

    def one(self, operation: Any, flags: int) -> Language:
        name, argument = str(operation[0]), operation[1]
        match name:
            case "LITERAL" | "NOT_LITERAL" | "IN" | "ANY":
                return (Shape((_characters(name, argument, flags),)),)
            case "BRANCH":
                return languages.ordered(shape for branch in argument[1] for shape in self.sequence(branch, flags))
            case "SUBPATTERN":
                return self.sequence(argument[3], (flags | argument[1]) & ~argument[2])
            case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
                low, high = self.counts(argument)
                self.exact &= name != "POSSESSIVE_REPEAT"
                return languages.repeated(self.sequence(argument[2], flags), low, high, self.widest)
            case "ATOMIC_GROUP":
                self.exact = False
                return self.sequence(argument, flags)
            case "AT":
                self.exact = False
                return EMPTY
        raise refused(name, self.text, self.where)

    def counts(self, argument: Any) -> tuple[int, int]:
        low, high = int(argument[0]), argument[1]
        return low, low + self.unbounded if high is _constants.MAXREPEAT else int(high)


def refused(name: str, text: str, where: object) -> SchemaError:
    """Return the error for an operation that cannot be constructed."""
    what = _REFUSED.get(name, name.lower())
    message = f"the expression {text!r} uses {what}, from which no text can be constructed"
    return SchemaError(message, where=where, hint="Write it with classes, groups, alternatives and counts.")


def _characters(name: str, argument: Any, flags: int) -> Characters:
    match name:
        case "LITERAL":
            some = characters((argument, argument))
        case "NOT_LITERAL":
            return _folded(characters((argument, argument)), flags).inverted()
        case "ANY":
            return EVERY if flags & re.DOTALL else NO_NEWLINE
        case _:
            return _class(argument, flags)
    return _folded(some, flags)


def _class(items: Any, flags: int) -> Characters:
    negated = str(items[0][0]) == "NEGATE"
    whole = Characters(())
    for name, argument in items[1:] if negated else items:
        match str(name):
            case "LITERAL":
                whole |= characters((argument, argument))
            case "RANGE":
                whole |= characters(argument)
            case _:
                whole |= _CATEGORIES[str(argument)]
    whole = _folded(whole, flags)
    return whole.inverted() if negated else whole


def _folded(some: Characters, flags: int) -> Characters:
    return some.folded() if flags & re.IGNORECASE else some


def parsed(text: str, where: object, *, insensitive: bool = False) -> Any:
    """Return the operations of a regular expression, from Python's parser.

    Raises:
        SchemaError: If it is none, or nested too deeply.
    """
    if len(text) > MOST_WRITTEN:
        message = (
            f"the expression {text[:80]!r} has {len(text):,} characters, more than the {MOST_WRITTEN:,} that are read"
        )
        raise SchemaError(message, where=where)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # FutureWarning for "[[": the reading does not change here
            return _parser.parse(text, re.IGNORECASE if insensitive else 0)
    except RecursionError:
        raise SchemaError(f"{text[:80]!r} nests more than {_DEEPEST} levels", where=where) from None
    except (re.error, OverflowError) as error:
        message = f"{text[:80]!r} is no regular expression: {error}"
        raise SchemaError(message, where=where) from None


def longest(operations: Any, text: str, where: object, depth: int = 0) -> int:
    """Return how many characters the longest constructed match has, by arithmetic alone.

    Raises:
        SchemaError: If an operation cannot be constructed, or the nesting passes 100 levels.
    """
    if depth > _DEEPEST:
        message = f"{text[:80]!r} nests more than {_DEEPEST} levels"
        raise SchemaError(message, where=where)
    total = 0
    for operation, argument in operations:
        match str(operation):
            case "LITERAL" | "NOT_LITERAL" | "IN" | "ANY":
                total += 1
            case "BRANCH":
                total += max(longest(branch, text, where, depth + 1) for branch in argument[1])
            case "SUBPATTERN":
                total += longest(argument[3], text, where, depth + 1)
            case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
                most = argument[0] + UNBOUNDED if argument[1] is _constants.MAXREPEAT else argument[1]
                total += int(most) * longest(argument[2], text, where, depth + 1)
            case "ATOMIC_GROUP":
                total += longest(argument, text, where, depth + 1)
            case "AT":
                pass
            case name:
                raise refused(name, text, where)
    return total


def declared(text: str, widest: int, least: int, where: object) -> tuple[Language, bool]:
    """Return the texts that match a declared expression as a whole, and whether all of them surely do.

    Args:
        text: The expression, in Python's syntax. Anchors at its ends change nothing.
        widest: Most characters, inclusive.
        least: Fewest characters that are wanted: repetition without an upper bound goes at least so far.
        where: For errors.

    Raises:
        SchemaError: If it is no expression, cannot be constructed, or its longest match passes 10,000 characters.
    """
    operations = parsed(text, where)
    reach = longest(operations, text, where)
    if reach > LONGEST:
        message = f"the longest match of {text[:80]!r} has {reach} characters; the most is {LONGEST}"
        raise SchemaError(message, where=where, hint="Lower its counts.")
    compiler = _Compiler(widest, max(UNBOUNDED, least), where, text)
    inner, _, _ = _unanchored(list(operations))
    return compiler.sequence(inner, operations.state.flags), compiler.exact


def searched(pattern: Pattern, widest: int, least: int, where: object) -> tuple[Language, bool]:
    """Return texts that meet a condition (not a negated one), and whether all of them surely do.

    Raises:
        SchemaError: If the pattern cannot be constructed.
    """
    if pattern.kind == "like":
        return _like(pattern, widest, max(UNBOUNDED, least)), True
    operations = parsed(pattern.text, where, insensitive=pattern.insensitive)
    longest(operations, pattern.text, where)
    compiler = _Compiler(widest, max(UNBOUNDED, least), where, pattern.text)
    flags = operations.state.flags
    inner = list(operations)
    # ^(a|b)$ reads as one branch; a|b searched is (anything)a(anything) or (anything)b(anything).
    branches = inner[0][1][1] if len(inner) == 1 and str(inner[0][0]) == "BRANCH" else [inner]
    shapes: list[Shape] = []
    for branch in branches:
        middle, begins, ends = _unanchored(list(branch))
        text = compiler.sequence(middle, flags)
        text = text if begins else languages.joined(_anything(compiler), text, widest)
        shapes += text if ends else languages.joined(text, _anything(compiler), widest)
    return languages.ordered(shapes), compiler.exact


def _anything(compiler: _Compiler) -> Language:
    return languages.repeated((Shape((EVERY,)),), 0, compiler.unbounded, compiler.widest)


def _unanchored(operations: list[Any]) -> tuple[list[Any], bool, bool]:
    """Return operations without the anchors at their ends, and which were there."""
    begins = ends = False
    while operations and _anchor(operations[0], "AT_BEGINNING"):
        begins, operations = True, operations[1:]
    while operations and _anchor(operations[-1], "AT_END"):
        ends, operations = True, operations[:-1]
    return operations, begins, ends


def _anchor(operation: Any, kind: str) -> bool:
    return str(operation[0]) == "AT" and str(operation[1]) in {kind, f"{kind}_STRING"}


def _like(pattern: Pattern, widest: int, unbounded: int) -> Language:
    anything = languages.repeated((Shape((EVERY,)),), 0, min(unbounded, widest), widest)
    shapes = EMPTY
    for letter in pattern.text:
        if letter == "%":
            part = anything
        else:
            place = EVERY if letter == "_" else characters(letter)
            part = (Shape((place.folded() if pattern.insensitive else place,)),)
        shapes = languages.joined(shapes, part, widest)
    return shapes


def matcher(pattern: Pattern, where: object) -> Search:
    """Return whether a text matches the pattern, negation apart, as a function."""
    if pattern.kind == "like":
        body = "".join(
            ".*" if letter == "%" else "." if letter == "_" else re.escape(letter) for letter in pattern.text
        )
        return searcher(rf"\A{body}\Z", insensitive=pattern.insensitive, dot_all=True)
    parsed(pattern.text, where)
    return searcher(pattern.text, insensitive=pattern.insensitive)
