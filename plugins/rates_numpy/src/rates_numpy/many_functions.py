"""Functions that NumPy lacks in the form in which modules for many states ask for them.

Generated modules contain those of them that they use, as text. Batch axes stand in front.
"""

import math

import numpy as np

FLOAT, COMPLEX = np.float64, np.complex128  # of a generated module


def number(value):
    """Return a Python number as an array."""
    return np.asarray(value, dtype=COMPLEX if isinstance(value, complex) else FLOAT)


def truth(condition):
    """Return 1.0 where a condition holds, else 0.0."""
    return condition.astype(FLOAT)


def wide(value, size):
    """Return a value repeated along a new last axis."""
    value = value[..., None]
    return value if size == 1 else np.broadcast_to(value, (*value.shape[:-1], size))


def joined(*parts):
    """Return vectors one behind the other; their batch axes are broadcast."""
    batch, start = max((part.shape[:-1] for part in parts), key=len), 0
    whole = np.empty((*batch, sum(part.shape[-1] for part in parts)), np.result_type(*parts))
    for part in parts:
        stop = start + part.shape[-1]
        whole[..., start:stop], start = part, stop
    return whole


def picked(values, index, axis):
    """Return entries of the last axis, or of the one before."""
    return values[..., index] if axis == -1 else values[..., index, :]


def looked_up(values, index):
    """Return entries of the last axis, which may differ from batch to batch."""
    batch = np.broadcast_shapes(values.shape[:-1], index.shape[:-1])
    values = np.broadcast_to(values, (*batch, values.shape[-1]))
    return np.take_along_axis(values, np.broadcast_to(index, (*batch, index.shape[-1])), axis=-1)


def row_sums(weights, values, rows, columns):
    """Return the sums of the rows of vectors, each entry times its weight, as matrices."""
    products = weights * values
    return products.reshape(*products.shape[:-1], rows, columns).sum(-1)


def places(numbers, size):
    """Return places as whole numbers.

    Raises:
        IndexError: there is no such place.
    """
    if not np.all((np.floor(numbers) == numbers) & (numbers >= 0) & (numbers < size)):
        raise IndexError("An index is no whole number, or lies outside of its axis.")
    return numbers.astype(int)


def summed(values, rows, size):
    """Return for each row the sum of the values that belong to it."""
    found = np.zeros((size, *values.shape[:-1]), values.dtype)
    np.add.at(found, rows, np.moveaxis(values, -1, 0))
    return np.moveaxis(found, 0, -1)


def matvec(matrix, vector):
    """Return the product of a matrix and a vector."""
    if matrix.ndim == 2:
        return vector @ matrix.T
    return (matrix @ vector[..., None])[..., 0]


def flat(matrix):
    """Return the rows of a matrix one behind the other."""
    return matrix.reshape(*matrix.shape[:-2], -1)


def in_rows(values, rows, columns):
    """Return vectors as matrices."""
    return values.reshape(*values.shape[:-1], rows, columns)


def complex_of(real, imaginary):
    """Return complex numbers of these parts."""
    return real + 1j * imaginary


def interleaved(z):
    """Return real and imaginary parts side by side."""
    return np.stack((z.real, z.imag), -1).reshape(*z.shape[:-1], -1)


def heaviside(x):
    """Return 0 for x < 0, else 1; NaN stays NaN."""
    return np.heaviside(x, 1.0)


def sigmoid(x):
    """Return 1/(1 + exp(-x)), which is 0 far below."""
    return 1.0 / (1.0 + np.exp(-x))


def error_function(x):
    """Return erf of each number."""
    return np.vectorize(math.erf, otypes=[FLOAT])(x)


def complementary_error_function(x):
    """Return erfc of each number."""
    return np.vectorize(math.erfc, otypes=[FLOAT])(x)


def complex_power(base, exponent):
    """Return base**exponent; 0**y is 0 for a positive y, and 0**0 is 1."""
    zero = base == 0
    found = np.exp(exponent * np.log(np.where(zero, 1.0, base)))
    at_zero = np.where(np.real(exponent) > 0, 0.0, complex(math.nan, math.nan))
    return np.where(zero, np.where(exponent == 0, 1.0, at_zero), found)
