"""Local Spark makes the rows of one machine, retried partitions included."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

import fixturegen as fg
from fixturegen.errors import InputError

SHOP = Path(__file__).parents[2] / "schemas" / "shop.yaml"
PROGRAM = """
import sys, os
from pyspark.sql import SparkSession
import fixturegen.spark.source as source

class Failing(source.FixturegenReader):
    '''Every partition fails at its first attempt.'''
    def read(self, partition):
        for number, batch in enumerate(super().read(partition)):
            yield batch
        mark = os.path.join(sys_out, f"mark-{partition.value[0]}-{len(self._columns)}")
        if not os.path.exists(mark):
            open(mark, "w").close()
            raise RuntimeError("lost")

class FailingSource(source.FixturegenSource):
    @classmethod
    def name(cls):
        return "failing"
    def reader(self, schema):
        return Failing(source._given(self.options), [field.name for field in schema.fields])

schema, sys_out = sys.argv[1:]
spark = (SparkSession.builder.master("local[2,3]").config("spark.ui.enabled", "false")
    .config("spark.driver.host", "127.0.0.1").config("spark.sql.session.timeZone", "UTC").getOrCreate())
spark.sparkContext.setLogLevel("OFF")
for kind in (source.FixturegenSource, FailingSource):
    spark.dataSource.register(kind)
def read(kind, table):
    return (spark.read.format(kind).option("schema", schema).option("table", table).option("rows", "orders=300")
        .option("seed", 7).option("partition_rows", 100).load())
for table in ("customers", "orders", "order_items"):
    read("fixturegen", table).write.parquet(f"{sys_out}/{table}")
read("failing", "orders").write.parquet(f"{sys_out}/retried")
spark.stop()
"""


@pytest.mark.slow
def test_spark_writes_the_rows_of_one_machine(tmp_path: Path) -> None:
    if os.environ.get("CI") != "true":
        pytest.importorskip("pyspark", reason="the extra spark is not installed")
        if shutil.which("java") is None:
            pytest.skip("Spark needs Java")
    environment = {**os.environ, "PYSPARK_PYTHON": sys.executable, "PYTHONPATH": str(SHOP.parents[1])}
    command = [sys.executable, "-c", PROGRAM, str(SHOP), str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=400, check=False, env=environment)
    assert done.returncode == 0, done.stderr[-3000:]
    whole = fg.generate(SHOP, rows={"orders": 300}, seed=7)
    for folder, table in {
        **{name: name for name in ("customers", "orders", "order_items")},
        "retried": "orders",
    }.items():
        read = pl.concat([pl.read_parquet(path) for path in sorted((tmp_path / folder).glob("part-*.parquet"))])
        assert (tmp_path / folder / "_SUCCESS").exists()
        key = ["order_id", "line_no"] if table == "order_items" else ["id"]
        frame = whole[table]
        plain = (
            read.sort(key)
            .select(frame.columns)
            .with_columns(
                pl.col(name).dt.replace_time_zone(None).cast(dtype)
                for name, dtype in frame.schema.items()
                if isinstance(dtype, pl.Datetime) and dtype.time_zone is None
            )
        )
        assert plain.cast(dict(frame.schema)).equals(frame.sort(key)), table
    assert len(list(tmp_path.glob("mark-*"))) == 3


@pytest.mark.parametrize("rows", ["0", "-5"])
def test_partitions_without_rows_are_refused(rows: str) -> None:
    source = pytest.importorskip("fixturegen.spark.source")
    reader = source.FixturegenReader({"schema": "schemas/shop.yaml", "table": "orders", "partition_rows": rows}, ["id"])
    with pytest.raises(InputError, match=f"partition_rows is {rows}, which is no number above 0"):
        reader.partitions()
