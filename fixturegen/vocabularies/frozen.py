"""A Faker generator whose clock stands still: its providers read ``as_of`` where their code asks for now or today.

Nothing shared is altered. Functions that use ``datetime`` are bound to the one instance anew, with names of
their own in place of their module's.
"""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from types import FunctionType, SimpleNamespace
from typing import Any


def frozen(faker: Any, as_of: dt.date) -> Any:
    """Freeze the clock of a Faker generator of our own and return it.

    Args:
        faker: A generator that nobody else uses, and none of whose methods has been asked for.
        as_of: The day; its first instant is now.
    """
    clock = _clock(as_of)
    for provider in faker.get_providers():
        for name, (function, read) in _clocked(type(provider).__mro__).items():
            replaced = {key: clock[value] for key, value in read.items()}
            setattr(provider, name, _rebound(function, replaced, as_of).__get__(provider))
    return faker


@lru_cache(maxsize=512)
def _clocked(kinds: tuple[type, ...]) -> dict[str, tuple[FunctionType, dict[str, str]]]:
    """Return the functions of a class that read a clock by name, each with the names it reads it by."""
    read = {name: (function, _clocks_in(function)) for name, function in _functions(kinds).items()}
    return {name: (function, names) for name, (function, names) in read.items() if names}


def _functions(kinds: tuple[type, ...]) -> dict[str, FunctionType]:
    found: dict[str, FunctionType] = {}
    for each in kinds:
        for name, value in vars(each).items():
            function = value.__func__ if isinstance(value, classmethod) else value
            if isinstance(function, FunctionType):
                found.setdefault(name, function)
    return found


def _clocks_in(function: FunctionType) -> dict[str, str]:
    """Return the global names of a function that stand for a clock, each with its kind."""
    kinds = {id(dt): "module", id(dt.datetime): "datetime", id(dt.date): "date"}
    scope = function.__globals__
    return {name: kinds[id(scope[name])] for name in function.__code__.co_names if id(scope.get(name)) in kinds}


def _rebound(function: FunctionType, replaced: dict[str, Any], as_of: dt.date) -> FunctionType:
    # Defaults such as `date.today()` were computed when the module was imported.
    defaults = tuple(as_of if type(each) is dt.date else each for each in function.__defaults__ or ())
    again = FunctionType(
        function.__code__,
        {**function.__globals__, **replaced},
        function.__name__,
        defaults or None,
        function.__closure__,
    )
    again.__kwdefaults__ = function.__kwdefaults__
    return again


class _Like(type):
    """Instances of the real class count as instances of the frozen one."""

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, cls.__mro__[1])


@lru_cache(maxsize=8)
def _clock(as_of: dt.date) -> dict[str, Any]:
    midnight = dt.datetime(as_of.year, as_of.month, as_of.day)  # noqa: DTZ001 - the frozen clock names no zone

    class FrozenDatetime(dt.datetime, metaclass=_Like):
        @classmethod
        def now(cls, tz: dt.tzinfo | None = None) -> Any:
            return midnight.replace(tzinfo=tz)

        @classmethod
        def utcnow(cls) -> Any:
            return midnight

        @classmethod
        def today(cls) -> Any:
            return midnight

    class FrozenDate(dt.date, metaclass=_Like):
        @classmethod
        def today(cls) -> Any:
            return as_of

    names = {name: getattr(dt, name) for name in dir(dt) if not name.startswith("_")}
    module = SimpleNamespace(**{**names, "datetime": FrozenDatetime, "date": FrozenDate})
    return {"module": module, "datetime": FrozenDatetime, "date": FrozenDate}
