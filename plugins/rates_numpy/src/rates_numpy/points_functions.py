"""Functions of arrays whose last axis counts points; modules for many points contain those that they use, as text."""

import numpy as np


def product(matrix, vector):
    """Return a matrix times a vector at each point; one matrix for all points is multiplied once."""
    if matrix.shape[-1] == 1:
        return matrix[..., 0] @ vector
    return (np.moveaxis(matrix, -1, 0) @ np.moveaxis(vector, -1, 0)[..., None])[..., 0].T


def row_sums(rows, values, size):
    """Return for each row the sum of the values that belong to it."""
    points = values.shape[-1]
    places = (rows[:, None] * points + np.arange(points)).ravel()
    return np.bincount(places, values.ravel(), size * points).reshape(size, points)


def joined(*parts):
    """Return vectors and numbers one behind the other."""
    parts = [part if np.ndim(part) > 1 else np.atleast_1d(part)[None] for part in parts]
    points = max(part.shape[-1] for part in parts)
    return np.concatenate([np.broadcast_to(part, (len(part), points)) for part in parts])


def complex_of(numbers):
    """Return complex numbers of rows in which real and imaginary parts alternate."""
    z = np.empty((len(numbers) // 2, numbers.shape[-1]), complex)
    z.real, z.imag = numbers[0::2], numbers[1::2]
    return z
