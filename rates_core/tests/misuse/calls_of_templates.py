"""Calls of templates that work, with every argument."""

from __future__ import annotations

import numpy as np

from rates_core import (
    CircuitTemplate,
    Connectivity,
    EdgeTemplate,
    NodeTemplate,
    OperatorTemplate,
    PopulationTemplate,
)

from .models import call, circuit, edge, node, of_circuit, operator, population

MODEL = "model_templates.oscillators.vanderpol.vdp"


PROSE = {"description": "prose", "label": "label"}


TEMPLATES = {
    "OperatorTemplate": call(
        lambda: OperatorTemplate, name="op", equations=["x' = -x"], variables={"x": "output"}, events=[], **PROSE
    ),
    "OperatorTemplate.update_template": call(
        lambda: operator().update_template,
        name="o",
        equations={"append": "- k*x"},
        variables={"k": 1.0},
        events=[],
        **PROSE,
    ),
    "NodeTemplate": call(lambda: NodeTemplate, name="n", operators={operator(): {"tau": 1.0}}, **PROSE),
    "NodeTemplate.update_template": call(
        lambda: node().update_template, name="m", operators={operator(): {"tau": 1.0}}, **PROSE
    ),
    "NodeTemplate.instance": call(lambda: node().instance, operator="op"),
    "NodeTemplate.declared": call(lambda: node().declared, operator="op", variable="x"),
    "NodeTemplate.value": call(lambda: node().value, operator="op", variable="x"),
    "EdgeTemplate": call(lambda: EdgeTemplate, name="n", operators=[operator()], **PROSE),
    "PopulationTemplate": call(
        lambda: PopulationTemplate, name="p", node=node(), n=2, params={"op/tau": [1.0, 2.0]}, **PROSE
    ),
    "PopulationTemplate.update_template": call(
        lambda: population().update_template, name="q", node=node(), n=2, params={"op/tau": 1.0}, **PROSE
    ),
    "PopulationTemplate.value": call(lambda: population().value, operator="op", variable="x"),
    "Connectivity": call(
        lambda: Connectivity,
        source="p/op/x",
        target="q/op/u",
        weights=np.ones((2, 2)),
        edge=edge(),
        edge_var_map={"eo/k": 2.0},
        delays=1.0,
        spread=0.5,
    ),
    "CircuitTemplate": call(
        lambda: CircuitTemplate,
        name="c",
        nodes={"p": node(), "q": node()},
        circuits={"s": circuit()},
        edges=[("p/op/x", "q/op/u")],
        populations={"r": {"node": node(), "n": 2}},
        **PROSE,
        connections=[{"source": "r/op/x", "target": "r/op/u", "weights": 1.0}],
    ),
    "CircuitTemplate.update_template": call(
        of_circuit("update_template"),
        name="d",
        nodes={"z": node()},
        circuits={},
        edges=[],
        populations={},
        connections=[],
        **PROSE,
    ),
    "CircuitTemplate.from_yaml": call(lambda: CircuitTemplate.from_yaml, path=MODEL),
    "CircuitTemplate.from_file": call(lambda: CircuitTemplate.from_file, path=MODEL, format=None),
    "CircuitTemplate.to_yaml": call(of_circuit("to_yaml"), path="written.yaml"),
    "CircuitTemplate.to_file": call(of_circuit("to_file"), path="written.yaml", format=None, replace=True),
    "CircuitTemplate.report": call(of_circuit("report"), format="text"),
}
