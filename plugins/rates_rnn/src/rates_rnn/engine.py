"""What takes the steps of a network: one circuit, compiled."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from rates_core.errors import ApproximationWarning
from rates_core.expressions.tree import symbols
from rates_core.system.system import System

from rates_core import CircuitTemplate
from rates_rnn.parts import Edge, Node
from rates_rnn.ways import EAGER, Steps, Way


def circuit_of(nodes: Iterable[Node], edges: Iterable[Edge], step_size: float) -> CircuitTemplate:
    """Return the circuit that a network is: populations, and connections between them.

    Args:
        nodes: all.
        edges: all; those of feedback come one step late.
        step_size: h.
    """
    return CircuitTemplate(
        "network",
        populations={node.label: node.population() for node in nodes},
        connections=[edge.connectivity(step_size) for edge in edges],
    )


class Engine:
    """The steps of a circuit, and where all of its values are.

    Args:
        circuit: of a network.
        step_size: h.
        inputs: nodes that the network's input reaches.
        recorded: paths of variables by name.
        dtype: of all numbers.
        device: where they are.
        surrogate: slope of smooth steps for the derivatives of conditions of spikes, or None.
        longest: by path, how long delays become that are values, and have no spread.
        way: how steps are taken.

    Raises:
        ArgumentError: that way takes no steps with such numbers, or there.
    """

    def __init__(
        self,
        circuit: CircuitTemplate,
        step_size: float,
        inputs: Sequence[Node],
        recorded: Mapping[str, str],
        dtype: torch.dtype,
        device: torch.device,
        surrogate: float | None = None,
        longest: Mapping[str, np.ndarray] | None = None,
        way: Way = EAGER,
    ) -> None:
        options = way.options(dtype, device)
        fed = {node.path(node.input): np.zeros((1, node.n)) for node in inputs}
        self.step_size, self.dtype, self.place, self.surrogate = step_size, dtype, device, surrogate
        model = circuit.compile(
            solver="euler", step_size=step_size, outputs=dict(recorded), inputs=fed, projections="dense",
            surrogate=surrogate, **options,
        )  # fmt: skip
        self.system: System = model.system
        self.paths = tuple(dict.fromkeys([*_values(model.system), *(longest or ())]))
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always", ApproximationWarning)
            self._steps: Steps = way.steps(model.steps(self.paths, parameters=longest))
        #: what users have to know of derivatives, which runs do not need
        self.told = tuple(str(item.message) for item in told if issubclass(item.category, ApproximationWarning))
        self.first: Mapping[str, np.ndarray] = self._steps.values

    def advance(
        self,
        values: Mapping[str, torch.Tensor],
        inputs: Mapping[str, torch.Tensor],
        between: Any,
        stride: int = 1,
        checkpoint: bool = False,
    ) -> tuple[dict[str, torch.Tensor], Any]:
        """Return what was recorded before every `stride` steps, and what goes on.

        Args:
            values: all, by path.
            inputs: samples `[steps, units]` by path.
            between: what goes on from earlier steps; None starts.
            stride: steps per row.
            checkpoint: keep some of the steps only for the way back.
        """
        shaped = {path: value.reshape(self.first[path].shape) for path, value in values.items()}
        return self._steps.advance(shaped, inputs, between, stride=stride, checkpoint=checkpoint)

    def states(self, y: torch.Tensor) -> dict[str, torch.Tensor]:
        """Return the states of units by path, without chains of delays."""
        return {
            state.path: y[..., state.offset : state.offset + state.width]
            for state in self.system.states
            if not isinstance(state.initial, str) and not is_hidden(state.path)
        }


def _values(system: System) -> Iterable[str]:
    """Yield the paths of all that can be set: parameters of units, weights, delays of chains, states at the start."""
    stored = {path for read in system.reads for path in symbols(read.delay)}
    for parameter in system.parameters:
        number = not (parameter.structural or parameter.integer or parameter.complex)
        if number and parameter.path not in stored and _is_settable(parameter.path):
            yield parameter.path
    for state in system.states:
        if not isinstance(state.initial, str) and not state.complex and not is_hidden(state.path):
            yield state.path


def is_hidden(path: str) -> bool:
    """Tell whether a state is none of the model's, but says whether a condition of an event held."""
    return "#" in path


def _is_settable(path: str) -> bool:
    return "->" not in path or path.endswith(("/weight", "/delay"))
