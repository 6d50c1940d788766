"""Weights and delays of edges, set by path `source->target[k]/weight` for one run."""

from __future__ import annotations

from typing import Any

import numpy as np
from attrs import define, field

from rates_core.errors import ArgumentError
from rates_core.network.named_connections import ChosenConnections, NamedConnections
from rates_core.network.network import Network
from rates_core.network.resolve import resolve_edges
from rates_core.system.named_parameters import attributes_of
from rates_core.system.system import System


@define(eq=False)
class EdgeArguments:
    """Attributes of edges among the values of parameters.

    Attributes:
        values: of all parameters, which are changed in place.
    """

    system: System
    network: Network
    values: dict[str, Any]
    _own: set[str] = field(factory=set)

    def set(self, path: str, value: Any) -> None:
        """Change an attribute of the connections that a path names.

        Raises:
            UnknownNameError: no such edge.
            ArgumentError: the attribute is structure, or the value does not fit.
        """
        asked, named = resolve_edges(self.network, path, "parameters")
        if asked.attribute == "spread":
            raise ArgumentError(
                f"parameters: '{path}': a spread decides how many stages a chain has, which is structure. "
                "Change it in the template, with update_var."
            )
        _check_form(named, value, path)
        for part in named.parts:
            for symbol in attributes_of(self.system, part.set, asked.attribute):
                self._check_kind(symbol, value, path)
                self._change(symbol, part, value if np.ndim(value) == 0 else np.ravel(value)[named.slots(part)])

    def _check_kind(self, symbol: str, value: Any, path: str) -> None:
        parameter = self.system.parameter_paths[symbol]
        if not np.iscomplexobj(value) or parameter.complex:
            return
        if parameter.role == "delay":
            raise ArgumentError(f"parameters: '{path}' is complex; times are real.")
        raise ArgumentError(
            f"parameters: '{path}' is complex, but the model was compiled for a real value. "
            "Give it a complex value in the template."
        )

    def _change(self, symbol: str, part: ChosenConnections, value: Any) -> None:
        """Change the values of some connections in one parameter, of which this run has its own."""
        old = self.values[symbol]
        if np.ndim(old) == 0:
            self.values[symbol] = value if np.ndim(value) == 0 else value[0].item()
            return
        if symbol not in self._own:
            self._own.add(symbol)
            self.values[symbol] = np.array(old, dtype=np.result_type(old, float))
        weights = self.system.parameter_paths[symbol].role == "weight"
        places = part.set.places(part.chosen) if weights else part.chosen
        self.values[symbol].reshape(-1)[slice(None) if places is None else places] = value


def _check_form(named: NamedConnections, value: Any, path: str) -> None:
    """Raise unless a value is a number, or an array with an entry for each connection."""
    shape = np.shape(value)
    forms = sorted(named.forms, key=len)
    if shape in ((), *forms) or (np.size(value) == named.total == 1):
        return
    takes = (
        "a number" if named.total == 1 else " or ".join(["a number", *(f"an array of shape {form}" for form in forms)])
    )
    raise ArgumentError(f"parameters: '{path}' takes {takes}; the value has the shape {shape}.")
