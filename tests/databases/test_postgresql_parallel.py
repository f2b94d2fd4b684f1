"""Loads by several connections: the same database as by one, all of it or nothing."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import psycopg
import pytest
from loads import POSTGRESQL, TEXT, Server, by_insert, column, reference, table
from servers import own_database
from sqlalchemy import create_engine, event

import fixturegen as fg
from fixturegen.cli import run
from fixturegen.databases.base import AloneError
from fixturegen.databases.postgresql_parallel import obstacle
from fixturegen.errors import RefusedError
from fixturegen.loading import LoadResult, seed_frames
from fixturegen.schema import Exclusion, Schema, Table, Type, Unique

pytestmark = pytest.mark.postgresql

SHOP = Path(__file__).parents[2] / "schemas" / "shop.yaml"
FAMILY = POSTGRESQL.tables
ROW_COUNTS = "SELECT count(*) FROM children"

CATALOGUE = (
    (
        "SELECT conrelid::regclass::text, conname, contype, convalidated, pg_get_constraintdef(oid) FROM pg_constraint "
        "WHERE conrelid <> 0 AND connamespace = 'public'::regnamespace ORDER BY 1, 2"
    ),
    "SELECT schemaname, tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1, 2, 3",
    (
        "SELECT table_schema, table_name, column_name, ordinal_position, data_type, udt_schema, udt_name, is_nullable, column_default, "
        "is_identity FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 2, 4"
    ),
    "SELECT schemaname, sequencename, last_value, sequenceowner FROM pg_sequences ORDER BY 1, 2",
    "SELECT typname, typnamespace::regnamespace::text FROM pg_type WHERE typtype = 'e' ORDER BY 1",
    "SELECT relname, obj_description(oid, 'pg_class') FROM pg_class WHERE relnamespace = 'public'::regnamespace ORDER BY 1",
    "SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' ORDER BY 1",
)


def seed(target: object, frames: object = None, *, workers: int = 2, **options: object) -> LoadResult:
    chosen = blocks() if frames is None else frames
    return POSTGRESQL.seed(target, FAMILY, chosen, create=True, workers=workers, **options)  # type: ignore[arg-type]  # frames


def blocks(count: int = 300, size: int = 40) -> Iterator[tuple[str, pl.DataFrame]]:
    """The family in many small blocks."""
    for name, frame in POSTGRESQL.frames(count):
        for block in frame.iter_slices(size):
            yield name, block


def content(server: Server) -> list[list[tuple[object, ...]]]:
    """All rows of all tables, and all that the catalogue says of them."""
    found = [server.rows(query) for query in CATALOGUE]
    names = server.rows(
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1"
    )
    for (name,) in names:
        quoted = psycopg.sql.Identifier(name).as_string()
        found.append(server.rows(f"SELECT t::text FROM {quoted} t ORDER BY 1"))
    return found


def untouched(server: Server) -> bool:
    """Whether there is nothing in the database, a schema of ours included."""
    spaces = (
        "SELECT count(*) FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname NOT IN ('public', 'information_schema')"
    )
    return (
        server.value(spaces),
        server.value("SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace"),
    ) == (0, 0)


@pytest.fixture
def other() -> Iterator[Server]:
    with own_database("FIXTUREGEN_TEST_POSTGRESQL") as url:
        yield Server(url)


@pytest.mark.parametrize("workers", [2, 7])
def test_several_connections_leave_what_one_leaves(server: Server, other: Server, workers: int) -> None:
    one = fg.seed(SHOP, other.url, create=True, scale=0.3)
    several = fg.seed(SHOP, server.url, create=True, scale=0.3, workers=workers)
    assert (one.alone, several.alone) == ("", "")
    assert {name: held.rows for name, held in one.tables.items()} == {
        name: held.rows for name, held in several.tables.items()
    }
    assert content(server) == content(other)
    assert fg.verify(SHOP, server.url)


def test_every_kind_of_column_and_names_that_want_quotes(
    server: Server, other: Server, every_kind: tuple[Table, pl.DataFrame]
) -> None:
    kinds, frame = every_kind
    tables = (kinds, *FAMILY)
    schema = Schema(tables={each.name: each for each in tables}, dialect="postgresql")
    for target, workers in ((other, 1), (server, 2)):
        seed_frames(
            target.url, schema, tables, [(kinds.name, frame), *blocks()], marker="0a", create=True, workers=workers
        )
    assert content(server) == content(other)
    server.rows(f"INSERT INTO {POSTGRESQL.quoted} (\"select\") VALUES ('next')")  # the sequence follows
    assert server.value(f"SELECT max(id) FROM {POSTGRESQL.quoted}") == 301


def test_the_same_again_changes_nothing(server: Server) -> None:
    fg.seed(SHOP, server.url, create=True, scale=0.1, workers=2)
    before = content(server)
    for workers in (1, 2):
        assert fg.seed(SHOP, server.url, create=True, scale=0.1, workers=workers).already
    assert content(server) == before


def test_conditions_that_only_the_database_judges(server: Server, other: Server) -> None:
    ddl = """
    CREATE TABLE a (id int PRIMARY KEY, code text NOT NULL CHECK (reverse(code) <> code AND char_length(code) < 9));
    CREATE TABLE b (id int PRIMARY KEY, a_id int NOT NULL REFERENCES a (id), x text CHECK (md5(x) < 'f'));
    """
    for target, workers in ((other, 1), (server, 3)):
        with target.connect() as connection:
            connection.execute(ddl)
        schema = fg.load(target.url.render_as_string(hide_password=False))
        target.rows("DROP TABLE b, a")
        result = fg.seed(schema, target.url, create=True, rows=3_000, workers=workers)
        assert {name: held.rows for name, held in result.tables.items()} == {"a": 3_000, "b": 3_000}
        assert result.alone == ""
    assert content(server) == content(other)


@pytest.mark.parametrize(
    ("name", "values"),
    [("children", {"parent_id": 9999}), ("children", {"id": 1}), (FAMILY[0].name, {"select": "far too long"})],
)
def test_a_row_that_is_refused_leaves_nothing(server: Server, name: str, values: dict[str, object]) -> None:
    with pytest.raises(AloneError, match="refused"):
        seed(server.url, POSTGRESQL.broken(name, 250, **values))
    assert untouched(server)


def test_one_connection_then_says_which_row_it_is(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    schema = Schema(tables={each.name: each for each in FAMILY}, dialect="postgresql")
    broken = POSTGRESQL.broken("children", 250, parent_id=9999)
    monkeypatch.setattr("fixturegen.seeding.made_frames", lambda *_, **__: iter(broken))
    with pytest.raises(
        fg.FixturegenError, match="row 250 of 'children' breaks the reference constraint parent_id_fkey"
    ):
        fg.seed(schema, server.url, create=True, workers=2)
    assert untouched(server)


def test_an_interrupt_leaves_nothing(server: Server) -> None:
    def interrupted() -> Iterator[tuple[str, pl.DataFrame]]:
        yield from [*blocks()][:9]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        seed(server.url, interrupted())
    assert untouched(server)
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("fixturegen-lane")]


@pytest.mark.parametrize("state", ["idle in transaction", "idle"])
def test_a_killed_connection_leaves_nothing(server: Server, state: str) -> None:
    def killed() -> Iterator[tuple[str, pl.DataFrame]]:
        frames = [*blocks()]
        yield from frames[:9]
        server.rows(
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND state ~ '{state}$'"
        )
        yield from frames[9:]

    with pytest.raises(RefusedError, match=r"the connection to the database was lost|ended the connection"):
        seed(server.url, killed())
    assert untouched(server)


def test_a_dry_run_leaves_nothing(server: Server) -> None:
    result = seed(server.url, dry_run=True)
    assert (result.dry_run, result.alone) == (True, "")
    assert untouched(server)


def test_of_two_runs_at_once_one_wins(server: Server, other: Server) -> None:
    meeting = threading.Barrier(2)
    results: list[object] = []

    def frames() -> Iterator[tuple[str, pl.DataFrame]]:
        meeting.wait(30)  # both have made their tables
        yield from blocks()

    def run() -> None:
        try:
            results.append(seed(server.url, frames()))
        except AloneError as error:
            results.append(error)

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(type(each).__name__ for each in results) == ["AloneError", "LoadResult"]
    seed(other.url, workers=1)
    assert content(server) == content(other)


def test_tables_that_are_there_stay_as_they_are(server: Server) -> None:
    server.rows("CREATE TABLE children (id int)")
    with pytest.raises(RefusedError, match="cannot make the tables: already there: children"):
        seed(server.url)
    assert (
        server.value("SELECT count(*) FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace") == 1
    )


@pytest.mark.parametrize("taken", ["CREATE VIEW children AS SELECT 1", "CREATE SEQUENCE children_pkey"])
def test_a_name_that_is_taken_is_left_to_one_connection(server: Server, taken: str) -> None:
    server.rows(taken)
    with pytest.raises(AloneError):
        seed(server.url)
    assert (
        server.value("SELECT count(*) FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace") == 0
    )


def test_other_schemas_that_are_searched(server: Server) -> None:
    server.rows('CREATE SCHEMA "My own"', f'ALTER DATABASE {server.url.database} SET search_path = "My own", public')
    assert seed(server.url).alone == ""
    assert server.value('SELECT count(*) FROM "My own".children') == 300


def test_engines_with_settings_and_small_pools(server: Server) -> None:
    engine = create_engine(
        server.url, pool_size=1, max_overflow=0, pool_timeout=1, connect_args={"options": "-c search_path=mine"}
    )
    server.rows("CREATE SCHEMA mine")
    assert seed(engine).alone == ""
    assert server.value("SELECT count(*) FROM mine.children") == 300
    assert engine.pool.checkedout() == 0  # type: ignore[attr-defined]  # of a QueuePool
    engine.dispose()


@pytest.mark.slow
def test_impatient_servers_are_told_to_wait(server: Server) -> None:
    """The load's transaction is idle while others copy, and they are while rows are made."""

    def slow() -> Iterator[tuple[str, pl.DataFrame]]:
        for at, block in enumerate(blocks()):
            if at == 9:
                threading.Event().wait(5)
            yield block

    for (name,) in server.rows("SELECT name FROM pg_settings WHERE name ~ '^idle.*timeout$'"):
        server.rows(f"ALTER DATABASE {server.url.database} SET {name} = 3000")
    assert seed(server.url, slow()).alone == ""
    assert server.value(ROW_COUNTS) == 300


def test_privileges_that_a_schema_gives_are_given(server: Server) -> None:
    server.rows("ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO PUBLIC")
    assert "privileges" in seed(server.url).alone
    assert server.value("SELECT has_table_privilege('public', 'children', 'SELECT')") is True


def test_the_command_says_why_one_connection_loads(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    url = server.url.render_as_string(hide_password=False)
    create = ["seed", url, "--schema", str(SHOP), "--scale", "0.1", "--workers", "2"]
    assert run([*create, "--create"]) == 0
    assert "one connection" not in capsys.readouterr().err
    assert run([*create, "--existing", "replace", "--seed", "5"]) == 0
    assert "loaded by one connection: only tables that --create makes" in capsys.readouterr().err


def test_who_may_not_make_schemas_loads_by_one(server: Server) -> None:
    role = f"{server.url.database}_role"
    server.rows(f"CREATE ROLE {role}", f"GRANT ALL ON SCHEMA public TO {role}")
    engine = create_engine(server.url, connect_args={"options": f"-c role={role}"})
    try:
        assert seed(engine).alone == "the role may not create schemas in the database"
        assert server.value(ROW_COUNTS) == 300
    finally:
        engine.dispose()
        server.rows(f"DROP OWNED BY {role}", f"DROP ROLE {role}")


def test_a_strict_isolation_loads_by_one(server: Server) -> None:
    engine = create_engine(server.url, isolation_level="SERIALIZABLE")
    assert "isolation" in seed(engine).alone
    engine.dispose()
    assert server.value(ROW_COUNTS) == 300


def test_a_users_transaction_is_joined_by_one(server: Server) -> None:
    with by_insert(server.url).begin() as connection:
        assert seed(connection).alone == "the connection that was given loads, in its own transaction"
        assert untouched(server)
    assert server.value(ROW_COUNTS) == 300


def test_tables_that_are_not_made_are_filled_by_one(made: Server) -> None:
    result = POSTGRESQL.seed(made.url, FAMILY, blocks(), workers=2)
    assert "--create" in result.alone
    assert made.value(ROW_COUNTS) == 300


def test_more_connections_than_the_server_takes(server: Server) -> None:
    engine = create_engine(server.url)
    asked = iter(range(3))

    @event.listens_for(engine, "do_connect")
    def _(*_: object) -> None:
        if next(asked, None) is None:
            message = "FATAL: sorry, too many clients already"
            raise psycopg.OperationalError(message)

    with pytest.raises(RefusedError, match="cannot be reached: FATAL: sorry, too many clients already"):
        seed(engine, workers=9)
    engine.dispose()
    assert untouched(server)


def test_what_no_single_schema_can_hold() -> None:
    plain = table("plain", column("id"))
    spaced = table("audit.log", column("id"))
    mood = table("moods", column("id"), column("mood", Type(kind="enum", labels=("a",), name="audit.mood")))
    apart = table(
        "spans", column("id"), exclusions=(Exclusion(expressions=("id",), operators=("=",), columns=("id",)),)
    )
    assert obstacle(Schema(tables={"plain": plain})) == ""
    for each in (spaced, mood, apart):
        assert obstacle(Schema(tables={each.name: each}))


def test_references_in_circles_and_uniques_over_expressions(server: Server, other: Server) -> None:
    a = table("a", column("id"), column("b_id"), references=(reference("b_id", "b"),))
    low = Unique(columns=(), expressions=("lower(word)",), name="low", dialect="postgresql")
    b = table(
        "b", column("id"), column("a_id"), column("word", TEXT), references=(reference("a_id", "a"),), uniques=(low,)
    )
    ids = range(500)
    frames = [
        ("a", pl.DataFrame({"id": ids, "b_id": ids})),
        ("b", pl.DataFrame({"id": ids, "a_id": ids, "word": [f"w{i}" for i in ids]})),
    ]
    for target, workers in ((other, 1), (server, 4)):
        POSTGRESQL.seed(target.url, (a, b), frames, create=True, workers=workers)
    assert content(server) == content(other)
