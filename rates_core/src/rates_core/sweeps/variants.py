"""The compiled models of a sweep: points whose structure differs run different ones.

How many stages a distributed delay has is structure; all else that can be swept is an argument of one program.
"""

from __future__ import annotations

from collections.abc import Mapping
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import define, field, frozen

from rates_core.paths import EdgePath, is_edge_attribute
from rates_core.simulation.compile import CompiledModel, compile_model
from rates_core.sweeps.targets import Number
from rates_core.system.chains import stages_of

if TYPE_CHECKING:
    from rates_core.templates.circuit import CircuitTemplate

Structure = tuple[Any, ...]
MOST_KEPT = 32  # models of other structures; the oldest is dropped


@frozen
class Chained:
    """Edges whose delay is distributed, and which of their times are swept.

    Attributes:
        stem: path of the edges, without an attribute.
        delay: path of their delay, if it is swept.
        spread: path of their spread, likewise.
    """

    stem: str
    delay: str | None
    spread: str | None


@define(eq=False)
class Variants:
    """The models of a sweep, compiled when a point first needs them."""

    circuit: CircuitTemplate
    settings: Mapping[str, Any]
    chained: tuple[Chained, ...]
    _models: dict[Structure, CompiledModel] = field(factory=dict)
    _lock: Any = field(factory=Lock)

    @property
    def left_out(self) -> frozenset[str]:
        """Return the paths that models are compiled with, which no run sets."""
        both = frozenset(edge.delay for edge in self.chained if edge.delay and edge.spread)
        return both | frozenset(edge.spread for edge in self.chained if edge.spread)

    def structure(self, values: Mapping[str, Number]) -> Structure:
        """Return what a point has in common with those that run the same model.

        Args:
            values: of the point, by path.
        """
        return tuple(part for edge in self.chained for part in self._structure(edge, values))

    def model(self, values: Mapping[str, Number], structure: Structure) -> CompiledModel:
        """Return the model of a point.

        Raises:
            UnknownNameError, ArgumentError: what is to be compiled is wrong.
        """
        with self._lock:
            if structure not in self._models:
                if len(self._models) > MOST_KEPT:
                    del self._models[next(iter(self._models))]
                self._models[structure] = compile_model(self._circuit(values), **self.settings)
            return self._models[structure]

    def _structure(self, edge: Chained, values: Mapping[str, Number]) -> Structure:
        """Return the numbers of stages; times themselves where both are swept, for a chain's rate has both in it."""
        if edge.delay and edge.spread:
            return values[edge.delay], values[edge.spread]
        delay = values[edge.delay] if edge.delay else _time(self.circuit, f"{edge.stem}/delay")
        spread = values[edge.spread] if edge.spread else _time(self.circuit, f"{edge.stem}/spread")
        discrete = np.asarray(spread) == 0
        stages = np.where(discrete, 0, stages_of(delay, np.where(discrete, 1.0, spread)))
        return tuple(np.ravel(stages).tolist())

    def _circuit(self, values: Mapping[str, Number]) -> CircuitTemplate:
        """Return the circuit with the times of this point."""
        if not self.chained:
            return self.circuit
        changed = [path for edge in self.chained for path in (edge.delay, edge.spread) if path]
        return self.circuit.update_template().update_var(edge_vars=[_edge_var(path, values[path]) for path in changed])


def chained_edges(circuit: CircuitTemplate, paths: list[str]) -> tuple[Chained, ...]:
    """Return the edges with chains of which delay or spread is swept.

    Raises:
        UnknownNameError: there is no such edge.
    """
    stems: dict[str, dict[str, str]] = {}
    for path in filter(is_edge_attribute, paths):
        edge = circuit.edge_index.asked(path)
        if edge.attribute in ("delay", "spread"):
            stems.setdefault(path.rpartition("/")[0], {})[edge.attribute] = path
    found = (Chained(stem, swept.get("delay"), swept.get("spread")) for stem, swept in stems.items())
    return tuple(edge for edge in found if edge.spread or np.any(_time(circuit, f"{edge.stem}/spread")))


def _time(circuit: CircuitTemplate, path: str) -> Any:
    """Return a delay or spread of edges: a number, or one per edge or connection."""
    found = circuit.get_var(path)
    return 0.0 if found is None else found


def _edge_var(path: str, value: Number) -> tuple[Any, ...]:
    edge = EdgePath.parse(path)
    index = () if edge.index is None else (edge.index,)
    return (edge.source, edge.target, *index, {edge.attribute: value})
