"""Runge-Kutta methods of rates as Butcher tableaus."""
