"""Curves of folds and of Hopf points in two parameters against closed forms and independent numbers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rates_continuation import Continuation, Diagram, TwoParameterCurve, load
from rates_core.errors import ArgumentError, SimulationError, UnknownNameError
from rates_core.testing.parts import single

REFERENCE = json.loads((Path(__file__).parent / "reference.json").read_text(encoding="utf-8"))
QIF = "model_templates.neural_mass_models.qif.qif_sfa"
ETA, ALPHA, R = "p/qif_sfa_op/eta", "p/qif_sfa_op/alpha", "p/qif_sfa_op/r"
QIF_BOUNDS = {ETA: (-10.0, 5.0), ALPHA: (0.0, 2.0)}
B1, B2, X = "p/op/b1", "p/op/b2", "p/op/x"
SQUARE = {B1: (-1.0, 1.0), B2: (-2.0, 2.0)}

CUSP = single("x' = b1 + b2*x - x^3", x="output(-1.3)", b1=0.0, b2=1.0)


def test_a_curve_begins_at_a_point_from_a_file(tmp_path: Path) -> None:
    continuation = Continuation(CUSP)
    continuation.diagram(B1, bounds=SQUARE[B1]).save(tmp_path / "cusp.npz")
    fold = load(tmp_path / "cusp.npz").branches[0].special("LP")[0]
    found = continuation.curve(fold, B2, bounds=SQUARE)
    np.testing.assert_allclose(27 * found.column(B1) ** 2, 4 * found.column(B2) ** 3, rtol=0.0, atol=1e-9)
    assert [point.kind for point in found.specials] == ["CP"]


def bogdanov_takens(b1: float, b2: float, x: float) -> Any:
    """Return the normal form: folds are at b1 = b2²/4, Hopf points at b1 = 0 > b2."""
    return single(["x' = y", "y' = b1 + b2*x + x^2 + x*y"], x=f"output({x})", y="variable(0.0)", b1=b1, b2=b2)


def bautin(b1: float, b2: float) -> Any:
    """Return the normal form: Hopf points are at b1 = 0, with the Lyapunov coefficient 2*b2."""
    return single(
        ["g = b1 + b2*(x^2 + y^2) - (x^2 + y^2)^2", "x' = g*x - y", "y' = x + g*y"], x="output(0.0)",
        y="variable(0.0)", g="variable(0.0)", b1=b1, b2=b2,
    )  # fmt: skip


def zero_hopf(b1: float, b2: float, x: float) -> Any:
    """Return the normal form: folds are at b1 = 0, Hopf points at b1 = -4*b2², where x = -2*b2."""
    return single(
        ["x' = b1 + x^2 - y^2 - z^2", "y' = (b2 + x/2)*y - 1.3*z", "z' = 1.3*y + (b2 + x/2)*z"], x=f"output({x})",
        y="variable(0.0)", z="variable(0.0)", b1=b1, b2=b2,
    )  # fmt: skip


def double_hopf(b1: float, b2: float) -> Any:
    """Return two oscillators that are coupled: Hopf points are at b1 = 0, and at b1 = b2² - b2."""
    return single(
        ["s = a^2 + b^2", "q = c^2 + d^2", "f = b1 - s - 2*q + 0.3*c", "g = b1 + b2 - b2^2 - q - 0.5*s",
         "a' = f*a - 1.3*b", "b' = 1.3*a + f*b", "c' = g*c - 2.9*d + 0.2*a^2", "d' = 2.9*c + g*d"],
        a="output(0.0)", b="variable(0.0)", c="variable(0.0)", d="variable(0.0)", s="variable(0.0)",
        q="variable(0.0)", f="variable(0.0)", g="variable(0.0)", b1=b1, b2=b2,
    )  # fmt: skip


def kinds(curve: TwoParameterCurve) -> list[str]:
    """Return the kinds of special points."""
    return [point.kind for point in curve.specials]


def test_curves_begin_at_points_from_a_file_too(tmp_path: Path) -> None:
    continuation = Continuation(CUSP)
    branch = continuation.equilibria(B1, bounds=(-1.0, 1.0))
    Diagram((branch,), (None,)).save(tmp_path / "cusp.npz")
    for each in (branch, load(tmp_path / "cusp.npz").branches[0]):
        curve = continuation.curve(each.special("LP")[0], B2, bounds=SQUARE)
        assert kinds(curve) == ["CP"]
        np.testing.assert_allclose(27 * curve.p[:, 0] ** 2, 4 * curve.p[:, 1] ** 3, atol=1e-9)


@pytest.mark.parametrize("number", [0, 1])
@pytest.mark.parametrize("max_step", [0.25, 0.07])
def test_folds_of_quadratic_neurons_have_the_points_of_the_reference(number: int, max_step: float) -> None:
    continuation = Continuation(QIF)
    start = continuation.equilibria(ETA, bounds=(-10.0, 5.0)).special("LP")[number]
    found = continuation.curve(start, ALPHA, bounds=QIF_BOUNDS, max_step=max_step)
    assert sorted(kinds(found)) == ["BT", "BT", "CP"]
    known = sorted(REFERENCE["qif_sfa_default"]["two_parameter_eta_alpha"], key=lambda point: point["alpha"])
    for point, wanted in zip(sorted(found.specials, key=lambda point: point[ALPHA]), known, strict=True):
        assert point.kind == wanted["kind"]
        assert point[ETA] == pytest.approx(wanted["eta"], rel=1e-12)
        assert point[ALPHA] == pytest.approx(wanted["alpha"], rel=1e-12)
        assert point.error < 1e-9
        assert point.residual < 1e-12
    assert found.ended == ("bound", "bound")
    r, eta = found.column(R), found.column(ETA)
    v, slope = -1 / (2 * np.pi * r), 10 * found.column(ALPHA) - 15
    np.testing.assert_allclose(eta, -(v**2) + slope * r + (np.pi * r) ** 2, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(0.5 / np.pi**2 / r**3 + slope + 2 * np.pi**2 * r, 0.0, atol=1e-7)  # dη/dr


def test_hopf_points_of_quadratic_neurons_end_where_their_frequency_is_0() -> None:
    continuation = Continuation(QIF)
    branch = continuation.equilibria(ETA, bounds=(-10.0, 5.0))
    _, *double = REFERENCE["qif_sfa_default"]["two_parameter_eta_alpha"]
    for start, wanted in zip(branch.special("HB"), double, strict=True):
        found = continuation.curve(start, ALPHA, bounds=QIF_BOUNDS)
        assert kinds(found) == ["BT"]
        assert found.ended == ("BT", "bound")
        assert found.specials[0][ETA] == pytest.approx(wanted["eta"], rel=1e-11)
        assert found.specials[0][ALPHA] == pytest.approx(wanted["alpha"], rel=1e-11)
        assert found.omega[0] == 0.0
        assert np.all(found.omega[1:] > 0)
        assert np.all(found.coefficients[1:] > 0)
        distance = np.min(np.abs(found.eigenvalues - 1j * found.omega[:, None]), axis=1)
        np.testing.assert_allclose(distance[1:], 0.0, atol=1e-9)


def test_folds_of_the_cusp_meet_at_its_point() -> None:
    continuation = Continuation(CUSP)
    for start in continuation.equilibria(B1, bounds=(-2.0, 2.0)).special("LP"):
        found = continuation.curve(start, B2, bounds={B1: (-2.0, 2.0), B2: (-1.0, 3.0)})
        assert kinds(found) == ["CP"]
        (cusp,) = found.specials
        assert (cusp[B1], cusp[B2]) == (pytest.approx(0.0, abs=1e-12), pytest.approx(0.0, abs=1e-12))
        assert cusp.coefficient == pytest.approx(-1.0, rel=1e-8)
        x = found.column(X)
        np.testing.assert_allclose(found.p, np.transpose([-2 * x**3, 3 * x**2]), atol=1e-9)
        np.testing.assert_allclose(found.coefficients, -3 * x, atol=1e-9)
        assert found.ended == ("bound", "bound")
        np.testing.assert_allclose(np.sort(found.p[[0, -1], 0]), [-2.0, 2.0], rtol=1e-9)
        assert (np.isnan(found.omega)).all()


def test_a_curve_of_folds_goes_on_to_wider_bounds() -> None:
    continuation = Continuation(CUSP)
    start = continuation.equilibria(B1, bounds=(-2.0, 2.0)).special("LP")[0]
    short = continuation.curve(start, B2, bounds={B1: (-2.0, 2.0), B2: (0.5, 1.5)})
    assert not short.specials
    assert sorted(short.column(B2)[[0, -1]].tolist()) == [0.5, 1.5]
    found = continuation.extended(short, {B1: (-2.0, 2.0), B2: (-1.0, 3.0)})
    x = found.column(X)
    np.testing.assert_allclose(found.p, np.transpose([-2 * x**3, 3 * x**2]), atol=1e-9)
    np.testing.assert_allclose(np.sort(found.p[[0, -1], 0]), [-2.0, 2.0], rtol=1e-9)
    (cusp,) = found.specials
    assert (cusp.kind, cusp[B2]) == ("CP", pytest.approx(0.0, abs=1e-12))
    sides = np.sign(x[[cusp.number, cusp.number + 1]])
    assert sides[0] * sides[1] <= 0
    assert len(found) > len(short)


def test_a_curve_that_cannot_go_on_is_refused() -> None:
    continuation = Continuation(CUSP)
    start = continuation.equilibria(B1, bounds=(-2.0, 2.0)).special("LP")[0]
    curve = continuation.curve(start, B2, bounds={B1: (-2.0, 2.0), B2: (0.5, 1.5)})
    with pytest.raises(ArgumentError) as refused:
        continuation.extended(curve, {B1: (-2.0, 2.0), B2: (0.75, 3.0)})
    assert str(refused.value) == (
        "bounds of 'p/op/b2' are (0.75, 3), and the curve goes from 0.5 to 1.5. Give bounds that hold all of it."
    )
    with pytest.raises(ArgumentError) as refused:
        continuation.extended(curve, (-2.0, 2.0))
    assert str(refused.value).startswith("bounds must be a dictionary, {path: (lower, upper)}, for ")
    with pytest.raises(ArgumentError) as refused:
        continuation.extended(curve, {B1: (-2.0, 2.0), B2: (-1.0, 3.0)}, max_period=3.0)
    assert str(refused.value) == "max_period is for branches of cycles; this is a curve in two parameters."
    other = single(["x' = b1 + b2*x - x^3", "y' = -y"], x="output(0.0)", y="variable(0.0)", b1=0.0, b2=1.0)
    with pytest.raises(ArgumentError) as refused:
        Continuation(other).extended(curve, {B1: (-2.0, 2.0), B2: (-1.0, 3.0)})
    assert str(refused.value) == "The curve has the states p/op/x; the model has p/op/x, p/op/y."


def test_a_curve_of_folds_and_one_of_hopf_points_begin_at_a_bogdanov_takens_point() -> None:
    continuation = Continuation(bogdanov_takens(b1=0.0, b2=1.0, x=-0.9))
    (fold,) = continuation.equilibria(B1, bounds=(-1.0, 1.0)).special("LP")
    folds = continuation.curve(fold, B2, bounds=SQUARE)
    assert kinds(folds) == ["BT"]
    np.testing.assert_allclose(folds.column(B1), folds.column(B2) ** 2 / 4, atol=1e-10)
    assert folds.unstable[0] != folds.unstable[-1]
    hopfs = continuation.curve(folds.specials[0], bounds=SQUARE, kind="HB")
    assert kinds(hopfs) == ["BT"]
    assert "BT" in hopfs.ended
    b2 = hopfs.column(B2)
    np.testing.assert_allclose(hopfs.column(B1), 0.0, atol=1e-12)
    assert b2.min() == -2.0
    np.testing.assert_allclose(b2.max(), 0.0, atol=1e-12)
    np.testing.assert_allclose(hopfs.omega, np.sqrt(np.maximum(-b2, 0.0)), atol=1e-7)
    inner = hopfs.omega > 0.05
    omega = hopfs.omega[inner]
    np.testing.assert_allclose(hopfs.coefficients[inner], 1 / (2 * omega**3 * (1 + omega**2)), rtol=1e-7)
    again = continuation.curve(hopfs.specials[0], bounds=SQUARE, kind="LP")
    assert kinds(again) == ["BT"]
    np.testing.assert_allclose(again.column(B1), again.column(B2) ** 2 / 4, atol=1e-10)


def test_neutral_saddles_are_no_hopf_points_in_two_parameters_either() -> None:
    continuation = Continuation(bogdanov_takens(b1=-0.3, b2=-1.0, x=0.1))
    (hopf,) = continuation.equilibria(B1, bounds=(-1.0, 0.2)).special("HB")
    found = continuation.curve(hopf, B2, bounds=SQUARE)
    assert found.ended == ("bound", "BT")
    assert found.column(B2).max() < 1e-9
    assert np.isinf(found.periods[-1])
    assert np.isnan(found.coefficients[-1])
    assert np.isfinite(found.periods[:-1]).all()


def test_the_lyapunov_coefficient_vanishes_at_a_generalised_hopf_point() -> None:
    continuation = Continuation(bautin(b1=-0.5, b2=1.0))
    (hopf,) = continuation.equilibria(B1, bounds=(-1.0, 1.0)).special("HB")
    found = continuation.curve(hopf, B2, bounds=SQUARE)
    assert kinds(found) == ["GH"]
    (general,) = found.specials
    assert (general[B1], general[B2]) == (pytest.approx(0.0, abs=1e-12), pytest.approx(0.0, abs=1e-9))
    assert general.period == pytest.approx(2 * np.pi, rel=1e-12)
    np.testing.assert_allclose(found.coefficients, 2 * found.column(B2), atol=1e-8)
    again = continuation.curve(general, bounds=SQUARE)
    assert (again.kind, kinds(again)) == ("HB", ["GH"])


@pytest.mark.parametrize("max_step", [0.25, 0.1])
def test_the_generalised_hopf_points_of_fitzhugh_and_nagumo(max_step: float) -> None:
    current, b = "p/op/I_ext", "p/op/b"
    model = single(
        ["v' = v - v^3/3 - w + I_ext", "w' = eps*(v + a - b*w)"], v="output(-1.2)", w="variable(-0.6)", I_ext=0.0,
        eps=0.08, a=0.7, b=0.8,
    )  # fmt: skip
    continuation = Continuation(model)
    for start in continuation.equilibria(current, bounds=(-1.0, 2.0)).special("HB"):
        found = continuation.curve(start, b, bounds={current: (-1.0, 4.0), b: (0.3, 1.2)}, max_step=max_step)
        assert kinds(found) == ["GH"]
        # v = ±sqrt(1 - b*eps) at all Hopf points, and the coefficient is 0 where b^2*eps - 2*b + 1 is
        np.testing.assert_allclose(found.column("p/op/v") ** 2, 1 - 0.08 * found.column(b), rtol=1e-9)
        (general,) = found.specials
        assert general[b] == pytest.approx((1 - np.sqrt(1 - 0.08)) / 0.08, rel=1e-9)
        assert general.error < 1e-8


def test_a_pair_of_eigenvalues_crosses_along_folds_and_a_real_one_along_hopf_points() -> None:
    bounds = {B1: (-4.0, 1.0), B2: (-0.8, 1.1)}
    continuation = Continuation(zero_hopf(b1=-0.5, b2=-0.6, x=-0.7))
    (fold,) = continuation.equilibria(B1, bounds=(-4.0, 1.0)).special("LP")
    folds = continuation.curve(fold, B2, bounds=bounds)
    assert kinds(folds) == ["ZH"]
    np.testing.assert_allclose(folds.column(B1), 0.0, atol=1e-12)
    (both,) = folds.specials
    assert both[B2] == pytest.approx(0.0, abs=1e-12)
    assert both.period == pytest.approx(2 * np.pi / 1.3, rel=1e-10)
    hopfs = continuation.curve(both, bounds=bounds, kind="HB")
    # the Lyapunov coefficient changes its sign there too, by way of infinity
    assert kinds(hopfs) == ["ZH"]
    x, b2 = hopfs.column(X), hopfs.column(B2)
    np.testing.assert_allclose(hopfs.column(B1), -4 * b2**2, atol=1e-10)
    np.testing.assert_allclose(x, -2 * b2, atol=1e-10)
    np.testing.assert_allclose(hopfs.omega, 1.3, rtol=1e-10)
    apart = np.abs(x) > 0.05
    np.testing.assert_allclose(hopfs.coefficients[apart], 0.5 / (1.3 * x[apart]), rtol=1e-8)
    again = continuation.curve(hopfs.specials[0], bounds=bounds, kind="LP")
    assert kinds(again) == ["ZH"]
    np.testing.assert_allclose(again.column(B1), 0.0, atol=1e-12)


def test_the_other_hopf_points_begin_at_a_double_one() -> None:
    bounds = {B1: (-3.0, 1.0), B2: (-0.7, 1.8)}
    continuation = Continuation(double_hopf(b1=-1.5, b2=0.4))
    first, _ = continuation.equilibria(B1, bounds=(-3.0, 1.0)).special("HB")
    one = continuation.curve(first, B2, bounds=bounds)
    b2 = one.column(B2)
    np.testing.assert_allclose(one.column(B1), b2**2 - b2, atol=1e-10)
    np.testing.assert_allclose(one.omega, 2.9, rtol=1e-10)
    assert kinds(one) == ["HH", "HH"]
    np.testing.assert_allclose([point[B2] for point in one.specials], [0.0, 1.0], atol=1e-9)
    other = continuation.curve(one.specials[0], bounds=bounds)
    np.testing.assert_allclose(other.omega, 1.3, rtol=1e-10)
    np.testing.assert_allclose(other.column(B1), 0.0, atol=1e-10)
    assert kinds(other) == ["HH", "HH"]
    back = continuation.curve(other.specials[0], bounds=bounds)
    np.testing.assert_allclose(back.omega, 2.9, rtol=1e-10)


@pytest.mark.parametrize(("max_step", "start"), [(0.25, 1.0), (0.11, 1.0), (0.25, -1.7)])
def test_other_units_and_mixed_variables_change_no_special_point(max_step: float, start: float) -> None:
    # (x, y) of the normal form, as x = u/s + 3*s*w + 0.2*b2 - 1, y = s*w; a bend in b1, too
    model = single(
        ["x = u/s + 3*s*w + 0.2*b2 - 1", "y = s*w", "a = b1 - b2^3",
         "w' = (a + b2*x + x^2 + x*y)/s", "u' = s*(y - 3*(a + b2*x + x^2 + x*y))"],
        u="output(400.0)", w="variable(0.0)", x="variable(0.0)", y="variable(0.0)", a="variable(0.0)",
        b1=start**3 - 0.5, b2=start, s=1e3,
    )  # fmt: skip
    bounds = {B1: (-9.0, 9.0), B2: (-2.0, 2.0)}
    continuation = Continuation(model)
    x = -start / 2 - np.sqrt(start**2 / 4 + 0.5)
    at = {"p/op/u": 1e3 * (x + 1 - 0.2 * start), "p/op/w": 0.0}
    (fold,) = continuation.equilibria(B1, bounds=bounds[B1], start=at).special("LP")
    folds = continuation.curve(fold, B2, bounds=bounds, max_step=max_step)
    assert kinds(folds) == ["BT"]
    (double,) = folds.specials
    assert (double[B1], double[B2]) == (pytest.approx(0.0, abs=1e-10), pytest.approx(0.0, abs=1e-10))
    hopfs = continuation.curve(double, bounds=bounds, kind="HB", max_step=max_step)
    assert kinds(hopfs) == ["BT"]
    np.testing.assert_allclose(hopfs.column(B1), hopfs.column(B2) ** 3, atol=1e-9)
    assert hopfs.column(B2).max() < 1e-9


def test_curves_without_special_points_have_none() -> None:
    current, a = "p/op/I_ext", "p/op/a"
    model = single(
        ["v' = v - v^3/3 - w + I_ext", "w' = eps*(v + a - b*w)"], v="output(-1.2)", w="variable(-0.6)", I_ext=0.0,
        eps=0.08, a=0.7, b=0.8,
    )  # fmt: skip
    continuation = Continuation(model)
    for start in continuation.equilibria(current, bounds=(-1.0, 2.0)).special("HB"):
        found = continuation.curve(start, a, bounds={current: (-1.0, 3.0), a: (0.1, 1.2)})
        assert kinds(found) == []
        np.testing.assert_allclose(found.column(current), start[current] + (found.column(a) - 0.7) / 0.8, rtol=1e-10)
        np.testing.assert_allclose(found.omega, 2 * np.pi / start.period, rtol=1e-10)
        np.testing.assert_allclose(found.coefficients, start.coefficient, rtol=1e-6)
    line = single("x' = b1 - b2 - x^2", x="output(1.0)", b1=1.0, b2=0.2)
    continuation = Continuation(line)
    (fold,) = continuation.equilibria(B1, bounds=(-2.0, 2.0)).special("LP")
    found = continuation.curve(fold, B2, bounds={B1: (-2.0, 2.0), B2: (-1.0, 1.0)})
    assert kinds(found) == []
    np.testing.assert_allclose(found.coefficients, -1.0, rtol=1e-9)


LINEAR = {"x": "output(0.0)", "y": "variable(0.0)", "b1": -0.5, "b2": -1.0}


def test_a_coefficient_that_is_0_everywhere_has_no_zeros() -> None:
    continuation = Continuation(single(["x' = (b1 + 0.1*b2)*x - 1.7*y", "y' = 1.7*x + (b1 + 0.1*b2)*y"], **LINEAR))
    (hopf,) = continuation.equilibria(B1, bounds=(-1.0, 1.0)).special("HB")
    found = continuation.curve(hopf, B2, bounds=SQUARE)
    assert kinds(found) == []
    np.testing.assert_allclose(found.column(B1), -0.1 * found.column(B2), atol=1e-12)


def test_what_crosses_by_itself_changes_no_lyapunov_coefficient() -> None:
    # other than in the normal form there is no pole of the coefficient, where the real eigenvalue is 0
    model = single(
        ["x' = (b1 - x^2 - y^2)*x - 1.7*y", "y' = 1.7*x + (b1 - x^2 - y^2)*y", "w' = b2*w - 0.3*w^3"],
        w="variable(0.0)", **LINEAR,
    )  # fmt: skip
    continuation = Continuation(model)
    (hopf,) = continuation.equilibria(B1, bounds=(-1.0, 1.0)).special("HB")
    found = continuation.curve(hopf, B2, bounds=SQUARE)
    assert kinds(found) == ["ZH"]
    assert abs(found.specials[0][B2]) < 1e-7  # a branch point of the equilibria too, where equations are singular
    assert found.specials[0].error < 1e-6
    np.testing.assert_allclose(found.coefficients, -2.0 / 1.7, rtol=1e-7)


def test_what_crosses_at_one_place_is_not_told_apart() -> None:
    model = single(
        ["x' = (b1 - x^2 - y^2)*x - 1.7*y", "y' = 1.7*x + (b1 - x^2 - y^2)*y", "w' = b2*w - 0.3*w^3",
         "u' = b2*u - 0.6*v - u^3", "v' = 0.6*u + b2*v - v^3"],
        w="variable(0.0)", u="variable(0.0)", v="variable(0.0)", **LINEAR,
    )  # fmt: skip
    continuation = Continuation(model)
    (hopf,) = continuation.equilibria(B1, bounds=(-1.0, 1.0)).special("HB")
    (found,) = continuation.curve(hopf, B2, bounds=SQUARE).specials
    assert found.kind == "??"
    assert found[B2] == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize("width", [0.03, 1e-3])
@pytest.mark.parametrize("place", [0.37, -1.1])
def test_points_that_are_close_to_each_other_are_found_in_one_step(width: float, place: float) -> None:
    # the Lyapunov coefficient 2*((b2 - place)^2 - width^2) has two zeros that are nearer than points of the curve
    oscillator = [
        "g = b1 + ((b2 - place)^2 - width)*(x^2 + y^2) - (x^2 + y^2)^2", "x' = g*x - y", "y' = x + g*y",
    ]  # fmt: skip
    for sign, wanted in ((1, ["GH", "GH"]), (-1, [])):
        model = single(oscillator, g="variable(0.0)", place=place, width=sign * width**2, **LINEAR)
        continuation = Continuation(model)
        (hopf,) = continuation.equilibria(B1, bounds=(-1.0, 1.0)).special("HB")
        found = continuation.curve(hopf, B2, bounds=SQUARE)
        assert kinds(found) == wanted
        values = sorted(point[B2] - place for point in found.specials)
        np.testing.assert_allclose(values, [-width, width][: len(wanted)], rtol=1e-5)


def test_hopf_points_end_where_two_double_zeros_are_close_to_each_other() -> None:
    # det = b2^2 - 1e-4: Hopf points in front of -0.01 and behind 0.01, neutral saddles between
    model = single(
        ["x' = b1*x - y - x*(x^2 + y^2)", "y' = (b2^2 - d)*x + b1*y - y*(x^2 + y^2)"], x="output(0.0)",
        y="variable(0.0)", b1=-0.5, b2=-1.37, d=1e-4,
    )  # fmt: skip
    continuation = Continuation(model)
    (hopf,) = continuation.equilibria(B1, bounds=(-1.0, 1.0)).special("HB")
    found = continuation.curve(hopf, B2, bounds=SQUARE)
    assert found.ended == ("bound", "BT")
    assert found.specials[-1][B2] == pytest.approx(-0.01, rel=1e-9)


def test_a_closed_curve_of_folds_is_followed_once() -> None:
    continuation = Continuation(single("x' = 1 - b1^2 - b2^2 - x^2", x="output(1.0)", b1=0.0, b2=0.0))
    fold, _ = continuation.equilibria(B1, bounds=(-2.0, 2.0)).special("LP")
    found = continuation.curve(fold, B2, bounds=SQUARE | {B1: (-2.0, 2.0)})
    assert found.ended == ("closed", "closed")
    assert kinds(found) == []
    np.testing.assert_allclose(np.sum(found.p**2, axis=1), 1.0, rtol=1e-9)
    angles = np.unwrap(np.arctan2(*found.p.T))
    assert abs(angles[-1] - angles[0]) == pytest.approx(2 * np.pi, rel=0.1)


def test_both_parameters_end_exactly_at_their_bounds() -> None:
    continuation = Continuation(single("x' = b1 - 2*b2 - x^2", x="output(1.0)", b1=1.0, b2=0.2))
    (fold,) = continuation.equilibria(B1, bounds=(-2.0, 2.0)).special("LP")
    found = continuation.curve(fold, B2, bounds={B1: (-0.3, 3.0), B2: (-1.0, 0.7)})
    np.testing.assert_allclose(found.p[[0, -1]], [[-0.3, -0.15], [1.4, 0.7]], rtol=1e-12)
    assert (found.p[0, 0], found.p[-1, 1]) == (-0.3, 0.7)
    assert found.ended == ("bound", "bound")


def test_tables_speak_in_paths() -> None:
    continuation = Continuation(bogdanov_takens(b1=0.0, b2=1.0, x=-0.9))
    branch = continuation.equilibria(B1, bounds=(-1.0, 1.0))
    found = continuation.curve(branch.special("LP")[0], B2, bounds=SQUARE)
    assert repr(found) == f"<Curve of {len(found)} folds in p/op/b1 and p/op/b2; special: BT>"
    assert list(found.data.columns) == [B1, B2, X, "p/op/y", "unstable", "coefficient"]
    assert found.special_points["kind"].tolist() == ["BT"]
    assert found.special("CP") == []
    hopfs = continuation.curve(found.specials[0], bounds=SQUARE, kind="HB")
    assert list(hopfs.data.columns) == [B1, B2, X, "p/op/y", "unstable", "coefficient", "period"]
    with pytest.raises(UnknownNameError, match=r"^The curve has no value 'p/op/b3'\. Did you mean 'p/op/b"):
        found.column("p/op/b3")
    with pytest.raises(UnknownNameError, match=r"^There are no points of kind 'PC'"):
        found.special("PC")


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"parameter": B1}, "'p/op/b1' varies along the branch already; a curve needs another parameter besides it."),
        ({"parameter": None}, "A curve needs a second parameter besides 'p/op/b1': c.curve(point, 'path', ...)."),
        ({"bounds": {B1: (-1.0, 1.0), B2: (2.0, 3.0)}}, "bounds of 'p/op/b2' are (2, 3), which leave out its value 1 "
                                                        "at the start. Choose others."),
        ({"bounds": {B1: (-1.0, 1.0), B2: (3.0, 2.0)}}, "bounds must be two numbers, the lower one first; they are "
                                                        "(3.0, 2.0)."),
        ({"bounds": {B1: (-1.0, 1.0)}}, "bounds of 'p/op/b2' are missing; give them as "
                                        "bounds={'p/op/b2': (lower, upper), ...}."),
        ({"bounds": (-1.0, 1.0)}, "bounds must be a dictionary, {path: (lower, upper)}, for 'p/op/b1' and 'p/op/b2'; "
                                  "they are (-1.0, 1.0)."),
        ({"bounds": {"p/op/b11": (0.0, 1.0)}}, "bounds has 'p/op/b11', which does not vary. Did you mean 'p/op/b1'? "
                                               "The curve is one in 'p/op/b1' and 'p/op/b2'."),
        ({"point": "LP"}, "A curve begins at a special point, such as branch.special('LP')[0]; it was given 'LP'."),
        ({"kind": "HB"}, "Through a point of kind LP pass curves of kind='LP', folds; kind is 'HB'."),
    ],
)  # fmt: skip
def test_what_cannot_be_followed_is_said(arguments: dict[str, Any], text: str) -> None:
    continuation = Continuation(CUSP)
    fold = continuation.equilibria(B1, bounds=(-2.0, 2.0)).special("LP")[0]
    given = {"point": fold, "parameter": B2, "bounds": {B1: (-2.0, 2.0), B2: (-1.0, 2.0)}}
    with pytest.raises((ArgumentError, UnknownNameError)) as refused:
        continuation.curve(**(given | arguments))
    assert str(refused.value) == text


def test_kinds_of_points_at_which_no_curve_begins_are_refused() -> None:
    continuation = Continuation(single("x' = b1*x - x^3 + b2 - b2", x="output(1.0)", b1=1.0, b2=0.0))
    (point,) = continuation.equilibria(B1, bounds=(-1.0, 1.0)).special("BP")
    with pytest.raises(ArgumentError) as refused:
        continuation.curve(point, B2, bounds=SQUARE)
    assert str(refused.value) == (
        "A curve in two parameters begins at a point of kind LP, HB, CP, BT, ZH, GH, HH; this one is of kind BP."
    )


def test_names_are_checked_and_points_of_curves_keep_their_parameters() -> None:
    continuation = Continuation(bogdanov_takens(b1=0.0, b2=1.0, x=-0.9))
    (fold,) = continuation.equilibria(B1, bounds=(-1.0, 1.0)).special("LP")
    with pytest.raises(UnknownNameError, match="p/op/b3"):
        continuation.curve(fold, "p/op/b3", bounds={B1: (-1.0, 1.0), "p/op/b3": (0.0, 1.0)})
    (double,) = continuation.curve(fold, B2, bounds=SQUARE).specials
    with pytest.raises(ArgumentError) as refused:
        continuation.curve(double, bounds=SQUARE)
    assert str(refused.value) == (
        "Through a point of kind BT pass curves of kind='LP', folds or kind='HB', Hopf points; say which is wanted."
    )
    with pytest.raises(ArgumentError) as refused:
        continuation.curve(double, "p/op/c", bounds=SQUARE, kind="HB")
    assert str(refused.value) == (
        "The point is one of a curve in 'p/op/b1' and 'p/op/b2', and so are curves that begin there; parameter is "
        "'p/op/c'. Leave it out."
    )


def test_a_point_of_another_model_is_refused() -> None:
    (fold, _) = Continuation(CUSP).equilibria(B1, bounds=(-2.0, 2.0)).special("LP")
    with pytest.raises(SimulationError, match=r"^No curve of folds was found at the point of kind LP: with p/op/b1"):
        Continuation(CUSP, parameters={B2: 1.5}).curve(fold, B2, bounds={B1: (-2.0, 2.0), B2: (-1.0, 2.0)})
    other = Continuation(bogdanov_takens(b1=0.0, b2=1.0, x=-0.9))
    with pytest.raises(ArgumentError) as refused:
        other.curve(fold, B2, bounds=SQUARE)
    assert str(refused.value) == "The point has no value of 'p/op/y': it belongs to another model."
