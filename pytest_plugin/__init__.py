"""The pytest plugin of fixturegen; import-light, for it is imported by every pytest run."""
