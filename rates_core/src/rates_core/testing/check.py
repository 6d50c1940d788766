"""Run the cases of a backend or a solver."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Collection, Iterable, Mapping
from traceback import extract_tb
from typing import Any

from attrs import evolve

from rates_core.errors import ArgumentError, PluginError, UnsupportedFeatureError, did_you_mean
from rates_core.plugins import get_manager
from rates_core.plugins.capabilities import PROJECTIONS, STORAGES, Capabilities
from rates_core.plugins.specs import BackendSpec
from rates_core.programs.program import Backend
from rates_core.simulation.choice import chosen_backend
from rates_core.simulation.requirements import requirements_of
from rates_core.testing.case import Case
from rates_core.testing.cases import backend_cases, solver_cases
from rates_core.testing.compare import MismatchError, expect
from rates_core.testing.formulas import PRINTED
from rates_core.testing.injection import Watched, injected_backend, injected_solver
from rates_core.testing.oracle import Oracle
from rates_core.testing.report import REFUSALS, Outcome, Report
from rates_core.testing.subject import Subject

#: Claims of a backend that leaves it to the solver to refuse.
EVERYTHING = Capabilities(
    complex=True, projections=PROJECTIONS, delays=STORAGES, noise="multiplicative", events=True, jacobian=True
)

Expected = Mapping[str, str] | None  # label of a case -> why it fails


def check_backend(
    name: str,
    *,
    wrap: Callable[[Backend], Backend] | None = None,
    capabilities: Capabilities | None = None,
    families: Collection[str] | None = None,
    exhaustive: bool = False,
    expected_failures: Expected = None,
    oracle: Oracle | None = None,
) -> Report:
    """Test a backend against what it claims.

    Args:
        name: of an installed backend.
        wrap: takes the backend's object and returns the one that is tested in its place.
        capabilities: claims that take the place of the backend's own.
        families: those that are run, all by default.
        exhaustive: run the cases too that cost much and add little.
        expected_failures: labels of cases that fail, each with the reason; one that passes is a failure.
        oracle: keeps what the interpreter computes, for several calls.

    Example:
        >>> from rates_core.testing import check_backend
        >>> check_backend("numpy", families=["names"]).ok
        True
    """
    subject = backend_subject(name, wrap, capabilities, oracle)
    return _report(subject, backend_cases(exhaustive), families, expected_failures)


def check_solver(
    name: str,
    *,
    backend: str | None = None,
    wrap: Callable[[Any], Any] | None = None,
    families: Collection[str] | None = None,
    expected_failures: Expected = None,
    oracle: Oracle | None = None,
) -> Report:
    """Test a solver against what it claims.

    Args:
        name: of an installed solver.
        backend: that it is tested on, by default the one that runs take.
        wrap: takes the tableau, or the driver's class, and returns what is tested in its place.
        families: as in `check_backend`, as are the others.
        expected_failures: see there.
        oracle: see there.

    Example:
        >>> from rates_core.testing import check_solver
        >>> check_solver("rk4", families=["orders"]).ok
        True
    """
    subject = solver_subject(name, backend, wrap, oracle)
    return _report(subject, solver_cases(subject.tested_solver), families, expected_failures)


def backend_subject(
    name: str | BackendSpec | None,
    wrap: Callable[[Backend], Backend] | None = None,
    capabilities: Capabilities | None = None,
    oracle: Oracle | None = None,
) -> Subject:
    """Return a backend as what is tested.

    Raises:
        PluginError: a tool is missing without which nothing that it generates runs.
    """
    spec = chosen_backend(name)
    missing = spec.missing_tool()
    if missing is not None:
        raise PluginError(f"The backend '{spec.name}' cannot be tested here: {missing}")
    made: Backend = spec.load()()
    watched = Watched(made if wrap is None else wrap(made))
    spec = spec if capabilities is None else evolve(spec, capabilities=capabilities)
    return Subject(injected_backend(spec, lambda: watched), watched, oracle or Oracle())


def solver_subject(
    name: str,
    backend: str | None = None,
    wrap: Callable[[Any], Any] | None = None,
    oracle: Oracle | None = None,
) -> Subject:
    """Return a solver on a backend as what is tested."""
    spec = get_manager().solver(name)
    made = spec.load()
    subject = backend_subject(backend, oracle=oracle)
    subject.solver = injected_solver(spec, made if wrap is None else wrap(made))
    return subject


def _report(subject: Subject, cases: Iterable[Case], families: Collection[str] | None, expected: Expected) -> Report:
    chosen = [case for case in cases if families is None or case.family in families]
    _check_names(families, {case.family for case in cases}, "family of cases")
    _check_names(expected, {case.label for case in cases}, "case")
    outcomes = tuple(outcome_of(subject, case, (expected or {}).get(case.label)) for case in chosen)
    return Report(subject.kind, subject.name, outcomes)


def _check_names(names: Collection[str] | None, known: Collection[str], what: str) -> None:
    for name in names or ():
        if name not in known:
            raise ArgumentError(f"There is no {what} '{name}'.{did_you_mean(name, known)}")


def outcome_of(subject: Subject, case: Case, expected: str | None = None) -> Outcome:
    """Run one case: what is claimed has to be right, what is not has to be refused.

    Args:
        subject: what is tested.
        case: the case.
        expected: why the case fails, if that is known.
    """
    absent = [name for name in sorted(case.strategies) if name not in get_manager().delay_strategies()]
    if absent:
        text = f"The delay strategy '{absent[0]}' is not installed."
        return Outcome(case.family, case.name, "not run", text)
    missing = subject.missing(case.needs)
    unable = () if missing or subject.solver is None else Capabilities.missing(subject.backend.capabilities, case.needs)
    if unable:
        text = f"The backend '{subject.backend.name}' does not claim it: {', '.join(unable)}."
        return Outcome(case.family, case.name, "not run", text)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        if missing:
            text = _failure(lambda: _expect_refusal(subject, case, missing))
            return Outcome(REFUSALS, case.label, "failed" if text else "refused", text)
        text = _failure(lambda: case.check(subject))
    if text and _lacks_functions(subject, text):
        return Outcome(REFUSALS, case.label, "refused")
    if expected is not None:
        if text:
            return Outcome(case.family, case.name, "expected failure", expected)
        return Outcome(case.family, case.name, "failed", f"It passes, but was expected to fail: {expected}")
    return Outcome(case.family, case.name, "failed" if text else "passed", text)


def _failure(run: Callable[[], None]) -> str:
    """Return why something failed, or an empty text."""
    try:
        run()
    except MismatchError as error:
        return str(error)
    except Exception as error:  # noqa: BLE001  # whatever a backend raises, the other cases go on
        place = extract_tb(error.__traceback__)[-1]
        return f"{type(error).__name__}: {error} (raised in {place.name}, line {place.lineno} of {place.filename})"
    return ""


def _lacks_functions(subject: Subject, text: str) -> bool:
    """Tell whether a case was refused only because a model of it has functions that the backend does not claim."""
    claimed = subject.backend.capabilities.functions
    start = f"UnsupportedFeatureError: The backend '{subject.backend.name}' does not support what this model needs: "
    if claimed is None or not text.startswith(start):
        return False
    named = text.removeprefix(start).partition(". ")[0].split(", ")
    return set(named) <= {f"the function '{name}'" for name in PRINTED - claimed}


def _expect_refusal(subject: Subject, case: Case, missing: tuple[str, ...]) -> None:
    """Raise a `MismatchError` unless a case is refused by name, before code is generated for it."""
    before = len(subject.watched.generated)
    words = ", ".join(missing)
    if subject.solver is not None:
        subject = evolve(subject, backend=evolve(subject.backend, capabilities=EVERYTHING))
    try:
        case.check(subject)
    except UnsupportedFeatureError as error:
        text = str(error)
    except Exception as error:  # any other error is no refusal
        found = f"Instead of a refusal there was {type(error).__name__}: {error}"
        raise MismatchError(f"Not claimed is: {words}. {found}") from error
    else:
        raise MismatchError(f"Not claimed is: {words}. It was not refused, and the numbers are right.")
    start = f"The {subject.kind} '{subject.name}' does not support what this model needs: "
    expect(text.startswith(start), f"The refusal does not begin with {start!r}: {text}")
    for word in missing:
        expect(word in text, f"The refusal does not name what is missing, {word}: {text}")
    for system in subject.watched.generated[before:]:
        needed = requirements_of(system, next(iter(case.needs.delays), "ring"))
        unclaimed = subject.missing(needed)
        expect(not unclaimed, f"Code was generated for {', '.join(unclaimed)} before it was refused.")
