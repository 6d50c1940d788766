"""Circuits of one node, as TVBO's own exports call their parts."""

from __future__ import annotations

from collections.abc import Mapping

from rates_core.templates.circuit import CircuitTemplate
from rates_core.templates.node import NodeTemplate
from rates_core.templates.operator import OperatorTemplate

from rates_tvbo.names import template_name
from rates_tvbo.section import Section


def circuit_of(
    dynamics: Section, operator: OperatorTemplate, values: Mapping[str, float] | None = None
) -> CircuitTemplate:
    """Return the circuit of one node `p` of a `Dynamics`, whose paths are `p/<name>_op/<variable>`."""
    name = template_name(dynamics.name)
    return CircuitTemplate(f"{name}_circuit", nodes={"p": NodeTemplate(name, [(operator, values)])})
