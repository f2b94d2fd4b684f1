"""Covering arrays: the fewest rows in which every t values of t factors meet, where constraints let them.

Nothing here knows of schemas. A factor is a number of values, 0 to its level (exclusive); a row gives each factor one.
"""

from fixturegen.covering_arrays.array import CoveringArray, covering_array
from fixturegen.covering_arrays.constraints import Constraint, forbidding

__all__ = ["Constraint", "CoveringArray", "covering_array", "forbidding"]
