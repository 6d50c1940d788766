"""Branches that come to poles of their equations, and what changes sides there without crossing, by closed forms."""

from __future__ import annotations

import numpy as np
import pytest
from rates_continuation import Continuation
from rates_continuation.branch import REASONS
from rates_core.testing.parts import single

STEPS = [0.05, 0.25, pytest.param(1.0, marks=pytest.mark.exhaustive)]


@pytest.mark.parametrize("max_step", STEPS)
@pytest.mark.parametrize("equations", [["x' = 1 - p*x"], ["x' = p*x - 1", "y' = (1 + x^2)*(x - y)"]])
def test_a_branch_that_goes_to_infinity_at_a_pole_ends_there(equations: list[str], max_step: float) -> None:
    # p*x = 1; the eigenvalue of x, -p or p, comes below what rounding can make of the other, which grows like 1/p^2
    states = {equation[0]: f"{kind}(1.0)" for equation, kind in zip(equations, ("output", "variable"), strict=False)}
    start = {f"p/op/{name}": 1.0 for name in states}
    branch = Continuation(single(equations, **states, p=1.0)).equilibria(
        "p/op/p", (-1.0, 3.0), start=start, max_step=max_step, verbose=False
    )
    assert branch.specials == ()
    assert branch.ended == ("infinity", "bound")
    assert "infinity" in REASONS
    np.testing.assert_allclose(branch.p[:, 0] * branch.x[:, 0], 1.0, rtol=1e-9)
    assert 0 < branch.p[0, 0] < 1e-6


@pytest.mark.parametrize("max_step", STEPS)
def test_a_reactor_without_supply_has_no_special_points_but_its_hopf_point(max_step: float) -> None:
    # x = a, y = b/a with eigenvalues of trace b - 1 - a^2 and determinant a^2, b = 3
    reactor = "model_templates.systems.brusselator.brusselator"
    branch = Continuation(reactor).equilibria("p/brusselator_op/a", (-0.5, 2.0), max_step=max_step, verbose=False)
    a, x, y = branch.p[:, 0], *branch.x.T
    np.testing.assert_allclose(x, a, rtol=0, atol=1e-12)
    np.testing.assert_allclose(3 / y, a, rtol=0, atol=1e-12)  # next to the pole y tells a, and not the other way round
    assert [point.kind for point in branch.specials] == ["HB"]
    assert branch.specials[0]["p/brusselator_op/a"] == pytest.approx(np.sqrt(2), rel=1e-12)
    assert branch.ended == ("infinity", "bound")


@pytest.mark.parametrize("max_step", STEPS)
def test_time_constants_that_change_their_sign_beside_faster_ones_make_no_special_points(max_step: float) -> None:
    # eigenvalues -1/tau, -1/tau^2 and 0.5 at x = y = 1, z = 0
    model = single(
        ["x' = (1 - x)/tau", "y' = (x - y)/tau^2", "z' = 0.5*z"],
        x="output(1.0)", y="variable(1.0)", z="variable(0.0)", tau=1.0,
    )  # fmt: skip
    start = {"p/op/x": 1.0, "p/op/y": 1.0, "p/op/z": 0.0}
    branch = Continuation(model).equilibria("p/op/tau", (-1.0, 3.0), start=start, max_step=max_step, verbose=False)
    assert branch.specials == ()
    assert branch.ended == ("bound", "bound")


@pytest.mark.parametrize("max_step", STEPS)
@pytest.mark.parametrize("start", [1.0, -1.0])
def test_steps_go_over_no_pole_that_is_narrower_than_they_are(start: float, max_step: float) -> None:
    # x = 1 + 0.002/p on two curves, on one of which it is stable
    model = single("x' = 0.002 - p*(x - 1)", x="output(1.0)", p=0.9)
    at = {"p/op/p": start, "p/op/x": 1.0 + 0.002 / start}
    branch = Continuation(model).equilibria("p/op/p", (-2.0, 2.0), start=at, max_step=max_step, verbose=False)
    assert branch.specials == ()
    assert sorted(branch.ended) == ["bound", "infinity"]
    assert np.all(branch.p * start > 0)
    assert set(branch.unstable) == {int(start < 0)}


def test_a_branch_that_went_to_infinity_has_a_line_of_equilibria_as_any_other() -> None:
    # x' = p*x has the equilibrium 0 for all p, and at p = 0 any x: a line on which the parameter stays for ever
    found = Continuation(single("x' = p*x", x="output(0.0)", p=-0.5)).diagram("p/op/p", (-1.0, 1.0), cycles=False)
    rest, line = found.branches
    assert [point.kind for point in rest.specials] == ["BP"]
    assert line.ended == ("infinity", "infinity")
    np.testing.assert_allclose(line.p, 0.0, atol=1e-12)
    assert line.column("p/op/x")[0] * line.column("p/op/x")[-1] < 0


@pytest.mark.parametrize("max_step", STEPS)
def test_states_that_stay_0_have_no_scale_of_rounding(max_step: float) -> None:
    # r = s = 0 and v = e for all e: their slopes are rounding of terms that cancel
    model = single(
        ["r' = 1e-7*(v - e)/pi - 0.3*r", "v' = 0.3*(e - v) + 0.35*s - 0.0628*r", "s' = r - s/5"],
        r="output(0.0)", v="variable(-60.0)", s="variable(0.0)", e=-70.0,
    )  # fmt: skip
    branch = Continuation(model).equilibria("p/op/e", (-135.0, -57.3), max_step=max_step, verbose=False)
    assert branch.ended == ("bound", "bound")
    np.testing.assert_allclose(branch.column("p/op/v"), branch.p[:, 0], rtol=1e-12)
    np.testing.assert_allclose(branch.x[:, [0, 2]], 0.0, atol=1e-12)


@pytest.mark.parametrize("max_step", STEPS)
@pytest.mark.parametrize("which", ["u", "w"])
def test_two_pairs_that_meet_on_the_imaginary_axis_are_no_hopf_point_whoever_of_them_moves(
    which: str, max_step: float
) -> None:
    # i*(u + w)/2 +- sqrt(1 - (u - w)^2/4): on the axis but for frequencies that differ by less than 2
    model = single(
        ["a' = -u*b - c", "b' = u*a - d", "c' = -w*d - a", "d' = w*c - b"],
        a="output(0.0)", b="variable(0.0)", c="variable(0.0)", d="variable(0.0)", u=10.0, w=10.0,
    )  # fmt: skip
    path = f"p/op/{which}"
    start = {f"p/op/{name}": 0.0 for name in "abcd"}
    branch = Continuation(model).equilibria(path, (5.45, 14.32), start=start, max_step=max_step, verbose=False)
    assert [point.kind for point in branch.specials] == ["??", "??"]
    np.testing.assert_allclose([point[path] for point in branch.specials], [8.0, 12.0], rtol=1e-6)
    assert [point.meaning for point in branch.specials] == [
        f"eigenvalues on the imaginary axis: ±{omega}i, ±{omega}i; what happens could not be told" for omega in (9, 11)
    ]


def test_real_eigenvalues_that_cross_at_one_place_are_said_to_be_there() -> None:
    model = single(["x' = mu*x - x^3", "y' = mu*y - y^3"], x="output(0.0)", y="variable(0.0)", mu=-0.5)
    (point,) = Continuation(model).equilibria("p/op/mu", (-1.0, 1.0), verbose=False).specials
    assert (point.kind, point["p/op/mu"]) == ("??", pytest.approx(0.0, abs=1e-7))
    assert point.meaning == "eigenvalues on the imaginary axis: 0, 0; what happens could not be told"


def test_what_a_point_means_is_what_its_kind_does() -> None:
    (point,) = Continuation(single("x' = mu*x - x^3", x="output(0.0)", mu=-0.5)).equilibria("p/op/mu", (-1, 1)).specials
    assert point.meaning == "branch point: another branch crosses"
