"""Which generator fills a column: declared before constraint-derived before named before typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from fixturegen.domain import Domain
from fixturegen.errors import ImpossibleError, SchemaError
from fixturegen.expressions.names import resolved
from fixturegen.generator import Generator, Request, made
from fixturegen.generators.choice import generator_for
from fixturegen.generators.hints import hint
from fixturegen.planning.dotted import column_at
from fixturegen.schema import Column, Fill, Group, Location, Schema, Table, Type

COMPUTED = frozenset({"template", "expression", "constant", "sequence"})
"""Declared fills that no domain narrows: their values follow from other columns or from the row's number."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A generator, the names that key its draws, and why it was chosen."""

    generator: Generator
    names: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Chooser:
    """Chooses generators for the columns of one table.

    Attributes:
        schema: The schema.
        table: The table.
        seed: The seed.
    """

    schema: Schema
    table: Table
    seed: int

    def choose(self, column: Column, domain: Domain, distinct: int = 0) -> Choice:
        """Return the generator of a column for a domain.

        Args:
            column: The column.
            domain: What the constraints leave.
            distinct: So many distinct values are wanted; 0 for no matter.

        Raises:
            SchemaError: If a declaration is wrong, or the type is one that nothing can make.
            ImpossibleError: If nothing is left of the domain.
        """
        group = group_of(self.table, column.name)
        if group is not None:
            return self._grouped(column, domain, distinct, group)
        if column.fill is not None:
            request = self.request(column, domain, distinct, column.fill.arguments)
            return Choice(made(column.fill.generator, request), (column.name,), "declared")
        return self._derived(column, domain, distinct)

    def _derived(self, column: Column, domain: Domain, distinct: int) -> Choice:
        request = self.request(column, domain, distinct)
        if column.type.kind == "unknown" and column.type.form is None:
            message = f"cannot make values of the type {column.type.native or 'unknown'!r}"
            raise SchemaError(message, where=self._where(column), hint="Declare a type, choices or a constant for it.")
        if column.type.form is not None or domain.values is not None or domain.patterns:
            reason = "type" if domain.values is None and not domain.patterns else "constraint"
            return Choice(made(generator_for(request), request), (column.name,), reason)
        hinted = hint(self.table.name, column.name, column.type)
        if hinted is not None:
            choice = self._hinted(column, domain, distinct, hinted)
            if choice is not None:
                return choice
        return Choice(made(generator_for(request), request), (column.name,), "type")

    def _hinted(self, column: Column, domain: Domain, distinct: int, fill: Fill) -> Choice | None:
        """Take the hint only where it fits: a name never stands against a type, a length or a unique."""
        if fill.generator == "uniform" and (domain.low is not None or domain.high is not None):
            return None
        try:
            generator = made(fill.generator, self.request(column, domain, distinct, fill.arguments))
        except (ImpossibleError, SchemaError):
            return None
        if distinct and (generator.capacity or 0) < distinct:
            return None
        return Choice(generator, (column.name,), "name")

    def _grouped(self, column: Column, domain: Domain, distinct: int, group: Group) -> Choice:
        wanted = group.fields[column.name]
        inputs = {name: held for held, name in group.fields.items() if self._is_input(held)}
        arguments = {"field": wanted, "inputs": inputs}
        request = self.request(column, domain, distinct, arguments, group.locale)
        return Choice(made(group.source, request), (group.name, "group"), "declared")

    def _is_input(self, name: str) -> bool:
        return declared_apart(next(column for column in self.table.columns if column.name == name))

    def request(
        self,
        column: Column,
        domain: Domain,
        distinct: int = 0,
        arguments: Mapping[str, object] = MappingProxyType({}),
        locale: str | None = None,
    ) -> Request:
        """Return what a generator of a column is asked for."""
        return Request(
            table=self.table.name,
            column=column,
            domain=domain,
            arguments=arguments,
            locale=column.locale or locale or self.table.locale or self.schema.locale,
            as_of=self.schema.as_of,
            distinct=distinct,
            seed=self.seed,
            where=self._where(column),
            types=self._type_of,
        )

    def _type_of(self, dotted: str) -> Type:
        return column_at(self.schema, self.table, resolved(self.schema, self.table, dotted)).type

    def _where(self, column: Column) -> Location:
        if column.where.file or column.where.path:
            return column.where
        return Location(self.schema.source, None, f"{self.table.name}.{column.name}")


def declared_apart(column: Column) -> bool:
    """Return whether a column of a group is filled by itself, so that the group reads it."""
    return bool(column.choices) or column.fill is not None or column.aggregate is not None


def group_of(table: Table, column: str) -> Group | None:
    """Return the group that fills a column, if one does."""
    apart = {held.name for held in table.columns if declared_apart(held)}
    for group in table.groups:
        if column in group.fields and column not in apart:
            return group
    return None
