"""Files for Auto-07p: the equations with their derivatives, and constants for each kind of computation."""
