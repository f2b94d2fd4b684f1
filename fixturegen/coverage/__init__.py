"""Covering datasets: the fewest rows in which every pair of situations occurs that the constraints let occur.

A table's factors are its columns, its numbers of children and its parents' columns; each has classes. A covering array says
which classes each row has, a matching says which row is whose parent, and the plan is steered so that rows come out like that.
"""
