"""Networks made in Python: operators, nodes, edges from matrices, circuits in circuits, updates."""

import numpy as np
from pyrates import CircuitTemplate, NodeTemplate, OperatorTemplate
from pyrates.frontend.template.edge import EdgeTemplate

rng = np.random.default_rng(3)
rate = OperatorTemplate(
    name="rate_op",
    equations=["v' = (-v + s_in + I_ext)/tau", "r = 1/(1 + exp(-v))"],
    variables={"v": "variable(0.1)", "r": "output", "tau": 10.0, "s_in": "input(0.0)", "I_ext": "input(0.0)"},
    path=None,
)
slow = rate.update_template(name="slow_op", path=None, equations={"replace": {"tau": "(2*tau)"}})
fast_node = NodeTemplate(name="fast", path=None, operators=[rate])
slow_node = NodeTemplate(name="slow", path=None, operators={slow: {"tau": 7.0}})
fast_node.update_var(op="rate_op", var="tau", val=5.0)

RESULTS = {
    "equations": slow.equations,
    "variables": sorted(slow.variables),
    "operators": {op.name: values["tau"] for op, values in slow_node.operators.items()},
}
names = [f"p{i}" for i in range(6)]
circuit = CircuitTemplate(name="net", path=None, nodes=dict.fromkeys(names, fast_node))
weights = rng.normal(size=(6, 6))
circuit.add_edges_from_matrix(source_var="rate_op/r", target_var="rate_op/s_in", source_nodes=names, weight=weights)
circuit.update_var(node_vars={"p0/rate_op/tau": 2.0, "all/rate_op/v": np.linspace(-1.0, 1.0, 6)})
RESULTS["edges"] = sorted([edge[0], edge[1], edge[3]["weight"]] for edge in circuit.edges)
RESULTS["nodes"] = circuit.get_nodes(["all"])
run = {"step_size": 1e-2, "float_precision": "float64", "solver": "euler", "verbose": False}
drive = np.outer(np.sin(np.arange(0.0, 10.0, 1e-2)), np.arange(6.0))
RESULTS["net"] = circuit.run(10.0, outputs={"v": "all/rate_op/v"}, clear=True, in_place=False, **run)
RESULTS["driven"] = circuit.run(
    10.0, inputs={"all/rate_op/I_ext": drive}, outputs={"v": "all/rate_op/v"}, clear=True, in_place=False, **run
)

pair = CircuitTemplate(
    name="pair",
    path=None,
    nodes={"a": fast_node, "b": slow_node},
    edges=[
        ("a/rate_op/r", "b/slow_op/s_in", None, {"weight": 2.0}),
        ("b/slow_op/r", "a/rate_op/s_in", None, {"weight": -1.5}),
    ],
)
double = OperatorTemplate("double_op", ["out = 2*inp^2"], {"inp": "input", "out": "output"})
edge = EdgeTemplate("double", [double])
pair.update_var(edge_vars=[("a/rate_op/r", "b/slow_op/s_in", {"weight": 3.0})])
outer = CircuitTemplate(name="outer", circuits={"c1": pair, "c2": pair}, path=None)
outer = outer.update_template(
    edges=[("c1/a/rate_op/r", "c2/b/slow_op/s_in", edge, {"weight": 0.7, "double/double_op/inp": "source"})]
)
RESULTS["outer"] = outer.run(10.0, outputs={"a": "c1/a/rate_op/v", "b": "c2/b/slow_op/v"}, clear=True, **run)
