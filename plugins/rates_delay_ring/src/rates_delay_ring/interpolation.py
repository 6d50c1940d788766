"""Polynomial interpolation on equidistant samples."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

SNAP = 1e-9  # positions this near to a sample, in steps, are that sample
BLOCK = 2**15  # numbers that fit into a cache, so that millions of delays take no memory for what is between


def snapped(position: float) -> float:
    """Return the position, or the whole number that it differs from by rounding only."""
    nearest = round(position)
    return float(nearest) if abs(position - nearest) < SNAP else position


def near_samples(positions: np.ndarray) -> np.ndarray:
    """Return positions, each as `snapped` does."""
    nearest = np.round(positions)
    return np.where(np.abs(positions - nearest) < SNAP, nearest, positions)


def blocks(values: np.ndarray) -> Iterator[tuple[slice, np.ndarray, np.ndarray]]:
    """Yield parts of a vector: where each stands, the nearest whole numbers, and which entries are such."""
    for first in range(0, values.size, BLOCK):
        part = values[first : first + BLOCK]
        nearest = np.rint(part)
        yield slice(first, first + part.size), nearest.astype(int), np.abs(part - nearest) < SNAP


def whole_numbers(values: np.ndarray) -> np.ndarray | None:
    """Return a vector as whole numbers, or None if one entry is none, by more than rounding."""
    found = np.empty(values.size, dtype=int)
    for place, nearest, whole in blocks(values):
        if not whole.all():
            return None
        found[place] = nearest
    return found


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


def lagrange_slopes(positions: np.ndarray, first: np.ndarray, degree: int) -> np.ndarray:
    """Return the derivatives of these weights by the position."""
    slopes = np.zeros((len(positions), degree + 1))
    for own in range(degree + 1):
        for left_out in range(degree + 1):
            if left_out == own:
                continue
            product = np.full(len(positions), 1.0 / (own - left_out))
            for other in range(degree + 1):
                if other not in (own, left_out):
                    product *= (positions - first - other) / (own - other)
            slopes[:, own] += product
    return slopes
