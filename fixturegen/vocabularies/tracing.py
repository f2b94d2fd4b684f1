"""A provider method run once on marked values tells its plan: what is chosen, with which weights, and how it is put together.

The provider's own code runs on an instance whose random operations are replaced. A choice among plain texts returns a mark,
which plain string operations carry along to the result; a choice that steers the code (a format, a number that is
computed with) is taken each way in turn. Whatever treats a mark as text damages it, is noticed, and is traced again with every choice
taken each way. At the end real values of Faker itself are held against the plan, so a method that tracing misreads
is left to the row-by-row way instead.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from math import prod
from typing import Any

from fixturegen.vocabularies import frozen, matching, plans, providers
from fixturegen.vocabularies.plans import Numeral, Plan, Pool

MOST_VALUES = 1_000
"""Values of a number that is computed with."""
MOST_WAYS = 6_000
MOST_OPERATIONS = 20_000
PROBES = 24
_SPECIAL = re.compile(r"[{}#?%!@$^]")
_BODY = "aAa é-.',ä_"
_MARK = re.compile("\ue000(?P<body>aAa é-.',ä_|aaa é-.',ä_|AAA É-.',Ä_)(?P<number>\\d+)\ue001")
_LOOSE = re.compile("[\ue000\ue001]")


class NotTraceableError(Exception):
    """The method cannot be written as a plan; the text says why."""


class Traced:
    """An integer that is only ever written out; anything else done with it fails, and makes the tracer take every value."""

    def __init__(self, trace: _Trace, low: int, high: int, step: int = 1) -> None:
        self._trace, self._low, self._high, self._step = trace, low, high, step

    def __str__(self) -> str:
        return self._trace.mark(self._plan(""))

    def __format__(self, spec: str) -> str:
        return self._trace.mark(self._plan(spec))

    def _plan(self, spec: str) -> Plan:
        numbers = range(self._low, self._high + 1, self._step)
        if len(numbers) <= plans.WIDEST_PRODUCT:
            return Pool(tuple(format(number, spec) for number in numbers))
        form = re.fullmatch(r"(?:0(\d+))?([dx]?)", spec)
        if form is None or self._step != 1 or self._low < 0 or self._high >= 2**62:
            message = f"numbers written as {spec!r}"
            raise NotTraceableError(message)
        base = 16 if form[2] == "x" else 10
        if base == 16 and self._high >= 16**8:
            message = "wide hexadecimal numbers"
            raise NotTraceableError(message)
        return Numeral(self._low, self._high, int(form[1] or 0), 16 if base == 16 else 10)


class _Trace:
    """One way through a method: the choices prescribed, the choices met, the marks handed out."""

    def __init__(self, prescribed: Sequence[int], *, enumerate_all: bool) -> None:
        self.prescribed = prescribed
        self.enumerate_all = enumerate_all
        self.met: list[tuple[float, ...]] = []
        self.taken: list[int] = []
        self.marks: list[Plan] = []
        self.operations = 0

    def take(self, weights: Sequence[float]) -> int:
        at = len(self.met)
        choice = self.prescribed[at] if at < len(self.prescribed) else 0
        while weights[choice] == 0 and choice + 1 < len(weights):
            choice += 1
        self.met.append(tuple(weights))
        self.taken.append(choice)
        return choice

    def mark(self, plan: Plan) -> str:
        self.marks.append(plan)
        return f"\ue000{_BODY}{len(self.marks) - 1}\ue001"

    def tick(self) -> None:
        self.operations += 1
        if self.operations > MOST_OPERATIONS:
            message = "too many random operations"
            raise NotTraceableError(message)

    def element(self, elements: Sequence[Any], weights: Sequence[float]) -> Any:
        """Return a mark for plain texts, or else the element that this way prescribes."""
        self.tick()
        if not elements:
            message = "a choice among nothing"
            raise NotTraceableError(message)
        if len(elements) == 1:
            return elements[0]
        if not self.enumerate_all and _is_vocabulary(elements):
            return self.mark(plans.united(zip(elements, weights, strict=True)))
        if len(elements) > MOST_VALUES:
            message = "a text of too many is taken apart"
            raise NotTraceableError(message)
        return elements[self.take(weights)]

    def integer(self, low: int, high: int, step: int = 1) -> Any:
        """Return an integer to be written out, or the one that this way prescribes."""
        self.tick()
        numbers = range(low, high + 1, step)
        if not numbers:
            message = "an empty range"
            raise NotTraceableError(message)
        if self.enumerate_all or len(numbers) == 2:
            if len(numbers) > MOST_VALUES:
                message = "a number of too many values is computed with"
                raise NotTraceableError(message)
            return numbers[self.take([1.0] * len(numbers))]
        return Traced(self, low, high, step)


def _is_vocabulary(elements: Sequence[Any]) -> bool:
    """Whether the elements are texts that steer nothing; a long list is a vocabulary, whatever signs its words hold."""
    if not all(isinstance(each, str) and not _LOOSE.search(each) for each in elements):
        return False
    return len(elements) > MOST_VALUES or not any(map(_SPECIAL.search, elements))


class _Share:
    """A share of 1, of which only a comparison is known."""

    def __init__(self, trace: _Trace) -> None:
        self._trace = trace

    def __lt__(self, limit: float) -> bool:
        share = min(1.0, max(0.0, float(limit)))
        return self._trace.take([1.0 - share, share]) == 1

    __le__ = __lt__

    def __gt__(self, limit: float) -> bool:
        return not self < limit

    __ge__ = __gt__


class _Random:
    """Stands in for ``random.Random`` on a traced generator."""

    def __init__(self, holder: Tracer) -> None:
        self._holder = holder

    @property
    def _trace(self) -> _Trace:
        return self._holder.trace

    def randint(self, low: int, high: int) -> Any:
        return self._trace.integer(low, high)

    def randrange(self, start: int, stop: int | None = None, step: int = 1) -> Any:
        low, end = (0, start) if stop is None else (start, stop)
        return self._trace.integer(low, end - 1, step)

    def choice(self, elements: Sequence[Any]) -> Any:
        return self._trace.element(list(elements), [1.0] * len(elements))

    def choices(
        self, elements: Sequence[Any], weights: Sequence[float] | None = None, *, cum_weights: Any = None, k: int = 1
    ) -> list[Any]:
        if cum_weights is not None:
            message = "cumulative weights"
            raise NotTraceableError(message)
        return [self._trace.element(list(elements), list(weights or [1.0] * len(elements))) for _ in range(k)]

    def random(self) -> Any:
        return _Share(self._trace)

    def __getattr__(self, name: str) -> Any:
        message = f"random.{name}"
        raise NotTraceableError(message)


class Tracer:
    """A traced generator of one locale, and an untouched one that the plans are held against.

    Args:
        locale: The locale.
        as_of: The frozen clock, which the providers' code reads instead of the computer's.
        token: How a nested ``{{name}}`` becomes a plan.
    """

    def __init__(self, locale: str, as_of: date, token: Callable[[str], Plan]) -> None:
        self.trace = _Trace((), enumerate_all=False)
        self.generator = frozen.frozen(providers.fresh(locale), as_of)
        self._natural_faker = frozen.frozen(providers.fresh(locale), as_of)
        self._token = token
        self._natural = self.generator.format
        self.generator.random = _Random(self)
        self.generator.format = self._format
        for provider in self.generator.get_providers():
            provider.random_elements = self._elements(provider)

    def plan(self, function: Callable[[Any], object]) -> Plan:
        """Return the plan of whatever ``function`` does with a Faker generator.

        Raises:
            NotTraceableError: If it has none; the text says why.
        """
        reasons = []
        outer = self.trace
        try:
            for enumerate_all in (False, True):
                try:
                    plan = _explored(self, function, enumerate_all=enumerate_all)
                except NotTraceableError as reason:
                    reasons.append(str(reason))
                    continue
                if self._agrees(function, plan):
                    return plan
                reasons.append("its values do not follow from its choices alone")
        finally:
            self.trace = outer
        raise NotTraceableError("; ".join(dict.fromkeys(reasons)))

    def _agrees(self, function: Callable[[Any], object], plan: Plan) -> bool:
        faker = self._natural_faker
        faker.random = random.Random(20_250_101)  # noqa: S311 - a fixed sequence to probe with, no secret
        can_make = matching.matcher(plan)
        return all(can_make(str(function(faker))) for _ in range(PROBES))

    def _format(self, formatter: str, *args: Any, **kwargs: Any) -> Any:
        if args or kwargs or self.trace.enumerate_all:
            return self._natural(formatter, *args, **kwargs)
        return self.trace.mark(self._token(formatter))

    def _elements(self, provider: Any) -> Callable[..., list[Any]]:
        weighting = bool(getattr(provider, "__use_weighting__", True))

        def random_elements(
            elements: Any = ("a", "b", "c"),
            length: int | None = None,
            unique: bool = False,
            use_weighting: bool | None = None,
        ) -> list[Any]:
            listed = list(elements)
            weights = [1.0] * len(listed)
            if isinstance(elements, Mapping) and (weighting if use_weighting is None else use_weighting):
                weights = [float(weight) for weight in elements.values()]
            if length is None:
                length = int(self.trace.take([1.0] * len(listed))) + 1
            if unique and length > 1:
                message = "elements without repetition"
                raise NotTraceableError(message)
            return [self.trace.element(listed, weights) for _ in range(length)]

        return random_elements


def _explored(holder: Tracer, function: Callable[[Any], object], *, enumerate_all: bool) -> Plan:
    """Walk all ways depth first: the last choice that has a next option moves on."""
    leaves: list[tuple[Plan, float]] = []
    prescribed: list[int] | None = []
    operations = 0
    while prescribed is not None:
        trace = _Trace(prescribed, enumerate_all=enumerate_all)
        holder.trace = trace
        leaves.append((_leaf(holder, function, trace), _share(trace)))
        operations += trace.operations
        # The ways counted from the first one tell early that there is no end to them.
        if prod(map(len, trace.met)) > MOST_WAYS or operations > MOST_OPERATIONS:
            message = "too many ways"
            raise NotTraceableError(message)
        prescribed = _next(trace)
    return plans.chosen_of((plan for plan, _ in leaves), (share for _, share in leaves))


def _leaf(holder: Tracer, function: Callable[[Any], object], trace: _Trace) -> Plan:
    try:
        result = function(holder.generator)
    except NotTraceableError:
        raise
    except Exception as failure:
        message = f"{type(failure).__name__} under tracing"
        raise NotTraceableError(message) from failure
    if isinstance(result, Traced | int | float) and not isinstance(result, bool):
        result = str(result)
    if not isinstance(result, str):
        message = f"returns {type(result).__name__}"
        raise NotTraceableError(message)
    return _read(result, trace.marks)


def _share(trace: _Trace) -> float:
    share = 1.0
    for taken, weights in zip(trace.taken, trace.met, strict=True):
        share *= weights[taken] / sum(weights)
    return share


def _next(trace: _Trace) -> list[int] | None:
    for at in range(len(trace.taken) - 1, -1, -1):
        later = (n for n in range(trace.taken[at] + 1, len(trace.met[at])) if trace.met[at][n] > 0)
        following = next(later, None)
        if following is not None:
            return [*trace.taken[:at], following]
    return None


_CASES: Mapping[str, Callable[[str], str]] = {"aaa": str.lower, "AAA": str.upper}


def _read(text: str, marks: Sequence[Plan]) -> Plan:
    parts: list[Plan | str] = []
    at = 0
    for found in _MARK.finditer(text):
        parts.append(text[at : found.start()])
        plan = marks[int(found["number"])]
        change = _CASES.get(found["body"][:3])
        parts.append(plan if change is None else plans.mapped(plan, change))
        at = found.end()
    parts.append(text[at:])
    if any(isinstance(part, str) and _LOOSE.search(part) for part in parts):
        message = "a chosen text is taken apart"
        raise NotTraceableError(message)
    return plans.joined(*parts)
