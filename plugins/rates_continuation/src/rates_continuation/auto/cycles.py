"""Cycles as Auto-07p computes them from a Hopf point, in the model's order, for whoever makes a branch of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from attrs import field, frozen

from rates_continuation.auto.computation import RESTART, Point, computed
from rates_continuation.auto.constants import PERIOD
from rates_continuation.auto.equations import MOST, AutoEquations
from rates_continuation.auto.solutions import hopf_point
from rates_continuation.interrupts import Interrupts
from rates_continuation.vector_field import Field

DEGREE = 4
NEAR = 0.1  # distance of a multiplier from where it has to be, at a mesh and with digits that are what they are
SMALL = 1e-3  # of the largest: below it a state counts as at rest
CONVERGED = {"EPSL": 1e-8, "EPSU": 1e-8, "EPSS": 1e-7}  # what the linear equations of cycles allow
LOCATED = 1e-6  # relative error with which a period is located
FAR = 20.0  # times the period at the start: a longer one is next to a homoclinic orbit


@frozen(eq=False)
class AutoCycle:
    """A cycle as Auto-07p computed it.

    Attributes:
        kind: `LPC`, `BP`, `PD`, `NS`, or nothing: what Auto-07p reports and multipliers bear out.
        type: what Auto-07p calls it: `LP`, `BP`, `PD`, `TR`, `UZ`, `EP`, `MX`, or nothing.
        p: the free parameter, as an array of one.
        period: in the model's time.
        times: of the nodes, in periods, from 0 to 1, `[nodes]`.
        profile: `[nodes, states]`, states in the field's order.
        intervals: of the mesh; `times[::degree]` are their ends.
        degree: of the polynomials on each.
        multipliers: as Auto-07p prints them, with six digits; none where it did not.
        stable: whether Auto-07p says that it is.
    """

    kind: str
    type: str
    p: np.ndarray
    period: float
    times: np.ndarray
    profile: np.ndarray
    intervals: int
    degree: int
    multipliers: np.ndarray
    stable: bool


@frozen(eq=False)
class AutoCycles:
    """Cycles along a curve, every one that was computed, from the Hopf point on.

    Attributes:
        parameters: paths of the free parameters.
        states: path of each state.
        cycles: in the order of the curve.
        ended: why it ends; see `rates_continuation.branch.REASONS`. `period` where that became too long.
    """

    parameters: tuple[str, ...]
    states: tuple[str, ...]
    cycles: tuple[AutoCycle, ...]
    ended: str


@frozen
class CycleSettings:
    """How cycles are followed.

    Attributes:
        intervals: of the mesh.
        most: number of points.
        first: length of the first step, in scales.
        largest: that of the largest.
        longest: period at which the curve ends; None is `FAR` times the one at the start.
        interrupts: by which it ends, too.
    """

    intervals: int = 128
    most: int = 1000
    first: float = 0.01
    largest: float = 0.1
    longest: float | None = None
    interrupts: Interrupts = field(factory=Interrupts, eq=False)


@frozen(eq=False)
class HopfPoint:
    """Where cycles begin.

    Attributes:
        x: the equilibrium.
        p: the free parameter.
        period: of small cycles.
    """

    x: np.ndarray
    p: float
    period: float


def cycle_scale(field: Field, x: np.ndarray, p: np.ndarray, period: float) -> np.ndarray:
    """Return the scales in which states swing at a Hopf point.

    They are those of the eigenvector, as large as the states are, so that one which rests at 0 has a scale too.
    """
    values, vectors = np.linalg.eig(field.by_states(x, p))
    swing = np.abs(vectors[:, np.argmin(np.abs(values - 2j * np.pi / period))])
    taking_part = (swing > SMALL * np.max(swing)) & (np.abs(x) > SMALL * np.max(np.abs(x), initial=0.0))
    size = float(np.median(np.abs(x[taking_part]) / swing[taking_part])) if taking_part.any() else 1.0
    scale = np.maximum(np.abs(x), size * swing)
    return np.asarray(np.maximum(scale, SMALL * np.max(scale)))


def cycles_from(
    auto: AutoEquations, folder: Path, hopf: HopfPoint, bounds: tuple[float, float], settings: CycleSettings
) -> tuple[tuple[AutoCycle, ...], str]:
    """Return the cycles that begin at a Hopf point, and why their curve ends.

    Args:
        auto: the equations.
        folder: that is made for the computation.
        hopf: the point.
        bounds: of the parameter.
        settings: how they are followed.
    """
    longest = settings.longest or FAR * hopf.period
    values = np.zeros(MOST)
    for place, value in {**auto.par(hopf.p), PERIOD: hopf.period}.items():
        values[place - 1] = value
    lower, upper = auto.bounds(*bounds)
    constants = {
        "s": RESTART, "NDIM": auto.size, "IPS": 2, "IRS": 1, "ICP": [auto.parameter, PERIOD],
        "NTST": settings.intervals, "IAD": 1, "NCOL": DEGREE, "NMX": settings.most + 1, "RL0": lower, "RL1": upper,
        "UZSTOP": {auto.parameter: [lower, upper], PERIOD: longest}, "DS": settings.first, "DSMIN": 1e-8,
        "DSMAX": settings.largest, "THL": {PERIOD: 0.0}, **CONVERGED,
    }  # fmt: skip
    start = hopf_point(auto.u(hopf.x), values)
    points = computed(auto, folder, constants, start)
    points = _until_too_long(points, longest)
    return tuple(_cycle(auto, point) for point in points), _ended(points, settings, longest)


def _until_too_long(points: list[Point], longest: float) -> list[Point]:
    """Return points up to the first whose period is too long, at which Auto-07p may not have stopped."""
    for number, point in enumerate(points):
        if point.solution.period >= longest * (1 - LOCATED):
            return points[: number + 1]
    return points


def _cycle(auto: AutoEquations, point: Point) -> AutoCycle:
    solution = point.solution
    p = np.array([auto.p(solution.parameters)])
    return AutoCycle(
        _kind(point), point.row.kind, p, solution.period, solution.times, auto.x(solution.profile), solution.intervals,
        solution.degree, point.spectrum, point.row.stable,
    )  # fmt: skip


def _kind(point: Point) -> str:
    """Return what a point is, if its multipliers are those of such a point.

    Where a multiplier is large, and changes its sign by way of infinity, Auto-07p reports branch points that are none.
    """
    from_one, from_minus_one = (np.sort(np.abs(point.spectrum - place)) for place in (1.0, -1.0))
    pairs = point.spectrum[np.abs(point.spectrum.imag) > 0]
    from_circle = np.abs(np.abs(pairs) - 1.0)
    match point.row.kind:
        case "LP" if _near(from_one[1:2]):  # the first one is that of the phase
            return "LPC"
        case "BP" if _near(from_one[1:2]):
            return "BP"
        case "PD" if _near(from_minus_one[:1]):
            return "PD"
        case "TR" if _near(from_circle):
            return "NS"
    return ""


def _near(distances: np.ndarray) -> bool:
    return bool(np.any(distances < NEAR))


def _ended(points: Sequence[Point], settings: CycleSettings, longest: float) -> str:
    if not points:
        return "interrupted"
    last = points[-1]
    if last.solution.period >= longest * (1 - LOCATED):
        return "period"
    if last.row.kind not in ("UZ", "EP"):
        return "interrupted" if settings.interrupts.heard else "stalled"
    return "steps" if len(points) > settings.most else "bound"
