"""Boundary values of a vector field: what holds at both ends of an interval and on average over it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

import numpy as np
from attrs import evolve, frozen

from rates_continuation.native.boundary import ProfileCurve
from rates_continuation.native.boundary_problem import BoundaryProblem, EndRates, Ends, Integrands, Rates
from rates_continuation.native.curve import Place
from rates_continuation.vector_field import Field

SHARES = 0.5 ** np.arange(8)  # of a step of Newton's method that are tried, the whole one first
MOST_STEPS = 60
NEAR = 1e-8  # square of what is missed, from where whole steps lead on
ADAPTED = 2  # meshes that are made for the first solution, one after the other


class Vanishing(Protocol):
    """Conditions: functions that are zero, of arguments `[..., arguments]`."""

    def __len__(self) -> int:
        """Return the number of conditions."""
        ...

    def values(self, z: np.ndarray) -> np.ndarray:
        """Return them, `[..., conditions]`."""
        ...

    def derivatives(self, z: np.ndarray) -> np.ndarray:
        """Return their derivatives, `[..., conditions, arguments]`."""
        ...


@frozen(eq=False)
class BoundaryValues(BoundaryProblem):
    """x' = L f(x, p) on [0, 1]; some of the numbers (L, p) are free.

    Attributes:
        field: f.
        numbers: L and p, with the values of those that are not free.
        free: places of the free ones among them, that which is varied last.
        at_ends: conditions on x(0), x(1) and the numbers, in this order.
        on_average: conditions on the mean, of x and the numbers.
    """

    field: Field
    numbers: np.ndarray
    free: np.ndarray
    at_ends: Vanishing
    on_average: Vanishing

    @property
    def size(self) -> int:
        """Return the number of states."""
        return self.field.size

    def all_numbers(self, s: np.ndarray) -> np.ndarray:
        """Return L and p for the free ones."""
        found = self.numbers.copy()
        found[self.free] = s
        return found

    def values(self, u: np.ndarray, s: np.ndarray) -> np.ndarray:
        """Return L f."""
        length, *p = self.all_numbers(s)
        return np.asarray(length * self.field.rates(u.reshape(-1, self.size), np.array(p)).reshape(u.shape))

    def rates(self, u: np.ndarray, s: np.ndarray) -> Rates:
        """Return L f and its derivatives."""
        numbers, flat = self.all_numbers(s), u.reshape(-1, self.size)
        length, p = numbers[0], numbers[1:]
        values = self.field.rates(flat, p)
        columns = [values[..., None]]
        if len(p):
            columns.append(length * self.field.by_parameters(flat, p))
        by_numbers = np.concatenate(columns, axis=-1)[..., self.free]
        parts = (length * values, length * self.field.by_states(flat, p), by_numbers)
        return Rates(*(part.reshape(*u.shape[:-1], *part.shape[1:]) for part in parts))

    def ends(self, first: np.ndarray, last: np.ndarray, s: np.ndarray) -> Ends:
        """Return the conditions on both ends."""
        z = np.concatenate([first, last, self.all_numbers(s)])
        found = self.at_ends.derivatives(z)
        by_first, by_last, by_numbers = np.split(found, [self.size, 2 * self.size], axis=-1)
        return Ends(self.at_ends.values(z), EndRates(by_first, by_last, by_numbers[:, self.free]))

    def integrands(self, u: np.ndarray, s: np.ndarray, reference: np.ndarray, slopes: np.ndarray) -> Integrands:
        """Return the conditions on the mean."""
        numbers = self.all_numbers(s)
        z = np.concatenate([u, np.broadcast_to(numbers, (*u.shape[:-1], len(numbers)))], axis=-1)
        found = self.on_average.derivatives(z)
        return Integrands(self.on_average.values(z), found[..., : self.size], found[..., self.size :][..., self.free])


def start_of(curve: ProfileCurve, z: np.ndarray) -> tuple[ProfileCurve, Place] | None:
    """Return the solution near a guess that has the same last number, and the curve with a mesh for it; or None.

    The curve is followed from there in the direction of a growing last number.
    """
    return next((found for guess in _approaching(curve, z) if (found := _solved(curve, guess)) is not None), None)


def _solved(curve: ProfileCurve, guess: np.ndarray) -> tuple[ProfileCurve, Place] | None:
    """Return the solution near a guess on meshes that are made for it one after the other."""
    place = _level(curve, guess)
    for _ in range(ADAPTED):
        if place is None:
            return None
        curve, place = scaled(curve, place).carried_on(place)
        place = _level(curve, place.z)
    return None if place is None else (curve, place)


def _level(curve: ProfileCurve, guess: np.ndarray) -> Place | None:
    normal = _upwards(curve, guess)
    return curve.place(guess, normal, normal, curve.scale)


def _upwards(curve: ProfileCurve, z: np.ndarray) -> np.ndarray:
    """Return the vector along which the last number alone grows."""
    normal = np.zeros_like(z)
    normal[-1] = curve.scale[-1] ** 2
    return normal


def scaled(curve: ProfileCurve, place: Place) -> ProfileCurve:
    """Return a curve in whose scales each state counts by its size, or by how it changes with the last number."""
    profile, tangent = curve.split(place.z)[0], curve.split(place.tangent)[0]
    slope = abs(float(place.tangent[-1]))
    along = np.max(np.abs(tangent), axis=0) * curve.numbers[-1]
    sizes = np.maximum(np.max(np.abs(profile), axis=0), along / slope if slope else 0.0)
    largest = float(np.max(sizes)) or 1.0
    return evolve(curve, states=np.where(sizes > 1e-3 * largest, sizes, 1e-3 * largest))


def _approaching(curve: ProfileCurve, z: np.ndarray) -> Iterator[np.ndarray]:
    """Yield a guess, then where steps of Newton's method lead that are shortened until they do come nearer."""
    yield z
    row = _upwards(curve, z) / curve.scale**2
    with np.errstate(all="ignore"):
        for _ in range(MOST_STEPS):
            missed = _missed(curve, z)
            step = _newton_step(curve, z, row) if missed > NEAR else None
            nearer = (z + share * step for share in SHARES) if step is not None else ()
            better = next((each for each in nearer if _missed(curve, each) < missed), None)
            if better is None:
                break
            z = better
    yield z


def _newton_step(curve: ProfileCurve, z: np.ndarray, row: np.ndarray) -> np.ndarray | None:
    try:
        linear = curve.linearised(z)
        return linear.step(linear.residual, row, 0.0)
    except np.linalg.LinAlgError:  # singular: there is no step
        return None


def _missed(curve: ProfileCurve, z: np.ndarray) -> float:
    """Return by how much a profile misses all that has to hold; infinity if that is not finite."""
    found = curve.residual(z)
    square = float(np.mean((found.inside.reshape(-1, curve.problem.size) / curve.states) ** 2))
    square += float(np.sum(found.ends**2) + np.sum(found.integrals**2))
    return square if np.isfinite(square) else np.inf
