"""The constraint suite run against a live database, in a transaction that is undone."""
