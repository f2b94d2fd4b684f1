"""What the command takes to start: beside Python alone, and beside a typer application that does nothing."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib.resources import as_file, files

from benchmarks.measuring import Aim, Result, once
from benchmarks.shop import Bench

BARE = '''
import typer

app = typer.Typer()


@app.command()
def one(source: str, rows: int = 1) -> None:
    """Do one thing."""


@app.command()
def other(source: str, quiet: bool = False) -> None:
    """Do another thing."""


app()
'''


def results(bench: Bench) -> Iterator[Result]:
    """Yield Python, the bare application, ``--help`` and a preview; by turns, so that they share what the machine does."""
    bare = bench.folder / "bare.py"
    bare.write_text(BARE)
    with as_file(files("fixturegen.schemas") / "shop.yaml") as shop:
        turns = {
            "Python alone, to start": (sys.executable, "-c", ""),
            "a bare typer application, --help": (sys.executable, str(bare), "--help"),
            "fixturegen --help": (sys.executable, "-m", "fixturegen", "--help"),
            "fixturegen preview of the shop": (sys.executable, "-m", "fixturegen", "preview", str(shop)),
        }
        times = by_turns({name: _running(command) for name, command in turns.items()}, bench.runs)
    aims = {
        "fixturegen --help": (Aim("beside its rival", 1 / 1.5),),
        "fixturegen preview of the shop": (Aim("seconds", 2),),
    }
    for name, seconds in times.items():
        rival = "a bare typer application, --help" if name == "fixturegen --help" else ""
        yield Result(name, seconds, 1, "starts", rival, aims.get(name, ()))


def by_turns(actions: dict[str, Callable[[], object]], runs: int) -> dict[str, float]:
    """Return the median seconds of each, all run in turns; a first turn does not count."""
    times: dict[str, list[float]] = {name: [] for name in actions}
    for turn in range(runs + 1):
        for name, action in actions.items():
            seconds = once(action)
            if turn:
                times[name].append(seconds)
    return {name: sorted(held)[len(held) // 2] for name, held in times.items()}


def _running(command: tuple[str, ...]) -> Callable[[], object]:
    return lambda: subprocess.run(command, check=True, capture_output=True, timeout=600)
