"""The TensorFlow backend keeps what it claims and refuses what it does not claim."""

from __future__ import annotations

import pytest
from rates_core.testing import backend_tests, solver_tests

test_conformance = backend_tests("tf", exhaustive=True)

# The kit has a pair of its own, and test_pair.py compares runs with those of NumPy.
test_dopri5 = pytest.mark.exhaustive(solver_tests("dopri5", backend="tf"))
