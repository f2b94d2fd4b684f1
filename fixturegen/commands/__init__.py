"""The commands of the command line, one file each. Importing them imports nothing heavy, so that ``--help`` is quick."""
