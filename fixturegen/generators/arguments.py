"""Reading the declared arguments of a fill: each has a type, and what is not known is refused with what is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from fractions import Fraction

from fixturegen.errors import SchemaError
from fixturegen.generator import Request
from fixturegen.schema import Type

Reader = Callable[[object], object]


def arguments(request: Request, fill: str, **readers: Reader) -> Mapping[str, object]:
    """Return the arguments of a fill, read.

    Args:
        request: Whose ``arguments`` are read.
        fill: Name of the fill, for the message.
        readers: What each known argument is read with; a reader raises ``ValueError`` with what it wants.

    Returns:
        The given arguments by name; those not given are absent.

    Raises:
        SchemaError: An unknown argument, or one that its reader refuses.
    """
    read = {}
    for name, given in request.arguments.items():
        if name not in readers:
            message = f"{fill} has no argument {name!r}"
            raise SchemaError(message, where=request.where, given=str(name), exists=readers)
        try:
            read[name] = readers[name](given)
        except ValueError as error:
            message = f"{name} of {fill} is {shown(given)}; it must be {error}"
            raise SchemaError(message, where=request.where) from None
    return read


def needed(read: Mapping[str, object], request: Request, fill: str, *names: str) -> None:
    """Refuse a fill that lacks one of its arguments.

    Raises:
        SchemaError: If a name is missing.
    """
    missing = [name for name in names if name not in read]
    if missing:
        message = f"{fill} needs {' and '.join(missing)}"
        raise SchemaError(message, where=request.where)


def type_of(request: Request, name: str) -> Type:
    """Return the type of a column that a fill reads.

    Raises:
        SchemaError: If the name leads nowhere, said where the fill was declared.
    """
    if request.types is None:
        message = f"{name} cannot be read here: the columns beside {request.column.name} are not known"
        raise SchemaError(message, where=request.where)
    try:
        return request.types(name)
    except SchemaError as error:
        if error.where:
            raise
        raise SchemaError(
            error.message, where=request.where, given=error.given, exists=error.exists, hint=error.hint
        ) from None


def shown(given: object, limit: int = 60) -> str:
    """Return a short spelling of what was given.

    >>> shown("x" * 100, limit=5)
    "'xxxx..."
    """
    text = repr(given)
    return text if len(text) <= limit else f"{text[:limit]}..."


def text(given: object) -> str:
    """Read a text."""
    if not isinstance(given, str):
        message = "a text"
        raise ValueError(message)  # noqa: TRY004 - readers refuse with ValueError, whatever is wrong
    return given


def number(given: object) -> Fraction:
    """Read a finite number, exactly: a float as the decimal it prints as.

    >>> number(0.1)
    Fraction(1, 10)
    """
    message = "a finite number"
    if isinstance(given, bool) or not isinstance(given, int | float | str | Decimal | Fraction):
        raise ValueError(message)  # noqa: TRY004 - readers refuse with ValueError, whatever is wrong
    if isinstance(given, int | Fraction):
        return Fraction(given)
    try:
        value = Decimal(str(given))
    except InvalidOperation:
        raise ValueError(message) from None
    if not value.is_finite() or abs(value.adjusted()) > 400:
        raise ValueError(message)
    return Fraction(value)


def positive(given: object) -> Fraction:
    """Read a number above 0."""
    value = number(given)
    if value <= 0:
        message = "a number above 0"
        raise ValueError(message)
    return value


def whole(given: object) -> int:
    """Read a whole number."""
    value = number(given)
    if value.denominator != 1:
        message = "a whole number"
        raise ValueError(message)
    return int(value)


def anything(given: object) -> object:
    """Take an argument as it is."""
    return given
