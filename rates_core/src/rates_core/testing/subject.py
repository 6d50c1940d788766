"""What is tested: a backend, or a solver on a backend, with what was already computed for it."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define, field

from rates_core.plugins.capabilities import Capabilities, Requirements
from rates_core.plugins.specs import BackendSpec, DelayStrategySpec, SolverSpec
from rates_core.programs.program import Kernel
from rates_core.simulation.arguments import arguments_of
from rates_core.simulation.compile import CompiledModel, compile_model
from rates_core.solvers.tableau import Tableau
from rates_core.testing.compare import expect
from rates_core.testing.injection import Watched
from rates_core.testing.oracle import Oracle

if TYPE_CHECKING:
    import pandas as pd

    from rates_core.templates.circuit import CircuitTemplate

T = TypeVar("T")


@define(eq=False)
class Subject:
    """A backend, or a solver or delay strategy on a backend.

    Attributes:
        backend: descriptor of the backend, whose objects are watched.
        watched: the object that it makes.
        solver: descriptor of the solver that is tested, None if the backend is.
        oracle: results of the interpreter.
        strategy: descriptor of the delay strategy that is tested, if one is.
    """

    backend: BackendSpec
    watched: Watched
    oracle: Oracle
    solver: SolverSpec | None = None
    strategy: DelayStrategySpec | None = None
    _known: dict[Hashable, Any] = field(factory=dict)

    @property
    def kind(self) -> str:
        """Return "backend", "solver" or "delay strategy"."""
        if self.strategy is not None:
            return "delay strategy"
        return "backend" if self.solver is None else "solver"

    @property
    def name(self) -> str:
        """Return the name of what is tested."""
        return (self.strategy or self.solver or self.backend).name

    @property
    def tested_solver(self) -> SolverSpec:
        """Return the solver that is tested."""
        expect(self.solver is not None, "No solver is tested here.")
        assert self.solver is not None
        return self.solver

    @property
    def tableau(self) -> Tableau:
        """Return the tableau of the solver that is tested."""
        tableau: Tableau = self.tested_solver.load()
        return tableau

    def missing(self, needs: Requirements) -> tuple[str, ...]:
        """Return what is needed and not claimed, in words; the claims are compared here, not by what is tested."""
        if self.strategy is not None:
            return ()  # it claims nothing: what it cannot do it refuses itself
        if self.solver is not None:
            return SolverSpec.missing(self.solver, needs)
        return Capabilities.missing(self.backend.capabilities, needs)

    def once(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return what was made for a key, making it the first time; cases share programs in this way."""
        if key not in self._known:
            self._known[key] = make()
        known: T = self._known[key]
        return known

    def compiled(
        self,
        circuit: CircuitTemplate,
        solver: str | SolverSpec | None = None,
        step_size: float = 0.1,
        **options: Any,
    ) -> CompiledModel:
        """Compile a circuit on the backend, with the tested solver if no other is named."""
        chosen: str | SolverSpec = solver or self.solver or "euler"
        return compile_model(circuit, backend=self.backend, solver=chosen, step_size=step_size, **options)

    def run(
        self,
        circuit: CircuitTemplate,
        simulation_time: float,
        solver: str | SolverSpec | None = None,
        step_size: float = 0.1,
        run: Mapping[str, Any] | None = None,
        **options: Any,
    ) -> pd.DataFrame:
        """Compile and run a circuit; `run` holds the arguments of the run, `options` those of the compilation."""
        model = self.compiled(circuit, solver, step_size, **options)
        return model.run(simulation_time=simulation_time, **(run or {}))

    def kernel(self, model: CompiledModel, parameters: Mapping[str, Any] | None = None) -> Kernel:
        """Return the program of a model with parameters bound."""
        return model.program.bind(arguments_of(model.system, parameters))
