"""Results as a table and as JSON, beside earlier ones."""

from __future__ import annotations

import json
import platform
import subprocess
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path

from benchmarks.measuring import Result

FOLDER = Path("bench-results")
LIBRARIES = ("polars", "numpy", "faker", "sqlalchemy")


def commit() -> str:
    """Return the short name of the commit that is checked out, and that it is changed where files differ from it."""
    name = _git("rev-parse", "--short", "HEAD")
    return f"{name}-changed" if _git("status", "--porcelain", "--untracked-files=no") else name


def keep(results: Sequence[Result], scale: float, name: str) -> Path:
    """Write results as JSON and as a table; return the path of the table."""
    before = earlier(scale, name)
    FOLDER.mkdir(exist_ok=True)
    stem = FOLDER / f"{name}-scale-{scale:g}"
    document = {
        "commit": name,
        "scale": scale,
        "python": platform.python_version(),
        "machine": platform.machine(),
        "versions": {library: version(library) for library in LIBRARIES},
        "results": [result.as_json() for result in results],
    }
    Path(f"{stem}.json").write_text(json.dumps(document, indent=2) + "\n")
    table = Path(f"{stem}.md")
    table.write_text(shown(results, before) + "\n")
    return table


def earlier(scale: float, name: str) -> Mapping[str, float]:
    """Return the speeds that the newest earlier commit had at the same scale, by name; empty where none was measured."""
    for commit_ in _git("log", "--format=%h", "-n", "200").split():
        path = FOLDER / f"{commit_}-scale-{scale:g}.json"
        if commit_ != name and path.is_file():
            held = json.loads(path.read_text())["results"]
            return {each["name"]: each["speed"] for each in held}
    return {}


def shown(results: Sequence[Result], before: Mapping[str, float]) -> str:
    """Return the results as a table: speeds, how they compare with their rivals, and with the results before."""
    speeds = {result.name: result.speed for result in results}
    head = "| What | Seconds | A second | Beside its rival | Beside the commit before |\n|---|--:|--:|--:|--:|"
    return "\n".join([head, *(_line(result, speeds, before) for result in results)])


def _line(result: Result, speeds: Mapping[str, float], before: Mapping[str, float]) -> str:
    rival = f"{result.speed / speeds[result.rival]:.2f} x" if result.rival else ""
    past = f"{result.speed / before[result.name]:.2f} x" if result.name in before else ""
    speed = f"{result.speed:,.0f} {result.unit}"
    return f"| {result.name} | {result.seconds:.3f} | {speed} | {rival} | {past} |"


def _git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], capture_output=True, text=True, check=False).stdout.strip()
