"""What is kept for later runs: which content serves which purpose, so that content that serves none any more is dropped."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from fixturegen.errors import RefusedError
from pytest_fixturegen.files import write_whole


class Kept:
    """Keys of contents by purpose, a file for each purpose.

    Args:
        folder: The directory that outlives the run.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def serves(self, purpose: str, key: str, drop: Callable[[str], bool]) -> None:
        """Note which content serves a purpose, and drop what served it before.

        Args:
            purpose: What the content is for.
            key: The content's key.
            drop: Drops the content of a key; returns False, or raises RefusedError, if that cannot be done now. It is
                asked again whenever another content serves the purpose.
        """
        path = self._folder / f"{sha256(purpose.encode()).hexdigest()[:12]}.kept"
        before = _read(path)
        if before[:1] == [key]:
            return
        left = [each for each in before if each != key and not _dropped(each, drop)]
        # A directory that cannot be written costs the server's room, not the tests.
        write_whole(path, "\n".join([key, *left]))


def _read(path: Path) -> list[str]:
    with suppress(OSError, ValueError):
        return path.read_text("utf-8").split()
    return []


def _dropped(key: str, drop: Callable[[str], bool]) -> bool:
    try:
        return drop(key)
    except RefusedError:
        return False
