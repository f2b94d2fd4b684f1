"""The run: which test is running, what it asks for, and what serves it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from functools import cached_property
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError

from fixturegen.engines import DIALECTS, masked
from fixturegen.errors import InputError
from pytest_fixturegen.content import Asked, Content, Create
from pytest_fixturegen.databases import Databases
from pytest_fixturegen.failing import one_line
from pytest_fixturegen.markers import told
from pytest_fixturegen.plugin import ITEM, RUN
from pytest_fixturegen.reporting import section
from pytest_fixturegen.settings import settings_of
from pytest_fixturegen.testing import Test
from pytest_fixturegen.whereabouts import kept_folder, whereabouts

if TYPE_CHECKING:
    from sqlalchemy import URL, Connection, Engine
    from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession
    from sqlalchemy.orm import Session

    from fixturegen.schema import Dialect
    from pytest_fixturegen.hashes import Hashes
    from pytest_fixturegen.making import Making
    from pytest_fixturegen.rows import Writer
    from pytest_fixturegen.served import Served


class Run:
    """All that the plugin knows of one run of pytest, in one worker."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.settings = settings_of(config)
        self.databases = Databases(lambda: whereabouts(config, self.url), self.settings.allow)
        self._contents: dict[object, Content] = {}
        self._writers: dict[tuple[int, str], Writer] = {}
        self._test: Test | None = None
        self.lock = RLock()
        """Held while anything is made once: threads of a test may be the first to ask, all of them at the same time."""

    @cached_property
    def making(self) -> Making:
        """What makes rows."""
        from pytest_fixturegen.making import Making  # noqa: PLC0415 - heavy: only where rows are made

        return Making(self)

    @cached_property
    def _hashes(self) -> Hashes | None:
        kept = kept_folder(self.config)
        if kept is None:
            return None
        from fixturegen.sinks.manifest import versions  # noqa: PLC0415 - only where anything is kept
        from pytest_fixturegen.hashes import Hashes  # noqa: PLC0415 - the same

        return Hashes(kept, versions())

    # The running test

    @property
    def test(self) -> Test:
        """The running test.

        Raises:
            pytest.fail.Exception: If none is running.
        """
        item = self.config.stash.get(ITEM, None)
        if item is None:
            pytest.fail("fixturegen: no test is running that rows could be made for", pytrace=False)
        if self._test is None or self._test.item is not item:
            said = told(item)
            self._test = Test(item, self._asked(said), said.get("isolation") == "clone", said)
        return self._test

    def _asked(self, said: Mapping[str, Any]) -> Asked:
        rows = said.get("rows", self.settings.rows)
        if isinstance(rows, Mapping):
            rows = tuple(sorted(rows.items(), key=str))
        return Asked(said.get("schema", self.settings.schema), rows, said.get("seed", self.settings.seed))

    @property
    def content(self) -> Content:
        """The content of the running test."""
        return self.content_of(self.test.asked)

    @property
    def configured(self) -> Content:
        """The configured content."""
        return self.content_of(self._asked({}))

    def content_of(self, asked: Asked) -> Content:
        """Return the content that was asked for, the same object each time."""
        source = asked.source if isinstance(asked.source, str | Path) else id(asked.source)
        key = (source, asked.rows, asked.seed, asked.empty)
        try:
            hash(key)
        except TypeError:
            message = f"rows is {asked.rows!r} and seed is {asked.seed!r}, which are not numbers, nor numbers by table"
            raise InputError(message) from None
        if key not in self._contents:
            self._contents[key] = Content(asked, self.dialect, self.settings.root, self._hashes)
        return self._contents[key]

    def writer(self, engine: Engine) -> Writer:
        """Return what writes rows of the running test's schema."""
        schema = self.content.schema
        key = (id(schema), engine.dialect.name)
        if key not in self._writers:
            from pytest_fixturegen.rows import Writer  # noqa: PLC0415 - heavy: only where rows are made

            self._writers[key] = Writer(schema, engine.dialect.name)
        return self._writers[key]

    # Databases

    @property
    def url(self) -> URL:
        """The configured address."""
        try:
            url = make_url(self.settings.database)
            return url.set(drivername="postgresql") if url.drivername == "postgres" else url
        except Exception:  # noqa: BLE001 - SQLAlchemy's own, or a ValueError of a port; neither may repeat a password
            message = "this is no database address"
            hint = "It looks like sqlite:// or postgresql://user@host/database."
            raise InputError(message, where=masked(self.settings.database), hint=hint) from None

    @property
    def dialect(self) -> Dialect:
        """The dialect of the configured address."""
        return DIALECTS.get(self.url.get_backend_name(), "sqlite")

    def engine(self, create: Create | None) -> Engine:
        """Return the engine of the configured content, isolated."""
        with one_line():
            return self._database(self.configured, self._checked(create)).engine

    def served(self) -> Served:
        """Return the database that serves the running test, unless it has one of its own."""
        test = self.test
        configured = self.configured.asked
        request = test.item._request  # type: ignore[attr-defined] # noqa: SLF001 - functions have it; overrides are the item's own
        if test.asked == configured:
            return self.databases.serving(request.getfixturevalue("fixturegen_engine"))
        return self._database(self.content, self._create())

    def take(self, engine: object) -> None:
        """Isolate what the fixture ``fixturegen_engine`` gave, whoever wrote it."""
        from sqlalchemy import Engine  # noqa: PLC0415 - elsewhere only its name is needed

        with one_line():
            if not isinstance(engine, Engine):
                message = f"your fixture fixturegen_engine gives a {type(engine).__name__}, not an SQLAlchemy Engine"
                raise InputError(message, hint="Asynchronous tests take fixturegen_async_connection or its session.")
            self.databases.serving(engine)

    def has_own_engine(self) -> bool:
        """Whether a database of the plugin's own serves the running test."""
        return self.test.clone or not self.databases.is_foreign(self.served().engine)

    def emptied(self) -> Served:
        """Return a database with the running test's tables and without rows."""
        asked = self.test.asked
        empty = Asked(asked.source, None, 0, empty=True)
        return self._database(self.content_of(empty), self._create())

    def _database(self, content: Content, create: Create | None) -> Served:
        return self.databases.of(content, create, content.purpose(self.configured.asked, create))

    def create_tables(self, engine: Engine) -> None:
        """Make the tables of what is being built, else those of the running test; what ``fixturegen_create`` is by default."""
        (self.databases.building or self.content).create_tables(engine)

    def _create(self) -> Create | None:
        request = self.test.item._request  # type: ignore[attr-defined] # noqa: SLF001 - functions have it; overrides are the item's own
        return self._checked(request.getfixturevalue("fixturegen_create"))

    def _checked(self, create: object) -> Create | None:
        """Return a function of the user's that makes the tables, or None for ours."""
        if create is None or create == self.create_tables:
            return None
        if not callable(create):
            message = (
                f"your fixture fixturegen_create gives {type(create).__name__!r}, not a function that takes the engine"
            )
            raise InputError(message)
        return create

    def current_engine(self) -> Engine:
        """Return the engine of the running test: isolated, or on a database of its own."""
        with self.lock:
            test = self.test
            if test.examples:
                return test.examples[-1].engine
            if not test.clone:
                return self.served().engine
            if test.copy is None:
                content, create = self.content, self._create()
                test.copy = self.databases.clone(content, create, content.purpose(self.configured.asked, create))
            return test.copy

    # What the fixtures give

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """Give a connection for the running test."""
        with one_line():
            engine = self.current_engine()
        with engine.connect() as connection:
            yield connection

    @contextmanager
    def session(self) -> Iterator[Session]:
        """Give an ORM session for the running test; SQLModel's own where that is in use."""
        with one_line():
            engine = self.current_engine()
        with self.session_on(engine) as session:
            yield session

    def session_on(self, engine: Engine) -> Session:
        """Return an ORM session on an engine."""
        return _session_class()(engine)

    @asynccontextmanager
    async def async_connection(self) -> AsyncIterator[AsyncConnection]:
        """Give an asynchronous connection for the running test."""
        from pytest_fixturegen.asynchronous import connected  # noqa: PLC0415 - only asynchronous tests need it

        async with connected(self) as connection:
            yield connection

    @asynccontextmanager
    async def async_session(self) -> AsyncIterator[AsyncSession]:
        """Give an asynchronous ORM session for the running test."""
        from pytest_fixturegen.asynchronous import session  # noqa: PLC0415 - only asynchronous tests need it

        async with session(self) as opened:
            yield opened

    def warm(self) -> None:
        """Build what examples of the running test need, and write and undo a row, so that none of them has to wait."""
        with one_line():
            served = self.emptied() if self.has_own_engine() else self.served()
            writer = self.writer(served.engine)
            rows = {name: frame.head(1).to_dicts() for name, frame in self.content.frames.items()}
            with suppress(SQLAlchemyError), served.isolation.nested(), served.engine.begin() as connection:
                writer.write(connection, rows)  # they may lack their parents: what matters is that all has run once
            self.making.warm()

    # The ends

    def finish(self, item: pytest.Item) -> None:
        """Undo what a test did.

        Raises:
            pytest.fail.Exception: If it left connections open, or what it did cannot be undone.
        """
        __tracebackhide__ = True
        test, self._test = self._test, None
        if test is not None and test.copy is not None:
            self.databases.drop(test.copy)
        ours = test is not None or any(name.startswith("fixturegen") for name in item.fixturenames)  # type: ignore[attr-defined] # functions have them
        left, undone = self.databases.finish(watched=ours)
        if not undone:
            message = "the test ended the driver's transaction by itself: what it did to the database stays"
            pytest.fail(f"fixturegen: {message}. Use isolation='clone' for it.", pytrace=False)
        if left and not item.stash.get(_FAILED, False):
            noun = "a connection" if left == 1 else f"{left} connections"
            message = f"the test left {noun} open. Close what it opens, best by `with engine.connect() as connection:`."
            pytest.fail(f"fixturegen: {message} It was taken back.", pytrace=False)

    def reported(self, item: pytest.Item, report: pytest.TestReport) -> None:
        """Add to a failure's report how to see the same rows again, if the test saw any."""
        if report.when == "call" and report.failed:
            item.stash[_FAILED] = True
        test = self._test
        if report.failed and test is not None and test.item is item:
            report.sections.append(("fixturegen", section(test.item, test.asked, test.told)))


_FAILED = pytest.StashKey[bool]()


def run_of(config: pytest.Config) -> Run:
    """Return the run, made when it is first asked for."""
    if RUN not in config.stash:
        config.stash[RUN] = Run(config)
    return config.stash[RUN]


def _session_class() -> Callable[..., Session]:
    import sys  # noqa: PLC0415 - to ask what is loaded, not to load it

    if "sqlmodel" in sys.modules:
        found: Callable[..., Session] = sys.modules["sqlmodel"].Session
        return found
    from sqlalchemy.orm import Session  # noqa: PLC0415 - the ORM takes a while to load

    return Session
