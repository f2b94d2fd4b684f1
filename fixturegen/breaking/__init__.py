"""Records that break exactly one constraint, beside those that just do not."""
