"""Populations joined by matrices, plain and by equations of edges."""

import numpy as np
from pyrates import CircuitTemplate, Connectivity, EdgeTemplate, NodeTemplate, OperatorTemplate, PopulationTemplate

rng = np.random.default_rng(5)
phase = OperatorTemplate(
    "phase_op", ["theta' = omega + s_in"], {"theta": "output(0.0)", "omega": 1.0, "s_in": "input(0.0)"}
)
node = NodeTemplate("phase", [phase])
theta = rng.uniform(0.0, 2 * np.pi, 8)
weights = rng.uniform(0.0, 0.5, (8, 8))
sine = OperatorTemplate(
    "sin_op", ["s = sin(theta_s - theta_t)"], {"theta_s": "input", "theta_t": "input", "s": "output"}
)
RESULTS = {}
for name, edge, mapped in (
    ("plain", None, None),
    ("sine", EdgeTemplate("sin_edge", [sine]), {"theta_s": "source", "theta_t": "e/phase_op/theta"}),
):
    population = PopulationTemplate(
        name="e", node=node, n=8, params={"phase_op/theta": theta, "phase_op/omega": np.linspace(0.5, 1.5, 8)}
    )
    connection = Connectivity(
        source="e/phase_op/theta", target="e/phase_op/s_in", weights=weights, edge=edge, edge_var_map=mapped
    )
    circuit = CircuitTemplate(name="net", populations={"e": population}, connections=[connection])
    RESULTS[name] = circuit.run(
        simulation_time=2.0, step_size=1e-2, outputs={"theta": "e/phase_op/theta"}, solver="euler",
        float_precision="float64", clear=True, verbose=False,
    ).to_numpy()  # fmt: skip
