"""The fill ``faker``: a Faker method by name, gathered from plans where it can be, called row by row where it cannot.

Three ways, in this order; :attr:`Generator.remark` says which and why: *compiled* (templates, element lists and weights of the
installed Faker as pools and look-up tables, or a plan written here where Faker computes), a *range* (numbers, dates
relative to ``as_of``), and *row by row*. E-mail and host names, telephone and card numbers reach nobody in either of them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from math import ceil, floor

import polars as pl

from fixturegen.domain import Domain
from fixturegen.dtypes import polars_dtype
from fixturegen.errors import ImpossibleError, SchemaError
from fixturegen.generator import Batch, Builder, Draw, Generator, Request, generator, made
from fixturegen.generators.ordered import uniform_on
from fixturegen.generators.ranges import exactly
from fixturegen.generators.spaced import chance, spaced
from fixturegen.lattice import lattice_of
from fixturegen.schema import Column, Type
from fixturegen.vocabularies import narrowing, plans, providers
from fixturegen.vocabularies.argument_limits import check_limits
from fixturegen.vocabularies.conversion import TEXTS, held
from fixturegen.vocabularies.distinct import distinct_part
from fixturegen.vocabularies.hosts import POOLED, roomier
from fixturegen.vocabularies.plans import Plan, Pool
from fixturegen.vocabularies.rowwise import MOST_ATTEMPTS, RowWise
from fixturegen.vocabularies.sharing import shared
from fixturegen.vocabularies.spans import Clock, Span, span_of
from fixturegen.vocabularies.tracing import NotTraceableError
from fixturegen.vocabularies.vocabulary import Vocabulary, vocabulary

_KEYS = ("method", "arguments")


@dataclass(frozen=True, slots=True)
class _Asked:
    """A checked demand."""

    request: Request
    method: providers.Method
    arguments: Mapping[str, object]
    words: Vocabulary

    @property
    def what(self) -> str:
        return f"faker: {self.method.name}"

    def remark(self, way: str) -> str:
        taken = f"{self.words.locale} has no {self.method.provider}: taken from {self.method.language}"
        return f"{way}; {taken}" if self.method.borrowed else way


@generator("faker")
def faker(request: Request) -> Generator:
    """Fill a column with a Faker method.

    Arguments of the request: ``method``, and ``arguments`` by name. The locale is the request's.

    Draws shrink to the first entries of Faker's lists and to the start of ranges. Where distinct values are asked for, weights are
    left aside and the capacity is exact; beyond a thousand, a million, a billion rows the plan may be another, which renews the column.

    Raises:
        SchemaError: If method, argument or locale does not exist or fits neither signature nor column.
        ImpossibleError: If the column's limits leave no value.
    """
    asked = _checked(request)
    if request.domain.values is not None:
        return made("values", request)
    span = span_of(asked.method.name, asked.arguments, Clock(request.as_of, request.where))
    if span is not None:
        return _ranged(asked, span)
    if request.column.type.kind == "uuid" and asked.method.name == "uuid4":
        return made("uuids", request)
    try:
        plan = asked.words.plan(asked.method.name, asked.arguments)
    except NotTraceableError as reason:
        return _row_by_row(asked, str(reason))
    return _planned(asked, plan)


def _checked(request: Request) -> _Asked:
    for key in request.arguments:
        if key not in _KEYS:
            message = f"faker has no argument {key!r}"
            raise SchemaError(message, where=request.where, given=key, exists=_KEYS)
    name, arguments = request.arguments.get("method"), request.arguments.get("arguments") or {}
    if not isinstance(name, str):
        message = f"faker needs the name of a method, not {name!r}"
        raise SchemaError(message, where=request.where)
    if not isinstance(arguments, Mapping):
        message = f"faker: the arguments of {name} are given by name, not as {type(arguments).__name__}"
        raise SchemaError(message, where=request.where)
    locale = providers.checked_locale(request.locale, request.where)
    method = providers.method_of(locale, name, request.where)
    given = providers.checked_arguments(method, arguments, request.where)
    check_limits(name, given, providers.MethodNames(locale), request.where)
    return _Asked(request, method, given, vocabulary(locale, request.as_of))


def _planned(asked: _Asked, plan: Plan) -> Generator:
    kind = asked.request.column.type.kind
    if kind in TEXTS:
        return _texts(asked, plan)
    if kind == "json":
        return _texts(asked, plans.joined('"', plans.mapped(plan, _json_inside), '"'))
    if kind in {"integer", "decimal", "float"}:
        return _numbers(asked, plan)
    raise _unfit(asked, "text")


def _json_inside(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]


def _unfit(asked: _Asked, given: str) -> SchemaError:
    kind = asked.request.column.type.kind
    message = f"{asked.what} gives {given}, which no column of type {kind} holds"
    return SchemaError(message, where=asked.request.where)


def _limited(request: Request) -> Domain:
    """Return the domain with the type's own length."""
    type_, domain = request.column.type, request.domain
    if type_.kind not in TEXTS or type_.length is None:
        return domain
    most = type_.length if domain.max_length is None else min(type_.length, domain.max_length)
    return replace(domain, max_length=most)


def _texts(asked: _Asked, plan: Plan) -> Generator:
    request, domain = asked.request, _limited(asked.request)
    found = _fitting(asked, plan, domain)
    if found is None:
        what = f"{asked.what} makes no value that {request.table}.{request.column.name} allows"
        raise ImpossibleError(f"{what} ({_limits(plan, domain)})", where=request.where)
    ready = shared(found)
    dtype = polars_dtype(request.column.type)
    distinct = request.distinct > 0
    few = isinstance(found, Pool) and asked.method.name in POOLED
    way = f"one of {plans.combinations(found)} texts made beforehand" if few else "compiled"

    def build(batch: Batch) -> pl.Series:
        texts = ready.build(batch)
        return texts if dtype == pl.String() else texts.cast(dtype)

    return Generator(
        name="faker",
        dtype=dtype,
        draws=ready.draws,
        build=Builder(build, ready.one) if lattice_of(request.column.type) is None else build,
        distinct=distinct,
        remark=asked.remark(way),
    )


def _fitting(asked: _Asked, plan: Plan, domain: Domain) -> Plan | None:
    """Return the first plan that the domain leaves something of and that has room for the demand, or the roomiest."""
    demand = asked.request.distinct
    best: Plan | None = None
    for each in _candidates(asked, plan, domain):
        left = narrowing.narrowed(each, domain)
        if left is None:
            continue
        whole = distinct_part(left, demand) if demand else left
        if not demand or plans.combinations(whole) >= demand:
            return whole
        if best is None or plans.combinations(whole) > plans.combinations(best):
            best = whole
    return best


def _candidates(asked: _Asked, plan: Plan, domain: Domain) -> Iterator[Plan]:
    yield plan
    yield from roomier(asked.words, asked.method.name, domain.max_length)


def _limits(plan: Plan, domain: Domain) -> str:
    parts = [f"its values have {plans.shortest(plan)} to {plans.longest(plan)} characters"]
    if domain.max_length is not None:
        parts.append(f"at most {domain.max_length} fit")
    if domain.min_length:
        parts.append(f"at least {domain.min_length} are needed")
    parts.extend(f"pattern {pattern.text!r}" for pattern in domain.patterns)
    return ", ".join(parts)


def _numbers(asked: _Asked, plan: Plan) -> Generator:
    """Cast texts of digits; a pool is narrowed to the column's bounds."""
    request = asked.request
    if not _all_digits(plan) or plans.longest(plan) > 18:
        raise _unfit(asked, "text that is no number")
    if isinstance(plan, Pool):
        left = narrowing.kept(plan, lambda text: _inside(request, int(text)))
        if left is None:
            message = f"{asked.what} makes no number within the bounds of {request.table}.{request.column.name}"
            raise ImpossibleError(message, where=request.where)
        plan = left
    elif request.domain.low is not None or request.domain.high is not None or request.domain.excluded:
        message = f"{asked.what} cannot be kept within bounds"
        raise SchemaError(message, where=request.where, hint="Declare the bounds alone, or a numeric method.")
    ready = shared(plan)
    dtype = polars_dtype(request.column.type)
    return Generator(
        name="faker",
        dtype=dtype,
        draws=ready.draws,
        build=lambda batch: ready.build(batch).cast(pl.Int64).cast(dtype),
        remark=asked.remark("compiled"),
    )


def _all_digits(plan: Plan) -> bool:
    match plan:
        case Pool():
            return all(text.isascii() and text.isdigit() for text in plan.values)
        case plans.Numeral():
            return plan.base == 10
        case plans.Joined():
            return all(map(_all_digits, plan.parts))
        case plans.Choice():
            return all(map(_all_digits, plan.options))
        case plans.Sealed():
            return plan.seal != "isbn10" and _all_digits(plan.plan)


def _inside(request: Request, number: object) -> bool:
    lattice = lattice_of(request.column.type)
    if lattice is None:
        return True
    low, high = _bounds(request.domain, lattice.low, lattice.high)
    position = lattice.position(number)
    return low <= position <= high and position not in request.domain.excluded


def _bounds(domain: Domain, low: int, high: int) -> tuple[int, int]:
    return (
        low if domain.low is None else max(low, domain.low),
        high if domain.high is None else min(high, domain.high),
    )


_FAMILIES: Mapping[str, frozenset[str]] = {
    "date": frozenset({"date", "datetime"}),
    "datetime": frozenset({"date", "datetime"}),
    "time": frozenset({"time"}),
    "integer": frozenset({"integer", "decimal", "float"}),
    "decimal": frozenset({"decimal", "float"}),
    "float": frozenset({"decimal", "float"}),
    "boolean": frozenset({"boolean"}),
}
_MAKERS: Mapping[str, str] = {
    "date": "dates", "datetime": "datetimes", "time": "times", "integer": "integers", "decimal": "decimals",
    "float": "floats", "boolean": "booleans",
}  # fmt: skip


def _ranged(asked: _Asked, span: Span) -> Generator:
    """Delegate to the type's own generator, with the method's range as bounds."""
    request = asked.request
    kind = request.column.type.kind
    if kind in TEXTS and kind not in {"uuid", "ip", "mac", "enum"}:
        return _written_range(asked, span)
    part = span.form in {"%Y", "%m", "%d"}
    if part and kind == "integer":
        return _number_of_a_date(asked, span)
    if kind not in _FAMILIES[span.kind]:
        raise _unfit(asked, f"a {span.kind}")
    inner = _spanned(asked, span, request)
    return replace(inner, name="faker", remark=asked.remark(f"range of {_MAKERS[kind]}"))


def _spanned(asked: _Asked, span: Span, request: Request) -> Generator:
    """Return what draws from a range, within the column's bounds."""
    lattice, name = lattice_of(request.column.type), _MAKERS[request.column.type.kind]
    assert lattice is not None
    first, last = span.low / lattice.step, span.high / lattice.step
    low, high = _bounds(request.domain, ceil(first), floor(last))
    low, high = max(low, lattice.low), min(high, lattice.high)
    step = 1 if span.step is None else max(1, int(span.step / lattice.step))
    if step > 1:
        # Whole numbers are counted from the first one, decimals are those of few digits.
        origin = int(first) if span.kind == "integer" else 0
        low = origin + -(-(low - origin) // step) * step
    if low > high:
        message = f"{asked.what} and the bounds of {request.table}.{request.column.name} have no value in common"
        raise ImpossibleError(message, where=request.where)
    if span.percent is not None and low < high and not request.domain.excluded and not request.distinct:
        return chance(span.percent, name)
    range_ = exactly(request, lattice, low, high)
    if step > 1:
        return spaced(request, lattice, range_, step, name)
    return uniform_on(request, lattice, range_, name)


def _number_of_a_date(asked: _Asked, span: Span) -> Generator:
    last = asked.request.as_of.year
    low, high = {"%Y": (1970, last), "%m": (1, 12), "%d": (1, 31)}[str(span.form)]
    return _ranged(asked, Span("integer", Fraction(low), Fraction(high)))


def _written_range(asked: _Asked, span: Span) -> Generator:
    """Write numbers and moments into a text column."""
    request = asked.request
    scale = span.scale if span.kind == "decimal" else 0
    type_ = Type(kind=span.kind, precision=None if span.kind in {"time", "datetime"} else 20, scale=scale)
    inner = _spanned(
        asked, span, replace(request, column=Column(name=request.column.name, type=type_), domain=Domain())
    )
    form = span.form or {"date": "%Y-%m-%d", "datetime": "%Y-%m-%d %H:%M:%S", "time": "%H:%M:%S"}.get(span.kind)
    most = _limited(request).max_length
    longest = 32 if form is None else len(date(2000, 9, 20).strftime(form)) + 2
    if most is not None and longest > most and span.kind not in {"integer", "boolean"} and most < 10:
        message = f"{asked.what} is longer than the {most} characters of {request.table}.{request.column.name}"
        raise ImpossibleError(message, where=request.where)

    def build(batch: Batch) -> pl.Series:
        values = inner.build(batch)
        return values.cast(pl.String) if form is None else values.dt.to_string(form)

    plain = inner.distinct and span.form is None
    return replace(
        inner,
        name="faker",
        dtype=pl.String(),
        build=build,
        distinct=plain,
        remark=asked.remark(f"{span.kind} written out"),
    )


def _row_by_row(asked: _Asked, reason: str) -> Generator:
    request, dtype = asked.request, polars_dtype(asked.request.column.type)
    rows = RowWise(asked.words, asked.method.name, asked.arguments)
    try:
        first = rows.value(0)
    except Exception as failure:
        message = f"{asked.what} fails: {type(failure).__name__}: {failure}"
        raise SchemaError(message, where=request.where) from failure
    _converted(asked, first)
    converted = _row_maker(asked, rows)
    converted(0)

    def build(batch: Batch) -> pl.Series:
        return pl.Series([converted(int(key)) for key in batch.draws["row"]], dtype=dtype, strict=True)

    return Generator(
        name="faker",
        dtype=dtype,
        draws=(Draw("row", 0, 2**48 - 1),),
        build=build,
        remark=asked.remark(f"row by row, slowly: {reason}"),
    )


def _row_maker(asked: _Asked, rows: RowWise) -> Callable[[int], object]:
    request = asked.request
    textual = request.column.type.kind in TEXTS
    accepts = narrowing.acceptance(_limited(request))

    def converted(key: int) -> object:
        for attempt in range(MOST_ATTEMPTS):
            value = _converted(asked, rows.value(key, attempt))
            if accepts(str(value)) if textual else _inside_or_unordered(request, value):
                return value
        message = f"{asked.what} found no value for {request.table}.{request.column.name} in {MOST_ATTEMPTS} attempts"
        raise ImpossibleError(message, where=request.where, hint="Loosen the column's limits or choose another method.")

    return converted


def _inside_or_unordered(request: Request, value: object) -> bool:
    return request.column.type.kind in {"json", "bytes", "array"} or _inside(request, value)


def _converted(asked: _Asked, value: object) -> object:
    if asked.method.name == "json" and asked.request.column.type.kind == "json":
        return value  # it is JSON already
    try:
        return held(value, asked.request.column.type)
    except TypeError:
        raise _unfit(asked, f"{type(value).__name__} values") from None
