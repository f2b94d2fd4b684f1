"""A process that makes and writes files, told by its standard input, telling by its standard output."""

from __future__ import annotations

import os
import pickle
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import BinaryIO

from fixturegen import memory
from fixturegen.databases.oracles import asking, at_hand
from fixturegen.errors import FixturegenError, RefusedError
from fixturegen.planning.planner import planned
from fixturegen.working.jobs import Job, Unit, packed
from fixturegen.working.writing import Desk

Tell = Callable[[object], None]


def main() -> None:
    """Do units until there are no more; whoever is told is gone, or has heard of the failure, when this ends."""
    memory.search_seldom()
    memory.hold()
    asked, told = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a driver may print must not come between messages

    def tell(message: object) -> None:
        told.write(packed(message))
        told.flush()

    with suppress(BrokenPipeError, EOFError):
        try:
            _work(asked, tell)
        except (BrokenPipeError, EOFError):
            raise
        except Exception as error:  # noqa: BLE001 (all is told, and raised there)
            tell(("failed", _portable(error)))


def _work(asked: BinaryIO, tell: Tell) -> None:
    job: Job = pickle.load(asked)  # noqa: S301 (from the process that started this one)
    judges = at_hand(job.address)
    plan = planned(job.schema, job.options, judges=judges, ceilings=job.ceilings)
    with asking(job.address) as oracles:
        desk = Desk(job, plan, oracles)
        tell(("ready",))
        while True:
            unit: Unit = pickle.load(asked)  # noqa: S301 (the same)
            tell(("done", desk.write(unit, lambda table, rows: tell(("rows", table, rows)))))


def _portable(error: Exception) -> Exception:
    """Return an error that another process can read and explain."""
    if isinstance(error, FixturegenError | OSError):
        return error
    with suppress(Exception):  # errors of libraries may hold anything
        if type(pickle.loads(packed(error))) is type(error):  # noqa: S301 (packed here)
            return error
    return RefusedError(f"{type(error).__name__}: {error}")
