"""What a locale can say: every method's plan, hand-written where Faker computes or could reach somebody, traced otherwise."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from functools import lru_cache
from importlib import import_module
from typing import Any

from fixturegen.vocabularies import plans, providers
from fixturegen.vocabularies.narrowing import at_least
from fixturegen.vocabularies.plans import Plan
from fixturegen.vocabularies.slugs import slug
from fixturegen.vocabularies.tracing import NotTraceableError, Tracer

Native = Callable[..., Plan]

_NATIVE: dict[str, Native] = {}
_NATIVE_MODULES = ("commerce", "hosts", "phones", "prose")


def native(*names: str) -> Callable[[Native], Native]:
    """Register the decorated function as the plan of Faker methods: ``function(vocabulary, **arguments)``."""

    def register(function: Native) -> Native:
        for name in names:
            _NATIVE[name] = function
        return function

    return register


@lru_cache(maxsize=1)
def natives() -> Mapping[str, Native]:
    """Return the hand-written plans by method."""
    for name in _NATIVE_MODULES:
        import_module(f"fixturegen.vocabularies.{name}")
    return _NATIVE


class Vocabulary:
    """The plans of one locale, made on demand and kept.

    Args:
        locale: A locale of Faker, in its own spelling.
        as_of: The frozen clock.
    """

    def __init__(self, locale: str, as_of: date) -> None:
        self.locale = locale
        self.as_of = as_of
        self._plans: dict[object, Plan | NotTraceableError] = {}
        self._tracer: Tracer | None = None

    @property
    def country(self) -> str:
        """ISO 3166-1 code of the locale's country, ``US`` where the locale names none."""
        code = self.locale.rpartition("_")[2]
        return code if len(code) == 2 and code.isupper() else "US"

    @property
    def faker(self) -> Any:
        """Our Faker generator of the locale, to read tables from."""
        return providers.instance(self.locale)

    def knows(self, name: str) -> bool:
        """Whether the locale has the method."""
        return name in providers.MethodNames(self.locale)

    def plan(self, name: str, arguments: Mapping[str, object] | None = None) -> Plan:
        """Return the plan of a method.

        Raises:
            NotTraceableError: If it has none; the text says why.
        """
        given = dict(arguments or {})
        key = (name, repr(sorted(given.items())))
        if key not in self._plans:
            try:
                self._plans[key] = self._made(name, given)
            except NotTraceableError as reason:
                self._plans[key] = reason
        found = self._plans[key]
        if isinstance(found, NotTraceableError):
            raise NotTraceableError(str(found))
        return found

    def slugged(self, plan: Plan) -> Plan:
        """Return the plan in lower-case ASCII letters and digits; entries that leave nothing are dropped."""
        folded = plans.mapped(plan, lambda text: slug(text, self.locale))
        return at_least(folded, 1) or plans.literal("user")

    def traced(self, function: Callable[[Any], object]) -> Plan:
        """Return the plan of whatever a function does with a Faker generator of this locale."""
        if self._tracer is None:
            self._tracer = Tracer(self.locale, self.as_of, self.plan)
        return self._tracer.plan(function)

    def _made(self, name: str, given: dict[str, object]) -> Plan:
        by_hand = natives().get(name)
        if by_hand is not None:
            return by_hand(self, **given)
        return self.traced(lambda faker: getattr(faker, name)(**given))


@lru_cache(maxsize=128)
def vocabulary(locale: str, as_of: date) -> Vocabulary:
    """Return the vocabulary of a locale."""
    return Vocabulary(locale, as_of)
