"""Keys that rows of a database hold already, moved out of their way: a test's rows refer to each other only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from fixturegen.breaking.records import Insert, Record, Step, Update
from fixturegen.breaking.values import letters
from fixturegen.databases.quoting import quoted, quoted_table
from fixturegen.probing.bench import Bench
from fixturegen.schema import Column, Schema, Table
from fixturegen.suites.fresh import alternatives
from fixturegen.suites.locality import OF_VALUE, Locality
from fixturegen.suites.statements import written

Place = tuple[str, str]
"""A table and a column."""
_AT_ONCE = 200
_MOST = 100_000


def moved(records: Sequence[Record], schema: Schema, bench: Bench) -> list[Record]:
    """Return the records with other values where a row of the database holds theirs in a column of a key or unique.

    Columns that references join get the same values. Where a constraint reads such a column beside, its values stay: another one
    might break it.

    Args:
        records: The records, made for empty tables.
        schema: The schema.
        bench: The database.
    """
    full = {name for name in schema.tables if _holds_rows(name, bench)}
    used = _used(records)
    exchanged: dict[Place, dict[str, object]] = {}
    for joined in _joined(schema):
        if not any(table in full for table, _ in joined) or not all(_movable(schema, place) for place in joined):
            continue
        values = _distinct(value for place in joined for value in used.get(place, ()))
        columns = [column_of(schema, place) for place in joined]
        taken = _taken([place for place in joined if place[0] in full], values, schema, bench)
        if taken:
            found = _exchange(values, taken, columns[0], _greatest(joined, full, columns[0], bench))
            exchanged |= dict.fromkeys(joined, found)
    return [_moved(record, exchanged) for record in records] if exchanged else list(records)


def full_tables(schema: Schema, bench: Bench) -> frozenset[str]:
    """Return the tables that hold rows."""
    return frozenset(name for name in schema.tables if _holds_rows(name, bench))


def column_of(schema: Schema, place: Place) -> Column:
    """Return the column at a place."""
    table, name = place
    return next(column for column in schema.tables[table].columns if column.name == name)


def _holds_rows(table: str, bench: Bench) -> bool:
    return bool(bench.rows(f"SELECT 1 FROM {quoted_table(table, bench.dialect)} LIMIT 1"))  # noqa: S608 (quoted)


def _used(records: Iterable[Record]) -> dict[Place, list[object]]:
    used: dict[Place, list[object]] = {}
    for record in records:
        for step in record.steps:
            for row in step.rows if isinstance(step, Insert) else (step.key, step.values):
                for name, value in row.items():
                    if value is not None:
                        used.setdefault((step.table, name), []).append(value)
    return used


def _joined(schema: Schema) -> list[list[Place]]:
    """Return the columns of keys and uniques, those that references join together."""
    home: dict[Place, Place] = {}

    def root(place: Place) -> Place:
        while home.setdefault(place, place) != place:
            place = home[place]
        return place

    for table in schema.tables.values():
        for unique in _uniques(table):
            for name in unique:
                root((table.name, name))
        for reference in table.references:
            for own, target in zip(reference.columns, reference.target, strict=True):
                if reference.table in schema.tables:
                    home[root((table.name, own))] = root((reference.table, target))
    groups: dict[Place, list[Place]] = {}
    for place in list(home):
        groups.setdefault(root(place), []).append(place)
    return list(groups.values())


def _uniques(table: Table) -> Iterator[tuple[str, ...]]:
    if table.primary_key is not None:
        yield table.primary_key.columns
    for unique in table.uniques:
        yield unique.columns


def _movable(schema: Schema, place: Place) -> bool:
    table, name = schema.tables[place[0]], place[1]
    column = column_of(schema, place)
    if column.generated is not None or column.choices or column.type.kind in {"boolean", "enum"}:
        return False
    locality = Locality(schema, table)
    shared = {"primary_key", "unique", "reference", *OF_VALUE}
    return not any(name in locality.readers[str(each)] for each in locality.constraints if each.kind not in shared)


def _distinct(values: Iterable[object]) -> list[object]:
    return list({repr(value): value for value in values}.values())


def _taken(places: Iterable[Place], values: Sequence[object], schema: Schema, bench: Bench) -> set[str]:
    """Return what of the values some row holds, texts without regard to case."""
    found: set[str] = set()
    for table, name in places:
        column = quoted(name, bench.dialect)
        type_ = column_of(schema, (table, name)).type
        folded = type_.kind == "text"
        asked = f"lower({column})" if folded else column
        texts = [written(value, type_, bench.dialect) for value in values]
        listed = [f"lower({text})" if folded else text for text in texts]
        head = f"SELECT DISTINCT {asked} FROM {quoted_table(table, bench.dialect)} WHERE {asked} IN"  # noqa: S608 (quoted)
        for at in range(0, len(values), _AT_ONCE):
            found |= _held(head, listed[at : at + _AT_ONCE], bench)
    return found


def _held(head: str, texts: Sequence[str], bench: Bench) -> set[str]:
    """Return what a query finds of values; one that is no value of the column's type is in no row."""
    bench.mark()
    try:
        rows = bench.rows(f"{head} ({', '.join(texts)})")
    except bench.error:
        rows = None
    bench.undo()
    if rows is not None:
        return {known(row[0]) for row in rows}
    return set().union(*(_held(head, [text], bench) for text in texts)) if len(texts) > 1 else set()


def known(value: object) -> str:
    """Return what a value is known by, whatever class a driver gives it.

    >>> known("Ab "), known(3)
    ('ab', '3')
    """
    return letters(str(value))


def _greatest(places: Iterable[Place], full: Iterable[str], column: Column, bench: Bench) -> int:
    """Return the greatest integer that the database holds at some places; 0 where there is none."""
    if column.type.kind != "integer":
        return 0
    queries = [
        f"SELECT max({quoted(name, bench.dialect)}) FROM {quoted_table(table, bench.dialect)}"  # noqa: S608 (quoted)
        for table, name in places
        if table in full
    ]
    return max((int(row[0]) for query in queries for row in bench.rows(query) if row[0] is not None), default=0)


def _exchange(values: Sequence[object], taken: set[str], column: Column, greatest: int) -> dict[str, object]:
    """Return another value for each value that is taken, by the value's text; texts equal but for case stay equal."""
    given = {known(value) for value in values} | taken
    found: dict[str, object] = {}
    tails: dict[str, object] = {}
    start = max([greatest, *(value for value in values if type(value) is int and value < greatest)])
    for value in values:
        if known(value) not in taken:
            continue
        base = start if type(value) is int else value
        if known(value) in tails and isinstance(value, str):
            chosen: object = _alike(value, str(tails[known(value)]))
        else:
            chosen = next((each for each in alternatives(base, column, _MOST) if known(each) not in given), None)
            tails[known(value)] = chosen if chosen is not None else value
        if chosen is not None:
            found[repr(value)] = chosen
            given.add(known(chosen))
    return found


def _alike(value: str, model: str) -> str:
    """Return a text with the tail that its twin of another case was given."""
    return value[: max(len(model) - 2, 0)] + model[max(len(model) - 2, 0) :]


def _moved(record: Record, exchanged: Mapping[Place, Mapping[str, object]]) -> Record:
    def rows(table: str, row: Mapping[str, object]) -> dict[str, object]:
        return {name: exchanged.get((table, name), {}).get(repr(value), value) for name, value in row.items()}

    def step(each: Step) -> Step:
        if isinstance(each, Update):
            return replace(each, key=rows(each.table, each.key), values=rows(each.table, each.values))
        return replace(each, rows=tuple(rows(each.table, row) for row in each.rows))

    return replace(
        record, before=tuple(map(step, record.before)), last=step(record.last), row=rows(record.table, record.row)
    )
