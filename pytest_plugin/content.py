"""Content: what a database of the plugin holds, and how it is built. Schema, rows and seed decide it, and nothing else."""

from __future__ import annotations

import inspect
import json
import warnings
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import make_url

from fixturegen.addresses import is_url
from fixturegen.content import schema_hash
from fixturegen.engines import DIALECTS
from fixturegen.errors import InputError
from fixturegen.schema import MARKER_TABLE, Dialect, Schema
from fixturegen.sinks.manifest import versions

if TYPE_CHECKING:
    import polars as pl
    from sqlalchemy import Engine, MetaData

    from fixturegen.planning import Plan
    from pytest_fixturegen.hashes import Hashes

Create = Callable[["Engine"], object]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a test asks for: a source of a schema, rows of it, and a seed."""

    source: Any
    rows: int | tuple[tuple[str, int], ...] | None
    seed: int
    empty: bool = False


class Content:
    """The content that was asked for.

    Args:
        asked: What was asked for.
        dialect: Dialect of the database it goes to.
        root: Directory that relative files are relative to.
        hashes: Hashes of the schemas of earlier runs, if any are kept.
    """

    def __init__(self, asked: Asked, dialect: Dialect, root: Path, hashes: Hashes | None = None) -> None:
        self.asked = asked
        self._dialect = dialect
        self._root = root
        self._hashes = hashes
        self._keys: dict[Create | None, str] = {}

    @cached_property
    def schema(self) -> Schema:
        """The schema.

        Raises:
            InputError: If none is configured, or it cannot be read.
        """
        from fixturegen.sources import load  # noqa: PLC0415 - the sources are many

        source = self.asked.source
        if isinstance(source, str) and not source:
            message = "no schema is configured"
            hint = 'Say fixturegen_schema = "schema.yaml" in the [tool.pytest] section, or in pytest.ini.'
            raise InputError(message, hint=hint)
        return load(_placed(source, self._root), dialect=self._read_as)

    @property
    def _read_as(self) -> Dialect | None:
        """The dialect that a source is read in which does not say: models know none, DDL is mostly that of its database."""
        if self.metadata is not None:
            return self._dialect
        ddl = isinstance(self.asked.source, str | Path) and Path(self.asked.source).suffix.lower() == ".sql"
        return self._dialect if ddl and self._dialect != "sqlite" else None

    @cached_property
    def metadata(self) -> MetaData | None:
        """The models, where the schema comes from models."""
        source = self.asked.source
        if isinstance(source, Schema | Path) or (isinstance(source, str) and not _names_models(source)):
            return None
        from fixturegen.sources.models import metadata_of  # noqa: PLC0415 - only for models
        from fixturegen.sources.modules import imported  # noqa: PLC0415 - the same

        return metadata_of(imported(source) if isinstance(source, str) else source)

    @cached_property
    def plan(self) -> Plan:
        """The plan of the rows."""
        from fixturegen.options import options_from  # noqa: PLC0415 - as for planning
        from fixturegen.trials import tried_plan  # noqa: PLC0415 - planning is not needed where a template is at hand

        rows = dict(self.asked.rows) if isinstance(self.asked.rows, tuple) else self.asked.rows
        return tried_plan(self.schema, options_from(rows=rows, seed=self.asked.seed), None)

    @cached_property
    def frames(self) -> Mapping[str, pl.DataFrame]:
        """The rows, a frame for each table."""
        import polars as pl  # noqa: PLC0415 - heavy: only where frames are asked for

        from fixturegen.runs import frames_of  # noqa: PLC0415 - the same

        chunks: dict[str, list[pl.DataFrame]] = {}
        for name, frame in frames_of(self.plan):
            chunks.setdefault(name, []).append(frame)
        return MappingProxyType({name: pl.concat(held) for name, held in chunks.items()})

    def key(self, create: Create | None) -> str:
        """Return what names the content: twelve hexadecimal digits of a hash of all that decides it."""
        if create not in self._keys:
            asked = self.asked
            # The directory keeps projects apart that use one server: what this one drops must not be another one's.
            place = [self._dialect, str(self._root)]
            parts = [self._schema_hash(), asked.rows, asked.seed, asked.empty, place, dict(versions())]
            text = json.dumps([*parts, _code(create)], sort_keys=True)
            self._keys[create] = sha256(text.encode()).hexdigest()[:12]
        return self._keys[create]

    def purpose(self, configured: Asked, create: Create | None) -> str | None:
        """Return what the content is for, whatever it is at present: None if later runs cannot tell that it is the same.

        Args:
            configured: What is configured; what is asked for like that stays the same purpose when the configuration changes.
            create: What makes the tables.
        """
        asked = self.asked
        if not isinstance(asked.source, str | Path | type):
            return None
        names = ("source",) if asked.empty else ("source", "rows", "seed")
        said = {name: getattr(asked, name) for name in names}
        own = {name: str(value) for name, value in said.items() if value != getattr(configured, name)}
        return json.dumps([own, asked.empty, _where(create)], sort_keys=True)

    def _schema_hash(self) -> str:
        source = _placed(self.asked.source, self._root)
        if self._hashes is None or not isinstance(source, Path):
            return schema_hash(self.schema)
        return self._hashes.of(source, self._read_as, lambda: schema_hash(self.schema))

    def build(self, engine: Engine, create: Create | None) -> None:
        """Make the tables and rows in an empty database.

        Raises:
            FixturegenError: If that cannot be done.
        """
        if create is not None:
            create(engine)
            self._check(engine)
        else:
            self.create_tables(engine)
        if self.asked.empty:
            from pytest_fixturegen.rows import Writer  # noqa: PLC0415 - not needed where a template is at hand

            with engine.begin() as connection:
                Writer(self.schema, engine.dialect.name).empty(connection)
        else:
            self._seeded(engine)

    def _check(self, engine: Engine) -> None:
        from pytest_fixturegen.lacking import refuse_lacking  # noqa: PLC0415 - not needed where a template is at hand

        with engine.connect() as connection:
            hint = "Let its function make them in the database of the engine that it is given."
            refuse_lacking(self.schema, connection, "what your fixture fixturegen_create has made", hint)

    def create_tables(self, engine: Engine) -> None:
        """Make the tables, in whatever database the engine leads to."""
        if self.metadata is not None:
            self.metadata.create_all(engine)
            return
        from fixturegen.databases.create import create_statements  # noqa: PLC0415 - not needed where a template is at hand

        with engine.begin() as connection:
            for statement in create_statements(self.schema, DIALECTS.get(engine.dialect.name, self._dialect)):
                connection.exec_driver_sql(statement, execution_options={"no_parameters": True})

    def _seeded(self, engine: Engine) -> None:
        from fixturegen.databases.quoting import quoted  # noqa: PLC0415 - as for loaders
        from fixturegen.seeding import seed_plan  # noqa: PLC0415 - loaders are not needed where a template is at hand

        result = seed_plan(self.plan, engine)
        for rejection in result.rejected:
            warnings.warn(f"fixturegen: a table is left empty: {rejection}", pytest.PytestWarning, stacklevel=2)
        with engine.begin() as connection:  # our own databases need no mark, and tests may compare tables with models
            connection.exec_driver_sql(f"DROP TABLE IF EXISTS {quoted(MARKER_TABLE, self._dialect)}")


def _names_models(source: str) -> bool:
    """Whether a source has the form ``module:attribute``."""
    module, colon, attribute = source.partition(":")
    names = [*module.split("."), attribute]
    return bool(colon) and all(name.isidentifier() for name in names)


def _placed(source: Any, root: Path) -> Any:
    """Return a source whose relative path leads from the configuration's directory, wherever pytest was started."""
    if not isinstance(source, str):
        return source
    if is_url(source):
        with suppress(Exception):  # what is wrong with it is said by whoever opens it
            url = make_url(source)
            name = url.database or ""
            if url.get_backend_name() == "sqlite" and name and not name.startswith((":", "file:")):
                return url.set(database=str(root / name))
        return source
    return root / source if Path(source).suffix.lower() in {".yaml", ".yml", ".sql"} else source


def _code(create: Create | None) -> str:
    """Return the text of the function that makes the tables: another one may make other tables."""
    if create is None:
        return ""
    try:
        return inspect.getsource(create)
    except (OSError, TypeError):
        return getattr(create, "__qualname__", "")


def _where(create: Create | None) -> str:
    """Return where the function that makes the tables stands."""
    code = getattr(create, "__code__", None)
    return "" if code is None else f"{code.co_filename} {code.co_qualname}"
