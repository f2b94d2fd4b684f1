"""Keyed bits and what is made of them: bounded integers, permutations, consistent choice.

Every function is pure, vectorised and exact in integers: the same arguments give the same values on every machine, in
any chunking and any order, and for few rows as for many.
"""

from fixturegen.draws.bounding import bounded, drawn, scaled
from fixturegen.draws.choosing import CHOICE_BLOCK, chosen
from fixturegen.draws.mixing import BLOCK, Bits, Integers, bits, combined, mixed, stream
from fixturegen.draws.permuting import all_seated, permuted, seated

__all__ = [
    "BLOCK",
    "CHOICE_BLOCK",
    "Bits",
    "Integers",
    "all_seated",
    "bits",
    "bounded",
    "chosen",
    "combined",
    "drawn",
    "mixed",
    "permuted",
    "scaled",
    "seated",
    "stream",
]
