"""What the two guides of TVBO do in tvbo, step by step; run it where tvbo is, it imports nothing of rates.

`define FOLDER` writes the models of the guides; `library FOLDER SOURCE` imports model files of a library of PyRates'
kind and exports them again; `back FOLDER` runs what rates has written. Trajectories stand in `<name>.npy`, a column for
each variable: their first row is the state after the first step.
"""

from __future__ import annotations

import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np

VAN_DER_POL = {"x": ("z", 0.1), "z": ("mu*(1 - x**2)*z - x", 0.1)}
FITZHUGH_NAGUMO = {"v": ("v - v**3/3 - w + I_ext", -1.0), "w": ("(v + a - b*w)/tau", 1.0)}
QIF = {
    "r": ("(Delta/(pi*tau) + 2*r*v)/tau", 0.01),
    "v": ("(v**2 + eta + J*r*tau - (pi*r*tau)**2)/tau", -2.0),
}
BACKENDS = ("tvboptim", "jax")


def dynamics(name: str, states: dict[str, tuple[str, float]], **parameters: float) -> Any:
    """Return a model of tvbo."""
    from tvbo import Dynamics

    return Dynamics(
        name=name,
        parameters={key: {"value": value} for key, value in parameters.items()},
        state_variables={
            key: {"equation": {"rhs": text}, "initial_value": start} for key, (text, start) in states.items()
        },
    )


def run(model: Any, duration: float, step: float, backend: str = "tvboptim") -> np.ndarray:
    """Return a trajectory by Heun's method, which is what tvbo takes where nothing else is said."""
    from tvbo import SimulationExperiment

    experiment = SimulationExperiment(dynamics=model)
    assert str(experiment.integration.method) == "Heun"
    experiment.integration.duration = duration
    experiment.integration.step_size = step
    data = np.asarray(experiment.run(backend).integration.data, dtype=float)
    assert data.ndim == 2  # `data[:, i]` is a variable
    return data


def define(folder: Path) -> None:
    """Define the models of both guides, export them, and run some."""
    models = {
        "vdp": dynamics("VdP", VAN_DER_POL, mu=5.0),
        "fhn": dynamics("FHN", FITZHUGH_NAGUMO, a=0.7, b=0.8, tau=12.5, I_ext=0.5),
        "qif": dynamics("QIF", QIF, tau=1.0, eta=-5.0, J=15.0, Delta=1.0),
    }
    for name, model in models.items():
        model.to_yaml(str(folder / f"{name}.yaml"), format="pyrates")
        model.to_yaml(str(folder / f"{name}.tvbo.yaml"))
    for backend in BACKENDS:
        three = dynamics("VdP", VAN_DER_POL, mu=3.0)
        np.save(folder / f"compared_{backend}.npy", run(three, 50.0, 1e-3, backend))
    for mu in (0.5, 5.0):
        np.save(folder / f"vdp_{mu}.npy", run(dynamics("VdP", VAN_DER_POL, mu=mu), 100.0, 1e-2))


def library(folder: Path, source: Path) -> None:
    """Import a library model, change it, run it and export it again; import three operators of one file together."""
    from tvbo import Dynamics, SimulationExperiment

    model = Dynamics.from_pyrates(str(source / "oscillators" / "vanderpol.yaml"), operator_key="vdp")
    model.parameters["mu"].value = 2.5
    np.save(folder / "library.npy", run(model, 100.0, 1e-2))
    model.to_yaml(str(folder / "library.yaml"), format="pyrates")
    file = source / "neural_mass_models" / "synaptic_plasticity.yaml"
    together = SimulationExperiment.from_pyrates(str(file)).network.dynamics
    assert list(together) == ["tsodyks", "depression", "facilitation"]
    for name, one in together.items():
        one.parameters["r_in"].value = 20.0
        one.to_yaml(str(folder / f"{name}.yaml"), format="pyrates")
        np.save(folder / f"{name}.npy", run(one, 3000.0, 1e-2)[::100])


def back(folder: Path) -> None:
    """Run what rates has written, in both kinds of files."""
    from tvbo import Dynamics

    np.save(folder / "back_pyrates.npy", run(Dynamics.from_pyrates(str(folder / "of_rates.yaml")), 100.0, 1e-2))
    np.save(folder / "back_tvbo.npy", run(Dynamics.from_file(str(folder / "of_rates.tvbo.yaml")), 100.0, 1e-2))


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    stage, *paths = sys.argv[1:]
    {"define": define, "library": library, "back": back}[stage](*map(Path, paths))
