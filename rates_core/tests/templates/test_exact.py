"""Equal templates mean the same: the sign of a zero and the kind of a number are content."""

from __future__ import annotations

import math
from typing import Any

import pytest
from rates_core.network.build import build_network
from rates_core.templates.circuit import CircuitTemplate
from rates_core.templates.connectivity import Connectivity
from rates_core.templates.edge import Edge
from rates_core.templates.node import NodeTemplate
from rates_core.templates.operator import OperatorTemplate
from rates_core.templates.population import PopulationTemplate

OP = OperatorTemplate("op", "x' = k - x", {"x": "output", "k": 1.0, "u": "input"})
NODE = NodeTemplate("node", [OP])


def recorded(value: complex) -> CircuitTemplate:
    return CircuitTemplate("net", {"p": NODE}).update_var({"p/op/k": value})


@pytest.mark.parametrize("numbers", [(0.0, -0.0), (1.0, 1 + 0j), (0j, complex(0.0, -0.0))])
@pytest.mark.parametrize(
    "template",
    [
        lambda value: OperatorTemplate("op", "x = k", {"x": "output", "k": value}),
        lambda value: OperatorTemplate("op", "x = k", {"x": f"output({str(value).strip('()')})", "k": 1.0}),
        lambda value: NodeTemplate("node", {OP: {"k": value}}),
        lambda value: PopulationTemplate("pop", NODE, 2, {"op/k": value}),
        lambda value: PopulationTemplate("pop", NODE, 2, {"op/k": [value, 3.0]}),
        lambda value: Edge("p/op/x", "q/op/u", weight=value),
        lambda value: Connectivity("p/op/x", "q/op/u", value),
        recorded,
    ],
    ids=["parameter", "initial value", "node", "population", "units", "edge", "connection", "record"],
)
def test_numbers_that_are_equal_and_differ_make_templates_that_differ(
    template: Any, numbers: tuple[complex, ...]
) -> None:
    one, other = map(template, numbers)
    assert one == template(numbers[0])
    assert one != other


def test_an_edge_with_a_complex_weight_of_one_says_so() -> None:
    assert Edge("p/op/x", "q/op/u", weight=1 + 0j).attributes == {"weight": 1 + 0j}
    assert Edge("p/op/x", "q/op/u").attributes == {}


def test_nodes_keep_the_signs_of_their_zeros_in_a_network() -> None:
    signed = NodeTemplate("node", [OperatorTemplate("op", OP.equations, {**OP.variables, "k": -0.0})])
    plain = NodeTemplate("node", [OperatorTemplate("op", OP.equations, {**OP.variables, "k": 0.0})])
    network = build_network(CircuitTemplate("net", {"p": plain, "q": signed}))
    signs = [math.copysign(1.0, population.values["op", "k"]) for population in network.populations]
    assert signs == [1.0, -1.0]
