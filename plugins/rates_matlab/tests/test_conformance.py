"""The MATLAB backend keeps what it claims and refuses what it does not claim."""

from __future__ import annotations

from rates_core.testing import backend_tests

test_conformance = backend_tests("matlab", exhaustive=True)
