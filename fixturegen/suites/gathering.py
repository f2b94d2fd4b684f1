"""Rows that have no place in lines that are refused, gathered in lines that are taken as a whole, over their common parents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fixturegen.breaking.records import Insert
from fixturegen.suites.fresh import freshened
from fixturegen.suites.locality import Locality
from fixturegen.suites.merging import Bin, apart, rows_of, single, step_key
from fixturegen.suites.placing import Draft, Slot

MOST = 24
"""So many statements are in a line, unless one row alone takes more: what a line that fails still tells."""


def gathered(bins: Sequence[Bin], localities: Mapping[str, Locality]) -> list[Draft]:
    """Return lines, as few as a best fit finds, that hold all rows with what must stand before them.

    Args:
        bins: Rows that are taken.
        localities: What reads which columns, by table.
    """
    lines: list[Draft] = []
    for made in sorted(bins, key=lambda each: -len(each.before)):
        found = [(len(slots), at, slots) for at, line in enumerate(lines)
                 if (slots := beside(line, made, localities)) is not None]  # fmt: skip
        if found:
            _, at, slots = min(found, key=lambda each: each[:2])
            _join(lines[at], made, slots)
        else:
            lines.append(_line_of(made))
    return lines


def beside(line: Draft, made: Bin, localities: Mapping[str, Locality]) -> list[Slot] | None:
    """Return what must be added to a line so that a row can stand in it, the row last; None where it cannot.

    Args:
        line: The line.
        made: The row, and what must stand before it.
        localities: What reads which columns, by table.
    """
    standing = {slot.key for slot in line.all_slots}
    missing = {key: step for key, step in made.steps.items() if key not in standing}
    if len(standing) + len(missing) >= MOST:
        return None
    steps = [slot.step for slot in line.all_slots]
    for step in missing.values():
        row = single(step)
        if row is None or not apart(row, step.table, steps, localities):
            return None
        steps.append(step)
    locality = localities[made.table]
    rows = [row for step in steps if step.table == made.table for row in rows_of(step)]
    row = freshened(made, rows, locality)
    if row is None or line.meets(made.row, row, locality):
        return None
    last = Insert(table=made.table, rows=(row,))
    return [*(Slot(step, key, settled=True) for key, step in missing.items()), Slot(last, step_key(last), settled=True)]


def _join(line: Draft, made: Bin, slots: Sequence[Slot]) -> None:
    """Put a row at the end of a line: the line is called by it from now on."""
    *before, last = slots
    line.slots += [Slot(line.last.step, line.last.key, [line.record, *line.last.records], settled=True), *before]
    line.record, *last.records = made.records
    line.last = last


def _line_of(made: Bin) -> Draft:
    """Return a line for a row alone: the first of its records gives the name, the others are covered."""
    line = Draft(made.records[0])
    line.slots = [Slot(step, key, settled=True) for key, step in made.steps.items()]
    step = Insert(table=made.table, rows=(made.row,))
    line.last = Slot(step, step_key(step), made.records[1:], settled=True)
    return line
