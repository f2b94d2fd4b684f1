"""Coherent groups: a person, an address. Each field is a column of its own; all fields of a group read the same draws.

Every field's generator declares the same draws, whatever its column and limits, so the fields of one row agree by construction.
A country that is filled by another column decides the locale of its row. A field whose column cannot hold a record's value
(too long, barred) takes the next record's value that it can hold; only there the fields part.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import polars as pl

from fixturegen.domain import Domain
from fixturegen.draws import Integers
from fixturegen.errors import ImpossibleError, SchemaError
from fixturegen.generator import Batch, Draw, Generator, Request, generator
from fixturegen.vocabularies import narrowing, providers
from fixturegen.vocabularies.addresses import HOUSES, POSTCODE_LETTERS, Addresses, addresses, country_of, locale_of
from fixturegen.vocabularies.drawing import concatenated, decimal_text, gathered
from fixturegen.vocabularies.people import PLACES, Names, People, people
from fixturegen.vocabularies.vocabulary import Vocabulary, vocabulary

COUNTRY_FIELDS = ("country_code", "country")
PERSON_FIELDS = ("first_name", "last_name", "name", "gender", "email", "username")
ADDRESS_FIELDS = (
    "street", "street_name", "house_number", "city", "postcode", "region", "state", "country", "country_code", "phone",
)  # fmt: skip

_PERSON_DRAWS = (Draw("first", 0, PLACES - 1), Draw("last", 0, PLACES - 1))
_WIDE = 2**20
_ADDRESS_DRAWS = (
    Draw("place", 0, _WIDE - 1), Draw("street", 0, _WIDE - 1), Draw("house", 0, HOUSES - 1),
    Draw("code", 0, 10**6 - 1), Draw("phone", 0, _WIDE - 1),
)  # fmt: skip

Choices = npt.NDArray[np.integer]
Field = Callable[[Mapping[str, Integers], str, str], pl.Series]
"""Draws of some rows, their locale and their country's code, to the field's texts."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """One field of a group for one column."""

    request: Request
    group: str
    field: str
    locale: str
    country: str | None

    @property
    def domain(self) -> Domain:
        length, most = self.request.column.type.length, self.request.domain.max_length
        limits = [each for each in (length, most) if each is not None]
        return replace(self.request.domain, max_length=min(limits)) if limits else self.request.domain

    @property
    def column(self) -> str:
        return f"{self.request.table}.{self.request.column.name}"

    def words(self, locale: str) -> Vocabulary:
        return vocabulary(locale, self.request.as_of)


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
        if room is not None and room < _least_room(asked.field, distinct=distinct):
            message = f"person: {asked.field} needs {_least_room(asked.field, distinct=distinct)} characters"
            raise ImpossibleError(f"{message}, {asked.column} has {room}", where=request.where)
    return _built(asked, _PERSON_DRAWS, _person_field(asked, distinct=distinct), distinct=distinct)


@generator("address")
def address(request: Request) -> Generator:
    """Fill one field of an address: street, house_number, city, postcode, region, country, country_code, phone, ...

    Arguments: ``field``, and ``inputs`` (``country`` or ``country_code`` by the column that holds it). In the twelve countries of
    :data:`fixturegen.vocabularies.cities.COUNTRIES` city, region and the beginning of the postcode belong together for real; in
    others they have the country's form only. Streets are made up in the country's language, telephone numbers reach nobody.
    Without an input all addresses are in the locale's country.
    """
    asked = _checked(request, "address", ADDRESS_FIELDS)
    return _built(asked, _ADDRESS_DRAWS, _address_field(asked), distinct=False)


def _checked(request: Request, group: str, fields: tuple[str, ...]) -> _Asked:
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
    return _Asked(request, group, field, locale, _country_input(request, group, inputs))


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


def _built(asked: _Asked, draws: tuple[Draw, ...], field: Field, *, distinct: bool) -> Generator:
    home = asked.words(asked.locale).country

    def build(batch: Batch) -> pl.Series:
        if asked.country is None:
            return field(batch.draws, asked.locale, home)
        return _by_country(batch, batch.columns[asked.country], field, asked.locale, home)

    needs = () if asked.country is None else (asked.country,)
    remark = f"coherent, in {asked.locale if asked.country is None else f'the locale of {asked.country}'}"
    return Generator(
        name=asked.group, dtype=pl.String(), draws=draws, build=build, needs=needs, distinct=distinct, remark=remark
    )


def _by_country(batch: Batch, countries: pl.Series, field: Field, locale: str, home: str) -> pl.Series:
    """Build each country's rows together and put them back in order. A null or unknown country is that of the locale."""
    texts = countries.cast(pl.String)
    names = sorted(set(texts.drop_nulls().to_list()))
    known = {name: country_of(name) or home for name in names}
    codes = sorted({home, *known.values()})
    numbers = {name: codes.index(code) for name, code in known.items()}
    which = np.full(batch.height, codes.index(home), dtype=np.uint16)
    for name, number in numbers.items():
        which[(texts == name).fill_null(value=False).to_numpy()] = number
    pieces, rows = [], []
    for number, code in enumerate(codes):
        at = np.flatnonzero(which == number)
        if len(at):
            draws = {name: values[at] for name, values in batch.draws.items()}
            pieces.append(field(draws, locale if code == home else locale_of(code, locale), code))
            rows.append(at)
    if not pieces:
        return pl.Series([], dtype=pl.String)
    back = np.empty(batch.height, dtype=np.uint32)
    back[np.concatenate(rows)] = np.arange(batch.height, dtype=np.uint32)
    return gathered(pl.concat(pieces), back)


def _held(asked: _Asked, pool: pl.Series, change: Callable[[str], str] = str) -> pl.Series:
    """Return the pool with each value that the column cannot hold replaced by the next one that it can."""
    accepts = narrowing.acceptance(asked.domain)
    folding = {"lower": str.lower, "upper": str.upper}.get(asked.domain.letters or "", change)
    values = [folding(value) for value in pool.to_list()]
    fitting = [value for value in values if accepts(value)]
    if not fitting:
        message = f"{asked.group}: no {asked.field} fits {asked.column}"
        raise ImpossibleError(message, where=asked.request.where)
    if len(fitting) == len(values):
        return pl.Series(values)
    return pl.Series([value if accepts(value) else fitting[at % len(fitting)] for at, value in enumerate(values)])


def _person_field(asked: _Asked, *, distinct: bool) -> Field:
    @lru_cache(maxsize=128)
    def table(locale: str) -> tuple[People, pl.Series]:
        found = people(asked.words(locale))
        pools = {"first_name": found.first.texts, "last_name": found.last.texts, "gender": found.first.marks}
        return found, _held(asked, pools[asked.field]) if asked.field in pools else found.first.texts

    def field(draws: Mapping[str, Integers], locale: str, country: str) -> pl.Series:
        found, pool = table(locale)
        first, last = found.first.place[draws["first"]], found.last.place[draws["last"]]
        match asked.field:
            case "first_name" | "gender":
                return gathered(pool, first)
            case "last_name":
                return gathered(pool, last)
            case "name":
                return _full_name(asked, found, first, last)
            case _:
                return _handle(asked, found, draws, country, distinct=distinct)

    return field


def _full_name(asked: _Asked, found: People, first: Choices, last: Choices) -> pl.Series:
    given, family = gathered(found.first.texts, first), gathered(found.last.texts, last)
    space = pl.repeat(" ", len(given), dtype=pl.String, eager=True)
    whole = concatenated([family, space, given] if found.family_first else [given, space, family])
    return _shortened(asked, whole, given)


def _shortened(asked: _Asked, whole: pl.Series, part: pl.Series) -> pl.Series:
    """Take a part, cut if need be, for rows in which the whole is longer than the column."""
    most = asked.domain.max_length
    if most is None:
        return whole
    fits = whole.str.len_chars() <= most
    return whole if fits.all() else whole.zip_with(fits, part.str.slice(0, most).str.strip_chars_end())


_CODE = 6
"""Letters that number all pairs of names: 26**6 is more than 8,192 squared."""
_SHORT_DOMAIN, _DOMAIN = "a.test", "example.com"


def _least_room(field: str, *, distinct: bool) -> int:
    name = _CODE if distinct else 1
    return name + (len(_SHORT_DOMAIN) + 1 if field == "email" else 0)


def _handle(asked: _Asked, found: People, draws: Mapping[str, Integers], country: str, *, distinct: bool) -> pl.Series:
    """Return ``first.last``, with digits where it must be unique, cut to the column's length, and the domain of an e-mail."""
    most = asked.domain.max_length
    # Namesakes of different countries meet in no domain.
    host = f"{country.lower()}.{_DOMAIN}" if distinct and asked.country is not None else _DOMAIN
    tail = _tail(asked, host, distinct=distinct)
    local = _local(found, draws, distinct=distinct)
    room = None if most is None else most - len(tail)
    if room is not None and _longest(found, distinct=distinct) > room:
        local = _coded(found, draws, room) if distinct else local.str.slice(0, room).str.strip_chars_end(".")
    end = pl.repeat(tail, len(local), dtype=pl.String, eager=True)
    return concatenated([local, end]) if tail else local


def _tail(asked: _Asked, host: str, *, distinct: bool) -> str:
    apart = asked.country is not None and distinct
    if asked.field == "username":
        return f".{host[:2]}" if apart else ""
    most = asked.domain.max_length
    roomy = most is None or most >= len(host) + 1 + (_CODE if distinct else 3)
    short = f"{host[:2]}.test" if apart else _SHORT_DOMAIN
    return f"@{host if roomy else short}"


def _longest(found: People, *, distinct: bool) -> int:
    lengths = [int(names.slugs.str.len_chars().max() or 0) for names in (found.first, found.last)]  # type: ignore[arg-type]  # a length
    digits = len(str(int(found.first.alike.max()) * int(found.last.alike.max()))) if distinct else 0
    return sum(lengths) + 1 + digits


def _local(found: People, draws: Mapping[str, Integers], *, distinct: bool) -> pl.Series:
    first, last = draws["first"], draws["last"]
    given, family = _slugs(found.first, first), _slugs(found.last, last)
    dot = pl.repeat(".", len(first), dtype=pl.String, eager=True)
    if not distinct:
        return concatenated([given, dot, family])
    # Letters tell the names, the number which of the draws that give those letters it was: nothing is lost.
    number = found.first.rank[first] * found.last.alike[last] + found.last.rank[last]
    digits = decimal_text(number, 0)
    return concatenated([given, dot, family, digits.set(pl.Series(number == 0), "")])


def _slugs(names: Names, values: Integers) -> pl.Series:
    return gathered(names.slugs, names.place[values])


def _coded(found: People, draws: Mapping[str, Integers], room: int) -> pl.Series:
    """Return as much of the first name as there is room for, and six letters that number the pair of names."""
    number = draws["first"] * PLACES + draws["last"]
    letters = pl.Series([chr(97 + each) for each in range(26)])
    code = [gathered(letters, number // 26**power % 26) for power in reversed(range(_CODE))]
    if room < _CODE + 2:
        return concatenated(code)
    given = _slugs(found.first, draws["first"]).str.slice(0, room - _CODE - 1)
    return concatenated([given, pl.repeat(".", len(given), dtype=pl.String, eager=True), *code])


def _address_field(asked: _Asked) -> Field:
    @lru_cache(maxsize=128)
    def table(locale: str, code: str) -> tuple[Addresses, pl.Series | None]:
        found = addresses(asked.words(locale), code)
        pool = _address_pool(asked, found)
        return found, None if pool is None else _held(asked, pool)

    def field(draws: Mapping[str, Integers], locale: str, country: str) -> pl.Series:
        found, pool = table(locale, country)
        match asked.field:
            case "postcode":
                return _postcodes(found, _cut(draws["place"], len(found.forms)), draws["code"])
            case "house_number":
                return decimal_text(draws["house"] + 1, 0)
            case "street":
                return _street(asked, found, draws)
            case _:
                assert pool is not None
                return gathered(pool, _cut(draws[_DRAW_OF.get(asked.field, "place")], len(pool)))

    return field


_DRAW_OF: Mapping[str, str] = {"street_name": "street", "phone": "phone"}


def _address_pool(asked: _Asked, found: Addresses) -> pl.Series | None:
    pools = {
        "city": found.cities, "region": found.regions, "state": found.regions, "street_name": found.streets,
        "country": pl.Series([found.name]), "country_code": pl.Series([found.code]), "phone": found.phones,
    }  # fmt: skip
    return pools.get(asked.field)


def _cut(values: Integers, size: int) -> Integers:
    return values * size >> (_WIDE.bit_length() - 1)


def _street(asked: _Asked, found: Addresses, draws: Mapping[str, Integers]) -> pl.Series:
    most = asked.domain.max_length
    pool = found.streets if most is None else _held(_with_limit(asked, most - 4), found.streets)
    street, house = gathered(pool, _cut(draws["street"], len(pool))), decimal_text(draws["house"] + 1, 0)
    between = pl.repeat(" ", len(street), dtype=pl.String, eager=True)
    return concatenated([house, between, street] if found.number_first else [street, between, house])


def _with_limit(asked: _Asked, most: int) -> _Asked:
    """Return the same demand with another greatest length."""
    type_ = replace(asked.request.column.type, length=None)
    request = replace(
        asked.request, column=replace(asked.request.column, type=type_), domain=replace(asked.domain, max_length=most)
    )
    return replace(asked, request=request)


def _postcodes(found: Addresses, place: Integers, code: Integers) -> pl.Series:
    """Fill each place's form: digits from the low end of the draw, letters from the high end."""
    pool, starts = _filled(found)
    sizes = np.array([_ways(form) for form in found.forms])
    return gathered(pool, starts[place] + code * sizes[place] // 10**6)


@lru_cache(maxsize=128)
def _filled(found: Addresses) -> tuple[pl.Series, Integers]:
    """Return all postcodes of all places, and where each place's begin."""
    codes = [_postcode(form, number) for form in found.forms for number in range(_ways(form))]
    sizes = [_ways(form) for form in found.forms]
    return pl.Series(codes), np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.int64)


def _ways(form: str) -> int:
    return min(2_000, _all_ways(form))


def _all_ways(form: str) -> int:
    return int(10 ** form.count("#") * len(POSTCODE_LETTERS) ** form.count("@"))


def _postcode(form: str, number: int) -> str:
    # An odd multiplier spreads the first 2,000 numbers over all ways of the longer forms.
    total = _all_ways(form)
    left = number * 7_919 % total if total > 2_000 else number
    characters = []
    for character in form:
        base = {"#": "0123456789", "@": POSTCODE_LETTERS}.get(character)
        characters.append(character if base is None else base[left % len(base)])
        left = left // len(base) if base is not None else left
    return "".join(characters)
