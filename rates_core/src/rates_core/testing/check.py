"""Run the cases of a backend, a solver or a delay strategy."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from traceback import extract_tb
from typing import Any

from attrs import evolve

from rates_core.delays.choice import tested
from rates_core.errors import ArgumentError, PluginError, UnsupportedFeatureError, did_you_mean
from rates_core.plugins import get_manager
from rates_core.plugins.capabilities import PROJECTIONS, STORAGES, Capabilities
from rates_core.plugins.specs import BackendSpec
from rates_core.programs.program import Backend
from rates_core.simulation.choice import chosen_backend
from rates_core.simulation.requirements import requirements_of
from rates_core.testing.case import Case
from rates_core.testing.cases import backend_cases, delay_cases, solver_cases
from rates_core.testing.compare import MismatchError, expect
from rates_core.testing.formulas import PRINTED
from rates_core.testing.injection import Watched, injected_backend, injected_solver, injected_strategy
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


def check_delay_strategy(
    name: str,
    *,
    backend: str | None = None,
    wrap: Callable[[Any], Any] | None = None,
    families: Collection[str] | None = None,
    expected_failures: Expected = None,
    oracle: Oracle | None = None,
) -> Report:
    """Test whether a delay strategy realises delays as the language says, or refuses to by name.

    Args:
        name: of an installed delay strategy; no other realises delays of its kind meanwhile.
        backend: that it is tested on, by default the one that runs take.
        wrap: takes the strategy's object and returns the one that is tested in its place.
        families: as in `check_backend`, as are the others.
        expected_failures: see there.
        oracle: see there.

    Example:
        >>> from rates_core.testing import check_delay_strategy
        >>> check_delay_strategy("history", families=["accuracy"]).ok
        True
    """
    subject = delay_subject(name, backend, wrap, oracle)
    assert subject.strategy is not None
    return _report(subject, delay_cases(subject.strategy), families, expected_failures)


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
    """Return a solver on a backend as what is tested.

    Raises:
        PluginError: a tool is missing without which it does not run.
    """
    spec = get_manager().solver(name)
    missing = spec.missing_tool()
    if missing is not None:
        raise PluginError(f"The solver '{spec.name}' cannot be tested here: {missing}")
    made = spec.load()
    subject = backend_subject(backend, oracle=oracle)
    subject.solver = injected_solver(spec, made if wrap is None else wrap(made))
    return subject


def delay_subject(
    name: str,
    backend: str | None = None,
    wrap: Callable[[Any], Any] | None = None,
    oracle: Oracle | None = None,
) -> Subject:
    """Return a delay strategy on a backend as what is tested."""
    spec = get_manager().delay_strategy(name)
    made = spec.load()
    subject = backend_subject(backend, oracle=oracle)
    subject.strategy = injected_strategy(spec, made if wrap is None else lambda: wrap(made()))
    return subject


@contextmanager
def delays_by(name: str) -> Iterator[None]:
    """Let an installed delay strategy realise all delays of its kind, whatever else is installed; for tests of it.

    Example:
        >>> from rates_core.testing import delays_by
        >>> with delays_by("gamma"):
        ...     pass
    """
    with tested(get_manager().delay_strategy(name)):
        yield


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
    strategy = subject.strategy
    missing = subject.missing(case.needs)
    needed = case.strategies if not missing else case.strategies - case.needs.delays  # refused before any is asked
    needed -= set() if strategy is None else {strategy.stands_for}
    absent = [name for name in sorted(needed) if name not in get_manager().delay_strategies()]
    if absent:
        text = f"The delay strategy '{absent[0]}' is not installed."
        return Outcome(case.family, case.name, "not run", text)
    unable = Capabilities.missing(subject.backend.capabilities, case.needs)
    if unable and not missing and subject.kind != "backend":
        text = f"The backend '{subject.backend.name}' does not claim it: {', '.join(unable)}."
        return Outcome(case.family, case.name, "not run", text)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        if missing:
            text = _failure(lambda: _expect_refusal(subject, case, missing))
            return Outcome(REFUSALS, case.label, "failed" if text else "refused", text)
        with nullcontext() if strategy is None else tested(strategy):
            text = _failure(lambda: case.check(subject))
    if text and (_lacks_functions(subject, text) or _refuses(subject, text)):
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


def _refuses(subject: Subject, text: str) -> bool:
    """Tell whether a delay strategy refuses a model by name, which it does itself, having no claims to compare."""
    start = f"UnsupportedFeatureError: The delay strategy '{subject.name}' does not support what this model needs: "
    return subject.strategy is not None and text.startswith(start)


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
