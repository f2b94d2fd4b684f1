"""Exports by several processes: each makes and writes whole files, so that the bytes are those of one process."""
