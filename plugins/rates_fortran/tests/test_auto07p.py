"""Auto-07p runs what is written for it: time integration, equilibria, cycles, homoclinic orbits, boundary values.

Numbers come from closed forms, and from `qif_sfa_default` and `bratu` of the collection of reference values in
`continuation.json`: float64 and mpmath, or Auto-07p itself at several meshes with equations written by hand.
"""

from __future__ import annotations

import math
import os
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rates_core import CircuitTemplate, NodeTemplate, OperatorTemplate

AUTO = Path(os.environ.get("AUTO_DIR", "/usr/lib/auto-07p"))
QIF = "model_templates.neural_mass_models.qif.qif"
SFA = "model_templates.neural_mass_models.qif.qif_sfa"
VAN_DER_POL = "model_templates.oscillators.vanderpol.vdp"
#: what is left of a number in a file with ten digits
PRINTED = 1e-9
TYPES = {1: "BP", 2: "LP", 3: "HB", 4: "", -4: "UZ", 5: "LP", 6: "BP", 7: "PD", 9: "EP", -9: "MX"}


def export(circuit: CircuitTemplate | str, folder: Path, auto: bool | Mapping[str, Any] = True) -> Any:
    """Write the files of a model, as users do."""
    circuit = CircuitTemplate.from_yaml(circuit) if isinstance(circuit, str) else circuit
    return circuit.get_run_func(
        func_name="model_run", file_name=str(folder / "model"), step_size=1e-4, backend="fortran", solver="scipy",
        vectorize=False, float_precision="float64", auto=auto,
    )  # fmt: skip


def change(file: Path, **constants: str) -> None:
    """Change constants in a file, or add them."""
    text = file.read_text()
    for name, value in constants.items():
        text, count = re.subn(rf"\b{name}=(\[.*?\]|{{.*?}}|[^,\n]+)", f"{name}={value}", text)
        text += "" if count else f"{name}={value}\n"
    file.write_text(text)


def run(folder: Path, constants: str) -> list[tuple[str, dict[str, float]]]:
    """Run Auto-07p with a constants file; return type and columns of the labelled points."""
    with (folder / f"c.{constants}").open() as file:
        done = subprocess.run(
            ["make", "-s", "-f", str(AUTO / "cmds" / "cmds.make"), "EQUATION_NAME=model"],
            cwd=folder, stdin=file, env=os.environ | {"AUTO_DIR": str(AUTO)}, capture_output=True, text=True,
            check=True,
        )  # fmt: skip
    assert "Warning" not in done.stdout + done.stderr, done.stdout + done.stderr
    for unit, kind in ((7, "b"), (8, "s"), (9, "d")):
        (folder / f"fort.{unit}").replace(folder / f"{kind}.{constants}")
    return labelled((folder / f"b.{constants}").read_text())


def labelled(text: str) -> list[tuple[str, dict[str, float]]]:
    """Return the labelled points of a bifurcation diagram."""
    points, names = [], []
    for line in text.splitlines():
        if "TY  LAB" in line:
            names = re.split(r"\s{2,}", line.partition("LAB")[2].strip())
        elif not line.startswith("   0") and (cells := line.split())[3] != "0":
            points.append((TYPES[int(math.fmod(int(cells[2]), 10))], cells))
    return [(kind, dict(zip(names, map(number, cells[4:]), strict=True))) for kind, cells in points]


def number(text: str) -> float:
    """Return a number as Fortran writes it, also one whose exponent left no room for its letter."""
    return float(re.sub(r"(?<=\d)([+-]\d{3})$", r"E\1", text))


def of_kind(points: list[tuple[str, dict[str, float]]], kind: str, name: str) -> list[float]:
    """Return the values of a column at all points of a kind."""
    return [values[name] for found, values in points if found == kind]


def equilibria_of_qif(eta: float) -> np.ndarray:
    """Return the rates of all equilibria of the QIF mean field with Delta = tau = 1 and weight 15.

    v = -1/(2 pi r) makes the rate constant, which leaves pi^2 r^4 - 15 r^3 - eta r^2 - 1/(4 pi^2) = 0.
    """
    roots = np.roots([np.pi**2, -15.0, -eta, 0.0, -1 / (4 * np.pi**2)])
    return np.sort(roots[(np.abs(roots.imag) < 1e-9) & (roots.real > 0)].real)


def test_time_integration_ends_where_our_own_run_ends(tmp_path: Path) -> None:
    export(QIF, tmp_path)
    (*_, (kind, end)) = run(tmp_path, "ivp")
    own = CircuitTemplate.from_yaml(QIF).run(
        simulation_time=20.0, step_size=1e-2, outputs={"r": "p/qif_op/r", "v": "p/qif_op/v"}, backend="fortran",
        solver="scipy", rtol=1e-12, atol=1e-13, verbose=False,
    )  # fmt: skip
    # Implicit Euler rests where the equations do, and both have forgotten where they began: a perturbation decays with
    # 2 v = -3.9, to exp(-78) in our run. Newton stops where steps are relatively smaller than EPSU = 1e-8; it converges
    # quadratically, so rounding is left, and Auto-07p prints ten digits.
    assert (kind, end["t"]) == ("UZ", pytest.approx(1000.0, abs=1e-5))
    assert end["r"] == pytest.approx(own["r"].iloc[-1], rel=PRINTED)
    assert end["v"] == pytest.approx(own["v"].iloc[-1], rel=PRINTED)
    assert end["r"] == pytest.approx(equilibria_of_qif(-5.0)[0], rel=PRINTED)


def test_equilibria_of_the_mean_field_fold_where_two_of_them_meet(tmp_path: Path) -> None:
    export(QIF, tmp_path, {"along": "p/qif_op/eta"})
    change(tmp_path / "c.eq", EPSS="1e-9", NMX="100")
    run(tmp_path, "ivp")
    points = run(tmp_path, "eq")
    folds = of_kind(points, "LP", "r")
    # eta(r) = pi^2 r^2 - 15 r - 1/(4 pi^2 r^2) has a zero derivative where 4 pi^4 r^4 - 30 pi^2 r^3 + 1 = 0
    roots = np.roots([4 * np.pi**4, -30 * np.pi**2, 0.0, 0.0, 1.0])
    expected = np.sort(roots[(np.abs(roots.imag) < 1e-12) & (roots.real > 0)].real)
    # Across a fold eta is flat, so r is located to about the root of what eta is located to: EPSS = 1e-9.
    assert folds == pytest.approx(expected, rel=1e-4)
    eta = np.pi**2 * expected**2 - 15 * expected - 1 / (4 * np.pi**2 * expected**2)
    assert of_kind(points, "LP", "eta") == pytest.approx(eta, rel=1e-8)
    assert not of_kind(points, "HB", "r")


def test_adaptation_brings_hopf_points_cycles_and_a_homoclinic_orbit(tmp_path: Path) -> None:
    export(SFA, tmp_path, {"along": "eta"})
    change(tmp_path / "c.eq", EPSS="1e-9", NMX="100")
    run(tmp_path, "ivp")
    points = run(tmp_path, "eq")
    # EPSS is relative; folds and Hopf points of `qif_sfa_default` are known to 15 digits, files hold 10
    assert of_kind(points, "HB", "eta") == pytest.approx([-2.338090885371699, -1.867968148443547], rel=1e-7)
    assert of_kind(points, "LP", "eta") == pytest.approx([-2.237933530871007, -2.636116792824639], rel=1e-7)
    (*_, (kind, cycle)) = run(tmp_path, "lc")
    # a cycle of period 1000 lies exp(-1000 times an eigenvalue) beside the homoclinic orbit, which is known to 7 digits
    assert (kind, cycle["period"]) == ("UZ", pytest.approx(1000.0, rel=1e-5))
    assert cycle["eta"] == pytest.approx(-2.378522, abs=1e-6)


def test_homoclinic_orbits_stay_where_cycles_become_endless(tmp_path: Path) -> None:
    ends = {}
    for weight in (15.0, 15.1):
        folder = tmp_path / f"{weight}"
        folder.mkdir()
        export(SFA, folder, {"along": ["eta", "weight"]})
        change(folder / "c.ivp", PAR=f"{{'weight': {weight}}}")
        change(folder / "c.eq", NMX="100")
        run(folder, "ivp")
        run(folder, "eq")
        ends[weight] = run(folder, "lc")[-1][1]["eta"]
    folder = tmp_path / "15.0"
    change(folder / "c.hom", UZSTOP="{'weight': 15.1}", EPSS="1e-9", DS="-0.01")
    (*_, (kind, orbit)) = run(folder, "hom")
    assert (kind, orbit["weight"]) == ("UZ", pytest.approx(15.1, abs=1e-8))
    # the cycle is that of a period of 1000, the orbit takes 1000 as well, and the meshes of both have 60 intervals
    assert orbit["eta"] == pytest.approx(ends[15.1], abs=1e-5)
    assert abs(ends[15.1] - ends[15.0]) > 1e-2  # it has moved


def test_a_cycle_of_van_der_pol_has_its_period(tmp_path: Path) -> None:
    export(VAN_DER_POL, tmp_path)
    turn = np.linspace(0.0, 2 * np.pi, 101)
    # where mu is small the cycle is a circle of radius 2; Newton makes it one of mu = 0.1
    np.savetxt(tmp_path / "circle.dat", np.column_stack([turn, 2 * np.sin(turn), 2 * np.cos(turn)]))
    change(tmp_path / "c.lc", s="''", IRS="0", UZSTOP="{'mu': 1.0}", EPSS="1e-10", NTST="100")
    change(tmp_path / "c.lc", dat="'circle'", PAR="{'mu': 0.1}")
    (*_, (kind, cycle)) = run(tmp_path, "lc")
    # Collocation with NCOL = 4 has an error of order h^8 at mesh points, and h is 1/100 of the turn. EPSS locates mu to
    # 1e-10, and the period follows with a slope below 1; EPSL and EPSU = 1e-8 stop an iteration that is quadratic, and
    # ten digits are printed.
    assert (kind, cycle["mu"]) == ("UZ", pytest.approx(1.0, abs=1e-9))
    assert cycle["period"] == pytest.approx(6.6632868593231301896996820305, abs=5e-9)


def bratu() -> CircuitTemplate:
    """Return u'' + lambda exp(u) = 0 as two equations."""
    operator = OperatorTemplate(
        name="op", equations=["u' = slope", "slope' = -lam*exp(u)"],
        variables={"u": "output(0.0)", "slope": "variable(0.0)", "lam": 0.0, "middle": 0.0},
    )  # fmt: skip
    return CircuitTemplate(name="bratu", nodes={"p": NodeTemplate(name="rod", operators=[operator])})


def test_boundary_values_are_met_and_solutions_recorded(tmp_path: Path) -> None:
    conditions = {
        "boundary": ["start(p/op/u) = 0", "end(u) = 0"],
        "record": {"top": "maximum(u)", "last": "end(slope)"},
    }
    export(bratu(), tmp_path, conditions)
    change(tmp_path / "c.bvp", EPSS="1e-10", NMX="80")
    points = run(tmp_path, "bvp")
    (fold,) = [values for kind, values in points if kind == "LP"]
    # `bratu` is known to 16 digits. lambda is flat across the fold, and located to the square of EPSS; u is not.
    assert fold["lam"] == pytest.approx(3.51383071912516121, abs=1e-8)
    assert fold["top"] == pytest.approx(1.186842168634389, abs=1e-5)
    # the energy slope^2/2 + lam exp(u) is the same at the end and at the top
    assert fold["last"] ** 2 / 2 + fold["lam"] == pytest.approx(fold["lam"] * np.exp(fold["top"]), rel=1e-6)


def test_integral_conditions_hold_on_average(tmp_path: Path) -> None:
    operator = OperatorTemplate(
        name="op", equations=["x' = a + b*x"], variables={"x": "output(0.0)", "a": 0.0, "b": 0.0}
    )
    line = CircuitTemplate(name="line", nodes={"p": NodeTemplate(name="n", operators=[operator])})
    settings = {
        "boundary": ["start(x) = 0"],
        "integral": ["x = b"],
        "along": ["b", "a"],
        "record": {"mean_x": "mean(x)"},
    }
    export(line, tmp_path, settings)
    change(tmp_path / "c.bvp", NMX="100", UZSTOP="{'b': 1.0}")
    (*_, (_, end)) = run(tmp_path, "bvp")
    # x = a (exp(t) - 1) for b = 1, whose mean is a (e - 2)
    assert end["mean_x"] == pytest.approx(end["b"], abs=1e-8)
    assert end["a"] == pytest.approx(end["b"] / (np.e - 2), abs=1e-7)
