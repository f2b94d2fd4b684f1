"""What is known of the running test."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pytest
    from sqlalchemy import Engine
    from sqlalchemy.ext.asyncio import AsyncEngine

    from fixturegen.making.maker import Maker
    from pytest_fixturegen.content import Asked


@dataclass(slots=True)
class Example:
    """An example that is open.

    Attributes:
        engine: The engine that its rows are seen through.
        dataset: Its rows; None for the seeded ones.
        maker: What makes rows beside them, once any are made.
    """

    engine: Engine
    dataset: Any
    maker: Maker | None = None


@dataclass(slots=True)
class Test:
    """The running test.

    Attributes:
        item: It, as pytest knows it.
        asked: The content that it asks for.
        clone: Whether it asks for a database of its own.
        told: What its markers said.
        copy: That database's engine, once there is one.
        calls: How often rows were made.
        examples: Examples that are open, the innermost last.
        maker: What makes rows beside those that the test's application made, once that was necessary.
        asynchronous: The engine of its asynchronous fixtures, while one is in use.
    """

    item: pytest.Item
    asked: Asked
    clone: bool
    told: Mapping[str, object]
    copy: Engine | None = None
    calls: int = 0
    examples: list[Example] = field(default_factory=list)
    maker: Maker | None = None
    asynchronous: AsyncEngine | None = None
