"""What a single function of a model is asked for, and what a backend is asked for in turn."""

from __future__ import annotations

from collections.abc import Mapping
from keyword import iskeyword
from typing import TYPE_CHECKING, Any, Literal

from attrs import evolve, frozen

from rates_core.delays.lowering import lower
from rates_core.errors import ArgumentError, UnsupportedFeatureError, shown
from rates_core.network.build import build_network
from rates_core.network.forms import Forms
from rates_core.plugins import get_manager
from rates_core.plugins.capabilities import ACCEPTED, FIXED
from rates_core.plugins.specs import BackendSpec, SolverSpec
from rates_core.programs.program import FunctionRequest
from rates_core.simulation.choice import (
    chosen_backend,
    chosen_forms,
    chosen_options,
    chosen_solver,
    chosen_stages,
    driver_of,
)
from rates_core.simulation.grid import positive
from rates_core.simulation.inputs import columns_of
from rates_core.simulation.requirements import requirements_of
from rates_core.simulation.unknown import FUNCTION
from rates_core.solvers.driver import unsolved
from rates_core.solvers.tableau import Tableau
from rates_core.switches import switch
from rates_core.system.build import build_system
from rates_core.system.linearisation import linearise
from rates_core.system.system import System

if TYPE_CHECKING:
    from rates_core.templates.circuit import CircuitTemplate

Form = Literal["dense", "sparse"]


@frozen(eq=False)
class AskedFunction:
    """A right-hand side or a Jacobian, as it is asked for; checked as far as that goes without the model.

    Attributes:
        name: of the function.
        form: of the Jacobian, None for the right-hand side.
        backend: that writes it.
        solver: that it is for.
        solver_options: those of the solver, None where none were given.
        stages: of the chains in place of discrete delays, if asked for.
        forms: of weights, that were asked for.
        inputs: what is fed.
        step_size: grid of samples, and of the past under fixed steps.
        continuous: whether the past is a function of time.
        vectorize: whether equal nodes are grouped.
        precision: floating-point type of real numbers.
    """

    name: str
    form: Form | None
    backend: BackendSpec
    solver: SolverSpec
    solver_options: Mapping[str, Any] | None
    stages: int | None
    forms: Forms
    inputs: Mapping[str, Any] | None
    step_size: float
    continuous: bool
    vectorize: bool
    precision: str

    @classmethod
    def of(
        cls,
        name: str,
        form: Form | None,
        step_size: float,
        inputs: Mapping[str, Any] | None,
        backend: str | BackendSpec | None,
        solver: str,
        adaptive: bool | None,
        vectorize: bool,
        float_precision: str,
        options: Mapping[str, Any],
    ) -> AskedFunction:
        """Return what is asked for, given the arguments of `get_run_func`.

        Raises:
            ArgumentError: an argument has a value that it cannot have.
            UnknownNameError: a solver, backend or option has no such name.
        """
        if not isinstance(name, str) or not name.isidentifier() or iskeyword(name):
            raise ArgumentError(f"func_name must be a name that a function can have; it is {shown(name)}.")
        spec = chosen_backend(backend)
        solver_spec, _ = chosen_solver(solver, None)
        stages, options = chosen_stages(options)
        forms, options = chosen_forms(options)
        arguments = FUNCTION if form is None else (*FUNCTION, "sparse")
        solver_options, _ = chosen_options(solver_spec, spec, options, arguments)
        return cls(
            name,
            form,
            spec,
            solver_spec,
            solver_options if options else None,
            stages,
            forms,
            inputs,
            positive("step_size", step_size),
            not solver_spec.fixed if adaptive is None else switch("adaptive", adaptive),
            switch("vectorize", vectorize),
            float_precision,
        )

    def system(self, circuit: CircuitTemplate) -> System:
        """Return the lowered System of a circuit.

        Raises:
            UnsupportedFeatureError: it has noise or events.
        """
        network = build_network(circuit, self.vectorize, self.forms)
        system = lower(build_system(network, columns_of(self.inputs)), self.stages)
        if self.solver_options is not None:
            driver = driver_of(self.solver, self.solver.load())
            if driver is not None:
                driver.check(unsolved(self.solver_options, None, system.width))
        _check_field(system)
        return system

    def request(self, system: System) -> FunctionRequest:
        """Return what the backend is asked for.

        Raises:
            UnsupportedFeatureError: the backend does not claim it, or the model has no derivative.
        """
        needed = requirements_of(system, ACCEPTED if self.continuous else FIXED, self.precision)
        get_manager().require(self.backend, evolve(needed, jacobian=self.form is not None, files=True))
        return FunctionRequest(
            system,
            self.name,
            None if self.form is None else linearise(system),
            self.form == "sparse",
            self.step_size,
            self.continuous,
            frozenset(signal.path for signal in system.inputs if callable((self.inputs or {})[signal.key])),
            self.precision,
            samples=_samples(self.solver),
        )


def _check_field(system: System) -> None:
    """Refuse a model whose right-hand side is none, or not all of it.

    Raises:
        UnsupportedFeatureError: it has noise or events.
    """
    if system.draws:
        raise UnsupportedFeatureError("A model with noise has no right-hand side that is a function of time and state.")
    if system.updates:
        raise UnsupportedFeatureError(
            "A model with events is more than a right-hand side: states change at the end of steps, too. Run it, or "
            "take compile(...).program.source, which has both."
        )


def _samples(solver: SolverSpec) -> int:
    """Return on how many stored samples a method of fixed steps interpolates: with fewer it loses its order."""
    if solver.kind != "tableau":
        return 2
    tableau: Tableau = solver.load()
    return tableau.order + 1
