"""One row that a test wants, with the parents that it cannot do without, and no row more."""

from importlib.resources import as_file, files

import fixturegen as fg

with as_file(files("fixturegen.schemas") / "shop.yaml") as path:
    schema = fg.load(path)

# A shipped order of a German customer takes two rows, and is shipped after it was ordered.
made = fg.make(schema, "orders", status="shipped", customer={"country_code": "DE"})
print({table: frame.height for table, frame in made.items()}, made.row["ordered_at"], made.row["shipped_at"])
assert {table: len(rows) for table, rows in made.rows.items()} == {"customers": 1, "orders": 1}
assert fg.verify(schema, made.complete())

# An order of exactly 100.00: an item and a product whose price makes it so.
hundred = fg.make(schema, "orders", total=100)
print(hundred["order_items"])
assert fg.verify(schema, hundred.complete())

# Children, too: ten customers with three orders each.
many = fg.make(schema, "customers", rows=10, orders=3)
assert many["orders"].height == 30

# What cannot be is refused with the constraint.
try:
    fg.make(schema, "orders", status="shipped", shipped_at=None)
except fg.ImpossibleError as impossible:
    print(impossible)
else:
    raise AssertionError
