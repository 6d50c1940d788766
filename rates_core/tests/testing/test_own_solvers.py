"""The solvers that core brings go through the kit as all others do."""

from __future__ import annotations

import pytest
from rates_core.testing import solver_tests

# the kit of every backend runs them too, in every tier
test_euler = pytest.mark.exhaustive(solver_tests("euler", backend="numpy"))
test_heun = pytest.mark.exhaustive(solver_tests("heun", backend="numpy"))
test_rk4 = pytest.mark.exhaustive(solver_tests("rk4", backend="numpy"))
