"""Ways to fill a column, one idea a file; each registers under the name that people write."""
