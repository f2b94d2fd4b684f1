"""The shop as SQL that a hand would write for DuckDB: plain values, no unique names, no realistic texts."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from time import perf_counter

import duckdb

CUSTOMERS = """
SELECT i AS id, 'First' || (random() * 3000)::INT AS first_name, 'Last' || (random() * 1000)::INT AS last_name,
    'user' || i || '@example.org' AS email,
    CASE WHEN random() < 0.9 THEN '+1-555-' || lpad((random() * 9999999)::INT::VARCHAR, 7, '0') END AS phone,
    (random() * 9999)::INT || ' Street ' || (random() * 500)::INT AS street_address, 'City' || (random() * 900)::INT AS city,
    lpad((random() * 99999)::INT::VARCHAR, 5, '0') AS postcode,
    ['DE','DE','FR','GB','JP','US','US','US'][1 + (random() * 7)::INT] AS country_code,
    TIMESTAMP '2022-01-01' + INTERVAL (random() * 126230400) SECOND AS signup_at, random() < 0.9 AS is_active
FROM range(1, {customers} + 1) AS numbers(i)
"""
PRODUCTS = """
SELECT i AS id, 'Product ' || i AS name, ['book','book','game','gadget','garden'][1 + (random() * 4)::INT] AS category,
    least(499, greatest(0.99, 20 * exp(sqrt(-2 * ln(1 - random())) * cos(2 * pi() * random()))))::DECIMAL(10,2) AS price
FROM range(1, {products} + 1) AS numbers(i)
"""
ORDERS = """
SELECT o.id, c.id AS customer_id, c.signup_at + (TIMESTAMP '2026-01-01' - c.signup_at) * o.share AS ordered_at, o.status
FROM (SELECT i AS id, 1 + floor(power(random(), 1.8) * {customers})::INT AS customer, random() AS share,
        ['new','paid','shipped','delivered','delivered'][1 + (random() * 4)::INT] AS status
    FROM range(1, {orders} + 1) AS numbers(i)) AS o
JOIN customers AS c ON c.id = o.customer
"""
ITEMS = """
SELECT d.order_id, d.line_no, d.product_id, d.quantity, p.price AS unit_price
FROM (SELECT n.id AS order_id, unnest(range(1, n.lines + 1)) AS line_no,
        1 + floor(power(random(), 1.6) * {products})::INT AS product_id, 1 + floor(random() * 9)::INT AS quantity
    FROM (SELECT id, 1 + floor(random() * 5)::INT AS lines FROM placed) AS n) AS d
JOIN products AS p ON p.id = d.product_id
"""
TOTALLED = """
SELECT o.id, o.customer_id, o.ordered_at, o.status,
    CASE WHEN o.status IN ('shipped', 'delivered')
        THEN o.ordered_at + (TIMESTAMP '2026-01-01' - o.ordered_at) * random() END AS shipped_at,
    t.total::DECIMAL(12,2) AS total
FROM placed AS o JOIN (SELECT order_id, sum(quantity * unit_price) AS total FROM order_items GROUP BY ALL) AS t
    ON t.order_id = o.id
"""
STEPS = (
    ("customers", CUSTOMERS),
    ("products", PRODUCTS),
    ("placed", ORDERS),
    ("order_items", ITEMS),
    ("orders", TOTALLED),
)
WRITTEN = ("customers", "products", "orders", "order_items")


def shop(scale: float, folder: Path) -> int:
    """Make and write the shop; return its rows."""
    sizes = {"customers": max(1, round(1000 * scale)), "products": max(1, round(100 * scale))}
    sizes["orders"] = max(1, round(3000 * scale))
    with duckdb.connect() as connection:
        connection.execute("SELECT setseed(0.5)")
        for name, query in STEPS:
            connection.execute(f"CREATE TABLE {name} AS {query.format(**sizes)}")
        for name in WRITTEN:
            connection.execute(f"COPY {name} TO '{folder / name}.parquet' (FORMAT parquet, COMPRESSION zstd)")
        return sum(connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in WRITTEN)  # noqa: S608 - names of ours


def main() -> None:
    """Run so often, once more for warmth."""
    scale, folder, runs = sys.argv[1:]
    seconds, rows = [], 0
    for _ in range(int(runs) + 1):
        start = perf_counter()
        rows = shop(float(scale), Path(folder))
        seconds.append(perf_counter() - start)
    print(json.dumps({"seconds": seconds[1:], "rows": rows}))


if __name__ == "__main__":
    main()
