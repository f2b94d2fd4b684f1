"""What may be done or refused: either is right, as long as a refusal is a foreseen one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from fixturegen.errors import FixturegenError

T = TypeVar("T")


@dataclass(frozen=True)
class Done(Generic[T]):
    """What a function returned."""

    value: T


def outcome(function: Callable[[], T], *expected: type[Exception]) -> Done[T] | str:
    """Return what a function gave, or the message of its refusal; any other error goes on.

    Args:
        function: Called once.
        *expected: The errors that are refusals; every foreseen one where none is given.
    """
    foreseen = expected or (FixturegenError,)
    try:
        return Done(function())
    except foreseen as refused:
        return str(refused)
