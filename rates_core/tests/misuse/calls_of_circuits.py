"""Calls of methods of circuits that set and tell values that work, with every argument."""

from __future__ import annotations

import numpy as np

from .models import call, circuit, edge, of_circuit

CIRCUITS = {
    "CircuitTemplate.update_var": call(
        of_circuit("update_var"), node_vars={"p/op/tau": 3.0}, edge_vars=[("p/op/x", "q/op/u", {"weight": 2.0})]
    ),
    "CircuitTemplate.update_var, value": call(
        lambda: lambda value: circuit().update_var({"all/op/tau": value}), value=1.0
    ),
    "CircuitTemplate.update_var, edge": call(
        lambda: (
            lambda source, target, number, values: circuit().update_var(edge_vars=[(source, target, number, values)])
        ),
        source="p/op/x",
        target="q/op/u",
        number=0,
        values={"weight": 1.0},
    ),
    "CircuitTemplate.update_var, attribute": call(
        lambda: (
            lambda weight, delay, k: circuit().update_var(
                edge_vars=[("p/op/x", "q/op/u", {"weight": weight, "delay": delay, "eo/k": k})]
            )
        ),
        weight=1.0,
        delay=1.0,
        k=1.0,
    ),
    "CircuitTemplate.add_edges_from_matrix": call(
        of_circuit("add_edges_from_matrix"),
        source_var="op/x",
        target_var="op/u",
        source_nodes=["p", "q"],
        target_nodes=["p", "q"],
        weight=np.ones((2, 2)),
        template=edge(),
        edge_attr={"delay": 0.5},
        min_weight=1e-06,
    ),
    "CircuitTemplate.get_nodes": call(of_circuit("get_nodes"), node_identifier="all", var_identifier=("op", "x")),
    "CircuitTemplate.get_edges": call(of_circuit("get_edges"), source="all", target="all"),
    "CircuitTemplate.get_var": call(of_circuit("get_var"), path="p/op/x"),
    "CircuitTemplate.graph": call(of_circuit("graph")),
    "CircuitTemplate.draw": call(of_circuit("draw"), path="drawn.svg", overwrite=True),
}
