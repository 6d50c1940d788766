"""The Numba backend keeps what it claims and refuses what it does not claim."""

from __future__ import annotations

from rates_core.testing import backend_tests

test_conformance = backend_tests("numba", exhaustive=True)
