"""The JAX backend keeps what it claims and refuses what it does not claim."""

from __future__ import annotations

import pytest
from rates_core.testing import backend_tests, solver_tests

test_conformance = backend_tests("jax", exhaustive=True)

# The kit has a pair of its own, and test_pair.py compares runs with those of NumPy.
test_dopri5 = pytest.mark.exhaustive(solver_tests("dopri5", backend="jax"))

#: Of order 1, they come no nearer to the solution than the root of the tolerance, about 3e-5.
ROUGH = {
    f"accuracy: {method} solves {problem}": "errors of a method of order 1 add up"
    for method in ("Euler", "ImplicitEuler")
    for problem in (
        "a nonlinear problem with an input that is a function of time",
        "a problem whose sampled input jumps",
        "a complex oscillation",
        "logistic growth in a population",
    )
}

test_diffrax = pytest.mark.exhaustive(solver_tests("diffrax", backend="jax", expected_failures=ROUGH))
