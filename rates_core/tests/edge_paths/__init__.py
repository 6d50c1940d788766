"""Edges by their paths: what a run or a sweep sets is what the template would have said."""
