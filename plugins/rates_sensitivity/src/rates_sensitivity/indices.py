"""How much of what a reduction of runs is rests on which parameters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from rates_core.errors import ArgumentError, SimulationError, shown
from rates_core.sweeps import SweepResult, points, sweep
from rates_core.sweeps.ranges import ranges_of

from rates_sensitivity.result import Sensitivity

Ranges = Mapping[str, tuple[Any, ...]]


def sobol_indices(
    circuit: Any,
    ranges: Ranges,
    count: int,
    simulation_time: float,
    *,
    reduce: Any,
    second_order: bool = False,
    confidence: float = 0.95,
    seed: int | None = None,
    **options: Any,
) -> Sensitivity:
    """Return Sobol indices [saltelli2010]_: shares of the variance over independent, uniform parameters.

    `S1` is the share that a parameter explains alone, `ST` the share that it takes part in, `S2` that of a pair beyond
    what each explains alone; each with the half width of its confidence interval (`_conf`).

    Args:
        circuit: a circuit, or the path of one.
        ranges: `(low, high)` by path or name, or `(low, high, "log")`, as for `rates_core.sweeps.sobol`.
        count: base samples, a power of 2; `count*(D + 2)` points run for D parameters, `count*(2*D + 2)` with S2.
        simulation_time: as for `sweep`.
        reduce: what is looked at of each point, as for `sweep`: every number that it gives has its own indices.
        second_order: also indices of pairs.
        confidence: level of the intervals.
        seed: equal seeds give equal points and intervals.
        **options: other arguments of `sweep`: `step_size`, `outputs`, `paths`, `save`, `executor`, …

    Raises:
        ArgumentError: a range or an argument is none.
        SimulationError: a point ended early, without which there are no indices; its `result` is the sweep.
    """
    from SALib.analyze import sobol as estimator
    from SALib.sample import sobol as sampler

    if not _is_power_of_two(count):
        raise ArgumentError(f"count must be a power of 2, at which Sobol's points are balanced; it is {shown(count)}.")
    _check_level(confidence)
    problem = _problem(ranges)
    shares = sampler.sample(problem, int(count), calc_second_order=second_order, seed=seed)
    result = _swept(circuit, ranges, shares, simulation_time, reduce, options)

    def estimated(values: np.ndarray) -> dict[str, Any]:
        found: dict[str, Any] = estimator.analyze(
            problem, values, calc_second_order=second_order, conf_level=confidence, seed=seed
        )
        return found

    found = _by_quantity(result, estimated)
    table = _table(found, list(ranges), ("S1", "S1_conf", "ST", "ST_conf"))
    return Sensitivity("sobol", table, _pairs(found, list(ranges)) if second_order else None, result)


def morris_effects(
    circuit: Any,
    ranges: Ranges,
    count: int,
    simulation_time: float,
    *,
    reduce: Any,
    levels: int = 4,
    confidence: float = 0.95,
    seed: int | None = None,
    **options: Any,
) -> Sensitivity:
    """Return elementary effects [morris1991]_: what a step of one parameter does, over random paths through the ranges.

    `mu` is their mean, `mu_star` the mean of their sizes [campolongo2007]_ with the half width of its confidence
    interval (`mu_star_conf`), `sigma` their standard deviation, all per whole range of the parameter. A large `sigma`
    means that the effect rests on where the other parameters are, or is not linear.

    Args:
        circuit: a circuit, or the path of one.
        ranges: as in `sobol_indices`.
        count: paths; `count*(D + 1)` points run for D parameters.
        simulation_time: as for `sweep`.
        reduce: as in `sobol_indices`.
        levels: of the grid on which paths lie, an even number.
        confidence: level of the interval.
        seed: equal seeds give equal points and intervals.
        **options: other arguments of `sweep`.

    Raises:
        ArgumentError: a range or an argument is none.
        SimulationError: a point ended early, without which there are no effects; its `result` is the sweep.
    """
    from SALib.analyze import morris as estimator
    from SALib.sample import morris as sampler

    if isinstance(count, bool) or not isinstance(count, int | np.integer) or count < 2:
        raise ArgumentError(f"count must be a whole number of at least 2; it is {shown(count)}.")
    if isinstance(levels, bool) or not isinstance(levels, int | np.integer) or levels < 2 or levels % 2:
        raise ArgumentError(f"levels must be an even number of at least 2; it is {shown(levels)}.")
    _check_level(confidence)
    problem = _problem(ranges)
    shares = sampler.sample(problem, int(count), num_levels=int(levels), seed=seed)
    result = _swept(circuit, ranges, shares, simulation_time, reduce, options)

    def estimated(values: np.ndarray) -> dict[str, Any]:
        found: dict[str, Any] = estimator.analyze(
            problem, shares, values, conf_level=confidence, num_levels=int(levels), seed=seed
        )
        return found

    columns = ("mu", "mu_star", "mu_star_conf", "sigma")
    return Sensitivity("morris", _table(_by_quantity(result, estimated), list(ranges), columns), None, result)


def _problem(ranges: Ranges) -> dict[str, Any]:
    """Return the problem as SALib takes it: shares of each range."""
    names = list(ranges_of(ranges))
    return {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names)}


def _check_level(confidence: Any) -> None:
    if isinstance(confidence, bool) or not isinstance(confidence, int | float) or not 0 < confidence < 1:
        raise ArgumentError(f"confidence must be a number between 0 and 1; it is {shown(confidence)}.")


def _is_power_of_two(count: Any) -> bool:
    whole = isinstance(count, int | np.integer) and not isinstance(count, bool)
    return whole and count > 0 and int(count) & (int(count) - 1) == 0


def _swept(
    circuit: Any, ranges: Ranges, shares: np.ndarray, simulation_time: float, reduce: Any, options: Mapping[str, Any]
) -> SweepResult:
    """Run all points.

    Raises:
        SimulationError: one ended early.
    """
    spans = ranges_of(ranges)
    values = {name: span.at(column) for (name, span), column in zip(spans.items(), shares.T, strict=True)}
    result = sweep(circuit, points(values), simulation_time, reduce=reduce, **options)
    ended = result.ended_early
    if ended:
        number, first = next(iter(ended.items()))
        raise SimulationError(
            f"{len(ended)} of {len(result)} points ended early, and indices need all of them. Choose ranges in which "
            f"every run ends. The first is point {number}: {first.reason}",
            first.time,
            result,
        )
    return result


def _by_quantity(result: SweepResult, estimated: Callable[[np.ndarray], dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return what is estimated of each number that is kept.

    Raises:
        ArgumentError: a number is complex or is not finite at all points.
    """
    found = {}
    for name in result.names:
        values = result[name]
        if values.dtype.kind == "c":
            raise ArgumentError(f"reduce: '{name}' is complex; its variance has no shares. Take its size or a part.")
        if not np.isfinite(values).all():
            raise ArgumentError(f"reduce: '{name}' is NaN or infinite at point {int(np.argmin(np.isfinite(values)))}.")
        with np.errstate(invalid="ignore"):  # a number that does not vary is divided by 0
            found[name] = estimated(values)
    return found


def _table(found: Mapping[str, Mapping[str, Any]], names: list[str], columns: tuple[str, ...]) -> pd.DataFrame:
    """Return a table with a row for each number and parameter."""
    index = pd.MultiIndex.from_product([list(found), names], names=["quantity", "parameter"])
    data = {column: np.concatenate([np.asarray(item[column], dtype=float) for item in found.values()])
            for column in columns}  # fmt: skip
    return pd.DataFrame(data, index=index)


def _pairs(found: Mapping[str, Mapping[str, Any]], names: list[str]) -> pd.DataFrame:
    """Return a table with a row for each number and pair of parameters."""
    upper = np.triu_indices(len(names), 1)
    rows = [(name, names[i], names[j]) for name in found for i, j in zip(*upper, strict=True)]
    index = pd.MultiIndex.from_tuples(rows, names=["quantity", "parameter", "other"])
    data = {column: np.concatenate([np.asarray(item[column])[upper] for item in found.values()])
            for column in ("S2", "S2_conf")}  # fmt: skip
    return pd.DataFrame(data, index=index)
