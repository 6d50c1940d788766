"""What users say of an edge between two nodes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import torch
from attrs import field, frozen
from rates_core.errors import ArgumentError, UnsupportedFeatureError, shown

from rates_rnn.filters import filter_of
from rates_rnn.parts import Edge, Node, matrix


@frozen(eq=False, kw_only=True)
class EdgeDescription:
    """An edge as `Network.add_edge` is told of it, whose arguments these are; it checks itself.

    Attributes:
        start: node that it begins at.
        end: node that it ends at.
        through: units that signals go through first, or None.
    """

    start: Node
    end: Node
    weights: Any
    train: str | None
    mask: Any
    delays: Any
    spread: Any
    feedback: bool
    constraint: Any
    filter: Any
    filter_vars: Mapping[str, Any] | None
    train_params: Iterable[str]
    constraints: Mapping[str, Any] | None
    through: Node | None = field(init=False)

    def __attrs_post_init__(self) -> None:
        """Check how it is trained."""
        if self.train not in (None, "gd", "rls"):
            raise ArgumentError(f"train is {shown(self.train)}; it is 'gd', 'rls', or None for weights that stay.")
        beside = self.delays, self.spread, self.constraint
        if self.train == "rls" and (self.feedback or any(given is not None for given in beside)):
            raise UnsupportedFeatureError(
                f"The edge from '{self.start.label}' to '{self.end.label}' has train='rls': it brings what is there "
                "now, by weights that may be any. Leave feedback, delays, spread and constraint out, or train it with "
                "'gd'."
            )
        if self.constraint is not None and self.train is None:
            raise ArgumentError("constraint belongs to weights that are trained: give train='gd' too.")

    @through.default
    def _made_filter(self) -> Node | None:
        if self.filter is None:
            return None
        label = f"{self.start.label}_to_{self.end.label}"
        return filter_of(label, self.filter, self.start.n, self.filter_vars)

    def made(self) -> Edge:
        """Return the edge that ends at the node.

        Raises:
            ArgumentError: weights or the mask are not of their shape.
        """
        first, given = self.through or self.start, self.weights
        if given is None:
            given = torch.randn(self.end.n, self.start.n, dtype=torch.float64) / self.start.n**0.5
        weights, kept = self._matrix("weights", given), None
        if self.mask is not None:
            kept = (self._matrix("mask", self.mask) != 0).astype(float)
            weights = weights * kept
        return Edge(
            first.label, self.end.label, first.path(first.output), self.end.path(self.end.input), weights, self.delays,
            self.spread, bool(self.feedback), self.train, self.through is not None, kept,
        )  # fmt: skip

    def _matrix(self, name: str, given: Any) -> np.ndarray:
        return matrix(name, given, self.end.n, self.start.n, f"'{self.end.label}'", f"'{self.start.label}'")

    def way_in(self) -> Edge | None:
        """Return the edge from the node that it begins at to the units of the filter, if there is one.

        What is fed back is late once: by delays that are said, or by a step on the way to the filter.
        """
        if self.through is None:
            return None
        return Edge(
            self.start.label, self.through.label, self.start.path(self.start.output),
            self.through.path(self.through.input), np.eye(self.start.n), feedback=bool(self.feedback),
            filtered=self.delays is not None,
        )  # fmt: skip

    def trained(self, edge: Edge) -> dict[str, Any]:
        """Return the constraints of what is trained, as they were named, by path.

        Raises:
            ArgumentError: something is named that it does not have, or is not trained.
        """
        found = {edge.path: self.constraint} if self.train == "gd" else {}
        given = dict(self.constraints or {})
        for name in self.train_params:
            found[self._path(edge, name)] = given.pop(name, None)
        if given:
            raise ArgumentError(
                f"constraints names '{next(iter(given))}', which is not among train_params of the edge."
            )
        return found

    def _path(self, edge: Edge, name: str) -> str:
        if name == "delay" and edge.delays is not None:
            return edge.delay_path
        if name != "delay" and self.through is not None:
            return self.through.path(name)
        raise ArgumentError(
            f"train_params of the edge from '{edge.source}' to '{edge.target}' names {shown(name)}; it takes "
            "'delay' where there are delays=, and 'op/var' of a filter=."
        )
