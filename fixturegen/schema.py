"""The one schema model: frozen data without behaviour, in which every source ends.

Names are the source's own, never folded. A table of a database with several schemas is named ``schema.table`` when its
schema is not the default one. Keys, uniques and references are tuples of columns everywhere: a single column is the
special case of length one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Literal

Kind = Literal[
    "integer", "decimal", "float", "boolean", "text", "bytes", "date", "time", "datetime", "interval",
    "uuid", "json", "enum", "array", "ip", "mac", "url", "unknown",
]  # fmt: skip
Dialect = Literal["sqlite", "postgresql", "mysql"]
"""``mysql`` stands for MariaDB too."""
MARKER_TABLE = "_fixturegen"
"""Where a database remembers what it was seeded with; no verb takes it for one of the schema's tables."""


@dataclass(frozen=True, slots=True)
class Location:
    """Where something was declared: ``file`` (or a URL without its password), 1-based ``line`` if known, and ``path``."""

    file: str = ""
    line: int | None = None
    path: str = ""

    def __str__(self) -> str:
        """Return ``shop.yaml:14 orders.customer_id``."""
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        return f"{place} {self.path}".strip()


NOWHERE = Location()


@dataclass(frozen=True, slots=True, kw_only=True)
class Type:
    """What values a column can hold at all. Fields that mean nothing for the kind keep their default.

    Attributes:
        kind: The family of values.
        bits: Width of an ``integer`` (8, 16, 24, 32, 64) or ``float`` (32, 64).
        signed: False for an unsigned ``integer``.
        precision: Digits of a ``decimal`` in all; None where the type sets no limit. Fractional digits of a second of
            a ``datetime``, ``time`` or ``interval``; None there means 6.
        scale: Digits of a ``decimal`` after the point.
        length: Most characters of a ``text`` (or bytes of a ``bytes``), inclusive; None for no limit.
        fixed: ``char(n)``: shorter values are padded by the database.
        zone: A ``datetime`` or ``time`` that names an instant, kept in UTC.
        version: Version of a ``uuid``, 4 or 7.
        labels: Labels of an ``enum``, in declared order.
        element: Element type of an ``array``.
        name: The database's own name of an enum or domain.
        native: The type as the source wrote it.
        form: How a value must be spelled for the database to read it, for types of a database's own (``ltree``, ``range``,
            ``bit``, ...); a key of :mod:`fixturegen.generators.forms`. Their kind is mostly ``unknown``: no condition of
            SQL is read into them, but values can be made. ``element`` is the type of a range's bounds.
        fields: Names and types of a ``record``'s fields, in order.
    """

    kind: Kind
    bits: int = 64
    signed: bool = True
    precision: int | None = None
    scale: int = 0
    length: int | None = None
    fixed: bool = False
    zone: bool = False
    version: int = 4
    labels: tuple[str, ...] = ()
    element: Type | None = None
    name: str | None = None
    native: str | None = None
    form: str | None = None
    fields: tuple[tuple[str, Type], ...] = ()


@dataclass(frozen=True, slots=True)
class Constant:
    """A bound given as a value, already of the column's type (``int``, ``Decimal``, ``date``, ``datetime``, ...)."""

    value: object


@dataclass(frozen=True, slots=True)
class AsOf:
    """A bound given as the schema's frozen clock."""


@dataclass(frozen=True, slots=True)
class Path:
    """A column of this row or of a related one.

    Attributes:
        references: Names of the references to follow, one after the other; empty for a column of the same row.
        column: The column at the end.
    """

    references: tuple[str, ...]
    column: str


Bound = Constant | AsOf | Path


@dataclass(frozen=True, slots=True)
class Choice:
    """One allowed value of a column (of the column's type) and its weight, at least 0."""

    value: object
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Fill:
    """A declared way to fill a column. It only fills: it constrains nothing.

    Attributes:
        generator: Name in the registry (``faker``, ``regex``, ``template``, ``expression``, ``sequence``, ``constant``,
            ``normal``, ``lognormal``, ``exponential``, ``zipf``, ``poisson``, ``uniform``, ``group``, ...).
        arguments: Its arguments as given, by name.
    """

    generator: str
    arguments: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Aggregate:
    """A column that is exactly a function of its child rows.

    Attributes:
        function: What is taken over the children. ``sum`` and ``count`` of no children are 0, ``min`` and ``max`` NULL.
        expression: SQL over one child row; empty for ``count``.
        table: The child table.
        reference: Name of the child's reference that leads here.
    """

    function: Literal["sum", "count", "min", "max"]
    expression: str
    table: str
    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column.

    Attributes:
        name: Its name.
        type: What it can hold.
        nullable: Whether NULL is allowed.
        nulls: Share of NULL where the rules leave the choice, 0 to 1; None leaves it to the plan.
        low: Least value, inclusive.
        high: Greatest value, inclusive.
        choices: The only allowed values, with weights; empty where any value will do.
        fill: How it is filled, where declared.
        aggregate: The function of child rows that it equals, where declared.
        ordinal: Name of the reference among whose parent's children this column numbers the row, from 1.
        generated: SQL expression by which the database computes it; such a column is never written.
        identity: Numbered by the database: ``by default`` and ``autoincrement`` accept our values, ``always`` does not.
        default: SQL text of its default.
        collation: The collation's name, where the source says one.
        locale: Faker locale of this column, overriding those of table and schema.
        where: Where it was declared.
    """

    name: str
    type: Type
    nullable: bool = False
    nulls: float | None = None
    low: Bound | None = None
    high: Bound | None = None
    choices: tuple[Choice, ...] = ()
    fill: Fill | None = None
    aggregate: Aggregate | None = None
    ordinal: str | None = None
    generated: str | None = None
    identity: Literal["by default", "always", "autoincrement"] | None = None
    default: str | None = None
    collation: str | None = None
    locale: str | None = None
    where: Location = NOWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class Unique:
    """Columns (or expressions) whose values together occur once. The primary key has this form too.

    Attributes:
        columns: The columns; with ``expressions``, those that the expressions mention.
        name: Its name; made from table and columns where the source gives none.
        expressions: SQL of the indexed expressions, in place of plain columns; empty for a plain unique.
        predicate: SQL of a partial unique index: rows where it is not true are free.
        nulls_distinct: Whether rows with a NULL among the columns are free.
        dialect: Dialect of ``expressions`` and ``predicate``.
        deferred: Checked at commit.
        where: Where it was declared.
    """

    columns: tuple[str, ...]
    name: str = ""
    expressions: tuple[str, ...] = ()
    predicate: str | None = None
    nulls_distinct: bool = True
    dialect: Dialect = "sqlite"
    deferred: bool = False
    where: Location = NOWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A foreign key: ``columns`` of this table hold the ``target`` columns of one row of ``table``, or a NULL.

    Attributes:
        columns: The referring columns.
        table: The table referred to.
        target: Its columns, as many, in the same order; always resolved, never empty.
        name: Unique within its table; made from the columns where the source gives none.
        role: What the parent is called from here (``customer_id`` gives ``customer``; YAML ``as:``).
        skew: 0 for a uniform choice of parents; the exponent of a Zipf law over parents otherwise.
        childless: Share of parents, 0 (inclusive) to 1 (exclusive), that no row refers to.
        deferrable: The database can check it at commit.
        deferred: The database does check it at commit unless told otherwise.
        on_delete: ``CASCADE``, ``SET NULL``, ... as the source says.
        where: Where it was declared.
    """

    columns: tuple[str, ...]
    table: str
    target: tuple[str, ...]
    name: str = ""
    role: str = ""
    skew: float = 0.0
    childless: float = 0.0
    deferrable: bool = False
    deferred: bool = False
    on_delete: str | None = None
    where: Location = NOWHERE

    def own(self, table: str) -> tuple[str, ...]:
        """Return the columns in which a row and its parent in the same table hold one value: those that lead to themselves.

        Args:
            table: The table whose reference it is.

        >>> Reference(columns=("tenant", "boss"), table="staff", target=("tenant", "id")).own("staff")
        ('tenant',)
        """
        own = tuple(name for name, there in zip(self.columns, self.target, strict=True) if name == there)
        return own if table == self.table and own != self.columns else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A CHECK or a rule: SQL that is not false for any row.

    Attributes:
        sql: The text, in ``dialect``.
        name: Unique within its table; made from the columns where the source gives none.
        dialect: The dialect of ``sql``.
        enforced: False where the database knows the constraint but does not apply it (``NOT VALID``, ``NOT ENFORCED``).
        where: Where it was declared.
    """

    sql: str
    name: str = ""
    dialect: Dialect = "sqlite"
    enforced: bool = True
    where: Location = NOWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusion:
    """A PostgreSQL exclusion constraint: no two rows for which every ``expressions[i] operators[i] expressions[i]`` holds."""

    expressions: tuple[str, ...]
    operators: tuple[str, ...]
    columns: tuple[str, ...]
    name: str = ""
    predicate: str | None = None
    where: Location = NOWHERE


@dataclass(frozen=True, slots=True)
class Rows:
    """So many rows in all, at least 0."""

    number: int


@dataclass(frozen=True, slots=True)
class PerParent:
    """Each parent draws how many rows it has.

    Attributes:
        reference: Name of the reference to the parent.
        low: Fewest, inclusive.
        high: Most, inclusive.
        distribution: How the number is drawn between them: ``uniform``, ``poisson``, ``zipf`` or ``geometric``.
        mean: Mean of ``poisson`` and ``geometric`` before the bounds apply; exponent of ``zipf``.
        childless: Share of parents, 0 to 1, that have none whatever the rest says.
        most: Most rows in all, inclusive: the later parents keep no more than they must have; ``None``: as drawn.
    """

    reference: str
    low: int
    high: int
    distribution: str = "uniform"
    mean: float | None = None
    childless: float = 0.0
    most: int | None = None


Count = Rows | PerParent


@dataclass(frozen=True, slots=True)
class Group:
    """Columns filled coherently: each takes a ``field`` of one record.

    Attributes:
        name: Name of the group within its table.
        source: Registry name of the group (``person``, ``address``, ...).
        fields: Field of the record by column.
        locale: Locale of the group, or None for that of the table.
    """

    name: str
    source: str
    fields: Mapping[str, str]
    locale: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table.

    Attributes:
        name: Its name, ``schema.table`` outside the default schema.
        columns: Its columns, in the source's order.
        primary_key: Its key; None where it has none.
        uniques: Unique constraints and unique indexes, without the primary key.
        references: Its foreign keys.
        checks: CHECKs and rules.
        exclusions: Exclusion constraints.
        groups: Coherent groups of columns.
        count: How many rows the source demands; None leaves it to the wish.
        locale: Faker locale of the table, overriding the schema's.
        options: What only one dialect knows (``without_rowid``, ``strict``, ``partition`` ...), by name.
        where: Where it was declared.
    """

    name: str
    columns: tuple[Column, ...]
    primary_key: Unique | None = None
    uniques: tuple[Unique, ...] = ()
    references: tuple[Reference, ...] = ()
    checks: tuple[Check, ...] = ()
    exclusions: tuple[Exclusion, ...] = ()
    groups: tuple[Group, ...] = ()
    count: Count | None = None
    locale: str | None = None
    options: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))
    where: Location = NOWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema:
    """Tables by name, in the source's order, and what holds for all of them.

    Attributes:
        tables: The tables.
        as_of: The frozen clock.
        locale: Faker locale.
        dialect: Dialect of the database the schema describes; decides types and identifiers where they differ.
        source: The file, module or URL (without password) it was read from.
    """

    tables: Mapping[str, Table]
    as_of: date = date(2026, 1, 1)
    locale: str = "en_US"
    dialect: Dialect = "sqlite"
    source: str = ""
