"""Steps with equations of another place."""

from __future__ import annotations

import numpy as np
from rates_continuation.native.broyden import Steps


def curved(z: np.ndarray) -> np.ndarray:
    return np.array([z[0] + 0.5 * z[1] ** 2 - 1.0, z[1] + 0.3 * z[0] * z[1] - 0.5])


def test_steps_come_to_the_solution_faster_than_without_what_they_have_shown() -> None:
    scale, matrix = np.array([1.0, 2.0]), np.array([[1.4, 0.1], [0.0, 0.7]])  # not the derivative there
    sizes = {}
    for broyden in (True, False):
        steps, z = Steps(scale), np.array([0.5, 0.5])
        for _ in range(9):
            step = -np.linalg.solve(matrix, curved(z))
            z = z + (steps.better(step) if broyden else step)
        sizes[broyden] = float(np.max(np.abs(curved(z))))
    assert sizes[True] < 1e-10
    assert sizes[False] > 1e-6


def test_linear_equations_are_solved_in_twice_as_many_steps_as_there_are_unknowns() -> None:
    # Gay, D. M. (1979): Broyden's method ends behind at most 2 n steps
    rng = np.random.default_rng(1)
    matrix, right = np.eye(3) + 0.2 * rng.normal(size=(3, 3)), rng.normal(size=3)
    steps, z = Steps(np.ones(3)), np.zeros(3)
    for _ in range(6):
        z = z + steps.better(right - matrix @ z)
    np.testing.assert_allclose(matrix @ z, right, atol=1e-12)
