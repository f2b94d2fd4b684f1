"""Entry point of the plugin: options, markers and hooks. Whatever is heavy is imported when a fixture runs."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

import pytest

from pytest_fixturegen.fixtures import (
    fixturegen,
    fixturegen_async_connection,
    fixturegen_async_session,
    fixturegen_connection,
    fixturegen_create,
    fixturegen_dataset,
    fixturegen_django,
    fixturegen_engine,
    fixturegen_session,
    the_run,
)
from pytest_fixturegen.settings import drawn_seed, said

if TYPE_CHECKING:
    from pytest_fixturegen.running import Run

__all__ = [
    "fixturegen",
    "fixturegen_async_connection",
    "fixturegen_async_session",
    "fixturegen_connection",
    "fixturegen_create",
    "fixturegen_dataset",
    "fixturegen_django",
    "fixturegen_engine",
    "fixturegen_session",
]

ITEM = pytest.StashKey[pytest.Item]()
SAID = pytest.StashKey[str]()
RUN: pytest.StashKey[Run] = pytest.StashKey()
_INI: tuple[tuple[str, Any, Any, str], ...] = (
    (
        "fixturegen_schema",
        "string",
        "",
        "schema of the test data: a YAML or .sql file, a database URL, or module:attribute",
    ),
    ("fixturegen_database", "string", "", "database to make test databases beside (default: a private SQLite)"),
    ("fixturegen_rows", "args", [], "rows of every table without a count of its own, or TABLE=N for some"),
    ("fixturegen_seed", "int", 0, "seed of the test data"),
    ("fixturegen_allow", "args", [], "hosts and databases that may be used although they do not look like development"),
    ("fixturegen_table_fixtures", "bool", False, "register one fixture per table, with its frame"),
)
_MARKERS = (
    "fixturegen(rows=None, seed=None, schema=None, isolation='rollback' or 'clone'): what serves this test",
    "fixturegen_negatives(table=None): one test for each way to break a constraint of the table, as argument `negative`",
    "fixturegen_hostile(table): one test for each row of hostile but valid values, as argument `hostile`",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Register options and settings."""
    for name, kind, default, text in _INI:
        parser.addini(name, text, type=kind, default=default)
    group = parser.getgroup("fixturegen", "test data by fixturegen")
    group.addoption(
        "--fixturegen-seed", metavar="N|random", help="seed of the test data; `random` draws and prints one"
    )
    group.addoption("--fixturegen-database", metavar="URL", help="database to make test databases beside")
    group.addoption("--fixturegen-reuse", action="store_true", help="keep what is built for later runs")


def pytest_configure(config: pytest.Config) -> None:
    """Register the markers, and draw the seed before workers are told of it."""
    for line in _MARKERS:
        config.addinivalue_line("markers", line)
    given = config.option.fixturegen_seed
    if given == "random":
        config.option.fixturegen_seed_drawn = True
    config.option.fixturegen_seed = drawn_seed(given)


def pytest_report_header(config: pytest.Config) -> list[str]:
    """Say which seed was drawn."""
    if not getattr(config.option, "fixturegen_seed_drawn", False):
        return []
    return [f"fixturegen: drew --fixturegen-seed={config.option.fixturegen_seed}"]


@pytest.hookimpl(tryfirst=True)
def pytest_collectstart(collector: pytest.Collector) -> None:
    """Register a fixture for each table, where asked for: before any module is looked at."""
    if isinstance(collector, pytest.Session) and said(collector.config, "fixturegen_table_fixtures"):
        from pytest_fixturegen.tables import register  # noqa: PLC0415 - heavy, and only where asked for

        register(collector)


def pytest_report_collectionfinish(config: pytest.Config) -> list[str]:
    """Say why tables have no fixtures, where that is so."""
    said = config.stash.get(SAID, None)
    return [] if said is None else [said]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Make a test of each record that a marker asks for."""
    markers = [each for each in metafunc.definition.iter_markers() if each.name in _CASES]
    if markers:
        from pytest_fixturegen.cases import parametrize  # noqa: PLC0415 - heavy, and only where asked for

        for marker in markers:
            parametrize(metafunc, marker)


_CASES = frozenset({"fixturegen_negatives", "fixturegen_hostile"})


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Note which test is running."""
    item.config.stash[ITEM] = item


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(
    fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest
) -> Generator[None, object, object]:
    """Isolate the engine that a user's own fixture gives, even if no other fixture of ours is used beside it."""
    __tracebackhide__ = True  # every fixture passes here, and an error in one of them is none of ours
    value = yield
    if fixturedef.argname == "fixturegen_engine":
        run = the_run(request.config)
        run.take(value)
        if fixturedef.scope != "function":
            # Finalizers run last in, first out: the last test is undone before the user's fixture closes or drops its database.
            fixturedef.addfinalizer(lambda: run.databases.give_back(value))
    return value


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> None:
    """Build what examples need before Hypothesis looks at the clock: its first example would pass its deadline."""
    if "fixturegen" in pyfuncitem.fixturenames and getattr(pyfuncitem.obj, "is_hypothesis_test", False):
        run = pyfuncitem.config.stash.get(RUN, None)
        if run is not None:
            run.warm()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, object, object]:
    """Undo what the test did, once all of its fixtures are gone."""
    try:
        return (yield)
    finally:
        run = item.config.stash.get(RUN, None)
        if run is not None:
            run.finish(item)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Say in a failure's report how to see the same rows again."""
    report = yield
    run = item.config.stash.get(RUN, None)
    if run is not None and call.excinfo is not None:
        run.reported(item, report)
    return report


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Drop what was made."""
    config = session.config
    run = config.stash.get(RUN, None)
    left = run.databases.close() if run is not None else ()
    output = getattr(config, "workeroutput", None)
    if output is not None:
        output["fixturegen_templates"] = list(left)
        return
    left = (*left, *config.stash.get(_LEFT, ()))
    if left:
        from pytest_fixturegen.whereabouts import sweep  # noqa: PLC0415 - loaded already by whoever made them, or in a worker

        sweep(config, left)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Note which templates a worker of pytest-xdist leaves to the last one."""
    output = getattr(node, "workeroutput", None) or {}
    config = node.config
    config.stash[_LEFT] = tuple(dict.fromkeys((*config.stash.get(_LEFT, ()), *output.get("fixturegen_templates", ()))))


_LEFT = pytest.StashKey[tuple[str, ...]]()
