"""What tests pay: the plugin, ``make`` beside factory_boy, examples of the strategies, sizes of covering arrays."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.measuring import Aim, Missing, Result, aiming
from benchmarks.shop import Bench

PLUGIN = {
    "SQLite: isolation of a test": (Aim("seconds", 0.001),),
    "PostgreSQL: isolation of a test": (Aim("seconds", 0.003),),
    "SQLite: make an order of a customer": (Aim("seconds", 0.002),),
    "SQLite: make an item with all it needs (4 rows)": (Aim("seconds", 0.002),),
    "SQLite: make 10 customers with 3 orders each": (Aim("seconds", 0.002),),
    "PostgreSQL: make 10 customers with 3 orders each": (Aim("seconds", 0.006),),
    "SQLite: an example of about 15 rows": (Aim("a second", 100),),
    "PostgreSQL: an example of about 15 rows": (Aim("a second", 50),),
    "SQLite: first use in a second run": (Aim("seconds", 1),),
    "PostgreSQL: first use in a second run": (Aim("seconds", 1),),
}
EXAMPLES = {"datasets of shop": (Aim("a second", 300),)}
BOY = "by factory_boy"


def plugin(bench: Bench) -> Iterator[Result | Missing]:
    """Yield what the plugin costs, on every server that answers, and a run that does not use it."""
    from benchmarks import plugin as measuring  # noqa: PLC0415 - a section that is not asked for need not import

    without, beside = measuring.beside_nothing(max(bench.runs, 1))
    yield Result("pytest: a run without the plugin", without, 1, "runs")
    spent = max(beside - without, 1e-6)
    yield Result(
        "pytest: what the plugin adds to a run that does not use it", spent, 1, "runs", "", (Aim("seconds", 0.02),)
    )
    found = list(aiming(measuring.results(), PLUGIN))
    yield from found
    for server in ("SQLite", "PostgreSQL", "MariaDB"):
        if not any(result.name.startswith(server) for result in found):
            yield Missing(f"{server}: the plugin", "its tests did not run there")


def make(bench: Bench) -> Iterator[Result]:
    """Yield ``make`` by processor time, each kind beside factory_boy; a scale below 10 makes fewer calls."""
    from benchmarks.making import CALLS, costs  # noqa: PLC0415 - the same

    found = list(costs(max(3, round(CALLS * min(1.0, bench.scale / 10)))))
    for cost in sorted(found, key=lambda each: BOY not in each.name):
        what, _, way = cost.name.rpartition(", ")
        rival = f"{what}, {BOY}" if way.startswith("inserted") else ""
        yield Result(cost.name, cost.milliseconds / 1000, 1, "calls", rival)
        if not rival:  # the first call of what is inserted is that of what is made
            yield Result(f"{cost.name}: the first call", cost.first / 1000, 1, "calls")


def strategies(bench: Bench) -> Iterator[Result]:
    """Yield examples a second of processor time, with the rows that they have; a scale below 10 makes fewer."""
    from benchmarks.strategies import rates  # noqa: PLC0415 - the same

    for rate in rates(max(10, round(1000 * min(1.0, bench.scale / 10)))):
        name = f"datasets of {rate.name}"
        yield Result(name, 1 / rate.examples, 1, f"examples of {rate.rows:.0f} rows", "", EXAMPLES.get(name, ()))


def covering(_: Bench) -> Iterator[Result]:
    """Yield sizes of covering arrays, none to be greater than that of PICT."""
    from benchmarks.covering_sizes import sizes  # noqa: PLC0415 - the same

    for size in sizes():
        aims = (Aim("in number", size.pict), Aim("seconds", 10))
        yield Result(f"covering array {size.name}", size.seconds, size.rows, "rows", "", aims)
