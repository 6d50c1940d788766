"""Branches of equilibria against closed forms and independent numbers, by the names of a model."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from rates_continuation import Continuation
from rates_continuation.native import engine
from rates_core.errors import ApproximationWarning, ArgumentError, SimulationError, UnknownNameError
from rates_core.testing.parts import single

from rates_core import CircuitTemplate

REFERENCE = json.loads((Path(__file__).parent / "reference.json").read_text(encoding="utf-8"))
QIF = "model_templates.neural_mass_models.qif.qif_sfa"
ETA, R = "p/qif_sfa_op/eta", "p/qif_sfa_op/r"
CUSP = single("x' = mu + k*x - x^3", x="output(-1.3)", mu=0.0, k=1.0)


@pytest.mark.parametrize("start", [None, {ETA: -5.0}, {ETA: 4.0}])
@pytest.mark.parametrize("max_step", [0.25, 0.07])
def test_folds_and_hopf_points_of_quadratic_neurons_are_those_of_the_reference(
    start: dict[str, float] | None, max_step: float
) -> None:
    found = Continuation(QIF).equilibria(ETA, bounds=(-10.0, 5.0), start=start, max_step=max_step)
    wanted = REFERENCE["qif_sfa_default"]["equilibria"]
    assert [point.kind for point in found.specials] == [point["kind"] for point in wanted]
    for point, known in zip(found.specials, wanted, strict=True):
        assert point[ETA] == pytest.approx(known["eta"], rel=1e-9)
        assert point[R] == pytest.approx(known["r"], rel=1e-9)
        assert point.residual < 1e-12
        if point.kind == "HB":
            assert point.period == pytest.approx(known["period"], rel=1e-9)
            assert point.criticality == known["criticality"]
    assert found.ended == ("bound", "bound")
    assert found.p[[0, -1], 0].tolist() == [-10.0, 5.0]


def test_every_point_is_the_closed_form_and_has_its_stability() -> None:
    found = Continuation(QIF).equilibria(ETA, bounds=(-10.0, 5.0))
    r = found.column(R)
    v, a = -1 / (2 * np.pi * r), 5 * r  # Delta = tau = 1, alpha*tau_a = 5
    np.testing.assert_allclose(found.column(ETA), -(v**2) + a - 15 * r + (np.pi * r) ** 2, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(found.column("p/qif_sfa_op/a"), a, rtol=1e-9)
    numbers = [found.unstable[0]]
    for value in found.unstable:
        if value != numbers[-1]:
            numbers.append(value)
    assert numbers == [0, 2, 1, 2, 0]


def test_folds_of_the_cusp_have_their_normal_form() -> None:
    found = Continuation(CUSP).equilibria("p/op/mu", bounds=(-2.0, 2.0))
    low, high = found.special("LP")
    size = 2 / (3 * np.sqrt(3))
    assert (low["p/op/mu"], high["p/op/mu"]) == (pytest.approx(size, rel=1e-12), pytest.approx(-size, rel=1e-12))
    # f'' = -6 x at x = -1/sqrt(3) and 1/sqrt(3), and a is half of it
    assert (low.coefficient, high.coefficient) == (
        pytest.approx(np.sqrt(3), rel=1e-8),
        pytest.approx(-np.sqrt(3), rel=1e-8),
    )


def test_hopf_points_of_fitzhugh_and_nagumo() -> None:
    model = single(
        ["v' = v - v^3/3 - w + I_ext", "w' = eps*(v + a - b*w)"], v="output(-1.2)", w="variable(-0.6)", I_ext=0.0,
        eps=0.08, a=0.7, b=0.8,
    )  # fmt: skip
    found = Continuation(model).equilibria("p/op/I_ext", bounds=(-1.0, 2.0))
    known = REFERENCE["fitzhugh_nagumo"]
    assert [point.kind for point in found.specials] == ["HB", "HB"]
    np.testing.assert_allclose([point["p/op/I_ext"] for point in found.specials], known["HB_I"], rtol=1e-12)
    assert found.specials[0].period == pytest.approx(known["period_at_first"], rel=1e-11)
    assert [point.criticality for point in found.specials] == ["subcritical", "subcritical"]


LORENZ = single(
    ["x' = sigma*(y - x)", "y' = x*(rho - z) - y", "z' = x*y - beta*z"], x="output(0.0)", y="variable(0.0)",
    z="variable(0.0)", sigma=10.0, rho=0.5, beta=8 / 3,
)  # fmt: skip


def test_the_resting_state_of_lorenz_branches_at_1() -> None:
    found = Continuation(LORENZ).equilibria("p/op/rho", bounds=(-1.0, 30.0))
    assert [point.kind for point in found.specials] == ["BP"]
    assert found.specials[0]["p/op/rho"] == pytest.approx(1.0, rel=1e-12)


def test_convection_of_lorenz_loses_its_stability_at_a_hopf_point() -> None:
    z = 9.0
    x = np.sqrt(8 / 3 * z)
    start = {"p/op/x": x, "p/op/y": x, "p/op/z": z, "p/op/rho": 10.0}
    found = Continuation(LORENZ).equilibria("p/op/rho", bounds=(2.0, 30.0), start=start)
    (hopf,) = found.specials
    assert hopf["p/op/rho"] == pytest.approx(470 / 19, rel=1e-12)
    assert hopf.period == pytest.approx(REFERENCE["lorenz"]["HB_period"], rel=1e-11)


def test_the_closed_form_of_the_first_lyapunov_coefficient() -> None:
    # r' = r*(mu + c*r^2) has l1 = c*|q|^2 with |q| = 1: Re(z) = x is half of q and of its conjugate
    for c in (-0.3, 0.8):
        model = single(
            ["x' = mu*x - y + c*x*(x^2 + y^2)", "y' = x + mu*y + c*y*(x^2 + y^2)"], x="output(0.0)", y="variable(0.0)",
            mu=-0.5, c=c,
        )  # fmt: skip
        (hopf,) = Continuation(model).equilibria("p/op/mu", bounds=(-1.0, 1.0)).specials
        assert hopf.coefficient == pytest.approx(2 * c, rel=1e-6)
        assert hopf.criticality == ("supercritical" if c < 0 else "subcritical")


def test_a_closed_curve_is_followed_once() -> None:
    # equilibria with mu^2 + x^2 = 1 in two halves, which folds join
    model = single("x' = 1 - mu^2 - x^2", x="output(1.0)", mu=0.0)
    found = Continuation(model).equilibria("p/op/mu", bounds=(-2.0, 2.0))
    assert found.ended == ("closed", "closed")
    assert sorted(round(point["p/op/mu"], 9) for point in found.special("LP")) == [-1.0, 1.0]
    np.testing.assert_allclose(found.column("p/op/mu") ** 2 + found.column("p/op/x") ** 2, 1.0, rtol=1e-9)


def test_units_of_states_change_nothing() -> None:
    plain = single(["x' = mu + x - x^3 + 0.1*y", "y' = x - y"], x="output(-1.3)", y="variable(-1.3)", mu=0.0)
    large = single(
        ["x' = s*(mu + x/s - (x/s)^3 + 0.1*y*s)", "y' = x/s^2 - y"], x="output(-1.3e6)", y="variable(-1.3e-6)", mu=0.0,
        s=1e6,
    )  # fmt: skip
    one, other = (
        Continuation(model).equilibria("p/op/mu", bounds=(-2.0, 2.0)).special("LP") for model in (plain, large)
    )
    assert len(one) == len(other) == 2
    np.testing.assert_allclose([p["p/op/mu"] for p in other], [p["p/op/mu"] for p in one], rtol=1e-9)


def test_tables_speak_in_paths() -> None:
    found = Continuation(CUSP).equilibria("p/op/mu", bounds=(-2.0, 2.0))
    assert list(found.data.columns) == ["p/op/mu", "p/op/x", "unstable"]
    assert len(found.data) == len(found)
    assert found.special_points["kind"].tolist() == ["LP", "LP"]
    assert repr(found).startswith("<Branch of ")
    assert found.special_points["p/op/mu"].tolist() == [point["p/op/mu"] for point in found.specials]


def test_values_that_a_run_has_are_parameters_too() -> None:
    found = Continuation(CUSP, parameters={"p/op/k": 3.0}).equilibria("p/op/mu", bounds=(-4.0, 4.0))
    np.testing.assert_allclose([point["p/op/mu"] for point in found.special("LP")], [2.0, -2.0], rtol=1e-11)


@pytest.mark.parametrize(
    ("bounds", "text"),
    [
        ((1.0, 2.0), "bounds of 'p/op/mu' are (1, 2), which leave out its value 0 at the start. Choose others, or give "
                     "a value between them: start={'p/op/mu': ...}."),
        ((2.0, -2.0), "bounds must be two numbers, the lower one first; they are (2.0, -2.0)."),
        (3.0, "bounds must be two numbers, (lower, upper); they are 3.0."),
    ],
)  # fmt: skip
def test_bounds_have_to_be_right(bounds: tuple[float, float], text: str) -> None:
    with pytest.raises(ArgumentError) as refused:
        Continuation(CUSP).equilibria("p/op/mu", bounds=bounds)
    assert str(refused.value) == text


def test_a_model_without_an_equilibrium_says_what_was_tried() -> None:
    model = single("x' = 1 + x^2 + mu^2", x="output(0.0)", mu=0.0)
    with pytest.raises(SimulationError, match=r"^No equilibrium was found near the start at p/op/mu = 0: the model"):
        Continuation(model).equilibria("p/op/mu", bounds=(-1.0, 1.0))


def test_unknown_names_are_told() -> None:
    found = Continuation(CUSP).equilibria("p/op/mu", bounds=(-2.0, 2.0))
    with pytest.raises(UnknownNameError, match="Did you mean 'p/op/x'"):
        found.column("p/op/xx")
    with pytest.raises(UnknownNameError, match="A special point has no value 'p/op/m'"):
        found.specials[0]["p/op/m"]
    with pytest.raises(UnknownNameError, match=r"There are no points of kind 'HP'\. Did you mean"):
        found.special("HP")
    with pytest.raises(UnknownNameError):
        Continuation(CUSP).equilibria("p/op/nu", bounds=(-2.0, 2.0))


def test_a_circuit_is_taken_as_it_is() -> None:
    circuit = CircuitTemplate.from_yaml(QIF)
    Continuation(circuit).equilibria(ETA, bounds=(-6.0, -4.0))
    assert circuit == CircuitTemplate.from_yaml(QIF)


def test_a_diagram_of_lorenz_has_both_halves_of_convection() -> None:
    found = Continuation(LORENZ).diagram("p/op/rho", bounds=(-1.0, 30.0))
    rest, convection, *cycles = found.branches
    assert [point.kind for point in rest.specials] == ["BP"]
    assert [point.kind for point in convection.specials] == ["HB", "BP", "HB"]
    rho, z = convection.column("p/op/rho"), convection.column("p/op/z")
    np.testing.assert_allclose(z, rho - 1, atol=1e-9)
    np.testing.assert_allclose(convection.column("p/op/x") ** 2, 8 / 3 * z, atol=1e-8)
    assert convection.column("p/op/x")[0] * convection.column("p/op/x")[-1] < 0
    np.testing.assert_allclose(found.special_points["p/op/rho"], [1.0, 470 / 19, 1.0, 470 / 19], rtol=1e-11)
    assert found.special_points["branch"].tolist() == [0, 1, 1, 1]
    assert repr(found) == "<Diagram of 4 branches; special: 2 BP, 2 HB>"
    assert [branch.ended for branch in cycles] == [("hopf", "homoclinic")] * 2  # one around each half
    assert cycles[0].column("p/op/x")[0] * cycles[1].column("p/op/x")[0] < 0


def test_a_pitchfork_is_found_from_its_prongs_too() -> None:
    model = single("x' = mu*x - x^3", x="output(1.0)", mu=1.0)
    found = Continuation(model).diagram("p/op/mu", bounds=(-2.0, 2.0))
    assert [[point.kind for point in branch.specials] for branch in found.branches] == [["BP"], ["BP"]]
    np.testing.assert_allclose(found.special_points["p/op/mu"], 0.0, atol=1e-9)
    prongs, middle = found.branches
    np.testing.assert_allclose(prongs.column("p/op/x") ** 2, prongs.column("p/op/mu"), atol=1e-9)
    assert (prongs.unstable == 0).all()
    assert (middle.unstable == (middle.column("p/op/mu") > 0)).all()


@pytest.mark.parametrize(
    ("equations", "coefficient", "criticality"),
    [
        (["x' = mu*x - x^3", "y' = -y"], -1.0, "supercritical"),
        (["x' = mu*x + 2*x^3", "y' = -y"], 2.0, "subcritical"),
        (["x' = mu*x - x^3 + x*y", "y' = -y + 0.5*x^2"], -0.5, "supercritical"),  # on y = x^2/2
        (["x' = mu*x - x^2", "y' = -y"], np.nan, ""),
    ],
)
def test_the_coefficient_of_a_pitchfork_is_that_of_the_reduced_equation(
    equations: list[str], coefficient: float, criticality: str
) -> None:
    model = single(equations, x="output(0.0)", y="variable(0.0)", mu=-0.5)
    (point,) = Continuation(model).equilibria("p/op/mu", bounds=(-1.0, 1.0)).special("BP")
    assert point.coefficient == pytest.approx(coefficient, rel=1e-9, nan_ok=True)
    assert point.criticality == criticality


def test_curves_that_cross_exchange_their_stability() -> None:
    model = single("x' = x*(mu - x)*(mu + x - 1)", x="output(0.0)", mu=-0.5)
    found = Continuation(model).diagram("p/op/mu", bounds=(-2.0, 2.0))
    assert len(found.branches) == 3
    for branch in found.branches:
        x, mu = branch.column("p/op/x"), branch.column("p/op/mu")
        assert min(np.max(np.abs(value)) for value in (x, mu - x, mu + x - 1)) < 1e-9
        assert [point.kind for point in branch.specials] == ["BP", "BP"]
    places = {(round(p["p/op/mu"], 9) + 0.0, round(p["p/op/x"], 9) + 0.0) for b in found.branches for p in b.specials}
    assert places == {(0.0, 0.0), (1.0, 0.0), (0.5, 0.5)}


def test_a_pole_is_no_special_point() -> None:
    # the rate of a time constant changes its sign where that is 0, by way of infinity
    model = single(["x' = (1 - x)/tau", "y' = x - y"], x="output(1.0)", y="variable(1.0)", tau=1.0)
    found = Continuation(model).equilibria("p/op/tau", bounds=(-1.0, 3.0))
    assert found.specials == ()
    assert found.p[-1, 0] == 3.0


def test_a_center_has_no_hopf_points() -> None:
    model = single(["x' = x*(mu - y)", "y' = y*(x - 1)"], x="output(1.1)", y="variable(0.9)", mu=1.0)
    found = Continuation(model).equilibria("p/op/mu", bounds=(0.5, 2.0), start={"p/op/x": 1.0, "p/op/y": 1.0})
    np.testing.assert_allclose(found.eigenvalues[:, 0] ** 2, -found.p[:, 0], rtol=1e-12)
    assert found.specials == ()
    assert not found.unstable.any()


def test_special_points_say_how_many_other_directions_are_unstable() -> None:
    model = single(
        ["x' = mu - x^2", "y' = 0.3*y", "u' = (mu - 0.5)*u - 3*v", "v' = 3*u + (mu - 0.5)*v"], x="output(0.9)",
        y="variable(0.0)", u="variable(0.0)", v="variable(0.0)", mu=0.81,
    )  # fmt: skip
    start = {f"p/op/{name}": value for name, value in (("x", 0.9), ("y", 0.0), ("u", 0.0), ("v", 0.0))}
    found = Continuation(model).equilibria("p/op/mu", bounds=(-0.5, 1.0), start=start)
    table = found.special_points.sort_values("p/op/x")  # the lower branch is unstable by itself
    assert table["kind"].tolist() == ["HB", "LP", "HB"]
    assert table["unstable"].tolist() == [2, 1, 1]


def test_functions_that_jump_are_warned_of_by_name() -> None:
    model = single("x' = mu - x + 0.0*heaviside(x - 10)", x="output(0.0)", mu=0.0)
    with pytest.warns(
        ApproximationWarning, match=r"^'heaviside', in the equation of 'p/op/x', is constant between its jumps: "
    ):
        found = Continuation(model).equilibria("p/op/mu", bounds=(-1.0, 1.0))
    np.testing.assert_allclose(found.column("p/op/x"), found.p[:, 0], atol=1e-12)


def test_states_that_decay_to_nothing_are_nothing() -> None:
    model = single(["x' = (mu - 1)*x - x^3", "y' = -2*y + x"], x="output(0.5)", y="variable(0.3)", mu=-5.0)
    found = Continuation(model).equilibria("p/op/mu", bounds=(-6.0, 3.0))
    assert [point.kind for point in found.specials] == ["BP"]
    assert found.specials[0]["p/op/mu"] == pytest.approx(1.0, rel=1e-9)
    assert not found.x.any()
    assert found.ended == ("bound", "bound")


@pytest.mark.parametrize("max_step", [0.05, 0.25])
def test_a_pair_that_enters_hides_none_that_leaves_in_the_same_step(
    max_step: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "refined", lambda points, *_: points)  # which would add a point between them
    model = single(
        ["x' = (k - 0.5)*x - 2*y", "y' = 2*x + (k - 0.5)*y", "v' = (0.5003 - k)*v - 5*w", "w' = 5*v + (0.5003 - k)*w"],
        x="output(0.0)", y="variable(0.0)", v="variable(0.0)", w="variable(0.0)", k=0.1,
    )  # fmt: skip
    branch = Continuation(model).equilibria("p/op/k", bounds=(0.1, 1.0), max_step=max_step, verbose=False)
    assert [point.kind for point in branch.specials] == ["HB", "HB"]
    np.testing.assert_allclose([point["p/op/k"] for point in branch.specials], [0.5, 0.5003], rtol=1e-10)
    assert set(branch.unstable) == {2}


@pytest.mark.parametrize("max_step", [0.05, 0.25])
def test_pairs_on_the_imaginary_axis_are_no_hopf_points_until_they_meet_and_leave_it(max_step: float) -> None:
    # (s^2 - 1)^2 + g^2 s^2 = 0 for eigenvalues s of a gyroscope: on the axis for g >= 2
    model = single(
        ["x' = u", "y' = v", "u' = x - g*v", "v' = y + g*u"],
        x="output(0.0)", y="variable(0.0)", u="variable(0.0)", v="variable(0.0)", g=3.0,
    )  # fmt: skip
    branch = Continuation(model).equilibria("p/op/g", bounds=(1.0, 3.0), max_step=max_step, verbose=False)
    assert [point.kind for point in branch.specials] == ["??"]
    np.testing.assert_allclose(branch.specials[0]["p/op/g"], 2.0, rtol=1e-6)
