"""Values at the start: those of states, and those that chains of a delay take over from what they delay."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from attrs import define, field
from rates_core.errors import UnsupportedFeatureError
from rates_core.expressions.evaluate import evaluate
from rates_core.expressions.tree import Apply, Expression, Symbol, symbols, transform
from rates_core.system.system import TIME

from rates_xppaut.scalars import Place, Scalars


@define
class Beginnings:
    """What places hold at the start.

    Attributes:
        scalars: computed variables stand in full in its expressions.
        places: of names in the file.
    """

    scalars: Scalars
    places: Mapping[str, Place] = field(init=False)
    _asked: set[Place] = field(factory=set, init=False)

    def __attrs_post_init__(self) -> None:
        self.places = {name: place for place, name in self.scalars.names.items()}

    def of(self, place: Place) -> float:
        """Return what a state or a parameter is at the start; noise is nothing.

        Raises:
            UnsupportedFeatureError: a chain begins with what depends on itself.
        """
        system, entry = self.scalars.system, place.entry or 0
        if place.path in self.scalars.constants:
            return float(np.ravel(self.scalars.constants[place.path])[entry])
        state = system.state_paths.get(place.path)
        if state is None:
            return 0.0
        if not isinstance(state.initial, str):
            return float(np.broadcast_to(state.initial, state.shape or (1,))[entry])
        if place in self._asked:
            raise UnsupportedFeatureError(f"'{state.initial}' is delayed and depends on itself at the start.")
        self._asked.add(place)
        where = entry if state.index is None else int(np.asarray(state.index)[entry])
        found = self.computed(state.initial, where if system.shapes[state.initial] else None)
        self._asked.discard(place)
        return found

    def computed(self, path: str, entry: int | None) -> float:
        """Return what any variable is at the start."""
        tree = transform(self.scalars.at(Symbol(path), entry), _now)
        values: dict[str, Any] = {name: 0.0 if name == TIME else self.of(self.places[name]) for name in symbols(tree)}
        return float(evaluate(tree, values))


def _now(node: Expression) -> Expression:
    """Return the present value for one of the past, which is the same at the start."""
    return node.arguments[0] if isinstance(node, Apply) and node.function == "delay" else node
