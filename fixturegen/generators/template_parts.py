"""Reading a template: fixed text, and holes that name a column, filters and a format."""

from __future__ import annotations

from dataclasses import dataclass

from fixturegen.errors import SchemaError
from fixturegen.generators.arguments import shown

FILTERS = ("slug", "lower", "upper", "trim", "cut")
_LONGEST = 10_000


@dataclass(frozen=True, slots=True)
class Filter:
    """A change of a value's text; ``cut(8)`` keeps the first 8 characters."""

    name: str
    width: int = 0


@dataclass(frozen=True, slots=True)
class Hole:
    """Where a column's value goes: ``{customers.name|slug}``, ``{id:05d}``.

    Attributes:
        column: Its dotted name.
        filters: What is done to its text, in order.
        form: Format of a number, text, date or time; empty for the plain spelling.
    """

    column: str
    filters: tuple[Filter, ...] = ()
    form: str = ""


Part = str | Hole


def parts_of(template: str, where: object) -> tuple[Part, ...]:
    """Return the parts of a template, in order.

    Raises:
        SchemaError: A brace that is not closed or not opened, an empty hole, an unknown filter.

    >>> parts_of("{first|slug}@example.com", None)
    (Hole(column='first', filters=(Filter(name='slug', width=0),), form=''), '@example.com')
    """
    if len(template) > _LONGEST:
        message = f"the template has {len(template)} characters; the most is {_LONGEST}"
        raise SchemaError(message, where=where)
    parts: list[Part] = []
    text, at = "", 0
    while at < len(template):
        letter = template[at]
        if letter in "{}" and template[at : at + 2] == letter * 2:
            text, at = text + letter, at + 2
        elif letter == "{":
            end = template.find("}", at)
            if end < 0:
                raise _refused(template, "opens a brace that is never closed", where)
            parts += (
                [text, _hole(template[at + 1 : end], template, where)]
                if text
                else [_hole(template[at + 1 : end], template, where)]
            )
            text, at = "", end + 1
        elif letter == "}":
            raise _refused(template, "closes a brace that was never opened", where)
        else:
            text, at = text + letter, at + 1
    return (*parts, text) if text else tuple(parts)


def _refused(template: str, what: str, where: object) -> SchemaError:
    message = f"the template {shown(template)} {what}"
    return SchemaError(message, where=where, hint="Write {{ and }} for braces themselves.")


def _hole(body: str, template: str, where: object) -> Hole:
    named, _, form = body.partition(":")
    column, *filters = (word.strip() for word in named.split("|"))
    if not column or "{" in body:
        raise _refused(template, "has a hole without a column" if not column else "has a hole within a hole", where)
    return Hole(column, tuple(_filter(word, where) for word in filters), form)


def _filter(word: str, where: object) -> Filter:
    name, _, rest = word.partition("(")
    if name not in FILTERS:
        message = f"unknown filter {word!r}"
        raise SchemaError(message, where=where, given=name, exists=FILTERS)
    digits = rest.removesuffix(")")
    if name != "cut" and not rest:
        return Filter(name)
    if (
        name != "cut"
        or not rest.endswith(")")
        or not (digits.isascii() and digits.isdigit() and 0 < int(digits) <= _LONGEST)
    ):
        message = f"{word!r} is no filter: only cut takes an argument, the most characters, such as cut(8)"
        raise SchemaError(message, where=where)
    return Filter(name, int(digits))
