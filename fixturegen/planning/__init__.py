"""Structure before values: a schema becomes a plan."""

from fixturegen.planning.plan import Lowered, Plan, TablePlan
from fixturegen.planning.planner import planned

__all__ = ["Lowered", "Plan", "TablePlan", "planned"]
