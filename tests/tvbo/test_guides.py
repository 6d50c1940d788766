"""The two guides of TVBO, step by step: a model that goes to and fro, and sweeps of its parameters.

`follow_guides.py` does what they do in tvbo. tvbo's rows begin after the first step, those of rates at the start.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import rates_models
from rates_tvbo.writer import write

from rates_core import CircuitTemplate, NodeTemplate, OperatorTemplate, grid_search

Program = Callable[..., None]

LIBRARY = Path(rates_models.__file__).parent / "model_templates"
VAN_DER_POL = "model_templates.oscillators.vanderpol.vdp"
BOTH = {"x": "p/VdP_op/x", "z": "p/VdP_op/z"}
#: Both take the same steps of Heun's method, in another order of sums and products; attracting orbits forget rounding.
EQUAL = 1e-10


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, in_tvbo: Program) -> Path:
    """Return a folder where tvbo has done its part of both guides."""
    folder = tmp_path_factory.mktemp("guides")
    in_tvbo("follow_guides.py", "define", folder)
    in_tvbo("follow_guides.py", "library", folder, LIBRARY)
    return folder


def heun(circuit: CircuitTemplate, duration: float, step: float, outputs: dict[str, str]) -> np.ndarray:
    """Return a trajectory with tvbo's rows: those after each step."""
    table = circuit.run(duration + step, step, solver="heun", outputs=outputs, verbose=False)
    return table[list(outputs)].to_numpy()[1:]


def of_tvbo(folder: Path, name: str) -> np.ndarray:
    return np.load(folder / f"{name}.npy")


# The first guide


def test_a_model_of_tvbo_runs_with_runge_kutta(folder: Path) -> None:
    circuit = CircuitTemplate.from_yaml(folder / "vdp.yaml")
    assert circuit.get_var("p/VdP_op/mu") == 5.0
    table = circuit.run(100.0, 1e-2, solver="scipy", method="RK45", outputs=BOTH, verbose=False)
    assert table.shape == (10000, 2)
    x, t = table["x"].to_numpy(), table.index.to_numpy()
    rising = [place for place in range(5000, 9999) if x[place] < 0.0 <= x[place + 1]]
    zeros = [t[k] - x[k] * (t[k + 1] - t[k]) / (x[k + 1] - x[k]) for k in rising]
    # the period at mu = 5, which rates-continuation is tested with too; RK45 at rtol 1e-6, and a line between rows
    assert np.diff(zeros) == pytest.approx(11.6122306677, abs=2e-3)


def test_it_is_the_same_model_in_both_files_that_tvbo_writes(folder: Path) -> None:
    native = CircuitTemplate.from_file(folder / "vdp.tvbo.yaml", format="tvbo")
    exported = CircuitTemplate.from_yaml(folder / "vdp.yaml")
    both = [heun(circuit, 100.0, 1e-2, BOTH) for circuit in (native, exported)]
    assert abs(both[0] - both[1]).max() <= EQUAL
    assert abs(both[0] - of_tvbo(folder, "vdp_5.0")).max() <= EQUAL


@pytest.mark.parametrize("backend", ["tvboptim", "jax"])
def test_trajectories_of_both_are_equal(folder: Path, backend: str) -> None:
    circuit = CircuitTemplate.from_yaml(folder / "vdp.yaml").update_var(node_vars={"p/VdP_op/mu": 3.0})
    ours, theirs = heun(circuit, 50.0, 1e-3, BOTH), of_tvbo(folder, f"compared_{backend}")
    assert ours.shape == theirs.shape == (50000, 2)
    assert abs(ours - theirs).max() <= EQUAL


def test_a_library_model_is_changed_in_both_and_comes_back(folder: Path) -> None:
    ours = CircuitTemplate.from_yaml(VAN_DER_POL).update_var(node_vars={"p/vdp_op/mu": 2.5})
    outputs = {"x": "p/vdp_op/x", "z": "p/vdp_op/z"}
    theirs = of_tvbo(folder, "library")
    assert abs(heun(ours, 100.0, 1e-2, outputs) - theirs).max() <= EQUAL
    exported = CircuitTemplate.from_yaml(folder / "library.yaml")
    assert exported.get_var("p/vdp_op/mu") == 2.5
    assert abs(heun(exported, 100.0, 1e-2, outputs) - theirs).max() <= EQUAL


def test_tvbo_runs_what_rates_writes(folder: Path, in_tvbo: Program) -> None:
    circuit = CircuitTemplate.from_file(folder / "vdp.tvbo.yaml").update_var(node_vars={"p/VdP_op/mu": 2.5})
    write(circuit, folder / "of_rates.tvbo.yaml")
    # of files of PyRates, tvbo reads operators with their own values, and nothing that nodes and circuits change
    operator = circuit.nodes["p"].operators[0][0].update_template(variables={"mu": 2.5})
    CircuitTemplate("VdP_circuit", {"p": NodeTemplate("VdP", [operator])}).to_yaml(folder / "of_rates.yaml")
    in_tvbo("follow_guides.py", "back", folder)
    ours = heun(circuit, 100.0, 1e-2, BOTH)
    for kind in ("pyrates", "tvbo"):
        assert abs(of_tvbo(folder, f"back_{kind}") - ours).max() <= EQUAL, kind


#: Where the states of each operator rest with r_in = 20, by its equations with the derivatives set to 0.
REST = {
    "tsodyks": {"x": 0.01 / (0.01 + 0.1 * (12.003 / 12.005) * 20.0), "u": 12.003 / 12.005},
    "depression": {"x": 0.01 / (0.01 + 20.0)},
    "facilitation": {"u": (0.2 / 100.0 + 0.2 * 20.0) / (1 / 100.0 + 0.2 * 20.0)},
}


def test_the_rests_of_plasticity_are_those_of_the_guide() -> None:
    assert {key: round(value, 6) for key, value in REST["tsodyks"].items()} == {"x": 0.004976, "u": 0.999833}


@pytest.mark.parametrize("name", REST)
def test_operators_of_plasticity_that_were_imported_together_come_to_rest(folder: Path, name: str) -> None:
    circuit = CircuitTemplate.from_yaml(folder / f"{name}.yaml")
    assert circuit.get_var(f"p/{name}_op/r_in") == 20.0
    outputs = {key: f"p/{name}_op/{key}" for key in (*REST[name], "r_eff")}
    run = {"solver": "heun", "outputs": outputs, "verbose": False}
    ours = circuit.run(3000.0 + 1e-2, 1e-2, **run)[list(outputs)].to_numpy()
    states, theirs = len(REST[name]), of_tvbo(folder, name)
    assert abs(ours[1::100, :states] - theirs[:, :states]).max() <= EQUAL
    # beside the states after a step, tvbo records what is derived from those before it
    assert abs(ours[:-1:100, states] - theirs[:, states]).max() <= EQUAL
    assert ours[-1, :states] == pytest.approx(list(REST[name].values()), rel=1e-9)


def test_the_imported_operators_are_those_of_the_library(folder: Path) -> None:
    for name in REST:
        library = OperatorTemplate.from_yaml(f"{LIBRARY}/neural_mass_models/synaptic_plasticity/{name}_op")
        ours = CircuitTemplate(name, {"p": NodeTemplate("plasticity", [library])})
        exported = CircuitTemplate.from_yaml(folder / f"{name}.yaml")
        outputs = {"r_eff": f"p/{name}_op/r_eff"}
        both = [
            heun(one.update_var(node_vars={f"p/{name}_op/r_in": 20.0}), 50.0, 1e-2, outputs) for one in (ours, exported)
        ]
        assert abs(both[0] - both[1]).max() <= EQUAL, name


# The guide to parameters


def test_a_sweep_of_damping_has_the_columns_of_the_guide(folder: Path) -> None:
    values = [0.5, 1.0, 2.0, 3.0, 4.0, 5.0]
    table, points = grid_search(
        CircuitTemplate.from_yaml(folder / "vdp.yaml"),
        {"mu": values},
        {"mu": {"vars": ["VdP_op/mu"], "nodes": ["p"]}},
        step_size=1e-2,
        simulation_time=100.0,
        outputs=BOTH,
        solver="heun",
        verbose=False,
    )
    assert table.shape == (10000, 12)
    assert table.columns[0] == ("x", "VdP_circuit_0", "p", "VdP_op/x")
    assert set(table.columns.get_level_values(0)) == {"x", "z"}
    assert list(points.index) == [f"VdP_circuit_{number}" for number in range(6)]
    assert points["mu"].tolist() == values
    for number, mu in ((0, 0.5), (5, 5.0)):
        theirs = of_tvbo(folder, f"vdp_{mu}")
        for column, name in enumerate("xz"):
            ours = table[(name, f"VdP_circuit_{number}", "p", f"VdP_op/{name}")].to_numpy()
            assert abs(ours[1:] - theirs[:-1, column]).max() <= EQUAL


def amplitudes(table: pd.DataFrame, points: pd.DataFrame) -> pd.Series:
    """Return how far v goes up and down in the second half, by point."""
    v = table["v"].iloc[len(table) // 2 :]
    spans = (v.max() - v.min()).to_numpy()
    return pd.Series(spans, points.index)


def test_a_grid_of_two_parameters_is_the_same_as_one_sweep_and_as_five(folder: Path) -> None:
    circuit = CircuitTemplate.from_yaml(folder / "fhn.yaml")
    a, current = np.linspace(0.3, 1.1, 5), np.linspace(0.0, 1.0, 5)
    where = {name: {"vars": [f"FHN_op/{name}"], "nodes": ["p"]} for name in ("a", "I_ext")}
    run = {
        "step_size": 0.05,
        "simulation_time": 400.0,
        "outputs": {"v": "p/FHN_op/v"},
        "solver": "heun",
        "verbose": False,
    }
    table, points = grid_search(circuit, {"a": a, "I_ext": current}, where, permute_grid=True, **run)
    assert table.shape == (8000, 25)
    heat = points.assign(amplitude=amplitudes(table, points)).pivot(index="a", columns="I_ext", values="amplitude")
    rows = {}
    for value in a:
        one = circuit.update_var(node_vars={"p/FHN_op/a": value})
        part, row = grid_search(one, {"I_ext": current}, {"I_ext": where["I_ext"]}, **run)
        rows[value] = pd.Series(amplitudes(part, row).to_numpy(), row["I_ext"].to_numpy())
    assert heat.to_numpy() == pytest.approx(pd.DataFrame(rows).T.to_numpy(), abs=1e-12)
    # there are cycles where the equilibrium is unstable: its trace is positive (and its determinant anyhow)
    for value, line in heat.iterrows():
        for drive, amplitude in line.items():
            trace = 1.0 - equilibrium(float(value), float(drive)) ** 2 - 0.8 / 12.5
            if abs(trace) > 0.25:  # near the Hopf points runs are slow, and cycles live beside a stable equilibrium
                assert (amplitude > 1.0) == (trace > 0.0), (value, drive)
    assert 0 < (heat > 1.0).to_numpy().sum() < 25


def equilibrium(a: float, current: float) -> float:
    """Return v of the only equilibrium: v - v^3/3 - (v + a)/b + I = 0 at b = 0.8."""
    roots = np.roots([-1 / 3, 0.0, 1.0 - 1 / 0.8, current - a / 0.8])
    (real,) = (root.real for root in roots if abs(root.imag) < 1e-9)
    return float(real)


def test_a_sweep_of_eta_shows_the_jump_of_the_mean_field(folder: Path) -> None:
    eta = np.linspace(-10.0, 5.0, 30)
    table, points = grid_search(
        CircuitTemplate.from_yaml(folder / "qif.yaml"),
        {"eta": eta},
        {"eta": {"vars": ["QIF_op/eta"], "nodes": ["p"]}},
        step_size=1e-2,
        simulation_time=50.0,
        outputs={"r": "p/QIF_op/r"},
        solver="heun",
        verbose=False,
    )
    assert table.shape == (5000, 30)
    assert points["eta"].tolist() == eta.tolist()
    last = table.iloc[-1].to_numpy()
    # Equilibria of Montbrio, Pazo and Roxin (2015), equation 12: v = -Delta/(2 pi r), and eta = (pi r)^2 - J r - v^2.
    # Started low, the rate rests on the lower branch up to its fold, the first maximum of eta(r).
    r = np.linspace(1e-3, 0.5, 200_000)
    lower = (np.pi * r) ** 2 - 15.0 * r - (1.0 / (2 * np.pi * r)) ** 2
    fold = lower.max()
    jump = int(np.diff(last).argmax())
    assert eta[jump] < fold < eta[jump + 1]
    assert np.diff(last)[jump] > 1.0
    assert all(other < 0.5 for place, (one, two) in enumerate(pairwise(last)) if place != jump for other in [two - one])
    branch = r[: lower.argmax()]
    resting = np.interp(eta[: jump + 1], lower[: lower.argmax()], branch)
    assert last[: jump + 1] == pytest.approx(resting, abs=2e-3)
