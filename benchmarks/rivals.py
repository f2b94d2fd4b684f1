"""Rivals in the same run: a Faker loop, mimesis, DuckDB by hand, misata; on the customers, and on the whole shop as Parquet.

Those that are no dependency of ours are installed on first use into an environment of their own; one that cannot be is missing,
with the reason. Each is measured within its own process, warm, as ours is; the import of a library is no one's time.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from faker import Faker

import fixturegen as fg
from benchmarks.measuring import Aim, Missing, Result, measured
from benchmarks.reporting import FOLDER
from benchmarks.shop import Bench

ENVIRONMENT = FOLDER / ".rivals"
PROGRAMS = Path(__file__).parent / "rival_programs"
CUSTOMERS = 100_000
FAKED = 2_000
FAKER = "Faker: customers in a loop"
EXPORTED = "the shop as Parquet"
NEEDS = {"mimesis": ("mimesis",), "duckdb": ("duckdb",), "misata": ("misata", "pyarrow")}
SHOPS = {"duckdb": ("DuckDB: SQL by hand, the shop as Parquet", 2.0), "misata": ("misata: the shop as Parquet", 25.0)}
"""Rivals that make the whole shop, and how many times as fast we mean to be."""


WRITTEN = "customers as Parquet"


def results(bench: Bench) -> Iterator[Result | Missing]:
    """Yield rivals, and us beside each."""
    yield Result(FAKER, measured(_faked, bench.runs), FAKED, "rows")
    customers = _customers(bench)
    yield Result("customers", customers, CUSTOMERS, "rows", FAKER, (Aim("beside its rival", 500),))
    yield from _mimesis(bench, customers)
    yield from _misata(bench)
    ours = bench.result(EXPORTED, _exporting(bench))
    yield ours
    for program, (name, times) in SHOPS.items():
        try:
            seconds, rows = _ran(program, bench, f"{bench.scale:.12g}")
        except _UnavailableError as error:
            yield Missing(name, str(error))
            continue
        yield Result(name, seconds, rows, "rows")
        aims = (Aim("beside its rival", times),)
        yield Result(f"{EXPORTED}, beside {program}", ours.seconds, ours.count, "rows", name, aims)


def _mimesis(bench: Bench, customers: float) -> Iterator[Result | Missing]:
    name = "mimesis: customers in a loop"
    try:
        seconds, rows = _ran("mimesis", bench, str(FAKED))
    except _UnavailableError as error:
        yield Missing(name, str(error))
        return
    yield Result(name, seconds, rows, "rows")
    yield Result("customers, beside mimesis", customers, CUSTOMERS, "rows", name)


def _misata(bench: Bench) -> Iterator[Result | Missing]:
    """The same table, as many rows, the same format: both plan, make and write it."""
    name = f"misata: {WRITTEN}"
    try:
        seconds, rows = _ran("misata", bench, f"{CUSTOMERS / 1000:.12g}", "customers")
    except _UnavailableError as error:
        yield Missing(name, str(error))
        return
    yield Result(name, seconds, rows, "rows")
    folder, wanted = bench.folder / "customers", {"customers": CUSTOMERS}
    ours = measured(lambda: fg.export(bench.schema, folder, only=["customers"], rows=wanted), bench.runs)
    yield Result(WRITTEN, ours, CUSTOMERS, "rows", name, (Aim("beside its rival", 25),))


def _faked() -> None:
    fake = Faker("en_US")
    fake.seed_instance(0)
    for _ in range(FAKED):
        (fake.first_name(), fake.last_name(), fake.unique.email(), fake.phone_number(), fake.street_address())
        (fake.city(), fake.postcode(), fake.country_code(), fake.date_time_this_decade(), fake.boolean())


def _customers(bench: Bench) -> float:
    return measured(
        lambda: fg.generate(bench.schema, only=["customers"], rows={"customers": CUSTOMERS}), max(bench.runs, 1)
    )


def _exporting(bench: Bench):  # noqa: ANN202 - an action
    return lambda: fg.export(bench.schema, bench.folder / "rivalled", scale=bench.scale)


class _UnavailableError(Exception):
    """A rival that cannot be installed or run, and why."""


def _ran(program: str, bench: Bench, size: str, *tables: str) -> tuple[float, int]:
    """Return the median seconds of a rival's program, and its rows."""
    python = _installed(*NEEDS[program])
    folder = bench.folder / "-".join((program, *tables))
    folder.mkdir(exist_ok=True)
    command = [python, str(PROGRAMS / f"with_{program}.py"), size, str(folder.absolute()), str(bench.runs), *tables]
    try:
        ran = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, check=True, timeout=3600, env=_environment()
        )
    except subprocess.CalledProcessError as error:
        raise _UnavailableError(_last_line(error.stderr)) from None
    held = json.loads(ran.stdout.splitlines()[-1])
    return median(held["seconds"]), held["rows"]


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTHONHOME")}


def _installed(*packages: str) -> str:
    """Return the Python of the rivals' environment, which holds these packages."""
    python = ENVIRONMENT.absolute() / ("Scripts" if os.name == "nt" else "bin") / "python"
    try:
        if not python.exists():
            venv.create(ENVIRONMENT, with_pip=True)
        imported = [str(python), "-c", f"import {', '.join(packages)}"]
        if subprocess.run(imported, capture_output=True, check=False, env=_environment()).returncode:
            sys.stderr.write(f"installing {', '.join(packages)} into {ENVIRONMENT}\n")
            install = [str(python), "-m", "pip", "--disable-pip-version-check", "install", "--quiet", *packages]
            subprocess.run(install, capture_output=True, text=True, check=True, timeout=900)
    except subprocess.CalledProcessError as error:
        raise _UnavailableError(f"could not be installed: {_last_line(error.stderr)}") from None
    except (OSError, subprocess.TimeoutExpired) as error:
        raise _UnavailableError(f"could not be installed: {error}") from None
    return str(python)


def _last_line(text: str | bytes | None) -> str:
    plain = text.decode(errors="replace") if isinstance(text, bytes) else text or ""
    return (plain.strip().splitlines() or ["it failed"])[-1]
