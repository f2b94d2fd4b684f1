"""The plan: everything decided before a value is drawn. Frozen data; prints itself without a value in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

import polars as pl

from fixturegen.domain import Domain
from fixturegen.expressions.normal import Formula
from fixturegen.generator import Generator
from fixturegen.options import Options, Pin
from fixturegen.planning.components import Component, Variable
from fixturegen.planning.guesses import Guesses
from fixturegen.schema import Aggregate, Check, Column, Count, Path, Reference, Schema, Table, Unique

LinkKind = Literal["uniform", "tickets", "one to one", "parent", "self", "chain", "via", "agreeing", "pinned"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """How the rows of a table find the parent that one reference names.

    Attributes:
        reference: The reference.
        kind: ``uniform``: any parent. ``tickets``: parents own tickets (skew, childless parents). ``one to one``: at most
            one row a parent. ``parent``: the parent that drew how many rows it has. ``self``: an earlier row of the same
            table. ``chain``: the row before. ``via``: the parent that the parent of ``anchor`` refers to.
            ``agreeing``: one of the parents that hold the row's values of the shared columns. ``pinned``: the one that
            ``pin`` says.
        anchor: Name of the reference that decides first (``via``, ``agreeing``); None where the shared columns are the row's
            own: a reference to the same table, of columns that it leads to (a row and its parent have one tenant).
        through: Reference of the anchor's table to follow (``via``).
        shared: Columns that are decided before (``agreeing``).
        peers: References that must find an agreeing parent too: only parents for which they do are chosen.
        only: Conditions on single columns of the reference: only parents whose values meet them are chosen.
        nullable: Columns that are NULL in a row without a parent.
        nulls: Share of rows without one where no case decides; None where a case does.
        after: So many parents, the first ones, are not chosen: existing rows whose columns sum up their children already.
        pin: Which row is whose parent (``pinned``).
    """

    reference: Reference
    kind: LinkKind
    anchor: str | None = None
    through: str | None = None
    shared: tuple[str, ...] = ()
    peers: tuple[str, ...] = ()
    only: tuple[Formula, ...] = ()
    nullable: tuple[str, ...] = ()
    nulls: float | None = 0.0
    after: int = 0
    pin: Pin | None = None

    @property
    def given(self) -> tuple[str, ...]:
        """Columns whose values come from a parent: all of the reference, but those of the row's own."""
        own = self.shared if self.anchor is None else ()
        return tuple(name for name in self.reference.columns if name not in own)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A column filled by a generator.

    Attributes:
        generator: The generator.
        names: Names that key its draws, after the table's: the column's, or those of its group.
        index: None where every row draws for itself; else the name of the unique (or the column's own) whose permutation
            gives the row its draws.
        parts: Where several columns share a permutation: capacities of the columns before this one.
        whole: Size of the permutation's domain.
        nulls: Share of NULL.
        reason: Why this generator: ``declared``, ``constraint``, ``key``, ``name``, ``type``.
        component: Component whose case decides its nullness; None where the share does.
    """

    generator: Generator
    names: tuple[str, ...]
    index: str | None = None
    parts: tuple[int, ...] = ()
    whole: int = 0
    nulls: float = 0.0
    reason: str = "type"
    component: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """A column that holds the ``target`` of the parent of ``reference``.

    Attributes:
        reference: Name of the reference.
        target: The parent's column.
        nulls: Share of NULL where no case decides.
        component: Component whose case decides its nullness; None where the share does.
    """

    reference: str
    target: str
    nulls: float = 0.0
    component: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cased:
    """A column whose nullness and domain its component's case decides.

    Attributes:
        component: Index of the component within its table.
        makers: Generator by domain; the column's cases share them. Empty where bounds of other columns rule every case.
        names: Names that key its draws.
        reason: Why these generators.
        guesses: Further generators by domain, tried where a judged condition hardly ever lets those of ``makers`` pass.
    """

    component: int
    makers: Mapping[Domain, Generator]
    names: tuple[str, ...]
    reason: str = "constraint"
    guesses: Mapping[Domain, Guesses] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Aggregated:
    """A column that is a function of its child rows."""

    aggregate: Aggregate


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbered:
    """A column that numbers the row among its parent's children, from 1."""

    reference: str


Step = Drawn | Gathered | Cased | Aggregated | Numbered


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """Uniques that no permutation can keep: rows that repeat an earlier row are drawn again, in the order of rows.

    Attributes:
        uniques: The uniques.
        columns: Columns drawn again.
        references: References chosen again.
        steady: Those of the references that move on only after ``period`` attempts, so that most rows keep that parent.
        period: How many attempts the others get in between.
        conditions: Conditions between references and other given columns, under which rows are drawn again too.
        tried: The table's triggers refuse rows: each is tried on the table itself, and drawn again where it is refused.
    """

    uniques: tuple[Unique, ...]
    columns: tuple[str, ...]
    references: tuple[str, ...]
    steady: tuple[str, ...] = ()
    period: int = 1
    conditions: tuple[Formula, ...] = ()
    tried: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TablePlan:
    """What was decided for one table.

    Attributes:
        table: The table.
        count: Rows in all, or per parent.
        rows: How many rows that makes, existing ones not counted.
        links: How each reference finds its parents, by reference name.
        steps: How each column comes about, in an order in which each can be computed; columns of the database are absent.
        components: Columns decided together.
        settled: Uniques kept by drawing again.
        paths: Related columns that expressions and bounds mention, by their dotted name.
        judged: Checks that are only judged, by name and why.
        existing: How many rows the database holds already; they take the first ordinals.
        domains: What type, declarations and checks on it alone leave of each written column.
        variables: The columns of the components, as the checks see them.
    """

    table: Table
    count: Count
    rows: int
    links: Mapping[str, Link]
    steps: Mapping[str, Step]
    components: tuple[Component, ...] = ()
    settled: tuple[Settled, ...] = ()
    paths: Mapping[str, Path] = field(default_factory=lambda: MappingProxyType({}))
    judged: tuple[tuple[Check, str], ...] = ()
    existing: int = 0
    domains: Mapping[str, Domain] = field(default_factory=lambda: MappingProxyType({}))
    variables: tuple[Variable, ...] = ()

    @property
    def total(self) -> int:
        """How many rows there are in the end: ordinals end before it."""
        return self.existing + self.rows

    def column(self, name: str) -> Column:
        """Return the column of that name."""
        return next(column for column in self.table.columns if column.name == name)


@dataclass(frozen=True, slots=True)
class Lowered:
    """A wish that could not be met in full."""

    table: str
    asked: int
    rows: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What will be generated, and how.

    Attributes:
        schema: The schema.
        options: What was asked.
        tables: Plans of the tables, in an order in which they can be loaded: parents first.
        postponed: References by table that point forward in that order, and so are loaded as NULL first, or checked at commit.
        lowered: Wishes that were lowered.
        unverified: Constraints that can be neither constructed nor judged here, as ``table.constraint``.
        existing: Rows that the database holds already, by table, in the order of their key: the columns that new rows must
            know of.
    """

    schema: Schema
    options: Options
    tables: Mapping[str, TablePlan]
    postponed: Mapping[str, tuple[Reference, ...]]
    lowered: tuple[Lowered, ...] = ()
    unverified: tuple[str, ...] = ()
    existing: Mapping[str, pl.DataFrame] = field(default_factory=lambda: MappingProxyType({}))

    def __str__(self) -> str:
        """Return the printout."""
        from fixturegen.planning.printing import printed  # noqa: PLC0415 - printing reads this module

        return printed(self)
