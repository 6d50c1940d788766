"""Gamma-distributed delays of rates by the linear chain."""
