"""All files or none: an export is written into a hidden folder of its directory and moved into place at the end."""

from __future__ import annotations

import errno
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import polars as pl

from fixturegen.errors import InputError, RefusedError
from fixturegen.sinks.manifest import MANIFEST, Manifest, read_manifest

_PREFIX = ".fixturegen-"
_ANY = "[a-z0-9_]"


@contextmanager
def staged(directory: Path) -> Iterator[Path]:
    """Give a hidden folder within ``directory`` that is gone at the end, whatever happens.

    The directory itself is made where it is missing, and removed again if the work fails and nothing else is in it. What an
    export that was killed left behind there is removed as well.

    Raises:
        InputError: If the directory is a file or cannot be written.
        RefusedError: If the disk is full, or fails otherwise.
    """
    made = _make(directory)
    try:
        _clear(directory)
        staging, lock = _held(directory)
    except OSError as error:
        _remove(made)
        message = f"cannot be written: {_reason(error)}"
        raise InputError(message, where=directory) from error
    try:
        with explained(directory):
            yield staging
    except BaseException:
        shutil.rmtree(staging, ignore_errors=True)
        _remove(made)
        raise
    else:
        shutil.rmtree(staging, ignore_errors=True)
    finally:
        _release(lock)


def _held(directory: Path) -> tuple[Path, int | None]:
    """Make a hidden folder that is locked for as long as this process lives."""
    while True:
        staging = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=directory))
        lock = _locked(staging)
        if staging.exists():  # else another export took it for left behind before it was locked
            return staging, lock
        _release(lock)


def _clear(directory: Path) -> None:
    """Remove the hidden folders of exports that are no more."""
    for folder in directory.glob(f"{_PREFIX}{_ANY * 8}"):  # as tempfile names it
        lock = _locked(folder)
        if lock is not None:
            shutil.rmtree(folder, ignore_errors=True)
            _release(lock)


def _locked(folder: Path) -> int | None:
    """Lock a folder; None where another process has locked it, or where folders cannot be locked."""
    if sys.platform == "win32":
        return None
    import fcntl  # noqa: PLC0415 - Windows has none

    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        return None
    return handle


def _release(lock: int | None) -> None:
    if lock is not None:
        os.close(lock)


@contextmanager
def explained(directory: Path) -> Iterator[None]:
    """Turn failures of the file system into an error that names the directory."""
    try:
        yield
    except OSError as error:
        message = f"the export failed: {_reason(error)}; nothing of it is left"
        raise RefusedError(message, where=directory) from error
    except pl.exceptions.ComputeError as error:
        reason = _told(error)
        if reason is None:
            raise
        message = f"the export failed: {reason}; nothing of it is left"
        raise RefusedError(message, where=directory) from error


def refuse_beyond(directory: Path, rows: int) -> None:
    """Refuse more rows than the disk has free bytes: a row takes one at the very least.

    Raises:
        InputError: With both numbers.
    """
    at = next((path for path in (directory, *directory.absolute().parents) if _found(path)), None)
    if at is None:
        return
    free = shutil.disk_usage(at).free
    if 0 < free < rows:  # some file systems do not say
        message = f"{rows:,} rows do not fit: the disk has {free:,} bytes free, less than one for each"
        raise InputError(message, where=directory, hint="Ask for fewer rows.")


def _found(path: Path) -> bool:
    """Whether a path exists; a name that the system cannot even look up does not."""
    try:
        return path.exists()
    except OSError:
        return False


def previous(directory: Path) -> Manifest | None:
    """Return the manifest of the export that ``directory`` holds, or None where there is none.

    Raises:
        InputError: If there is a ``manifest.json`` that is not ours.
    """
    if not (directory / MANIFEST).exists():
        return None
    try:
        return read_manifest(directory)
    except InputError as error:
        raise InputError(error.message, where=error.where, hint="Choose another directory, or move it away.") from error


def refuse_foreign(directory: Path, wanted: tuple[str, ...], before: Manifest | None) -> None:
    """Refuse to replace what an earlier export did not write.

    Args:
        directory: Where the files go.
        wanted: Paths that will be written; a folder of parts is named by its folder.
        before: The earlier export's manifest.

    Raises:
        InputError: If one of them exists and is not in that manifest.
    """
    own = set() if before is None else {*before.paths(), *(path.split("/")[0] for path in before.paths())}
    foreign = [path for path in wanted if path not in own and _exists(directory / path)]
    if foreign:
        message = f"{foreign[0]!r} exists and was not written by fixturegen"
        raise InputError(message, where=directory, hint="Choose another directory, or move it away.")


def place(directory: Path, staging: Path, manifest: Manifest, before: Manifest | None) -> None:
    """Move a finished export into place and its predecessor out of the way; undo both if a move fails.

    The manifest goes first and comes last: a directory that holds one holds a whole export.
    """
    moves = Moves(staging / ".before")
    try:
        if before is not None:
            for path in (MANIFEST, *before.paths()):
                moves.away(directory / path)
            _drop_empty(directory, before.paths())
        for path in (*manifest.paths(), MANIFEST):
            moves.into(staging / path, directory / path)
    except BaseException:
        moves.undo()
        raise


class Moves:
    """Renames that can be taken back."""

    def __init__(self, attic: Path) -> None:
        self._attic = attic
        self._done: list[tuple[Path, Path]] = []

    def away(self, path: Path) -> None:
        """Move a file into the attic, if it is there."""
        if _exists(path):
            self._attic.mkdir(exist_ok=True)
            self._rename(path, self._attic / str(len(self._done)))

    def into(self, source: Path, target: Path) -> None:
        """Move a file to where nothing is."""
        target.parent.mkdir(exist_ok=True)
        if _exists(target):
            raise FileExistsError(errno.EEXIST, "appeared during the export", str(target))
        self._rename(source, target)

    def undo(self) -> None:
        """Take all moves back, the last one first."""
        for source, target in reversed(self._done):
            with suppress(OSError):
                source.parent.mkdir(exist_ok=True)
                target.replace(source)
                target.parent.rmdir()
        self._done.clear()

    def _rename(self, source: Path, target: Path) -> None:
        source.replace(target)
        self._done.append((source, target))


def _make(directory: Path) -> list[Path]:
    missing = [path for path in (directory, *directory.parents) if not _found(path)]
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        _remove(missing)
        message = "is a file, not a directory" if _found(directory) else f"cannot be made: {_reason(error)}"
        raise InputError(message, where=directory) from error
    return missing


def _remove(made: list[Path]) -> None:
    for path in made:
        with suppress(OSError):
            path.rmdir()


def _drop_empty(directory: Path, paths: tuple[str, ...]) -> None:
    inner = [path.rsplit("/", 1)[0] for path in paths if path.count("/") > 1]
    for folder in dict.fromkeys((*inner, *(path.split("/")[0] for path in paths if "/" in path))):
        with suppress(OSError):
            (directory / folder).rmdir()


def _exists(path: Path) -> bool:
    return path.exists() or path.is_symlink()


def _reason(error: OSError) -> str:
    return (error.strerror or _told(error) or type(error).__name__).lower()


def _told(error: Exception) -> str | None:
    """Return what the system says by the number that Polars tells in words of its own, if it tells one."""
    found = re.search(r"\(os error (\d+)\)", str(error))
    return None if found is None else os.strerror(int(found.group(1))).lower()
