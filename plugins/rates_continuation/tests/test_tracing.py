"""Where curves end."""

from __future__ import annotations

import numpy as np
import pytest
from rates_continuation.native.curve import Curve, Place
from rates_continuation.native.tracing import Bounds, Steps, trace


class Line(Curve):
    """The line x = y/2, in (x, y)."""

    def place(self, guess: np.ndarray, normal: np.ndarray, along: np.ndarray, scale: np.ndarray) -> Place | None:
        """Return where the plane meets the line."""
        way = np.array([0.5, 1.0])
        return Place(way * (normal @ guess) / (normal @ way), way / np.linalg.norm(way), scale)

    def carried_on(self, place: Place) -> tuple[Curve, Place]:
        """Return the same."""
        return self, place


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
