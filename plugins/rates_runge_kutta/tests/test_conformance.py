"""Every method keeps what it claims and refuses what it does not claim."""

from __future__ import annotations

from rates_core.testing import solver_tests

test_midpoint = solver_tests("midpoint")
test_ralston = solver_tests("ralston")
test_three_eighths = solver_tests("three_eighths")
test_bogacki_shampine = solver_tests("bogacki_shampine")
test_dormand_prince = solver_tests("dormand_prince")
test_bosh3 = solver_tests("bosh3")
test_dopri5 = solver_tests("dopri5")
test_dormand_prince_8 = solver_tests("dormand_prince_8")
test_dop853 = solver_tests("dop853")
