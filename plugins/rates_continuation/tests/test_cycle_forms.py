"""Normal forms of folds and pitchforks of cycles, against closed forms and how multipliers change along a branch."""

from __future__ import annotations

import numpy as np
import pytest
from rates_continuation import Continuation, CycleBranch, Profile
from rates_core.testing.parts import single

from rates_core import CircuitTemplate

MU = "p/op/mu"
GROWTH = "(mu + x^2 + y^2 - (x^2 + y^2)^2)"


def circles(twist: float, turning: str = "") -> CircuitTemplate:
    """Return an oscillator with r' = r*(mu + r^2 - r^4), whose frequency changes by `twist` with r^2."""
    frequency = f"(1 + {twist}*(x^2 + y^2 - 0.5))"
    equations = [f"x' = {GROWTH}*x - {frequency}*y{turning}", f"y' = {GROWTH}*y + {frequency}*x"]
    return single(equations, x="output(0.0)", y="variable(0.0)", mu=-0.5)


def cycles_of(model: CircuitTemplate, max_step: float = 0.25) -> CycleBranch:
    """Return the cycles that begin at the Hopf point."""
    continuation = Continuation(model)
    (hopf,) = continuation.equilibria(MU, bounds=(-0.5, 0.5)).special("HB")
    return continuation.cycles(from_=hopf, bounds=(-0.5, 0.2), max_step=max_step)


@pytest.mark.parametrize("twist", [0.0, 0.7, -0.7])
def test_the_coefficient_of_a_fold_of_circles_is_that_of_their_radius(twist: float) -> None:
    # r' = g(r) has a fold at r^2 = 1/2, with g''/2 = 3 r - 10 r^3 there; v is the direction of r, of length 1
    (fold,) = cycles_of(circles(twist)).special("LPC")
    assert fold.coefficient == pytest.approx(-np.sqrt(2), rel=1e-8)
    assert fold.criticality == ""


def test_cycles_that_are_stable_inside_have_a_positive_coefficient() -> None:
    growth = "(x^2 + y^2 - (x^2 + y^2)^2 + mu)"  # the same in a time that goes back
    equations = [f"x' = -{growth}*x - y", f"y' = -{growth}*y + x"]
    model = single(equations, x="output(0.0)", y="variable(0.0)", mu=-0.5)
    (fold,) = cycles_of(model).special("LPC")
    assert fold.coefficient == pytest.approx(np.sqrt(2), rel=1e-8)


def test_multipliers_change_along_a_branch_as_the_coefficient_says() -> None:
    # with x = x0 + u v the rate of growth of u is 2 b u, and the multiplier exp(2 b u T)
    branch = cycles_of(circles(0.4, turning=" + 0.2*x^2"), max_step=0.03)
    (fold,) = branch.special("LPC")
    assert fold.profile is not None
    places = [fold.number - 1, fold.number, fold.number + 1, fold.number + 2]
    moved = np.array([_moved(branch.profiles[number], fold.profile) for number in places])
    grown = np.log(branch.multipliers[places, 0].real) / branch.periods[places]
    slope = np.polyfit(moved, grown, 3)[-2]
    assert np.ptp(moved) < 0.5
    assert fold.coefficient == pytest.approx(slope / 2, rel=2e-3)


@pytest.mark.parametrize(
    ("widening", "coupling", "slower", "twist", "tolerance"),
    [
        (0.0, 0.0, 0.0, 0.0, 1e-12),
        (0.6, 0.5, 0.0, 0.0, 1e-12),
        (0.6, -0.5, 0.3, 0.0, 1e-12),
        (0.6, 3.0, 0.3, 0.4, 5e-5),  # v moves along the cycle: its profile is that of a mesh of tolerance 1e-6
        (0.6, 3.0, 0.3, -0.9, 5e-5),
    ],
)
def test_the_coefficient_of_a_pitchfork_of_cycles_is_that_of_the_reduced_equation(
    widening: float, coupling: float, slower: float, twist: float, tolerance: float
) -> None:
    # r' = r (1 - r^2 + k z^2) and z' = mu z - z^3 + m z (r^2 - 1): on r^2 = 1 + k z^2 that is z' = mu z + (m k - 1) z^3
    growth, turning = f"(1 - x^2 - y^2 + {widening}*z^2)", f"(1 + {slower}*z^2 + {twist}*z)"
    equations = [
        f"x' = {growth}*x - {turning}*y",
        f"y' = {growth}*y + {turning}*x",
        f"z' = mu*z - z^3 + {coupling}*z*(x^2 + y^2 - 1)",
    ]
    model = single(equations, x="output(1.0)", y="variable(0.0)", z="variable(0.0)", mu=-0.5)
    run = model.run(simulation_time=20.0, step_size=1e-2, solver="rk4", backend="numpy", outputs=["p/op/x"])
    (point,) = Continuation(model).cycles(from_=run, parameter=MU, bounds=(-0.6, 0.5)).specials
    expected = coupling * widening - 1
    assert point.kind == "BPC"
    assert point.coefficient == pytest.approx(expected, abs=tolerance)
    assert point.criticality == ("supercritical" if expected < 0 else "subcritical")


def test_branches_of_cycles_that_cross_without_a_symmetry_have_no_coefficient() -> None:
    equations = ["x' = (1 - x^2 - y^2)*x - y", "y' = (1 - x^2 - y^2)*y + x", "z' = mu*z - z^2 - z^3"]
    model = single(equations, x="output(1.0)", y="variable(0.0)", z="variable(0.0)", mu=-0.5)
    run = model.run(simulation_time=20.0, step_size=1e-2, solver="rk4", backend="numpy", outputs=["p/op/x"])
    (point,) = Continuation(model).cycles(from_=run, parameter=MU, bounds=(-0.6, 0.5)).specials
    assert (point.kind, point.criticality) == ("BPC", "")
    assert np.isnan(point.coefficient)


def _moved(profile: Profile, other: Profile) -> float:
    """Return how far cycles are from each other, phase by phase: positive if the first one is larger."""
    phases = np.arange(400) / 400
    ours, theirs = (each.at(each.period * phases) for each in (profile, other))
    shifts = np.linspace(-0.05, 0.05, 2001)
    sizes = [float(np.mean(np.sum((profile.at(profile.period * (phases + s)) - theirs) ** 2, axis=1))) for s in shifts]
    best = int(np.argmin(sizes))
    return float(np.sqrt(sizes[best]) * np.sign(np.std(ours) - np.std(theirs)))
