"""Faker's vocabularies as columnar plans: read from the installed providers once, never called a row at a time."""
