"""The fields of a person: names of the row's country, and e-mail addresses and usernames made of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import polars as pl

from fixturegen.draws import Integers
from fixturegen.generator import Picks, gathered
from fixturegen.generators.countries import Countries
from fixturegen.generators.group_fields import Asked, Field, held
from fixturegen.vocabularies.drawing import concatenated, decimal_text
from fixturegen.vocabularies.people import PLACES, Names, People, end_to_end, people


@dataclass(frozen=True, slots=True, eq=False)
class _Crowd:
    """People of some countries, laid end to end.

    Attributes:
        found: The people of each country.
        first: First names; draws of the second country begin at ``PLACES``.
        last: Last names, alike.
        pool: What the field takes its texts from.
        dotted: First names as e-mail addresses begin: their letters and a dot.
    """

    found: tuple[People, ...]
    first: Names
    last: Names
    pool: pl.Series
    dotted: pl.Series


def person_field(asked: Asked, *, distinct: bool) -> Field:
    """Return how draws become a field of a person; ``distinct`` where no two draws may give the same text."""

    @lru_cache(maxsize=128)
    def one(code: str) -> tuple[People, pl.Series]:
        found = people(asked.words(asked.locale_in(code)))
        pools = {"first_name": found.first.texts, "last_name": found.last.texts, "gender": found.first.marks}
        return found, held(asked, pools[asked.field]) if asked.field in pools else found.first.texts

    @lru_cache(maxsize=32)
    def crowd(codes: tuple[str, ...]) -> _Crowd:
        found = tuple(one(code)[0] for code in codes)
        first, last = (end_to_end([getattr(each, name) for each in found]) for name in ("first", "last"))
        pool = pl.concat([one(code)[1] for code in codes], rechunk=True)
        return _Crowd(found, first, last, pool, first.slugs + ".")

    def field(draws: Mapping[str, Integers], countries: Countries) -> pl.Series | Picks:
        all_, first, last = crowd(countries.codes), draws["first"], draws["last"]
        if countries.which is not None:
            start = countries.which * PLACES
            first, last = first + start, last + start
        match asked.field:
            case "first_name" | "gender":
                return Picks(all_.pool, all_.first.place[first])
            case "last_name":
                return Picks(all_.pool, all_.last.place[last])
            case "name":
                return _full_name(asked, all_, first, last, countries.which)
            case _:
                return _handle(asked, all_, draws, countries, (first, last), distinct=distinct)

    return field


def _full_name(asked: Asked, all_: _Crowd, first: Integers, last: Integers, which: Integers | None) -> pl.Series:
    given = gathered(all_.first.texts, all_.first.place[first])
    family = gathered(all_.last.texts, all_.last.place[last])
    turned = np.array([found.family_first for found in all_.found])
    left, right = _ordered(given, family, turned, which)
    return _shortened(asked, concatenated([left, " ", right]), given)


def _ordered(
    one: pl.Series, other: pl.Series, turned: npt.NDArray[np.bool_], which: Integers | None
) -> tuple[pl.Series, pl.Series]:
    """Return two parts in the order of each row's country: turned round or not."""
    if which is None or turned.all() or not turned.any():
        return (other, one) if turned[0] else (one, other)
    mask = pl.Series(turned[which])
    return other.zip_with(mask, one), one.zip_with(mask, other)


def _shortened(asked: Asked, whole: pl.Series, part: pl.Series) -> pl.Series:
    """Take a part, cut if need be, for rows in which the whole is longer than the column."""
    most = asked.domain.max_length
    if most is None:
        return whole
    fits = whole.str.len_chars() <= most
    return whole if fits.all() else whole.zip_with(fits, part.str.slice(0, most).str.strip_chars_end())


_CODE = 6
"""Letters that number all pairs of names: 26**6 is more than 8,192 squared."""
_MANY = 16_384
"""Texts of numbers are listed where so many rows read them."""
_SHORT_DOMAIN, _DOMAIN = "a.test", "example.com"


def least_room(field: str, *, distinct: bool) -> int:
    """Return how many characters an e-mail address or a username takes at least."""
    name = _CODE if distinct else 1
    return name + (len(_SHORT_DOMAIN) + 1 if field == "email" else 0)


def _handle(
    asked: Asked,
    all_: _Crowd,
    draws: Mapping[str, Integers],
    countries: Countries,
    shifted: tuple[Integers, Integers],
    *,
    distinct: bool,
) -> pl.Series:
    """Return ``first.last``, with digits where it must be unique, cut to the column's length, and the domain of an e-mail."""
    tails = [_tail(asked, _host(asked, code, distinct=distinct), distinct=distinct) for code in countries.codes]
    ending = _ending(tails, countries.which)
    parts = _local(all_, *shifted, distinct=distinct)
    if asked.domain.max_length is None or all(
        _longest(found, distinct=distinct) + len(tail) <= asked.domain.max_length
        for found, tail in zip(all_.found, tails, strict=True)
    ):
        return concatenated([*parts, *ending])
    local = concatenated(parts)
    for number, found in enumerate(all_.found):
        room = asked.domain.max_length - len(tails[number])
        if _longest(found, distinct=distinct) <= room:
            continue
        at = None if countries.which is None else np.flatnonzero(countries.which == number)
        own = local if at is None else gathered(local, at)
        here = draws if at is None else {name: values[at] for name, values in draws.items()}
        short = _coded(found, here, room) if distinct else own.str.slice(0, room).str.strip_chars_end(".")
        local = short if at is None else local.scatter(pl.Series(at.astype(np.uint32)), short)
    return concatenated([local, *ending])


def _ending(tails: list[str], which: Integers | None) -> list[pl.Series | str]:
    """Return what follows the name: nothing, one text for all rows, or that of each row's country."""
    if which is None or len(set(tails)) == 1:
        return [tails[0]] if tails[0] else []
    return [gathered(pl.Series(tails), which)]


def _host(asked: Asked, code: str, *, distinct: bool) -> str:
    """Return the domain of e-mails. Unique ones have one a country: namesakes of different countries then never meet."""
    return f"{code.lower()}.{_DOMAIN}" if distinct and asked.country is not None else _DOMAIN


def _tail(asked: Asked, host: str, *, distinct: bool) -> str:
    apart = asked.country is not None and distinct
    if asked.field == "username":
        return f".{host[:2]}" if apart else ""
    most = asked.domain.max_length
    roomy = most is None or most >= len(host) + 1 + (_CODE if distinct else 3)
    short = f"{host[:2]}.test" if apart else _SHORT_DOMAIN
    return f"@{host if roomy else short}"


@lru_cache(maxsize=256)
def _longest(found: People, *, distinct: bool) -> int:
    lengths = [int(names.slugs.str.len_chars().max() or 0) for names in (found.first, found.last)]  # type: ignore[arg-type]  # a length
    digits = len(str(int(found.first.alike.max()) * int(found.last.alike.max()))) if distinct else 0
    return sum(lengths) + 1 + digits


def _local(all_: _Crowd, first: Integers, last: Integers, *, distinct: bool) -> list[pl.Series | str]:
    """Return the parts of ``first.last``, and a number where it must be unique."""
    given = gathered(all_.dotted, all_.first.place[first])
    family = gathered(all_.last.slugs, all_.last.place[last])
    if not distinct:
        return [given, family]
    # Letters tell the names, the number which of the draws that give those letters it was: nothing is lost.
    number = all_.first.rank[first] * all_.last.alike[last] + all_.last.rank[last]
    return [given, family, _counted(number)]


def _counted(numbers: Integers) -> pl.Series:
    """Return the numbers as texts, the empty text for 0."""
    if len(numbers) >= _MANY and int(numbers.max()) < len(_counts()):
        return gathered(_counts(), numbers)
    digits = decimal_text(numbers, 0)
    return digits.zip_with(pl.Series(numbers != 0), pl.Series([""]))


@lru_cache(maxsize=1)
def _counts() -> pl.Series:
    numbers = pl.int_range(1, 65_536, eager=True).cast(pl.String)
    return pl.concat([pl.Series([""]), numbers.alias("")], rechunk=True)


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
    return concatenated([given, ".", *code])
