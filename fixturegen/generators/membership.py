"""Whether a single value belongs to a domain: for the few values that are listed, not for rows."""

from __future__ import annotations

from collections.abc import Callable

from fixturegen.domain import Domain
from fixturegen.generator import Request
from fixturegen.generators.regular import matcher
from fixturegen.lattice import lattice_of

Test = Callable[[object], bool]


def belongs(request: Request, *, listed: bool = True) -> Test:
    """Return the test whether a value (of the column's type, no NULL) is in the domain of the request.

    Args:
        request: Whose column and domain count, type limits included.
        listed: Whether the domain's own list of values counts too.
    """
    tests = [*_ordered(request), *_texts(request), *_barred(request.domain)]
    if listed and request.domain.values is not None:
        allowed = request.domain.values
        tests.append(lambda value: value in allowed)
    return lambda value: all(test(value) for test in tests)


def _barred(domain: Domain) -> list[Test]:
    # Lists have no hash; none of them is barred one by one.
    return [lambda value: isinstance(value, list) or value not in domain.barred] if domain.barred else []


def _ordered(request: Request) -> list[Test]:
    lattice, domain = lattice_of(request.column.type), request.domain
    if lattice is None:
        return []
    low = lattice.low if domain.low is None else max(domain.low, lattice.low)
    high = lattice.high if domain.high is None else min(domain.high, lattice.high)

    def inside(value: object) -> bool:
        position = lattice.position(value)
        # A float stands for the position it is nearest to.
        at = round(position) if isinstance(value, float) else position
        return low <= at <= high and at not in domain.excluded

    return [inside]


def _texts(request: Request) -> list[Test]:
    domain, type_ = request.domain, request.column.type
    tests: list[Test] = []
    if type_.kind in {"text", "bytes"} and type_.length is not None:
        tests.append(_shorter(type_.length))
    if domain.max_length is not None:
        tests.append(_shorter(domain.max_length))
    if domain.min_length:
        tests.append(lambda value: _length(value) >= domain.min_length)
    if domain.max_bytes is not None:
        most = domain.max_bytes
        tests.append(lambda value: len(value.encode()) <= most if isinstance(value, str) else _length(value) <= most)
    if domain.letters:
        form = domain.letters
        tests.append(lambda value: str(value) == (str(value).lower() if form == "lower" else str(value).upper()))
    if domain.trimmed:
        tests.append(lambda value: str(value) == str(value).strip(" "))
    return [*tests, *(_matching(request, number) for number in range(len(domain.patterns)))]


def _shorter(most: int) -> Test:
    return lambda value: _length(value) <= most


def _length(value: object) -> int:
    return len(value) if isinstance(value, str | bytes | list | tuple) else len(str(value))


def _matching(request: Request, number: int) -> Test:
    pattern = request.domain.patterns[number]
    matches = matcher(pattern, request.where)
    return lambda value: matches(str(value)) != pattern.negated
