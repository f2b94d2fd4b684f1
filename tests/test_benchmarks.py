"""The benchmarks run, measure everything they compare, say what is aimed at, and print what they found."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import nullcontext
from importlib import import_module
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]


def measured_sections(*only: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks", "--scale", "0.01", "--runs", "1", "--raw", "--only", ",".join(only)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=300)
    return json.loads(run.stdout)  # type: ignore[no-any-return] # an object, or the tests fail


@pytest.fixture
def measuring(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(ROOT))
    return import_module("benchmarks.measuring")


@pytest.fixture
def reporting(measuring: ModuleType) -> ModuleType:
    return import_module("benchmarks.reporting")


@pytest.fixture
def sections(measuring: ModuleType) -> ModuleType:
    return import_module("benchmarks.sections")


# What runs


def named(found: dict[str, Any]) -> dict[str, Any]:
    results = [result for section in found.values() for result in section["results"]]
    names = {result["name"]: result for result in results}
    assert len(names) == len(results), "two results have one name"
    return names


def test_each_format_is_measured_beside_its_pure_write() -> None:
    found = measured_sections("formats")
    results = named(found)
    assert {"generate", "export to Parquet", "export to CSV", "export to NDJSON", "export to IPC"} <= set(results)
    assert all(result["seconds"] > 0 and result["count"] > 0 for result in results.values())
    assert {result["rival"] for result in results.values()} - {""} <= set(results)
    assert {aim["kind"] for aim in results["export to Parquet"]["aims"]} == {"beside its rival", "a second"}


@pytest.mark.slow
def test_sections_without_servers_measure_and_name_rivals_that_exist() -> None:
    found = measured_sections("generators", "growth", "start", "make", "strategies")
    assert [section["missing"] for section in found.values()] == [[]] * 5
    results = named(found)
    assert {result["rival"] for result in results.values()} - {""} <= set(results)
    grown = [result for name, result in results.items() if name.startswith("process: export")]
    assert [result["memory"] > 50 for result in grown] == [True] * 4


@pytest.mark.slow
def test_rows_alone_and_workers_are_measured() -> None:
    found = measured_sections("access", "workers")
    assert [section["missing"] for section in found.values()] == [[], []]
    results = named(found)
    assert {result["rival"] for result in results.values()} - {""} <= set(results)
    assert {aim["kind"] for aim in results["a row of orders alone"]["aims"]} == {"seconds"}
    assert results["the command exports the shop to csv, 2 workers"]["aims"]


@pytest.mark.slow
@pytest.mark.postgresql
@pytest.mark.mariadb
def test_every_database_is_loaded(postgresql_url: str, mariadb_url: str) -> None:
    found = measured_sections("databases", "wide")
    results = named(found)
    loads = {"load into SQLite, all constraints", "load into PostgreSQL, --create", "load into MariaDB, --create"}
    assert loads <= set(results)
    assert {result["rival"] for result in results.values()} - {""} <= set(results)
    assert [section["missing"] for section in found.values()] == [[], []]


def test_a_section_that_does_not_exist_is_refused_with_those_that_do() -> None:
    command = [sys.executable, "-m", "benchmarks", "--only", "formats,formast"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert run.returncode == 2
    assert "no section is formast; there are formats, databases" in " ".join(run.stderr.split())
    assert "Traceback" not in run.stderr


@pytest.mark.parametrize("wrong", ["0", "-1", "nan", "inf", "much"])
def test_a_scale_that_is_no_size_is_refused(measuring: ModuleType, wrong: str) -> None:
    read = import_module("benchmarks.__main__")._positive(float)
    with pytest.raises(Exception, match="not a number above 0"):
        read(wrong)


def test_a_section_that_fails_keeps_what_it_had_and_leaves_the_others(
    measuring: ModuleType, sections: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(_bench: object) -> Any:
        yield measuring.Result("done before", 1.0, 1, "rows")
        raise ValueError("no such thing\nand more")

    def sound(_bench: object) -> Any:
        yield measuring.Result("done after", 1.0, 1, "rows")

    module = SimpleNamespace(failing=failing, sound=sound)
    monkeypatch.setitem(sys.modules, "benchmarks.tried", module)
    monkeypatch.setattr(
        sections,
        "SECTIONS",
        {name: ("benchmarks.tried", name) for name in ("failing", "sound")} | {"gone": ("no_such_module", "x")},
    )
    lines: list[str] = []
    first, second, third = sections.run(["failing", "gone", "sound"], 0.01, 1, lines.append)
    assert [result.name for result in first.results] == ["done before"]
    assert first.missing[0].reason.startswith("ValueError: no such thing (test_benchmarks.py:")
    assert "no_such_module" in second.missing[0].reason
    assert ([result.name for result in third.results], third.missing) == (["done after"], ())
    assert lines[1].startswith("failing: failing: not measured: ValueError")


# What is aimed at


@pytest.mark.parametrize(
    ("kind", "bound", "met"),
    [
        ("a second", 50, True),
        ("a second", 50.1, False),
        ("seconds", 2, True),
        ("seconds", 1.9, False),
        ("in number", 100, True),
        ("in number", 99, False),
        ("MB", 600, True),
        ("MB", 599, False),
        ("beside its rival", 5, True),
        ("beside its rival", 5.1, False),
    ],
)
def test_bounds_themselves_are_good_enough(measuring: ModuleType, kind: str, bound: float, met: bool) -> None:
    ours = measuring.Result("ours", 2.0, 100, "rows", "theirs", (), 600)
    theirs = measuring.Result("theirs", 1.0, 10, "rows")
    assert measuring.Aim(kind, bound).met(ours, theirs) is met


def test_what_was_not_measured_is_neither_met_nor_missed(measuring: ModuleType) -> None:
    ours = measuring.Result("ours", 2.0, 100, "rows", "theirs")
    assert measuring.Aim("beside its rival", 5).met(ours, None) is None
    assert measuring.Aim("MB", 5).met(ours, None) is None


# How it is told


def test_the_table_compares_speeds(measuring: ModuleType, reporting: ModuleType) -> None:
    aims = (measuring.Aim("beside its rival", 2), measuring.Aim("MB", 10))
    ours = measuring.Result("ours", 0.5, 1000, "rows", "theirs", aims, 12.0)
    theirs = measuring.Result("theirs", 8.0, 500, "rows")
    lines = reporting.shown([ours, theirs], {"ours": 1000.0}).splitlines()
    assert lines[2] == "| ours | 0.5 | 2,000 rows | 32.00 x | 12 | >= 2 x; <= 10 MB | yes; no | 2.00 x |"
    assert lines[3] == "| theirs | 8 | 62.5 rows |  |  |  |  |  |"
    alone = reporting.shown([ours], {}).splitlines()
    assert "not measured; no" in alone[2], "a rival that is missing"


def test_results_survive_json(measuring: ModuleType) -> None:
    result = measuring.Result("ours", 0.5, 1000, "rows", "theirs", (measuring.Aim("MB", 10),), 12.0)
    assert measuring.Result.from_json(json.loads(json.dumps(result.as_json()))) == result


def test_sections_measured_one_after_the_other_are_kept_together(
    measuring: ModuleType, sections: ModuleType, reporting: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reporting, "FOLDER", tmp_path)
    one = sections.Found("one", (measuring.Result("first", 1.0, 1, "rows"),), ())
    two = sections.Found("two", (), (measuring.Missing("second", "no server"),))
    again = sections.Found("one", (measuring.Result("first", 2.0, 1, "rows"),), ())
    for found in (one, two, again):
        table = reporting.keep([found], 1, 5, "abc")
    held = json.loads((tmp_path / "abc-scale-1.json").read_text())
    assert list(held["sections"]) == ["one", "two"]
    assert held["sections"]["one"]["results"][0]["seconds"] == 2.0
    assert "Not measured: second: no server" in table.read_text()


def test_a_comparison_tells_medians_of_the_turns_of_both(
    measuring: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    comparing = import_module("benchmarks.comparing")
    asked: list[Path] = []

    def raw(tree: Path, names: list[str], scale: float) -> dict[str, Any]:
        asked.append(tree)
        turn = (len(asked) - 1) // 2
        seconds = [1.0, 9.0, 2.0][turn] if tree == tmp_path else [0.5, 4.0, 1.0][turn]
        found = [measuring.Result("ours", seconds, 100, "rows")]
        new = measuring.Result("new", 1.0, 1, "rows")
        return {each.name: each for each in (found if tree == tmp_path else [*found, new])}

    monkeypatch.setattr(comparing, "_raw", raw)
    monkeypatch.setattr(comparing, "_checked_out", lambda _: nullcontext(tmp_path))
    lines = comparing.compare(["start"], 1, "HEAD~1").splitlines()
    assert asked == [tmp_path, Path.cwd()] * comparing.TURNS
    assert lines[2] == "| ours | 1 | 100 rows |  |  |  |  | 2.00 x |"
    assert lines[3].endswith("|  |"), "what the commit did not have is beside nothing"


def test_a_commit_is_measured_by_the_benchmarks_of_this_tree(
    measuring: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    comparing = import_module("benchmarks.comparing")
    with comparing._checked_out("HEAD") as tree:
        assert (tree / "fixturegen" / "verbs.py").is_file()
        assert (tree / "benchmarks" / "comparing.py").samefile(ROOT / "benchmarks" / "comparing.py")
    assert not tree.exists()


# Generators


def measured_generators(*arguments: str) -> list[dict[str, object]]:
    command = [sys.executable, "-m", "benchmarks.generators", "--json", "--runs", "1", *arguments]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=300)
    return json.loads(run.stdout)  # type: ignore[no-any-return] # a list, or the tests fail


def test_generators_are_measured_beside_what_is_aimed_at() -> None:
    integers, dates = measured_generators("--rows", "50", "integers", "dates")
    assert (integers["name"], integers["mark"]) == ("integers", None)
    assert (dates["name"], dates["mark"]) == ("dates", 100e6)
    assert dates["values"] == pytest.approx(1e9 / float(str(dates["nanoseconds"])))


@pytest.mark.slow
def test_all_generators_can_be_measured() -> None:
    found = measured_generators("--rows", "20")
    assert len(found) > 20
    assert sum(figure["mark"] is not None for figure in found) == 7
