"""Curves as tables in the form that users of PyCoBi know."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from rates_continuation.ode_system.names import PERIOD, TIME, Names
from rates_continuation.ode_system.solutions import Curve, Solution
from rates_continuation.ode_system.wanted import Wanted

if TYPE_CHECKING:
    import pandas as pd

SAMPLES = 200  # of a cycle, at equal times, where it is not reduced to its extremes


def summary_of(curve: Curve, names: Names) -> pd.DataFrame:
    """Return a curve as a table: a row per solution, columns of two levels, the second one of which is often empty."""
    import pandas as pd

    columns: dict[tuple[str, Any], Any] = {}
    solutions, wanted = curve.solutions, curve.wanted
    for path in wanted.variables if wanted.variables is not None else names.states:
        columns.update(_variable(solutions, path, wanted))
    if wanted.eigenvalues:
        columns.update(_numbered("eigenvalues", [item.eigenvalues for item in solutions]))
    if wanted.lyapunov:
        columns.update(_numbered("lyapunov_exponents", [_growth(item) for item in solutions]))
    columns["bifurcation", ""] = [label for label, _ in curve.labels]
    columns["bifurcation_index", ""] = [count for _, count in curve.labels]
    for path in _parameters(curve, names, wanted):
        columns[path, ""] = [item.parameters.get(path, names.values.get(path, np.nan)) for item in solutions]
    if curve.what == "time":
        columns[TIME, ""] = [item.time for item in solutions]
    if wanted.timeseries and curve.what == "cycles":
        columns["time", ""] = [_times(item) for item in solutions]
    if wanted.stability and curve.what != "time":
        columns["stability", ""] = [bool(item.stable) for item in solutions]
    if wanted.period or curve.what == "cycles":
        columns[PERIOD, ""] = [item.period for item in solutions]
    if names.called and curve.what == "cycles":
        columns["PAR(11)", ""] = columns[PERIOD, ""]
    table = pd.DataFrame(columns, index=range(1, len(solutions) + 1))
    table.columns = pd.MultiIndex.from_tuples([(names.shown(name), number) for name, number in columns])
    return table


def _variable(solutions: Sequence[Solution], path: str, wanted: Wanted) -> Mapping[tuple[str, Any], Any]:
    if not solutions or solutions[0].profile is None:
        return {(path, 0): [item.states[path] for item in solutions]}
    if wanted.reduced:
        smallest = [np.nan if item.smallest is None else item.smallest[path] for item in solutions]
        return {(path, 0): smallest, (path, 1): [item.states[path] for item in solutions]}
    values = np.array([_values(item, path) for item in solutions])
    return {(path, number): values[:, number] for number in range(SAMPLES + 1)}


def _values(solution: Solution, path: str) -> np.ndarray:
    assert solution.profile is not None
    return np.asarray(solution.profile.at(_times(solution))[:, solution.profile.states.index(path)])


def _times(solution: Solution) -> np.ndarray:
    return np.linspace(0.0, solution.period, SAMPLES + 1)


def _numbered(name: str, rows: Sequence[np.ndarray]) -> Mapping[tuple[str, Any], Any]:
    count = max((len(row) for row in rows), default=0)
    return {(name, number): [row[number] if number < len(row) else np.nan for row in rows] for number in range(count)}


def _growth(solution: Solution) -> np.ndarray:
    """Return the growth rates of small changes of a solution; along a cycle nothing grows, which is left out."""
    if solution.profile is None:
        return np.asarray(solution.eigenvalues.real)
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(np.abs(solution.eigenvalues)) / solution.period)


def _parameters(curve: Curve, names: Names, wanted: Wanted) -> list[str]:
    if wanted.params is not None:
        return [path for path in wanted.params if path not in (PERIOD, TIME)]
    varied = [path for item in curve.solutions[:1] for path in item.parameters]
    first = () if names.called else curve.free  # scripts find them by their numbers
    return list(dict.fromkeys([*first, *names.parameters.values(), *varied]))
