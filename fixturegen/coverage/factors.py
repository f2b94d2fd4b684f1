"""The factors of a table: its columns, the numbers of its children, its parents' columns, each with its classes."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from fixturegen.coverage.classes import GIVEN, NULL, Class, value_classes
from fixturegen.expressions.normal import Solved, atoms
from fixturegen.planning.choosing import COMPUTED, group_of
from fixturegen.planning.components import Variable
from fixturegen.planning.plan import Cased, Drawn, Gathered, TablePlan
from fixturegen.schema import Column, PerParent, Reference, Schema, Table

NO_PARENT = "no parent"
NONE, ONE, SEVERAL = "none", "one", "several"


@dataclass(frozen=True, slots=True)
class Children:
    """How many rows a parent has by one reference of another table: least and most, inclusive; None for any number."""

    name: str
    least: int
    most: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Factor:
    """What rows of a table differ in.

    Attributes:
        name: What it is called in reports.
        classes: Names of its classes; at least two.
        column: The column, of the row itself or of the parent.
        columns: Columns that are NULL together: those of a reference.
        kinds: Classes of the column; empty for children.
        children: For a number of children: the classes.
        child: For a number of children: table and reference.
        reference: For a parent's column: the reference that leads there.
        within: For a parent's column: by own class, the parent's classes that it stands for, as numbers; None for no parent.
        source: For a parent's column: the number of the parent's factor.
    """

    name: str
    classes: tuple[str, ...]
    column: str = ""
    columns: tuple[str, ...] = ()
    kinds: tuple[Class, ...] = ()
    children: tuple[Children, ...] = ()
    child: tuple[str, str] | None = None
    reference: str | None = None
    within: tuple[frozenset[int] | None, ...] = ()
    source: int = 0


def own_factors(table: TablePlan, plain: Collection[str]) -> Iterator[Factor]:
    """Yield a factor for every column that has classes; of ``plain`` columns only whether they are NULL.

    Columns of keys and uniques differ from row to row: only whether they are NULL is told apart. So it is with columns that
    follow from others, and with those of people's own making (templates, vocabularies).
    """
    for column in table.table.columns:
        step = table.steps.get(column.name)
        if not isinstance(step, Cased | Drawn | Gathered):
            continue
        if isinstance(step, Gathered):
            continue
        free = column.name not in plain and _free(table, column)
        kinds = value_classes(column.type, table.domains[column.name]) if free else ()
        if column.nullable:
            kinds = (Class(name=NULL, null=True), *(kinds or (Class(name=GIVEN),)))
        if len(kinds) > 1:
            names = tuple(kind.name for kind in kinds)
            yield Factor(name=column.name, classes=names, column=column.name, columns=(column.name,), kinds=kinds)
    for link in table.links.values():
        columns = null_columns(table, link.reference)
        if columns:
            kinds = (Class(name=NULL, null=True), Class(name=GIVEN))
            yield Factor(
                name=", ".join(link.reference.columns), classes=(NULL, GIVEN), column=columns[0], columns=columns,
                kinds=kinds, reference=link.reference.name,
            )  # fmt: skip


def null_columns(table: TablePlan, reference: Reference) -> tuple[str, ...]:
    """Return the columns that are NULL in rows without this parent: nullable ones that no other reference shares."""
    shared = {
        name
        for link in table.links.values()
        if link.reference.name != reference.name
        for name in link.reference.columns
    }
    nullable = {column.name for column in table.table.columns if column.nullable}
    return tuple(name for name in reference.columns if name in nullable and name not in shared)


def _free(table: TablePlan, column: Column) -> bool:
    """Whether a row's values of the column may be chosen."""
    step = table.steps[column.name]
    if column.name in distinct_columns(table.table) or group_of(table.table, column.name) is not None:
        return False
    if column.fill is not None and (column.fill.generator in COMPUTED or column.type.kind == "text"):
        return False
    if isinstance(step, Drawn) and (step.index is not None or step.generator.sequential):
        return False
    formulas = [formula for component in table.components for formula in component.formulas.values()]
    return not any(
        isinstance(atom, Solved) and atom.relation == "=" and atom.column == column.name
        for formula in formulas
        for atom in atoms(formula)
    )


def distinct_columns(table: Table) -> frozenset[str]:
    """Return the columns of keys and uniques; not of those that hold whenever a smaller one does."""
    uniques = [set(one.columns) for one in (*([table.primary_key] if table.primary_key else []), *table.uniques)]
    whole = [set(columns) for columns in _whole_uniques(table)]
    return frozenset(name for unique in uniques for name in unique if not any(one < unique for one in whole))


def child_factors(schema: Schema, table: Table, pinned: frozenset[tuple[str, str]]) -> Iterator[Factor]:
    """Yield a factor for every reference that leads here and whose parents we choose.

    Args:
        schema: The schema.
        table: The table.
        pinned: Table and name of the references whose parents are chosen.
    """
    for child in schema.tables.values():
        for reference in child.references:
            if reference.table != table.name or (child.name, reference.name) not in pinned:
                continue
            classes = numbers_of_children(child, reference)
            if len(classes) > 1:
                name = f"{child.name} by {', '.join(reference.columns)}"
                yield Factor(
                    name=name, classes=tuple(one.name for one in classes), children=classes,
                    child=(child.name, reference.name),
                )  # fmt: skip


def numbers_of_children(child: Table, reference: Reference) -> tuple[Children, ...]:
    """Return how many rows of a table one parent may have: none, one, several, as counts and uniques allow."""
    low, high = 0, None
    if isinstance(child.count, PerParent) and child.count.reference == reference.name:
        low, high = child.count.low, child.count.high
    if any(set(unique) <= set(reference.columns) for unique in _whole_uniques(child)):
        high = 1
    classes = []
    if low == 0:
        classes.append(Children(NONE, 0, 0))
    if low <= 1 and (high is None or high >= 1):
        classes.append(Children(ONE, 1, 1))
    if high is None or high > 1:
        classes.append(Children(SEVERAL, max(low, 2), high))
    return tuple(classes)


def _whole_uniques(table: Table) -> Iterator[tuple[str, ...]]:
    for unique in (*([table.primary_key] if table.primary_key else []), *table.uniques):
        if unique.predicate is None and not unique.expressions:
            yield unique.columns


def parent_factors(
    table: TablePlan, reference: Reference, factors: Mapping[str, tuple[Factor, ...]]
) -> Iterator[Factor]:
    """Yield a factor for the choices, and for NULL or not, of every column of a parent.

    Args:
        table: The table.
        reference: The reference that leads to the parent.
        factors: Factors of the tables that come before.
    """
    optional = bool(null_columns(table, reference))
    for source, factor in enumerate(factors[reference.table]):
        if factor.reference is not None or factor.child is not None or factor.column in reference.target:
            continue
        listed = all(one.null or one.values is not None for one in factor.kinds) or _few_points(factor)
        groups: list[tuple[str, frozenset[int] | None]] = []
        if listed:
            groups = [(kind.name, frozenset({at})) for at, kind in enumerate(factor.kinds)]
        elif factor.kinds[0].null:
            groups = [(NULL, frozenset({0})), (GIVEN, frozenset(range(1, len(factor.kinds))))]
        if len(groups) < 2:
            continue
        if optional:
            groups.append((NO_PARENT, None))
        yield Factor(
            name=f"{', '.join(reference.columns)}.{factor.name}", classes=tuple(name for name, _ in groups),
            column=factor.column, kinds=factor.kinds, reference=reference.name,
            within=tuple(held for _, held in groups), source=source,
        )  # fmt: skip


def _few_points(factor: Factor) -> bool:
    """Whether every class is one value: choices of numbers, a boolean."""
    runs = [run for kind in factor.kinds for run in kind.runs or ()]
    return all(kind.null or kind.runs is not None for kind in factor.kinds) and all(
        low is not None and low == high for low, high in runs
    )


def variable_of(table: TablePlan, name: str) -> Variable:
    """Return a column as its checks see it."""
    known = next((one for one in table.variables if one.name == name), None)
    if known is not None:
        return known
    column = table.column(name)
    step = table.steps[name]
    given = isinstance(step, Gathered) or (isinstance(step, Drawn) and not _free(table, column))
    return Variable(
        name=name, type=column.type, domain=table.domains[name], nullable=column.nullable, nulls=column.nulls,
        given="value" if given else "no",
    )  # fmt: skip
