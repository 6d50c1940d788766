"""Runs of a module of an array library as functions of values by name."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from rates_core.errors import ArgumentError, UnknownNameError, did_you_mean
from rates_core.programs.arrays.outputs import Given, Outputs, Plan
from rates_core.programs.gradient import TrainableRequest

if TYPE_CHECKING:
    from rates_core.programs.arrays.kernel import ArrayProgram


class RunOfValues:
    """The outputs of a run as a pure function of values, of inputs, and of all else that it depends on.

    Attributes:
        values: NumPy's arrays by name, as they were at first.
    """

    def __init__(self, program: ArrayProgram, plan: Plan, request: TrainableRequest) -> None:
        self._program, self._plan, self.values = program, plan, dict(request.values)
        self._parameters, self._state, self._feeds = request.parameters, request.state, request.feeds

    def arrays(self) -> dict[str, Any]:
        """Return the values at first as arrays of the library."""
        return {name: self._program.runtime.array(value, "real") for name, value in self.values.items()}

    def outputs(self, values: Mapping[str, Any], inputs: Mapping[str, Any], given: Given) -> dict[str, Any]:
        """Return the outputs by name; all arrays are those of the library, and so are operations.

        Args:
            values: all, by name.
            inputs: samples by name that are put in place of those that the run was given.
            given: all else.

        Raises:
            ArgumentError: something is not of its shape.
            UnknownNameError: there is no such value or input.
        """
        self._check(values, inputs)
        runtime = self._program.runtime
        parameters, y, tables = dict(given.parameters), given.y, given.inputs
        if self._parameters or self._state is not None:
            every = runtime.joined([runtime.reshaped(values[name], (-1,)) for name in self.values])
            for path, places in self._parameters.items():
                if path in parameters:  # others enter no equation
                    parameters[path] = self._filled(parameters[path], places, every)
            y = y if self._state is None else self._filled(y, self._state, every)
        fed = {**{name: values[name] for name in self.values if name in self._feeds}, **inputs}
        for name, samples in fed.items():
            tables = self._fed(tables, name, samples)
        return self._outputs((), given._replace(parameters=parameters, y=y, inputs=tables))

    def _filled(self, own: Any, places: np.ndarray, every: Any) -> Any:
        """Return an array in which some entries are values."""
        runtime, size = self._program.runtime, places.size
        begin = int(places.flat[0]) if size else 0
        if np.array_equal(places.ravel(), np.arange(begin, begin + size)) and begin >= 0:
            return runtime.reshaped(every[begin : begin + size], places.shape)
        index = np.where(places < 0, np.arange(size).reshape(places.shape), places + size)
        return runtime.entries(runtime.joined([runtime.reshaped(own, (-1,)), every]), index)

    def _fed(self, tables: Any, name: str, samples: Any) -> Any:
        """Return the tables of inputs by node, with those that some samples feed in their places."""
        runtime, nodes = self._program.runtime, self._program.nodes
        flat = runtime.reshaped(samples, (-1,))
        flat = runtime.joined([flat[:1] * 0.0, flat])
        found = [list(node) for node in tables]
        for number, origins in self._feeds[name].tables.items():
            for place, (node, (now, later)) in enumerate(zip(nodes, origins, strict=True)):
                value = runtime.entries(flat, now)
                if node not in (0, 1):
                    value = (1 - node) * value + node * runtime.entries(flat, later)
                found[place][number] = value
        return tuple(map(tuple, found))

    def _check(self, values: Mapping[str, Any], inputs: Mapping[str, Any]) -> None:
        """Raise for values or inputs that are not as they should be."""
        feeds = {name: feed.samples for name, feed in self._feeds.items()}
        for what, asked, known in (("value", values, self.values), ("input", inputs, feeds)):
            for name, value in asked.items():
                if name not in known:
                    raise UnknownNameError(
                        f"There is no {what} {name!r}.{did_you_mean(str(name), known)} There are: "
                        f"{', '.join(known) or 'none'}."
                    )
                if tuple(value.shape) != known[name].shape:
                    raise ArgumentError(
                        f"The {what} '{name}' has the shape {tuple(value.shape)}; it has to be {known[name].shape}."
                    )
        for name in self.values:
            if name not in values:
                raise ArgumentError(f"The value '{name}' is missing.")

    @cached_property
    def _outputs(self) -> Outputs:
        return Outputs(self._program, self._plan)

    def __getstate__(self) -> dict[str, Any]:
        """Return what is stored of it."""
        return {name: value for name, value in vars(self).items() if name != "_outputs"}
