"""Searches over several curves: points of codimension two and what begins there, and cascades of period doublings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import field, frozen
from rates_core.errors import ArgumentError, RatesError, shown, warn

from rates_continuation.bounds import count
from rates_continuation.interrupts import interrupted, interruptible
from rates_continuation.ode_system.solutions import Curve
from rates_continuation.ode_system.system import ODESystem
from rates_continuation.two_parameter_curve import TwoParameterCurve

if TYPE_CHECKING:
    import pandas as pd

CODIMENSION_TWO = ("ZH", "GH", "BT")
AWAY = 0.02  # of a Hopf curve: so far from a generalised Hopf point cycles are followed, whose fold is looked for
PERIOD = 11


@interruptible()
def codim2_search(
    params: Sequence[Any],
    starting_points: Sequence[str | int],
    origin: Curve | str | int,
    pyauto_instance: ODESystem,
    max_recursion_depth: int = 3,
    recursion: int = 0,
    periodic: bool = False,
    kwargs_2D_lc_cont: Mapping[str, Any] | None = None,  # noqa: N803 names of PyCoBi
    kwargs_2D_cont: Mapping[str, Any] | None = None,  # noqa: N803
    kwargs_1D_lc_cont: Mapping[str, Any] | None = None,  # noqa: N803
    precision: int = 2,
    codim2_types: Sequence[str] = CODIMENSION_TWO,
    **kwargs: Any,
) -> dict[str, int]:
    """Follow special points in two parameters, and the curves that begin at points of codimension two on these.

    At `BT` and `ZH` the curve of Hopf points, or of folds, begins that the search did not come on; at `GH` one of folds
    of cycles. What begins nowhere is a warning.

    Args:
        params: names of both parameters.
        starting_points: labels of special points.
        origin: the curve on which they are.
        pyauto_instance: the system.
        max_recursion_depth: how many curves may follow from each other.
        recursion: how many did so far; it counts for names alone.
        periodic: whether the points are cycles.
        kwargs_2D_lc_cont: constants for curves of cycles.
        kwargs_2D_cont: for those of equilibria.
        kwargs_1D_lc_cont: for cycles between a generalised Hopf point and the fold that begins there.
        precision: decimals of parameters in which points that are one agree.
        codim2_types: kinds of points at which curves are followed on.
        kwargs: constants for all of them; `name`, with which names begin.

    Returns:
        The number of each curve, by name.

    Raises:
        ArgumentError: there are not two parameters, or a kind is none of these.
    """
    if isinstance(params, str) or len(params) != 2:
        raise ArgumentError(f"params must name two parameters; it is {shown(params)}.")
    unknown = [kind for kind in codim2_types if kind not in CODIMENSION_TWO]
    if unknown:
        raise ArgumentError(f"codim2_types may have {', '.join(CODIMENSION_TWO)}; it has {shown(unknown[0])}.")
    search = _Search(
        pyauto_instance, list(params), precision, tuple(codim2_types), dict(kwargs_2D_lc_cont or {}),
        dict(kwargs_2D_cont or {}), dict(kwargs_1D_lc_cont or {}),
        {key: value for key, value in kwargs.items() if key != "name"},
    )  # fmt: skip
    name = str(kwargs.get("name", "codim2"))
    for point in starting_points:
        called = f"{name}:{point}" if len(starting_points) > 1 or "name" not in kwargs else name
        search.follow(
            pyauto_instance.get_continuation(origin), point, called, periodic, max_recursion_depth - recursion
        )
    return search.found


@frozen(eq=False)
class _Search:
    """Curves in two parameters, each once.

    Attributes:
        ode: the system.
        params: both parameters.
        precision: decimals in which points agree.
        kinds: of points at which curves are followed on.
        of_cycles: constants for curves of cycles.
        of_equilibria: for those of equilibria.
        between: for cycles in one parameter.
        constants: for all.
        found: number of each curve by name.
        known: points of codimension two, as kind and parameters.
    """

    ode: ODESystem
    params: list[Any]
    precision: int
    kinds: tuple[str, ...]
    of_cycles: Mapping[str, Any]
    of_equilibria: Mapping[str, Any]
    between: Mapping[str, Any]
    constants: Mapping[str, Any]
    found: dict[str, int] = field(factory=dict)
    known: set[tuple[Any, ...]] = field(factory=set)

    def follow(self, origin: Curve, point: str | int, name: str, periodic: bool, depth: int) -> None:
        """Follow the curve through a point, and what begins on it."""
        if interrupted():
            return
        own: Mapping[str, Any] = self.of_cycles if periodic else self.of_equilibria
        settings = {"bidirectional": True, **self.constants, **own}
        try:
            _, curve = self.ode.run(
                origin, point, name=name,
                **{**settings, "ICP": [*self.params, PERIOD] if periodic else self.params, "ISW": 2,
                   "IPS": 2 if periodic else 1},
            )  # fmt: skip
        except RatesError as error:
            warn(f"No curve in two parameters was found from {point}: {error}", UserWarning)
            return
        self.found[name] = curve.key
        begun = list(self._begun(curve)) if not periodic else []
        for label in begun if depth > 0 else []:
            called = f"{name}/{label}"
            if label.startswith("GH"):
                self._folds_of_cycles(curve, label, called, depth - 1)
            else:
                self.follow(curve, label, called, False, depth - 1)

    def _begun(self, curve: Curve) -> Iterator[str]:
        """Yield the labels of points of codimension two that were not met before."""
        for (label, number), solution in zip(curve.labels, curve.solutions, strict=True):
            if label not in self.kinds:
                continue
            at = (label, *(round(solution.parameters[path], self.precision) for path in curve.free))
            if at not in self.known:
                self.known.add(at)
                yield f"{label}{number}"

    def _folds_of_cycles(self, curve: Curve, label: str, name: str, depth: int) -> None:
        """Follow the folds of cycles that begin at a generalised Hopf point, beside which cycles turn round."""
        start = _subcritical(curve, curve.index(label))
        in_both = ("UZR", "UZSTOP")  # of the two parameters, one of which does not vary here
        own = {key: value for key, value in self.constants.items() if key not in in_both}
        settings = {**own, "bidirectional": False, **self.between}
        stop = {"STOP": ["LP1"], "ICP": [self.params[0], PERIOD], "IPS": 2, "ISW": 1}
        try:
            _, cycles = self.ode.run(curve, start, name=f"{name}:cycles", **{**settings, **stop})
            cycles.index("LP1")
        except RatesError as error:
            warn(f"No fold of cycles was found beside {label} of the curve '{curve.name}': {error}", UserWarning)
            return
        self.found[f"{name}:cycles"] = cycles.key
        self.follow(cycles, "LP1", name, True, depth)


def _subcritical(curve: Curve, number: int) -> int:
    """Return the number of a Hopf point near a generalised one, on the side where cycles that begin are unstable."""
    branch = curve.branch
    assert isinstance(branch, TwoParameterCurve)
    places = [
        int(np.argmin(np.linalg.norm(branch.p - list(_p(curve, k)), axis=1))) for k in range(len(curve.solutions))
    ]
    coefficients = branch.coefficients[places]
    away = max(1, int(AWAY * len(curve.solutions)))
    sides = [k for k in (number + away, number - away) if 0 <= k < len(curve.solutions) and coefficients[k] > 0]
    return (sides or [number])[0] + 1


def _p(curve: Curve, number: int) -> Iterator[float]:
    return (curve.solutions[number].parameters[path] for path in curve.free)


@interruptible()
def continue_period_doubling_bf(
    solution: pd.DataFrame | Mapping[Any, Any],
    continuation: Curve | str | int,
    pyauto_instance: ODESystem,
    icp: Any,
    max_iter: int = 1000,
    **run_kwargs: Any,
) -> tuple[list[str], ODESystem]:
    """Follow cycles of twice the period from every period doubling, and so on.

    Where there is none, the cycles that cross at the first branch point are followed, and go on if they double.

    Args:
        solution: table of the cycles, of which the labels are read.
        continuation: the curve of cycles.
        pyauto_instance: the system.
        icp: name of the parameter that varies.
        max_iter: how often the period may double.
        run_kwargs: constants for all curves.

    Returns:
        The names of the curves, `pd_d0_PD1` for the first of them, and the system.

    Raises:
        ArgumentError: `max_iter` is no positive whole number.
    """
    names = list[str]()
    labels = _labels(solution)
    _cascade(pyauto_instance, pyauto_instance.get_continuation(continuation), labels, icp, count("max_iter", max_iter),
             run_kwargs, names)  # fmt: skip
    return names, pyauto_instance


def _labels(solution: Any) -> list[str]:
    """Return the labels of all points of a table, each as often as it is there."""
    if isinstance(solution, Mapping):
        return [str(row["bifurcation"]) for row in solution.values()]
    return [str(label) for label in solution["bifurcation"]]


def _cascade(
    ode: ODESystem, curve: Curve, labels: Sequence[str], icp: Any, left: int, constants: Mapping[str, Any],
    names: list[str], depth: int = 0,
) -> None:  # fmt: skip
    doublings = [f"PD{number + 1}" for number in range(labels.count("PD"))]
    for point in doublings or ["BP1"] * min(1, labels.count("BP")):
        if interrupted():
            return
        name = f"pd_d{depth}_{point}" if f"pd_d{depth}_{point}" not in names else f"pd_d{depth}_{point}_{len(names)}"
        try:
            _, found = ode.run(
                curve, point, name=name, **{**constants, "IPS": 2, "ISW": -1, "ICP": [icp, PERIOD]}
            )  # fmt: skip
        except RatesError as error:
            warn(f"No cycles were found from {point} of the curve '{curve.name or curve.key}': {error}", UserWarning)
            continue
        names.append(name)
        own = [label for label, _ in found.labels]
        if left > 1 and ("PD" in own or (point.startswith("PD") and "BP" in own)):
            _cascade(ode, found, own, icp, left - 1, constants, names, depth + 1)
