"""Chains of blocks, against the recursion that they stand for."""

from __future__ import annotations

import numpy as np
import pytest
from rates_continuation.native.condensation import BOUNDED, Chain
from scipy.linalg import eigvals


@pytest.mark.parametrize("blocks", [1, 7, 8, 20, 67, 128])
@pytest.mark.parametrize("growth", [1.0, 1.3])  # in each block: products of eight are bounded, or not
def test_points_of_a_chain_follow_from_both_ends(blocks: int, growth: float) -> None:
    rng = np.random.default_rng(blocks)
    turns = np.linalg.qr(rng.normal(size=(blocks, 3, 3)))[0] * np.array([growth**4, 1.0, growth**-4])
    columns, points = rng.normal(size=(blocks, 3, 2)), [rng.normal(size=(3, 2))]
    for turn, column in zip(turns, columns, strict=True):
        points.append(turn @ points[-1] - column)
    chain, u = Chain.of(-turns), np.array(points)
    levels, last = chain.closing(columns)
    assert (growth**32 < BOUNDED) == (growth == 1.0)
    size = float(np.max(np.abs(u)))
    np.testing.assert_allclose(chain.left @ u[0] + chain.right @ u[-1] + last, 0.0, atol=1e-13 * size)
    np.testing.assert_allclose(chain.points(u[0], u[-1], levels), u, atol=1e-12 * size)


def test_small_and_large_multipliers_of_a_chain_are_found() -> None:
    rates = np.exp(np.array([16.0, 0.0, -18.0]) / 64)
    frames = np.linalg.qr(np.random.default_rng(3).normal(size=(64, 3, 3)))[0]
    turns = np.roll(frames, -1, axis=0) @ (rates[:, None] * frames.swapaxes(1, 2))
    chain = Chain.of(-turns)
    found = np.sort(eigvals(-chain.left, chain.right).real)
    # a pencil of entries around 1 has a multiplier m to about 1e-16 m or 1e-16 / m, relatively
    np.testing.assert_allclose(found, np.exp([-18.0, 0.0, 16.0]), rtol=1e-7)
    assert found[1] == pytest.approx(1.0, abs=1e-13)
