"""Events that people book."""
