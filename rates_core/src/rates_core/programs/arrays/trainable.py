"""Runs of a module of an array library as functions of values by name."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from rates_core.programs.arrays.outputs import Given, Outputs, Plan
from rates_core.programs.arrays.values import Values, check_shapes
from rates_core.programs.gradient import TrainableRequest

if TYPE_CHECKING:
    from rates_core.programs.arrays.kernel import ArrayProgram


class RunOfValues:
    """The outputs of a run as a pure function of values, of inputs, and of all else that it depends on.

    Attributes:
        values: NumPy's arrays by name, as they were at first.
    """

    def __init__(self, program: ArrayProgram, plan: Plan, request: TrainableRequest) -> None:
        self._program, self._plan, self._feeds = program, plan, request.feeds
        self._values = Values(program.runtime, request)
        self.values = self._values.first

    def arrays(self) -> dict[str, Any]:
        """Return the values at first as arrays of the library."""
        return self._values.arrays()

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
        self._values.check(values)
        check_shapes("input", inputs, {name: feed.samples.shape for name, feed in self._feeds.items()})
        parameters, y = self._values.placed(values, given.parameters, given.y)
        tables = given.inputs
        fed = {**{name: values[name] for name in self.values if name in self._feeds}, **inputs}
        for name, samples in fed.items():
            tables = self._fed(tables, name, samples)
        return self._outputs((), given._replace(parameters=parameters, y=y, inputs=tables))

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

    @cached_property
    def _outputs(self) -> Outputs:
        return Outputs(self._program, self._plan)

    def __getstate__(self) -> dict[str, Any]:
        """Return what is stored of it."""
        return {name: value for name, value in vars(self).items() if name != "_outputs"}
