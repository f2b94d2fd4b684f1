"""The databases: names, literals, types and DDL of each dialect, and one loader a system."""
