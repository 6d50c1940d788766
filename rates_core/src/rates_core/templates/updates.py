"""Changes of a circuit: recorded in place, or as a derived circuit."""
