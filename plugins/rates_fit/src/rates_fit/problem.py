"""What a fitter is given: a loss of free numbers, its gradient, and its linearisation."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import evolve, field, frozen
from rates_core.errors import ArgumentError, SimulationError

from rates_fit.course import Course, Values
from rates_fit.derivatives import Derivatives
from rates_fit.experiment import Observations
from rates_fit.losses import Loss
from rates_fit.parameters import FreeParameter, Space
from rates_fit.sampling import sampling_of

if TYPE_CHECKING:
    from rates_fit.question import Question


@frozen(eq=False)
class Linearised:
    """A loss near a place, as half a sum of squares: it has the loss's gradient, and nearly its curvature.

    Attributes:
        value: of the loss; infinite where a run is not finite.
        residuals: the numbers that are squared.
        jacobian: their derivatives by free numbers.
    """

    value: float
    residuals: np.ndarray
    jacobian: np.ndarray

    @property
    def gradient(self) -> np.ndarray:
        """Return the derivative of the loss by free numbers."""
        return np.asarray(self.jacobian.T @ self.residuals)


@frozen(eq=False)
class Evaluation:
    """A place that was looked at.

    Attributes:
        free: numbers.
        value: of the loss there.
        derivatives: whether those were computed too.
        horizon: until which data were looked at; NaN for runs in pieces.
    """

    free: np.ndarray
    value: float
    derivatives: bool
    horizon: float = np.inf


@frozen(eq=False)
class Case:
    """One experiment, ready.

    Attributes:
        name: of the experiment.
        course: of its runs.
        observed: its data.
        columns: places of the data's columns in the run's table.
        parameters: what is fitted here.
        noisy: whether the noise of its data is its own, and was said.
    """

    name: str
    course: Course
    observed: Observations
    columns: np.ndarray
    parameters: tuple[FreeParameter, ...]
    noisy: bool = False

    def values(self, space: Space, free: np.ndarray) -> Values:
        """Return what is fitted here, at free numbers."""
        by_name = space.values(free)
        return {item: by_name[item.name] for item in self.parameters}

    def until(self, time: float) -> Case:
        """Return the experiment with data up to a time.

        Raises:
            ArgumentError: there are none.
        """
        kept = self.observed.times <= time
        if not self.observed.there[kept].any():
            raise ArgumentError(f"horizons: there are no data of '{self.name}' until {time:g}.")
        observed, sampling = self.observed.of(kept), sampling_of(self.observed.times[kept], self.course.step)
        return evolve(self, observed=observed, course=evolve(self.course, sampling=sampling))

    @property
    def places(self) -> np.ndarray:
        """Return where the numbers of what is fitted here stand among all."""
        return np.concatenate([np.arange(item.place.start, item.place.stop) for item in self.parameters])

    def at_times(self, rows: np.ndarray) -> np.ndarray:
        """Return values at the times of the data, `[times, columns, ...]`, of rows."""
        chosen = rows[:, self.columns]
        flat = self.course.sampling.weights @ chosen.reshape(len(chosen), -1)
        return np.asarray(flat).reshape(-1, *chosen.shape[1:])

    def simulated(self, rows: np.ndarray) -> np.ndarray:
        """Return values where there are data."""
        return np.asarray(self.at_times(rows)[self.observed.there])

    def onto_rows(self, slopes: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
        """Return derivatives by rows of derivatives by values where there are data."""
        at_times = np.zeros(self.observed.there.shape)
        at_times[self.observed.there] = slopes
        found = np.zeros(shape)
        found[:, self.columns] = self.course.sampling.weights.T @ at_times
        return found


@frozen(eq=False)
class Problem:
    """A loss of free numbers: any numbers are allowed, constraints are transforms of them.

    Attributes:
        space: what the numbers are.
        cases: the experiments.
        loss: of what is simulated and observed.
        priors: mean and standard deviation of each value, infinite where nothing is known: `[2, numbers]`.
        derivatives: how they are got.
        history: all places that were looked at, in order.
        horizon: until which data are looked at.
        asked: from which it was posed. A problem is pickled as this: what is unpickled is posed anew.
    """

    space: Space
    cases: tuple[Case, ...]
    loss: Loss
    priors: np.ndarray
    derivatives: Derivatives
    history: list[Evaluation] = field(factory=list)
    horizon: float = np.inf
    asked: Question | None = field(default=None, repr=False)

    def __reduce__(self) -> tuple[Any, ...]:
        """Return what it is posed anew from, elsewhere; the history stays here.

        Raises:
            TypeError: nobody knows from what it was posed.
        """
        from rates_fit.question import posed_again

        if self.asked is None:
            raise TypeError("This problem was made by hand, of models that are compiled here; one of a fit can be sent")
        return posed_again, (self.asked, self.horizon)

    @property
    def size(self) -> int:
        """Return the number of free numbers."""
        return self.space.size

    @property
    def names(self) -> list[str]:
        """Return a name for each of them."""
        return self.space.names

    @property
    def best(self) -> Evaluation:
        """Return the place with the smallest loss so far."""
        return min((item for item in self.history if item.horizon == self.horizon), key=lambda item: item.value)

    def until(self, time: float) -> Problem:
        """Return the problem with data up to a time, and runs as long as these need; it adds to the same history.

        Raises:
            ArgumentError: an experiment has no data until then.
        """
        return evolve(self, cases=tuple(case.until(time) for case in self.cases), horizon=time)

    def value(self, free: np.ndarray) -> float:
        """Return the loss; infinite where a run is not finite."""
        return float(self.values(free[None])[0])

    def values(self, points: np.ndarray) -> np.ndarray:
        """Return the losses at many places, `[points, numbers]`; runs of a backend that can go side by side do."""
        total = np.full(len(points), np.inf)
        able = np.array([self._is_finite(free) for free in points])
        some = points[able]
        if len(some):
            found = np.array([0.5 * np.sum(self._from_priors(free) ** 2) for free in some])
            for case in self.cases:
                runs = case.course.rows_of_many([case.values(self.space, free) for free in some])
                found += [self._loss(case, rows) for rows in runs]
            total[able] = np.where(np.isfinite(found), found, np.inf)
        for free, value in zip(points, total.tolist(), strict=True):
            self._note(free, value, False)
        return total

    def value_and_gradient(self, free: np.ndarray) -> tuple[float, np.ndarray]:
        """Return the loss and its gradient; infinite and 0 where a run is not finite."""
        if not self._is_finite(free):
            return self._note(free, np.inf, True), np.zeros(self.size)
        prior, slopes = self._from_priors(free), self.space.slopes(free)
        total, gradient = 0.5 * float(np.sum(prior**2)), prior / self.priors[1] * slopes
        try:
            for case in self.cases:
                slopes_of = partial(self._slopes, case)
                rows, found = self.derivatives.back(case.course, case.values(self.space, free), slopes_of)
                total += self._loss(case, rows)
                gradient[case.places] += found * slopes[case.places]
        except SimulationError:
            total = np.inf
        gradient = gradient if np.isfinite(total) else np.zeros(self.size)
        return self._note(free, total, True), gradient

    def linearised(self, free: np.ndarray) -> Linearised:
        """Return the loss near a place, as half a sum of squares."""
        nothing = np.zeros(0), np.zeros((0, self.size))
        if not self._is_finite(free):
            return Linearised(self._note(free, np.inf, True), *nothing)
        slopes, parts = self.space.slopes(free), [self.prior_squares(free, self.size)]
        total = 0.5 * float(np.sum(parts[0][0] ** 2))
        try:
            for case in self.cases:
                rows, moved = self.derivatives.along(case.course, case.values(self.space, free))
                total += self._loss(case, rows)
                parts.append(self.squares(case, rows, moved * slopes[case.places]))
        except SimulationError:
            total = np.inf
        if not np.isfinite(total) or not all(np.isfinite(part).all() for pair in parts for part in pair):
            parts, total = [nothing], np.inf
        residuals, jacobians = zip(*parts, strict=True)
        return Linearised(self._note(free, total, True), np.concatenate(residuals), np.concatenate(jacobians))

    def simulated(self, free: np.ndarray) -> dict[str, np.ndarray]:
        """Return what is simulated at all times of the data, by experiment."""
        return {case.name: case.at_times(case.course.rows(case.values(self.space, free))) for case in self.cases}

    def check_moved(self, free: np.ndarray) -> None:
        """Raise where a number moves nothing that was observed, or where there is no loss at the start.

        Raises:
            ArgumentError: a number moves nothing.
            SimulationError: a run, the loss or a derivative is not finite.
        """
        found = self.linearised(free)
        if not np.isfinite(found.value):
            for case in self.cases:
                case.course.rows(case.values(self.space, free))  # says of which variable, and when
            raise SimulationError("The loss at the start, or a derivative of it, is not finite. Begin elsewhere.")
        moving = np.abs(found.jacobian[int(np.isfinite(self.priors[1]).sum()) :]).sum(axis=0)
        names = [name for name, much in zip(self.names, moving.tolist(), strict=True) if not much]
        if names:
            raise ArgumentError(
                f"Nothing that was observed depends on '{names[0]}', at the start at least. "
                "Leave it out of parameters, or begin elsewhere."
            )

    def _is_finite(self, free: np.ndarray) -> bool:
        """Return whether all values are numbers; those of free numbers that went too far are not."""
        return bool(np.isfinite(self.space.flat(free)).all())

    def _note(self, free: np.ndarray, value: float, derivatives: bool) -> float:
        """Keep that a place was looked at; return the loss."""
        self.history.append(Evaluation(np.array(free), float(value), derivatives, self.horizon))
        return float(value)

    def _loss(self, case: Case, rows: np.ndarray) -> float:
        observed = case.observed
        with np.errstate(all="ignore"):  # what is not finite is looked for where this is used
            return float(np.sum(self.loss.values(case.simulated(rows), observed.values, observed.noise)))

    def _slopes(self, case: Case, rows: np.ndarray) -> np.ndarray:
        observed = case.observed
        slopes = self.loss.slopes(case.simulated(rows), observed.values, observed.noise)
        return case.onto_rows(slopes, rows.shape)

    def squares(self, case: Case, rows: np.ndarray, moved: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return residuals and their derivatives by all numbers."""
        given = case.simulated(rows), case.observed.values, case.observed.noise
        with np.errstate(all="ignore"):
            root = np.sqrt(self.loss.curvatures(*given))
            residuals = self.loss.slopes(*given) / root
        jacobian = np.zeros((len(root), self.size))
        jacobian[:, case.places] = self.at_data(case, moved) * root[:, None]
        return residuals, jacobian

    def prior_squares(self, free: np.ndarray, width: int) -> tuple[np.ndarray, np.ndarray]:
        """Return distances from what was known, and their derivatives by so many numbers, of which these are first."""
        known = np.isfinite(self.priors[1])
        jacobian = np.zeros((self.size, width))
        jacobian[:, : self.size] = np.diag(self.space.slopes(free) / self.priors[1])
        return self._from_priors(free)[known], jacobian[known]

    @staticmethod
    def at_data(case: Case, moved: np.ndarray) -> np.ndarray:
        """Return how values move where there are data, `[values, numbers]`."""
        return np.asarray(case.at_times(moved)[case.observed.there])

    def _from_priors(self, free: np.ndarray) -> np.ndarray:
        """Return the distance of each value from what was known, in standard deviations."""
        return np.asarray((self.space.flat(free) - self.priors[0]) / self.priors[1])
