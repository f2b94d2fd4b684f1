"""Constraint kinds: what a schema declares, and how frames and databases are checked for it, one file a kind."""
