"""What `update_var` records on a circuit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import define, field

from rates_core.templates.connectivity import Matrix
from rates_core.templates.edge import Mapped
from rates_core.templates.exact import exact
from rates_core.templates.value import Value

EdgeOverride = tuple[str, str, int | None, Mapping[str, Mapped | Matrix | None]]


def _in_order(values: dict[str, Value]) -> tuple[tuple[str, Any], ...]:
    return tuple((path, exact(value)) for path, value in values.items())


@define
class Overrides:
    """The record of changes made to one circuit, in the order in which they were made.

    It is the one mutable part of a template. It takes part in equality; it takes no part in hashes, so that a circuit
    that is a key of a dictionary is still found there after `update_var`.

    Attributes:
        node_vars: value of each path; a path that is set again moves to the end, for a later one wins.
        edge_vars: source, target, number among the edges of this source and target (None: all), and attributes.
        owner: name of the circuit that this one is part of; it is then closed to changes.
    """

    node_vars: dict[str, Value] = field(factory=dict, eq=_in_order)
    edge_vars: list[EdgeOverride] = field(factory=list)
    owner: str | None = field(default=None, eq=False)

    def copy(self, owner: str | None = None) -> Overrides:
        """Return a record that later changes of this one do not reach."""
        return Overrides(dict(self.node_vars), list(self.edge_vars), owner)

    def set_node_variable(self, path: str, value: Value) -> None:
        """Record the value of a path as the latest change."""
        self.node_vars.pop(path, None)
        self.node_vars[path] = value
