"""Discrete delays of rates on the uniform grid of fixed-step methods."""
