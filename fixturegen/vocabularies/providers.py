"""The only door to Faker: which locales and methods exist, whose they are, and an instance a locale.

Faker is imported on first use, no global state of it is touched, and nothing but a data method of a provider is reached by name.
"""

from __future__ import annotations

import inspect
import warnings
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from fixturegen.errors import SchemaError

NOT_DATA = frozenset({
    "csv", "dsv", "enum", "fixed_width", "format_locale", "get_words_list", "image", "image_url", "json_bytes",
    "psv", "pyobject", "pystruct", "random_sample", "randomize_nb_elements", "tar", "time_series", "tsv", "xml", "zip",
})  # fmt: skip
"""Public provider methods that make no value of a column: archives, images, tables, helpers."""


_UNORDERED = {"faker.providers.address.it_IT": ("cities",)}
"""Lists that Faker makes of sets: they stand in another order in every process."""


@dataclass(frozen=True, slots=True)
class Method:
    """A data method of a locale.

    Attributes:
        name: Its name.
        provider: The provider it belongs to (``address``).
        signature: Its signature, without ``self``.
        borrowed: Whether the locale has no such provider of its own and en_US (or the provider's default) stands in.
        language: Locale of the provider in use, or None where the provider knows no locales.
    """

    name: str
    provider: str
    signature: inspect.Signature
    borrowed: bool
    language: str | None


@lru_cache(maxsize=1)
def locales() -> tuple[str, ...]:
    """Return the names of all locales Faker has."""
    from faker.config import AVAILABLE_LOCALES  # noqa: PLC0415 - importing Faker costs up to a second

    return tuple(sorted(AVAILABLE_LOCALES))


def version() -> str:
    """Return Faker's version, which decides the values as much as the seed does."""
    from faker import VERSION  # noqa: PLC0415 - importing Faker costs up to a second

    return str(VERSION)


def checked_locale(locale: str, where: object = None) -> str:
    """Return the locale's own spelling.

    Raises:
        SchemaError: If Faker has no such locale.
    """
    spelled = locale.replace("-", "_")
    by_folded = {name.lower(): name for name in locales()}
    if spelled.lower() in by_folded:
        return by_folded[spelled.lower()]
    message = f"unknown locale {locale!r}"
    raise SchemaError(message, where=where, given=spelled, exists=locales())


@lru_cache(maxsize=64)
def instance(locale: str) -> Any:
    """Return our own Faker generator of a locale, used for reading its providers. Its methods are never replaced."""
    return fresh(locale)


def fresh(locale: str) -> Any:
    """Return a new Faker generator of a locale, to be altered freely before its methods are asked for."""
    with warnings.catch_warnings():
        # Some locales announce that they are to be renamed (fr_QC): nothing that a column could act on.
        warnings.simplefilter("ignore", UserWarning)
        faker = _serving()(locale=locale, use_weighting=True)
        return _guarded(_factory().create(locale, generator=faker))


@lru_cache(maxsize=1)
def _factory() -> Any:
    """Return Faker's factory, which finds a locale's module without listing all modules of its provider for each locale."""
    from faker.config import DEFAULT_LOCALE  # noqa: PLC0415 - importing Faker costs up to a second
    from faker.factory import Factory  # noqa: PLC0415 - the same

    class Finding(Factory):
        @classmethod
        @lru_cache(maxsize=4096)
        def _find_provider_class(
            cls, provider_path: str, locale: str | None = None
        ) -> tuple[Any, str | None, str | None]:
            provider = import_module(provider_path)
            if not getattr(provider, "localized", False):
                return provider.Provider, None, None
            default = getattr(provider, "default_locale", "")
            known = bool(locale) and find_spec(f"{provider_path}.{locale}") is not None
            found = locale if known else default or DEFAULT_LOCALE
            return import_module(f"{provider_path}.{found}").Provider, found, default

    return Finding


@lru_cache(maxsize=1)
def _serving() -> Any:
    """Return Faker's generator, which takes a method of its providers when it is asked for, and not all of them beforehand."""
    from faker.generator import Generator  # noqa: PLC0415 - importing Faker costs up to a second

    class Serving(Generator):
        def add_provider(self, provider: Any) -> None:
            self.providers.insert(0, provider)
            for name in _UNORDERED.get(type(provider).__module__, ()):
                setattr(provider, name, sorted(getattr(provider, name)))

        def __getattr__(self, name: str) -> Any:
            if not name.startswith("_"):
                for provider in self.__dict__.get("providers", ()):
                    method = getattr(provider, name, None)
                    if callable(method):
                        self.set_formatter(name, method)
                        return method
            raise AttributeError(name)

    return Serving


def _guarded(faker: Any) -> Any:
    """Let formats that a generator expands reach its providers only, never its own machinery (``seed_instance``)."""
    found, own = faker.get_formatter, frozenset(dir(type(faker)))

    def formatter(name: str) -> Callable[..., object]:
        if name in own or name.startswith("_"):
            raise AttributeError(f"{name!r} is no data method")
        method: Callable[..., object] = found(name)
        return method

    faker.get_formatter = formatter
    return faker


@dataclass(frozen=True, slots=True)
class MethodNames(Collection[str]):
    """The names of the data methods of a locale; they are listed only where somebody wants them all.

    >>> "first_name" in MethodNames("de_DE"), "seed_instance" in MethodNames("de_DE"), 5 in MethodNames("de_DE")
    (True, False, False)
    """

    locale: str

    def __contains__(self, name: object) -> bool:
        """Whether the locale has the method."""
        return isinstance(name, str) and _owner(self.locale, name) is not None

    def __iter__(self) -> Iterator[str]:
        """Iterate over the names in their order."""
        return iter(_all_names(self.locale))

    def __len__(self) -> int:
        """Count the names."""
        return len(_all_names(self.locale))


@lru_cache(maxsize=64)
def _all_names(locale: str) -> tuple[str, ...]:
    kinds = [type(provider) for provider in instance(locale).get_providers()]
    return tuple(sorted({name for kind in kinds for name in dir(kind) if _is_data(kind, name)}))


@lru_cache(maxsize=16_384)
def _owner(locale: str, name: str) -> Any:
    """Return the provider of a data method of a locale, or None: the last one added wins, as attribute access on a Faker does."""
    providers = instance(locale).get_providers()
    return next((provider for provider in providers if _is_data(type(provider), name)), None)


def method_of(locale: str, name: str, where: object = None) -> Method:
    """Return a data method.

    Raises:
        SchemaError: If the locale has no such data method; nothing is executed.
    """
    exists = MethodNames(locale)
    if name in exists:
        return _method(locale, name)
    other = [each for each in ("en_US", "en_GB", "de_DE", "fr_FR", "ja_JP") if each != locale]
    at_home = next((each for each in other if name in MethodNames(each)), None)
    hint = None if at_home is None else f"{at_home} has it: set the column's locale."
    message = f"unknown Faker method {name!r} of locale {locale}"
    raise SchemaError(message, where=where, given=name, exists=exists, hint=hint)


def checked_arguments(method: Method, arguments: Mapping[str, object], where: object = None) -> dict[str, object]:
    """Return the arguments that the method takes.

    Raises:
        SchemaError: If one is not a parameter, one is missing, or one is of another type than its default.
    """
    parameters = {name: each for name, each in method.signature.parameters.items() if each.kind in _NAMED}
    for name, value in arguments.items():
        if name not in parameters:
            message = f"faker: {method.name} has no argument {name!r}"
            hint = None if parameters else "It takes none."
            raise SchemaError(message, where=where, given=name, exists=parameters, hint=hint)
        _check_type(method, parameters[name], value, where)
    for name, parameter in parameters.items():
        if parameter.default is inspect.Parameter.empty and name not in arguments:
            message = f"faker: {method.name} needs the argument {name!r}"
            raise SchemaError(message, where=where, exists=parameters)
    # Faker takes weights of a mapping that says it has an order.
    return {name: OrderedDict(each) if isinstance(each, Mapping) else each for name, each in arguments.items()}


_NAMED = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)


def _check_type(method: Method, parameter: inspect.Parameter, value: object, where: object) -> None:
    default = parameter.default
    if default is inspect.Parameter.empty or default is None or value is None:
        return
    annotation = str(parameter.annotation)
    if isinstance(default, bool):
        fits = isinstance(value, bool)
    elif isinstance(default, int | float):
        fits = isinstance(value, int | float) and not isinstance(value, bool)
        fits = fits or ("Date" in annotation and isinstance(value, str))
    elif isinstance(default, str):
        fits = isinstance(value, str) or "Date" in annotation or "str" not in annotation
    else:
        fits = True
    if not fits:
        wanted = "boolean" if isinstance(default, bool) else "number" if isinstance(default, int | float) else "text"
        message = (
            f"faker: argument {parameter.name!r} of {method.name} is a {wanted} such as {default!r}, "
            f"not {type(value).__name__} {value!r}"
        )
        raise SchemaError(message, where=where)


def _is_data(kind: type, name: str) -> bool:
    """Whether a provider's class has a data method of that name."""
    if name.startswith("_") or name in NOT_DATA or not inspect.isroutine(getattr(kind, name, None)):
        return False
    from faker.providers import BaseProvider  # noqa: PLC0415 - importing Faker costs up to a second

    return not hasattr(BaseProvider, name) or name in _BASE_DATA


_BASE_DATA = frozenset({
    "bothify", "hexify", "lexify", "numerify", "random_digit", "random_digit_above_two", "random_digit_not_null",
    "random_digit_not_null_or_empty", "random_digit_or_empty", "random_element", "random_elements", "random_choices",
    "random_int", "random_letter", "random_letters", "random_lowercase_letter", "random_number",
    "random_uppercase_letter", "locale", "language_code",
})  # fmt: skip


@lru_cache(maxsize=4096)
def _method(locale: str, name: str) -> Method:
    provider = _owner(locale, name)
    language = getattr(provider, "__lang__", None)
    path = getattr(provider, "__provider__", "faker.providers.base")
    return Method(
        name=name,
        provider=path.rsplit(".", maxsplit=1)[-1],
        signature=inspect.signature(getattr(provider, name)),
        borrowed=language is not None and language != locale,
        language=language,
    )
