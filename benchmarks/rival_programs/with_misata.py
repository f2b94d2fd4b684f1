"""The shop as near as misata's YAML comes to it: single keys, no order of dates, no sums; written as Parquet."""

from __future__ import annotations

import contextlib
import io
import json
import sys
from pathlib import Path
from time import perf_counter

import pyarrow.parquet as pq
import yaml
from misata.cli import main as misata


def schema(scale: float, only: list[str]) -> dict[str, object]:
    """Return the shop at a scale, or some of its tables, which refer to no others."""
    sizes = {"customers": 1000, "products": 100, "orders": 3000, "order_items": 9000}
    rows = {name: max(2, round(size * scale)) for name, size in sizes.items()}
    days = {"type": "date", "start": "2022-01-01", "end": "2025-12-31"}

    def key(table: str) -> dict[str, object]:
        return {"type": "int", "unique": True, "min": 1, "max": rows[table]}

    columns = {
        "customers": {
            "id": key("customers"),
            "first_name": {"type": "text", "text_type": "first_name"},
            "last_name": {"type": "text", "text_type": "last_name"},
            "email": {"type": "text", "text_type": "email"},
            "phone": {"type": "text", "text_type": "phone"},
            "street_address": {"type": "text", "text_type": "address"},
            "city": {"type": "text", "text_type": "city"},
            "postcode": {"type": "text", "text_type": "postcode"},
            "country_code": {"type": "categorical", "choices": ["DE", "FR", "GB", "JP", "US"]},
            "signup_at": days,
            "is_active": {"type": "boolean"},
        },
        "products": {
            "id": key("products"),
            "name": {"type": "text", "text_type": "product"},
            "category": {"type": "categorical", "choices": ["book", "game", "gadget", "garden"]},
            "price": {"type": "float", "min": 0.99, "max": 499, "decimals": 2},
        },
        "orders": {
            "id": key("orders"),
            "customer_id": {"type": "foreign_key"},
            "ordered_at": days,
            "status": {"type": "categorical", "choices": ["new", "paid", "shipped", "delivered", "cancelled"]},
            "shipped_at": days,
            "total": {"type": "float", "min": 1, "max": 9999, "decimals": 2},
        },
        "order_items": {
            "id": key("order_items"),
            "order_id": {"type": "foreign_key"},
            "product_id": {"type": "foreign_key"},
            "quantity": {"type": "int", "min": 1, "max": 9},
            "unit_price": {"type": "float", "min": 0.99, "max": 499, "decimals": 2},
        },
    }
    tables = {name: {"rows": rows[name], "columns": held} for name, held in columns.items() if name in (only or rows)}
    links = ("customers.id -> orders.customer_id", "orders.id -> order_items.order_id")
    relationships = [*links, "products.id -> order_items.product_id"]
    return {"name": "shop", "seed": 1, "tables": tables, "relationships": [] if only else relationships}


def main() -> None:
    """Run so often, once more for warmth."""
    scale, folder, runs, *only = sys.argv[1:]
    path, out = Path(folder) / "shop.yaml", Path(folder) / "out"
    path.write_text(yaml.safe_dump(schema(float(scale), only), sort_keys=False))
    arguments = ["generate", "--config", str(path), "--output-dir", str(out), "--format", "parquet"]
    seconds = []
    for _ in range(int(runs) + 1):
        start = perf_counter()
        with contextlib.redirect_stdout(io.StringIO()):
            misata(arguments, standalone_mode=False)
        seconds.append(perf_counter() - start)
    rows = sum(pq.read_metadata(file).num_rows for file in out.glob("*.parquet"))
    print(json.dumps({"seconds": seconds[1:], "rows": rows}))


if __name__ == "__main__":
    main()
