"""Polynomial interpolation on equidistant samples."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

SNAP = 1e-9  # positions this near to a sample, in steps, are that sample


def snapped(position: float) -> float:
    """Return the position, or the whole number that it differs from by rounding only."""
    nearest = round(position)
    return float(nearest) if abs(position - nearest) < SNAP else position


def near_samples(positions: np.ndarray) -> np.ndarray:
    """Return positions, each as `snapped` does."""
    nearest = np.round(positions)
    return np.where(np.abs(positions - nearest) < SNAP, nearest, positions)


def window(position: float, lowest: int, highest: int, count: int) -> tuple[int, int]:
    """Return first and last of up to `count` samples around a position, within `lowest` and `highest`.

    The samples lie as evenly around the position as the bounds allow.
    """
    first = int(position // 1) - (count - 1) // 2
    first = max(lowest, min(first, highest - count + 1))
    return first, min(first + count - 1, highest)


def lagrange(position: float, first: int, last: int) -> list[float]:
    """Return the weights of samples first … last in the polynomial through them, at a position."""
    nodes = range(first, last + 1)
    if position == int(position) and first <= position <= last:
        return [1.0 if node == position else 0.0 for node in nodes]
    weights = []
    for node in nodes:
        weight = 1.0
        for other in nodes:
            if other != node:
                weight *= (position - other) / (node - other)
        weights.append(weight)
    return weights


def lagrange_weights(positions: np.ndarray, first: np.ndarray, degree: int) -> np.ndarray:
    """Return the weights of samples first … first + degree in the polynomial through them, one row per position."""
    weights = np.ones((len(positions), degree + 1))
    for own in range(degree + 1):
        for other in range(degree + 1):
            if other != own:
                weights[:, own] *= (positions - first - other) / (own - other)
    return weights


def breaks(delays: Sequence[float], order: int, limit: float) -> list[int]:
    """Return the steps, above 0, across which interpolation would lose the method's order.

    The start makes derivative l + 1 jump after l delays. Interpolation across a jump of derivative m is wrong by
    h^m for a few steps, which the order p of the method feels while m < p - 1. Only jumps on the grid can be kept out.
    """
    whole = sorted({round(delay) for delay in delays if delay > 0 and abs(delay - round(delay)) < SNAP})
    found: set[int] = set()
    front = {0}
    for _ in range(order - 3):
        front = {point + delay for point in front for delay in whole if 0 < point + delay <= limit}
        found |= front
    return sorted(found)
