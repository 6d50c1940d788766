"""SciPy solvers of rates: solve_ivp whole, with delays by the method of steps."""
