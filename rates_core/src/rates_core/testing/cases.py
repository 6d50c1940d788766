"""All cases of the kit, for backends and for solvers."""

from __future__ import annotations

from attrs import evolve

from rates_core.plugins.specs import DelayStrategySpec, SolverSpec
from rates_core.testing.case import Case
from rates_core.testing.families import (
    accuracy,
    batches,
    buffers,
    continuation,
    delays,
    determinism,
    devices,
    events,
    fields,
    files,
    folders,
    functions,
    fused,
    gradients,
    jacobian,
    names,
    noise,
    orders,
    precision,
    projections,
    purity,
    structure,
    trajectories,
)


def backend_cases(exhaustive: bool = False) -> tuple[Case, ...]:
    """Return the cases of a backend.

    Args:
        exhaustive: with those that cost much and add little.

    Example:
        >>> from rates_core.testing import backend_cases
        >>> len({case.label for case in backend_cases()}) == len(backend_cases())
        True
    """
    families = (
        functions, projections, trajectories, orders, accuracy, delays, names, structure, purity, determinism,
        continuation, batches, noise, events, precision, jacobian, fields, files, buffers, folders, fused, gradients,
        devices,
    )  # fmt: skip
    return tuple(case for family in families for case in family.cases() if exhaustive or not case.exhaustive)


def solver_cases(spec: SolverSpec) -> tuple[Case, ...]:
    """Return the cases of a solver.

    Example:
        >>> from rates_core.plugins import get_manager
        >>> from rates_core.testing import solver_cases
        >>> {"orders", "delays"} <= {case.family for case in solver_cases(get_manager().solver("rk4"))}
        True
    """
    return (
        *trajectories.solver_cases(spec),
        *orders.solver_cases(spec),
        *accuracy.solver_cases(spec),
        *delays.solver_cases(spec),
        *continuation.solver_cases(spec),
        *noise.solver_cases(spec),
        *events.solver_cases(spec),
    )


#: Families in which a storage of past values decides what comes out.
STORED = ("orders", "accuracy", "delays", "structure", "continuation of runs")


def delay_cases(spec: DelayStrategySpec) -> tuple[Case, ...]:
    """Return the cases of a delay strategy: chains for one that augments, else models that read what it stores.

    Example:
        >>> from rates_core.plugins import get_manager
        >>> from rates_core.testing import delay_cases
        >>> {case.chains for case in delay_cases(get_manager().delay_strategy("gamma"))}
        {True}
    """
    if spec.kind == "augment":
        return tuple(evolve(case, exhaustive=False) for case in backend_cases(exhaustive=True) if case.chains)
    return tuple(case for case in backend_cases() if case.family in STORED and spec.stands_for in case.needs.delays)
