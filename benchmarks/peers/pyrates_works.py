"""Works in PyRates, which builds a model anew at each run."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

import numpy as np
from pyrates import CircuitTemplate, NodeTemplate, OperatorTemplate, grid_search
from work import main  # type: ignore[import-not-found]  # beside this script

QUIET = {"verbose": False, "clear": False, "in_place": False}


def qif(signal: Any, step: float) -> Any:
    """Step through the QIF mean field."""
    circuit = CircuitTemplate.from_yaml("model_templates.neural_mass_models.qif.qif")
    inputs, outputs = {"p/qif_op/I_ext": signal}, {"r": "p/qif_op/r"}
    time = len(signal) * float(step)
    found = circuit.run(time, float(step), inputs=inputs, outputs=outputs, solver="euler", **QUIET)
    return found["r"].to_numpy(), None


def _columns(equations: Any, parameters: Any, values: Any, weights: Any, **edge: Any) -> Any:
    names = [f"p{number}" for number in range(len(weights))]
    variables = {f"y{number}": "variable(0.0)" for number in range(6)} | {"S1": "output(0.0)", "u": "input(0.0)"}
    variables |= {"S2": "variable(0.0)", "S3": "variable(0.0)"}
    variables |= dict(zip(parameters.tolist(), values.tolist(), strict=True))
    operator = OperatorTemplate("jr", equations=equations.tolist(), variables=variables, path=None)
    node = NodeTemplate("column", operators=[operator], path=None)
    circuit = CircuitTemplate("columns", nodes=dict.fromkeys(names, node), path=None)
    circuit.add_edges_from_matrix("jr/S1", "jr/u", source_nodes=names, weight=weights, edge_attr=edge or None)
    return circuit


def columns(equations: Any, parameters: Any, values: Any, weights: Any, step: float, steps: int, **edge: Any) -> Any:
    """Step through a network of cortical columns."""
    circuit = _columns(equations, parameters, values, weights, **edge)
    outputs = {"y1": "p0/jr/y1"}
    found = circuit.run(float(step) * int(steps), float(step), outputs=outputs, solver="euler", **QUIET)
    return found["y1"].to_numpy(), None


def delayed_columns(delays: Any, step: float, **given: Any) -> Any:
    """Step through that network with a delay per connection."""
    return columns(step=step, delay=delays * float(step), **given)


def forced(omega: Any, weight: Any, mu: float, end: float, sampling: float, rtol: float, atol: float) -> Any:
    """Sweep over a forced van der Pol oscillator."""
    nodes = {"p": "model_templates.oscillators.vanderpol.vdp_pop", "k": "model_templates.oscillators.kuramoto.sin_pop"}
    edges = [("k/sin_op/s", "p/vdp_op/inp", None, {"weight": 1.0})]
    circuit = CircuitTemplate("forced", nodes=nodes, edges=edges)
    circuit.update_var(node_vars={"p/vdp_op/mu": float(mu)})
    where = {
        "omega": {"vars": ["phase_op/omega"], "nodes": ["k"]},
        "J": {"vars": ["weight"], "edges": [("k/sin_op/s", "p/vdp_op/inp")]},
    }
    found, points = grid_search(
        circuit, {"omega": omega, "J": weight}, where, step_size=float(sampling), simulation_time=float(end),
        outputs={"x": "p/vdp_op/x"}, permute_grid=False, solver="scipy", method="DOP853", rtol=float(rtol),
        atol=float(atol), verbose=False,
    )  # fmt: skip
    return np.stack([found["x"][name].to_numpy().ravel() for name in points.index]), None


if __name__ == "__main__":
    main(version("pyrates"), {"qif": qif, "columns": columns, "delayed_columns": delayed_columns, "forced": forced})
