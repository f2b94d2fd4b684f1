"""The data source of PySpark 4: partitions are ranges of rows, each a pure function of the options, retried or not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import polars as pl
import pyarrow as pa
from pyspark.sql.datasource import DataSource, DataSourceReader, InputPartition
from pyspark.sql.pandas.types import from_arrow_schema

from fixturegen.access.source import Origin, ranges_of
from fixturegen.errors import InputError
from fixturegen.options import options_from

if TYPE_CHECKING:
    from pyspark.sql.types import StructType

UNITS = 1_000_000
"""Units of a partition: rows, or topmost parents of rows counted per parent."""
_WORDS = ("schema", "table", "rows", "scale", "seed", "as_of", "hostile", "accept_unverified", "partition_rows")
_WIDER: Mapping[type[pl.DataType], pl.DataType] = {
    pl.UInt8: pl.Int16(),
    pl.UInt16: pl.Int32(),
    pl.UInt32: pl.Int64(),
    pl.UInt64: pl.Decimal(20, 0),
}


class FixturegenSource(DataSource):
    """``spark.read.format("fixturegen")``.

    Options: ``schema`` (a SOURCE that every executor can read) and ``table``, both needed; ``rows`` (a number, or
    ``orders=1000000000, customers=60000000``), ``scale``, ``seed``, ``as_of``, ``hostile``, ``accept_unverified`` as for
    :func:`fixturegen.plan`; ``partition_rows``: rows of a partition (default 1,000,000), for a table counted per parent those of
    its topmost parent. They change no value.
    """

    @classmethod
    def name(cls) -> str:
        """Return the format's name."""
        return "fixturegen"

    def schema(self) -> StructType:
        """Return the columns as Spark's types."""
        given = _given(self.options)
        origin = _origin(given)
        empty = pl.DataFrame(schema=pl.Schema(origin.dtypes(given["table"])))
        return from_arrow_schema(_arrow(empty).schema)

    def reader(self, schema: StructType) -> DataSourceReader:
        """Return the reader."""
        return FixturegenReader(_given(self.options), [field.name for field in schema.fields])


class FixturegenReader(DataSourceReader):
    """Reads ranges of rows.

    Args:
        given: The options.
        columns: Columns to make.
    """

    def __init__(self, given: Mapping[str, str], columns: list[str]) -> None:
        self._given = dict(given)
        self._columns = columns

    def partitions(self) -> list[InputPartition]:
        """Return ranges of rows; at least one."""
        ranges = ranges_of(_origin(self._given), self._given["table"], self._columns)
        size = _number("partition_rows", self._given.get("partition_rows", str(UNITS)))
        if size < 1:
            raise InputError(f"the option partition_rows is {size}, which is no number above 0", where="fixturegen")
        starts = range(0, max(ranges.units, 1), size)
        return [InputPartition((start, min(start + size, ranges.units))) for start in starts]

    def read(self, partition: InputPartition) -> Iterator[pa.RecordBatch]:
        """Yield the rows of one range."""
        start, stop = partition.value
        ranges = ranges_of(_origin(self._given), self._given["table"], self._columns)
        for frame in ranges.frames(tuple(self._columns), start, stop):
            yield from _arrow(frame).to_batches()


def _given(options: Mapping[str, str]) -> dict[str, str]:
    """Return the options, names in lower case as Spark compares them."""
    given = {name.lower(): value for name, value in dict(options).items()}
    for name in given:
        if name not in _WORDS and name != "path":
            message = f"unknown option {name!r}"
            raise InputError(message, where="fixturegen", given=name, exists=_WORDS)
    for name in ("schema", "table"):
        if name not in given:
            message = f"the option {name!r} is missing"
            raise InputError(message, where="fixturegen", exists=_WORDS)
    return given


def _origin(given: Mapping[str, str]) -> Origin:
    return _kept(
        tuple(sorted((name, value) for name, value in given.items() if name not in {"table", "partition_rows"}))
    )


@lru_cache(maxsize=4)
def _kept(options: tuple[tuple[str, str], ...]) -> Origin:
    """Return the planned schema, once in each of Spark's Python processes."""
    given = dict(options)
    asked = options_from(
        hostile=_fraction("hostile", given.get("hostile", "0")),
        rows=_rows(given.get("rows")),
        scale=_fraction("scale", given.get("scale", "1")),
        seed=_number("seed", given.get("seed", "0")),
        as_of=_day(given.get("as_of")),
        accept_unverified=given.get("accept_unverified", "false").lower() == "true",
    )
    return Origin(given["schema"], asked)


def _rows(text: str | None) -> int | dict[str, int] | None:
    """Return a number of rows, or numbers by table.

    >>> _rows("orders=5, users=1_000")
    {'orders': 5, 'users': 1000}
    """
    if text is None:
        return None
    if "=" not in text:
        return _number("rows", text)
    pairs = (part.rpartition("=") for part in text.split(","))
    return {table.strip(): _number("rows", number) for table, _, number in pairs}


def _number(name: str, text: str) -> int:
    try:
        return int(text)
    except ValueError:
        message = f"the option {name} is {text!r}, which is no whole number"
        raise InputError(message, where="fixturegen") from None


def _fraction(name: str, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        message = f"the option {name} is {text!r}, which is no number"
        raise InputError(message, where="fixturegen") from None


def _day(text: str | None) -> date | None:
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError:
        message = f"the option as_of is {text!r}, which is no date"
        raise InputError(message, where="fixturegen") from None


def _arrow(frame: pl.DataFrame) -> Any:
    """Return an Arrow table of types that Spark has: wider integers for unsigned ones, texts for enums and times of day."""
    exact = frame.select(_stored(name, dtype) for name, dtype in frame.schema.items())
    made = exact.to_arrow(compat_level=pl.CompatLevel.oldest())
    return made.cast(pa.schema([(field.name, _small(field.type)) for field in made.schema]))


def _small(held: Any) -> Any:
    """Return an Arrow type with offsets of 32 bits, the only ones that Spark reads."""
    if pa.types.is_large_string(held):
        return pa.string()
    if pa.types.is_large_binary(held):
        return pa.binary()
    return pa.list_(_small(held.value_type)) if pa.types.is_large_list(held) else held


def _stored(name: str, dtype: pl.DataType) -> pl.Expr:
    column = pl.col(name)
    if dtype.base_type() in _WIDER:
        return column.cast(_WIDER[dtype.base_type()])
    if dtype == pl.Time or isinstance(dtype, pl.Enum | pl.Categorical):
        return column.cast(pl.String)
    return column
