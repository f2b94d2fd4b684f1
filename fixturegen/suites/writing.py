"""A suite as NDJSON: a file as a whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from fixturegen.errors import InputError
from fixturegen.suites.lines import Line


def ndjson(lines: Iterable[Line]) -> str:
    """Return lines as text, one a line."""
    return "".join(f"{line.ndjson()}\n" for line in lines)


def write_ndjson(lines: Iterable[Line], path: Path) -> None:
    """Write lines to a file; it appears when all of it is written.

    Raises:
        InputError: If it cannot be written.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        temporary.write_text(ndjson(lines), encoding="utf-8", newline="\n")
        temporary.replace(path)
    except OSError as error:
        message = f"cannot be written: {error.strerror or 'no reason given'}"
        raise InputError(message, where=path) from error
    finally:
        temporary.unlink(missing_ok=True)
