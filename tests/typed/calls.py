"""Calls as users write them, each of which a strict type checker has to accept; `main` runs them."""

from __future__ import annotations

import numpy as np

from rates_core import (
    CircuitTemplate,
    Connectivity,
    EdgeTemplate,
    NodeTemplate,
    OperatorTemplate,
    PopulationTemplate,
    grid_search,
    integrate,
)


def circuit() -> CircuitTemplate:
    """Return a node, a population and edges of several kinds."""
    operator = OperatorTemplate("op", "x' = k*u - x", {"x": "output", "u": "input", "k": 1.0})
    relay = OperatorTemplate("relay", ["m = s*gain"], {"m": "output", "s": "input", "gain": 2})
    node, edge = NodeTemplate("node", [operator]), EdgeTemplate("edge", [relay])
    other = NodeTemplate("other", {operator: {"k": 2.0}})
    population = PopulationTemplate("p", node, 3, {"op/x": np.ones(3), "op/k": [1.0, 2.0, 3.0]})
    connections = [
        Connectivity("p/op/x", "p/op/u", np.ones((3, 3)), delays=np.ones((3, 3)), spread=np.full((3, 3), 0.5)),
        Connectivity("p/op/x", "p/op/u", 0.1, edge=edge, edge_var_map={"relay/s": "source", "relay/gain": 1.0}),
    ]
    edges = [
        ("a/op/x", "b/op/u"),
        ("b/op/x", "a/op/u", None, {"weight": 1.0, "delay": 1}),
        ("b/op/x", "p[0]/op/u", edge, {"weight": 0.5}),
    ]
    nodes = {"a": node, "b": other, "c": "model_templates.oscillators.vanderpol.vdp_pop"}
    return CircuitTemplate("c", nodes=nodes, populations={"p": population}, connections=connections, edges=edges)


def main() -> None:
    """Make every call."""
    model = circuit()
    outputs = {"x": "a/op/x"}
    model.run(1.0, 0.1, outputs=outputs, inputs={"c/vdp_op/inp": np.ones(10)})["x"].to_numpy()
    model.run(1, 1, outputs=["a/op/x"], inputs={"c/vdp_op/inp": lambda t: t}, verbose=False)
    integrate(model, simulation_time=1.0, step_size=0.1, outputs=outputs)
    where = {"k": {"vars": ["op/k"], "nodes": ["a"]}, "mu": {"vars": ["vdp_op/mu"], "nodes": ["c"]}}
    grid_search(model, {"k": np.linspace(0, 1, 3), "mu": [1, 2]}, where, 0.1, 1.0, outputs, permute_grid=True)
    model.sweep({"a/op/k": np.linspace(0, 1, 3)}, 1.0, 0.1, outputs=["a/op/x"], reduce="mean")
    model.get_run_func("f", 0.1)
    model.update_var({"a/op/k": 1.0, "p/op/x": np.ones(3)}, [("a/op/x", "b/op/u", {"weight": 2})])
    model.update_template(nodes={"d": "model_templates.oscillators.vanderpol.vdp_pop"})
    model.add_edges_from_matrix("op/x", "op/u", ["a", "b"], weight=np.ones((2, 2)))
    model.compile(step_size=0.1, projections="sparse").run({"a/op/k": 2.0}, {"a/op/x": 2}, simulation_time=1.0)


if __name__ == "__main__":
    main()
