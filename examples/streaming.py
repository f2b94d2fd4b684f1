"""Rows in chunks, for data that does not fit into memory; the size of the chunks changes no value."""

from importlib.resources import as_file, files

import polars as pl

import fixturegen as fg

with as_file(files("fixturegen.schemas") / "shop.yaml") as path:
    schema = fg.load(path)

revenue = pl.Series([0], dtype=pl.Decimal(38, 2))
for table, frame in fg.stream(schema, chunk_rows=500):
    if table == "orders":
        revenue = revenue + frame["total"].sum()

whole = fg.generate(schema)["orders"]["total"].sum()
print(f"revenue: {whole}")
assert revenue.item() == whole
