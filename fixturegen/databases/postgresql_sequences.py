"""Sequences that follow the rows: they know nothing of rows that brought their own numbers.

``setval`` is never undone, a restart is: it gives the sequence a file of its own within the transaction, and what is set then is
kept or undone with everything else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from fixturegen.databases.postgresql_catalogue import Catalogue, Numbering
from fixturegen.databases.postgresql_connection import Session
from fixturegen.databases.quoting import quoted
from fixturegen.errors import RefusedError


@dataclass(frozen=True, slots=True)
class _State:
    last: int
    called: bool


def follow(session: Session, catalogue: Catalogue, numberings: Sequence[Numbering]) -> None:
    """Let the next number of each sequence lie beyond every number in the columns that it numbers; none is set back."""
    if not numberings:
        return
    states = _states(session, numberings)
    for numbering, extreme in zip(numberings, _extremes(session, catalogue, numberings), strict=True):
        wanted = _wanted(numbering, extreme, states[numbering.name])
        if wanted is not None:
            _set(session, numbering, wanted)
            states[numbering.name] = _State(wanted, called=True)


def restart(session: Session, numberings: Iterable[Numbering]) -> None:
    """Let sequences start over."""
    for name in dict.fromkeys(numbering.name for numbering in numberings):
        session.run(f"ALTER SEQUENCE {name} RESTART")


def _states(session: Session, numberings: Sequence[Numbering]) -> dict[str, _State]:
    names = list(dict.fromkeys(numbering.name for numbering in numberings))
    parts = [f"SELECT {at}, last_value, is_called FROM {name}" for at, name in enumerate(names)]  # noqa: S608 (quoted)
    rows = session.rows(" UNION ALL ".join(parts))
    return {names[at]: _State(last, called) for at, last, called in rows}


def _extremes(session: Session, catalogue: Catalogue, numberings: Sequence[Numbering]) -> list[int | None]:
    parts = []
    for at, numbering in enumerate(numberings):
        function, column = "max" if numbering.step > 0 else "min", quoted(numbering.column, "postgresql")
        table = catalogue.name(numbering.table)
        parts.append(f"SELECT {at}, (SELECT {function}({column}) FROM {table})::numeric")  # noqa: S608 (quoted)
    found: Mapping[int, int | None] = dict(session.rows(" UNION ALL ".join(parts)))
    return [found[at] for at in range(len(numberings))]


def _wanted(numbering: Numbering, extreme: int | None, state: _State) -> int | None:
    """Return the number that the sequence should have given last, None where it is beyond already."""
    if extreme is None:
        return None
    value = min(max(int(extreme), numbering.least), numbering.greatest)
    within = extreme >= numbering.least if numbering.step > 0 else extreme <= numbering.greatest
    ahead = value > state.last if numbering.step > 0 else value < state.last
    return value if within and (ahead or (value == state.last and not state.called)) else None


def _set(session: Session, numbering: Numbering, value: int) -> None:
    if not numbering.settable:
        message = f"the database does not permit to set the sequence {numbering.name}"
        raise RefusedError(message, where=session.place, hint="Connect as its owner.")
    if numbering.owned:
        session.run(f"ALTER SEQUENCE {numbering.name} RESTART")
    session.rows("SELECT setval(%s::regclass, %s)", (numbering.name, value))
