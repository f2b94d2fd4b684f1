"""The rules by which conditions become formulas, one for each kind of condition."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlglot import exp

from fixturegen.expressions import matches
from fixturegen.expressions.branching import Branch, branches, null_pattern
from fixturegen.expressions.casts import cast_kind
from fixturegen.expressions.comparing import NODES, OPPOSITE, RELATIONS, compared
from fixturegen.expressions.formulas import all_of, any_of, known
from fixturegen.expressions.normal import FALSE, TRUE, Among, Formula, NullTest, Relation
from fixturegen.expressions.reading import bare, function_name, is_truth, operand, quantified, text_of
from fixturegen.expressions.scope import Scope
from fixturegen.expressions.terms import NotEvaluableError
from fixturegen.expressions.text_atoms import matched
from fixturegen.lattice import lattice_of


@dataclass(frozen=True, slots=True)
class Normaliser:
    """The rules; :meth:`holds` picks the one for a condition.

    Every rule takes ``negated`` (the condition stands under NOT) and ``known`` (it must be true, not merely not false).
    """

    scope: Scope

    def holds(self, node: exp.Expr, *, negated: bool, known: bool) -> Formula:
        """Return when a condition holds."""
        self.scope.step()
        node = bare(node)
        rule = _RULES.get(type(node))
        if rule is not None:
            return rule(self, node, negated, known)
        return self.value(node, negated, known)

    def opaque(self, node: exp.Expr, negated: bool, known: bool) -> Formula:
        """Return a condition as it stands."""
        judged: exp.Expr = exp.Not(this=exp.Paren(this=node.copy())) if negated else node.copy()
        if known:
            judged = exp.Is(this=exp.Paren(this=judged), expression=exp.Boolean(this=True))
        return self.scope.opaque(judged)

    def fixed(self, truth: bool | None, negated: bool, known: bool) -> Formula:
        """Return a truth value; None is unknown."""
        if truth is None:
            return FALSE if known else TRUE
        return TRUE if truth != negated else FALSE

    def chain(self, node: exp.Expr, negated: bool, known: bool) -> Formula:
        """Return AND and OR; NOT turns the one into the other."""
        parts = [self.holds(part, negated=negated, known=known) for part in node.flatten()]
        return all_of(parts) if isinstance(node, exp.And) != negated else any_of(parts)

    def inverse(self, node: exp.Expr, negated: bool, known: bool) -> Formula:
        """Return NOT."""
        return self.holds(node.this, negated=not negated, known=known)

    def exclusive(self, node: exp.Expr, negated: bool, known: bool) -> Formula:
        """Return XOR: the two conditions are not alike."""
        return self.alike(node.this, node.expression, not negated, known)

    def alike(self, left: exp.Expr, right: exp.Expr, negated: bool, known: bool) -> Formula:
        """Return ``left = right`` of two conditions: both hold or neither does."""
        cases = ((False, negated), (True, not negated))
        return any_of(
            all_of([self.holds(left, negated=first, known=known), self.holds(right, negated=second, known=known)])
            for first, second in cases
        )

    def boolean(self, node: exp.Expr, negated: bool, known: bool) -> Formula:
        """Return TRUE or FALSE."""
        return self.fixed(bool(node.this), negated, known)

    def unknown(self, node: exp.Expr, negated: bool, known: bool) -> Formula:
        """Return NULL as a condition."""
        del node
        return self.fixed(None, negated, known)

    def comparison(self, node: exp.Expr, negated: bool, known: bool) -> Formula:
        """Return a comparison of values, of row values, of conditions, or with ANY or ALL of several values."""
        left, right = bare(node.this), bare(node.expression)
        relation = RELATIONS[type(node)]
        many = quantified(right)
        if many is not None:
            word, items = many
            return self.spread(left, node, items, every=(word == "all") != negated, negated=negated, known=known)
        if isinstance(left, exp.Tuple) and isinstance(right, exp.Tuple):
            return self.rows(node, left.expressions, right.expressions, negated, known)
        if relation in {"=", "<>"}:
            found = self.truths(left, right, negated != (relation == "<>"), known)
            if found is not None:
                return found
        pattern = null_pattern(node, self.scope, negated=negated, known=known)
        return pattern or self.ordinary(node, negated, known)

    def ordinary(self, node: exp.Expr, negated: bool, known: bool) -> Formula:
        """Return a comparison of two plain values, after the branches in them are resolved."""
        left, right, relation = bare(node.this), bare(node.expression), RELATIONS[type(node)]
        storage = self.storage(left, relation, right, negated)
        if storage is not None:
            return storage
        listed = branches(node, self.scope)
        if listed is not None:
            return self.cases(listed, negated, known)
        way = OPPOSITE[relation] if negated else relation
        formula = compared(left, way, right, self.scope, known=known)
        if formula is None:
            return self.judged(NODES[way](this=operand(left), expression=operand(right)), known)
        return self.asked(formula, known)

    def storage(self, left: exp.Expr, relation: Relation, right: exp.Expr, negated: bool) -> Formula | None:
        """Return SQLite's ``typeof(column) = 'integer'``, which is never unknown: NULL is of type ``null``."""
        column = self.scope.column(left.this) if isinstance(left, exp.Typeof) else None
        wanted = text_of(right)
        if column is None or wanted is None or relation not in {"=", "<>"}:
            return None
        equal = (relation == "=") != negated
        if wanted == "null":
            return NullTest(column, null=equal)
        stored = _STORED.get(self.scope.types[column].kind)
        if stored is None:
            return None
        if wanted == stored:
            return NullTest(column, null=not equal)
        return FALSE if equal else TRUE

    def judged(self, node: exp.Expr, known: bool) -> Formula:
        """Return a condition that no atom says."""
        return self.finite(node, known) or self.opaque(node, False, known)

    def finite(self, node: exp.Expr, known: bool) -> Formula | None:
        """Return a condition on one enum column as the labels that meet it."""
        return self.scope.labels(node, known=known)

    def asked(self, formula: Formula, known_: bool) -> Formula:
        """Return a formula; with ``known_`` one that no NULL meets."""
        return known(formula) if known_ else formula

    def spread(
        self, left: exp.Expr, node: exp.Expr, items: Sequence[exp.Expr], *, every: bool, negated: bool, known: bool
    ) -> Formula:
        """Return a comparison with each of several values."""
        parts = [
            self.holds(type(node)(this=operand(left), expression=operand(item)), negated=negated, known=known)
            for item in items
        ]
        return all_of(parts) if every else any_of(parts)

    def rows(
        self, node: exp.Expr, lefts: Sequence[exp.Expr], rights: Sequence[exp.Expr], negated: bool, known: bool
    ) -> Formula:
        """Return ``(a, b) = (c, d)``."""
        if not isinstance(node, exp.EQ | exp.NEQ) or len(lefts) != len(rights):
            return self.opaque(node, negated, known)
        parts = [
            self.holds(type(node)(this=operand(first), expression=operand(second)), negated=negated, known=known)
            for first, second in zip(lefts, rights, strict=True)
        ]
        return all_of(parts) if isinstance(node, exp.EQ) != negated else any_of(parts)

    def truths(self, left: exp.Expr, right: exp.Expr, negated: bool, known: bool) -> Formula | None:
        """Return the equality of two conditions, or of one with a constant truth value; None for other values."""
        for condition, other in ((left, right), (right, left)):
            if not self.is_condition(condition) or isinstance(condition, exp.Boolean):
                continue
            pattern = null_pattern(
                exp.EQ(this=operand(left), expression=operand(right)), self.scope, negated=negated, known=known
            )
            if pattern is not None:
                return pattern
            constant = self.scope.truth(other)
            if constant is not None:
                return self.holds(condition, negated=negated == constant, known=known)
            if self.is_condition(other):
                return self.alike(left, right, negated, known)
        return None

    def is_condition(self, node: exp.Expr) -> bool:
        """Return whether a node is a condition by form or by type."""
        column = self.scope.column(node)
        return is_truth(node) or (column is not None and self.scope.types[column].kind == "boolean")

    def cases(self, listed: Sequence[tuple[Branch, exp.Expr]], negated: bool, known: bool) -> Formula:
        """Return a comparison's branches: in each, its guards and the comparison it leaves."""
        parts = []
        for branch, rest in listed:
            guards = [self.holds(condition, negated=False, known=True) for condition in branch.known]
            guards += [self.holds(condition, negated=True, known=False) for condition in branch.refuted]
            if branch.unknown is not None:
                guards += [self.holds(branch.unknown, negated=way, known=False) for way in (False, True)]
            if FALSE not in guards:
                parts.append(all_of([*guards, self.holds(rest, negated=negated, known=known)]))
        return any_of(parts)

    def branching(self, node: exp.Expr, negated: bool, known: bool) -> Formula:
        """Return a CASE, IF or COALESCE whose values are conditions."""
        listed = branches(exp.Paren(this=node.copy()), self.scope)
        if listed is None:
            return self.judged(exp.Not(this=node.copy()) if negated else node, known)
        return self.cases(listed, negated, known)

    def distinct(self, node: exp.Expr, negated: bool, known: bool) -> Formula:
        """Return IS [NOT] DISTINCT FROM, which is never unknown."""
        del known
        apart = isinstance(node, exp.NullSafeNEQ) != negated
        left, right = bare(node.this), bare(node.expression)
        if self.is_null_constant(left):
            left, right = right, left
        if self.is_null_constant(right):
            return self.null(left, not apart, True)
        equal = exp.EQ(this=operand(left), expression=operand(right))
        if apart and (self.is_value(left) or self.is_value(right)):
            return self.holds(equal, negated=True, known=False)
        both = (self.null(left, True, True), self.null(right, True, True))
        either = (self.null(left, False, True), self.null(right, False, True))
        if apart:
            unequal = self.holds(equal, negated=True, known=True)
            return any_of([all_of([both[0], either[1]]), all_of([either[0], both[1]]), unequal])
        return any_of([all_of(both), self.holds(equal, negated=False, known=True)])

    def is_null_constant(self, node: exp.Expr) -> bool:
        """Return whether a node is a constant that is NULL."""
        if not self.scope.is_constant(node):
            return False
        try:
            return self.scope.constants(node)[0] is None
        except NotEvaluableError:
            return False

    def is_value(self, node: exp.Expr) -> bool:
        """Return whether a node is a constant that is known not to be NULL."""
        try:
            return self.scope.is_constant(node) and self.scope.constants(node)[0] is not None
        except NotEvaluableError:
            return False

    def is_(self, node: exp.Expr, negated: bool, known: bool) -> Formula:
        """Return IS [NOT] NULL, TRUE, FALSE."""
        subject, wanted = bare(node.this), bare(node.expression)
        negated = negated != bool(node.args.get("negate"))
        if isinstance(wanted, exp.Null):
            return self.null(subject, not negated, known)
        if not isinstance(wanted, exp.Boolean):
            return self.opaque(node, negated, known)
        # IS TRUE asks for true; IS NOT TRUE for NOT x to be not false; likewise for false.
        return self.holds(subject, negated=negated == bool(wanted.this), known=not negated)

    def null(self, subject: exp.Expr, null: bool, known: bool) -> Formula:
        """Return whether a value is (or is not) NULL."""
        subject = bare(subject)
        if isinstance(subject, exp.Tuple):
            return all_of(self.null(part, null, known) for part in subject.expressions)
        column = self.scope.column(subject)
        if column is not None:
            return NullTest(column, null)
        if self.scope.is_constant(subject):
            return self.null_constant(subject, null)
        if is_truth(subject) or isinstance(subject, exp.Nullif):
            return self.null_of_condition(subject, null, known)
        parts = self.null_parts(subject)
        if parts is None:
            return self.opaque(exp.Is(this=exp.Paren(this=subject.copy()), expression=exp.Null()), not null, False)
        tests = [self.null(part, null, known) for part in parts]
        every = isinstance(subject, exp.Coalesce) == null
        return all_of(tests) if every else any_of(tests)

    def null_of_condition(self, subject: exp.Expr, null: bool, known: bool) -> Formula:
        """A condition is NULL where it is neither true nor false, NULLIF where its value is or equals the other."""
        if isinstance(subject, exp.Nullif):
            equal = exp.EQ(this=operand(subject.this), expression=operand(subject.expression))
            tests = [self.null(subject.this, null, known), self.holds(equal, negated=not null, known=null)]
            return any_of(tests) if null else all_of(tests)
        held = [self.holds(subject, negated=way, known=not null) for way in (False, True)]
        return all_of(held) if null else any_of(held)

    def null_constant(self, subject: exp.Expr, null: bool) -> Formula:
        """Return whether a constant is NULL."""
        try:
            value, _ = self.scope.constants(subject)
        except NotEvaluableError:
            return self.opaque(exp.Is(this=exp.Paren(this=subject.copy()), expression=exp.Null()), not null, False)
        return TRUE if (value is None) == null else FALSE

    def null_parts(self, subject: exp.Expr) -> list[exp.Expr] | None:
        """Return the operands that make a value NULL: one of them, or with COALESCE all."""
        if isinstance(subject, exp.Coalesce):
            return [subject.this, *subject.expressions]
        if isinstance(subject, exp.Add | exp.Sub | exp.Mul | exp.DPipe):
            return [subject.this, subject.expression]
        if isinstance(subject, exp.Cast) and not self.scope.casts(subject):
            return None
        if isinstance(subject, exp.Neg | exp.Cast | exp.Lower | exp.Upper | exp.Length | exp.Abs):
            return [subject.this]
        if isinstance(subject, exp.Trim) and subject.expression is None:
            return [subject.this]
        return None

    def membership(self, node: exp.Expr, negated: bool, known: bool) -> Formula:
        """Return IN a list."""
        if any(node.args.get(name) is not None for name in ("query", "unnest", "field")):
            return self.opaque(node, negated, known)
        equal = exp.EQ(this=operand(node.this), expression=exp.Null())
        return self.spread(bare(node.this), equal, node.expressions, every=negated, negated=negated, known=known)

    def between(self, node: exp.Expr, negated: bool, known: bool) -> Formula:
        """Return BETWEEN and BETWEEN SYMMETRIC."""
        low, high = node.args["low"], node.args["high"]
        ways = [(low, high), (high, low)] if node.args.get("symmetric") else [(low, high)]
        tests = [
            exp.And(
                this=exp.GTE(this=operand(node.this), expression=operand(first)),
                expression=exp.LTE(this=operand(node.this), expression=operand(second)),
            )
            for first, second in ways
        ]
        parts = [self.holds(test, negated=negated, known=known) for test in tests]
        return all_of(parts) if negated else any_of(parts)

    def match(self, node: exp.Expr, negated: bool, known: bool) -> Formula:
        """Return LIKE, GLOB, SIMILAR TO and regular expressions."""
        found = matched(node, self.scope, negated=negated)
        if found is None:
            return self.judged(exp.Not(this=exp.Paren(this=node.copy())) if negated else node, known)
        return self.asked(found, known)

    def cast(self, node: exp.Expr, negated: bool, known: bool) -> Formula:
        """Return a cast to boolean of a condition."""
        assert isinstance(node, exp.Cast)
        if cast_kind(node.to) == "boolean" and not isinstance(bare(node.this), exp.Literal):
            return self.holds(node.this, negated=negated, known=known)
        return self.value(node, negated, known)

    def value(self, node: exp.Expr, negated: bool, known: bool) -> Formula:
        """Return a value taken for a condition: a boolean column, a number that is not 0, json_valid(), a constant."""
        column = self.scope.column(node)
        if column is not None:
            return self.column(column, node, negated, known)
        if self.is_json(node):
            made = self.scope.column(node.expressions[0])
            assert made is not None
            tests: list[Formula] = [NullTest(made, null=False)] if known else []
            return all_of([*tests, Among(made, ())] if negated else tests)
        if self.scope.is_constant(node):
            truth = self.scope.truth(node)
            if truth is not None:
                return self.fixed(truth, negated, known)
        return self.judged(exp.Not(this=exp.Paren(this=node.copy())) if negated else node, known)

    def is_json(self, node: exp.Expr) -> bool:
        """Return whether a condition is ``json_valid(column)`` of a json column: what is made for one is JSON."""
        if function_name(node) != "json_valid" or len(node.expressions) != 1:
            return False
        column = self.scope.column(node.expressions[0])
        return column is not None and self.scope.types[column].kind == "json"

    def column(self, name: str, node: exp.Expr, negated: bool, known: bool) -> Formula:
        """Return a column taken for a condition."""
        type_ = self.scope.types[name]
        if type_.kind == "boolean":
            return self.asked(Among(name, (not negated,)), known)
        if lattice_of(type_) is not None and type_.kind in {"integer", "decimal", "float"}:
            zero = exp.EQ(this=operand(node), expression=exp.Literal.number(0))
            return self.holds(zero, negated=not negated, known=known)
        return self.opaque(node, negated, known)


_STORED = {
    **dict.fromkeys(("integer", "boolean"), "integer"),
    **dict.fromkeys(("text", "date", "datetime", "time", "uuid", "json", "url", "ip", "mac", "enum"), "text"),
    "float": "real",
    "bytes": "blob",
}
"""Storage class in SQLite of a type's values; a NUMERIC one depends on the value."""

_Rule = Callable[[Normaliser, exp.Expr, bool, bool], Formula]
_RULES: dict[type[exp.Expr], _Rule] = {
    exp.And: Normaliser.chain,
    exp.Or: Normaliser.chain,
    exp.Not: Normaliser.inverse,
    exp.Xor: Normaliser.exclusive,
    exp.Boolean: Normaliser.boolean,
    exp.Null: Normaliser.unknown,
    **dict.fromkeys(RELATIONS, Normaliser.comparison),
    exp.NullSafeEQ: Normaliser.distinct,
    exp.NullSafeNEQ: Normaliser.distinct,
    exp.Is: Normaliser.is_,
    exp.In: Normaliser.membership,
    exp.Between: Normaliser.between,
    exp.Case: Normaliser.branching,
    exp.If: Normaliser.branching,
    exp.Coalesce: Normaliser.branching,
    exp.Cast: Normaliser.cast,
    **dict.fromkeys(matches.NODES, Normaliser.match),
}
