"""Files that other runs may read at any moment, and that no run depends on."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path


def write_whole(path: Path, text: str) -> None:
    """Write a file so that nobody ever sees a part of it; where it cannot be written, all stays as it was.

    Args:
        path: The file.
        text: What it is to hold.
    """
    unfinished = path.with_suffix(f".{os.getpid()}")
    with suppress(OSError):
        try:
            unfinished.write_text(text, "utf-8")
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)
