"""Write networks as tvbo does, with what it computes of them; run it where tvbo is, it imports nothing of rates.

`write FOLDER` leaves experiments of 76 regions, `<coupling>.yaml`, whose weights and lengths lie in `net.h5`, with
their trajectories, `<coupling>.npy` of shape (time, variable, region), and a model whose domain is enforced.
`load FOLDER` reads the network `ours.yaml` and leaves its matrices, target by source.
"""

from __future__ import annotations

import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np

REGIONS = 76
STEP = 0.5
#: Of tvbo's database; those that read the target's state, tvboptim 0.4.0 does not run.
COUPLINGS = ("Linear", "HyperbolicTangent", "Sigmoidal", "PreSigmoidal")


def network(folder: Path) -> Any:
    """Return a network whose delays are whole steps, which tvbo rounds them to."""
    from tvbo import Network

    random = np.random.default_rng(76)
    weights = random.random((REGIONS, REGIONS)) * (random.random((REGIONS, REGIONS)) < 0.4)
    np.fill_diagonal(weights, 0.0)
    lengths = STEP * 3.0 * random.integers(1, 100, (REGIONS, REGIONS))
    labels = [f"region {number}" for number in range(REGIONS)]
    found = Network.from_matrix(weights.astype("float32"), lengths=lengths, labels=labels, label="regions")
    found.save(str(folder / "net.yaml"))
    return found


def write(folder: Path) -> None:
    """Write and run experiments."""
    from tvbo import Coupling, Dynamics, SimulationExperiment

    for name in COUPLINGS:
        model, regions = Dynamics.from_db("Generic2dOscillator"), network(folder)  # which takes its first coupling
        experiment = SimulationExperiment(dynamics=model, network=regions, coupling=Coupling.from_db(name))
        experiment.integration.method = "Euler"
        experiment.integration.duration, experiment.integration.step_size = 100.0, STEP
        (folder / f"{name}.yaml").write_text(experiment.to_yaml())
        np.save(folder / f"{name}.npy", np.asarray(experiment.run("tvboptim").integration.data, dtype=float))
    bounded = Dynamics(
        name="Bounded",
        state_variables={
            "x": {
                "equation": {"rhs": "4*cos(3*y) - x"},
                "initial_value": 0.5,
                "domain": {"lo": -0.25, "hi": 1.0, "enforce": "clamp"},
            },
            "y": {"equation": {"rhs": "1 + x/10"}, "initial_value": 0.0},
        },
    )
    bounded.to_yaml(str(folder / "bounded.yaml"))
    experiment = SimulationExperiment(dynamics=bounded)
    experiment.integration.method = "Euler"
    experiment.integration.duration, experiment.integration.step_size = 20.0, 0.01
    np.save(folder / "bounded.npy", np.asarray(experiment.run("tvboptim").integration.data, dtype=float))


def load(folder: Path) -> None:
    """Read the network that rates has written."""
    from tvbo import Network

    found = Network.from_file(str(folder / "ours.yaml"))
    np.save(folder / "weights.npy", np.asarray(found.weights_matrix, dtype=float))
    np.save(folder / "delays.npy", np.asarray(found.calculate_delays(), dtype=float))


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    {"write": write, "load": load}[sys.argv[1]](Path(sys.argv[2]))
