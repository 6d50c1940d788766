"""Special points that are nearer to each other than points of a branch, and none where there are none."""

from __future__ import annotations

import numpy as np
import pytest
from attrs import frozen
from rates_continuation import Continuation
from rates_continuation.native import engine
from rates_continuation.native.curve import Place
from rates_continuation.native.refinement import refined
from rates_core.testing.parts import single

MU = "p/op/mu"


@frozen(eq=False)
class Point:
    """A point on a line."""

    place: Place


@pytest.mark.parametrize("place", [0.013, 0.27, 0.9, -0.33, -0.98])
@pytest.mark.parametrize("width", [5e-3, 2e-4])
def test_two_hopf_points_in_one_step_are_found(place: float, width: float) -> None:
    # the real part is width^2 - (mu - place)^2
    equations = ["g = d - (mu - place)^2 - x^2 - y^2", "x' = g*x - y", "y' = x + g*y"]
    for sign, wanted in ((1, ["HB", "HB"]), (-1, [])):
        model = single(equations, x="output(0.0)", y="variable(0.0)", g="variable(0.0)", mu=0.5, place=place,
                       d=sign * width**2)  # fmt: skip
        found = Continuation(model).equilibria(MU, bounds=(-1.0, 1.0))
        assert [point.kind for point in found.specials] == wanted
        values = [point[MU] - place for point in found.specials]
        np.testing.assert_allclose(values, [-width, width][: len(wanted)], rtol=1e-9)


@pytest.mark.parametrize("k", [1e-3, 1e-4, 1e-6, -1e-4])
def test_a_small_hysteresis_has_both_folds(k: float) -> None:
    model = single("x' = mu + k*x - x^3", x="output(-1.3)", mu=0.3, k=k)
    found = Continuation(model).equilibria(MU, bounds=(-1.0, 1.0))
    size = 2 / (3 * np.sqrt(3)) * k**1.5 if k > 0 else 0.0
    assert [point.kind for point in found.specials] == (["LP", "LP"] if k > 0 else [])
    np.testing.assert_allclose([point[MU] for point in found.specials], [size, -size][: len(found.specials)], rtol=1e-7)


@pytest.mark.parametrize(("height", "added"), [(-1e-3, 1), (0.01, 1), (0.1, 0), (1.0, 0), (-2.0, 0)])
def test_a_point_is_added_only_where_a_parabola_comes_near_to_0(height: float, added: int) -> None:
    def at(s: float) -> Point:
        return Point(Place(np.array([s]), np.ones(1), np.ones(1)))

    def between(one: Point, other: Point, share: float) -> Point:
        return at((1 - share) * one.place.z[0] + share * other.place.z[0])

    found = refined([at(s) for s in (0.0, 0.3, 0.8, 1.2, 1.9)], lambda p: (p.place.z - 0.5) ** 2 + height, between)
    assert len(found) == 5 + added
    assert any(abs(point.place.z[0] - 0.5) < 1e-9 for point in found) == bool(added)


def test_one_test_function_is_enough() -> None:
    start = [Point(Place(np.array([float(s)]), np.ones(1), np.ones(1))) for s in range(5)]
    asked: list[float] = []

    def between(one: Point, other: Point, share: float) -> None:
        asked.append(one.place.z[0] + share * (other.place.z[0] - one.place.z[0]))

    tests = lambda point: np.array([1.0, 1e-3 - (point.place.z[0] - 2.4) ** 2, np.nan])  # noqa: E731
    assert refined(start, tests, between) == start
    np.testing.assert_allclose(asked, [2.4])


def test_a_branch_without_narrow_places_gets_no_point_more(monkeypatch: pytest.MonkeyPatch) -> None:
    # the derivative is -1 - x^2
    continuation = Continuation(single("x' = mu - x - x^3/3", x="output(0.0)", mu=0.0))
    found = continuation.equilibria(MU, bounds=(-10.0, 10.0))
    assert found.specials == ()
    monkeypatch.setattr(engine, "refined", lambda points, *_: points)
    assert len(continuation.equilibria(MU, bounds=(-10.0, 10.0))) == len(found)
