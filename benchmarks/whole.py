"""``python -m benchmarks.whole``: one process that exports the shop, or makes all of it and writes it; for growth.

The last line of its output is JSON: the peak memory in MB, and the seconds that the write of finished frames took.
"""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path
from time import perf_counter


def main() -> None:
    """Do what the arguments say: ``export`` or ``write``, the path of the schema, a folder, a scale."""
    what, schema, folder, scale = sys.argv[1:]
    sys.dont_write_bytecode = False  # a first run compiles what an installation would have
    seconds = _exported(schema, folder, scale) if what == "export" else _written(schema, folder, float(scale))
    print(json.dumps({"memory": _peak(), "seconds": seconds}))


def _exported(schema: str, folder: str, scale: str) -> float:
    from fixturegen.cli import main as command  # noqa: PLC0415 - what is imported is measured

    start = perf_counter()
    sys.argv = ["fixturegen", "export", schema, folder, "--scale", scale, "--quiet"]
    try:
        command()
    except SystemExit as done:
        if done.code:
            raise
    return perf_counter() - start


def _written(schema: str, folder: str, scale: float) -> float:
    """Make all rows, then write them, of which the seconds count."""
    import fixturegen as fg  # noqa: PLC0415 - the same

    frames = fg.generate(schema, scale=scale)
    start = perf_counter()
    for name, frame in frames.items():
        frame.write_parquet(Path(folder) / f"{name}.parquet")
    return perf_counter() - start


def _peak() -> float:
    """Return the peak memory of this process in MB; that of Linux is not the one of the process that started it."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) * 1024 / 1e6
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / 1e6 if sys.platform == "darwin" else most * 1024 / 1e6


if __name__ == "__main__":
    main()
