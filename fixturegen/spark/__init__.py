"""Tables as a data source of Spark: ``spark.dataSource.register(FixturegenSource)``, then ``spark.read.format("fixturegen")``."""

from fixturegen.spark.source import FixturegenSource

__all__ = ["FixturegenSource"]
