"""Oscillators defined in tvbo, run by its backend for PyRates and followed by that for PyCoBi; it needs tvbo."""

from importlib.metadata import distributions

import numpy as np
from tvbo import Dynamics, SimulationExperiment


def ran(step_size):
    oscillator = Dynamics(
        name="VdP",
        parameters={"mu": {"value": 5.0}},
        state_variables={
            "x": {"equation": {"rhs": "z"}, "initial_value": 2.0},
            "z": {"equation": {"rhs": "mu*(1 - x**2)*z - x"}, "initial_value": 0.0},
        },
    )
    experiment = SimulationExperiment(
        dynamics=oscillator, integration={"method": "Heun", "step_size": step_size, "duration": 20.0}
    )
    return experiment.run("pyrates").integration


def followed():
    neuron = Dynamics(
        name="FHN",
        parameters={name: {"value": value} for name, value in {"I": 0.0, "a": 0.7, "b": 0.8, "eps": 0.08}.items()},
        state_variables={
            "v": {"equation": {"rhs": "v - v**3/3 - w + I"}, "initial_value": -1.2},
            "w": {"equation": {"rhs": "eps*(v + a - b*w)"}, "initial_value": -0.6},
        },
    )
    current = {"I": {"name": "I", "domain": {"lo": -0.5, "hi": 2.0}}}
    cycles = {"source_point": "hopf:0", "continuation": {"name": "cycles", "max_steps": 100}}
    along = {"name": "along", "free_parameters": current, "bothside": True, "branches": {"cycles": cycles}}
    experiment = SimulationExperiment(dynamics=neuron, continuations={"along": along})
    return experiment.run("pyrates-bifurcation").continuations["along"]


coarse, fine, branch = ran(1e-2), ran(1e-3), followed()
RESULTS = {
    "shape": list(coarse.data.shape),
    "time": np.asarray(coarse.time),
    "x": np.asarray(coarse.data).reshape(len(coarse.time), -1)[:, 0],
    "fine": np.asarray(fine.data).reshape(len(fine.time), -1)[::10, 0],
    "Hopf": branch.df.loc[branch.df["specialpoint"] == "hopf", ["param", "v", "w"]].to_numpy(dtype=float),
    "cycles": [len(each.df) for each in branch.periodic_orbits],
    "installed": any(str(one.metadata["Name"]).casefold() == "pyrates" for one in distributions()),
}
