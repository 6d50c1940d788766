"""The conformance kit: does a plugin what it claims, and refuse what it does not claim?

`rates check NAME` runs it; one line does so in the tests of a plugin:

    from rates_core.testing import backend_tests

    test_conformance = backend_tests("numpy")

What a model means is computed by the oracle, `rates_core.reference`, or has a closed form.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rates_core.lazy import lazy_exports

if TYPE_CHECKING:
    from rates_core.testing.case import Case
    from rates_core.testing.cases import backend_cases, delay_cases, solver_cases
    from rates_core.testing.check import check_backend, check_delay_strategy, check_solver, delays_by
    from rates_core.testing.compare import MismatchError
    from rates_core.testing.oracle import Oracle
    from rates_core.testing.pytest_tests import backend_tests, delay_tests, solver_tests
    from rates_core.testing.report import Outcome, Report

__all__ = [
    "Case",
    "MismatchError",
    "Oracle",
    "Outcome",
    "Report",
    "backend_cases",
    "backend_tests",
    "check_backend",
    "check_delay_strategy",
    "check_solver",
    "delay_cases",
    "delay_tests",
    "delays_by",
    "solver_cases",
    "solver_tests",
]

_NAMES = {
    "Case": "rates_core.testing.case",
    "MismatchError": "rates_core.testing.compare",
    "Oracle": "rates_core.testing.oracle",
    "Outcome": "rates_core.testing.report",
    "Report": "rates_core.testing.report",
    "backend_cases": "rates_core.testing.cases",
    "backend_tests": "rates_core.testing.pytest_tests",
    "check_backend": "rates_core.testing.check",
    "check_delay_strategy": "rates_core.testing.check",
    "check_solver": "rates_core.testing.check",
    "delay_cases": "rates_core.testing.cases",
    "delay_tests": "rates_core.testing.pytest_tests",
    "delays_by": "rates_core.testing.check",
    "solver_cases": "rates_core.testing.cases",
    "solver_tests": "rates_core.testing.pytest_tests",
}

__getattr__, __dir__ = lazy_exports(__name__, _NAMES)
