"""Discrete delays of rates on the dense output of adaptive methods."""
