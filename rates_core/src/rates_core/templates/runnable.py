"""The doors of a circuit: calls that lead to the layers which simulate it, imported when called."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from rates_core.keywords import checked_class
from rates_core.templates.template import Template

if TYPE_CHECKING:
    import pandas as pd

    from rates_core.delays.strategy import Augmentation
    from rates_core.sweeps.executor import Executor
    from rates_core.sweeps.result import SweepResult
    from rates_core.sweeps.samples import Samples
    from rates_core.templates.circuit import CircuitTemplate

Outputs = Mapping[str, str] | Iterable[str] | None


@checked_class
class Runnable(Template):
    """What a circuit offers beyond being a value; every method is one call of another layer."""

    __slots__ = ()

    @property
    def _circuit(self) -> CircuitTemplate:
        return cast("CircuitTemplate", self)  # which is the only class that has these methods

    def graph(self) -> Any:
        """Return nodes and edges as a `networkx.MultiDiGraph`; recorded values are applied.

        Vertices are the paths of nodes and populations, with `template`, `operators` and `units`. Edges carry `source`
        and `target` (`op/var`), `weight`, `delay`, `spread` and `edge` (the name of the template); those between
        populations carry arrays as they were given.

        Raises:
            PluginError: networkx is not installed.

        Example:
            >>> from rates_core import CircuitTemplate
            >>> circuit = CircuitTemplate.from_yaml("model_templates.oscillators.vanderpol.vdp")
            >>> sorted(circuit.graph().nodes)
            ['p']
        """
        from rates_core.reports.graph import graph

        return graph(self._circuit)

    def draw(self, path: str | Path | None = None, overwrite: bool = False) -> Any:
        """Draw the structure and return the `matplotlib` figure; large circuits are drawn by their node templates.

        Args:
            path: file for the picture, in the format of its ending; None writes no file.
            overwrite: replace any file; else only a picture that was drawn before is replaced.

        Raises:
            PluginError: networkx or matplotlib is not installed.
            ArgumentError: the file is not ours or cannot be written, or its ending is unknown.

        Example:
            >>> from rates_core import CircuitTemplate
            >>> circuit = CircuitTemplate.from_yaml("model_templates.oscillators.vanderpol.vdp")
            >>> type(circuit.draw()).__name__
            'Figure'
        """
        from rates_core.reports.picture import draw

        return draw(self._circuit, path, overwrite)

    def run(
        self,
        simulation_time: float,
        step_size: float,
        inputs: Mapping[str, Any] | None = None,
        outputs: Outputs = None,
        sampling_step_size: float | None = None,
        cutoff: float = 0.0,
        solver: str = "euler",
        backend: str | None = None,
        vectorize: bool = True,
        verbose: bool = True,
        clear: bool = True,
        in_place: bool = True,
        float_precision: str = "float64",
        method: str | None = None,
        history: Any = None,
        state: Any = None,
        seed: int | None = None,
        **options: Any,
    ) -> pd.DataFrame:
        """Simulate the circuit and return what was recorded.

        Shape:
            rows: times 0, `sampling_step_size`, … up to but without `simulation_time`, minus what `cutoff` drops;
                the first row is the initial state.
            columns: one per matched unit of each output, in the order of `outputs`.

        Args:
            simulation_time: time at the end of the run.
            step_size: step of fixed-step solvers; else the grid of inputs and the default sampling.
            inputs: arrays on the grid of steps, or callables of t, by the path of an input.
            outputs: paths of what is recorded, by the name of the column.
            sampling_step_size: interval between rows; by default every step.
            cutoff: time from the start that is left out of the result.
            solver: name of a solver.
            backend: name of a backend; None is the default one.
            vectorize: whether equal nodes are grouped; results agree up to rounding.
            verbose: whether progress is shown.
            clear: accepted and without meaning; nothing is left to clear.
            in_place: accepted and without meaning; a run never changes its template.
            float_precision: precision of real arithmetic.
            method: method of a solver that offers several.
            history: values before the start: a number, a callable of t, an array, or a mapping of those by path.
            state: end of another run, from which this one continues.
            seed: seed of noise and random draws.
            options: options of the chosen solver and backend; `stop_on_nonfinite=False` lets a run go on after NaN.

        Raises:
            UnknownNameError: an output, input, solver, backend or option has no such name.
            ArgumentError: an argument has a value that it cannot have.
            UnsupportedFeatureError: the model needs what the backend or solver does not offer.
            SimulationError: the run ended early; the error holds what was recorded.

        Example:
            >>> from rates_core import CircuitTemplate
            >>> circuit = CircuitTemplate.from_yaml("model_templates.oscillators.vanderpol.vdp")
            >>> table = circuit.run(simulation_time=1.0, step_size=0.5, outputs={"x": "p/vdp_op/x"})
            >>> table["x"].tolist()
            [0.0, 0.5]
        """
        from rates_core.simulation.run import run

        return run(
            self._circuit,
            simulation_time=simulation_time,
            step_size=step_size,
            inputs=inputs,
            outputs=outputs,
            sampling_step_size=sampling_step_size,
            cutoff=cutoff,
            solver=solver,
            backend=backend,
            vectorize=vectorize,
            verbose=verbose,
            float_precision=float_precision,
            method=method,
            history=history,
            state=state,
            seed=seed,
            **options,
        )

    def compile(
        self,
        backend: str | None = None,
        solver: str = "euler",
        simulation_time: float | None = None,
        step_size: float = 1e-3,
        outputs: Outputs = None,
        inputs: Mapping[str, Any] | None = None,
        **options: Any,
    ) -> Any:
        """Return the compiled model, which runs many times with changed parameters and is compiled once.

        Args:
            backend: name of a backend; None is the default one.
            solver: name of a solver.
            simulation_time: time at the end of a run; needed where the solver sizes its storage by it.
            step_size: as in `run`.
            outputs: as in `run`.
            inputs: as in `run`.
            options: further arguments of `run`, and options of the chosen solver and backend.

        Raises:
            UnknownNameError: an output, input, solver, backend or option has no such name.
            UnsupportedFeatureError: the model needs what the backend or solver does not offer.

        Example:
            >>> from rates_core import CircuitTemplate
            >>> circuit = CircuitTemplate.from_yaml("model_templates.oscillators.vanderpol.vdp")
            >>> model = circuit.compile(step_size=0.5, simulation_time=1.0, outputs={"z": "p/vdp_op/z"})
            >>> [float(model.run(parameters={"p/vdp_op/mu": mu})["z"].iloc[-1]) for mu in (0.0, 1.0)]
            [1.0, 1.5]
        """
        from rates_core.simulation.compile import compile_model

        return compile_model(
            self._circuit,
            backend=backend,
            solver=solver,
            simulation_time=simulation_time,
            step_size=step_size,
            outputs=outputs,
            inputs=inputs,
            **options,
        )

    def sweep(
        self,
        parameters: Samples | Mapping[str, Iterable[float | complex]] | pd.DataFrame,
        simulation_time: float,
        step_size: float = 1e-3,
        outputs: Outputs = None,
        inputs: Mapping[str, Any] | None = None,
        reduce: Any = None,
        paths: Mapping[str, str | Iterable[str]] | None = None,
        save: str | Path | None = None,
        resume: bool | SweepResult = False,
        executor: str | Executor = "serial",
        memory_limit: float | None = None,
        verbose: bool = True,
        **options: Any,
    ) -> SweepResult:
        """Run the circuit at many points and return what is kept of each.

        Args:
            parameters: lists of values by path, of which every combination is run; a table with a row per point; or
                what `grid`, `points`, `latin_hypercube` and `sobol` of `rates_core.sweeps` give. A path may be that of
                a parameter, of an edge (`source->target/weight`, `/delay`, `/spread`) or of a state, which is set at
                the start.
            simulation_time: as in `run`.
            step_size: as in `run`.
            outputs: as in `run`.
            inputs: as in `run`; a function may take arguments beside time, which are swept by their names.
            reduce: what is kept of each point: a name such as `"amplitude"` for every output; a dict of output to a
                name, a function of values and times, a list or a dict of these; a function of the point's table that
                returns a number or a dict of numbers; None keeps all rows.
            paths: what a name stands for that is no path: a path, or several.
            save: `.zarr` or `.parquet`, which is written while the sweep runs.
            resume: go on with what `save` names, or with the result of a sweep that was interrupted.
            executor: `"serial"`, `"threads"`, `"processes"` or another that is installed.
            memory_limit: bytes that the rows of all points that run together may take; 256 MB by default.
            verbose: whether progress is shown.
            options: further arguments of `run`, and options of solver, backend and executor.

        Raises:
            UnknownNameError: a path, an output, a reduction, an executor or an option has no such name.
            ArgumentError: an argument has a value that it cannot have.
            PluginError: a library that `save` or sampling needs is not installed.
            KeyboardInterrupt: it was interrupted; its `result` is what was done, with which `resume` goes on.

        Example:
            >>> from rates_core import CircuitTemplate
            >>> circuit = CircuitTemplate.from_yaml("model_templates.oscillators.vanderpol.vdp")
            >>> result = circuit.sweep(
            ...     {"p/vdp_op/mu": [0.0, 1.0]}, simulation_time=1.0, step_size=0.5, outputs={"z": "p/vdp_op/z"},
            ...     reduce="last",
            ... )
            >>> result["z_last"].tolist()
            [1.0, 1.5]
        """
        from rates_core.sweeps.analysis import sweep

        return sweep(
            self._circuit,
            parameters,
            simulation_time=simulation_time,
            step_size=step_size,
            outputs=outputs,
            inputs=inputs,
            reduce=reduce,
            paths=paths,
            save=save,
            resume=resume,
            executor=executor,
            memory_limit=memory_limit,
            verbose=verbose,
            **options,
        )

    def jacobian(self, **options: Any) -> Any:
        """Return the linearisation of the circuit, itself a System: derivatives by state, delayed state and parameters.

        Raises:
            UnknownNameError: an option has no such name.

        Example:
            >>> from rates_core import CircuitTemplate
            >>> circuit = CircuitTemplate.from_yaml("model_templates.oscillators.vanderpol.vdp")
            >>> linearisation = circuit.jacobian()
            >>> linearisation.shape
            (2, 2)
        """
        from rates_core.simulation.functions import jacobian

        return jacobian(self._circuit, **options)

    def get_vector_field(
        self,
        free: Sequence[str],
        parameters: Mapping[str, Any] | None = None,
        backend: str | None = None,
        vectorize: bool = True,
        delays: Augmentation | None = None,
    ) -> Any:
        """Return the right-hand side as functions of states and of some parameters, with both derivatives.

        It is what analyses are built on: values and derivatives at many states in one call.

        Args:
            free: paths of the parameters that stay free; each names one number.
            parameters: values of others by path.
            backend: name of an installed backend that claims vector fields.
            vectorize: gather units that share their operators into one population.
            delays: what turns discrete delays into states. It is given the System with the values of all parameters,
                and NaN for those that stay free.

        Returns:
            A `VectorField`.

        Raises:
            UnknownNameError: a path names nothing.
            ArgumentError: a path names no parameter, or several numbers; or `delays` is no delay strategy.
            UnsupportedFeatureError: the model depends on time, is noisy, has discrete delays or events, or the backend
                does not claim all that it needs.

        Example:
            >>> from rates_core import CircuitTemplate
            >>> circuit = CircuitTemplate.from_yaml("model_templates.oscillators.vanderpol.vdp")
            >>> field = circuit.get_vector_field(["p/vdp_op/mu"])
            >>> field.by_states(field.x, field.p).shape, field.by_parameters(field.x, field.p).shape
            ((2, 2), (2, 1))
        """
        from rates_core.simulation.field import vector_field

        return vector_field(self._circuit, free, parameters, backend, vectorize, delays)

    def get_run_func(
        self,
        func_name: str,
        step_size: float,
        file_name: str | None = None,
        inputs: Mapping[str, Any] | None = None,
        backend: str | None = None,
        solver: str = "euler",
        adaptive: bool | None = None,
        vectorize: bool = True,
        float_precision: str = "float64",
        decorator: Callable[..., Any] | None = None,
        decorator_kwargs: Mapping[str, Any] | None = None,
        auto: bool | Mapping[str, Any] = False,
        clear: bool = False,
        in_place: bool = True,
        **options: Any,
    ) -> Any:
        """Return the right-hand side as a function with its arguments; unpacks as `func, args`.

        Args:
            func_name: name of the generated function.
            step_size: as in `run`.
            file_name: file for the generated source, relative to the working directory; None writes no file.
            inputs: as in `run`.
            backend: name of a backend; None is the default one.
            solver: name of the solver that the function is for.
            adaptive: whether the continuous-time form is wanted; None asks the solver.
            vectorize: whether equal nodes are grouped.
            float_precision: precision of real arithmetic.
            decorator: a function that is applied to the generated one.
            decorator_kwargs: keyword arguments of the decorator.
            auto: True writes files for continuation with AUTO, named after `file_name`; a dict says more of them:
                `parameters`, `along`, `boundary`, `integral`, `record`.
            clear: accepted and without meaning.
            in_place: accepted and without meaning.
            options: options of the chosen solver and backend.

        Raises:
            UnknownNameError: an input, solver, backend or option has no such name.
            ArgumentError: the file exists and was not generated.
            UnsupportedFeatureError: the model needs what the backend or solver does not offer.

        Example:
            >>> from rates_core import CircuitTemplate
            >>> circuit = CircuitTemplate.from_yaml("model_templates.oscillators.vanderpol.vdp")
            >>> func, args = circuit.get_run_func("vanderpol", step_size=0.1)
            >>> [float(rate) for rate in func(*args)]
            [1.0, 1.0]
        """
        from rates_core.simulation.functions import get_run_func

        return get_run_func(
            self._circuit,
            func_name=func_name,
            step_size=step_size,
            file_name=file_name,
            inputs=inputs,
            backend=backend,
            solver=solver,
            adaptive=adaptive,
            vectorize=vectorize,
            float_precision=float_precision,
            decorator=decorator,
            decorator_kwargs=decorator_kwargs,
            auto=auto,
            **options,
        )

    def get_jacobian_func(
        self,
        func_name: str,
        step_size: float,
        file_name: str | None = None,
        inputs: Mapping[str, Any] | None = None,
        backend: str | None = None,
        solver: str = "euler",
        adaptive: bool | None = None,
        vectorize: bool = True,
        float_precision: str = "float64",
        decorator: Callable[..., Any] | None = None,
        decorator_kwargs: Mapping[str, Any] | None = None,
        auto: bool | Mapping[str, Any] = False,
        clear: bool = False,
        in_place: bool = True,
        sparse: bool = False,
        **options: Any,
    ) -> Any:
        """Return the Jacobian of the right-hand side as a function with its arguments; unpacks as `func, args`.

        It takes the arguments of the function that `get_run_func` gives for the same circuit. For SciPy:
        `solve_ivp(f, span, y0, args=rest, jac=func, method="Radau")`.

        Args:
            func_name: name of the generated function.
            step_size: as in `run`.
            file_name: as in `get_run_func`.
            inputs: as in `run`.
            backend: name of a backend; None is the default one.
            solver: name of the solver that the function is for.
            adaptive: as in `get_run_func`.
            vectorize: whether equal nodes are grouped.
            float_precision: precision of real arithmetic.
            decorator: a function that is applied to the generated one.
            decorator_kwargs: keyword arguments of the decorator.
            auto: what `get_run_func` takes; this function refuses it.
            clear: accepted and without meaning.
            in_place: accepted and without meaning.
            sparse: return only the values that may differ from 0; `entries` of the result are their rows and columns.
            options: options of the chosen solver and backend.

        Raises:
            UnknownNameError: an input, solver, backend or option has no such name.
            UnsupportedFeatureError: the model or the backend has no derivative.

        Example:
            >>> from rates_core import CircuitTemplate
            >>> circuit = CircuitTemplate.from_yaml("model_templates.oscillators.vanderpol.vdp")
            >>> func, args = circuit.get_jacobian_func("vanderpol", step_size=0.1)
            >>> func(*args).tolist()
            [[0.0, 1.0], [-1.0, 1.0]]
        """
        from rates_core.simulation.functions import get_jacobian_func

        return get_jacobian_func(
            self._circuit,
            func_name=func_name,
            step_size=step_size,
            file_name=file_name,
            inputs=inputs,
            backend=backend,
            solver=solver,
            adaptive=adaptive,
            vectorize=vectorize,
            float_precision=float_precision,
            decorator=decorator,
            decorator_kwargs=decorator_kwargs,
            auto=auto,
            sparse=sparse,
            **options,
        )
