"""The fields of an address: city, region and postcode of one place, streets and telephone numbers of the row's country."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import groupby

import numpy as np
import numpy.typing as npt
import polars as pl

from fixturegen.draws import Integers
from fixturegen.generator import Picks, gathered
from fixturegen.generators.countries import Countries, Pools, laid_out
from fixturegen.generators.group_fields import WIDE_BITS, Asked, Field, held
from fixturegen.generators.shapes import text_of
from fixturegen.vocabularies.addresses import HOUSES, POSTCODE_LETTERS, Addresses, addresses
from fixturegen.vocabularies.drawing import concatenated, decimal_text


def address_field(asked: Asked) -> Field:
    """Return how draws become a field of an address."""

    @lru_cache(maxsize=128)
    def one(code: str) -> tuple[Addresses, pl.Series | None]:
        found = addresses(asked.words(asked.locale_in(code)), code)
        pool = _streets(asked, found) if asked.field == "street" else _address_pool(asked, found)
        return found, None if pool is None else held(asked, pool) if asked.field != "street" else pool

    @lru_cache(maxsize=32)
    def pools_of(codes: tuple[str, ...]) -> Pools:
        return laid_out([pool for _, pool in map(one, codes) if pool is not None])

    @lru_cache(maxsize=32)
    def streets_of(codes: tuple[str, ...]) -> _Streets:
        return _Streets(pools_of(codes), np.array([one(code)[0].number_first for code in codes]))

    @lru_cache(maxsize=32)
    def codes_of(codes: tuple[str, ...]) -> _Postcodes:
        return _postcodes(tuple(one(code)[0] for code in codes))

    def field(draws: Mapping[str, Integers], countries: Countries) -> pl.Series | Picks:
        match asked.field:
            case "postcode":
                return codes_of(countries.codes).picks(draws, countries.which)
            case "house_number":
                return decimal_text(draws["house"] + 1, 0)
            case "street":
                return streets_of(countries.codes).texts(draws, countries.which)
        pools, drawn = pools_of(countries.codes), draws[_DRAW_OF.get(asked.field, "place")]
        return Picks(pools.texts, pools.places(countries.which, drawn, WIDE_BITS))

    return field


class _Streets:
    """Street names of some countries laid end to end, and house numbers to stand before or after them.

    Args:
        names: The names.
        number_first: In which countries the number stands before the name.
    """

    def __init__(self, names: Pools, number_first: npt.NDArray[np.bool_]) -> None:
        numbers = decimal_text(np.arange(1, HOUSES + 1), 0)
        self._names = names
        self._number_first = number_first
        self._parts = pl.concat([names.texts, numbers + " ", " " + numbers], rechunk=True)

    def texts(self, draws: Mapping[str, Integers], which: Integers | None) -> pl.Series:
        """Return streets with numbers."""
        street = self._names.places(which, draws["street"], WIDE_BITS)
        before = draws["house"] + len(self._names.texts)
        after = before + HOUSES
        first = self._number_first[0] if which is None else self._number_first[which]
        left, right = np.where(first, before, street), np.where(first, street, after)
        return concatenated([gathered(self._parts, left), gathered(self._parts, right)])


_DRAW_OF: Mapping[str, str] = {"street_name": "street", "phone": "phone"}


def _address_pool(asked: Asked, found: Addresses) -> pl.Series | None:
    pools = {
        "city": found.cities, "region": found.regions, "state": found.regions, "street_name": found.streets,
        "country": pl.Series([found.name]), "country_code": pl.Series([found.code]), "phone": found.phones,
    }  # fmt: skip
    return pools.get(asked.field)


def _streets(asked: Asked, found: Addresses) -> pl.Series:
    """Return street names that leave room for a house number."""
    most = asked.domain.max_length
    return found.streets if most is None else held(_with_limit(asked, most - 4), found.streets)


def _with_limit(asked: Asked, most: int) -> Asked:
    """Return the same demand with another greatest length."""
    type_ = replace(asked.request.column.type, length=None)
    request = replace(
        asked.request, column=replace(asked.request.column, type=type_), domain=replace(asked.domain, max_length=most)
    )
    return replace(asked, request=request)


@dataclass(frozen=True, slots=True, eq=False)
class _Postcodes:
    """All postcodes of all places of some countries, laid end to end.

    Attributes:
        codes: The postcodes.
        starts: Where each place's begin.
        sizes: How many each place has.
        places: The places of each country, as positions of the two before.
    """

    codes: pl.Series
    starts: Integers
    sizes: Integers
    places: Pools

    def picks(self, draws: Mapping[str, Integers], which: Integers | None) -> Picks:
        """Fill each place's form: digits from the low end of the draw, letters from the high end."""
        place = self.places.places(which, draws["place"], WIDE_BITS)
        return Picks(self.codes, self.starts[place] + draws["code"] * self.sizes[place] // 10**6)


def _postcodes(found: tuple[Addresses, ...]) -> _Postcodes:
    filled = [_filled(each) for each in found]
    codes = laid_out([codes for codes, _ in filled])
    starts = [own + start for (_, own), start in zip(filled, codes.starts.tolist(), strict=True)]
    sizes = np.array([_ways(form) for each in found for form in each.forms], dtype=np.int64)
    return _Postcodes(codes.texts, np.concatenate(starts), sizes, laid_out([each.cities for each in found]))


@lru_cache(maxsize=128)
def _filled(found: Addresses) -> tuple[pl.Series, Integers]:
    """Return all postcodes of all places, and where each place's begin."""
    alike = groupby(map(_all_postcodes, found.forms), key=lambda matrix: matrix.shape[1])
    codes = pl.concat([_written(np.concatenate(list(matrices))) for _, matrices in alike], rechunk=True)
    sizes = [_ways(form) for form in found.forms]
    return codes, np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.int64)


def _ways(form: str) -> int:
    return min(2_000, _all_ways(form))


def _all_ways(form: str) -> int:
    return int(10 ** form.count("#") * len(POSTCODE_LETTERS) ** form.count("@"))


def _all_postcodes(form: str) -> npt.NDArray[np.uint32]:
    """Return the code points of the postcodes of a form, one a row; at most 2,000."""
    matrix = _filled_marks("".join(each if each in _LETTERS else " " for each in form)).copy()
    for at, character in enumerate(form):
        if character not in _LETTERS:
            matrix[:, at] = ord(character)
    return matrix


@lru_cache(maxsize=32)
def _filled_marks(form: str) -> npt.NDArray[np.uint32]:
    """Return the code points of the digits and letters that fill a form's marks, and 0 elsewhere."""
    left = np.arange(_ways(form))
    if _all_ways(form) > len(left):
        # An odd multiplier spreads the first 2,000 numbers over all ways of the longer forms.
        left = left * 7_919 % min(_all_ways(form), 2**62)
    matrix = np.zeros((len(left), len(form)), dtype=np.uint32)
    for at, character in enumerate(form):
        if character in _LETTERS:
            letters = _LETTERS[character]
            matrix[:, at] = letters[left % len(letters)]
            left = left // len(letters)
    return matrix


def _written(matrix: npt.NDArray[np.uint32]) -> pl.Series:
    """Return the texts of code points."""
    height, width = matrix.shape
    if not width:
        return pl.Series([""] * height)
    if int(matrix.max()) < 128:
        return text_of(matrix.astype(np.uint8))
    # Code points side by side are UTF-32.
    return pl.Series(matrix.view(f"U{width}").ravel())


_LETTERS = {mark: np.array([ord(each) for each in letters], dtype=np.uint32)
            for mark, letters in (("#", "0123456789"), ("@", POSTCODE_LETTERS))}  # fmt: skip
