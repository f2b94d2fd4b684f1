"""The names in an expression: which columns it mentions, and to which rows they lead."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlglot import exp

from fixturegen.errors import SchemaError
from fixturegen.schema import NOWHERE, Location, Path, Reference, Schema, Table

_FARTHEST = 8
"""Most references a dotted name may follow."""


def mentioned(expression: exp.Expr) -> tuple[str, ...]:
    """Return the dotted names of an expression as they are written, each once, in order of mention.

    >>> from fixturegen.expressions.parsing import parsed
    >>> mentioned(parsed("shipped_at >= customers.signup_at AND shipped_at < now()", "sqlite"))
    ('shipped_at', 'customers.signup_at')
    """
    return tuple(dict.fromkeys(dotted(node) for node in expression.dfs() if is_column(node)))


def is_column(node: exp.Expr) -> bool:
    """Return whether a node names a column: plain, or with the rows before it (``a.b.c``, ``a.b.c.d.e``)."""
    if isinstance(node, exp.Dot):
        # ``'hot'::plant.phase`` names a type.
        return not isinstance(node.parent, exp.Dot | exp.DataType) and _parts(node) is not None
    return isinstance(node, exp.Column) and not isinstance(node.parent, exp.Dot)


def dotted(node: exp.Expr) -> str:
    """Return the dotted name of a column, without quotes."""
    parts = _parts(node)
    assert parts is not None
    return ".".join(parts)


def _parts(node: exp.Expr) -> list[str] | None:
    """Return the names of a dotted column, or None for another use of the dot (such as a function in a schema)."""
    if isinstance(node, exp.Column):
        return [part.name for part in node.parts]
    if isinstance(node, exp.Identifier):
        return [node.name]
    if isinstance(node, exp.Dot):
        left, right = _parts(node.this), _parts(node.expression)
        return None if left is None or right is None else left + right
    return None


def resolved(schema: Schema, table: Table | str, dotted: str, where: Location | None = None) -> Path:
    """Return the column that a dotted name means in a row of ``table``.

    A word before a dot is a reference's column or role (``buyer_id``, ``buyer``), a reference's name, or the name of a table
    that exactly one reference of this table leads to. The table's own name stands for the row itself. Names match exactly, or
    without regard to case where that leaves one.

    Args:
        schema: The schema.
        table: Whose row the name is read in.
        dotted: The name, such as ``shipped_at``, ``customers.signup_at`` or ``order_id.customer_id.signup_at``.
        where: Where it was written, for the message.

    Returns:
        References to follow, and the column at their end.

    Raises:
        SchemaError: No such column, row or table (with the nearest miss), or several references fit (all are listed).
    """
    here = _table(schema, table, where)
    words, at = dotted.split("."), 0
    taken: list[str] = []
    while at < len(words) - 1:
        own, width = _own(here, words[at:], moved=bool(taken))
        if own:
            at += width
            continue
        reference, width = _followed(schema, here, words[at:], dotted, where)
        here, at = _table(schema, reference.table, where), at + width
        taken.append(reference.name)
        if len(taken) > _FARTHEST:
            message = f"{dotted!r} follows more than {_FARTHEST} references"
            raise SchemaError(message, where=where)
    return Path(tuple(taken), _column(here, words[-1], dotted, where))


def matching(given: str, names: Iterable[str]) -> str | None:
    """Return the name that ``given`` means: the same, or the only one that differs in case alone; None for none.

    >>> matching("Total", ["total", "tax"])
    'total'
    >>> matching("A", ["a", "A"])
    'A'
    """
    listed = list(names)
    if given in listed:
        return given
    folded = [name for name in listed if name.lower() == given.lower()]
    return folded[0] if len(folded) == 1 else None


def _table(schema: Schema, table: Table | str, where: Location | None) -> Table:
    if isinstance(table, Table):
        return table
    name = matching(table, schema.tables)
    if name is None:
        message = f"unknown table {table!r}"
        raise SchemaError(message, where=where or NOWHERE, given=table, exists=schema.tables)
    return schema.tables[name]


def _own(here: Table, words: Sequence[str], *, moved: bool) -> tuple[bool, int]:
    """Return whether the words begin with the table's own name (``orders.total`` in orders), and how many words that takes.

    A reference whose role or column has that name goes first, and a self reference must be named by its column.
    """
    if moved or _by_column(here, words[0]):
        return False, 0
    width = _named(here.name, words)
    return width > 0, width


def _named(table: str, words: Sequence[str]) -> int:
    """Return how many words a table's name takes at their start, 0 where they do not begin with it."""
    parts = table.lower().split(".")
    for candidate in (parts[at:] for at in range(len(parts))):
        if len(words) > len(candidate) and [word.lower() for word in words[: len(candidate)]] == candidate:
            return len(candidate)
    return 0


def _followed(
    schema: Schema, here: Table, words: Sequence[str], dotted: str, where: Location | None
) -> tuple[Reference, int]:
    by_column = _by_column(here, words[0])
    by_table = [(reference, _named(reference.table, words)) for reference in here.references]
    by_table = [(reference, width) for reference, width in by_table if width]
    found = [(reference, 1) for reference in by_column] or by_table
    if len(found) == 1:
        return found[0]
    if found:
        hint = f"Name the reference by its column: {', '.join(_ways(here, [reference for reference, _ in found]))}."
        message = f"{words[0]!r} in {dotted!r} is ambiguous: {len(found)} references of {here.name} fit"
        raise SchemaError(message, where=where, hint=hint)
    raise _no_row(schema, here, words[0], dotted, where)


def _by_column(here: Table, word: str) -> list[Reference]:
    """Return the references called ``word``: first by a single column, then by role or name, then by one of several columns."""
    folded = word.lower()
    tests = (
        [reference for reference in here.references if [name.lower() for name in reference.columns] == [folded]],
        [reference for reference in here.references if folded in {reference.role.lower(), reference.name.lower()}],
        [reference for reference in here.references if folded in [name.lower() for name in reference.columns]],
    )
    return next((found for found in tests if found), [])


def _ways(here: Table, references: Iterable[Reference]) -> list[str]:
    """Return one word for each reference that leads to it alone, in the table's order."""
    ways = []
    for reference in references:
        words = [*(reference.columns if len(reference.columns) == 1 else ()), reference.role, reference.name]
        alone = [word for word in words if word and _by_column(here, word) == [reference]]
        ways.append(alone[0] if alone else f"{reference.table} by {', '.join(reference.columns)}")
    return ways


def _no_row(schema: Schema, here: Table, word: str, dotted: str, where: Location | None) -> SchemaError:
    if matching(word, schema.tables) is not None:
        message = f"no reference of {here.name} leads to {word!r} in {dotted!r}"
        reachable = sorted({reference.table for reference in here.references} | set(_ways(here, here.references)))
        return SchemaError(message, where=where, exists=reachable)
    message = f"{here.name} has no reference or related table {word!r} in {dotted!r}"
    exists = {reference.table for reference in here.references} | set(_ways(here, here.references))
    return SchemaError(message, where=where, given=word, exists=exists)


def _column(here: Table, word: str, dotted: str, where: Location | None) -> str:
    names = [column.name for column in here.columns]
    found = matching(word, names)
    if found is not None:
        return found
    within = "" if word == dotted else f" in {dotted!r}"
    message = f"{here.name} has no column {word!r}{within}"
    raise SchemaError(message, where=where, given=word, exists=names)
