"""Complex numbers as pairs of real ones, which is how runs are differentiated by them.

The derivative of a real loss L by z = a + ib is dL/da + i dL/db: the direction in which L grows fastest, and twice its
derivative by the conjugate of z. PyTorch and TensorFlow mean the same by a gradient, JAX means the conjugate of it. As
libraries differentiate by real numbers only, it is the same for all of them.
"""

from __future__ import annotations

import numpy as np

from rates_core.system.system import Parameter


def pairs_of(numbers: np.ndarray) -> np.ndarray:
    """Return the real and the imaginary part of each number, in a last axis of two."""
    return np.stack((numbers.real, numbers.imag), -1)


def numbers_of(pairs: np.ndarray) -> np.ndarray:
    """Return complex numbers, whose real and imaginary parts stand in a last axis of two."""
    found: np.ndarray = np.ascontiguousarray(pairs, dtype=float).view(complex)[..., 0]
    return found


def no_derivative(parameter: Parameter) -> np.ndarray:
    """Return the derivative by a parameter on which nothing depends."""
    return np.zeros(parameter.shape, complex if parameter.complex else float)
