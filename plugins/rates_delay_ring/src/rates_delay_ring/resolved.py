"""Where a read takes its values from at one step, special or not, and how that changes with its delay."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from attrs import evolve, frozen
from rates_core.solvers.tableau import Tableau

from rates_delay_ring.inside import Shares, shares
from rates_delay_ring.interpolation import lagrange_slopes, lagrange_weights, near_samples


@frozen(eq=False)
class Located:
    """Samples and weights of one read at one node of one step.

    Attributes:
        first: step of the first sample of each entry, `[entries]`.
        weights: of the samples from there on, `[entries, samples]`; their number depends on method and wishes only.
        slopes: their derivatives by the delay, in steps; None if they are not wanted.
        inside: what stages add, where entries lie inside steps; None if none does.
        anew: entries of a computed variable that no samples tell, `[entries]`: it has to be computed there. Their
            weights are 0.
    """

    first: np.ndarray
    weights: np.ndarray
    slopes: np.ndarray | None = None
    inside: Shares | None = None
    anew: np.ndarray | None = None


@frozen
class Window:
    """Where samples may be taken from: between breaking points, and none behind the newest one.

    Attributes:
        points: breaking points, the start first.
        newest: step of the last sample.
        order: of the method; polynomials go through p + 1 samples.
    """

    points: Sequence[int]
    newest: int
    order: int

    def first(self, positions: np.ndarray, below: bool) -> tuple[np.ndarray, np.ndarray]:
        """Return the first samples of polynomials at positions, and which of these have enough samples.

        Args:
            positions: in steps.
            below: whether positions that are breaking points or samples belong to what is before them.
        """
        bounds, order = np.array([*self.points, 2**60]), self.order
        place = np.maximum(np.searchsorted(bounds, positions, side="left" if below else "right") - 1, 0)
        low, high = bounds[place], np.minimum(bounds[place + 1], self.newest)
        cell = np.ceil(positions).astype(int) - 1 if below else np.floor(positions).astype(int)
        return np.clip(cell - order // 2, low, np.maximum(high - order, low)), high - low >= order


def located(positions: np.ndarray, window: Window, slopes: bool, tableau: Tableau | None = None) -> Located:
    """Return where values lie.

    Before the start, where all is constant, a value is the sample before it. The derivative at a sample is the mean of
    those on both sides of it, where both are known; a computed variable of which none is known is computed anew.

    Args:
        positions: in steps since the start, one per entry.
        window: where samples are.
        slopes: whether derivatives by delays are wanted.
        tableau: the method, whose continuous extension gives a state inside steps; None for a computed variable.

    Raises:
        UnsupportedFeatureError: the method has no continuous extension.
    """
    order, newest = window.order, window.newest
    positions = near_samples(positions)
    before = positions < 0
    whole = (positions == np.rint(positions)) & (positions <= newest)
    between, enough = window.first(positions, below=True)
    enough &= positions <= newest
    inside = ~(before | whole | enough)
    samples = np.where(before, np.minimum(np.floor(positions), -1.0), positions)
    samples = np.where(inside, np.minimum(np.floor(positions), newest), samples)
    first = np.where(before | whole | inside, np.floor(samples).astype(int) - order, between)
    weights = lagrange_weights(samples, first, order)
    if not slopes:
        added = None if tableau is None else shares(positions, inside, newest, tableau)
        return _without(inside, tableau, Located(first, weights, None, added))
    left, right, missing = _sides(positions, whole, inside, window, tableau is not None)
    frame = np.minimum(np.floor(positions).astype(int) - order, newest - 2 * order)
    changes = sum(_framed(at, slope, frame) for at, slope in (left, right))
    added = None if tableau is None else shares(positions, inside, newest, tableau, missing)
    found = Located(frame, _framed(first, weights, frame), np.asarray(changes), added)
    return _without(inside | ((missing[0] > 0) & (missing[1] > 0)), tableau, found)


def _without(anew: np.ndarray, tableau: Tableau | None, found: Located) -> Located:
    """Return where values lie, without those of a computed variable that no samples tell."""
    if tableau is not None or not anew.any():
        return found
    kept = ~anew[:, None]
    slopes = None if found.slopes is None else found.slopes * kept
    return evolve(found, weights=found.weights * kept, slopes=slopes, anew=anew)


Side = tuple[np.ndarray, np.ndarray]  # first samples, and derivatives of their weights by the delay


def _sides(
    positions: np.ndarray, whole: np.ndarray, inside: np.ndarray, window: Window, extended: bool
) -> tuple[Side, Side, tuple[np.ndarray, np.ndarray]]:
    """Return derivatives by delays of the polynomials on either side, and the shares of sides that have none.

    Args:
        positions: in steps.
        whole: those that are samples.
        inside: those that lie inside steps, and have no polynomials.
        window: where samples are.
        extended: whether sides without polynomials have the extension of a step.
    """
    left, known = window.first(positions, below=True)
    right, follows = window.first(positions, below=False)
    known |= positions == 0  # all is constant before the start
    if extended:
        follows &= positions < window.newest
        shares = np.where(whole, 0.5 * known, ~inside), np.where(whole, 0.5 * follows, 0.0)
    else:
        shares = (
            np.where(whole, np.where(known & follows, 0.5, known), ~inside),
            np.where(whole & follows, np.where(known, 0.5, 1.0), 0.0),
        )
    behind = positions > 0, positions >= 0
    polynomials = [
        (first, -(share * of)[:, None] * lagrange_slopes(positions, first, window.order) * (share * of > 0)[:, None])
        for first, share, of in zip((left, right), shares, behind, strict=True)
    ]
    missing = 0.5 * (whole & ~known & behind[0]), 0.5 * (whole & ~follows & behind[1])
    return polynomials[0], polynomials[1], missing


def _framed(first: np.ndarray, values: np.ndarray, frame: np.ndarray) -> np.ndarray:
    """Return numbers of samples among those of a frame, which is p samples longer; those without a share are 0."""
    order = values.shape[1] - 1
    framed = np.zeros((len(first), 2 * order + 1))
    used = values.any(axis=1)
    places = np.where(used, first - frame, 0)[:, None] + np.arange(order + 1)
    np.put_along_axis(framed, places, values, 1)
    return framed
