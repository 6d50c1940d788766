"""A model as a function of batches of parameters, for simulation-based inference."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from rates_core.errors import ArgumentError
from rates_core.simulation.points import Point

from rates_core import CircuitTemplate
from rates_fit.parameters import Space
from rates_fit.posing import Setting, cases_of
from rates_fit.prior import Prior, as_array, like, prior_of
from rates_fit.problem import Case

Summaries = Callable[[Any], Any]


def simulator(
    model: CircuitTemplate | str,
    data: Any,
    parameters: Any,
    priors: Mapping[str, Any] | None = None,
    *,
    summaries: Summaries | None = None,
    outputs: Mapping[str, str] | Iterable[str] | None = None,
    inputs: Mapping[str, Any] | None = None,
    noise: Any = None,
    step_size: float = 1e-3,
    simulation_time: float | None = None,
    solver: str = "euler",
    backend: str | None = None,
    seed: int | None = None,
    **options: Any,
) -> Simulator:
    """Return a model as a function of batches of parameters, with a prior, for simulation-based inference.

    Args:
        model: as `fit` takes it, as are the others that are not said here.
        data: see there. Their times and columns are those of what is simulated.
        parameters: see there. A range is a uniform prior.
        priors: by path: `(mean, standard deviation)` of a normal distribution within the constraint, or a distribution
            of `scipy.stats`.
        summaries: a function of values `[runs, times, columns]`, NaN where the data are, which returns an array
            `[runs, ...]`; of several experiments, it is given a dict of these by name. All values where there are data,
            if left out.
        outputs: see there.
        inputs: see there.
        noise: standard deviation of noise that is added to what is simulated, as `fit` takes it; none if left out.
        step_size: see there.
        simulation_time: see there.
        solver: see there.
        backend: see there.
        seed: of all random numbers: equal seeds give equal results, call by call.
        **options: see there.

    Raises:
        UnknownNameError, ArgumentError: as `fit` does.

    Example:
        >>> import numpy as np
        >>> import pandas as pd
        >>> from rates_core import CircuitTemplate, NodeTemplate, OperatorTemplate
        >>> from rates_fit import simulator
        >>> decay = OperatorTemplate("op", "x' = -k*x", {"x": "output(2.0)", "k": 1.0})
        >>> circuit = CircuitTemplate("decay", nodes={"p": NodeTemplate("n", [decay])})
        >>> data = pd.DataFrame({"p/op/x": [2.0, 1.0]}, index=[0.0, 1.0])
        >>> simulate = simulator(circuit, data, {"p/op/k": (0.0, 2.0)}, step_size=0.5, backend="numpy")
        >>> simulate(np.array([[0.0], [1.0]])).tolist()
        [[2.0, 2.0], [2.0, 0.5]]
        >>> simulate.prior.log_prob(np.array([1.0])).round(3).item()
        -0.693
    """
    setting = Setting(outputs, inputs, 1.0 if noise is None else noise, step_size, simulation_time, solver, backend,
                      seed, options)  # fmt: skip
    space, cases = cases_of(model, data, parameters, setting)
    noisy = frozenset(case.name for case in cases if noise is not None or case.noisy)
    return Simulator(space, cases, prior_of(space, priors), summaries, noisy, seed)


class Simulator:
    """A function of parameters, `[runs, numbers]`, which returns what runs with these give, `[runs, ...]`.

    Runs of an experiment go side by side where the backend can do that. A run that ends early, or whose summary is not
    finite, is a row of NaN, and stands in `failures`. A tensor of PyTorch gives a tensor.

    Attributes:
        prior: of parameters.
        names: of their numbers, in order.
        failures: of the last call: a table of parameters and reasons, by row.
    """

    def __init__(
        self,
        space: Space,
        cases: tuple[Case, ...],
        prior: Prior,
        summaries: Summaries | None,
        noisy: frozenset[str],
        seed: int | None,
    ) -> None:
        self.prior, self.names = prior, tuple(space.names)
        self._space, self._cases, self._summaries, self._noisy = space, cases, summaries, noisy
        self._generator = np.random.default_rng(seed)
        self.failures = self._table(np.zeros((0, space.size)), {})

    def __call__(self, theta: Any, seed: int | None = None) -> Any:
        """Return what runs give.

        Args:
            theta: parameters, `[runs, numbers]`; or `[numbers]` of one run, whose result has no axis of runs then.
            seed: of random numbers of this call; by default those of the simulator go on.

        Raises:
            ArgumentError: there are other numbers of parameters, or summaries are not one for each run.
        """
        values = as_array(theta)
        if values.ndim not in (1, 2) or values.shape[-1] != self._space.size:
            raise ArgumentError(
                f"theta has the shape {values.shape}; it has to be (runs, {self._space.size}): {', '.join(self.names)}."
            )
        rows = np.atleast_2d(values)
        base = int(self._generator.integers(2**62)) if seed is None else seed
        bad = np.nonzero(~np.isfinite(rows).all(axis=1))[0].tolist()
        reasons: dict[int, str] = dict.fromkeys(bad, "A parameter is not finite.")
        simulated = {}
        for place, case in enumerate(self._cases):
            seeds = [np.random.SeedSequence([base, row, place]) for row in range(len(rows))]
            simulated[case.name] = self._simulated(case, rows, seeds, reasons)
        found = self._summarised(simulated, len(rows), reasons)
        self.failures = self._table(rows, reasons)
        return like(theta, found if values.ndim == 2 else found[0])

    @property
    def observed(self) -> np.ndarray:
        """Return the data as a run would give them."""
        tables = {}
        for case in self._cases:
            tables[case.name] = np.full((1, *case.observed.there.shape), np.nan)
            tables[case.name][0, case.observed.there] = case.observed.values
        return np.asarray(self._of(tables)[0])

    def _simulated(
        self, case: Case, rows: np.ndarray, seeds: list[np.random.SeedSequence], reasons: dict[int, str]
    ) -> np.ndarray:
        """Return values at the times of data, `[runs, times, columns]`, and note which runs failed and why."""
        found = np.full((len(rows), *case.observed.there.shape), np.nan)
        able = [row for row in range(len(rows)) if row not in reasons]
        points = [self._point(case, rows[row], seeds[row]) for row in able]
        shared = {name: value for name, value in case.course.arguments({}).items()
                  if name not in ("parameters", "initial")}  # fmt: skip
        for some in case.course.model.run_many(points, **shared) if points else ():
            for number in some.numbers:
                if number in some.failures:
                    reasons.setdefault(able[number], f"'{case.name}': {some.failures[number]}")
                    continue
                found[able[number]] = case.at_times(some.frame(number).to_numpy())
        if case.name in self._noisy:
            found[:, case.observed.there] += [
                np.random.default_rng(seed.spawn(1)[0]).normal(0.0, case.observed.noise) for seed in seeds
            ]
        found[:, ~case.observed.there] = np.nan
        return found

    def _point(self, case: Case, row: np.ndarray, seed: np.random.SeedSequence) -> Point:
        """Return what sets a run apart."""
        values = {item: row[item.place].reshape(item.named.value.shape) for item in case.parameters}
        point = case.course.point({item: value if value.shape else value.item() for item, value in values.items()})
        random = int(seed.generate_state(1)[0]) if case.course.model.system.draws else None
        return Point(point.parameters, point.initial, seed=random)

    def _summarised(self, simulated: Mapping[str, np.ndarray], count: int, reasons: dict[int, str]) -> np.ndarray:
        """Return summaries, with rows of NaN for runs that failed."""
        able = np.array([row for row in range(count) if row not in reasons], dtype=int)
        if not len(able):
            return np.full((count, *np.shape(self.observed)), np.nan)
        some = self._of({name: values[able] for name, values in simulated.items()})
        if len(some) != len(able):
            raise ArgumentError(
                f"summaries returned the shape {some.shape} for {len(able)} runs: give one row for each."
            )
        found = np.full((count, *some.shape[1:]), np.nan)
        found[able] = some
        for row in able[~np.isfinite(some).reshape(len(able), -1).all(axis=1)].tolist():
            found[row], reasons[row] = np.nan, "Its summary is not finite."
        return found

    def _of(self, tables: Mapping[str, np.ndarray]) -> np.ndarray:
        if self._summaries is None:
            parts = [tables[case.name][:, case.observed.there] for case in self._cases]
            return np.concatenate(parts, axis=1)
        given = tables if len(tables) > 1 else next(iter(tables.values()))
        found = self._summaries(given)
        return as_array(found)

    def _table(self, rows: np.ndarray, reasons: Mapping[int, str]) -> pd.DataFrame:
        order = sorted(reasons)
        table = pd.DataFrame(rows[order], index=pd.Index(order, name="row", dtype=int), columns=list(self.names))
        table["reason"] = [reasons[row] for row in order]
        return table
