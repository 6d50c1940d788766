"""Integration methods as data, and the contract of solvers that drive a library."""
