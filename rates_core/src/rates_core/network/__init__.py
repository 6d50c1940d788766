"""The circuit flattened into populations and projections."""
