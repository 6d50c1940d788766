"""Couplings of each form: rates computes what tvbo does, and what rates writes of them is read, and computed, again."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from pathlib import Path
from textwrap import indent

import numpy as np
import pytest
from rates_core.errors import RatesError
from rates_tvbo import read_experiment
from rates_tvbo.reader import read
from rates_tvbo.writer import write

from rates_core import OmissionWarning

Program = Callable[..., None]

SOURCES = (
    "names of states", "names with an index", "a sigmoid of two states", "another state than the first",
    "two components", "two components of two states", "two components without delay", "one for two inputs",
    "two for two inputs",
)  # fmt: skip
#: What tvbo 0.5.3 with tvboptim 0.4.0 does not run as the file says: it passes over 'source' of inputs, and refuses
#: single terms without delay.
NOT_AGAIN = ("one for two inputs", "two components without delay")
TARGETS = (
    "a difference", "states of both ends", "local states alone", "a target after the sum", "sums that are joined",
    "one term without delay", "that of the database", "no coupling",
)  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, in_tvbo: Program, in_older_tvbo: Program) -> Path:
    folder = tmp_path_factory.mktemp("couplings")
    in_tvbo("record_couplings.py", "sources", folder)
    in_tvbo("record_couplings.py", "files", folder)
    in_older_tvbo("record_couplings.py", "targets", folder)
    return folder


def deviation(path: Path, theirs: Path, nodes: int = 3) -> float:
    """Return how far what rates computes of an experiment is from what tvbo does."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", OmissionWarning)  # what is left out is tested elsewhere
        experiment = read_experiment(path)
    outputs = {name: f"all/two_op/{name}" for name in "xy"}
    table = experiment.run(simulation_time=10.5, outputs=outputs, verbose=False)  # tvbo's rows begin after a step
    trajectory = np.load(theirs)
    assert trajectory.shape == (20, 2, nodes)
    return float(max(abs(table[name].to_numpy()[1:] - trajectory[:, place]).max() for place, name in enumerate("xy")))


@pytest.mark.parametrize("case", [*SOURCES, *TARGETS])
def test_a_coupling_is_computed_as_in_tvbo_and_comes_back_equal(folder: Path, case: str, tmp_path: Path) -> None:
    path = folder / f"{case}.yaml"
    assert deviation(path, path.with_suffix(".npy")) <= 1e-13  # states are of the order of 1, and steps are twenty
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", OmissionWarning)
        circuit = read(path)
    write(circuit, tmp_path / "again.yaml")
    assert read(tmp_path / "again.yaml") == circuit


@pytest.mark.parametrize(("case", "nodes"), [("a folder of BIDS", 84), ("a matrix of text", 3), ("stimuli", 3)])
def test_networks_in_files_and_stimuli_are_computed_as_in_tvbo(folder: Path, case: str, nodes: int) -> None:
    path = folder / f"{case}.yaml"
    assert deviation(path, path.with_suffix(".npy"), nodes) <= 1e-12  # sums of up to 84 terms


#: Experiments of tvbo's database that rates refuses, and why: most leave a model, or a part of it, to the database.
NOT_READ = {
    **{
        f"{kind}/{name}": f"Its equations are those of 'tvbo:{re.split('[-_]', name)[0]}' in tvbo's database"
        for kind, name in [
            ("bifurcation", "JansenRit-bifurcation"), ("neuroml", "Epileptor2D_LEMS"),
            ("neuroml", "Generic2dOscillator_LEMS"), ("neuroml", "JansenRit_LEMS"), ("neuroml", "WilsonCowan_LEMS"),
        ]
    },
    "Stimulation_Bayesian_Inference": "Nothing in the file is called 'local_coupling'",
    "Hopf_Pareto_ParallelOpt": "It is made by a program (callable)",
}  # fmt: skip


def test_experiments_of_the_database_load_or_are_refused_for_what_is_elsewhere(folder: Path) -> None:
    experiments = folder / "database" / "experiments"
    read_ones = 0
    for path in sorted(experiments.rglob("*.yaml")):
        name = str(path.relative_to(experiments).with_suffix(""))
        if name in NOT_READ:
            with pytest.raises(RatesError) as caught:
                read_experiment(path)
            assert NOT_READ[name] in str(caught.value), name
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", OmissionWarning)
            experiment = read_experiment(path)
        nodes = 84 if "Optimization" in name else 4 if "RateML" in name else 1
        assert len(experiment.circuit.nodes) == nodes, name
        read_ones += 1
    assert read_ones == 11


def test_tvbo_computes_the_same_of_what_rates_writes(folder: Path, in_tvbo: Program, tmp_path: Path) -> None:
    cases = [case for case in SOURCES if case not in NOT_AGAIN]
    for case in cases:
        source = folder / f"{case}.yaml"
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", OmissionWarning)
            write(read(source), tmp_path / "network.yaml")
        # tvbo has no delay (NaN) of nodes that are not connected, and cannot run that; lengths it can
        network = re.sub(r"delay:(\s+value:) (.*)", lambda at: f"length:{at[1]} {3.0 * float(at[2])}",
                         (tmp_path / "network.yaml").read_text())  # fmt: skip
        # tvbo runs an experiment, whose dynamics are those of all nodes
        settings = source.read_text().partition("integration:")[2]
        written = network[network.index("  two:") : network.index("\nnodes:")].replace("  two:", "dynamics:", 1)
        dynamics = written.replace("\n  ", "\n")
        text = f"id: 1\n{dynamics}\nnetwork:\n{indent(network, '  ')}integration:{settings}"
        (tmp_path / f"{case}.yaml").write_text(text)
    in_tvbo("record_couplings.py", "run", tmp_path, *cases)
    for case in cases:
        ours, theirs = np.load(tmp_path / f"{case}.npy"), np.load(folder / f"{case}.npy")
        assert abs(ours - theirs).max() <= 1e-13, case
