"""What a command tells: results on stdout, all else on stderr, progress on a terminal only."""

from __future__ import annotations

import json as json_module
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fixturegen.commands.streams import say, tell
from fixturegen.errors import FixturegenError

if TYPE_CHECKING:
    from fixturegen.planning import Plan

Progress = Callable[[str, int], None]


class ReportedError(Exception):
    """A failure of which more can be told with ``--json`` than its message."""

    def __init__(self, error: FixturegenError, document: Mapping[str, object]) -> None:
        super().__init__(str(error))
        self.error = error
        self.document = document


@dataclass(frozen=True, slots=True)
class Output:
    """How a command tells its result.

    Attributes:
        json: The result is one JSON document.
        quiet: Nothing but the result and errors.
    """

    json: bool = False
    quiet: bool = False

    def result(self, text: object, document: object) -> None:
        """Print the result: the document with ``--json``, else the text (unless it is empty)."""
        if self.json:
            say(json_module.dumps(document, ensure_ascii=False, indent=2) + "\n")
        elif str(text):
            say(f"{text}\n")

    def note(self, text: object) -> None:
        """Tell something by the way."""
        if not self.quiet:
            tell(f"{text}\n")

    def lowered(self, plan: Plan) -> None:
        """Tell which wishes were lowered and why, and what is not verified."""
        for lowered in plan.lowered:
            self.note(f"{lowered.table}: {lowered.rows:,} rows in place of {lowered.asked:,}: {lowered.reason}")
        for name in plan.unverified:
            self.note(f"unverified: {name}")

    @contextmanager
    def progress(self, plan: Plan) -> Iterator[Progress | None]:
        """Show a bar for each table on a terminal; elsewhere give None."""
        if self.quiet or not sys.stderr.isatty():
            yield None
            return
        from rich import progress  # noqa: PLC0415 - kept out of --help
        from rich.console import Console  # noqa: PLC0415 - kept out of --help

        words = ("{task.fields[table]}", "{task.completed:,.0f} of {task.total:,.0f} rows", "{task.fields[speed]}")
        columns: list[progress.ProgressColumn] = [
            progress.TextColumn(words[0]),
            progress.BarColumn(),
            *map(progress.TextColumn, words[1:]),
        ]
        columns.append(progress.TimeRemainingColumn(compact=True))
        total = sum(table.rows for table in plan.tables.values())
        done: dict[str, int] = {}
        with progress.Progress(*columns, console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task("", total=total, table="", speed="")

            def advance(table: str, rows: int) -> None:
                done[table] = rows
                speed = bar.tasks[0].speed
                told = f"{speed:,.0f} rows/s" if speed else ""
                bar.update(task, completed=sum(done.values()), table=table, speed=told)

            yield advance


def lowered_document(plan: Plan) -> list[dict[str, object]]:
    """Return the lowered wishes as ``--json`` tells them."""
    return [
        {"table": lowered.table, "asked": lowered.asked, "rows": lowered.rows, "reason": lowered.reason}
        for lowered in plan.lowered
    ]
