"""The country of every row of a coherent group: rows of all countries are built at once, from tables laid end to end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import polars as pl

from fixturegen.draws import Integers
from fixturegen.vocabularies.addresses import country_of


@dataclass(frozen=True, slots=True)
class Countries:
    """The countries of some rows.

    Attributes:
        codes: ISO 3166-1 codes, ascending; one alone where all rows are in it.
        which: Place of each row's country among ``codes``; None where there is one alone.
    """

    codes: tuple[str, ...]
    which: Integers | None = None


class CountryReader:
    """Reads the countries of a batch; fields of one group that follow each other read them once.

    Args:
        home: Code of rows whose country is null or unknown.
    """

    _latest: ClassVar[tuple[pl.Series, str, Countries] | None] = None

    def __init__(self, home: str) -> None:
        self._home = home

    def read(self, values: pl.Series) -> Countries:
        """Return the countries that codes or English names stand for."""
        latest = CountryReader._latest
        if latest is not None and latest[0] is values and latest[1] == self._home:
            return latest[2]
        found = self._found(values)
        CountryReader._latest = (values, self._home, found)
        return found

    def _found(self, values: pl.Series) -> Countries:
        texts = values.cast(pl.String)
        names = sorted(texts.unique().drop_nulls().to_list())
        known = {name: country_of(name) or self._home for name in names}
        codes = sorted({*known.values(), *((self._home,) if texts.null_count() or not names else ())})
        if len(codes) == 1:
            return Countries((codes[0],))
        numbers = {name: codes.index(code) for name, code in known.items()}
        home = codes.index(self._home) if self._home in codes else 0
        place_of = np.array([*(numbers[name] for name in names), home], dtype=np.int64)
        labels = texts.cast(pl.Enum(names)).to_physical().fill_null(len(names)).to_numpy()
        return Countries(tuple(codes), place_of[labels])


@dataclass(frozen=True, slots=True, eq=False)
class Pools:
    """The pools of several countries laid end to end.

    Attributes:
        texts: All values.
        starts: Where each country's pool begins.
        sizes: How many values each has.
    """

    texts: pl.Series
    starts: Integers
    sizes: Integers

    def places(self, which: Integers | None, values: Integers, bits: int) -> Integers:
        """Return places of values, which are cut to the size of each row's pool from so many bits."""
        if which is None:
            return values * int(self.sizes[0]) >> bits
        cut = values * self.sizes[which]
        cut >>= bits
        cut += self.starts[which]
        return cut


def laid_out(pools: Sequence[pl.Series]) -> Pools:
    """Return pools laid end to end.

    >>> laid_out([pl.Series(["a", "b"]), pl.Series(["c"])]).starts.tolist()
    [0, 2]
    """
    sizes = np.array([len(pool) for pool in pools], dtype=np.int64)
    return Pools(pl.concat(pools, rechunk=True), np.cumsum(sizes) - sizes, sizes)
