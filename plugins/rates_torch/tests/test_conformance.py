"""The PyTorch backend keeps what it claims and refuses what it does not claim."""

from __future__ import annotations

from rates_core.testing import backend_tests, solver_tests

test_conformance = backend_tests("torch", exhaustive=True)

test_dopri5 = solver_tests("dopri5", backend="torch")
