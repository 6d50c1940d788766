"""The stages of steps that reads may have to look into."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rates_core.solvers.tableau import Tableau

from rates_delay_ring.extension import no_extension

Pieces = tuple[Any, ...]  # the value, or the derivative, of each state


class Steps:
    """States at the start of steps and the derivatives of their stages.

    Args:
        tableau: the method.
        step_size: h.
    """

    def __init__(self, tableau: Tableau, step_size: float) -> None:
        self._tableau = tableau
        self._step_size = step_size
        self._kept: dict[int, tuple[Pieces, dict[int, Pieces]]] = {}
        self._stage = 0

    def copy(self) -> Steps:
        """Return steps whose changes these do not see."""
        new = object.__new__(Steps)
        new.__dict__.update(self.__dict__)
        new._kept = dict(self._kept)
        return new

    def begin(self, step: int, pieces: Pieces) -> None:
        """Take the states at the start of a step."""
        self._kept[step] = (pieces, {})
        self._stage = 0

    def stage(self, step: int, number: int, slopes: Pieces) -> None:
        """Take the derivatives of a stage."""
        pieces, known = self._kept[step]
        self._kept[step] = (pieces, {**known, number: slopes})
        self._stage = (number + 1) % len(self._tableau.weights)

    def drop(self, step: int) -> None:
        """Drop a step, if it is kept."""
        self._kept.pop(step, None)

    def drop_before(self, step: float) -> None:
        """Drop all steps before one, but for the newest."""
        while (oldest := next(iter(self._kept))) < step and len(self._kept) > 1:
            del self._kept[oldest]

    @property
    def kept(self) -> Iterable[int]:
        """Return the numbers of the steps that are kept, in order."""
        return self._kept.keys()

    def at_stage(self, step: int) -> Pieces:
        """Return the states at the stage that comes next."""
        pieces, slopes = self._kept[step]
        for weight, stage in zip(self._tableau.matrix[self._stage], sorted(slopes), strict=False):
            moved = zip(pieces, slopes[stage], strict=True)
            pieces = tuple(piece + weight * self._step_size * slope for piece, slope in moved)
        return pieces

    def extended(self, step: int, theta: float) -> Pieces:
        """Return all states at `(step + theta) * h`, from the continuous extension of the stages so far.

        Raises:
            UnsupportedFeatureError: the method has none.
        """
        pieces, slopes = self._kept[step]
        if theta == 0 or not slopes:
            return pieces
        if self._tableau.dense is None:
            raise no_extension(self._tableau)
        if len(slopes) < self._tableau.stages:
            return tuple(
                piece + theta * self._step_size * slope for piece, slope in zip(pieces, slopes[0], strict=True)
            )
        weights = [sum(c * theta ** (power + 1) for power, c in enumerate(row)) for row in self._tableau.dense]
        extended = []
        for number, piece in enumerate(pieces):
            change: Any = 0.0
            for stage, weight in enumerate(weights[: self._tableau.stages]):
                change = change + weight * slopes[stage][number]
            extended.append(piece + self._step_size * change)
        return tuple(extended)
