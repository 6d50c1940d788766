"""The kit as tests of pytest, one line in the suite of a plugin."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from rates_core.plugins import get_manager
from rates_core.simulation.choice import chosen_backend
from rates_core.testing.case import Case
from rates_core.testing.cases import backend_cases, delay_cases, solver_cases
from rates_core.testing.check import Expected, backend_subject, delay_subject, outcome_of, solver_subject
from rates_core.testing.subject import Subject


def backend_tests(name: str, *, expected_failures: Expected = None, exhaustive: bool = False) -> Any:
    """Return a test function with a case of the kit for each of its runs.

        test_conformance = backend_tests("numpy")

    Args:
        name: of the backend.
        expected_failures: labels of cases that fail, each with the reason; they have to.
        exhaustive: add the cases that cost much, marked with `pytest.mark.exhaustive`.

    Example:
        >>> from rates_core.testing import backend_tests
        >>> test_conformance = backend_tests("numpy")
        >>> [mark.name for mark in test_conformance.pytestmark]
        ['parametrize']
    """
    cases = backend_cases(exhaustive)
    return _tests(cases, cache(lambda: backend_subject(name)), expected_failures or {}, backend=name)


def solver_tests(name: str, *, backend: str | None = None, expected_failures: Expected = None) -> Any:
    """Return a test function as `backend_tests`, for a solver.

    Example:
        >>> from rates_core.testing import solver_tests
        >>> test_conformance = solver_tests("rk4")
        >>> [mark.name for mark in test_conformance.pytestmark]
        ['parametrize']
    """
    spec = get_manager().solver(name)
    cases = solver_cases(spec)
    return _tests(cases, cache(lambda: solver_subject(name, backend)), expected_failures or {}, backend)


def delay_tests(name: str, *, backend: str | None = None, expected_failures: Expected = None) -> Any:
    """Return a test function as `backend_tests`, for a delay strategy.

    Example:
        >>> from rates_core.testing import delay_tests
        >>> test_conformance = delay_tests("gamma")
        >>> [mark.name for mark in test_conformance.pytestmark]
        ['parametrize']
    """
    cases = delay_cases(get_manager().delay_strategy(name))
    return _tests(cases, cache(lambda: delay_subject(name, backend)), expected_failures or {}, backend)


def _tests(cases: tuple[Case, ...], subject: Callable[[], Subject], expected: Any, backend: str | None) -> Any:
    import pytest

    unknown = set(expected) - {case.label for case in cases}
    if unknown:
        raise ValueError(f"There is no case '{min(unknown)}'.")

    def marks(case: Case) -> list[Any]:
        found = [pytest.mark.exhaustive] if case.exhaustive else []
        if case.label in expected:
            found.append(pytest.mark.xfail(strict=True, reason=expected[case.label]))
        return found

    @pytest.mark.parametrize("case", [pytest.param(case, id=case.label, marks=marks(case)) for case in cases])
    def test_conformance(case: Case) -> None:
        missing = chosen_backend(backend).missing_tool()
        if missing is not None:
            pytest.skip(missing)
        outcome = outcome_of(subject(), case)
        if outcome.result == "not run":
            pytest.skip(outcome.text)
        if outcome.result == "failed":
            pytest.fail(outcome.text, pytrace=False)

    return test_conformance
