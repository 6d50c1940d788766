"""The lines of a branch in the plane of a picture, and where its special points lie there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain

import numpy as np

from rates_continuation.branch import Branch
from rates_continuation.cycle_branch import CycleBranch
from rates_continuation.native.engine import Followed
from rates_continuation.pictures.parts import Part, between, parts_of
from rates_continuation.pictures.smooth import Knots
from rates_continuation.special import SpecialPoint

PERIOD = "period"  # what cycles have besides states
EVEN = 1e-3  # by which cycles must shrink from one to the next to tell where nothing is left of them


def lines_of(branch: Branch, path: str) -> Iterator[Iterator[Part]]:
    """Yield each line of a branch, in parts.

    Args:
        branch: of equilibria, which has one line; or of cycles, which has one of the largest and one of the smallest
            values.
        path: of a state or parameter; or `period`.

    Raises:
        UnknownNameError: the branch has nothing of that path.
    """
    if len(branch) < 2:
        return
    stable = stability(branch.unstable == 0, branch.specials)
    if isinstance(branch, CycleBranch):
        yield from _of_cycles(branch, path, stable)
        return
    up = branch.column(path)
    if _has_tangents(branch):
        knots = _with_tangents(branch, branch.found, path)
    else:
        points = _with_specials(branch, up, [point[path] for point in branch.specials])
        knots = Knots.through(points, special_numbers(branch.specials))
    yield parts_of(knots, stable)


def places_of(branch: Branch, path: str) -> dict[str, list[tuple[float, float]]]:
    """Return where the special points of a branch lie, by kind; those of cycles have two places."""
    found: dict[str, list[tuple[float, float]]] = {}
    for point in branch.specials:
        for up in special_values(branch, point, path):
            found.setdefault(point.kind, []).append((point[branch.parameters[0]], up))
    return found


def special_values(branch: Branch, point: SpecialPoint, path: str) -> tuple[float, ...]:
    """Return the value of a special point, or of one on a cycle the largest and the smallest."""
    if not isinstance(branch, CycleBranch):
        return (point[path],)
    if path == PERIOD:
        return (point.period,)
    if path not in branch.states or point.profile is None:
        return (point[path],)
    return point[path], float(point.profile.extremes[0][branch.states.index(path)])


def stability(stable: np.ndarray, specials: Sequence[SpecialPoint]) -> list[bool]:
    """Return what is stable between all points of a line, special ones among them."""
    passed: list[list[SpecialPoint]] = [[] for _ in stable]
    for point in specials:
        passed[point.number].append(point)
    pieces = (between(bool(stable[k]), bool(stable[k + 1]), passed[k]) for k in range(len(stable) - 1))
    return list(chain.from_iterable(pieces))


def special_numbers(specials: Sequence[SpecialPoint]) -> list[int]:
    """Return the numbers of special points in a line that has them all."""
    return [point.number + 1 + before for before, point in enumerate(specials)]


def _has_tangents(branch: Branch) -> bool:
    """Tell whether the engine knows tangents of a branch in its own parameters and states."""
    if not isinstance(branch.found, Followed) or len(branch.found.points) != len(branch):
        return False
    return len(branch.found.points[0].place.z) == len(branch.states) + len(branch.parameters)


def _with_tangents(branch: Branch, found: Followed, path: str) -> Knots:
    """Return a line whose tangents the engine knows."""
    places = [point.place for point in found.points]
    z, tangents, scales = (np.array(rows) for rows in zip(*((p.z, p.tangent, p.scale) for p in places), strict=True))
    knots = Knots.with_tangents(z, tangents, scales)
    for point in reversed(branch.specials):  # each behind a point whose number stays
        own = np.array([*(point[state] for state in branch.states), *(point[name] for name in branch.parameters)])
        before, behind = (
            float(np.linalg.norm((own - knots.z[point.number + k]) / scales[point.number])) for k in (0, 1)
        )
        share = before / (before + behind) if before + behind > 0 else 0.5
        still = branch.parameters[0] if point.kind == "LP" else None
        knots = knots.with_point(point.number, own, share, None if still is None else len(branch.states))
    names = [*branch.states, *branch.parameters]
    return knots.columns(len(branch.states), names.index(path))


def _with_specials(branch: Branch, up: np.ndarray, values: Sequence[float]) -> np.ndarray:
    """Return the points of a line, special ones among them, `[points, 2]`."""
    numbers = [point.number + 1 for point in branch.specials]
    across = np.insert(branch.p[:, 0], numbers, [point[branch.parameters[0]] for point in branch.specials])
    return np.column_stack([across, np.insert(up, numbers, list(values))])


def _of_cycles(branch: CycleBranch, path: str, stable: list[bool]) -> Iterator[Iterator[Part]]:
    values = [special_values(branch, point, path) for point in branch.specials]
    lines = [
        _with_specials(branch, up, [value[side] for value in values]) for side, up in enumerate(branch.drawn(path))
    ]
    paired = path in branch.states
    tips = [_tip(branch, path, end) if branch.ended[end] == "hopf" else None for end in (0, -1)]
    stable = [*stable[:1] * (tips[0] is not None), *stable, *stable[-1:] * (tips[1] is not None)]
    kept = special_numbers(branch.specials)
    for line, other in zip(lines, reversed(lines), strict=True):
        yield parts_of(_between_tips(line, other if paired else None, tips, kept), stable)


def _between_tips(
    line: np.ndarray, other: np.ndarray | None, tips: Sequence[np.ndarray | None], kept: Sequence[int]
) -> Knots:
    """Return a line that begins and ends where cycles have shrunk to an equilibrium, if they have.

    Args:
        line: without these.
        other: that goes on behind them: there the smallest values become the largest ones.
        tips: the points; None at an end that is none.
        kept: numbers of special points.
    """
    before, behind = ([] if tip is None else [tip] for tip in tips)
    if other is not None:
        before, behind = [*[other[0]] * len(before), *before], [*behind, *[other[-1]] * len(behind)]
    points = np.array([*before, *line, *behind])
    ends = [*[len(before) - 1] * (len(before) > 1), *[len(points) - len(behind)] * (len(behind) > 1)]
    knots = Knots.through(points, [*(number + len(before) for number in kept), *ends])
    first, last = max(len(before) - 1, 0), len(knots.z) - max(len(behind) - 1, 0)
    return Knots(knots.z[first:last], knots.leaving[first : last - 1], knots.arriving[first : last - 1])


def _tip(branch: CycleBranch, path: str, end: int) -> np.ndarray | None:
    """Return where cycles have shrunk to an equilibrium: all changes with the square of their size."""
    last, next_ = (0, 1) if end == 0 else (-1, -2)
    swing = branch.x - branch.smallest
    largest = np.max(swing, axis=0)
    sizes = np.sum((swing / np.where(largest > 0, largest, 1.0)) ** 2, axis=1)
    if not sizes[last] < (1 - EVEN) * sizes[next_]:
        return None
    middle = np.mean(branch.drawn(path), axis=0)
    values = np.column_stack([branch.p[:, 0], middle])
    left = sizes[last] / (sizes[next_] - sizes[last])
    return np.asarray(values[last] - left * (values[next_] - values[last]))
