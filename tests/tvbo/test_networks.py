"""Networks that tvbo writes, with matrices in HDF5: rates computes what tvbo does, and tvbo reads what rates writes."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from rates_tvbo import Experiment, read_experiment
from rates_tvbo.writer import write

from rates_core import OmissionWarning

Program = Callable[..., None]

COUPLINGS = ("Linear", "HyperbolicTangent", "Sigmoidal", "PreSigmoidal")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, in_tvbo: Program) -> Path:
    folder = tmp_path_factory.mktemp("networks")
    in_tvbo("record_networks.py", "write", folder)
    return folder


def quietly(path: Path) -> Experiment:
    """Return an experiment; what is left out is tested elsewhere."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", OmissionWarning)
        return read_experiment(path)


@pytest.mark.parametrize("coupling", COUPLINGS)
def test_a_network_of_76_regions_with_delays_runs_as_in_tvbo(folder: Path, coupling: str) -> None:
    experiment, theirs = quietly(folder / f"{coupling}.yaml"), np.load(folder / f"{coupling}.npy")
    assert experiment.settings == {"solver": "euler", "simulation_time": 100.0, "step_size": 0.5}
    assert len({edge.delay for edge in experiment.circuit.edges}) > 50
    outputs = {name: f"all/Generic2dOscillator_op/{name}" for name in "VW"}
    table = experiment.run(simulation_time=100.5, outputs=outputs, verbose=False)  # tvbo's rows begin after a step
    for place, name in enumerate("VW"):
        ours = table[name].to_numpy()[1:]
        assert ours.shape == (200, 76)
        assert abs(ours - theirs[:, place]).max() <= 1e-12 * max(1.0, abs(theirs[:, place]).max()), name


def test_a_domain_that_tvbo_enforces_is_kept_as_in_tvbo(folder: Path) -> None:
    circuit = quietly(folder / "bounded.yaml").circuit
    outputs = {name: f"p/Bounded_op/{name}" for name in "xy"}
    ours = circuit.run(20.01, 0.01, outputs=outputs, verbose=False).to_numpy()[1:]
    theirs = np.load(folder / "bounded.npy")
    assert (theirs[:, 0].min(), theirs[:, 0].max()) == (-0.25, 1.0)
    assert abs(ours - theirs).max() <= 1e-10


def test_tvbo_reads_the_weights_and_delays_that_rates_writes(folder: Path, in_tvbo: Program) -> None:
    circuit = quietly(folder / "Linear.yaml").circuit
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", OmissionWarning)
        write(circuit, folder / "ours.yaml")
    in_tvbo("record_networks.py", "load", folder)
    weights, delays = np.load(folder / "weights.npy"), np.load(folder / "delays.npy")
    places = {f"region_{number}": number for number in range(76)}
    expected = np.zeros((76, 76))
    for edge in circuit.edges:
        target, source = (places[path.split("/")[0]] for path in (edge.target, edge.source))
        expected[target, source] = edge.weight
        assert delays[target, source] == edge.delay
    assert (weights == expected).all()
