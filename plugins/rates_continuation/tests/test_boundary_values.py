"""Boundary value problems against closed forms."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from rates_continuation import BoundaryBranch, Continuation, Diagram, load
from rates_continuation.conditions import condition
from rates_core.errors import (
    ArgumentError,
    EquationError,
    RatesError,
    SimulationError,
    UnknownNameError,
    UnsupportedFeatureError,
)
from rates_core.testing.parts import single
from scipy.integrate import trapezoid
from scipy.optimize import brentq

from rates_core import CircuitTemplate

REFERENCE = json.loads((Path(__file__).parent / "reference.json").read_text(encoding="utf-8"))
ENDS = ["start(p/op/u) = 0", "end(p/op/u) = 0"]
LAM = "p/op/lam"


def bratu() -> CircuitTemplate:
    return single(["u' = slope", "slope' = -lam*exp(u)"], u="output(0.0)", slope="variable(0.0)", lam=0.5)


def fall() -> CircuitTemplate:
    """Return what is thrown upwards: u = v0 t - g t^2/2."""
    return single(["u' = v", "v' = -g"], u="output(0.0)", v="variable(0.0)", g=9.81, v0=1.0)


def bratu_parameter(top: np.ndarray) -> np.ndarray:
    """Return lambda of the solution with a given largest value: u = 2 log(cosh(a)/cosh(a (1 - 2 t)))."""
    return np.asarray(8 * np.arccosh(np.exp(top / 2)) ** 2 / np.exp(top))


@pytest.mark.parametrize("max_step", [0.25, 0.1])
def test_solutions_of_bratu_turn_round_at_their_fold_and_go_on_to_the_upper_ones(max_step: float) -> None:
    branch = Continuation(bratu()).boundary_values(LAM, (0.1, 4.0), ENDS, max_step=max_step)
    (fold,) = branch.special("LP")
    # superconvergence: the error of parameters and of values at ends of intervals goes with the eighth power of these
    assert fold[LAM] == pytest.approx(REFERENCE["bratu"]["fold_lambda"], abs=1e-10)
    assert fold["p/op/u"] == pytest.approx(REFERENCE["bratu"]["u_max"], abs=1e-9)
    assert fold.error < 1e-9
    assert fold.unstable is None
    assert fold.profile is not None
    assert fold.profile.at(np.array([0.5]))[0, 0] == pytest.approx(REFERENCE["bratu"]["u_max"], abs=1e-9)
    assert branch.ended == ("bound", "bound")
    assert branch.p[[0, -1], 0].tolist() == [0.1, 0.1]
    top = branch.column("p/op/u")
    np.testing.assert_allclose(bratu_parameter(top), branch.p[:, 0], rtol=1e-8)
    upper = brentq(lambda top: bratu_parameter(np.array(top)) - 0.1, 2.0, 20.0)
    assert max(top[0], top[-1]) == pytest.approx(upper, rel=1e-8)
    np.testing.assert_allclose(np.min(branch.smallest[:, 0]), 0.0, atol=1e-12)


def test_folds_behind_the_start_are_found_on_meshes_that_change() -> None:
    model = single(["u' = slope", "slope' = k*exp(u)"], u="output(0.0)", slope="variable(0.0)", k=-0.5)
    branch = Continuation(model).boundary_values("p/op/k", (-4.0, -0.1), ENDS, tolerance=1e-9)
    assert len({len(profile.mesh) for profile in branch.profiles}) > 10
    (fold,) = branch.specials
    assert fold["p/op/k"] == pytest.approx(-REFERENCE["bratu"]["fold_lambda"], abs=1e-11)
    near = branch.p[fold.number : fold.number + 2, 0]
    assert np.max(near) == np.partition(branch.p[:, 0], 1)[1]


def test_a_branch_goes_on_to_wider_bounds_and_keeps_its_names() -> None:
    continuation = Continuation(bratu())
    branch = continuation.extended(continuation.boundary_values(LAM, (0.2, 2.0), ENDS), (0.1, 4.0))
    assert isinstance(branch, BoundaryBranch)
    assert [point.kind for point in branch.specials] == ["LP"]
    assert branch.p[[0, -1], 0].tolist() == [0.1, 0.1]
    np.testing.assert_allclose(bratu_parameter(branch.column("p/op/u")), branch.p[:, 0], rtol=1e-8)


def test_branches_are_written_into_files_and_drawn(tmp_path: Path) -> None:
    branch = Continuation(bratu()).boundary_values(LAM, (0.1, 4.0), ENDS)
    Diagram((branch,), (None,)).save(tmp_path / "bratu.npz")
    (again,) = load(tmp_path / "bratu.npz").branches
    assert isinstance(again, BoundaryBranch)
    pd.testing.assert_frame_equal(again.data, branch.data)
    pd.testing.assert_frame_equal(again.profiles[7].data, branch.profiles[7].data)
    assert again.specials[0].profile is not None
    assert again.specials[0].profile.extremes[1][0] == branch.specials[0]["p/op/u"]
    axes = branch.plot("p/op/u")
    assert np.isin(branch.column("p/op/u"), axes.lines[0].get_ydata()).all()
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["solutions of boundary values", "fold (LP)"]
    assert list(branch.data) == [LAM, "p/op/u", "p/op/slope", "min(p/op/u)", "min(p/op/slope)"]
    assert repr(branch) == "<Branch of 39 solutions of boundary values, p/op/lam from 0.1 to 0.1; special: LP>"
    cited = [text.split(",")[0] for text in branch.citations]
    assert cited == ["Keller", "Doedel", "de Boor", "Ascher", "Broyden", "Kelley"]


def test_layers_are_resolved_by_the_mesh() -> None:
    model = single(["u' = v", "v' = -v/eps"], u="output(0.0)", v="variable(0.0)", eps=0.5)
    branch = Continuation(model).boundary_values("p/op/eps", (0.002, 0.6), ["start(p/op/u) = 0", "end(p/op/u) = 1"])
    assert not branch.specials
    for profile, (eps,) in zip(branch.profiles, branch.p, strict=True):
        exact = np.expm1(-profile.times / eps) / np.expm1(-1 / eps)
        np.testing.assert_allclose(profile["p/op/u"], exact, atol=3e-6)  # meshes are made for 1e-6
    assert branch.p[0, 0] == 0.002


def test_conditions_read_parameters_and_interval_is_their_length() -> None:
    conditions = ["start(p/op/u)", "end(p/op/u) = 0", "start(p/op/v) = p/op/v0"]
    branch = Continuation(fall()).boundary_values(
        "p/op/v0", (0.5, 5.0), conditions, free=["interval"], interval=0.2
    )  # it is back on the ground at t = 2 v0/g
    assert branch.parameters == ("p/op/v0", "interval")
    np.testing.assert_allclose(branch.column("interval"), 2 * branch.p[:, 0] / 9.81, rtol=1e-12)
    np.testing.assert_allclose(branch.column("p/op/u"), branch.p[:, 0] ** 2 / (2 * 9.81), rtol=1e-9)
    np.testing.assert_allclose([each.length for each in branch.profiles], branch.column("interval"), rtol=1e-15)


def test_the_length_varies_and_a_condition_on_parameters_alone_holds() -> None:
    conditions = ["start(p/op/u)", "end(p/op/u)", "p/op/v0 = interval*p/op/g/2"]
    branch = Continuation(fall()).boundary_values("interval", (0.1, 5.0), conditions, free=["p/op/v0"])
    assert branch.p[[0, -1], 0].tolist() == [0.1, 5.0]
    np.testing.assert_allclose(branch.column("p/op/v0"), branch.p[:, 0] * 9.81 / 2, rtol=1e-12)
    starts = [profile["p/op/v"][0] for profile in branch.profiles]
    np.testing.assert_allclose(starts, branch.column("p/op/v0"), rtol=1e-12)


def test_eigenvalues_are_free_parameters_whose_functions_have_length_one_on_average() -> None:
    model = single(["u' = v", "v' = -value*u"], u="output(0.0)", v="variable(0.0)", value=2.0, k=0.5)
    start = {"p/op/u": lambda t: np.sin(1.8 * t), "p/op/v": lambda t: 1.8 * np.cos(1.8 * t)}
    branch = Continuation(model).boundary_values(
        "p/op/k", (0.0, 5.0), ["start(p/op/u) = 0", "end(p/op/v) = -p/op/k*end(p/op/u)"],
        on_average=["p/op/u^2 = 1"], free=["p/op/value"], start=start,
    )  # fmt: skip
    for k, value in branch.p:
        root = brentq(lambda w, k=k: w * np.cos(w) + k * np.sin(w), np.pi / 2 - 1e-9, np.pi)
        assert value == pytest.approx(root**2, rel=1e-9)
    means = [trapezoid(profile.at(np.linspace(0, 1, 2001))[:, 0] ** 2, dx=5e-4) for profile in branch.profiles]
    np.testing.assert_allclose(means, 1.0, atol=1e-5)  # of the trapezoidal rule: its steps squared


def test_starts_are_tables_and_profiles_and_lead_to_the_solution_near_them() -> None:
    continuation = Continuation(bratu())
    branch = continuation.boundary_values(LAM, (0.1, 4.0), ENDS)
    number = int(np.argmax(branch.column("p/op/u") * (branch.p[:, 0] > 2.0)))  # an upper solution
    profile, lam = branch.profiles[number], float(branch.p[number, 0])
    for start in ({**profile.data, LAM: lam}, {"p/op/u": profile.data["p/op/u"], "p/op/slope": 0.0, LAM: lam}):
        again = continuation.boundary_values(LAM, (lam - 0.1, lam), ENDS, start=start)
        assert again.column("p/op/u")[-1] == pytest.approx(branch.column("p/op/u")[number], rel=1e-8)
    near = Continuation(bratu(), parameters={LAM: lam})
    for whole in (profile, profile.data):
        again = near.boundary_values(LAM, (lam - 0.1, lam), ENDS, start=whole)
        assert again.column("p/op/u")[-1] == pytest.approx(branch.column("p/op/u")[number], rel=1e-8)


def test_newtons_steps_are_shortened_where_the_start_is_far_off() -> None:
    model = single(["u' = v", "v' = k*sinh(k*u)"], u="output(0.0)", v="variable(0.0)", k=10.0)  # Troesch's problem
    branch = Continuation(model).boundary_values("p/op/k", (9.0, 10.0), ["start(p/op/u)", "end(p/op/u) = 1"])
    slope = branch.profiles[-1]["p/op/v"]
    square = slope**2 - 2 * np.cosh(10.0 * branch.profiles[-1]["p/op/u"])  # does not change along a solution
    np.testing.assert_allclose(square, slope[0] ** 2 - 2, atol=1e-5 * np.cosh(10.0))
    assert slope[0] == pytest.approx(troesch_slope(10.0), abs=1e-6)  # the tolerance of meshes


def troesch_slope(k: float) -> float:
    """Return u'(0), for which 1 is the integral of 1/u' = 1/sqrt(u'(0)^2 + 4 sinh(k u/2)^2) over u."""

    def missed(logarithm: float) -> float:
        # u = 2 arcsinh(e^z)/k: the integrand is smooth in z
        z = np.linspace(logarithm - 40.0, np.log(np.sinh(k / 2)), 400_001)
        w = np.exp(z)
        integrand = 2 * w / (k * np.sqrt(1 + w**2) * np.sqrt(np.exp(2 * logarithm) + 4 * w**2))
        return float(trapezoid(integrand, z)) - 1.0

    return float(np.exp(brentq(missed, -15.0, 0.0, xtol=1e-12)))


@pytest.mark.parametrize(
    ("given", "error", "text"),
    [
        ({"conditions": ENDS[:1]}, ArgumentError,
         "2 states take 2 conditions, on the ends or on average; there is 1. Give 1 more."),
        ({"conditions": [*ENDS, "start(p/op/v) = 1"]}, ArgumentError,
         "2 states take 2 conditions, on the ends or on average; there are 3. Leave 1 out, or name 1 more in free=."),
        ({"free": ["interval"]}, ArgumentError,
         "2 states and 1 free besides 'p/op/v0' take 3 conditions, on the ends or on average; there are 2. Give 1 "
         "more."),
        ({"conditions": ["start(p/op/w)", ENDS[1]]}, UnknownNameError,
         "conditions: 'start(p/op/w)' asks for start(p/op/w), and there is no state 'p/op/w'. Did you mean 'p/op/v'? "
         "States: p/op/u, p/op/v."),
        ({"conditions": ["start(u)", ENDS[1]]}, UnknownNameError,
         "conditions: 'start(u)' asks for start(u), and there is no state 'u'. Did you mean 'p/op/u'? States: p/op/u, "
         "p/op/v."),
        ({"conditions": ["p/op/u = 1", ENDS[1]]}, ArgumentError,
         "conditions: 'p/op/u = 1' has to say where it reads the state 'p/op/u': start(p/op/u) or end(p/op/u)."),
        ({"conditions": ["start(p/op/u) = p/op/gg", ENDS[1]]}, UnknownNameError,
         "A condition reads what it cannot: Unknown variable 'gg' in path 'p/op/gg'. Did you mean 'g'? The variables "
         "are: u, v, g, v0."),
        ({"conditions": ["start(p/op/u) = t", ENDS[1]]}, ArgumentError,
         "conditions: 'start(p/op/u) = t' reads the time, which is 0 at the start and `interval` at the end."),
        ({"conditions": ["start(p/op/u) = u", ENDS[1]]}, EquationError,
         "Unknown name 'u' in expression \"u\" (conditions).\n    u\n    ^"),
        ({"conditions": "start(p/op/u)"}, ArgumentError,
         "conditions must be a list of texts such as 'start(p/op/u) = 0'; it is 'start(p/op/u)'."),
        ({"conditions": [ENDS[0], 3]}, ArgumentError,
         "conditions holds 3, which is no text such as 'start(p/op/u) = 0'."),
        ({"conditions": ENDS[:1], "on_average": ["end(p/op/u) = 0"]}, ArgumentError,
         "on_average: 'end(p/op/u) = 0' holds on average over the interval, and reads end(p/op/u). Put what holds at "
         "the ends into conditions."),
        ({"free": ["p/op/v0"]}, ArgumentError, "'p/op/v0' varies already; free holds it, too, or twice."),
        ({"free": [3]}, ArgumentError, "free holds 3, which is neither the path of a parameter nor 'interval'."),
        ({"free": "interval"}, ArgumentError, "free must be a list of paths of parameters; it is 'interval'."),
        ({"free": ["p/op/u"]}, ArgumentError, "free: 'p/op/u' is a state; it takes paths of parameters."),
        ({"start": {"p/op/x": 1.0}}, UnknownNameError,
         "start has 'p/op/x', which is neither a state nor a number that varies or that a condition reads. Did you "
         "mean 'p/op/v'? It takes: p/op/u, p/op/v, interval, p/op/v0. Values of other parameters go into "
         "Continuation(model, parameters={...})."),
        ({"start": {"p/op/u": "high"}}, ArgumentError, "start: 'p/op/u' must be a number; it is 'high'."),
        ({"start": {"p/op/u": lambda t: [1.0, 2.0]}, "max_intervals": 2}, ArgumentError,
         "start: the function for 'p/op/u' is called with an array of 9 times and has to return as many numbers: "
         "operands could not be broadcast together with remapped shapes [original->remapped]: (2,)  and requested "
         "shape (9,)."),
        ({"start": 3}, ArgumentError,
         "start must be a dictionary of values by path, a table of states over time, or a profile; it is 3."),
        ({"start": {"p/op/v0": 7.0}}, ArgumentError,
         "bounds of 'p/op/v0' are (0.5, 5), which leave out its value 7 at the start. Choose others."),
        ({"interval": -1}, ArgumentError, "interval must be a positive number; it is -1."),
        ({"conditions": ["start(p/op/u)", "start(p/op/u) = 1"]}, SimulationError,
         "No solution was found near the start at p/op/v0 = 1: the start misses a condition by up to 1, and Newton's "
         "method did not converge from there, nor with shorter steps. Give states that are nearer to a solution, as "
         "numbers, as functions of time or as a table: start={path: ...}; or begin where a solution is known."),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_said(given: dict[str, Any], error: type[RatesError], text: str) -> None:
    with pytest.raises(error) as caught:
        Continuation(fall()).boundary_values("p/op/v0", (0.5, 5.0), **{"conditions": ENDS, **given})
    assert str(caught.value) == text


def test_a_model_that_depends_on_time_has_a_state_that_is_time() -> None:
    with pytest.raises(UnsupportedFeatureError, match="'p/op/v' depends on time"):
        Continuation(single(["u' = v", "v' = k*t"], u="output(0.0)", v="variable(0.0)", k=1.0)).boundary_values(
            "p/op/k", (0.0, 2.0), ENDS
        )
    model = single(["u' = v", "v' = k*s", "s' = 1"], u="output(0.0)", v="variable(0.0)", s="variable(0.0)", k=1.0)
    branch = Continuation(model).boundary_values("p/op/k", (0.0, 2.0), [*ENDS, "start(p/op/s) = 0"])
    profile = branch.profiles[-1]
    np.testing.assert_allclose(profile["p/op/u"], (profile.times**3 - profile.times) / 3, atol=1e-12)


def test_folds_of_boundary_values_begin_no_other_curves() -> None:
    continuation = Continuation(bratu())
    (fold,) = continuation.boundary_values(LAM, (0.1, 4.0), ENDS).specials
    with pytest.raises(ArgumentError) as caught:
        continuation.curve(fold, "p/op/other", bounds={})
    assert str(caught.value) == "The point is a fold of a boundary value problem; there are no curves of these yet."
    with pytest.raises(ArgumentError, match="from_ is a point of kind 'LP'; cycles begin at points of the kinds HB"):
        continuation.cycles(fold, bounds=(0.1, 4.0))


def test_profiles_have_values_on_the_interval_alone() -> None:
    branch = Continuation(bratu()).boundary_values(LAM, (0.4, 0.6), ENDS, interval=1.0)
    assert branch.profiles[0].at(np.array([1.0]))[0, 0] == pytest.approx(0.0, abs=1e-12)
    with pytest.raises(ArgumentError) as caught:
        branch.profiles[0].at(np.array([0.0, 1.5]))
    assert str(caught.value) == ("times must lie between 0 and 1, the length of the interval; they go from 0 to 1.5.")


def test_an_unknown_function_is_followed_by_how_ends_are_written() -> None:
    with pytest.raises(EquationError, match="Unknown function 'begin'") as refused:
        condition("conditions", "begin(p/op/u) = 1")
    assert refused.value.__notes__ == ["States at the ends of the interval are start(path) and end(path)."]
