"""The outputs of a run, and their derivatives along it by whatever paths name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from attrs import evolve

from rates_core.errors import UnsupportedFeatureError
from rates_core.programs.gradient import Part, TangentRequest
from rates_core.simulation.asked import Asked, Way, some_paths_of
from rates_core.simulation.execution import Run, RunRequest
from rates_core.simulation.fixed import run_fixed
from rates_core.simulation.gradient import no_finite_derivative
from rates_core.simulation.outputs import Output, table

if TYPE_CHECKING:
    from rates_core.simulation.compile import CompiledModel


class Sensitivities(Mapping[str, np.ndarray]):
    """The derivative of each entry of a run's table by each path.

    It has an axis for rows and one for columns, and behind them those of what the path names: none for one number.

    Attributes:
        table: of the run.
    """

    def __init__(self, table: pd.DataFrame, values: Mapping[str, np.ndarray]) -> None:
        self.table, self._values = table, dict(values)

    def __getitem__(self, path: str) -> np.ndarray:
        """Return the derivatives by what a path names."""
        return self._values[path]

    def __iter__(self) -> Iterator[str]:
        """Iterate over paths."""
        return iter(self._values)

    def __len__(self) -> int:
        """Return the number of paths."""
        return len(self._values)

    def __repr__(self) -> str:
        """Return the size of the table, and paths."""
        rows, columns = self.table.shape
        return f"<Sensitivities of {rows} rows and {columns} columns by {', '.join(self)}>"


def sensitivities(model: CompiledModel, wrt: Iterable[str], request: RunRequest) -> Sensitivities:
    """Run a compiled model and differentiate what it records; see `CompiledModel.sensitivities`."""
    asked = Asked.of(model, some_paths_of(wrt), request, Way("along", False), "sensitivities")
    _check_able(asked)
    run, outputs = asked.run, asked.run.model.recording.outputs
    shapes = {path: np.shape(variable.value(run.arguments, run.carry.y)) for path, variable in asked.variables.items()}
    course = {**asked.course(), "parts": _parts(outputs)}
    found = run.kernel.tangents(TangentRequest(**_directions(asked, shapes), **course))
    asked.warn("sensitivities")
    rows = [found.outputs[str(number)] for number in range(len(outputs))]
    moved = [found.moved[str(number)] for number in range(len(outputs))]
    alone = evolve(run.model.recording, outputs=tuple(evolve(item, recorded=number, units=None)
                   for number, item in enumerate(outputs)))  # fmt: skip
    frame = table(alone, run.model.system, [_wide(block, item) for block, item in zip(rows, outputs, strict=True)],
                  run.times(run.grid.rows)[run.grid.first_row :])  # fmt: skip
    by_number = np.concatenate([_wide(block, item) for block, item in zip(moved, outputs, strict=True)], axis=2)
    return _checked(run, frame, _by_path(by_number, shapes))


def _check_able(asked: Asked) -> None:
    """Raise for what is followed backwards only, and for complex numbers.

    Raises:
        UnsupportedFeatureError: a path names such.
    """
    for key in sorted(asked.keys):
        raise UnsupportedFeatureError(
            f"wrt: sensitivities() does not follow the samples of the input '{key}'; gradient() differentiates by them."
        )
    for path, variable in asked.variables.items():
        if variable.complex:
            raise UnsupportedFeatureError(
                f"wrt: '{path}' is complex, and outputs need not have a complex derivative by it; gradient() "
                "differentiates a real loss."
            )


def _parts(outputs: Iterable[Output]) -> tuple[Part, ...]:
    """Return each output with a name of its own, always with columns."""
    return tuple(Part(str(number), item.recorded, item.units, False) for number, item in enumerate(outputs))


def _wide(block: np.ndarray, output: Output) -> np.ndarray:
    """Return all columns of an output, also where units share one."""
    return np.broadcast_to(block, (*block.shape[:-1], len(output.names)))


def _directions(asked: Asked, shapes: Mapping[str, tuple[int, ...]]) -> dict[str, Any]:
    """Return how parameters and the state at the start move with each number that the paths name."""
    system, width = asked.run.model.system, len(asked.run.carry.y)
    count = sum(int(np.prod(shape)) for shape in shapes.values())
    parameters: dict[str, np.ndarray] = {}
    initial, begin = None, 0
    for path, variable in asked.variables.items():
        for target, places in zip(variable.targets, variable.places(), strict=True):
            if target.parameter is None:
                found = initial = np.zeros((count, width)) if initial is None else initial
            else:
                shape = system.parameter_paths[target.parameter].shape
                found = parameters.setdefault(target.parameter, np.zeros((count, *shape)))
            flat = found.reshape(count, -1)
            entries = np.arange(flat.shape[1]) if target.places is None else np.ravel(target.places)
            flat[begin + places, entries] = 1.0
        begin += int(np.prod(shapes[path]))
    return {"parameters": parameters, "initial": initial, "count": count}


def _by_path(by_number: np.ndarray, shapes: Mapping[str, tuple[int, ...]]) -> dict[str, np.ndarray]:
    """Return the parts of an array of numbers, rows and columns, the axes of each path's value last."""
    found, begin = {}, 0
    for path, shape in shapes.items():
        size = int(np.prod(shape))
        part = np.moveaxis(by_number[begin : begin + size], 0, -1)
        found[path], begin = part.reshape(*part.shape[:-1], *shape), begin + size
    return found


def _checked(run: Run, frame: pd.DataFrame, values: Mapping[str, np.ndarray]) -> Sensitivities:
    """Return what was found, or raise where there is no number.

    Raises:
        NonFiniteError: a variable became NaN or infinite.
        SimulationError: the run is finite, but a derivative is not.
    """
    bad = [path for path, value in values.items() if not np.isfinite(value).all()]
    if bad or not np.isfinite(frame.to_numpy()).all():
        run_fixed(run)
        raise no_finite_derivative(bad[0], "an equation")
    return Sensitivities(frame, values)
