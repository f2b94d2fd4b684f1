"""Errors as one line in pytest's report: what the user can mend needs no way through our code."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from fixturegen.errors import FixturegenError


@contextmanager
def one_line() -> Iterator[None]:
    """Let an error of ours fail the fixture with its message alone."""
    __tracebackhide__ = True
    try:
        yield
    except FixturegenError as error:
        raise pytest.fail.Exception(f"fixturegen: {error}", pytrace=False) from None


@contextmanager
def at_the_call() -> Iterator[None]:
    """Let an error of ours be raised where the test called us."""
    __tracebackhide__ = True
    try:
        yield
    except FixturegenError as error:
        raise error.with_traceback(None) from None
