"""What one field of a coherent group is asked for, and what its fields have in common."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import compress

import polars as pl

from fixturegen.domain import Domain
from fixturegen.draws import Integers
from fixturegen.errors import ImpossibleError
from fixturegen.generator import Picks, Request
from fixturegen.generators.countries import Countries
from fixturegen.vocabularies import narrowing
from fixturegen.vocabularies.addresses import locale_of
from fixturegen.vocabularies.vocabulary import Vocabulary, vocabulary

WIDE_BITS = 20
"""Bits of a draw that is cut to the size of each country's pool."""
Field = Callable[[Mapping[str, Integers], Countries], pl.Series | Picks]
"""Draws of some rows and their countries to the field's texts; all batches as picks, or none."""


@dataclass(frozen=True)
class Asked:
    """One field of a group for one column."""

    request: Request
    group: str
    field: str
    locale: str
    country: str | None

    @cached_property
    def domain(self) -> Domain:
        """The column's domain, its type's length included."""
        length, most = self.request.column.type.length, self.request.domain.max_length
        limits = [each for each in (length, most) if each is not None]
        return replace(self.request.domain, max_length=min(limits)) if limits else self.request.domain

    @property
    def column(self) -> str:
        """Table and column, for errors."""
        return f"{self.request.table}.{self.request.column.name}"

    def locale_in(self, code: str) -> str:
        """Return the locale of a country: its own, or the one that applies where that is of the same country."""
        return self.locale if code == self.words(self.locale).country else locale_of(code, self.locale)

    def words(self, locale: str) -> Vocabulary:
        """Return the vocabulary of a locale."""
        return vocabulary(locale, self.request.as_of)


def held(asked: Asked, pool: pl.Series) -> pl.Series:
    """Return the pool with each value that the column cannot hold replaced by one that it can."""
    if _roomy(asked.domain, pool):
        return pool
    accepts = narrowing.acceptance(asked.domain)
    folding = {"lower": str.lower, "upper": str.upper}.get(asked.domain.letters or "", str)
    values = [folding(value) for value in pool.to_list()]
    accepted = [accepts(value) for value in values]
    fitting = list(compress(values, accepted))
    if not fitting:
        message = f"{asked.group}: no {asked.field} fits {asked.column}"
        raise ImpossibleError(message, where=asked.request.where)
    return pl.Series(
        [
            value if fits else fitting[at % len(fitting)]
            for at, (value, fits) in enumerate(zip(values, accepted, strict=True))
        ]
    )


def _roomy(domain: Domain, pool: pl.Series) -> bool:
    """Whether a domain bounds nothing but lengths, and all of a pool is within them: found without looking at each text."""
    if domain.patterns or domain.barred or domain.letters or domain.trimmed or not len(pool):
        return False
    longest, size = domain.max_length, domain.max_bytes
    return (
        (not domain.min_length or bool((pool.str.len_chars() >= domain.min_length).all()))
        and (longest is None or bool((pool.str.len_chars() <= longest).all()))
        and (size is None or bool((pool.str.len_bytes() <= size).all()))
    )
