"""The points of a branch in the order in which Auto-07p would come to them, with its labels."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from attrs import evolve, frozen

from rates_continuation.branch import Branch
from rates_continuation.cycle_branch import CycleBranch
from rates_continuation.native.equilibria import is_unstable
from rates_continuation.ode_system.settings import Settings
from rates_continuation.ode_system.solutions import END, FAILED, LABELS, REGULAR, Solution
from rates_continuation.special import SpecialPoint
from rates_continuation.two_parameter_curve import TwoParameterCurve
from rates_continuation.user_points import sizes

Points = Branch | TwoParameterCurve
ON = 1e-9  # of the way to the next point: a special point that lies no farther is the point before it


@frozen(eq=False)
class Row:
    """A solution at its place along a branch.

    Attributes:
        place: number of the point before, and the share of the way to the next one.
        solution: there.
        ends: whether the curve ends there, because a parameter has a value at which it shall.
    """

    place: float
    solution: Solution
    ends: bool = False


def rows_of(
    branch: Points, others: Mapping[str, float], left_out: frozenset[str], user: Sequence[tuple[SpecialPoint, bool]]
) -> list[Row]:
    """Return all points of a branch, special points and user points, in its order.

    Args:
        branch: of solutions.
        others: values of parameters that do not vary along it, where they are not those of the model.
        left_out: labels of special points that are not wanted.
        user: user points, and whether the curve ends there.
    """
    rows = {float(number): Row(float(number), solution) for number, solution in enumerate(_regular(branch, others))}
    wanted = [(point, False) for point in branch.specials if _label(point.kind) not in left_out]
    for point, ends in [*wanted, *user]:
        place = _place(branch, point)
        before = rows[float(point.number)].solution
        own = {path: point[path] for path in branch.parameters}
        found = evolve(
            before,
            label=_label(point.kind),
            parameters={**others, **own},
            states={path: point[path] for path in branch.states},
            smallest=None if point.profile is None else _named(branch, point.profile.extremes[0]),
            eigenvalues=point.eigenvalues,
            stable=_is_stable(branch, point.eigenvalues) if point.kind == "UZ" else before.stable,
            period=point.period,
            profile=point.profile,
            special=point,
        )
        rows[place] = Row(place, found, ends)
    return [rows[place] for place in sorted(rows)]


def _label(kind: str) -> str:
    return LABELS.get(kind, kind)


def _named(branch: Points, x: np.ndarray) -> dict[str, float]:
    return dict(zip(branch.states, x.tolist(), strict=True))


def _regular(branch: Points, others: Mapping[str, float]) -> Iterator[Solution]:
    """Yield the points that were computed along a branch."""
    periods = branch.periods if isinstance(branch, CycleBranch | TwoParameterCurve) else None
    cycles = branch if isinstance(branch, CycleBranch) else None
    for number in range(len(branch)):
        yield Solution(
            label=REGULAR,
            parameters={**others, **dict(zip(branch.parameters, branch.p[number].tolist(), strict=True))},
            states=_named(branch, branch.x[number]),
            smallest=None if cycles is None else _named(branch, cycles.smallest[number]),
            eigenvalues=branch.eigenvalues[number],
            stable=bool(branch.unstable[number] == 0),
            period=float("nan") if periods is None else float(periods[number]),
            profile=None if cycles is None else cycles.profiles[number],
        )


def _is_stable(branch: Points, eigenvalues: np.ndarray) -> bool:
    if isinstance(branch, CycleBranch):
        return bool(np.all(np.abs(eigenvalues) <= 1))
    return not bool(np.any(is_unstable(eigenvalues)))


def _place(branch: Points, point: SpecialPoint) -> float:
    """Return where along a branch a special point lies."""
    number = min(point.number, len(branch) - 2)
    if number < 0:
        return 0.0
    z = np.hstack([branch.p, branch.x])
    own = np.array([point[path] for path in (*branch.parameters, *branch.states)])
    chord, way = ((end - z[number]) / sizes(z) for end in (z[number + 1], own))
    share = float(way @ chord) / (float(chord @ chord) or 1.0)
    if point.kind == "UZ" or not isinstance(point.error, float) or point.error != point.error:
        share = 0.0 if abs(share) < ON else 1.0 if abs(share - 1.0) < ON else share
        return number + min(max(share, 0.0), 1.0)
    return number + min(max(share, ON), 1.0 - ON)


def in_order(
    rows: Sequence[Row], ended: tuple[str, str], start: int, forwards: bool, both: bool, settings: Settings
) -> list[Solution]:
    """Return the solutions from a start in one direction, or from the far end of the other one, with labels at ends.

    Args:
        rows: in the order of the branch.
        ended: why the branch ends at its first and its last point.
        start: number of the row where it starts.
        forwards: whether the wanted direction is that of the branch.
        both: whether the curve is followed to both sides.
        settings: that say where it ends.
    """
    closed = "closed" in ended
    before, behind = list(reversed(rows[: start + 1])), list(rows[start:])
    if closed:  # all the way round, to the start again
        before, behind = [*before, *reversed(rows[start:-1])], [*behind, *rows[1 : start + 1]]
    first, last = (ended[0], ended[1]) if forwards else (ended[1], ended[0])
    back, on = (before, behind) if forwards else (behind, before)
    on = _cut(on, settings, last)
    if both and not closed:
        back = _cut(back, settings, first)
        return [row.solution for row in [*reversed(back[1:]), *_middle(on, back)]]
    return [row.solution for row in on]


def _middle(on: list[Row], back: list[Row]) -> list[Row]:
    """Return what lies behind the start, which is an end no more."""
    start = on[0]
    if len(back) > 1 and len(on) > 1 and start.solution.label == END:
        special = start.solution.special
        start = evolve(
            start, solution=evolve(start.solution, label=REGULAR if special is None else _label(special.kind))
        )
    return [start, *on[1:]]


def _cut(rows: list[Row], settings: Settings, ended: str) -> list[Row]:
    """Return rows from a start to where they have to end, with labels at both ends."""
    counts, kept = dict[str, int](), rows
    for number, row in enumerate(rows):
        if number == 0:
            continue
        label = row.solution.label
        counts[label] = counts.get(label, 0) + 1
        if row.ends or (label, counts[label]) in settings.stops:
            kept, ended = rows[: number + 1], ""
            break
    found = [_end(kept[0], END), *kept[1:]]
    if len(found) > 1 and found[-1].solution.label == REGULAR:
        found[-1] = _end(found[-1], FAILED if ended == "stalled" else END)
    return found


def _end(row: Row, label: str) -> Row:
    return evolve(row, solution=evolve(row.solution, label=label))
