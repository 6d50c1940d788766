"""How well data say what parameters are: sensitivities, intervals and profiles."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import pandas as pd
from attrs import evolve, frozen
from rates_core.errors import ArgumentError, UnknownNameError, did_you_mean, shown
from rates_core.sweeps import Executor, executor_of, outcomes
from scipy.optimize import brentq
from scipy.stats import chi2, t

from rates_fit.levenberg_marquardt import LevenbergMarquardt
from rates_fit.problem import Linearised, Problem

#: Directions whose singular value is less than this part of the largest one are not seen in the data.
UNSEEN = 1e-8


@frozen(eq=False, repr=False)
class Identifiability:
    """How well data say what parameters are, near those that were found.

    Attributes:
        spectrum: a row for each direction in the space of free numbers, by the singular values of the sensitivities:
            how much the data, in units of their noise, change along it, and what each number has in it.
        scale: of the noise, estimated from what the fit leaves: 1 if `noise` is what the data have.
        problem: the loss.
        free: the numbers that were found.
    """

    spectrum: pd.DataFrame
    scale: float
    problem: Problem
    free: np.ndarray
    _linearised: Linearised

    @classmethod
    def of(cls, problem: Problem, free: np.ndarray) -> Identifiability:
        """Return how well data say what parameters are, near some free numbers."""
        found = problem.linearised(free)
        _, values, directions = np.linalg.svd(found.jacobian, full_matrices=False)
        signs = np.sign(directions[np.arange(len(directions)), np.abs(directions).argmax(axis=1)])
        spectrum = pd.DataFrame(directions * signs[:, None], columns=problem.names)
        spectrum.insert(0, "singular value", values)
        degrees = len(found.residuals) - problem.size
        scale = np.sqrt(float(np.sum(found.residuals**2)) / degrees) if degrees > 0 else np.nan
        return cls(spectrum, scale, problem, free, found)

    def __repr__(self) -> str:
        """Return how many directions the data say."""
        values = self.spectrum["singular value"].to_numpy()
        seen = int(np.sum(values > UNSEEN * values.max(initial=0.0)))
        return f"<Identifiability: the data say {seen} of {self.problem.size} directions, noise times {self.scale:.3g}>"

    @property
    def unseen(self) -> pd.DataFrame:
        """Return the directions in which parameters move and the data do not: what cannot be told from them."""
        values = self.spectrum["singular value"]
        unseen: pd.DataFrame = self.spectrum[values <= UNSEEN * values.max()]
        return unseen

    def covariance(self) -> pd.DataFrame:
        """Return the covariance of values, as the linearisation has it.

        Infinite or huge entries belong to what the data do not say.
        """
        values, names = self.spectrum["singular value"].to_numpy(), self.problem.names
        directions = self.spectrum[names].to_numpy()
        with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
            root = directions.T * (self.scale / values)
            moved = root * self.problem.space.slopes(self.free)[:, None]
            return pd.DataFrame(moved @ moved.T, names, names)

    def confidence(self, level: float = 0.95) -> pd.DataFrame:
        """Return intervals from the linearisation, by Student's distribution; in free numbers, so that they may be.

        Args:
            level: the part of such intervals that hold the true value.
        """
        _check_level(level)
        values, names = self.spectrum["singular value"].to_numpy(), self.problem.names
        with np.errstate(divide="ignore"):
            deviations = np.linalg.norm(self.spectrum[names].to_numpy().T * (self.scale / values), axis=1)
        degrees = len(self._linearised.residuals) - self.problem.size
        reach = t.ppf((1 + level) / 2, degrees) * deviations
        ends = [self.problem.space.flat(self.free + side * reach) for side in (-1, 0, 1)]
        return pd.DataFrame(np.array(ends).T, names, ["low", "value", "high"])

    def profile(self, name: str, points: int = 9, reach: float = 3.0) -> pd.DataFrame:
        """Return the least loss that is left when one number is held [raue2009]_, on both sides of what was found.

        Args:
            name: of the number, as `spectrum` has it.
            points: how many.
            reach: of the outermost ones, in standard deviations of the linearisation.

        Returns:
            A table with the value, the loss and all other numbers where it is least. In a model that is linear in the
            number the loss is a parabola; where it is flat, the data do not say the number.
        """
        return self._joined([_Side(self, self._place(name), way).profile(points, reach) for way in (-1, 1)])

    def profiles(
        self,
        names: Iterable[str] | None = None,
        points: int = 9,
        reach: float = 3.0,
        executor: str | Executor = "serial",
        verbose: bool = True,
        **options: Any,
    ) -> dict[str, pd.DataFrame]:
        """Return the profiles of several numbers, whose sides run wherever an executor has workers.

        Args:
            names: of the numbers; all if None.
            points: see `profile`.
            reach: see there.
            executor: as for `fit`.
            verbose: show progress, on a terminal only.
            **options: of the executor.
        """
        where = executor_of(executor, options, self.profiles)
        found = self._on_sides(names, _Profiling(points, reach), where, verbose)
        return {name: self._joined(sides) for name, sides in found.items()}

    def interval(self, name: str, level: float = 0.95) -> tuple[float, float]:
        """Return the interval in which the profile of a number stays below what the level allows.

        Unlike that of `confidence` it sees that a model is not linear. An end is infinite, or that of the constraint,
        where the loss stays below until far away.
        """
        allowed = self._allowed(level)
        low, high = (_Side(self, self._place(name), way).end(allowed) for way in (-1, 1))
        return low, high

    def intervals(
        self,
        names: Iterable[str] | None = None,
        level: float = 0.95,
        executor: str | Executor = "serial",
        verbose: bool = True,
        **options: Any,
    ) -> pd.DataFrame:
        """Return the intervals of several numbers as a table; their ends are looked for wherever an executor runs.

        Args:
            names: of the numbers; all if None.
            level: see `interval`.
            executor: as for `fit`.
            verbose: show progress, on a terminal only.
            **options: of the executor.
        """
        where = executor_of(executor, options, self.intervals)
        found = self._on_sides(names, _Ending(self._allowed(level)), where, verbose)
        here = dict(zip(self.problem.names, self.problem.space.flat(self.free).tolist(), strict=True))
        rows = {name: [low, here[name], high] for name, (low, high) in found.items()}
        return pd.DataFrame.from_dict(rows, orient="index", columns=["low", "value", "high"])

    def _on_sides(
        self, names: Iterable[str] | None, task: Callable[[_Side], Any], where: Executor, verbose: bool
    ) -> dict[str, list[Any]]:
        """Return what a task makes of both sides of some numbers."""
        if isinstance(names, str):
            raise ArgumentError(f"names must be a list of numbers that were fitted; it is {shown(names)}.")
        asked = self.problem.names if names is None else list(names)
        sides = [(self._place(name), way) for name in asked for way in (-1, 1)]
        made = dict(outcomes(_OnSide(self, task), sides, where, unit="side", verbose=verbose))
        return {name: [made[2 * number], made[2 * number + 1]] for number, name in enumerate(asked)}

    def _joined(self, sides: Iterable[list[list[float]]]) -> pd.DataFrame:
        """Return the rows of both sides of a profile as a table."""
        rows = [row for side in sides for row in side]
        table = pd.DataFrame(rows, columns=["value", "loss", *self.problem.names])
        return table.sort_values("value", ignore_index=True)

    def _allowed(self, level: float) -> float:
        """Return the loss below which a profile stays inside of the interval of a level."""
        _check_level(level)
        return self._linearised.value + 0.5 * float(chi2.ppf(level, 1)) * self.scale**2

    def _end(self, place: int, deviation: float, allowed: float) -> float:
        """Return the free number at which a profile meets a loss, or an infinite one."""
        state = {"free": self.free}

        def above(distance: float) -> float:
            state["free"], value = self._least(place, self.free[place] + distance * deviation, state["free"])
            return value - allowed

        far = 2.0
        while above(far) < 0:
            far *= 2
            if far > 100:
                return float(np.sign(deviation) * np.inf)
        state["free"] = self.free
        found = float(brentq(above, 0.0, far, xtol=1e-4, rtol=1e-6))
        return float(self.free[place] + found * deviation)

    def _least(self, place: int, number: float, near: np.ndarray) -> tuple[np.ndarray, float]:
        """Return the place of the least loss at which one free number is held."""
        held = _Held(self.problem, place, number)
        if not held.size:
            free = np.array([number])
            return free, self.problem.linearised(free).value
        found = LevenbergMarquardt().minimise(held, np.delete(near, place))
        free = held.whole(found.free)
        return free, self.problem.linearised(free).value

    def _place(self, name: str) -> int:
        names = self.problem.names
        if name not in names:
            raise UnknownNameError(f"'{name}' was not fitted.{did_you_mean(str(name), names)}")
        return names.index(name)

    def _deviation(self, place: int) -> float:
        """Return the standard deviation of a free number when all others follow, or 1 where there is none."""
        values = self.spectrum["singular value"].to_numpy()
        seen = values > UNSEEN * values.max(initial=0.0)
        directions = self.spectrum[self.problem.names].to_numpy()[:, place]
        found = float(np.linalg.norm(directions[seen] * self.scale / values[seen]))
        return found if np.isfinite(found) and found > 0 else 1e-3


@frozen(eq=False)
class _Side:
    """One side of the profile of a number.

    Attributes:
        report: whose profile it is.
        place: of the number among all.
        way: to smaller ones, -1, or to larger ones, 1.
    """

    report: Identifiability
    place: int
    way: int

    def profile(self, points: int, reach: float) -> list[list[float]]:
        """Return value, loss and all numbers at points on this side; that of the fit is on the side of larger ones."""
        report, free, rows = self.report, self.report.free, []
        deviation = report._deviation(self.place)
        for share in np.linspace(0, reach, points // 2 + 1)[(self.way < 0) :]:
            free, value = report._least(self.place, report.free[self.place] + self.way * share * deviation, free)
            numbers = report.problem.space.flat(free)
            rows.append([numbers[self.place], value, *numbers])
        return rows

    def end(self, allowed: float) -> float:
        """Return the number at which the profile meets a loss."""
        report = self.report
        end = report._end(self.place, self.way * report._deviation(self.place), allowed)
        return float(report.problem.space.flat(_with(report.free, self.place, end))[self.place])


@frozen
class _Profiling:
    """Computes the profile on a side."""

    points: int
    reach: float

    def __call__(self, side: _Side) -> list[list[float]]:
        return side.profile(self.points, self.reach)


@frozen
class _Ending:
    """Looks for the end of an interval."""

    allowed: float

    def __call__(self, side: _Side) -> float:
        return side.end(self.allowed)


@frozen(eq=False)
class _OnSide:
    """What is done on each side, as work of an executor: its tasks are place and way."""

    report: Identifiability
    task: Callable[[_Side], Any]

    def __call__(self, side: tuple[int, int]) -> Any:
        return self.task(_Side(self.report, *side))


@frozen
class _Held:
    """A problem in which one number does not move."""

    problem: Problem
    place: int
    number: float

    @property
    def size(self) -> int:
        """Return the number of all others."""
        return self.problem.size - 1

    def whole(self, others: np.ndarray) -> np.ndarray:
        """Return all numbers."""
        return np.insert(others, self.place, self.number)

    def linearised(self, others: np.ndarray) -> Linearised:
        """Return the loss near a place, by all others."""
        found = self.problem.linearised(self.whole(others))
        return evolve(found, jacobian=np.delete(found.jacobian, self.place, axis=1))


def _with(free: np.ndarray, place: int, number: float) -> np.ndarray:
    moved = np.array(free)
    moved[place] = number
    return moved


def _check_level(level: Any) -> None:
    if isinstance(level, bool) or not isinstance(level, int | float) or not 0 < level < 1:
        raise ArgumentError(f"level must be a number between 0 and 1; it is {shown(level)}.")
