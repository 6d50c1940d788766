"""SciPy's methods keep what the driver claims and refuse what it does not claim."""

from __future__ import annotations

from rates_core.testing import solver_tests

test_conformance = solver_tests("scipy")
