"""The constraint suite: labelled sequences of statements that a database must take or refuse."""

from fixturegen.suites.building import Suite, suite_of
from fixturegen.suites.lines import Line

__all__ = ["Line", "Suite", "suite_of"]
