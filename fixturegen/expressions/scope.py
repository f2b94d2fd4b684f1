"""What normalising an expression knows: the dialect, the columns and their types, the frozen clock, and how much may be built."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

import polars as pl
from sqlglot import exp

from fixturegen.dtypes import polars_dtype
from fixturegen.errors import SchemaError
from fixturegen.expressions.casts import is_lossless
from fixturegen.expressions.evaluation import OpenText, constant, evaluable, moments_of_now, polars_condition
from fixturegen.expressions.formulas import all_of
from fixturegen.expressions.literals import number
from fixturegen.expressions.names import is_column
from fixturegen.expressions.normal import Among, Formula, NullTest, Opaque
from fixturegen.expressions.parsing import rendered
from fixturegen.expressions.reading import bare, column_name, columns, mentions_clock, text_of
from fixturegen.expressions.terms import Kind, NotEvaluableError
from fixturegen.expressions.values import Value, fitted
from fixturegen.schema import Dialect, Type

MOST_ATOMS = 2_000
"""Most atoms of a formula."""
MOST_STEPS = 5_000
"""Most steps to one; branches within branches multiply."""

_SPELT = frozenset({"text", "json", "url", "unknown"})
"""Kinds of which another type may not be able to read every value."""
KIND_OF: Mapping[str, Kind] = {"interval": "span", "enum": "text", "uuid": "text", "json": "text", "url": "text"}


class TooLargeError(Exception):
    """The formula would take more than ``MOST_STEPS`` steps."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Where an expression is read.

    Attributes:
        dialect: Its dialect.
        types: Type of every column by its dotted name.
        as_of: The frozen clock.
        steps: How many steps have been taken, in one element that changes.
    """

    dialect: Dialect
    types: Mapping[str, Type]
    as_of: date
    steps: list[int] = field(default_factory=lambda: [0])

    def step(self, number: int = 1) -> None:
        """Count steps; raises TooLargeError beyond the bound."""
        self.steps[0] += number
        if self.steps[0] > MOST_STEPS:
            raise TooLargeError

    def column(self, node: exp.Expr) -> str | None:
        """Return the column that a node is, brackets and casts that keep every value apart; else None."""
        node = bare(node)
        if isinstance(node, exp.Cast):
            name = self.column(node.this)
            return name if name is not None and self._keeps(self.types[name], node.to) else None
        return column_name(node, self.types, self.dialect) if is_column(node) else None

    def casts(self, cast: exp.Cast) -> bool:
        """Return whether a cast has a value for every value: of a text that is no date it makes an error, or NULL."""
        to_text = cast.to.this in exp.DataType.TEXT_TYPES
        return to_text or not any(self.types[name].kind in _SPELT for name in self.mentioned(cast.this))

    def _keeps(self, type_: Type, to: exp.DataType) -> bool:
        kind: Kind = KIND_OF.get(type_.kind, type_.kind)  # type: ignore[arg-type]  # the other kinds are the same
        if to.this == exp.DType.USERDEFINED:
            return type_.kind in {"text", "enum"}
        if kind == "text" and type_.kind not in {"text", "enum"}:
            return False
        # PostgreSQL takes the padding of a char(n) off again; what we make has no spaces at its end to lose.
        padded = type_.fixed and self.dialect != "postgresql"
        return not padded and is_lossless(kind, to)

    def mentioned(self, node: exp.Expr) -> tuple[str, ...]:
        """Return the columns an expression reads, each once, in order of mention."""
        names = (column_name(inner, self.types, self.dialect) for inner in columns(node))
        return tuple(dict.fromkeys(name for name in names if name is not None))

    def is_constant(self, node: exp.Expr) -> bool:
        """Return whether an expression reads no column."""
        return not self.mentioned(node) and not any(isinstance(inner, exp.Column) for inner in columns(node))

    def constants(self, node: exp.Expr) -> tuple[object, object]:
        """Return an expression's value at the first and at the last moment for which ``now()`` stands.

        Raises:
            NotEvaluableError: It has no value that is understood.
        """
        early, late = moments_of_now(self.as_of)
        first = self._constant(node, early)
        return first, (self._constant(node, late) if mentions_clock(node) else first)

    def _constant(self, node: exp.Expr, now: datetime) -> object:
        text = text_of(node)
        if text is not None:
            return OpenText(text)
        inner = bare(node)
        if isinstance(inner, exp.Literal) and (value := number(inner.name)) is not None:
            return value
        return constant(node, self.dialect, now)

    def truths(self, node: exp.Expr) -> tuple[bool | None, bool | None]:
        """Return a constant condition's truth at the first and the last moment for which ``now()`` stands."""
        first, last = self.constants(exp.Paren(this=node))
        return (None if first is None else bool(first)), (None if last is None else bool(last))

    def truth(self, node: exp.Expr) -> bool | None:
        """Return the truth that a constant stands for (``TRUE``, ``1``, ``'t'``), None for anything else."""
        if not self.is_constant(node) or mentions_clock(node):
            return None
        try:
            value, _ = self.constants(node)
        except NotEvaluableError:
            return None
        found = fitted(value, Type(kind="boolean"), self.dialect) if value is not None else None
        return bool(found.value) if isinstance(found, Value) else None

    def labels(self, node: exp.Expr, *, known: bool) -> Formula | None:
        """Return a condition on nothing but one enum column as the labels that meet it."""
        names = self.mentioned(node)
        type_ = self.types[names[0]] if len(names) == 1 else None
        if type_ is None or type_.kind != "enum" or not type_.labels:
            return None
        frame = pl.DataFrame({names[0]: [None, *type_.labels]}, schema={names[0]: polars_dtype(type_)})
        try:
            condition = polars_condition(node, self.dialect, self.types, self.as_of)
            held = frame.select(condition.fill_null(value=not known))[:, 0].to_list()
        except (SchemaError, pl.exceptions.PolarsError):
            return None
        met = Among(names[0], tuple(label for label, holds in zip(type_.labels, held[1:], strict=True) if holds))
        return met if held[0] else all_of([NullTest(names[0], null=False), met])

    def opaque(self, node: exp.Expr) -> Opaque:
        """Return an expression as it stands, to be judged and not constructed."""
        self.step()
        text = rendered(node, self.dialect)
        return Opaque(text, self.mentioned(node), self.dialect, evaluable(node, self.types, self.dialect))
