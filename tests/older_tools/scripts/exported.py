"""Van der Pol's oscillator defined in tvbo, and run by its backend for PyRates; it needs tvbo."""

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


coarse, fine = ran(1e-2), ran(1e-3)
RESULTS = {
    "shape": list(coarse.data.shape),
    "time": np.asarray(coarse.time),
    "x": np.asarray(coarse.data).reshape(len(coarse.time), -1)[:, 0],
    "fine": np.asarray(fine.data).reshape(len(fine.time), -1)[::10, 0],
    "installed": any(str(one.metadata["Name"]).casefold() == "pyrates" for one in distributions()),
}
