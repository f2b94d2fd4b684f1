"""For all tests: a limit for slow ones, databases of one's own, and a table with a column of every kind."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import URL

from fixturegen.dtypes import polars_dtype
from fixturegen.schema import Column, Table, Type, Unique

# The test tree is no package (pytest's importlib mode): helpers beside this file are found by path.
sys.path.insert(0, str(Path(__file__).parent))
from servers import own_database

SLOW_SECONDS = 1200

# Hypothesis measures no time: on a busy machine what is right may be slow. In CI this adds to the profile that is its own.
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give tests marked ``slow`` more time than the limit in ``pyproject.toml``."""
    for item in items:
        if item.get_closest_marker("slow") and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(SLOW_SECONDS))


@pytest.fixture
def postgresql_url() -> Iterator[URL]:
    """A new, empty database on PostgreSQL; mark the test ``postgresql``."""
    with own_database("FIXTUREGEN_TEST_POSTGRESQL") as url:
        yield url


@pytest.fixture
def mariadb_url() -> Iterator[URL]:
    """A new, empty database on MariaDB or MySQL; mark the test ``mariadb``."""
    with own_database("FIXTUREGEN_TEST_MARIADB") as url:
        yield url


TEXTS = Type(kind="text")
KINDS: dict[str, tuple[Type, list[object]]] = {
    "id": (Type(kind="integer"), [1, 2, 3]),
    "small": (Type(kind="integer", bits=16), [-32768, 32767, None]),
    "byte": (Type(kind="integer", bits=8, signed=False), [0, 255, None]),
    "amount": (
        Type(kind="decimal", precision=30, scale=2),
        [Decimal("1234567890123456789012345678.25"), Decimal("-0.05"), None],
    ),
    "ratio": (Type(kind="float"), [0.1, -1e300, None]),
    "single": (Type(kind="float", bits=32), [0.5, -0.0, None]),
    "active": (Type(kind="boolean"), [True, False, None]),
    "name": (TEXTS, ["it's \\ \"x\"\r\n;-- \\n\ttab :a %s ü😀", "", None]),
    "code": (Type(kind="text", length=5), ["NULL", " a ", None]),
    "blob": (Type(kind="bytes"), [bytes(range(256)), b"", None]),
    "day": (Type(kind="date"), [date(1000, 1, 1), date(9999, 12, 31), None]),
    "clock": (Type(kind="time"), [time(23, 59, 59, 999999), time(0), None]),
    "moment": (Type(kind="datetime"), [datetime(2024, 2, 29, 1, 2, 3, 4), datetime(1000, 1, 1), None]),  # noqa: DTZ001 (zone-less is the point)
    "instant": (
        Type(kind="datetime", zone=True),
        [datetime(2024, 2, 29, 1, 2, 3, 4, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC), None],
    ),
    "span": (Type(kind="interval"), [timedelta(days=-1, microseconds=-5), timedelta(hours=30), None]),
    "key": (Type(kind="uuid"), ["00000000-0000-4000-8000-00000000000a", "ffffffff-ffff-4fff-bfff-ffffffffffff", None]),
    "document": (Type(kind="json"), ['{"a": [1, null, "x\'\\\\"]}', "null", None]),
    "mood": (Type(kind="enum", labels=("glad", "it's", "a\\b")), ["it's", "a\\b", None]),
    "numbers": (Type(kind="array", element=Type(kind="decimal", precision=5, scale=1)), [[Decimal("1.5"), None], [], None]),
    "words": (Type(kind="array", element=TEXTS), [['a,"\\ {b}\r\n', "NULL", ""], [None], None]),
    "moments": (Type(kind="array", element=Type(kind="datetime")), [[datetime(2024, 1, 1, 0, 0, 0, 7)], [], None]),  # noqa: DTZ001 (as above)
    "address": (Type(kind="ip"), ["192.0.2.1", "2001:db8::1", None]),
    "card": (Type(kind="mac"), ["00:00:5e:00:53:01", "00:00:5e:00:53:ff", None]),
}  # fmt: skip


@pytest.fixture
def every_kind() -> tuple[Table, pl.DataFrame]:
    """A table with a nullable column of every kind, and three rows: two with awkward values, one of NULLs."""
    columns = tuple(Column(name=name, type=type_, nullable=name != "id") for name, (type_, _) in KINDS.items())
    table = Table(name="every kind", columns=columns, primary_key=Unique(columns=("id",)))
    series = [pl.Series(name, values, dtype=polars_dtype(type_)) for name, (type_, values) in KINDS.items()]
    return table, pl.DataFrame(series)
