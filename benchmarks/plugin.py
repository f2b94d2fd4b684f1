"""The pytest plugin: what it costs a run that does not use it, a test that is isolated, rows that are made, an example.

``python -m benchmarks.plugin`` prints the figures of every server that answers.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks.measuring import Result
from benchmarks.servers import MARIADB, POSTGRESQL

_SCHEMA = Path(__file__).parents[1] / "schemas" / "shop.yaml"
_QUIET = ("-q", "-p", "no:randomly", "-p", "no:asyncio", "-p", "no:django", "-p", "no:anyio", "-p", "no:xdist")
_SETTINGS = "[pytest]\nfixturegen_schema = shop.yaml\nfixturegen_rows = customers=100\n"
_CONFTEST = """
import json
from statistics import median
from time import perf_counter

import pytest

TIMES = {}

@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item):
    start = perf_counter()
    result = yield
    TIMES.setdefault(item.function.__name__, []).append(perf_counter() - start)
    return result

def pytest_sessionfinish():
    with open("times.json", "w") as file:
        json.dump({name: median(times) for name, times in TIMES.items()}, file)
"""
_TESTS = """
import json
from statistics import median
from time import perf_counter

import pytest
from sqlalchemy import text


@pytest.mark.parametrize("number", range(TESTS))
def test_nothing(number):
    pass

@pytest.mark.parametrize("number", range(TESTS))
def test_isolated(number, fixturegen_connection):
    fixturegen_connection.execute(text("DELETE FROM order_items WHERE order_id = 1"))
    fixturegen_connection.commit()

def timed(action, runs=40):
    times = []
    for _ in range(runs):
        start = perf_counter()
        action()
        times.append(perf_counter() - start)
    return median(times)

def test_figures(fixturegen):
    made = {}
    seconds = {
        "make": timed(lambda: made.update(a=fixturegen.make("orders", status="shipped", customer={"country_code": "DE"}))),
        "make four": timed(lambda: made.update(c=fixturegen.make("order_items"))),
        "make many": timed(lambda: made.update(b=fixturegen.make("customers", rows=10, orders=3))),
    }
    frames = fixturegen.make("orders", rows=5, order_items=1).frames()

    def tried():
        with fixturegen.example(frames) as connection:
            connection.execute(text("SELECT count(*) FROM orders")).scalar()

    tried()
    seconds["example"] = timed(tried)
    rows = {name: sum(len(each) for each in held.rows.values()) for name, held in made.items()}
    with open("figures.json", "w") as file:
        json.dump({"seconds": seconds, "rows": rows | {"example": sum(frame.height for frame in frames.values())}}, file)
"""


def figures(url: str, tests: int = 200) -> Mapping[str, float]:
    """Return seconds: of an empty and an isolated test, of made rows, of an example, and of a first and a second run.

    Args:
        url: The configured database.
        tests: Tests of each kind, of whose times the median counts.
    """
    with TemporaryDirectory() as folder:
        place = Path(folder)
        (place / "pytest.ini").write_text(_SETTINGS)
        (place / "shop.yaml").write_text(_SCHEMA.read_text())
        (place / "conftest.py").write_text(_CONFTEST)
        (place / "test_it.py").write_text(_TESTS.replace("TESTS", str(tests)))
        option = f"--fixturegen-database={url}"
        _run(place, option, "test_it.py")
        times = json.loads((place / "times.json").read_text())
        found = json.loads((place / "figures.json").read_text())["seconds"]
        runs = []
        (place / "test_it.py").write_text("def test_it(fixturegen_connection):\n    pass\n")
        for _ in range(3):
            _run(place, option, "--fixturegen-reuse", "test_it.py")
            runs.append(json.loads((place / "times.json").read_text())["test_it"])
    isolated = times["test_isolated"] - times["test_nothing"]
    return {"isolated": isolated, **found, "first run": runs[0], "second run": median(runs[1:])}


def beside_nothing(runs: int = 7) -> tuple[float, float]:
    """Return the processor's seconds of a pytest run that does not use the plugin: without it, and with it."""
    with TemporaryDirectory() as folder:
        place = Path(folder)
        (place / "test_it.py").write_text("def test_it():\n    pass\n")
        without = [_processor(place, "-p", "no:fixturegen") for _ in range(runs)]
        beside = [_processor(place) for _ in range(runs)]
    return median(without), median(beside)


def results() -> Iterator[Result]:
    """Yield what was measured on every server that answers."""
    for name, url in (("SQLite", "sqlite://"), ("PostgreSQL", POSTGRESQL), ("MariaDB", MARIADB)):
        try:
            found = figures(url)
        except subprocess.CalledProcessError:
            continue
        yield Result(f"{name}: isolation of a test", found["isolated"], 1, "tests")
        yield Result(f"{name}: make an order of a customer", found["make"], 1, "calls")
        yield Result(f"{name}: make an item with all it needs (4 rows)", found["make four"], 1, "calls")
        yield Result(f"{name}: make 10 customers with 3 orders each", found["make many"], 1, "calls")
        yield Result(f"{name}: an example of about 15 rows", found["example"], 1, "examples")
        yield Result(f"{name}: first use in a first run", found["first run"], 1, "runs")
        yield Result(f"{name}: first use in a second run", found["second run"], 1, "runs")


def _run(place: Path, *arguments: str) -> None:
    command = [sys.executable, "-m", "pytest", *_QUIET, *arguments]
    subprocess.run(command, cwd=place, check=True, capture_output=True, timeout=600)


def _processor(place: Path, *arguments: str) -> float:
    before = os.times()
    _run(place, *arguments)
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


if __name__ == "__main__":
    without, beside = beside_nothing()
    print(f"a run that does not use it: {(beside - without) * 1000:.1f} ms of {without * 1000:.0f} ms")
    for result in results():
        print(f"{result.name}: {result.seconds * 1000:.2f} ms, {result.speed:,.0f} {result.unit} a second")
