"""What is said where a delay needs a continuous extension and the method has none."""

from __future__ import annotations

from contextlib import suppress

from rates_core.errors import PluginError, UnsupportedFeatureError
from rates_core.plugins import SolverSpec, get_manager
from rates_core.solvers.tableau import Tableau


def no_extension(tableau: Tableau) -> UnsupportedFeatureError:
    """Return the error for a method without continuous extension; it names the solvers that have one."""
    having = ", ".join(name for name, solver in get_manager().solvers().items() if _has_extension(solver))
    return UnsupportedFeatureError(
        f"A delayed value lies where fewer than {tableau.order + 1} samples of a smooth solution stand around it, and "
        f"the method '{tableau.name}' has no continuous extension. Take a smaller step_size, or a solver that has one: "
        f"{having}."
    )


def _has_extension(solver: SolverSpec) -> bool:
    if not solver.fixed:
        return solver.storage in solver.delays
    with suppress(PluginError):
        tableau: Tableau = solver.load()
        return tableau.dense is not None
    return False
