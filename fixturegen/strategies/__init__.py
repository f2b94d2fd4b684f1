"""Whole related databases as Hypothesis strategies: the plan walked row by row in Python, so that examples shrink."""
