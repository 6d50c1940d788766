"""What is said of special points of models with delays: whether roots are critical there, and in which measure.

Eigenvalues of a field with states at nodes of delays come near to roots, the more so the nearer these are to 0; others
stand for no root. A special point counts if its critical eigenvalues do.
"""

from __future__ import annotations

import numpy as np
from rates_core.errors import warn
from rates_core.simulation.field import VectorField

from rates_continuation.delayed_field import DelayedField
from rates_continuation.native.equilibria import ordered_eigenvalues

CRITICAL = 1e-6  # relative to |λ| and to 1 over the longest delay: eigenvalues on the imaginary axis
RESTING = 1e-4  # likewise: 0, which is a root where it is an eigenvalue
PRECISE = 1e-6  # likewise: a larger distance between eigenvalue and root is told


def distance_to_roots(field: VectorField, x: np.ndarray, p: np.ndarray) -> float:
    """Return by how much critical eigenvalues miss the roots for which they stand; infinity if one stands for none.

    It is relative to |λ|, or to 1 over the longest delay, and 0 for models without delays.
    """
    if not isinstance(field, DelayedField):
        return 0.0
    found, values = field.characteristic(x, p), ordered_eigenvalues(field.by_states(x, p))
    sizes = np.abs(values) + 1.0 / found.longest
    chosen = (np.abs(values.real) < CRITICAL * sizes) & (np.abs(values) > RESTING * sizes)
    if not chosen.any():
        return 0.0
    missed = np.abs(found.roots_near(values[chosen]) - values[chosen]) / sizes[chosen]
    return float(np.max(np.where(np.isnan(missed), np.inf, missed)))


def tell_of_missed(field: VectorField, what: str, missed: list[float], points: int, others: int) -> None:
    """Warn where nodes are too few to find all special points, or to find them precisely.

    Args:
        field: with delays.
        what: the points are on.
        missed: of each special point, `distance_to_roots`.
        points: number of all points.
        others: number of those at which other numbers of roots and of eigenvalues have a positive real part.
    """
    if not isinstance(field, DelayedField):
        return
    remedy = f"Give more than {field.nodes} nodes to each delay: Continuation(model, delay_nodes=...)."
    wrong = sum(value == np.inf for value in missed)
    if wrong:
        warn(
            f"{wrong} of {len(missed)} special points of the {what} were left out: no root is critical there. {remedy}"
        )
    if others:
        warn(
            f"At {others} of {points} points of the {what} the model has other numbers of unstable directions than "
            f"the equations with which it is followed: special points may be missing. {remedy}"
        )
    worst = max((value for value in missed if value < np.inf), default=0.0)
    if worst > PRECISE:
        warn(
            f"Critical eigenvalues at special points of the {what} miss roots of the model by up to {worst:.1g} of "
            f"their size. {remedy}"
        )


def measure(field: VectorField, x: np.ndarray, p: np.ndarray, value: complex, scale: np.ndarray | None = None) -> float:
    """Return the length of the eigenvector of a critical eigenvalue, of which the states of the model have length 1.

    Normal forms have vectors of length 1: of all states, and those at nodes do not belong to the model.

    Args:
        field: whose eigenvector it is.
        x: the equilibrium.
        p: the parameters.
        value: the eigenvalue.
        scale: of states; with these, -1 times the length where the largest entry in scales of all states has another
            sign than that of the model's.
    """
    if not isinstance(field, DelayedField):
        return 1.0
    matrix = field.by_states(x, p) - value * np.eye(field.size)
    vector = np.linalg.svd(matrix)[2][-1].conj()
    own = vector[field.shown]
    length = float(np.linalg.norm(vector) / np.linalg.norm(own))
    if scale is None:
        return length
    largest = vector[np.argmax(np.abs(vector) / scale)], own[np.argmax(np.abs(own) / scale[field.shown])]
    return length if (largest[0] * largest[1]).real > 0 else -length
