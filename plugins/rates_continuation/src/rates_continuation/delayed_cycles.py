"""Cycles of models with delays: how well states at nodes of delays stand for the past, and which multipliers count.

What is read late of a cycle has to be what was a delay before; so it is known, without any other computation, how far a
cycle is from one of the model. The same holds for a small change of it that is multiplied by μ in a period.
"""

from __future__ import annotations

import numpy as np
from attrs import frozen
from rates_core.errors import warn
from rates_core.simulation.field import VectorField
from scipy.linalg import eig

from rates_continuation.chebyshev import differentiation
from rates_continuation.delayed_field import ROOTS, DelayedField
from rates_continuation.native.collocation import DEGREE, interpolated, node_times
from rates_continuation.native.floquet import Cycle, linear_at

TRUE = 1e-2  # of a change that grows by a multiplier: by more it must not miss the past
CRITICAL = 1e-3  # distance from the unit circle of multipliers that make a cycle special
PRECISE = 1e-4  # of a cycle: a larger distance is told


@frozen(eq=False)
class DelayedCycle:
    """What is known of a cycle of a model with delays.

    Attributes:
        missed: how far what is read late is from what was, of the change of that along the cycle.
        multipliers: those that belong to changes with such a past, that with the largest absolute value first.
        special: whether those next to the unit circle are all among these.
    """

    missed: float
    multipliers: np.ndarray
    special: bool

    @classmethod
    def of(cls, field: DelayedField, cycle: Cycle) -> DelayedCycle:
        """Return it for a cycle of a field with states at nodes."""
        past = _Past(field, cycle)
        wanted = cycle.multipliers[:ROOTS]
        true = np.array([past.grows_by(value) for value in wanted], dtype=bool)
        first = len(true) if true.all() else int(np.argmin(true))
        if 0 < first < len(cycle.multipliers) and np.isclose(wanted[first - 1].conj(), cycle.multipliers[first]):
            first -= 1 if wanted[first - 1].imag else 0  # its conjugate comes behind it
        near = np.abs(np.abs(wanted) - 1.0) < CRITICAL
        return cls(past.missed, wanted[:first], bool(np.all(true[near])))


class _Past:
    """The past that belongs to solutions along a cycle."""

    def __init__(self, field: DelayedField, cycle: Cycle) -> None:
        self._field, self._cycle = field, cycle
        self._linear = linear_at(cycle.curve, cycle.place)
        self._ends = self._linear.chain.left, self._linear.chain.right
        self._times = node_times(cycle.curve.mesh, DEGREE)
        self._delays = field.delays(cycle.p)
        self._weights = differentiation(field.nodes)[1]
        first = field.pasts[:, 0]
        self._rows = field.by_states(cycle.profile, cycle.p)[:, first]
        self._rates = field.rates(cycle.profile, cycle.p)[:, first]
        self._values, self._vectors = eig(-self._ends[0], self._ends[1])

    @property
    def missed(self) -> float:
        profile = self._cycle.profile
        now = self._now(profile, self._rates)
        swing = np.maximum(np.ptp(now, axis=0), 1e-3 * np.max(np.ptp(now, axis=0)))
        return float(np.max(np.abs(self._difference(profile, now, 1.0)) / swing))

    def grows_by(self, multiplier: complex) -> bool:
        """Tell whether the change that is multiplied by a number has a past that is its own."""
        place = int(np.argmin(np.abs(self._values - multiplier)))
        value, start = self._values[place], self._vectors[:, place].astype(complex)
        if not np.isfinite(value) or value == 0:
            return False
        with np.errstate(all="ignore"):
            change = self._linear.profile_of(start, value * start)
            now = self._now(change, np.einsum("tij,tj->ti", self._rows, change))
            size = np.max(np.abs(now))
            return bool(np.max(np.abs(self._difference(change, now, value))) < TRUE * size)

    def _now(self, profile: np.ndarray, rates: np.ndarray) -> np.ndarray:
        """Return what is read, `[nodes of the mesh, reads]`, from u_1' = (D_10 s + D_11 u_1 + ...)/τ."""
        past = profile[:, self._field.pasts]
        return np.asarray((rates * self._delays - past @ self._weights[1:]) / self._weights[0])

    def _difference(self, profile: np.ndarray, now: np.ndarray, multiplier: complex) -> np.ndarray:
        mesh, late = self._cycle.curve.mesh, profile[:, self._field.pasts[:, -1]]
        found = np.empty_like(late)
        for number, delay in enumerate(self._delays.tolist()):
            turns, times = np.divmod(self._times - delay / self._cycle.period, 1.0)
            values = interpolated(mesh, now[:, number : number + 1], times, DEGREE)[:, 0]
            found[:, number] = values * multiplier**turns
        return np.asarray(late - found)


def delayed(field: VectorField, cycle: Cycle) -> DelayedCycle:
    """Return what is known of a cycle; that of a model without delays has all of its multipliers."""
    return (
        DelayedCycle.of(field, cycle) if isinstance(field, DelayedField) else DelayedCycle(0.0, cycle.multipliers, True)
    )


def tell_of_missed_cycles(field: VectorField, missed: float, left_out: int) -> None:
    """Warn of cycles that are not precisely those of the model, and of special points that are none."""
    if not isinstance(field, DelayedField):
        return
    remedy = f"Give more than {field.nodes} nodes to each delay: Continuation(model, delay_nodes=...)."
    if missed > PRECISE:
        warn(f"What is read late of cycles misses what was by up to {missed:.1g} of its change. {remedy}")
    if left_out:
        warn(f"{left_out} special points of cycles were left out: no multiplier is critical there. {remedy}")
