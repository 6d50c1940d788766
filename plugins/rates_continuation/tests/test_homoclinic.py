"""Curves of homoclinic orbits against closed forms and independent numbers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rates_continuation import Continuation, CycleBranch, Diagram, HomoclinicOrbits, load
from rates_core.errors import ArgumentError, RatesError, SimulationError, UnknownNameError
from rates_core.testing.parts import single
from scipy.optimize import brentq

from rates_core import CircuitTemplate

REFERENCE = json.loads((Path(__file__).parent / "reference.json").read_text(encoding="utf-8"))
QIF, ETA, ALPHA = "model_templates.neural_mass_models.qif.qif_sfa", "p/qif_sfa_op/eta", "p/qif_sfa_op/alpha"
MU, A = "p/op/mu", "p/op/a"
LOOP = [  # Sandstede (1997): for mu = 0 an orbit on x^2 (1 - x) = y^2 from a saddle with eigenvalues a + b and a - b
    "x' = a*x + b*y - a*x^2 + mu*x*(2 - 3*x)",
    "y' = b*x + a*y - 1.5*b*x^2 - 1.5*a*x*y - 2*mu*y",
]
FOCUS = ["z' = -0.3*z - 2*w + x^2", "w' = 2*z - 0.3*w"]  # with -0.3 +- 2i besides


def loop(equations: list[str], **variables: Any) -> CircuitTemplate:
    return single(LOOP + equations, x="output(0.6)", y="variable(0.1)", a=-0.3, b=1.0, mu=0.05, **variables)


def cycles_of(model: CircuitTemplate | str, parameter: str, bounds: tuple[float, float], **start: float) -> CycleBranch:
    """Return the cycles that begin at the first Hopf point."""
    continuation = Continuation(model)
    branch = continuation.equilibria(parameter, bounds, start={f"p/op/{name}": x for name, x in start.items()})
    return continuation.cycles(branch.special("HB")[0], bounds=bounds)


def reversed_in_time(equations: list[str]) -> list[str]:
    return [f"{left} = -({right})" for left, right in (text.split(" = ") for text in equations)]


@pytest.mark.parametrize("form", ["saddle", "saddle-focus", "saddle-focus that is left in a spiral"])
def test_an_orbit_in_closed_form_is_followed(form: str) -> None:
    equations = LOOP + (FOCUS if "focus" in form else [])
    backwards = -1.0 if "spiral" in form else 1.0
    states = {"z": "variable(0.0)", "w": "variable(0.0)"} if "focus" in form else {}
    model = single(equations if backwards > 0 else reversed_in_time(equations), x="output(0.6)", y="variable(0.1)",
                   a=-0.3, b=1.0, mu=0.05, **states)  # fmt: skip
    cycles = cycles_of(model, MU, (-1.0, 1.0), x=0.67, y=0.05)
    assert cycles.ended == ("hopf", "homoclinic")
    orbits = Continuation(model).homoclinic(cycles, A, bounds={MU: (-1.0, 1.0), A: (-0.9, 0.9)})
    assert orbits.ended == ("bound", "bound")
    assert sorted(orbits.p[[0, -1], 1]) == [-0.9, 0.9]
    np.testing.assert_allclose(orbits.p[:, 0], 0.0, atol=1e-8)
    np.testing.assert_allclose(orbits.x, 0.0, atol=1e-10)
    stable = np.maximum(orbits.p[:, 1] - 1.0, -0.3) if states else orbits.p[:, 1] - 1.0
    np.testing.assert_allclose(orbits.saddle_quantities, backwards * (orbits.p[:, 1] + 1.0 + stable), atol=1e-9)
    assert set(orbits.unstable) == {1 if backwards > 0 else 3}
    (neutral,) = orbits.special("NSH")
    assert neutral[A] == pytest.approx(-0.7 if states else 0.0, abs=1e-8)
    assert np.prod(orbits.p[neutral.number : neutral.number + 2, 1] - neutral[A]) < 0
    for profile in orbits.profiles:
        x, y = profile["p/op/x"], profile["p/op/y"]
        np.testing.assert_allclose(x**2 * (1 - x), y**2, atol=3e-6)  # meshes are made for 1e-6
        assert np.max(np.abs(profile.values[[0, -1]])) < 1e-3


def test_orbits_of_lorenz_pass_the_known_value() -> None:
    model = single(
        ["x' = sigma*(y - x)", "y' = x*(rho - z) - y", "z' = x*y - beta*z"],
        x="output(7.0)", y="variable(7.0)", z="variable(19.0)", sigma=10.0, rho=20.0, beta=8 / 3,
    )  # fmt: skip
    cycles = cycles_of(model, "p/op/rho", (2.0, 30.0))
    for max_step in (0.25, 0.1):
        orbits = Continuation(model).homoclinic(
            cycles, "p/op/sigma", bounds={"p/op/rho": (2.0, 40.0), "p/op/sigma": (2.0, 30.0)}, max_step=max_step
        )
        rho, sigma = orbits.p.T
        start = int(np.argmin(np.abs(sigma - 10.0)))
        assert sigma[start] == 10.0
        assert rho[start] == pytest.approx(REFERENCE["lorenz"]["homoclinic_rho"], abs=1e-6)
        assert orbits.ended == ("bound", "bound")
        roots = np.sqrt((sigma + 1) ** 2 + 4 * sigma * (rho - 1))  # of the eigenvalues at 0, besides -8/3
        np.testing.assert_allclose(orbits.eigenvalues[:, 0].real, (roots - sigma - 1) / 2, rtol=1e-9)


def test_orbits_end_at_a_double_zero_eigenvalue_along_the_curve_of_its_normal_form() -> None:
    model = single(["x' = y", "y' = b + c*(x - 1) + (x - 1)^2 - (x - 1)*y"], x="output(0.9)", y="variable(0.0)",
                   b=-0.3, c=-1.0)  # fmt: skip
    cycles = cycles_of(model, "p/op/b", (-1.0, 0.25), x=0.8)
    orbits = Continuation(model).homoclinic(cycles, "p/op/c", bounds={"p/op/b": (-2.0, 1.0), "p/op/c": (-2.0, 1.0)})
    assert sorted(orbits.ended) == ["BT", "bound"]
    small = orbits.p[orbits.p[:, 1] < -1e-3]  # beyond, orbits are as small as the error of their mesh
    b, c = small[np.argsort(-small[:, 1])][:2].T  # the last two
    ratios = b / c**2  # -6/25 + O(c), from which the line through both is taken
    assert ratios[0] - c[0] * (ratios[1] - ratios[0]) / (c[1] - c[0]) == pytest.approx(-6 / 25, abs=1e-5)


def test_orbits_of_quadratic_neurons_go_from_a_double_zero_to_a_saddle_node() -> None:
    continuation = Continuation(QIF)
    branch = continuation.equilibria(ETA, bounds=(-10.0, 5.0))
    cycles = continuation.cycles(branch.special("HB")[0], bounds=(-6.0, 3.0))
    orbits = continuation.homoclinic(cycles, ALPHA, bounds={ETA: (-10.0, 5.0), ALPHA: (0.0, 2.0)})
    eta, alpha = orbits.p.T
    start = int(np.argmin(np.abs(alpha - 0.5)))
    known = REFERENCE["qif_sfa_default"]
    assert eta[start] == pytest.approx(known["homoclinic"][0]["eta"], abs=1e-6)
    assert orbits.ended == ("BT", "saddle-node")
    double = known["two_parameter_eta_alpha"][1]
    np.testing.assert_allclose(orbits.p[0], [double["eta"], double["alpha"]], atol=1e-3)
    assert fold_near(orbits.x[-1, 0], alpha[-1]) == pytest.approx(eta[-1], abs=1e-4)
    assert orbits.profiles[-1].length > 10 * orbits.profiles[start].length


def fold_near(r: float, alpha: float) -> float:
    """Return eta of the fold near a rate, from the closed form of equilibria."""

    def slope(r: float) -> float:
        return float(2 / (4 * np.pi**2 * r**3) + 10 * alpha - 15 + 2 * np.pi**2 * r)

    fold = brentq(slope, 0.9 * r, 1.1 * r)
    return float(-((1 / (2 * np.pi * fold)) ** 2) + 10 * alpha * fold - 15 * fold + (np.pi * fold) ** 2)


@pytest.mark.exhaustive
def test_orbits_that_come_to_pass_their_saddle_on_the_way_end_there() -> None:
    continuation = Continuation(QIF)
    branch = continuation.equilibria(ETA, bounds=(-10.0, 5.0))
    small, large = (
        continuation.homoclinic(
            continuation.cycles(hopf, bounds=(-6.0, 3.0)), ALPHA, bounds={ETA: (-10.0, 5.0), ALPHA: (0.0, 2.0)}
        )
        for hopf in branch.special("HB")
    )
    start = int(np.argmin(np.abs(large.p[:, 1] - 0.5)))
    assert large.p[start, 0] == pytest.approx(REFERENCE["qif_sfa_default"]["homoclinic"][1]["eta_about"], abs=1e-5)
    assert large.ended == ("passing", "saddle-node")
    order = np.argsort(small.p[:, 1])  # behind the large orbit follows the small one, at the same parameters
    assert np.interp(large.p[0, 1], *small.p[order][:, ::-1].T) == pytest.approx(large.p[0, 0], abs=2e-4)


def test_orbits_are_followed_from_a_file_are_drawn_and_have_tables(tmp_path: Path) -> None:
    model = loop([])
    cycles = cycles_of(model, MU, (-1.0, 1.0), x=0.67, y=0.05)
    Diagram((cycles,), (None,)).save(tmp_path / "cycles.npz")
    again = load(tmp_path / "cycles.npz").branches[0]
    assert isinstance(again, CycleBranch)
    bounds = {MU: (-1.0, 1.0), A: (-0.4, 0.1)}
    orbits, other = (Continuation(model).homoclinic(each, A, bounds=bounds) for each in (cycles, again))
    assert isinstance(orbits, HomoclinicOrbits)
    np.testing.assert_array_equal(orbits.p, other.p)
    assert list(orbits.data) == [MU, A, "p/op/x", "p/op/y", "unstable", "saddle_quantity"]
    assert repr(orbits) == f"<Curve of {len(orbits)} homoclinic orbits in {MU} and {A}; special: NSH>"
    cited = [text.split(",")[0] for text in orbits.citations]
    assert cited == ["Keller", "Doedel", "de Boor", "Ascher", "Broyden", "Kelley", "Beyn", "Champneys"]
    axes = orbits.plot()
    assert axes.lines[0].get_label() == "homoclinic orbits"
    assert np.isin(orbits.p[:, 1], np.concatenate([line.get_ydata() for line in axes.lines])).all()


def shortened() -> CycleBranch:
    """Return cycles that ended before they came to anything."""
    continuation = Continuation(loop([]))
    branch = continuation.equilibria(MU, (-1.0, 1.0), start={"p/op/x": 0.67, "p/op/y": 0.05})
    return continuation.cycles(branch.special("HB")[0], bounds=(-1.0, 1.0), max_period=5.2)


@pytest.mark.parametrize(
    ("given", "error", "text"),
    [
        ({"from_": 3}, ArgumentError,
         "from_ must be a branch of cycles, of continuation.cycles(...); it is 3."),
        ({"parameter": MU}, ArgumentError,
         "'p/op/mu' varies along the branch already; a curve needs another parameter besides it."),
        ({"bounds": {MU: (-1.0, 1.0)}}, ArgumentError,
         "bounds of 'p/op/a' are missing; give them as bounds={'p/op/a': (lower, upper), ...}."),
        ({"parameter": "p/op/c", "bounds": {MU: (-1, 1), "p/op/c": (0, 1)}}, UnknownNameError,
         "parameter: Unknown variable 'c' in path 'p/op/c'. The variables are: x, y, a, b, mu."),
        ({"bounds": {MU: (-1.0, 1.0), A: (0.0, 1.0)}}, ArgumentError,
         "bounds of 'p/op/a' are (0, 1), which leave out its value -0.3 at the start. Choose others."),
    ],
)  # fmt: skip
def test_what_cannot_be_followed_is_said(given: dict[str, Any], error: type[RatesError], text: str) -> None:
    model = loop([])
    cycles = cycles_of(model, MU, (-1.0, 1.0), x=0.67, y=0.05)
    asked = {"from_": cycles, "parameter": A, "bounds": {MU: (-1.0, 1.0), A: (-1.0, 1.0)}, **given}
    with pytest.raises(error) as caught:
        Continuation(model).homoclinic(**asked)
    assert str(caught.value) == text


def test_cycles_that_come_to_no_orbit_are_no_start() -> None:
    model = loop([])
    bounds = {MU: (-1.0, 1.0), A: (-1.0, 1.0)}
    with pytest.raises(SimulationError) as caught:
        Continuation(model).homoclinic(shortened(), A, bounds=bounds)
    assert str(caught.value) == (
        "The cycle of period 6.42164 at p/op/mu = 0.0242402, with p/op/a = -0.3, passes no saddle where it is slowest. "
        "Follow cycles to a longer period, max_period=..., if they come to one; orbits to a saddle-node are not "
        "followed."
    )
    continuation = Continuation(model)
    branch = continuation.equilibria(MU, (-1.0, 1.0), start={"p/op/x": 0.67, "p/op/y": 0.05})
    cycles = continuation.cycles(branch.special("HB")[0], bounds=(0.02, 1.0))
    with pytest.raises(ArgumentError) as caught:
        continuation.homoclinic(cycles, A, bounds=bounds)
    assert str(caught.value) == (
        "Homoclinic orbits are followed from a branch of cycles that ended 'homoclinic' or 'period'; this one ended "
        "'hopf' and 'bound'."
    )
    other = Continuation(loop(FOCUS, z="variable(0.0)", w="variable(0.0)"))
    with pytest.raises(ArgumentError) as caught:
        other.homoclinic(cycles_of(model, MU, (-1.0, 1.0), x=0.67, y=0.05), A, bounds=bounds)
    assert str(caught.value) == (
        "The branch has states p/op/x, p/op/y, and the model p/op/x, p/op/y, p/op/z, p/op/w: it is a branch of another "
        "model."
    )


def test_cycles_between_two_saddles_come_to_no_homoclinic_orbit() -> None:
    model = single(["x' = y", "y' = -x + x^3 + y*(mu - x^2) + k*x^2"], x="output(0.1)", y="variable(0.0)", mu=-0.5,
                   k=0.0)  # fmt: skip
    cycles = cycles_of(model, MU, (-1.0, 1.0))
    assert cycles.ended == ("hopf", "homoclinic")
    with pytest.raises(SimulationError) as caught:
        Continuation(model).homoclinic(cycles, "p/op/k", bounds={MU: (-1.0, 1.0), "p/op/k": (-1.0, 1.0)})
    assert str(caught.value) == (
        f"No homoclinic orbit was found near the cycle of period {cycles.periods[-1]:g} at p/op/mu = "
        f"{cycles.p[-1, 0]:g}, with p/op/k = 0: Newton's method did not converge from it. Perhaps it comes to orbits "
        "between several equilibria; else follow the cycles to a longer period: max_period=..."
    )
