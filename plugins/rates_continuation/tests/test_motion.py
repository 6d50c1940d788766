"""Meshes that move with what moves."""

from __future__ import annotations

import numpy as np
import pytest
from rates_continuation import Continuation
from rates_continuation.native.collocation import DEGREE, node_times
from rates_continuation.native.motion import POWER, SMALL, Motion, drift_along

WIDTH, SPEED = 0.05, 0.7


def bump(times: np.ndarray) -> np.ndarray:
    """Return a bump in the middle."""
    return np.asarray(np.exp(-(((times - 0.5) / WIDTH) ** 2))[:, None])


def slope(times: np.ndarray) -> np.ndarray:
    """Return its derivative."""
    return -2 * (times[:, None] - 0.5) / WIDTH**2 * bump(times)


def test_a_mesh_moves_with_a_bump_and_stays_at_its_ends() -> None:
    mesh = np.linspace(0.0, 1.0, 201)
    times = node_times(mesh, DEGREE)
    drift = drift_along(mesh, bump(times), -SPEED * slope(times), slope(times))
    rest = 4.0 + SMALL**2  # of the squared speed: the bump goes up by 1 and down again
    speed = (rest + slope(mesh)[:, 0] ** 2) ** (0.5 * POWER)
    np.testing.assert_allclose(
        drift, SPEED * (1 - rest ** (0.5 * POWER) / speed), atol=1e-4
    )  # its speed has a kink at the top
    assert drift[[0, -1]] == pytest.approx([0.0, 0.0], abs=1e-9)
    assert np.max(drift) > 0.6 * SPEED


def test_what_only_moves_changes_by_less_on_a_mesh_that_moves() -> None:
    mesh = np.linspace(0.0, 1.0, 201)
    times = node_times(mesh, DEGREE)
    tangent, rates = np.append(-SPEED * slope(times), 1.0), slope(times)
    motion = Motion.along(
        tangent, rates, drift_along(mesh, bump(times), tangent[:-1, None], rates), np.ones(len(tangent))
    )
    moving = motion.tangent(tangent, rates)
    assert np.linalg.norm(moving) == pytest.approx(1.0, abs=1e-12)
    assert motion.pace > 2.0 / np.linalg.norm(tangent)  # so a step of length 1 leads as many times further
    steps = 1e-4
    ahead = bump(times + steps * node_times(motion.drift, DEGREE) - SPEED * motion.pace * steps)
    np.testing.assert_allclose(bump(times) + steps * moving[:-1, None], ahead, atol=2e-5)


def test_cycles_that_come_to_a_homoclinic_orbit_are_followed_in_long_steps() -> None:
    continuation = Continuation("model_templates.neural_mass_models.qif.qif_sfa")
    branch = continuation.equilibria("p/qif_sfa_op/eta", bounds=(-10.0, 5.0))
    periods = continuation.cycles(from_=branch.special("HB")[0], bounds=(-6.0, 3.0)).periods
    assert periods[-1] > 600.0
    assert len(periods) < 60
