"""Multipliers of cycles that cross the unit circle both ways within one step of a branch, against closed forms."""

from __future__ import annotations

import numpy as np
import pytest
from rates_continuation import Continuation, CycleBranch
from rates_continuation.native.refinement import shares_to_lowest
from rates_core.testing.parts import single
from scipy.optimize import brentq

MU = "p/op/mu"
CIRCLE = ["x' = x*(1 - x^2 - y^2) - y", "y' = y*(1 - x^2 - y^2) + x"]  # a stable circle of period 2 pi
REST = "variable(0.0)"
MORE = [pytest.param(place, marks=pytest.mark.exhaustive) for place in (-0.01, 0.02)]
SHORT = pytest.param(0.08, marks=pytest.mark.exhaustive)


def pair(one: str, other: str, growth: str, turning: float) -> list[str]:
    """Return equations of a pair of multipliers exp(2 pi (growth +- i turning))."""
    return [
        f"{one}' = ({growth})*{one} - {turning}*{other} - {one}^3",
        f"{other}' = {turning}*{one} + ({growth})*{other} - {other}^3",
    ]


def doubling(growth: str) -> list[str]:
    """Return equations of the multiplier -exp(2 pi growth), in a frame that turns half as fast as the circle."""
    return [
        f"u' = 0.5*({growth} - 1)*u + 0.5*({growth} + 1)*(x*u + y*v) - 0.5*v - (u^2 + v^2)*u",
        f"v' = 0.5*({growth} - 1)*v + 0.5*({growth} + 1)*(y*u - x*v) + 0.5*u - (u^2 + v^2)*v",
    ]


def followed(equations: list[str], mu: float = -0.1, **options: float) -> CycleBranch:
    """Return the circle with equations of small changes beside it, as mu grows."""
    states = {equation[0]: REST for equation in equations}
    model = single(CIRCLE + equations, **{"x": "output(1.0)", "y": REST, **states}, mu=mu)
    return Continuation(model).cycles(from_={}, parameter=MU, bounds=(-0.3, 0.15), verbose=False, **options)  # type: ignore[arg-type]


def found(branch: CycleBranch) -> list[tuple[str, float]]:
    return [(point.kind, round(point[MU], 8) + 0.0) for point in branch.specials]


@pytest.mark.parametrize("max_step", [0.25, SHORT])
@pytest.mark.parametrize(
    ("equations", "wanted"),
    [
        (pair("u", "v", "mu", 0.3) + pair("q", "r", "0.002 - mu", 0.17), [("NS", 0.0), ("NS", 0.002)]),
        ([*pair("u", "v", "mu", 0.3), "w' = (mu + 0.001)*w - w^3", "q' = (0.001 - mu)*q - q^3"],
         [("BPC", -0.001), ("NS", 0.0), ("BPC", 0.001)]),
        (doubling("mu") + pair("q", "r", "0.002 - mu", 0.17), [("PD", 0.0), ("NS", 0.002)]),
        (["w' = (mu + 0.002)*w - w^3", "q' = (0.001 - mu)*q - q^3"], [("BPC", -0.002), ("BPC", 0.001)]),
        (["w' = (mu - 0.002)*w - w^3", "q' = (-0.001 - mu)*q - q^3"], [("BPC", -0.001), ("BPC", 0.002)]),
    ],
    ids=["pairs", "several", "doubling", "exchanged-outside", "exchanged-inside"],
)  # fmt: skip
def test_multipliers_that_enter_hide_none_that_leave_in_the_same_step(
    equations: list[str], wanted: list[tuple[str, float]], max_step: float
) -> None:
    branch = followed(equations, max_step=max_step)
    assert found(branch) == wanted
    values = [mu for _, mu in wanted]  # none of the cycles that were computed lies between
    assert not np.any((branch.p > min(values)) & (branch.p < max(values)))


@pytest.mark.parametrize("place", [-0.003, *MORE])
@pytest.mark.parametrize("beside", [-0.0005, -1.0])
def test_a_pair_that_leaves_becomes_real_and_comes_back_in_part_has_a_torus(place: float, beside: float) -> None:
    # exponents are m +- sqrt((m - 0.001)/5), with m = mu - place
    back = place + 0.1 - np.sqrt(0.01 - 0.0002)
    equations = [f"u' = (mu - {place})*u + v - u^3", f"v' = 0.2*(mu - {place} - 0.001)*u + (mu - {place})*v - v^3"]
    branch = followed([*equations, f"w' = {beside}*w"])
    assert found(branch) == [("NS", place), ("BPC", round(back, 8))]
    assert branch.special_points["unstable"].tolist() == [0, 1]  # besides those that cross
    assert not np.any((branch.p > place) & (branch.p < back))


@pytest.mark.parametrize("place", [0.013, *MORE])
def test_a_pair_that_leaves_and_comes_back_in_the_same_step_has_two_tori(place: float) -> None:
    width = 3e-4
    for growth in (f"{width}^2 - (mu - {place})^2", f"(mu - {place})^2 - {width}^2"):
        branch = followed(pair("u", "v", growth, 0.3), mu=-0.05)
        assert found(branch) == [("NS", round(place - width, 8)), ("NS", round(place + width, 8))]
        assert len(set(branch.unstable)) == 1
    assert found(followed(pair("u", "v", f"-{width}^2 - (mu - {place})^2", 0.3), mu=-0.05)) == []


def test_pairs_that_cross_both_ways_at_one_place_are_said_to_be_there() -> None:
    ((kind, mu),) = found(followed(pair("u", "v", "mu", 0.3) + pair("q", "r", "0 - mu", 0.17)))
    assert kind == "??"
    assert abs(mu) < 1e-6


@pytest.mark.parametrize("max_step", [0.25, SHORT])
@pytest.mark.parametrize("turning", ["0.3", "(0.5 + mu)", "(1 + mu)"])
def test_pairs_that_stay_on_the_circle_are_no_special_cycles(turning: str, max_step: float) -> None:
    equations = [f"u' = -{turning}*v", f"v' = {turning}*u", "q' = -0.2*r", "r' = 0.2*q"]
    assert found(followed(equations, max_step=max_step)) == []


@pytest.mark.parametrize(("shift", "offset"), [(0.002, 0.001), (-0.002, -0.001), (0.002, 0.0)])
def test_equilibria_have_branch_points_at_which_one_eigenvalue_enters_and_another_leaves(
    shift: float, offset: float
) -> None:
    equations = [f"s' = (mu + {shift})*s - s^3", f"w' = ({offset} - mu)*w - w^3"]
    branch = Continuation(single(equations, s="output(0.0)", w=REST, mu=-0.1)).equilibria(MU, (-0.3, 0.2))
    assert [point.kind for point in branch.specials] == ["BP", "BP"]
    np.testing.assert_allclose([point[MU] for point in branch.specials], sorted([-shift, offset]), atol=1e-12)


def test_a_kink_is_looked_at_only_where_its_sides_are_straight() -> None:
    places = np.linspace(-2.5, 2.5, 6)
    lengths = np.ones(5)
    kink, parabola = np.abs(places - 0.2) - 0.1, places**2 + 0.5
    share = shares_to_lowest(lengths[:-1], lengths[1:], kink[:, None])
    assert (share > 0).tolist() == [False, False, True, False, False]
    assert not shares_to_lowest(lengths[:-1], lengths[1:], parabola[:, None]).any()


@pytest.mark.parametrize("max_step", [0.25, 1.0, pytest.param(0.0625, marks=pytest.mark.exhaustive)])
def test_a_pair_that_leaves_before_it_becomes_real_is_seen_beside_a_fold_in_the_same_step(max_step: float) -> None:
    """Neurons with synapses of which k is used up; r parametrises their equilibria, for which k is solved here."""
    delta, eta, weight, tau_x, tau_u, share = 1.0, -5.0, 15.0, 100.0, 200.0, 0.6

    def rest(r: float) -> tuple[float, np.ndarray]:  # k, and the Jacobian
        v, u = -delta / (2 * np.pi * r), (share / tau_u + share * r) / (1 / tau_u + share * r)
        x = ((np.pi * r) ** 2 - v**2 - eta) / (weight * u * r)
        k = (1 / x - 1) / (tau_x * u * r)
        matrix = [
            [2 * v, 2 * r, 0, 0],
            [weight * u * x - 2 * np.pi**2 * r, 2 * v, weight * u * r, weight * x * r],
            [-k * u * x, 0, -1 / tau_x - k * u * r, -k * x * r],
            [share * (1 - u), 0, 0, -1 / tau_u - share * r],
        ]
        return k, np.array(matrix)

    def growth(r: float) -> float:  # of the pair, which is complex around the place
        values = np.linalg.eigvals(rest(r)[1])
        return float(np.max(values.real[values.imag > 0]))

    hopf = rest(brentq(growth, 0.7, 0.705, xtol=1e-15))[0]
    fold = rest(brentq(lambda r: float(np.linalg.det(rest(r)[1])), 0.62, 0.69))[0]
    path = "p/qif_op/r->p/qif_op/r_in/tsodyks_op/k"
    model = Continuation("model_templates.neural_mass_models.qif.qif_tsodyks")
    branch = model.equilibria(path, (-0.12, 1.97), max_step=max_step, verbose=False)
    assert [point.kind for point in branch.specials] == ["LP", "HB", "LP", "LP"]
    np.testing.assert_allclose([branch.specials[n][path] for n in (1, 2)], [hopf, fold], rtol=1e-9)
