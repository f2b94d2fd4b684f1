"""Arithmetic of finite fields, as tables of sums and products."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import product

import numpy as np

from fixturegen.draws import Integers


@dataclass(frozen=True, slots=True)
class Field:
    """A finite field on the numbers 0 (its zero) to ``size - 1``; 1 is its one.

    Attributes:
        size: How many elements, a power of a prime.
        plus: Sums, by both summands.
        times: Products, by both factors.
    """

    size: int
    plus: Integers
    times: Integers

    def value(self, coefficients: tuple[int, ...], at: int) -> int:
        """Return a polynomial's value; the coefficient of the highest power comes first."""
        result = 0
        for coefficient in coefficients:
            result = int(self.plus[self.times[result, at], coefficient])
        return result


def prime_power(size: int) -> tuple[int, int] | None:
    """Return the prime and the exponent that make a number, or None where it is no power of a prime.

    >>> prime_power(9), prime_power(10)
    ((3, 2), None)
    """
    prime = next((one for one in range(2, size + 1) if size % one == 0), 0)
    exponent, rest = 0, size
    while prime and rest % prime == 0:
        exponent, rest = exponent + 1, rest // prime
    return (prime, exponent) if rest == 1 and prime else None


def field_sizes(least: int, most: int) -> tuple[int, ...]:
    """Return the sizes of fields from ``least`` to ``most``, both inclusive.

    >>> field_sizes(2, 12)
    (2, 3, 4, 5, 7, 8, 9, 11)
    """
    return tuple(size for size in range(max(least, 2), most + 1) if prime_power(size))


@cache
def field(size: int) -> Field:
    """Return the field of that size.

    Raises:
        ValueError: If the size is no power of a prime.
    """
    found = prime_power(size)
    if found is None:
        message = f"there is no field of {size} elements"
        raise ValueError(message)
    prime, exponent = found
    digits = np.array([[one // prime**place % prime for place in range(exponent)] for one in range(size)])
    weights = prime ** np.arange(exponent)
    plus = (digits[:, None, :] + digits[None, :, :]) % prime @ weights
    for tail in product(range(prime), repeat=exponent):
        times = _products(digits, weights, prime, tail)
        if (np.sort(times[1:], axis=1) == np.arange(size)).all():
            return Field(size, plus, times)
    raise AssertionError(size)  # every power of a prime has an irreducible polynomial


def _products(digits: Integers, weights: Integers, prime: int, tail: tuple[int, ...]) -> Integers:
    """Products of polynomials over the prime field, where the ``exponent``-th power of x is the polynomial ``tail``."""
    size, exponent = digits.shape
    wide = np.zeros((size, size, 2 * exponent - 1), dtype=np.int64)
    for place in range(exponent):
        wide[:, :, place : place + exponent] += digits[:, None, place : place + 1] * digits[None, :, :]
    for power in range(2 * exponent - 2, exponent - 1, -1):
        over = wide[:, :, power] % prime
        for place in range(exponent):
            wide[:, :, power - exponent + place] += over * tail[place]
    return np.array(wide[:, :, :exponent] % prime @ weights)
