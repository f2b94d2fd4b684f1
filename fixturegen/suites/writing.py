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
    """Write lines to a file; it appears when all of it is written. Devices and pipes are written to as they are.

    Raises:
        InputError: If it cannot be written.
    """
    try:
        write_whole(path, ndjson(lines))
    except OSError as error:
        message = f"cannot be written: {error.strerror or 'no reason given'}"
        raise InputError(message, where=path) from error


def write_whole(path: Path, text: str) -> None:
    """Write a text to a file as a whole or not at all; to what is no file (a device, a pipe), directly.

    A link stays a link: the file that it leads to is replaced.

    Raises:
        OSError: If it cannot be written.
    """
    if path.exists() and not path.is_file():
        with path.open("w", encoding="utf-8", newline="\n") as device:
            device.write(text)
        return
    target = path.resolve()
    temporary = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        temporary.write_text(text, encoding="utf-8", newline="\n")
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
