"""A small model: a predator and its prey."""

from __future__ import annotations

import pytest
from rates_core.templates.circuit import CircuitTemplate
from rates_core.templates.node import EdgeTemplate, NodeTemplate
from rates_core.templates.operator import OperatorTemplate


@pytest.fixture
def operator() -> OperatorTemplate:
    return OperatorTemplate(
        name="lv",
        equations="x' = x*(alpha + x_in)",
        variables={"x": "output(0.5)", "alpha": 0.5, "x_in": "input(0.0)"},
    )


@pytest.fixture
def predator(operator: OperatorTemplate) -> NodeTemplate:
    return NodeTemplate(name="predator", operators={operator: {"alpha": -1.0}})


@pytest.fixture
def prey(operator: OperatorTemplate) -> NodeTemplate:
    return NodeTemplate(name="prey", operators=[operator])


@pytest.fixture
def coupling() -> EdgeTemplate:
    operator = OperatorTemplate(
        name="sat",
        equations="y = r_in/(k + r_in + 0*r_post)",
        variables={"y": "output", "r_in": "input", "r_post": "input", "k": 1.0},
    )
    return EdgeTemplate("saturating", [operator])


@pytest.fixture
def circuit(predator: NodeTemplate, prey: NodeTemplate) -> CircuitTemplate:
    return CircuitTemplate(
        name="web",
        nodes={"fox": predator, "hare": prey},
        edges=[
            ("fox/lv/x", "hare/lv/x_in", None, {"weight": -1.3, "delay": 0.5}),
            ("hare/lv/x", "fox/lv/x_in", None, {"weight": 0.7}),
        ],
    )
