"""Several processes that share the files of an export: the next file goes to whoever is free, and who dies is named.

This process is the first of them. It begins at once, while the others still start and plan; so an export that is over before they
are ready takes no longer than without them.
"""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, Any

from fixturegen.databases.oracles import asking
from fixturegen.errors import RefusedError
from fixturegen.planning.plan import Plan
from fixturegen.sinks.manifest import TableFiles
from fixturegen.working.jobs import Job, Unit, packed, units_of
from fixturegen.working.writing import Desk

if TYPE_CHECKING:
    from fixturegen.databases.base import Target

Progress = Callable[[str, int], None]
_PROGRAM = (
    "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN); import sys; sys.path[:] = {path!r}; "
    "from fixturegen.working.worker import main; main()"
)


@dataclass(slots=True)
class _Worker:
    number: int
    process: subprocess.Popen[bytes]
    ready: bool = False
    unit: Unit | None = None


@dataclass(slots=True)
class Crew:
    """Writes the files of an export by several processes.

    The others are started as programs of their own, not forked: threads of Polars would not survive that, and nobody's
    ``__main__`` is run again. They end with this process, whatever ends it.

    Attributes:
        plan: The plan of the export; the others make it again.
        job: What they are told.
        workers: How many processes, this one included, at least 1.
        progress: Told a table's name and how many of its rows are done.
        database: A database that judges conditions for this process.
    """

    plan: Plan
    job: Job
    workers: int
    progress: Progress | None = None
    database: Target | None = None
    _found: dict[Unit, TableFiles] = field(default_factory=dict)
    _waiting: list[Unit] = field(default_factory=list)
    _said: SimpleQueue[tuple[_Worker, Any]] = field(default_factory=SimpleQueue)
    _done: dict[str, int] = field(default_factory=dict)

    def write(self) -> dict[str, TableFiles]:
        """Write all files; return them by table, in the order of the plan.

        Raises:
            FixturegenError: As one process would raise it.
            RefusedError: A process that was killed; nothing is writing any more.
        """
        units = units_of(self.plan)
        # The greatest first: the last ones fill the gaps.
        self._waiting = sorted(units, key=self._cost)
        others = [self._started(number) for number in range(2, min(self.workers, len(units)) + 1)]
        try:
            for worker in others:
                self._tell(worker, self.job)
            self._work()
            while len(self._found) < len(units):
                self._hear(*self._said.get())
        finally:
            for worker in others:
                _end(worker.process)
        return {name: _joined([self._found[unit] for unit in units if unit.table == name]) for name in self.plan.tables}

    def _work(self) -> None:
        """Do units here until none is waiting."""
        with asking(self.database) as oracles:
            desk = Desk(self.job, self.plan, oracles)
            while self._waiting:
                unit = self._waiting.pop(0)
                self._found[unit] = desk.write(unit, self._told)

    def _told(self, table: str, rows: int) -> None:
        """Follow what is done here, and hear what the others said meanwhile."""
        self._follow(table, rows)
        with suppress(Empty):
            while True:
                self._hear(*self._said.get_nowait())

    def _hear(self, worker: _Worker, message: Any) -> None:
        """Take note of what another process said; None says that it is gone."""
        if message is None:
            if worker.unit is not None or not worker.ready:
                raise self._lost(worker)
            return
        match message:
            case ("rows", table, rows):
                self._follow(table, rows)
            case ("failed", error):
                raise error
            case ("ready",):
                worker.ready = True
                self._give(worker)
            case ("done", files):
                assert worker.unit is not None
                self._found[worker.unit] = files
                self._give(worker)

    def _cost(self, unit: Unit) -> int:
        return -(unit.stop - unit.start) * len(self.plan.tables[unit.table].steps)

    def _started(self, number: int) -> _Worker:
        threads = str(max(1, (os.cpu_count() or 1) // self.workers))
        process = subprocess.Popen(  # noqa: S603 (this very Python)
            [sys.executable, "-c", _PROGRAM.format(path=sys.path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={"POLARS_MAX_THREADS": threads, **os.environ},
        )
        worker = _Worker(number, process)
        Thread(target=self._listen, args=(worker,), name=f"fixturegen-worker-{number}", daemon=True).start()
        return worker

    def _listen(self, worker: _Worker) -> None:
        assert worker.process.stdout is not None
        with suppress(EOFError, OSError, ValueError, pickle.UnpicklingError):
            while True:
                self._said.put((worker, pickle.load(worker.process.stdout)))  # noqa: S301 (from our own process)
        self._said.put((worker, None))

    def _give(self, worker: _Worker) -> None:
        worker.unit = self._waiting.pop(0) if self._waiting else None
        if worker.unit is not None:
            self._tell(worker, worker.unit)

    def _tell(self, worker: _Worker, message: object) -> None:
        assert worker.process.stdin is not None
        with suppress(BrokenPipeError):  # that it is gone is heard where it would answer
            worker.process.stdin.write(packed(message))
            worker.process.stdin.flush()

    def _follow(self, table: str, rows: int) -> None:
        self._done[table] = self._done.get(table, 0) + rows
        if self.progress is not None:
            self.progress(table, self._done[table])

    def _lost(self, worker: _Worker) -> RefusedError:
        code = worker.process.wait()
        how = f"was ended by {_signal(-code)}" if code < 0 else f"ended with exit code {code}"
        when = "while it started" if worker.unit is None else f"while it wrote {worker.unit}"
        message = f"worker {worker.number} (process {worker.process.pid}) {how} {when}"
        return RefusedError(f"{message}; nothing of the export is left", hint="Run the export again.")


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a process now, and wait for it: nobody writes any more afterwards."""
    process.kill()
    process.wait()
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            with suppress(OSError):
                stream.close()


def _signal(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _joined(parts: list[TableFiles]) -> TableFiles:
    files = tuple(file for part in parts for file in part.files)
    after = tuple(file for part in parts for file in part.afterwards)
    return TableFiles(sum(part.rows for part in parts), parts[0].columns, files, after)
