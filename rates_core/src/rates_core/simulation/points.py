"""Points at which a compiled model is run, and what their runs gave."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import field, frozen

from rates_core.errors import ArgumentError, SimulationError, shown
from rates_core.programs.record import Columns
from rates_core.simulation.outputs import table

if TYPE_CHECKING:
    import pandas as pd

    from rates_core.simulation.compile import CompiledModel


@frozen(eq=False)
class Point:
    """What sets one run apart from the others; the arguments of `CompiledModel.run` by their names.

    Attributes:
        parameters: values by path.
        initial: values of states at the start, by path.
        inputs: external inputs of this point, in place of those that points share.
        seed: of this point's random numbers, in place of the common one.
    """

    parameters: Mapping[str, Any] = field(factory=dict)
    initial: Mapping[str, Any] = field(factory=dict)
    inputs: Mapping[str, Any] | None = None
    seed: int | None = None

    def arguments(self, inputs: Mapping[str, Any] | None, seed: int | None) -> dict[str, Any]:
        """Return the arguments of its run, with what points share where it brings nothing of its own."""
        return {
            "parameters": self.parameters,
            "initial": self.initial,
            "inputs": inputs if self.inputs is None else self.inputs,
            "seed": seed if self.seed is None else self.seed,
        }


def points_of(given: Any) -> list[Point]:
    """Return points, each a `Point` or a dict of parameters by path.

    Raises:
        ArgumentError: they are no list.
    """
    listed = None
    if not isinstance(given, str | bytes | Mapping):
        with suppress(TypeError):  # of what cannot be gone through
            listed = list(given)
    if listed is None:
        raise ArgumentError(f"points must be a list of dicts of path to value; it is {shown(given)}.")
    return [point if isinstance(point, Point) else Point(point) for point in listed]


@frozen(eq=False)
class PointResults:
    """What the runs of some points gave.

    Attributes:
        numbers: of the points among all that were asked for, ascending.
        times: of the rows.
        recorded: one array per recorded variable: points, rows, then units; NaN throughout where a run ended early.
        failures: why runs ended early, by number of the point; the error holds time and what was recorded.
        model: that was run; points that set apart what the model shares run another one.
    """

    numbers: tuple[int, ...]
    times: np.ndarray
    recorded: Columns
    failures: Mapping[int, SimulationError]
    model: CompiledModel

    def frame(self, number: int) -> pd.DataFrame:
        """Return the table of one point, as `CompiledModel.run` gives it; NaN throughout if its run ended early."""
        place = self.numbers.index(number)
        columns = [column[place] for column in self.recorded]
        return table(self.model.recording, self.model.system, columns, self.times)
