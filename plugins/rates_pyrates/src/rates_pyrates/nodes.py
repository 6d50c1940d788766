"""Nodes and edges by the calls that users of PyRates know."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Self

from rates_core.templates.node import OperatorSet

from rates_core import EdgeTemplate as Edge
from rates_core import NodeTemplate as Node
from rates_pyrates.operators import OperatorTemplate, spelled
from rates_pyrates.template import Template, unwrapped


class OperatorGraphTemplate(Template[Any]):
    """Operators that share one place, with values of their own.

    Args:
        name: of the template.
        operators: a list of operators or paths, or a dict of these to values.
        path: where it was read.
        description: prose.
    """

    kind = OperatorSet
    _place: tuple[Any, str] | None = None  # the circuit that this is a node of, and where

    def __init__(
        self,
        name: str,
        operators: str | Iterable[Any] | Mapping[Any, Any],
        path: str | None = None,
        description: str = "A node or an edge.",
    ) -> None:
        super().__init__(self.kind(name, unwrapped(operators), description), path)

    @property
    def operators(self) -> dict[OperatorTemplate, dict[str, Any]]:
        """Return the values that each operator has here, beside its own."""
        return {
            OperatorTemplate.of(operator): {name: spelled(value) for name, value in values.items()}
            for operator, values in self.rates.operators
        }

    def get_op(self, op: str) -> OperatorTemplate:
        """Return an operator by its name.

        Raises:
            UnknownNameError: there is none of this name.
        """
        return OperatorTemplate.of(self.rates.instance(op)[0])

    def update_var(self, op: str, var: str, val: Any) -> None:
        """Give a variable another value here, and in the circuit that this template was taken from.

        Raises:
            UnknownNameError: there is no such operator or variable.
            TemplateError: the variable cannot have this value.
        """
        operator, _ = self.rates.instance(op)
        self.rates.declared(op, var)
        changed = self.rates.update_template(operators={operator: {var: val}})
        if self._place is not None:
            circuit, label = self._place
            circuit.update_var(node_vars={f"{label}/{op}/{var}": val})
        self.rates = changed

    def update_template(
        self,
        name: str | None = None,
        path: str | None = None,
        operators: Any = None,
        description: str | None = None,
    ) -> Self:
        """Return a template derived from this one, which inherits what is not given.

        Raises:
            TemplateError: an added operator has the name of an inherited one but differs from it.
        """
        derived = self.rates.update_template(name=name, operators=unwrapped(operators), description=description)
        return self.of(derived, path)


class NodeTemplate(OperatorGraphTemplate):
    """A unit of a network, made of operators that share their variables by name.

    Example:
        >>> from rates_pyrates.nodes import NodeTemplate
        >>> node = NodeTemplate.from_yaml("model_templates.oscillators.vanderpol.vdp_pop")
        >>> node.update_var("vdp_op", "mu", 3.0)
        >>> list(node.operators.values())
        [{'mu': 3.0}]
    """

    kind = Node


class EdgeTemplate(OperatorGraphTemplate):
    """A coupling with equations of its own."""

    kind = Edge


def node_in(circuit: Any, label: str, rates: Node) -> NodeTemplate:
    """Return a node of a circuit, whose changes are those of the circuit."""
    found = NodeTemplate.of(rates)
    found._place = (circuit, label)
    return found
