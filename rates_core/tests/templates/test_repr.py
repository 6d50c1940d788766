"""In a session, a template is one short line, however much it holds."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from rates_core import Connectivity, EdgeTemplate, NodeTemplate, OperatorTemplate, PopulationTemplate

OPERATOR = OperatorTemplate("op", ["x' = u + k", "z = x"], {"x": "output", "u": "input", "k": 1.0, "z": "variable"})
NODE = NodeTemplate("n", {OPERATOR: {"k": 2.0}})
MANY = PopulationTemplate("many", NODE, 1000, {"op/k": np.ones(1000)})
EDGE = EdgeTemplate("e", [OperatorTemplate("a", "m = pre", {"m": "output", "pre": "input"})])


@pytest.mark.parametrize(
    ("template", "text"),
    [
        (OPERATOR, "<OperatorTemplate 'op': 2 equations, 4 variables>"),
        (NODE, "<NodeTemplate 'n': 1 operator>"),
        (NodeTemplate("empty"), "<NodeTemplate 'empty': 0 operators>"),
        (EDGE, "<EdgeTemplate 'e': 1 operator>"),
        (MANY, "<PopulationTemplate 'many': 1000 units of <NodeTemplate 'n': 1 operator>>"),
        (
            Connectivity("many/op/x", "many/op/u", np.ones((1000, 1000))),
            "<Connectivity 'many/op/x->many/op/u': 1000 targets, 1000 sources>",
        ),
        (Connectivity("many/op/x", "many/op/u", 0.5), "<Connectivity 'many/op/x->many/op/u': all to all>"),
    ],
)
def test_a_template_is_one_line(template: Any, text: str) -> None:
    assert repr(template) == text
