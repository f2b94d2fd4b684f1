"""Ready-made schemas, shipped with the package."""
