"""Hashes of schemas that earlier runs have read: who finds its database at hand need not read the schema at all."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from pytest_fixturegen.files import write_whole

_MOST = 100
_ELSEWHERE = b"extends"
"""What a file may say that leads to another source, whose changes its own text does not show."""


class Hashes:
    """Hashes by the text that a schema was read from, kept in a file.

    Args:
        folder: The directory that outlives the run.
        also: Whatever else a hash depends on, such as versions.
    """

    def __init__(self, folder: Path, also: Mapping[str, str]) -> None:
        self._path = folder / "schemas.json"
        self._also = json.dumps(dict(also), sort_keys=True)

    def of(self, source: Path, dialect: str | None, read: Callable[[], str]) -> str:
        """Return the hash of the schema that a file describes.

        Args:
            source: The file.
            dialect: The dialect that it is read in, if it does not say.
            read: Reads the schema and returns its hash; called unless an earlier run did so for the same text.
        """
        try:
            text = source.read_bytes()
        except OSError:
            return read()  # which says what is wrong
        if _ELSEWHERE in text.lower():
            return read()
        name = sha256(json.dumps([source.suffix, dialect, self._also]).encode() + text).hexdigest()[:32]
        known = self._known()
        if name not in known:
            known[name] = read()
            self._keep(known)
        return known[name]

    def _known(self) -> dict[str, str]:
        with suppress(OSError, ValueError):
            found = json.loads(self._path.read_text("utf-8"))
            if isinstance(found, dict):
                return {name: held for name, held in found.items() if isinstance(held, str)}
        return {}

    def _keep(self, known: dict[str, str]) -> None:
        last = dict(list(known.items())[-_MOST:])
        write_whole(self._path, json.dumps(last))  # a directory that cannot be written costs the next run the reading
