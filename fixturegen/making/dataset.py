"""What ``fg.make`` gives: frames by table, the wanted row, plain rows, and instances of mapped classes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from fixturegen.dtypes import polars_dtype
from fixturegen.making.made import Made, Row

if TYPE_CHECKING:
    from fixturegen.making.instances import Instances


class MadeDataset(dict[str, pl.DataFrame]):
    """Frames of the tables that got rows, parents first.

    Args:
        made: The rows.
    """

    def __init__(self, made: Made) -> None:
        super().__init__(made.frames())
        self.made = made

    @property
    def row(self) -> Row:
        """The wanted row by column, in Python's values; the first of several."""
        return self.made.row

    @property
    def rows(self) -> dict[str, list[Row]]:
        """All rows by table, parents first."""
        return self.made.rows

    def complete(self) -> dict[str, pl.DataFrame]:
        """Return a frame for every table of the schema, empty where there are no rows; ``fg.verify`` takes it."""
        frames = dict(self)
        for name, table in self.made.schema.tables.items():
            if name not in frames:
                columns = [column for column in table.columns if column.generated is None]
                frames[name] = pl.DataFrame(
                    {column.name: pl.Series([], dtype=polars_dtype(column.type)) for column in columns}
                )
        return frames

    def instances(self, base: object) -> Instances:
        """Return instances of mapped classes, not in any session, with their relationships set.

        Args:
            base: A declarative base, a registry, or an iterable of mapped classes.

        Raises:
            InputError: If no mapped class holds the rows of a table.
        """
        from fixturegen.making.instances import instances_of  # noqa: PLC0415 - SQLAlchemy takes long to import

        return instances_of(self.made, base)
