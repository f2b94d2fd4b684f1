"""The databases that serve the tests of a run: the plugin's own, one for each content, and engines of the user's own."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING

from sqlalchemy.exc import SQLAlchemyError

from fixturegen.errors import FixturegenError
from pytest_fixturegen.places import let_through, place
from pytest_fixturegen.served import Served, check_idle

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

    from fixturegen.schema import Schema
    from pytest_fixturegen.content import Content, Create
    from pytest_fixturegen.places import Build, Place
    from pytest_fixturegen.whereabouts import Whereabouts


class Databases:
    """Databases that are isolated for each test until they are closed.

    Args:
        whereabouts: Tells where they are made, once one is needed.
        allow: Hosts and databases that may be used although they do not look like development.
    """

    def __init__(self, whereabouts: Callable[[], Whereabouts], allow: tuple[str, ...]) -> None:
        self._whereabouts = whereabouts
        self._allow = allow
        self._served: dict[int, Served] = {}
        self._ended: list[tuple[int, bool]] = []
        self._clones = 0
        self.built: dict[tuple[str, bool], Served] = {}
        """Those of the plugin's own, by the key of their content and whether they are empty."""
        self.building: Content | None = None
        """The content that is being built."""

    @cached_property
    def _place(self) -> Place:
        return place(self._whereabouts())

    def of(self, content: Content, create: Create | None, purpose: str | None) -> Served:
        """Return the database of a content, built if it is the first time.

        Args:
            content: The content.
            create: What makes its tables, if that is not the plugin.
            purpose: What the content is for, as far as later runs can tell.
        """
        key = content.key(create)
        found = self.built.get((key, content.asked.empty))
        if found is None:
            build = self._build(content, create)
            engine = self._place.own(key, build)
            self._note_kept(purpose, key)
            found = Served(engine, renew=lambda: self._place.renew(key, build), dispose=True)
            self.built[key, content.asked.empty] = self._served[id(engine)] = found
        return found

    def clone(self, content: Content, create: Create | None, purpose: str | None) -> Engine:
        """Return an engine on a copy of a content's database, which nothing isolates."""
        self.of(content, create, purpose)
        self._clones += 1
        return self._place.clone(content.key(create), self._build(content, create), f"clone{self._clones}")

    def drop(self, clone: Engine) -> None:
        """Let go of a copy."""
        self._place.drop(clone)

    def _build(self, content: Content, create: Create | None) -> Build:
        def build(engine: Engine) -> None:
            self.building = content
            try:
                content.build(engine, create)
            finally:
                self.building = None

        return build

    def _note_kept(self, purpose: str | None, key: str) -> None:
        """Let what is kept for later runs take the place of what earlier ones have kept for the same purpose."""
        where = self._place.whereabouts
        if where.kept is None or purpose is None:
            return
        from pytest_fixturegen.kept import Kept  # noqa: PLC0415 - only where anything is kept

        mine = {key for key, _ in self.built}
        server = where.url.set(password=None).render_as_string()
        Kept(where.kept).serves(f"{server} {purpose}", key, lambda old: old not in mine and self._place.forget(old))

    # Engines of the user's own

    def serving(self, engine: Engine) -> Served:
        """Return what isolates an engine, whoever made it."""
        if id(engine) not in self._served:
            let_through(engine, self._allow)
            check_idle(engine)
            self._served[id(engine)] = Served(engine)
        return self._served[id(engine)]

    def is_foreign(self, engine: Engine) -> bool:
        """Whether the plugin did not make the engine, and so does not know its rows."""
        return id(engine) in self._served and engine not in [served.engine for served in self.built.values()]

    def check_tables(self, connection: Connection, schema: Schema) -> None:
        """Refuse a user's own database that lacks tables of a schema; asked once.

        Raises:
            InputError: If that is so.
        """
        served = self._served[id(connection.engine)]
        if id(schema) in served.complete:
            return
        from pytest_fixturegen.lacking import refuse_lacking  # noqa: PLC0415 - only for a user's own engine

        hint = "Make them before your fixture gives the engine: fixturegen_create(engine) makes those of the schema."
        refuse_lacking(schema, connection, "the database of your fixture fixturegen_engine", hint)
        served.complete.add(id(schema))

    def give_back(self, engine: object) -> None:
        """Undo what was done through a user's own engine, and leave it as it was: its fixture is about to end."""
        served = self._served.get(id(engine))
        if served is not None and self.is_foreign(served.engine):
            self._ended.append(served.finish())
            served.close()
            del self._served[id(engine)]

    # The ends

    def finish(self, *, watched: bool) -> tuple[int, bool]:
        """Undo a test; return how many connections it left open, and whether all that it did could be undone.

        Args:
            watched: Whether to ask what others have written, although that takes a moment.
        """
        results = [*self._ended, *(served.finish(watched=watched) for served in self._served.values())]
        self._ended.clear()
        return sum(number for number, _ in results), all(undone for _, undone in results)

    def close(self) -> tuple[str, ...]:
        """Drop what was made; return the names of the templates that the last worker is to drop."""
        with suppress(SQLAlchemyError, FixturegenError):  # a server that is gone is no failure of the tests
            for served in self._served.values():
                served.close()
            self._served.clear()
            return self._place.close() if "_place" in self.__dict__ else ()
        return ()
