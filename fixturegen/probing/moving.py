"""Keys that rows of a database hold already, moved out of their way: a test's rows refer to each other only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from fixturegen.breaking.keeping import alike
from fixturegen.breaking.records import Insert, Record, Step, Update
from fixturegen.breaking.values import greatest as greatest_of
from fixturegen.breaking.values import least, letters
from fixturegen.constraints.contract import Constraint
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

    Columns that references join get the same values. Where checks read such a column, its values are moved only if the checks say
    of every row what they said before.

    Args:
        records: The records, made for empty tables.
        schema: The schema.
        bench: The database.
    """
    full = {name for name in schema.tables if _holds_rows(name, bench)}
    used = _used(records)
    exchanged: dict[Place, Mapping[str, object]] = {}
    for joined in _joined(schema):
        if not any(table in full for table, _ in joined) or not all(_movable(schema, place) for place in joined):
            continue
        values = _distinct(value for place in joined for value in used.get(place, ()))
        columns = [column_of(schema, place) for place in joined]
        taken = _taken([place for place in joined if place[0] in full], values, schema, bench)
        if not taken:
            continue
        greatest = _greatest(joined, full, columns[0], bench)
        readers = _readers(schema, joined)
        for found in (_exchange(values, taken, columns[0], greatest), _shifted(values, taken, columns[0], greatest)):
            tried = {**exchanged, **dict.fromkeys(joined, found)}
            if found and _kept(records, tried, schema, readers):
                exchanged = tried
                break
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
    names = {column.name for column in table.columns}
    for exclusion in table.exclusions:
        pairs = zip(exclusion.expressions, exclusion.operators, strict=True)
        yield tuple(bare for text, operator in pairs if operator == "=" and (bare := _unquoted(text)) in names)


def _unquoted(text: str) -> str:
    return text[1:-1].replace('""', '"') if text.startswith('"') and text.endswith('"') else text


def _movable(schema: Schema, place: Place) -> bool:
    column = column_of(schema, place)
    return column.generated is None and not column.choices and column.type.kind not in {"boolean", "enum"}


def _readers(schema: Schema, joined: Iterable[Place]) -> dict[str, dict[str, Constraint]]:
    """Return the constraints by which a row is judged by more than its keys, where they read one of the places; by table."""
    found: dict[str, dict[str, Constraint]] = {}
    shared = {"primary_key", "unique", "reference", "exclusion", *OF_VALUE}
    for table, name in joined:
        locality = Locality(schema, schema.tables[table])
        asked = {
            str(each): each
            for each in locality.constraints
            if each.kind not in shared and name in locality.readers[str(each)]
        }
        if asked:
            found.setdefault(table, {}).update(asked)
    return found


def _kept(
    records: Sequence[Record],
    exchanged: Mapping[Place, Mapping[str, object]],
    schema: Schema,
    readers: Mapping[str, Mapping[str, Constraint]],
) -> bool:
    """Whether the readers say of all rows with other values what they say of the rows as they are."""
    for table, asked in readers.items():
        steps = [
            step for record in records for step in record.steps if step.table == table and isinstance(step, Insert)
        ]
        rows = list({repr(row): row for step in steps for row in step.rows}.values())
        others = [_with_others(table, row, exchanged) for row in rows]
        if not alike(schema, schema.tables[table], asked.values(), rows, others):
            return False
    return True


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


def _shifted(values: Sequence[object], taken: set[str], column: Column, greatest: int) -> dict[str, object]:
    """Return all integers from the least one on that is taken, moved up by the same number: they stand to each other as before.

    What lies at the ends of the type, or beyond, stays; nothing is moved where there is too little room.
    """
    if column.type.kind != "integer":
        return {}
    ends = (least(column.type) + 1, greatest_of(column.type) - 1)
    inner = [value for value in values if type(value) is int and ends[0] < value < ends[1]]
    first = min((value for value in inner if known(value) in taken), default=greatest + 1)
    by = greatest + 1 - first
    if by <= 0 or max(inner, default=0) + by > ends[1]:
        return {}
    return {repr(value): value + by for value in inner if value >= first}


def _with_others(
    table: str, row: Mapping[str, object], exchanged: Mapping[Place, Mapping[str, object]]
) -> dict[str, object]:
    return {name: exchanged.get((table, name), {}).get(repr(value), value) for name, value in row.items()}


def _moved(record: Record, exchanged: Mapping[Place, Mapping[str, object]]) -> Record:
    def step(each: Step) -> Step:
        if isinstance(each, Update):
            key, values = (_with_others(each.table, held, exchanged) for held in (each.key, each.values))
            return replace(each, key=key, values=values)
        return replace(each, rows=tuple(_with_others(each.table, row, exchanged) for row in each.rows))

    row = _with_others(record.table, record.row, exchanged)
    return replace(record, before=tuple(map(step, record.before)), last=step(record.last), row=row)
