"""What stages add to values inside steps: continuous extensions, of complete steps and of the present one."""

from __future__ import annotations

import numpy as np
import pytest
from rates_core.plugins import get_manager
from rates_core.solvers.tableau import Tableau
from rates_delay_ring.inside import extension, extension_slopes, shares
from rates_delay_ring.resolved import Window, located

RK4: Tableau = get_manager().solver("rk4").load()
METHODS = [
    spec.load()
    for spec in get_manager().solvers().values()
    if spec.kind == "tableau" and not spec.adaptive and spec.load().dense is not None
]
THETA = np.array([0.0, 0.21, 0.5, 1.0])


@pytest.mark.parametrize("tableau", METHODS, ids=lambda tableau: tableau.name)
def test_an_extension_joins_the_ends_of_a_step(tableau: Tableau) -> None:
    found = extension(tableau, THETA)
    np.testing.assert_allclose(found[:, 0], 0.0, atol=1e-15)
    np.testing.assert_allclose(found[:, -1], tableau.weights, atol=1e-13)
    np.testing.assert_allclose(found.sum(axis=0), THETA, atol=1e-12)  # x' = 1


@pytest.mark.parametrize("tableau", METHODS, ids=lambda tableau: tableau.name)
def test_slopes_of_an_extension_are_its_derivatives(tableau: Tableau) -> None:
    found = np.imag(extension(tableau, THETA + 1e-30j)) / 1e-30
    np.testing.assert_allclose(extension_slopes(tableau, THETA), found, rtol=1e-13, atol=1e-12)  # of terms up to 1e3


def test_entries_rest_on_the_step_that_they_lie_in() -> None:
    positions = np.array([2.3, 4.6, -1.5])
    found = shares(positions, np.array([True, True, False]), 4, RK4)
    assert found is not None
    assert found.first.tolist() == [1, 2, 2]  # of two complete steps; that of the second one counts
    weights = extension(RK4, np.array([0.3, 0.6]))
    np.testing.assert_allclose(found.earlier[:, 0, 1], weights[:, 0], rtol=1e-13)
    np.testing.assert_allclose(found.own[1], weights[:, 1], rtol=1e-13)
    np.testing.assert_allclose(found.hurried[1], [0.6, 0, 0, 0], rtol=1e-13)
    assert not found.earlier[:, 1:].any()
    assert not found.own[[0, 2]].any()
    assert not found.hurried[[0, 2]].any()


def test_what_lies_on_enough_samples_needs_no_stages() -> None:
    window = Window((0,), 9, 4)
    for position, inside in ((8.5, False), (9.0, False), (9.2, True), (-3.0, False)):
        state = located(np.array([position]), window, False, RK4)
        assert (state.inside is not None) == inside
        computed = located(np.array([position]), window, False)
        assert (computed.anew is not None) == inside
        assert computed.weights.any() != inside


def test_a_side_of_a_sample_without_polynomial_has_the_extension() -> None:
    found = located(np.array([9.0]), Window((0,), 9, 4), True, RK4)
    assert found.inside is not None
    assert not found.inside.own.any()  # the value is the sample
    np.testing.assert_allclose(found.inside.slopes[1][0], [-0.5, 0, 0, 0], atol=1e-15)  # half of the derivative there


def test_the_start_is_a_sample_at_all_nodes() -> None:
    found = located(np.array([0.0]), Window((0,), 3, 2), False, RK4)
    assert found.first.tolist() == [-2]  # the last of three samples
    np.testing.assert_array_equal(found.weights, [[0.0, 0.0, 1.0]])
