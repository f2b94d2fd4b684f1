"""The door to Faker: the methods a generator serves are those that Faker itself would have given it."""

from __future__ import annotations

import pytest
from faker import Factory
from faker.generator import Generator

from fixturegen.vocabularies import providers

LOCALES = ("en_US", "de_DE", "ja_JP", "fr_QC", "zh_TW")


def faker_of(locale: str) -> Generator:
    made: Generator = Factory.create(locale)
    return made


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("locale", LOCALES)
def test_every_method_is_that_of_fakers_own_generator(locale: str) -> None:
    ours, theirs = providers.fresh(locale), faker_of(locale)
    methods = {name: found for name, found in vars(theirs).items() if not name.startswith("_") and callable(found)}
    assert len(methods) > 250
    for name, method in methods.items():
        served = getattr(ours, name)
        assert getattr(served, "__func__", served) == getattr(method, "__func__", method), name


@pytest.mark.parametrize("name", ["seed_locale", "no_such_method", "_public", "__wrapped__"])
def test_nothing_else_is_served(name: str) -> None:
    with pytest.raises(AttributeError, match=name):
        getattr(providers.fresh("en_US"), name)


@pytest.mark.parametrize("locale", LOCALES)
def test_names_can_be_asked_for_one_by_one(locale: str) -> None:
    names = providers.MethodNames(locale)
    assert len(names) == len(list(names)) > 250
    assert all(name in names for name in names)
    for name in ("seed_instance", "add_provider", "binary_file", "tar", "random", "", "_x", 3, None):
        assert name not in names
