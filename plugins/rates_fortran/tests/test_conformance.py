"""The Fortran backend keeps what it claims and refuses what it does not claim."""

from __future__ import annotations

from rates_core.testing import backend_tests, solver_tests

test_conformance = backend_tests("fortran", exhaustive=True)

test_dopri5 = solver_tests("dopri5", backend="fortran")
test_bosh3 = solver_tests("bosh3", backend="fortran")
