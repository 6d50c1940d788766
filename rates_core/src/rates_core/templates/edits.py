"""Edits of equations and of sets of operators: how a derived template differs from its base."""
