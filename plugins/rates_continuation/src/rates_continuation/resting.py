"""Where a model comes to rest."""

from __future__ import annotations

import numpy as np
from scipy.integrate import LSODA

from rates_continuation.native.lsoda import ONE_AT_A_TIME
from rates_continuation.native.matrices import factorised, is_finite, shifted
from rates_continuation.native.spectrum import largest_rate
from rates_continuation.sparse_field import SparseField
from rates_continuation.vector_field import Field

LONGEST = 1e4  # times the fastest time constant at the start
STILL = 1e-6  # rate of change, relative to the size of states, at which a model has settled
LARGE = 1e9  # size, relative to that at the start, at which it is on its way to infinity
MOST_STEPS = 20_000
MOST_IMPLICIT = 500  # steps
ALLOWED = 1e-2  # error of an implicit step, relative to the states
DUST = 1e-12  # of the largest state at the start: what is left of one that decays to 0


def settled(field: Field, x: np.ndarray, p: np.ndarray, fastest: float | None = None) -> np.ndarray:
    """Return the states to which a field leads from others, after a while; where it leads nowhere, these.

    A large model is followed by implicit steps with its sparse Jacobian, whose time constants may be far apart.

    Args:
        field: that leads.
        x: the others.
        p: the parameters.
        fastest: rate; found from the rates at the start if None.
    """
    if isinstance(field, SparseField):
        return _settled_implicitly(field, x, p)
    with ONE_AT_A_TIME, np.errstate(all="ignore"):
        if fastest is None:
            matrix = field.by_states(x, p)
            finite = np.isfinite(matrix).all()
            fastest = float(np.max(np.abs(np.linalg.eigvals(matrix)), initial=0.0)) if finite else 0.0
        run = LSODA(lambda t, y: field.rates(y, p), 0.0, x, LONGEST / fastest if fastest > 0 else LONGEST, rtol=1e-6)
        for _ in range(MOST_STEPS):
            if run.status != "running" or is_still(field.rates(run.y, p), run.y):
                break
            run.step()
            if not np.max(np.abs(run.y)) < LARGE * (1.0 + np.max(np.abs(x))):
                return x
    return np.array(run.y)


def _settled_implicitly(field: SparseField, x: np.ndarray, p: np.ndarray) -> np.ndarray:
    """Return the states to which a field leads, by linearly implicit steps with an estimate of their error."""
    y, rates, matrix = x, field.rates(x, p), field.matrix(x, p)
    size = 1.0 / (largest_rate(matrix) or 1.0)
    for _ in range(MOST_IMPLICIT):
        if is_still(rates, y) or not is_finite(matrix):
            break
        whole, half = (factorised(shifted(-size / parts * matrix, -1.0)) for parts in (1, 2))
        if whole is None or half is None:
            break
        once, middle = y + whole.solved(size * rates), y + half.solved(0.5 * size * rates)
        twice = middle + half.solved(0.5 * size * field.rates(middle, p))
        error = float(np.max(np.abs(twice - once) / (np.abs(y) + np.max(np.abs(y)) + 1e-3)))
        if error < ALLOWED:  # not so of NaN
            y, rates, matrix = twice, field.rates(twice, p), field.matrix(twice, p)
            if not np.max(np.abs(y)) < LARGE * (1.0 + np.max(np.abs(x))):
                return x
        size *= float(np.clip(0.8 * np.sqrt(ALLOWED / error), 0.2, 5.0)) if error > 0 else 5.0 if error == 0 else 0.2
    return y


def is_still(rates: np.ndarray, y: np.ndarray) -> bool:
    """Tell whether rates are next to nothing beside the states."""
    return bool(np.max(np.abs(rates) / (np.abs(y) + 1.0), initial=0.0) < STILL)


def without_dust(x: np.ndarray, begun: np.ndarray) -> np.ndarray:
    """Return states with 0 in place of what is next to nothing beside those from which they have settled."""
    return np.asarray(np.where(np.abs(x) < DUST * np.max(np.abs(begun), initial=0.0), 0.0, x))
