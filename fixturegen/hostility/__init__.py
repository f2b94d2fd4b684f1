"""Hostile but valid values: classes of values that find bugs, and rows in which every class occurs."""
