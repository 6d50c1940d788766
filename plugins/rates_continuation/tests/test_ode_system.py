"""The calls of PyCoBi give the numbers of rates-continuation, of closed forms and of independent programs."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from rates_continuation import Continuation, ODESystem, codim2_search, continue_period_doubling_bf
from rates_continuation.ode_system.constants import MEANT, REFUSED, SILENT
from rates_core.errors import ArgumentError, PluginError, SimulationError, UnknownNameError, UnsupportedFeatureError
from rates_core.testing.parts import single

from rates_core import CircuitTemplate

REFERENCE = json.loads((Path(__file__).parent / "reference.json").read_text(encoding="utf-8"))
QIF = "model_templates.neural_mass_models.qif.qif_sfa"
ETA, ALPHA, R = "p/qif_sfa_op/eta", "p/qif_sfa_op/alpha", "p/qif_sfa_op/r"
KNOWN = REFERENCE["qif_sfa_default"]
RHO = "p/op/rho"


def lorenz(rho: float) -> CircuitTemplate:
    """Return Lorenz' equations near their attractor."""
    equations = ["x' = sigma*(y - x)", "y' = x*(rho - z) - y", "z' = x*y - beta*z"]
    states = {"x": "output(1.0)", "y": "variable(2.0)", "z": f"variable({rho})"}
    return single(equations, **states, sigma=10.0, rho=rho, beta=8 / 3)  # type: ignore[arg-type]


def labels(table: pd.DataFrame) -> list[str]:
    """Return the labels of a table but for those of regular points."""
    return [str(label) for label in table["bifurcation"] if label != "RG"]


@pytest.fixture(scope="module")
def qif() -> ODESystem:
    """Return the QIF model with its equilibria, its cycles and its folds in two parameters."""
    ode = ODESystem.from_yaml(QIF)
    settled = ode.run(c="ivp", name="time", UZR={14: 100.0}, NMX=200)[1]
    ode.run(settled, "EP2", ICP="eta", RL0=-10.0, RL1=5.0, bidirectional=True, name="eta", UZR={"eta": [-2.5]})
    ode.run("eta", "HB2", IPS=2, ICP=[ETA, 11], RL0=-6.0, RL1=3.0, UZR={11: 80.0}, STOP={"LP1"}, name="cycles")
    ode.run("eta", "LP1", ICP=["eta", "alpha"], ISW=2, bidirectional=True, UZSTOP={"alpha": [0.0, 2.0]}, name="folds")
    return ode


@pytest.fixture(scope="module")
def branch() -> Any:
    return Continuation(QIF).equilibria(ETA, bounds=(-10.0, 5.0))


def test_a_run_in_time_is_that_of_the_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    ode = ODESystem(working_dir=None, auto_dir="/nowhere", init_cont=False)
    table, curve = ode.run(
        e="qif_sfa", c="ivp", name="time", DS=1e-4, NMX=1000, UZR={14: 5.0}, STOP={"UZ1"}
    )  # as users of PyCoBi write it
    known = CircuitTemplate.from_yaml(QIF).run(5.002, 1e-3, outputs={"r": R}, solver="rk4", verbose=False)["r"]
    np.testing.assert_allclose(table[R, 0], np.interp(table["t"], known.index, known), rtol=1e-5)
    assert table[R, 0].iloc[-1] == pytest.approx(known.iloc[5000], rel=1e-8)
    assert table["t"].iloc[-1] == 5.0
    assert (labels(table), len(table), curve.what) == (["EP", "UZ"], 1001, "time")
    assert (os.getcwd(), list(tmp_path.iterdir())) == (str(tmp_path), [])


@pytest.mark.parametrize(("stop", "end"), [({"STOP": ["UZ1"]}, 2.0), ({"UZSTOP": {"t": 3.0}}, 3.0), ({}, 4.0)])
def test_a_run_in_time_ends_where_it_shall(stop: dict[str, Any], end: float) -> None:
    table, _ = ODESystem.from_template(single("x' = -x", x="output(1.0)")).run(
        IPS=-2, UZR={14: [2.0, 4.0]}, NMX=7, **stop
    )
    assert table["t"].iloc[-1] == end
    np.testing.assert_allclose(table["p/op/x", 0], np.exp(-table["t"]), rtol=1e-7)


def test_components_are_those_of_the_files_for_auto(tmp_path: Path) -> None:
    for model in (QIF, "model_templates.neural_mass_models.jansenrit.JRC"):
        folder = tmp_path / model
        folder.mkdir()
        circuit = CircuitTemplate.from_yaml(model)
        made = circuit.get_run_func(
            "f", 1e-3, file_name=str(folder / "f"), backend="fortran", vectorize=False, auto=True
        )
        components = re.findall(r"^!! (PAR|U)\((\d+)\): (.*)$", made.source, re.MULTILINE)
        assert len(components) > 10
        names = ODESystem.from_yaml(model).names
        for array, number, path in components:
            found = names.parameter(f"PAR({number})") if array == "PAR" else names.states[int(number) - 1]
            assert found == path
            assert array == "U" or names.parameter(int(number)) == path


def test_equilibria_are_those_of_the_reference_in_the_order_of_the_branch(qif: ODESystem, branch: Any) -> None:
    table = qif.get_summary("eta")
    assert labels(table) == ["EP", "UZ", "HB", "LP", "UZ", "LP", "UZ", "HB", "EP"]
    special = table[table["bifurcation"].isin(["HB", "LP"])]
    for (_, row), known, point in zip(special.iterrows(), KNOWN["equilibria"], branch.specials, strict=True):
        assert row["bifurcation", ""] == known["kind"]
        assert row[ETA, ""] == pytest.approx(known["eta"], rel=1e-9)
        assert row[R, 0] == pytest.approx(known["r"], rel=1e-9)
        assert row[ETA, ""] == pytest.approx(point[ETA], rel=1e-12)
    r = table[R, 0].to_numpy()
    v, a = -1 / (2 * np.pi * r), 5 * r  # Delta = tau = 1, alpha*tau_a = 5
    np.testing.assert_allclose(table[ETA], -(v**2) + a - 15 * r + (np.pi * r) ** 2, rtol=1e-9, atol=1e-9)
    inner = table[table["bifurcation"] == "UZ"][ETA]
    assert inner.tolist() == [-2.5, -2.5, -2.5]
    assert list(table["stability"][table["bifurcation"] == "EP"]) == [True, True]
    assert table.index.tolist() == list(range(1, len(table) + 1))


def test_user_points_lie_on_the_branch_and_have_the_value(branch: Any) -> None:
    continuation = Continuation(QIF)
    points = continuation.at(branch, ETA, -2.5)
    roots = []
    for low, high in ((0.05, 0.2), (0.21, 0.48), (0.49, 1.0)):  # on both sides of the folds
        r = np.linspace(low, high, 200_001)
        eta = -1 / (2 * np.pi * r) ** 2 - 10 * r + (np.pi * r) ** 2
        roots.append(float(r[np.argmin(np.abs(eta + 2.5))]))
    assert [point[R] for point in points] == pytest.approx(roots, abs=1e-5)
    assert [point.kind for point in points] == ["UZ"] * 3
    assert all(point[ETA] == -2.5 and point.residual < 1e-13 for point in points)
    assert [point[R] for point in continuation.at(branch, R, 0.3)] == [0.3]
    assert continuation.at(branch, ETA, 7.0) == []
    bound = continuation.at(branch, ETA, 5.0)
    assert [point.number for point in bound] == [len(branch) - 1]
    with pytest.raises(UnknownNameError, match=r"^The branch has no value 'p/qif_sfa_op/et'\. Did you mean "):
        continuation.at(branch, "p/qif_sfa_op/et", 0.0)


def test_user_points_of_cycles_are_those_of_circles() -> None:
    growth = "(mu + x^2 + y^2 - (x^2 + y^2)^2)"  # circles of radius r with mu = r^4 - r^2
    model = single([f"x' = {growth}*x - y", f"y' = {growth}*y + x"], x="output(1.0)", y="variable(0.0)", mu=0.1)
    continuation = Continuation(model)
    cycles = continuation.cycles({}, bounds=(-1.0, 1.0), parameter="p/op/mu")
    points = continuation.at(cycles, "p/op/mu", -0.21)
    assert [point["p/op/x"] ** 2 for point in points] == pytest.approx([0.3, 0.7], rel=1e-5)
    assert all(point["p/op/mu"] == -0.21 and point.period == pytest.approx(2 * np.pi, rel=1e-9) for point in points)
    (at_top,) = continuation.at(cycles, "p/op/x", 0.9)
    assert at_top["p/op/mu"] == pytest.approx(0.9**4 - 0.9**2, rel=1e-5)
    exponents = [(mu + 3 * s - 5 * s**2) * 2 * np.pi for mu, s in ((-0.21, 0.3), (-0.21, 0.7))]
    found = [point.eigenvalues[0].real for point in points]
    np.testing.assert_allclose(found, np.exp(exponents), rtol=1e-4)


def test_cycles_are_those_of_the_reference_and_end_where_they_shall(qif: ODESystem) -> None:
    table, known = qif.get_summary("cycles"), KNOWN["cycles_from_second_HB"][0]
    assert labels(table) == ["EP", "UZ", "UZ", "LP"]
    fold = qif.get_summary("cycles", "LP1")
    assert fold[ETA, ""] == pytest.approx(known["eta"], rel=1e-7)
    assert fold["period", ""] == pytest.approx(known["period"], rel=1e-6)
    assert fold[R, 1] == pytest.approx(known["r_max"], abs=1e-4)
    assert list(table["period"][table["bifurcation"] == "UZ"]) == [80.0, 80.0]
    assert table["period"].iloc[0] == pytest.approx(KNOWN["equilibria"][3]["period"], rel=1e-3)
    assert (table[R, 0] < table[R, 1]).all()


def test_cycles_have_the_numbers_of_the_branch() -> None:
    model = single(["x' = (mu - x^2 - y^2)*x - y", "y' = (mu - x^2 - y^2)*y + x"], x="output(0.0)", y="variable(0.0)",
                   mu=-0.5)  # fmt: skip
    ode = ODESystem.from_template(model)
    ode.run(ICP="mu", RL0=-1.0, RL1=1.0, name="rest")
    table, curve = ode.run("rest", "HB1", IPS=2, ICP=["mu", 11], get_eigenvals=True, get_lyapunov_exp=True)
    continuation = Continuation(model)
    rest = continuation.equilibria("p/op/mu", bounds=(-1.0, 1.0))
    known = continuation.cycles(rest.special("HB")[0], bounds=(-1.0, 1.0))
    np.testing.assert_allclose(table["p/op/mu"], known.p[:, 0])
    np.testing.assert_allclose(table["p/op/x", 1], known.x[:, 0])
    np.testing.assert_allclose(table["p/op/x", 0], known.smallest[:, 0])
    np.testing.assert_allclose(table["eigenvalues", 0], known.multipliers[:, 0])
    np.testing.assert_allclose(table["lyapunov_exponents", 0], -2 * known.p[:, 0], rtol=1e-4, atol=1e-5)
    assert bool(table["stability"].iloc[1:].all())
    again, _ = ode.run(curve, len(table), IPS=2, ICP=["mu", 11], DS=-1, UZSTOP={"mu": 0.3})  # from a cycle, back
    assert again["p/op/mu"].iloc[[0, -1]].tolist() == [1.0, 0.3]
    assert again["p/op/x", 1].iloc[-1] == pytest.approx(np.sqrt(0.3), rel=1e-6)
    whole, _ = ode.run(curve, len(table), IPS=2, ICP=["mu", 11], DS=-1, UZSTOP={"mu": 0.3}, reduce_limit_cycle=False,
                       get_timeseries=True, variables=["x"])  # fmt: skip
    x = whole["p/op/x"].to_numpy(dtype=float)
    np.testing.assert_allclose(np.max(x, axis=1), again["p/op/x", 1], rtol=1e-3)
    assert whole["time", ""].iloc[-1][-1] == pytest.approx(2 * np.pi, rel=1e-9)


@pytest.mark.parametrize(("sign", "ends"), [(1, (-5.0, 5.0)), (-1, (-5.0, -10.0))])
def test_a_curve_begins_at_its_start_and_goes_in_the_direction_of_ds(sign: int, ends: tuple[float, float]) -> None:
    table, curve = ODESystem.from_yaml(QIF).run(ICP=4, RL0=-10.0, RL1=5.0, DS=sign * 1e-3)
    assert table[ETA].iloc[[0, -1]].tolist() == pytest.approx(list(ends), rel=1e-12)
    assert labels(table) == (["EP", "HB", "LP", "LP", "HB", "EP"] if sign > 0 else ["EP", "EP"])
    steps = np.diff(curve.branch.p[:, 0]) if curve.branch is not None else np.zeros(0)
    assert len(steps) > len(table) - 3


def test_steps_are_not_longer_than_dsmax_says_at_the_start() -> None:
    model = single("x' = mu - x", x="output(5.0)", mu=5.0)  # along x = mu Auto-07p's length is sqrt(2) mu
    table, _ = ODESystem.from_template(model).run(ICP="mu", DS=-1, DSMAX=0.1, NMX=50)
    steps = -np.sqrt(2) * np.diff(table["p/op/mu"])
    assert 0.09 < np.max(steps) <= 0.1
    assert table["p/op/mu"].iloc[-1] >= 0.0
    assert len(table) == 51


@pytest.mark.parametrize(
    ("constants", "wanted"),
    [
        ({"STOP": {"LP1"}}, ["EP", "HB", "LP"]),
        ({"STOP": "HB2"}, ["EP", "HB", "LP", "LP", "HB"]),
        ({"SP": ["LP2"]}, ["EP", "HB", "LP", "LP"]),
        ({"SP": ["LP0"]}, ["EP", "HB", "HB", "EP"]),
        ({"ILP": 0}, ["EP", "HB", "HB", "EP"]),
        ({"ISP": 0}, ["EP", "LP", "LP", "EP"]),
        ({"IPS": 0}, ["EP", "LP", "LP", "EP"]),
        ({"UZR": {-4: -2.5}}, ["EP", "UZ"]),
        ({"UZR": {"eta": [-2.5, -4.0]}, "STOP": ["UZ2"]}, ["EP", "UZ", "UZ"]),
        ({"UZSTOP": {"PAR(4)": -2.0}}, ["EP", "HB", "LP", "LP", "UZ"]),
    ],
)  # fmt: skip
def test_constants_say_what_is_shown_and_where_a_curve_ends(constants: dict[str, Any], wanted: list[str]) -> None:
    table, _ = ODESystem.from_yaml(QIF).run(ICP="eta", **{"RL0": -10.0, "RL1": 5.0, **constants})
    assert labels(table) == wanted
    for label, value in zip(table["bifurcation"], table[ETA], strict=True):
        assert label != "UZ" or value in (-2.5, -4.0, -2.0)


def test_a_curve_from_a_point_of_another_one_has_its_parameters() -> None:
    ode = ODESystem.from_yaml(QIF)
    ode.run(ICP="alpha", UZR={"alpha": [0.6]}, RL0=0.0, RL1=1.0, name="alpha")
    table, curve = ode.run("alpha", "UZ1", ICP="eta", RL0=-10.0, RL1=5.0, bidirectional=True, UZR={})
    known = Continuation(QIF, {ALPHA: 0.6}).equilibria(ETA, bounds=(-10.0, 5.0))
    special = table[~table["bifurcation"].isin(["RG", "EP"])]
    assert special["bifurcation"].tolist() == [point.kind for point in known.specials]
    np.testing.assert_allclose(special[ETA], [point[ETA] for point in known.specials], rtol=1e-10)
    assert set(table[ALPHA]) == {0.6}
    turned, _ = ode.run(curve, "LP1", ICP="alpha", RL0=0.5, RL1=1.5, DS=-1)  # where the curve in eta turns round
    assert turned[ETA].iloc[-1] == pytest.approx(special[ETA].iloc[1])
    assert turned[ALPHA].iloc[0] == pytest.approx(0.6, rel=1e-9)


def test_parameters_and_states_are_changed_at_the_start() -> None:
    ode = ODESystem.from_template(single("x' = mu*x - x^3 + h", x="output(0.0)", mu=1.0, h=0.0))
    table, _ = ode.run(ICP="h", PAR={"mu": 4.0}, U={"x": -3.0}, RL0=-1.0, RL1=1.0, NMX=2)
    assert table["p/op/x", 0].iloc[0] == pytest.approx(-2.0, rel=1e-9)
    assert set(table["p/op/mu"]) == {4.0}
    run, _ = ode.run(c="ivp", PAR={"mu": 4.0}, U={1: 0.5}, UZR={14: 9.0})
    assert run["p/op/x", 0].iloc[[0, -1]].tolist() == pytest.approx([0.5, 2.0], rel=1e-7)


def test_curves_in_two_parameters_have_the_points_of_the_reference(qif: ODESystem) -> None:
    table = qif.get_summary("folds")
    found = {"CP": [], "BT": []}  # type: ignore[var-annotated]
    for label, eta, alpha in zip(table["bifurcation"], table[ETA], table[ALPHA], strict=True):
        found.get(label, []).append((eta, alpha))
    for kind, points in found.items():
        known = [(item["eta"], item["alpha"]) for item in KNOWN["two_parameter_eta_alpha"] if item["kind"] == kind]
        np.testing.assert_allclose(points, known, rtol=1e-8)


def test_a_search_finds_what_begins_at_points_of_codimension_two() -> None:
    ode = ODESystem.from_yaml(QIF)
    ode.run(ICP="eta", RL0=-10.0, RL1=5.0, name="eta")
    before = len(ode.curves)
    found = codim2_search(["eta", "alpha"], ["LP1"], "eta", ode, UZSTOP={"alpha": [0.0, 2.0]}, precision=4)
    assert list(found) == ["codim2:LP1", "codim2:LP1/BT1", "codim2:LP1/BT2"]
    assert [ode.curves[key].kind for key in found.values()] == ["LP", "HB", "HB"]
    assert len(ode.curves) == before + 3
    hopf = ode.get_continuation("codim2:LP1/BT1")
    assert hopf.branch is not None
    # the Hopf point at alpha = 0.5 is one of the curve that begins at a Bogdanov-Takens point
    alpha, eta = (hopf.branch.column(path) for path in (ALPHA, ETA))
    place = int(np.argmin(np.abs(alpha - 0.5) + np.abs(eta - KNOWN["equilibria"][0]["eta"])))
    assert abs(alpha[place] - 0.5) + abs(eta[place] - KNOWN["equilibria"][0]["eta"]) < 0.2
    with pytest.warns(UserWarning, match=r"^No curve in two parameters was found from UZ7: There is no point 'UZ7' on"):
        assert codim2_search(["eta", "alpha"], ["UZ7"], "eta", ode) == {}


def test_a_search_finds_the_folds_of_cycles_that_begin_at_a_generalised_hopf_point() -> None:
    growth = "(mu + b*(x^2 + y^2) - (x^2 + y^2)^2)"  # folds of circles at mu = -b^2/4, for b > 0
    model = single(
        [f"x' = {growth}*x - y", f"y' = {growth}*y + x"], x="output(0.0)", y="variable(0.0)", mu=-0.5, b=-0.5
    )
    ode = ODESystem.from_template(model)
    ode.run(ICP="mu", RL0=-1.0, RL1=1.0, name="rest")
    found = codim2_search(["mu", "b"], ["HB1"], "rest", ode, UZSTOP={"b": [-1.0, 1.0]}, name="hopf")
    assert list(found) == ["hopf", "hopf/GH1:cycles", "hopf/GH1"]
    table, _ = ode.extract(["mu", "b"], "hopf/GH1")
    mu, b = table["p/op/mu"].to_numpy(), table["p/op/b"].to_numpy()
    assert ode.get_continuation("hopf/GH1").kind == "LPC"
    assert np.max(b) == 1.0
    np.testing.assert_allclose(mu, -(b**2) / 4, atol=1e-9)


def test_a_cascade_of_period_doublings_is_that_of_the_reference() -> None:
    ode = ODESystem.from_template(lorenz(240.0), init_cont=True, UZR={14: 30.0}, NMX=300)
    table, cycles = ode.run(starting_point="EP2", IPS=2, ICP=["rho", 11], DS=-1.0, RL0=210.0, RL1=300.0, STOP=["PD1"])
    assert labels(table) == ["EP", "PD"]
    names, same = continue_period_doubling_bf(table, cycles, ode, "rho", max_iter=2, STOP=["PD1"], NTST=128)
    assert (names, same) == (["pd_d0_PD1", "pd_d1_PD1"], ode)
    points = [ode.get_summary(curve, "PD1") for curve in (cycles, *names)]
    assert [point[RHO, ""] for point in points] == pytest.approx(REFERENCE["lorenz"]["PD_rho"], rel=1e-8)
    periods = [point["period", ""] for point in points]
    assert [periods[1] / periods[0], periods[2] / periods[1]] == pytest.approx([2.0, 2.0], rel=0.05)


def test_the_other_curve_at_a_branch_point_is_followed_to_the_side_of_ds() -> None:
    ode = ODESystem.from_template(single("x' = mu*x - x^3", x="output(0.0)", mu=-1.0))
    ode.run(ICP="mu", RL0=-1.0, RL1=1.0, name="rest")
    sides = [ode.run("rest", "BP1", ISW=-1, DS=sign, RL0=-1.0, RL1=1.0)[0] for sign in (1.0, -1.0)]
    for table in sides:
        np.testing.assert_allclose(table["p/op/x", 0] ** 2, table["p/op/mu"], atol=1e-10)
        assert table["p/op/mu"].iloc[[0, -1]].tolist() == pytest.approx([0.0, 1.0], abs=1e-10)
    assert sides[0]["p/op/x", 0].iloc[-1] == pytest.approx(-sides[1]["p/op/x", 0].iloc[-1])
    assert abs(sides[0]["p/op/x", 0].iloc[-1]) == pytest.approx(1.0)


def test_the_other_cycles_at_a_branch_point_are_followed_to_both_sides() -> None:
    equations = ["x' = x*(1 - x^2 - y^2) - y", "y' = y*(1 - x^2 - y^2) + x", "u' = (mu - u^2)*u"]
    states = {"x": "output(1.0)", "y": "variable(0.0)", "u": "variable(0.0)"}
    ode = ODESystem.from_template(single(equations, **states, mu=-0.3))  # type: ignore[arg-type]
    ode.run(IPS=2, ICP=["mu", 11], RL0=-0.3, RL1=0.3, name="circles")
    table, _ = ode.run("circles", "BP1", IPS=2, ISW=-1, ICP=["mu", 11])
    u = table["p/op/u", 1].to_numpy()
    np.testing.assert_allclose(u**2, table["p/op/mu"], atol=1e-8)
    assert sorted(u[[0, -1]]) == pytest.approx([-np.sqrt(0.3), np.sqrt(0.3)], rel=1e-6)


def test_a_closed_curve_is_followed_once_round() -> None:
    ode = ODESystem.from_template(single("x' = 1 - mu^2 - x^2", x="output(1.0)", mu=0.0))
    for sign in (1, -1):
        table, _ = ode.run(ICP="mu", RL0=-2.0, RL1=2.0, DS=sign)
        np.testing.assert_allclose(table["p/op/mu"] ** 2 + table["p/op/x", 0] ** 2, 1.0, atol=1e-9)
        assert labels(table) == ["EP", "LP", "LP", "EP"]
        assert table["p/op/mu"][table["bifurcation"] == "LP"].iloc[0] == pytest.approx(float(sign))


def test_tables_are_found_by_name_number_and_label(qif: ODESystem) -> None:
    eta = qif.get_continuation("eta")
    pd.testing.assert_frame_equal(qif.get_summary(eta), qif.get_summary(1))
    pd.testing.assert_frame_equal(qif["eta"], qif.results[1])
    values, names = qif.extract(["PAR(4)", "U(1)", "r", "stability", 4], "eta")
    assert names == {"PAR(4)": ETA, "U(1)": R, "r": R, "stability": "stability", 4: ETA}
    pd.testing.assert_series_equal(values[R, 0], qif.get_summary("eta")[R, 0])
    point, _ = qif.extract(["eta"], "eta", point="HB2")
    assert point[ETA, ""] == pytest.approx(KNOWN["equilibria"][3]["eta"], rel=1e-9)
    assert qif.get_summary("eta", "EP2")[ETA, ""] == 5.0
    assert qif.get_summary("eta", 1)[ETA, ""] == -10.0
    assert repr(eta).endswith("special: UZ1, HB1, LP1, UZ2, LP2, UZ3, HB2>")


def test_a_file_gives_the_same_tables_and_starts(qif: ODESystem, tmp_path: Path) -> None:
    qif.to_file(tmp_path / "qif.npz")
    again = ODESystem.from_file(tmp_path / "qif.npz")
    assert len(again.curves) == len(qif.curves)
    for key, table in qif.results.items():
        pd.testing.assert_frame_equal(again.results[key], table)
    for ode in (qif, again):
        ode.run("eta", "HB1", IPS=2, ICP=["eta", 11], NMX=5, name="further")
    pd.testing.assert_frame_equal(again["further"], qif["further"])
    with pytest.raises(ArgumentError, match="Special points from a file have to be found again"):
        again.run("eta", "LP1", ICP=["eta", "alpha"])
    (tmp_path / "other.npz").write_text("nothing", encoding="utf-8")
    with pytest.raises(ArgumentError, match=r"other\.npz' is no file that ODESystem\.to_file of rates wrote"):
        ODESystem.from_file(tmp_path / "other.npz")


def test_a_template_and_values_stay_as_they_are(tmp_path: Path) -> None:
    circuit = CircuitTemplate.from_yaml(QIF)
    edges = [(R, "p/qif_sfa_op/r_in", {"weight": 12.0})]
    ode = ODESystem.from_template(circuit, node_vars={ETA: -4.0}, edge_vars=edges, file_name="model", NPR=10)
    table, _ = ode.run(e="model", ICP="eta", NMX=3)
    assert table[ETA].iloc[0] == -4.0
    assert set(table["p/qif_sfa_op/r->p/qif_sfa_op/r_in/weight"]) == {12.0}
    assert circuit.get_var(ETA) == -5.0
    ode.to_file(tmp_path / "changed.npz")
    again = ODESystem.from_file(tmp_path / "changed.npz")
    with pytest.raises(ArgumentError, match=r"^No model was named"):
        again.run(ICP="eta")
    assert again.run(e=circuit, ICP="eta", NMX=3)[0][ETA].iloc[0] == -4.0


def test_pictures_show_all_parts_and_points(qif: ODESystem) -> None:
    plt.close("all")
    plt.switch_backend("Agg")
    axes = plt.subplots()[1]
    lines = qif.plot_continuation("PAR(4)", "U(1)", cont="eta", ax=axes)
    table = qif.get_summary("eta")
    parts = lines.get_segments()
    assert len(parts) == 3  # stable up to the first Hopf point, and behind the second
    drawn = np.concatenate([part[(number > 0) :] for number, part in enumerate(parts)])
    np.testing.assert_allclose(drawn, table[[ETA, R]])
    places = [list(table["bifurcation"]).index("HB"), len(table) - 1 - list(table["bifurcation"])[::-1].index("HB")]
    ends = np.cumsum([len(part) - 1 for part in parts])[:2]
    assert np.max(np.abs(ends - places)) <= 1
    shown = {text.get_text() for text in axes.get_legend().get_texts()}
    assert shown == {"HB", "LP", "UZ"}
    assert axes.get_xlim()[0] < -10.0 < 5.0 < axes.get_xlim()[1]
    both = qif.plot_continuation("eta", "r", cont="cycles", ax=axes, ignore=["UZ"])
    assert sum(len(part) for part in both.get_segments()) >= 2 * len(qif.get_summary("cycles"))
    line = qif.plot_trajectory(["r", "v"], cont="cycles", point="LP1")
    assert np.max(line.get_xdata()) == pytest.approx(KNOWN["cycles_from_second_HB"][0]["r_max"], abs=0.01)
    assert len(qif.plot_trajectory(["r", "v", "a"], cont="time", cutoff=50.0).get_data_3d()[0]) == 101
    series = qif.plot_timeseries("r", "cycles", points=["LP1"])
    assert series.lines[0].get_xdata()[-1] == pytest.approx(KNOWN["cycles_from_second_HB"][0]["period"], rel=1e-6)
    qif.update_bifurcation_style("HB", color="red")
    other = plt.subplots()[1]
    qif.plot_continuation("eta", "alpha", cont="folds", ax=other, get_stability=False)
    assert {text.get_text() for text in other.get_legend().get_texts()} == {"BT", "CP"}
    plt.close("all")


@pytest.mark.parametrize(
    ("constants", "error", "text"),
    [
        ({"NMAX": 3}, UnknownNameError, "There is no constant or argument 'NMAX'. Did you mean 'NMX'?"),
        ({"nmx": 3}, UnknownNameError, "There is no constant or argument 'nmx'. Did you mean 'NMX'?"),
        ({"IRS": 3}, UnsupportedFeatureError,
         "The constant IRS of Auto-07p is not offered here. Name the point: origin='...', starting_point='HB1'."),
        ({"NBC": 2}, UnsupportedFeatureError,
         "NBC=2 asks for a boundary value problem. Continuation.boundary_values(...) follows those."),
        ({"IPS": 4}, UnsupportedFeatureError,
         "IPS=4 is not offered here; IPS may be 1 (equilibria), 2 (cycles) or -2 (a run in time). Boundary value "
         "problems are followed by Continuation.boundary_values(...)."),
        ({"IPS": 9}, UnsupportedFeatureError,
         "IPS=9 is not offered here; IPS may be 1 (equilibria), 2 (cycles) or -2 (a run in time). Homoclinic orbits "
         "are followed by continue_homoclinic(origin, starting_point=..., ICP=[...])."),
        ({"NUNSTAB": 1}, UnsupportedFeatureError,
         "The constant NUNSTAB of Auto-07p is not offered here. It is one of homoclinic orbits: "
         "continue_homoclinic(origin, starting_point=..., ICP=[...]) has it."),
        ({"ISW": 3}, UnsupportedFeatureError,
         "ISW=3 is not offered here; ISW may be 1 (along the curve), -1 (to the other one at a branch point or period "
         "doubling) or 2 (special points in two parameters)."),
        ({"ICP": "etta"}, UnknownNameError,
         "There is no parameter 'etta'. Parameters: 1 'p/qif_sfa_op/r->p/qif_sfa_op/r_in/weight', 2 "
         "'p/qif_sfa_op/Delta', 3 'p/qif_sfa_op/tau', 4 'p/qif_sfa_op/eta', 5 'p/qif_sfa_op/alpha', 6 "
         "'p/qif_sfa_op/tau_a', 7 'p/qif_sfa_op/I_ext', 11 'period', 14 't'."),
        ({"ICP": ()}, ArgumentError,
         "ICP must name the parameter that varies: ICP='p/op/name', or its number in PAR."),
        ({"ICP": ["eta", "alpha"], "ISW": 1}, ArgumentError,
         "One parameter varies along a curve of equilibria; ICP names p/qif_sfa_op/eta and p/qif_sfa_op/alpha. For "
         "special points in two parameters say ISW=2."),
        ({"ICP": "eta", "STOP": ["hopf"]}, ArgumentError,
         "STOP must name special points, such as 'HB2'; it has 'hopf'."),
        ({"ICP": "eta", "UZR": 3.0}, ArgumentError, "UZR must be a dictionary, {parameter: value}; it is 3.0."),
        ({"ICP": "eta", "UZR": {"alpha": 1.0}}, ArgumentError,
         "UZR names 'p/qif_sfa_op/alpha', which does not vary along this curve: ICP has p/qif_sfa_op/eta."),
        ({"ICP": ["eta", "alpha"], "UZR": {"alpha": 1.0}}, UnsupportedFeatureError,
         "UZR makes no user points on curves in two parameters. UZSTOP ends such a curve at a value."),
        ({"ICP": "eta", "NMX": 0}, ArgumentError, "NMX must be a positive whole number; it is 0."),
        ({"ICP": "eta", "RL0": 0.0, "RL1": 5.0}, ArgumentError,
         "bounds of 'p/qif_sfa_op/eta' are (0, 5), which leave out its value -5 at the start. Choose others."),
        ({"ICP": "eta", "ISW": -1}, ArgumentError,
         "ISW=-1 goes over to another curve; it needs a branch point to start from: origin=..., starting_point='BP1'."),
        ({"origin": "eta", "starting_point": "EP1"}, UnknownNameError, "There is no curve 'eta'. There are: none."),
        ({"c": "qe"}, UnknownNameError,
         "There are no constants c='qe': no file 'c.qe' in '.'. Did you mean 'eq'? Without a file there are: ivp, eq, "
         "lc. Or give constants as arguments."),
        ({"c": "hom"}, UnsupportedFeatureError,
         "c='hom' is not offered by run. Homoclinic orbits are followed by continue_homoclinic(origin, "
         "starting_point=..., ICP=[...])."),
        ({"IPS": -2, "UZR": {14: -1.0}}, ArgumentError,
         "Times of user points must be positive; UZR or UZSTOP has -1."),
    ],
)  # fmt: skip
def test_what_has_no_meaning_is_refused_by_name(constants: dict[str, Any], error: type[Exception], text: str) -> None:
    with pytest.raises(error) as found:
        ODESystem.from_yaml(QIF).run(**constants)
    assert str(found.value) == text


def test_starts_that_are_none_are_refused_by_name(qif: ODESystem) -> None:
    for call, error, text in (
        (lambda: qif.run("eta", "HB3", IPS=2), UnknownNameError, "There is no point 'HB3' on the curve 'eta'. Did you "
         "mean 'HB2'? It has: EP1, UZ1, HB1, LP1, UZ2, LP2, UZ3, HB2, EP2."),
        (lambda: qif.run("eta", "LP1", IPS=2, ICP=["eta", 11]), ArgumentError,
         "IPS=2 follows cycles, which begin at Hopf points; the starting point has the label LP. Start from a point "
         "with the label HB, from a cycle, or from a run in time that comes to a cycle."),
        (lambda: qif.run("cycles", "LP1", IPS=1, ICP="eta"), ArgumentError,
         "IPS=1 follows equilibria, and the starting point is a cycle. Start from another point, or follow cycles: "
         "IPS=2."),
        (lambda: qif.run("eta", "HB1", IPS=2, ICP=["eta", 11], PAR={"alpha": 1.0}), UnsupportedFeatureError,
         "PAR and U change the start of equilibria and of runs in time; special points and cycles are what they are. "
         "Go to other values along a curve: ICP, and UZR at the value."),
        (lambda: qif.run("cycles", "LP1", c="ivp"), ArgumentError,
         "A run in time starts from states; the starting point is a cycle. Plot it by plot_timeseries, or start from "
         "an equilibrium or a run."),
        (lambda: qif.run("eta", 0), ArgumentError, f"Points of the curve 'eta' have numbers from 1 to "
         f"{len(qif['eta'])}; 0 is none of them."),
        (lambda: qif.run("eta", "LP1", ICP=["alpha", "Delta"]), ArgumentError,
         "One of both parameters must be that in which the special point was found, 'p/qif_sfa_op/eta'; ICP names "
         "p/qif_sfa_op/alpha and p/qif_sfa_op/Delta."),
        (lambda: qif.run(e="model_templates.oscillators.vanderpol.vdp"), ArgumentError,
         "This system is one of the model 'qif_sfa'; e is 'model_templates.oscillators.vanderpol.vdp'. Make another "
         "ODESystem for it."),
        (lambda: ODESystem(e="qif_sfb"), UnknownNameError,
         "There is no model 'qif_sfb'. Did you mean 'qif_sfa'? Give the path of one, such as "
         "'model_templates.neural_mass_models.qif.qif_sfa'. Equations of Auto-07p's files are not read."),
        (lambda: ODESystem(engine="autoo"), UnknownNameError,
         "There is no engine 'autoo'. Did you mean 'auto'? Engines: native, auto."),
        (lambda: ODESystem.from_template(QIF), ArgumentError, f"template must be a CircuitTemplate; it is '{QIF}'."),  # type: ignore[arg-type]
    ):  # fmt: skip
        with pytest.raises(error) as found:
            call()
        assert str(found.value) == text
    with pytest.raises(SimulationError, match=r"^The run came to t = 0\.\d+, of 2: the states grow without end\. Give"):
        ODESystem.from_template(single("x' = x^2", x="output(1.0)")).run(c="ivp", UZR={14: 2.0})


def test_a_folder_without_auto_is_named(tmp_path: Path) -> None:
    with pytest.raises(
        PluginError, match=re.escape(f"Auto-07p is not compiled in '{tmp_path}', which auto_dir names: ")
    ):
        ODESystem.from_yaml(QIF, auto_dir=tmp_path, engine="auto").run(ICP="eta")


def test_the_page_for_users_of_pycobi_has_every_constant_with_its_meaning() -> None:
    page = (Path(__file__).parents[3] / "docs" / "how_to" / "coming_from_pycobi.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| (`.+?`) \| (.+?) \|$", page, re.MULTILINE))
    meanings = {name: text for names, text in rows.items() for name in re.findall(r"`(\w+)`", names)}
    assert {name: meanings.get(name) for name in (*MEANT, *SILENT)} == {**MEANT, **SILENT}
    assert not set(MEANT) & set(SILENT)
    assert not set(REFUSED) & {*MEANT, *SILENT}
