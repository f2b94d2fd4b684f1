"""How many values a second each generator makes, on one core: draws and build of a single column by the bulk fill.

``python -m benchmarks.generators`` prints a table; with ``--json`` the figures as data. Time is that of the processor, of all
threads of the process together, so that a value counts what it costs and not who else is at work.
"""

from __future__ import annotations

import argparse
import gc
import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from time import process_time

import numpy as np

import fixturegen as fg
from fixturegen import memory
from fixturegen.fills.bulk import Bulk
from fixturegen.fills.engine import Engine
from fixturegen.sources.yaml_file import parse_schema

ROWS = 131_072
RUNS = 7
COLUMNS = {
    "integers": "{type: integer, min: 0, max: 1000000}",
    "integers, wide": "{type: bigint, min: 0, max: 1000000000000000}",
    "permutation (unique)": "{type: integer, unique: true, min: 1, max: 100000000}",
    "sequence": "{type: integer, primary_key: true}",
    "decimals": '{type: "decimal(10,2)", min: 1, max: 999}',
    "decimals, lognormal": '{type: "decimal(10,2)", min: 1, max: 999, distribution: {lognormal: {median: 20, sigma: 1}}}',
    "floats": "{type: double, min: 0, max: 1}",
    "dates": "{type: date, min: 2020-01-01, max: as_of}",
    "datetimes": "{type: datetime, min: 2020-01-01, max: as_of}",
    "booleans": "{type: boolean}",
    "choices, alike": "{choices: [new, paid, shipped]}",
    "choices, weighted": "{choices: {new: 5, paid: 3, shipped: 1}}",
    "enum, weighted": '{type: "enum(new, paid, shipped)", choices: {new: 5, paid: 3, shipped: 1}}',
    "integers, a tenth NULL": "{type: integer, min: 0, max: 1000000, nulls: 0.1}",
    "uuids": "{type: uuid}",
    "regex [A-Z]{3}-\\d{4}": '{type: text, regex: "[A-Z]{3}-[0-9]{4}"}',
    "words": "{type: text, faker: word}",
    "first names": "{type: text, faker: first_name}",
    "names": "{type: text, faker: name}",
    "e-mails": "{type: text, faker: email}",
    "e-mails (unique)": "{type: text, faker: email, unique: true}",
    "telephone numbers": "{type: text, faker: phone_number}",
    "streets": "{type: text, faker: street_address}",
    "companies": "{type: text, faker: company}",
    "sentences": "{type: text, faker: sentence}",
    "paragraphs": "{type: text, faker: paragraph}",
}
MARKS = {
    "names": 20e6,
    "e-mails": 8e6,
    "dates": 100e6,
    "choices, weighted": 200e6,
    "uuids": 5e6,
    "regex [A-Z]{3}-\\d{4}": 25e6,
    "permutation (unique)": 15e6,
}
"""Values a second and core that are aimed at."""


@dataclass(frozen=True, slots=True)
class Figure:
    """How fast one generator is.

    Attributes:
        name: The generator.
        nanoseconds: Processor time of a value, the least of the runs.
        values: Values a second and core.
        mark: Values a second that are aimed at; None where nothing is.
    """

    name: str
    nanoseconds: float
    values: float
    mark: float | None


def figures(names: Iterable[str] = COLUMNS, rows: int = ROWS, runs: int = RUNS) -> Iterator[Figure]:
    """Yield a figure for each generator.

    Args:
        names: Among ``COLUMNS``.
        rows: Values made at once, at least 1.
        runs: The fastest of so many runs counts, at least 1; one more, that fills pools, does not.
    """
    for name in names:
        seconds = _seconds(COLUMNS[name], rows, runs)
        yield Figure(name, seconds / rows * 1e9, rows / seconds, MARKS.get(name))


def _seconds(column: str, rows: int, runs: int) -> float:
    text = f"version: 1\ntables:\n  things:\n    rows: {rows}\n    columns:\n      value: {column}\n"
    engine = Engine(fg.plan(parse_schema(text)), Bulk(0))
    # Before all runs, not before each: walking through all objects empties the processor's caches, which no export does.
    gc.collect()
    return min(_once(engine, rows) for _ in range(runs + 1))


def _once(engine: Engine, rows: int) -> float:
    ordinals = np.arange(rows, dtype=np.int64)
    start = process_time()
    engine.rows("things", ordinals).column("value")
    return max(process_time() - start, 1e-9)


def main() -> None:
    """Measure, and print a table or JSON."""
    parser = argparse.ArgumentParser(prog="benchmarks.generators", description=__doc__)
    parser.add_argument("names", nargs="*", help="of generators; all unless given", metavar="NAME")
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    memory.hold()  # as the command does: else the system clears each array's pages, which takes longer than to fill them
    found = figures(given.names or COLUMNS, given.rows, given.runs)
    if given.json:
        json.dump([asdict(figure) for figure in found], sys.stdout, indent=2)
        return
    for figure in found:
        mark = "" if figure.mark is None else f"{figure.values / figure.mark:6.2f} of {figure.mark / 1e6:,.0f} M"
        print(f"{figure.name:26}{figure.values / 1e6:9.1f} M/s{figure.nanoseconds:9.1f} ns  {mark}")


if __name__ == "__main__":
    main()
