"""Test data that satisfies every key, reference and CHECK, from a schema, the same for the same seed.

``import fixturegen as fg`` imports nothing heavy: each verb is loaded when it is first named.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fixturegen.access.reading import rows_at
    from fixturegen.access.scanning import scan
    from fixturegen.breaking.finding import negatives
    from fixturegen.coverage.dataset import covering
    from fixturegen.errors import FixturegenError, ImpossibleError, InputError, RefusedError, SchemaError
    from fixturegen.hostile_rows import hostile
    from fixturegen.making import make
    from fixturegen.planning import Plan
    from fixturegen.schema import Schema
    from fixturegen.strategies.examples import dataset
    from fixturegen.strategies.strategy import datasets, rows
    from fixturegen.verbs import export, generate, load, plan, seed, stream, verify
    from fixturegen.verdict import Report

    __version__: str

_HOMES = {
    "fixturegen.access.reading": ("rows_at",),
    "fixturegen.access.scanning": ("scan",),
    "fixturegen.breaking.finding": ("negatives",),
    "fixturegen.coverage.dataset": ("covering",),
    "fixturegen.errors": ("FixturegenError", "ImpossibleError", "InputError", "RefusedError", "SchemaError"),
    "fixturegen.making": ("make",),
    "fixturegen.hostile_rows": ("hostile",),
    "fixturegen.planning": ("Plan",),
    "fixturegen.schema": ("Schema",),
    "fixturegen.strategies.examples": ("dataset",),
    "fixturegen.strategies.strategy": ("datasets", "rows"),
    "fixturegen.verbs": ("export", "generate", "load", "plan", "seed", "stream", "verify"),
    "fixturegen.verdict": ("Report",),
}
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}

__all__ = [
    "FixturegenError",
    "ImpossibleError",
    "InputError",
    "Plan",
    "RefusedError",
    "Report",
    "Schema",
    "SchemaError",
    "__version__",
    "covering",
    "dataset",
    "datasets",
    "export",
    "generate",
    "hostile",
    "load",
    "make",
    "negatives",
    "plan",
    "rows",
    "rows_at",
    "scan",
    "seed",
    "stream",
    "verify",
]


def __getattr__(name: str) -> object:
    """Load a public name when it is first asked for (PEP 562)."""
    if name == "__version__":
        from importlib.metadata import version  # noqa: PLC0415 - reading the installed version takes a while

        return version("fixturegen-db")
    if name not in _HOME_OF:
        message = f"module 'fixturegen' has no attribute {name!r}"
        raise AttributeError(message)
    value = getattr(import_module(_HOME_OF[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """Return the public names and the modules loaded so far."""
    return sorted({*globals(), *__all__})
