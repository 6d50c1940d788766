"""Where a condition first becomes true inside a step, from functions that are positive where conditions hold.

Such a function is looked at on Chebyshev points of a window, and the polynomial through its values stands for it there.
Its last coefficients, and how far it is from the function at some more places, say how far to believe that: where it
comes no nearer to 0 than a few times as much, nothing has happened. Up to where that is so the window is done; what is
left is looked at through a smaller one. So functions that change faster than the step is long are followed from change
to change, by as many looks as that takes.

References:
    trefethen2000, chapters 4 and 5: interpolation at Chebyshev points, and how fast coefficients fall.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache

import numpy as np
from attrs import frozen
from numpy.polynomial import chebyshev

DEGREE = 8  # of the polynomial of a window
PARTS = 4  # of each interval between its points, at the ends of which it is looked at
ZOOM = 4  # ratio of the lengths of windows that follow each other
FINEST = 2**16  # windows of a step; a smaller one is taken as it is
SPACINGS = 64  # of floating-point numbers, below which no window is
TRIED = (0.2237, 0.4071, 0.5927, 0.7741)  # of a window, where a polynomial is compared to what it stands for
SAFETY = 4.0  # errors of a polynomial in what it is off there and its last two coefficients
ROUNDING = 1e-14  # error of its values in the largest one

Margins = Callable[[np.ndarray], np.ndarray]  # of times, one row per condition


@frozen(eq=False)
class Rise:
    """A part of a step in which a condition becomes true, and none does before.

    Attributes:
        low: its start.
        high: its end.
        held: conditions that hold at its start.
    """

    low: float
    high: float
    held: np.ndarray


def first_rise(margins: Margins, start: float, end: float, held: np.ndarray) -> Rise | np.ndarray:
    """Return where a condition first becomes true; which ones hold at the end if none does.

    Args:
        margins: positive where conditions hold.
        start: of a step.
        end: of it.
        held: conditions that hold at the start.
    """
    smallest = max((end - start) / FINEST, SPACINGS * math.ulp(max(abs(start), abs(end))))
    polynomials = _polynomials()
    low, size = start, end - start
    while low < end:
        high = end if end - low - size < smallest / 2 else low + size
        found = margins(low + (high - low) * polynomials.asked)
        seen = _look(found, held, believed=high - low <= 2 * smallest)
        places = low + (high - low) * polynomials.places
        places[-1] = high
        if seen.rise is not None:
            return Rise(float(places[seen.done]), float(places[seen.rise]), seen.held)
        finished = seen.done == DEGREE * PARTS
        size = max(smallest, (high - low) * (ZOOM if finished else 1 / ZOOM))
        low, held = high if finished else float(places[seen.done]), seen.held
    return held


@frozen(eq=False)
class _Seen:
    """What was seen in a window.

    Attributes:
        done: number of the place up to which it is known what happened, and no condition has become true.
        held: conditions that hold there.
        rise: number of the next place, if one has become true until there.
    """

    done: int
    held: np.ndarray
    rise: int | None = None


@frozen(eq=False)
class _Polynomials:
    """Matrices that take values at Chebyshev points of [0, 1] to what the polynomial through them has.

    Attributes:
        asked: the points, and the places where it is compared.
        places: at which it is looked at; each of number `PARTS`·k is one of the points.
        last: to its last two coefficients.
        values: to its values at the places.
        slopes: to its derivatives there.
        tried: to its values where it is compared.
    """

    asked: np.ndarray
    places: np.ndarray
    last: np.ndarray
    values: np.ndarray
    slopes: np.ndarray
    tried: np.ndarray


@cache
def _polynomials() -> _Polynomials:
    points = -np.cos(np.pi * np.arange(DEGREE + 1) / DEGREE)
    parts = np.arange(DEGREE * PARTS + 1) / PARTS
    places = np.interp(parts, np.arange(DEGREE + 1), points)
    coefficients = np.linalg.inv(chebyshev.chebvander(points, DEGREE))
    values = chebyshev.chebvander(places, DEGREE) @ coefficients
    slopes = 2.0 * chebyshev.chebvander(places, DEGREE - 1) @ chebyshev.chebder(coefficients)
    tried = chebyshev.chebvander(2.0 * np.array(TRIED) - 1.0, DEGREE) @ coefficients
    asked = np.array([*(points + 1.0) / 2.0, *TRIED])
    return _Polynomials(asked, (places + 1.0) / 2.0, coefficients[-2:].T, values.T, slopes.T, tried.T)


def _look(found: np.ndarray, held: np.ndarray, believed: bool) -> _Seen:
    """Return what is seen in a window.

    Args:
        found: margins where they are asked for.
        held: conditions that hold at its start, whatever margins are there.
        believed: nothing is looked at more closely.
    """
    last = DEGREE * PARTS
    least, most = found.min(axis=1), found.max(axis=1)
    steady = np.where(held, least, -most) > most - least  # farther from 0 than what it goes through
    if steady.all():
        return _Seen(last, held)
    active = np.flatnonzero(~steady)
    truth, doubtful = _followed(found[active], held[active])
    known = last
    if doubtful.any():
        known = last if believed else int(doubtful.any(axis=0).argmax()) - 1
    apart = PARTS if known == last and doubtful.any() else 1  # between points nothing is known then
    rises = (truth[:, apart::apart] & ~truth[:, :-apart:apart]).any(axis=0)
    rise = apart * (int(rises.argmax()) + 1) if rises.any() else None
    if rise is not None and rise <= known:
        return _Seen(rise - apart, _changed(held, active, truth[:, rise - apart]), rise)
    return _Seen(known, _changed(held, active, truth[:, known]))


def _followed(found: np.ndarray, held: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return which conditions hold at all places of a window, and places up to which more may have happened."""
    polynomials = _polynomials()
    points, others = found[:, : DEGREE + 1], found[:, DEGREE + 1 :]
    values, slopes = points @ polynomials.values, points @ polynomials.slopes
    truth = values > 0
    truth[:, ::PARTS] = points > 0
    truth[:, 0] = held
    off = np.abs(points @ polynomials.last).sum(axis=1) + np.abs(points @ polynomials.tried - others).max(axis=1)
    error = SAFETY * off + ROUNDING * np.abs(found).max(axis=1)
    doubtful = ~(np.abs(values) > error[:, None])
    doubtful[:, ::PARTS] = False
    sign = np.where(truth[:, :-1], 1.0, -1.0)
    left, right = sign * values[:, :-1], sign * values[:, 1:]
    falls, rises = sign * slopes[:, :-1], sign * slopes[:, 1:]
    turns = (falls < 0) & (rises > 0) & (truth[:, :-1] == truth[:, 1:])
    if turns.any():  # it is not below the place where tangents meet
        with np.errstate(all="ignore"):
            lowest = left + falls * (right - left - rises * np.diff(polynomials.places)) / (falls - rises)
        doubtful[:, 1:] |= turns & ~(lowest > error[:, None])
    return truth, doubtful


def _changed(held: np.ndarray, rows: np.ndarray, values: np.ndarray) -> np.ndarray:
    new = held.copy()
    new[rows] = values
    return new
