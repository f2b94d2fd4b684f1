"""What is measured: the shop made, exported and loaded, each beside the least work anybody could do; and single generators."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path

import polars as pl
from faker import Faker

import fixturegen as fg
from benchmarks import servers
from benchmarks.measuring import Result, measured

GENERATED = 100_000
FAKED = 2_000
COLUMNS = {
    "integers": "{type: integer, min: 0, max: 1000000}",
    "keys (unique)": "{type: integer, unique: true, min: 1, max: 100000000}",
    "decimals, lognormal": '{type: "decimal(10,2)", min: 1, max: 999, distribution: {lognormal: {median: 20, sigma: 1}}}',
    "datetimes": "{type: datetime, min: 2020-01-01, max: as_of}",
    "choices": "{choices: {new: 5, paid: 3, shipped: 1}}",
    "uuids": "{type: uuid}",
    "regex": '{type: text, regex: "[A-Z]{2}-[0-9]{6}"}',
    "names (Faker)": "{type: text, faker: name}",
    "e-mails (Faker, unique)": "{type: text, faker: email, unique: true}",
    "sentences (Faker)": "{type: text, faker: sentence}",
}


@dataclass(frozen=True, slots=True)
class Bench:
    """The shop at a scale, its frames at hand, a folder to write in, and how often each thing is run."""

    schema: fg.Schema
    scale: float
    frames: Mapping[str, pl.DataFrame]
    folder: Path
    runs: int

    @property
    def rows(self) -> int:
        """Return the rows of all tables."""
        return sum(frame.height for frame in self.frames.values())


def bench(scale: float, folder: Path, runs: int) -> Bench:
    """Return the shop at a scale."""
    with as_file(files("fixturegen.schemas") / "shop.yaml") as path:
        schema = fg.load(path)
    return Bench(schema, scale, fg.generate(schema, scale=scale), folder, runs)


def results(shop: Bench) -> Iterator[Result]:
    """Yield every result, rivals before those that are compared with them."""
    for measure in (_parquet, _sqlite, servers.results, _faker, _generators, _start):
        yield from measure(shop)


def _parquet(shop: Bench) -> Iterator[Result]:
    def rival() -> None:
        for name, frame in shop.frames.items():
            frame.write_parquet(shop.folder / f"{name}.parquet")

    def export() -> None:
        fg.export(shop.schema, shop.folder / "exported", scale=shop.scale)

    yield _rows(shop, "generate", lambda: fg.generate(shop.schema, scale=shop.scale))
    yield _rows(shop, "Polars: write_parquet of finished frames", rival)
    yield _rows(shop, "export to Parquet", export, "Polars: write_parquet of finished frames")


def _sqlite(shop: Bench) -> Iterator[Result]:
    texts = {name: [_bound(frame[column]) for column in frame.columns] for name, frame in shop.frames.items()}
    rows = {name: list(zip(*columns, strict=True)) for name, columns in texts.items()}
    path = shop.folder / "shop.sqlite"

    def rival() -> None:
        path.unlink(missing_ok=True)
        with closing(sqlite3.connect(path)) as connection, connection:
            for name, frame in shop.frames.items():
                connection.execute(f"CREATE TABLE {name} ({', '.join(frame.columns)})")
                marks = ", ".join("?" * frame.width)
                connection.executemany(f"INSERT INTO {name} VALUES ({marks})", rows[name])  # noqa: S608 - names of the shop

    def seed() -> None:
        path.unlink(missing_ok=True)
        fg.seed(shop.schema, f"sqlite:///{path}", create=True, scale=shop.scale)

    yield _rows(shop, "sqlite3: executemany of finished rows, no constraints", rival)
    yield _rows(shop, "seed SQLite, all constraints", seed, "sqlite3: executemany of finished rows, no constraints")


def _bound(series: pl.Series) -> list[object]:
    """Return the values as sqlite3 takes them."""
    plain = series if series.dtype.is_integer() or series.dtype == pl.Boolean else series.cast(pl.String)
    return plain.to_list()


def _faker(shop: Bench) -> Iterator[Result]:
    fake = Faker("en_US")

    def rival() -> None:
        fake.seed_instance(0)
        for _ in range(FAKED):
            (fake.first_name(), fake.last_name(), fake.unique.email(), fake.phone_number(), fake.street_address())
            (fake.city(), fake.postcode(), fake.country_code(), fake.date_time_this_decade(), fake.boolean())
        fake.unique.clear()

    def customers() -> None:
        fg.generate(shop.schema, only=["customers"], rows={"customers": GENERATED})

    yield Result("Faker: customers in a loop", measured(rival, shop.runs), FAKED, "rows")
    yield Result("customers", measured(customers, shop.runs), GENERATED, "rows", "Faker: customers in a loop")


def _generators(shop: Bench) -> Iterator[Result]:
    for name, column in COLUMNS.items():
        path = shop.folder / "column.yaml"
        path.write_text(f"version: 1\ntables:\n  things:\n    rows: {GENERATED}\n    columns:\n      value: {column}\n")
        schema = fg.load(path)
        yield Result(name, measured(_generating(schema), shop.runs), GENERATED, "values")


def _generating(schema: fg.Schema) -> Callable[[], object]:
    return lambda: fg.generate(schema)


def _start(shop: Bench) -> Iterator[Result]:
    def run(*arguments: str) -> None:
        subprocess.run([sys.executable, *arguments], check=True, capture_output=True)

    yield Result("Python alone, to start", measured(lambda: run("-c", ""), shop.runs), 1, "starts")
    to_help = measured(lambda: run("-m", "fixturegen", "--help"), shop.runs)
    yield Result("fixturegen --help", to_help, 1, "starts", "Python alone, to start")


def _rows(shop: Bench, name: str, action: Callable[[], object], rival: str = "") -> Result:
    return Result(name, measured(action, shop.runs), shop.rows, "rows", rival)
