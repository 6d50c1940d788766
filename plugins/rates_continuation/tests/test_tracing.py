"""Steps along curves, and where they end."""

from __future__ import annotations

import numpy as np
import pytest
from rates_continuation.native.curve import Curve, Place
from rates_continuation.native.tracing import Bounds, Steps, trace


class Rails(Curve):
    """Two parallel lines, x = 0 and x = 1: a step that is longer than 0.1 leads to the second one."""

    def __init__(self) -> None:
        self.last = 0.0

    def place(self, guess: np.ndarray, normal: np.ndarray, along: np.ndarray, scale: np.ndarray) -> Place | None:
        """Return a point of one of both."""
        return Place(np.array([float(guess[1] - self.last > 0.1), guess[1]]), np.array([0.0, 1.0]), scale)

    def carried_on(self, place: Place) -> tuple[Curve, Place]:
        """Return the same."""
        self.last = float(place.z[1])
        return self, place


class Line(Curve):
    """The line x = y/2, in (x, y)."""

    def place(self, guess: np.ndarray, normal: np.ndarray, along: np.ndarray, scale: np.ndarray) -> Place | None:
        """Return where the plane meets the line."""
        way = np.array([0.5, 1.0])
        return Place(way * (normal @ guess) / (normal @ way), way / np.linalg.norm(way), scale)

    def carried_on(self, place: Place) -> tuple[Curve, Place]:
        """Return the same."""
        return self, place


def test_a_step_does_not_jump_to_another_piece_of_the_curve() -> None:
    start = Place(np.zeros(2), np.array([0.0, 1.0]), np.ones(2))
    found = [each.place.z for each in trace(Rails(), start, Bounds(-1.0, 1.0), Steps(largest=0.25))]
    assert max(z[0] for z in found) == 0.0
    assert found[-1][1] == 1.0


@pytest.mark.parametrize(
    ("lower", "upper", "wanted"),
    [
        ((-1.0, -1.0), (0.37, 1.0), [0.37, 0.74]),
        ((-1.0, -1.0), (0.8, 1.0), [0.5, 1.0]),
        ((-1.0, -1.0), (0.5, 1.0), [0.5, 1.0]),
        (-1.0, 1.0, [0.5, 1.0]),
    ],
)
def test_a_curve_ends_at_the_first_bound_that_it_meets(
    lower: float | tuple[float, float], upper: float | tuple[float, float], wanted: list[float]
) -> None:
    start = Place(np.zeros(2), np.array([0.5, 1.0]) / np.sqrt(1.25), np.ones(2))
    *_, last = trace(Line(), start, Bounds(lower, upper), Steps())
    assert last.ended == "bound"
    np.testing.assert_allclose(last.place.z, wanted, rtol=1e-13)
