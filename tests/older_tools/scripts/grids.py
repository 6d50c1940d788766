"""Grids of parameters of nodes and edges, linear and permuted."""

import numpy as np
import pandas as pd
from pyrates import CircuitTemplate
from pyrates.utility import adapt_circuit, grid_search, linearize_grid

common = {"step_size": 1e-3, "simulation_time": 5.0, "sampling_step_size": 1e-1, "verbose": False, "clear": True}
common["float_precision"] = "float64"
nodes = {
    "mu": {"vars": ["vdp_op/mu"], "nodes": ["p"]},
    "start": {"vars": ["vdp_op/x"], "nodes": ["p"]},
}
path = "model_templates.oscillators.vanderpol.vdp"
RESULTS = {}
for permute in (False, True):
    RESULTS[f"nodes {permute}"] = grid_search(
        path,
        param_grid={"mu": np.linspace(0.5, 2.0, 3), "start": np.asarray([0.1, 1.0, 2.0])},
        param_map=nodes,
        outputs={"x": "p/vdp_op/x", "z": "p/vdp_op/z"},
        permute_grid=permute,
        **common,
    )
RESULTS["one"] = grid_search(
    CircuitTemplate.from_yaml(path),
    param_grid=pd.DataFrame({"mu": [0.5, 1.0, 5.0]}),
    param_map=nodes,
    outputs={"x": "p/vdp_op/x"},
    **common,
)
RESULTS["edges"] = grid_search(
    "model_templates.neural_mass_models.jansenrit.JRC",
    param_grid={"w": [100.0, 135.0], "v": [20.0, 40.0]},
    param_map={
        "w": {"vars": ["weight"], "edges": [("pc/pro/m", "ein/rpo_e/m_in"), ("pc/pro/m", "iin/rpo_e/m_in")]},
        "v": {"vars": ["weight"], "edges": [("iin/pro/m", "pc/rpo_i/m_in")]},
    },
    outputs={"v": "ein/rpo_e/v"},
    step_size=1e-4,
    simulation_time=0.1,
    float_precision="float64",
    verbose=False,
)
RESULTS["linear"] = linearize_grid({"a": [1.0, 2.0], "b": [3.0, 4.0], "c": [5.0, 6.0, 7.0]}, permute=True)
adapted = adapt_circuit(path, {"mu": 3.0}, nodes)
RESULTS["adapted"] = adapted.run(2.0, 1e-3, outputs={"x": "p/vdp_op/x"}, float_precision="float64", verbose=False)
