"""How fast fixturegen is beside what it could be compared with: ``make bench``."""
