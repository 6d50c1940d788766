"""What is one number in a network, or is not there, and has to be one number for each unit or connection."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from rates_core.network.structure import VariableKey

if TYPE_CHECKING:
    import numpy as np

SharedValue = tuple[int, VariableKey]  # population and variable whose value is one number for all units
SharedAttribute = tuple[int, str]  # edge or connectivity, and its weight, delay or variable `op/var`


@frozen
class Apart:
    """Values that are kept apart.

    Attributes:
        units: variables of populations of nodes.
        edges: attributes of edges and connectivities: a delay is there for each connection, be it 0; of a weight no
            entry is left out.
    """

    units: frozenset[SharedValue] = frozenset()
    edges: frozenset[SharedAttribute] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.units or self.edges)

    def numbers(self, attribute: str) -> np.ndarray:
        """Return the edges and connectivities that keep an attribute apart."""
        import numpy as np

        return np.array(sorted(number for number, name in self.edges if name == attribute), dtype=np.intp)

    def keeps(self, number: int, attribute: str) -> bool:
        """Tell whether an edge or connectivity keeps an attribute apart."""
        return (number, attribute) in self.edges
