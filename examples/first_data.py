"""A schema in YAML, and frames of rows that satisfy it."""

from pathlib import Path
from tempfile import TemporaryDirectory

import fixturegen as fg

SCHEMA = """\
version: 1
tables:
  customers:
    rows: 50
    columns:
      id: {type: integer, primary_key: true}
      email: {type: varchar(120), faker: email, unique: true}
      signup_at: {type: datetime, min: 2024-01-01, max: as_of}
  orders:
    rows: 0..5 per customers
    columns:
      id: {type: integer, primary_key: true}
      customer_id: {references: customers.id}
      ordered_at: {type: datetime, min: customers.signup_at, max: as_of}
      price: {type: "decimal(10,2)", min: 1, max: 500}
"""

with TemporaryDirectory() as directory:
    path = Path(directory) / "shop.yaml"
    path.write_text(SCHEMA)
    schema = fg.load(path)

dataset = fg.generate(schema, seed=7)
orders = dataset["orders"].join(dataset["customers"], left_on="customer_id", right_on="id")
print(orders.head(3))

# Every order has its customer, and none was placed before the customer signed up.
assert orders.height == dataset["orders"].height
assert (orders["ordered_at"] >= orders["signup_at"]).all()

# Whoever made the rows: the schema judges them.
report = fg.verify(schema, dataset)
print(report)
assert report
