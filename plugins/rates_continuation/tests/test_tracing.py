"""Where curves end."""

from __future__ import annotations

import numpy as np
import pytest
from rates_continuation import Continuation
from rates_continuation.native.curve import Curve, Place
from rates_continuation.native.tracing import Bounds, Steps, trace
from rates_core.testing.parts import single


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


@pytest.mark.parametrize("start", [-0.9, 0.9])
def test_an_open_curve_that_starts_where_the_state_is_about_0_is_not_closed(start: float) -> None:
    # at the start exp(-(10 p)^2) is 1e-35, and so is what counts as a change of the state there
    gap, bump = 0.03, "exp(-(10*p)^2)"
    sheets = "*".join(f"(x - {bump} - {number * gap})" for number in range(3))
    model = single([f"x' = -{sheets}"], x="output(0.0)", p=start)
    found = Continuation(model).equilibria("p/op/p", (-1.0, 1.0), start={"p/op/x": 0.0}, max_step=0.1, verbose=False)
    assert found.ended == ("bound", "bound")
    np.testing.assert_allclose(found.column("p/op/x"), np.exp(-((10 * found.column("p/op/p")) ** 2)), atol=1e-9)
