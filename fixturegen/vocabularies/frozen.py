"""A Faker generator that follows from its own random numbers alone: no clock and no chance of the computer's.

Its providers read ``as_of`` where their code asks for now or today, and the generator's random numbers where their code
takes those of Python's ``random`` module. Nothing shared is altered: functions that read such names are bound to the one instance
anew, with names of their own in place of their module's.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Iterator
from functools import lru_cache
from types import CodeType, FunctionType, SimpleNamespace
from typing import Any

_Read = dict[str, "str | tuple[FunctionType, _Read]"]
"""Global names that a function reads: what each stands for, or the function of Faker that reads such names itself."""


def frozen(faker: Any, as_of: dt.date) -> Any:
    """Freeze the clock and the chance of a Faker generator of our own and return it.

    Args:
        faker: A generator that nobody else uses, and none of whose methods has been asked for.
        as_of: The day; its first instant is now.
    """
    known = {**_clock(as_of), **_chance(faker)}
    for provider in faker.get_providers():
        for name, (function, read) in _reading(type(provider).__mro__).items():
            setattr(provider, name, _rebound(function, read, known, as_of).__get__(provider))
    return faker


@lru_cache(maxsize=512)
def _reading(kinds: tuple[type, ...]) -> dict[str, tuple[FunctionType, _Read]]:
    """Return the functions of a class that read a clock or chance by name, each with the names it reads it by.

    A class method that calls such a function by its class is among them, without names: bound to the instance it calls the
    instance's.
    """
    functions = _functions(kinds)
    read = {name: (function, _read_by(function, ())) for name, function in functions.items()}
    found = {name: (function, names) for name, (function, names) in read.items() if names}
    through = {
        name
        for kind in kinds
        for name, value in vars(kind).items()
        if isinstance(value, classmethod) and name in functions
    }
    while more := [
        name for name in through - found.keys() if not found.keys().isdisjoint(_names(functions[name].__code__))
    ]:
        found.update({name: (functions[name], {}) for name in more})
    return found


def _functions(kinds: tuple[type, ...]) -> dict[str, FunctionType]:
    found: dict[str, FunctionType] = {}
    for each in kinds:
        for name, value in vars(each).items():
            function = value.__func__ if isinstance(value, classmethod) else value
            if isinstance(function, FunctionType):
                found.setdefault(name, function)
    return found


def _read_by(function: FunctionType, within: tuple[FunctionType, ...]) -> _Read:
    """Return the global names of a function that stand for a clock, for chance, or for a function that reads one."""
    scope = function.__globals__
    found: _Read = {}
    for name in dict.fromkeys(_names(function.__code__)):
        value = scope.get(name)
        kind = _KINDS.get(id(value)) or _drawing(value)
        if kind is not None:
            found[name] = kind
        elif (
            isinstance(value, FunctionType) and value.__module__.startswith("faker.providers.") and value not in within
        ):
            read = _read_by(value, (*within, function))
            if read:
                found[name] = value, read
    return found


def _names(code: CodeType) -> Iterator[str]:
    """Yield the names that code reads, with those of the code within it (a generator's, a lambda's)."""
    yield from code.co_names
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _names(inner)


def _drawing(value: object) -> str | None:
    """Return the name of a function of Python's own random numbers (``randint``, imported alone), or None."""
    name = getattr(value, "__name__", "")
    own = isinstance(name, str) and getattr(value, "__self__", None) is _SHARED and hasattr(_SHARED, name)
    return name if own else None


_SHARED = getattr(random.random, "__self__", None)
"""The instance whose methods are the functions of the module."""
_KINDS = {id(dt): "module", id(dt.datetime): "datetime", id(dt.date): "date", id(random): "random module"}


def _rebound(function: FunctionType, read: _Read, known: dict[str, Any], as_of: dt.date) -> FunctionType:
    replaced = {
        name: _rebound(*kind, known, as_of) if isinstance(kind, tuple) else known[kind] for name, kind in read.items()
    }
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


class _Chance:
    """Stands for Python's ``random`` module: the random numbers that the generator has at the time."""

    def __init__(self, faker: Any) -> None:
        self._faker = faker

    def __getattr__(self, name: str) -> Any:
        return getattr(self._faker.random, name)


def _chance(faker: Any) -> dict[str, Any]:
    def drawing(name: str) -> Callable[..., Any]:
        def drawn(*args: Any, **kwargs: Any) -> Any:
            return getattr(faker.random, name)(*args, **kwargs)  # the numbers it has by then

        return drawn

    names = [name for name in dir(random) if getattr(getattr(random, name), "__self__", None) is _SHARED]
    return {"random module": _Chance(faker), **{name: drawing(name) for name in names}}


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
