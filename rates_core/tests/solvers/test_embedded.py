"""A pair of two stages, and what a plugin may have forgotten; the pairs in use have tests of their own."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from attrs import evolve
from rates_core.errors import PluginError
from rates_core.solvers.driver import Problem
from rates_core.solvers.embedded import EmbeddedPair
from rates_core.solvers.tableau import Tableau

# Heun's method with Euler's as the embedded one: no derivative at the new point, nothing to carry to the next step.
HEUN_EULER = Tableau(
    name="heun_euler",
    order=2,
    nodes=(0, 1),
    matrix=((), (1,)),
    weights=(1 / 2, 1 / 2),
    error=(-1 / 2, 1 / 2),
    error_order=1,
    dense=((1, -1 / 2), (0, 1 / 2)),
)


def problem(**more: Any) -> Problem:
    settings: dict[str, Any] = {
        "start": 0.0,
        "end": 2.0,
        "y": np.ones(1),
        "times": (),
        "stops": (),
        "options": {},
        **more,
    }
    return Problem(derivative=lambda t, y: -y, **settings)


def test_a_pair_without_a_derivative_at_the_new_point_keeps_its_tolerance():
    times = np.linspace(0.0, 2.0, 21)
    parts = list(EmbeddedPair(HEUN_EULER).integrate(problem(times=times, stops=[0.7])))
    states = np.array([state[0] for part in parts for state in part.states])
    np.testing.assert_allclose(states, np.exp(-times), rtol=0, atol=1e-5)
    assert parts[-1].y[0] == pytest.approx(math.exp(-2.0), abs=1e-5)


@pytest.mark.parametrize("part", ["error", "error_order", "dense"])
def test_a_tableau_without_what_an_adaptive_method_needs_is_refused_by_name(part):
    with pytest.raises(PluginError) as caught:
        EmbeddedPair(evolve(HEUN_EULER, **{part: None}))
    assert str(caught.value) == f"The tableau 'heun_euler' is offered as adaptive, but has no '{part}'."
