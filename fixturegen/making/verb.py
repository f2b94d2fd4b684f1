"""``fg.make``: the public verb."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from datetime import date
from threading import Lock
from typing import Any

from fixturegen.errors import InputError
from fixturegen.making.dataset import MadeDataset
from fixturegen.making.maker import Maker
from fixturegen.making.wishes import both
from fixturegen.schema import Schema
from fixturegen.verbs import load

MOST_MAKERS = 16
_MAKERS: OrderedDict[tuple[int, int, date | None, bool], tuple[Schema, Maker]] = OrderedDict()
_LOCK = Lock()


def make(
    schema: Any,
    table: str,
    *,
    rows: int = 1,
    seed: int = 0,
    as_of: date | None = None,
    values: Mapping[str, object] | None = None,
    accept_unverified: bool = False,
    **overrides: object,
) -> MadeDataset:
    """Return the smallest valid neighbourhood of a wanted row: it, the parents it cannot do without, and what is asked for.

    An override is the value of a column; a mapping of overrides for a parent, by the role of its reference (``customer`` for
    ``customer_id``), or None for no parent; or children, by their table: how many, a mapping for one, or a list of mappings.
    Parents are shared unless what is asked tells them apart. References that may be NULL are, unless asked for.

    Args:
        schema: The schema, or a source of one.
        table: The table of the wanted row.
        rows: How many wanted rows, at least 1; they share their parents.
        seed: Any integer; other seeds give other values.
        as_of: Overrides the schema's frozen clock.
        values: Further overrides, for names that are no keywords or taken (``{"rows": 3}``, ``{"orders.buyer_id": 2}``).
        accept_unverified: Go on although a constraint can be neither constructed nor judged.
        **overrides: Overrides by name.

    Returns:
        Frames by table, parents first, with ``.row``, ``.rows``, ``.complete()`` and ``.instances(Base)``.

    Raises:
        InputError: A name or value that means nothing; with the nearest name.
        ImpossibleError: No rows can be as is asked; with the constraint.

    Example:
        >>> from fixturegen.schema import Column, Reference, Table, Type, Unique
        >>> key = Column(name="id", type=Type(kind="integer"))
        >>> up = Column(name="a_id", type=Type(kind="integer"))
        >>> a = Table(name="a", columns=(key,), primary_key=Unique(columns=("id",)))
        >>> to_a = Reference(columns=("a_id",), table="a", target=("id",), name="a")
        >>> b = Table(name="b", columns=(key, up), primary_key=Unique(columns=("id",)), references=(to_a,))
        >>> make(Schema(tables={"a": a, "b": b}), "b", a={"id": 7}).rows
        {'a': [{'id': 7}], 'b': [{'id': 1, 'a_id': 7}]}
    """
    made = _maker(load(schema), seed, as_of, accept_unverified=accept_unverified).made(
        table, both(values, overrides), rows=rows
    )
    return MadeDataset(made)


def _maker(schema: Schema, seed: int, as_of: date | None, *, accept_unverified: bool) -> Maker:
    """The maker of a schema at hand, kept with its nurseries for the next call."""
    if isinstance(seed, bool) or not isinstance(seed, int):
        message = f"seed is {seed!r}, which is no whole number"
        raise InputError(message)
    sign = (id(schema), seed, as_of, accept_unverified)
    with _LOCK:
        if sign not in _MAKERS:
            _MAKERS[sign] = (schema, Maker(schema, seed=seed, as_of=as_of, accept_unverified=accept_unverified))
            while len(_MAKERS) > MOST_MAKERS:
                _MAKERS.popitem(last=False)
        _MAKERS.move_to_end(sign)
        return _MAKERS[sign][1]
