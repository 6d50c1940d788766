"""The Julia backend keeps what it claims and refuses what it does not claim."""

from __future__ import annotations

from rates_core.testing import backend_tests, solver_tests

test_conformance = backend_tests("julia", exhaustive=True)

test_dopri5 = solver_tests("dopri5", backend="julia")
test_bosh3 = solver_tests("bosh3", backend="julia")
