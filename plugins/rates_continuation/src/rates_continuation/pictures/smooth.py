"""Smooth lines through points of curves, as far apart as these may lie: a cubic polynomial between each two of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from attrs import frozen
from scipy.interpolate import PchipInterpolator

FINE = 150  # pieces of a line as long as the picture is wide
MOST = 40  # pieces between two points
STEEPEST = 3.0  # slope at the end of a monotone cubic polynomial, of that of its chord
SHORT = 1e-9  # of a line: chords that are shorter are taken for so long


@frozen(eq=False)
class Knots:
    """Points of a curve, and how it goes from each to the next while a number goes from 0 to 1.

    Attributes:
        z: the points, `[points, unknowns]`.
        leaving: derivative at the point before, `[points - 1, unknowns]`.
        arriving: and at the point behind.
    """

    z: np.ndarray
    leaving: np.ndarray
    arriving: np.ndarray

    @classmethod
    def with_tangents(cls, z: np.ndarray, tangents: np.ndarray, scales: np.ndarray) -> Knots:
        """Return knots of a curve whose tangents are known.

        Args:
            z: points.
            tangents: of any length.
            scales: of the unknowns, in which lengths along the curve are measured at each point.
        """
        lengths = np.linalg.norm(np.diff(z, axis=0) / scales[:-1], axis=1, keepdims=True)
        leaving, arriving = (
            each * lengths / np.linalg.norm(each / scales[:-1], axis=1, keepdims=True)
            for each in (tangents[:-1], tangents[1:])
        )
        return cls(z, leaving, arriving)

    @classmethod
    def through(cls, points: np.ndarray, kept: Sequence[int] = ()) -> Knots:
        """Return knots in a plane, whose directions are those of parabolas through neighbours.

        Args:
            points: of the plane.
            kept: numbers of those next to which the line goes beyond no point, to no side; it turns round in these, as
                at a fold, and may have a sharp end there.
        """
        if len(points) < 3:
            return cls(points, np.diff(points, axis=0), np.diff(points, axis=0))
        size = np.ptp(points, axis=0)
        ways = np.diff(points, axis=0) / np.where(size > 0, size, 1.0)
        chords = np.linalg.norm(ways, axis=1)
        steps = np.maximum(chords, SHORT * max(float(np.sum(chords)), 1.0))
        along = np.concatenate([[0.0], np.cumsum(steps)])
        slopes = np.gradient(points, along, axis=0, edge_order=2)
        careful = np.zeros(len(points), dtype=bool)
        careful[1:-1] = np.sum(ways[1:] * ways[:-1], axis=1) <= 0  # sharp: no parabola
        for number in kept:
            careful[max(number - 1, 0) : number + 2] = True
        slopes = np.where(careful[:, None], PchipInterpolator(along, points).derivative()(along), slopes)
        return cls(points, slopes[:-1] * steps[:, None], slopes[1:] * steps[:, None])

    def between(self, number: int, shares: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return points at shares of the way from one to the next, and derivatives there."""
        begin, chord = self.z[number], self.z[number + 1] - self.z[number]
        one, other, s = self.leaving[number], self.arriving[number], shares[:, None]
        square, cubic = 3 * chord - 2 * one - other, one + other - 2 * chord
        return begin + s * (one + s * (square + s * cubic)), one + s * (2 * square + s * 3 * cubic)

    def with_point(self, number: int, z: np.ndarray, share: float, still: int | None = None) -> Knots:
        """Return knots with a point more, which may lie a little beside the line.

        Args:
            number: of the point before.
            z: the point.
            share: of the way to the next at which it lies.
            still: which unknown turns round there, as a parameter at a fold, and goes nowhere beyond.
        """
        slope = self.between(number, np.array([share]))[1][0]
        if still is not None:
            slope[still] = 0.0
        leaving, arriving = self.leaving.copy(), self.arriving.copy()
        leaving[number] *= share
        arriving[number] *= 1.0 - share
        found = Knots(
            np.insert(self.z, number + 1, z, axis=0),
            np.insert(leaving, number + 1, slope * (1.0 - share), axis=0),
            np.insert(arriving, number, slope * share, axis=0),
        )
        if still is not None:
            for slopes in (found.leaving, found.arriving):  # so that it is monotone on both sides
                most = STEEPEST * np.diff(found.z[number : number + 3, still])
                both = slopes[number : number + 2, still]
                slopes[number : number + 2, still] = np.clip(both, np.minimum(most, 0.0), np.maximum(most, 0.0))
        return found

    def columns(self, *numbers: int) -> Knots:
        """Return the same curve in some of its unknowns."""
        chosen = list(numbers)
        return Knots(self.z[:, chosen], self.leaving[:, chosen], self.arriving[:, chosen])

    def pieces(self, number: int, size: np.ndarray) -> np.ndarray:
        """Return points from one to the next, both among them, so close that straight lines between them look smooth.

        Args:
            number: of the first.
            size: of the picture.
        """
        way = np.abs(self.z[number + 1] - self.z[number]) + np.abs(self.leaving[number]) + np.abs(self.arriving[number])
        count = int(np.clip(np.ceil(FINE * float(np.max(way / size))), 1, MOST))
        inner = self.between(number, np.linspace(0.0, 1.0, count + 1)[:-1])[0]
        return np.concatenate([inner, self.z[number + 1 : number + 2]])
