"""A schema as YAML to edit: only what is worth saying, one line a column; it loads back to the same schema."""

from __future__ import annotations

from collections.abc import Iterator

from fixturegen.errors import SchemaError
from fixturegen.schema import Check, Count, Exclusion, Group, PerParent, Reference, Rows, Schema, Table, Unique
from fixturegen.sources.yaml_aggregates import way
from fixturegen.sources.yaml_column_writer import column_entries, reference_extras
from fixturegen.sources.yaml_scalars import block_entry, flow, listed, mapping, name_scalar, number_scalar, text_scalar
from fixturegen.sources.yaml_spoken import Spoken, spoken
from fixturegen.sources.yaml_sql import checked_rule, checked_sql

DEFAULTS = Schema(tables={})
Entries = list[tuple[str, str]]


def to_yaml(schema: Schema, *, schema_url: str | None = None) -> str:
    """Return a schema as YAML that :func:`fixturegen.sources.yaml_file.load_yaml` reads back.

    What comes back equals the schema, but for where things were declared, constraints that had no name, and the order of
    constraints within a table.

    Args:
        schema: The schema.
        schema_url: Path or URL of the JSON Schema, for the line that tells editors; None for no such line.

    Raises:
        InputError: If the schema holds a fill that YAML has no word for.

    Example:
        >>> from fixturegen.schema import Column, Type
        >>> user = Table(name="users", columns=(Column(name="id", type=Type(kind="integer")),),
        ...              primary_key=Unique(columns=("id",)))
        >>> print(to_yaml(Schema(tables={"users": user})), end="")
        version: 1
        tables:
          users:
            columns:
              id: {type: integer, primary_key: true}
    """
    return "\n".join(_lines(schema, schema_url)) + "\n"


def _lines(schema: Schema, schema_url: str | None) -> Iterator[str]:
    if schema_url is not None:
        yield f"# yaml-language-server: $schema={schema_url}"
    yield "version: 1"
    if schema.as_of != DEFAULTS.as_of:
        yield f"as_of: {schema.as_of.isoformat()}"
    if schema.locale != DEFAULTS.locale:
        yield f"locale: {name_scalar(schema.locale)}"
    if schema.dialect != DEFAULTS.dialect:
        yield f"dialect: {schema.dialect}"
    yield "tables:"
    for name, table in schema.tables.items():
        yield from (f"  {line}" for line in block_entry(name_scalar(name)))
        for line in _table(schema, table):
            yield f"    {line}"


def _table(schema: Schema, table: Table) -> Iterator[str]:
    said = spoken(table)
    if table.count is not None:
        yield f"rows: {_count(table, table.count)}"
    if table.locale is not None:
        yield f"locale: {name_scalar(table.locale)}"
    key = said.table.primary_key
    inline = key is not None and len(key.columns) == 1 and not key.name and not key.deferred
    if key is not None and not inline:
        yield f"primary_key: {_unique(schema, table, key)}"
    yield "columns:"
    for column in table.columns:
        marks: Entries = [("primary_key", "true")] if inline and key and key.columns == (column.name,) else []
        marks += [("unique", "true")] if column.name in said.uniques else []
        entries = column_entries(schema, table, column, said.references.get(column.name), marks)
        yield from (f"  {line}" for line in block_entry(name_scalar(column.name), mapping(entries)))
    yield from _constraints(schema, table, said)


def _constraints(schema: Schema, table: Table, said: Spoken) -> Iterator[str]:
    beside = list(said.references.values())
    yield from _list("unique", [_unique(schema, table, part) for part in said.table.uniques if not _inline(part, said)])
    yield from _list("references", [_reference(part) for part in said.table.references if not _among(part, beside)])
    yield from _list("rules", [_rule(schema, table, part) for part in said.table.checks])
    yield from _list("exclusions", [_exclusion(part) for part in said.table.exclusions])
    if table.groups:
        yield "groups:"
        for group in table.groups:
            yield from (f"  {line}" for line in block_entry(name_scalar(group.name), _group(group)))
    if table.options:
        yield f"options: {flow(table.options)}"


def _among(reference: Reference, references: list[Reference]) -> bool:
    return any(reference is other for other in references)


def _inline(unique: Unique, said: Spoken) -> bool:
    plain = not unique.expressions and unique.predicate is None and unique.nulls_distinct and not unique.deferred
    return plain and len(unique.columns) == 1 and not unique.name and unique.columns[0] in said.uniques


def _list(key: str, items: list[str]) -> Iterator[str]:
    if items:
        yield f"{key}:"
        yield from (f"  - {item}" for item in items)


def _names(columns: tuple[str, ...]) -> str:
    return listed(name_scalar(column) for column in columns)


def _count(table: Table, count: Count) -> str:
    if isinstance(count, Rows):
        return str(count.number)
    reference = next(each for each in table.references if each.name == count.reference)
    several = [each for each in table.references if each.table == reference.table]
    by = way(reference, table.references) if len(several) > 1 else None
    words = [reference.table, *([by] if by else [])]
    if count.distribution == "uniform" and not count.childless and all(name_scalar(word) == word for word in words):
        return f"{count.low}..{count.high} per {' by '.join(words)}"
    return _long_count(count, reference, by)


def _long_count(count: PerParent, reference: Reference, by: str | None) -> str:
    entries = [("per", name_scalar(reference.table)), *([("by", name_scalar(by))] if by else [])]
    entries += [("low", str(count.low)), ("high", str(count.high))]
    if count.distribution != "uniform":
        entries.append(("distribution", count.distribution))
    if count.mean is not None:
        entries.append(("exponent" if count.distribution == "zipf" else "mean", number_scalar(count.mean)))
    if count.childless:
        entries.append(("childless", number_scalar(count.childless)))
    return mapping(entries)


def _unique(schema: Schema, table: Table, unique: Unique) -> str:
    plain = not unique.expressions and unique.predicate is None and unique.nulls_distinct
    if plain and not unique.name and not unique.deferred:
        return _names(unique.columns)
    entries = [("columns", _names(unique.columns))]
    if unique.expressions:
        entries.append(("expressions", listed(text_scalar(text) for text in unique.expressions)))
    if unique.predicate is not None:
        entries.append(("where", text_scalar(unique.predicate)))
    if unique.name:
        entries.append(("name", name_scalar(unique.name)))
    entries += [("nulls_distinct", "false")] if not unique.nulls_distinct else []
    entries += [("deferred", "true")] if unique.deferred else []
    if unique.dialect != schema.dialect and (unique.expressions or unique.predicate is not None):
        entries.append(("dialect", unique.dialect))
    texts = (*unique.expressions, *([unique.predicate] if unique.predicate is not None else []))
    columns = [column.name for column in table.columns]
    try:
        for text in texts:
            checked_sql(text, unique.dialect, unique.where, columns, table.name)
    except SchemaError:
        entries.append(("verbatim", "true"))
    return mapping(entries)


def _reference(reference: Reference) -> str:
    entries = [("columns", _names(reference.columns)), ("to", _target(reference))]
    entries += [("name", name_scalar(reference.name))] if reference.name else []
    return mapping(entries + reference_extras(reference))


def _target(reference: Reference) -> str:
    plain = all(name_scalar(name) == name for name in (reference.table, *reference.target))
    if plain:
        return f'"{reference.table}({", ".join(reference.target)})"'
    return mapping([(name_scalar(reference.table), _names(reference.target))])


def _rule(schema: Schema, table: Table, check: Check) -> str:
    long: Entries = [] if check.enforced else [("enforced", "false")]
    if check.dialect != schema.dialect:
        long.append(("dialect", check.dialect))
    try:
        checked_rule(schema, table, check.sql, check.dialect, check.where)
    except SchemaError:
        long.append(("verbatim", "true"))
    sql = text_scalar(check.sql)
    if long or check.name == "sql" or len(check.name) > 100:
        named = [("name", name_scalar(check.name))] if check.name else []
        return mapping([("sql", sql), *named, *long])
    return f"{name_scalar(check.name)}: {sql}" if check.name else sql


def _exclusion(exclusion: Exclusion) -> str:
    pairs = zip(exclusion.expressions, exclusion.operators, strict=True)
    entries = [("elements", mapping((text_scalar(text), text_scalar(operator)) for text, operator in pairs))]
    entries.append(("columns", _names(exclusion.columns)))
    entries += [("where", text_scalar(exclusion.predicate))] if exclusion.predicate is not None else []
    entries += [("name", name_scalar(exclusion.name))] if exclusion.name else []
    return mapping(entries)


def _group(group: Group) -> str:
    fields = [(name_scalar(field), name_scalar(column)) for column, field in group.fields.items()]
    entries = [(name_scalar(group.source), mapping(fields))]
    entries += [("locale", name_scalar(group.locale))] if group.locale else []
    return mapping(entries)
