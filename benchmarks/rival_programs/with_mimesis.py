"""Customers by mimesis, in a loop."""

from __future__ import annotations

import json
import sys
from time import perf_counter

from mimesis import Generic
from mimesis.locales import Locale


def customers(rows: int) -> None:
    """Make the values of so many customers."""
    make = Generic(Locale.EN, seed=0)
    for _ in range(rows):
        (make.person.first_name(), make.person.last_name(), make.person.email())
        (make.person.phone_number(), make.address.address(), make.address.city(), make.address.postal_code())
        (make.address.country_code(), make.datetime.datetime(start=2022, end=2025), make.development.boolean())


def main() -> None:
    """Run so often, once more for warmth."""
    rows, _, runs = sys.argv[1:]
    seconds = []
    for _ in range(int(runs) + 1):
        start = perf_counter()
        customers(int(rows))
        seconds.append(perf_counter() - start)
    print(json.dumps({"seconds": seconds[1:], "rows": int(rows)}))


if __name__ == "__main__":
    main()
