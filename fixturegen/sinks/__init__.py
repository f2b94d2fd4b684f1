"""The export formats, one a module, and the export itself."""
