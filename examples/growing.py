"""Tables grow without a change of the rows that they had: more of the same data, not other data."""

from importlib.resources import as_file, files

import fixturegen as fg

with as_file(files("fixturegen.schemas") / "shop.yaml") as path:
    schema = fg.load(path)

before = fg.generate(schema, scale=0.1)
after = fg.generate(schema, scale=0.1, rows={"orders": 600})

# The first 300 orders are the ones there were, their customers included.
kept = before["orders"].drop("total")
assert after["orders"].drop("total").head(kept.height).equals(kept)

# Parents that are added take some orders over; no order changes from one old customer to another.
grown = fg.generate(schema, scale=0.1, rows={"customers": 110})
old, new = before["orders"]["customer_id"], grown["orders"]["customer_id"]
moved = new.filter(new != old)
print(f"{len(moved)} of {len(old)} orders moved to customers that are new")
assert (moved > 100).all()
