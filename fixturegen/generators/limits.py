"""How far the values of a column go, and what is said of a number beyond: where positions end, nothing can be made."""

from __future__ import annotations

from fractions import Fraction

from fixturegen.lattice import Lattice
from fixturegen.schema import Column


def beyond(column: Column, lattice: Lattice, position: Fraction | int) -> tuple[str, str] | None:
    """Return what is wrong with a position that no value of a column can have and what to do about it; None for another.

    >>> from fixturegen.lattice import lattice_of
    >>> from fixturegen.schema import Type
    >>> price = Column(name="price", type=Type(kind="decimal", precision=38, scale=18))
    >>> lattice = lattice_of(price.type)
    >>> beyond(price, lattice, lattice.position(50))[0]
    'is above 4.611686018427387904, the greatest value that can be made for price'
    >>> beyond(price, lattice, lattice.position(4)) is None
    True
    """
    if lattice.low <= position <= lattice.high:
        return None
    above = position > lattice.high
    limit = _shown(column, lattice, lattice.high if above else lattice.low)
    message = (
        f"is {'above' if above else 'below'} {limit}, the {'greatest' if above else 'least'} value that can be made"
    )
    hint = f"Give {'at most' if above else 'at least'} {limit}"
    fewer = ", or declare fewer digits after the point" if column.type.kind == "decimal" and column.type.scale else ""
    return f"{message} for {column.name}", f"{hint}{fewer}."


def _shown(column: Column, lattice: Lattice, position: int) -> str:
    """A limit as it may be given: a float would print rounded up."""
    return str(int(position * lattice.step)) if column.type.kind == "float" else str(lattice.value(position))
