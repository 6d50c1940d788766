"""What a fit found."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from attrs import evolve
from rates_core.errors import UnknownNameError, did_you_mean

from rates_fit.fitter import Outcome
from rates_fit.levenberg_marquardt import ROUNDING
from rates_fit.problem import Problem

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from rates_fit.identifiability import Identifiability


class FitResult(Mapping[str, Any]):
    """Parameters that were found, by path: `result["p/op/tau"]`.

    Attributes:
        loss: at the end.
        converged: whether the fitter found what it was looking for.
        reason: why it ended.
        iterations: steps that it took.
        evaluations: places that it looked at.
        gradients: those at which derivatives were computed too.
        history: a table of these places: loss, whether derivatives were computed, until which time data were looked at
            (infinity for all), and every number.
        problem: the loss as a function of free numbers, for other tools.
        free: these numbers at the end.
        starts: of a fit from several starts a table with a row for each: where it began, what was found, loss and
            counts; None of one from a single start. The history has the ends of all.
    """

    starts: pd.DataFrame | None = None

    def __init__(self, problem: Problem, outcome: Outcome, loss: float) -> None:
        self.problem, self.free = problem, outcome.free
        self.converged, self.reason, self.iterations = outcome.converged, outcome.reason, outcome.iterations
        self._values = problem.space.values(outcome.free)
        seen = list(problem.history)
        self.evaluations, self.gradients = len(seen), sum(item.derivatives for item in seen)
        self.loss = loss
        numbers = [problem.space.flat(item.free) for item in seen]
        self.history = pd.DataFrame(numbers, columns=problem.names)
        self.history.insert(0, "until", [item.horizon for item in seen])
        self.history.insert(0, "derivatives", [item.derivatives for item in seen])
        self.history.insert(0, "loss", [item.value for item in seen])

    @classmethod
    def of(cls, problem: Problem, outcome: Outcome) -> FitResult:
        """Return what a fitter found, or the best place that it looked at, if that is better by more than rounding."""
        best = problem.best
        ended = [item.value for item in problem.history if np.array_equal(item.free, outcome.free)]
        if ended and ended[-1] <= best.value + ROUNDING * abs(best.value):
            return cls(problem, outcome, ended[-1])
        return cls(problem, evolve(outcome, free=best.free), best.value)

    def __getitem__(self, name: str) -> Any:
        """Return what was found for a path.

        Raises:
            UnknownNameError: it was not fitted.
        """
        if name not in self._values:
            raise UnknownNameError(f"'{name}' was not fitted.{did_you_mean(str(name), self._values)}")
        return self._values[name]

    def __contains__(self, name: object) -> bool:
        return name in self._values

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        """Return what was found, and how it ended."""
        ended = "converged" if self.converged else "did not converge"
        return f"<FitResult, {ended}: {self._values!r}, loss {self.loss:.6g}. {self.reason}>"

    @cached_property
    def simulated(self) -> pd.DataFrame:
        """Return data and simulation side by side, with a row for each experiment and time."""
        found, parts = self.problem.simulated(self.free), {}
        for case in self.problem.cases:
            observed = np.full(case.observed.there.shape, np.nan)
            observed[case.observed.there] = case.observed.values
            index = pd.Index(case.observed.times, name="time")
            tables = {
                "data": pd.DataFrame(observed, index, case.observed.columns),
                "simulated": pd.DataFrame(found[case.name], index, case.observed.columns),
            }
            parts[case.name] = pd.concat(tables, axis=1)
        return pd.concat(parts, names=["experiment"])

    @cached_property
    def interpolation_error(self) -> float:
        """Return about how far interpolated values are from the run's: 0 where all times are those of rows.

        It is the largest difference that one point less in the polynomials between rows makes, an upper estimate where
        the run is smooth over some steps.
        """
        found = 0.0
        for case in self.problem.cases:
            sampling = case.course.sampling
            if not sampling.exact:
                rows = case.course.rows(case.values(self.problem.space, self.free))[:, case.columns]
                found = max(found, float(np.abs((sampling.weights - sampling.lower) @ rows).max()))
        return found

    def identifiability(self) -> Identifiability:
        """Return how well the data say what the parameters are."""
        from rates_fit.identifiability import Identifiability

        return Identifiability.of(self.problem, self.free)

    def plot(self) -> Figure:
        """Draw data, what is simulated beside them, and how the loss fell."""
        from rates_fit.pictures import drawn

        return drawn(self)
