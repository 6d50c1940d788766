"""Nodes of a network while its circuit is read."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from attrs import define, field
from rates_core.templates.node import NodeTemplate
from rates_core.templates.operator import OperatorTemplate

from rates_tvbo.coupling import Coupling


@define(slots=False)
class Node:
    """A node while its circuit is read.

    Attributes:
        label: in paths.
        operator: its dynamics.
        values: values of its own.
        couplings: couplings that end here, by the input that they feed.
    """

    label: str
    operator: OperatorTemplate
    values: Mapping[str, Any]
    couplings: dict[str, Coupling] = field(factory=dict)

    @cached_property
    def inputs(self) -> list[str]:
        """Return what may be coupled in, the first of which is fed where nothing else is said."""
        return [key for key, one in self.operator.variables.items() if one.kind == "input"]

    @cached_property
    def lead(self) -> str:
        """Return what edges read where they say nothing: the first variable that is coupled out, or the first state."""
        variables = self.operator.variables
        return [*(key for key, one in variables.items() if one.kind == "output"), *variables][0]

    def template(self) -> NodeTemplate:
        """Return the node, with what couplings do with what arrives."""
        name = self.operator.name.removesuffix("_op")
        after = [one.after(key) for key, one in self.couplings.items() if one.acts_after]
        return NodeTemplate(name, [(self.operator, self.values), *((one, None) for one in after)])
