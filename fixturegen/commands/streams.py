"""What is said on stdout and stderr, whoever listens: a reader that goes away ends no work and changes no exit code."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import TextIO


def ready() -> None:
    """Make both streams fit to be written to: closed ones swallow what they get, and no text is beyond their encoding."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:  # the shell closed it: >&-
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123, SIM115 - open to the end
        elif hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def say(text: str) -> None:
    """Write a result to stdout.

    Raises:
        OSError: If it cannot be written: a full disk. That nobody reads on is no failure.
    """
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        forget(sys.stdout)


def tell(text: str) -> None:
    """Write anything else to stderr; where that fails, there is nobody to be told."""
    try:
        sys.stderr.write(text)
        sys.stderr.flush()
    except OSError:
        forget(sys.stderr)


def forget(stream: TextIO) -> None:
    """Let a stream, and what it still holds, go nowhere."""
    with suppress(OSError, ValueError):  # one without a file has nothing to flush at the end either
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
