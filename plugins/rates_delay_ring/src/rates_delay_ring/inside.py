"""What the stages of steps add to values inside these, where too few samples for a polynomial stand around.

Inside a step a state is what it was at its start, plus h times the derivatives of its stages, each weighted by a
polynomial of the place: the continuous extension. In the present step it rests on stages that may not be complete yet:
on the first one alone, as long as others are missing.
"""

from __future__ import annotations

import numpy as np
from attrs import frozen
from rates_core.solvers.tableau import Tableau

from rates_delay_ring.extension import no_extension


@frozen(eq=False)
class Shares:
    """Weights of derivatives of stages, times h, by entry; their own derivatives are those by the delay, in steps.

    Attributes:
        first: the first of two complete steps that entries rest on, `[entries]`.
        earlier: of their stages, `[stages, entries, 2]`.
        own: of the stages of the present step, `[entries, stages]`.
        hurried: likewise, as long as there is only the first one.
        slopes: derivatives of the last three.
    """

    first: np.ndarray
    earlier: np.ndarray
    own: np.ndarray
    hurried: np.ndarray
    slopes: tuple[np.ndarray, np.ndarray, np.ndarray]


def shares(
    positions: np.ndarray,
    inside: np.ndarray,
    present: int,
    tableau: Tableau,
    missing: tuple[np.ndarray, np.ndarray] | None = None,
) -> Shares | None:
    """Return what stages add, or None if they do so nowhere.

    Args:
        positions: in steps since the start, one per entry.
        inside: those that lie inside steps.
        present: number of the present step.
        tableau: the method.
        missing: shares of derivatives by the delay, at samples, of the step before and of that behind; None if no
            derivatives are wanted.

    Raises:
        UnsupportedFeatureError: the method has no continuous extension.
    """
    ends, starts = (np.zeros(inside.size), np.zeros(inside.size)) if missing is None else missing
    if not (inside.any() or ends.any() or starts.any()):
        return None
    step = np.minimum(np.floor(positions).astype(int), present)
    theta = positions - step
    used = inside | (ends > 0) | (starts > 0)
    first = np.where(used, np.minimum(step, present - 1), present - 1) - 1
    values, changes = inside * extension(tableau, theta), inside * extension_slopes(tableau, theta)
    changes = changes + starts * extension_slopes(tableau, np.zeros(step.size))
    before = ends * extension_slopes(tableau, np.ones(step.size))
    is_own = used & (step == present)
    alone = np.eye(1, tableau.stages)  # the first stage
    return Shares(
        first,
        np.stack([np.zeros_like(values), values * ~is_own], axis=-1),
        (values * is_own).T,
        (theta * (inside & is_own))[:, None] * alone,
        (
            -np.stack([before * ~is_own, changes * ~is_own + before * is_own], axis=-1),
            -(changes * is_own).T,
            -((1.0 * inside + starts) * is_own)[:, None] * alone,
        ),
    )


def extension(tableau: Tableau, theta: np.ndarray) -> np.ndarray:
    """Return the weights of a method's stages at parts of a step, `[stages, places]`.

    Raises:
        UnsupportedFeatureError: the method has no continuous extension.
    """
    rows = _coefficients(tableau)
    return np.array([sum(c * theta ** (power + 1) for power, c in enumerate(row)) + 0.0 * theta for row in rows])


def extension_slopes(tableau: Tableau, theta: np.ndarray) -> np.ndarray:
    """Return the derivatives of these weights by the part."""
    rows = _coefficients(tableau)
    return np.array([sum((power + 1) * c * theta**power for power, c in enumerate(row)) + 0.0 * theta for row in rows])


def _coefficients(tableau: Tableau) -> tuple[tuple[float, ...], ...]:
    if tableau.dense is None:
        raise no_extension(tableau)
    return tableau.dense[: tableau.stages]
