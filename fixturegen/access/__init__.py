"""Any rows of any table alone: no row needs another table, or another row, to have been made before."""
