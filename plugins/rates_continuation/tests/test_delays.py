"""Equilibria of models with delays against closed forms: their roots, folds and Hopf points, by path."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pytest
from attrs import evolve
from rates_continuation import Continuation, load
from rates_continuation.auto.equations import compiled
from rates_continuation.auto.finding import Installation
from rates_continuation.characteristic import Characteristic
from rates_continuation.chebyshev import differentiation
from rates_continuation.citations import OF_DELAYS
from rates_continuation.delayed_field import Analysed, DelayedField
from rates_core.errors import ApproximationWarning, ArgumentError, UnsupportedFeatureError
from rates_core.testing.parts import node, single
from scipy.optimize import brentq
from scipy.special import lambertw

from rates_core import CircuitTemplate, Connectivity, PopulationTemplate

HUTCHINSON = single("x' = r*x*(1 - past(x, 1.0))", x="output(1.0)", r=1.2)
MACKEY_GLASS = single(
    "x' = beta*past(x, tau)/(1 + past(x, tau)^n) - gamma*x", x="output(1.0)", beta=0.2, gamma=0.1, n=10.0, tau=2.0
)
BENT = single("x' = mu + c*x - past(x, tau)^2", x="output(1.2)", mu=1.0, c=0.5, tau=1.0)
SATURATING = single("x' = -x + b*tanh(past(x, tau))", x="output(0.0)", b=-0.5, tau=1.0)
B, TAU, X = "p/op/b", "p/op/tau", "p/op/x"


def roots_of(model: CircuitTemplate, parameters: dict[str, float] | None = None) -> np.ndarray:
    """Return the rightmost roots at 0."""
    field = Analysed(model, 16).get_vector_field([], parameters)
    assert isinstance(field, DelayedField)
    return field.roots(np.zeros(field.size), field.p)


def lambert_roots(a: complex, b: complex, tau: float) -> np.ndarray:
    """Return roots of λ = a + b exp(-λ τ), that with the largest real part first."""
    found = a + lambertw(b * tau * np.exp(-a * tau), np.arange(-40, 41)) / tau
    return found[np.argsort(-found.real)]


def assert_rightmost(found: np.ndarray, wanted: np.ndarray, least: int) -> None:
    """Compare roots with those of a longer list, each of which counts once."""
    assert len(found) >= least
    left = list(wanted[np.argsort(-wanted.real, kind="stable")])
    np.testing.assert_allclose(found.real, np.real(left[: len(found)]), rtol=1e-11, atol=1e-13)
    for value in found:
        nearest = int(np.argmin(np.abs(np.array(left) - value)))
        assert left.pop(nearest) == pytest.approx(value, rel=1e-11, abs=1e-13)


def test_slopes_of_polynomials_at_the_nodes_are_exact() -> None:
    points = -(1 - np.cos(np.pi * np.arange(13) / 12)) / 2
    for power in range(1, 13):
        wanted = power * points ** (power - 1)
        np.testing.assert_allclose(differentiation(12) @ points**power, wanted, atol=2e-12)


def test_hutchinsons_equation_has_its_hopf_point_and_the_published_coefficient() -> None:
    branch = Continuation(HUTCHINSON).equilibria("p/op/r", bounds=(1.0, 3.0))
    (hopf,) = branch.specials
    assert (hopf.kind, hopf.criticality) == ("HB", "supercritical")
    assert hopf["p/op/r"] == pytest.approx(np.pi / 2, rel=1e-12)
    assert hopf.period == pytest.approx(4.0, rel=1e-12)
    # cycles are 1 + eps cos(pi t/2), with r = pi/2 + eps^2 (3 pi - 2)/40; so many of both eigenvalues move by dr
    assert hopf.coefficient == pytest.approx(-4 * (3 * np.pi - 2) / (10 * (4 + np.pi**2)), rel=1e-7)
    assert branch.unstable.tolist() == [0 if r < np.pi / 2 else 2 for r in branch.column("p/op/r")]


def test_a_hopf_point_in_a_delay_is_that_of_the_reference() -> None:
    branch = Continuation(MACKEY_GLASS).equilibria(TAU, bounds=(1.0, 20.0))
    (hopf,) = branch.specials
    assert hopf.kind == "HB"
    assert hopf[TAU] == pytest.approx(4.708196289360753, rel=1e-12)
    assert hopf.period == pytest.approx(2 * np.pi / np.sqrt(0.4**2 - 0.1**2), rel=1e-12)  # f'(1) = -0.4
    assert hopf.error < 1e-9


@pytest.mark.parametrize(
    ("a", "b", "tau", "least"),
    [(-1.0, -3.0, 1.0, 8), (0.5, -2.0, 2.0, 8), (-1.0, 0.01, 1.0, 1), (-3.0, -20.0, 3.0, 20), (1.0, 1.0, 0.01, 1)],
)
def test_rightmost_roots_are_those_of_lambert(a: float, b: float, tau: float, least: int) -> None:
    model = single("x' = a*x + b*past(x, tau)", x="output(0.0)", a=a, b=b, tau=tau)
    found, wanted = roots_of(model), lambert_roots(a, b, tau)
    assert_rightmost(found, wanted, least)
    assert np.count_nonzero(found.real > 0) == np.count_nonzero(wanted.real > 0)


def test_a_root_to_the_last_digit_leaves_others_as_they_are() -> None:
    # λ = 1 - exp(-2 λ) has the root 0, where Δ is singular; the last root makes exp(-2 λ) as large as 1e8
    found = Characteristic(np.eye(1), -np.eye(1), np.eye(1), np.zeros((1, 1)), np.array([2.0]))
    wanted = np.sort_complex(lambert_roots(1.0, -1.0, 2.0))
    guesses = np.append(wanted * (1 + 1e-4), [0.0, 0.0])
    np.testing.assert_allclose(found.roots_near(guesses), np.append(wanted, [0.0, 0.0]), rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("seed", range(20))
def test_unstable_roots_are_counted_without_nodes_and_found_with_few(seed: int) -> None:
    generator = np.random.default_rng(seed)
    states, reads = generator.integers(1, 5, 2)
    size = 10 ** generator.uniform(-1.0, 0.5)
    found = Characteristic(
        size * (generator.normal(size=(states, states)) - np.eye(states)),
        size * generator.normal(size=(states, reads)),
        generator.normal(size=(reads, states)),
        np.tril(generator.normal(size=(reads, reads)), -1),
        10 ** generator.uniform(-1.0, 0.5, reads),
    )
    wanted = np.count_nonzero(np.linalg.eigvals(found.with_nodes(80)).real > 0)
    assert found.unstable == wanted
    roots = found.rightmost(12, 6)
    assert np.count_nonzero(roots.real > 0) == wanted
    for root in roots:
        singular = np.linalg.svd(found.at(np.array([root]))[0][0], compute_uv=False)
        assert singular[-1] < 1e-12 * singular[0]


ONE = lambert_roots(-1.0, -1.0, 0.9)


@pytest.mark.parametrize(
    "model",
    [
        single("x' = -x + a*past(x, s) + b*past(x, tau)", x="output(0.0)", a=-0.4, b=-0.6, s=0.9, tau=0.9),
        single("x' = -x + a*past(x, s) + b*past(x, s + u)", x="output(0.0)", a=0.0, b=-1.0, s=0.5, u=0.4),
        single(["x' = -x - 2*past(y, tau)", "y = 0.5*x"], x="output(0.0)", y="variable(0.0)", tau=0.9),
        single(["x' = -x - 2*past(y, 0.5)", "y = 0.5*past(z, 0.4)", "z = x"], x="output(0.0)", y="variable(0.0)",
               z="variable(0.0)"),
        single("x' = -x - past(x, 0.9) + past(x, 0.0) - x", x="output(0.0)"),
    ],
    ids=["two delays", "a sum of delays", "a computed variable", "one that reads the past of another", "no delay"],
)  # fmt: skip
def test_delays_of_all_kinds_have_their_roots(model: CircuitTemplate) -> None:
    assert_rightmost(roots_of(model), ONE, 4)


def test_delays_have_the_values_that_are_given() -> None:
    model = single("x' = -x - past(x, tau)", x="output(0.0)", tau=0.0)
    assert_rightmost(roots_of(model, {TAU: 0.9}), ONE, 4)


def test_complex_states_have_their_roots() -> None:
    model = single("z' = (-0.3 + 2*I)*z + k*past(z, tau)", z="output(0.0+0.0j)", k=-1.2, tau=0.8)
    wanted = lambert_roots(-0.3 + 2j, -1.2, 0.8)
    assert_rightmost(roots_of(model), np.concatenate([wanted, wanted.conj()]), 8)


def test_a_spread_delay_stands_beside_a_discrete_one() -> None:
    unit = node(["x' = -x - past(x, 0.9) + u"], x="output(0.0)", u="input(0.0)")
    edge = ("a/op/x", "b/op/u", None, {"weight": 1.0, "delay": 0.5, "spread": 0.5})
    found = roots_of(CircuitTemplate("pair", nodes={"a": unit, "b": unit}, edges=[edge]))
    # the chain has one stage, at rate 2; it drives b, and nothing comes back
    assert_rightmost(found, np.concatenate([ONE, ONE, [-2.0 + 0j]]), 5)


@pytest.mark.parametrize(
    "delays", [[0.7] * 5, [0.2, 0.9, 1.1, 0.4, 0.9], [0.0, 1.1, 1.1, 0.4, 0.9], [0.0, 0.0, 0.0, 0.0, 3.5]]
)
@pytest.mark.parametrize("dense", [False, True])
def test_a_ring_has_the_roots_of_its_modes(delays: list[float], dense: bool) -> None:
    ring = np.roll(np.eye(5), 1, axis=0)
    unit = node("x' = -x + u", x="output(0.0)", u="input(0.0)")
    values: object = 0.7 if delays == [0.7] * 5 and not dense else np.where(ring > 0, np.array(delays), 0.3)
    model = CircuitTemplate(
        "ring",
        populations={"p": PopulationTemplate("p", unit, 5)},
        connections=[Connectivity("p/op/x", "p/op/u", -1.5 * ring + (1e-300 if dense else 0.0), delays=values)],
    )
    # (λ + 1)^5 = (-1.5)^5 exp(-λ sum of all delays): the fifth roots of this are five equations for a mean delay
    modes = -1.5 * np.exp(2j * np.pi * np.arange(5) / 5)
    assert_rightmost(roots_of(model), np.concatenate([lambert_roots(-1.0, mode, 0.7) for mode in modes]), 6)


def test_one_delay_of_many_varies() -> None:
    unit = node("x' = -x + u", x="output(0.0)", u="input(0.0)")
    delays = np.array([[0.0, 0.5], [0.5, 0.0]])
    model = CircuitTemplate(
        "pair",
        populations={"p": PopulationTemplate("p", unit, 2)},
        connections=[Connectivity("p/op/x", "p/op/u", np.array([[0.0, -2.0], [2.0, 0.0]]), delays=delays)],
    )
    path = "p[0]/op/x->p[1]/op/u/delay"
    (hopf,) = Continuation(model).equilibria(path, bounds=(0.1, 1.0)).specials
    # (1 + λ)² = -4 exp(-λ (τ + 0.5)), and both sides are of size 4 at ω = sqrt(3)
    wanted = (np.pi - 2 * np.arctan(np.sqrt(3))) / np.sqrt(3) - 0.5
    assert hopf.kind == "HB"
    assert hopf[path] == pytest.approx(wanted, rel=1e-11)
    assert hopf.period == pytest.approx(2 * np.pi / np.sqrt(3), rel=1e-12)


def test_folds_have_their_normal_form_and_meet_hopf_points_where_the_delay_is_long() -> None:
    continuation = Continuation(BENT)
    branch = continuation.equilibria("p/op/mu", bounds=(-1.0, 2.0))
    fold, hopf = branch.special("LP")[0], branch.special("HB")[0]
    assert fold["p/op/mu"] == pytest.approx(-0.0625, rel=1e-12)
    assert fold[X] == pytest.approx(0.25, rel=1e-9)
    assert fold.coefficient == pytest.approx(-2.0, rel=1e-9)  # half of f'' = -2, over Δ'(0) = 1 - c τ
    omega = brentq(lambda w: 0.5 * np.tan(w) - w, 1.0, 1.5)  # c = 2 x cos(ωτ), ω = 2 x sin(ωτ)
    assert hopf.period == pytest.approx(2 * np.pi / omega, rel=1e-12)
    assert hopf[X] == pytest.approx(0.25 / np.cos(omega), rel=1e-12)
    bounds = {"p/op/mu": (-1.0, 2.0), TAU: (0.5, 4.0)}
    folds = continuation.curve(fold, TAU, bounds=bounds)
    (double,) = folds.specials
    assert (double.kind, double[TAU]) == ("BT", pytest.approx(2.0, rel=1e-9))
    assert folds.unstable.tolist() == [0 if tau < 2.0 else 1 for tau in folds.column(TAU)]
    np.testing.assert_allclose(np.abs(folds.coefficients), 1 / np.abs(1 - 0.5 * folds.column(TAU)), rtol=1e-8)
    hopfs = continuation.curve(double, bounds=bounds, kind="HB")
    assert "BT" in hopfs.ended
    x, omega = hopfs.column(X), hopfs.omega
    np.testing.assert_allclose(2 * x * np.cos(omega * hopfs.column(TAU)), 0.5, rtol=1e-10)
    np.testing.assert_allclose(2 * x * np.sin(omega * hopfs.column(TAU)), omega, rtol=1e-10, atol=1e-12)


def test_hopf_points_in_a_parameter_and_a_delay_are_the_closed_form() -> None:
    continuation = Continuation(SATURATING)
    (hopf,) = continuation.equilibria(B, bounds=(-4.0, -0.5)).specials
    found = continuation.curve(hopf, TAU, bounds={B: (-4.0, -0.5), TAU: (0.2, 8.0)})
    omega = np.sqrt(found.column(B) ** 2 - 1)
    np.testing.assert_allclose(found.omega, omega, rtol=1e-10)
    np.testing.assert_allclose(found.column(TAU), np.arccos(1 / found.column(B)) / omega, rtol=1e-10)
    assert found.ended == ("bound", "bound")
    assert (found.coefficients < 0).all()


def test_double_hopf_points_are_the_closed_form() -> None:
    model = single(
        ["x' = -x + b*tanh(past(x, tau))", "y' = -2*y + b*tanh(past(y, 1.5))"], x="output(0.0)", y="variable(0.0)",
        b=-0.5, tau=1.3,
    )  # fmt: skip
    continuation = Continuation(model)
    first, second = continuation.equilibria(B, bounds=(-5.0, -0.4)).special("HB")
    b = brentq(lambda b: np.arccos(2 / b) / np.sqrt(b * b - 4) - 1.5, -5.0, -2.01)
    assert first[B] == pytest.approx(b, rel=1e-10)
    found = continuation.curve(second, TAU, bounds={B: (-5.0, -0.4), TAU: (0.3, 3.0)})
    (double,) = found.specials
    assert double.kind == "HH"
    assert double[B] == pytest.approx(b, rel=1e-10)
    assert double[TAU] == pytest.approx(np.arccos(1 / b) / np.sqrt(b * b - 1), rel=1e-10)
    other = continuation.curve(double, bounds={B: (-5.0, -0.4), TAU: (0.3, 3.0)})
    np.testing.assert_allclose(other.column(B), b, rtol=1e-9)


def test_branches_that_cross_are_reached() -> None:
    diagram = Continuation(SATURATING).diagram(B, bounds=(-3.0, 3.0))
    assert [branch.what for branch in diagram.branches] == ["equilibria", "equilibria", "cycles"]
    crossing = diagram.branches[0].special("BP")[0]
    assert crossing[B] == pytest.approx(1.0, rel=1e-10)


def test_a_point_is_followed_with_other_nodes_than_those_it_was_found_with() -> None:
    bounds = {B: (-4.0, -0.5), TAU: (0.2, 8.0)}
    (hopf,) = Continuation(SATURATING, delay_nodes=8).equilibria(B, bounds=bounds[B]).specials
    found = Continuation(SATURATING, delay_nodes=20).curve(hopf, TAU, bounds=bounds)
    omega = np.sqrt(found.column(B) ** 2 - 1)
    np.testing.assert_allclose(found.column(TAU), np.arccos(1 / found.column(B)) / omega, rtol=1e-10)


def hopf_points_at(tau: float) -> list[float]:
    """Return the values of b, from 0 on, at which there is a pair ±iω: ω = -tan(ωτ), b = 1/cos(ωτ)."""
    turns = np.arange(0.5, 12.0, 2.0) * np.pi
    found = [brentq(lambda w: np.tan(w * tau) + w, (turn + 1e-9) / tau, (turn + 0.5 * np.pi) / tau) for turn in turns]
    return [1 / np.cos(omega * tau) for omega in found]


@pytest.mark.parametrize("nodes", [4, 6, 8, 12, 16, 32])
def test_no_hopf_point_is_false_however_few_nodes_there_are(nodes: int) -> None:
    wanted = [value for value in hopf_points_at(20.0) if value > -2.0]
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        continuation = Continuation(SATURATING, {TAU: 20.0}, delay_nodes=nodes)
        branch = continuation.equilibria(B, bounds=(-2.0, -0.5))
    for point in branch.specials:
        assert point[B] == pytest.approx(min(wanted, key=lambda value: abs(value - point[B])), rel=1e-10)
    # whether all are found or not, so many directions are unstable
    assert branch.unstable.tolist() == [2 * sum(value > b for value in wanted) for b in branch.column(B)]
    assert (len(branch.specials) == len(wanted)) == (nodes == 32)
    assert (len(branch.specials) < len(wanted)) == any("special points may be missing" in str(w.message) for w in told)
    assert all(issubclass(each.category, ApproximationWarning) for each in told)


@pytest.mark.filterwarnings("ignore::rates_core.errors.ApproximationWarning")
@pytest.mark.parametrize("nodes", [6, 8])
def test_no_point_of_a_curve_is_false_however_few_nodes_there_are(nodes: int) -> None:
    continuation = Continuation(SATURATING, {TAU: 20.0}, delay_nodes=nodes)
    for point in continuation.equilibria(B, bounds=(-2.0, -0.5)).special("HB"):
        found = continuation.curve(point, TAU, bounds={B: (-4.0, -0.5), TAU: (1.0, 60.0)})
        assert len(found) >= 20
        b, omega = found.column(B), found.omega
        np.testing.assert_allclose(omega, np.sqrt(b**2 - 1), rtol=1e-8)
        np.testing.assert_allclose(b * np.cos(omega * found.column(TAU)), 1.0, rtol=1e-8)


def test_special_points_may_be_missing_is_said() -> None:
    continuation = Continuation(SATURATING, {TAU: 20.0}, delay_nodes=4)
    with pytest.warns(ApproximationWarning) as told:
        continuation.equilibria(B, bounds=(-1.2, -0.5), max_step=10.0)
    texts = [str(each.message) for each in told]
    remedy = "Give more than 4 nodes to each delay: Continuation(model, delay_nodes=...)."
    assert texts[0].startswith("At ")
    assert texts[0].endswith(
        " points of the branch the model has other numbers of unstable directions than the equations with which it is "
        f"followed: special points may be missing. {remedy}"
    )
    assert texts[1:] == [
        "Critical eigenvalues at special points of the branch miss roots of the model by up to 0.004 of their size. "
        + remedy
    ]


def test_people_see_the_states_of_the_model_alone(tmp_path: Path) -> None:
    continuation = Continuation(SATURATING)
    diagram = continuation.diagram(B, bounds=(-3.0, -0.5), cycles=False)
    (branch,) = diagram.branches
    (hopf,) = branch.specials
    assert list(branch.data.columns) == [B, X, "unstable"]
    assert list(hopf.values) == [B, X]
    assert hopf.parameters == [B]
    assert branch.citations[-1:] == OF_DELAYS
    diagram.save(tmp_path / "delayed.npz")
    again = load(tmp_path / "delayed.npz")
    (kept,) = again.branches[0].specials
    assert (kept.parameters, dict(kept.values)) == ([B], dict(hopf.values))
    assert again.branches[0].citations == branch.citations
    np.testing.assert_array_equal(again.branches[0].eigenvalues, branch.eigenvalues)


def test_a_state_that_newtons_method_brings_next_to_0_is_0() -> None:
    model = single("x' = -x + w*tanh(past(x, tau))", x="output(0.1)", w=-3.0, tau=2.0)
    branch = Continuation(model).equilibria("p/op/w", bounds=(-5.0, 5.0))
    assert branch.ended == ("bound", "bound")
    assert np.all(branch.x == 0.0)
    # At -i omega, w exp(-2 i omega) = 1 + i omega.
    omega = brentq(lambda w: w + np.tan(2.0 * w), np.pi / 4 + 1e-6, np.pi / 2 - 1e-9)
    hopf = max(point["p/op/w"] for point in branch.special("HB") if point["p/op/w"] < 0)
    assert hopf == pytest.approx(-np.hypot(1.0, omega), rel=1e-10)
    assert branch.special("BP")[0]["p/op/w"] == pytest.approx(1.0, rel=1e-10)


def test_points_of_a_given_value_are_those_of_the_closed_form() -> None:
    continuation = Continuation(MACKEY_GLASS)
    branch = continuation.equilibria(TAU, bounds=(1.0, 20.0), start={X: 1.0})
    (point,) = continuation.at(branch, TAU, 3.7)
    assert (point.kind, point[TAU]) == ("UZ", 3.7)
    assert point[X] == pytest.approx(1.0, rel=1e-12)
    assert_rightmost(point.eigenvalues, lambert_roots(-0.1, 0.2 * (0.25 * (1.0 - 9.0)), 3.7), 5)
    folded = Continuation(BENT)
    bent = folded.equilibria("p/op/mu", bounds=(-1.0, 3.0))
    (at,) = folded.at(bent, X, 1.7)
    assert at["p/op/mu"] == pytest.approx(1.7**2 - 0.5 * 1.7, rel=1e-10)


def test_what_takes_no_past_is_refused_by_name() -> None:
    continuation = Continuation(MACKEY_GLASS)
    hopf = continuation.equilibria(TAU, bounds=(1.0, 6.0), start={X: 1.0}).special("HB")[0]
    cycles = continuation.cycles(from_=hopf, bounds=(1.0, 6.0), max_points=2)
    with pytest.raises(UnsupportedFeatureError) as refused:
        continuation.boundary_values(TAU, (1.0, 6.0), ["start(p/op/x) = 1"])
    assert str(refused.value) == (
        "'model' has discrete delays, and boundary values of such models are not followed; equilibria, cycles and "
        "curves of their special points are."
    )
    with pytest.raises(UnsupportedFeatureError) as refused:
        continuation.at(evolve(cycles, found=None), TAU, 5.0)
    assert str(refused.value) == (
        "Points of a given value are not solved for on cycles from a file of a model with discrete delays, whose "
        "values at nodes files do not have. Follow the branch again."
    )
    longest = evolve(cycles, ended=("hopf", "period"))
    with pytest.raises(UnsupportedFeatureError, match="homoclinic orbits of such models are not followed"):
        continuation.homoclinic(longest, B.replace("/b", "/beta"), {TAU: (1.0, 9.0), "p/op/beta": (0.1, 1.0)})


def test_a_branch_goes_on_to_wider_bounds() -> None:
    continuation = Continuation(SATURATING)
    branch = continuation.extended(continuation.equilibria(B, bounds=(-1.0, -0.5)), (-3.0, -0.5))
    assert branch.special("HB")[0][B] == pytest.approx(
        continuation.equilibria(B, bounds=(-3.0, -0.5)).special("HB")[0][B], rel=1e-11
    )


@pytest.mark.parametrize("nodes", [3, 0, 2.5, True, "8"])
def test_a_wrong_number_of_nodes_is_refused(nodes: object) -> None:
    with pytest.raises(ArgumentError) as refused:
        Continuation(HUTCHINSON, delay_nodes=nodes)  # type: ignore[arg-type]
    assert str(refused.value) == f"delay_nodes must be a whole number, 4 at least; it is {nodes!r}."


def test_bounds_that_reach_a_delay_of_zero_are_refused() -> None:
    for lower in (0.0, -1.0):
        with pytest.raises(ArgumentError) as refused:
            Continuation(MACKEY_GLASS).equilibria(TAU, bounds=(lower, 20.0))
        assert str(refused.value) == (
            f"bounds reach {TAU} = {lower:g}, where a delay is not positive; the way to 0 is no curve of delays. Let "
            "them begin above, such as at a thousandth of the other times of the model."
        )
    continuation = Continuation(SATURATING)
    hopf = continuation.equilibria(B, bounds=(-4.0, -0.5)).special("HB")[0]
    with pytest.raises(ArgumentError, match="bounds reach p/op/b = -4 and p/op/tau = 0, where a delay is not positive"):
        continuation.curve(hopf, TAU, bounds={B: (-4.0, -0.5), TAU: (0.0, 8.0)})


def test_auto_does_not_follow_models_with_delays(tmp_path: Path) -> None:
    field = Analysed(SATURATING, 8).get_vector_field([B])
    with pytest.raises(UnsupportedFeatureError) as refused:
        compiled(SATURATING, {}, field, np.ones(field.size + 1), Installation((), ()), tmp_path)
    assert str(refused.value) == "engine='auto' follows no models with discrete delays. Use engine='native'."


def test_a_negative_delay_is_refused() -> None:
    with pytest.raises(ArgumentError) as refused:
        Continuation(SATURATING, {TAU: -1.0}).equilibria(B, bounds=(-1.0, 0.0))
    assert str(refused.value) == "A delay of 'p/op/x' is -1.0; a delay must be finite and not negative."


def test_a_variable_of_its_own_past_is_refused() -> None:
    model = single(["x' = k - x - y", "y = 0.5*past(y, 1.0) + x"], x="output(0.0)", y="variable(0.0)", k=0.0)
    with pytest.raises(UnsupportedFeatureError) as refused:
        Continuation(model).equilibria("p/op/k", bounds=(-1.0, 1.0))
    assert str(refused.value) == (
        "'p/op/y' depends on its own past, and is no state: such equations between values at several times have no "
        "rightmost roots that could be computed. Make it a state, with x' = (... - x)/tau."
    )
