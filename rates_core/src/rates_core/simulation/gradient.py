"""Derivatives of a loss of a run by whatever paths name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import evolve

from rates_core.errors import (
    ArgumentError,
    SimulationError,
    UnknownNameError,
    UnsupportedFeatureError,
    did_you_mean,
    shown,
)
from rates_core.programs.gradient import GradientRequest, Gradients, Loss, Weighted
from rates_core.programs.program import slot_paths
from rates_core.programs.real_pairs import no_derivative
from rates_core.simulation.accepted import problem_of, run_accepted
from rates_core.simulation.asked import Asked, Way, some_paths_of
from rates_core.simulation.execution import Run, RunRequest
from rates_core.simulation.fixed import run_fixed

if TYPE_CHECKING:
    from rates_core.simulation.compile import CompiledModel


class Gradient(Mapping[str, Any]):
    """The derivative of a loss by each path: a number where the path names one, else one per unit.

    By a complex number z = a + ib the derivative of a loss L is dL/da + i dL/db.

    Attributes:
        loss: value of the loss.
    """

    def __init__(self, loss: float, values: Mapping[str, Any]) -> None:
        self.loss, self._values = loss, dict(values)

    def __getitem__(self, path: str) -> Any:
        """Return the derivative by what a path names."""
        return self._values[path]

    def __iter__(self) -> Iterator[str]:
        """Iterate over paths."""
        return iter(self._values)

    def __len__(self) -> int:
        """Return the number of paths."""
        return len(self._values)

    def __repr__(self) -> str:
        """Return loss and derivatives."""
        return f"<Gradient of {self.loss!r}: {self._values!r}>"


def gradient(
    model: CompiledModel,
    loss: Loss | Mapping[str, Any],
    wrt: Iterable[str],
    request: RunRequest,
    mode: Any,
    checkpoint: Any,
) -> Gradient:
    """Run a compiled model and differentiate a loss of what it records; see `CompiledModel.gradient`."""
    if not (callable(loss) or isinstance(loss, Mapping)):
        raise ArgumentError(
            f"loss must be a function of the outputs by name, or a dict of weights; it is {shown(loss)}."
        )
    asked = Asked.of(model, some_paths_of(wrt), request, Way.of(mode, checkpoint), "gradient")
    run, fed = asked.run, asked.fed
    loss = _weighted(run, loss) if isinstance(loss, Mapping) else loss
    if model.choice.driver is not None:
        _check_driven(asked)
    targets = [target for variable in asked.variables.values() for target in variable.targets]
    wanted = tuple(dict.fromkeys(target.parameter for target in targets if target.parameter is not None))
    initial = any(target.parameter is None for target in targets)
    forward = asked.way.mode == "forward"
    found = _found(
        run, GradientRequest(loss=loss, parameters=wanted, initial=initial, fed=tuple(fed), forward=forward,
                             **asked.course())
    )  # fmt: skip
    asked.warn("gradient")
    values = {
        path: _by_samples(run, path, found, fed) if path in asked.keys else asked.variables[path].derivative(found)
        for path in asked.paths
    }
    _check_finite(run, found.loss, values)
    return Gradient(found.loss, values)


def _weighted(run: Run, given: Mapping[str, Any]) -> Weighted:
    """Return the sum of outputs times numbers.

    Raises:
        UnknownNameError: there is no such output.
        ArgumentError: what is given is no array of the output's shape.
    """
    rows, widths = run.grid.rows - run.grid.first_row, dict[str, int]()
    for output in run.model.recording.outputs:
        widths[output.key] = widths.get(output.key, 0) + len(output.names)
    alone = {output.key for output in run.model.recording.outputs if output.alone}
    found = {}
    for key, value in given.items():
        if key not in widths:
            listed = f"{did_you_mean(str(key), widths)} The outputs: {', '.join(widths)}."
            raise UnknownNameError(f"loss: There is no output {key!r}.{listed}")
        shape = (rows,) if key in alone else (rows, widths[key])
        try:
            found[key] = np.asarray(value, dtype=float)
        except (TypeError, ValueError):
            raise ArgumentError(f"loss: the weights of '{key}' must be numbers; they are {shown(value)}.") from None
        if found[key].shape != shape:
            raise ArgumentError(
                f"loss: the weights of '{key}' have the shape {found[key].shape}; it has to be {shape}."
            )
    if not found:
        raise ArgumentError("loss is an empty dict. Give weights of one output at least.")
    return Weighted(found)


def _check_driven(asked: Asked) -> None:
    """Raise for what solvers that choose their steps are not differentiated by.

    Raises:
        UnsupportedFeatureError: an input, or what chains start from.
        ArgumentError: how derivatives are accumulated is an option of such solvers.
    """
    system, solver = asked.run.model.system, asked.run.model.choice.solver.name
    if asked.way != Way("reverse", False):
        raise ArgumentError(
            f"How derivatives are accumulated is an option of the solver '{solver}', given to compile()."
        )
    fixed = f"The solver '{solver}' chooses its steps; its runs are not differentiated by"
    fed = [path for path in asked.paths if path in asked.keys]
    if fed:
        raise UnsupportedFeatureError(f"{fixed} the input '{fed[0]}'. Compile with solver='rk4'.")
    computed = [slot for slot in slot_paths(system) if slot not in system.state_paths]
    if computed:
        raise UnsupportedFeatureError(
            f"{fixed} what the past of '{computed[0]}' depends on. Compile with solver='rk4'."
        )
    late = [system.state_paths[slot] for slot in slot_paths(system)]
    places = {place for state in late for place in range(state.offset, state.offset + state.width)}
    for path, variable in asked.variables.items():
        starts = [target.places for target in variable.targets if target.parameter is None]
        if any(not places.isdisjoint(np.ravel(np.asarray(some)).tolist()) for some in starts):
            raise UnsupportedFeatureError(f"{fixed} '{path}', whose start is its past too. Compile with solver='rk4'.")


def _by_samples(run: Run, key: str, found: Gradients, fed: Sequence[int]) -> np.ndarray:
    """Return the derivative by each sample of an input, in the shape in which it was given."""
    tableau = run.model.choice.tableau
    assert tableau is not None
    assert run.request.inputs is not None
    shape = np.shape(run.request.inputs[key])
    total = np.zeros((shape[0], int(np.prod(shape[1:]))))
    for node, tables in zip(tableau.distinct_nodes, found.inputs, strict=True):
        for number, table in zip(fed, tables, strict=True):
            if run.model.system.inputs[number].key == key:
                by_rows = run.inputs.traced_back(number, node, table)
                total[: len(by_rows)] += by_rows
    return total.reshape(shape)


def _found(run: Run, request: GradientRequest) -> Gradients:
    """Return what the kernel finds of fixed steps, or a driver of its own steps."""
    choice = run.model.choice
    if choice.fixed:
        return run.kernel.gradient(request)
    assert choice.driver is not None
    found = choice.driver.gradient(problem_of(run), request)
    zeros = {path: no_derivative(run.model.system.parameter_paths[path]) for path in request.parameters}
    return evolve(found, parameters={**zeros, **found.parameters})


def _check_finite(run: Run, loss: float, values: Mapping[str, Any]) -> None:
    """Raise where there is no number.

    Raises:
        NonFiniteError: a variable became NaN or infinite.
        SimulationError: the run is finite, but the loss or a derivative is not.
    """
    bad = [path for path, value in values.items() if not np.isfinite(value).all()]
    if np.isfinite(loss) and not bad:
        return
    (run_fixed if run.model.choice.fixed else run_accepted)(run)
    if not np.isfinite(loss):
        raise SimulationError(f"The loss is {loss!r}, although all that was recorded is finite.")
    raise no_finite_derivative(bad[0], "an equation or the loss")


def no_finite_derivative(path: str, what: str) -> SimulationError:
    """Return the error that a derivative of a finite run is not finite.

    Args:
        path: by which it is taken.
        what: is differentiated.
    """
    return SimulationError(
        f"The derivative by '{path}' is NaN or infinite, although the run is finite: {what} is "
        "differentiated where it has no derivative, as sqrt has none at 0, be it in a branch that is not taken."
    )
