"""Branches of cycles against closed forms and independent numbers."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from attrs import evolve
from rates_continuation import Continuation, CycleBranch, TwoParameterCurve, load
from rates_continuation.native.collocation import DEGREE, Care, adapted, basis, interpolated, node_times
from rates_continuation.native.tracing import Bounds
from rates_continuation.reached import cycles_reached
from rates_core.errors import ApproximationWarning, ArgumentError, SimulationError, UnknownNameError
from rates_core.testing.parts import single

from rates_core import CircuitTemplate

REFERENCE = json.loads((Path(__file__).parent / "reference.json").read_text(encoding="utf-8"))
MU = "p/op/mu"
CIRCLE = ["x' = x*(1 - x^2 - y^2) - y", "y' = y*(1 - x^2 - y^2) + x"]  # a stable circle of period 2 pi


def circle(equations: list[str], mu: float, **variables: float | str) -> CircuitTemplate:
    """Return a model that runs on a circle, with more equations beside."""
    return single(CIRCLE + equations, x="output(1.0)", y="variable(0.0)", mu=mu, **variables)


def followed(model: CircuitTemplate, bounds: tuple[float, float] = (-0.3, 0.2), **options: float) -> CycleBranch:
    """Return the cycles that a model runs to."""
    return Continuation(model).cycles(from_={}, parameter=MU, bounds=bounds, **options)  # type: ignore[arg-type]


def test_a_branch_of_circles_turns_round_where_it_has_to_and_ends_at_its_hopf_point() -> None:
    growth = "(mu + x^2 + y^2 - (x^2 + y^2)^2)"
    model = single([f"x' = {growth}*x - y", f"y' = {growth}*y + x"], x="output(1.0)", y="variable(0.0)", mu=0.1)
    branch = followed(model, (-1.0, 1.0))
    for profile, (mu,) in zip(branch.profiles, branch.p, strict=True):
        squares = np.sum(profile.values**2, axis=1)
        np.testing.assert_allclose(mu + squares - squares**2, 0.0, atol=1e-6)
    np.testing.assert_allclose(branch.periods, 2 * np.pi, rtol=1e-9)
    (fold,) = branch.specials
    assert (fold.kind, branch.ended) == ("LPC", ("hopf", "bound"))
    assert fold[MU] == pytest.approx(-0.25, abs=1e-12)
    assert fold["p/op/x"] == pytest.approx(np.sqrt(0.5), rel=1e-5)
    assert abs(branch.p[0, 0]) < 1e-3  # of the Hopf point
    square = branch.x[:, 0] ** 2
    exponents = (branch.p[:, 0] + 3 * square - 5 * square**2) * 2 * np.pi  # of a change of the radius
    np.testing.assert_allclose(branch.multipliers[:, 0].real, np.exp(exponents), rtol=2e-4, atol=1e-9)
    np.testing.assert_allclose(branch.trivial, 1.0, atol=1e-8)
    assert branch.unstable.tolist() == (exponents > 0).astype(int).tolist()


@pytest.mark.parametrize("max_step", [0.25, 0.08])
def test_pairs_of_multipliers_that_cross_the_unit_circle_are_tori(max_step: float) -> None:
    equations = ["u' = (2*mu*x^2 - u^2 - v^2)*u - w*v", "v' = w*u + (2*mu*x^2 - u^2 - v^2)*v"]
    branch = followed(
        circle(equations, -0.1, u="variable(0.0)", v="variable(0.0)", w=0.3), max_step=max_step
    )  # the mean of 2 x^2 is 1: multipliers are exp(2 pi (mu +- 0.3 i))
    (torus,) = branch.specials
    assert torus.kind == "NS"
    assert torus[MU] == pytest.approx(0.0, abs=1e-9)
    # u + i v = sqrt(2) xi for vectors of mean length 1, and |u + i v| falls by its cube
    assert torus.coefficient == pytest.approx(-2.0, rel=1e-6)
    assert torus.criticality == "supercritical"
    np.testing.assert_allclose(np.sort_complex(torus.eigenvalues[:2]), np.exp([-0.6j * np.pi, 0.6j * np.pi]), atol=1e-7)
    assert branch.unstable.tolist() == (2 * (branch.p[:, 0] > 0)).tolist()


@pytest.mark.parametrize("max_step", [0.25, 0.08])
def test_a_multiplier_that_crosses_minus_one_doubles_the_period(max_step: float) -> None:
    equations = [  # in a frame that turns half as fast as the circle: a' = (mu - a^2 - b^2) a, b' = -(1 + a^2 + b^2) b
        "u' = 0.5*(mu - 1)*u + 0.5*(mu + 1)*(x*u + y*v) - 0.5*v - (u^2 + v^2)*u",
        "v' = 0.5*(mu - 1)*v + 0.5*(mu + 1)*(y*u - x*v) + 0.5*u - (u^2 + v^2)*v",
    ]
    branch = followed(circle(equations, -0.1, u="variable(0.0)", v="variable(0.0)"), max_step=max_step)
    (doubling,) = branch.specials
    assert doubling.kind == "PD"
    assert doubling[MU] == pytest.approx(0.0, abs=1e-9)
    assert doubling.period == pytest.approx(2 * np.pi, rel=1e-8)
    np.testing.assert_allclose(branch.multipliers[:, 0].real, -np.exp(2 * np.pi * branch.p[:, 0]), rtol=1e-6)


def test_a_doubling_whose_cycles_are_unstable_is_subcritical_with_the_terms_of_second_order_counted() -> None:
    radius = "(1 - x^2 - y^2 + 3*u^2 + 3*v^2)"  # r^2 comes to 1 + 3 a^2
    equations = [  # a' = (mu + r^2 - 1 - a^2 - b^2) a, which is 2 a^3
        "u' = 0.5*(mu - 1)*u + 0.5*(mu + 1)*(x*u + y*v)/r - 0.5*v + (x^2 + y^2 - 1 - u^2 - v^2)*u",
        "v' = 0.5*(mu - 1)*v + 0.5*(mu + 1)*(y*u - x*v)/r + 0.5*u + (x^2 + y^2 - 1 - u^2 - v^2)*v",
        "r = sqrt(x^2 + y^2)",
    ]
    model = single([f"x' = {radius}*x - y", f"y' = {radius}*y + x", *equations], x="output(1.0)", y="variable(0.0)",
                   u="variable(0.0)", v="variable(0.0)", r="variable(1.0)", mu=-0.1)  # fmt: skip
    (doubling,) = followed(model).special("PD")
    assert doubling.coefficient == pytest.approx(2.0, rel=1e-5)  # third derivatives are differences
    assert doubling.criticality == "subcritical"


def test_cycles_of_twice_the_period_begin_where_it_doubles() -> None:
    equations = [  # as above: a^2 = mu on the cycle of twice the period
        "u' = 0.5*(mu - 1)*u + 0.5*(mu + 1)*(x*u + y*v) - 0.5*v - (u^2 + v^2)*u",
        "v' = 0.5*(mu - 1)*v + 0.5*(mu + 1)*(y*u - x*v) + 0.5*u - (u^2 + v^2)*v",
    ]
    model = circle(equations, -0.1, u="variable(0.0)", v="variable(0.0)")
    doubling = followed(model).special("PD")[0]
    branch = Continuation(model).cycles(from_=doubling, bounds=(-0.3, 0.2))
    assert (branch.ended, branch.specials) == (("doubled", "bound"), ())
    np.testing.assert_allclose(branch.periods, 4 * np.pi, rtol=1e-8)
    np.testing.assert_allclose(branch.column("p/op/u"), np.sqrt(branch.p[:, 0]), rtol=1e-4, atol=1e-8)
    np.testing.assert_allclose(branch.multipliers[:, 0].real, np.exp(-8 * np.pi * branch.p[:, 0]), rtol=1e-4)


def test_cycles_of_twice_the_period_that_end_at_another_doubling_are_followed_once() -> None:
    growth = "(0.04 - mu^2)"  # is the square of a
    equations = [
        f"u' = 0.5*({growth} - 1)*u + 0.5*({growth} + 1)*(x*u + y*v) - 0.5*v - (u^2 + v^2)*u",
        f"v' = 0.5*({growth} - 1)*v + 0.5*({growth} + 1)*(y*u - x*v) + 0.5*u - (u^2 + v^2)*v",
    ]
    model, bounds = circle(equations, -0.25, u="variable(0.0)", v="variable(0.0)"), (-0.3, 0.3)
    once = followed(model, bounds)
    assert [(point.kind, round(point[MU], 9)) for point in once.specials] == [("PD", -0.2), ("PD", 0.2)]
    follow = partial(Continuation(model).cycles, bounds=bounds)
    ((branch, origin),) = cycles_reached([once], Bounds(*bounds), follow, 10)
    assert (branch.ended, branch.specials, origin.branch) == (("doubled", "doubled"), (), 0)
    assert branch.p[[0, -1], 0] == pytest.approx([-0.2, 0.2], abs=1e-3)
    np.testing.assert_allclose(branch.column("p/op/u") ** 2, 0.04 - branch.p[:, 0] ** 2, rtol=1e-3, atol=1e-8)


def test_the_branch_that_crosses_is_followed_to_both_sides() -> None:
    model = circle(["w' = mu*w - w^2 - 0.1*w^3"], -0.1, w="variable(0.0)")
    crossing = followed(model).special("BPC")[0]
    branch = Continuation(model).cycles(from_=crossing, bounds=(-0.3, 0.2))
    w = branch.column("p/op/w")
    np.testing.assert_allclose(branch.p[:, 0], w + 0.1 * w**2, atol=1e-9)
    assert sorted(branch.p[[0, -1], 0]) == [-0.3, 0.2]
    assert [point.kind for point in branch.specials] == ["BPC"]


def test_cycles_begin_around_an_equilibrium_that_is_0_but_for_rounding() -> None:
    model = single(["x' = y", "y' = mu - x + x^2 - x*y"], x="output(-0.2)", y="variable(0.0)", mu=-0.3)
    continuation = Continuation(model)
    (hopf,) = continuation.equilibria(MU, (-1.0, 0.25), start={"p/op/x": -0.2}).special("HB")
    assert abs(hopf["p/op/x"]) < 1e-15
    branch = continuation.cycles(from_=hopf, bounds=(-1.0, 0.25))
    assert branch.ended == ("hopf", "homoclinic")


def test_branches_of_cycles_cross_where_a_multiplier_passes_one() -> None:
    branch = followed(circle(["w' = (mu + 0.3*x)*w - w^3"], -0.1, w="variable(0.0)"))
    (crossing,) = branch.specials
    assert crossing.kind == "BPC"
    assert crossing[MU] == pytest.approx(0.0, abs=1e-9)


def test_a_branch_of_cycles_that_turns_round_at_a_pitchfork_has_no_fold_there() -> None:
    branch = followed(circle(["w' = mu*w - w^3"], 0.1, w="variable(0.3)"))
    (crossing,) = branch.specials
    assert crossing.kind == "BPC"
    assert crossing.unstable == 0
    assert abs(crossing[MU]) < 1e-3
    assert branch.ended == ("bound", "bound")
    last = branch.column("p/op/w")[[0, -1]]
    np.testing.assert_allclose(np.sort(last), [-np.sqrt(0.2), np.sqrt(0.2)], rtol=1e-8)
    middle = Continuation(circle(["w' = mu*w - w^3"], 0.1, w="variable(0.3)")).cycles(crossing, (-0.3, 0.2))
    np.testing.assert_allclose(middle.column("p/op/w"), 0.0, atol=1e-9)
    assert [point.kind for point in middle.specials] == ["BPC"]
    assert sorted(middle.p[[0, -1], 0]) == [-0.3, 0.2]


def test_periods_of_the_oscillator_of_van_der_pol() -> None:
    model = CircuitTemplate.from_yaml("model_templates.oscillators.vanderpol.vdp")
    run = model.run(simulation_time=40.0, step_size=1e-2, solver="rk4", backend="numpy", outputs=["p/vdp_op/x"])
    for mu, period in REFERENCE["van_der_pol_period"].items():
        last = float(mu.removeprefix("mu="))
        if last > 1:
            branch = Continuation(model).cycles(from_=run, parameter="p/vdp_op/mu", bounds=(0.5, last))
            assert branch.p[-1, 0] == last
            assert not branch.specials
            assert branch.periods[-1] == pytest.approx(period, rel=1e-8)


QIF, ETA = "model_templates.neural_mass_models.qif.qif_sfa", "p/qif_sfa_op/eta"


def test_cycles_of_quadratic_neurons_have_the_folds_of_the_reference_and_come_to_homoclinic_orbits() -> None:
    known = REFERENCE["qif_sfa_default"]
    continuation = Continuation(QIF)
    first, second = continuation.equilibria(ETA, bounds=(-10.0, 5.0)).special("HB")
    branch = continuation.cycles(from_=first, bounds=(-6.0, 3.0))
    assert (branch.ended, branch.specials) == (("hopf", "homoclinic"), ())
    assert branch.p[0, 0] == pytest.approx(first[ETA], abs=1e-5)
    assert branch.periods[0] == pytest.approx(first.period, rel=1e-5)
    assert branch.p[-1, 0] == pytest.approx(known["homoclinic"][0]["eta"], abs=1e-4)

    branch = continuation.cycles(from_=second, bounds=(-6.0, 3.0))
    assert [point.kind for point in branch.specials] == ["LPC", "LPC"]
    assert branch.ended == ("hopf", "homoclinic")
    for point, fold in zip(branch.specials, known["cycles_from_second_HB"], strict=True):
        assert point[ETA] == pytest.approx(fold["eta"], rel=1e-6)
        assert point.period == pytest.approx(fold["period"], rel=1e-6)
        assert point["p/qif_sfa_op/r"] == pytest.approx(fold["r_max"], abs=1e-4)
        assert point.error < 1e-4
        assert point.residual < 1e-9
    assert branch.p[-1, 0] == pytest.approx(known["homoclinic"][1]["eta_about"], abs=1e-4)


LORENZ = ["x' = sigma*(y - x)", "y' = x*(rho - z) - y", "z' = x*y - beta*z"]


def test_cycles_of_lorenz_come_to_the_homoclinic_orbit_and_double_their_period() -> None:
    known, states = REFERENCE["lorenz"], {"x": "output(1.0)", "y": "variable(0.0)", "z": "variable(0.0)"}
    model = single(LORENZ, **states, sigma=10.0, rho=20.0, beta=8 / 3)
    continuation = Continuation(model)
    (hopf,) = continuation.equilibria("p/op/rho", bounds=(5.0, 30.0)).special("HB")
    branch = continuation.cycles(from_=hopf, bounds=(5.0, 30.0))
    assert (branch.ended, branch.specials) == (("hopf", "homoclinic"), ())
    assert branch.p[-1, 0] == pytest.approx(known["homoclinic_rho"], abs=1e-4)

    branch = continuation.cycles(from_={"p/op/rho": 250.0}, parameter="p/op/rho", bounds=(220.0, 300.0))
    assert [point.kind for point in branch.specials] == ["PD"]
    assert branch.specials[0]["p/op/rho"] == pytest.approx(known["PD_rho"][0], abs=1e-6)


def test_a_diagram_has_the_cycles_of_all_hopf_points_once() -> None:
    model = single(["x' = mu*x - w*y - (x^2 + y^2)*x + (x^2 + y^2)*mu^2*x", "y' = w*x + mu*y - (x^2 + y^2)*y"],
                   x="output(0.0)", y="variable(0.0)", mu=-0.5, w=2.0)  # fmt: skip
    diagram = Continuation(model).diagram(MU, bounds=(-0.5, 0.4))
    assert [branch.what for branch in diagram.branches] == ["equilibria", "cycles"]
    assert diagram.origins[1] is not None
    assert diagram.origins[1].point is diagram.branches[0].special("HB")[0]
    assert not diagram.special_points.query("kind != 'HB'").size
    cited = [text.split(",")[0] for text in diagram.citations]
    equilibria, profiles = ["Keller", "Govaerts", "Kuznetsov"], ["Doedel", "de Boor", "Ascher", "Broyden", "Kelley"]
    assert cited == [*equilibria, *profiles, "Fairgrieve", "Kuznetsov"]
    alone = Continuation(model).diagram(MU, bounds=(-0.5, 0.4), cycles=False)
    assert len(alone.branches) == 1
    assert [text.split(",")[0] for text in alone.citations] == equilibria


def test_a_bubble_of_cycles_between_two_hopf_points_is_one_branch() -> None:
    growth = "(0.25 - mu^2 - x^2 - y^2)"  # circles of radius sqrt(0.25 - mu^2)
    model = single([f"x' = {growth}*x - y", f"y' = {growth}*y + x"], x="output(0.0)", y="variable(0.0)", mu=-0.9)
    diagram = Continuation(model).diagram(MU, bounds=(-0.9, 0.9))
    assert len(diagram.branches) == 2
    bubble = diagram.branches[1]
    assert bubble.ended == ("hopf", "hopf")
    np.testing.assert_allclose(bubble.p[[0, -1], 0], [-0.5, 0.5], atol=2e-2)
    np.testing.assert_allclose(bubble.column("p/op/x"), np.sqrt(0.25 - bubble.p[:, 0] ** 2), rtol=1e-6, atol=1e-8)


def test_a_diagram_comes_back_from_its_file(tmp_path: Path) -> None:
    growth = "(mu + x^2 + y^2 - (x^2 + y^2)^2)"
    model = single([f"x' = {growth}*x - y", f"y' = {growth}*y + x"], x="output(0.0)", y="variable(0.0)", mu=-0.5)
    diagram = Continuation(model).diagram(MU, bounds=(-0.5, 0.5))
    diagram.save(tmp_path / "circles.npz")
    found = load(tmp_path / "circles.npz")
    pd.testing.assert_frame_equal(found.special_points, diagram.special_points)
    for one, other in zip(found.branches, diagram.branches, strict=True):
        pd.testing.assert_frame_equal(one.data, other.data)
        np.testing.assert_array_equal(one.eigenvalues, other.eigenvalues)
        assert one.ended == other.ended
    assert found.origins[1] is not None
    assert found.origins[1].point is found.branches[0].specials[0]
    ours, theirs = (branches[1].specials[0].profile for branches in (found.branches, diagram.branches))
    assert ours is not None
    assert theirs is not None
    pd.testing.assert_frame_equal(ours.data, theirs.data)
    again = Continuation(model).cycles(from_=found.branches[0].special("HB")[0], bounds=(-0.5, 0.5))
    assert [point.kind for point in again.specials] == ["LPC"]


def test_branches_that_go_on_cite_the_engine_that_began_them() -> None:
    continuation = Continuation(single([*CIRCLE, "w' = mu - w"], x="output(1.0)", y="variable(0.0)",
                                       w="variable(0.0)", mu=0.0))  # fmt: skip
    cycles = continuation.cycles(from_={}, parameter=MU, bounds=(-0.1, 0.1))
    rest = continuation.equilibria(MU, bounds=(-0.1, 0.1), start={"p/op/x": 0.0, "p/op/y": 0.0, "p/op/w": 0.0})
    for branch in (cycles, rest):
        another = evolve(branch, cited=("Another engine.",))
        for part in (another, evolve(another, found=None)):  # as it is, and as from a file
            assert continuation.extended(part, (-0.2, 0.2)).citations[-1] == "Another engine."


def test_files_that_hold_no_diagram_are_refused(tmp_path: Path) -> None:
    (tmp_path / "text.npz").write_text("no diagram")
    for name, reason in (("text.npz", ".*"), ("none.npz", ".*No such file or directory.*")):
        with pytest.raises(ArgumentError, match=rf"^'.*{name}' holds no diagram: {reason}\.$"):
            load(tmp_path / name)
    diagram = Continuation(single("x' = mu - x", x="output(0.0)", mu=0.0)).diagram(MU, bounds=(-0.5, 0.5))
    with pytest.raises(ArgumentError, match=r"^'.*' cannot be written: there is no folder"):
        diagram.save(tmp_path / "folder" / "file.npz")


def test_branches_go_on_to_other_bounds() -> None:
    growth = "(mu + x^2 + y^2 - (x^2 + y^2)^2)"
    model = single([f"x' = {growth}*x - y", f"y' = {growth}*y + x"], x="output(0.0)", y="variable(0.0)", mu=-0.2)
    continuation = Continuation(model)
    rest = continuation.equilibria(MU, bounds=(-0.3, -0.1))
    assert rest.specials == ()
    rest = continuation.extended(rest, (-0.4, 0.3))
    assert rest.p[[0, -1], 0].tolist() == [-0.4, 0.3]
    assert np.all(np.diff(rest.p[:, 0]) > 0)
    (hopf,) = rest.specials
    assert rest.p[hopf.number, 0] <= hopf[MU] <= rest.p[hopf.number + 1, 0]
    cycles = continuation.cycles(from_=hopf, bounds=(-0.2, 0.3))
    assert (cycles.ended, cycles.specials) == (("hopf", "bound"), ())
    cycles = continuation.extended(cycles, (-0.5, 0.3))
    assert cycles.ended == ("hopf", "bound")
    assert [point.kind for point in cycles.specials] == ["LPC"]
    assert cycles.p[-1, 0] == 0.3
    with pytest.raises(
        ArgumentError, match=r"^bounds of 'p/op/mu' are \(-0\.1, 0\.3\), and the branch goes from -0\.2"
    ):
        continuation.extended(cycles, (-0.1, 0.3))


@pytest.mark.parametrize(
    ("argument", "value", "wanted"),
    [
        ("max_step", 0, "a positive number; it is 0"),
        ("max_step", "long", "a positive number; it is 'long'"),
        ("max_points", 1.5, "a positive whole number; it is 1.5"),
        ("max_period", float("nan"), "a positive number; it is nan"),
        ("max_intervals", -3, "a positive whole number; it is -3"),
        ("tolerance", True, "a positive number; it is True"),
    ],
)
def test_numbers_that_say_how_cycles_are_followed_are_checked(argument: str, value: object, wanted: str) -> None:
    model = circle(["u' = -u + mu + x"], -0.1, u="variable(0.0)")
    with pytest.raises(ArgumentError, match=f"^{argument} must be {wanted}\\.$"):
        followed(model, **{argument: value})  # type: ignore[arg-type]


def test_what_is_no_model_and_what_is_no_start_is_refused() -> None:
    with pytest.raises(ArgumentError, match=r"^model must be a CircuitTemplate or the path of one; it is 3\.$"):
        Continuation(3)  # type: ignore[arg-type]
    continuation = Continuation(circle(["u' = -u + mu + x"], -0.1, u="variable(0.0)"))
    with pytest.raises(
        ArgumentError, match=r"^from_ must be a special point, the table that run\(\) returned, or a dict"
    ):
        continuation.cycles(from_="HB", bounds=(-0.3, 0.2), parameter=MU)  # type: ignore[arg-type]
    with pytest.raises(ArgumentError, match=r"^max_branches must be a positive whole number; it is 0\.$"):
        continuation.diagram(MU, bounds=(-0.3, 0.2), max_branches=0)


K = "p/op/k"


def curve_of(
    model: CircuitTemplate, kind: str, bounds: tuple[float, float], own: tuple[float, float]
) -> TwoParameterCurve:
    """Return the curve of the one special cycle of a kind, in mu and k."""
    (point,) = followed(model, own).special(kind)
    return Continuation(model).curve(point, K, bounds={MU: own, K: bounds})


def test_folds_of_cycles_are_followed_in_two_parameters() -> None:
    growth = "(mu + k*(x^2 + y^2) - (x^2 + y^2)^2)"
    model = single([f"x' = {growth}*x - y", f"y' = {growth}*y + x"], x="output(1.0)", y="variable(0.0)", mu=0.1, k=1.0)
    curve = curve_of(model, "LPC", (0.3, 2.0), (-1.0, 1.0))
    np.testing.assert_allclose(curve.column(MU), -(curve.column(K) ** 2) / 4, atol=1e-11)
    np.testing.assert_allclose(np.sort(curve.p[[0, -1], 1]), [0.3, 2.0], rtol=1e-12)
    np.testing.assert_allclose(curve.column("p/op/x"), np.sqrt(curve.column(K) / 2), rtol=1e-5)
    np.testing.assert_allclose(curve.periods, 2 * np.pi, rtol=1e-9)
    np.testing.assert_allclose(curve.eigenvalues[:, 0], 1.0, atol=1e-6)
    assert curve.ended == ("bound", "bound")
    assert not curve.unstable.any()
    assert repr(curve).endswith("folds of cycles in p/op/mu and p/op/k; special: none>")
    on = Continuation(model).extended(curve, {MU: (-2.0, 1.0), K: (0.2, 2.5)})
    np.testing.assert_allclose(on.column(MU), -(on.column(K) ** 2) / 4, atol=1e-11)
    np.testing.assert_allclose(np.sort(on.p[[0, -1], 1]), [0.2, 2.5], rtol=1e-12)
    assert len(set(on.column(K).tolist())) == len(on) > len(curve)


def test_folds_of_cycles_end_where_they_shrink_to_a_hopf_point() -> None:
    growth = "(mu + k*(x^2 + y^2) - (x^2 + y^2)^2)"  # folds at mu = -k^2/4, r^2 = k/2: a generalised Hopf point at 0
    model = single([f"x' = {growth}*x - y", f"y' = {growth}*y + x"], x="output(1.0)", y="variable(0.0)", mu=0.1, k=1.0)
    curve = curve_of(model, "LPC", (-1.0, 2.0), (-1.0, 1.0))
    assert sorted(curve.ended) == ["bound", "hopf"]
    small, large = sorted(curve.column(K)[[0, -1]].tolist())
    assert large == 2.0
    assert 0.0 < small < 2.0 * 0.3**2  # the last one is not much larger than 2 % of the largest radius
    np.testing.assert_allclose(curve.column(MU), -(curve.column(K) ** 2) / 4, atol=1e-9)
    assert (np.diff(curve.column(K)) * np.sign(curve.p[-1, 1] - curve.p[0, 1]) > 0).all()  # not there and back


def test_a_fold_in_a_canard_explosion_says_how_its_curve_is_found() -> None:
    equations, current, eps = ["v' = v - v^3/3 - w + I", "w' = eps*(v + 0.7 - 0.8*w)"], "p/op/I", "p/op/eps"
    found = []
    for value in (0.08, 0.2):
        model = single(equations, v="output(-1.0)", w="variable(-0.5)", I=0.0, eps=value)
        continuation = Continuation(model)
        hopf = continuation.equilibria(current, bounds=(0.0, 2.0)).special("HB")[0]
        found.append((continuation, continuation.cycles(from_=hopf, bounds=(0.0, 2.0)).special("LPC")[0]))
    (continuation, canard), (other, fold) = found
    with pytest.raises(SimulationError) as refused:
        continuation.curve(canard, eps, bounds={current: (0.0, 2.0), eps: (0.02, 1.0)})
    nearest = abs(abs(canard.eigenvalues[0]) - 1.0)
    assert nearest > 0.05
    assert str(refused.value) == (
        f"The point with p/op/I = 0.324178 lies in a canard explosion: small changes of its cycle grow, and shrink "
        f"again, by so much in a period that the critical multiplier cannot be computed; the nearest one is "
        f"{nearest:.2g} from the unit circle. Find a point of the same kind with a value of 'p/op/eps' where that is "
        "not so, and follow the curve from there towards 0.08."
    )
    curve = other.curve(fold, eps, bounds={current: (0.0, 2.0), eps: (0.15, 1.0)})
    assert sorted(curve.ended) == ["bound", "hopf"]
    assert curve.column(eps).max() == pytest.approx(0.9375, rel=1e-2)  # near the generalised Hopf point
    assert curve.column(eps).max() < 0.9375
    with pytest.warns(ApproximationWarning) as warned:
        further = other.curve(fold, eps, bounds={current: (0.0, 2.0), eps: (0.02, 1.0)})
    last = int(np.argmin(further.column(eps)))
    assert further.column(eps)[last] < 0.1
    assert sorted(further.ended) == ["hopf", "stalled"]
    end = further.found.points[last]
    slopes = 1 - end.profile[:, 0] ** 2 - 0.8 * further.column(eps)[last]  # by which areas grow
    times = further.periods[last] * end.curve.times
    grown = np.append(0.0, np.cumsum(0.5 * (slopes[1:] + slopes[:-1]) * np.diff(times)))
    assert np.exp(np.ptp(grown)) > 1e10  # so much that six of sixteen digits are left
    nearest = abs(abs(further.eigenvalues[last, 0]) - 1.0)
    assert [str(each.message) for each in warned] == [
        f"The curve of folds of cycles stalled at p/op/I = {further.column(current)[last]:g} and p/op/eps = "
        f"{further.column(eps)[last]:g}: small changes of the cycle grow there, and shrink again, by so much in a "
        f"period that the critical multiplier cannot be computed (the nearest one is {nearest:.2g} from the unit "
        "circle), as in a canard explosion."
    ]


def test_period_doublings_are_followed_in_two_parameters() -> None:
    rate = "(mu + 2*k*x^2)"  # its mean over the circle is mu + k
    equations = [
        f"u' = 0.5*({rate} - 1)*u + 0.5*({rate} + 1)*(x*u + y*v) - 0.5*v - (u^2 + v^2)*u",
        f"v' = 0.5*({rate} - 1)*v + 0.5*({rate} + 1)*(y*u - x*v) + 0.5*u - (u^2 + v^2)*v",
    ]
    model = circle(equations, -0.1, u="variable(0.0)", v="variable(0.0)", k=0.0)
    curve = curve_of(model, "PD", (-0.2, 0.15), (-0.3, 0.2))
    np.testing.assert_allclose(curve.column(MU), -curve.column(K), atol=1e-9)
    np.testing.assert_allclose(curve.eigenvalues[:, 0], -1.0, atol=1e-9)
    assert curve.ended == ("bound", "bound")


def test_tori_are_followed_in_two_parameters() -> None:
    equations = ["u' = (2*(mu + k)*x^2 - u^2 - v^2)*u - (w + k)*v", "v' = (w + k)*u + (2*(mu + k)*x^2 - u^2 - v^2)*v"]
    model = circle(equations, -0.1, u="variable(0.0)", v="variable(0.0)", w=0.3, k=0.0)
    curve = curve_of(model, "NS", (-0.15, 0.15), (-0.3, 0.2))
    np.testing.assert_allclose(curve.column(MU), -curve.column(K), atol=1e-10)
    turns = np.exp(2j * np.pi * (0.3 + curve.column(K)))
    np.testing.assert_allclose(curve.eigenvalues[:, 0].real, turns.real, atol=1e-7)
    np.testing.assert_allclose(np.abs(curve.eigenvalues[:, :2]), 1.0, atol=1e-9)


def test_cycles_without_a_curve_of_their_kind_are_refused() -> None:
    model = circle(["w' = (mu + 0.3*x)*w - w^3"], -0.1, w="variable(0.0)", k=0.0)
    point = followed(model).special("BPC")[0]
    with pytest.raises(ArgumentError, match=r"^A curve in two parameters begins at cycles of kind LPC, PD, NS, .* BPC"):
        Continuation(model).curve(point, K, bounds={MU: (-0.3, 0.2), K: (0.0, 1.0)})


def test_cycles_of_hodgkin_and_huxley_are_those_of_the_literature() -> None:
    # Rinzel and Miller 1980 (Mathematical Biosciences 49) for the folds; Guckenheimer and Labouriau 1993 (Bulletin of
    # Mathematical Biology 55) for the doubling next to one of them. They have the leak at 10.599 mV above rest.
    current = "p/hh_op/I_ext"
    model = Continuation("model_templates.systems.hodgkin_huxley.hh", parameters={"p/hh_op/E_L": -54.401})
    low, high = model.equilibria(current, bounds=(0.0, 200.0)).special("HB")
    assert (low[current], high[current]) == (pytest.approx(9.77963, abs=2e-5), pytest.approx(154.527, abs=1e-3))
    branch = model.cycles(from_=low, bounds=(0.0, 20.0))
    assert [point.kind for point in branch.specials] == ["LPC", "PD", "PD", "LPC", "LPC"]
    first, _, doubling, second, third = (point[current] for point in branch.specials)
    assert first == pytest.approx(7.84654, abs=2e-5)
    assert doubling == pytest.approx(7.92197768, abs=1e-7)
    assert second == pytest.approx(7.92198, abs=2e-5)
    assert third == pytest.approx(6.2649, abs=1e-3)


def test_tables_of_cycles_have_every_point() -> None:
    branch = followed(circle(["u' = -u + mu + x"], -0.1, u="variable(0.0)"))
    table = branch.data
    assert list(table) == [MU, "period", "p/op/x", "p/op/y", "p/op/u", "min(p/op/x)", "min(p/op/y)", "min(p/op/u)",
                           "unstable"]  # fmt: skip
    assert len(table) == len(branch) == len(branch.profiles)
    np.testing.assert_allclose(table["min(p/op/x)"], -1.0, rtol=1e-5)
    np.testing.assert_allclose(table["p/op/u"], table[MU] + np.sqrt(0.5), atol=1e-5)  # u' + u = mu + cos t
    profile = branch.profiles[0]
    np.testing.assert_allclose(
        profile.at(np.array([0.3, 0.3 + 6 * np.pi])), profile.at(np.array([0.3, 0.3])), atol=1e-7
    )
    assert list(profile.data) == list(branch.states)
    assert profile.data.index.name == "time"
    with pytest.raises(UnknownNameError, match=r"^The cycle has no state 'p/op/X'\. Did you mean 'p/op/x'\?"):
        profile["p/op/X"]


def test_what_cycles_cannot_begin_with_is_refused() -> None:
    continuation = Continuation(QIF)
    fold = continuation.equilibria(ETA, bounds=(-10.0, 5.0)).special("LP")[0]
    with pytest.raises(
        ArgumentError, match=r"^from_ is a point of kind 'LP'; cycles begin at points of the kinds HB, PD and BPC\."
    ):
        continuation.cycles(from_=fold, bounds=(-6.0, 3.0))
    with pytest.raises(ArgumentError, match=r"^cycles from a run need parameter=, the path of the one that varies\.$"):
        continuation.cycles(from_={}, bounds=(-6.0, 3.0))
    with pytest.raises(
        ArgumentError, match=r"^bounds of 'p/qif_sfa_op/eta' are \(0, 3\), which leave out its value -5 at"
    ):
        continuation.cycles(from_={}, parameter=ETA, bounds=(0.0, 3.0))
    with pytest.raises(SimulationError, match=r"and came to no cycle that closes\. Give states near a stable cycle"):
        continuation.cycles(from_={}, parameter=ETA, bounds=(-6.0, 3.0))
    with pytest.raises(UnknownNameError, match="etta"):
        continuation.cycles(from_={}, parameter="p/qif_sfa_op/etta", bounds=(-6.0, 3.0))
    other = CircuitTemplate.from_yaml("model_templates.oscillators.vanderpol.vdp")
    run = other.run(simulation_time=1.0, step_size=1e-2, backend="numpy", outputs=["p/vdp_op/x"])
    with pytest.raises(
        ArgumentError, match=r"^result has 2 values, but model 'qif_sfa' has 4: it is from another model\.$"
    ):
        continuation.cycles(from_=run, parameter=ETA, bounds=(-6.0, 3.0))


@pytest.mark.parametrize("degree", range(5))
def test_polynomials_of_the_basis_are_exact(degree: int) -> None:
    own = basis()
    points, _ = np.polynomial.legendre.leggauss(DEGREE)
    points = 0.5 * (points + 1)
    values = own.nodes**degree
    np.testing.assert_allclose(own.values @ values, points**degree, rtol=1e-13, atol=1e-14)
    slopes = degree * points ** max(degree - 1, 0) if degree else np.zeros(DEGREE)
    np.testing.assert_allclose(own.slopes @ values, slopes, rtol=1e-12, atol=1e-12)
    assert own.integrals @ values == pytest.approx(1 / (degree + 1), rel=1e-13)


def test_a_mesh_is_dense_where_the_profile_is_steep() -> None:
    mesh = np.linspace(0.0, 1.0, 41)
    times = node_times(mesh, DEGREE)
    profile = np.tanh(40 * np.sin(2 * np.pi * times))[:, None]
    for _ in range(4):
        mesh = adapted(mesh, profile, np.ones(1), Care(1e-5, 60))
        profile = np.tanh(40 * np.sin(2 * np.pi * node_times(mesh, DEGREE)))[:, None]
    assert np.all(np.diff(mesh) > 0)
    assert len(mesh) <= 61
    near = np.abs(mesh - 0.5) < 0.02  # the slope is there, and at both ends
    assert np.count_nonzero(near) > 8
    wanted = np.linspace(0.0, 1.0, 997)
    error = np.abs(interpolated(mesh, profile, wanted, DEGREE)[:, 0] - np.tanh(40 * np.sin(2 * np.pi * wanted)))
    assert error.max() < 1e-3
