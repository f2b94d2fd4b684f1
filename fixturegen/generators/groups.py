"""Coherent groups: a person, an address. Each field is a column of its own; all fields of a group read the same draws.

Every field's generator declares the same draws, whatever its column and limits, so the fields of one row agree by construction.
A country that is filled by another column decides the locale of its row. A field whose column cannot hold a record's value
(too long, barred) takes the next record's value that it can hold; only there the fields part.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import polars as pl

from fixturegen.draws import Integers
from fixturegen.errors import ImpossibleError, SchemaError
from fixturegen.generator import Batch, Builder, Draw, Generator, One, Picks, Request, generator
from fixturegen.generators.address_fields import address_field
from fixturegen.generators.countries import Countries, CountryReader
from fixturegen.generators.group_fields import WIDE_BITS, Asked, Field
from fixturegen.generators.person_fields import least_room, person_field
from fixturegen.vocabularies import providers
from fixturegen.vocabularies.addresses import HOUSES, country_of
from fixturegen.vocabularies.people import PLACES

COUNTRY_FIELDS = ("country_code", "country")
PERSON_FIELDS = ("first_name", "last_name", "name", "gender", "email", "username")
ADDRESS_FIELDS = (
    "street", "street_name", "house_number", "city", "postcode", "region", "state", "country", "country_code", "phone",
)  # fmt: skip
PICKED_FIELDS = frozenset({"first_name", "last_name", "gender", *ADDRESS_FIELDS} - {"street", "house_number"})
"""Fields whose texts all come from lists; the others are put together."""

_PERSON_DRAWS = (Draw("first", 0, PLACES - 1), Draw("last", 0, PLACES - 1))
_ADDRESS_DRAWS = (
    Draw("place", 0, 2**WIDE_BITS - 1), Draw("street", 0, 2**WIDE_BITS - 1), Draw("house", 0, HOUSES - 1),
    Draw("code", 0, 10**6 - 1), Draw("phone", 0, 2**WIDE_BITS - 1),
)  # fmt: skip


@generator("person")
def person(request: Request) -> Generator:
    """Fill one field of a person: first_name, last_name, name, gender, email or username, which match each other.

    Arguments: ``field``, and ``inputs`` (``country`` or ``country_code`` by the column that holds it, which decides the
    locale of each row's name). E-mail addresses are in reserved domains. A unique e-mail or username carries digits that tell
    namesakes apart, 67,108,864 in all. Shrinks to the first names of the locale's lists.
    """
    asked = _checked(request, "person", PERSON_FIELDS)
    distinct = request.distinct > 0 and asked.field in {"email", "username"}
    if asked.field in {"email", "username"}:
        room = asked.domain.max_length
        if room is not None and room < least_room(asked.field, distinct=distinct):
            message = f"person: {asked.field} needs {least_room(asked.field, distinct=distinct)} characters"
            raise ImpossibleError(f"{message}, {asked.column} has {room}", where=request.where)
    return _built(asked, _PERSON_DRAWS, person_field(asked, distinct=distinct), distinct=distinct)


@generator("address")
def address(request: Request) -> Generator:
    """Fill one field of an address: street, house_number, city, postcode, region, country, country_code, phone, ...

    Arguments: ``field``, and ``inputs`` (``country`` or ``country_code`` by the column that holds it). In the twelve countries of
    :data:`fixturegen.vocabularies.cities.COUNTRIES` city, region and the beginning of the postcode belong together for real; in
    others they have the country's form only. Streets are made up in the country's language, telephone numbers reach nobody.
    Without an input all addresses are in the locale's country.
    """
    asked = _checked(request, "address", ADDRESS_FIELDS)
    return _built(asked, _ADDRESS_DRAWS, address_field(asked), distinct=False)


def _checked(request: Request, group: str, fields: tuple[str, ...]) -> Asked:
    known = ("field", "inputs")
    for key in request.arguments:
        if key not in known:
            message = f"{group} has no argument {key!r}"
            raise SchemaError(message, where=request.where, given=key, exists=known)
    field, inputs = request.arguments.get("field"), request.arguments.get("inputs") or {}
    if not isinstance(field, str) or field not in fields:
        message = f"{group} has no field {field!r}"
        raise SchemaError(message, where=request.where, given=str(field), exists=fields)
    if request.column.type.kind not in {"text", "unknown"}:
        message = f"{group}: {field} gives text, which no column of type {request.column.type.kind} holds"
        raise SchemaError(message, where=request.where)
    locale = providers.checked_locale(request.locale, request.where)
    return Asked(request, group, field, locale, _country_input(request, group, inputs))


def _country_input(request: Request, group: str, inputs: object) -> str | None:
    if not isinstance(inputs, Mapping):
        message = f"{group}: inputs are columns by field, not {type(inputs).__name__}"
        raise SchemaError(message, where=request.where)
    for field in inputs:
        if field not in COUNTRY_FIELDS:
            message = f"{group} cannot follow a {field} that is filled apart"
            hint = "Leave that column to the group, or take it out of it."
            raise SchemaError(message, where=request.where, given=field, exists=COUNTRY_FIELDS, hint=hint)
    return next((str(inputs[field]) for field in COUNTRY_FIELDS if field in inputs), None)


def _built(asked: Asked, draws: tuple[Draw, ...], field: Field, *, distinct: bool) -> Generator:
    home = asked.words(asked.locale).country
    reader = CountryReader(home)

    def found(batch: Batch) -> pl.Series | Picks:
        if asked.country is None:
            return field(batch.draws, Countries((home,)))
        if batch.height == 0:
            return Picks(pl.Series([], dtype=pl.String), np.empty(0, dtype=np.int64))
        return field(batch.draws, reader.read(batch.columns[asked.country]))

    def build(batch: Batch) -> pl.Series:
        return _values(found(batch))

    def picks(batch: Batch) -> Picks:
        made = found(batch)
        assert isinstance(made, Picks)
        return made

    def one(row: One) -> object:
        """A row is in one country: no other's tables are needed."""
        known = None if asked.country is None else row.column(asked.country)
        code = home if known is None else country_of(str(known)) or home
        return _values(field(_OneDraws(row.draw), Countries((code,))))[0]

    needs = () if asked.country is None else (asked.country,)
    remark = f"coherent, in {asked.locale if asked.country is None else f'the locale of {asked.country}'}"
    return Generator(
        name=asked.group,
        dtype=pl.String(),
        draws=draws,
        build=Builder(build, one, picks if asked.field in PICKED_FIELDS else None),
        needs=needs,
        distinct=distinct,
        remark=remark,
    )


def _values(made: pl.Series | Picks) -> pl.Series:
    return made.values() if isinstance(made, Picks) else made


class _OneDraws(dict[str, Integers]):
    """The draws of one row, each taken when it is read.

    Args:
        draw: Gives a draw by its name.
    """

    def __init__(self, draw: Callable[[str], int]) -> None:
        super().__init__()
        self._draw = draw

    def __missing__(self, name: str) -> Integers:
        """Take a draw."""
        self[name] = np.array([self._draw(name)], dtype=np.int64)
        return self[name]
