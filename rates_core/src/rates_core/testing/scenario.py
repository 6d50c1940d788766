"""A model and a run of it, which a backend has to do as the oracle does."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import field, frozen

from rates_core.plugins import get_manager
from rates_core.plugins.capabilities import Requirements
from rates_core.plugins.specs import SolverSpec
from rates_core.reference import Interpreter, Trajectory
from rates_core.templates.circuit import CircuitTemplate
from rates_core.testing.compare import FOLLOWED, expect, expect_close, expect_followed
from rates_core.testing.layout import Layout
from rates_core.testing.subject import Subject

if TYPE_CHECKING:
    import pandas as pd


@frozen(eq=False, kw_only=True)
class Scenario:
    """A model and a run of it.

    Attributes:
        key: name, different for each scenario.
        circuit: makes the model.
        outputs: paths of what is recorded.
        steps: number of steps.
        step_size: their size.
        stride: steps per row.
        inputs: samples or functions of time, by path.
        history: what was before the start.
        parameters: values by path that the run sets.
        initial: values of states at the start that the run sets.
        stages: of chains in place of discrete delays.
        needs: what the model needs of a backend.
        chains: a gamma kernel occurs.
    """

    key: str
    circuit: Callable[[], CircuitTemplate]
    outputs: Sequence[str]
    steps: int = 30
    step_size: float = 0.1
    stride: int = 1
    inputs: Mapping[str, Any] | None = None
    history: Any = None
    parameters: Mapping[str, Any] = field(factory=dict)
    initial: Mapping[str, Any] = field(factory=dict)
    stages: int | None = None
    needs: Requirements = field(factory=Requirements)
    chains: bool = False

    @property
    def simulation_time(self) -> float:
        """Return the time at the end."""
        return self.steps * self.step_size


def follow(scenario: Scenario, solver: str | None, subject: Subject, relative: float = FOLLOWED) -> None:
    """Raise a `MismatchError` unless the subject goes where the oracle goes, with a method of fixed steps.

    Args:
        scenario: model and run.
        solver: name of the method; None for the solver that is tested.
        subject: what is tested.
        relative: tolerated difference per size of each trajectory.
    """
    spec = subject.tested_solver if solver is None else get_manager().solver(solver)
    wanted = subject.oracle.once(("run", scenario.key, spec.name), partial(followed, scenario, spec))
    expect(all(np.isfinite(values).all() for values in wanted.values.values()), "The oracle leaves the finite numbers.")
    frame = table(scenario, subject, spec)
    expect_close("The time", frame.index.to_numpy(), wanted.times)
    expect_followed(columns(frame, list(of_trajectory(wanted))), of_trajectory(wanted), relative)


def columns(frame: pd.DataFrame, paths: Sequence[str]) -> dict[str, np.ndarray]:
    """Return the columns of a table, which stand in match order, by the paths of variables.

    Raises:
        MismatchError: there are not as many columns as paths.
    """
    expect(frame.shape[1] == len(paths), f"There are {frame.shape[1]} columns for {len(paths)} variables.")
    return {path: frame.iloc[:, number].to_numpy() for number, path in enumerate(paths)}


def of_trajectory(trajectory: Trajectory) -> dict[str, np.ndarray]:
    """Return a trajectory with a column for each element of a vector."""
    found: dict[str, np.ndarray] = {}
    for path, values in trajectory.values.items():
        array = np.array(values)
        found |= {path: array} if array.ndim == 1 else {f"{path}[{k}]": array[:, k] for k in range(array.shape[1])}
    return found


def table(scenario: Scenario, subject: Subject, solver: str | SolverSpec, **options: Any) -> pd.DataFrame:
    """Run a scenario and return its table."""
    run = {"parameters": scenario.parameters, "initial": scenario.initial, "history": scenario.history}
    return subject.run(
        scenario.circuit(),
        scenario.simulation_time,
        solver,
        scenario.step_size,
        run,
        outputs=list(scenario.outputs),
        inputs=scenario.inputs,
        sampling_step_size=scenario.stride * scenario.step_size,
        delay_approximation=scenario.stages,
        **options,
    )


def followed(scenario: Scenario, spec: SolverSpec) -> Trajectory:
    """Return where the oracle goes."""
    interpreter = Interpreter(scenario.circuit(), delay_approximation=scenario.stages)
    return interpreter.run(
        scenario.simulation_time,
        scenario.step_size,
        spec.load(),
        inputs=_listed(scenario.inputs),
        outputs=list(scenario.outputs),
        sampling_step_size=scenario.stride * scenario.step_size,
        history=scenario.history,
        parameters={**scenario.parameters, **scenario.initial},
    )


def _listed(inputs: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Return signals as lists of Python numbers, which is what the oracle takes."""
    if inputs is None:
        return None
    return {path: value if callable(value) else np.asarray(value).tolist() for path, value in inputs.items()}


def derive(scenario: Scenario, subject: Subject, relative: float = 1e-12) -> None:
    """Raise a `MismatchError` unless the derivative is that of the oracle, at the start and at states near it."""
    states = subject.oracle.once(("states", scenario.key), partial(_states, scenario))
    model = subject.compiled(scenario.circuit(), step_size=scenario.step_size, outputs=list(scenario.outputs))
    kernel, layout = subject.kernel(model, scenario.parameters), Layout(model.system)
    for number, (t, state, wanted) in enumerate(states):
        slopes = layout.unpacked(np.asarray(kernel.rhs(t, layout.packed(state), (), (), ())))
        for path, value in wanted.items():
            if path in slopes:
                size = relative * max(1.0, float(np.max(np.abs(value))))
                expect_close(f"The derivative of '{path}' at state {number}", slopes[path], value, relative, size)


def _states(scenario: Scenario) -> list[tuple[float, dict[str, Any], dict[str, Any]]]:
    """Return times and states with the oracle's derivatives there."""
    interpreter = Interpreter(scenario.circuit())
    start = interpreter.initial_state(parameters=scenario.parameters)
    generator = np.random.default_rng(11)
    found = []
    for number in range(4):
        state = dict(start)
        if number:
            state = {path: _near(value, generator) for path, value in start.items()}
        t = 0.7 * number
        found.append((t, state, dict(interpreter.derivative(t, state, parameters=scenario.parameters))))
    return found


def _near(value: Any, generator: np.random.Generator) -> Any:
    if isinstance(value, list):
        return [_near(entry, generator) for entry in value]
    shift = float(generator.uniform(-1, 1))
    return value + (complex(shift, float(generator.uniform(-1, 1))) if isinstance(value, complex) else shift)
