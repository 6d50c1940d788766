"""The strategy realises delays as the language says, with every kind of model that the kit has for it."""

from __future__ import annotations

import pytest
from rates_core.testing import delay_tests

# the suite of rates-numpy, whose kit reads the same delays, runs in every tier
test_conformance = pytest.mark.exhaustive(delay_tests("ring", backend="numpy"))
