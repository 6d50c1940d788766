"""Compile a circuit once; run it many times."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import evolve, field, frozen

from rates_core.delays.dependence import check_no_draws
from rates_core.delays.lowering import lower
from rates_core.errors import ArgumentError, UnsupportedFeatureError
from rates_core.files import path_of
from rates_core.network.apart import Apart
from rates_core.network.build import build_network
from rates_core.network.network import Network
from rates_core.network.untying import tied_by, untied
from rates_core.plugins import get_manager
from rates_core.plugins.specs import BackendSpec, SolverSpec
from rates_core.programs.program import MatrixProgram, Program, ProgramRequest
from rates_core.simulation.arguments import checked_values
from rates_core.simulation.choice import (
    check_fit,
    chosen_backend,
    chosen_forms,
    chosen_options,
    chosen_solver,
    chosen_stages,
    driver_of,
)
from rates_core.simulation.default_backend import settled_backend
from rates_core.simulation.differentiable import Differentiable
from rates_core.simulation.grid import positive
from rates_core.simulation.inputs import columns_of, widened
from rates_core.simulation.outputs import Recording, column_labels, recording, requested
from rates_core.simulation.recipe import Choice, Recipe
from rates_core.simulation.requirements import requirements_of
from rates_core.simulation.some_units import PICK, with_some_units
from rates_core.simulation.unknown import refuse_unknown
from rates_core.solvers.driver import unsolved
from rates_core.switches import switch
from rates_core.system.build import build_system
from rates_core.system.events import check_events, check_pulses, with_step_size
from rates_core.system.linearisation import linearise
from rates_core.system.system import System

if TYPE_CHECKING:
    import pandas as pd

    from rates_core.simulation.execution import RunRequest
    from rates_core.simulation.points import Point, PointResults
    from rates_core.templates.circuit import CircuitTemplate


@frozen(eq=False, slots=False)
class CompiledModel(Differentiable):
    """A model whose program exists; `run` generates nothing again.

    Except that a value that units or connections share becomes one value for each when a run sets some of them, and a
    delay is added where a run sets one; likewise an external input that a run gives one column per unit. Then there is
    another program, made once.

    Attributes:
        system: the lowered System.
        program: the backend's program, with its `source`.
        recipe: what it was compiled with.
    """

    system: System
    program: Program
    recording: Recording
    choice: Choice
    defaults: Mapping[str, Any]
    built: System
    recipe: Recipe
    _variants: dict[Apart | tuple[str, ...], CompiledModel] = field(factory=dict, repr=False)

    def __repr__(self) -> str:
        """Return one line: the System itself would fill pages."""
        chosen = f"solver '{self.choice.solver.name}', backend '{self.choice.backend.name}'"
        return f"<CompiledModel '{self.system.name}': {self.system.width} states, {chosen}>"

    def run(
        self,
        parameters: Mapping[str, Any] | None = None,
        initial: Mapping[str, Any] | None = None,
        inputs: Mapping[str, Any] | None = None,
        simulation_time: float | None = None,
        sampling_step_size: float | None = None,
        cutoff: float | None = None,
        history: Any = None,
        state: Any = None,
        seed: int | None = None,
        verbose: bool = False,
        stop_on_nonfinite: bool = True,
        **unknown: Any,
    ) -> pd.DataFrame:
        """Run the compiled model.

        Args:
            parameters: values by path (`p/qif_op/eta`, `all/op/tau`, `source->target/weight`): a number, or one per
                unit.
            initial: values of states at the start, by path.
            inputs: values of the external inputs that the model was compiled with, by path.
            simulation_time: overrides that of `compile`, as the following ones do.
            sampling_step_size: distance of rows.
            cutoff: rows before this time are dropped.
            history: what delayed variables were before the start: a number, a function of t, an array or a dict by
                path.
            state: result of another run, from whose end this one goes on.
            seed: of random numbers.
            verbose: show progress, on a terminal only.
            stop_on_nonfinite: end the run with an error when a variable becomes NaN or infinite.
            unknown: refused; the closest argument is named.

        Returns:
            A table with time as index and one column per recorded variable.

        Raises:
            UnknownNameError, ArgumentError, InputSignalError: before anything is computed.
            NonFiniteError: a variable became NaN or infinite; the error holds time and what was recorded.
            SimulationError: the method failed.

        Example:
            >>> from rates_core import CircuitTemplate
            >>> circuit = CircuitTemplate.from_yaml("model_templates.oscillators.vanderpol.vdp")
            >>> model = circuit.compile(step_size=0.5, simulation_time=1.0)
            >>> float(model.run(parameters={"p/vdp_op/mu": 0.0})["p/vdp_op/z"].iloc[-1])
            1.0
        """
        from rates_core.simulation.execution import execute

        refuse_unknown(CompiledModel.run, unknown)
        given = {"simulation_time": simulation_time, "sampling_step_size": sampling_step_size, "cutoff": cutoff,
                 "inputs": inputs, "parameters": {} if parameters is None else parameters,
                 "initial": {} if initial is None else initial, "history": history, "state": state, "seed": seed,
                 "verbose": verbose, "stop_on_nonfinite": stop_on_nonfinite}  # fmt: skip
        return execute(self.untied(parameters), self._request(given))

    def to_file(
        self,
        folder: str | Path,
        parameters: Mapping[str, Any] | None = None,
        initial: Mapping[str, Any] | None = None,
        simulation_time: float | None = None,
        sampling_step_size: float | None = None,
        history: Any = None,
        replace: bool = False,
        **unknown: Any,
    ) -> tuple[Path, ...]:
        """Write a run as a folder that needs the backend's language alone: functions, script, parameters, README.

        The script takes the same fixed steps, and writes `result.csv` with the columns and rows of `run`.

        Args:
            folder: where the files go; it is made.
            parameters: as in `run`, as are the following ones: what the file of parameters holds.
            initial: see there.
            simulation_time: see there.
            sampling_step_size: see there.
            history: see there; numbers only.
            replace: write into a folder that has files, and replace those of them that were generated.
            unknown: refused; the closest argument is named.

        Returns:
            The files, the README first.

        Raises:
            ArgumentError: there is such a file, the folder has files, or one of them cannot be written.
            UnsupportedFeatureError: the solver chooses its steps; the model has noise, external inputs or delays that
                are shorter than a step; or the backend writes no folders.
            UnknownNameError: something is named that is not there.

        Example:
            >>> from rates_core import CircuitTemplate
            >>> circuit = CircuitTemplate.from_yaml("model_templates.oscillators.vanderpol.vdp")
            >>> model = circuit.compile(backend="numpy", step_size=0.5, simulation_time=10.0)
            >>> [path.name for path in model.to_file("vanderpol")]
            ['README.md', 'run.py', 'parameters.json', 'field.py']
        """
        from rates_core.simulation.folder import to_folder

        refuse_unknown(CompiledModel.to_file, unknown)
        given = {
            "parameters": {} if parameters is None else parameters, "initial": {} if initial is None else initial,
            "inputs": None, "simulation_time": simulation_time, "sampling_step_size": sampling_step_size,
            "cutoff": 0.0, "history": history, "state": None, "seed": None, "verbose": False,
            "stop_on_nonfinite": True,
        }  # fmt: skip
        model = self.untied(parameters)
        return to_folder(model, model._request(given), path_of("folder", folder), switch("replace", replace))

    def run_many(
        self,
        points: Iterable[Point | Mapping[str, Any]],
        inputs: Mapping[str, Any] | None = None,
        simulation_time: float | None = None,
        sampling_step_size: float | None = None,
        cutoff: float | None = None,
        history: Any = None,
        state: Any = None,
        seed: int | None = None,
        stop_on_nonfinite: bool = True,
        at_once: int | None = None,
        **unknown: Any,
    ) -> Iterator[PointResults]:
        """Run the compiled model at many points: together where the backend claims `batch` and gains by it.

        Arguments are checked at once; points are run as results are asked for.

        Args:
            points: what differs from run to run: a `Point`, or a dict of parameters by path.
            inputs: values of external inputs of points that bring none of their own.
            simulation_time: overrides that of `compile`, as the following ones do.
            sampling_step_size: distance of rows.
            cutoff: rows before this time are dropped.
            history: what delayed variables were before the start, at all points.
            state: result of another run, from whose end each point goes on, alone.
            seed: of random numbers, equal at all points that have none of their own.
            stop_on_nonfinite: a point at which a variable becomes NaN or infinite ends early.
            at_once: number of points that are run and given together at most, 1 for one by one; None chooses it, so
                that the results of points that run together take 64 MB or less.
            unknown: refused; the closest argument is named.

        Returns:
            An iterator over results in the order of the points, each of one or more of them. A run that ends early is
            NaN there and has its error in `failures`; the others go on.

        Raises:
            UnknownNameError, ArgumentError, InputSignalError: before anything is computed.

        Example:
            >>> from rates_core import CircuitTemplate
            >>> circuit = CircuitTemplate.from_yaml("model_templates.oscillators.vanderpol.vdp")
            >>> model = circuit.compile(step_size=0.5, simulation_time=1.0)
            >>> results = model.run_many([{"p/vdp_op/mu": 0.0}, {"p/vdp_op/mu": 1.0}])
            >>> [number for some in results for number in some.numbers]
            [0, 1]
        """
        from rates_core.simulation.many import checked_number, run_many
        from rates_core.simulation.points import points_of

        refuse_unknown(CompiledModel.run_many, unknown)
        asked, most = points_of(points), checked_number(at_once)
        common = {"simulation_time": simulation_time, "sampling_step_size": sampling_step_size, "cutoff": cutoff,
                  "history": history, "state": state, "verbose": False,
                  "stop_on_nonfinite": stop_on_nonfinite}  # fmt: skip
        requests = [self._request({**common, **point.arguments(inputs, seed)}) for point in asked]
        models = [self.untied(point.parameters) for point in asked]
        return run_many(list(zip(range(len(asked)), models, requests, strict=True)), most)

    @property
    def columns(self) -> pd.Index:
        """Return the labels of the columns of a run's table.

        Example:
            >>> from rates_core import CircuitTemplate
            >>> circuit = CircuitTemplate.from_yaml("model_templates.oscillators.vanderpol.vdp")
            >>> circuit.compile(outputs={"x": "p/vdp_op/x"}).columns.tolist()
            ['x']
        """
        found: pd.Index = column_labels(self.recording)
        return found

    def _request(self, given: Mapping[str, Any]) -> RunRequest:
        """Return what one run is asked for, with what `compile` was given in place of None."""
        from rates_core.simulation.execution import RunRequest

        chosen: dict[str, Any] = {
            name: self.defaults.get(name) if value is None else value for name, value in given.items()
        }
        if chosen["simulation_time"] is None:
            raise ArgumentError("simulation_time is needed, here or in compile().")
        for name in ("verbose", "stop_on_nonfinite"):
            chosen[name] = switch(name, chosen[name])
        return RunRequest(step_size=self.defaults["step_size"], **chosen)

    @cached_property
    def jacobian(self) -> tuple[MatrixProgram, Mapping[str, Any]] | None:
        """Return the program of ∂f/∂y and its structural parameters, or None for a model or backend without one."""
        if not self.choice.backend.capabilities.jacobian:
            return None
        try:
            linearisation = linearise(self.system)
        except UnsupportedFeatureError:
            return None
        structural = {item.path: item.value for item in linearisation.system.parameters if item.structural}
        return self.choice.backend.load()().jacobian(linearisation), structural

    def untied(self, parameters: Any) -> CompiledModel:
        """Return the model in which all that `parameters` sets apart is apart."""
        network = self.built.network
        assert network is not None
        apart = tied_by(network, checked_values(parameters, "parameters"))
        if not apart:
            return self
        if apart not in self._variants:
            self._variants[apart] = _compiled(untied(network, apart), self.recipe)
        return self._variants[apart]

    def with_columns(self, inputs: Mapping[str, Any] | None, start: float) -> CompiledModel:
        """Return the model in which inputs that come with one column per unit reach each unit by its own.

        Args:
            inputs: what a run is given.
            start: time at which it starts.
        """
        wide = widened(self.system, inputs, start)
        if not wide:
            return self
        if wide not in self._variants:
            network, given = self.built.network, inputs or {}
            assert network is not None
            columns = {item.key: item for item in columns_of({key: given[key] for key in wide}, start)}
            fed = [columns.get(item.key, item) for item in self.recipe.fed]
            self._variants[wide] = _compiled(network, evolve(self.recipe, fed=fed))
        return self._variants[wide]


def compile_model(
    circuit: CircuitTemplate,
    backend: str | BackendSpec | None = None,
    solver: str | SolverSpec = "euler",
    simulation_time: float | None = None,
    step_size: float = 1e-3,
    outputs: Mapping[str, str] | Iterable[str] | None = None,
    inputs: Mapping[str, Any] | None = None,
    sampling_step_size: float | None = None,
    cutoff: float = 0.0,
    vectorize: bool = True,
    float_precision: str = "float64",
    method: str | None = None,
    delay_approximation: int | None = None,
    **options: Any,
) -> CompiledModel:
    """Compile a circuit; see `CircuitTemplate.compile`."""
    step_size, vectorize = positive("step_size", step_size), switch("vectorize", vectorize)
    stages, options = chosen_stages({"delay_approximation": delay_approximation, **options})
    forms, options = chosen_forms(options)
    solver_spec, method = chosen_solver(solver, method)
    backend_spec = chosen_backend(backend)
    solver_options, backend_options = chosen_options(solver_spec, backend_spec, options)
    open_choice = backend in (None, "default") and not backend_options
    if not open_choice:
        check_fit(solver_spec, backend_spec)  # before a library is imported that may not be there
    target = solver_spec.load()
    tableau = target if solver_spec.kind == "tableau" else None
    choice = Choice(
        backend_spec,
        solver_spec,
        method,
        solver_options=solver_options,
        backend_options=backend_options,
        tableau=tableau,
        driver=driver_of(solver_spec, target),
        open=open_choice,
    )
    defaults = {
        "simulation_time": simulation_time,
        "step_size": step_size,
        "sampling_step_size": sampling_step_size,
        "cutoff": cutoff,
        "inputs": inputs,
    }
    fed = columns_of(inputs)
    recipe = Recipe(circuit.name, choice, fed, stages, outputs, float_precision, defaults)
    return _compiled(build_network(circuit, vectorize, forms), recipe)


def _compiled(network: Network, recipe: Recipe) -> CompiledModel:
    """Build, lower and print the System of a network."""
    choice = recipe.choice
    built = build_system(network, recipe.fed)
    system = with_step_size(lower(built, recipe.stages), recipe.defaults["step_size"])
    check_no_draws(system)
    check_events(system)
    if choice.open:
        backend = settled_backend(choice.backend, system, choice.tableau, choice.fixed, recipe.defaults)
        choice = evolve(choice, backend=backend)
    check_fit(choice.solver, choice.backend)
    needed = requirements_of(system, choice.solver.storage, recipe.float_precision)
    get_manager().require(choice.backend, needed)
    get_manager().require(choice.solver, needed)
    if not choice.fixed:
        check_pulses(system)
    if choice.driver is not None:
        choice.driver.check(unsolved(choice.solver_options, choice.method, system.width))
    record = recording(system, requested(recipe.outputs, network))
    printed = choice.backend.capabilities.functions
    if printed is None or PICK in printed:
        system, record = with_some_units(system, record)
    tableau = choice.tableau if choice.fixed else None
    request = ProgramRequest(system, record.paths, tableau, recipe.name, choice.pair, recipe.float_precision)
    program = choice.backend.load()().program(request, choice.backend_options)
    return CompiledModel(system, program, record, choice, recipe.defaults, built, recipe)
