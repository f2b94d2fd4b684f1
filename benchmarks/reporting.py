"""Results as tables and as JSON, beside earlier ones and beside what is aimed at."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from benchmarks.measuring import Result
from benchmarks.sections import Found

FOLDER = Path("bench-results")
LIBRARIES = ("polars", "numpy", "faker", "sqlalchemy", "hypothesis", "factory_boy", "psycopg", "pymysql")
HEAD = (
    "| What | Seconds | A second | Beside its rival | MB | Aims | Met | Beside the commit before |\n"
    "|---|--:|--:|--:|--:|---|---|--:|"
)


def commit() -> str:
    """Return the short name of the commit that is checked out, and that it is changed where files differ from it."""
    name = _git("rev-parse", "--short", "HEAD") or "no-commit"
    return f"{name}-changed" if _git("status", "--porcelain", "--untracked-files=no") else name


def keep(found: Sequence[Found], scale: float, runs: int, name: str) -> Path:
    """Write results as JSON and as tables; return the path of the tables.

    What other sections came to at the same commit and scale stays in both.
    """
    before = earlier(scale, name)
    FOLDER.mkdir(exist_ok=True)
    stem = FOLDER / f"{name}-scale-{scale:g}"
    path = Path(f"{stem}.json")
    sections = {**_held(path), **{each.section: as_json(each) for each in found}}
    document = {
        "commit": name,
        "scale": scale,
        "runs": runs,
        "python": platform.python_version(),
        "machine": platform.machine(),
        "processors": os.cpu_count(),
        "versions": dict(_versions()),
        "sections": sections,
    }
    path.write_text(json.dumps(document, indent=2) + "\n")
    table = Path(f"{stem}.md")
    table.write_text("\n".join(_sections(sections, before)))
    return table


def earlier(scale: float, name: str) -> Mapping[str, float]:
    """Return the speeds that the newest earlier commit had at the same scale, by name; empty where none was measured."""
    for commit_ in _git("log", "--format=%h", "-n", "200").split():
        path = FOLDER / f"{commit_}-scale-{scale:g}.json"
        if commit_ != name and path.is_file():
            return {result.name: result.speed for held in _held(path).values() for result in _results(held)}
    return {}


def shown(results: Sequence[Result], before: Mapping[str, float]) -> str:
    """Return results as a table: speeds, how they compare with rivals, aims, and the results before."""
    named = {result.name: result for result in results}
    return "\n".join([HEAD, *(_line(result, named.get(result.rival), before) for result in results)])


def _line(result: Result, rival: Result | None, before: Mapping[str, float]) -> str:
    beside = f"{result.speed / rival.speed:.2f} x" if rival else ""
    past = f"{result.speed / before[result.name]:.2f} x" if result.name in before else ""
    speed = f"{result.speed:,.0f} {result.unit}" if result.speed >= 100 else f"{result.speed:.3g} {result.unit}"
    memory = "" if result.memory is None else f"{result.memory:,.0f}"
    words = {True: "yes", False: "no", None: "not measured"}
    aims = "; ".join(aim.told() for aim in result.aims)
    met = "; ".join(words[aim.met(result, rival)] for aim in result.aims)
    return f"| {result.name} | {result.seconds:.4g} | {speed} | {beside} | {memory} | {aims} | {met} | {past} |"


def _sections(sections: Mapping[str, Mapping[str, object]], before: Mapping[str, float]) -> Iterable[str]:
    for name, held in sections.items():
        yield f"## {name}\n"
        results = _results(held)
        if results:
            yield shown(results, before) + "\n"
        for missing in held["missing"]:  # type: ignore[attr-defined] # as written
            yield f"Not measured: {missing['name']}: {missing['reason']}\n"


def as_json(found: Found) -> dict[str, object]:
    """Return a section as it is kept."""
    return {
        "results": [result.as_json() for result in found.results],
        "missing": [{"name": each.name, "reason": each.reason} for each in found.missing],
    }


def _held(path: Path) -> dict[str, dict[str, object]]:
    """Return the sections of a file; none, where it is not one of ours."""
    try:
        return json.loads(path.read_text())["sections"]  # type: ignore[no-any-return] # as written
    except (OSError, ValueError, KeyError):
        return {}


def _results(held: Mapping[str, object]) -> list[Result]:
    return [Result.from_json(each) for each in held["results"]]  # type: ignore[attr-defined] # as written


def _versions() -> Iterable[tuple[str, str]]:
    for library in LIBRARIES:
        try:
            yield library, version(library)
        except PackageNotFoundError:
            continue


def _git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], capture_output=True, text=True, check=False).stdout.strip()
