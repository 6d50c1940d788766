"""Trajectories: small models under every method of fixed steps that is installed."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from rates_core.plugins import get_manager
from rates_core.plugins.specs import SolverSpec
from rates_core.testing.case import Case
from rates_core.testing.models import models
from rates_core.testing.scenario import follow


def fixed_methods() -> list[str]:
    """Return the names of the installed methods of fixed steps, those of core first."""
    solvers = get_manager().solvers().values()
    names = [spec.name for spec in solvers if spec.fixed]
    own = [name for name in ("rk4", "heun", "euler") if name in names]
    return [*own, *(name for name in names if name not in own)]


def cases() -> Iterator[Case]:
    """Yield each model with one method and each method with one model; the whole product is exhaustive."""
    methods = fixed_methods()
    for row, scenario in enumerate(models()):
        for column, method in enumerate(methods):
            yield Case(
                "trajectories",
                f"{method} goes where the oracle goes with {scenario.key}",
                partial(follow, scenario, method),
                needs=scenario.needs,
                exhaustive=row > 0 and column != row % len(methods),
            )


def solver_cases(spec: SolverSpec) -> Iterator[Case]:
    """Yield the models for one solver of fixed steps."""
    if not spec.fixed:
        return
    for scenario in models():
        name = f"it goes where the oracle goes with {scenario.key}"
        yield Case("trajectories", name, partial(follow, scenario, None))
