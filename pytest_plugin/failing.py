"""Errors as one line in pytest's report: what the user can mend needs no way through our code."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import wraps
from types import TracebackType
from typing import ParamSpec, TypeVar

import pytest
from sqlalchemy.exc import SQLAlchemyError

from fixturegen.errors import FixturegenError

_Arguments = ParamSpec("_Arguments")
_Result = TypeVar("_Result")


@contextmanager
def one_line() -> Iterator[None]:
    """Let an error of ours, or a setting that cannot be read, fail the fixture with its message alone."""
    __tracebackhide__ = True
    try:
        yield
    except (FixturegenError, pytest.UsageError) as error:
        raise pytest.fail.Exception(f"fixturegen: {error}", pytrace=False) from None


class Entered(AbstractContextManager[_Result]):
    """A block whose errors of ours, when it is entered, are raised where the test entered it."""

    def __init__(self, block: AbstractContextManager[_Result]) -> None:
        self._block = block

    def __enter__(self) -> _Result:
        """Enter the block."""
        __tracebackhide__ = True
        try:
            return self._block.__enter__()
        except (FixturegenError, SQLAlchemyError) as error:  # the database may refuse an example's rows
            raise error.with_traceback(None) from None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, way: TracebackType | None
    ) -> bool | None:
        """Leave the block."""
        __tracebackhide__ = True
        return self._block.__exit__(kind, error, way)


def at_the_call(function: Callable[_Arguments, _Result]) -> Callable[_Arguments, _Result]:
    """Let an error of ours be raised where the test called us."""

    @wraps(function)
    def called(*arguments: _Arguments.args, **keywords: _Arguments.kwargs) -> _Result:
        __tracebackhide__ = True
        try:
            return function(*arguments, **keywords)
        except FixturegenError as error:
            raise error.with_traceback(None) from None

    return called


def at_the_await(
    function: Callable[_Arguments, Awaitable[_Result]],
) -> Callable[_Arguments, Awaitable[_Result]]:
    """Let an error of ours be raised where the test awaited us."""

    @wraps(function)
    async def called(*arguments: _Arguments.args, **keywords: _Arguments.kwargs) -> _Result:
        __tracebackhide__ = True
        try:
            return await function(*arguments, **keywords)
        except FixturegenError as error:
            raise error.with_traceback(None) from None

    return called
