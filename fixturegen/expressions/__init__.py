"""SQL text of CHECKs, rules, filters and computed columns: parsed, normalised, evaluated."""
