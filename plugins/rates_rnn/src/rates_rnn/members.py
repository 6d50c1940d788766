"""Nodes as they stand in a network, to be looked at or taken to another one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from attrs import evolve, frozen

from rates_rnn.parts import Edge, Node


@frozen(eq=False)
class Member:
    """A node: units, connections between them, and what is trained of both.

    Attributes:
        node: the units, with their values.
        own: the connections between them, or None.
        trained: constraints of what is trained, by `op/var`, "weights" or "delay"; None for none.
    """

    node: Node
    own: Edge | None
    trained: Mapping[str, Any]

    @property
    def label(self) -> str:
        """Return its name in the network."""
        return self.node.label

    @property
    def n(self) -> int:
        """Return the number of units."""
        return self.node.n

    @property
    def values(self) -> Mapping[str, Any]:
        """Return values by `op/var`: a number for all units, or one per unit."""
        return self.node.values

    @property
    def weights(self) -> np.ndarray | None:
        """Return the weights `[target unit, source unit]` between the units, or None."""
        return None if self.own is None else self.own.weights

    def called(self, label: str) -> Member:
        """Return it under another name."""
        if self.own is None:
            return evolve(self, node=evolve(self.node, label=label))
        ends = (path.removeprefix(self.label) for path in (self.own.source_path, self.own.target_path))
        source, target = (f"{label}{path}" for path in ends)
        own = evolve(self.own, source=label, target=label, source_path=source, target_path=target)
        return evolve(self, node=evolve(self.node, label=label), own=own)
