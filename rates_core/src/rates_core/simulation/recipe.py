"""What a model is compiled with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from attrs import frozen

from rates_core.plugins.specs import BackendSpec, SolverSpec
from rates_core.solvers.driver import Driver
from rates_core.solvers.tableau import Tableau
from rates_core.system.signals import FedInput


@frozen(eq=False)
class Choice:
    """Backend, solver and their options.

    Attributes:
        tableau: the method, if the solver is one; else `driver` runs the loop.
        open: no backend was named; which one runs depends on the model.
    """

    backend: BackendSpec
    solver: SolverSpec
    method: str | None
    solver_options: Mapping[str, Any]
    backend_options: Mapping[str, Any]
    tableau: Tableau | None = None
    driver: Driver | None = None
    open: bool = False

    @property
    def fixed(self) -> bool:
        """Tell whether the solver takes fixed steps."""
        return self.solver.fixed

    @property
    def pair(self) -> Tableau | None:
        """Return the method if it chooses its steps."""
        return None if self.fixed else self.tableau


@frozen(eq=False)
class Recipe:
    """What a network is compiled with.

    Attributes:
        name: of the model.
        fed: the external inputs.
        stages: of the chains in place of discrete delays, if asked for.
        outputs: paths by name.
        float_precision: floating-point type of real numbers.
    """

    name: str
    choice: Choice
    fed: Sequence[FedInput]
    stages: int | None
    outputs: Mapping[str, str] | Iterable[str] | None
    float_precision: str
    defaults: Mapping[str, Any]
