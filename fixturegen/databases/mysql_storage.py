"""How MariaDB and MySQL hold each type: what is written for a column, and what the server makes of it.

Most values are texts that the column reads by itself. Bytes go as hexadecimal digits, bits as numbers, shapes as well-known text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from fixturegen.databases import texts
from fixturegen.databases.literals import literals
from fixturegen.databases.quoting import quoted
from fixturegen.errors import InputError
from fixturegen.schema import Column, Type

_SHAPES = frozenset(
    {
        "geometry",
        "point",
        "linestring",
        "polygon",
        "multipoint",
        "multilinestring",
        "multipolygon",
        "geometrycollection",
        "geomcollection",
    }
)
_TEXT = Type(kind="text")


@dataclass(frozen=True, slots=True)
class Field:
    """A column as it is written.

    Attributes:
        column: The column.
        stored: The type that the database gives it, a lower-case word such as ``binary``; empty if it is not known.
    """

    column: Column
    stored: str = ""

    @property
    def name(self) -> str:
        """The column's name, quoted."""
        return quoted(self.column.name, "mysql")

    def converted(self, value: str) -> str:
        """Return the SQL that makes the column's value of a written one.

        >>> Field(Column(name="a", type=Type(kind="bytes")), "blob").converted("@v")
        'UNHEX(@v)'
        """
        kind = self.column.type.kind
        if kind == "bytes" or (kind == "uuid" and self.stored in ("binary", "varbinary", "blob")):
            return f"UNHEX({value})"
        if self.stored == "bit":
            return f"CAST({value} AS UNSIGNED)"
        if self.stored in _SHAPES:
            return f"ST_GeomFromText({value})"
        return value

    def written(self, series: pl.Series) -> pl.Series:
        """Return what stands in the file: numbers, or texts.

        Raises:
            InputError: For NaN and infinities, which these databases do not hold.
        """
        match series.dtype:
            case pl.Binary():
                return series.bin.encode("hex")
            case pl.Boolean():
                return series.cast(pl.Int8)
            case pl.Float32() | pl.Float64() if not series.is_finite().all():
                message = "holds NaN or an infinity, which MariaDB and MySQL cannot store"
                raise InputError(message, where=self.column.name)
            case pl.Float32():
                # The server reads a double and refuses one that is beyond the greatest float by its last digit.
                return series.cast(pl.Float64)
            case _:
                return self._text(series)

    def _text(self, series: pl.Series) -> pl.Series:  # noqa: PLR0911 (one a dtype)
        match series.dtype:
            case pl.Datetime():
                return texts.datetime_text(series)
            case pl.Time():
                return texts.time_text(series)
            case pl.Duration():
                return texts.clock_text(series) if self.stored == "time" else texts.moment_text(series)
            case pl.List():
                return texts.array_text(series)
            case pl.Enum() | pl.Categorical():
                return series.cast(pl.String)
            case pl.String() if self.converted("") == "UNHEX()":
                return series.str.replace_all("-", "", literal=True)
            case _:
                return series

    def literals(self, series: pl.Series) -> pl.Series:
        """Return what stands in an INSERT."""
        written = self.written(series)
        before, _, after = self.converted("\0").partition("\0")
        made = literals(written, self._literal_type(written.dtype), "mysql")
        return before + made + after if before else made

    def _literal_type(self, written: pl.DataType) -> Type:
        if written == pl.String:
            return _TEXT
        return Type(kind="integer") if written.is_integer() else self.column.type


def csv_text(frame: pl.DataFrame, fields: Sequence[Field]) -> pl.DataFrame:
    """Return the frame that :func:`load_statement` reads once it is written as CSV."""
    return pl.DataFrame([field.written(frame[field.column.name]).alias(field.column.name) for field in fields])


def load_statement(table: str, fields: Sequence[Field], file: str) -> str:
    r"""Return the LOAD DATA of a CSV file into a table.

    NULL is a bare word and every text stands in quotes, within which nothing but the quote needs care.

    Args:
        table: The quoted table.
        fields: The columns.
        file: The file's name, as a literal.

    >>> print(load_statement("`t`", [Field(Column(name="a", type=Type(kind="bytes")))], "'x.csv'"))
    LOAD DATA LOCAL INFILE 'x.csv' INTO TABLE `t` CHARACTER SET utf8mb4 FIELDS TERMINATED BY ',' OPTIONALLY ENCLOSED BY '"'
    ESCAPED BY '' LINES TERMINATED BY '\n' (@v0) SET `a` = UNHEX(@v0)
    """
    names, made = [], []
    for at, field in enumerate(fields):
        converted = field.converted(f"@v{at}")
        plain = converted == f"@v{at}"
        names.append(field.name if plain else f"@v{at}")
        made += [] if plain else [f"{field.name} = {converted}"]
    form = "FIELDS TERMINATED BY ',' OPTIONALLY ENCLOSED BY '\"' ESCAPED BY '' LINES TERMINATED BY '\\n'"
    head = f"LOAD DATA LOCAL INFILE {file} INTO TABLE {table} CHARACTER SET utf8mb4 {form} ({', '.join(names)})"
    return f"{head} SET {', '.join(made)}" if made else head


def fields_of(columns: Sequence[Column], stored: Mapping[str, str]) -> tuple[Field, ...]:
    """Return columns with the types that the database gives them, found by name without regard to case."""
    return tuple(Field(column, stored.get(column.name.casefold(), "")) for column in columns)
