"""A family of tables loaded into a database, in the words of each system, and questions to servers."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import polars as pl
import psycopg
import pymysql
from sqlalchemy import URL, Engine, create_engine
from sqlalchemy.pool import NullPool

from fixturegen.loading import LoadResult, seed_frames
from fixturegen.schema import Check, Column, Dialect, Reference, Schema, Table, Type, Unique

INTEGER = Type(kind="integer")
TEXT = Type(kind="text")
Frames = Iterable[tuple[str, pl.DataFrame]]


def column(name: str, type_: Type = INTEGER, **more: Any) -> Column:
    return Column(name=name, type=type_, **more)


def table(name: str, *columns: Column, **more: Any) -> Table:
    """A table whose key is its first column."""
    return Table(
        name=name, columns=columns, primary_key=Unique(columns=(columns[0].name,), name=f"{name}_pkey"), **more
    )


def reference(name: str, to: str) -> Reference:
    return Reference(columns=(name,), table=to, target=("id",), name=f"{name}_fkey")


@dataclass(frozen=True)
class Loads:
    """Parents with a name that wants quoting, and children that refer to them and to each other.

    Attributes:
        dialect: The dialect.
        mark: What quotes a name.
        identity: How the parents' keys count up.
    """

    dialect: Dialect
    mark: str
    identity: Literal["by default", "autoincrement"]

    @cached_property
    def parents(self) -> Table:
        return table(
            f"par{self.mark}ents; DROP TABLE x; --",
            column("id", identity=self.identity),
            column("select", Type(kind="text", length=40)),
            uniques=(Unique(columns=("select",), name="code"),),
            checks=(Check(sql=f"length({self.mark}select{self.mark}) < 9", name="short", dialect=self.dialect),),
        )

    @cached_property
    def tables(self) -> tuple[Table, Table]:
        references = (reference("parent_id", self.parents.name), reference("next_id", "children"))
        columns = (column("id"), column("parent_id"), column("next_id", nullable=True))
        return self.parents, table("children", *columns, references=references)

    @cached_property
    def quoted(self) -> str:
        """The name of the parents, as SQL."""
        return self.mark + self.parents.name.replace(self.mark, self.mark * 2) + self.mark

    def frames(self, count: int = 300, *, start: int = 0) -> list[tuple[str, pl.DataFrame]]:
        ids = list(range(start + 1, start + count + 1))
        return [
            (self.parents.name, pl.DataFrame({"id": ids, "select": [f"p{i}" for i in ids]})),
            ("children", pl.DataFrame({"id": ids, "parent_id": ids, "next_id": [*ids[1:], ids[0]]})),
        ]

    def broken(self, name: str, number: int, **values: object) -> list[tuple[str, pl.DataFrame]]:
        """The family with one row, by 1-based number, changed."""
        return changed(self.frames(), name, number, values)

    def seed(self, target: object, tables: Sequence[Table], frames: Frames, **options: Any) -> LoadResult:
        schema = Schema(tables={each.name: each for each in tables}, dialect=self.dialect)
        return seed_frames(target, schema, tables, frames, **{"marker": "0a", **options})  # type: ignore[arg-type]  # any target


SQLITE = Loads("sqlite", '"', "autoincrement")
POSTGRESQL = Loads("postgresql", '"', "by default")
MARIADB = Loads("mysql", "`", "autoincrement")


def changed(frames: Frames, name: str, number: int, values: dict[str, object]) -> list[tuple[str, pl.DataFrame]]:
    """The frames with one row of a table, by 1-based number, changed."""
    found = []
    for table_name, frame in frames:
        held = frame.to_dicts()
        if table_name == name:
            held[number - 1] |= values
        found.append((table_name, pl.DataFrame(held, schema=frame.schema)))
    return found


def cut(frames: Frames, act: Callable[[], object]) -> Iterator[tuple[str, pl.DataFrame]]:
    """Frames; ``act`` is called in the middle of their load, after the first."""
    first, *rest = frames
    yield first
    act()
    yield from rest


def interrupt() -> None:
    raise KeyboardInterrupt


def client(name: str, url: URL) -> subprocess.Popen[bytes]:
    """Another process that loads the family ``name`` into a database."""
    address = url.render_as_string(hide_password=False)
    lines = (
        "import sys",
        f"sys.path.insert(0, {str(Path(__file__).parent)!r})",
        f"from loads import {name} as loads",
        f"loads.seed({address!r}, loads.tables, loads.frames(), marker='0b')",
    )
    return subprocess.Popen([sys.executable, "-c", "\n".join(lines)], stderr=subprocess.PIPE)


def until(done: Callable[[], object], *, seconds: float) -> None:
    """Wait for what others do; fail where it does not come about."""
    deadline = time.monotonic() + seconds
    while not done():
        if time.monotonic() > deadline:
            import pytest  # the clients that import this module need none

            pytest.fail(f"it did not happen within {seconds} seconds")
        time.sleep(0.1)


class Server:
    """A database of the test's own, and questions to it."""

    def __init__(self, url: URL) -> None:
        self.url = url

    def connect(self, *, autocommit: bool = True) -> Any:
        """A connection of the driver; as a context it is closed at the end."""
        if self.url.get_backend_name() == "postgresql":
            address = self.url.set(drivername="postgresql").render_as_string(hide_password=False)
            return psycopg.connect(address, autocommit=autocommit)
        return pymysql.connect(
            host=self.url.host, port=self.url.port or 3306, user=self.url.username, password=self.url.password or "",
            database=self.url.database, autocommit=autocommit, init_command="SET sql_mode = 'STRICT_ALL_TABLES'",
        )  # fmt: skip

    def rows(self, *statements: str) -> list[tuple[Any, ...]]:
        """What the last statement gives."""
        with self.connect() as connection, connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
            return list(cursor.fetchall()) if cursor.description else []

    def value(self, query: str) -> Any:
        return self.rows(query)[0][0]


def by_insert(url: URL) -> Engine:
    """An engine whose connections may not send files to MariaDB, so that rows go by INSERT."""
    return create_engine(url, poolclass=NullPool)
