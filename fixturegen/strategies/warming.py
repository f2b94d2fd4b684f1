"""Examples that nobody asked for: pools and expressions are made once, and not while Hypothesis looks on."""

from __future__ import annotations

import numpy as np

from fixturegen.draws import bits, bounded, stream
from fixturegen.strategies.machine import Machine
from fixturegen.strategies.worlds import Draft

WARMING = 8
"""Examples made beforehand."""


def warm(machine: Machine) -> None:
    """Make some examples of scattered digits."""
    for key in range(WARMING):
        drafts: dict[str, list[Draft]] = {name: [] for name in machine.works}
        for name in machine.works:
            if machine.counted(name) is None:
                drafts[name] += [machine.simple(name, None) for _ in range(min(2, machine.most[name]))]
                for draft in [*drafts[name]]:
                    machine.complete(draft, drafts)
        for drawn in drafts.values():
            for at, draft in enumerate(drawn):
                _scatter(machine, draft, key * len(drawn) + at)
        machine.make(drafts)


def _scatter(machine: Machine, draft: Draft, key: int) -> None:
    for digit, bounds in enumerate(machine.works[draft.table].layout.bounds):
        low, high = (1, 255) if bounds is None else bounds
        keys = np.array([key], dtype=np.uint64)
        draft.digits[digit] = int(bounded(bits(stream(0, draft.table, str(digit)), keys), low, high)[0])
