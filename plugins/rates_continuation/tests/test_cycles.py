"""Cycles by collocation against closed forms; the curve is followed by hand, as the engine will do."""

from __future__ import annotations

import numpy as np
import pytest
from rates_continuation.native.collocation import DEGREE, adapted, basis, interpolated, node_times
from rates_continuation.native.cycles import CycleCurve, from_hopf, multipliers
from rates_continuation.native.tracing import Bounds, Steps, Traced, trace

from plugins.rates_continuation.tests.fields import Formula, exact_cycle


def cycles(field: Formula, x: list[float], p: float, bounds: tuple[float, float], omega: float) -> list[Traced]:
    """Return the cycles that begin at a Hopf point."""
    matrix = field.by_states(np.array(x), np.array([p]))
    values, vectors = np.linalg.eig(matrix)
    which = int(np.argmin(np.abs(values - 1j * omega)))
    width = (bounds[1] - bounds[0]) / 10
    states = np.full(field.size, 0.1)
    curve, start = from_hopf(field, np.array(x), np.array([p]), omega, vectors[:, which], states, width, 32)
    return list(trace(curve, start, Bounds(*bounds), Steps()))


def test_a_branch_of_circles_turns_round_where_it_has_to() -> None:
    found = cycles(exact_cycle(), [0.0, 0.0], 0.0, (-1.0, 1.0), 1.0)
    assert found[-1].ended == "bound"
    for step in found:
        assert isinstance(step.curve, CycleCurve)
        profile, period, (mu,) = step.curve.split(step.place.z)
        radii = np.sum(profile**2, axis=1)
        assert period == pytest.approx(2 * np.pi, rel=1e-9)
        np.testing.assert_allclose(mu + radii - radii**2, 0.0, atol=1e-8)
    turns = [step.place.tangent[-1] for step in found]
    last = next(number for number, slope in enumerate(turns) if slope > 0)
    assert found[last].place.z[-1] == pytest.approx(-0.25, abs=2e-3)


def test_multipliers_are_those_of_the_radius_and_of_the_phase() -> None:
    for step in cycles(exact_cycle(), [0.0, 0.0], 0.0, (-1.0, 1.0), 1.0)[::6]:
        assert isinstance(step.curve, CycleCurve)
        profile, period, (mu,) = step.curve.split(step.place.z)
        square = float(np.mean(np.sum(profile**2, axis=1)))
        exponent = mu + 3 * square - 5 * square**2  # of a change of the radius
        wanted = sorted([1.0, np.exp(exponent * period)])
        np.testing.assert_allclose(sorted(multipliers(step.curve, step.place.z).real), wanted, rtol=1e-5, atol=1e-9)


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
        mesh = adapted(mesh, profile, np.ones(1), DEGREE)
        profile = np.tanh(40 * np.sin(2 * np.pi * node_times(mesh, DEGREE)))[:, None]
    assert np.all(np.diff(mesh) > 0)
    near = np.abs(mesh - 0.5) < 0.02  # the slope is there, and at both ends
    assert np.count_nonzero(near) > 8
    wanted = np.linspace(0.0, 1.0, 997)
    error = np.abs(interpolated(mesh, profile, wanted, DEGREE)[:, 0] - np.tanh(40 * np.sin(2 * np.pi * wanted)))
    assert error.max() < 1e-3
